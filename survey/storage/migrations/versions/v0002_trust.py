"""What trust needs: the scheme of codes, a fingerprint, masked names, hidden comments, clips; and
on PostgreSQL no samples of what closing deletes.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

SCHEME = (
    "TEXT NOT NULL DEFAULT 'one of two' CONSTRAINT ck_survey_scheme_known"
    " CHECK (scheme IN ('one of two', 'two of three'))"
)
ADDED = (
    (
        "survey",
        "scheme",
        SCHEME,
    ),
    ("survey", "fingerprint", "TEXT NOT NULL DEFAULT ''"),
    ("survey", "masked", "TEXT NOT NULL DEFAULT '[]'"),
    ("survey", "spare", "INTEGER NOT NULL DEFAULT 0"),
    ("released_comment", "hidden", "BOOLEAN NOT NULL DEFAULT FALSE"),
)
"""`ALTER TABLE … ADD COLUMN` as both databases read it: no table is built anew."""

SAMPLED = {
    "box": {"nullifier": "BYTEA", "survey": "TEXT", "unit": "TEXT", "sealed": "BYTEA"},
    "credential": {"hash": "BYTEA", "survey": "TEXT", "unit": "TEXT"},
    "survey": {"masked": "TEXT"},
    "participation": {"survey": "TEXT", "group_key": "TEXT", "step": "TEXT", "day": "DATE"},
}
"""What closing deletes: of these columns no sample may stay."""


def upgrade() -> None:
    for table, column, what in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {what}")
    for column in ("below", "above"):
        op.add_column("released_figure", sa.Column(column, sa.Double(), nullable=True))

    if op.get_bind().dialect.name == "postgresql":
        _keep_no_statistics()


def _keep_no_statistics() -> None:
    """PostgreSQL samples columns for its planner, and keeps the sample when the rows are gone.

    A change of type, even to the same one, also throws away what was sampled before.
    """
    for table, columns in SAMPLED.items():
        for column, kind in columns.items():
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} TYPE {kind}")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {column} SET STATISTICS 0")


def downgrade() -> None:
    """Only PostgreSQL drops a column that a rule names together with the rule."""
    with op.batch_alter_table("released_figure") as batch:
        batch.drop_column("below")
        batch.drop_column("above")
    for table, column, _ in reversed(ADDED):
        with op.batch_alter_table(table) as batch:
            if column == "scheme":
                batch.drop_constraint(op.f("ck_survey_scheme_known"), type_="check")
            batch.drop_column(column)
