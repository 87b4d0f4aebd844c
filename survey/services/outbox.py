"""The outbox: mails that wait to be sent, and what becomes of each. For the worker, and for whoever
writes a mail.

    waiting -> sending            one transaction of its own, before the server is spoken to
    sending -> (gone)             the server took it: the row is deleted, and with it a code
               waiting            not now: again later, so many times
               refused            for good, or too often
               uncertain          nobody can tell: it is listed, and never sent again by itself

A worker that was killed leaves at most the one mail that it was sending; whoever works next calls
it uncertain. In which order mails go out tells nothing: they are taken by their random ids. What
people do on the page of a mailing stands in `mailings`.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.mail import Outcome, Sent
from survey.services.inviting import new_letter
from survey.services.reminding import begin_reminder
from survey.storage.models import Survey
from survey.storage.workspace import MAILINGS, Letter, Mailing

TRIES = 12
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=4)
"""A mail is tried again after 1, 2, 4 … minutes, 240 at most: 16 hours in all."""
AT_ONCE = 50
"""Mails that are looked up together, though each is taken by itself."""
ACCOUNT_MAILS_STAY = timedelta(days=7)
"""So long a mail about an account is kept that was not taken: it may hold a link to a password."""
OF_A_LINK = re.compile(r"[A-Za-z0-9_-]{20,}")
"""What can be the token of a link of one use, or half of it."""


@dataclass(frozen=True)
class Held:
    """A mail that a worker is sending."""

    id: str
    kind: str
    survey: str | None
    mailing: int | None
    email: str
    name: str
    language: str
    unit: str | None
    code: str | None
    subject: str
    body: str


def write_letter(
    session: Session,
    email: str,
    name: str,
    language: str,
    subject: str,
    body: str,
    now: datetime,
    *,
    kind: str = "account",
    survey: str | None = None,
) -> str:
    """Put a mail with words of its own into the outbox, inside a transaction of the caller's;
    return its id.

    Paragraphs of `body` are parted by empty lines; an address on a line of its own becomes a link.
    An address that nothing can be sent to is found out when the mail is sent, so that whoever asks
    for a mail learns nothing from it.
    """
    row = new_letter(kind, email, name, language, now)
    row |= {"subject": subject, "body": body, "survey": survey}
    session.execute(sa.insert(Letter), row)
    return str(row["id"])


def waits(session: Session, now: datetime) -> bool:
    """Say whether there is a mail to `claim`; only looks."""
    there = sa.exists().where(*_ready(now))
    return bool(session.scalar(sa.select(there)))


def is_untidy(session: Session, now: datetime) -> bool:
    """Say whether there is anything for `tidy` to do; only looks."""
    over = _over(now)
    kinds = (
        sa.exists().where(Letter.kind.in_(MAILINGS), Letter.survey.in_(over)),
        sa.exists().where(Mailing.state != "done", Mailing.survey.in_(over)),
        sa.exists().where(Mailing.state == "planned", Mailing.due <= now),
        sa.exists().where(Mailing.state == "going", ~_unsent()),
        sa.exists().where(*_stale(now)),
    )
    return bool(session.scalar(sa.select(sa.or_(*kinds))))


def tidy(session: Session, now: datetime) -> bool:
    """Begin what is due and end what is over, inside a transaction of the caller's; True where
    letters with codes were deleted.
    """
    over = _over(now)
    dropped: Any = session.execute(
        sa.delete(Letter).where(Letter.kind.in_(MAILINGS), Letter.survey.in_(over))
    )
    session.execute(sa.delete(Letter).where(*_stale(now)))
    ended = sa.update(Mailing).where(Mailing.state != "done", Mailing.survey.in_(over))
    session.execute(ended.values(state="done"))
    due = sa.select(Mailing).where(Mailing.state == "planned", Mailing.due <= now)
    for mailing in session.scalars(due.order_by(Mailing.survey, Mailing.number)):
        if mailing.kind == "reminder":
            begin_reminder(session, mailing, now)
        mailing.state = "going"
    session.flush()
    sent = sa.update(Mailing).where(Mailing.state == "going", ~_unsent())
    session.execute(sent.values(state="done"))
    return bool(dropped.rowcount)


def claim(session: Session, worker: str, now: datetime, upcoming: list[str]) -> Held | None:
    """Take the next mail and mark it as being sent, inside a transaction of the caller's.

    Parameters
    ----------
    upcoming
        The caller's list of ids that are next, which is used up and filled again: to find the next
        of 20,000 takes 24 ms, to take one by its id less than one. Whether a mail may (still) be
        sent is asked when it is taken.
    """
    if not upcoming:
        upcoming.extend(_next_ids(session, now))
    while upcoming:
        query = sa.select(Letter).where(Letter.id == upcoming.pop(0), *_ready(now))
        row = session.scalars(query.with_for_update(skip_locked=True, of=Letter)).one_or_none()
        if row is not None:
            row.state, row.held_by = "sending", worker
            return held_of(row)
    return None


def _next_ids(session: Session, now: datetime) -> list[str]:
    """Return the next few mails; those about accounts first, since somebody waits for them."""
    query = (
        sa.select(Letter.id)
        .where(*_ready(now))
        .order_by(Letter.mailing.is_not(None), Letter.id)
        .limit(AT_ONCE)
    )
    return list(session.scalars(query))


def settle(session: Session, held: Held, worker: str, sent: Sent, now: datetime) -> None:
    """Write down what became of a mail, inside a transaction of the caller's.

    Also where another worker has called it uncertain meanwhile: whoever sent it knows better.
    """
    if sent.outcome is Outcome.TAKEN:
        _forget(session, held, worker)
        return
    row = session.scalars(
        sa.select(Letter).where(Letter.id == held.id, Letter.held_by == worker).with_for_update()
    ).one_or_none()
    if row is None:
        return
    row.attempts, row.told = row.attempts + 1, _without(held, sent.told)
    row.state = _state_after(sent.outcome, row.attempts)
    if row.state == "waiting":
        row.due = now + _wait(row.attempts)
    row.held_by = worker if row.state == "uncertain" else ""


def _without(held: Held, told: str) -> str:
    """Return what a server said without the code of the mail, or its link to a password, in case it
    quotes what it refuses.
    """
    if held.kind == "account":
        return OF_A_LINK.sub("…", told)
    parts = [part for part in (held.code or "").split("-") if part]
    return re.sub("|".join(parts), "…", told, flags=re.IGNORECASE) if parts else told


def _forget(session: Session, held: Held, worker: str) -> None:
    """Delete a mail that was taken, code and all, and count it."""
    mine = sa.delete(Letter).where(Letter.id == held.id, Letter.held_by == worker)
    gone: Any = session.execute(mine.execution_options(synchronize_session=False))
    if gone.rowcount and held.mailing is not None:
        this = sa.and_(Mailing.survey == held.survey, Mailing.number == held.mailing)
        counted = sa.update(Mailing).where(this).values(sent=Mailing.sent + 1)
        session.execute(counted.execution_options(synchronize_session=False))


def give_back(session: Session, held: Held, worker: str) -> None:
    """Let a mail wait again that was certainly not sent, as if it had never been taken."""
    mine = sa.update(Letter).where(Letter.id == held.id, Letter.held_by == worker)
    session.execute(mine.values(state="waiting", held_by=""))


def call_uncertain(session: Session, worker: str) -> int:
    """Call uncertain what a worker was sending that is no more; inside a transaction.

    Only for whoever holds the lock of the instance's one worker: nobody else is sending then.
    """
    orphans = sa.update(Letter).where(Letter.state == "sending", Letter.held_by != worker)
    done: Any = session.execute(orphans.values(state="uncertain"))
    return int(done.rowcount)


def _ready(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    return Letter.state == "waiting", Letter.due <= now, _may_go(now)


def _may_go(now: datetime) -> sa.ColumnElement[bool]:
    """Say of a letter whether it may be sent: a survey's, only while it runs and is not paused."""
    going = (
        sa.exists()
        .where(Mailing.survey == Letter.survey, Mailing.number == Letter.mailing)
        .where(Mailing.state == "going", Survey.slug == Mailing.survey)
        .where(Survey.state == "open", Survey.ends_at > now)
    )
    return sa.or_(Letter.kind.not_in(MAILINGS), going)


def _unsent() -> sa.ColumnElement[bool]:
    """Say of a mailing whether something of it still waits or is being sent."""
    return sa.exists().where(
        Letter.survey == Mailing.survey,
        Letter.mailing == Mailing.number,
        Letter.state.in_(("waiting", "sending")),
    )


def _over(now: datetime) -> sa.Select[Any]:
    return sa.select(Survey.slug).where(sa.or_(Survey.state != "open", Survey.ends_at <= now))


def _stale(now: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Say of a letter whether it is a mail about an account that could not be sent, long ago."""
    return (
        Letter.kind == "account",
        Letter.state.in_(("refused", "uncertain")),
        Letter.due <= now - ACCOUNT_MAILS_STAY,
    )


def _state_after(outcome: Outcome, attempts: int) -> str:
    if outcome is Outcome.LATER:
        return "waiting" if attempts < TRIES else "refused"
    return "refused" if outcome is Outcome.REFUSED else "uncertain"


def _wait(attempts: int) -> timedelta:
    """Return how long to wait after so many attempts."""
    doubled: timedelta = FIRST_WAIT * 2 ** (attempts - 1)
    return min(doubled, LONGEST_WAIT)


def held_of(row: Letter) -> Held:
    """Return a row of the outbox as a worker holds it."""
    return Held(
        id=row.id,
        kind=row.kind,
        survey=row.survey,
        mailing=row.mailing,
        email=row.email,
        name=row.name,
        language=row.language,
        unit=row.unit,
        code=row.code,
        subject=row.subject,
        body=row.body,
    )
