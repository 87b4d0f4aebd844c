"""The b-trees of an SQLite file: rows as they are stored, and the space between them.

Here belongs reading what a page holds; pages themselves come from `pages`. Format: "Database File
Format" of SQLite.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

from survey.storage.forensics.pages import Damaged, PageFile

INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE = 0x02, 0x05, 0x0A, 0x0D
KINDS = (INTERIOR_INDEX, INTERIOR_TABLE, LEAF_INDEX, LEAF_TABLE)
DEEPEST = 30
Value = None | int | float | str | bytes


@dataclass(frozen=True)
class Row:
    """One entry: its values in the order they are stored, and the number of a rowid table."""

    number: int
    values: tuple[Value, ...]


@dataclass(frozen=True)
class Gap:
    """Bytes of a page that belong to no entry."""

    page: int
    data: bytes


@dataclass(frozen=True)
class Leaf:
    """What is on one page of a tree."""

    page: int
    kind: int
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    local: tuple[bytes, ...]
    """The part of each entry that lies on the page itself."""
    overflow: tuple[int, ...]
    children: tuple[int, ...]


def walk(file: PageFile, root: int) -> Iterator[Leaf]:
    """Yield every page of a tree, in the order of its keys."""
    yield from _walk(file, root, set(), 0)


def _walk(file: PageFile, number: int, seen: set[int], depth: int) -> Iterator[Leaf]:
    if number in seen or depth > DEEPEST:
        raise Damaged(number, "is reached twice in one table")
    seen.add(number)
    leaf = read_page(file, number)
    yield leaf
    for child in leaf.children:
        yield from _walk(file, child, seen, depth + 1)


def read_page(file: PageFile, number: int) -> Leaf:
    """Return what is on a page of a tree."""
    data = file.page(number)
    try:
        return _Reader(file, number, data).read()
    except (IndexError, OverflowError) as fault:
        raise Damaged(number, "holds an entry that runs out of the page") from fault


@dataclass
class _Reader:
    file: PageFile
    number: int
    data: bytes

    def read(self) -> Leaf:
        """Take the page apart."""
        at = 100 if self.number == 1 else 0
        kind = self.data[at]
        if kind not in KINDS:
            raise Damaged(self.number, "is no page of a table")
        inner = kind in (INTERIOR_INDEX, INTERIOR_TABLE)
        many, begin = _short(self.data, at + 3), at + (12 if inner else 8)
        places = [_short(self.data, begin + 2 * i) for i in range(many)]
        rows, used, local = [], [(0, begin + 2 * many)], []
        overflow, slack, children = list[int](), list[Gap](), list[int]()
        for start in places:
            if inner:
                children.append(_long(self.data, start))
            entry = self._entry(start + 4 if inner else start, kind)
            used.append((start, entry.end))
            if entry.row:
                rows.append(entry.row)
                local.append(self.data[start : entry.end])
            overflow += entry.overflow
            slack += entry.slack
        if inner:
            children.append(_long(self.data, at + 8))
        gaps = (*self._gaps(used, at), *slack)
        return Leaf(
            self.number, kind, tuple(rows), gaps, tuple(local), tuple(overflow), tuple(children)
        )

    def _entry(self, at: int, kind: int) -> "_Entry":
        if kind == INTERIOR_TABLE:
            return _Entry(_varint(self.data, at)[1])
        size, at = _varint(self.data, at)
        number = 0
        if kind == LEAF_TABLE:
            number, at = _varint(self.data, at)
        here = _local_size(size, self.file.usable, kind)
        payload, end = self.data[at : at + here], at + here
        if len(payload) < here:
            raise IndexError
        if here == size:
            return _Entry(end, Row(number, record(payload)))
        whole, chain, slack = self._chain(payload, size, _long(self.data, end))
        return _Entry(end + 4, Row(number, record(whole)), chain, slack)

    def _chain(
        self, payload: bytes, size: int, following: int
    ) -> tuple[bytes, tuple[int, ...], tuple[Gap, ...]]:
        """Follow a chain of overflow pages to the end of an entry, and look behind that end."""
        parts, chain, missing = [payload], dict[int, None](), size - len(payload)
        gap = Gap(following, b"")
        while missing > 0:
            if following in chain:
                raise Damaged(following, "stands twice in one entry")
            page, end = self.file.page(following), min(4 + missing, self.file.usable)
            chain[following] = None
            parts.append(page[4:end])
            missing -= end - 4
            gap = Gap(following, page[end:])
            following = _long(page, 0)
        return b"".join(parts), tuple(chain), (gap,)

    def _gaps(self, used: list[tuple[int, int]], at: int) -> Iterator[Gap]:
        """Yield the bytes between entries, without the four that begin each free block."""
        heads, block = set[int](), _short(self.data, at + 1)
        while block and block not in heads:
            heads.add(block)
            block = _short(self.data, block)
        end, size = 0, len(self.data)
        for begin, until in [*sorted(used), (size, size)]:
            if begin > end:
                gap = bytearray(self.data[end:begin])
                for head in heads & set(range(end, begin)):
                    gap[head - end : head - end + 4] = bytes(min(4, begin - head))
                yield Gap(self.number, bytes(gap))
            end = max(end, until)


@dataclass(frozen=True)
class _Entry:
    end: int
    row: Row | None = None
    overflow: tuple[int, ...] = ()
    slack: tuple[Gap, ...] = ()


def record(payload: bytes) -> tuple[Value, ...]:
    """Return the values of an entry."""
    size, at = _varint(payload, 0)
    kinds, place, values = [], at, list[Value]()
    while place < size:
        kind, place = _varint(payload, place)
        kinds.append(kind)
    at = size
    for kind in kinds:
        value, at = _value(payload, kind, at)
        values.append(value)
    return tuple(values)


_WHOLE = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Bytes of a whole number, by its kind."""


def _value(payload: bytes, kind: int, at: int) -> tuple[Value, int]:
    if kind in _WHOLE:
        end = at + _WHOLE[kind]
        return int.from_bytes(payload[at:end], "big", signed=True), end
    if kind == 7:
        return struct.unpack(">d", payload[at : at + 8].ljust(8, b"\0"))[0], at + 8
    if kind < 12:
        return {8: 0, 9: 1}.get(kind), at
    end = at + (kind - 12) // 2
    data = payload[at:end]
    return (data.decode(errors="replace") if kind % 2 else data), end


def _local_size(size: int, usable: int, kind: int) -> int:
    """Return how many bytes of an entry lie on its page; the rest lies on overflow pages."""
    most = usable - 35 if kind == LEAF_TABLE else (usable - 12) * 64 // 255 - 23
    if size <= most:
        return size
    least = (usable - 12) * 32 // 255 - 23
    here = least + (size - least) % (usable - 4)
    return here if here <= most else least


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return a number of one to nine bytes, and where it ends."""
    value = 0
    for count in range(8):
        byte = data[at + count]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + count + 1
    return value << 8 | data[at + 8], at + 9


def _short(data: bytes, at: int) -> int:
    return data[at] << 8 | data[at + 1]


def _long(data: bytes, at: int) -> int:
    return _short(data, at) << 16 | _short(data, at + 2)
