"""Mails to somebody about what was done under their own password: a new one, a second factor,
its codes, or none any more.

If it was not they, nothing else would tell them. What others do to an account stands in `helping`.
"""

from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from survey.language import gettext as _
from survey.language import mark, moment, speaking
from survey.services.account_mails import write_account_mail
from survey.storage.workspace import Account

Change = Literal["password", "factor on", "codes", "factor off"]
TOLD: dict[Change, tuple[str, str]] = {
    "password": (
        mark("The password of your Headwind account was changed"),
        mark(
            "the password of your Headwind account was changed on {when}, by somebody who was"
            " signed in and knew the one before. Every other browser was signed out."
        ),
    ),
    "factor on": (
        mark("A second factor of your Headwind account was set up"),
        mark(
            "a second factor of your Headwind account was set up on {when}, by somebody who was"
            " signed in and knew your password. Signing in asks for it from now on."
        ),
    ),
    "codes": (
        mark("New recovery codes of your Headwind account were made"),
        mark(
            "new recovery codes of your Headwind account were made on {when}, by somebody who was"
            " signed in and knew your password. Those from before count no more."
        ),
    ),
    "factor off": (
        mark("The second factor of your Headwind account was taken off"),
        mark(
            "the second factor of your Headwind account was taken off on {when}, by somebody who"
            " was signed in and knew your password. The password alone is enough now."
        ),
    ),
}
"""Subject, and how the mail begins."""


def tell_changed(session: Session, row: Account, change: Change, now: datetime) -> None:
    """Within a transaction: tell somebody what was changed of how they sign in."""
    subject, done = TOLD[change]
    with speaking(row.language):
        body = _mail(row, _(done, when=moment(now, row.timezone)))
        write_account_mail(session, row, _(subject), body, now)


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
