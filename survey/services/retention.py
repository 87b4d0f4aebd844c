"""Rosters that go by themselves: on the day that stands with the client, two weeks after a warning.

Only people go. Units, head counts of people without a name, and surveys stay: who was asked by mail
is kept with an open survey until it is closed.
"""

from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import day as written
from survey.language import gettext as _
from survey.language import ngettext, number
from survey.services.rosters import delete_roster
from survey.services.warning import warn, who_runs
from survey.storage.engine import Sessions, reading
from survey.storage.models import Survey
from survey.storage.workspace import Client, Person

WARNED = timedelta(days=14)
"""Before the day: when those who run the client are told."""
USUAL = timedelta(days=30)
"""After the end of the last survey: the day that is proposed."""


def suggested_until(session: Session, client: str, now: datetime) -> date | None:
    """Return the day that is proposed for deleting a roster: a month after the last survey's end.

    None where there is no survey whose end is that near.
    """
    query = sa.select(sa.func.max(Survey.ends_at)).where(
        Survey.client_id == client, Survey.rehearsal.is_(False)
    )
    with reading(session):
        ends_at = session.scalar(query)
        zone = session.scalar(sa.select(Client.timezone).where(Client.id == client))
    if ends_at is None or zone is None:
        return None
    until = (ends_at + USUAL).astimezone(ZoneInfo(zone)).date()
    return until if until > _today(now, zone) else None


def warn_rosters(
    sessions: Sessions, now: datetime, public_url: str, *, by_mail: bool
) -> tuple[str, ...]:
    """Tell those who run a client, once, that its roster is going to be deleted; return the ids."""
    told = []
    with sessions() as session, session.begin():
        for row in session.scalars(sa.select(Client).where(Client.roster_until.is_not(None))):
            until, people = row.roster_until, _people(session, row.id)
            if until is None or row.roster_told == until or not people:
                continue
            if until - WARNED > _today(now, row.timezone):
                continue
            row.roster_told = until
            told.append(row.id)
            for reader in who_runs(session, row.id) if by_mail else ():
                words = partial(_words, row.name, until, people)
                address = public_url and f"{public_url}/clients/{row.id}"
                warn(session, reader, words, address, now)
    return tuple(told)


def delete_due_rosters(sessions: Sessions, now: datetime) -> tuple[str, ...]:
    """Delete the rosters whose day has come; return the ids of the clients.

    The day goes with the roster: a roster that is brought later stays until a new day is set.
    """
    with sessions() as session:
        with reading(session):
            rows = session.execute(
                sa.select(Client.id, Client.timezone, Client.roster_until).where(
                    Client.roster_until.is_not(None)
                )
            ).all()
        due = [
            row.id
            for row in rows
            if row.roster_until is not None and row.roster_until <= _today(now, row.timezone)
        ]
        return tuple(client for client in due if _let_go(session, client))


def _let_go(session: Session, client: str) -> bool:
    """Delete a roster and its day; say whether there was anybody in it."""
    many = delete_roster(session, client)
    if not many:
        return False
    with session.begin():
        here = sa.update(Client).where(Client.id == client)
        session.execute(here.values(roster_until=None, roster_told=None))
    return True


def _people(session: Session, client: str) -> int:
    query = sa.select(sa.func.count()).select_from(Person).where(Person.client == client)
    return session.scalar(query) or 0


def _today(now: datetime, zone: str) -> date:
    return now.astimezone(ZoneInfo(zone)).date()


def _words(client: str, until: date, people: int) -> tuple[str, str]:
    """Return subject and text of the warning, in the language of this moment."""
    day = written(until)
    subject = _("The roster of {client} is deleted on {day}", client=client, day=day)
    goes = ngettext(
        "On {day} the roster of {client} is deleted by itself: {many} person with name and mail"
        " address, as was set in the details of the client.",
        "On {day} the roster of {client} is deleted by itself: {many} people with names and mail"
        " addresses, as was set in the details of the client.",
        people,
        day=day,
        client=client,
        many=number(people),
    )
    stays = _(
        "Units and surveys stay. If you still need the roster, set a later day there, or take it"
        " along as a file before."
    )
    return subject, f"{goes}\n\n{stays}"
