"""A roster as a file, an empty one to fill in, and the rows of an upload that could not be used.

CSV and XLSX, in the language of this moment. No cell of either is run as a formula by a
spreadsheet. Reading such files stands in `survey.services.roster_tables`.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from xlsxwriter import Workbook

from survey.exports.comma import FORMULA
from survey.language import gettext as _
from survey.language import language, mark
from survey.services.client_units import UnitLine, path_of
from survey.services.roster_changes import PersonLine
from survey.services.roster_rows import Row
from survey.services.roster_rules import COLUMNS, EXAMPLES, STEP, Fault

HEADS: Mapping[str, Sequence[str]] = {
    "en": ("unit", "name", "mail", "language", "leads"),
    "de": ("Einheit", "Name", "Mail", "Sprache", "Leitet"),
}
"""Language -> the columns. Not among the translations: these words are read again."""
YES = {"en": "yes", "de": "ja"}
NAMES = {"en": ("First Example", "Second Example"), "de": ("Erstes Beispiel", "Zweites Beispiel")}
UNITS = {
    "en": ("Example unit > Team A", "Example unit > Team B"),
    "de": ("Beispieleinheit > Team A", "Beispieleinheit > Team B"),
}
SHEETS = {"en": ("People", "Columns"), "de": ("Personen", "Spalten")}
SEPARATORS = {"en": ",", "de": ";"}
"""What spreadsheets of that language expect."""
ABOUT = {
    "unit": mark(
        "The unit of the person. A unit that belongs to another is written with it: Sales > Field "
        "> North. Units that are not there yet are made; you see them before anything is saved."
    ),
    "name": mark("Stands in the salutation of mails. May be empty."),
    "mail": mark("Where the invitation goes. Empty for people who draw a card instead."),
    "language": mark("In which mails are written: en or de. Empty: the language of the client."),
    "leads": mark(
        "Write yes for whoever leads the unit. Leaders answer with the leaders of the level above."
    ),
}
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
WIDTHS = (40, 28, 34, 12, 10)


def example_rows() -> list[Sequence[str]]:
    """Return the two rows of the template; a file that still has them is refused."""
    spoken = language()
    rows = zip(UNITS[spoken], NAMES[spoken], sorted(EXAMPLES), ("en", "de"), strict=True)
    return [(*row, YES[spoken] if first else "") for row, first in zip(rows, (1, 0), strict=True)]


def rows_of(tree: Sequence[UnitLine], people: Iterable[PersonLine]) -> Iterator[Sequence[str]]:
    """Yield everybody as a row, each with the whole path of the unit."""
    by_id = {unit.id: unit for unit in tree}
    paths = {unit.id: f" {STEP} ".join(path_of(by_id, unit.id)) for unit in tree}
    for one in people:
        leads = YES[language()] if one.leads else ""
        yield paths[one.unit], one.name, one.email, one.language, leads


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of people as CSV, under the names of the columns."""
    return _csv([HEADS[language()], *rows])


def as_xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows of people as a workbook; its second sheet explains the columns."""
    spoken = language()
    file = io.BytesIO()
    book = Workbook(file, OPTIONS)
    bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True})
    people, columns = (book.add_worksheet(name) for name in SHEETS[spoken])
    people.write_row(0, 0, HEADS[spoken], bold)
    people.freeze_panes(1, 0)
    for at, width in enumerate(WIDTHS):
        people.set_column(at, at, width)
    for at, row in enumerate(rows, 1):
        for place, cell in enumerate(row):
            if cell:
                people.write_string(at, place, cell)
    columns.set_column(0, 0, 14)
    columns.set_column(1, 1, 90, wrapped)
    for at, (head, column) in enumerate(zip(HEADS[spoken], COLUMNS, strict=True)):
        columns.write_string(at, 0, head, bold)
        columns.write_string(at, 1, _(ABOUT[column]), wrapped)
    book.close()
    return file.getvalue()


def table_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as CSV, as spreadsheets of this language expect it; the first are the heads."""
    return _csv(rows)


def table_xlsx(name: str, rows: Iterable[Sequence[str]]) -> bytes:
    """Return rows as a workbook of one sheet; the first are the heads."""
    file = io.BytesIO()
    book = Workbook(file, OPTIONS)
    bold, sheet = book.add_format({"bold": True}), book.add_worksheet(name)
    sheet.set_column(0, 0, WIDTHS[0])
    sheet.freeze_panes(1, 0)
    for at, row in enumerate(rows):
        for place, cell in enumerate(row):
            sheet.write_string(at, place, cell, bold if at == 0 else None)
    book.close()
    return file.getvalue()


def faults_csv(rows: Sequence[Row], faults: Iterable[Fault]) -> bytes:
    """Return the rows with faults, each with what is wrong and what to do, and its own cells."""
    cells = {row.number: row.cells for row in rows}
    heads = dict(zip(COLUMNS, HEADS[language()], strict=True))
    own = rows[0].cells if rows else ()
    first = [_("Row"), _("Column"), _("What is wrong"), _("What to do"), *own]
    return _csv(
        [
            first,
            *(
                (
                    str(fault.row),
                    heads[fault.column],
                    fault.heading(),
                    fault.advice(),
                    *cells.get(fault.row, ()),
                )
                for fault in faults
            ),
        ]
    )


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=SEPARATORS[language()], lineterminator="\r\n")
    writer.writerows([FORMULA.sub(r"\1\2'\3", cell) for cell in row] for row in rows)
    return buffer.getvalue().encode("utf-8-sig")
