"""Which tables a backup has: those of this program, or of the earlier one that made it.

What the tables of an earlier version were is not written down anywhere twice: they are made anew,
empty and apart, by the same migrations that would bring a database from there to here.
"""

from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from survey.storage.engine import make_engine
from survey.storage.migrate import MIGRATIONS, VERSION_TABLE, changing, upgrade
from survey.storage.models import Base, Moment

LEFT_OUT = ("letter", "login_session", "ticket")
"""Tables of which no row is ever in a backup: mails with codes, what lets somebody in."""
WHILE_UNOPENED = ("box", "credential", "participation", "invitee")
"""Tables whose rows belong to surveys that are not closed, and go with their sealed answers."""


def versions() -> tuple[str, ...]:
    """Return every version of the tables that this program knows, the newest first."""
    return tuple(one.revision for one in ScriptDirectory(str(MIGRATIONS)).walk_revisions())


def newest() -> str:
    """Return the version of the tables that this program has."""
    return versions()[0]


def tables() -> tuple[sa.Table, ...]:
    """Return the tables that a backup has, each after those that it refers to."""
    return _kept(Base.metadata)


@lru_cache(maxsize=4)
def tables_of(version: str) -> tuple[sa.Table, ...]:
    """Return the tables that a backup of a known version has, in the same order."""
    if version == newest():
        return tables()
    with TemporaryDirectory(prefix="headwind-") as folder:
        engine = make_engine(f"sqlite:///{Path(folder) / 'earlier.db'}")
        try:
            with changing(engine) as connection:
                upgrade(connection, version)
            found = sa.MetaData()
            found.reflect(engine)
        finally:
            engine.dispose()
    for table in found.tables.values():
        for column in table.columns:
            column.type = _type(table.name, column)
    return _kept(found)


def _type(table: str, column: sa.Column[Any]) -> sa.types.TypeEngine[Any]:
    """Return how a column is written: as today, where it is still there."""
    today = Base.metadata.tables.get(table)
    if today is not None and column.name in today.columns:
        return today.columns[column.name].type
    return Moment() if isinstance(column.type, sa.DateTime) else column.type


def _kept(found: sa.MetaData) -> tuple[sa.Table, ...]:
    apart = {*LEFT_OUT, VERSION_TABLE}
    return tuple(table for table in found.sorted_tables if table.name not in apart)
