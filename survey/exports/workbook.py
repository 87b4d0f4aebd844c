"""The report as a workbook for a spreadsheet: formatted tables, a coloured map, native charts.

Here stands how the tables of `tables` are laid out on sheets. Every cell is a text, a number with
the digits that are printed, or a day; there is no formula, no link, no macro, and nothing hidden.
The charts stand in `workbook_charts`, the formats in `workbook_looks`.
"""

from collections.abc import Sequence
from datetime import date, datetime, time
from io import BytesIO
from math import ceil

import xlsxwriter
from xlsxwriter.image import Image
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from survey import language
from survey.exports.cells import Cell, Table
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.tables import all_tables
from survey.exports.tables_about import README
from survey.exports.workbook_charts import add_charts
from survey.exports.workbook_looks import Looks
from survey.language import _
from survey.report.model import Report

OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
LONGEST_TEXT = 32_000
"""A cell takes 32,767 characters; a longer text would be dropped without a word."""
LONGEST_TITLE = 80
"""Of a title in a header or in the properties of the file."""
NARROWEST, NARROW, PAGE = 13, 18, 190
"""Widths in characters: the least of a column, one that nobody shortens, all columns of a page."""
LEAST_TEXT, MOST_TEXT = 24, 90
"""The least and the most of a column with long texts."""
LINE = 15
"""Height of a line of text; programs differ in whether they find out by themselves."""
LOGO_HEIGHT, LOGO_WIDTH = 56, 160
"""What a logo may take, in pixels."""
A4 = 9
ARROW, MAP_CELL = 3, 17
"""Room for the arrow of a filter; the width of a cell of the map."""


def render_workbook(report: Report, letterhead: Letterhead = PLAIN) -> bytes:
    """Return a report as a workbook; the same report gives the same bytes."""
    buffer = BytesIO()
    book = xlsxwriter.Workbook(buffer, OPTIONS)
    looks = Looks(book)
    _describe(book, report, letterhead)
    for table in all_tables(report, letterhead):
        sheet = book.add_worksheet(table.name)
        if table.name == _(README):
            _readme(sheet, looks, table, report, letterhead)
        elif table.name == _("Map"):
            _map(sheet, looks, table)
            add_charts(book, looks, report)
        else:
            _write(sheet, looks, table, 0)
    for sheet in book.worksheets():
        _set_up(sheet, report)
    book.close()
    return buffer.getvalue()


def _describe(book: Workbook, report: Report, letterhead: Letterhead) -> None:
    """Set the properties of the file; the day of the survey stands for the day it was made."""
    facts = report.facts
    day = facts.closed or facts.opened or date(1980, 1, 1)
    book.set_properties(
        {
            "title": facts.title[:LONGEST_TITLE],
            "subject": facts.client[:LONGEST_TITLE],
            "author": letterhead.consultant[:LONGEST_TITLE],
            "company": facts.client[:LONGEST_TITLE],
            "comments": _("Released figures only; see the sheet “Read me”."),
            "created": datetime.combine(day, time()),
        }
    )


def _readme(
    sheet: Worksheet, looks: Looks, table: Table, report: Report, letterhead: Letterhead
) -> None:
    """Write the first sheet: what it is, on one page to read."""
    sheet.hide_gridlines(2)
    widths = [24, 105]
    for column, width in enumerate(widths):
        sheet.set_column(column, column, width)
    sheet.set_row(0, 48)
    sheet.write_string(0, 1, _fitting(report.facts.title), looks.of(size=18, bold=True, top=False))
    _logo(sheet, report, letterhead)
    last = ""
    for at, (about, text) in enumerate(table.rows, start=1):
        name = str(about.value)
        heading = looks.of(bold=True, color=looks.second)
        sheet.write_string(at, 0, name if name != last else "", heading)
        sheet.write_string(at, 1, _fitting(str(text.value)), looks.of(wrap=True))
        sheet.set_row(at, LINE * _lines([name, str(text.value)], widths))
        last = name


def _logo(sheet: Worksheet, report: Report, letterhead: Letterhead) -> None:
    """Put the client's logo at the head of the first sheet, as large as there is room."""
    if letterhead.logo is None:
        return
    image = Image(BytesIO(letterhead.logo))
    wide, high = image.width * 96 / image.x_dpi, image.height * 96 / image.y_dpi
    scale = min(LOGO_HEIGHT / high, LOGO_WIDTH / wide)
    options = {
        "x_scale": scale,
        "y_scale": scale,
        "x_offset": 4,
        "y_offset": 4,
        "description": _("Logo of {client}", client=report.facts.client),
    }
    sheet.insert_image(0, 0, image, options)


def _map(sheet: Worksheet, looks: Looks, table: Table) -> None:
    """Write the map below a heading and the key of its colours."""
    sheet.hide_gridlines(2)
    sheet.write_string(0, 0, table.about, looks.of(color=looks.second))
    for at, (words_of, form) in enumerate(looks.key(), start=2):
        sheet.write_string(1, at, words_of, form)
    sheet.set_row(1, 2 * LINE)
    _write(sheet, looks, table, 3, least=MAP_CELL)


def _write(sheet: Worksheet, looks: Looks, table: Table, top: int, least: int = 0) -> None:
    """Write a table: its headings stay in sight and can be filtered by."""
    widths = _widths(table, least)
    heads = [_(column.title) for column in table.columns]
    for column, head in enumerate(heads):
        sheet.set_column(column, column, widths[column])
        sheet.write_string(top, column, head, looks.heading())
    sheet.set_row(top, LINE * _lines(heads, [width - ARROW for width in widths]))
    for row, cells in enumerate(table.rows, start=top + 1):
        for column, cell in enumerate(cells):
            _cell(sheet, (row, column), cell, looks)
        sheet.set_row(row, LINE * _lines([str(cell.value) for cell in cells], widths))
    last = top + max(len(table.rows), 1), len(table.columns) - 1
    sheet.autofilter(top, 0, *last)
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)


def _cell(sheet: Worksheet, at: tuple[int, int], cell: Cell, looks: Looks) -> None:
    form = looks.cell(cell)
    if isinstance(cell.value, str):
        sheet.write_string(*at, _fitting(cell.value), form)
    elif isinstance(cell.value, date):
        sheet.write_datetime(*at, datetime.combine(cell.value, time()), form)
    else:
        sheet.write_number(*at, cell.value, form)


def _fitting(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else f"{text[:LONGEST_TEXT]}…"


def _widths(table: Table, least: int) -> list[int]:
    """Return widths of columns by what stands in them; long texts share what a page leaves.

    Why something is not shown goes on below: it must not widen a column of numbers.
    """
    wanted = [max(_longest(column), least) for column in zip(*table.rows, strict=True)]
    heads = [len(_(column.title)) + ARROW for column in table.columns]
    wanted = [max(pair) + 1 for pair in zip(wanted, heads, strict=True)]
    room, widths = PAGE - sum(width for width in wanted if width <= NARROW), list(wanted)
    long = sorted((width, at) for at, width in enumerate(wanted) if width > NARROW)
    for left, (width, at) in zip(range(len(long), 0, -1), long, strict=True):
        widths[at] = min(width, max(room // left, LEAST_TEXT), MOST_TEXT)
        room -= widths[at]
    return widths


def _longest(cells: Sequence[Cell]) -> int:
    return max(NARROWEST if cell.look == "withheld" else len(str(cell.value)) for cell in cells)


def _lines(texts: Sequence[str], widths: Sequence[int]) -> int:
    """Return how many lines the longest of some texts takes in its column."""
    return max(
        sum(max(ceil(len(line) / (width * 0.98)), 1) for line in text.split("\n"))
        for text, width in zip(texts, widths, strict=True)
    )


def _set_up(sheet: Worksheet, report: Report) -> None:
    """Set up a sheet for printing: as wide as a page, with title, client and page number."""
    title, client = (
        text[:LONGEST_TITLE].replace("&", "&&")
        for text in (report.facts.title, report.facts.client)
    )
    day = language.day(report.facts.closed) if report.facts.closed else ""
    sheet.set_landscape()
    sheet.set_paper(A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.5, 0.5, 0.8, 0.7)
    sheet.set_header(f"&L{title}&R{client}")
    pages = _("Page {page} of {pages}", page="&P", pages="&N")
    sheet.set_footer(f"&L{day}&C&A&R{pages}")
