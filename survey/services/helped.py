"""What others did to somebody's way in: noting it, and telling the person until they have read it.

Nothing here is ever taken out, so that nobody takes over an account unseen; not even with the
account, as an owner could remove it and ask the same address in again. What can be done stands in
`helping` and `memberships.remove`, and at the machine in `survey.cli`.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.storage.engine import reading
from survey.storage.workspace import AccountHelp

What = Literal["factor", "link", "used", "removed"]
AT_THE_MACHINE = ""
"""Stands for an address where somebody did it at the terminal of the machine itself."""


@dataclass(frozen=True)
class Help:
    """One thing that somebody did."""

    id: int
    at: datetime
    by: str
    what: str
    read: bool


def note(session: Session, email: str, by: str, what: What, now: datetime) -> None:
    """Within a transaction: note what was done to the account of an address, for them to read."""
    session.add(AccountHelp(email=email, at=now, by=by, what=what, read=False))


def helped(session: Session, email: str) -> tuple[Help, ...]:
    """Return everything that was done to the account of an address, the newest first."""
    query = sa.select(AccountHelp).where(AccountHelp.email == email)
    with reading(session):
        rows = session.scalars(query.order_by(AccountHelp.id.desc())).all()
    return tuple(Help(row.id, row.at, row.by, row.what, row.read) for row in rows)


def unread(session: Session, email: str) -> tuple[Help, ...]:
    """Return what the person has not read yet, the newest first."""
    return tuple(one for one in helped(session, email) if not one.read)


def mark_read(session: Session, email: str, newest: int) -> None:
    """Note that the person has read everything up to the newest thing that was shown to them."""
    shown = sa.update(AccountHelp).where(AccountHelp.email == email, AccountHelp.id <= newest)
    with session.begin():
        session.execute(shown.values(read=True))


def tell_again(session: Session, email: str) -> None:
    """Within a transaction: have everything read again, since somebody else may have read it."""
    mine = sa.update(AccountHelp).where(AccountHelp.email == email)
    session.execute(mine.values(read=False))
