"""Native charts on slides: bars that can be edited in PowerPoint, with a workbook inside.

Every chart is one of stacked bars. An interval is a stack on an invisible base; its mark is a thin
bar that begins at the average. Error bars would be simpler, but not every program draws them.
Numbers, in the picture as in the workbook inside, are those that are printed and differences of
such. Nothing here knows of reports.
"""

from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import Any

from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import XL_CHART_TYPE, XL_TICK_LABEL_POSITION, XL_TICK_MARK
from pptx.enum.dml import MSO_LINE
from pptx.enum.shapes import MSO_CONNECTOR
from pptx.enum.text import PP_ALIGN
from pptx.oxml import parse_xml
from pptx.oxml.ns import nsdecls, qn
from pptx.util import Inches, Pt
from xlsxwriter import Workbook

from survey.charts.style import EDGE, INK, INK_2, RULE
from survey.exports.slides_deck import CHART, colour, describe, place
from survey.exports.slides_fit import plain, shortened
from survey.language import _

LETTERS = 11
PALE = 0.3
"""How much of its ink an interval has."""
AXIS = 0.4
"""Inches below the bars for the figures of the axis."""
GAP = {"interval": 130, "bar": 60}
"""Room between bars, in percent of their thickness."""
MADE = datetime(1980, 1, 1)  # noqa: DTZ001 -- a workbook tells no zone, and this one no day
Value = float | None
Mark = tuple[str, str, float | str | None]


@dataclass(frozen=True)
class Paint:
    """The fill of a bar and its edge; "" for none."""

    fill: str = ""
    edge: str = ""


@dataclass(frozen=True)
class Series:
    """One layer of the stacks: a value and a paint for each row."""

    name: str
    values: tuple[Value, ...]
    paints: tuple[Paint, ...]


@dataclass(frozen=True)
class Column:
    """Figures that stand in the workbook beside those that are drawn, as they are printed."""

    name: str
    values: tuple[float | str | None, ...]


@dataclass(frozen=True)
class Axis:
    """From where to where it goes, the step of its figures, and how these are written."""

    low: float
    high: float
    step: float
    style: str = "0.0"


@dataclass(frozen=True)
class Bars:
    """A chart: what each row is called, its layers, its axis, and what stands beside them."""

    rows: tuple[str, ...]
    series: tuple[Series, ...]
    axis: Axis
    aside: tuple[Column, ...] = ()
    gap: int = GAP["interval"]
    lines: tuple[tuple[float, str], ...] = ()
    """Where dashed lines stand, and their names."""


@dataclass(frozen=True)
class Plot:
    """Where a chart stands, in inches: its rows are as high as those of the table beside it."""

    left: float = 0.6
    top: float = 2.0
    width: float = 7.4
    names: float = 2.3
    """Room for the names of the rows."""
    head: float = 0.32
    row: float = 0.5
    right: float = 0.25

    def height(self, rows: int) -> float:
        """Return how high the whole chart is."""
        return self.head + rows * self.row + AXIS

    def x(self, value: float, axis: Axis) -> float:
        """Return where a value stands on the slide."""
        inside = self.width - self.names - self.right
        return self.left + self.names + inside * (value - axis.low) / (axis.high - axis.low)


def put_chart(slide: Any, bars: Bars, plot: Plot, alt: str) -> Any:
    """Put a chart where the layout has room for one, with its message for who cannot see it."""
    data = CategoryChartData(number_format="General")
    data.categories = [_row_name(row, plot) for row in bars.rows]
    for series in bars.series:
        data.add_series(plain(series.name), series.values)
    frame = place(slide, CHART).insert_chart(XL_CHART_TYPE.BAR_STACKED, data)
    describe(frame, alt, "Chart")
    frame.left, frame.top = Inches(plot.left), Inches(plot.top)
    frame.width, frame.height = Inches(plot.width), Inches(plot.height(len(bars.rows)))
    chart = frame.chart
    chart.part.chart_workbook.update_from_xlsx_blob(_workbook(bars, plot))
    _style(chart, bars)
    _place_plot(chart, plot, len(bars.rows))
    for drawn, series in zip(chart.plots[0].series, bars.series, strict=True):
        for at, paint in enumerate(series.paints):
            _paint(drawn.points[at].format, paint)
        _keep_colours(drawn)
    for value, name in bars.lines:
        _dashed(slide, plot, bars, value, name)
    return frame


def interval(low: float, mean: float, high: float, width: float) -> tuple[float, ...]:
    """Return the layers of an interval: its base, up to the mean, the mark, and beyond it.

    The mark is `width` wide and begins at the mean; only at the very end it ends there.
    """
    width = min(width, high - low)
    start = min(max(mean, low), high - width)
    return tuple(round(v, 2) for v in (low, start - low, width, high - start - width))


def signed_interval(low: float, value: float, high: float, width: float) -> tuple[float, ...]:
    """Return the layers of an interval that may lie on both sides of zero.

    They are base, up to the value, mark, beyond it, and what lies on the other side of zero.
    """
    side = -1 if value < 0 else 1
    if side < 0:
        low, value, high = -high, -value, -low
    base, parts = max(low, 0.0), interval(max(low, 0.0), value, high, width)
    return tuple(round(side * v, 2) + 0.0 for v in (base, *parts[1:], min(low, 0.0)))


def paler(code: str) -> str:
    """Return a colour as it looks where only a part of it covers the white ground."""
    parts = [int(code[at : at + 2], 16) for at in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - (255 - part) * PALE):02X}" for part in parts)


def _row_name(words: str, plot: Plot) -> str:
    most = max(int(plot.row * 72 / (LETTERS * 1.2)), 1)
    return shortened(plain(words), plot.names - 0.15, LETTERS, min(most, 2))


def _workbook(bars: Bars, plot: Plot) -> bytes:
    """Return the workbook that lies inside the chart: texts are texts, whatever they begin with."""
    made = BytesIO()
    texts = ("strings_to_formulas", "strings_to_urls", "strings_to_numbers")
    book = Workbook(made, {"in_memory": True, **dict.fromkeys(texts, False)})
    book.set_properties({"created": MADE})
    sheet = book.add_worksheet("Sheet1")
    columns = [Column("", tuple(_row_name(row, plot) for row in bars.rows))]
    columns += [Column(series.name, series.values) for series in bars.series]
    for at, column in enumerate([*columns, *bars.aside]):
        for row, value in enumerate((column.name, *column.values)):
            if isinstance(value, str):
                sheet.write_string(row, at, plain(value))
            elif value is not None:
                sheet.write_number(row, at, value)
    book.close()
    return made.getvalue()


def _style(chart: Any, bars: Bars) -> None:
    chart.has_legend = chart.has_title = False
    chart.font.size = Pt(LETTERS)
    chart.font.color.rgb = colour(INK)
    chart.plots[0].gap_width, chart.plots[0].overlap = bars.gap, 100
    names, values = chart.category_axis, chart.value_axis
    names.reverse_order = True
    names.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    names.has_major_gridlines = False
    names.major_tick_mark = values.major_tick_mark = XL_TICK_MARK.NONE
    names.format.line.color.rgb = colour(EDGE)
    values.minimum_scale, values.maximum_scale = bars.axis.low, bars.axis.high
    values.major_unit = bars.axis.step
    values.format.line.fill.background()
    values.major_gridlines.format.line.color.rgb = colour(RULE)
    # The rows are turned round, and with them the side on which the figures stand.
    values.tick_label_position = XL_TICK_LABEL_POSITION.HIGH
    values.tick_labels.number_format = bars.axis.style
    values.tick_labels.number_format_is_linked = False
    values.tick_labels.font.size = Pt(11)
    values.tick_labels.font.color.rgb = colour(INK_2)


def _place_plot(chart: Any, plot: Plot, rows: int) -> None:
    """Fix where the bars stand, so that each is level with its row of the table."""
    high = plot.height(rows)
    inside = {
        "x": plot.names / plot.width,
        "y": plot.head / high,
        "w": (plot.width - plot.names - plot.right) / plot.width,
        "h": rows * plot.row / high,
    }
    told = "".join(f'<c:{one}Mode val="edge"/>' for one in "xy")
    told += "".join(f'<c:{one} val="{value:.5f}"/>' for one, value in inside.items())
    layout = parse_xml(
        f'<c:layout {nsdecls("c")}><c:manualLayout><c:layoutTarget val="inner"/>{told}'
        "</c:manualLayout></c:layout>"
    )
    area = chart._chartSpace.chart.plotArea
    for old in area.findall(qn("c:layout")):
        area.remove(old)
    area.insert(0, layout)


def _paint(format_: Any, paint: Paint) -> None:
    if paint.fill:
        format_.fill.solid()
        format_.fill.fore_color.rgb = colour(paint.fill)
    else:
        format_.fill.background()
    if paint.edge:
        format_.line.color.rgb = colour(paint.edge)
        format_.line.width = Pt(1.75)
    else:
        format_.line.fill.background()


def _keep_colours(series: Any) -> None:
    """Say of each bar that it keeps its colour below zero: PowerPoint would draw it white."""
    for point in series._element.findall(qn("c:dPt")):
        point.insert(1, parse_xml(f'<c:invertIfNegative {nsdecls("c")} val="0"/>'))


def _dashed(slide: Any, plot: Plot, bars: Bars, value: float, name: str) -> None:
    """Draw a line over the chart at a value, with its name above it."""
    x, top = plot.x(value, bars.axis), plot.top + plot.head
    bottom = top + len(bars.rows) * plot.row
    line = slide.shapes.add_connector(
        MSO_CONNECTOR.STRAIGHT, Inches(x), Inches(top), Inches(x), Inches(bottom)
    )
    line.line.color.rgb, line.line.width = RGBColor.from_string(EDGE[1:]), Pt(1)
    line.line.dash_style = MSO_LINE.DASH
    describe(line, _("Line at {name}", name=name), _("Line at {name}", name=name))
    # Of two lines the lower one has its name at its left, so that the names stay apart.
    left = value == min(value for value, _ in bars.lines) and len(bars.lines) > 1
    start = x - 1.25 if left else x + 0.05
    box = slide.shapes.add_textbox(Inches(start), Inches(top - 0.24), Inches(1.2), Inches(0.22))
    frame = box.text_frame
    frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
    frame.text = plain(name)
    frame.paragraphs[0].alignment = PP_ALIGN.RIGHT if left else PP_ALIGN.LEFT
    run = frame.paragraphs[0].runs[0]
    run.font.size, run.font.color.rgb = Pt(10), colour(INK_2)
