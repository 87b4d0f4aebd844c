"""How figures look: inks, fills, type, and the few shapes they are made of.

Only bars, scatter and shapes are used, so that the smallest bundle of plotly.js draws every chart.
Colour never speaks alone: each state has a mark of its own, and the table says it in words. The
contrast of every text on its ground is computed in the tests.
"""

import json
import re
from dataclasses import dataclass, field, replace
from typing import Any

import plotly.io as pio

from survey.charts.chart import CONFIG
from survey.charts.names import letters, lines, shortened, width
from survey.language import mark
from survey.readiness.kinds import Advice
from survey.report.model import State

INK, INK_2, RULE, EDGE, PAPER = "#14212B", "#4A5A66", "#DCE2E6", "#7B8892", "#FFFFFF"
TEAL, RUST, GREY = "#0B5966", "#9C3F07", "#62717D"
HATCH = "#C3CCD2"
DARK = {
    INK: "#E9EFF2",
    INK_2: "#A8B6BF",
    RULE: "#2B3A45",
    EDGE: "#7E8E99",
    PAPER: "#101920",
    TEAL: "#7FCBD3",
    RUST: "#F2A877",
    GREY: "#93A2AC",
    HATCH: "#46545E",
    "#E4E9EC": "#2F3E49",
    "#14212D": "#E9EFF2",
}
"""What stands for each ink on a dark page. Fills of cells and the texts on them stay, but for those
of "unclear": what cannot be told must not be the brightest of all."""
DRAWING = json.dumps({"config": CONFIG, "dark": DARK})
# A name with a digit must be quoted, or the browser drops the whole list without a word.
FONT = '"Source Sans 3", "Segoe UI", "Noto Sans", Helvetica, Arial, sans-serif'
WIDE, NARROW = 820, 328
DECIMALS = 2
NO_LETTER = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef"
    + "".join(chr(plane << 16 | last) for plane in range(17) for last in (0xFFFE, 0xFFFF))
    + "]"
)
"""Control characters, halves of letters, and code points that never are a character."""
SMALLEST = 13
"""Type that a name is set in where there is no room for its own size."""


@dataclass(frozen=True)
class Look:
    """How a state is drawn: the ink of a mark, its symbol, the fill of a cell and its text."""

    ink: str
    symbol: str
    fill: str
    on_fill: str


# Fills and the texts on them differ from the inks by a digit: a dark page swaps inks by their code.
LOOKS: dict[State, Look] = {
    "strong": Look(TEAL, "circle", "#1F7986", "#FFFFFE"),
    "sound": Look(TEAL, "diamond", "#9ACDD1", "#14212C"),
    "unclear": Look(GREY, "circle-open", "#E4E9EC", "#14212D"),
    "weak": Look(RUST, "triangle-down", "#B4520E", "#FFFFFE"),
}


@dataclass(frozen=True)
class AdviceLook:
    """How an advice is drawn: two letters that stand in its cell, fill, letters' ink, edge."""

    mark: str
    fill: str
    on_fill: str
    edge: str
    weight: int = 500


ADVICE: dict[Advice, AdviceLook] = {
    "start_here": AdviceLook(mark("St"), "#1F7986", "#FFFFFE", "#1F7986", 700),
    "try_small": AdviceLook(mark("Tr"), "#9ACDD1", "#14212C", "#9ACDD1"),
    "capacity_first": AdviceLook(mark("Ca"), "#F1BE8B", "#14212C", "#F1BE8B"),
    "environment_first": AdviceLook(mark("En"), "#B4520E", "#FFFFFE", "#B4520E"),
    "clarify_first": AdviceLook(mark("Cl"), "#E4E9EC", "#14212D", "#E4E9EC"),
    "already_done": AdviceLook(mark("Al"), PAPER, INK, EDGE),
}
"""Each advice by what there is to do, most promising first; the letters begin its words."""


def axis(**more: Any) -> dict[str, Any]:
    """Return an axis without lines, ticks or zooming."""
    plain = {
        "showgrid": False,
        "zeroline": False,
        "showline": False,
        "ticks": "",
        "automargin": False,
    }
    return {**plain, "fixedrange": True, "tickfont": {"size": 14, "color": INK_2}, **more}


@dataclass
class Sheet:
    """A figure while it is drawn: its parts are collected and handed to Plotly once."""

    width: int
    height: int
    margins: dict[str, int]
    xaxis: dict[str, Any] = field(default_factory=dict)
    yaxis: dict[str, Any] = field(default_factory=dict)
    traces: list[dict[str, Any]] = field(default_factory=list)
    shapes: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> str:
        """Return the finished figure with all that drawing it takes; heading and note stand apart.

        It carries its own configuration, so that no page can draw it without, and the inks of a
        dark page. Width and height are those of the figure alone; a page may make it narrower.
        """
        layout = {
            "template": None,
            "width": self.width,
            "height": self.height,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0, **self.margins},
            "font": {"family": FONT, "size": 15, "color": INK},
            "paper_bgcolor": PAPER,
            "plot_bgcolor": PAPER,
            "showlegend": False,
            "hovermode": False,
            "barmode": "overlay",
            "bargap": 0,
            "separators": ". ",
            "xaxis": self.xaxis,
            "yaxis": self.yaxis,
            "shapes": self.shapes,
            "annotations": self.annotations,
        }
        traces, layout = rounded(self.traces), rounded(layout)
        # Checking every property takes ten times as long as all the rest; a test does it instead.
        figure = str(pio.to_json({"data": traces, "layout": layout}, validate=False))
        return f"{figure[:-1]},{DRAWING[1:]}"


def rounded(part: Any) -> Any:
    """Return a part of a figure with two decimals: finer places nobody sees, but anybody reads."""
    if isinstance(part, float):
        return round(part, DECIMALS)
    if isinstance(part, dict):
        return {name: rounded(value) for name, value in part.items()}
    return [rounded(value) for value in part] if isinstance(part, list | tuple) else part


def write(
    sheet: Sheet,
    at: tuple[float, float],
    words: str,
    *,
    size: float = 14,
    color: str = INK_2,
    weight: int = 400,
    side: str = "left",
    margin: bool = False,
    shift: tuple[float, float] = (0, 0),
    **more: Any,
) -> None:
    """Write words at a place of the plot; with `margin` x runs from 0 to 1 over the plot's width.

    `side` is the side of the words that stands at the place.
    """
    sheet.annotations.append(
        {
            "x": at[0],
            "y": at[1],
            "xref": "paper" if margin else "x",
            "yref": "y",
            "text": escaped(words),
            "showarrow": False,
            "xanchor": side,
            "align": side,
            "xshift": shift[0],
            "yshift": shift[1],
            "font": {"size": size, "color": color, "weight": weight},
            **more,
        }
    )


@dataclass(frozen=True)
class Said:
    """Words beside a row, with their look."""

    words: str
    size: float = 16
    color: str = INK
    weight: int = 500


def beside(
    sheet: Sheet, y: float, name: Said, value: Said, narrow: bool, end: float | None = None
) -> None:
    """Write the name of a row at its left and its value at its right; on a phone both above it.

    The value begins close to the plot, or ends `end` pixels right of it.
    """
    plot = sheet.width - sheet.margins["l"] - sheet.margins["r"]
    if narrow:
        value = replace(value, size=value.size - 1)
        short = on_one_line(name, plot - width(value.words, value.size) - 12)
        for x, said, side in ((0, short, "left"), (1, value, "right")):
            _beside(sheet, (x, y), said, said.size, side, (0, 19), bgcolor=PAPER)
        return
    said = _broken(name, sheet.margins["l"] - 22)
    _beside(sheet, (0, y), said, said.size, "right", (-18, 0))
    side, shift = ("left", 16.0) if end is None else ("right", end)
    _beside(sheet, (1, y), value, value.size, side, (shift, 0))


def on_one_line(name: Said, room: float) -> Said:
    """Return a name as it fits into so many pixels: in smaller type, then cut, if need be."""
    size = next((s for s in (name.size - 1, SMALLEST) if width(name.words, s) <= room), SMALLEST)
    return replace(name, words=shortened(name.words, letters(room, size)), size=size)


def _broken(name: Said, room: float) -> Said:
    """Return a name as it fits into so many pixels: on two lines in smaller type if need be."""
    if width(name.words, name.size) <= room:
        return name
    size = min(name.size, SMALLEST)
    return replace(name, words="\n".join(lines(name.words, letters(room, size))), size=size)


def _beside(
    sheet: Sheet,
    at: tuple[float, float],
    said: Said,
    size: float,
    side: str,
    shift: tuple[float, float],
    **more: Any,
) -> None:
    look: dict[str, Any] = {"color": said.color, "weight": said.weight}
    write(sheet, at, said.words, size=size, side=side, margin=True, shift=shift, **look, **more)


def escaped(words: str) -> str:
    """Return words that Plotly takes for text and not for tags; line breaks stay.

    What no SVG may hold is left out: one such name would cost a report all its pictures.
    """
    plain = NO_LETTER.sub("", words).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return plain.replace("\n", "<br>")


def line(
    sheet: Sheet,
    start: tuple[float, float],
    end: tuple[float, float],
    color: str = RULE,
    width: float = 1,
    dash: str = "solid",
    opacity: float = 1,
) -> None:
    """Draw a line behind the marks."""
    sheet.shapes.append(
        {
            "type": "line",
            "x0": start[0],
            "y0": start[1],
            "x1": end[0],
            "y1": end[1],
            "line": {"color": color, "width": width, "dash": dash},
            "opacity": opacity,
            "layer": "below",
        }
    )


def marks(
    sheet: Sheet,
    x: list[float],
    y: list[float],
    symbol: str,
    color: str,
    size: float = 14,
    row: int | None = None,
) -> None:
    """Draw marks of one kind; open symbols are filled with the ground.

    `row` is the row of the chart's table that tells what the marks are, counted from 0.
    """
    hollow = symbol.endswith("-open")
    marker = {
        "symbol": symbol.removesuffix("-open"),
        "size": size,
        "opacity": 1,
        "color": PAPER if hollow else color,
        "line": {"color": color, "width": 3 if hollow else 0},
    }
    points = {"type": "scatter", "mode": "markers", "cliponaxis": False}
    told = {} if row is None else {"customdata": [[row] for _ in x]}
    sheet.traces.append({**points, "x": x, "y": y, "marker": marker, **told})


def key_from(*parts: str) -> str:
    """Return an id for a chart from words: letters, digits and hyphens, beginning with a letter."""
    plain = "-".join(parts).lower()
    plain = plain.replace(".", "_")
    return "chart-" + "".join(
        c if c.isascii() and (c.isalnum() or c == "_") else "-" for c in plain
    )
