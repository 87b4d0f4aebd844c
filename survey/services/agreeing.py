"""Commitments: what a group agreed to do after it had seen its result, written down and followed.

Here belong writing them down and what became of them. They are read, for reports and for the
group's own page, in `survey.services.agreed`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import get_args
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import gettext as _
from survey.report.model import Commitment, CommitmentState
from survey.services.agreed import EVERYBODY, commitment, commitments_of
from survey.services.released import released_row, shows_group
from survey.storage import models
from survey.storage.engine import reading

LONGEST_WHO = 100
LONGEST_WHAT = 200
MOST = 30
FARTHEST = timedelta(days=3 * 366)


class UnknownGroup(UserError):
    """There is no such group in this report."""


class UnknownCommitment(UserError):
    """That is not on the list any more: somebody else has removed it."""


class NotOpenAnyMore(UserError):
    """Only what is still open can be removed: what was done or dropped is part of the record."""


class NotAgreed(UserError):
    """{told}"""

    def __init__(self, faults: dict[str, str]) -> None:
        self.faults = faults
        """Field (`who`, `what`, `until`) -> what is wrong with it."""
        super().__init__(told=" ".join(faults.values()))


@dataclass(frozen=True)
class Numbered:
    """A commitment and the number that it is changed by."""

    number: int
    commitment: Commitment


def agreed_by(session: Session, slug: str, key: str) -> tuple[Numbered, ...]:
    """Return what a group agreed to, what is due first first.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened, UnknownGroup
    """
    with reading(session):
        check_group(session, slug, key)
        rows = commitments_of(session, slug)
        return tuple(Numbered(row.id, commitment(row)) for row in rows if row.group_key == key)


def agree(
    session: Session, slug: str, key: str, who: str, what: str, until: date | None, now: datetime
) -> None:
    """Write down what a group agreed to.

    Raises
    ------
    NotAgreed
        With what is wrong, field by field.
    UnknownSurvey, NotClosedYet, NeverOpened, UnknownGroup
    """
    with session.begin():
        survey = check_group(session, slug, key)
        who, what = " ".join(who.split()), " ".join(what.split())
        faults = dict(_faults(who, what, until, today(survey, now)))
        if len([r for r in commitments_of(session, slug) if r.group_key == key]) >= MOST:
            faults["what"] = _(
                "There are {most} already; few are kept in mind, and fewer are done.", most=MOST
            )
        if faults:
            raise NotAgreed(faults)
        row = {"survey": slug, "group_key": key, "who": who, "what": what, "until": until}
        session.execute(sa.insert(models.Commitment), row | {"state": "open"})


def change_state(session: Session, slug: str, key: str, number: int, state: str) -> None:
    """Say what became of a commitment: open, done or dropped.

    Raises
    ------
    UnknownCommitment
        Nothing was changed.
    """
    if state not in get_args(CommitmentState):
        raise UnknownCommitment
    with session.begin():
        _row(session, slug, key, number).state = state


def remove(session: Session, slug: str, key: str, number: int) -> None:
    """Take back a commitment that was written down by mistake, while it is open.

    Raises
    ------
    UnknownCommitment, NotOpenAnyMore
        Nothing was changed.
    """
    with session.begin():
        row = _row(session, slug, key, number)
        if row.state != "open":
            raise NotOpenAnyMore
        session.delete(row)


def check_group(session: Session, slug: str, key: str) -> models.Survey:
    """Return the survey of a group that its report shows, inside a transaction; else raise."""
    survey = released_row(session, slug)
    if key != EVERYBODY and not shows_group(session, slug, key):
        raise UnknownGroup
    return survey


def today(survey: models.Survey, now: datetime) -> date:
    """Return the day in the time zone of a survey."""
    return now.astimezone(ZoneInfo(survey.timezone)).date()


def _faults(who: str, what: str, until: date | None, this_day: date) -> Iterator[tuple[str, str]]:
    if not who:
        yield "who", _("Write which role sees to it, such as “the leader of the team”.")
    elif len(who) > LONGEST_WHO:
        yield "who", _("Shorten this to {most} characters.", most=LONGEST_WHO)
    if not what:
        yield "what", _("Write what was agreed.")
    elif len(what) > LONGEST_WHAT:
        yield "what", _("Shorten this to {most} characters.", most=LONGEST_WHAT)
    if until is None:
        yield "until", _("Write a day, such as 2027-03-31.")
    elif until < this_day:
        yield "until", _("This day has passed; write until when it is to be done.")
    elif until > this_day + FARTHEST:
        yield "until", _("This is more than three years away; agree on something nearer.")


def _row(session: Session, slug: str, key: str, number: int) -> models.Commitment:
    row = session.get(models.Commitment, number) if number in models.NUMBERS else None
    if row is None or (row.survey, row.group_key) != (slug, key):
        raise UnknownCommitment
    return row
