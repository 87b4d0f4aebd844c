"""The fixed sentences of the next 30 days, by what is to be done with the practice.

Wording only: which of them stand on a page, and on which figures they rest, is decided in
`survey.report.month`. All of it is judgement, and marked as such where it is shown.
"""

from typing import Literal

Course = Literal["start", "start_small", "hold", "ask_again"]
COURSES: tuple[Course, ...] = ("start", "start_small", "hold", "ask_again")

COURSE_WORDS: dict[Course, str] = {
    "start": "Start",
    "start_small": "Start small",
    "hold": "Hold",
    "ask_again": "Do not decide on these answers",
}
HEADINGS: dict[Course, str] = {
    "start": "start {practice}",
    "start_small": "start {practice} small",
    "hold": "hold {practice}",
    "ask_again": "do not decide on these answers",
}
DECISIONS: dict[Course, str] = {
    "start": "Start {practice} with the whole of {group}.",
    "start_small": (
        "Start {practice} small: one part of the work, a few who want to, 30 days, and a look at "
        "it together at the end."
    ),
    "hold": "Hold {practice}. Mend what stands below first, then measure again.",
    "ask_again": (
        "Do not decide on these answers. Ask again, and let somebody whom people trust explain "
        "what happens to them."
    ),
}
SAYING: dict[Course, str] = {
    "start": "“We start {practice}, and we say on which day.”",
    "start_small": "“We try {practice} small, and look at it together after 30 days.”",
    "hold": "“We do not start {practice} now. First we mend what you told us.”",
    "ask_again": "“Too few answered to decide anything, so we decide nothing yet.”",
}
POSTPONE: dict[Course, str] = {
    "start": "Postpone everything else that is new for this team: one practice at a time.",
    "start_small": (
        "Postpone training, licences and roll-out of {practice} for everybody until you have "
        "looked at the trial together."
    ),
    "hold": "Postpone buying, training and roll-out of {practice} for {group}.",
    "ask_again": "Postpone the decision on {practice} for {group}.",
}
WAITING: dict[Course, str] = {
    "start": "Waiting with it would win nothing that these figures show.",
    "start_small": (
        "Waiting costs about a month before it can be widened. What a month is worth you know; no "
        "figure here does."
    ),
    "hold": (
        "Waiting costs about three months. They are lost if nothing is done about {mended} "
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
    "hold": "What to mend first",
    "ask_again": "What to find out first",
}
FIRST: dict[Course, str] = {
    "start": "Nothing has to be mended before it starts. Watch {mended}.",
    "start_small": "Mend {mended} first, while the trial runs.",
    "hold": "Mend {mended} first, and nothing else beside it.",
    "ask_again": "",
}
WHY_SILENT = "Find out why so many kept silent; ask about that and about nothing else."
NOTHING_FIRST = "Nothing has to be mended first."
ONLY_HERE = "This goes for {group} and for no other group."
AGAIN = "Measure again about {day}, three months after this wave closed."
AGAIN_SOME_DAY = "Measure again in about three months."
COULD_SHOW = (
    "A next wave like this one would show a true change of {size} points in {name} four times in "
    "five; a smaller one it may miss."
)
