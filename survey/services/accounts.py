"""Those who run surveys: their accounts and their passwords.

Respondents have no account. How somebody signs in stands in `signing_in`, which browsers are signed
in in `sessions`, how somebody comes in by a link in `ways_in`.
"""

import re
import secrets
import unicodedata
from dataclasses import dataclass
from datetime import datetime
from threading import BoundedSemaphore
from typing import Literal, cast
from zoneinfo import available_timezones

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import LANGUAGES, gettext
from survey.services.own_changes import tell_changed
from survey.storage.engine import reading
from survey.storage.workspace import Account, LoginSession, Ticket

Role = Literal["owner", "consultant", "reader"]

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
LONGEST_NAME = 200
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


class WrongPassword(SignInRefused):
    """That is not your password. Nothing was changed. Please try again."""


class TooManySignIns(UserError):
    """Too many people are signing in at this moment. Please try again in a minute."""


class AddressTaken(UserError):
    """There is already an account for {email}."""


class UnknownAccount(UserError):
    """There is no account for {email}."""


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
    """Make an account; `AccountIncomplete` with everything that is missing, or `AddressTaken`.

    With an empty password nobody can sign in until a link was used to choose one.
    """
    address = tidy_address(email)
    faults = [
        *_faults_of_person(address, name),
        *(faults_of_password(password) if password else ()),
    ]
    if faults:
        raise AccountIncomplete(told=" ".join(faults))
    hashed = hash_password(password) if password else ""
    with session.begin():
        if session.scalar(sa.select(Account.id).where(Account.email == address)):
            raise AddressTaken(email=address)
        row = Account(email=address, name=name.strip(), password=hashed, role=role)
        session.add(row)
        session.flush()
        return user_of(row)


def _faults_of_person(address: str, name: str) -> list[str]:
    wrong_address = not _EMAIL.fullmatch(address)
    return [
        *[gettext("write an e-mail address.")] * wrong_address,
        *[gettext("write a name.")] * (not name.strip()),
    ]


def faults_of_password(password: str) -> list[str]:
    """Say what is wrong with a password that somebody chose; nothing where it will do."""
    if SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        return []
    return [gettext("the password needs at least {least} characters.", least=SHORTEST_PASSWORD)]


def is_address(email: str) -> bool:
    """Say whether a text can be an e-mail address."""
    return bool(_EMAIL.fullmatch(tidy_address(email)))


def has_users(session: Session) -> bool:
    """Say whether anybody has an account at all."""
    with reading(session):
        return session.scalar(sa.select(Account.id).limit(1)) is not None


def find_user(session: Session, email: str) -> User:
    """Return the account of an address; `UnknownAccount` where there is none."""
    address = tidy_address(email)
    with reading(session):
        row = session.scalars(sa.select(Account).where(Account.email == address)).one_or_none()
    if row is None:
        raise UnknownAccount(email=address)
    return user_of(row)


def change_profile(session: Session, user: User, name: str, language: str, timezone: str) -> None:
    """Change how somebody is called and in which language and time zone pages speak to them.

    What cannot be stays as it is: the forms say so before.
    """
    with session.begin():
        row = session.get_one(Account, user.id)
        row.name = name.strip()[:LONGEST_NAME] or row.name
        row.language = language if language in LANGUAGES else row.language
        row.timezone = timezone if timezone in available_timezones() else row.timezone


def change_password(
    session: Session, user: User, old: str, new: str, stays: bytes, now: datetime, *, mail: bool
) -> None:
    """Change a password; every browser but that of the session `stays` is signed out.

    `mail`: whether mail is set up; then the person is told, as somebody else may have done it.

    Raises
    ------
    WrongPassword, AccountIncomplete, TooManySignIns
    """
    if faults := faults_of_password(new):
        raise AccountIncomplete(told=" ".join(faults))
    confirm_password(session, user, old)
    hashed = hash_password(new)
    with session.begin():
        row = session.get_one(Account, user.id)
        set_password(session, row, hashed, stays)
        if mail:
            tell_changed(session, row, "password", now)


def set_password(session: Session, row: Account, hashed: str, stays: bytes = b"") -> None:
    """Within a transaction: set a password, end sessions, and let no link choose another."""
    row.password = hashed
    session.execute(sa.delete(Ticket).where(Ticket.account == row.id))
    session.execute(
        sa.delete(LoginSession).where(
            LoginSession.account == row.id, LoginSession.token_hash != stays
        )
    )


def confirm_password(session: Session, user: User, password: str) -> None:
    """Ask for the password once more, before something that matters; `WrongPassword`."""
    with reading(session):
        hashed = session.scalar(sa.select(Account.password).where(Account.id == user.id))
    if not password_fits(hashed or "", password):
        raise WrongPassword


def user_of(row: Account) -> User:
    """Return the account of a row, without what proves that somebody is it."""
    return User(row.email, row.name, cast(Role, row.role), row.id, row.language, row.timezone)


def hash_password(password: str) -> str:
    """Return a password as it is kept (argon2id)."""
    return HASHER.hash(_as_typed_anywhere(password))


def password_fits(hashed: str, password: str) -> bool:
    """Say whether a password is the one that is kept; `TooManySignIns` while many others ask.

    Where none is kept (an empty hash: nobody, or not chosen yet) it takes as long, and never fits.
    """
    if not _TURNS.acquire(timeout=PATIENCE):
        raise TooManySignIns
    try:
        HASHER.verify(hashed or _NOBODY, _as_typed_anywhere(password))
        return bool(hashed)
    except (VerificationError, InvalidHashError):
        return False
    finally:
        _TURNS.release()


def _as_typed_anywhere(password: str) -> str:
    """Return a password in one form: some keyboards write an “ü” as one sign, others as two."""
    return unicodedata.normalize("NFKC", password[:LONGEST_PASSWORD])


def tidy_address(email: str) -> str:
    """Return an address as it is kept; what cannot be printed is left out."""
    return "".join(c for c in email.strip().lower() if c.isprintable())
