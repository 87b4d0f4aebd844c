"""What a report is taken along with: results for groups, commitments, outcomes, links, logos."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("survey", sa.Column("results_on", sa.Date(), nullable=True))
    op.add_column("unit", sa.Column("result_word", sa.Text(), nullable=True))
    _commitments()
    _outcomes()
    _links()
    op.create_table(
        "letterhead",
        _survey(primary_key=True),
        sa.Column("consultant", sa.Text(), nullable=False),
        sa.Column("logo", sa.LargeBinary(), nullable=True),
    )


def _survey(primary_key: bool = False) -> sa.Column[str]:
    return sa.Column(
        "survey", sa.Text(), sa.ForeignKey("survey.slug"), nullable=False, primary_key=primary_key
    )


def _commitments() -> None:
    op.create_table(
        "commitment",
        sa.Column("id", sa.Integer(), primary_key=True),
        _survey(),
        sa.Column("group_key", sa.Text(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "state IN ('open', 'done', 'dropped')",
            name=op.f("ck_commitment_commitment_state_known"),
        ),
    )
    op.create_index(op.f("ix_commitment_survey"), "commitment", ["survey"])


def _outcomes() -> None:
    op.create_table(
        "adoption",
        _survey(primary_key=True),
        sa.Column("group_key", sa.Text(), primary_key=True),
        sa.Column("months", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("recorded_on", sa.Date(), nullable=False),
        sa.Column("knew_verdict", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('adopted', 'stalled', 'dropped')", name=op.f("ck_adoption_outcome_known")
        ),
        sa.CheckConstraint("months IN (3, 6)", name=op.f("ck_adoption_months_known")),
    )


def _links() -> None:
    op.create_table(
        "share_link",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False, unique=True),
        _survey(),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index(op.f("ix_share_link_survey"), "share_link", ["survey"])


def downgrade() -> None:
    for table in ("letterhead", "share_link", "adoption", "commitment"):
        op.drop_table(table)
    op.drop_column("unit", "result_word")
    op.drop_column("survey", "results_on")
