"""The rows of a table of people, and what no table may be, whoever wrote it.

Here belong the values that every way of reading gives, and the limits that all of them keep. How a
text is read stands in `roster_tables`, how a workbook is, in `roster_sheets`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.errors import UserError

MOST_ROWS = 200_000
"""Rows under the header."""
MOST_COLUMNS = 50
LONGEST_CELL = 10_000
"""Characters that a cell may have before it is taken for a mistake of the whole file."""


class EmptyTable(UserError):
    """There is nothing in it. Choose the file again, or paste the rows with their header."""


class TooManyRows(UserError):
    """There are more than {most} rows. Split the list."""


class NoTable(UserError):
    """The file is no table. Save it in your spreadsheet as CSV or as XLSX, and choose that file."""


class CellTooLong(UserError):
    """Row {row} has a cell of more than {most} characters. Perhaps a quotation mark is missing
    above it.
    """


@dataclass(frozen=True)
class Row:
    """A row, numbered as a spreadsheet does, from 1; empty ones are left out."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """The rows of a file; of a workbook also the names of its sheets, and which one it was."""

    rows: tuple[Row, ...]
    sheets: tuple[str, ...] = ()
    sheet: str = ""


def row_of(number: int, cells: Sequence[str]) -> Row | None:
    """Return a row without what is beyond its last cell; None for an empty one."""
    if number > MOST_ROWS + 1:
        raise TooManyRows(most=MOST_ROWS)
    told = [*cells[:MOST_COLUMNS]]
    if any(len(cell) > LONGEST_CELL for cell in told):
        raise CellTooLong(row=number, most=LONGEST_CELL)
    while told and not told[-1].strip():
        told.pop()
    return Row(number, tuple(told)) if told else None
