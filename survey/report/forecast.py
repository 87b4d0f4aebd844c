"""What can be known of a survey's groups before it is opened, from its tree and counts alone.

For every unit that asks people, at several rates of participation: with whom it would be shown, how
likely it is to get a verdict, and what change a second wave like this one could show. Groups are
formed by the door's own roll-up. Nothing here sees an answer, and nothing here is a promise: what
the chances rest on stands in `survey.report.chances`, which groups had better be joined in
`survey.report.joins`, the words in `survey.report.forecast_words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, floor
from typing import Literal

import numpy as np

from survey.disclosure.rollup import Group, roll_up
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.definition import Questionnaire
from survey.report.chances import Plan, chance, plan_of, step_of
from survey.report.estimates import Measured
from survey.report.waves import Seen, change
from survey.scoring import ROUNDING

PERCENTS = (60, 70, 80)
"""The rates of participation that are told."""
PLANNED = 70
"""The one that joins are suggested for."""
ENOUGH = 7
"""Tenths from which on a verdict is called likely."""
MOST = 9
"""Tenths that are told at most: nothing is certain."""
Shown = Literal["whole", "pooled", "left_out"]


@dataclass(frozen=True)
class Outlook:
    """What would become of a unit if a certain part of its people answered."""

    percent: int
    own: int
    """How many of its people that is."""
    shown: Shown
    together: tuple[Unit, ...]
    """The units it would be shown with, itself among them; empty where it is left out."""
    n: int
    """Answers of all of these; of itself where it is left out."""
    asked: int
    tens: int
    """In how many of ten such groups there is a verdict, 9 at most; 0: none. (Only whole ones.)"""
    index_change: float | None
    """The smallest true change of the index that two such waves would show four times in five, in
    points, rounded up to 0.1; None where it is left out."""
    dimension_change: float | None
    """The same for a dimension, whichever needs most."""


@dataclass(frozen=True)
class Forecast:
    """A unit that asks people, with its outlook at every rate of participation."""

    unit: Unit
    at: tuple[Outlook, ...]


def forecasts(
    units: Sequence[Unit],
    questionnaire: Questionnaire,
    policy: Policy,
    percents: Sequence[int] = PERCENTS,
) -> tuple[Forecast, ...]:
    """Tell of every unit that asks people what its answers would come to.

    Parameters
    ----------
    units
        The tree in the order of reports; `asked` counts spare cards.
    questionnaire, policy
        What is asked, and from how many answers on what is shown.
    percents
        Rates of participation, 1 to 100, the same in every unit.

    Returns
    -------
    tuple of Forecast
        In the order of the tree.

    Raises
    ------
    UnitTreeBroken
        Where the units form no tree.
    """
    plan = plan_of(questionnaire, policy)
    columns = [_outlooks(units, plan, percent) for percent in percents]
    return tuple(
        Forecast(unit, tuple(column[unit.id] for column in columns)) for unit in units if unit.asked
    )


def answers_at(plan: Plan, percent: int, asked: int) -> int:
    """Return how many answers a percentage of those asked is: the nearest whole number.

    From the least participation that a verdict asks for (60 %) on it is never less than that: else
    a group of twelve would have 7 answers "at 60 %", and none of its verdicts.
    """
    nearest = (percent * asked + 50) // 100
    if percent < _least_percent(plan):
        return nearest
    return max(nearest, ceil(plan.rules.min_rate * asked - ROUNDING))


def _least_percent(plan: Plan) -> float:
    return 100 * plan.rules.min_rate - ROUNDING


def tens_of(plan: Plan, n: int, asked: int) -> int:
    """Return the chance of a verdict in tenths, never more than nine."""
    return min(floor(10 * chance(plan, n, asked) + 0.5), MOST)


def _outlooks(units: Sequence[Unit], plan: Plan, percent: int) -> dict[str, Outlook]:
    """Return the outlook of every unit by its id, for one rate of participation.

    People are counted in hundredths, so that four units of two people each are five answers at 60 %
    together, and not eight.
    """
    hundredths = {unit.id: np.array([percent * unit.asked]) for unit in units if unit.asked}
    groups, left_out = roll_up(units, hundredths, _hundredths(plan, percent))
    found = {
        unit.id: _in_group(unit, group, plan, percent) for group in groups for unit in group.units
    }
    return found | {unit.id: _left_out(unit, plan, percent) for unit in left_out}


def _hundredths(plan: Plan, percent: int) -> int:
    """Return how many hundredths of people are answers enough to be shown, as `answers_at` counts.

    It counts one up from half a person on; of 60 % as soon as more than one less is passed.
    """
    least = plan.policy.scores
    halfway = 100 * least - 50
    if percent < _least_percent(plan):
        return halfway
    return min(halfway, floor(percent * (least - 1) / plan.rules.min_rate + ROUNDING) + 1)


def _in_group(unit: Unit, group: Group, plan: Plan, percent: int) -> Outlook:
    n, asked = answers_at(plan, percent, group.asked), group.asked
    whole = group.kind == "whole"
    index, dimension = detectable(plan, n, asked)
    return Outlook(
        percent=percent,
        own=answers_at(plan, percent, unit.asked),
        shown="whole" if whole else "pooled",
        together=group.units,
        n=n,
        asked=asked,
        tens=tens_of(plan, n, asked) if whole else 0,
        index_change=index,
        dimension_change=dimension,
    )


def _left_out(unit: Unit, plan: Plan, percent: int) -> Outlook:
    own = answers_at(plan, percent, unit.asked)
    return Outlook(percent, own, "left_out", (), own, unit.asked, 0, None, None)


@lru_cache(maxsize=16384)
def detectable(plan: Plan, n: int, asked: int) -> tuple[float | None, float | None]:
    """Return the smallest true change that two waves of n of `asked` people would show.

    Parameters
    ----------
    plan
        Questionnaire and policy.
    n, asked
        Who answers, in both waves.

    Returns
    -------
    tuple
        For the index, and for the dimension that needs most: in points, rounded up to 0.1. Power
        80 %, 5 %, with the rounding of both waves added (statistics B10), as reports tell it. None
        where no figure would be shown.
    """
    steps = [step_of(one, n, plan.policy) for one in plan.dimensions]
    known = [step for step in steps if step is not None]
    if not steps or len(known) < len(steps):
        return None, None
    rules = plan.rules
    lo, hi = min(d.lo for d in plan.dimensions), max(d.hi for d in plan.dimensions)
    index = Measured("INDEX", rules.index_reliability, rules.index_prior_sd, lo, hi)
    index_step = float(np.sqrt(np.square(known).sum()) / len(known))
    of_index = _change(index, n, asked, index_step, plan, rules.change_index)
    of_dimensions = [
        _change(
            Measured("", d.reliability, d.prior_sd, d.lo, d.hi),
            n, asked, step, plan, rules.change_dimension,
        )
        for d, step in zip(plan.dimensions, known, strict=True)
    ]  # fmt: skip
    return _up(of_index), _up(max(of_dimensions))


def _change(measure: Measured, n: int, asked: int, step: float, plan: Plan, least: float) -> float:
    """Return what the report would call the smallest change that could be seen, unrounded."""
    middle = (measure.lo + measure.hi) / 2
    seen = Seen(Released(middle, n, step), asked, middle - step / 2, middle + step / 2)
    return change({}, measure, seen, seen, plan.rules.prior_df, least).detectable


def _up(points: float) -> float:
    return ceil(round(points * 10, 6)) / 10
