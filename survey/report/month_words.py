"""The fixed sentences of the next 30 days, by what is to be done with the practice.

Wording only: which of them stand on a page, and on which figures they rest, is decided in
`survey.report.month`. All of it is judgement, and marked as such where it is shown.
"""

from typing import Literal

from survey.language import mark

Course = Literal["start", "start_small", "look", "hold", "ask_again"]
COURSES: tuple[Course, ...] = ("start", "start_small", "look", "hold", "ask_again")

COURSE_WORDS: dict[Course, str] = {
    "start": mark("Start"),
    "start_small": mark("Start small"),
    "look": mark("Look first"),
    "hold": mark("Hold"),
    "ask_again": mark("Do not decide on these answers"),
}
HEADINGS: dict[Course, str] = {
    "start": mark("start {practice}"),
    "start_small": mark("start {practice} small"),
    "look": mark("look what there is of {practice}"),
    "hold": mark("hold {practice}"),
    "ask_again": mark("do not decide on these answers"),
}
DECISIONS: dict[Course, str] = {
    "start": mark("Start {practice} with the whole of {group}."),
    "start_small": (
        mark(
            "Start {practice} small: one part of the work, a few who want to, 30 "
            "days, and a look at it together at the end."
        )
    ),
    "look": mark("Look what there is of {practice} already, and start only what is missing."),
    "hold": mark("Hold {practice}. Mend what stands below first, then measure again."),
    "ask_again": (
        mark(
            "Do not decide on these answers. Ask again, and let somebody whom "
            "people trust explain what happens to them."
        )
    ),
}
SAYING: dict[Course, str] = {
    "start": mark("“We start {practice}, and we say on which day.”"),
    "start_small": mark("“We try {practice} small, and look at it together after 30 days.”"),
    "look": mark(
        "“Most of you say that {practice} is done already. We look together what is missing.”"
    ),
    "hold": mark("“We do not start {practice} now. First we mend what you told us.”"),
    "ask_again": mark("“Too few answered to decide anything, so we decide nothing yet.”"),
}
POSTPONE: dict[Course, str] = {
    "start": mark("Postpone everything else that is new for this team: one practice at a time."),
    "start_small": (
        mark(
            "Postpone training, licences and roll-out of {practice} for everybody "
            "until you have looked at the trial together."
        )
    ),
    "look": mark("Postpone buying anything for {practice} until you have looked."),
    "hold": mark("Postpone buying anything for {practice}, and training and roll-out in {group}."),
    "ask_again": mark("Postpone the decision on {practice} for {group}."),
}
WAITING: dict[Course, str] = {
    "start": mark("Waiting with it would win nothing that these figures show."),
    "start_small": (
        mark(
            "Waiting costs about a month before it can be widened. What a month is "
            "worth you know; no figure here does."
        )
    ),
    "look": mark("Looking takes a week or two; no figure here says what that costs."),
    "hold": (
        mark(
            "Waiting costs about three months. They are lost if nothing is done "
            "about “{mended}” meanwhile: waiting by itself mends nothing."
        )
    ),
    "ask_again": (
        mark(
            "Waiting costs the weeks of one more survey. Deciding now would be "
            "deciding for those who kept silent."
        )
    ),
}
STOP = mark("Stop, and say so, if what was agreed for the first two weeks was put off twice.")
SIGN = mark("After 30 days ask whether this can be seen: “{sign}” If not, stop, and ask why.")
NO_BACK_DOOR = mark(
    "Do not begin {practice} by the back door: a pilot that nobody calls one counts too."
)
NOT_TO_SAY = (
    mark("Do not ask who answered what, and do not guess: the next answers depend on it."),
    mark("Do not put a label on the team or on anybody in it: the figures tell of situations."),
    mark("Do not rank this team against others: no figure here was made for that."),
    mark("Do not promise that it will work: nothing measured here tells that."),
)
GENERAL = (
    (
        mark(
            "Ask the team which situation would look different if “{mended}” were "
            "better, and change that one. Sees to it: the leader of the team."
        )
    ),
    mark("Write down who does what until when, where all can see it. Sees to it: the team."),
)
MENDING: dict[Course, str] = {
    "start": mark("What to watch while it starts"),
    "start_small": mark("What to mend first"),
    "look": mark("What to watch meanwhile"),
    "hold": mark("What to mend first"),
    "ask_again": mark("What to find out first"),
}
FIRST: dict[Course, str] = {
    "start": mark("Watch “{mended}”."),
    "start_small": mark("Mend “{mended}” beside the trial, from its first day on."),
    "look": mark("Watch “{mended}”."),
    "hold": mark("Mend “{mended}” first, and nothing else beside it."),
    "ask_again": "",
}
SETTLE = mark("Settle “{mended}” before the trial starts.")
"""Where what is to be mended is room or resolve: without them a trial tells nothing."""
WHY_SILENT = mark(
    "Find out why so many kept silent; ask about that and about nothing else. "
    "Somebody from outside the line, within 14 days."
)
NOTHING_FIRST = mark("Nothing has to be mended before it starts.")
FIRST_STEPS = mark(
    "Agree on the first two steps and their dates. Leader of the team with the team, within 7 days."
)
STOPPING: dict[Course, str] = {
    "start": mark("When to stop"),
    "start_small": mark("When to stop"),
    "look": mark("When to stop"),
    "hold": mark("What not to begin, and what to look for"),
    "ask_again": mark("What not to begin"),
}
LOOK_FOR = mark("It may be mending when this can be seen: “{sign}”")
ONLY_HERE = mark("This goes for {group} and for no other group.")
AGAIN = mark("Measure again three months after this wave closed, about {day}.")
AGAIN_SOME_DAY = mark("Measure again in about three months.")
CANNOT_SHOW = mark(
    "Whether a next wave could show a change in {name} cannot be said beforehand: the average is "
    "cut off there, so that it tells nobody’s answer."
)
ASK_AGAIN = mark("Ask again as soon as the reason is known, within about a month.")
COULD_SHOW = mark(
    "Four times in five a next wave like this one would show a true change of "
    "{size} points in {name}; a smaller one it may miss."
)
