"""The dimensions of one group: where each stands, how sure that is, and the organisation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from survey.charts.chart import Chart, Table
from survey.charts.scale import limits, one_person, place, place_of_end, rounding, ticks
from survey.charts.style import (
    EDGE,
    INK,
    INK_2,
    LOOKS,
    NARROW,
    RULE,
    WIDE,
    Said,
    Sheet,
    axis,
    beside,
    key_from,
    line,
    marks,
    write,
)
from survey.disclosure.values import Withheld
from survey.language import _, ngettext
from survey.report import facet_words, rules_words, words
from survey.report.model import Estimate, GroupReport, Report, ScaleResult

ROW, SMALL = 1.0, 0.82
"""Heights of a dimension's row and of a facet's."""


@dataclass(frozen=True)
class _Row:
    """One line of the chart, at height y."""

    result: ScaleResult
    whole: ScaleResult | None
    """The dimension that a facet is a part of; None for a dimension itself."""
    y: float
    mark: float | None
    """Where the organisation stands."""
    word: str = ""
    """What stands instead of a number, where a facet is told in words alone."""

    @property
    def facet(self) -> bool:
        """Whether this is a part of a dimension."""
        return self.whole is not None


def dimension_chart(group: GroupReport, report: Report, narrow: bool) -> Chart:
    """Return the dimensions of a group, highest first; ties in questionnaire order."""
    rows = _rows(group, report)
    return Chart(
        key=key_from("dimensions", group.key, "narrow" if narrow else "wide"),
        title=finding(group, report),
        subtitle=_subtitle(report),
        note=_note(group, report),
        alt=_alt(group, report, rows),
        figure_json=_figure(rows, report, narrow).to_json(),
        table=_table(rows, report),
    )


def _subtitle(report: Report) -> str:
    best = limits(report)[1]
    return _(
        "Average of the answers, turned so that {best} is healthiest, with its 95 % interval",
        best=best,
    )


def finding(group: GroupReport, report: Report) -> str:
    """Return what stands out, from the states that colour the marks."""
    rules = report.questionnaire.readiness
    weak, strong = _named(group, "weak"), _named(group, "strong")
    low = _("very likely below {floor}", floor=words.number(rules.floor))
    high = _("likely at {target} or above", target=words.number(rules.target))
    if weak and strong:
        return f"{_are(weak)} {low}, {_are(strong)} {high}"
    if weak or strong:
        return f"{_are(weak)} {low}" if weak else f"{_are(strong)} {high}"
    return _("No dimension is clearly high or clearly low")


def _named(group: GroupReport, state: str) -> list[str]:
    found = [
        words.text(d.name)
        for d in group.dimensions
        if isinstance(d.figure, Estimate) and d.figure.state == state
    ]
    return [_("Every dimension")] if len(found) == len(group.dimensions) > 2 else found


def _are(names: Sequence[str]) -> str:
    if len(names) > 3:
        return _("{names} dimensions are", names=len(names))
    return ngettext("{names} is", "{names} are", len(names), names=words.join(names))


def _rows(group: GroupReport, report: Report) -> list[_Row]:
    organisation = _organisation(group, report)
    rows: list[_Row] = []
    y = 0.0
    for result in sorted(group.dimensions, key=_height, reverse=True):
        y -= ROW
        rows.append(_Row(result, None, y, organisation.get(result.id)))
        for facet in result.facets:
            y -= SMALL
            rows.append(_facet_row(facet, result, y, organisation, report))
    return rows


def _facet_row(
    facet: ScaleResult,
    whole: ScaleResult,
    y: float,
    organisation: Mapping[str, float],
    report: Report,
) -> _Row:
    if facet_words.in_words(facet, report.policy):
        return _Row(facet, whole, y, None, facet_words.facet_word(facet, whole, report))
    return _Row(facet, whole, y, organisation.get(facet.id))


def _height(result: ScaleResult) -> float:
    return result.figure.released.value if isinstance(result.figure, Estimate) else float("-inf")


def _organisation(group: GroupReport, report: Report) -> dict[str, float]:
    """Return where the organisation stands; nothing where the group is all there is.

    Of facets only where each group has averages of them: others are told in words.
    """
    whole = report.organisation
    if whole is None or group.kind == "node" or whole.n == group.n:
        return {}
    facets = all(one.n >= report.policy.single for one in report.groups)
    results = [r for d in whole.dimensions for r in (d, *(d.facets if facets else ()))]
    shown = [(r.id, r.figure) for r in results if isinstance(r.figure, Estimate)]
    return {scale: place(figure.released.value) for scale, figure in shown}


def _note(group: GroupReport, report: Report) -> str:
    rules, (lo, hi) = report.questionnaire.readiness, limits(report)
    mark = (
        _("The upright mark is all groups shown, this one included. ")
        if _organisation(group, report)
        else ""
    )
    facets = [facet for d in group.dimensions for facet in d.facets]
    told = [facet for facet in facets if facet_words.in_words(facet, report.policy)]
    drawn = [*group.dimensions, *(facet for facet in facets if facet not in told)]
    cut = any(isinstance(r.figure, Estimate) and r.figure.released.edge for r in drawn)
    parts = (
        _("Of the parts of a dimension only their difference is told, in words. ") if told else ""
    )
    arrow = _("An arrow: the average is cut off there, so that it tells nobody’s answer. ")
    return _(
        "{answered_text} are counted{one_person}. {mark}Dashed lines: the floor, "
        "{floor}, and the target, {target}. Coloured only where there is little "
        "doubt; a hollow mark cannot be told. {likely_sentence} "
        "{what}{rounding}{parts}The axis shows the whole scale, {lo} to {hi}.",
        answered_text=words.answered_text(group),
        one_person=one_person(group, report),
        mark=mark,
        floor=words.number(rules.floor),
        target=words.number(rules.target),
        likely_sentence=rules_words.likely_sentence(report.questionnaire),
        what=arrow if cut else "",
        rounding=rounding(group),
        parts=parts,
        lo=lo,
        hi=hi,
    )


def _alt(group: GroupReport, report: Report, rows: Sequence[_Row]) -> str:
    told = "; ".join(_told(row.result, report) for row in rows if not row.facet)
    return f"{group.name}: {finding(group, report)}. {told}."


def _told(result: ScaleResult, report: Report) -> str:
    name = words.text(result.name)
    if isinstance(result.figure, Withheld):
        return f"{name} {words.withheld_scale(result, report)}"
    figure = words.figure_text(result.figure, report.policy)
    return f"{name} {figure} ({words.interval_text(result.figure)})"


def _table(rows: Sequence[_Row], report: Report) -> Table:
    return Table(
        (_("Dimension"), _("Average"), _("95 % interval"), _("What can be said")),
        tuple(_cells(row, report) for row in rows),
    )


def _cells(row: _Row, report: Report) -> tuple[str, ...]:
    name = ("– " if row.facet else "") + words.text(row.result.name)
    figure = row.result.figure
    if isinstance(figure, Withheld):
        return name, words.withheld_scale(row.result, report), "", ""
    if row.word and row.whole:
        return (
            name,
            _("told in words"),
            "",
            facet_words.facet_sentence(row.result, row.whole, report),
        )
    said = words.state_sentence(figure, report.questionnaire)
    return name, words.figure_text(figure, report.policy), words.interval_text(figure), said


def _figure(rows: Sequence[_Row], report: Report, narrow: bool) -> Sheet:
    bottom = min(row.y for row in rows) - 0.55 if rows else -1.0
    unit = 52 if narrow else 38
    margins = {"l": 8, "r": 8} if narrow else {"l": 192, "r": 170}
    height = round((-bottom - 0.3) * unit) + 56
    sheet = Sheet(NARROW if narrow else WIDE, height, {**margins, "t": 26, "b": 30})
    lo, hi = limits(report)
    sheet.xaxis = axis(range=[lo, hi], tickvals=ticks(lo, hi))
    sheet.yaxis = axis(range=[bottom, -0.3], showticklabels=False)
    _guides(sheet, report, (bottom, -0.3), (lo, hi))
    for at, row in enumerate(rows):
        _draw(sheet, row, at, report, narrow)
    return sheet


def _guides(sheet: Sheet, report: Report, span: tuple[float, float], ends: tuple[int, int]) -> None:
    rules = report.questionnaire.readiness
    for tick in ticks(*ends):
        line(sheet, (tick, span[0]), (tick, span[1]))
    cuts = (rules.floor, _("floor"), "right"), (rules.target, _("target"), "left")
    for cut, name, side in cuts:
        if not ends[0] <= cut <= ends[1]:
            continue
        line(sheet, (cut, span[0]), (cut, span[1]), EDGE, 1.2, dash="4px,3px")
        write(sheet, (cut, span[1]), name, size=13, side=side, yanchor="bottom", shift=(0, 2))


def _draw(sheet: Sheet, row: _Row, at: int, report: Report, narrow: bool) -> None:
    lo, hi = limits(report)
    line(sheet, (lo, row.y), (hi, row.y), RULE)
    _label(sheet, row, report, narrow)
    if row.mark is not None:
        stroke = {"symbol": "line-ns", "size": 20, "line": {"color": EDGE, "width": 3}}
        point = {"type": "scatter", "mode": "markers", "x": [row.mark], "y": [row.y]}
        sheet.traces.append({**point, "marker": stroke})
    if isinstance(row.result.figure, Estimate) and not row.word:
        _interval(sheet, row, at, row.result.figure)


def _interval(sheet: Sheet, row: _Row, at: int, estimate: Estimate) -> None:
    look, size = LOOKS[estimate.state], 11 if row.facet else 14
    ends = (place_of_end(estimate.low), row.y), (place_of_end(estimate.high), row.y)
    line(sheet, *ends, look.ink, 7 if row.facet else 10, opacity=0.26)
    for end, symbol in _open_ends(estimate):
        marks(sheet, [end], [row.y], symbol, look.ink, 9)
    marks(sheet, [place(estimate.released.value)], [row.y], look.symbol, look.ink, size, at)


def _open_ends(estimate: Estimate) -> Iterator[tuple[float, str]]:
    """Yield where the interval runs on because the mean is clipped, with the arrow that says so."""
    if estimate.released.edge == "low":
        yield place_of_end(estimate.low), "triangle-left"
    if estimate.released.edge == "high":
        yield place_of_end(estimate.high), "triangle-right"


def _label(sheet: Sheet, row: _Row, report: Report, narrow: bool) -> None:
    estimate = row.result.figure
    size, color, weight, bold = (14, INK_2, 400, 400) if row.facet else (16, INK, 500, 600)
    name = Said(words.text(row.result.name), size, color, weight)
    if isinstance(estimate, Withheld) or row.word:
        said = row.word or words.withheld_scale(row.result, report)
        beside(sheet, row.y, name, Said(said, 14, INK_2, 400), narrow)
        return
    shown = words.figure_text(estimate, report.policy)
    beside(sheet, row.y, name, Said(shown, size, LOOKS[estimate.state].ink, bold), narrow)
    if not narrow:
        interval, far_right = words.interval_text(estimate), (168, 0)
        write(sheet, (1, row.y), interval, size=13, margin=True, side="right", shift=far_right)
