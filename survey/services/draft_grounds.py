"""What a survey is prepared from besides its draft: the client, its tree, who can be written to.

Here belongs reading it, in counts: a roster of 20,000 people is not read for every page. Names are
read once, when the survey is opened.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.client_units import UnitLine, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.next_wave import groups_then
from survey.services.surveys import UnknownSurvey, survey_view
from survey.storage.engine import reading
from survey.storage.workspace import Person

Place = tuple[str, bool]
"""A unit of the client, and whether somebody leads it."""


@dataclass(frozen=True)
class Site:
    """What this installation can do."""

    public_url: str = ""
    demo: bool = False
    mails: bool = True


@dataclass(frozen=True)
class Grounds:
    """Everything that a plan is made from besides its draft."""

    client: ClientView
    units: tuple[UnitLine, ...]
    unaddressed: Mapping[Place, int]
    """How many people of a place are in the roster without an address."""
    now: datetime
    site: Site = Site()
    then: Mapping[str, str] = field(default_factory=dict)
    """Id of a client's unit -> id of the group in which its people answered in the earlier wave."""


def grounds_of(
    session: Session, client: str, now: datetime, site: Site, previous: str | None = None
) -> Grounds:
    """Return what surveys of a client are prepared from at this moment; `previous`: the earlier
    wave, if there is one.
    """
    view, units = client_view(session, client), tree_of(session, client)
    with reading(session):
        unaddressed = _unaddressed(session, client)
    then: Mapping[str, str] = {}
    if previous is not None:
        with suppress(UnknownSurvey):
            bare = (UnitLine(unit.id, "", unit.parent, 0, 0, 0, 0) for unit in units)
            then = groups_then(survey_view(session, previous, now).units, tuple(bare))
    return Grounds(view, tuple(units), unaddressed, now, site, then)


def _unaddressed(session: Session, client: str) -> dict[Place, int]:
    query = (
        sa.select(Person.unit, Person.leads, sa.func.count())
        .where(Person.client == client, Person.email == "")
        .group_by(Person.unit, Person.leads)
    )
    return {(unit, bool(leads)): many for unit, leads, many in session.execute(query)}
