"""Putting the rows of a backup into a table, each after the one that it refers to.

Never more than some are held at once. What a row must be stands in `backup_file`.
"""

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

import sqlalchemy as sa

from survey.services.backup_file import Row, Unfit
from survey.storage.forensics.shape import NUMBERED

BLOCK, LARGEST_BLOCK = 500, 2**23
"""Rows that are written with one statement, and about how many characters of them."""
MOST_LINKED = 500_000
"""Rows of a table that refers to itself, such as units: these are all held at once."""


def insert(connection: sa.Connection, table: sa.Table, rows: Iterator[Row]) -> int:
    """Put rows into a table, each after the one that it refers to; return how many."""
    many = 0
    for block in _blocks(_in_order(table, rows)):
        connection.execute(sa.insert(table), block)
        many += len(block)
    return many


def _blocks(rows: Iterator[Row]) -> Iterator[list[Row]]:
    """Yield some rows at a time: few where they are long."""
    block, size = list[Row](), 0
    for row in rows:
        block.append(row)
        size += sum(len(value) for value in row.values() if isinstance(value, str | bytes | tuple))
        if len(block) >= BLOCK or size >= LARGEST_BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _in_order(table: sa.Table, rows: Iterator[Row]) -> Iterator[Row]:
    """Yield rows of a table that refers to itself so that none stands before its own."""
    own = [key for key in table.foreign_key_constraints if key.referred_table is table]
    if not own:
        yield from rows
        return
    columns = [(column, key.elements[at].column.name) for key in own
               for at, column in enumerate(key.column_keys)]  # fmt: skip
    waiting, there = list(islice(rows, MOST_LINKED + 1)), set[tuple[Any, ...]]()
    if len(waiting) > MOST_LINKED:
        raise Unfit(f"the table {table.name} has more than {MOST_LINKED:,} rows")
    while waiting:
        ready = [r for r in waiting if (key := _refers(r, columns)) is None or key in there]
        if not ready:
            raise Unfit(f"rows of the table {table.name} refer to each other in a circle")
        there |= {tuple(row[name] for _column, name in columns) for row in ready}
        yield from ready
        done = set(map(id, ready))
        waiting = [row for row in waiting if id(row) not in done]


def _refers(row: Row, columns: Sequence[tuple[str, str]]) -> tuple[Any, ...] | None:
    """Return the key of the row that this one refers to; None where it refers to none."""
    told = tuple(row[column] for column, _name in columns)
    return None if None in told else told


def count_on(connection: sa.Connection) -> None:
    """Let PostgreSQL number new rows after those that were restored."""
    if connection.dialect.name != "postgresql":
        return
    for name in NUMBERED:
        following = f"(SELECT coalesce(max(id), 0) + 1 FROM {name})"  # noqa: S608 -- names of ours
        connection.exec_driver_sql(
            f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), {following}, false)"
        )
