"""Leaving: warnings before unopened answers are destroyed, rosters that go by themselves, surveys
that were restored without their answers.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

ADDED = (("client", "roster_told"), ("survey", "lost_on"))
"""Days that are empty in every row there is: no table is built anew."""


def upgrade() -> None:
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} DATE")
    op.create_table(
        "warned",
        sa.Column("survey", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.CheckConstraint("number IN (1, 2)", name=op.f("ck_warned_number_known")),
        sa.ForeignKeyConstraint(["survey"], ["survey.slug"], name=op.f("fk_warned_survey")),
        sa.PrimaryKeyConstraint("survey", "number", name=op.f("pk_warned")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table("warned")
    for table, column in ADDED:
        op.drop_column(table, column)
