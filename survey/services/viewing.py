"""The log of who opened which report: a line is added, read, and never changed.

The database itself refuses a change (its migration), so nothing here offers one. Which pages and
files count as a report stands in `survey.web.viewed`. Who is named: the account that was signed
in, or the label of a share link. Respondents are never in it: no page of theirs writes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.rights import WHOLE
from survey.storage.engine import Sessions, reading
from survey.storage.models import ReleasedGroup, Survey
from survey.storage.workspace import ReportView

AT_A_TIME = 2000
"""Lines that are read at once for a file of all of them."""


@dataclass(frozen=True)
class View:
    """One line: who opened what of which report, and when."""

    number: int
    at: datetime
    who: str
    survey: str
    title: str
    """Title and client, as they were then."""
    scope: str
    """The key of one group; `WHOLE`: the whole report."""
    what: str
    group: str = ""
    """What that group is called, or its key where nobody knows any more."""


def write_view(
    session: Session, slug: str, who: str, what: str, at: datetime, scope: str = WHOLE
) -> None:
    """Add one line, in a transaction of its own and with one statement.

    Parameters
    ----------
    slug
        The survey; of one that does not exist nothing is written.
    who
        Address of the account, or `link: ` and the label of the link.
    what
        The page, or the kind of file.
    scope
        What was opened of the report.
    """
    told = sa.case((Survey.client == "", Survey.title), else_=Survey.title + ", " + Survey.client)
    line = sa.select(
        sa.literal(at, ReportView.at.type),
        sa.literal(who),
        Survey.slug,
        told,
        sa.literal(scope),
        sa.literal(what),
    ).where(Survey.slug == slug)
    columns = ["at", "who", "survey", "title", "scope", "what"]
    with session.begin():
        session.execute(sa.insert(ReportView).from_select(columns, line))


def count_views(session: Session, wanted: str = "") -> tuple[int, int]:
    """Return how many lines fit a search, and how many there are."""
    every = sa.select(sa.func.count()).select_from(ReportView)
    with reading(session):
        total = session.scalar(every) or 0
        found = session.scalar(every.where(*_fitting(wanted))) if wanted.split() else total
    return found or 0, total


def list_views(session: Session, wanted: str, skip: int, most: int) -> tuple[View, ...]:
    """Return lines that fit a search, the newest first, beginning after so many."""
    group = ReleasedGroup
    here = sa.and_(group.survey == ReportView.survey, group.key == ReportView.scope)
    query = sa.select(ReportView, group.name).outerjoin(group, here).where(*_fitting(wanted))
    lines = query.order_by(ReportView.id.desc()).offset(skip).limit(most)
    with reading(session):
        return tuple(_view(row, name) for row, name in session.execute(lines))


def every_view(sessions: Sessions, wanted: str) -> Iterator[View]:
    """Yield all lines that fit a search, the newest first, without holding them all at once."""
    query = sa.select(ReportView).where(*_fitting(wanted)).order_by(ReportView.id.desc())
    before: int | None = None
    while True:
        rest = query if before is None else query.where(ReportView.id < before)
        with sessions() as session, reading(session):
            found = [_view(row) for row in session.scalars(rest.limit(AT_A_TIME))]
        yield from found
        if len(found) < AT_A_TIME:
            return
        before = found[-1].number


def _fitting(wanted: str) -> Iterator[sa.ColumnElement[bool]]:
    """Yield a condition for each word: it stands in who it was, or in what was opened."""
    for word in wanted.split():
        yield sa.or_(
            *(
                condition
                for column in (ReportView.who, ReportView.title, ReportView.survey)
                for condition in (
                    # A database knows the small letters of English at least; others as typed.
                    sa.func.lower(column).contains(word.lower(), autoescape=True),
                    column.contains(word, autoescape=True),
                )
            )
        )


def _view(row: ReportView, group: str | None = None) -> View:
    told = row.id, row.at, row.who, row.survey, row.title, row.scope, row.what
    return View(*told, group=group or row.scope)
