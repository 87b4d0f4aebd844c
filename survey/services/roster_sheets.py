"""Reading a sheet of a workbook (XLSX) as rows of texts, whoever wrote the workbook.

Cells are read one row after the other; a formula counts as the value that was saved with it, and is
never worked out. Links to other files are not followed. Sizes are checked before anything is
unpacked, and how much there is to take apart before anything is taken apart: a small file may claim
to be a huge one.

openpyxl and not a faster reader: python-calamine ends the whole process, not just the reading, on a
file of 5 KB that has a cell in the last row and column.
"""

import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any

import openpyxl  # type: ignore[import-untyped]

from survey.errors import UserError
from survey.services.roster_rows import (
    MOST_COLUMNS,
    MOST_ROWS,
    EmptyTable,
    NoTable,
    Row,
    Table,
    TooManyRows,
    row_of,
)

LARGEST_UNPACKED = 120_000_000
"""Bytes of all parts of a workbook; 200,000 rows of people take about half of it."""
TEXTS, LARGEST_TEXTS = "xl/sharedStrings.xml", 40_000_000
"""Where the texts of a workbook are, and their bytes: six million empty ones took 98 seconds."""
MOST_CELLS = 600_000
"""Cells of one sheet that have something in them: 100,000 people with all that is asked for, and
one column more. Each takes from 10 to 40 millionths of a second.
"""
MOST_MARKS, MOST_MARKS_ASIDE = 2_000_000, 200_000
"""Elements (XML) of one part: a cell has up to three; and of one that holds no rows of anything,
such as the styles, which are read whole.
"""
OF_ROWS = "xl/worksheets/", "xl/pivotCache/", "xl/externalLinks/", "xl/calcChain.xml", TEXTS
CHUNK = 2**20
MOST_PARTS = 2000
MOST_EMPTY = 2000
"""Empty rows in a row after which nothing more is expected: sheets claim a million of them."""
ODS = b"application/vnd.oasis.opendocument"


class WorkbookTooLarge(UserError):
    """Unpacked, this workbook is larger than {most} MB. Copy the columns that are asked for into a
    new workbook, or save the sheet as CSV.
    """


class TooManyCells(UserError):
    """A sheet of this workbook has more than {most} cells, and no more are read. Copy the columns
    that are asked for into a new workbook, or save the sheet as CSV.
    """


class BrokenWorkbook(UserError):
    """The workbook cannot be read; it may be damaged. Open it in your spreadsheet and save it anew
    as XLSX or CSV.
    """


class OpenDocument(UserError):
    """The file is an OpenDocument spreadsheet (.ods). Save it as a workbook (.xlsx) or as CSV."""


class BinaryWorkbook(UserError):
    """The file is a binary workbook (.xlsb). Save it as an Excel workbook (.xlsx) or as CSV."""


def read_workbook(data: bytes, wanted: str) -> Table:
    """Read one sheet: the one of this name, else the first that is there to see.

    Raises
    ------
    UserError
        What keeps it from being read, in one sentence; never anything else.
    """
    try:
        _check_parts(data)
        return _read(data, wanted)
    except UserError:
        raise
    except Exception:
        # A library that meets a hostile file fails in ways that nobody can list.
        raise BrokenWorkbook from None


def _check_parts(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        every = parts.infolist()
        names = {part.filename for part in every}
        total = sum(part.file_size for part in every)
        texts = max((part.file_size for part in every if part.filename == TEXTS), default=0)
        too_large = total > LARGEST_UNPACKED or texts > LARGEST_TEXTS
        if len(every) > MOST_PARTS or too_large:
            raise WorkbookTooLarge(most=LARGEST_UNPACKED // 1_000_000)
        if any(_marks(parts, part) > _most_marks(part.filename) for part in every):
            raise TooManyCells(most=MOST_CELLS)
        if "mimetype" in names and parts.read("mimetype").startswith(ODS):
            raise OpenDocument
    if "xl/workbook.bin" in names:
        raise BinaryWorkbook
    if "[Content_Types].xml" not in names:
        raise NoTable


def _most_marks(name: str) -> int:
    return MOST_MARKS if name.startswith(OF_ROWS) else MOST_MARKS_ASIDE


def _marks(parts: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Count the elements of a part, at most, without taking it apart; zero bytes are those of
    UTF-16.
    """
    found = 0
    if part.file_size <= MOST_MARKS_ASIDE:
        return found
    with parts.open(part) as stream:
        while chunk := stream.read(CHUNK).replace(b"\0", b""):
            found += chunk.count(b"<") - chunk.count(b"</")
    return found


def _read(data: bytes, wanted: str) -> Table:
    # What openpyxl warns of (styles, validations, extensions) is nothing of ours.
    warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")
    book = openpyxl.load_workbook(
        io.BytesIO(data), read_only=True, data_only=True, keep_links=False
    )
    try:
        sheets = [sheet for sheet in book.worksheets if hasattr(sheet, "iter_rows")]
        seen = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets
        if not seen:
            raise EmptyTable
        chosen = next((sheet for sheet in seen if sheet.title == wanted), seen[0])
        rows = tuple(_rows(chosen.iter_rows(values_only=True, max_col=MOST_COLUMNS)))
        return Table(rows, tuple(str(sheet.title) for sheet in seen), str(chosen.title))
    finally:
        book.close()


def _rows(sheet: Iterable[Iterable[Any]]) -> Iterator[Row]:
    """Yield the rows that have something in them, up to a long stretch of empty ones."""
    empty = many = 0
    for number, cells in enumerate(islice(sheet, MOST_ROWS + MOST_EMPTY), 1):
        told = [text_of(value) for value in cells]
        if any(told) and number > MOST_ROWS + 1:
            raise TooManyRows(most=MOST_ROWS)
        if (many := many + sum(map(bool, told))) > MOST_CELLS:
            raise TooManyCells(most=MOST_CELLS)
        row = row_of(min(number, MOST_ROWS + 1), told)
        if row:
            empty = 0
            yield row
        elif (empty := empty + 1) > MOST_EMPTY:
            return


def text_of(value: object) -> str:
    """Return the value of a cell as people read it: whole numbers without a point, days as such."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    if isinstance(value, (date, time)):
        return value.isoformat()
    return "" if isinstance(value, timedelta) else str(value)
