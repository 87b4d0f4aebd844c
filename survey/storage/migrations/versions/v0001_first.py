"""The first schema: surveys, units, codes, boxes, released figures, accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _account()
    _box()
    _credential()
    _survey()
    _closing_receipt()
    _login_session()
    _participation()
    _released_group()
    _unit()
    _released_comment()
    _released_figure()


def downgrade() -> None:
    for table in (
        "released_figure",
        "released_comment",
        "unit",
        "released_group",
        "participation",
        "login_session",
        "closing_receipt",
        "survey",
        "credential",
        "box",
        "account",
    ):
        op.drop_table(table)


def _account() -> None:
    op.create_table(
        "account",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account")),
        sa.UniqueConstraint("email", name=op.f("uq_account_email")),
    )


def _box() -> None:
    op.create_table(
        "box",
        sa.Column("nullifier", sa.LargeBinary(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint("length(nullifier) = 32", name=op.f("ck_box_nullifier_size")),
        sa.CheckConstraint("length(sealed) = 8192", name=op.f("ck_box_sealed_size")),
        sa.PrimaryKeyConstraint("nullifier", name=op.f("pk_box")),
        sqlite_with_rowid=False,
    )


def _credential() -> None:
    op.create_table(
        "credential",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.CheckConstraint("length(hash) = 32", name=op.f("ck_credential_hash_size")),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_credential")),
        sqlite_with_rowid=False,
    )


def _survey() -> None:
    op.create_table(
        "survey",
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("client", sa.Text(), nullable=False),
        sa.Column("practice", sa.Text(), nullable=False),
        sa.Column("critical", sa.Text(), nullable=False),
        sa.Column("questionnaire", sa.Text(), nullable=False),
        sa.Column("policy_scores", sa.Integer(), nullable=False),
        sa.Column("policy_single", sa.Integer(), nullable=False),
        sa.Column("policy_spread", sa.Integer(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closable_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("timezone", sa.Text(), nullable=False),
        sa.Column("organiser", sa.Text(), nullable=False),
        sa.Column("holders", sa.Text(), nullable=False),
        sa.Column("help_contact", sa.Text(), nullable=False),
        sa.Column("harm_role", sa.Text(), nullable=False),
        sa.Column("previous", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("spoiled", sa.Integer(), nullable=True),
        sa.Column("surplus", sa.Integer(), nullable=True),
        sa.Column("left_out", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_survey_closed_has_time")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'ended', 'destroying', 'closed')", name=op.f("ck_survey_state_known")
        ),
        sa.CheckConstraint("closable_from <= ends_at", name=op.f("ck_survey_closable_by_the_end")),
        sa.CheckConstraint("length(public_key) = 32", name=op.f("ck_survey_public_key_size")),
        sa.CheckConstraint("policy_scores >= 5", name=op.f("ck_survey_never_fewer_than_5")),
        sa.ForeignKeyConstraint(["previous"], ["survey.slug"], name=op.f("fk_survey_previous")),
        sa.PrimaryKeyConstraint("slug", name=op.f("pk_survey")),
    )


def _closing_receipt() -> None:
    op.create_table(
        "closing_receipt",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("receipt", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey"], ["survey.slug"], name=op.f("fk_closing_receipt_survey")
        ),
        sa.PrimaryKeyConstraint("survey", "receipt", name=op.f("pk_closing_receipt")),
        sqlite_with_rowid=False,
    )


def _login_session() -> None:
    op.create_table(
        "login_session",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("account", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account"], ["account.id"], name=op.f("fk_login_session_account"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_login_session")),
    )
    op.create_index(op.f("ix_login_session_account"), "login_session", ["account"], unique=False)


def _participation() -> None:
    op.create_table(
        "participation",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_participation_survey")),
        sa.PrimaryKeyConstraint("survey", "group_key", name=op.f("pk_participation")),
        sqlite_with_rowid=False,
    )


def _released_group() -> None:
    op.create_table(
        "released_group",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_released_group_survey")),
        sa.PrimaryKeyConstraint("survey", "key", name=op.f("pk_released_group")),
        sa.UniqueConstraint("survey", "place", name=op.f("uq_released_group_survey_place")),
        sqlite_with_rowid=False,
    )


def _unit() -> None:
    op.create_table(
        "unit",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.CheckConstraint("asked >= 0", name=op.f("ck_unit_asked_counts")),
        sa.ForeignKeyConstraint(
            ["survey", "parent"], ["unit.survey", "unit.id"], name=op.f("fk_unit_survey_parent")
        ),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_unit_survey")),
        sa.PrimaryKeyConstraint("survey", "id", name=op.f("pk_unit")),
        sa.UniqueConstraint("survey", "name", name=op.f("uq_unit_survey_name")),
        sa.UniqueConstraint("survey", "place", name=op.f("uq_unit_survey_place")),
    )


def _released_comment() -> None:
    op.create_table(
        "released_comment",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["survey", "group_key"],
            ["released_group.survey", "released_group.key"],
            name=op.f("fk_released_comment_survey_group_key"),
        ),
        sa.PrimaryKeyConstraint(
            "survey", "group_key", "question", "place", name=op.f("pk_released_comment")
        ),
        sqlite_with_rowid=False,
    )


def _released_figure() -> None:
    op.create_table(
        "released_figure",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("measure", sa.Text(), nullable=False),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("n", sa.Integer(), nullable=True),
        sa.Column("step", sa.Double(), nullable=True),
        sa.Column("edge", sa.Text(), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(why IS NULL) = (value IS NOT NULL)", name=op.f("ck_released_figure_shown_or_withheld")
        ),
        sa.ForeignKeyConstraint(
            ["survey", "group_key"],
            ["released_group.survey", "released_group.key"],
            name=op.f("fk_released_figure_survey_group_key"),
        ),
        sa.PrimaryKeyConstraint("survey", "group_key", "measure", name=op.f("pk_released_figure")),
        sqlite_with_rowid=False,
    )
