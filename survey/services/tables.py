"""Reading a CSV file that somebody brings: cells by row, and every fault with its place.

Here belong the file itself (size, encoding, delimiter, header, ragged rows) and numbers in cells.
What the columns mean stands in `responses`, `codebook` and `roster`.
"""

import codecs
import csv
import io
import itertools
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from survey.errors import UserError
from survey.questionnaire.faults import bare

MEGABYTE = 1_000_000
MOST_FAULTS = 20
MOST_REMEMBERED = 100_000
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
WRONG = math.inf
"""Stands for a cell that holds no number; no answer is infinite."""


class TableError(UserError):
    """{first}"""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__(first=faults[0])
        self.faults = tuple(faults)


class Faults:
    """Gathers faults of one or several files, so that they are told together."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def add(self, file: Path, row: int | None, column: str | None, what: str) -> None:
        """Note a fault; stop when there are so many that the rest would not be read."""
        place = [bare(file.name) or bare(str(file))]
        place += [f"row {row}"] if row is not None else []
        place += [f"column {bare(column)}"] if column is not None else []
        self._lines.append(f"{', '.join(place)}: {what}")
        if len(self._lines) >= MOST_FAULTS:
            self._lines.append(f"These are the first {MOST_FAULTS} faults; there may be more.")
            self.tell()

    def tell(self) -> None:
        """Raise what was gathered, if anything."""
        if self._lines:
            raise TableError(self._lines)


@dataclass(frozen=True)
class Table:
    """A CSV file whose header was read. Rows are counted as a spreadsheet does: the header is 1."""

    file: Path
    header: tuple[str, ...]
    delimiter: str
    data: bytes

    def has(self, column: str) -> bool:
        """Whether the header names this column."""
        return column in self.header

    def rows(self, faults: Faults) -> Iterator[tuple[int, list[str]]]:
        """Give every row that is not empty, with its number; ragged rows become faults."""
        width = len(self.header)
        for number, cells in self._records(faults):
            if number == 1 or not any(cells):
                continue
            if len(cells) != width:
                what = f"has {len(cells)} cells, but the first row names {width} columns"
                look = f"look for a missing or extra {self.delimiter!r}"
                faults.add(self.file, number, None, f"{what}; {look}")
                continue
            yield number, cells

    def chunks(
        self, faults: Faults, size: int
    ) -> Iterator[tuple[list[int], list[tuple[str, ...]]]]:
        """Give up to `size` rows at a time: their numbers, and the cells column by column."""
        rows = self.rows(faults)
        while taken := list(itertools.islice(rows, size)):
            yield [n for n, _ in taken], list(zip(*(cells for _, cells in taken), strict=True))

    def _records(self, faults: Faults) -> Iterator[tuple[int, list[str]]]:
        number = 0
        try:
            for number, cells in enumerate(_reader(self.data, self.delimiter), 1):
                yield number, [c.strip() for c in cells]
        except csv.Error as fault:
            faults.add(self.file, number + 1, None, f"cannot be read ({fault}); look at its quotes")


def read_table(file: Path, max_size: float, required: Sequence[str], faults: Faults) -> Table:
    """Read a file and its header.

    Parameters
    ----------
    file
        Comma or semicolon, UTF-8, with or without byte order mark.
    max_size
        In megabytes.
    required
        Columns without which there is nothing to read.
    faults
        Where faults go; those that leave nothing to read are told at once.

    Raises
    ------
    TableError
        The file is missing, too large, empty, not UTF-8, or has no usable header.
    """
    data = _bytes(file, max_size, faults)
    _check_text(file, data, faults)
    delimiter = ";" if _width(data, ";") > _width(data, ",") else ","
    header = tuple(c.strip() for c in next(_reader(data, delimiter), []))
    _check_header(file, header, required, faults)
    return Table(file, header, delimiter, data)


def _bytes(file: Path, max_size: float, faults: Faults) -> bytes:
    most = int(max_size * MEGABYTE)
    data = b""
    try:
        with file.open("rb") as stream:
            data = stream.read(most + 1)
    except IsADirectoryError:
        _stop(faults, file, None, "is a folder; name the CSV file in it")
    except (OSError, ValueError) as fault:
        why = getattr(fault, "strerror", None) or str(fault)
        _stop(faults, file, None, f"cannot be read ({why}); check the name and the rights")
    if len(data) > most:
        what = f"is larger than the {max_size:g} MB that are read"
        _stop(faults, file, None, f"{what}; allow more with --max-size")
    if not data.strip(b"\xef\xbb\xbf \t\r\n,;"):
        _stop(faults, file, None, "is empty; its first row must name the columns")
    return data


def _check_text(file: Path, data: bytes, faults: Faults) -> None:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        _stop(faults, file, 1, 'is UTF-16; save it as "CSV UTF-8"')
    if (place := data.find(b"\0")) >= 0:
        row = data.count(b"\n", 0, place) + 1
        what = f"holds a zero byte (byte {place + 1} of the file)"
        _stop(faults, file, row, f"{what}; it is no CSV text file")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as fault:
        row = data.count(b"\n", 0, fault.start) + 1
        what = f"byte {fault.start + 1} of the file (0x{data[fault.start]:02x}) is not UTF-8"
        _stop(faults, file, row, f'{what}; save the file as "CSV UTF-8"')


def _check_header(
    file: Path, header: tuple[str, ...], required: Sequence[str], faults: Faults
) -> None:
    missing = [name for name in required if name not in header]
    if missing:
        what = f"names no column {', '.join(missing)}"
        _stop(faults, file, 1, f"{what}; the first row must name {', '.join(required)}")
    for name, times in Counter(header).items():
        if name and times > 1:
            faults.add(file, 1, name, "stands twice in the first row; rename or remove one of them")
    faults.tell()


def _stop(faults: Faults, file: Path, row: int | None, what: str) -> None:
    faults.add(file, row, None, what)
    faults.tell()


def _reader(data: bytes, delimiter: str) -> Iterator[list[str]]:
    text = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8-sig", newline="")
    return csv.reader(text, delimiter=delimiter, strict=True)


def _width(data: bytes, delimiter: str) -> int:
    try:
        return len(next(_reader(data, delimiter), []))
    except csv.Error:
        return 0


class Numbers(dict[str, float]):
    """Cells as numbers: NaN for an empty cell, `WRONG` for one that holds no number.

    Remembers what it saw, because answers repeat. In a semicolon file 3,5 is read as 3.5: there a
    comma can be nothing but a decimal comma.
    """

    def __init__(self, delimiter: str) -> None:
        super().__init__({"": math.nan})
        self._commas = delimiter == ";"

    def __missing__(self, cell: str) -> float:
        if len(self) > MOST_REMEMBERED:
            self.clear()
            self[""] = math.nan
        self[cell] = number = self._number(cell)
        return number

    def _number(self, cell: str) -> float:
        if not cell:
            return math.nan
        if self._commas and DECIMAL_COMMA.fullmatch(cell):
            cell = cell.replace(",", ".")
        return float(cell) if NUMBER.fullmatch(cell) else WRONG
