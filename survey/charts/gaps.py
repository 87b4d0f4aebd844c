"""Knowing and doing: for each practice, how clear it is and how consistently it is done."""

from collections.abc import Sequence

from survey.charts.chart import Chart, Table
from survey.charts.style import (
    GREY,
    INK_2,
    NARROW,
    RULE,
    RUST,
    TEAL,
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
from survey.disclosure.values import Released, Withheld
from survey.language import _, decimal
from survey.report import words
from survey.report.model import Estimate, GroupReport, PracticeResult, Report

HEAD = 78
"""Pixels that "we know it" needs, with a little room beside it."""


def gap_chart(group: GroupReport, report: Report, narrow: bool) -> Chart | None:
    """Return knowing against doing, widest gap first; None where too few answered to show any."""
    shown = _shown(group)
    if not shown:
        return None
    return Chart(
        key=key_from("gaps", group.key, "narrow" if narrow else "wide"),
        title=finding(shown, len(group.practices)),
        subtitle=_("How clear is it what doing this well looks like? How consistently is it done?"),
        note=_note(group),
        alt=_alt(group, shown, report),
        figure_json=_figure(group, shown, report, narrow).to_json(),
        table=_table(group, report),
    )


def finding(shown: Sequence[PracticeResult], asked: int) -> str:
    """Return in how many of the practices that are shown knowing lies clearly above doing."""
    clear = [p for p in shown if isinstance(p.gap, Estimate) and p.gap.state == "weak"]
    if not clear and len(shown) < asked:
        return _("None of the {shown} practices that are shown has a clear gap", shown=len(shown))
    if not clear:
        return _("No practice shows a clear gap between knowing and doing")
    if len(clear) == 1:
        return _("{label} is clearer to people than it is done", label=words.text(clear[0].label))
    if len(shown) < asked:
        of = _("Of the {shown} practices that are shown", shown=len(shown))
        return _("{of}, {clear} are clearer to people than they are done", of=of, clear=len(clear))
    return _(
        "{clear} of {shown} practices are clearer to people than they are done",
        clear=len(clear),
        shown=len(shown),
    )


def _shown(group: GroupReport) -> list[PracticeResult]:
    shown = [p for p in group.practices if isinstance(p.gap, Estimate)]
    return sorted(shown, key=lambda p: -_gap(p))


def _gap(practice: PracticeResult) -> float:
    return practice.gap.released.value if isinstance(practice.gap, Estimate) else 0.0


def _note(group: GroupReport) -> str:
    return _(
        "{answered_text} are counted. Hollow: knowing; filled: doing. A whole "
        "line, coloured, where the 95 % interval of the gap lies above zero. "
        "Averages are told in classes{width}, so that they tell nobody’s answer; a "
        "mark stands in the middle of its class. At the right: by about how much "
        "knowing leads.",
        answered_text=words.answered_text(group),
        width=_width(group),
    )


def _width(group: GroupReport) -> str:
    """Return how wide the classes are, where that is the same for all."""
    figures = [figure for p in group.practices for figure in (p.know, p.do)]
    steps = {figure.step for figure in figures if isinstance(figure, Released)}
    return _(" of {pop}", pop=words.number(steps.pop())) if len(steps) == 1 else ""


def _alt(group: GroupReport, shown: Sequence[PracticeResult], report: Report) -> str:
    told = "; ".join(
        _(
            "{practice}: knowing {know}, doing {do}",
            practice=words.text(p.label),
            know=words.class_text(p.know, report.policy),
            do=words.class_text(p.do, report.policy),
        )
        for p in shown
    )
    return f"{group.name}: {finding(shown, len(group.practices))}. {told}."


def _table(group: GroupReport, report: Report) -> Table:
    return Table(
        (_("Practice"), _("Knowing"), _("Doing"), _("Knowing leads by about"), _("95 % interval")),
        tuple(_cells(practice, report) for practice in group.practices),
    )


def _cells(practice: PracticeResult, report: Report) -> tuple[str, ...]:
    know, do = (words.class_text(f, report.policy) for f in (practice.know, practice.do))
    label = words.text(practice.label)
    if isinstance(practice.gap, Withheld):
        return label, know, do, words.withheld_text(practice.gap, report.policy, single=True), ""
    return label, know, do, _lead(practice), _interval(practice.gap)


def _interval(gap: Estimate) -> str:
    """Return the interval of a gap; an end that just leaves out zero must not read as zero."""
    ends = (words.end_text(end) or decimal(end) for end in (gap.low, gap.high))
    return _(" to ").join(ends).replace("-", "−")


def _figure(
    group: GroupReport, shown: Sequence[PracticeResult], report: Report, narrow: bool
) -> Sheet:
    unit = 54 if narrow else 38
    margins = {"l": 8, "r": 8} if narrow else {"l": 250, "r": 130}
    height = len(shown) * unit + 66
    sheet = Sheet(NARROW if narrow else WIDE, height, {**margins, "t": 36, "b": 30})
    first = report.questionnaire.practices[0]
    lo, hi = report.questionnaire.range_of(first.know)
    sheet.xaxis = axis(range=[lo, hi], tickvals=list(range(lo, hi + 1)))
    sheet.yaxis = axis(range=[-len(shown) + 0.4, 0.5], showticklabels=False)
    for tick in range(lo, hi + 1):
        line(sheet, (tick, -len(shown) + 0.4), (tick, 0.5))
    for row, practice in enumerate(shown):
        _draw(sheet, practice, -row, (lo, hi), narrow, group.practices.index(practice))
    _heads(sheet, shown[0], narrow)
    return sheet


def _heads(sheet: Sheet, first: PracticeResult, narrow: bool) -> None:
    """Name the two marks above the first row, where they stand."""
    know, do = first.know, first.do
    if isinstance(know, Withheld) or isinstance(do, Withheld):
        return
    low, high = sheet.xaxis["range"]
    room = sheet.width - sheet.margins["l"] - sheet.margins["r"]
    marked = sorted([(do.value, _("we do it")), (know.value, _("we know it"))])
    places = [(value - low) / (high - low) * room for value, _ in marked]
    for (value, said), here, there in zip(marked, places, _apart(places, room), strict=True):
        shift = (there - here, 6 if narrow else 4)
        write(sheet, (value, 0.5), said, color=TEAL, weight=600, side="center",
              yanchor="bottom", shift=shift)  # fmt: skip


def _apart(places: Sequence[float], room: float) -> tuple[float, float]:
    """Return two places in pixels, moved so that words around them neither meet nor leave."""
    left, right = places
    if right - left < HEAD:
        middle = (left + right) / 2
        left, right = middle - HEAD / 2, middle + HEAD / 2
    moved = max(HEAD / 2 - left, 0) - max(right - (room - HEAD / 2), 0)
    return left + moved, right + moved


def _draw(
    sheet: Sheet,
    practice: PracticeResult,
    y: float,
    limits: tuple[int, int],
    narrow: bool,
    row: int,
) -> None:
    know, do, gap = practice.know, practice.do, practice.gap
    line(sheet, (limits[0], y), (limits[1], y), RULE)
    if isinstance(know, Released) and isinstance(do, Released) and isinstance(gap, Estimate):
        clear = gap.state == "weak"
        color, dash = (RUST, "solid") if clear else (GREY, "2px,3px")
        line(sheet, (do.value, y), (know.value, y), color, 5, dash, opacity=0.5)
        # Where both are the same the filled mark lies inside the hollow one.
        same = know.value == do.value
        marks(sheet, [know.value], [y], "circle-open", TEAL, 23 if same else 15, row)
        marks(sheet, [do.value], [y], "circle", TEAL, 12 if same else 15, row)
        value = Said(_lead(practice), 15, *((RUST, 600) if clear else (INK_2, 400)))
        beside(sheet, y, Said(words.text(practice.label)), value, narrow, end=122)


def _lead(practice: PracticeResult) -> str:
    """Return by how much knowing lies above doing; where both are cut off nobody can tell."""
    know, do = practice.know, practice.do
    edges = [f.edge for f in (know, do) if isinstance(f, Released)]
    if not isinstance(practice.gap, Estimate) or (edges and edges[0] == edges[-1] != ""):
        return _("both cut off")
    gap = practice.gap.released
    sign = "−" if gap.value < 0 else ""
    return f"{sign}{words.number(abs(gap.value))}{words.edge_word(gap.edge)}"
