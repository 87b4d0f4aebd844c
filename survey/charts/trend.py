"""A group over several waves: one small panel a dimension, with true distances in time.

Only what clearly changed from one wave to the next has a colour, by the rule of `changes`; all else
is grey and says "no clear change". Two waves are told by the chart of changes instead.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from survey.charts.chart import Chart, Table
from survey.charts.scale import limits
from survey.charts.style import key_from
from survey.charts.trend_panels import Panel, trend_figure
from survey.language import _
from survey.questionnaire.definition import Text
from survey.report import across_words, change_words, words
from survey.report.model import Change, Estimate, GroupReport, Report, WavePoint
from survey.report.waves import INDEX_NAME

LEAST = 3


def trend_chart(group: GroupReport, report: Report, narrow: bool) -> Chart | None:
    """Return a group over time; None before its third wave."""
    if len(group.history) < LEAST:
        return None
    panels = list(_panels(group, report, 2 if narrow else 4))
    return Chart(
        key=key_from("trend", group.key, "narrow" if narrow else "wide"),
        title=finding(group, report),
        subtitle=_subtitle(group, report),
        note=_note(group, report),
        alt=f"{group.name}: {finding(group, report)}. {_told(panels)}",
        figure_json=trend_figure(panels, group, report, narrow).to_json(),
        table=_table(group, report),
    )


def finding(group: GroupReport, report: Report) -> str:
    """Return what clearly moved from one wave to the next, from what colours the lines."""
    moved = [
        (names, change, point)
        for before, point in pairwise(group.history)
        for change in point.changes
        for names in [_named(change, before, point)]
        if change.clear and change.scale in dict(_measures(report))
    ]
    waves = len(group.history)
    if not moved:
        return _("No clear change from one wave to the next over {waves} waves", waves=waves)
    if len(moved) > 2:
        scales = {change.scale for _, change, _ in moved}
        return _(
            "Over {waves} waves {scales} of {report} measures clearly changed from "
            "one wave to the next",
            waves=waves,
            scales=len(scales),
            report=len(_measures(report)),
        )
    return _(
        "{moved}; nothing else clearly moved", moved=words.join([said for said, _, _ in moved])
    )


def _named(change: Change, before: WavePoint, after: WavePoint) -> str:
    way = _("up") if change.difference > 0 else _("down")
    between = _(
        "{month} and {month2}",
        month=across_words.month(before.closed),
        month2=across_words.month(after.closed),
    )
    return _(
        "{name} went {way} between {between}",
        name=words.text(change.name),
        way=way,
        between=between,
    )


def _measures(report: Report) -> list[tuple[str, Text]]:
    """Return what is drawn: all dimensions together, then each."""
    return [
        ("INDEX", INDEX_NAME),
        *((d.id, d.name) for d in report.questionnaire.dimensions),
    ]


def _subtitle(group: GroupReport, report: Report) -> str:
    lo, hi = limits(report)
    return _(
        "{history} waves; averages from {lo} to {hi}, {hi} is healthiest, with "
        "their 95 % intervals",
        history=len(group.history),
        lo=lo,
        hi=hi,
    )


def _note(group: GroupReport, report: Report) -> str:
    counted = ", ".join(
        _("{wave}: {n} of {asked}", wave=across_words.month(p.closed), n=p.n, asked=p.asked)
        for p in group.history
    )
    cut = any(e.released.edge for point in group.history for e in point.figures.values())
    arrow = _(" An average that is cut off is printed “≥” or “≤”.") if cut else ""
    return _(
        "Counted: {counted}. Waves stand at their true distance in time. A line is "
        "coloured where the interval of the difference between two waves leaves "
        "out zero; else nothing can be said, however it looks. The dashed line is "
        "the floor, {floor}.{arrow} Each wave holds those who answered then, who "
        "need not be the same people. A change says nothing about its cause.",
        counted=counted,
        floor=words.number(report.questionnaire.readiness.floor),
        arrow=arrow,
    )


def _told(panels: Sequence[Panel]) -> str:
    return "; ".join(f"{panel.name}: {_said(panel)}" for panel in panels) + "."


def _said(panel: Panel) -> str:
    """Return what happened from wave to wave, one after the other."""
    told = [change_words.step_word(change) if change else _("not told") for change in panel.changes]
    same = set(told) <= {_("no clear change")} or set(told) <= {_("not told")}
    return told[0] if same else words.join(told, _("then"))


def _panels(group: GroupReport, report: Report, columns: int) -> Iterator[Panel]:
    days = [point.closed.toordinal() for point in group.history]
    span = max(days[-1] - days[0], 1)
    for at, (scale, name) in enumerate(_measures(report)):
        seen = [
            ((day - days[0]) / span, point.figures.get(scale))
            for day, point in zip(days, group.history, strict=True)
        ]
        steps = tuple(_change(point, scale) for point in group.history[1:])
        yield Panel(words.text(name), tuple(seen), steps, at, at % columns, at // columns)


def _change(point: WavePoint, scale: str) -> Change | None:
    return next((change for change in point.changes if change.scale == scale), None)


def _table(group: GroupReport, report: Report) -> Table:
    waves = [across_words.month(point.closed) for point in group.history]
    return Table(
        (_("Measure"), *waves, _("From wave to wave")),
        tuple(
            _cells(panel, scale, group, report)
            for panel, (scale, _) in zip(_panels(group, report, 1), _measures(report), strict=True)
        ),
    )


def _cells(panel: Panel, scale: str, group: GroupReport, report: Report) -> tuple[str, ...]:
    shown = [_printed(point.figures.get(scale), report) for point in group.history]
    return panel.name, *shown, _said(panel)


def _printed(estimate: Estimate | None, report: Report) -> str:
    if estimate is None:
        return _("not shown")
    figure = words.figure_text(estimate, report.policy)
    return f"{figure} ({words.interval_text(estimate)})"
