"""The figures of a report as one file of commas: one long table, for other programs.

Every line is one figure, or words about the report. UTF-8 with a mark at its beginning, RFC 4180.
Spreadsheets run a text that begins with `=`, `+`, `-` or `@` as a formula. Where cells end depends
on how the file is read: so a text gets an apostrophe before such a sign also after a semicolon, a
comma or a tab inside it. Numbers stay numbers.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from survey.exports.cells import Cell, said, withheld
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.tables import all_tables
from survey.language import _, mark
from survey.report.model import Report

FORMULA = re.compile(
    r"(^|[;,\t\n\r])([\"'\x00-\x20\s\u00ad\u200b-\u200f\u2060\ufeff]*)([=+\-@＝＋－＠])"
)
"""A sign that a formula begins with, where some program may see the beginning of a cell: whatever
it takes for the end of the one before, also where it overlooks quotes and what nobody sees."""
NOT_SHOWN = mark("not shown")
PRACTICE = {"measure": "Practice id", "text": "Practice", "said": "Advice"}
COLUMNS = {
    "row": mark(
        "what the line is: verdict, finding, average, statement, knowing, doing, gap, share, "
        "change, comment, agreed; “column” and “note” explain the file"
    ),
    "group": mark("the group that is reported on"),
    "n": mark("people counted in the group"),
    "measure": mark("id of the measure, as in the questionnaire"),
    "text": mark("its name, or a statement as people read it"),
    "printed": mark("the figure as a page shows it, or words"),
    "value": mark(
        "the figure as a number; “not shown” where it is withheld: neither empty nor zero"
    ),
    "unit": mark("unit of the value: points or %"),
    "edge": mark("“or more”, “or less” where the value is cut off"),
    "low": mark("lower end of the 95 % interval, or of the class"),
    "high": mark("upper end of the 95 % interval, or of the class"),
    "said": mark("what can be said of it, in words"),
    "why_withheld": mark("why a figure is not shown"),
}
"""Names of columns, and of kinds of lines, are alike in every language: programs look for them."""
Line = Mapping[str, Cell]
"""Column -> cell; what is missing is empty, because a line of that kind has no such thing."""
Row = Mapping[str, Cell]
"""Heading -> cell of a row of a table."""

TAKEN: Mapping[str, Sequence[tuple[str, Mapping[str, str]]]] = {
    "Groups": (
        ("verdict", {"printed": "Verdict", "said": "Verdict because"}),
        ("finding", {"printed": "Finding", "said": "Finding because"}),
    ),
    "Dimensions": (
        (
            "average",
            {
                "measure": "Measure id",
                "text": "Measure",
                "printed": "As printed",
                "value": "Average",
                "edge": "Cut off",
                "low": "Interval from",
                "high": "Interval to",
                "said": "What can be said",
            },
        ),
    ),
    "Statements": (
        (
            "statement",
            {
                "measure": "Statement id",
                "text": "Statement",
                "printed": "As printed",
                "value": "Average",
                "edge": "Cut off",
                "said": "Turned",
            },
        ),
    ),
    "Practices": (
        ("knowing", PRACTICE | {"printed": "Knowing", "low": "Knowing from", "high": "Knowing to"}),
        ("doing", PRACTICE | {"printed": "Doing", "low": "Doing from", "high": "Doing to"}),
        (
            "gap",
            {
                **PRACTICE,
                "printed": "Knowing leads by",
                "value": "Gap",
                "edge": "Gap cut off",
                "low": "Gap from",
                "high": "Gap to",
                "said": "Because",
            },
        ),
    ),
    "Obstacles": (
        (
            "share",
            {
                "measure": "Option id",
                "text": "Obstacle",
                "printed": "As printed",
                "value": "Share",
                "edge": "Cut off",
            },
        ),
    ),
    "Changes": (
        (
            "change",
            {
                "measure": "Measure id",
                "text": "Measure",
                "value": "Difference",
                "edge": "Cut off",
                "low": "Interval from",
                "high": "Interval to",
                "said": "What can be said",
            },
        ),
    ),
    "Comments": (("comment", {"text": "Question", "said": "Comment"}),),
    "Commitments": (("agreed", {"text": "Who", "said": "What", "printed": "State"}),),
}
"""What of each table stands in the lines, and in which column; names as they are in English."""
MEASURED = "average", "statement", "knowing", "doing", "gap", "share", "change"
FIGURES = "printed", "value", "edge", "low", "high"
DEFUSED = mark(
    "A text that begins with an equals sign, plus, minus or at sign, or has one after a semicolon, "
    "a comma or a tab, has an apostrophe before the sign here, so that no spreadsheet runs it as a "
    "formula."
)


def render_csv(report: Report, letterhead: Letterhead = PLAIN) -> bytes:
    """Return all figures of a report as one long table."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in _lines(report, letterhead):
        writer.writerow([_written(line[name]) if name in line else "" for name in COLUMNS])
    return buffer.getvalue().encode("utf-8-sig")


def defused(text: str) -> str:
    """Return a text that no spreadsheet runs as a formula."""
    return FORMULA.sub(r"\1\2'\3", text)


def _lines(report: Report, letterhead: Letterhead) -> Iterator[Line]:
    readme, *tables = all_tables(report, letterhead)
    taken = {_(name): rows for name, rows in TAKEN.items()}
    for table in tables:
        heads = [_(column.title) for column in table.columns]
        for row, wanted in taken.get(table.name, ()):
            for cells in table.rows:
                yield _line(row, dict(zip(heads, cells, strict=True)), wanted)
    for name, meaning in COLUMNS.items():
        yield {"row": said("column"), "measure": said(name), "text": said(_(meaning))}
    sheets = {_("Sheet “{table}”", table=table.name) for table in tables}
    for about, text in ((said(_("Signs")), said(_(DEFUSED))), *readme.rows):
        if about.value not in sheets:
            yield {"row": said("note"), "measure": about, "text": text}


def _line(row: str, cells: Row, wanted: Mapping[str, str]) -> Line:
    """Return one line of a kind; a withheld figure says so in its place, and why at the end."""
    line = {name: cells[_(head)] for name, head in wanted.items()}
    hidden = [name for name in FIGURES if name in line and line[name].look == "withheld"]
    not_shown = withheld(_(NOT_SHOWN))
    shown = {name: not_shown if name in hidden else cell for name, cell in line.items()}
    return {
        "row": said(row),
        "group": cells[_("Group")],
        **({"n": cells[_("Counted")]} if _("Counted") in cells else {}),
        **shown,
        **({"unit": said("%" if row == "share" else _("points"))} if row in MEASURED else {}),
        **({"why_withheld": line[hidden[0]]} if hidden else {}),
    }


def _written(cell: Cell) -> str:
    """Return a number with its decimals, a day, or a text that no spreadsheet runs."""
    value = cell.value
    if isinstance(value, float):
        return f"{value:.{cell.decimals}f}"
    if isinstance(value, str):
        return defused(value)
    return value.isoformat() if isinstance(value, date) else str(value)
