"""Which groups had better be joined before a survey is opened, so that a verdict becomes likely.

Only a suggestion: the consultant decides. Who may be joined with whom is the same as where joins
are made (`survey.services.joining`). The chances come from `survey.report.forecast`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Questionnaire
from survey.report.chances import Plan, plan_of
from survey.report.forecast import ENOUGH, PLANNED, answers_at, tens_of


@dataclass(frozen=True)
class Join:
    """Units that had better be one reporting group."""

    units: tuple[Unit, ...]
    asked: int
    """People and spare cards."""
    n: int
    """Answers at the planned rate."""
    tens: int
    spare: int = 0
    """How many of those who are asked are spare cards."""

    @property
    def enough(self) -> bool:
        """Whether a verdict is likely once they are joined."""
        return self.tens >= ENOUGH


def suggest_joins(
    units: Sequence[Unit],
    questionnaire: Questionnaire,
    policy: Policy,
    apart: Collection[str] = (),
    spare: int = 0,
) -> tuple[Join, ...]:
    """Say which units had better be joined, so that a verdict becomes likely.

    Parameters
    ----------
    units
        The tree; `asked` counts spare cards.
    questionnaire, policy
        As in `forecasts`.
    apart
        Ids of units that are never joined, such as groups of leaders.
    spare
        Spare cards that each unit counts; joined units need them once.

    Returns
    -------
    tuple of Join
        Only units under one parent, or a parent's own people with the units right under it, are
        joined: the smallest first, until a verdict is likely at 70 % participation. No unit stands
        in two joins, so all of them can be followed. What is too small even with all its neighbours
        is told with them, as not enough; what has no neighbour is not told.
    """
    plan = plan_of(questionnaire, policy)
    joins: list[Join] = []
    taken: set[str] = set(apart)
    for family in _families(units):
        free = [unit for unit in family if unit.asked and unit.id not in taken]
        found = _joined(free, plan, spare)
        taken |= {unit.id for join in found for unit in join.units}
        joins += found
    return tuple(joins)


def _families(units: Sequence[Unit]) -> Iterator[list[Unit]]:
    """Yield the units that may be joined: a unit with those right under it; those at the top.

    The deepest first, so that people of a unit's own join those under it rather than its
    neighbours.
    """
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent, []).append(unit)
    by_level = [children.get(None, [])]
    while by_level[-1]:
        by_level.append([one for unit in by_level[-1] for one in children.get(unit.id, [])])
    for unit in (unit for level in reversed(by_level) for unit in level):
        if unit.id in children:
            yield [unit, *children[unit.id]]
    yield by_level[0]


def _joined(family: Sequence[Unit], plan: Plan, spare: int) -> list[Join]:
    """Join neighbours, the smallest first; what is left over goes to the last join."""
    waiting = sorted(family, key=lambda unit: unit.asked)
    joins: list[Join] = []
    while waiting and not _join(waiting[:1], plan, spare).enough:
        part = [waiting.pop(0)]
        while waiting and not _join(part, plan, spare).enough:
            part.append(waiting.pop(0))
        join = _join(part, plan, spare)
        if not join.enough and joins:
            join = _join([*joins.pop().units, *part], plan, spare)
        joins.append(join)
    order = {unit.id: at for at, unit in enumerate(family)}
    return [
        replace(join, units=tuple(sorted(join.units, key=lambda unit: order[unit.id])))
        for join in joins
        if len(join.units) > 1
    ]


def _join(units: Sequence[Unit], plan: Plan, spare: int) -> Join:
    asked = sum(unit.asked for unit in units) - spare * (len(units) - 1)
    n = answers_at(plan, PLANNED, asked)
    return Join(tuple(units), asked, n, tens_of(plan, n, asked), spare)
