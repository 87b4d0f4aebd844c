"""Signing in: the password, and the second factor where there is one.

After the password alone a browser is half signed in: a row that no page knows, but the one that
asks for the digits. Passkeys and single sign-on would stand beside `sign_in`; see
docs/decisions/0014-signing-in.md.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services import second_factor
from survey.services.accounts import SignInRefused, password_fits, tidy_address
from survey.services.sessions import begin, hashed
from survey.storage.engine import reading
from survey.storage.workspace import Account, LoginSession


class TooLate(UserError):
    """Ten minutes have passed since you typed your password. Please begin again."""


def sign_in(session: Session, email: str, password: str, now: datetime, browser: str = "") -> str:
    """Check a password and return the token of a new session.

    An unknown address takes as long as a wrong password: one hash is computed in either case. With
    a second factor the session is half: see `half_signed_in`.
    """
    query = sa.select(Account).where(Account.email == tidy_address(email))
    with reading(session):
        row = session.scalars(query).one_or_none()
    fits = password_fits(row.password if row else "", password)
    if row is None or not fits or not row.active:
        raise SignInRefused
    with session.begin():
        return begin(session, row.id, now, browser, complete=row.second_factor is None)


def half_signed_in(session: Session, token: str, now: datetime) -> int | None:
    """Return the account for which only the second factor is missing, or None."""
    query = (
        sa.select(LoginSession.account)
        .join(Account, LoginSession.account == Account.id)
        .where(LoginSession.token_hash == hashed(token), LoginSession.expires_at > now)
        .where(~LoginSession.complete, Account.active)
    )
    with reading(session):
        return session.scalar(query)


def finish(session: Session, token: str, typed: str, now: datetime) -> str:
    """Take the digits, or a recovery code, and return the token of the whole session, a new one.

    Raises
    ------
    TooLate
        There is no half session: it has ended, or was finished.
    survey.services.second_factor.SecondFactorRefused
        Also for a recovery code, in words of its own.
    """
    account = half_signed_in(session, token, now)
    if account is None:
        raise TooLate
    with session.begin():
        second_factor.check(session, account, typed, now)
        half = session.get(LoginSession, hashed(token))
        if half is None:
            raise TooLate
        session.delete(half)
        return begin(session, account, now, half.browser)
