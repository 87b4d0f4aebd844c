"""Helping somebody who cannot sign in: taking a lost second factor away, a link to a new password.

An owner does this, or somebody at the machine. Whoever is helped learns of it, by mail where mail
is set up and on the page after signing in (`helped`); else an owner could take an account over
unseen.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import gettext as _
from survey.language import moment, speaking
from survey.services.account_mails import write_account_mail
from survey.services.accounts import User
from survey.services.colleagues import row_of
from survey.services.helped import AT_THE_MACHINE, note
from survey.services.invitations import SwitchedOff
from survey.services.second_factor import NoSecondFactor, forget_within
from survey.services.tickets import make_ticket
from survey.storage.workspace import Account, LoginSession

LINK_LASTS = timedelta(hours=24)
"""So long somebody has who gets the link from an owner, on the phone or on paper."""


class OwnAccount(UserError):
    """It is your own account. What you want to change of it stands under “Account”, and asks for
    your password.
    """


class NotHereYet(UserError):
    """Whoever this is has chosen no password yet. Make a new link for the invitation instead."""


def take_factor(
    session: Session, number: int, by: User | None, now: datetime, *, mail: bool
) -> None:
    """Let a password be enough for somebody who lost the phone; they are signed out everywhere.

    `by`: None at the machine itself. `mail`: whether mail is set up.

    Raises
    ------
    survey.services.colleagues.UnknownAccount, OwnAccount, NotHereYet
    survey.services.second_factor.NoSecondFactor
    survey.services.invitations.SwitchedOff
    """
    with session.begin():
        row = _helped_row(session, number, by)
        if row.second_factor is None:
            raise NoSecondFactor
        forget_within(session, number)
        session.execute(sa.delete(LoginSession).where(LoginSession.account == number))
        note(session, row.email, by.email if by else AT_THE_MACHINE, "factor", now)
        if by and mail:
            with speaking(row.language):
                _write(session, row, _factor_mail(row, by, now), now)


def make_way_back(
    session: Session,
    number: int,
    by: User,
    address_of: Callable[[str], str],
    now: datetime,
    *,
    mail: bool,
) -> str:
    """Return the address of a link to a new password, to be shown once; earlier ones are void.

    Raises
    ------
    survey.services.colleagues.UnknownAccount, OwnAccount, NotHereYet
    survey.services.invitations.SwitchedOff
    """
    with session.begin():
        row = _helped_row(session, number, by)
        token = make_ticket(session, "reset", number, now, shown_to=by.email, lasts=LINK_LASTS)
        note(session, row.email, by.email, "link", now)
        if mail:
            with speaking(row.language):
                _write(session, row, _link_mail(row, by, now), now)
    return address_of(token)


def _helped_row(session: Session, number: int, by: User | None) -> Account:
    row = row_of(session, number)
    if by is None:
        return row
    if by.id == number:
        raise OwnAccount
    if not row.active:
        raise SwitchedOff
    if not row.password:
        raise NotHereYet
    return row


def _write(session: Session, row: Account, body: str, now: datetime) -> None:
    subject = _("Somebody else changed how you sign in to Headwind")
    write_account_mail(session, row, subject, body, now)


def _factor_mail(row: Account, by: User, now: datetime) -> str:
    return _(
        "Good day {name},\n\n"
        "{who} ({email}) took the second factor of your Headwind account away, on {when}. You were"
        " signed out everywhere, and your password alone is enough now. Please set up a second"
        " factor again, on the page “Account”.\n\n"
        "If you did not ask for this, speak to {email} or to another owner of the site, and change"
        " your password.",
        name=row.name,
        who=by.name,
        email=by.email,
        when=moment(now, row.timezone),
    )


def _link_mail(row: Account, by: User, now: datetime) -> str:
    return _(
        "Good day {name},\n\n"
        "{who} ({email}) made a link with which a new password can be chosen for your Headwind"
        " account, to hand it to you. It works once, until {until}. It is not in this mail.\n\n"
        "If you did not ask for this, change your password on the page “Account”: the link then"
        " leads nowhere. And speak to {email} or to another owner of the site.",
        name=row.name,
        who=by.name,
        email=by.email,
        until=moment(now + LINK_LASTS, row.timezone),
    )
