"""The units of a survey as the console lists them: the tree, and beside it how many have answered.

How many have answered, in which steps, is decided in `survey.services.waiting`; what is missing for
a verdict, in `survey.report.missing`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from survey.disclosure.values import Unit
from survey.language import gettext as _
from survey.language import mark
from survey.report.chances import Plan
from survey.report.missing import Reached, alone_line, missing_line, pooled_line
from survey.services.waiting import ParticipationLine

STEPS = {
    "under_5": mark("fewer than 5 answers"),
    "from_5": mark("5 answers reached"),
    "from_60": mark("60 % reached"),
    "from_80": mark("80 % reached"),
}
DEEPEST = 6


@dataclass(frozen=True)
class UnitLine:
    """A unit of the tree, or several small ones that are counted together under their parent."""

    depth: int
    name: str
    asked: int
    reached: str = ""
    """How many have answered, in words; empty for a unit that is not counted by itself."""
    units: tuple[str, ...] = ()
    """Names of the small units behind a sum; empty for a unit."""
    codes: int = 0
    """Codes of a unit, spare ones included."""
    counted: ParticipationLine | None = None
    """Between which numbers its answers lie; None for a unit that is not counted by itself."""


def unit_lines(
    units: Sequence[Unit],
    participation: Sequence[ParticipationLine],
    client: str,
    spare: int = 0,
) -> list[UnitLine]:
    """List the units from the top down, each sum of small units below the unit they belong to.

    Listed are people: the `spare` codes that each unit counts among those asked are taken away.
    """
    alone = {line.unit_name: line for line in participation if len(line.units) == 1}
    sums: dict[str, list[ParticipationLine]] = {}
    for line in participation:
        if len(line.units) > 1:
            sums.setdefault(line.unit_name, []).append(line)
    lines: list[UnitLine] = []
    for depth, unit in _tree(units):
        own = alone.get(unit.name)
        people = unit.asked - spare if unit.asked else 0
        reached = reached_text(own) if own else ""
        lines.append(UnitLine(depth, unit.name, people, reached, codes=unit.asked, counted=own))
        lines += [_sum(depth + 1, line) for line in sums.pop(unit.name, [])]
    return lines + [_sum(0, line) for line in sums.pop(client, [])]


def missing_text(plan: Plan, line: UnitLine) -> str:
    """Return what is missing for a verdict; it takes some milliseconds for each size of a unit."""
    if line.units:
        return pooled_line()
    if not line.asked:
        return ""
    if line.counted is None:
        return alone_line(plan, line.asked, line.codes)
    own = line.counted
    return missing_line(plan, Reached(own.asked, own.codes, own.least, own.below))


def reached_text(line: ParticipationLine) -> str:
    """Return the step of a group in words.

    Where people were added, 60 % of those who were asked at opening are not 60 % of all: then the
    number of answers is told from which on the step holds. It is the same step.
    """
    if line.added and line.step in ("from_60", "from_80"):
        return _("{least} answers reached", least=line.least)
    return _(STEPS[line.step])


def _sum(depth: int, line: ParticipationLine) -> UnitLine:
    name = _("Small units of {unit}, together", unit=line.unit_name)
    return UnitLine(min(depth, DEEPEST), name, line.asked, reached_text(line), line.units)


def _tree(units: Sequence[Unit]) -> Iterator[tuple[int, Unit]]:
    """Yield (depth, unit), each unit below its parent, in the order of the roster."""
    below: dict[str | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent, []).append(unit)
    waiting = [(0, unit) for unit in reversed(below.get(None, []))]
    while waiting:
        depth, unit = waiting.pop()
        yield depth, unit
        children = reversed(below.get(unit.id, []))
        waiting += [(min(depth + 1, DEEPEST), child) for child in children]
