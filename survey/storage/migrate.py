"""Bringing a database to the schema of this version, at every start.

Here belongs how a migration is run; what it changes stands in `migrations/versions`.

SQLite changes a table by building it anew and dropping the old one, and a drop with foreign keys on
deletes the children (measured: 0 of 10 responses left, no error). So foreign keys are off while a
migration runs, and every reference is checked before it is committed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from survey.storage import workspace as _workspace  # noqa: F401 -- makes its tables known
from survey.storage.engine import make_engine
from survey.storage.models import Base

VERSION_TABLE = "alembic_version"
MIGRATIONS = Path(__file__).parent / "migrations"
_POSTGRES_LOCK = 4856_2026
"""An arbitrary number: two processes that start at once migrate one after the other."""


class ReferencesBroken(Exception):
    """A migration would have left rows that refer to nothing. Nothing was changed."""


def migrate(url: str, to: str = "head") -> None:
    """Bring the database at `url` to the newest schema; nothing happens where it is there.

    `to` names an earlier one, for tests of what a migration makes of it.
    """
    engine = make_engine(url)
    try:
        with changing(engine) as connection:
            upgrade(connection, to)
    finally:
        engine.dispose()


def upgrade(connection: sa.Connection, to: str = "head") -> None:
    """Bring a database to a schema, inside a transaction of `changing`."""
    command.upgrade(_config(connection), to)


def empty(connection: sa.Connection) -> None:
    """Take away every table of this program with all its rows, inside a transaction of `changing`.

    Also the log of who opened which report, which lets no row be deleted.
    """
    there = set(sa.inspect(connection).get_table_names())
    for table in reversed(Base.metadata.sorted_tables):
        if table.name in there:
            connection.exec_driver_sql(f"DROP TABLE {table.name}")
    if VERSION_TABLE in there:
        connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("DROP FUNCTION IF EXISTS report_view_kept()")


def schema_of(connection: sa.Connection) -> str | None:
    """Return the version of the schema of a database; None where it has none."""
    if VERSION_TABLE not in sa.inspect(connection).get_table_names():
        return None
    found = connection.scalar(sa.text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
    return None if found is None else str(found)


@contextmanager
def changing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection, in one transaction in which rebuilding a table loses no children."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            with _foreign_keys_off(connection), connection.begin():
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").all():
                    raise ReferencesBroken
        else:
            with connection.begin():
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_POSTGRES_LOCK)))
                yield connection


@contextmanager
def _foreign_keys_off(connection: sa.Connection) -> Iterator[None]:
    """Only outside a transaction does SQLite listen to this pragma, so ask its driver directly."""
    driver = connection.connection.driver_connection
    assert driver is not None  # noqa: S101 - of an open connection there is always one
    driver.execute("PRAGMA foreign_keys=off")
    try:
        yield
    finally:
        driver.execute("PRAGMA foreign_keys=on")


def _config(connection: sa.Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
