"""The second factor: six digits of an app on somebody's phone (TOTP, RFC 6238), or a recovery code.

Digits count in their half minute and in the one before and after, and each only once. Recovery
codes stand in for the digits when the phone is lost; each counts once, and only hashes are kept.
Whoever sets the factor up, renews the codes or takes it off types the password again.
"""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import pyotp
import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.accounts import SignInRefused, User, confirm_password
from survey.services.own_changes import tell_changed
from survey.storage.engine import reading
from survey.storage.workspace import Account

SITE = "Headwind"
"""Under which name the app on the phone lists the digits."""
STEP = 30
"""Seconds for which digits are shown."""
WINDOW = 1
"""Steps that a phone's clock may be early or late."""
RECOVERY_CODES = 8
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LENGTH, _GROUP = 16, 4
_READ_AS = str.maketrans("OIL", "011")


class SecondFactorRefused(SignInRefused):
    """These digits are not the right ones, or were used already. Wait for the next ones in your
    app and type those. If it happens again, see whether the clock of your phone is right.
    """


class RecoveryRefused(SecondFactorRefused):
    """The recovery code is not one of yours, or was used already."""


class SecondFactorThere(UserError):
    """A second factor is set up already. Take it off before you set up another."""


class NoSecondFactor(UserError):
    """There is no second factor on this account, so there is nothing to change about it."""


@dataclass(frozen=True)
class SecondFactor:
    """Whether somebody has a second factor, and how many recovery codes are left."""

    on: bool
    left: int


def new_secret() -> str:
    """Return a new secret for the app on a phone, in base 32."""
    return pyotp.random_base32()


def link_for_app(secret: str, email: str) -> str:
    """Return the link that an app reads off a picture."""
    return pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=SITE)


def state_of(session: Session, user: User) -> SecondFactor:
    """Say whether somebody has a second factor."""
    query = sa.select(Account.second_factor, Account.recovery).where(Account.id == user.id)
    with reading(session):
        secret, recovery = session.execute(query).one()
    return SecondFactor(secret is not None, len(recovery))


def switch_on(
    session: Session,
    user: User,
    password: str,
    secret: str,
    digits: str,
    now: datetime,
    *,
    mail: bool,
) -> tuple[str, ...]:
    """Set the second factor up, proved by its first digits; return the recovery codes, once.

    Told by mail, where `mail` is set up.

    Raises
    ------
    SecondFactorRefused, SecondFactorThere
    survey.services.accounts.WrongPassword, survey.services.accounts.TooManySignIns
    """
    step = _step(secret, digits, now)
    if step is None:
        raise SecondFactorRefused
    confirm_password(session, user, password)
    codes = _new_codes()
    with session.begin():
        row = _locked(session, user.id)
        if row.second_factor is not None:
            raise SecondFactorThere
        row.second_factor, row.second_step = secret, step
        row.recovery = tuple(map(_hash, codes))
        if mail:
            tell_changed(session, row, "factor on", now)
    return codes


def renew_codes(
    session: Session, user: User, password: str, now: datetime, *, mail: bool
) -> tuple[str, ...]:
    """Return new recovery codes, once; the old ones count no more. Told as `switch_on` is.

    Raises
    ------
    NoSecondFactor
    survey.services.accounts.WrongPassword, survey.services.accounts.TooManySignIns
    """
    confirm_password(session, user, password)
    codes = _new_codes()
    with session.begin():
        row = _locked(session, user.id)
        if row.second_factor is None:
            raise NoSecondFactor
        row.recovery = tuple(map(_hash, codes))
        if mail:
            tell_changed(session, row, "codes", now)
    return codes


def take_off(session: Session, user: User, password: str, now: datetime, *, mail: bool) -> None:
    """Let the password be enough again; told by mail, where `mail` is set up. `WrongPassword`."""
    confirm_password(session, user, password)
    with session.begin():
        row = _locked(session, user.id)
        if mail and row.second_factor is not None:
            tell_changed(session, row, "factor off", now)
        forget_within(session, user.id)


def forget_within(session: Session, account: int) -> None:
    """Within a transaction: take the second factor of an account off."""
    row = _locked(session, account)
    row.second_factor, row.second_step, row.recovery = None, None, ()


def check(session: Session, account: int, typed: str, now: datetime) -> None:
    """Within a transaction: take digits or a recovery code, of which none counts twice.

    Raises
    ------
    SecondFactorRefused, RecoveryRefused
    """
    row = _locked(session, account)
    if not are_digits(typed):
        _spend_code(row, typed)
        return
    step = _step(row.second_factor or "", typed, now)
    if step is None or (row.second_step is not None and step <= row.second_step):
        raise SecondFactorRefused
    row.second_step = step


def are_digits(typed: str) -> bool:
    """Say whether somebody typed digits of an app, and no recovery code."""
    return bool(re.fullmatch(r"[0-9]{6}", _squeezed(typed)))


def _spend_code(row: Account, typed: str) -> None:
    told = _hash(typed)
    left = tuple(code for code in row.recovery if not hmac.compare_digest(code, told))
    if row.second_factor is None or len(left) == len(row.recovery):
        raise RecoveryRefused
    row.recovery = left


def _locked(session: Session, account: int) -> Account:
    """Return the row of an account that no other request changes meanwhile."""
    return session.get_one(Account, account, with_for_update=True, populate_existing=True)


def _step(secret: str, typed: str, now: datetime) -> int | None:
    """Return the half minute whose digits were typed, of those that count now."""
    digits, at = _squeezed(typed), int(now.timestamp()) // STEP
    if not secret or not are_digits(digits):
        return None
    made = pyotp.TOTP(secret)
    steps = range(at - WINDOW, at + WINDOW + 1)
    return next((s for s in steps if hmac.compare_digest(made.generate_otp(s), digits)), None)


def _new_codes() -> tuple[str, ...]:
    """Return recovery codes of 80 bits each, in groups that can be typed."""
    drawn = (
        "".join(secrets.choice(_ALPHABET) for _ in range(_LENGTH)) for _ in range(RECOVERY_CODES)
    )
    return tuple("-".join(re.findall("." * _GROUP, code)) for code in drawn)


def _hash(code: str) -> str:
    return sha256(_squeezed(code).upper().translate(_READ_AS).encode()).hexdigest()


def _squeezed(typed: str) -> str:
    return re.sub(r"[\s-]", "", typed[:100])
