"""The workspace: roles and sessions, clients and rosters, drafts, mail, and what respondents are
told besides.
"""

import re
import unicodedata
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

ROLE = (
    "TEXT NOT NULL DEFAULT 'owner' CONSTRAINT ck_account_role_known"
    " CHECK (role IN ('owner', 'consultant', 'reader'))"
)
WAY = "TEXT NOT NULL DEFAULT 'cards' CONSTRAINT ck_unit_way_known CHECK (way IN ('cards', 'mail'))"
TEXT = "TEXT NOT NULL DEFAULT ''"
ADDED = (
    ("account", "role", ROLE),
    ("account", "language", "TEXT NOT NULL DEFAULT 'en'"),
    ("account", "timezone", "TEXT NOT NULL DEFAULT 'UTC'"),
    ("account", "active", "BOOLEAN NOT NULL DEFAULT TRUE"),
    ("account", "second_factor", "TEXT"),
    ("account", "second_step", "BIGINT"),
    ("account", "recovery", "TEXT NOT NULL DEFAULT '[]'"),
    ("login_session", "mark", TEXT),
    ("login_session", "began_at", "{moment} NOT NULL DEFAULT '2026-01-01 00:00:00'"),
    ("login_session", "seen_on", "DATE NOT NULL DEFAULT '2026-01-01'"),
    ("login_session", "browser", TEXT),
    ("login_session", "complete", "BOOLEAN NOT NULL DEFAULT TRUE"),
    ("survey", "client_id", "TEXT"),
    ("survey", "controller", TEXT),
    ("survey", "controller_contact", TEXT),
    ("survey", "privacy_notice", TEXT),
    ("survey", "introduction", TEXT),
    ("survey", "sponsor", TEXT),
    ("survey", "comments", "BOOLEAN NOT NULL DEFAULT TRUE"),
    ("survey", "rehearsal", "BOOLEAN NOT NULL DEFAULT FALSE"),
    ("unit", "way", WAY),
)
"""`ALTER TABLE … ADD COLUMN` as both databases read it: no table is built anew."""
CHECKED = {"role": "ck_account_role_known", "way": "ck_unit_way_known"}
TABLES = (
    "letter",
    "mailing",
    "invitee",
    "amendment",
    "draft",
    "report_view",
    "report_grant",
    "ticket",
    "person",
    "membership",
    "client_unit",
    "client",
)
SAMPLED = {
    "letter": {"email": "TEXT", "name": "TEXT", "code": "TEXT", "body": "TEXT"},
    "invitee": {"email": "TEXT", "name": "TEXT"},
    "person": {"email": "TEXT", "name": "TEXT"},
}
"""Of these columns PostgreSQL keeps no sample when the rows are gone."""
KEPT = "The log of who opened which report is never changed."


def upgrade() -> None:
    _clients()
    # Whoever is signed in signs in once more: nothing is known of these sessions.
    op.execute("DELETE FROM login_session")
    moment = "TIMESTAMP WITH TIME ZONE" if _on_postgres() else "DATETIME"
    for table, column, what in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {what.format(moment=moment)}")
    op.create_index(op.f("ix_survey_client_id"), "survey", ["client_id"])
    _people()
    _preparing()
    _mail()
    _clients_of_surveys()
    _keep_the_log()
    if _on_postgres():
        for table, columns in SAMPLED.items():
            for column in columns:
                op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def _on_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _clients() -> None:
    op.create_table(
        "client",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("controller", sa.Text(), nullable=False),
        sa.Column("controller_contact", sa.Text(), nullable=False),
        sa.Column("privacy_notice", sa.Text(), nullable=False),
        sa.Column("help_contact", sa.Text(), nullable=False),
        sa.Column("harm_role", sa.Text(), nullable=False),
        sa.Column("roster_until", sa.Date(), nullable=True),
        sa.Column("added_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
        sa.UniqueConstraint("name", name=op.f("uq_client_name")),
    )
    op.create_table(
        "client_unit",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client", "parent"],
            ["client_unit.client", "client_unit.id"],
            name=op.f("fk_client_unit_client_parent"),
        ),
        sa.ForeignKeyConstraint(
            ["client"], ["client.id"], name=op.f("fk_client_unit_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client", "id", name=op.f("pk_client_unit")),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("leads", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client", "unit"],
            ["client_unit.client", "client_unit.id"],
            name=op.f("fk_person_client_unit"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_person")),
    )
    op.create_index("ix_person_client_unit", "person", ["client", "unit"], unique=False)
    op.create_table(
        "membership",
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_membership_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["client"], ["client.id"], name=op.f("fk_membership_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("client", "account", name=op.f("pk_membership")),
    )


def _people() -> None:
    op.create_table(
        "ticket",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "purpose IN ('setup', 'reset', 'invite')", name=op.f("ck_ticket_purpose_known")
        ),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_ticket_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_ticket")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "report_grant",
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("granted_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_report_grant_account"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_report_grant_survey")),
        sa.PrimaryKeyConstraint("account", "survey", "scope", name=op.f("pk_report_grant")),
    )
    op.create_table(
        "report_view",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_view")),
    )


def _preparing() -> None:
    op.create_table(
        "draft",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rehearsal", sa.Text(), nullable=True),
        sa.Column("rehearsed", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client"], ["client.id"], name=op.f("fk_draft_client"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_draft")),
    )
    op.create_index(op.f("ix_draft_client"), "draft", ["client"], unique=False)
    op.create_table(
        "amendment",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('end', 'people', 'contact')", name=op.f("ck_amendment_amendment_known")
        ),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_amendment_survey")),
        sa.PrimaryKeyConstraint("survey", "number", name=op.f("pk_amendment")),
    )


def _mail() -> None:
    op.create_table(
        "invitee",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("added_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("survey", "email", name=op.f("pk_invitee")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "mailing",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("sent", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invitation', 'reminder')", name=op.f("ck_mailing_mailing_known")
        ),
        sa.CheckConstraint(
            "state IN ('planned', 'going', 'paused', 'done')",
            name=op.f("ck_mailing_mailing_state_known"),
        ),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_mailing_survey")),
        sa.PrimaryKeyConstraint("survey", "number", name=op.f("pk_mailing")),
    )
    op.create_table(
        "letter",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=True),
        sa.Column("mailing", sa.Integer(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "kind IN ('invitation', 'reminder', 'account', 'warning')",
            name=op.f("ck_letter_letter_known"),
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'uncertain', 'refused')",
            name=op.f("ck_letter_letter_state_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_letter_state_due", "letter", ["state", "due"], unique=False)
    op.create_index(op.f("ix_letter_survey"), "letter", ["survey"], unique=False)


def _clients_of_surveys() -> None:
    """Make a client of each name that surveys have, with the units of its newest survey."""
    database = op.get_bind()
    names = database.execute(sa.text("SELECT DISTINCT client FROM survey ORDER BY client"))
    taken: dict[str, str] = {}
    for name in names.scalars().all():
        told = " ".join(name.split())
        key = told.casefold()
        if key not in taken:
            taken[key] = _id_for(told, set(taken.values()))
            row = {"id": taken[key], "name": told, "day": datetime.now(UTC).date()}
            database.execute(_NEW_CLIENT, row)
        which = {"id": taken[key], "name": name}
        database.execute(sa.text("UPDATE survey SET client_id = :id WHERE client = :name"), which)
    newest: dict[str, dict[str, object]] = {}
    for found in database.execute(sa.text(_SURVEYS)).mappings():
        newest.setdefault(found["client"], dict(found))
    for survey in newest.values():
        database.execute(sa.text(_UNITS), survey)


_SURVEYS = (
    "SELECT slug AS survey, client_id AS client, spare FROM survey ORDER BY opened_at DESC, slug"
)
_UNITS = (
    "INSERT INTO client_unit (client, id, name, parent, place, people)"
    " SELECT :client, id, name, parent, place,"
    " CASE WHEN asked > :spare THEN asked - :spare ELSE 0 END"
    " FROM unit WHERE survey = :survey"
)
"""The units of its newest survey are what a client begins with, without the spare codes."""
_NEW_CLIENT = sa.text(
    "INSERT INTO client (id, name, language, timezone, controller, controller_contact,"
    " privacy_notice, help_contact, harm_role, added_on)"
    " VALUES (:id, :name, 'en', 'UTC', '', '', '', '', '', :day)"
).bindparams(sa.bindparam("day", type_=sa.Date()))
"""A day is bound as one: SQLite would make the number 2026 of a text that is cast to a date."""


def _id_for(name: str, taken: set[str]) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    wanted = "-".join(re.findall(r"[a-z0-9]+", plain))[:40].strip("-") or "client"
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(one for one in (wanted, *numbered) if one not in taken)


def _keep_the_log() -> None:
    """Let the database itself refuse to change the log, whoever asks."""
    if _on_postgres():
        op.execute(
            "CREATE FUNCTION report_view_kept() RETURNS trigger LANGUAGE plpgsql AS"
            f" $$ BEGIN RAISE EXCEPTION '{KEPT}'; END $$"
        )
        op.execute(
            "CREATE TRIGGER report_view_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON report_view"
            " EXECUTE FUNCTION report_view_kept()"
        )
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER report_view_kept_{what.lower()} BEFORE {what} ON report_view"
            f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
        )


def downgrade() -> None:
    """Only PostgreSQL drops a column that a rule names together with the rule."""
    op.drop_index(op.f("ix_survey_client_id"), "survey")
    for table, column, _ in reversed(ADDED):
        with op.batch_alter_table(table) as batch:
            if column in CHECKED:
                batch.drop_constraint(op.f(CHECKED[column]), type_="check")
            batch.drop_column(column)
    for table in TABLES:
        op.drop_table(table)
    if _on_postgres():
        op.execute("DROP FUNCTION report_view_kept()")
