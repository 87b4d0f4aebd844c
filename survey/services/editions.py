"""Which edition of a report is the present one: whether what it is made from has changed.

A closed survey never changes, but for what somebody hides or shows again, and what groups agreed to
after the wave before. An edition holds just that, so that whoever keeps a report that was built can
see for the price of three small queries whether it still is the report.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.released import EARLIER_WAVES
from survey.services.surveys import UnknownSurvey
from survey.storage import models
from survey.storage.engine import reading

Edition = tuple[object, ...]
Wave = tuple[str, str | None, str, datetime | None]
"""A survey, the one before it, its state, and when it was closed."""


def edition_of(session: Session, slug: str) -> Edition:
    """Return the edition of a survey's report: equal as long as the report is.

    Raises
    ------
    UnknownSurvey
        There is none of this name.
    """
    with reading(session):
        waves = _waves(session, slug)
        slugs = [wave[0] for wave in waves]
        hidden, agreed = models.ReleasedComment, models.Commitment
        marks = sa.select(hidden.survey, hidden.group_key, hidden.question, hidden.place).where(
            hidden.survey.in_(slugs), hidden.hidden.is_(True)
        )
        doing = sa.select(*agreed.__table__.columns).where(agreed.survey.in_(slugs))
        return waves, _sorted(session, marks), _sorted(session, doing)


def _waves(session: Session, slug: str) -> tuple[Wave, ...]:
    """Return the survey and the waves before it, newest first; a row in a circle ends."""
    survey, at = models.Survey, slug
    found: dict[str, Wave] = {}
    columns = survey.slug, survey.previous, survey.state, survey.closed_at
    while at and at not in found and len(found) <= EARLIER_WAVES:
        row = session.execute(sa.select(*columns).where(survey.slug == at)).one_or_none()
        if row is None:
            raise UnknownSurvey
        found[at] = (row.slug, row.previous, row.state, row.closed_at)
        at = row.previous
    return tuple(found.values())


def _sorted(session: Session, query: sa.Select[*tuple[Any, ...]]) -> Sequence[object]:
    return tuple(sorted(map(tuple, session.execute(query)), key=repr))
