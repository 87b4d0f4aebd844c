"""The tables of those who run surveys: who signs in, clients and their rosters, drafts, mail.

Rosters and mail name people. No table here refers to a code or a box, nothing here is written when
somebody answers, and rows of people are kept in the order of their keys, which are addresses or
random: not in one in which codes were dealt out.
"""

from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from survey.storage.models import NO_ROWID, Base

ROLES = ("owner", "consultant", "reader")
PURPOSES = ("setup", "reset", "invite")
HELPS = ("factor", "link", "used", "removed")
MAILINGS = ("invitation", "reminder")
MAILING_STATES = ("planned", "going", "paused", "done")
WARNINGS = (1, 2)
LETTER_KINDS = ("invitation", "reminder", "account", "warning")
LETTER_STATES = ("waiting", "sending", "uncertain", "refused")


class Account(Base):
    """Somebody who runs surveys, or reads what was shared. Respondents have none."""

    __tablename__ = "account"
    __table_args__ = (sa.CheckConstraint(f"role IN {ROLES}", name="role_known"),)

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the account.")
    email: Mapped[str] = mapped_column(unique=True, doc="Address to sign in with, lower case.")
    name: Mapped[str] = mapped_column(doc="As shown on pages.")
    password: Mapped[str] = mapped_column(doc="argon2id hash; empty: not chosen yet.")
    role: Mapped[str] = mapped_column(doc="owner, consultant or reader.")
    language: Mapped[str] = mapped_column(default="en", doc="In which pages and mails are written.")
    timezone: Mapped[str] = mapped_column(
        default="UTC", doc="In which times outside surveys are shown."
    )
    active: Mapped[bool] = mapped_column(default=True, doc="Whether it can sign in.")
    second_factor: Mapped[str | None] = mapped_column(
        doc="Secret of the six digits (TOTP), base 32; null: not set up."
    )
    second_step: Mapped[int | None] = mapped_column(
        sa.BigInteger, doc="Half minute of the digits used last: none counts twice."
    )
    recovery: Mapped[tuple[str, ...]] = mapped_column(
        default=(), doc="SHA-256, in hex, of codes that stand in for the digits once each."
    )
    asked_by: Mapped[str | None] = mapped_column(
        doc="Address of whoever asked this person in; null: nobody of this list did."
    )
    handed_by: Mapped[str | None] = mapped_column(
        doc="Address of whoever saw the link to the password, or to the first one while there is"
        " none; null: it went by mail alone, or there was none."
    )


class AccountHelp(Base):
    """What somebody else did to a person's way in. It outlives the account: whoever comes back
    under the address is told.
    """

    __tablename__ = "account_help"
    __table_args__ = (sa.CheckConstraint(f"what IN {HELPS}", name="what_known"),)

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the line.")
    email: Mapped[str] = mapped_column(index=True, doc="Address of the account.")
    at: Mapped[datetime] = mapped_column(doc="When.")
    by: Mapped[str] = mapped_column(doc="Address of who did it; empty: at the machine itself.")
    what: Mapped[str] = mapped_column(
        doc="factor: the second factor was taken away; link: a link to a new password was made;"
        " used: it was used; removed: the account was removed."
    )
    read: Mapped[bool] = mapped_column(doc="Whether the person has said to have read it.")


class LoginSession(Base):
    """A signed-in browser. Deleting the row signs it out."""

    __tablename__ = "login_session"

    token_hash: Mapped[bytes] = mapped_column(primary_key=True, doc="SHA-256 of its token.")
    account: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), index=True, doc="Whose it is."
    )
    expires_at: Mapped[datetime] = mapped_column(doc="When it ends by itself.")
    mark: Mapped[str] = mapped_column(doc="Names it in the list of sessions; random.")
    began_at: Mapped[datetime] = mapped_column(doc="When it was signed in.")
    seen_on: Mapped[date] = mapped_column(doc="The last day on which it was used.")
    browser: Mapped[str] = mapped_column(doc="Browser and system in a word each.")
    complete: Mapped[bool] = mapped_column(doc="Whether the second factor was given too.")


class Ticket(Base):
    """A link that may be used once: to set up, to choose a password."""

    __tablename__ = "ticket"
    __table_args__ = (sa.CheckConstraint(f"purpose IN {PURPOSES}", name="purpose_known"), NO_ROWID)

    token_hash: Mapped[bytes] = mapped_column(primary_key=True, doc="SHA-256 of its token.")
    purpose: Mapped[str] = mapped_column(doc="setup, reset or invite.")
    account: Mapped[int | None] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), doc="Whose password; null: none yet."
    )
    expires_at: Mapped[datetime] = mapped_column(doc="From then on it leads nowhere.")
    shown_to: Mapped[str | None] = mapped_column(
        doc="Address of who saw the link; empty: the machine's terminal; null: it went by mail."
    )


class Client(Base):
    """An organisation whose people are asked, with what its surveys begin with."""

    __tablename__ = "client"

    id: Mapped[str] = mapped_column(primary_key=True, doc="Its name in addresses.")
    name: Mapped[str] = mapped_column(unique=True, doc="As people call it.")
    language: Mapped[str] = mapped_column(doc="Of its people where the roster says nothing.")
    timezone: Mapped[str] = mapped_column(doc="In which its dates are.")
    controller: Mapped[str] = mapped_column(doc="Who answers for people's data.")
    controller_contact: Mapped[str] = mapped_column(doc="How to reach the controller.")
    privacy_notice: Mapped[str] = mapped_column(doc="What respondents are told of their data.")
    help_contact: Mapped[str] = mapped_column(doc="Whom respondents may ask.")
    harm_role: Mapped[str] = mapped_column(doc="To which role a harm signal goes.")
    roster_until: Mapped[date | None] = mapped_column(
        doc="On this day its roster is deleted by itself; null: it stays."
    )
    added_on: Mapped[date] = mapped_column(doc="When it was added.")
    roster_told: Mapped[date | None] = mapped_column(
        doc="The day of deletion of which those who run it were warned; null: none yet."
    )


class Membership(Base):
    """A consultant's right to a client."""

    __tablename__ = "membership"

    client: Mapped[str] = mapped_column(
        sa.ForeignKey("client.id", ondelete="CASCADE"), primary_key=True, doc="The client."
    )
    account: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, doc="Whose right."
    )


class Grant(Base):
    """A reader's right to a report, or to the page of one group."""

    __tablename__ = "report_grant"

    account: Mapped[int] = mapped_column(
        sa.ForeignKey("account.id", ondelete="CASCADE"), primary_key=True, doc="Whose right."
    )
    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="The survey."
    )
    scope: Mapped[str] = mapped_column(
        primary_key=True, doc="The key of one group; *: the whole report."
    )
    granted_on: Mapped[date] = mapped_column(doc="Since when.")


class ReportView(Base):
    """Who opened which report. Rows are added and never changed: the database refuses it."""

    __tablename__ = "report_view"

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the line.")
    at: Mapped[datetime] = mapped_column(doc="When.")
    who: Mapped[str] = mapped_column(doc="Address of the account, or the label of a link.")
    survey: Mapped[str] = mapped_column(doc="Name of the survey in addresses, as it was.")
    title: Mapped[str] = mapped_column(doc="Title and client, as they were.")
    scope: Mapped[str] = mapped_column(doc="The key of one group; *: the whole report.")
    what: Mapped[str] = mapped_column(doc="The page, or the kind of file, that was opened.")


class ClientUnit(Base):
    """A unit of a client's tree, which surveys are made from."""

    __tablename__ = "client_unit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["client", "parent"], ["client_unit.client", "client_unit.id"]),
    )

    client: Mapped[str] = mapped_column(
        sa.ForeignKey("client.id", ondelete="CASCADE"), primary_key=True, doc="Its client."
    )
    id: Mapped[str] = mapped_column(primary_key=True, doc="Short name, unique in the client.")
    name: Mapped[str] = mapped_column(doc="As people call it.")
    parent: Mapped[str | None] = mapped_column(doc="The unit above; null: top.")
    place: Mapped[int] = mapped_column(doc="Place in the tree as it was written, from 0.")
    people: Mapped[int] = mapped_column(
        doc="People of it who are in no roster, such as those who only get cards."
    )


class Person(Base):
    """Somebody of a client's roster. Says nothing about whether that person was or will be asked,
    and never whether they answered.
    """

    __tablename__ = "person"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["client", "unit"], ["client_unit.client", "client_unit.id"], ondelete="CASCADE"
        ),
        sa.Index("ix_person_client_unit", "client", "unit"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the row.")
    client: Mapped[str] = mapped_column(doc="The client.")
    unit: Mapped[str] = mapped_column(doc="The unit.")
    name: Mapped[str] = mapped_column(doc="Name; may be empty.")
    email: Mapped[str] = mapped_column(doc="Address for mail; empty: none.")
    language: Mapped[str] = mapped_column(doc="Language for mail.")
    leads: Mapped[bool] = mapped_column(doc="Whether this person leads the unit.")


class Draft(Base):
    """A survey that is being prepared. Nobody has been asked anything."""

    __tablename__ = "draft"

    id: Mapped[str] = mapped_column(primary_key=True, doc="Its name in addresses; random.")
    client: Mapped[str] = mapped_column(
        sa.ForeignKey("client.id", ondelete="CASCADE"), index=True, doc="Whose people are asked."
    )
    title: Mapped[str] = mapped_column(doc="As listed.")
    settings: Mapped[str] = mapped_column(doc="What was filled in so far, as JSON.")
    changed_at: Mapped[datetime] = mapped_column(doc="When somebody saved it last.")
    rehearsal: Mapped[str | None] = mapped_column(doc="Survey of a rehearsal that is going on.")
    rehearsed: Mapped[str] = mapped_column(
        doc="What was rehearsed: hash of questionnaire and settings shown; empty: nothing yet."
    )


class Invitee(Base):
    """Somebody who was asked by mail, as the roster stood then. Reminders go to all of them.

    Gone when the survey is closed. Kept in the order of addresses.
    """

    __tablename__ = "invitee"
    __table_args__ = (NO_ROWID,)

    survey: Mapped[str] = mapped_column(primary_key=True, doc="Its survey.")
    email: Mapped[str] = mapped_column(primary_key=True, doc="Address.")
    name: Mapped[str] = mapped_column(doc="Name; may be empty.")
    unit: Mapped[str] = mapped_column(doc="Unit of the survey.")
    language: Mapped[str] = mapped_column(doc="Language for mail.")
    added_on: Mapped[date | None] = mapped_column(doc="Day of a later addition; null: at opening.")


class Mailing(Base):
    """One round of mails of a survey: the invitations, or a reminder."""

    __tablename__ = "mailing"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {MAILINGS}", name="mailing_known"),
        sa.CheckConstraint(f"state IN {MAILING_STATES}", name="mailing_state_known"),
    )

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="1: the first; later ones count up."
    )
    kind: Mapped[str] = mapped_column(doc="invitation or reminder.")
    due: Mapped[datetime] = mapped_column(doc="When it begins.")
    state: Mapped[str] = mapped_column(doc="planned, going, paused or done.")
    total: Mapped[int] = mapped_column(doc="Mails of it; 0 while it is planned.")
    sent: Mapped[int] = mapped_column(doc="Mails that a server has taken.")


class Warned(Base):
    """A warning that nobody has opened a survey that has ended: two come before it is destroyed."""

    __tablename__ = "warned"
    __table_args__ = (sa.CheckConstraint(f"number IN {WARNINGS}", name="number_known"), NO_ROWID)

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="1: the first warning; 2: the last."
    )
    day: Mapped[date] = mapped_column(doc="When it was given, in UTC.")


class Letter(Base):
    """A mail that is to be sent: the outbox. Deleted once a server has taken it, code and all.

    Kept in the order of random ids, which tells nothing.
    """

    __tablename__ = "letter"
    __table_args__ = (
        sa.CheckConstraint(f"kind IN {LETTER_KINDS}", name="letter_known"),
        sa.CheckConstraint(f"state IN {LETTER_STATES}", name="letter_state_known"),
        sa.Index("ix_letter_state_due", "state", "due"),
        NO_ROWID,
    )

    id: Mapped[str] = mapped_column(primary_key=True, doc="Random; also its Message-ID.")
    survey: Mapped[str | None] = mapped_column(index=True, doc="Its survey; null: none.")
    mailing: Mapped[int | None] = mapped_column(doc="The round it belongs to; null: none.")
    kind: Mapped[str] = mapped_column(doc="invitation, reminder, account or warning.")
    email: Mapped[str] = mapped_column(doc="To whom.")
    name: Mapped[str] = mapped_column(doc="Name; may be empty.")
    language: Mapped[str] = mapped_column(doc="In which it is written.")
    unit: Mapped[str | None] = mapped_column(doc="Unit of the survey; null: none.")
    code: Mapped[str | None] = mapped_column(doc="The person's code, for this mail alone.")
    subject: Mapped[str] = mapped_column(doc="Empty: made when it is sent.")
    body: Mapped[str] = mapped_column(doc="Plain text; empty: made when it is sent.")
    due: Mapped[datetime] = mapped_column(doc="Not before then.")
    attempts: Mapped[int] = mapped_column(doc="How often it was tried.")
    state: Mapped[str] = mapped_column(doc="waiting, sending, uncertain or refused.")
    held_by: Mapped[str] = mapped_column(doc="The worker that sends it; empty: none.")
    told: Mapped[str] = mapped_column(doc="What the mail server said last; may be empty.")
