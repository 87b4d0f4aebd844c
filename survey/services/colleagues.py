"""Looking at those who have an account here: their role, their clients, whether they arrived.

Everything here only reads; changes are in `survey.services.memberships`.
"""

from dataclasses import dataclass
from typing import cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.account_mails import AccountMail, unsent_mails
from survey.services.accounts import Role
from survey.storage.engine import reading
from survey.storage.models import NUMBERS, Survey
from survey.storage.workspace import ROLES, Account, Client, Grant, Membership


class UnknownAccount(UserError):
    """There is nobody of this number."""


@dataclass(frozen=True)
class Colleague:
    """One account as the list of people shows it."""

    id: int
    email: str
    name: str
    role: Role
    active: bool
    arrived: bool
    """Whether a password was chosen, so that this person can sign in."""
    second_factor: bool
    clients: tuple[tuple[str, str], ...]
    """(id, name) of the clients of a consultant, by name; of a reader, those whose reports they
    read."""
    asked_by: str | None
    handed_by: str | None
    """Who saw the link by which the password was chosen, or is to be; None: nobody but they."""
    mail: AccountMail | None
    """A mail to them about their account that is not gone."""


def list_people(session: Session) -> tuple[Colleague, ...]:
    """Return everybody with an account: owners, consultants, readers, each by name."""
    mails = unsent_mails(session)
    with reading(session):
        clients = _clients_by_account(session)
        rows = sorted(session.scalars(sa.select(Account)), key=_place)
        told = ((row, clients.get(row.id, ()), mails.get(row.email)) for row in rows)
        return tuple(_colleague(*one) for one in told)


def find_person(session: Session, number: int) -> Colleague:
    """Return one of them; `UnknownAccount` where there is none of this number."""
    with reading(session):
        row = row_of(session, number)
        clients = _clients_by_account(session, number).get(number, ())
    return _colleague(row, clients, unsent_mails(session, (row.email,)).get(row.email))


def client_names(session: Session) -> tuple[tuple[str, str], ...]:
    """Return (id, name) of every client, by name."""
    with reading(session):
        rows = session.execute(sa.select(Client.id, Client.name)).all()
    return tuple(sorted(((key, name) for key, name in rows), key=lambda one: one[1].casefold()))


def row_of(session: Session, number: int) -> Account:
    """Return the row of an account, inside a transaction; `UnknownAccount` where there is none."""
    row = session.get(Account, number) if number in NUMBERS else None
    if row is None:
        raise UnknownAccount
    return row


def _place(row: Account) -> tuple[int, str, str]:
    return ROLES.index(row.role), row.name.casefold(), row.email


def _clients_by_account(
    session: Session, only: int | None = None
) -> dict[int, tuple[tuple[str, str], ...]]:
    """Return the clients of consultants, and those of whose reports a reader reads one."""
    runs = sa.select(Membership.account, Client.id, Client.name).join(
        Client, Client.id == Membership.client
    )
    reads = (
        sa.select(Grant.account, Client.id, Client.name)
        .join(Survey, Survey.slug == Grant.survey)
        .join(Client, Client.id == Survey.client_id)
    )
    if only is not None:
        runs, reads = runs.where(Membership.account == only), reads.where(Grant.account == only)
    found: dict[int, set[tuple[str, str]]] = {}
    for account, key, name in session.execute(sa.union(runs, reads)):
        found.setdefault(account, set()).add((key, name))
    return {
        account: tuple(sorted(clients, key=lambda one: one[1].casefold()))
        for account, clients in found.items()
    }


def _colleague(
    row: Account, clients: tuple[tuple[str, str], ...], mail: AccountMail | None
) -> Colleague:
    return Colleague(
        id=row.id,
        email=row.email,
        name=row.name,
        role=cast(Role, row.role),
        active=row.active,
        arrived=bool(row.password),
        second_factor=row.second_factor is not None,
        clients=clients,
        asked_by=row.asked_by,
        handed_by=row.handed_by,
        mail=mail,
    )
