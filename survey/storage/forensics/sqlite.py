"""An SQLite database as a thief reads it: tables, rows, and all that lies between and beside them.

Rows come from the pages themselves. Only the list of what there is (tables, columns, triggers) is
given to SQLite, as an empty database in memory, because it alone reads its own language well.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import StaticPool

from survey.storage import engine as engines
from survey.storage.forensics.pages import Beside, Damaged, NotADatabase, PageFile, beside
from survey.storage.forensics.remains import Remainder, Trace, is_copy, remainder, traces
from survey.storage.forensics.shape import VERSION_TABLE, Surplus, surpluses
from survey.storage.forensics.tree import INTERIOR_INDEX, LEAF_INDEX, Value, read_page, walk
from survey.storage.models import Base

BESIDE = ("-wal", "-journal", "-shm")
FREE = "the list of free pages"
FIRST_PAGE = "the list of tables"
BUILT = ("CREATE TABLE", "CREATE INDEX", "CREATE UNIQUE INDEX")
Record = Mapping[str, Any]
LOG_KEPT = frozenset(
    f"CREATE TRIGGER report_view_kept_{what.lower()} BEFORE {what} ON report_view"
    " BEGIN SELECT RAISE(ABORT, 'The log of who opened which report is never changed.'); END"
    for what in ("UPDATE", "DELETE")
)
"""The triggers of this program, as the file lists them: they refuse, and do nothing else."""
_LIBRARY: Any = engines.sqlite  # type: ignore[attr-defined]  # the bundled one, else Python's own


@dataclass(frozen=True)
class Thing:
    """A table, an index, a trigger or a view, as the file lists it."""

    kind: str
    name: str
    table: str
    root: int
    sql: str


@dataclass(frozen=True)
class Space:
    """What the pages of a file hold besides rows."""

    remains: tuple[Remainder, ...]
    free: int
    """Pages on the list of free pages."""
    lost: tuple[int, ...]
    """Pages that belong to nothing."""
    tail: int
    """Bytes behind the last page."""
    damaged: tuple[str, ...]


def sqlite_version() -> str:
    """Return the version of SQLite that this program brings."""
    return str(_LIBRARY.sqlite_version)


class SqliteEvidence:
    """Everything that can be read from the files of an SQLite database."""

    engine = "SQLite"

    def __init__(self, file: PageFile) -> None:
        self.file = file
        self.path = file.path

    @cached_property
    def things(self) -> tuple[Thing, ...]:
        """All that the file lists, in its order."""
        try:
            rows = [row for leaf in walk(self.file, 1) for row in leaf.rows]
            return tuple(_thing(row.values) for row in rows)
        except (Damaged, ValueError) as fault:
            raise NotADatabase(file=self.path, why="its list of tables is broken") from fault

    @property
    def schema_version(self) -> str | None:
        """The version of the schema; None where the database is not one of this program."""
        if not any(thing.name == VERSION_TABLE for thing in self.things):
            return None
        return next((str(row["version_num"]) for row in self.rows(VERSION_TABLE)), None)

    @property
    def unknown_things(self) -> tuple[Surplus, ...]:
        """Triggers and views, but for those that keep the log of reports, word for word."""
        kinds = {"trigger": "a trigger", "view": "a view"}
        others = [thing for thing in self.things if thing.sql not in LOG_KEPT]
        odd = [thing for thing in others if thing.kind in kinds or not _is_plain(thing)]
        return tuple(
            Surplus(
                kinds.get(thing.kind, "a thing of an unknown kind"),
                f"{thing.name} (on {thing.table})",
            )
            for thing in odd
        )

    @cached_property
    def surpluses(self) -> tuple[Surplus, ...]:
        """Every difference from the tables of this version."""
        with _in_memory(self) as connection:
            return (*surpluses(connection), *self.unknown_things)

    def has(self, table: str) -> bool:
        """Say whether there is such a table."""
        return table in self._roots

    def rows(self, table: str) -> Iterator[Record]:
        """Yield the rows of a table, as stored; `Damaged` where a page is."""
        if not self.has(table):
            return
        root, order = self._roots[table], list(self._columns[table])
        if _keeps_no_order(self.file, root):  # then the columns of the key come first
            order.sort(key=lambda column: (not column.key, column.key, column.place))
        for leaf in walk(self.file, root):
            for row in leaf.rows:
                yield _named(order, row.values)

    @property
    def in_key_order(self) -> Mapping[str, bool]:
        """For each table that is to keep no order of insertion: whether that is so."""
        wanted = [
            table.name
            for table in Base.metadata.sorted_tables
            if table.dialect_options["sqlite"]["with_rowid"] is False
        ]
        kept: dict[str, bool] = {}
        for name in filter(self.has, wanted):
            with suppress(Damaged):
                kept[name] = _keeps_no_order(self.file, self._roots[name])
        return kept

    @cached_property
    def space(self) -> Space:
        """Look at every byte of the file that belongs to no row."""
        owned, remains, damaged = set[int](), list[Remainder](), list[str]()
        for name, root in [(FIRST_PAGE, 1), *self._trees]:
            try:
                remains += self._remains_in(name, root, owned)
            except Damaged as fault:
                damaged.append(f"page {fault.page} ({name}) {fault.what}")
        free = set[int]()
        try:
            for number, data in self.file.free_pages():
                free.add(number)
                remains += filter(None, [remainder(FREE, number, data)])
        except Damaged as fault:
            damaged.append(f"page {fault.page} ({FREE}) {fault.what}")
        lost = set(range(1, self.file.count + 1)) - owned - free - self.file.set_apart()
        return Space(
            tuple(remains),
            len(free),
            () if damaged else tuple(sorted(lost)),
            len(self.file.tail),
            tuple(damaged),
        )

    def _remains_in(self, name: str, root: int, owned: set[int]) -> list[Remainder]:
        """Return what is left between the rows of a tree, and note the pages it owns."""
        found = list[Remainder | None]()
        for leaf in walk(self.file, root):
            owned |= {leaf.page, *leaf.overflow}
            found += [remainder(name, gap.page, gap.data) for gap in leaf.gaps]
        left = [one for one in found if one]
        if not left:
            return []
        in_force = b"".join(row for leaf in walk(self.file, root) for row in leaf.local)
        return [one for one in left if not is_copy(one, in_force)]

    def pages_of(self, tables: tuple[str, ...]) -> set[int]:
        """Return the pages on which these tables stand, as far as they can be read."""
        found = set[int]()
        for name in tables:
            with suppress(Damaged, KeyError):
                for leaf in walk(self.file, self._roots[name]):
                    found |= {leaf.page, *leaf.overflow}
        return found

    @cached_property
    def beside(self) -> tuple[Beside, ...]:
        """The files beside the database that are there and not empty."""
        paths = [beside(self.path, end) for end in BESIDE]
        found = [Beside(path, path.stat().st_size) for path in paths if path.exists()]
        return tuple(file for file in found if file.size)

    @property
    def files(self) -> tuple[Path, ...]:
        """The files in which rows, in force or not, may stand."""
        logs = [file.path for file in self.beside if not file.path.name.endswith("-shm")]
        return (self.path, *logs)

    def traces(self, surveys: tuple[str, ...]) -> tuple[Trace, ...]:
        """Look in every file for keys of boxes and codes of these surveys."""
        return tuple(trace for path in self.files for trace in traces(path, surveys))

    @cached_property
    def _roots(self) -> Mapping[str, int]:
        return {thing.name: thing.root for thing in self.things if thing.kind == "table"}

    @property
    def _trees(self) -> list[tuple[str, int]]:
        return [(thing.table, thing.root) for thing in self.things if thing.root]

    @cached_property
    def _columns(self) -> Mapping[str, tuple["_Column", ...]]:
        with _in_memory(self) as connection:
            return {name: _columns_of(connection, name) for name in self._roots}


@dataclass(frozen=True)
class _Column:
    name: str
    place: int
    key: int
    """Its place in the primary key, from 1; 0: not part of it."""
    default: Value


def _thing(values: tuple[Value, ...]) -> Thing:
    kind, name, table, root, sql = values
    return Thing(str(kind), str(name), str(table), int(root or 0), str(sql or ""))


def _keeps_no_order(file: PageFile, root: int) -> bool:
    """Say whether a table is kept in the order of its key, by the kind of its first page."""
    return read_page(file, root).kind in (INTERIOR_INDEX, LEAF_INDEX)


def _named(order: list[_Column], values: tuple[Value, ...]) -> Record:
    """Return a row by the names of its columns; one added later may not be stored in it."""
    missing = [column.default for column in order[len(values) :]]
    return dict(zip((column.name for column in order), [*values, *missing], strict=False))


@contextmanager
def _in_memory(evidence: SqliteEvidence) -> Iterator[sa.Connection]:
    """Build the same tables, empty, in memory. Triggers and views are left out: nothing runs."""
    engine = sa.create_engine("sqlite://", module=_LIBRARY, poolclass=StaticPool)
    try:
        with engine.connect() as connection:
            for thing in evidence.things:
                if _is_plain(thing) and thing.kind in ("table", "index") and thing.sql:
                    _build(connection, thing, evidence.path)
            yield connection
    finally:
        engine.dispose()


def _is_plain(thing: Thing) -> bool:
    """Say whether a thing is an ordinary table or index. (SQLite's own indexes have no text.)"""
    return not thing.sql or thing.sql.upper().startswith(BUILT)


def _build(connection: sa.Connection, thing: Thing, path: Path) -> None:
    if thing.name.startswith("sqlite_"):
        return
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(thing.sql)
    except _LIBRARY.Error as fault:
        raise NotADatabase(file=path, why=f"{thing.name}: {fault}") from fault


def _columns_of(connection: sa.Connection, table: str) -> tuple[_Column, ...]:
    name = table.replace('"', '""')
    told = connection.exec_driver_sql(f'PRAGMA table_info("{name}")').all()
    return tuple(_Column(row.name, row.cid, row.pk, _constant(row.dflt_value)) for row in told)


def _constant(default: Any) -> Value:
    text = str(default or "")
    if text.startswith("'"):
        return text[1:-1].replace("''", "'")
    return {"false": 0, "true": 1}.get(text.lower())
