"""Who may do what: the clients that a consultant has, the reports that a reader was given.

Here belong the questions that every page asks before it is shown. Which page asks which one stands
in `survey.web.rights`; who is signed in, in `survey.services.accounts`.
"""

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.language import LANGUAGES
from survey.services.accounts import User
from survey.storage.engine import reading
from survey.storage.models import Survey
from survey.storage.workspace import Account, Client, Draft, Grant, Membership

WHOLE = "*"
"""The scope of a report as a whole; any other is the key of one group."""


def clients_of(session: Session, user: User) -> Collection[str] | None:
    """Return the clients that somebody runs surveys for; None: of all, as an owner does."""
    if user.role == "owner":
        return None
    if user.role != "consultant":
        return frozenset()
    query = sa.select(Membership.client).where(Membership.account == user.id)
    with reading(session):
        return frozenset(session.scalars(query))


def runs_client(session: Session, user: User, client: str) -> bool:
    """Say whether somebody runs surveys for a client; False where there is no such client."""
    with reading(session):
        there = session.get(Client, client) is not None
        return there and _runs(session, user, client)


def runs_survey(session: Session, user: User, slug: str) -> bool:
    """Say whether somebody runs a survey; False where there is no such survey.

    A rehearsal is none: it belongs to its draft.
    """
    with reading(session):
        this = sa.and_(Survey.slug == slug, Survey.rehearsal.is_(False))
        query = sa.select(Survey.slug, Survey.client_id).where(this)
        row = session.execute(query).one_or_none()
        return row is not None and _runs(session, user, row.client_id)


def runs_draft(session: Session, user: User, draft: str) -> bool:
    """Say whether somebody prepares a survey; False where there is no such draft."""
    with reading(session):
        client = session.scalar(sa.select(Draft.client).where(Draft.id == draft))
        return client is not None and _runs(session, user, client)


def reads_report(session: Session, user: User, slug: str, scope: str) -> bool:
    """Say whether somebody reads a report: whoever runs the survey, or was given it.

    `scope` is `WHOLE` or the key of a group. Whoever was given the whole reads every group of it;
    whoever was given one group reads that group alone.
    """
    if user.role != "reader":
        return runs_survey(session, user, slug)
    query = sa.select(Grant.scope).where(Grant.account == user.id, Grant.survey == slug)
    with reading(session):
        given = set(session.scalars(query))
    return WHOLE in given or scope in given


def languages_read(session: Session) -> tuple[str, ...]:
    """Return in which languages reports are read here: those of accounts and of clients."""
    with reading(session):
        told = set(session.scalars(sa.select(Account.language).where(Account.active).distinct()))
        told |= set(session.scalars(sa.select(Client.language).distinct()))
    return tuple(one for one in LANGUAGES if one in told) or LANGUAGES[:1]


def _runs(session: Session, user: User, client: str | None) -> bool:
    if user.role == "owner":
        return True
    if user.role != "consultant" or client is None:
        return False
    return session.get(Membership, (client, user.id)) is not None
