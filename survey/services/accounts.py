"""Those who run surveys: accounts, passwords, and who is signed in.

Respondents have no account and no session. A sign-in is a row that can be deleted; the browser
holds a random token of which only the hash is stored: a stolen database signs nobody in.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from threading import BoundedSemaphore
from typing import Literal, cast

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import VerificationError
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.storage.engine import reading
from survey.storage.workspace import Account, LoginSession

Role = Literal["owner", "consultant", "reader"]

LASTS = timedelta(hours=12)
SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
AT_ONCE = 4
"""Sign-ins that are checked at the same time: each takes 19 MiB and a core."""
PATIENCE = 10
"""Seconds that a sign-in waits for its turn."""

HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = HASHER.hash(secrets.token_hex())
_TURNS = BoundedSemaphore(AT_ONCE)
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")


class SignInRefused(UserError):
    """Address and password do not belong together. Please try again."""


class TooManySignIns(UserError):
    """Too many people are signing in at this moment. Please try again in a minute."""


class AddressTaken(UserError):
    """There is already an account for {email}."""


class AccountIncomplete(UserError):
    """The account cannot be made: {told}"""


@dataclass(frozen=True)
class User:
    """Somebody who is signed in."""

    email: str
    name: str
    role: Role = "owner"
    id: int = 0
    language: str = "en"
    timezone: str = "UTC"


def add_user(session: Session, email: str, name: str, password: str, role: Role = "owner") -> User:
    """Make an account; `AccountIncomplete` with everything that is missing, or `AddressTaken`."""
    address = _address(email)
    faults = []
    if not _EMAIL.fullmatch(address):
        faults.append("write an e-mail address.")
    if not name.strip():
        faults.append("write a name.")
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        faults.append(f"the password needs at least {SHORTEST_PASSWORD} characters.")
    if faults:
        raise AccountIncomplete(told=" ".join(faults))
    hashed = hash_password(password)
    with session.begin():
        if session.scalar(sa.select(Account.id).where(Account.email == address)):
            raise AddressTaken(email=address)
        row = Account(email=address, name=name.strip(), password=hashed, role=role)
        session.add(row)
        session.flush()
        return _user(row)


def has_users(session: Session) -> bool:
    """Say whether anybody can sign in at all."""
    with reading(session):
        return session.scalar(sa.select(Account.id).limit(1)) is not None


def sign_in(session: Session, email: str, password: str, now: datetime) -> str:
    """Check a password and return the token of a new session, which lasts 12 hours.

    An unknown address takes as long as a wrong password: one hash is computed in either case.
    """
    with reading(session):
        found = session.execute(
            sa.select(Account.id, Account.password).where(Account.email == _address(email))
        ).one_or_none()
    account, hashed = found or (None, _NOBODY)
    if not password_fits(hashed, password) or account is None:
        raise SignInRefused
    token = secrets.token_urlsafe(32)
    with session.begin():
        session.execute(sa.delete(LoginSession).where(LoginSession.expires_at <= now))
        session.add(
            LoginSession(
                token_hash=_hash(token),
                account=account,
                expires_at=now + LASTS,
                mark=secrets.token_hex(4),
                began_at=now,
                seen_on=now.date(),
                browser="",
                complete=True,
            )
        )
    return token


def who(session: Session, token: str, now: datetime) -> User | None:
    """Return who holds a token, or None where it is unknown, ended or signed out."""
    query = (
        sa.select(Account)
        .join(LoginSession, LoginSession.account == Account.id)
        .where(LoginSession.token_hash == _hash(token), LoginSession.expires_at > now)
        .where(LoginSession.complete, Account.active)
    )
    with reading(session):
        row = session.scalars(query).one_or_none()
    return _user(row) if row else None


def _user(row: Account) -> User:
    return User(row.email, row.name, cast(Role, row.role), row.id, row.language, row.timezone)


def sign_out(session: Session, token: str) -> None:
    """End a session; nothing happens where there is none."""
    with session.begin():
        session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == _hash(token)))


def hash_password(password: str) -> str:
    """Return a password as it is kept (argon2id)."""
    return HASHER.hash(password)


def password_fits(hashed: str, password: str) -> bool:
    """Say whether a password is the one that is kept; `TooManySignIns` while many others ask."""
    if not _TURNS.acquire(timeout=PATIENCE):
        raise TooManySignIns
    try:
        return HASHER.verify(hashed, password[:LONGEST_PASSWORD])
    except VerificationError:
        return False
    finally:
        _TURNS.release()


def _address(email: str) -> str:
    """Return an address as it is kept; what cannot be printed is left out."""
    return "".join(c for c in email.strip().lower() if c.isprintable())


def _hash(token: str) -> bytes:
    return sha256(token.encode()).digest()
