"""The tree of a client's units, and changing it by hand: one use case each, in one transaction.

The order of the tree is that in which it is shown: each unit right above the ones under it. Ids
stay with their unit: one that a survey or a draft still knows is given to no other. What a file
of people brings stands in `roster_saving`.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.clients import hold, looking, numbered
from survey.services.roster import (
    LONGEST_NAME,
    MOST_LEVELS,
    MOST_PEOPLE,
    MOST_UNITS,
    NOW_CALLED,
    short_name,
)
from survey.storage.models import Survey, Unit
from survey.storage.workspace import ClientUnit, Draft, Person

OF_LEADERS = "leaders-of-"
"""How the ids of groups of leaders begin, which surveys are given besides."""


class UnknownUnit(UserError):
    """The unit is no longer there. Somebody may have deleted it."""


class UnitNameMissing(UserError):
    """Write the name of the unit."""


class UnitNameTooLong(UserError):
    """Shorten the name to {most} characters."""


class UnitNameTaken(UserError):
    """There is already a unit called “{name}” in this place."""


class UnitUnderItself(UserError):
    """“{name}” cannot stand under itself, nor under a unit that belongs to it."""


class TooDeep(UserError):
    """Units can stand {most} levels deep, no deeper."""


class TooManyUnits(UserError):
    """A client can have {most} units, no more."""


class PeopleOutOfRange(UserError):
    """Write how many people, as a whole number from 0 to {most}."""


class GoingChanged(UserError):
    """Somebody changed this unit meanwhile. Nothing was deleted; look again at what would go."""


@dataclass(frozen=True)
class UnitLine:
    """A unit of a client.

    Attributes
    ----------
    place : where it stands in the tree, from 0
    people : people of it who are in no roster, such as those who only get cards
    members : people of the roster who do not lead it
    leaders : people of the roster who lead it
    """

    id: str
    name: str
    parent: str | None
    place: int
    people: int
    members: int
    leaders: int

    @property
    def all(self) -> int:
        """Everybody of the unit itself."""
        return self.people + self.members + self.leaders


@dataclass(frozen=True)
class Going:
    """What goes with a unit: itself and the units under it, people of the roster, nameless ones."""

    units: int
    people: int
    nameless: int


def tree_of(session: Session, client: str) -> tuple[UnitLine, ...]:
    """Return the units of a client in the order of the tree, with how many people each has."""
    leads = sa.func.sum(sa.case((Person.leads, 1), else_=0))
    counted = sa.select(Person.unit, sa.func.count(), leads).where(Person.client == client)
    with looking(session):
        people = {
            unit: (many, int(leading))
            for unit, many, leading in session.execute(counted.group_by(Person.unit))
        }
        rows = _rows(session, client)
    lines = []
    for row in rows:
        many, leading = people.get(row.id, (0, 0))
        lines.append(
            UnitLine(row.id, row.name, row.parent, row.place, row.people, many - leading, leading)
        )
    return in_order(lines)


def in_order(units: Iterable[UnitLine]) -> tuple[UnitLine, ...]:
    """Return units from the top down, each right above those under it; places count from 0."""
    below: dict[str | None, list[UnitLine]] = {}
    for unit in sorted(units, key=lambda unit: (unit.place, unit.id)):
        below.setdefault(unit.parent, []).append(unit)
    found: list[UnitLine] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        unit = waiting.pop()
        found.append(unit if unit.place == len(found) else replace(unit, place=len(found)))
        waiting += below.get(unit.id, [])[::-1]
    return tuple(found)


def add_unit(session: Session, client: str, name: str, parent: str | None) -> str:
    """Add a unit as the last one under another, or at the top; return its id."""
    told = _named(name)
    with session.begin():
        tree = _held(session, client)
        if len(tree) >= MOST_UNITS:
            raise TooManyUnits(most=MOST_UNITS)
        _check_place(tree, "", told, parent)
        key = free_id(told, {unit.id for unit in tree} | known_ids(session, client))
        session.add(
            ClientUnit(client=client, id=key, name=told, parent=parent, place=len(tree), people=0)
        )
        session.flush()
        added = UnitLine(key, told, parent, len(tree), 0, 0, 0)
        _keep_places(session, client, [*tree, added])
    return key


def rename_unit(session: Session, client: str, unit: str, name: str) -> None:
    """Call a unit something else; its id stays."""
    told = _named(name)
    with session.begin():
        tree = _held(session, client)
        _check_place(tree, unit, told, _one(tree, unit).parent)
        _row(session, client, unit).name = told


def move_unit(session: Session, client: str, unit: str, parent: str | None) -> None:
    """Put a unit, with all under it, under another or at the top, as the last one there."""
    with session.begin():
        tree = _held(session, client)
        line = _one(tree, unit)
        if line.parent == parent:
            return
        if parent is not None and parent in below(tree, unit):
            raise UnitUnderItself(name=line.name)
        _check_place(tree, unit, line.name, parent)
        _row(session, client, unit).parent = parent
        session.flush()
        moved = replace(line, parent=parent, place=len(tree))
        _keep_places(session, client, [moved if u.id == unit else u for u in tree])


def shift_unit(session: Session, client: str, unit: str, step: int) -> None:
    """Let a unit change places with the one before it (-1) or after it (1) under the same."""
    with session.begin():
        tree = _held(session, client)
        line = _one(tree, unit)
        beside = [u for u in tree if u.parent == line.parent]
        at = beside.index(line)
        if not 0 <= at + step < len(beside):
            return
        other = beside[at + step]
        places = {line.id: other.place, other.id: line.place}
        changed = [replace(u, place=places.get(u.id, u.place)) for u in tree]
        _keep_places(session, client, changed)


def set_people(session: Session, client: str, unit: str, people: int) -> None:
    """Say how many people of a unit are in no roster."""
    if not 0 <= people <= MOST_PEOPLE:
        raise PeopleOutOfRange(most=MOST_PEOPLE)
    with session.begin():
        hold(session, client)
        _row(session, client, unit).people = people


def going_with(tree: Sequence[UnitLine], unit: str) -> Going:
    """Return what goes when a unit is deleted: it takes all under it along."""
    gone = below(tree, unit)
    lines = [line for line in tree if line.id in gone]
    named = sum(line.members + line.leaders for line in lines)
    return Going(len(lines), named, sum(line.people for line in lines))


def delete_unit(session: Session, client: str, unit: str, agreed: Going) -> None:
    """Delete a unit with all under it and their people, where it is still what was agreed to."""
    with session.begin():
        tree = _held(session, client)
        _one(tree, unit)
        if going_with(tree, unit) != agreed:
            raise GoingChanged
        gone = below(tree, unit)
        for table, column in ((Person, Person.unit), (ClientUnit, ClientUnit.id)):
            session.execute(sa.delete(table).where(table.client == client, column.in_(gone)))
        _keep_places(session, client, [u for u in tree if u.id not in gone])


def below(tree: Sequence[UnitLine], unit: str) -> frozenset[str]:
    """Return a unit and all that stand under it; nothing where there is no such unit."""
    found: set[str] = set()
    for line in tree:  # each stands after the one above it
        if line.id == unit or line.parent in found:
            found.add(line.id)
    return frozenset(found)


def depths(tree: Sequence[UnitLine]) -> Mapping[str, int]:
    """Return how many units stand above each."""
    found: dict[str, int] = {}
    for line in tree:
        found[line.id] = found[line.parent] + 1 if line.parent is not None else 0
    return found


def path_of(tree: Mapping[str, UnitLine], unit: str) -> tuple[str, ...]:
    """Return the names from the top down to a unit."""
    names: list[str] = []
    at: str | None = unit
    while at is not None:
        names.append(tree[at].name)
        at = tree[at].parent
    return tuple(reversed(names))


def known_ids(session: Session, client: str) -> frozenset[str]:
    """Return ids that surveys and drafts of a client still speak of, inside a transaction."""
    asked = sa.select(Unit.id).join(Survey, Survey.slug == Unit.survey)
    found = set(session.scalars(asked.where(Survey.client_id == client)))
    for settings in session.scalars(sa.select(Draft.settings).where(Draft.client == client)):
        found.update(re.findall(r'"([a-z0-9-]+)"', settings))
    return frozenset(found)


def free_id(name: str, taken: AbstractSet[str]) -> str:
    """Return an id for a new unit: its letters and digits, numbered where they are taken."""
    wanted = short_name(name) or "unit"
    if wanted.startswith(OF_LEADERS):
        wanted = f"unit-{wanted}"
    return next(key for key in numbered(wanted) if key not in taken and key not in NOW_CALLED)


def _rows(session: Session, client: str) -> Sequence[sa.Row[str, str, str | None, int, int]]:
    table = ClientUnit
    query = sa.select(table.id, table.name, table.parent, table.place, table.people)
    return session.execute(query.where(table.client == client)).all()


def _held(session: Session, client: str) -> tuple[UnitLine, ...]:
    """Return the tree, which nobody else changes until this transaction ends."""
    hold(session, client)
    return tree_of(session, client)


def _one(tree: Sequence[UnitLine], unit: str) -> UnitLine:
    line = next((line for line in tree if line.id == unit), None)
    if line is None:
        raise UnknownUnit
    return line


def _row(session: Session, client: str, unit: str) -> ClientUnit:
    row = session.get(ClientUnit, (client, unit))
    if row is None:
        raise UnknownUnit
    return row


def _named(name: str) -> str:
    told = " ".join(name.split())
    if not told:
        raise UnitNameMissing
    if len(told) > LONGEST_NAME:
        raise UnitNameTooLong(most=LONGEST_NAME)
    return told


def _check_place(tree: Sequence[UnitLine], unit: str, name: str, parent: str | None) -> None:
    """Check that a unit of this name may stand there: with all that stands under it."""
    if parent is not None:
        _one(tree, parent)
    taken = {u.name.casefold() for u in tree if u.parent == parent and u.id != unit}
    if name.casefold() in taken:
        raise UnitNameTaken(name=name)
    deep = depths(tree)
    own = [deep[u] for u in below(tree, unit)] or [0]
    top = deep[parent] + 1 if parent is not None else 0
    if top + max(own) - min(own) > MOST_LEVELS:
        raise TooDeep(most=MOST_LEVELS + 1)


def _keep_places(session: Session, client: str, after: Iterable[UnitLine]) -> None:
    """Write the places that have changed; the rows themselves are there."""
    stored = {row.id: row.place for row in _rows(session, client)}
    changed = [
        {"client": client, "id": unit.id, "place": unit.place}
        for unit in in_order(after)
        if stored.get(unit.id) != unit.place
    ]
    if changed:
        session.execute(sa.update(ClientUnit), changed)
