"""The log of who opened which report, as a file of commas. One line for each opening.

Cells that a spreadsheet would run as a formula are made harmless as in the figures of a report.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator

from survey.exports.cells import cleaned
from survey.exports.comma import defused
from survey.services.rights import WHOLE
from survey.services.viewing import View

COLUMNS = "at", "who", "survey", "title", "scope", "what"
MARK = "\ufeff"
"""At the beginning, so that spreadsheets read UTF-8."""


def render_log(lines: Iterable[View]) -> Iterator[str]:
    """Yield the file, a line at a time. Times are in UTC; `*` is the whole report."""
    yield MARK + _row(COLUMNS)
    for line in lines:
        at = line.at.isoformat(timespec="seconds")
        scope = line.scope if line.scope == WHOLE else defused(cleaned(line.scope))
        told = (defused(cleaned(text)) for text in (line.who, line.survey, line.title))
        yield _row((at, *told, scope, line.what))


def _row(cells: Iterable[str]) -> str:
    buffer = io.StringIO(newline="")
    write: Callable[[Iterable[str]], object] = csv.writer(buffer, lineterminator="\r\n").writerow
    write(cells)
    return buffer.getvalue()
