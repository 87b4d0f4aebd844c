"""The file of a backup: one ZIP with a manifest, and each table as lines of JSON.

Here belong how a row is written and read again, and what a file must be to be trusted. It is the
same for both databases. Which tables it has stands in `backup_tables`, how large it may be in
`backup_bounds`; what goes into it is decided in `backing_up`, what becomes of it in `restoring`.

    manifest.json            version, schema, when; of each other part its rows and SHA-256
    tables/<name>.jsonl      one row a line: a list of values in the order of the columns' names
    guides/<name>.toml       the consultant's own discussion guides
"""

import binascii
import json
import lzma
import math
import re
import struct
import zipfile
import zlib
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import IO, Any

import sqlalchemy as sa

from survey.errors import UserError
from survey.storage.models import Moment, Words

FORMAT = "headwind backup 1"
MANIFEST = "manifest.json"
GUIDES = "guides/"
GUIDE = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._-]{0,80}\.toml")
LONGEST_ROW = 2**24
"""Bytes: the names of 100,000 people take a quarter of it."""
LARGEST_MANIFEST = LARGEST_GUIDE = 2**22

BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),
    *(EOFError, OSError, KeyError, ValueError, RuntimeError),
)
"""What unpacking a damaged file, or one that was made by somebody else, can end in."""
SMALL, LARGE = range(-(2**31), 2**31), range(-(2**63), 2**63)

Row = dict[str, Any]


class NotABackup(UserError):
    """{file} is no backup of Headwind. Nothing was changed."""


class Damaged(UserError):
    """{file} is damaged or was changed: {what}. Nothing was changed here. Use another copy of it,
    or an earlier backup.
    """


class OtherSchema(UserError):
    """{file} was made by Headwind {program}, with tables of version {found}; this program knows
    those up to version {known}. Restore it with that program or a newer one. Nothing was changed.
    """


class Unfit(Exception):
    """A row or part is not as it must be; the message says in what."""


@dataclass(frozen=True)
class Part:
    """What a part of the file must be."""

    rows: int
    sha256: str


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    program: str
    schema: str
    made_at: str
    with_open_surveys: bool
    waiting_mails: int = 0
    parts: Mapping[str, Part] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return it as it is written."""
        return json.dumps({"format": FORMAT, **asdict(self)}, indent=1, sort_keys=True)


def part_of(table: sa.Table) -> str:
    """Return the name of the part that holds a table."""
    return f"tables/{table.name}.jsonl"


def write_part(archive: zipfile.ZipFile, name: str, lines: Iterable[bytes]) -> Part:
    """Write a part line by line and return what it must be."""
    digest, rows = sha256(), 0
    with archive.open(name, "w", force_zip64=True) as part:
        for line in lines:
            part.write(line)
            digest.update(line)
            rows += 1
    return Part(rows, digest.hexdigest())


def line_of(table: sa.Table, row: Mapping[str, Any]) -> bytes:
    """Return a row as a line."""
    values = [_plain(row[name]) for name in sorted(table.columns.keys())]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def read_manifest(archive: zipfile.ZipFile) -> Manifest:
    """Return what a backup says of itself.

    Raises
    ------
    Unfit
    """
    try:
        told = json.loads(_small(archive, MANIFEST, LARGEST_MANIFEST))
        if told.pop("format") != FORMAT:
            raise Unfit("it has another format")
        parts = {str(name): Part(**part) for name, part in told.pop("parts").items()}
        manifest = Manifest(**told, parts=parts)
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as fault:
        raise Unfit("its list of parts cannot be read") from fault
    if len(archive.namelist()) != len(parts) + 1 or set(archive.namelist()) - {MANIFEST} != {
        *parts
    }:
        raise Unfit("it has other parts than its list names")
    return manifest


def check_tables(manifest: Manifest, tables: Iterable[sa.Table]) -> None:
    """Raise `Unfit` where a backup has not just these tables."""
    found = {name for name in manifest.parts if not is_guide(name)}
    if found != {part_of(table) for table in tables}:
        raise Unfit("it lacks tables, or has others")


def is_guide(name: str) -> bool:
    """Say whether a part is a discussion guide, under a name that is harmless."""
    return name.startswith(GUIDES) and bool(GUIDE.fullmatch(name.removeprefix(GUIDES)))


def read_guide(archive: zipfile.ZipFile, name: str, part: Part) -> bytes:
    """Return a discussion guide; `Unfit` where it is not what the manifest says."""
    content = _small(archive, name, LARGEST_GUIDE)
    if sha256(content).hexdigest() != part.sha256:
        raise Unfit(f"{name} is not what it was")
    return content


def read_rows(archive: zipfile.ZipFile, table: sa.Table, part: Part) -> Iterator[Row]:
    """Yield the rows of a table; `Unfit` at the latest after the last one, where the part is not
    what the manifest says.
    """
    name, digest, rows = part_of(table), sha256(), 0
    with _opened(archive, name) as lines:
        while line := _line(lines, name):
            digest.update(line)
            rows += 1
            if rows > part.rows:
                break
            try:
                yield _row(table, json.loads(line))
            except (ValueError, TypeError, RecursionError) as fault:
                raise Unfit(f"row {rows} of the table {table.name} cannot be read") from fault
    if rows != part.rows or digest.hexdigest() != part.sha256:
        raise Unfit(f"the table {table.name} is not what it was")


def _opened(archive: zipfile.ZipFile, name: str) -> IO[bytes]:
    try:
        return archive.open(name)
    except BROKEN as fault:
        raise Unfit(f"{name} cannot be unpacked") from fault


def _line(lines: IO[bytes], name: str) -> bytes:
    try:
        line = lines.readline(LONGEST_ROW + 1)
    except BROKEN as fault:
        raise Unfit(f"{name} cannot be unpacked") from fault
    if len(line) > LONGEST_ROW:
        raise Unfit(f"{name} has a row that is too long")
    return line


def _small(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        with archive.open(name) as part:
            content = part.read(most + 1)
    except BROKEN as fault:
        raise Unfit(f"{name} is missing or cannot be unpacked") from fault
    if len(content) > most:
        raise Unfit(f"{name} is too large")
    return content


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, bytes | memoryview):
        return b64encode(bytes(value)).decode()
    return list(value) if isinstance(value, tuple) else value


def _row(table: sa.Table, values: Any) -> Row:
    names = sorted(table.columns.keys())
    if not isinstance(values, list) or len(values) != len(names):
        raise ValueError("another number of values")
    return {n: _value(table.columns[n], v) for n, v in zip(names, values, strict=True)}


def _value(column: sa.Column[Any], value: Any) -> Any:
    """Return a value as its column takes it; an error where it is of another kind."""
    if value is None:
        if not column.nullable:
            raise ValueError("a value is missing")
        return None
    kind = column.type
    if isinstance(kind, Words):
        return tuple(_text(word) for word in _of(list, value))
    if isinstance(kind, Moment):
        return _moment(value)
    if isinstance(kind, sa.Date):
        return date.fromisoformat(_text(value))
    if isinstance(kind, sa.LargeBinary):
        return _bytes(value)
    if isinstance(kind, sa.Boolean):
        return _of(bool, value)
    if isinstance(kind, sa.Float | sa.Integer):
        return _number(kind, value)
    return _text(value)


def _number(kind: sa.Float[Any] | sa.Integer, value: Any) -> int | float:
    if isinstance(kind, sa.Float):
        if not math.isfinite(_of((int, float), value)):
            raise ValueError("a number that is none")
        return float(value)
    if _of(int, value) not in (LARGE if isinstance(kind, sa.BigInteger) else SMALL):
        raise ValueError("a number that no database takes")
    return int(value)


def _of(kind: Any, value: Any) -> Any:
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise TypeError("a value of another kind")
    return value


def _text(value: Any) -> str:
    text = str(_of(str, value))
    if "\0" in text:
        raise ValueError("a text that no database takes")
    return text


def _moment(value: Any) -> datetime:
    at = datetime.fromisoformat(_text(value))
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return at


def _bytes(value: Any) -> bytes:
    try:
        return b64decode(_text(value), validate=True)
    except binascii.Error as fault:
        raise ValueError("no bytes") from fault
