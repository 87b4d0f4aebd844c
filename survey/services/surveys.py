"""Looking at surveys: the list, and one survey as it was frozen, with its state.

Everything here only reads. Opening, answering and closing have modules of their own; what was
released of a closed survey stands in `survey.services.released`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import lru_cache
from typing import Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from survey.ballots.keys import Scheme
from survey.disclosure.values import Policy, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.parse import parse
from survey.report.model import Facts
from survey.services.changes import Change, added_to, changes_from
from survey.services.titles import title_in
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.queries import amendments_of, units_of

State = Literal["open", "ended", "destroying", "closed"]


Parts = tuple[tuple[str, tuple[str, ...]], ...]
"""Ids of units, each with those of the client's units whose people answer in it, where known."""


class UnknownSurvey(UserError):
    """There is no survey at this address. Please check the link."""


@dataclass(frozen=True)
class SurveyLine:
    """One survey in the list."""

    slug: str
    title: str
    client: str
    state: State
    opened_at: datetime
    ends_at: datetime
    closable_from: datetime
    closed_at: datetime | None
    asked: int


@dataclass(frozen=True)
class SurveyView:
    """One survey, as it was frozen at opening, and its state."""

    slug: str
    title: str
    client: str
    practice: str
    critical: tuple[str, ...]
    questionnaire: Questionnaire
    units: tuple[Unit, ...]
    policy: Policy
    state: State
    opened_at: datetime
    ends_at: datetime
    closable_from: datetime
    closed_at: datetime | None
    timezone: str
    organiser: str
    holders: tuple[str, ...]
    help_contact: str
    harm_role: str
    public_key: bytes
    previous: str | None
    revision: int
    scheme: Scheme = "one of two"
    fingerprint: str = ""
    """Six words; empty for a survey that was opened before there were any."""
    spare: int = 0
    """Codes of each unit beyond its people; `Unit.asked` counts them."""
    masked: tuple[str, ...] = ()
    """Names taken out of comments; empty once figures are released."""
    spoiled: int = 0
    """Boxes that could not be opened when the survey was closed."""
    surplus: int = 0
    """Boxes beyond the number of codes that their unit was given."""
    left_out: tuple[str, ...] | None = None
    """Ids of units whose answers appear nowhere; None while nothing is released."""
    results_on: date | None = None
    """From this day on each group can see its result; None: that was not promised."""
    client_id: str | None = None
    """Whose consultants run it; None: the owners of the instance alone."""
    controller: str = ""
    controller_contact: str = ""
    privacy_notice: str = ""
    introduction: str = ""
    sponsor: str = ""
    comments: bool = True
    """Whether questions in one's own words are asked."""
    rehearsal: bool = False
    """Whether nothing of it counts and all of it is wiped."""
    by_mail: tuple[str, ...] = ()
    """Ids of the units whose people get their codes by mail; all others draw cards."""
    changes: tuple[Change, ...] = ()
    """What was changed while it was open, the earliest first."""
    lost_on: date | None = None
    """When it was restored from a backup without its sealed answers; None: never."""
    asked_before: tuple[tuple[date, str], ...] = ()
    """Surveys that asked the same people in other groups: the day of closing, and the title."""
    parts: Parts = ()

    @property
    def asked(self) -> int:
        """People who were asked, over all units."""
        return sum(unit.asked for unit in self.units)

    @property
    def added(self) -> Mapping[str, int]:
        """People who were added since opening, by the ids of their units; `asked` counts them."""
        return added_to(self.changes)

    def title_in(self, language: str) -> str:
        """Return the title as people who read a language see it."""
        return title_in(self.title, self.questionnaire.title, language)

    @property
    def asks(self) -> Questionnaire:
        """The questionnaire as it is asked: without questions in one's own words where none are.

        Boxes are laid out by `questionnaire` as it is, in any case.
        """
        asked = self.questionnaire
        return asked if self.comments else replace(asked, open_questions=())


def survey_view(session: Session, slug: str, now: datetime) -> SurveyView:
    """Return one survey; `UnknownSurvey` where there is none of this name."""
    with reading(session):
        return view_of(session, slug, now)


def list_surveys(
    session: Session, now: datetime, clients: Collection[str] | None = None
) -> tuple[SurveyLine, ...]:
    """Return surveys, the newest first; rehearsals are none.

    `clients`: only the surveys of these, as `survey.services.rights.clients_of` tells them; None:
    all, those without a client included.
    """
    asked = sa.func.coalesce(sa.func.sum(models.Unit.asked), 0)
    query = (
        sa.select(models.Survey, asked)
        .outerjoin(models.Unit, models.Unit.survey == models.Survey.slug)
        .where(models.Survey.rehearsal.is_(False))
        .group_by(models.Survey.slug)
        .order_by(models.Survey.opened_at.desc(), models.Survey.slug)
        .options(defer(models.Survey.questionnaire, raiseload=True))  # long, and not listed
    )
    if clients is not None:
        query = query.where(models.Survey.client_id.in_(clients))
    with reading(session):
        return tuple(_line(row, many, now) for row, many in session.execute(query))


def view_of(session: Session, slug: str, now: datetime) -> SurveyView:
    """Return one survey, inside a transaction of the caller's."""
    rows = units_of(session, slug)
    by_mail = tuple(unit.id for unit in rows if unit.way == "mail")
    changes = amendments_of(session, slug)
    view = view_from(row_of(session, slug), as_units(rows), now, by_mail, changes)
    return replace(view, parts=parts_in(rows))


def view_from(
    row: models.Survey,
    units: tuple[Unit, ...],
    now: datetime,
    by_mail: tuple[str, ...],
    changes: Sequence[models.Amendment] = (),
) -> SurveyView:
    """Return the survey that was read as these rows."""
    return SurveyView(
        slug=row.slug,
        title=row.title,
        client=row.client,
        practice=row.practice,
        critical=row.critical,
        questionnaire=questionnaire_of(row.questionnaire),
        units=units,
        policy=policy_of(row),
        state=state_of(row, now),
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        closable_from=row.closable_from,
        closed_at=row.closed_at,
        timezone=row.timezone,
        organiser=row.organiser,
        holders=row.holders,
        help_contact=row.help_contact,
        harm_role=row.harm_role,
        public_key=row.public_key,
        previous=row.previous,
        revision=row.revision,
        scheme=cast(Scheme, row.scheme),
        fingerprint=row.fingerprint,
        masked=row.masked,
        spare=row.spare,
        spoiled=row.spoiled or 0,
        surplus=row.surplus or 0,
        left_out=row.left_out,
        results_on=row.results_on,
        client_id=row.client_id,
        controller=row.controller,
        controller_contact=row.controller_contact,
        privacy_notice=row.privacy_notice,
        introduction=row.introduction,
        sponsor=row.sponsor,
        comments=row.comments,
        rehearsal=row.rehearsal,
        by_mail=by_mail,
        changes=changes_from(changes, row.fingerprint),
        lost_on=row.lost_on,
        asked_before=tuple(
            (date.fromisoformat(day), title)
            for day, _space, title in (one.partition(" ") for one in row.asked_before)
        ),
    )


@lru_cache(maxsize=64)
def questionnaire_of(text: str) -> Questionnaire:
    """Return the questionnaire that a survey keeps as text; each text is parsed once."""
    return parse(text)


def state_of(row: models.Survey, now: datetime) -> State:
    """Return the state; a survey whose end has come is ended, whatever the table still says."""
    if row.state == "open" and row.ends_at <= now:
        return "ended"
    return cast(State, row.state)


def facts_of(view: SurveyView) -> Facts:
    """Return what a report says about the survey itself, with dates as its people saw them."""
    zone = ZoneInfo(view.timezone)
    return Facts(
        title=view.title,
        client=view.client,
        practice=view.practice,
        opened=view.opened_at.astimezone(zone).date(),
        closed=view.closed_at.astimezone(zone).date() if view.closed_at else None,
        critical=view.critical,
    )


def row_of(session: Session, slug: str) -> models.Survey:
    """Return the row of a survey, inside a transaction of the caller's."""
    row = session.get(models.Survey, slug)
    if row is None:
        raise UnknownSurvey
    return row


def frozen_units(session: Session, slug: str) -> tuple[Unit, ...]:
    """Return the units of a survey, inside a transaction of the caller's."""
    return as_units(units_of(session, slug))


def parts_in(rows: Iterable[models.Unit]) -> Parts:
    """Return of which of the client's units the units of a survey were made, where it is known."""
    return tuple((row.id, row.parts) for row in rows if row.parts)


def as_units(rows: Iterable[models.Unit]) -> tuple[Unit, ...]:
    """Return the units that were read as these rows."""
    return tuple(Unit(row.id, row.name, row.parent, row.asked) for row in rows)


def policy_of(row: models.Survey) -> Policy:
    """Return from how many answers on what of a survey is shown."""
    return Policy(row.policy_scores, row.policy_single, row.policy_spread)


def _line(row: models.Survey, asked: int, now: datetime) -> SurveyLine:
    return SurveyLine(
        slug=row.slug,
        title=row.title,
        client=row.client,
        state=state_of(row, now),
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        closable_from=row.closable_from,
        closed_at=row.closed_at,
        asked=asked,
    )
