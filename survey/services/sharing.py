"""Links under which somebody without an account reads a closed survey's report, or one group of it.

A link is a random token that is shown once; only its hash is stored. It ends by itself, can be
taken back at once, and may ask for a password. Whoever holds one is known to nobody: that it was
opened is noted (`survey.services.viewing`), under its label and under no name of a reader. What the
reader of a group sees: `survey.report.narrowed`.
"""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import gettext as _
from survey.services.accounts import (
    LONGEST_PASSWORD,
    SignInRefused,
    hash_password,
    password_fits,
)
from survey.services.released import released_row, shows_group
from survey.services.rights import WHOLE
from survey.storage import models
from survey.storage.engine import reading

LASTS = timedelta(days=30)
LONGEST = timedelta(days=365)
LONGEST_LABEL = 100
SHORTEST_PASSWORD = 8
TOKEN_BYTES = 24

LinkState = Literal["valid", "expired", "revoked"]


class LinkLeadsNowhere(UserError):
    """This link leads nowhere (any more). Ask whoever gave it to you."""  # noqa: D404


class LinkIncomplete(UserError):
    """The link cannot be made: {told}"""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        self.faults = faults
        """(field, sentence) pairs."""
        super().__init__(told=" ".join(sentence for _, sentence in faults))


class UnknownLink(UserError):
    """There is no such link for this survey."""


class WrongLinkPassword(SignInRefused):
    """The password of this link is another one. Compare it with what you were told; try again."""


@dataclass(frozen=True)
class Wanted:
    """A link that is to be made. `scope` is `WHOLE` or the key of a group."""

    scope: str
    label: str
    expires_at: datetime | None
    """None where nobody said so yet: there is no link without an end."""
    password: str = ""


@dataclass(frozen=True)
class Link:
    """One link as its survey lists it. Its token is known to nobody here."""

    id: int
    scope: str
    label: str
    state: LinkState
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    locked: bool
    """Whether it asks for a password."""


@dataclass(frozen=True)
class Shared:
    """What a valid link leads to."""

    id: int
    slug: str
    scope: str
    label: str
    expires_at: datetime
    locked: bool


def make_link(session: Session, slug: str, wanted: Wanted, now: datetime) -> str:
    """Make a link and return its token, which nobody can be shown again.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
        There is no report to share.
    LinkIncomplete
        With everything that is wrong with it; nothing was made.
    """
    if faults := tuple(_faults(wanted, now)):
        raise LinkIncomplete(faults)
    password = hash_password(wanted.password) if wanted.password else ""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with session.begin():
        _check_scope(session, slug, wanted.scope)
        session.add(
            models.ShareLink(
                token_hash=_hash(token),
                survey=slug,
                scope=wanted.scope,
                label=wanted.label,
                password=password,
                made_at=now,
                expires_at=wanted.expires_at,
                revoked_at=None,
            )
        )
    return token


def list_links(session: Session, slug: str, now: datetime) -> tuple[Link, ...]:
    """Return the links of a survey, the newest first, those that lead nowhere included."""
    query = sa.select(models.ShareLink).where(models.ShareLink.survey == slug)
    with reading(session):
        rows = session.scalars(query.order_by(models.ShareLink.id.desc()))
        return tuple(_link(row, now) for row in rows)


def find_link(session: Session, slug: str, number: int, now: datetime) -> Link:
    """Return one link of a survey; `UnknownLink` where it has none of this number."""
    with reading(session):
        return _link(_row(session, slug, number), now)


def revoke_link(session: Session, slug: str, number: int, now: datetime) -> None:
    """Take a link back: from the next request on it leads nowhere. Twice does nothing more.

    Raises
    ------
    UnknownLink
    """
    with session.begin():
        row = _row(session, slug, number)
        row.revoked_at = row.revoked_at or now


def resolve(session: Session, token: str, now: datetime) -> Shared:
    """Return what a token leads to.

    Raises
    ------
    LinkLeadsNowhere
        It is unknown, has expired or was taken back: nobody is told which.
    """
    with reading(session):
        return _shared(_valid(session, token, now))


def unlock(session: Session, token: str, password: str, now: datetime) -> Shared:
    """Return what a token with a password leads to.

    Raises
    ------
    LinkLeadsNowhere, WrongLinkPassword, survey.services.accounts.TooManySignIns
    """
    with reading(session):
        row = _valid(session, token, now)
        found, hashed = _shared(row), row.password
    if hashed and not password_fits(hashed, password):
        raise WrongLinkPassword
    return found


def _faults(wanted: Wanted, now: datetime) -> Iterator[tuple[str, str]]:
    if not wanted.label.strip():
        yield "label", _("Write for whom the link is; it stands on its pages.")
    elif len(wanted.label) > LONGEST_LABEL:
        yield "label", _("Write at most {most} characters.", most=LONGEST_LABEL)
    if wanted.expires_at is None:
        yield "until", _("Choose a day; no link lasts for ever.")
    elif wanted.expires_at <= now:
        yield "until", _("The link would lead nowhere from the start: choose a later day.")
    elif wanted.expires_at > now + LONGEST:
        told = _("A link lasts {days} days at most: choose an earlier day.", days=LONGEST.days)
        yield "until", told
    if wanted.password and not SHORTEST_PASSWORD <= len(wanted.password) <= LONGEST_PASSWORD:
        least = SHORTEST_PASSWORD
        told = _("A password needs at least {least} characters, or leave it.", least=least)
        yield "password", told


def can_be_shared(session: Session, slug: str, scope: str) -> bool:
    """Say whether a report can be shared so: as a whole, or a group that it shows.

    Inside a transaction. Also the rule of what a reader with an account may be given.
    """
    return scope == WHOLE or shows_group(session, slug, scope)


def _check_scope(session: Session, slug: str, scope: str) -> None:
    released_row(session, slug)
    if not can_be_shared(session, slug, scope):
        told = _("Choose the whole report, or one of its groups.")
        raise LinkIncomplete((("scope", told),))


def _valid(session: Session, token: str, now: datetime) -> models.ShareLink:
    query = sa.select(models.ShareLink).where(models.ShareLink.token_hash == _hash(token))
    row = session.scalar(query)
    if row is None or _state(row, now) != "valid":
        raise LinkLeadsNowhere
    return row


def _row(session: Session, slug: str, number: int) -> models.ShareLink:
    row = session.get(models.ShareLink, number) if number in models.NUMBERS else None
    if row is None or row.survey != slug:
        raise UnknownLink
    return row


def _link(row: models.ShareLink, now: datetime) -> Link:
    return Link(
        id=row.id,
        scope=row.scope,
        label=row.label,
        state=_state(row, now),
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        locked=bool(row.password),
    )


def _shared(row: models.ShareLink) -> Shared:
    return Shared(row.id, row.survey, row.scope, row.label, row.expires_at, bool(row.password))


def _state(row: models.ShareLink, now: datetime) -> LinkState:
    if row.revoked_at is not None:
        return "revoked"
    return "valid" if now < row.expires_at else "expired"


def _hash(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
