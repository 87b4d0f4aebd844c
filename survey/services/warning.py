"""Warnings by mail to those who run the surveys of a client: whom they reach, and how.

What they are warned of, when, and in which words stands in `survey.services.unopened` and
`survey.services.retention`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import speaking
from survey.services.outbox import write_letter
from survey.storage.workspace import Account, Membership


@dataclass(frozen=True)
class Reader:
    """Somebody who is warned."""

    email: str
    name: str
    language: str


def who_runs(session: Session, client: str | None) -> tuple[Reader, ...]:
    """Return who runs the surveys of a client: every owner, and its consultants; inside a
    transaction.
    """
    members = sa.select(Membership.account).where(Membership.client == client)
    runs = sa.or_(
        Account.role == "owner", sa.and_(Account.role == "consultant", Account.id.in_(members))
    )
    query = sa.select(Account.email, Account.name, Account.language).where(runs, Account.active)
    return tuple(Reader(*row) for row in session.execute(query.order_by(Account.email)))


def warn(
    session: Session,
    reader: Reader,
    words: Callable[[], tuple[str, str]],
    address: str,
    now: datetime,
    survey: str | None = None,
) -> None:
    """Put a warning into the outbox, in the reader's language; inside a transaction.

    `words` gives its subject and its text; `address` is where there is something to do, or "".
    """
    with speaking(reader.language):
        subject, body = words()
    if address:
        body += f"\n\n{address}"
    write_letter(
        session,
        *(reader.email, reader.name, reader.language, subject, body, now),
        kind="warning",
        survey=survey,
    )
