"""How a survey is opened, its fingerprint, the names masked in comments, and hidden comments."""

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
    ("released_comment", "hidden", "BOOLEAN NOT NULL DEFAULT FALSE"),
)
"""`ALTER TABLE … ADD COLUMN` as both databases read it: no table is built anew."""


def upgrade() -> None:
    for table, column, what in ADDED:
        op.execute(f"ALTER TABLE {table} ADD COLUMN {column} {what}")


def downgrade() -> None:
    """Only PostgreSQL drops a column that a rule names together with the rule."""
    for table, column, _ in reversed(ADDED):
        with op.batch_alter_table(table) as batch:
            if column == "scheme":
                batch.drop_constraint(op.f("ck_survey_scheme_known"), type_="check")
            batch.drop_column(column)
