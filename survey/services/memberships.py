"""Who has an account here, in which role and for which clients: asking in, changing, ending.

Owners do this; a consultant may only ask in a reader for a report of their own client. Whoever is
asked in has no password yet and gets a link that works once (`survey.services.invitations`).
Signing in belongs to `survey.services.signing_in`, what a reader sees to `survey.services.grants`.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import LANGUAGES
from survey.services.accounts import LONGEST_NAME, is_address, tidy_address
from survey.services.colleagues import row_of
from survey.services.grants import give_within
from survey.services.helped import note
from survey.services.released import released_row
from survey.storage.workspace import ROLES, Account, Client, Grant, LoginSession, Membership, Ticket


class LastOwner(UserError):
    """Nobody else is an owner who can sign in. Make somebody else an owner first."""


class NotConfirmed(UserError):
    """That is not the address {email}. Type it as it stands there, then nothing else is needed."""


class InvitationIncomplete(UserError):
    """Nobody was asked in yet: {told}"""

    def __init__(self, faults: tuple[tuple[str, UserError], ...]) -> None:
        self.faults = faults
        """(field, what is wrong with it) pairs."""
        super().__init__(told=" ".join(str(fault) for _, fault in faults))


class NoAddress(UserError):
    """Write an e-mail address, such as maria.weber@example.org."""


class AddressKnown(UserError):
    """There is already an account for {email}."""


class NotAReader(UserError):
    """{email} belongs to somebody who runs surveys here, not to a reader. Ask an owner."""


class NoName(UserError):
    """Write a name; it stands beside the address in lists."""


class NameTooLong(UserError):
    """Write at most {many} characters."""


class NoRole(UserError):
    """Choose what this person is to be here."""


class NoSuchClient(UserError):
    """One of the clients is no longer there. Choose again."""


@dataclass(frozen=True)
class Asked:
    """Somebody who is to be asked in."""

    email: str
    name: str
    role: str
    clients: tuple[str, ...] = ()
    language: str = "en"
    timezone: str = "UTC"


def invite(session: Session, asked: Asked) -> int:
    """Make an account without a password and return its number.

    Raises
    ------
    InvitationIncomplete
        With everything that is wrong; nothing was made.
    """
    email = tidy_address(asked.email)
    faults = list(_faults(email, asked))
    with session.begin():
        if session.scalar(sa.select(Account.id).where(Account.email == email)):
            faults.append(("email", AddressKnown(email=email)))
        faults += _client_faults(session, asked.clients)
        if faults:
            raise InvitationIncomplete(tuple(faults))
        return _made(session, asked, email)


def invite_reader(
    session: Session, slug: str, asked: Asked, scope: str, now: datetime, *, sure: bool = False
) -> tuple[int, bool]:
    """Let whoever has an address read a report, or one group of it; make the account if need be.

    `sure`: as of `survey.services.grants.give_within`.

    Returns
    -------
    tuple
        The number of the account, and whether it is new.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
    InvitationIncomplete, survey.services.grants.GrantIncomplete
        With everything that is wrong; nothing was made or given.
    """
    email = tidy_address(asked.email)
    with session.begin():
        survey = released_row(session, slug)
        row = session.scalar(sa.select(Account).where(Account.email == email))
        if row is not None and row.role != "reader":
            raise InvitationIncomplete((("email", NotAReader(email=email)),))
        if row is None and (faults := tuple(_faults(email, asked))):
            raise InvitationIncomplete(faults)
        number = row.id if row else _made(session, asked, email)
        give_within(session, survey, number, scope, now, sure=sure)
        return number, row is None


def change(session: Session, number: int, role: str, clients: Sequence[str]) -> None:
    """Give somebody another role, other clients or both; sign-ins go on, with the new rights.

    Rights that a role does not have are taken away, so that none comes back with a later change.

    Raises
    ------
    UnknownAccount, InvitationIncomplete, LastOwner
        Nothing was changed.
    """
    with session.begin():
        row = row_of(session, number)
        faults: list[tuple[str, UserError]] = [("role", NoRole())] if role not in ROLES else []
        faults += _client_faults(session, clients)
        if faults:
            raise InvitationIncomplete(tuple(faults))
        if role != "owner":
            _not_the_last(session, row)
        row.role = role
        session.execute(sa.delete(Membership).where(Membership.account == number))
        if role != "reader":
            session.execute(sa.delete(Grant).where(Grant.account == number))
        _let_run(session, number, role, clients)


def switch(session: Session, number: int, active: bool) -> None:
    """Let somebody sign in, or no longer: then every session and every link of theirs ends.

    Raises
    ------
    UnknownAccount, LastOwner
        Nothing was changed.
    """
    with session.begin():
        row = row_of(session, number)
        if not active:
            _not_the_last(session, row)
            for table in (LoginSession, Ticket):
                session.execute(sa.delete(table).where(table.account == number))
        row.active = active


def remove(session: Session, number: int, typed: str, by: str, now: datetime) -> None:
    """Remove an account with its rights and sessions. Lines of the log stay: they never change.

    `by`: the address of who does it. Whoever comes back under the same address is told.

    Raises
    ------
    UnknownAccount, LastOwner
    NotConfirmed
        What was typed is another address.
    """
    with session.begin():
        row = row_of(session, number)
        if tidy_address(typed) != row.email:
            raise NotConfirmed(email=row.email)
        _not_the_last(session, row)
        if row.password:
            note(session, row.email, by, "removed", now)
        session.execute(sa.delete(Account).where(Account.id == number))


def _made(session: Session, asked: Asked, email: str) -> int:
    language = asked.language if asked.language in LANGUAGES else LANGUAGES[0]
    row = Account(
        email=email,
        name=asked.name.strip(),
        password="",
        role=asked.role,
        language=language,
        timezone=asked.timezone,
    )
    session.add(row)
    session.flush()
    _let_run(session, row.id, asked.role, asked.clients)
    return row.id


def _let_run(session: Session, number: int, role: str, clients: Collection[str]) -> None:
    if role == "consultant":
        session.add_all(Membership(client=key, account=number) for key in sorted(set(clients)))


def _faults(email: str, asked: Asked) -> Iterator[tuple[str, UserError]]:
    if not is_address(email):
        yield "email", NoAddress()
    if not asked.name.strip():
        yield "name", NoName()
    elif len(asked.name.strip()) > LONGEST_NAME:
        yield "name", NameTooLong(many=LONGEST_NAME)
    if asked.role not in ROLES:
        yield "role", NoRole()


def _client_faults(session: Session, wanted: Collection[str]) -> list[tuple[str, UserError]]:
    there = set(session.scalars(sa.select(Client.id)))
    return [] if there >= set(wanted) else [("clients", NoSuchClient())]


def _not_the_last(session: Session, row: Account) -> None:
    """Refuse to lose the last owner who can sign in; two who try at once wait for each other."""
    owners = (
        sa.select(Account.id)
        .where(Account.role == "owner", Account.active, Account.password != "")
        .order_by(Account.id)
        .with_for_update()
    )
    if set(session.scalars(owners)) == {row.id}:
        raise LastOwner
