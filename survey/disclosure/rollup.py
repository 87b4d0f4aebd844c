"""Which groups are formed: one roll-up per survey over the tree of units.

Here belongs the forming of groups from counts, and nothing that looks at an answer: what appears
depends on counts only. How precisely the groups' figures are let out stands in `precision`.

Source: design, section 3. With a bare minimum of 5, in 86 % of random organisations some group
smaller than 5 can be computed by subtraction; with whole groups of at least 5, in none.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from survey.disclosure.values import Kind, Unit
from survey.errors import UserError

Counts = npt.NDArray[np.int64]
"""People with a score, one number per dimension."""


class UnitTreeBroken(UserError):
    """The units form no tree: {unit} stands under itself or under a unit that is not there."""


@dataclass(frozen=True)
class Group:
    """Units that are reported together, at the place `parent` of the tree."""

    kind: Kind
    parent: str | None
    units: tuple[Unit, ...]
    n: int
    """The smallest count over all dimensions."""

    @property
    def key(self) -> str:
        """The group's name in addresses and tables; stable as long as the units are.

        The full stop keeps it apart from every id of a unit, which has none.
        """
        if self.kind == "whole":
            return self.units[0].id
        return f"{self.kind}.{self.parent or ''}"

    @property
    def asked(self) -> int:
        """How many people were asked in it."""
        return sum(unit.asked for unit in self.units)


@dataclass
class _Loose:
    """Units that are still too small, on their way up the tree."""

    units: list[Unit] = field(default_factory=list)

    def smallest(self, counts: Mapping[str, Counts]) -> int:
        return _smallest(self.units, counts)


def roll_up(
    units: Sequence[Unit], counts: Mapping[str, Counts], k: int, pooled: Kind = "pooled"
) -> tuple[tuple[Group, ...], tuple[Unit, ...]]:
    """Form the groups of a survey, and name the units that are left out.

    A unit whose smallest count is at least `k` is a group by itself. Smaller ones pool at their
    parent until together they reach `k`, otherwise they go on up; what stays under `k` at the top
    is left out. A unit that has people of its own and units under it counts as one of these.

    Parameters
    ----------
    units
        The whole tree, in the order of reports. A unit that asked nobody is a heading only.
    counts
        Unit id -> people with a score, one number per dimension. A missing unit counts as 0.
    k
        The smallest group, at least 1.
    pooled
        What gathered groups are called: "wider" for the second roll-up of comments.

    Returns
    -------
    tuple
        The groups in the order of the tree (a pooled group stands after the units of its
        parent), and the left-out units.

    Raises
    ------
    UnitTreeBroken
        Where a parent is missing or a unit stands under itself.
    """
    children = _children(units)
    top = _Loose()
    groups = [
        g for root in children.get(None, ()) for g in _under(root, children, counts, k, pooled, top)
    ]
    if top.units and top.smallest(counts) >= k:
        groups.append(Group(pooled, None, tuple(top.units), top.smallest(counts)))
        top.units = []
    return tuple(groups), tuple(top.units)


def widen(units: Sequence[Unit], groups: Sequence[Group], k: int) -> tuple[Group, ...]:
    """Gather groups of a first roll-up into wider ones of at least `k` people.

    What needs more answers than a score does (comments, the harm signal) is let out of whole groups
    only, so that who is left out of the scores is left out of these as well, and a group that is
    large enough stays as it is.

    Parameters
    ----------
    units, groups
        The tree, and the groups that were formed in it.
    k
        The smallest wider group.

    Returns
    -------
    tuple of Group
        A group of the first roll-up with `k` people as it was; others as "wider" groups.
    """
    by_id = {f"={group.key}": group for group in groups}
    headings = [Unit(unit.id, unit.name, unit.parent, 0) for unit in units]
    members = [
        Unit(name, name, group.units[0].id if group.kind == "whole" else group.parent, group.asked)
        for name, group in by_id.items()
    ]
    counts = {name: np.array([group.n]) for name, group in by_id.items()}
    wider, _ = roll_up([*headings, *members], counts, k, "wider")
    return tuple(_unfolded(group, by_id) for group in wider)


def _unfolded(group: Group, by_id: Mapping[str, Group]) -> Group:
    """Return a wider group with the units behind its groups."""
    parts = [by_id[member.id] for member in group.units]
    if len(parts) == 1:
        return parts[0]
    return Group("wider", group.parent, tuple(u for part in parts for u in part.units), group.n)


def _under(
    unit: Unit,
    children: Mapping[str | None, Sequence[Unit]],
    counts: Mapping[str, Counts],
    k: int,
    pooled: Kind,
    above: _Loose,
) -> Iterator[Group]:
    """Yield the groups of a subtree; what is too small in it is added to `above`."""
    below = children.get(unit.id, ())
    loose = _Loose() if below else above
    if unit.asked:
        n = _smallest([unit], counts)
        if n >= k:
            yield Group("whole", unit.parent, (unit,), n)
        else:
            loose.units.append(unit)
    for child in below:
        yield from _under(child, children, counts, k, pooled, loose)
    if loose is above:
        return
    n = loose.smallest(counts)
    if loose.units and n >= k:
        yield Group(pooled, unit.id, tuple(loose.units), n)
    else:
        above.units.extend(loose.units)


def _smallest(units: Sequence[Unit], counts: Mapping[str, Counts]) -> int:
    """Return the smallest count over the dimensions of some units taken together."""
    found = [counts[u.id] for u in units if u.id in counts]
    return int(np.sum(found, axis=0).min()) if found else 0


def _children(units: Sequence[Unit]) -> Mapping[str | None, Sequence[Unit]]:
    """Return the units by parent, once it is sure that they form a tree."""
    by_id = {unit.id: unit for unit in units}
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        _check_ancestors(unit, by_id)
        children.setdefault(unit.parent, []).append(unit)
    return children


def _check_ancestors(unit: Unit, by_id: Mapping[str, Unit]) -> None:
    seen, at = {unit.id}, unit.parent
    while at is not None:
        if at in seen or at not in by_id:
            raise UnitTreeBroken(unit=unit.name)
        seen.add(at)
        at = by_id[at].parent
