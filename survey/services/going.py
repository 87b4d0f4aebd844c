"""What goes when a survey or a client is deleted, in numbers, before anybody confirms.

How many have answered is not among them. The deleting itself stands in `deleting`.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.clients import UnknownClient
from survey.services.draft_settings import from_json
from survey.services.surveys import UnknownSurvey
from survey.storage.engine import reading
from survey.storage.models import Base, Survey
from survey.storage.workspace import Client, Draft


@dataclass(frozen=True)
class SurveyGoing:
    """A survey in numbers, before it is deleted. How many have answered is not among them."""

    slug: str
    title: str
    client: str
    client_id: str | None
    state: str
    lost: bool
    codes: int
    waiting: int
    """Mails that are not sent yet."""
    invited: int
    groups: int
    comments: int
    commitments: int
    outcomes: int
    links: int
    readers: int
    later: tuple[str, ...]
    """Titles of closed waves that compare with it."""
    runs: str
    """Title of a later wave that is not closed yet; empty: none."""
    drafts: int
    """Drafts that were to be compared with it."""
    results_on: date | None
    """From when its people can see their group's result, as they were told."""
    timezone: str

    @property
    def is_closed(self) -> bool:
        """Whether its answers are gone already."""
        return self.state == "closed"

    def promised(self, now: datetime) -> date | None:
        """Return the day on which people expect to see a result that is there and not shown yet."""
        if self.results_on is None or not self.is_closed:
            return None
        begins = datetime.combine(self.results_on, time(), ZoneInfo(self.timezone))
        return self.results_on if now < begins else None

    @property
    def mark(self) -> str:
        """What must still be so when somebody confirms."""
        return f"{self.state} {self.comments} {self.commitments} {self.outcomes} {len(self.later)}"


@dataclass(frozen=True)
class ClientGoing:
    """A client in numbers, before it is deleted."""

    id: str
    name: str
    units: int
    people: int
    drafts: int
    consultants: int
    surveys: tuple[SurveyGoing, ...]

    def promised(self, now: datetime) -> date | None:
        """Return the first day on which people of it expect to see a result."""
        return min((day for one in self.surveys if (day := one.promised(now))), default=None)

    @property
    def mark(self) -> str:
        """What must still be so when somebody confirms."""
        return f"{self.drafts} {' '.join(f'{one.slug} {one.state}' for one in self.surveys)}"


def survey_going(session: Session, slug: str) -> SurveyGoing:
    """Return what goes with a survey; `UnknownSurvey` where there is none, or a rehearsal."""
    with reading(session):
        return _survey(session, slug)


def client_going(session: Session, client: str) -> ClientGoing:
    """Return what goes with a client; `UnknownClient` where there is none."""
    with reading(session):
        row = session.get(Client, client)
        if row is None:
            raise UnknownClient
        return ClientGoing(
            id=client,
            name=row.name,
            units=_many(session, "client_unit", client=client),
            people=_many(session, "person", client=client),
            drafts=_many(session, "draft", client=client),
            consultants=_many(session, "membership", client=client),
            surveys=tuple(_survey(session, slug) for slug in slugs_of(session, client)),
        )


def slugs_of(session: Session, client: str) -> tuple[str, ...]:
    """Return the surveys of a client, the newest first; rehearsals are none."""
    query = sa.select(Survey.slug).where(Survey.client_id == client, Survey.rehearsal.is_(False))
    return tuple(session.scalars(query.order_by(Survey.opened_at.desc(), Survey.slug)))


def _survey(session: Session, slug: str) -> SurveyGoing:
    row = session.get(Survey, slug)
    if row is None or row.rehearsal:
        raise UnknownSurvey
    compared = sa.and_(Survey.previous == slug, Survey.rehearsal.is_(False))
    later = session.scalars(sa.select(Survey).where(compared)).all()
    drafts = session.scalars(sa.select(Draft.settings)).all()
    return SurveyGoing(
        slug=slug,
        title=row.title,
        client=row.client,
        client_id=row.client_id,
        state=row.state if row.state in ("destroying", "closed") else "unopened",
        lost=row.lost_on is not None,
        codes=_many(session, "credential", survey=slug),
        waiting=_many(session, "letter", survey=slug),
        invited=_many(session, "invitee", survey=slug),
        groups=_many(session, "released_group", survey=slug),
        comments=_many(session, "released_comment", survey=slug),
        commitments=_many(session, "commitment", survey=slug),
        outcomes=_many(session, "adoption", survey=slug),
        links=_many(session, "share_link", survey=slug),
        readers=_many(session, "report_grant", survey=slug),
        later=tuple(one.title for one in later if one.state == "closed"),
        runs=next((one.title for one in later if one.state != "closed"), ""),
        drafts=sum(from_json(text).previous == slug for text in drafts),
        results_on=row.results_on,
        timezone=row.timezone,
    )


def _many(session: Session, table: str, **where: str) -> int:
    rows = Base.metadata.tables[table]
    query = sa.select(sa.func.count()).select_from(rows).filter_by(**where)
    return session.scalar(query) or 0
