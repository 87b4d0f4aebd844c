"""Saving the people of a client that a file brings, and the units that it names: all at once.

What the file says was read and judged before (`roster_checking`), and compared with the roster
(`roster_changes`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.client_units import UnitLine, free_id, in_order, known_ids, tree_of
from survey.services.clients import hold
from survey.services.roster_changes import Changes, PersonLine, Way, changes
from survey.services.roster_checking import Placed, Tell
from survey.services.rosters import edition_of_roster, every_person, values_of
from survey.storage.workspace import ClientUnit, Person

Row = TypeVar("Row")
BLOCK = 2000
"""Rows that are written with one statement."""


class RosterChanged(UserError):
    """Somebody changed the roster or its units meanwhile. Nothing was saved."""


@dataclass(frozen=True)
class Saved:
    """What a file has changed."""

    added: int
    changed: int
    removed: int
    units: int


def save_people(
    session: Session,
    client: str,
    people: Sequence[Placed],
    new_units: Sequence[tuple[str, ...]],
    way: Way,
    edition: str,
    tell: Tell = lambda _done, _total: None,
) -> Saved:
    """Save what a file tells, in one transaction.

    Parameters
    ----------
    people, new_units
        As they were checked.
    way
        Whether those who are missing in the file go.
    edition
        Of the roster, as what would change was worked out.
    tell
        Is told how far it is.

    Raises
    ------
    RosterChanged
        It is no longer that edition; nothing was saved.
    """
    with session.begin():
        hold(session, client)
        if edition_of_roster(session, client) != edition:
            raise RosterChanged
        made = _make_units(session, client, new_units)
        found = changes(every_person(session, client), people)
        gone = [person.id for person in found.missing] if way == "replace" else []
        _write(session, client, found, gone, made, tell)
    return Saved(len(found.added), len(found.changed), len(gone), len(new_units))


def _write(
    session: Session,
    client: str,
    found: Changes,
    gone: Sequence[int],
    made: Mapping[tuple[str, ...], str],
    tell: Tell,
) -> None:
    changed = [
        {"id": change.before.id, **values_of(_placed(change.after, made))}
        for change in found.changed
    ]
    added = [{"client": client, **values_of(_placed(placed, made))} for placed in found.added]
    total, done = len(gone) + len(changed) + len(added), 0
    for block in _blocks(gone):
        session.execute(sa.delete(Person).where(Person.client == client, Person.id.in_(block)))
        tell(done := done + len(block), total)
    for rows, statement in ((changed, sa.update(Person)), (added, sa.insert(Person))):
        for some in _blocks(rows):
            session.execute(statement, some)
            tell(done := done + len(some), total)


def _make_units(
    session: Session, client: str, paths: Sequence[tuple[str, ...]]
) -> Mapping[tuple[str, ...], str]:
    """Add units, each after the one above it; return the ids by their paths in small letters."""
    tree = tree_of(session, client)
    ids = _ids_by_path(tree)
    taken = {unit.id for unit in tree} | known_ids(session, client)
    added = []
    for at, path in enumerate(paths, len(tree)):
        key = free_id(path[-1], taken)
        taken.add(key)
        parent = ids[_key(path[:-1])] if len(path) > 1 else None
        ids[_key(path)] = key
        added.append(UnitLine(key, path[-1], parent, at, 0, 0, 0))
    _insert_units(session, client, tree, added)
    return ids


def _insert_units(
    session: Session, client: str, tree: Sequence[UnitLine], added: Sequence[UnitLine]
) -> None:
    if not added:
        return
    places = {unit.id: unit.place for unit in in_order([*tree, *added])}
    columns = "id", "name", "parent", "people"
    rows = [
        {"client": client, "place": places[unit.id]}
        | {name: getattr(unit, name) for name in columns}
        for unit in added
    ]
    session.execute(sa.insert(ClientUnit), rows)
    here = [{"client": client, "id": unit.id, "place": places[unit.id]} for unit in tree]
    if here:
        session.execute(sa.update(ClientUnit), here)


def _ids_by_path(tree: Sequence[UnitLine]) -> dict[tuple[str, ...], str]:
    paths: dict[str, tuple[str, ...]] = {}
    for unit in tree:  # each stands after the one above it
        paths[unit.id] = (*(paths[unit.parent] if unit.parent else ()), unit.name.casefold())
    return {path: unit for unit, path in paths.items()}


def _placed(placed: Placed, made: Mapping[tuple[str, ...], str]) -> PersonLine:
    told = placed.entry
    unit = placed.unit if isinstance(placed.unit, str) else made[_key(placed.unit)]
    return PersonLine(0, unit, told.name, told.email, told.language, told.leads)


def _blocks(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    return (rows[at : at + BLOCK] for at in range(0, len(rows), BLOCK))


def _key(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in path)
