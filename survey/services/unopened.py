"""Answers that nobody opens: two warnings to those who run the survey, before they are destroyed.

Whether they may be destroyed depends on days that are kept with the warnings, so that a clock that
is wrong for once costs no team its answers: there are days between the two warnings, and days after
the last one, whatever the clock says of the end. The destroying itself belongs to `closing`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import day as written
from survey.language import gettext as _
from survey.services.warning import Reader, warn, who_runs
from survey.storage.engine import Sessions, reading
from survey.storage.models import Survey
from survey.storage.workspace import Warned

FIRST, LAST, DESTROYED = timedelta(days=30), timedelta(days=50), timedelta(days=60)
"""After the end: when the two warnings are given, and from when on nothing is kept."""
APART = timedelta(days=7)
"""At least so long passes between the two warnings, and between the last one and the end of it."""
FIRST_WARNING, LAST_WARNING = 1, 2

Given = Mapping[int, date]
"""Number of a warning -> the day on which it was given."""


@dataclass(frozen=True)
class Unopened:
    """A survey that has ended and that nobody has closed: what is going to happen to it."""

    destroyed_on: date
    """The earliest day on which its answers are destroyed unread, as things stand."""
    warned: tuple[date, ...]
    """The days of the warnings that were given."""


def unopened(session: Session, now: datetime) -> Mapping[str, Unopened]:
    """Return every survey that has ended and that nobody has closed, by its name in addresses."""
    with reading(session):
        given, rows = _given(session), session.scalars(sa.select(Survey).where(_waits(now))).all()
    return {
        row.slug: Unopened(
            _destroyed_on(row, given.get(row.slug, {}), now),
            tuple(day for _number, day in sorted(given.get(row.slug, {}).items())),
        )
        for row in rows
    }


def warn_unopened(
    sessions: Sessions, now: datetime, public_url: str, *, by_mail: bool
) -> tuple[str, ...]:
    """Give the warnings that are due, and write them to those who run the surveys.

    Without a mail server the pages of the surveys alone tell them, and the same days count.
    Returns the names of the surveys.
    """
    with sessions() as session, session.begin():
        session.execute(sa.delete(Warned).where(Warned.day > _today(now)))  # a clock was wrong
        given, warned = _given(session), []
        for row in session.scalars(sa.select(Survey).where(_waits(now)).order_by(Survey.slug)):
            number = _due(row, given.get(row.slug, {}), now)
            if number is None:
                continue
            session.add(Warned(survey=row.slug, number=number, day=_today(now)))
            warned.append(row.slug)
            told = {**given.get(row.slug, {}), number: _today(now)}
            for reader in who_runs(session, row.client_id) if by_mail else ():
                _write(session, reader, row, told, now, public_url)
    return tuple(warned)


def may_be_destroyed(session: Session, now: datetime) -> tuple[str, ...]:
    """Return the surveys whose time has passed and whose warnings are both a week old; inside a
    transaction.
    """
    given = _given(session)
    query = sa.select(Survey).where(_waits(now), Survey.ends_at <= now - DESTROYED)
    old = _today(now) - APART
    return tuple(
        row.slug
        for row in session.scalars(query.order_by(Survey.slug))
        if (days := given.get(row.slug, {})).keys() == {FIRST_WARNING, LAST_WARNING}
        and max(days.values()) <= old
    )


def _waits(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a survey whether it has ended, and its answers lie here sealed."""
    return sa.and_(
        Survey.state.in_(("open", "ended")),
        Survey.ends_at <= now,
        Survey.rehearsal.is_(False),
        Survey.lost_on.is_(None),
    )


def _given(session: Session) -> Mapping[str, dict[int, date]]:
    found: dict[str, dict[int, date]] = {}
    for row in session.execute(sa.select(Warned.survey, Warned.number, Warned.day)):
        found.setdefault(row.survey, {})[row.number] = row.day
    return found


def _due(row: Survey, given: Given, now: datetime) -> int | None:
    """Return the number of the warning that is to be given now; None: none is."""
    if FIRST_WARNING not in given:
        return FIRST_WARNING if row.ends_at + FIRST <= now else None
    apart = given[FIRST_WARNING] + APART <= _today(now)
    if LAST_WARNING not in given and apart and row.ends_at + LAST <= now:
        return LAST_WARNING
    return None


def _destroyed_on(row: Survey, given: Given, now: datetime) -> date:
    """Return the earliest day of the end, if every warning is given as soon as it may be."""
    first = given.get(FIRST_WARNING) or max(_day_of(row, FIRST), _today(now))
    last = given.get(LAST_WARNING) or max(_day_of(row, LAST), first + APART, _today(now))
    return max(_day_of(row, DESTROYED), last + APART, _today(now))


def _day_of(row: Survey, after: timedelta) -> date:
    return (row.ends_at + after).astimezone(ZoneInfo(row.timezone)).date()


def _today(now: datetime) -> date:
    return now.astimezone(UTC).date()


def _write(
    session: Session, reader: Reader, row: Survey, given: Given, now: datetime, public_url: str
) -> None:
    told = {
        "title": row.title,
        "client": row.client,
        "ended": _day_of(row, timedelta()),
        "until": _destroyed_on(row, given, now),
    }
    words = partial(_words, told, last=LAST_WARNING in given, two=row.scheme == "two of three")
    address = public_url and f"{public_url}/surveys/{row.slug}"
    warn(session, reader, words, address, now, survey=row.slug)


def _words(told: Mapping[str, object], *, last: bool, two: bool) -> tuple[str, str]:
    """Return subject and text of a warning, in the language of this moment."""
    told = {k: written(v) if isinstance(v, date) else v for k, v in told.items()}
    if last:
        subject = _("Last warning: nobody has opened “{title}”", title=told["title"])
    else:
        subject = _("Nobody has opened “{title}” yet", title=told["title"])
    until = (
        _(
            "They lie sealed until somebody closes the survey with two opening codes. If nobody"
            " does, they are destroyed unread, from {until} on. Then there is no report, and"
            " nobody can bring the answers back.",
            **told,
        )
        if two
        else _(
            "They lie sealed until somebody closes the survey with an opening code. If nobody"
            " does, they are destroyed unread, from {until} on. Then there is no report, and"
            " nobody can bring the answers back.",
            **told,
        )
    )
    which = (
        _("This is the second and last warning.")
        if last
        else _("This is the first of two warnings.")
    )
    ended = _("“{title}” of {client} ended on {ended}. Nobody has opened the answers yet.", **told)
    return subject, f"{ended}\n\n{until}\n\n{which}"
