"""How cells of a workbook look: one format for each look, made once.

Colours are those of the charts; each state has a mark and words besides, and what is withheld is
striped, so that a copy in grey says the same.
"""

from typing import Any

from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook

from survey.charts.style import HATCH, INK, INK_2, LOOKS, PAPER, RULE, TEAL
from survey.exports.cells import Cell
from survey.exports.tables_groups import MARKS
from survey.language import _
from survey.report import words

STRIPES = 14
"""Thin diagonal stripes, as a spreadsheet counts its patterns."""
FORMULA_SIGNS = tuple("=+-@")


class Looks:
    """The formats of one workbook; asking twice for the same gives the same."""

    second = INK_2

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[tuple[str, Any], ...], Format] = {}
        self._cells: dict[tuple[object, ...], Format] = {}

    def of(
        self,
        *,
        size: int = 11,
        bold: bool = False,
        color: str = INK,
        wrap: bool = False,
        top: bool = True,
        **more: Any,
    ) -> Format:
        """Return a format; `more` are properties of the library."""
        plain = {"font_size": size, "bold": bold, "font_color": color, "text_wrap": wrap}
        return self._format({**plain, "valign": "top" if top else "vcenter", **more})

    def heading(self) -> Format:
        """Return the format of a heading."""
        fill: dict[str, Any] = {"bg_color": TEAL, "bottom": 1, "bottom_color": INK}
        return self.of(bold=True, color=PAPER, wrap=True, **fill)

    def cell(self, cell: Cell) -> Format:
        """Return the format of a cell by its look and by what stands in it."""
        signs = isinstance(cell.value, str) and cell.value.startswith(FORMULA_SIGNS)
        key = cell.look, type(cell.value), cell.decimals, cell.before, cell.after, signs
        if key not in self._cells:
            self._cells[key] = self._cell(cell)
        return self._cells[key]

    def _cell(self, cell: Cell) -> Format:
        rule: dict[str, Any] = {"bottom": 1, "bottom_color": RULE}
        if cell.look == "withheld":
            return self.of(color=INK_2, wrap=True, **_striped(), **rule)
        fill: dict[str, Any] = {}
        color = INK
        if cell.look:
            look = LOOKS[cell.look]
            fill, color = {"bg_color": look.fill, "border": 1, "border_color": PAPER}, look.on_fill
        else:
            fill = rule
        return self.of(color=color, wrap=isinstance(cell.value, str), **fill, **_written(cell))

    def key(self) -> list[tuple[str, Format]]:
        """Return the words and the format of each state, and of what is not shown."""
        told = []
        for state, (sign, short) in MARKS.items():
            look = LOOKS[state]
            form = self.of(color=look.on_fill, wrap=True, size=10, bg_color=look.fill)
            told.append((f"{sign}{_(short)}: {words.state_word(state)}", form))
        striped = self.of(color=INK_2, wrap=True, size=10, **_striped())
        return [*told, (_("not shown: too few answers"), striped)]

    def _format(self, properties: dict[str, Any]) -> Format:
        key = tuple(sorted(properties.items()))
        if key not in self._made:
            self._made[key] = self._book.add_format(properties)
        return self._made[key]


def _striped() -> dict[str, Any]:
    return {"pattern": STRIPES, "fg_color": HATCH, "bg_color": PAPER}


def _written(cell: Cell) -> dict[str, Any]:
    """Return how a value is written: with the decimals that are printed, with words around it.

    A text that looks like a formula is marked as text, so that it stays one when it is edited.
    """
    if isinstance(cell.value, str):
        return {"quote_prefix": True} if cell.value.startswith(FORMULA_SIGNS) else {}
    if isinstance(cell.value, int | float):
        return {"num_format": _number_format(cell), "align": "center"}
    return {"num_format": "yyyy-mm-dd", "align": "left"}


def _number_format(cell: Cell) -> str:
    number = f"0.{'0' * cell.decimals}" if cell.decimals else "0"
    before, after = (f'"{words}"' if words else "" for words in (cell.before, cell.after))
    return f"{before}{number}{after}"
