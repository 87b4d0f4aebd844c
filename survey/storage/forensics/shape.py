"""What a database is made of, compared with what this version makes: tables, columns, rules.

Whatever is there beyond it could note what nobody was told of; whatever is missing could let in
what the rules keep out. Works on SQLite and PostgreSQL alike.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from alembic.script import ScriptDirectory
from sqlalchemy.types import TypeDecorator

from survey.storage.migrate import MIGRATIONS
from survey.storage.models import Base

NEAR_ANSWERS = ("credential", "box", "participation")
"""Tables that are filled while people answer, and empty once every survey is closed."""
VERSION_TABLE = "alembic_version"
FAMILIES = (
    sa.Text,
    sa.LargeBinary,
    sa.DateTime,
    sa.Date,
    sa.Boolean,
    sa.Integer,
    sa.Float,
    sa.String,
)
NUMBERED = "account", "account_help", "commitment", "share_link", "person", "report_view"
"""Tables whose rows are numbered by the database; none of them is of somebody who answers."""
COUNTED = "nextval("
"""The default of a serial number; only these have one."""


@dataclass(frozen=True)
class Surplus:
    """Something that this version does not make, or something of it that is missing."""

    what: str
    where: str


def newest_schema() -> str:
    """Return the version of the schema that this program works with."""
    return str(ScriptDirectory(str(MIGRATIONS)).get_current_head())


def surpluses(connection: sa.Connection) -> Iterator[Surplus]:
    """Yield every difference of tables, columns, keys, indexes and rules."""
    found = sa.inspect(connection)
    known = dict(Base.metadata.tables)
    names = set(found.get_table_names()) - {VERSION_TABLE}
    yield from (Surplus("an unknown table", name) for name in sorted(names - set(known)))
    yield from (Surplus("a missing table", name) for name in sorted(set(known) - names))
    for name in sorted(names & set(known)):
        yield from _columns(found, known[name])
        yield from _keys(found, known[name])
        yield from _rules(found, known[name])


def _columns(found: sa.Inspector, table: sa.Table) -> Iterator[Surplus]:
    there = {column["name"]: column for column in found.get_columns(table.name)}
    for name in sorted(there.keys() - table.columns.keys()):
        yield Surplus("an unknown column", f"{table.name}.{name}")
    for name in sorted(table.columns.keys() - there.keys()):
        yield Surplus("a missing column", f"{table.name}.{name}")
    for name in sorted(there.keys() & table.columns.keys()):
        told = there[name]
        where = f"{table.name}.{name}"
        if _family(told["type"]) != _family(table.columns[name].type):
            yield Surplus("a column of another kind", where)
        if _fills_itself(table, told):
            yield Surplus("a column that fills itself", where)


def _family(kind: Any) -> type | None:
    """Return the kind of a column, as it is kept: a number, a text, a time, bytes."""
    plain = kind.impl if isinstance(kind, TypeDecorator) else kind
    return next((family for family in FAMILIES if isinstance(plain, family)), None)


def _fills_itself(table: sa.Table, column: Any) -> bool:
    """Say whether the database writes something of its own, such as the time, into a column."""
    default = str(column.get("default") or "").lower()
    if table.name in NUMBERED and column["name"] == "id":
        return bool(default) and not default.startswith(COUNTED)
    calls = "(" in default or "current_" in default
    return bool(calls or column.get("computed") or column.get("identity")) or (
        bool(default) and table.name in NEAR_ANSWERS
    )


def _keys(found: sa.Inspector, table: sa.Table) -> Iterator[Surplus]:
    keys = found.get_pk_constraint(table.name)["constrained_columns"]
    if sorted(keys) != sorted(column.name for column in table.primary_key):
        yield Surplus("another primary key", table.name)
    wanted = {
        (tuple(sorted(key.column_keys)), key.referred_table.name)
        for key in table.foreign_key_constraints
    }
    for key in found.get_foreign_keys(table.name):
        told = (tuple(sorted(key["constrained_columns"])), key["referred_table"])
        if told not in wanted:
            yield Surplus("an unknown link", f"{table.name} to {key['referred_table']}")
    known = {str(index.name) for index in table.indexes}
    known |= {str(c.name) for c in table.constraints if isinstance(c, sa.UniqueConstraint)}
    for index in found.get_indexes(table.name):
        if index["name"] not in known:
            yield Surplus("an unknown index", f"{table.name}: {index['name']}")


def _rules(found: sa.Inspector, table: sa.Table) -> Iterator[Surplus]:
    wanted = {str(c.name) for c in table.constraints if isinstance(c, sa.CheckConstraint)}
    there = {str(rule["name"]) for rule in found.get_check_constraints(table.name)}
    for name in sorted(wanted - there):
        yield Surplus("a missing rule", f"{table.name}: {name}")
    for name in sorted(there - wanted):
        yield Surplus("an unknown rule", f"{table.name}: {name}")
