"""Searching a file for what should be gone from it.

Bytes only: nothing here knows a database, and nothing is changed. When a file is searched, and for
what, is decided in `scrub`.
"""

import os
import re
from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

NEEDLE = 12
"""Bytes of a deleted value that are looked for: never twice by chance."""
_BLOCK = 2**20
_OPEN: dict[tuple[int, int], int] = {}
_HASH = 32
_TEXT_OF_NO_BYTES = 13
_BLOB_OF_NO_BYTES = 12


def count_traces(path: Path, needles: Collection[bytes]) -> int:
    """Count the places of a file where one of the needles begins, in bounded memory."""
    wanted = {needle[:NEEDLE] for needle in needles}
    if not wanted:
        return 0
    begins = _first_three_bytes(wanted)
    return sum(
        text[at : at + NEEDLE] in wanted
        for text in _overlapping(path, NEEDLE - 1)
        for at in _candidates(text, begins)
    )


def count_row_images(path: Path, survey: str) -> int:
    """Count the rows of box and credential that an SQLite file holds, live or deleted (a few that
    lie across the border of two blocks may be counted twice).

    Such a row begins with its header: the kind and size of each column, here a hash, the survey's
    name, a unit's name and perhaps a box. Then come the columns: 32 bytes, and the survey's name.
    """
    name = survey.encode()
    header = bytes([_BLOB_OF_NO_BYTES + 2 * _HASH]) + _varint(_TEXT_OF_NO_BYTES + 2 * len(name))
    rest_of_header = range(1, 2 + 3 + 1)  # the unit's name takes one or two bytes, a box three
    between = b".{%d,%d}?" % (_HASH + rest_of_header[0], _HASH + rest_of_header[-1])
    image = re.compile(re.escape(header) + between + re.escape(name), re.DOTALL)
    longest = len(header) + _HASH + rest_of_header[-1] + len(name)
    return sum(len(image.findall(text)) for text in _overlapping(path, longest))


def _varint(number: int) -> bytes:
    """Return a number below 16,384 as SQLite writes it."""
    return bytes([number]) if number < 128 else bytes([number >> 7 | 128, number & 127])


def _overlapping(path: Path, overlap: int) -> Iterator[bytes]:
    """Yield a file in blocks, each with the last bytes of the one before it."""
    file, place, tail = _open_for_good(path), 0, b""
    while block := os.pread(file, _BLOCK, place):
        yield tail + block
        place, tail = place + len(block), (tail + block)[-overlap:]


def _open_for_good(path: Path) -> int:
    """Open a file and never close it.

    When a process closes any handle of a file, it loses all its locks on that file (POSIX), those
    of SQLite in other threads included; another process could then take the log for abandoned.
    """
    state = path.stat()
    same = (state.st_dev, state.st_ino)
    if same not in _OPEN:
        _OPEN[same] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return _OPEN[same]


def _first_three_bytes(wanted: Collection[bytes]) -> npt.NDArray[np.bool_]:
    """Return a table that says which three bytes a needle may begin with."""
    begins = np.zeros(2**24, dtype=np.bool_)
    begins[[int.from_bytes(needle[:3], "big") for needle in wanted]] = True
    return begins


def _candidates(text: bytes, begins: npt.NDArray[np.bool_]) -> list[int]:
    if len(text) < NEEDLE:
        return []
    raw = np.frombuffer(text, dtype=np.uint8).astype(np.uint32)[: len(text) - NEEDLE + 3]
    places: list[int] = np.flatnonzero(begins[raw[:-2] << 16 | raw[1:-1] << 8 | raw[2:]]).tolist()
    return places
