"""A chart with its figures in a table beside it, over as many slides as that takes.

Nothing here knows of reports.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from survey.exports.slides_charts import AXIS, Bars, Column, Plot, Series, put_chart
from survey.exports.slides_deck import write_note
from survey.exports.slides_tables import ROOM, Grid, put_table
from survey.language import _

LOWEST, HIGHEST = 0.285, 0.66
"""Heights of a row in inches."""
TOP = 2.0
TABLE_LEFT = 0.15
"""Between a chart and its table."""


@dataclass(frozen=True)
class Beside:
    """A chart, its table with one row for each of its own, its message and how to read it."""

    bars: Bars
    grid: Grid
    alt: str
    note: str
    names: float = 2.3
    """Inches for the names of the rows."""


def put_beside(add: Callable[[str], Any], both: Beside) -> None:
    """Put a chart and its table on slides that `add` makes; it is given " (1 of 2)" or ""."""
    plot, count = _measured(both)
    parts = list(_parts(both, count))
    for at, part in enumerate(parts, start=1):
        slide = add(_(" ({at} of {parts})", at=at, parts=len(parts)) if len(parts) > 1 else "")
        put_chart(slide, part.bars, plot, part.alt)
        frame = put_table(
            slide, part.grid, _("The numbers of the chart. {alt}", alt=part.alt), TOP, plot.row
        )
        frame.left = round((plot.left + plot.width + TABLE_LEFT) * 914400)
        write_note(slide, part.note)


def _measured(both: Beside) -> tuple[Plot, int]:
    """Return where the chart stands and how many rows each slide has, about as many as any."""
    grid = both.grid
    head = grid.row_height(grid.head)
    least = max([LOWEST, *(grid.row_height(row) for row in grid.rows)])
    room = ROOM - head - AXIS
    slides = ceil(len(grid.rows) / max(int(room / least), 1))
    count = ceil(len(grid.rows) / max(slides, 1))
    row = min(max(room / max(count, 1), least), max(HIGHEST, least))
    width = 12.13 - sum(grid.widths) - TABLE_LEFT
    return Plot(top=TOP, width=width, names=both.names, head=head, row=row), count


def _parts(both: Beside, count: int) -> Iterator[Beside]:
    for start in range(0, len(both.grid.rows), count):
        rows = slice(start, start + count)
        bars = replace(
            both.bars,
            rows=both.bars.rows[rows],
            series=tuple(_cut(series, rows) for series in both.bars.series),
            aside=tuple(Column(c.name, c.values[rows]) for c in both.bars.aside),
        )
        yield replace(both, bars=bars, grid=replace(both.grid, rows=both.grid.rows[rows]))


def _cut(series: Series, rows: slice) -> Series:
    return Series(series.name, series.values[rows], series.paints[rows])
