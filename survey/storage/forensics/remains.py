"""What is left in an SQLite file of what was deleted.

Here belong the unused bytes of a file and the search for keys of deleted rows in any file. Whether
a remainder is wrong depends on the survey it is of, which `survey.services` knows.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from math import log2
from pathlib import Path

from survey.storage.forensics.pages import blocks

KEY = 32
"""Bytes of a nullifier or of a code's hash."""
LEAST = 16
"""Fewer bytes than that, other than zero, are what SQLite's own bookkeeping leaves."""
SAMPLES = 32
"""Parts of a remainder that are compared with rows in force, at most."""
RANDOM_FROM = 0.88
"""Share of the highest possible entropy from which bytes count as ciphertext or a hash."""
LONGEST_NAME = 200
BEFORE_KEY = 8
_PRINTABLE = frozenset(range(32, 127)) | {9, 10, 13}


@dataclass(frozen=True)
class Remainder:
    """Bytes in unused space that are not zero."""

    where: str
    """What the page belongs to: a table, or the list of free pages."""
    page: int
    size: int
    kind: str
    """text, ciphertext or bytes."""
    samples: tuple[bytes, ...] = ()
    """Parts of it, its end among them, to be compared with rows in force."""


@dataclass(frozen=True)
class Trace:
    """Keys of boxes or codes of a survey, in force or deleted, in a file."""

    path: Path
    survey: str
    times: int


def remainder(where: str, page: int, data: bytes) -> Remainder | None:
    """Return what is left in unused bytes; None where they are as SQLite leaves them."""
    left = _without_places(data).strip(b"\0")
    size = len(left) - left.count(0)
    if size < LEAST:
        return None
    places = [*range(0, len(left) - LEAST, max(LEAST, len(left) // SAMPLES)), len(left) - LEAST]
    samples = tuple(left[at : at + LEAST] for at in places if any(left[at : at + LEAST]))
    return Remainder(where, page, size, kind_of(left), samples)


def is_copy(left: Remainder, rows: bytes) -> bool:
    """Say whether a remainder is a copy of rows in force.

    SQLite moves rows from page to page while a table grows, and does not always wipe their old
    place, secure_delete or not.
    """
    return all(sample in rows for sample in left.samples)


def _without_places(data: bytes) -> bytes:
    """Drop places of entries that once stood on the page: two bytes each, right at its beginning.

    They say where on the page an entry lay, and nothing of it.
    """
    at = 0
    while at + 1 < len(data) and 0 < (data[at] << 8 | data[at + 1]) <= 4096:
        at += 2
    return data[at:]


def kind_of(data: bytes) -> str:
    """Say what bytes look like: text, ciphertext (or a hash), or other bytes."""
    if _mostly_printable(data):
        return "text"
    return "ciphertext" if looks_random(data) else "bytes"


def looks_random(data: bytes) -> bool:
    """Say whether bytes are as mixed as chance would have them."""
    counts = Counter(data)
    entropy = -sum(n / len(data) * log2(n / len(data)) for n in counts.values())
    return entropy >= RANDOM_FROM * log2(min(len(data), 256)) and not _mostly_printable(data)


def _mostly_printable(data: bytes) -> bool:
    return sum(byte in _PRINTABLE for byte in data) > 0.8 * len(data)


def traces(path: Path, surveys: Collection[str]) -> Iterator[Trace]:
    """Yield how often a file holds a key of a box or a code of these surveys.

    Each such row has a random key before the name of its survey, and before that key the kinds of
    its values; no other row looks like that. Free space, logs and journals are searched as well.
    """
    if not surveys:
        return
    longest_first = sorted((re.escape(name.encode()) for name in surveys), key=len, reverse=True)
    named = re.compile(b"|".join(longest_first))
    found: Counter[str] = Counter()
    for old, block in blocks(path, BEFORE_KEY + KEY + LONGEST_NAME):
        for match in named.finditer(block):
            if match.end() > old and _is_after_key(block, match.start(), len(match[0])):
                found[match[0].decode()] += 1
    yield from (Trace(path, name, times) for name, times in sorted(found.items()))


def _is_after_key(block: bytes, at: int, length: int) -> bool:
    key = block[max(0, at - KEY) : at]
    before = block[max(0, at - KEY - BEFORE_KEY) : max(0, at - KEY)]
    many_high = sum(byte > 127 for byte in key) >= 5
    return len(key) == KEY and many_high and _tells(before, length) and looks_random(key)


def _tells(before: bytes, length: int) -> bool:
    """Say whether bytes are what SQLite writes before the values of a code, or of a box.

    That is the kinds of the values: 32 bytes, a text of this length, a text, and 8192 bytes for a
    box. Of a deleted box the first of these may be overwritten.
    """
    name = re.escape(_as_told(length))
    code, box = b"\x4c" + name + b".{1,2}", name + b".{1,2}\x81\x80\x0c"
    return bool(re.search(b"(?s)(?:%s|%s)$" % (code, box), before))


def _as_told(length: int) -> bytes:
    """Return how SQLite writes that a text has this length."""
    kind = 13 + 2 * length
    return bytes([kind]) if kind < 128 else bytes([128 | kind >> 7, kind & 127])
