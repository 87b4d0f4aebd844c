"""How the panels of a trend are drawn: frame, band, points, and the way between them.

Which waves and which words stands in `trend`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from survey.charts.names import letters, shortened
from survey.charts.scale import limits, place, place_of_end
from survey.charts.style import (
    EDGE,
    GREY,
    HATCH,
    INK,
    INK_2,
    NARROW,
    RUST,
    TEAL,
    WIDE,
    Sheet,
    axis,
    line,
    marks,
    write,
)
from survey.language import _, mark
from survey.report import across_words, change_words, words
from survey.report.model import Change, Estimate, GroupReport, Report

BRIEF = mark("All together")
"""What the first panel, all dimensions together, is called for want of room."""
HEIGHT, WIDTH = 176, 100
"""Pixels of a panel, its name and words included; and its width, of no unit at all."""
TOP, BOTTOM = 0.26, 0.13
"""Parts of a panel above and below its plot."""


@dataclass(frozen=True)
class Panel:
    """One measure over time, at a column and a row of the sheet."""

    name: str
    points: tuple[tuple[float, Estimate | None], ...]
    """Of every wave its place in time from 0 to 1, and what was released."""
    changes: tuple[Change | None, ...]
    """Of every wave but the first against the one before; None where none can be told."""
    at: int
    """Its place among the panels, and its row in the table."""
    column: int
    row: int


@dataclass(frozen=True)
class _Grid:
    """Turns place in time and answer into a place on the sheet, of panels one unit apart."""

    lo: int
    hi: int
    side: float
    longest: int
    """Letters of a name that a panel has room for."""

    def x(self, panel: Panel, time: float) -> float:
        return WIDTH * (panel.column + self.side + (1 - 2 * self.side) * time)

    def y(self, panel: Panel, value: float) -> float:
        share = (value - self.lo) / (self.hi - self.lo)
        return HEIGHT * (-panel.row - 1 + BOTTOM + (1 - TOP - BOTTOM) * share)


def trend_figure(
    panels: Sequence[Panel], group: GroupReport, report: Report, narrow: bool
) -> Sheet:
    """Draw all panels side by side: four columns of them, or two on a phone."""
    columns, rows = 2 if narrow else 4, panels[-1].row + 1
    sheet = Sheet(NARROW if narrow else WIDE, rows * HEIGHT + 4, {"t": 2, "b": 2})
    sheet.xaxis = axis(range=[0, columns * WIDTH], showticklabels=False)
    sheet.yaxis = axis(range=[-rows * HEIGHT, 0], showticklabels=False)
    lo, hi = limits(report)
    side = 0.1 if narrow else 0.09
    grid = _Grid(lo, hi, side, letters(sheet.width / columns - 16, 14))
    for panel in panels:
        _frame(sheet, panel, grid, group, report)
        _band(sheet, panel, grid)
        _line(sheet, panel, grid)
    return sheet


def _frame(sheet: Sheet, panel: Panel, grid: _Grid, group: GroupReport, report: Report) -> None:
    """Draw what stands around the points: name, words, ends of the scale, floor, dates."""
    left, right = WIDTH * (panel.column + 0.06), WIDTH * (panel.column + 0.97)
    top = -panel.row * HEIGHT
    name = panel.name if panel.at else _(BRIEF)
    write(sheet, (left, top), shortened(name, grid.longest), size=14, color=INK, weight=500,
          yanchor="top", shift=(0, -2))  # fmt: skip
    clear = [change for change in panel.changes if change and change.clear]
    ink = GREY if not clear else TEAL if clear[-1].difference > 0 else RUST
    write(sheet, (left, top), _brief(panel), size=13, color=ink,
          weight=600 if clear else 400, yanchor="top", shift=(0, -20))  # fmt: skip
    for value in (grid.lo, grid.hi):
        line(sheet, (left, grid.y(panel, value)), (right, grid.y(panel, value)))
        write(sheet, (left, grid.y(panel, value)), str(value), size=12, side="right",
              shift=(-1, 0))  # fmt: skip
    floor = grid.y(panel, report.questionnaire.readiness.floor)
    line(sheet, (left, floor), (right, floor), EDGE, 1, dash="4px,3px")
    ends = ((0.0, group.history[0], "left"), (1.0, group.history[-1], "right"))
    for time, point, side in ends:
        spot = (grid.x(panel, time), grid.y(panel, grid.lo))
        said = across_words.month(point.closed)
        write(sheet, spot, said, size=12, side=side, yanchor="top",
              shift=(-6 if side == "left" else 6, -1))  # fmt: skip


def _brief(panel: Panel) -> str:
    """Return what happened in the few words that a panel has room for."""
    clear = [change for change in panel.changes if change and change.clear]
    if not clear:
        return _("no clear change")
    ways = [_("up") if change.difference > 0 else _("down") for change in clear]
    if len(clear) == 1:
        return _("once {step_word}", step_word=change_words.step_word(clear[0]))
    return (
        _(", then ").join(ways) if len(clear) < 4 else _("{clear} clear changes", clear=len(clear))
    )


def _runs(panel: Panel) -> Iterator[list[tuple[float, Estimate]]]:
    """Yield waves in a row that were all let out; no band bridges one that was not."""
    run: list[tuple[float, Estimate]] = []
    for time, estimate in panel.points:
        if estimate is not None:
            run.append((time, estimate))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _band(sheet: Sheet, panel: Panel, grid: _Grid) -> None:
    for run in _runs(panel):
        x = [grid.x(panel, time) for time, _ in run]
        high = [grid.y(panel, place_of_end(estimate.high)) for _, estimate in run]
        low = [grid.y(panel, place_of_end(estimate.low)) for _, estimate in run]
        sheet.traces.append(
            {
                "type": "scatter",
                "mode": "lines",
                "x": [*x, *reversed(x)],
                "y": [*high, *reversed(low)],
                "fill": "toself",
                "fillcolor": HATCH,
                "opacity": 0.5,
                "line": {"width": 0, "color": HATCH},
            }
        )


def _line(sheet: Sheet, panel: Panel, grid: _Grid) -> None:
    """Draw the points, and the way between them in colour only where it is clear."""
    for (start, end), change in zip(pairwise(panel.points), panel.changes, strict=True):
        if start[1] is None or end[1] is None:
            continue
        clear = change is not None and change.clear
        ink = (TEAL if change and change.difference > 0 else RUST) if clear else GREY
        ends = _place(panel, grid, start[0], start[1]), _place(panel, grid, end[0], end[1])
        line(sheet, *ends, ink, 3 if clear else 1.4, "solid" if clear else "2px,3px")
        sheet.shapes[-1]["layer"] = "above"
    seen = [(time, estimate) for time, estimate in panel.points if estimate is not None]
    places = [_place(panel, grid, *point) for point in seen]
    marks(sheet, [x for x, _ in places], [y for _, y in places], "circle-open", GREY, 7, panel.at)
    for at in {0, len(seen) - 1} if seen else ():
        next_to = seen[min(1, len(seen) - 1) if at == 0 else at - 1][1]
        _value(sheet, panel, grid, seen[at], next_to)


def _place(panel: Panel, grid: _Grid, time: float, estimate: Estimate) -> tuple[float, float]:
    return grid.x(panel, time), grid.y(panel, place(estimate.released.value))


def _value(
    sheet: Sheet, panel: Panel, grid: _Grid, point: tuple[float, Estimate], next_to: Estimate
) -> None:
    """Print the first or the last average at its point, on the side that its line leaves free."""
    time, estimate = point
    value = estimate.released.value
    room = value > grid.lo + (grid.hi - grid.lo) / 4
    below = room and next_to.released.value > value
    sign = {"": "", "high": "≥ ", "low": "≤ "}[estimate.released.edge]
    said = sign + words.number(estimate.released.value)
    spot = _place(panel, grid, time, estimate)
    side = "left" if time < 0.5 else "right"
    anchor = "top" if below else "bottom"
    write(sheet, spot, said, size=13, color=INK_2, weight=600, side=side, yanchor=anchor,
          shift=(-4 if side == "left" else 4, -5 if below else 5))  # fmt: skip
