"""Teams by dimensions, coloured by what can be said of each cell and by nothing else."""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from survey.charts.chart import Chart, Table
from survey.charts.heatmap_layout import HEAD_SIZES, Layout
from survey.charts.names import lines, shortened
from survey.charts.scale import limits
from survey.charts.style import (
    HATCH,
    INK,
    INK_2,
    LOOKS,
    NARROW,
    PAPER,
    WIDE,
    Sheet,
    axis,
    key_from,
    marks,
    write,
)
from survey.disclosure.values import Withheld
from survey.language import _
from survey.questionnaire.definition import Scale
from survey.report import words
from survey.report.map_columns import outside, result_of
from survey.report.model import Estimate, GroupReport, Report, ScaleResult, State

CELL = 0.96
"""Width of a cell, as a share of its place."""
LONGEST_ABOVE, LONGEST_HEAD = 34, 30
"""Characters of a name above its cells; above a column."""
BROAD = 16
"""So many letters of a name on one line beside the cells are set larger."""
BEFORE = 2
"""Columns of the table before those of the scales."""
FEW = 3
"""So many scales are named in a heading."""


def heatmap_chart(report: Report, narrow: bool) -> Chart:
    """Return the map of all groups in the order of the tree; left-out units at the end, hatched."""
    scales = (*report.questionnaire.dimensions, *outside(report))
    return Chart(
        key=key_from("map", "narrow" if narrow else "wide"),
        title=finding(report),
        subtitle=_subtitle(report),
        note=_note(report, scales),
        alt=_alt(report),
        figure_json=_figure(report, scales, narrow).to_json(),
        table=_table(report, scales),
    )


def _subtitle(report: Report) -> str:
    lo, hi = limits(report)
    return _(
        "Average from {lo} to {hi}, {hi} is healthiest; coloured by what can be said of it",
        lo=lo,
        hi=hi,
    )


def finding(report: Report) -> str:
    """Return where the map is weak, from the states that colour it."""
    floor = words.number(report.questionnaire.readiness.floor)
    weak = Counter(name for group in report.groups for name in _weak(group, report))
    if not weak:
        return _("Nothing is very likely below {floor} in any group", floor=floor)
    if len(weak) > FEW:
        return _many(report, weak, floor)
    told = [
        _("{name} in {groups}", name=name, groups=groups)
        + (_(" of {groups} groups", groups=len(report.groups)) if not at else "")
        for at, (name, groups) in enumerate(weak.most_common())
    ]
    return _("Very likely below {floor}: {told}", floor=floor, told=words.join(told))


def _weak(group: GroupReport, report: Report) -> list[str]:
    """Return what is coloured as weak in the row of a group, also outside the index."""
    scales = (*report.questionnaire.dimensions, *outside(report))
    return [
        words.text(result.name)
        for result in _results(group, scales)
        if isinstance(result.figure, Estimate) and result.figure.state == "weak"
    ]


def _many(report: Report, weak: Counter[str], floor: str) -> str:
    """Return the finding where too many scales are weak to name them all."""
    groups = sum(bool(_weak(group, report)) for group in report.groups)
    most = max(weak.values())
    often = [name for name, times in weak.items() if times == most]
    named = _(", most often {often}", often=words.join(often)) if len(often) <= FEW else ""
    return _(
        "Very likely below {floor}: at least one measure in {groups} of {groups2} groups{named}",
        floor=floor,
        groups=groups,
        groups2=len(report.groups),
        named=named,
    )


def _note(report: Report, scales: Sequence[Scale]) -> str:
    figures = [r.figure for group in report.groups for r in _results(group, scales)]
    cut = any(isinstance(figure, Estimate) and figure.released.edge for figure in figures)
    edges = _(" ≥ and ≤: the average is cut off there.") if cut else ""
    units = _(", of whole rows also together with other small units") if report.left_out else ""
    hatched = bool(units) or any(isinstance(figure, Withheld) for figure in figures)
    hidden = _(" Hatched: too few answers{units}.", units=units) if hatched else ""
    pooled = (
        _(
            " Units with too few answers to be shown alone are taken together where "
            "that makes a group."
        )
        if any(group.kind == "pooled" for group in report.groups)
        else ""
    )
    names = [words.quoted(words.text(s.name)) for s in scales if s.role != "dimension"]
    apart = _(" Set apart, outside the index: {names}.", names=words.join(names)) if names else ""
    return _(
        "{answered} of {asked} people stand behind the map. Groups stand in the "
        "order of the organisation, not by rank.{apart}{pooled}{hidden} Averages "
        "are rounded.{edges}",
        answered=report.answered,
        asked=report.asked,
        apart=apart,
        pooled=pooled,
        hidden=hidden,
        edges=edges,
    )


def _alt(report: Report) -> str:
    weak = [
        f"{group.name}: {words.join(words.weak_names(group))}"
        for group in report.groups
        if words.weak_names(group)
    ]
    told = "; ".join(weak) if weak else _("nowhere")
    return _("{finding}. By group: {told}.", finding=finding(report), told=told)


def _table(report: Report, scales: Sequence[Scale]) -> Table:
    head = (_("Group"), _("Answers"), *(words.text(scale.name) for scale in scales))
    rows = [
        (group.name, words.answered_text(group), *_printed(group, scales, report))
        for group in report.groups
    ]
    hidden = words.withheld_text(Withheld("too_few"), report.policy)
    rows += [
        (name, _("fewer than {scores}", scores=report.policy.scores), *[hidden] * len(scales))
        for name in report.left_out
    ]
    return Table(head, tuple(rows))


def _results(group: GroupReport, scales: Sequence[Scale]) -> list[ScaleResult]:
    return [result_of(group, scale) for scale in scales]


def _printed(group: GroupReport, scales: Sequence[Scale], report: Report) -> Iterator[str]:
    for result in _results(group, scales):
        figure = result.figure
        if isinstance(figure, Withheld):
            yield words.withheld_scale(result, report)
        else:
            text = words.figure_text(figure, report.policy)
            yield f"{text}, {words.state_word(figure.state)}"


def _figure(report: Report, scales: Sequence[Scale], narrow: bool) -> Sheet:
    many = len(report.groups) + len(report.left_out)
    heads = tuple(shortened(words.text(scale.name), LONGEST_HEAD) for scale in scales)
    layout = Layout(narrow, heads, len(report.questionnaire.dimensions))
    margins = layout.margins
    height = margins["t"] + margins["b"] + many * layout.unit
    sheet = Sheet(NARROW if narrow else WIDE, height, margins)
    sheet.xaxis = axis(range=[-0.5, layout.columns - 0.5], showticklabels=False)
    sheet.yaxis = axis(range=[-many + 0.5, 0.5], showticklabels=False)
    _columns(sheet, layout)
    results = [_results(group, scales) for group in report.groups]
    for state in LOOKS:
        _cells(sheet, results, layout, state)
    _withheld(sheet, results, len(report.left_out), layout)
    for row, group in enumerate(report.groups):
        _name(sheet, row, group.name, _("{n} of {asked}", n=group.n, asked=group.asked), layout)
    for row, name in enumerate(report.left_out, start=len(report.groups)):
        _name(sheet, row, name, f"< {report.policy.scores}", layout)
    return sheet


def _columns(sheet: Sheet, layout: Layout) -> None:
    for at, (name, broken) in enumerate(zip(layout.heads, layout.broken, strict=True)):
        look: dict[str, Any] = {"textangle": -90} if layout.upright else {}
        said = name if layout.upright else broken
        size = HEAD_SIZES[0] if layout.upright else layout.head_size
        place: dict[str, Any] = {"side": "center", "yanchor": "bottom", "shift": (0, 3)}
        write(sheet, (layout.x(at), 0.5), said, size=size, color=INK, **place, **look)


def _cells(
    sheet: Sheet, results: Sequence[Sequence[ScaleResult]], layout: Layout, state: State
) -> None:
    """Draw all cells of one state as one trace, so that 500 teams are five traces."""
    found = [
        (column, row, result.figure)
        for row, found_in in enumerate(results)
        for column, result in enumerate(found_in)
        if isinstance(result.figure, Estimate) and result.figure.state == state
    ]
    if not found:
        return
    look = LOOKS[state]
    texts = {
        "text": [_short(estimate) for _, _, estimate in found],
        "textposition": "inside",
        "insidetextanchor": "middle",
        "textangle": 0,
        "constraintext": "none",
        "textfont": {"color": look.on_fill, "size": layout.type_size},
    }
    places = [(layout.x(column) - CELL / 2, CELL, _y(row, layout)) for column, row, _ in found]
    cells = [[row, BEFORE + column] for column, row, _ in found]
    _bars(sheet, places, layout, {"color": look.fill}, **texts, customdata=cells)
    if not look.symbol.endswith("-open"):  # what cannot be told has no mark
        x = [layout.x(column) - layout.mark for column, _, _ in found]
        shift = 0.0 if not layout.narrow else layout.height * 0.3
        y = [_y(row, layout) + shift for _, row, _ in found]
        marks(sheet, x, y, look.symbol, look.on_fill, 6 if layout.narrow else 9)


def _bars(
    sheet: Sheet,
    places: Sequence[tuple[float, float, float]],
    layout: Layout,
    marker: dict[str, object],
    **more: object,
) -> None:
    """Draw cells that begin at x, are so wide, and stand at y."""
    sheet.traces.append(
        {
            "type": "bar",
            "orientation": "h",
            "base": [x for x, _, _ in places],
            "x": [wide for _, wide, _ in places],
            "y": [y for _, _, y in places],
            "width": layout.height,
            "marker": marker,
            **more,
        }
    )


def _short(estimate: Estimate) -> str:
    sign = {"": "", "high": "≥ ", "low": "≤ "}[estimate.released.edge]
    return sign + words.number(estimate.released.value)


def _y(row: int, layout: Layout) -> float:
    """Return the height of a row's cells; a narrow map leaves room for the name above them."""
    return -row - (0.2 if layout.narrow else 0)


def _withheld(
    sheet: Sheet, results: Sequence[Sequence[ScaleResult]], left_out: int, layout: Layout
) -> None:
    """Hatch what is not shown: single cells, and whole rows of units that are left out."""
    cells = [
        (layout.x(column) - CELL / 2, CELL, row)
        for row, found_in in enumerate(results)
        for column, result in enumerate(found_in)
        if isinstance(result.figure, Withheld)
    ]
    cells += [
        (layout.x(start) - CELL / 2, end - start - 1 + CELL, len(results) + at)
        for at in range(left_out)
        for start, end in layout.blocks
    ]
    if not cells:
        return
    pattern = {"shape": "/", "fgcolor": HATCH, "bgcolor": PAPER, "size": 7, "solidity": 0.18}
    edge = {"color": HATCH, "width": 1}
    places = [(start, wide, _y(row, layout)) for start, wide, row in cells]
    _bars(sheet, places, layout, {"color": PAPER, "pattern": pattern, "line": edge})
    for start, wide, row in cells:
        whole = wide > CELL
        if whole and start > 0:
            continue  # it is said once, in the columns of the dimensions
        said = _("not shown: too few answers") if whole else layout.hidden
        place = (start + wide / 2, _y(row, layout))
        size = 14 if whole else min(12, layout.type_size)
        write(sheet, place, said, size=size, side="center", bgcolor=PAPER)


def _name(sheet: Sheet, row: int, name: str, answers: str, layout: Layout) -> None:
    if layout.narrow:
        top: dict[str, Any] = {"margin": True, "yanchor": "top"}
        short = shortened(name, LONGEST_ABOVE)
        write(sheet, (0, 0.5 - row), short, color=INK, weight=500, shift=(2, -4), **top)
        write(sheet, (1, 0.5 - row), answers, size=13, side="right", shift=(-2, -4), **top)
        return
    left: dict[str, Any] = {"margin": True, "side": "right"}
    parts = lines(name, layout.longest_name)
    size = 15 if len(parts) == 1 and (len(name) <= BROAD or not layout.apart) else 13
    said = "\n".join(parts)
    write(sheet, (0, -row), said, size=size, color=INK, weight=500, shift=(-70, 0), **left)
    write(sheet, (0, -row), answers, size=13, color=INK_2, shift=(-12, 0), **left)


def key_words() -> tuple[tuple[str, str, str], ...]:
    """Return fill, state and words of each state, for a key on the page."""
    return tuple((look.fill, state, words.state_word(state)) for state, look in LOOKS.items())
