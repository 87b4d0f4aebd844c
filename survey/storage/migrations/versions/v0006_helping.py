"""Helping: what an owner did for somebody who could not sign in, and who saw whose link; and what
is known across surveys of one client.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

ADDED = (("account", "asked_by"), ("account", "handed_by"), ("ticket", "shown_to"))
"""Addresses that are unknown of every row there is: no table is built anew."""
LISTS = (("survey", "asked_before"), ("unit", "parts"))
"""Lists, as JSON, that are empty for every row there is."""


def upgrade() -> None:
    for table, column in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT")
    for table, column in LISTS:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} TEXT NOT NULL DEFAULT '[]'")
    op.create_table(
        "account_help",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("read", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "what IN ('factor', 'link', 'used', 'removed')",
            name=op.f("ck_account_help_what_known"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_help")),
    )
    op.create_index(op.f("ix_account_help_email"), "account_help", ["email"])


def downgrade() -> None:
    op.drop_table("account_help")
    for table, column in (*ADDED, *LISTS):
        op.drop_column(table, column)
