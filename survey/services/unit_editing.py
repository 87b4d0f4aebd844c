"""Changing a client's tree of units by hand: one use case each, in one transaction.

What a tree is, and how it is read, stands in `client_units`. What a file of people brings stands in
`roster_saving`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.client_units import (
    UnitLine,
    UnknownUnit,
    below,
    depths,
    free_id,
    in_order,
    known_ids,
    tree_of,
)
from survey.services.clients import hold
from survey.services.roster import LONGEST_NAME, MOST_LEVELS, MOST_PEOPLE, MOST_UNITS
from survey.storage.workspace import ClientUnit, Person


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
class Going:
    """What goes with a unit: itself and the units under it, people of the roster, nameless ones."""

    units: int
    people: int
    nameless: int


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
    query = sa.select(ClientUnit.id, ClientUnit.place).where(ClientUnit.client == client)
    stored = {row.id: row.place for row in session.execute(query)}
    changed = [
        {"client": client, "id": unit.id, "place": unit.place}
        for unit in in_order(after)
        if stored.get(unit.id) != unit.place
    ]
    if changed:
        session.execute(sa.update(ClientUnit), changed)
