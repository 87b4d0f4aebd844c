"""What is said of practices: the advice, why, and that nobody can start everything at once.

Wording only, as in `survey.report.words`.
"""

from collections.abc import Iterable, Sequence

from survey.disclosure.values import Policy, Withheld
from survey.language import _, mark
from survey.questionnaire.definition import Questionnaire
from survey.readiness.kinds import Advice
from survey.report.model import Estimate, PracticeResult
from survey.report.words import join, scale_names

ADVICE: dict[Advice, str] = {
    "already_done": mark("Already done"),
    "clarify_first": mark("Clarify first"),
    "environment_first": mark("Environment first"),
    "capacity_first": mark("Capacity first"),
    "start_here": mark("Start here"),
    "try_small": mark("Try small"),
}

RESTING = mark(
    "Below {single} answers for a practice, knowing and doing are not shown; "
    "the advice still rests on them, in coarse classes."
)
"""What the advice rests on; `{single}`: from how many answers on a single figure is shown."""


def advice_word(advice: Advice) -> str:
    """Return the advice for a practice, in two words."""
    return _(ADVICE[advice])


def advice_sentence(practice: PracticeResult, questionnaire: Questionnaire) -> str:
    """Return what to do about a practice, with what the advice rests on."""
    names = join(scale_names(practice.watch, questionnaire))
    match practice.advice:
        case None:
            return _("No advice practice by practice: there is no general verdict to base it on.")
        case "already_done":
            return _("People say it is mostly done already. Look before starting it anew.")
        case "clarify_first":
            return _(
                "People say it is not clear enough what doing this well looks "
                "like. Make that clear first, for instance by examples."
            )
        case "environment_first":
            return _environment_first(practice, names)
        case "capacity_first":
            return _(
                "The average for time, training and say is below the floor. Look at these first."
            )
        case "start_here":
            return _(
                "It is clear to people, it is done less than it is clear, and what "
                "it rests on is sound."
            )
        case "try_small":
            return (
                _("Try it small, and watch {names}.", names=names) if names else _("Try it small.")
            )


def _environment_first(practice: PracticeResult, names: str) -> str:
    if set(practice.watch) <= set(practice.critical):
        return _("Start with what it hangs on: {names}.", names=names)
    return _(
        "The team is not yet ready, and only one thing is tried at a time: first "
        "mend {names}, unless this is the practice that is planned.",
        names=names,
    )


def choice_sentence(practices: Sequence[PracticeResult]) -> str:
    """Return a warning where more practices could be started than anybody can start, or ""."""
    many = sum(practice.advice == "start_here" for practice in practices)
    if many < 3:
        return ""
    order = _("; the widest gap stands first") if any(_gap_shown(p) for p in practices) else ""
    return _(
        "Nobody starts {many} practices at once. Which one or two is a choice that "
        "no figure makes{order}.",
        many=many,
        order=order,
    )


def resting_sentence(practices: Iterable[PracticeResult], policy: Policy) -> str:
    """Return that advice rests also on what is not shown; "" where all of it is shown."""
    advised = (p for p in practices if p.advice)
    if not any(isinstance(p.know, Withheld) or isinstance(p.do, Withheld) for p in advised):
        return ""
    return _(RESTING, single=policy.single)


def _gap_shown(practice: PracticeResult) -> bool:
    return practice.advice == "start_here" and isinstance(practice.gap, Estimate)
