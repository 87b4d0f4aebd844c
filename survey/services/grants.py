"""Who may read a report with an account of their own: giving it, listing it, taking it back.

A reader sees what was given and nothing else; what that is of a group: `survey.report.narrowed`.
The scopes are those of share links (`survey.services.sharing`), and so is the rule which there are.
Whether somebody reads a page now is asked in `survey.services.rights`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.account_mails import AccountMail, unsent_mails
from survey.services.accounts import User
from survey.services.released import released_row
from survey.services.rights import WHOLE
from survey.services.sharing import can_be_shared
from survey.services.warning import who_runs
from survey.storage.engine import reading
from survey.storage.models import NUMBERS, ReleasedGroup, Survey
from survey.storage.workspace import Account, Grant


class GrantIncomplete(UserError):
    """The report is not given yet: {told}"""

    def __init__(self, faults: tuple[tuple[str, str], ...]) -> None:
        self.faults = faults
        """(field, sentence) pairs."""
        super().__init__(told=" ".join(sentence for _, sentence in faults))


class NobodyChosen(UserError):
    """Choose somebody, or write the address of somebody new."""


class NoSuchScope(UserError):
    """Choose the whole report, or one of its groups."""


class HandedOver(UserError):
    """{email} came in by a link that somebody handed over who does not run this client’s surveys.
    Whoever held that link may read under this address. Ask the person whether the account is
    theirs, and then tick that you did.
    """


@dataclass(frozen=True)
class Granted:
    """One person who may read a report, or a group of it."""

    account: int
    name: str
    email: str
    active: bool
    arrived: bool
    """Whether this person has chosen a password, so that they can sign in."""
    scope: str
    since: date
    asked_by: str | None
    handed_by: str | None
    """Who saw the link by which the password was chosen, or is to be; None: nobody but they."""
    mail: AccountMail | None
    """A mail to them about their account that is not gone."""

    def waits_for(self, email: str) -> bool:
        """Say whether they have yet to come in, asked in by whoever has this address."""
        return self.active and not self.arrived and self.asked_by == email


@dataclass(frozen=True)
class Readable:
    """A report that somebody was given, as their list shows it."""

    slug: str
    title: str
    client: str
    closed: date
    groups: tuple[tuple[str, str], ...]
    """(key, name) of single groups; empty where the whole report was given."""


def granted_of(session: Session, slug: str) -> tuple[Granted, ...]:
    """Return who reads a survey's report, by name; the whole before single groups."""
    query = (
        sa.select(Grant, Account)
        .join(Account, Account.id == Grant.account)
        .where(Grant.survey == slug, Account.role == "reader")
        .order_by(sa.func.lower(Account.name), Account.email, Grant.scope)
    )
    with reading(session):
        rows = session.execute(query).all()
    mails = unsent_mails(session, {account.email for _, account in rows})
    return tuple(_granted(grant, account, mails.get(account.email)) for grant, account in rows)


def readers_for(session: Session, user: User, client: str | None) -> tuple[tuple[int, str], ...]:
    """Return the readers whom somebody may choose for a survey of a client: number, name, address.

    An owner chooses among all readers; a consultant among those who read of this client already,
    and learns of nobody else that they have an account here.
    """
    with reading(session):
        rows = session.execute(_choices(user, client)).all()
    return tuple((number, f"{name}, {email}") for number, name, email in rows)


def give(
    session: Session,
    user: User,
    slug: str,
    account: int,
    scope: str,
    now: datetime,
    *,
    sure: bool = False,
) -> None:
    """Let a reader read a report, or one group of it; twice does nothing more.

    `account` is one of `readers_for` whoever gives it; `sure`: as of `give_within`.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
        There is no report to read.
    GrantIncomplete
        There is no such scope, or no such reader to choose.
    """
    with session.begin():
        survey = released_row(session, slug)
        allowed = session.scalar(_choices(user, survey.client_id).where(Account.id == account))
        if allowed is None:
            raise GrantIncomplete((("reader", str(NobodyChosen())),))
        give_within(session, survey, account, scope, now, sure=sure)


def give_within(
    session: Session, survey: Survey, account: int, scope: str, now: datetime, *, sure: bool = False
) -> None:
    """Do the same for any reader, inside a transaction of the caller's.

    Whoever gets the whole needs no single groups any more: those go. `sure`: somebody has asked
    the person whether the account is theirs, where a link was handed over that a stranger saw.
    """
    if not can_be_shared(session, survey.slug, scope):
        raise GrantIncomplete((("reader_scope", str(NoSuchScope())),))
    row = session.get_one(Account, account)
    if not sure and row.handed_by and not _runs(session, row.handed_by, survey.client_id):
        raise GrantIncomplete((("sure", str(HandedOver(email=row.email))),))
    have = set(session.scalars(_scopes(account, survey.slug)))
    if scope in have or WHOLE in have:
        return
    if scope == WHOLE:
        session.execute(sa.delete(Grant).where(*_these(account, survey.slug)))
    today = now.astimezone(ZoneInfo(survey.timezone)).date()
    session.add(Grant(account=account, survey=survey.slug, scope=scope, granted_on=today))


def take_back(session: Session, slug: str, account: int, scope: str) -> None:
    """Let somebody read it no longer, from the next request on; twice does nothing more."""
    if account not in NUMBERS:
        return
    with session.begin():
        session.execute(sa.delete(Grant).where(*_these(account, slug), Grant.scope == scope))


def given_scopes(session: Session, user: User, slug: str) -> frozenset[str]:
    """Return what somebody may read of a report: scopes; the whole for whoever runs the survey."""
    if user.role != "reader":
        return frozenset((WHOLE,))
    with reading(session):
        return frozenset(session.scalars(_scopes(user.id, slug)))


def list_readable(session: Session, user: User) -> tuple[Readable, ...]:
    """Return the reports that a reader was given, the newest first."""
    query = (
        sa.select(Survey.slug, Survey.title, Survey.client, Survey.closed_at, Survey.timezone)
        .join(Grant, Grant.survey == Survey.slug)
        .where(Grant.account == user.id, Survey.state == "closed", Survey.closed_at.is_not(None))
        .distinct()
        .order_by(Survey.closed_at.desc(), Survey.slug)
    )
    with reading(session):
        rows = session.execute(query).all()
        groups = _groups_of(session, user.id, [row.slug for row in rows])
    return tuple(
        Readable(
            slug=row.slug,
            title=row.title,
            client=row.client,
            closed=row.closed_at.astimezone(ZoneInfo(row.timezone)).date(),
            groups=tuple(groups.get(row.slug, ())),
        )
        for row in rows
    )


def _choices(user: User, client: str | None) -> sa.Select[int, str, str]:
    query = (
        sa.select(Account.id, Account.name, Account.email)
        .where(Account.role == "reader", Account.active)
        .order_by(sa.func.lower(Account.name), Account.email)
    )
    if user.role == "owner":
        return query
    theirs = sa.select(Grant.account).join(Survey, Survey.slug == Grant.survey)
    return query.where(Account.id.in_(theirs.where(Survey.client_id == client)))


def _groups_of(
    session: Session, account: int, slugs: Sequence[str]
) -> dict[str, list[tuple[str, str]]]:
    """Return the single groups that somebody was given, by survey, in the order of the report."""
    group = ReleasedGroup
    here = sa.and_(group.survey == Grant.survey, group.key == Grant.scope)
    query = (
        sa.select(Grant.survey, group.key, group.name)
        .join(group, here)
        .where(Grant.account == account, Grant.survey.in_(slugs), group.kind != "wider")
        .order_by(Grant.survey, group.place)
    )
    found: dict[str, list[tuple[str, str]]] = {}
    for slug, key, name in session.execute(query):
        found.setdefault(slug, []).append((key, name))
    return found


def _runs(session: Session, email: str, client: str | None) -> bool:
    """Say whether an address is that of somebody who runs the surveys of a client anyway; whoever
    is switched off runs none.
    """
    return any(one.email == email for one in who_runs(session, client))


def _scopes(account: int, slug: str) -> sa.Select[str]:
    return sa.select(Grant.scope).where(*_these(account, slug))


def _these(account: int, slug: str) -> tuple[sa.ColumnElement[bool], ...]:
    return Grant.account == account, Grant.survey == slug


def _granted(grant: Grant, account: Account, mail: AccountMail | None) -> Granted:
    return Granted(
        account=account.id,
        name=account.name,
        email=account.email,
        active=account.active,
        arrived=bool(account.password),
        scope=grant.scope,
        since=grant.granted_on,
        asked_by=account.asked_by,
        handed_by=account.handed_by,
        mail=mail,
    )
