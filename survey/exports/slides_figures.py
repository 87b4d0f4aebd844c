"""The charts of a deck: which bars, figures and words stand for a group's released values.

Titles and messages are those of the charts on the pages (`survey.charts`); here stands what differs
where they are drawn as bars.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import ceil

from survey.charts.chart import Chart
from survey.charts.scale import limits, place, place_of_end, ticks
from survey.charts.style import GREY, INK_2, LOOKS, PAPER, RUST, TEAL
from survey.disclosure.values import Released, Withheld
from survey.exports.slides_beside import Beside
from survey.exports.slides_charts import (
    Axis,
    Bars,
    Column,
    Paint,
    Series,
    interval,
    paler,
    signed_interval,
)
from survey.exports.slides_tables import Cell, Grid, Row, heads
from survey.exports.slides_words import change_note, dimension_note
from survey.language import _, mark
from survey.report import facet_words, words
from survey.report.model import (
    Change,
    Estimate,
    GroupReport,
    PickResult,
    PracticeResult,
    Report,
    ScaleResult,
)

SMALL = 11
NOTHING = Paint()
LAYERS = (
    mark("Low end of the interval"),
    mark("Up to the average"),
    mark("Mark of the average"),
    mark("Beyond it"),
)
CHANGED = (
    mark("Up to the interval"),
    mark("Up to the difference"),
    mark("Mark of it"),
    mark("Beyond it"),
    mark("Other side"),
)
BANDS = (
    mark("Up to the lower class"),
    mark("Lower class"),
    mark("Between them"),
    mark("Higher class"),
)
Values = tuple[float, ...]
Paints = tuple[Paint, ...]


def dimensions(group: GroupReport, report: Report, chart: Chart) -> Beside:
    """Return the dimensions of a group with their parts, highest first, as on its page."""
    rows = list(_scales(group))
    lo, hi = limits(report)
    width = round((hi - lo) / 80, 2)
    layers = [_layers(result, whole, report, width) for result, whole in rows]
    rules = report.questionnaire.readiness
    cuts = ((rules.floor, _("floor")), (rules.target, _("target")))
    bars = Bars(
        rows=tuple(("– " if whole else "") + words.text(result.name) for result, whole in rows),
        series=_series(LAYERS, layers),
        axis=Axis(lo, hi, _step(lo, hi), "0"),
        aside=_printed_aside(rows, report),
        lines=tuple((cut, f"{name} {words.number(cut)}") for cut, name in cuts if lo <= cut <= hi),
    )
    results = [result for result, _ in rows]
    note = dimension_note(group, report, results)
    return Beside(bars, _dimension_grid(rows, group, report), chart.alt, note)


def _scales(group: GroupReport) -> Iterator[tuple[ScaleResult, ScaleResult | None]]:
    """Yield dimensions, highest first, each followed by its parts with the dimension itself."""
    for result in sorted(group.dimensions, key=_height, reverse=True):
        yield result, None
        for facet in result.facets:
            yield facet, result


def _height(result: ScaleResult) -> float:
    return result.figure.released.value if isinstance(result.figure, Estimate) else float("-inf")


def _step(lo: int, hi: int) -> float:
    found = ticks(lo, hi)
    return found[1] - found[0] if len(found) > 1 else 1


def _layers(
    result: ScaleResult, whole: ScaleResult | None, report: Report, width: float
) -> tuple[Values | None, Paints]:
    figure = result.figure
    if isinstance(figure, Withheld) or (whole and facet_words.in_words(result, report.policy)):
        return None, (NOTHING,) * len(LAYERS)
    ends = place_of_end(figure.low), place(figure.released.value), place_of_end(figure.high)
    ink = LOOKS[figure.state].ink
    pale = Paint(paler(ink))
    return interval(*ends, width), (NOTHING, pale, Paint(ink), pale)


def _series(
    names: Sequence[str], layers: Sequence[tuple[Values | None, Paints]]
) -> tuple[Series, ...]:
    return tuple(
        Series(
            _(name),
            tuple(values[at] if values else None for values, _ in layers),
            tuple(paints[at] for _, paints in layers),
        )
        for at, name in enumerate(names)
    )


def _printed_aside(
    rows: Sequence[tuple[ScaleResult, ScaleResult | None]], report: Report
) -> tuple[Column, ...]:
    """Return average and interval as they are printed, to be read beside the layers."""
    told = [_printed(result, whole, report) for result, whole in rows]
    names = (_("Average, as printed"), _("95 % interval, as printed"))
    return tuple(Column(name, tuple(t[at] for t in told)) for at, name in enumerate(names))


def _printed(
    result: ScaleResult, whole: ScaleResult | None, report: Report
) -> tuple[str, str, str]:
    """Return average, interval and what can be said; without an interval, why there is none."""
    figure = result.figure
    if isinstance(figure, Withheld):
        short, _, why = words.withheld_scale(result, report).partition(": ")
        return short, "", why
    if whole and facet_words.in_words(result, report.policy):
        return facet_words.facet_sentence(result, whole, report), "", ""
    average = words.figure_text(figure, report.policy)
    return average, words.interval_text(figure), words.state_word(figure.state)


def _dimension_grid(
    rows: Sequence[tuple[ScaleResult, ScaleResult | None]], group: GroupReport, report: Report
) -> Grid:
    beside = _all_groups(group, report)
    head = [
        _("Average"),
        _("95 % interval"),
        *([_("All groups")] if beside else []),
        _("What can be said"),
    ]
    return Grid(
        heads(*head),
        tuple(_dimension_row(result, whole, report, beside) for result, whole in rows),
        (1.2, 1.0, 1.12, 3.2) if beside else (1.2, 1.0, 3.2),
        SMALL,
    )


def _all_groups(group: GroupReport, report: Report) -> Mapping[str, str]:
    """Return where all groups together stand; nothing where the group is all there is."""
    whole = report.organisation
    if whole is None or group.kind == "node" or whole.n == group.n:
        return {}
    return {d.id: words.figure_text(d.figure, report.policy) for d in whole.dimensions}


def _dimension_row(
    result: ScaleResult, whole: ScaleResult | None, report: Report, beside: Mapping[str, str]
) -> Row:
    average, ends, told = _printed(result, whole, report)
    if not ends and not told:
        return (Cell(average, color=INK_2, over=4 if beside else 3),)
    mark = (Cell(beside.get(result.id, ""), color=INK_2),) if beside else ()
    figure = result.figure
    if not isinstance(figure, Estimate):
        return (Cell(average, color=INK_2, over=2), *mark, Cell(told, color=INK_2))
    ink = LOOKS[figure.state].ink
    return Cell(average, bold=True, color=ink), Cell(ends), *mark, Cell(told, color=ink)


def gaps(group: GroupReport, report: Report, chart: Chart) -> Beside:
    """Return knowing against doing, widest gap first; a class is as wide as it is printed."""
    told = dict(zip((p.id for p in group.practices), chart.table.rows, strict=True))
    shown = sorted((p for p in group.practices if isinstance(p.gap, Estimate)), key=_lead_first)
    lo, hi = report.questionnaire.range_of(report.questionnaire.practices[0].know)
    bars = Bars(
        rows=tuple(words.text(p.label) for p in shown),
        series=_series(BANDS, [_bands(p) for p in shown]),
        axis=Axis(lo, hi, _step(lo, hi), "0"),
        aside=tuple(
            Column(name, tuple(told[p.id][at] for p in shown))
            for at, name in ((1, _("Knowing, as printed")), (2, _("Doing, as printed")))
        ),
    )
    return Beside(bars, _gap_grid(shown, told), chart.alt, _gap_note(group), 2.9)


def _lead_first(practice: PracticeResult) -> float:
    return -practice.gap.released.value if isinstance(practice.gap, Estimate) else 0.0


def _bands(practice: PracticeResult) -> tuple[Values | None, Paints]:
    know, do = practice.know, practice.do
    if isinstance(know, Withheld) or isinstance(do, Withheld):
        return None, (NOTHING,) * len(BANDS)
    clear = isinstance(practice.gap, Estimate) and practice.gap.state == "weak"
    between = Paint(paler(RUST if clear else GREY))
    hollow, full = Paint(PAPER, TEAL), Paint(TEAL, TEAL)
    (low, high), (know_low, know_high) = sorted((_ends(do), _ends(know))), _ends(know)
    if low == high:
        # The same class: the hollow mark lies round the filled one.
        return (low[0], round(low[1] - low[0], 2), 0.0, 0.0), (NOTHING, full, NOTHING, NOTHING)
    paints = (hollow, full) if (know_low, know_high) == low else (full, hollow)
    middle = max(high[0] - low[1], 0.0)
    values = (low[0], low[1] - low[0], middle, high[1] - max(high[0], low[1]))
    return tuple(round(v, 2) for v in values), (NOTHING, paints[0], between, paints[1])


def _ends(figure: Released) -> tuple[float, float]:
    """Return the ends of a class as they are printed."""
    return place(figure.value - figure.step / 2), place(figure.value + figure.step / 2)


def _gap_grid(shown: Sequence[PracticeResult], told: Mapping[str, Sequence[str]]) -> Grid:
    rows = []
    for practice in shown:
        _n, know, do, lead, ends = told[practice.id]
        clear = isinstance(practice.gap, Estimate) and practice.gap.state == "weak"
        ink = RUST if clear else INK_2
        rows.append((Cell(know), Cell(do), Cell(lead, bold=clear, color=ink), Cell(ends)))
    head = heads(_("Knowing"), _("Doing"), _("Leads by about"), _("95 % interval"))
    return Grid(head, tuple(rows), (1.25, 1.25, 1.4, 1.1), SMALL)


def _gap_note(group: GroupReport) -> str:
    return _(
        "{answered_text} are counted. Hollow: knowing; filled: doing; filled "
        "alone: both in the same class. Between them rust where the 95 % interval "
        "of the gap lies above zero, grey where that cannot be told. Averages are "
        "told in classes, so that they tell nobody’s answer; a class with “or "
        "more” or “or less” reaches further than it is drawn.",
        answered_text=words.answered_text(group),
    )


def changes(group: GroupReport, report: Report, chart: Chart) -> Beside:
    """Return the differences to the wave before, each with its own interval."""
    shown = group.changes
    far = max(place_of_end(max(abs(c.low), abs(c.high))) for c in shown)
    reach = max(1.0, ceil(far * 2) / 2)
    bars = Bars(
        rows=tuple(words.text(change.name) for change in shown),
        series=_series(CHANGED, [_changed(change) for change in shown]),
        axis=Axis(-reach, reach, 0.5 if reach <= 2 else 1, "+0.0;−0.0;0"),
        aside=tuple(
            Column(
                _("{at}, as printed", at=chart.table.head[at]),
                tuple(r[at] for r in chart.table.rows),
            )
            for at in (1, 2, 3, 4)
        ),
    )
    return Beside(bars, _change_grid(shown, chart), chart.alt, change_note(group, report))


def _changed(change: Change) -> tuple[Values, Paints]:
    ink = (TEAL if change.difference > 0 else RUST) if change.clear else GREY
    ends = place_of_end(change.low), round(change.difference, 1), place_of_end(change.high)
    pale = Paint(paler(ink))
    return signed_interval(*ends, 0.03), (NOTHING, pale, Paint(ink), pale, pale)


def _change_grid(shown: Sequence[Change], chart: Chart) -> Grid:
    rows = []
    for change, (_n, before, after, difference, ends, said) in zip(
        shown, chart.table.rows, strict=True
    ):
        ink = (TEAL if change.difference > 0 else RUST) if change.clear else INK_2
        rows.append(
            (
                Cell(before),
                Cell(after),
                Cell(difference, bold=change.clear, color=ink),
                Cell(ends),
                Cell(said, bold=change.clear, color=ink),
            )
        )
    return Grid(heads(*chart.table.head[1:]), tuple(rows), (1.12, 1.12, 1.2, 1.66, 1.87), SMALL)


def picks(group: GroupReport, report: Report, note: str) -> Beside:
    """Return what stands in the way: the options chosen most often, in shares of whole tens."""
    shown = [p for p in group.picks if isinstance(p.figure, Released)]
    shares = tuple(_share(p) for p in shown)
    bars = Bars(
        rows=tuple(words.text(p.text) for p in shown),
        series=(Series(_("Share of people, in percent"), shares, (Paint(TEAL),) * len(shown)),),
        axis=Axis(0, 100, 20, '0" %"'),
        gap=60,
    )
    told = [words.share_text(p.figure, report.policy) for p in shown]
    rows = tuple(
        (Cell(words.text(p.text)), Cell(t, bold=True)) for p, t in zip(shown, told, strict=True)
    )
    grid = Grid(heads(_("What was chosen"), _("Share")), rows, (3.4, 1.3), 12, 3)
    alt = "; ".join(f"{words.text(p.text)}: {t}" for p, t in zip(shown, told, strict=True))
    return Beside(
        bars, grid, _("{group}, what stands in the way: {alt}.", group=group.name, alt=alt), note
    )


def response(report: Report, chart: Chart) -> Beside:
    """Return how many of those asked are counted, group by group in the order of the tree."""
    counted = tuple(group.n for group in report.groups)
    silent = tuple(max(group.asked - group.n, 0) for group in report.groups)
    most = max(max(group.n, group.asked) for group in report.groups)
    many = len(counted)
    bars = Bars(
        rows=tuple(group.name for group in report.groups),
        series=(
            Series(_("Counted"), counted, (Paint(GREY),) * many),
            Series(_("Asked and not counted"), silent, (Paint(paler(GREY)),) * many),
        ),
        axis=Axis(0, most, _step(0, most), "0"),
        gap=60,
    )
    rows = tuple(
        (Cell(str(group.n)), Cell(str(group.asked)), Cell(told[3]))
        for group, told in zip(report.groups, chart.table.rows, strict=False)
    )
    grid = Grid(heads(*chart.table.head[1:]), rows, (0.9, 0.9, 2.6), SMALL, 2)
    note = _(
        "Dark: counted; pale: asked and not counted. {left_out_sentence}",
        left_out_sentence=words.left_out_sentence(report),
    )
    return Beside(bars, grid, chart.alt, note, 3.0)


def _share(pick: PickResult) -> float:
    return round(pick.figure.value * 100) if isinstance(pick.figure, Released) else 0
