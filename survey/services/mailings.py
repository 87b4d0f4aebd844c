"""The mails of a survey as its page shows them, and what somebody can do about them there.

Only sending is told here, never answering. The worker's side stands in `outbox`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.mail import check_address
from survey.services.outbox import TRIES
from survey.storage.engine import reading
from survey.storage.models import NUMBERS, Unit
from survey.storage.scrub import clear_letters
from survey.storage.workspace import Invitee, Letter, Mailing

Trouble = Literal["refused", "uncertain"]
TROUBLES: tuple[Trouble, ...] = ("refused", "uncertain")


class UnknownLetter(UserError):
    """The mail is no longer in the list: it was sent, or somebody has dealt with it."""


class NothingToPause(UserError):
    """These mails are all sent, or not begun yet."""


class MayHaveArrived(UserError):
    """This mail may have reached {email}, and with it its code: to another address the code would
    be in two hands. Send it again as it is, or drop it and give the person a spare card.
    """  # noqa: D404


class InvitedAlready(UserError):
    """{email} was invited already, with a mail of its own."""


@dataclass(frozen=True)
class MailingLine:
    """One round of mails, and how far it is."""

    number: int
    kind: str
    due: datetime
    state: str
    total: int
    sent: int
    waiting: int
    refused: int
    uncertain: int

    @property
    def share(self) -> int:
        """How much of it is sent, in percent, rounded down."""
        return 100 * self.sent // self.total if self.total else 0


@dataclass(frozen=True)
class LetterLine:
    """A mail of which somebody must decide."""

    id: str
    kind: str
    email: str
    name: str
    unit: str
    told: str
    gave_up: bool
    """Whether it was refused for now, so often that it is no longer tried."""


@dataclass(frozen=True)
class LetterPage:
    """One page of such mails: `number` of `many`, from 1. `total` counts also what fits not."""

    lines: tuple[LetterLine, ...]
    number: int
    many: int
    found: int
    total: int


def mailings_of(session: Session, slug: str) -> tuple[MailingLine, ...]:
    """Return the mailings of a survey, by their numbers."""
    with reading(session):
        rows = session.scalars(
            sa.select(Mailing).where(Mailing.survey == slug).order_by(Mailing.number)
        ).all()
        counted = _counted(session, slug)
    return tuple(_line(row, counted) for row in rows)


def invited_count(session: Session, slug: str) -> int:
    """Return how many people were invited by mail, as long as the survey is not closed."""
    with reading(session):
        return _count(session, Invitee.survey == slug)


def languages_of(session: Session, slug: str) -> tuple[str, ...]:
    """Return in which languages the invited are written to, sorted."""
    query = sa.select(Invitee.language).where(Invitee.survey == slug).distinct()
    with reading(session):
        return tuple(sorted(session.scalars(query)))


def troubles(
    session: Session, slug: str, state: Trouble, wanted: str, page: int, size: int
) -> LetterPage:
    """Return the mails that were refused, or that are uncertain, by address, one page of them.

    `wanted`: a part of address or name.
    """
    mine = sa.and_(Letter.survey == slug, Letter.state == state)
    fits = sa.and_(mine, _fits(wanted))
    with reading(session):
        total, found = _count(session, mine), _count(session, fits)
        many = max(1, -(-found // size))
        number = min(many, max(1, page))
        query = (
            sa.select(Letter, Unit.name)
            .outerjoin(Unit, sa.and_(Unit.survey == Letter.survey, Unit.id == Letter.unit))
            .where(fits)
            .order_by(Letter.email, Letter.id)
            .limit(size)
            .offset(size * (number - 1))
        )
        lines = tuple(_letter_line(row, unit or "") for row, unit in session.execute(query))
    return LetterPage(lines, number, many, found, total)


def letter_of(session: Session, slug: str, id_: str) -> LetterLine:
    """Return one mail of which somebody must decide."""
    with reading(session):
        row = _letter(session, slug, id_)
        unit = session.get(Unit, (slug, row.unit)) if row.unit else None
        return _letter_line(row, unit.name if unit else "")


def pause(session: Session, slug: str, number: int) -> None:
    """Send no more of a mailing, after the mail that is being sent, until `go_on`."""
    _switch(session, slug, number, "going", "paused")


def go_on(session: Session, slug: str, number: int) -> None:
    """Go on with a mailing that was paused."""
    _switch(session, slug, number, "paused", "going")


def send_again(session: Session, slug: str, id_: str, email: str, now: datetime) -> None:
    """Let a mail be sent once more, to a corrected address where one is given.

    It keeps its Message-ID, so that a mail program can tell a second copy. What may have arrived
    goes to nobody else: a second person could answer with its code, and nobody would notice.

    Raises
    ------
    UnknownLetter, InvitedAlready, MayHaveArrived, survey.mail.NoMailAddress
    """
    check_address(email)
    with session.begin():
        row = _letter(session, slug, id_)
        if email != row.email:
            if row.state == "uncertain":
                raise MayHaveArrived(email=row.email)
            _correct(session, row, email)
        _wait_again(session, [row], now)


def send_all_again(session: Session, slug: str, state: Trouble, now: datetime) -> int:
    """Let every mail in this state be sent once more; return how many."""
    query = sa.select(Letter).where(Letter.survey == slug, Letter.state == state)
    with session.begin():
        rows = session.scalars(query).all()
        _wait_again(session, rows, now)
        return len(rows)


def drop(session: Session, slug: str, id_: str) -> None:
    """Delete a mail, and with it its code, which nobody has then (or, where it is uncertain, only
    whom it reached). Whoever refused it is not written to again.

    Files keep no trace of the code either, unless somebody is in the way: then the worker clears
    them the next time that a mail was sent.
    """
    with session.begin():
        row = _letter(session, slug, id_)
        if row.state == "refused":
            session.execute(
                sa.delete(Invitee).where(Invitee.survey == slug, Invitee.email == row.email)
            )
        session.delete(row)
    engine = session.get_bind()
    clear_letters(engine if isinstance(engine, sa.Engine) else engine.engine)


def _switch(session: Session, slug: str, number: int, before: str, after: str) -> None:
    if number not in NUMBERS:
        raise NothingToPause
    this = sa.and_(Mailing.survey == slug, Mailing.number == number, Mailing.state == before)
    with session.begin():
        moved: Any = session.execute(sa.update(Mailing).where(this).values(state=after))
        if not moved.rowcount:
            raise NothingToPause


def _counted(session: Session, slug: str) -> dict[tuple[int | None, str], int]:
    """Return (number of the mailing, state) -> letters of it in that state."""
    query = (
        sa.select(Letter.mailing, Letter.state, sa.func.count())
        .where(Letter.survey == slug)
        .group_by(Letter.mailing, Letter.state)
    )
    return {(row[0], row[1]): row[2] for row in session.execute(query)}


def _line(row: Mailing, counted: dict[tuple[int | None, str], int]) -> MailingLine:
    def many(state: str) -> int:
        return counted.get((row.number, state), 0)

    return MailingLine(
        number=row.number,
        kind=row.kind,
        due=row.due,
        state=row.state,
        total=row.total,
        sent=row.sent,
        waiting=many("waiting") + many("sending"),
        refused=many("refused"),
        uncertain=many("uncertain"),
    )


def _fits(wanted: str) -> sa.ColumnElement[bool]:
    """Say of a letter whether every word that is searched for stands in its address or name."""
    text = sa.func.lower(Letter.email + " " + Letter.name)
    return sa.and_(
        sa.true(), *(text.contains(word, autoescape=True) for word in wanted.lower().split())
    )


def _count(session: Session, which: sa.ColumnElement[bool]) -> int:
    return session.scalar(sa.select(sa.func.count()).where(which)) or 0


def _letter_line(row: Letter, unit: str) -> LetterLine:
    return LetterLine(
        id=row.id,
        kind=row.kind,
        email=row.email,
        name=row.name,
        unit=unit,
        told=row.told,
        gave_up=row.state == "refused" and row.attempts >= TRIES,
    )


def _letter(session: Session, slug: str, id_: str) -> Letter:
    row = session.get(Letter, id_)
    if row is None or row.survey != slug or row.state not in TROUBLES:
        raise UnknownLetter
    return row


def _correct(session: Session, row: Letter, email: str) -> None:
    """Write to a person under another address, now and in every reminder."""
    others = sa.select(Invitee.email).where(
        Invitee.survey == row.survey, sa.func.lower(Invitee.email) == email.lower()
    )
    if any(other != row.email for other in session.scalars(others)):
        raise InvitedAlready(email=email)
    session.execute(
        sa.update(Invitee)
        .where(Invitee.survey == row.survey, Invitee.email == row.email)
        .values(email=email)
    )
    row.email = email


def _wait_again(session: Session, rows: Sequence[Letter], now: datetime) -> None:
    for row in rows:
        row.state, row.held_by, row.attempts, row.due, row.told = "waiting", "", 0, now, ""
    for number in {row.mailing for row in rows}:
        done = sa.update(Mailing).where(
            Mailing.survey == (rows[0].survey if rows else None),
            Mailing.number == number,
            Mailing.state == "done",
        )
        session.execute(done.values(state="going"))
