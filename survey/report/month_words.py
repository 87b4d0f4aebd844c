"""The fixed sentences of the next 30 days, by what is to be done with the practice.

Wording only: which of them stand on a page, and on which figures they rest, is decided in
`survey.report.month`. All of it is judgement, and marked as such where it is shown.
"""

from typing import Literal

Course = Literal["start", "start_small", "look", "hold", "ask_again"]
COURSES: tuple[Course, ...] = ("start", "start_small", "look", "hold", "ask_again")

COURSE_WORDS: dict[Course, str] = {
    "start": "Start",
    "start_small": "Start small",
    "look": "Look first",
    "hold": "Hold",
    "ask_again": "Do not decide on these answers",
}
HEADINGS: dict[Course, str] = {
    "start": "start {practice}",
    "start_small": "start {practice} small",
    "look": "look what there is of {practice}",
    "hold": "hold {practice}",
    "ask_again": "do not decide on these answers",
}
DECISIONS: dict[Course, str] = {
    "start": "Start {practice} with the whole of {group}.",
    "start_small": (
        "Start {practice} small: one part of the work, a few who want to, 30 days, and a look at "
        "it together at the end."
    ),
    "look": "Look what there is of {practice} already, and start only what is missing.",
    "hold": "Hold {practice}. Mend what stands below first, then measure again.",
    "ask_again": (
        "Do not decide on these answers. Ask again, and let somebody whom people trust explain "
        "what happens to them."
    ),
}
SAYING: dict[Course, str] = {
    "start": "“We start {practice}, and we say on which day.”",
    "start_small": "“We try {practice} small, and look at it together after 30 days.”",
    "look": "“Most of you say that {practice} is done already. We look together what is missing.”",
    "hold": "“We do not start {practice} now. First we mend what you told us.”",
    "ask_again": "“Too few answered to decide anything, so we decide nothing yet.”",
}
POSTPONE: dict[Course, str] = {
    "start": "Postpone everything else that is new for this team: one practice at a time.",
    "start_small": (
        "Postpone training, licences and roll-out of {practice} for everybody until you have "
        "looked at the trial together."
    ),
    "look": "Postpone buying anything for {practice} until you have looked.",
    "hold": "Postpone buying anything for {practice}, and training and roll-out in {group}.",
    "ask_again": "Postpone the decision on {practice} for {group}.",
}
WAITING: dict[Course, str] = {
    "start": "Waiting with it would win nothing that these figures show.",
    "start_small": (
        "Waiting costs about a month before it can be widened. What a month is worth you know; no "
        "figure here does."
    ),
    "look": "Looking takes a week or two; no figure here says what that costs.",
    "hold": (
        "Waiting costs about three months. They are lost if nothing is done about “{mended}” "
        "meanwhile: waiting by itself mends nothing."
    ),
    "ask_again": (
        "Waiting costs the weeks of one more survey. Deciding now would be deciding for those who "
        "kept silent."
    ),
}
STOP = "Stop, and say so, if what was agreed for the first two weeks was put off twice."
SIGN = "After 30 days ask whether this can be seen: “{sign}” If not, stop, and ask why."
NO_BACK_DOOR = "Do not begin {practice} by the back door: a pilot that nobody calls one counts too."
NOT_TO_SAY = (
    "Do not ask who answered what, and do not guess: the next answers depend on it.",
    "Do not put a label on the team or on anybody in it: the figures tell of situations.",
    "Do not rank this team against others: no figure here was made for that.",
    "Do not promise that it will work: nothing measured here tells that.",
)
GENERAL = (
    (
        "Ask the team which situation would look different if “{mended}” were better, and change "
        "that one. Sees to it: the leader of the team."
    ),
    "Write down who does what until when, where all can see it. Sees to it: the team.",
)
MENDING: dict[Course, str] = {
    "start": "What to watch while it starts",
    "start_small": "What to mend first",
    "look": "What to watch meanwhile",
    "hold": "What to mend first",
    "ask_again": "What to find out first",
}
FIRST: dict[Course, str] = {
    "start": "Watch “{mended}”.",
    "start_small": "Mend “{mended}” beside the trial, from its first day on.",
    "look": "Watch “{mended}”.",
    "hold": "Mend “{mended}” first, and nothing else beside it.",
    "ask_again": "",
}
SETTLE = "Settle “{mended}” before the trial starts."
"""Where what is to be mended is room or resolve: without them a trial tells nothing."""
WHY_SILENT = (
    "Find out why so many kept silent; ask about that and about nothing else. Somebody from "
    "outside the line, within 14 days."
)
NOTHING_FIRST = "Nothing has to be mended before it starts."
FIRST_STEPS = (
    "Agree on the first two steps and their dates. Leader of the team with the team, within 7 days."
)
STOPPING: dict[Course, str] = {
    "start": "When to stop",
    "start_small": "When to stop",
    "look": "When to stop",
    "hold": "What not to begin, and what to look for",
    "ask_again": "What not to begin",
}
LOOK_FOR = "It may be mending when this can be seen: “{sign}”"
ONLY_HERE = "This goes for {group} and for no other group."
AGAIN = "Measure again three months after this wave closed, about {day}."
AGAIN_SOME_DAY = "Measure again in about three months."
ASK_AGAIN = "Ask again as soon as the reason is known, within about a month."
COULD_SHOW = (
    "Four times in five a next wave like this one would show a true change of {size} points in "
    "{name}; a smaller one it may miss."
)
