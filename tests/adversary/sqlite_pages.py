"""A small reader of SQLite files, from https://www.sqlite.org/fileformat2.html and nothing else.

It sees what no query shows: on which page and at which place of it a row lies. Here belongs reading
bytes; what may be found there is asserted by the tests. Close the database before reading its file:
a second handle in the same process would drop SQLite's locks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 2, 5, 10, 13
INTERIORS = (INTERIOR_INDEX, INTERIOR_TABLE)
TABLES = (INTERIOR_TABLE, LEAF_TABLE)
WIDTHS = (0, 1, 2, 3, 4, 6, 8, 8, 0, 0)
"""Bytes of a value by its serial type; from 12 on text and blobs, by their length."""


@dataclass(frozen=True)
class Row:
    """A row and where it lies: its page, the byte of that page, the pages it spills over to."""

    page: int
    byte: int
    overflow: tuple[int, ...]
    values: tuple[Any, ...]


@dataclass(frozen=True)
class Pages:
    """The bytes of a database file, page by page; the first has number 1."""

    raw: bytes

    @classmethod
    def of(cls, file: Path) -> "Pages":
        return cls(file.read_bytes())

    @cached_property
    def size(self) -> int:
        told = self._number(16, 2)
        return 65536 if told == 1 else told

    @cached_property
    def usable(self) -> int:
        return self.size - self.raw[20]

    @cached_property
    def roots(self) -> dict[str, int]:
        """Name of a table or index -> the page its tree begins on. (sqlite_schema is page 1.)

        A trigger is a rule without a tree.
        """
        trees = [row for row in self._rows(1) if row.values[3]]
        return {row.values[1]: row.values[3] for row in trees} | {"sqlite_schema": 1}

    def rows(self, name: str) -> list[Row]:
        """Return the rows of a table or index, in the order of its tree."""
        return list(self._rows(self.roots[name]))

    def pages(self, name: str) -> dict[int, bytes]:
        """Return every page of a tree, overflow included."""
        overflow = {page for row in self.rows(name) for page in row.overflow}
        return {page: self.page(page) for page in {*self._tree(self.roots[name]), *overflow}}

    def page(self, number: int) -> bytes:
        return self.raw[(number - 1) * self.size : number * self.size]

    def _number(self, at: int, width: int) -> int:
        return int.from_bytes(self.raw[at : at + width], "big")

    def _head(self, page: int) -> tuple[int, int, list[int]]:
        """Return the kind of a page, where it begins, and the places of its cells."""
        start = (page - 1) * self.size
        head = start + (100 if page == 1 else 0)
        kind, many = self.raw[head], self._number(head + 3, 2)
        cells = head + (12 if kind in INTERIORS else 8)
        return kind, start, [start + self._number(cells + 2 * at, 2) for at in range(many)]

    def _rightmost(self, page: int) -> int:
        return self._number((page - 1) * self.size + (100 if page == 1 else 0) + 8, 4)

    def _tree(self, page: int) -> Iterator[int]:
        kind, _, cells = self._head(page)
        yield page
        if kind in INTERIORS:
            for child in (*(self._number(cell, 4) for cell in cells), self._rightmost(page)):
                yield from self._tree(child)

    def _rows(self, page: int) -> Iterator[Row]:
        kind, start, cells = self._head(page)
        for cell in cells:
            if kind in INTERIORS:
                yield from self._rows(self._number(cell, 4))
            if kind != INTERIOR_TABLE:
                yield self._row(kind, page, start, cell)
        if kind in INTERIORS:
            yield from self._rows(self._rightmost(page))

    def _row(self, kind: int, page: int, start: int, cell: int) -> Row:
        at = cell + (4 if kind in INTERIORS else 0)
        length, at = self._varint(at)
        if kind in TABLES:
            _, at = self._varint(at)
        local = self._local(length, kind in TABLES)
        payload, overflow = self.raw[at : at + local], []
        follows = self._number(at + local, 4) if local < length else 0
        while follows:
            overflow.append(follows)
            there = (follows - 1) * self.size
            payload += self.raw[there + 4 : there + self.usable]
            follows = self._number(there, 4)
        return Row(page, cell - start, tuple(overflow), _record(payload[:length]))

    def _local(self, length: int, in_table: bool) -> int:
        """Return how many bytes of a payload lie on the page itself."""
        room = self.usable - 35 if in_table else (self.usable - 12) * 64 // 255 - 23
        if length <= room:
            return length
        least = (self.usable - 12) * 32 // 255 - 23
        wanted = least + (length - least) % (self.usable - 4)
        return wanted if wanted <= room else least

    def _varint(self, at: int) -> tuple[int, int]:
        return varint(self.raw, at)


def varint(raw: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where the next thing begins."""
    value = 0
    for byte in raw[at : at + 8]:
        value, at = value << 7 | byte & 127, at + 1
        if byte < 128:
            return value, at
    return value << 8 | raw[at], at + 1


def _record(payload: bytes) -> tuple[Any, ...]:
    end, at = varint(payload, 0)
    kinds = []
    while at < end:
        kind, at = varint(payload, at)
        kinds.append(kind)
    values = []
    for kind in kinds:
        width = WIDTHS[kind] if kind < 12 else (kind - 12) // 2
        values.append(_value(kind, payload[at : at + width]))
        at += width
    return tuple(values)


def _value(kind: int, raw: bytes) -> Any:
    if kind in (0, 8, 9):
        return {0: None, 8: 0, 9: 1}[kind]
    if kind == 7:
        return raw  # a float: nobody asks for its value here
    if kind < 7:
        return int.from_bytes(raw, "big", signed=True)
    return raw.decode() if kind % 2 else raw
