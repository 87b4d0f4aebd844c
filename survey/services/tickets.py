"""Links of one use: to set an instance up, to choose a password, to accept an invitation.

Only the hash of a link's token is stored. What a link leads to stands in `ways_in`.
"""

import re
import secrets
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.storage.workspace import Ticket

Purpose = Literal["setup", "reset", "invite"]

LASTS = {"setup": timedelta(hours=24), "reset": timedelta(hours=1), "invite": timedelta(days=7)}
_TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class LinkUsedUp(UserError):
    """The link was used already, its time is over, or a part of it is missing. Whoever gave it to
    you can make another; where you forgot a password, ask for a mail once more.
    """


def make_ticket(
    session: Session,
    purpose: Purpose,
    account: int | None,
    now: datetime,
    *,
    shown_to: str | None = None,
    lasts: timedelta | None = None,
) -> str:
    """Make a link of one use and return its token, the only copy.

    Works within a transaction, or in one of its own. A new set-up link or invitation makes the
    earlier ones of the same account void, and so does a link that is handed over; of those to a
    password that go by mail several may wait, so that nobody can make another's link void by
    asking again.

    Parameters
    ----------
    shown_to
        The address of who sees the link and hands it over; empty: the machine's terminal; None: it
        goes by mail alone.
    lasts
        How long it works, where that is not what is usual.
    """
    token = secrets.token_urlsafe(32)
    old = sa.and_(Ticket.purpose == purpose, Ticket.account.is_not_distinct_from(account))
    void = [Ticket.expires_at <= now]
    if purpose != "reset":
        void.append(old)
    elif shown_to is not None:
        void.append(sa.and_(old, Ticket.shown_to.is_not(None)))
    with _transaction(session):
        session.execute(sa.delete(Ticket).where(sa.or_(*void)))
        session.add(
            Ticket(
                token_hash=_hash(token),
                purpose=purpose,
                account=account,
                expires_at=now + (lasts or LASTS[purpose]),
                shown_to=shown_to,
            )
        )
    return token


def look_at(session: Session, token: str, purpose: Purpose, now: datetime) -> Ticket:
    """Within a transaction: return the ticket of a link, which stays; `LinkUsedUp`."""
    found = session.get(Ticket, _hash(token)) if _TOKEN.fullmatch(token) else None
    if found is None or found.purpose != purpose or found.expires_at <= now:
        raise LinkUsedUp
    return found


def spend(session: Session, token: str, purpose: Purpose, now: datetime) -> Ticket:
    """Within a transaction: take the ticket of a link away. Of two at once, one gets it."""
    found = look_at(session, token, purpose, now)
    gone: Any = session.execute(
        sa.delete(Ticket)
        .where(Ticket.token_hash == found.token_hash)
        .execution_options(synchronize_session=False)
    )
    if gone.rowcount != 1:
        raise LinkUsedUp
    session.expunge(found)
    return found


def _transaction(session: Session) -> AbstractContextManager[Any]:
    return nullcontext() if session.in_transaction() else session.begin()


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
