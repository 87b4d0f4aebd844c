"""Mails about accounts: putting one into the outbox, and what became of those that are not gone.

What such a mail says belongs to whoever writes it (`invitations`, `ways_in`, `helping`); how it is
sent, to `outbox`. Mails of surveys are no concern of this module: `mailings`.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.outbox import write_letter
from survey.storage.engine import reading
from survey.storage.workspace import Account, Letter

FAILED = ("refused", "uncertain")


@dataclass(frozen=True)
class AccountMail:
    """A mail about an account that no server has taken yet."""

    subject: str
    state: str
    """waiting: it was not tried yet; later: it is tried again; refused; uncertain."""
    told: str
    """What the mail server said last; may be empty."""

    @property
    def failed(self) -> bool:
        """Whether nothing more is done by itself."""
        return self.state in FAILED


def write_account_mail(
    session: Session, row: Account, subject: str, body: str, now: datetime, *, alone: bool = False
) -> None:
    """Within a transaction: put a mail into the outbox; earlier ones that failed are forgotten.

    `alone`: those that still wait too, as their link leads nowhere any more.
    """
    gone = FAILED + ("waiting",) * alone
    session.execute(sa.delete(Letter).where(*_about(row.email), Letter.state.in_(gone)))
    write_letter(session, row.email, row.name, row.language, subject, body, now)


def unsent_mails(session: Session, emails: Collection[str] | None = None) -> dict[str, AccountMail]:
    """Return address -> the mail about its account that went worst, of those that are not gone.

    Of all addresses, or of the few that are named.
    """
    query = sa.select(Letter.email, Letter.subject, Letter.state, Letter.told, Letter.attempts)
    query = query.where(Letter.kind == "account")
    if emails is not None:
        query = query.where(Letter.email.in_(emails))
    with reading(session):
        rows = session.execute(query).all()
    found: dict[str, AccountMail] = {}
    for email, subject, state, told, attempts in sorted(rows, key=_better_first):
        waits = "later" if attempts else "waiting"
        found[email] = AccountMail(subject, state if state in FAILED else waits, told)
    return found


def _better_first(row: sa.Row[str, str, str, str, int]) -> tuple[bool, bool, int]:
    """Order mails so that the one which went worst comes last."""
    return row.state == "refused", row.state == "uncertain", row.attempts


def _about(email: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Letter.kind == "account", Letter.email == email
