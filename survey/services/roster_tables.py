"""Reading a table of people from whatever a consultant has: commas, tabs, a workbook, a paste.

Here belong the bytes: which file it is, how its letters are written, what parts its cells. Out come
rows of texts with their numbers as a spreadsheet shows them. What the columns mean, and whether a
row can be used, stands in `roster_checking`; how a workbook is read, in `roster_sheets`.
"""

import codecs
import csv
import io
from collections.abc import Iterator

from survey.errors import UserError
from survey.services.roster_rows import (
    LONGEST_CELL,
    CellTooLong,
    EmptyTable,
    NoTable,
    Row,
    Table,
    row_of,
)

LARGEST_FILE = 20_000_000
"""Bytes."""
ZIP = b"PK\x03\x04"
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
SEPARATORS = "\t;,|"
PROBE = 4096
"""Bytes that are looked at to tell how letters are written."""
HTML = "<!doctype", "<html", "<table", "<meta", "<?xml"


class TableTooLarge(UserError):
    """The file is larger than {most} MB. Leave out columns that are not asked for, or split it."""


class OldWorkbook(UserError):
    """The file is a workbook in the old format (.xls). Open it and save it as an Excel workbook
    (.xlsx) or as CSV.
    """


class LockedWorkbook(UserError):
    """The workbook is protected by a password. Save it without one, or as CSV."""


class WebPage(UserError):
    """What came is a web page, not a table. Mark the cells in your spreadsheet, copy and paste
    them, or save the sheet as CSV or XLSX.
    """


class OpenQuote(UserError):
    """Row {row}: the quotation marks do not match, so it cannot be seen where cells end. Put a text
    with quotation marks in it into quotation marks and double those inside.
    """


def read_table(data: bytes, sheet: str = "") -> Table:
    """Read a file or a paste, whatever it is.

    Parameters
    ----------
    data
        CSV (commas, semicolons, tabs; UTF-8, UTF-16, Windows-1252), or XLSX.
    sheet
        The name of a sheet; the first where it is empty or there is none of this name.

    Raises
    ------
    UserError
        What keeps it from being read, in one sentence; never anything else.
    """
    if len(data) > LARGEST_FILE:
        raise TableTooLarge(most=LARGEST_FILE // 1_000_000)
    if data.startswith(COMPOUND):
        raise LockedWorkbook if ENCRYPTED in data else OldWorkbook
    if data.startswith(ZIP):
        from survey.services.roster_sheets import read_workbook  # loads a library

        return read_workbook(data, sheet)
    return Table(tuple(read_text(decoded(data))))


def decoded(data: bytes) -> str:
    """Return the text of a file: by its mark, else UTF-16 or UTF-8 where it is, else Windows-1252.

    Bytes that Windows-1252 has not stay what they are: control characters, which are told of later.
    """
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, "replace")
    if wide := _wide(data[:PROBE]):
        return data.decode(wide, "replace")
    if b"\0" in data:
        raise NoTable
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "windows-left")


def read_text(text: str) -> Iterator[Row]:
    """Yield the rows of a text; quoted cells may have line breaks in them."""
    _check_text(text)
    separator, lines = _separator(text)
    stream = io.StringIO(text, newline="")
    written = csv.reader(stream, delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(written, 1):
            if number > lines and (row := row_of(number, cells)):
                yield row
    except csv.Error as error:
        if "limit" in str(error):
            raise CellTooLong(row=number + 1, most=LONGEST_CELL) from None
        raise OpenQuote(row=number + 1) from None


def _check_text(text: str) -> None:
    start = text[:PROBE].lstrip().lower()
    if start.startswith(HTML):
        raise WebPage
    if start.startswith("%pdf"):
        raise NoTable
    if not text.strip():
        raise EmptyTable


def _separator(text: str) -> tuple[str, int]:
    """Return what parts the cells, and how many rows say only that (as Excel's `sep=;` does)."""
    first = next((line for line in text[: 10 * PROBE].splitlines() if line.strip()), "")
    if first.lower().startswith("sep=") and len(first) == 5 and first[4] in SEPARATORS:
        return first[4], 1
    bare = "".join(first.split('"')[::2])  # what stands outside of quotation marks
    often = max(SEPARATORS, key=bare.count)
    return (often if often in bare else ","), 0


def _wide(start: bytes) -> str:
    """Return how UTF-16 without a mark is written; empty for anything else."""
    pairs = len(start) // 2
    if pairs < 2:
        return ""
    low, high = start[: 2 * pairs : 2].count(0), start[1 : 2 * pairs : 2].count(0)
    if high > 0.6 * pairs and not low:
        return "utf-16-le"
    return "utf-16-be" if low > 0.6 * pairs and not high else ""


def _left(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("windows-left", _left)
