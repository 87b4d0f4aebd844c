"""Clients: whose people are asked, and what their surveys begin with.

Here belong the clients themselves and who may work with them from the start. Their units stand in
`client_units`, their people in `rosters`; who may see which client is asked in `rights`.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, count
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute, Session

from survey.errors import UserError
from survey.language import LANGUAGES
from survey.services.accounts import User
from survey.services.rights import clients_of
from survey.services.roster import short_name
from survey.services.surveys import SurveyLine, list_surveys
from survey.storage.engine import reading
from survey.storage.models import Survey
from survey.storage.workspace import Client, ClientUnit, Draft, Membership, Person

LONGEST_NAME = 120
LONGEST_LINE = 200
LONGEST_NOTICE = 1500
"""Characters of the notice on a respondent's page: a page of a phone or two."""
TAKEN = frozenset({"new"})
"""Ids that are addresses of something else."""


class UnknownClient(UserError):
    """There is no client at this address. Please check the link."""


class ClientNameMissing(UserError):
    """Write the name of the client."""


class ClientNameTooLong(UserError):
    """Shorten the name to {most} characters."""


class ClientNameTaken(UserError):
    """There is already a client called “{name}”, perhaps one of a colleague. Choose another name,
    or ask the owner of this site to give you that client.
    """


class UnknownClientLanguage(UserError):
    """Choose one of the languages."""


class UnknownTimezone(UserError):
    """“{name}” is no time zone; write one such as Europe/Berlin."""


class DetailTooLong(UserError):
    """Shorten this to {most} characters; it has {many}."""

    def __init__(self, field: str, most: int, many: int) -> None:
        self.field = field
        super().__init__(most=most, many=many)


class RosterDayPassed(UserError):
    """Write a day from tomorrow on: on it the roster is deleted."""


@dataclass(frozen=True)
class ClientView:
    """A client, and what a new survey of it begins with."""

    id: str
    name: str
    language: str
    timezone: str
    controller: str = ""
    controller_contact: str = ""
    privacy_notice: str = ""
    help_contact: str = ""
    harm_role: str = ""
    roster_until: date | None = None
    added_on: date = date.min


@dataclass(frozen=True)
class ClientLine:
    """A client in the list, in numbers."""

    id: str
    name: str
    units: int
    people: int
    drafts: int
    surveys: int


@dataclass(frozen=True)
class DraftLine:
    """A survey that is being prepared."""

    id: str
    title: str
    changed_at: datetime


@dataclass(frozen=True)
class Work:
    """What goes on for a client: what is prepared and what was opened, the newest first."""

    drafts: tuple[DraftLine, ...]
    surveys: tuple[SurveyLine, ...]


DETAILS: Mapping[str, int] = {
    "controller": LONGEST_LINE,
    "controller_contact": LONGEST_LINE,
    "privacy_notice": LONGEST_NOTICE,
    "help_contact": LONGEST_LINE,
    "harm_role": LONGEST_LINE,
}
"""Field -> characters it may have."""


@contextmanager
def looking(session: Session) -> Iterator[None]:
    """Read within the caller's transaction where one is open, or else in one of its own."""
    if session.in_transaction():
        yield
    else:
        with reading(session):
            yield


def client_view(session: Session, client: str) -> ClientView:
    """Return one client; `UnknownClient` where there is none of this name."""
    with looking(session):
        row = session.get(Client, client)
        if row is None:
            raise UnknownClient
        return ClientView(**{name: getattr(row, name) for name in ClientView.__annotations__})


def list_clients(session: Session, user: User) -> tuple[ClientLine, ...]:
    """Return the clients somebody runs surveys for, by name."""
    own = clients_of(session, user)
    with looking(session):
        units, heads = _counts(session, ClientUnit.client), _heads(session)
        people, drafts = _counts(session, Person.client), _counts(session, Draft.client)
        surveys = _counts(session, Survey.client_id)
        rows = session.execute(sa.select(Client.id, Client.name)).all()
    lines = [
        ClientLine(
            key,
            name,
            units.get(key, 0),
            people.get(key, 0) + heads.get(key, 0),
            drafts.get(key, 0),
            surveys.get(key, 0),
        )
        for key, name in rows
        if own is None or key in own
    ]
    return tuple(sorted(lines, key=lambda line: (line.name.casefold(), line.id)))


def work_of(session: Session, client: str, now: datetime) -> Work:
    """Return what is prepared and what was opened for a client."""
    query = sa.select(Draft.id, Draft.title, Draft.changed_at).where(Draft.client == client)
    with looking(session):
        drafts = [DraftLine(*row) for row in session.execute(query)]
        asked = sa.select(Survey.slug).where(Survey.client_id == client)
        own = set(session.scalars(asked))
    lines = [line for line in list_surveys(session, now) if line.slug in own] if own else []
    drafts.sort(key=lambda line: (line.changed_at, line.id), reverse=True)
    return Work(tuple(drafts), tuple(lines))


def client_named(session: Session, name: str) -> str | None:
    """Return the id of the client that is called so; None where there is none."""
    wanted = " ".join(name.split()).casefold()
    with looking(session):
        rows = session.execute(sa.select(Client.id, Client.name))
        return next((key for key, called in rows if called.casefold() == wanted), None)


def add_client(
    session: Session, user: User, name: str, language: str, timezone: str, now: datetime
) -> str:
    """Add a client and return its id; a consultant who adds one runs its surveys.

    Raises
    ------
    ClientNameMissing, ClientNameTooLong, ClientNameTaken, UnknownClientLanguage, UnknownTimezone
    """
    told = " ".join(name.split())
    _check(told, language, timezone)
    with session.begin():
        _check_free(session, told, but="")
        key = _free_id(session, told)
        today = now.astimezone(ZoneInfo(timezone)).date()
        empty = dict.fromkeys(DETAILS, "")
        session.add(
            Client(id=key, name=told, language=language, timezone=timezone, added_on=today, **empty)
        )
        if user.role == "consultant":
            session.flush()
            session.add(Membership(client=key, account=user.id))
    return key


def change_client(session: Session, changed: ClientView, now: datetime) -> None:
    """Keep a client as it is told; its id and the day it was added stay.

    Raises
    ------
    UnknownClient, ClientNameMissing, ClientNameTooLong, ClientNameTaken, UnknownClientLanguage,
    UnknownTimezone, DetailTooLong, RosterDayPassed
    """
    _check(changed.name, changed.language, changed.timezone)
    for field, most in DETAILS.items():
        if (many := len(getattr(changed, field))) > most:
            raise DetailTooLong(field, most, many)
    with session.begin():
        row = session.get(Client, changed.id)
        if row is None:
            raise UnknownClient
        _check_free(session, changed.name, but=changed.id)
        _check_day(changed, row.roster_until, now)
        for name in ("name", "language", "timezone", "roster_until", *DETAILS):
            setattr(row, name, getattr(changed, name))


def hold(session: Session, client: str) -> None:
    """Let nobody else change units and people of a client until this transaction ends."""
    query = sa.select(Client.id).where(Client.id == client).with_for_update()
    if session.scalar(query) is None:
        raise UnknownClient


def _check(name: str, language: str, timezone: str) -> None:
    if not name.strip():
        raise ClientNameMissing
    if len(name) > LONGEST_NAME:
        raise ClientNameTooLong(most=LONGEST_NAME)
    if language not in LANGUAGES:
        raise UnknownClientLanguage
    if timezone not in available_timezones():
        raise UnknownTimezone(name=timezone[:40])


def _check_free(session: Session, name: str, but: str) -> None:
    """Names differ by more than capitals, or nobody could tell two clients apart."""
    rows = session.execute(sa.select(Client.id, Client.name)).all()
    if any(key != but and known.casefold() == name.casefold() for key, known in rows):
        raise ClientNameTaken(name=name)


def _check_day(changed: ClientView, before: date | None, now: datetime) -> None:
    """A day that stands there already may pass; a new one lies ahead."""
    day = changed.roster_until
    today = now.astimezone(ZoneInfo(changed.timezone)).date()
    if day is not None and day != before and day <= today:
        raise RosterDayPassed


def _free_id(session: Session, name: str) -> str:
    taken = {*TAKEN, *session.scalars(sa.select(Client.id))}
    taken.update(slug for slug in session.scalars(sa.select(Survey.client_id)) if slug)
    return next(key for key in numbered(short_name(name) or "client") if key not in taken)


def numbered(wanted: str) -> Iterator[str]:
    """Yield an id and then the same with numbers, from 2 on."""
    return chain([wanted], (f"{wanted}-{number}" for number in count(2)))


def _counts(session: Session, column: InstrumentedAttribute[Any]) -> Mapping[str, int]:
    query = sa.select(column, sa.func.count()).group_by(column)
    return {key: many for key, many in session.execute(query) if key is not None}


def _heads(session: Session) -> Mapping[str, int]:
    """Return how many nameless people the units of each client have."""
    total = sa.func.sum(ClientUnit.people)
    query = sa.select(ClientUnit.client, total).group_by(ClientUnit.client)
    return {client: int(many) for client, many in session.execute(query)}


def names_of(lines: Sequence[ClientLine], wanted: str) -> list[ClientLine]:
    """Return the clients whose names hold every word that is searched for."""
    words = wanted.casefold().split()
    return [line for line in lines if all(word in line.name.casefold() for word in words)]
