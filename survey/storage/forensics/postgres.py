"""A PostgreSQL database as whoever administers it reads it: tables, rows, and the system's notes.

Every row carries the number of the transaction that wrote it (`xmin`) and of the last one that
locked or deleted it (`xmax`). The server may keep more: statements in its log, the times of
transactions, copies for replicas. Files of the server cannot be read from here.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from survey.errors import UserError
from survey.storage.forensics.shape import NEAR_ANSWERS, VERSION_TABLE, Surplus, surpluses
from survey.storage.scrub import are_counted

BLOCK = 500
Record = Mapping[str, Any]
PATIENCE = 10
SETTINGS = (
    "track_commit_timestamp",
    "log_statement",
    "log_min_duration_statement",
    "log_min_duration_sample",
    "log_parameter_max_length",
    "log_parameter_max_length_on_error",
    "auto_explain.log_min_duration",
    "pgaudit.log",
    "shared_preload_libraries",
    "session_preload_libraries",
    "wal_level",
    "archive_mode",
)
_THINGS = {
    "a trigger": """SELECT t.tgname || ' (on ' || c.relname || ')' FROM pg_trigger t
        JOIN pg_class c ON c.oid = t.tgrelid WHERE NOT t.tgisinternal
        AND pg_get_triggerdef(t.oid) !~ '^CREATE TRIGGER report_view_kept BEFORE DELETE OR UPDATE'
            ' OR TRUNCATE ON [a-z_."]+[.]report_view FOR EACH STATEMENT EXECUTE FUNCTION'
            ' report_view_kept[(][)]$'""",
    "a view or a table of another kind": """SELECT relname FROM pg_class
        WHERE relkind IN ('v', 'm', 'f', 'p')
        AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'""",
    "a table in another schema": """SELECT relnamespace::regnamespace || '.' || relname
        FROM pg_class WHERE relkind = 'r' AND relnamespace <> current_schema()::regnamespace
        AND relnamespace::regnamespace::text !~ '^(pg_|information_schema)'""",
    "a rewriting rule": """SELECT r.rulename || ' (on ' || c.relname || ')' FROM pg_rewrite r
        JOIN pg_class c ON c.oid = r.ev_class WHERE r.rulename <> '_RETURN'
        AND c.relnamespace::regnamespace::text !~ '^(pg_|information_schema)'""",
    "a function": """SELECT proname FROM pg_proc p
        WHERE pronamespace::regnamespace::text !~ '^(pg_|information_schema)'
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
        AND NOT (proname = 'report_view_kept' AND prosrc = ' BEGIN RAISE EXCEPTION'
            ' ''The log of who opened which report is never changed.''; END ')""",
    "an event trigger": "SELECT evtname FROM pg_event_trigger",
    "a publication that copies rows elsewhere": "SELECT pubname FROM pg_publication",
    "a table that inherits from another": """SELECT c.relname FROM pg_inherits i
        JOIN pg_class c ON c.oid = i.inhrelid""",
}
_COPIES = {
    "a replication slot": "SELECT slot_name || ' (' || slot_type || ')' FROM pg_replication_slots",
    "a replica that is connected": "SELECT application_name FROM pg_stat_replication",
}

_HEAP_SIZE = sa.text("""SELECT pg_relation_size(oid)
    + CASE WHEN reltoastrelid = 0 THEN 0 ELSE pg_relation_size(reltoastrelid) END
    FROM pg_class WHERE oid = CAST(:name AS regclass)""")
"""Bytes of the rows themselves and of their long values, without indexes."""


class CannotConnect(UserError):
    """{name} cannot be looked at: {why}. See database_url, or name it with --database."""


@dataclass(frozen=True)
class Marks:
    """Which transactions wrote the codes of a survey, and which touched them since."""

    survey: str
    writers: int
    touched: int


@dataclass(frozen=True)
class Stored:
    """What a table takes on the server's disk."""

    rows: bool
    bytes: int


class PostgresEvidence:
    """Everything that can be asked of a PostgreSQL server about one database."""

    engine = "PostgreSQL"

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self.version = str(connection.scalar(sa.text("SHOW server_version")))

    @property
    def schema_version(self) -> str | None:
        """The version of the schema; None where the database is not one of this program."""
        if not sa.inspect(self._connection).has_table(VERSION_TABLE):
            return None
        return next((str(row["version_num"]) for row in self.rows(VERSION_TABLE)), None)

    @cached_property
    def surpluses(self) -> tuple[Surplus, ...]:
        """Every difference from the tables of this version."""
        things = [
            Surplus(what, name) for what, query in _THINGS.items() for name in self._names(query)
        ]
        return (*surpluses(self._connection), *things)

    @cached_property
    def copies(self) -> tuple[Surplus, ...]:
        """Ways by which the server hands its rows on."""
        return tuple(
            Surplus(what, name) for what, query in _COPIES.items() for name in self._names(query)
        )

    @cached_property
    def settings(self) -> Mapping[str, str]:
        """The server's settings of which this account may know."""
        query = sa.text("SELECT name, setting FROM pg_settings WHERE name = ANY(:names)")
        rows = self._connection.execute(query, {"names": list(SETTINGS)})
        return {name: setting for name, setting in rows}

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        return sa.inspect(self._connection).has_table(table)

    def rows(self, table: str) -> Iterator[Record]:
        """Yield the rows of a table, in short transactions, so that no closing waits for them."""
        if not self.has(table):
            return
        keys = sa.inspect(self._connection).get_pk_constraint(table)["constrained_columns"]
        named = sa.table(table, *map(sa.column, keys))
        order = sa.tuple_(*(named.c[key] for key in keys))
        block = sa.select(sa.text("*")).select_from(named).order_by(*named.c).limit(BLOCK)
        last: tuple[Any, ...] | None = None
        while True:
            query = block if last is None else block.where(order > last)
            found = self._connection.execute(query).mappings().all()
            yield from map(dict, found)
            if len(found) < BLOCK:
                return
            last = tuple(found[-1][key] for key in keys)

    def marks(self) -> tuple[Marks, ...]:
        """Return who wrote and who touched the codes, by transaction."""
        query = sa.text(
            "SELECT survey, count(DISTINCT xmin::text), count(*) FILTER (WHERE xmax::text <> '0')"
            " FROM credential GROUP BY survey ORDER BY survey"
        )
        return tuple(Marks(*row) for row in self._connection.execute(query))

    def stored(self) -> Mapping[str, Stored]:
        """Return what the tables near answers take on disk, deleted rows included."""
        return {name: self._stored(name) for name in NEAR_ANSWERS if self.has(name)}

    def counts_writes(self) -> bool:
        """Say whether the server's counters still tell how many rows came and went near answers."""
        return are_counted(self._connection)

    def texts(self) -> Iterator[tuple[str, str]]:
        """Yield every text of every known table but the answers, with where it stands."""
        for table in sa.inspect(self._connection).get_table_names():
            for row in self.rows(table) if table not in NEAR_ANSWERS else ():
                yield from ((table, str(value)) for value in row.values() if isinstance(value, str))

    def _stored(self, table: str) -> Stored:
        rows = self._connection.scalar(
            sa.select(sa.exists(sa.select(sa.literal(1)).select_from(sa.table(table))))
        )
        size = self._connection.scalar(_HEAP_SIZE, {"name": table})
        return Stored(bool(rows), int(size or 0))

    def _names(self, query: str) -> list[str]:
        return sorted(str(name) for name in self._connection.scalars(sa.text(query)))


@contextmanager
def look_at_server(url: str, name: str) -> Iterator[PostgresEvidence]:
    """Give the evidence of a database, over a connection that the server keeps from writing."""
    try:
        options = f"-c default_transaction_read_only=on -c statement_timeout={PATIENCE * 60_000}"
        engine = sa.create_engine(
            url,
            connect_args={"connect_timeout": PATIENCE, "options": options},
            hide_parameters=True,
        )
    except (SQLAlchemyError, ImportError) as fault:
        raise CannotConnect(name=name, why=_in_a_line(fault)) from fault
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            yield PostgresEvidence(connection)
    except SQLAlchemyError as fault:
        raise CannotConnect(name=name, why=_in_a_line(fault)) from fault
    finally:
        engine.dispose()


def _in_a_line(fault: Exception) -> str:
    told = getattr(fault, "orig", None) or fault
    return " ".join(str(told).split()).rstrip(".")[:200]
