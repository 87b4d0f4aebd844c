"""From a client's tree and its numbers of people to the units of a survey.

Here belongs who answers in which unit: members in their own or in the one that the consultant
joined it to, leaders in the leaders' group of the level above. Pure: no database, no names of
people. What may be joined stands in `joining`, what groups are good for in
`survey.report.forecast`.

A unit of the survey has the same id whenever it is made from the same units of the client, so that
waves can be compared. They are compared by name as well, and leaders' groups are named in the
language of the moment: speak the client's, not the consultant's.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, count

from survey.disclosure.values import Unit
from survey.language import _
from survey.services.joining import ClientTree, ClientUnit, Joined, check_grouping
from survey.services.roster import NOW_CALLED, short_name

LEADERS = "leaders"
FIRST = -1
"""The place of leaders among the units they stand beside."""


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
        """Ids of the survey's units in which leaders answer; these are joined with nothing."""
        return frozenset(self.leaders.values())

    def behind(self, unit: str) -> tuple[str, ...]:
        """Return the client's units whose members answer in a unit of the survey."""
        return tuple(client for client, survey in self.members.items() if survey == unit)


@dataclass
class _Made:
    """The survey's units while they are made: ids and names stay unique, people are added up."""

    units: dict[str, Unit] = field(default_factory=dict)
    """By what each is made from, which is no id."""
    ids: dict[str, str] = field(default_factory=dict)
    places: dict[str, int] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    told: set[str] = field(default_factory=set)

    def id_of(self, key: str, wanted: str) -> str:
        """Return the id of what is made from something, which nothing else has."""
        if key not in self.ids:
            self.ids[key] = _free(wanted, self.taken, "-{}")
        return self.ids[key]

    def add(self, key: str, name: str, parent: str | None, place: int) -> None:
        """Make a unit, its id being known, where there is none of this key yet."""
        if key not in self.units:
            unique = _free(name, self.told, " ({})")
            self.units[key] = Unit(self.ids[key], unique, parent, 0)
            self.places[self.ids[key]] = place

    def ask(self, key: str, people: int) -> str:
        """Let more people answer in a unit; return its id."""
        unit = self.units[key]
        self.units[key] = replace(unit, asked=unit.asked + people)
        return unit.id


def _free(wanted: str, taken: set[str], numbered: str) -> str:
    """Return what is wanted, with a number where it is taken; it is taken from then on."""
    names = chain([wanted], (wanted + numbered.format(number) for number in count(2)))
    name = next(one for one in names if one.casefold() not in taken)
    taken.add(name.casefold())
    return name


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
        Everybody in exactly one unit. Units with nobody in or under them are left out; one with
        people only under it stays as a heading and asks nobody. The leaders of a unit answer in
        "Leaders of …" beside it, those of units at the top in "Leaders".

    Raises
    ------
    GroupingError
        With every fault of the tree, or of the joins.
    """
    tree = ClientTree(tuple(units))
    check_grouping(tree, joins)
    made = _Made()
    own = _own_units(tree, made)
    joined = _joined_units(tree, joins, own, made)
    members = {
        unit.id: made.ask(joined.get(unit.id, f"unit {unit.id}"), unit.members)
        for unit in tree.units
        if unit.members
    }
    leaders = _leaders(tree, own, made)
    return Grouping(_in_order(made), members, leaders)


def _own_units(tree: ClientTree, made: _Made) -> Mapping[str, str]:
    """Make a unit for each of the client's; return the survey's id by the client's."""
    often = Counter(unit.name.casefold() for unit in tree.units)
    own = {
        unit.id: made.id_of(f"unit {unit.id}", NOW_CALLED.get(unit.id, unit.id))
        for unit in sorted(tree.units, key=lambda unit: unit.id in NOW_CALLED)
    }
    for unit in tree.units:
        above = tree.by_id[unit.parent] if unit.parent else None
        shared = above and often[unit.name.casefold()] > 1
        name = f"{unit.name} ({above.name})" if above and shared else unit.name
        made.add(f"unit {unit.id}", name, own[above.id] if above else None, tree.places[unit.id])
    return own


def _joined_units(
    tree: ClientTree, joins: Sequence[Joined], own: Mapping[str, str], made: _Made
) -> Mapping[str, str]:
    """Make a unit for each join, at the place of its first; return its key by the client's id."""
    keys: dict[str, str] = {}
    for join in sorted(joins, key=lambda join: tree.places[tree.of_join(join)[0].id]):
        inside, above = tree.of_join(join), tree.above(join)
        ids = sorted(unit.id for unit in inside)
        key = f"join {ids}"
        made.id_of(key, join_id(ids))
        made.add(key, tree.name_of(join), above and own[above], tree.places[inside[0].id])
        keys |= dict.fromkeys(ids, key)
    return keys


def join_id(ids: Sequence[str]) -> str:
    """Return an id that tells these units from any others, in whatever order they were chosen."""
    digest = hashlib.sha256("\n".join(ids).encode()).hexdigest()
    return f"{short_name(ids[0], 24) or 'units'}-joined-{digest[:8]}"


def _leaders(tree: ClientTree, own: Mapping[str, str], made: _Made) -> Mapping[str, str]:
    """Let the leaders of units that stand under one answer together, beside these."""
    leaders: dict[str, str] = {}
    for unit in tree.units:
        if unit.leaders:
            above = tree.by_id[unit.parent] if unit.parent else None
            key = f"leaders {above.id}" if above else LEADERS
            wanted = f"{LEADERS}-of-{above.id}" if above else LEADERS
            name = _("Leaders of {unit}", unit=above.name) if above else _("Leaders")
            made.id_of(key, wanted)
            made.add(key, name, own[above.id] if above else None, FIRST)
            leaders[unit.id] = made.ask(key, unit.leaders)
    return leaders


def _in_order(made: _Made) -> tuple[Unit, ...]:
    """Return the units with people in or under them, each before those under it.

    Leaders stand first among their neighbours, joined units in the place of the first of them.
    """
    peopled = _peopled(made.units.values())
    children: dict[str | None, list[Unit]] = {}
    for unit in sorted(made.units.values(), key=lambda unit: made.places[unit.id]):
        if unit.id in peopled:
            children.setdefault(unit.parent, []).append(unit)

    def under(parent: str | None) -> list[Unit]:
        return [one for unit in children.get(parent, []) for one in (unit, *under(unit.id))]

    return tuple(under(None))


def _peopled(units: Collection[Unit]) -> set[str]:
    """Return the ids of units that have people in or under them."""
    parents = {unit.id: unit.parent for unit in units}
    peopled: set[str] = set()
    for unit in units:
        at = unit.id if unit.asked else None
        while at is not None and at not in peopled:
            peopled.add(at)
            at = parents[at]
    return peopled
