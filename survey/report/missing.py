"""What is still missing for a verdict while a survey is open, as coarsely as participation is told.

From a step of participation alone: no count is known here, only between which two numbers it lies.
How likely a verdict is at how many answers comes from `survey.report.chances`, by way of the
forecast that was shown before opening.
"""

from dataclasses import dataclass
from functools import lru_cache
from math import ceil

from survey.language import _
from survey.report.chances import Plan
from survey.report.forecast import ENOUGH, tens_of
from survey.scoring import ROUNDING


@dataclass(frozen=True)
class Reached:
    """What is told of how many of a group have answered.

    Attributes
    ----------
    people, codes
        People who were asked; codes there are, spare ones included.
    least
        At least so many have answered.
    below
        Fewer than so many have; None: there is no further step.
    """

    people: int
    codes: int
    least: int
    below: int | None


@lru_cache(maxsize=4096)
def needed(plan: Plan, codes: int) -> int | None:
    """Return from how many answers on a group is likely to get a verdict.

    Parameters
    ----------
    plan
        Questionnaire and policy.
    codes
        Whoever could answer; spare codes are asked as well.

    Returns
    -------
    int or None
        The smallest number with a verdict in 7 of 10 such groups; None where not even all would do.
    """
    first = max(plan.policy.scores, ceil(plan.rules.min_rate * codes - ROUNDING))
    likely = (n for n in range(first, codes + 1) if tens_of(plan, n, codes) >= ENOUGH)
    return next(likely, None)


def missing_line(plan: Plan, reached: Reached) -> str:
    """Return in a sentence what a group by itself still lacks for a verdict."""
    takes = needed(plan, reached.codes)
    if takes is None or takes > reached.people:
        return _("A verdict is unlikely, even if all {people} answer.", people=reached.people)
    told = {"takes": takes, "people": reached.people}
    if reached.least >= takes:
        return _("Enough for a verdict, most likely: it takes about {takes} of {people}.", **told)
    if reached.below is not None and reached.below <= takes:
        return _(
            "Not enough for a verdict: it takes about {takes} of {people}, and fewer than {below}"
            " have answered.",
            below=reached.below,
            **told,
        )
    return _(
        "Perhaps enough for a verdict: it takes about {takes} of {people}, and {least} or more have"
        " answered.",
        least=reached.least,
        **told,
    )


def alone_line(plan: Plan, people: int, codes: int) -> str:
    """Return what a verdict takes in a group of which it is not told how many have answered."""
    takes = needed(plan, codes)
    if takes is None or takes > people:
        return _("A verdict is unlikely, even if all {people} answer.", people=people)
    return _(
        "It may get a verdict all the same: that takes about {takes} of {people}.",
        takes=takes,
        people=people,
    )


def pooled_line() -> str:
    """Return what is told of small units that are counted together."""
    return _("What is missing is not told of them together: each gets its own verdict, or none.")
