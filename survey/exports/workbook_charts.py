"""Charts of a workbook: the dimensions of each group with their intervals, natively drawn.

Each chart stands beside the numbers it is drawn from, one column a state, so that marks differ in
form as well as in colour. A dimension that is withheld has no mark, and words among the numbers.
"""

from collections.abc import Sequence
from typing import Any

from xlsxwriter.utility import xl_range_abs
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from survey.charts.dimensions import finding
from survey.charts.style import EDGE, LOOKS, RULE
from survey.disclosure.values import Withheld
from survey.exports.cells import Cell, cleaned, end, mean
from survey.exports.tables_groups import MARKS, SIGNS
from survey.exports.workbook_looks import Looks
from survey.language import _, mark
from survey.report import words
from survey.report.model import Estimate, GroupReport, Report, ScaleResult, State

SHEET = mark("Charts")
ABOUT = mark(
    "One chart a group, beside the numbers it is drawn from: each average "
    "stands in the column of what can be said of it, and “From” and “To” are "
    "its 95 % interval."
)
HEADS = (
    mark("Dimension"),
    *(words.state_word(state) for state in MARKS),
    mark("Floor"),
    mark("Target"),
    mark("From"),
    mark("To"),
    mark("Average less “From”"),
    mark("“To” less average"),
)
MARKERS: dict[State, str] = {
    "strong": "circle",
    "sound": "diamond",
    "unclear": "square",
    "weak": "x",
}
TOP, LEAST_ROWS = 2, 19
FLOOR, TARGET, FROM, TO, MINUS, PLUS = 5, 6, 7, 8, 9, 10
SIZE = {"width": 860, "height": 360}


def add_charts(book: Workbook, looks: Looks, report: Report) -> None:
    """Add the sheet of charts; none where no group is shown."""
    if not report.groups:
        return
    sheet = book.add_worksheet(_(SHEET))
    sheet.hide_gridlines(2)
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, PLUS, 10)
    sheet.write_string(0, 0, _(ABOUT), looks.of(color=looks.second))
    rows = max(LEAST_ROWS, len(report.questionnaire.dimensions) + 4)
    for at, group in enumerate(report.groups):
        top = TOP + at * rows
        _numbers(sheet, looks, group, report, top)
        _chart(book, sheet, group, report, top)
    sheet.set_h_pagebreaks(range(TOP + 3 * rows, TOP + len(report.groups) * rows, 3 * rows))


def _numbers(sheet: Worksheet, looks: Looks, group: GroupReport, report: Report, top: int) -> None:
    """Write what the chart is drawn from."""
    rules = report.questionnaire.readiness
    sheet.write_string(top, 0, cleaned(group.name), looks.of(bold=True, size=14))
    sheet.write_string(top, 3, words.answered_text(group), looks.of(color=looks.second))
    for column, head in enumerate(HEADS):
        sheet.write_string(top + 1, column, _(head), looks.heading())
    sheet.set_row(top, 21)
    sheet.set_row(top + 1, 45)
    for row, result in enumerate(group.dimensions, start=top + 2):
        sheet.write_string(row, 0, cleaned(words.text(result.name)), looks.of(wrap=True))
        _number(sheet, looks, (row, FLOOR), mean(rules.floor))
        _number(sheet, looks, (row, TARGET), mean(rules.target))
        if isinstance(result.figure, Withheld):
            why = words.withheld_scale(result, report)
            form = looks.cell(Cell(why, look="withheld"))
            sheet.merge_range(row, FROM, row, PLUS, why, form)
            continue
        column = 1 + list(MARKS).index(result.figure.state)
        _number(sheet, looks, (row, column), mean(result.figure.released.value))
        low, middle, high = result.figure.low, result.figure.released.value, result.figure.high
        _number(sheet, looks, (row, FROM), end(low))
        _number(sheet, looks, (row, TO), end(high))
        _number(sheet, looks, (row, MINUS), mean(_apart(middle, low)))
        _number(sheet, looks, (row, PLUS), mean(_apart(high, middle)))


def _number(sheet: Worksheet, looks: Looks, at: tuple[int, int], cell: Cell) -> None:
    assert isinstance(cell.value, float)  # noqa: S101 -- a mean is one
    sheet.write_number(*at, cell.value, looks.cell(cell))


def _chart(book: Workbook, sheet: Worksheet, group: GroupReport, report: Report, top: int) -> None:
    chart = book.add_chart({"type": "line"})
    assert chart is not None  # noqa: S101 -- there are charts of lines
    first, last = top + 2, top + 1 + len(group.dimensions)
    here = sheet.get_name()
    names = [here, first, 0, last, 0]
    for column, (state, figures) in enumerate(_by_state(group).items(), start=1):
        if any(figures):
            place = {"categories": names, "values": [here, first, column, last, column]}
            bars = {
                "plus_values": f"={here}!{xl_range_abs(first, PLUS, last, PLUS)}",
                "minus_values": f"={here}!{xl_range_abs(first, MINUS, last, MINUS)}",
            }
            chart.add_series({"name": _(HEADS[column]), **place, **_marks(state, figures, bars)})
    for column, dash in ((FLOOR, "dash"), (TARGET, "round_dot")):
        place = {"categories": names, "values": [here, first, column, last, column]}
        line = {"color": EDGE, "width": 1.25, "dash_type": dash}
        chart.add_series({"name": _(HEADS[column]), **place, "line": line})
    title = cleaned(f"{group.name}: {finding(group, report)}")
    chart.set_title({"name": title, "overlay": False, "name_font": {"size": 12, "bold": True}})
    _axes(chart, group, report)
    chart.set_size(SIZE)
    options = {"description": _alt(title, group, report), "x_offset": 12}
    sheet.insert_chart(top, PLUS + 1, chart, options)


def _axes(chart: Any, group: GroupReport, report: Report) -> None:
    lo, hi = report.questionnaire.range_over(item.id for item in report.questionnaire.items)
    note = _(
        "{answered_text} are counted. Upright lines: 95 % interval. The axis shows "
        "the whole scale, {lo} to {hi}; {hi} is healthiest.",
        answered_text=words.answered_text(group),
        lo=lo,
        hi=hi,
    )
    plain = {"size": 9, "bold": False}
    chart.set_x_axis({"name": note, "name_font": plain, "num_font": {"size": 10}})
    grid = {"visible": True, "line": {"color": RULE}}
    chart.set_y_axis({"min": lo, "max": hi, "major_gridlines": grid, "num_format": "0"})
    chart.set_legend({"position": "top"})


def _by_state(group: GroupReport) -> dict[State, list[Estimate | None]]:
    """Return for each state the figures of the dimensions that are in it, in their places."""
    return {state: [_in_state(result, state) for result in group.dimensions] for state in MARKS}


def _in_state(result: ScaleResult, state: State) -> Estimate | None:
    figure = result.figure
    return figure if isinstance(figure, Estimate) and figure.state == state else None


def _marks(
    state: State, figures: Sequence[Estimate | None], ends: dict[str, Any]
) -> dict[str, Any]:
    """Return marks of one state without a line between them, with intervals and numbers."""
    ink = LOOKS[state].ink
    mark = {"type": MARKERS[state], "size": 9, "fill": {"color": ink}, "border": {"color": ink}}
    bars = {"type": "custom", **ends, "line": {"color": ink, "width": 2.25}}
    shown = [{"value": _printed(f)} if f else {"delete": True} for f in figures]
    labels = {"value": True, "position": "right", "custom": shown, "font": {"color": ink}}
    line = {"none": True}
    return {"marker": mark, "line": line, "y_error_bars": bars, "data_labels": labels}


def _apart(upper: float, lower: float) -> float:
    """Return how far a printed end lies from a printed mean."""
    return max(round(round(upper, 1) - round(lower, 1), 1), 0.0)


def _printed(figure: Estimate) -> str:
    return f"{SIGNS[figure.released.edge]}{words.number(figure.released.value)}"


def _alt(title: str, group: GroupReport, report: Report) -> str:
    told = "; ".join(
        f"{words.text(result.name)} {words.scale_sentence(result, report)}"
        for result in group.dimensions
    )
    return cleaned(f"{title}. {told}.")
