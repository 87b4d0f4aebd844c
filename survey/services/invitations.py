"""Links of one use by which somebody comes in who was asked: making one, and the mail with it.

The account is there already (`survey.services.memberships`); what happens at the end of the link is
in `survey.services.ways_in`.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import day, ngettext, speaking
from survey.language import gettext as _
from survey.services.account_mails import write_account_mail
from survey.services.accounts import User
from survey.services.colleagues import row_of
from survey.services.tickets import LASTS, make_ticket
from survey.storage.workspace import Account


class HasPassword(UserError):
    """Whoever this is has chosen a password already, and needs no invitation."""


class SwitchedOff(UserError):
    """Whoever this is has been switched off. Switch them on first, then invite them again."""


def make_invitation(
    session: Session,
    number: int,
    by: User,
    address_of: Callable[[str], str],
    now: datetime,
    mail: bool,
) -> tuple[str, bool]:
    """Make a link for somebody who has no password yet; earlier ones lead nowhere from then on.

    Parameters
    ----------
    number
        The account.
    by
        Who invites; stands in the mail.
    address_of
        Makes the whole address of a token.
    mail
        Whether mail is set up: then the link goes into the outbox too.

    Returns
    -------
    tuple
        The address, to be shown once, and whether it goes out by mail. The address is empty
        where `by` does not get to see it: who has the link can come in under an address that is
        not theirs, and be given reports there. An owner sees it in any case, whoever else invites
        only where no mail goes out.

    Raises
    ------
    survey.services.colleagues.UnknownAccount, HasPassword, SwitchedOff
    """
    with session.begin():
        row = row_of(session, number)
        if row.password:
            raise HasPassword
        if not row.active:
            raise SwitchedOff
        shown_to = by.email if by.role == "owner" or not mail else None
        link = address_of(make_ticket(session, "invite", number, now, shown_to=shown_to))
        row.asked_by, row.handed_by = by.email, shown_to
        if mail:
            _write(session, row, by, link, now)
        return link if shown_to else "", mail


def _write(session: Session, row: Account, by: User, link: str, now: datetime) -> None:
    """Put the mail into the outbox, in the place of earlier ones: their links lead nowhere."""
    with speaking(row.language):
        subject, body = _("You are invited to Headwind"), _mail(row, by, link, now)
    write_account_mail(session, row, subject, body, now, alone=True)


def _mail(row: Account, by: User, link: str, now: datetime) -> str:
    what_for = (
        _("{name} has invited you to read the report of a survey.", name=by.name)
        if row.role == "reader"
        else _("{name} has invited you to run surveys with Headwind.", name=by.name)
    )
    many = LASTS["invite"].days
    paragraphs = (
        _("Good day {name},", name=row.name),
        what_for,
        _("With this link you choose a password. It works once:"),
        link,
        ngettext(
            "The link works for {many} day, until {last}.",
            "The link works for {many} days, until {last}.",
            many,
            many=many,
            last=day((now + LASTS["invite"]).date()),
        ),
        _("If you did not expect this mail, you need do nothing."),
    )
    return "\n\n".join(paragraphs)
