"""Mails to somebody about what was done under their own password: a new one, a second factor,
its codes, or none any more.

If it was not they, nothing else would tell them. What others do to an account stands in `helping`.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from survey.language import gettext as _
from survey.language import moment, speaking
from survey.services.account_mails import write_account_mail
from survey.storage.workspace import Account


def tell_password_changed(session: Session, row: Account, now: datetime) -> None:
    """Within a transaction: tell somebody that their password was changed."""
    with speaking(row.language):
        subject = _("The password of your Headwind account was changed")
        done = _(
            "the password of your Headwind account was changed on {when}, by somebody who was"
            " signed in and knew the one before. Every other browser was signed out.",
            when=moment(now, row.timezone),
        )
        write_account_mail(session, row, subject, _mail(row, done), now)


def tell_factor_taken_off(session: Session, row: Account, now: datetime) -> None:
    """Within a transaction: tell somebody that the password alone is enough from now on."""
    with speaking(row.language):
        subject = _("The second factor of your Headwind account was taken off")
        done = _(
            "the second factor of your Headwind account was taken off on {when}, by somebody who"
            " was signed in and knew your password. The password alone is enough now.",
            when=moment(now, row.timezone),
        )
        write_account_mail(session, row, subject, _mail(row, done), now)


def tell_factor_set_up(session: Session, row: Account, now: datetime) -> None:
    """Within a transaction: tell somebody that signing in asks for a second factor now."""
    with speaking(row.language):
        subject = _("A second factor of your Headwind account was set up")
        done = _(
            "a second factor of your Headwind account was set up on {when}, by somebody who was"
            " signed in and knew your password. Signing in asks for it from now on.",
            when=moment(now, row.timezone),
        )
        write_account_mail(session, row, subject, _mail(row, done), now)


def tell_codes_renewed(session: Session, row: Account, now: datetime) -> None:
    """Within a transaction: tell somebody that the recovery codes they have count no more."""
    with speaking(row.language):
        subject = _("New recovery codes of your Headwind account were made")
        done = _(
            "new recovery codes of your Headwind account were made on {when}, by somebody who was"
            " signed in and knew your password. Those from before count no more.",
            when=moment(now, row.timezone),
        )
        write_account_mail(session, row, subject, _mail(row, done), now)


def _mail(row: Account, done: str) -> str:
    paragraphs = (
        _("Good day {name},", name=row.name),
        done,
        _("If that was you, you need do nothing."),
        _(
            "If it was not, choose a new password with “Password forgotten?” on the sign-in page:"
            " that signs everybody out. Then speak to an owner of the site."
        ),
    )
    return "\n\n".join(paragraphs)
