"""Looking at surveys: the list, one survey, and what was released of it.

Everything here only reads. Opening, answering and closing have modules of their own.
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
from survey.disclosure.values import Policy, Release, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.parse import parse
from survey.report.model import Facts, Report
from survey.services.agreed import agreed_in, with_agreed
from survey.services.changes import Change, added_to, changes_from
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.queries import amendments_of, units_of
from survey.storage.releases import read_release

State = Literal["open", "ended", "destroying", "closed"]
EARLIER_WAVES = 5
"""So many waves before it are told with a survey, in a row."""


class UnknownSurvey(UserError):
    """There is no survey at this address. Please check the link."""


class NotClosedYet(UserError):
    """The report opens once the survey is closed and its answers are destroyed."""


class NeverOpened(UserError):
    """Nobody opened the answers within 60 days of the end, so they were destroyed unread. There is
    no report of this survey.
    """


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

    @property
    def asked(self) -> int:
        """People who were asked, over all units."""
        return sum(unit.asked for unit in self.units)

    @property
    def added(self) -> Mapping[str, int]:
        """People who were added since opening, by the ids of their units; `asked` counts them."""
        return added_to(self.changes)

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


def load_release(session: Session, slug: str) -> Release:
    """Return what was released of a closed survey; `NotClosedYet` before."""
    with reading(session):
        return _release(session, _row(session, slug))


def load_report(session: Session, slug: str, now: datetime) -> Report:
    """Build the report of a closed survey from its released tables, and from nothing else."""
    with reading(session):
        view, released, previous = released_of(session, slug, now)
        agreed = agreed_in(session, view.previous) if view.previous else {}
        older = _older(session, view, now) if previous else []
    from survey.report.build import build

    report = build(view.asks, released, facts_of(view), previous, older=older)
    return with_agreed(report, previous[1], agreed) if previous else report


def released_of(
    session: Session, slug: str, now: datetime
) -> tuple[SurveyView, Release, tuple[Facts, Release] | None]:
    """Return all that a report is built from, the earlier wave last; inside a transaction."""
    view = view_of(session, slug, now)
    released = _release(session, _row(session, slug))
    return view, released, _previous(session, view, now)


def load_receipts(session: Session, slug: str) -> tuple[str, ...]:
    """Return the closing record in its own order: receipts of opened boxes, and made-up ones."""
    query = sa.select(models.ClosingReceipt.receipt).where(models.ClosingReceipt.survey == slug)
    with reading(session):
        released_row(session, slug)
        return tuple(session.scalars(query.order_by(models.ClosingReceipt.receipt)))


def view_of(session: Session, slug: str, now: datetime) -> SurveyView:
    """Return one survey, inside a transaction of the caller's."""
    rows = units_of(session, slug)
    by_mail = tuple(unit.id for unit in rows if unit.way == "mail")
    changes = amendments_of(session, slug)
    return view_from(_row(session, slug), _as_units(rows), now, by_mail, changes)


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
        policy=_policy(row),
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


def released_row(session: Session, slug: str) -> models.Survey:
    """Return the row of a survey of which figures were released, inside a transaction.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
    """
    row = _row(session, slug)
    _closed(row)
    return row


def shows_group(session: Session, slug: str, key: str) -> bool:
    """Say whether the report of a survey has a group of this key; inside a transaction."""
    group = session.get(models.ReleasedGroup, (slug, key))
    return group is not None and group.kind != "wider"


def _row(session: Session, slug: str) -> models.Survey:
    row = session.get(models.Survey, slug)
    if row is None:
        raise UnknownSurvey
    return row


def _units(session: Session, slug: str) -> tuple[Unit, ...]:
    return _as_units(units_of(session, slug))


def _as_units(rows: Iterable[models.Unit]) -> tuple[Unit, ...]:
    return tuple(Unit(row.id, row.name, row.parent, row.asked) for row in rows)


def _policy(row: models.Survey) -> Policy:
    return Policy(row.policy_scores, row.policy_single, row.policy_spread)


def _closed(row: models.Survey) -> tuple[str, ...]:
    """Return the units that were left out; raise where nothing was released (yet)."""
    if row.state != "closed":
        raise NotClosedYet
    if row.left_out is None:
        raise NeverOpened
    return row.left_out


def _release(session: Session, row: models.Survey, only: Collection[str] | None = None) -> Release:
    left_out, units = _closed(row), _units(session, row.slug)
    return read_release(session, row.slug, units, _policy(row), left_out, only)


def _earlier_release(session: Session, row: models.Survey) -> Release:
    """Return what a later wave is compared with: the scales, and nothing else."""
    return _release(session, row, [s.id for s in questionnaire_of(row.questionnaire).scales])


def _previous(session: Session, view: SurveyView, now: datetime) -> tuple[Facts, Release] | None:
    """Return the earlier wave, where there is one and anything is known of it."""
    if view.previous is None:
        return None
    row = _row(session, view.previous)
    if row.state != "closed" or row.left_out is None:
        return None
    return facts_of(view_of(session, view.previous, now)), _earlier_release(session, row)


def _older(session: Session, view: SurveyView, now: datetime) -> list[tuple[Facts, Release]]:
    """Return the waves before the previous one, newest first, up to one of which nothing is known.

    No more than a report tells in a row; and a row that runs in a circle ends.
    """
    found: list[tuple[Facts, Release]] = []
    seen, slug = {view.slug, view.previous}, _row(session, str(view.previous)).previous
    while slug is not None and slug not in seen and len(found) < EARLIER_WAVES - 1:
        row = _row(session, slug)
        if row.state != "closed" or row.left_out is None:
            break
        found.append((facts_of(view_of(session, slug, now)), _earlier_release(session, row)))
        seen.add(slug)
        slug = row.previous
    return found


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
