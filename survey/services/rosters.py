"""The people of a client: listed, found, changed one by one.

A mail address stands in a roster once, whatever its capitals. Nothing here says whether somebody
was asked, let alone whether they answered. What a file brings, all at once, is saved by
`roster_saving`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.client_units import (
    UnknownUnit,
    below,
    tree_of,
)
from survey.services.clients import hold, looking
from survey.services.roster_changes import PersonLine as PersonLine  # noqa: PLC0414 -- offered here
from survey.services.roster_rules import Fault, read_entry
from survey.storage.models import NUMBERS
from survey.storage.workspace import Client, ClientUnit, Person

_COLUMNS = Person.id, Person.unit, Person.name, Person.email, Person.language, Person.leads


class UnknownPerson(UserError):
    """The person is no longer in the roster. Somebody may have removed them."""


class PersonFaulty(UserError):
    """The person cannot be kept: {told}"""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(told=" ".join(fault.advice() for fault in faults))


class MailTaken(UserError):
    """{email} stands in the roster already. Everybody is in it once."""


@dataclass(frozen=True)
class People:
    """Some of those who were found, how many were found, and how many there are."""

    lines: tuple[PersonLine, ...]
    found: int
    total: int


def people_of(session: Session, client: str) -> tuple[PersonLine, ...]:
    """Return everybody of a client, by unit as the tree goes; leaders first, then by name."""
    with looking(session):
        places = {unit.id: unit.place for unit in tree_of(session, client)}
        people = every_person(session, client)
    return tuple(
        sorted(people, key=lambda p: (places[p.unit], not p.leads, p.name.casefold(), p.id))
    )


def find_people(
    session: Session, client: str, wanted: str = "", unit: str = "", skip: int = 0, most: int = 50
) -> People:
    """Return people in whose name, address or unit every word that is searched for stands.

    `unit` leaves only the people of a unit and of those under it.
    """
    words = wanted.casefold().split()
    with looking(session):
        tree = tree_of(session, client) if unit or words else ()
        inside = below(tree, unit) if unit else None
        if not words:
            return _page(session, client, inside, skip, most)
        everybody = people_of(session, client)
    names = {line.id: line.name for line in tree if inside is None or line.id in inside}
    found = [p for p in everybody if p.unit in names and _fits(p, names[p.unit], words)]
    return People(tuple(found[skip : skip + most]), len(found), len(everybody))


def person_of(session: Session, client: str, person: int) -> PersonLine:
    """Return one person; `UnknownPerson` where the client has none of this number."""
    with looking(session):
        return _line(_row(session, client, person))


def add_person(session: Session, client: str, unit: str, cells: Mapping[str, str]) -> int:
    """Add somebody to a unit, and return the number.

    `cells` are those of a row: name, mail, language, leads.

    Raises
    ------
    UnknownUnit, PersonFaulty, MailTaken
    """
    with session.begin():
        told = _told(session, client, unit, cells, but=0)
        row = Person(client=client, **values_of(told))
        session.add(row)
        session.flush()
        return row.id


def change_person(
    session: Session, client: str, person: int, unit: str, cells: Mapping[str, str]
) -> None:
    """Keep somebody as the cells tell.

    Raises
    ------
    UnknownPerson, UnknownUnit, PersonFaulty, MailTaken
    """
    with session.begin():
        told = _told(session, client, unit, cells, but=person)
        row = _row(session, client, person)
        for name, value in values_of(told).items():
            setattr(row, name, value)


def delete_person(session: Session, client: str, person: int) -> None:
    """Take somebody out of the roster; whoever is gone already stays so."""
    if person not in NUMBERS:
        return
    with session.begin():
        hold(session, client)
        session.execute(sa.delete(Person).where(Person.client == client, Person.id == person))


def delete_roster(session: Session, client: str) -> int:
    """Delete everybody of a client's roster; units stay. Returns how many people went."""
    with session.begin():
        hold(session, client)
        everybody = sa.select(sa.func.count()).where(Person.client == client)
        many = session.scalar(everybody) or 0
        session.execute(sa.delete(Person).where(Person.client == client))
    return many


def edition_of_roster(session: Session, client: str) -> str:
    """Return what changes whenever a unit or a person does, or a name of either."""
    digest = blake2b(digest_size=16)
    with looking(session):
        for unit in tree_of(session, client):
            digest.update(repr((unit.id, unit.name, unit.parent)).encode())
        for person in every_person(session, client):
            digest.update(repr(person).encode())
    return digest.hexdigest()


def _told(
    session: Session, client: str, unit: str, cells: Mapping[str, str], but: int
) -> PersonLine:
    """Return somebody as typed in; nobody else changes the roster until the transaction ends."""
    hold(session, client)
    if session.get(ClientUnit, (client, unit)) is None:
        raise UnknownUnit
    otherwise = session.get_one(Client, client).language
    entry, faults = read_entry(0, {**cells, "unit": "any"}, otherwise)
    if faults:
        raise PersonFaulty(faults)
    if entry.email and any(
        person.email.casefold() == entry.email.casefold() and person.id != but
        for person in every_person(session, client)
    ):
        raise MailTaken(email=entry.email)
    return PersonLine(0, unit, entry.name, entry.email, entry.language, entry.leads)


def values_of(person: PersonLine) -> dict[str, object]:
    """Return what the columns of somebody hold."""
    names = "unit", "name", "email", "language", "leads"
    return {name: getattr(person, name) for name in names}


def every_person(session: Session, client: str) -> list[PersonLine]:
    """Return everybody of a client, in no order that matters, inside a transaction."""
    query = sa.select(*_COLUMNS).where(Person.client == client).order_by(Person.id)
    return [PersonLine(*row) for row in session.execute(query)]


def _page(
    session: Session, client: str, inside: frozenset[str] | None, skip: int, most: int
) -> People:
    """Return a page of everybody, or of those in some units: the database counts and sorts."""
    total = _many(session, own := [Person.client == client])
    if inside is not None:
        own.append(Person.unit.in_(inside))
    same = sa.and_(ClientUnit.client == Person.client, ClientUnit.id == Person.unit)
    order = ClientUnit.place, Person.leads.desc(), sa.func.lower(Person.name), Person.id
    query = sa.select(*_COLUMNS).join(ClientUnit, same).where(*own).order_by(*order)
    lines = session.execute(query.offset(skip).limit(most))
    found = total if inside is None else _many(session, own)
    return People(tuple(PersonLine(*row) for row in lines), found, total)


def _many(session: Session, own: Sequence[sa.ColumnElement[bool]]) -> int:
    return session.scalar(sa.select(sa.func.count(Person.id)).where(*own)) or 0


def _row(session: Session, client: str, person: int) -> Person:
    row = session.get(Person, person) if person in NUMBERS else None
    if row is None or row.client != client:
        raise UnknownPerson
    return row


def _line(row: Person) -> PersonLine:
    return PersonLine(row.id, row.unit, row.name, row.email, row.language, row.leads)


def _fits(person: PersonLine, unit: str, words: Sequence[str]) -> bool:
    text = f"{person.name} {person.email} {unit}".casefold()
    return all(word in text for word in words)
