"""What was released of a closed survey: its figures, its report, its closing record.

Everything here only reads. What a survey is, and in which state, stands in
`survey.services.surveys`; nothing that is not released can be asked for here.
"""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import Release
from survey.errors import UserError
from survey.report.model import Facts, Report
from survey.services.agreed import agreed_in, with_agreed
from survey.services.surveys import (
    SurveyView,
    facts_of,
    frozen_units,
    policy_of,
    questionnaire_of,
    row_of,
    view_of,
)
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.releases import read_release

EARLIER_WAVES = 5
"""So many waves before it are told with a survey, in a row."""


class NotClosedYet(UserError):
    """The report opens once the survey is closed and its answers are destroyed."""


class NeverOpened(UserError):
    """Nobody opened the answers within 60 days of the end, so they were destroyed unread. There is
    no report of this survey.
    """


def load_release(session: Session, slug: str) -> Release:
    """Return what was released of a closed survey; `NotClosedYet` before."""
    with reading(session):
        return _release(session, row_of(session, slug))


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
    released = _release(session, row_of(session, slug))
    return view, released, _previous(session, view, now)


def load_receipts(session: Session, slug: str) -> tuple[str, ...]:
    """Return the closing record in its own order: receipts of opened boxes, and made-up ones."""
    query = sa.select(models.ClosingReceipt.receipt).where(models.ClosingReceipt.survey == slug)
    with reading(session):
        released_row(session, slug)
        return tuple(session.scalars(query.order_by(models.ClosingReceipt.receipt)))


def released_row(session: Session, slug: str) -> models.Survey:
    """Return the row of a survey of which figures were released, inside a transaction.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
    """
    row = row_of(session, slug)
    _closed(row)
    return row


def shows_group(session: Session, slug: str, key: str) -> bool:
    """Say whether the report of a survey has a group of this key; inside a transaction."""
    group = session.get(models.ReleasedGroup, (slug, key))
    return group is not None and group.kind != "wider"


def _closed(row: models.Survey) -> tuple[str, ...]:
    """Return the units that were left out; raise where nothing was released (yet)."""
    if row.state != "closed":
        raise NotClosedYet
    if row.left_out is None:
        raise NeverOpened
    return row.left_out


def _release(session: Session, row: models.Survey, only: Collection[str] | None = None) -> Release:
    left_out, units = _closed(row), frozen_units(session, row.slug)
    return read_release(session, row.slug, units, policy_of(row), left_out, only)


def _earlier_release(session: Session, row: models.Survey) -> Release:
    """Return what a later wave is compared with: the scales, and nothing else."""
    return _release(session, row, [s.id for s in questionnaire_of(row.questionnaire).scales])


def _previous(session: Session, view: SurveyView, now: datetime) -> tuple[Facts, Release] | None:
    """Return the earlier wave, where there is one and anything is known of it."""
    if view.previous is None:
        return None
    row = row_of(session, view.previous)
    if row.state != "closed" or row.left_out is None:
        return None
    return facts_of(view_of(session, view.previous, now)), _earlier_release(session, row)


def _older(session: Session, view: SurveyView, now: datetime) -> list[tuple[Facts, Release]]:
    """Return the waves before the previous one, newest first, up to one of which nothing is known.

    No more than a report tells in a row; and a row that runs in a circle ends.
    """
    found: list[tuple[Facts, Release]] = []
    seen, slug = {view.slug, view.previous}, row_of(session, str(view.previous)).previous
    while slug is not None and slug not in seen and len(found) < EARLIER_WAVES - 1:
        row = row_of(session, slug)
        if row.state != "closed" or row.left_out is None:
            break
        found.append((facts_of(view_of(session, slug, now)), _earlier_release(session, row)))
        seen.add(slug)
        slug = row.previous
    return found
