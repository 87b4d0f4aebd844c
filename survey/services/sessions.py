"""Browsers that are signed in: since when, until when, and how each is signed out.

A sign-in is a row that can be deleted; the browser holds a random token of which only the hash is
stored: a stolen database signs nobody in. Of a browser nothing is kept but two words and days.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.services.accounts import User, user_of
from survey.storage.engine import reading
from survey.storage.workspace import Account, LoginSession

LASTS = timedelta(hours=12)
HALF_LASTS = timedelta(minutes=10)
"""How long somebody may look for the phone, between password and second factor."""


@dataclass(frozen=True)
class SessionLine:
    """One signed-in browser, as its owner reads of it. `here`: the one that asks."""

    mark: str
    browser: str
    began_at: datetime
    seen_on: date
    here: bool


def begin(
    session: Session, account: int, now: datetime, browser: str, complete: bool = True
) -> str:
    """Within a transaction: sign a browser in and return its token; clear what has ended.

    Where it is not `complete` it is known to nobody but the page that asks for the second factor.
    """
    token = secrets.token_urlsafe(32)
    session.execute(sa.delete(LoginSession).where(LoginSession.expires_at <= now))
    session.add(
        LoginSession(
            token_hash=hashed(token),
            account=account,
            expires_at=now + (LASTS if complete else HALF_LASTS),
            mark=secrets.token_hex(4),
            began_at=now,
            seen_on=now.date(),
            browser=browser,
            complete=complete,
        )
    )
    return token


def who(session: Session, token: str, now: datetime) -> User | None:
    """Return who holds a token, or None where it is unknown, ended, signed out or half signed in.

    The first time on a day is noted, as that day.
    """
    query = (
        sa.select(Account, LoginSession.seen_on)
        .join(LoginSession, LoginSession.account == Account.id)
        .where(LoginSession.token_hash == hashed(token), LoginSession.expires_at > now)
        .where(LoginSession.complete, Account.active)
    )
    with reading(session):
        found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, seen_on = found
    if seen_on < now.date():
        _note_day(session, token, now.date())
    return user_of(row)


def _note_day(session: Session, token: str, today: date) -> None:
    with session.begin():
        session.execute(
            sa.update(LoginSession)
            .where(LoginSession.token_hash == hashed(token))
            .values(seen_on=today)
        )


def sign_out(session: Session, token: str) -> None:
    """End a session; nothing happens where there is none."""
    with session.begin():
        session.execute(sa.delete(LoginSession).where(LoginSession.token_hash == hashed(token)))


def sessions_of(session: Session, user: User, token: str, now: datetime) -> tuple[SessionLine, ...]:
    """Return the browsers that somebody is signed in with, the one that asks first."""
    query = sa.select(LoginSession).where(
        LoginSession.account == user.id, LoginSession.complete, LoginSession.expires_at > now
    )
    with reading(session):
        rows = session.scalars(query).all()
    here = hashed(token)
    lines = (
        SessionLine(row.mark, row.browser, row.began_at, row.seen_on, row.token_hash == here)
        for row in rows
    )
    return tuple(sorted(lines, key=lambda line: (line.here, line.began_at), reverse=True))


def end_session(session: Session, user: User, mark: str) -> None:
    """Sign one of somebody's own browsers out."""
    with session.begin():
        session.execute(
            sa.delete(LoginSession).where(
                LoginSession.account == user.id, LoginSession.mark == mark
            )
        )


def end_others(session: Session, user: User, stays: bytes) -> None:
    """Sign out every one of somebody's own browsers but that of the session `stays`."""
    others = LoginSession.account == user.id, LoginSession.token_hash != stays
    with session.begin():
        session.execute(sa.delete(LoginSession).where(*others))


def end_sessions(session: Session, account: int) -> None:
    """Sign somebody out everywhere, here too."""
    with session.begin():
        session.execute(sa.delete(LoginSession).where(LoginSession.account == account))


def hashed(token: str) -> bytes:
    """Return what is stored of a token."""
    return sha256(token.encode()).digest()
