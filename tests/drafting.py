"""Drafts for tests: a client with people, and a draft in which nothing is missing."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from survey.services.accounts import User
from survey.services.client_units import tree_of
from survey.services.clients import add_client, client_view
from survey.services.draft_grounds import Grounds, Site, grounds_of
from survey.services.draft_settings import Settings
from survey.services.drafts import add_draft, draft_row, draft_view
from survey.services.preparing import Prepared, prepared
from survey.services.rosters import add_person
from survey.services.unit_editing import add_unit, set_people
from survey.storage.engine import Sessions
from survey.storage.models import Base

OWNER = User("ana@example.org", "Ana Lindqvist")
NAME = "Hafen AG"
UNITS = (("Hafen", "", 0), ("Night shift", "Hafen", 12), ("Day shift", "Hafen", 9))
"""Name, name of the unit above, people who are in no roster."""
FILLED = Settings(
    title="Ready for handovers?",
    practice="joint handovers",
    critical=("COOP", "VISION"),
    spare="0",
    ends="2026-12-10T18:00",
    timezone="Europe/Berlin",
    organiser="Example Consulting",
    holder_1="Ana Lindqvist",
    holder_2="the works council",
    help_contact="ana@example.org",
    harm_role="the works council",
    controller="Hafen AG, personnel",
    controller_contact="privacy@hafen.example",
    privacy_notice="Answers are sealed, opened once and destroyed. Only groups are told of.",
)
GROW_ONLY = {"report_view"}
"""Tables from which the database lets nobody take anything out."""
HERE = Site("https://survey.example.org", mails=True)


def make_client(
    sessions: Sessions,
    now: datetime,
    name: str = NAME,
    units: tuple[tuple[str, str, int], ...] = UNITS,
    user: User = OWNER,
) -> str:
    """Add a client with units and nameless people; return its id."""
    with sessions() as session:
        client = add_client(session, user, name, "en", "Europe/Berlin", now)
        ids: dict[str, str] = {}
        for unit, parent, people in units:
            ids[unit] = add_unit(session, client, unit, ids.get(parent))
            set_people(session, client, ids[unit], people)
    return client


def add_people(
    sessions: Sessions, client: str, unit: str, *names: str, leads: bool = False, mail: bool = True
) -> None:
    """Add people to the roster of a unit, with an address each or without."""
    with sessions() as session:
        for name in names:
            address = f"{name.lower().replace(' ', '.')}@hafen.example" if mail else ""
            cells = {"name": name, "mail": address, "language": "en", "leads": "yes" * leads}
            add_person(session, client, unit, cells)


def unit_ids(sessions: Sessions, client: str) -> dict[str, str]:
    """The ids of a client's units by name."""
    with sessions() as session:
        return {unit.name: unit.id for unit in tree_of(session, client)}


def make_draft(
    sessions: Sessions,
    client: str,
    now: datetime,
    *,
    rehearsed: bool = True,
    site: Site = HERE,
    **changed: Any,
) -> str:
    """Keep a draft in which nothing is missing but what is `changed`; return its name."""
    settings = replace(FILLED, **changed)
    with sessions() as session:
        draft = add_draft(session, client, settings, now)
        if rehearsed:
            digest = prepared(settings, grounds_of(session, client, now, site)).digest
            with session.begin():
                draft_row(session, draft).rehearsed = digest
    return draft


def read(sessions: Sessions, draft: str, now: datetime, site: Site = HERE) -> Prepared:
    """A draft as it stands, read."""
    with sessions() as session:
        view = draft_view(session, draft)
        grounds = grounds_of(session, view.client, now, site, view.settings.previous)
        return prepared(view.settings, grounds)


def grounds(sessions: Sessions, client: str, now: datetime, site: Site = HERE) -> Grounds:
    """What surveys of a client are prepared from."""
    with sessions() as session:
        client_view(session, client)
        return grounds_of(session, client, now, site)


def without_rows(sessions: Sessions) -> Sessions:
    """Take out what an earlier test has left in a database that several share."""
    with sessions() as session, session.begin():
        for table in reversed(Base.metadata.sorted_tables):
            if table.name not in GROW_ONLY:
                session.execute(sa.delete(table))
    return sessions
