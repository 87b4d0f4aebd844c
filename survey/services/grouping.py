"""From a client's tree and its numbers of people to the units of a survey.

Here belongs who answers in which unit: members in their own or in one that the consultant joined it
to, leaders in the leaders' group of the level above. Pure: no database, no names of people. What
such units are good for stands in `survey.report.forecast`; reading a tree from a file in `roster`.

A unit of the survey has the same id whenever it is made from the same units of the client, so that
waves can be compared. Names of leaders' groups are in the language of the moment: speak the
client's, not the consultant's.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.language import _
from survey.services.roster import LONGEST_NAME, NOW_CALLED, short_name, tree_faults

TOP_LEADERS = "leaders"


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
    """People of it who do not lead it; those under it are counted there."""
    leaders: int = 0


@dataclass(frozen=True)
class Joined:
    """Units whose people answer together; without a name it is made from theirs."""

    units: tuple[str, ...]
    name: str = ""


@dataclass(frozen=True)
class Grouping:
    """The units of a survey, and in which of them the people of a client's units answer."""

    units: tuple[Unit, ...]
    members: Mapping[str, str]
    """Id of a client's unit that has members -> id of the survey's unit."""
    leaders: Mapping[str, str]
    """Id of a client's unit that has leaders -> id of the survey's unit."""

    @property
    def of_leaders(self) -> frozenset[str]:
        """Ids of the survey's units in which leaders answer; they are joined with nothing."""
        return frozenset(self.leaders.values())

    def behind(self, unit: str) -> tuple[str, ...]:
        """Return the client's units whose members answer in a unit of the survey."""
        return tuple(client for client, survey in self.members.items() if survey == unit)


@dataclass(frozen=True)
class _Tree:
    """A client's tree that has no faults."""

    units: tuple[ClientUnit, ...]
    by_id: Mapping[str, ClientUnit]

    def place(self, unit: str) -> int:
        """Return where a unit stands in the tree as it was written."""
        return self.units.index(self.by_id[unit])


@dataclass
class _Made:
    """Survey units as they are made: ids and names stay unique, people are added up."""

    units: dict[str, Unit]
    """By what they are made from: an own key for each, which is no id."""

    def add(self, key: str, wanted: str, name: str, parent: str | None) -> str:
        """Make a unit where there is none yet; return its id."""
        if key not in self.units:
            ids = {unit.id for unit in self.units.values()}
            told = {unit.name.casefold() for unit in self.units.values()}
            unique = _free(wanted, ids.__contains__, "{}-{}")
            self.units[key] = Unit(unique, _free_name(name, told), parent, 0)
        return self.units[key].id

    def ask(self, key: str, people: int) -> None:
        self.units[key] = replace(self.units[key], asked=self.units[key].asked + people)


def grouping(units: Sequence[ClientUnit], joins: Sequence[Joined] = ()) -> Grouping:
    """Form the units of a survey.

    Parameters
    ----------
    units
        The client's tree, in the order of reports.
    joins
        Which units the consultant joined: units beside each other, or a unit's own people with
        units right under it.

    Returns
    -------
    Grouping
        Everybody in exactly one unit. Units with nobody in or under them are left out; of others
        that have people only under them the heading stays, and asks nobody. The leaders of a unit
        answer in "Leaders of …" beside it; those of units at the top in "Leaders".

    Raises
    ------
    GroupingError
        With every fault of the tree and of the joins.
    """
    faults = _tree_faults(units)
    tree = _Tree(tuple(units), {unit.id: unit for unit in units})
    faults += _join_faults(tree, joins) if not faults else []
    if faults:
        raise GroupingError(faults)
    made = _Made({})
    own = _headings(tree, made)
    in_join = _joined_units(tree, joins, own, made)
    members = _members(tree, own, in_join, made)
    leaders = _leaders(tree, own, made)
    return Grouping(_in_order(tuple(made.units.values())), members, leaders)


def _tree_faults(units: Sequence[ClientUnit]) -> list[str]:
    """Return what keeps the client's units from being a tree; names may be there twice."""
    told = [Unit(unit.id, f"{unit.name} ({unit.id})", unit.parent, 0) for unit in units]
    faults = [_("A unit has no name or no id.")] if not all(u.id and u.name for u in units) else []
    faults += [
        _("“{unit}” has fewer than no people.", unit=unit.name)
        for unit in units
        if unit.members < 0 or unit.leaders < 0
    ]
    return faults or tree_faults(told)


def _headings(tree: _Tree, made: _Made) -> Mapping[str, str]:
    """Make a unit for each of the client's; return the survey's id for every client's id."""
    twice = Counter(unit.name.casefold() for unit in tree.units)
    own: dict[str, str] = {}
    for unit in _from_the_top(tree):
        above = tree.by_id[unit.parent] if unit.parent else None
        both = f"{unit.name} ({above.name})" if above else unit.name
        name = both if twice[unit.name.casefold()] > 1 else unit.name
        wanted = NOW_CALLED.get(unit.id, unit.id)
        own[unit.id] = made.add(f"unit {unit.id}", wanted, name, above and own[above.id])
    return own


def _from_the_top(tree: _Tree) -> list[ClientUnit]:
    """Return the units so that each stands after the one above it, in their order otherwise."""
    children: dict[str | None, list[ClientUnit]] = {}
    for unit in tree.units:
        children.setdefault(unit.parent, []).append(unit)
    waiting, found = list(reversed(children.get(None, []))), []
    while waiting:
        unit = waiting.pop()
        found.append(unit)
        waiting += reversed(children.get(unit.id, []))
    return found


def _joined_units(
    tree: _Tree, joins: Sequence[Joined], own: Mapping[str, str], made: _Made
) -> Mapping[str, str]:
    """Make a unit for each join; return its key for every client's unit in it."""
    in_join: dict[str, str] = {}
    for join in sorted(joins, key=lambda join: min(map(tree.place, join.units))):
        ids = sorted(set(join.units))
        key, above = f"join {' '.join(ids)}", _above(tree, ids)
        made.add(key, _join_id(ids), _join_name(tree, join), above and own[above])
        in_join |= dict.fromkeys(ids, key)
    return in_join


def _join_id(ids: Sequence[str]) -> str:
    """Return an id that tells these units from any others, in whatever order they were chosen."""
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return f"{short_name(ids[0], 24) or 'units'}-joined-{digest[:8]}"


def _join_name(tree: _Tree, join: Joined) -> str:
    if join.name.strip():
        return " ".join(join.name.split())
    return " + ".join(tree.by_id[unit].name for unit in sorted(set(join.units), key=tree.place))


def _above(tree: _Tree, ids: Sequence[str]) -> str | None:
    """Return the unit under which joined units stand: the one that is joined with its children."""
    parents = {tree.by_id[unit].parent for unit in ids}
    with_children = [unit for unit in ids if unit in parents]
    return with_children[0] if with_children else parents.pop()


def _members(
    tree: _Tree, own: Mapping[str, str], in_join: Mapping[str, str], made: _Made
) -> Mapping[str, str]:
    """Let members answer in their own unit, or in the one it was joined to."""
    members: dict[str, str] = {}
    for unit in tree.units:
        key = in_join.get(unit.id, f"unit {unit.id}")
        if unit.members:
            made.ask(key, unit.members)
            members[unit.id] = made.units[key].id
    return members


def _leaders(tree: _Tree, own: Mapping[str, str], made: _Made) -> Mapping[str, str]:
    """Let the leaders of units under one answer together, beside these."""
    leaders: dict[str, str] = {}
    for unit in tree.units:
        if not unit.leaders:
            continue
        above = tree.by_id[unit.parent] if unit.parent else None
        key = f"leaders {above.id if above else ''}"
        wanted = f"leaders-of-{above.id}" if above else TOP_LEADERS
        name = _("Leaders of {unit}", unit=above.name) if above else _("Leaders")
        leaders[unit.id] = made.add(key, wanted, name, above and own[above.id])
        made.ask(key, unit.leaders)
    return leaders


def _in_order(units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units that have people in or under them, each parent before its children.

    What was made later (joined units, leaders) stands before its neighbours with children, in the
    order in which it was made.
    """
    children: dict[str | None, list[Unit]] = {}
    for unit in units:
        children.setdefault(unit.parent, []).append(unit)
    peopled = _peopled(units)

    def under(parent: str | None) -> list[Unit]:
        kept = [unit for unit in children.get(parent, []) if unit.id in peopled]
        return [one for unit in kept for one in (unit, *under(unit.id))]

    return tuple(under(None))


def _peopled(units: Sequence[Unit]) -> set[str]:
    """Return the ids of units that have people in or under them."""
    parents = {unit.id: unit.parent for unit in units}
    peopled: set[str] = set()
    for unit in units:
        at: str | None = unit.id if unit.asked else None
        while at is not None and at not in peopled:
            peopled.add(at)
            at = parents[at]
    return peopled


def _join_faults(tree: _Tree, joins: Sequence[Joined]) -> list[str]:
    faults = [fault for join in joins for fault in _faults_of_join(tree, join)]
    often = Counter(unit for join in joins for unit in set(join.units) if unit in tree.by_id)
    faults += [
        _("“{unit}” is in two joins; leave it in one.", unit=tree.by_id[unit].name)
        for unit in sorted(often, key=tree.place)
        if often[unit] > 1
    ]
    return faults or _name_faults(tree, joins)


def _faults_of_join(tree: _Tree, join: Joined) -> list[str]:
    unknown = [unit for unit in join.units if unit not in tree.by_id]
    if unknown:
        return [
            _("There is no unit “{unit}” to join.", unit=unit[:LONGEST_NAME]) for unit in unknown
        ]
    if len(set(join.units)) < 2:
        return [_("Choose two units or more to join.")]
    names = _names(tree, join)
    faults = []
    if not _together(tree, set(join.units)):
        faults.append(
            _(
                "{names} cannot be joined: join units that stand right beside each other, or a "
                "unit's own people with units right under it.",
                names=names,
            )
        )
    parents = {unit.parent for unit in tree.units}
    faults += [
        _(
            "“{unit}” has no people of its own to join. Join the units under it.",
            unit=tree.by_id[unit].name,
        )
        for unit in dict.fromkeys(join.units)
        if not tree.by_id[unit].members and unit in parents
    ]
    return faults


def _together(tree: _Tree, ids: set[str]) -> bool:
    """Say whether units stand under one, or one of them is the parent of all others."""
    if len({tree.by_id[unit].parent for unit in ids}) == 1:
        return True
    return any({tree.by_id[other].parent for other in ids - {unit}} == {unit} for unit in ids)


def _name_faults(tree: _Tree, joins: Sequence[Joined]) -> list[str]:
    """A joined unit needs a short name that nothing else has: people read it on their cards."""
    names = [_join_name(tree, join) for join in joins]
    taken = Counter([*(u.name.casefold() for u in tree.units), *(n.casefold() for n in names)])
    faults = [
        _(
            "Give the joined units {names} a name of at most {most} characters.",
            names=_names(tree, join),
            most=LONGEST_NAME,
        )
        for join, name in zip(joins, names, strict=True)
        if len(name) > LONGEST_NAME
    ]
    return faults + [
        _("Another unit is called “{name}”; give the joined units another name.", name=name)
        for name in dict.fromkeys(names)
        if taken[name.casefold()] > 1
    ]


def _names(tree: _Tree, join: Joined) -> str:
    ids = sorted(set(join.units), key=tree.place)[:5]
    more = "…" if len(set(join.units)) > len(ids) else ""
    return ", ".join(f"“{tree.by_id[unit].name}”" for unit in ids) + more


def _free(wanted: str, taken: Callable[[str], bool], numbered: str) -> str:
    """Return what is wanted, with the first free number where it is taken."""
    more = (numbered.format(wanted, number) for number in count(2))
    return (
        next(one for one in (wanted, *()) if not taken(one))
        if not taken(wanted)
        else next(one for one in more if not taken(one))
    )


def _free_name(name: str, taken: set[str]) -> str:
    return _free(name, lambda one: one.casefold() in taken, "{} ({})")
