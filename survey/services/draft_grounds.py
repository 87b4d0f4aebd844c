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

from survey.disclosure.values import Unit
from survey.services.across import Other, others_of
from survey.services.client_units import UnitLine, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.next_wave import groups_then, places_of
from survey.services.surveys import Parts, UnknownSurvey, survey_view
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
    before: tuple[Unit, ...] = ()
    """The units of the earlier wave."""
    parts: Parts = ()
    """Of which of the client's units they were made, where the wave says so."""
    least: int | None = None
    """From how many answers on it showed scores."""
    others: tuple[Other, ...] = ()
    """Every survey of the client that is not closed, or was not long ago."""
    named: bool = False
    """Whether anybody in the roster has a name."""


def grounds_of(
    session: Session, client: str, now: datetime, site: Site, previous: str | None = None
) -> Grounds:
    """Return what surveys of a client are prepared from at this moment; `previous`: the earlier
    wave, if there is one.
    """
    view, units = client_view(session, client), tree_of(session, client)
    with reading(session):
        unaddressed = _unaddressed(session, client)
        others = others_of(session, client, view.name, now, places_of(units))
        named = _named(session, client)
    then: Mapping[str, str] = {}
    before: tuple[Unit, ...] = ()
    parts: Parts = ()
    least = None
    if previous is not None:
        with suppress(UnknownSurvey):
            earlier = survey_view(session, previous, now)
            before, parts, least = earlier.units, earlier.parts, earlier.policy.scores
            then = groups_then(before, places_of(units), parts)
    told = then, before, parts, least, others, named
    return Grounds(view, tuple(units), unaddressed, now, site, *told)


def _named(session: Session, client: str) -> bool:
    query = sa.exists().where(Person.client == client, Person.name != "")
    return bool(session.scalar(sa.select(query)))


def _unaddressed(session: Session, client: str) -> dict[Place, int]:
    query = (
        sa.select(Person.unit, Person.leads, sa.func.count())
        .where(Person.client == client, Person.email == "")
        .group_by(Person.unit, Person.leads)
    )
    return {(unit, bool(leads)): many for unit, leads, many in session.execute(query)}
