"""A client's tree, and which of its units may be joined to one reporting group.

Here belong the values that a grouping is made from and the rules that a consultant's joins keep,
every fault in a sentence and all of them at once. The units of the survey are made in `grouping`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.language import _
from survey.services.roster import LONGEST_NAME, tree_faults

MOST_NAMED = 5
"""Units that a sentence about a join names."""


class GroupingError(UserError):
    """The reporting groups cannot be formed: {told}"""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(told=" ".join(self.faults))


@dataclass(frozen=True)
class ClientUnit:
    """A unit of a client's tree, with how many people answer for it."""

    id: str
    name: str
    parent: str | None
    members: int
    """Its own people who do not lead it; people of units under it are counted there."""
    leaders: int = 0


@dataclass(frozen=True)
class Joined:
    """Units whose people answer together; without a name it is made from theirs."""

    units: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class ClientTree:
    """The units of a client, in the order of reports; without faults where it was checked."""

    units: tuple[ClientUnit, ...]

    @cached_property
    def by_id(self) -> Mapping[str, ClientUnit]:
        """Return every unit by its id."""
        return {unit.id: unit for unit in self.units}

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Return where each unit stands, by its id."""
        return {unit.id: at for at, unit in enumerate(self.units)}

    @cached_property
    def parents(self) -> frozenset[str]:
        """Return the ids of units that have units under them."""
        return frozenset(unit.parent for unit in self.units if unit.parent)

    def of_join(self, join: Joined) -> list[ClientUnit]:
        """Return the units of a join in the order of the tree, each once."""
        return [self.by_id[unit] for unit in sorted({*join.units}, key=self.places.__getitem__)]

    def name_of(self, join: Joined) -> str:
        """Return what joined units are called."""
        given = " ".join(join.name.split())
        return given or " + ".join(unit.name for unit in self.of_join(join))

    def above(self, join: Joined) -> str | None:
        """Return the unit under which joined units stand: one that is joined with its children.

        Otherwise the one above all of them.
        """
        units = self.of_join(join)
        parents = {unit.parent for unit in units}
        return next((unit.id for unit in units if unit.id in parents), units[0].parent)


def check_grouping(tree: ClientTree, joins: Sequence[Joined]) -> None:
    """Raise `GroupingError` with everything that is wrong with a tree, or else with its joins."""
    faults = _tree_faults(tree.units) or _join_faults(tree, joins)
    if faults:
        raise GroupingError(faults)


def _tree_faults(units: Sequence[ClientUnit]) -> list[str]:
    """Return what keeps the client's units from being a tree; a name may be there twice."""
    faults = [_("A unit has no name or no id.")] if not all(u.id and u.name for u in units) else []
    faults += [
        _("“{unit}” cannot have fewer than 0 people.", unit=unit.name)
        for unit in units
        if unit.members < 0 or unit.leaders < 0
    ]
    told = [Unit(unit.id, f"{unit.name} ({unit.id})", unit.parent, 0) for unit in units]
    return faults or tree_faults(told)


def _join_faults(tree: ClientTree, joins: Sequence[Joined]) -> list[str]:
    faults = [fault for join in joins for fault in _faults_of_join(tree, join)]
    often = Counter(unit for join in joins for unit in {*join.units} if unit in tree.by_id)
    faults += [
        _("“{unit}” is in two joins; leave it in one of them.", unit=unit.name)
        for unit in tree.units
        if often[unit.id] > 1
    ]
    return faults or _name_faults(tree, joins)


def _faults_of_join(tree: ClientTree, join: Joined) -> list[str]:
    unknown = [unit[:LONGEST_NAME] for unit in join.units if unit not in tree.by_id]
    if unknown:
        return [_("There is no unit “{unit}” to join.", unit=unit) for unit in unknown]
    if len({*join.units}) < 2:
        return [_("Choose two units or more to join.")]
    if not _side_by_side(tree, join):
        return [
            _(
                "{names} cannot be joined: join units that stand right beside each other, or a "
                "unit's own people with units right under it.",
                names=_named(tree, join),
            )
        ]
    return [
        _("“{unit}” has no people of its own to join. Join units under it.", unit=unit.name)
        for unit in tree.of_join(join)
        if not unit.members and unit.id in tree.parents
    ]


def _side_by_side(tree: ClientTree, join: Joined) -> bool:
    """Say whether units stand under one, or one of them is the parent of all others."""
    units = tree.of_join(join)
    above = tree.above(join)
    return all(unit.id == above or unit.parent == above for unit in units)


def _name_faults(tree: ClientTree, joins: Sequence[Joined]) -> list[str]:
    """A joined unit needs a short name that nothing else has: people read it on their cards."""
    names = [tree.name_of(join) for join in joins]
    often = Counter(name.casefold() for name in [*(u.name for u in tree.units), *names])
    faults = [
        _(
            "Give {names} together a name of at most {most} characters.",
            names=_named(tree, join),
            most=LONGEST_NAME,
        )
        for join, name in zip(joins, names, strict=True)
        if len(name) > LONGEST_NAME
    ]
    return faults + [
        _("“{name}” is the name of another unit; give the joined units their own.", name=name)
        for name in dict.fromkeys(names)
        if often[name.casefold()] > 1 and len(name) <= LONGEST_NAME
    ]


def _named(tree: ClientTree, join: Joined) -> str:
    names = [f"“{unit.name}”" for unit in tree.of_join(join)]
    return ", ".join(names[:MOST_NAMED]) + ", …" * (len(names) > MOST_NAMED)
