"""Tables on slides: as wide as they are told, as high as their words need, over as many slides.

Nothing here knows of reports.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pptx.enum.dml import MSO_PATTERN
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Emu, Inches, Pt

from survey.charts.style import EDGE, HATCH, INK, INK_2, PAPER, RULE
from survey.exports.slides_deck import TABLE, colour, describe, place
from survey.exports.slides_fit import LEADING, POINTS, lines, plain, shortened
from survey.language import _

NO_STYLE = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
"""PowerPoint's own name for a table without lines and fills."""
ROOM = 4.2
"""Inches for a table on a slide of its own."""
PAD, AIR = 0.06, 0.08
"""Inches beside words, and above and below them together."""
STEP = 0.25
MOST_LINES = 6
"""So many lines a cell may have; longer words are cut."""


@dataclass(frozen=True)
class Cell:
    """Words in a table, and how they look."""

    words: str
    bold: bool = False
    color: str = INK
    fill: str = ""
    hatched: bool = False
    centred: bool = False
    over: int = 1
    """How many columns it spans."""


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Grid:
    """A table: its head, its rows, the inches of its columns, the size of its letters."""

    head: Row
    rows: tuple[Row, ...]
    widths: tuple[float, ...]
    size: int = 12
    most: int = MOST_LINES

    def row_height(self, row: Row) -> float:
        """Return how many inches a row needs."""
        rows, at = 1, 0
        for cell in row:
            wide = sum(self.widths[at : at + cell.over]) - 2 * PAD
            rows = max(rows, min(lines(cell.words, wide, self.size, cell.bold), self.most))
            at += cell.over
        return rows * self.size * LEADING / POINTS + AIR

    def pages(self, room: float = ROOM) -> list["Grid"]:
        """Return the table in parts that fit on a slide, each with its head, about equally long."""
        room -= self.row_height(self.head)
        heights = [self.row_height(row) for row in self.rows]
        parts = _filled(heights, room)
        while room > STEP and len(shorter := _filled(heights, room - STEP)) == len(parts):
            parts, room = shorter, room - STEP
        return [self._with(self._headed(part)) for part in parts]

    def _headed(self, part: slice) -> Sequence[Row]:
        """Return rows that go on from another slide, under the heading that they had there."""
        rows = self.rows[part]
        above = next((row[0] for row in reversed(self.rows[: part.start]) if row[0].words), None)
        if above is None or rows[0][0].words:
            return rows
        return (above, *rows[0][1:]), *rows[1:]

    def _with(self, rows: Sequence[Row]) -> "Grid":
        return Grid(self.head, tuple(rows), self.widths, self.size, self.most)


def _filled(heights: Sequence[float], room: float) -> list[slice]:
    """Return which rows stand together where each part has so much room."""
    starts, used = [0], 0.0
    for at, high in enumerate(heights):
        if at > starts[-1] and used + high > room:
            starts.append(at)
            used = 0.0
        used += high
    ends = [*starts[1:], len(heights)]
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def cells(*texts: str) -> Row:
    """Return plain cells; the first one names the row."""
    return tuple(Cell(text, bold=at == 0) for at, text in enumerate(texts))


def heads(*texts: str) -> Row:
    """Return the cells of a head."""
    return tuple(Cell(text, bold=True, color=INK_2) for text in texts)


def put_table(
    slide: Any, grid: Grid, alt: str, top: float | None = None, row_height: float = 0
) -> Any:
    """Put a table where the layout has room for one.

    Parameters
    ----------
    slide
        A slide with a placeholder for a table.
    grid
        The table.
    alt
        Its message, for who cannot see it.
    top
        Where it begins in inches, if not where the layout says.
    row_height
        At least so many inches for every row below the head.
    """
    frame = place(slide, TABLE).insert_table(len(grid.rows) + 1, len(grid.widths))
    describe(frame, alt, _("Table"))
    table = frame.table
    _plain_style(table)
    for at, wide in enumerate(grid.widths):
        table.columns[at].width = Inches(wide)
    for at, row in enumerate((grid.head, *grid.rows)):
        high = max(grid.row_height(row), row_height if at else 0)
        table.rows[at].height = Inches(high)
        _put_row(table, at, row, grid)
    frame.width = Emu(sum(column.width for column in table.columns))
    frame.height = Emu(sum(row.height for row in table.rows))
    if top is not None:
        frame.top = Inches(top)
    return frame


def _plain_style(table: Any) -> None:
    about = table._tbl.tblPr
    about.set("bandRow", "0")
    about.set("firstRow", "1")
    about.find(qn("a:tableStyleId")).text = NO_STYLE


def _put_row(table: Any, at: int, row: Row, grid: Grid) -> None:
    column = 0
    for cell in row:
        target = table.cell(at, column)
        if cell.over > 1:
            target.merge(table.cell(at, column + cell.over - 1))
        wide = sum(grid.widths[column : column + cell.over]) - 2 * PAD
        words = shortened(plain(cell.words), wide, grid.size, grid.most, cell.bold)
        _put(target, cell, words, grid.size)
        _border(target, EDGE if at == 0 else RULE)
        for covered in range(column + 1, column + cell.over):
            _size_empty(table.cell(at, covered), grid.size)
        column += cell.over


def _put(target: Any, cell: Cell, words: str, size: int) -> None:
    target.margin_left = target.margin_right = Inches(PAD)
    target.margin_top = target.margin_bottom = Inches(AIR / 2)
    target.vertical_anchor = MSO_ANCHOR.MIDDLE
    paragraph = target.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.CENTER if cell.centred else PP_ALIGN.LEFT
    _size_empty(target, size)
    if words:
        run = paragraph.add_run()
        run.text = words
        run.font.size, run.font.bold = Pt(size), cell.bold
        run.font.color.rgb = colour(cell.color)
    _fill(target, cell)


def _size_empty(target: Any, size: int) -> None:
    """Give also an empty cell letters of a size: its row is as high as they would be."""
    target.text_frame.paragraphs[0]._p.get_or_add_endParaRPr().set("sz", str(size * 100))


def _fill(target: Any, cell: Cell) -> None:
    if cell.hatched:
        target.fill.patterned()
        target.fill.pattern = MSO_PATTERN.LIGHT_UPWARD_DIAGONAL
        target.fill.fore_color.rgb, target.fill.back_color.rgb = colour(HATCH), colour(PAPER)
    elif cell.fill:
        target.fill.solid()
        target.fill.fore_color.rgb = colour(cell.fill)
    else:
        target.fill.background()


def _border(target: Any, code: str) -> None:
    """Draw a thin line under a cell; it must stand before the fill."""
    line = parse_xml(
        f'<a:lnB {nsdecls("a")} w="9525"><a:solidFill><a:srgbClr val="{code[1:]}"/>'
        "</a:solidFill></a:lnB>"
    )
    target._tc.get_or_add_tcPr().insert(0, line)
