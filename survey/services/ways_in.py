"""Coming in by a link: the first owner, somebody who was invited, somebody who forgot the password.

The links themselves are `tickets`. Looking at one changes nothing: mail programs do that too. What
a link was made for is done in the transaction that takes it away.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import gettext as _
from survey.language import speaking
from survey.services import accounts
from survey.services.account_mails import write_account_mail
from survey.services.accounts import (
    AccountIncomplete,
    User,
    faults_of_password,
    hash_password,
    is_address,
    set_password,
    tidy_address,
    user_of,
)
from survey.services.helped import note, tell_again
from survey.services.sessions import begin
from survey.services.tickets import LASTS, LinkUsedUp, Purpose, look_at, make_ticket, spend
from survey.storage.engine import reading
from survey.storage.workspace import Account, Ticket

PAUSE = timedelta(minutes=5)
"""An account gets one mail of this kind in so long, however often somebody asks."""


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of themselves who comes in by a link."""

    name: str
    password: str
    language: str
    timezone: str
    email: str = ""
    """Only of the first owner; the others' is known."""


def setup_link(session: Session, now: datetime) -> str | None:
    """Return the token of a new set-up link; the earlier one is void. None once anybody is here."""
    with session.begin():
        if _anybody(session):
            return None
        return make_ticket(session, "setup", None, now)


def can_set_up(session: Session, token: str, now: datetime) -> None:
    """Pass if a set-up link may be used, else `LinkUsedUp`."""
    with reading(session):
        look_at(session, token, "setup", now)
        if _anybody(session):
            raise LinkUsedUp


def set_up(session: Session, token: str, told: Newcomer, now: datetime, browser: str) -> str:
    """Make the first owner and sign them in; return the token of the session.

    Raises
    ------
    LinkUsedUp, AccountIncomplete
    """
    hashed = _checked(told, is_address(told.email))
    with session.begin():
        spend(session, token, "setup", now)
        if _anybody(session):
            raise LinkUsedUp
        session.execute(sa.delete(Ticket))
        row = Account(email=tidy_address(told.email), password=hashed, role="owner")
        _settle(row, told)
        session.add(row)
        session.flush()
        return begin(session, row.id, now, browser)


def invited(session: Session, token: str, now: datetime) -> User:
    """Return whom an invitation is for; `LinkUsedUp`."""
    return _whose(session, token, "invite", now)


def accept(session: Session, token: str, told: Newcomer, now: datetime, browser: str) -> str:
    """Let somebody in who was invited; return the token of the session.

    Whoever had an account here before is told again what others did to it.

    Raises
    ------
    LinkUsedUp, AccountIncomplete
    """
    hashed = _checked(told, True)
    with session.begin():
        row = _account_of(session, spend(session, token, "invite", now))
        tell_again(session, row.email)
        _settle(row, told)
        set_password(session, row, hashed)
        return begin(session, row.id, now, browser, complete=row.second_factor is None)


def ask_for_password(
    session: Session, email: str, address_of: Callable[[str], str], now: datetime
) -> None:
    """Send somebody a link to choose a new password; nothing where there is no such account.

    `address_of` makes the whole address of a token. Says nothing about what it did.
    """
    query = sa.select(Account).where(Account.email == tidy_address(email), Account.active)
    with session.begin():
        row = session.scalars(query).one_or_none()
        if row is None or _asked_just_now(session, row.id, now):
            return
        link = address_of(make_ticket(session, "reset", row.id, now))
        with speaking(row.language):
            subject, body = _("Your new password for Headwind"), _reset_mail(row, link)
        write_account_mail(session, row, subject, body, now)


def forgetful(session: Session, token: str, now: datetime) -> User:
    """Return who may choose a new password with a link; `LinkUsedUp`."""
    return _whose(session, token, "reset", now)


def choose_password(session: Session, token: str, password: str, now: datetime) -> User:
    """Set the password that a link was made for, and sign every browser of the account out.

    Whoever comes in next is told who saw the link, and everything that others did before: somebody
    else may have come in meanwhile, and have said to have read it.

    Raises
    ------
    LinkUsedUp, AccountIncomplete
    """
    hashed = _checked(Newcomer("-", password, "", ""), True)
    with session.begin():
        ticket = spend(session, token, "reset", now)
        row = _account_of(session, ticket)
        set_password(session, row, hashed)
        row.handed_by = ticket.shown_to or None
        tell_again(session, row.email)
        if ticket.shown_to is not None:
            note(session, row.email, ticket.shown_to, "used", now)
        return user_of(row)


def let_back_in(session: Session, user: User) -> None:
    """Let an account sign in again that was shut; for the command line."""
    with session.begin():
        session.get_one(Account, user.id).active = True


def _checked(told: Newcomer, address_fits: bool) -> str:
    """Return the hash of a chosen password; `AccountIncomplete` with everything that is missing."""
    faults = [
        *[_("write an e-mail address.")] * (not address_fits),
        *[_("write a name.")] * (not told.name.strip()),
        *faults_of_password(told.password),
    ]
    if faults:
        raise AccountIncomplete(told=" ".join(faults))
    return hash_password(told.password)


def _settle(row: Account, told: Newcomer) -> None:
    row.name = told.name.strip()[: accounts.LONGEST_NAME]
    row.language, row.timezone = told.language, told.timezone


def _anybody(session: Session) -> bool:
    return session.scalar(sa.select(Account.id).limit(1)) is not None


def _whose(session: Session, token: str, purpose: Purpose, now: datetime) -> User:
    with reading(session):
        return user_of(_account_of(session, look_at(session, token, purpose, now)))


def _account_of(session: Session, ticket: Ticket) -> Account:
    row = session.get(Account, ticket.account) if ticket.account else None
    if row is None or not row.active:
        raise LinkUsedUp
    return row


def _asked_just_now(session: Session, account: int, now: datetime) -> bool:
    query = sa.select(Ticket.token_hash).where(
        Ticket.account == account,
        Ticket.purpose == "reset",
        Ticket.shown_to.is_(None),
        Ticket.expires_at > now + LASTS["reset"] - PAUSE,
    )
    return session.scalar(query.limit(1)) is not None


def _reset_mail(row: Account, link: str) -> str:
    return _(
        "Hello {name},\n\n"
        "somebody, most likely you, asked for a new password for your Headwind account. Choose it"
        " here, within an hour:\n\n"
        "{link}\n\n"
        "The link works once. If it was not you, do nothing: your password stays as it is.\n",
        name=row.name,
        link=link,
    )
