"""The tables.

Near answers there is no time, no address, no serial number and no link: `credential` and `box`
refer to nothing and nothing refers to them. They have no foreign key even to their survey, because
PostgreSQL would note each submission on the row referred to. `tests/storage/test_columns.py` holds
the list of columns that are allowed; a new one is a decision.

Tables that are filled when a survey closes are kept in key order (`WITHOUT ROWID` on SQLite), so
that no order of insertion remains. While a survey is open the page layout of `box` still tells the
order of arrival; what it orders is ciphertext.

Tables of those who run surveys (people who sign in, clients, rosters, mail) stand in
`survey.storage.workspace`.
"""

import json
from datetime import UTC, date, datetime
from typing import Any, ClassVar

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

BOX_SIZE = 8192
NO_ROWID = {"sqlite_with_rowid": False}
STATES = ("open", "ended", "destroying", "closed")
SCHEMES = ("one of two", "two of three")
COMMITMENT_STATES = ("open", "done", "dropped")
OUTCOMES = ("adopted", "stalled", "dropped")
WAYS = ("cards", "mail")
AMENDMENTS = ("end", "people", "contact")
NUMBERS = range(1, 2**31)
"""What the number of a row can be in either database; asking for another is an error in one."""


class Moment(TypeDecorator[datetime]):
    """A time with its zone, kept in UTC also where the database knows no zones."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:
        """Refuse a time without a zone: nobody would know when it was."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        in_utc = value.astimezone(UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, dialect: sa.Dialect) -> datetime | None:
        """Give the time back with its zone."""
        if value is None:
            return None
        read: datetime = value
        return read.replace(tzinfo=UTC) if dialect.name == "sqlite" else read.astimezone(UTC)


class Words(TypeDecorator[tuple[str, ...]]):
    """A short list of words or ids, as JSON."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: tuple[str, ...] | None, _: sa.Dialect) -> str | None:
        """Write the list as JSON."""
        return None if value is None else json.dumps(list(value), ensure_ascii=False)

    def process_result_value(self, value: Any, _: sa.Dialect) -> tuple[str, ...] | None:
        """Read the list."""
        return None if value is None else tuple(json.loads(value))


class Base(DeclarativeBase):
    """Names every constraint, so that migrations can speak of it."""

    metadata = sa.MetaData(
        naming_convention={
            "ix": "ix_%(column_0_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: Moment,
        date: sa.Date,
        tuple[str, ...]: Words,
        bytes: sa.LargeBinary,
        str: sa.Text,
    }


class Survey(Base):
    """A survey. Frozen when it is opened, but for its state."""

    __tablename__ = "survey"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {STATES}", name="state_known"),
        sa.CheckConstraint(f"scheme IN {SCHEMES}", name="scheme_known"),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_has_time"),
        sa.CheckConstraint("closable_from <= ends_at", name="closable_by_the_end"),
        sa.CheckConstraint("policy_scores >= 5", name="never_fewer_than_5"),
        sa.CheckConstraint("length(public_key) = 32", name="public_key_size"),
    )

    slug: Mapped[str] = mapped_column(primary_key=True, doc="Its name in addresses.")
    title: Mapped[str] = mapped_column(doc="What respondents read above the questionnaire.")
    client: Mapped[str] = mapped_column(doc="The organisation that is asked.")
    practice: Mapped[str] = mapped_column(doc="The practice that is planned; empty: none named.")
    critical: Mapped[tuple[str, ...]] = mapped_column(doc="Dimensions critical for that practice.")
    questionnaire: Mapped[str] = mapped_column(doc="The text of its questionnaire, as it was.")
    policy_scores: Mapped[int] = mapped_column(doc="Answers from which scores are shown.")
    policy_single: Mapped[int] = mapped_column(doc="Answers from which single items are shown.")
    policy_spread: Mapped[int] = mapped_column(doc="Answers from which spread is shown.")
    opened_at: Mapped[datetime] = mapped_column(doc="When the consultant opened it.")
    ends_at: Mapped[datetime] = mapped_column(doc="From then on answers are refused.")
    closable_from: Mapped[datetime] = mapped_column(doc="Told at opening: earliest closing.")
    closed_at: Mapped[datetime | None] = mapped_column(doc="When its closing was complete.")
    timezone: Mapped[str] = mapped_column(doc="In which its dates are shown.")
    organiser: Mapped[str] = mapped_column(doc="Who runs it.")
    holders: Mapped[tuple[str, ...]] = mapped_column(doc="Who holds the opening codes.")
    help_contact: Mapped[str] = mapped_column(doc="Whom respondents may ask.")
    harm_role: Mapped[str] = mapped_column(doc="To which role a harm signal goes.")
    previous: Mapped[str | None] = mapped_column(
        sa.ForeignKey("survey.slug"), doc="The earlier wave it is compared with."
    )
    state: Mapped[str] = mapped_column(doc="open, ended, destroying or closed.")
    public_key: Mapped[bytes] = mapped_column(doc="Seals boxes; opens nothing.")
    revision: Mapped[int] = mapped_column(doc="1, and one more for each addition of people.")
    spoiled: Mapped[int | None] = mapped_column(doc="Boxes that could not be opened at closing.")
    surplus: Mapped[int | None] = mapped_column(doc="Boxes beyond the number of codes of a unit.")
    left_out: Mapped[tuple[str, ...] | None] = mapped_column(
        doc="Units whose answers appear nowhere; null until figures were released."
    )
    scheme: Mapped[str] = mapped_column(doc="Which opening codes open it: see SCHEMES.")
    fingerprint: Mapped[str] = mapped_column(doc="Six words; empty where it has none.")
    masked: Mapped[tuple[str, ...]] = mapped_column(
        doc="Names taken out of comments. Emptied when figures are released."
    )
    spare: Mapped[int] = mapped_column(doc="Codes of each unit beyond its people.")
    results_on: Mapped[date | None] = mapped_column(
        doc="From then on each group may see its own result; null: not promised."
    )
    client_id: Mapped[str | None] = mapped_column(
        index=True, doc="Id of the client whose consultants run it; null: the owners alone."
    )
    controller: Mapped[str] = mapped_column(doc="Who answers for people's data; may be empty.")
    controller_contact: Mapped[str] = mapped_column(doc="How to reach the controller.")
    privacy_notice: Mapped[str] = mapped_column(doc="What respondents are told of their data.")
    introduction: Mapped[str] = mapped_column(doc="The sponsor's own words above the questions.")
    sponsor: Mapped[str] = mapped_column(doc="Whose words these are.")
    comments: Mapped[bool] = mapped_column(doc="Whether questions in one's own words are asked.")
    rehearsal: Mapped[bool] = mapped_column(doc="Whether nothing of it counts and it is wiped.")
    lost_on: Mapped[date | None] = mapped_column(
        doc="When it was restored from a backup without its sealed answers; null: never."
    )
    asked_before: Mapped[tuple[str, ...]] = mapped_column(
        doc="Surveys that asked the same people in other groups: day of closing, space, title."
    )


class Unit(Base):
    """A unit of the frozen roster."""

    __tablename__ = "unit"
    __table_args__ = (
        sa.ForeignKeyConstraint(["survey", "parent"], ["unit.survey", "unit.id"]),
        sa.UniqueConstraint("survey", "place"),
        sa.UniqueConstraint("survey", "name"),
        sa.CheckConstraint("asked >= 0", name="asked_counts"),
        sa.CheckConstraint(f"way IN {WAYS}", name="way_known"),
    )

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    id: Mapped[str] = mapped_column(primary_key=True, doc="Short name, unique in the survey.")
    name: Mapped[str] = mapped_column(doc="As people call it.")
    parent: Mapped[str | None] = mapped_column(doc="The unit above; null: top.")
    asked: Mapped[int] = mapped_column(doc="People of it who were asked.")
    place: Mapped[int] = mapped_column(doc="Place in the roster, from 0; also in every box.")
    result_word: Mapped[str | None] = mapped_column(
        doc="Leads its people to their group's result; printed on every code alike."
    )
    way: Mapped[str] = mapped_column(doc="How its people get their codes: cards, or mail.")
    parts: Mapped[tuple[str, ...]] = mapped_column(
        doc="Ids of the client's units whose people answer in it; empty: not known."
    )


class Credential(Base):
    """A valid code, as a hash. Written at opening, never again until it is deleted."""

    __tablename__ = "credential"
    __table_args__ = (sa.CheckConstraint("length(hash) = 32", name="hash_size"), NO_ROWID)

    hash: Mapped[bytes] = mapped_column(primary_key=True, doc="credential(code, survey).")
    survey: Mapped[str] = mapped_column(doc="Its survey.")
    unit: Mapped[str] = mapped_column(doc="The unit the code was given out for.")


class Box(Base):
    """One sealed response. Nothing in it can be read without the survey's private key."""

    __tablename__ = "box"
    __table_args__ = (
        sa.CheckConstraint("length(nullifier) = 32", name="nullifier_size"),
        sa.CheckConstraint(f"length(sealed) = {BOX_SIZE}", name="sealed_size"),
        NO_ROWID,
    )

    nullifier: Mapped[bytes] = mapped_column(primary_key=True, doc="nullifier(code, survey).")
    survey: Mapped[str] = mapped_column(doc="Its survey.")
    unit: Mapped[str] = mapped_column(doc="The unit of the code.")
    sealed: Mapped[bytes] = mapped_column(doc="HPKE ciphertext, always of the same size.")


class ReleasedGroup(Base):
    """A reporting group of a closed survey."""

    __tablename__ = "released_group"
    __table_args__ = (sa.UniqueConstraint("survey", "place"), NO_ROWID)

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    key: Mapped[str] = mapped_column(primary_key=True, doc="The group's name in addresses.")
    name: Mapped[str] = mapped_column(doc="As people call it.")
    kind: Mapped[str] = mapped_column(doc="One whole unit, or several gathered.")
    parent: Mapped[str | None] = mapped_column(doc="The unit it stands under.")
    units: Mapped[tuple[str, ...]] = mapped_column(doc="The units it consists of.")
    n: Mapped[int] = mapped_column(doc="The one number of answers that is printed.")
    asked: Mapped[int] = mapped_column(doc="People who were asked.")
    place: Mapped[int] = mapped_column(doc="Place in the tree; follows from the roster alone.")


class ReleasedFigure(Base):
    """A figure of a group, as it passed the door, or why it did not."""

    __tablename__ = "released_figure"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["survey", "group_key"], ["released_group.survey", "released_group.key"]
        ),
        sa.CheckConstraint("(why IS NULL) = (value IS NOT NULL)", name="shown_or_withheld"),
        NO_ROWID,
    )

    survey: Mapped[str] = mapped_column(primary_key=True, doc="Its survey.")
    group_key: Mapped[str] = mapped_column(primary_key=True, doc="Its group.")
    measure: Mapped[str] = mapped_column(primary_key=True, doc="What was measured.")
    value: Mapped[float | None] = mapped_column(doc="Rounded and clipped; null: withheld.")
    n: Mapped[int | None] = mapped_column(doc="Answers behind it; null: withheld.")
    step: Mapped[float | None] = mapped_column(doc="To what it was rounded.")
    edge: Mapped[str | None] = mapped_column(doc="low or high where it was clipped.")
    why: Mapped[str | None] = mapped_column(doc="Why it is withheld; null: it is shown.")
    below: Mapped[float | None] = mapped_column(doc="How far below the clip may hide; null: 0.")
    above: Mapped[float | None] = mapped_column(doc="How far above the clip may hide; null: 0.")


class ReleasedComment(Base):
    """A comment of a group that was large enough, in an order made from the texts alone."""

    __tablename__ = "released_comment"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["survey", "group_key"], ["released_group.survey", "released_group.key"]
        ),
        NO_ROWID,
    )

    survey: Mapped[str] = mapped_column(primary_key=True, doc="Its survey.")
    group_key: Mapped[str] = mapped_column(primary_key=True, doc="Its group.")
    question: Mapped[str] = mapped_column(primary_key=True, doc="The open question.")
    place: Mapped[int] = mapped_column(primary_key=True, doc="Place by a hash of the text.")
    text: Mapped[str] = mapped_column(doc="The comment.")
    hidden: Mapped[bool] = mapped_column(doc="Whether the consultant took it off every page.")


class ClosingReceipt(Base):
    """The receipt of a box that was opened, or a made-up one: the closing record."""

    __tablename__ = "closing_receipt"
    __table_args__ = (NO_ROWID,)

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    receipt: Mapped[str] = mapped_column(primary_key=True, doc="Hash of a sealed box.")


class Participation(Base):
    """How many of a group answered, in coarse steps, as of one day. Gone when a survey closes."""

    __tablename__ = "participation"
    __table_args__ = (NO_ROWID,)

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    group_key: Mapped[str] = mapped_column(primary_key=True, doc="The group, of at least 8 asked.")
    step: Mapped[str] = mapped_column(doc="under_5, from_5, from_60 or from_80.")
    day: Mapped[date] = mapped_column(doc="Of the count; the same for every group of a survey.")


class Amendment(Base):
    """Something that was changed while a survey was open; respondents read all of it."""

    __tablename__ = "amendment"
    __table_args__ = (sa.CheckConstraint(f"kind IN {AMENDMENTS}", name="amendment_known"),)

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    number: Mapped[int] = mapped_column(
        primary_key=True, autoincrement=False, doc="The revision that it made: 2, 3 and so on."
    )
    day: Mapped[date] = mapped_column(doc="When, by the clocks of the survey's zone.")
    kind: Mapped[str] = mapped_column(
        doc="end: its end was put off; people: some were added; contact: somebody else is asked."
    )
    told: Mapped[tuple[str, ...]] = mapped_column(
        doc="end: the old and the new moment; people: the unit's id and how many were added;"
        " contact: whom one might ask before, and whom now. Then the six words before; last the day"
        " of the results before and after, where that moved."
    )


class Commitment(Base):
    """Something that a group agreed to do after it had seen its result."""

    __tablename__ = "commitment"
    __table_args__ = (
        sa.CheckConstraint(f"state IN {COMMITMENT_STATES}", name="commitment_state_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the commitment.")
    survey: Mapped[str] = mapped_column(sa.ForeignKey("survey.slug"), index=True, doc="Its survey.")
    group_key: Mapped[str] = mapped_column(doc="Its group; all: every group together.")
    who: Mapped[str] = mapped_column(doc="The role that sees to it: no respondent.")
    what: Mapped[str] = mapped_column(doc="What was agreed.")
    until: Mapped[date] = mapped_column(doc="By when.")
    state: Mapped[str] = mapped_column(doc="open, done or dropped.")


class Adoption(Base):
    """What became of the planned practice in a group, some months later."""

    __tablename__ = "adoption"
    __table_args__ = (
        sa.CheckConstraint(f"outcome IN {OUTCOMES}", name="outcome_known"),
        sa.CheckConstraint("months IN (3, 6)", name="months_known"),
    )

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    group_key: Mapped[str] = mapped_column(primary_key=True, doc="Its group.")
    months: Mapped[int] = mapped_column(primary_key=True, doc="Months after closing: 3 or 6.")
    outcome: Mapped[str] = mapped_column(doc="adopted, stalled or dropped.")
    note: Mapped[str] = mapped_column(doc="In the consultant's words; may be empty.")
    recorded_on: Mapped[date] = mapped_column(doc="When it was written down.")
    knew_verdict: Mapped[bool] = mapped_column(doc="Whether who rated it had seen the verdict.")


class ShareLink(Base):
    """A link under which somebody without an account reads a report until it expires."""

    __tablename__ = "share_link"

    id: Mapped[int] = mapped_column(primary_key=True, doc="Number of the link.")
    token_hash: Mapped[bytes] = mapped_column(unique=True, doc="SHA-256 of its token.")
    survey: Mapped[str] = mapped_column(sa.ForeignKey("survey.slug"), index=True, doc="Its survey.")
    scope: Mapped[str] = mapped_column(doc="The key of one group; *: the whole report.")
    label: Mapped[str] = mapped_column(doc="For whom it was made, as the maker put it.")
    password: Mapped[str] = mapped_column(doc="argon2id hash; empty: no password.")
    made_at: Mapped[datetime] = mapped_column(doc="When it was made.")
    expires_at: Mapped[datetime] = mapped_column(doc="From then on it leads nowhere.")
    revoked_at: Mapped[datetime | None] = mapped_column(doc="When it was taken back; null: valid.")


class Letterhead(Base):
    """What stands on the papers of a survey's report: the client's logo, the consultant's name."""

    __tablename__ = "letterhead"

    survey: Mapped[str] = mapped_column(
        sa.ForeignKey("survey.slug"), primary_key=True, doc="Its survey."
    )
    consultant: Mapped[str] = mapped_column(doc="Who made the report; may be empty.")
    logo: Mapped[bytes | None] = mapped_column(doc="The client's logo as PNG; null: none.")
