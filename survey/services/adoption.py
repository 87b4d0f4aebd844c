"""What became of the planned practice: recorded for each group three and six months after closing.

It is kept so that one day the cut-offs can be checked against what happened; today they are
judgement. Nothing is computed from it here, and no report changes by it.
"""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import day
from survey.language import gettext as _
from survey.services.agreeing import UnknownGroup, check_group, today
from survey.services.surveys import SurveyView
from survey.storage import models
from survey.storage.engine import reading

Became = Literal["adopted", "stalled", "dropped"]
MONTHS = 3, 6
LONGEST_NOTE = 600


class TooEarly(UserError):
    """It is asked from {when} on, so that it is asked of every group after the same time."""


class NotRecorded(UserError):
    """Choose one of the answers, and say whether whoever rated it had seen the verdict."""


class NoteTooLong(UserError):
    """Shorten the note to 600 characters."""


@dataclass(frozen=True)
class Outcome:
    """What became of the practice in a group, some months after the closing."""

    became: Became
    note: str
    knew_verdict: bool
    """Whether whoever rated it had seen the verdict: that can colour the rating."""
    recorded_on: date


@dataclass(frozen=True)
class Unrecorded:
    """How many of a survey's groups have nothing on record although the time has come."""

    months: int
    missing: int
    groups: int


Outcomes = Mapping[tuple[str, int], Outcome]
"""Key of a group and months -> what became of the practice."""


def due_on(view: SurveyView, months: int) -> date | None:
    """Return from which day on it is asked; None where a survey is not closed."""
    if view.closed_at is None:
        return None
    closed = view.closed_at.astimezone(ZoneInfo(view.timezone)).date()
    year, month = divmod(closed.year * 12 + closed.month - 1 + months, 12)
    return date(year, month + 1, min(closed.day, calendar.monthrange(year, month + 1)[1]))


def outcomes(session: Session, slug: str) -> Outcomes:
    """Return all that is on record of a survey."""
    with reading(session):
        return _outcomes(session, slug)


def record_outcome(
    session: Session, view: SurveyView, key: str, months: int, told: Outcome, now: datetime
) -> None:
    """Record what became of the practice in a group; an earlier record of the same is replaced.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened, UnknownGroup, TooEarly, NotRecorded, NoteTooLong
        Nothing was changed.
    """
    due = due_on(view, months)
    if months not in MONTHS or told.became not in models.OUTCOMES:
        raise NotRecorded
    if len(told.note) > LONGEST_NOTE:
        raise NoteTooLong
    with session.begin():
        survey = check_group(session, view.slug, key)
        if session.get(models.ReleasedGroup, (view.slug, key)) is None:
            raise UnknownGroup  # all groups together: it is asked of each
        if due is None or today(survey, now) < due:
            raise TooEarly(when=day(due) if due else _("the closing"))
        session.merge(
            models.Adoption(
                survey=view.slug,
                group_key=key,
                months=months,
                outcome=told.became,
                note=told.note,
                recorded_on=told.recorded_on,
                knew_verdict=told.knew_verdict,
            )
        )


def unrecorded(session: Session, view: SurveyView, now: datetime) -> tuple[Unrecorded, ...]:
    """Return for each time that has come how many groups have nothing on record, if any."""
    if view.left_out is None or not view.practice:
        return ()
    this_day = now.astimezone(ZoneInfo(view.timezone)).date()
    come = [m for m in MONTHS if (due := due_on(view, m)) is not None and due <= this_day]
    with reading(session):
        keys, told = _keys(session, view.slug), _outcomes(session, view.slug)
    found = (Unrecorded(m, sum((key, m) not in told for key in keys), len(keys)) for m in come)
    return tuple(one for one in found if one.missing)


def _keys(session: Session, slug: str) -> list[str]:
    table = models.ReleasedGroup
    shown = sa.and_(table.survey == slug, table.kind != "wider")
    return list(session.scalars(sa.select(table.key).where(shown)))


def _outcomes(session: Session, slug: str) -> Outcomes:
    table = models.Adoption
    return {
        (row.group_key, row.months): Outcome(
            cast(Became, row.outcome), row.note, row.knew_verdict, row.recorded_on
        )
        for row in session.scalars(sa.select(table).where(table.survey == slug))
    }
