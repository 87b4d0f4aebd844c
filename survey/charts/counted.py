"""Where to start a practice, counted over many groups: in how many of them which advice is given.

One bar a practice; its parts always stand in the same order. The table names the groups.
"""

from survey.charts.chart import Table
from survey.charts.names import width
from survey.charts.style import (
    ADVICE,
    INK,
    INK_2,
    NARROW,
    WIDE,
    Said,
    Sheet,
    axis,
    beside,
)
from survey.language import _
from survey.questionnaire.definition import Practice
from survey.readiness.kinds import Advice
from survey.report import across_words, practice_words, words
from survey.report.model import Report

LEFT, RIGHT = 240, 130


def counted_figure(report: Report, narrow: bool) -> Sheet:
    """Return the figure: practices in questionnaire order, the planned one in bold."""
    practices = report.questionnaire.practices
    unit = 58 if narrow else 36
    margins = {"l": 4, "r": 4} if narrow else {"l": LEFT, "r": RIGHT}
    sheet = Sheet(
        NARROW if narrow else WIDE, len(practices) * unit + 16, {**margins, "t": 8, "b": 8}
    )
    sheet.xaxis = axis(range=[0, len(report.groups)], showticklabels=False)
    sheet.yaxis = axis(range=[-len(practices) + 0.4, 0.6], showticklabels=False)
    pixels = (NARROW - 8 if narrow else WIDE - LEFT - RIGHT) / max(len(report.groups), 1)
    _bars(sheet, report, 0.3 if narrow else 0.74, pixels)
    planned = across_words.planned_practice(report)
    counts = across_words.advice_counts(report)
    for row, practice in enumerate(practices):
        starts = counts[practice.id]["start_here"]
        name = Said(words.text(practice.label), 15, INK, 700 if practice == planned else 500)
        value = Said(
            _("start in {starts} of {groups}", starts=starts, groups=len(report.groups)),
            14,
            INK_2,
            400,
        )
        beside(sheet, -row, name, value, narrow)
    return sheet


def _bars(sheet: Sheet, report: Report, height: float, pixels: float) -> None:
    """Draw every advice as one trace; where a part is too small for its mark the table tells it."""
    practices, found = report.questionnaire.practices, across_words.advice_counts(report)
    ends = [0] * len(practices)
    for advice, look in ADVICE.items():
        counts = [found[p.id][advice] for p in practices]
        if not any(counts):
            continue
        sheet.traces.append(
            {
                "type": "bar",
                "orientation": "h",
                "base": list(ends),
                "x": counts,
                "y": [-row for row in range(len(practices))],
                "width": height,
                "marker": {"color": look.fill, "line": {"color": look.edge, "width": 1}},
                "text": [_said(_(look.mark), many, many * pixels) for many in counts],
                "textposition": "inside",
                "insidetextanchor": "middle",
                "textangle": 0,
                "constraintext": "none",
                "textfont": {"color": look.on_fill, "size": 14, "weight": look.weight},
            }
        )
        ends = [end + many for end, many in zip(ends, counts, strict=True)]


def _said(mark: str, many: int, room: float) -> str:
    """Return the letters of an advice with its count, the letters alone, or nothing."""
    full = f"{mark} {many}"
    if width(full, 14) + 2 <= room:
        return full
    return mark if many and width(mark, 14) + 2 <= room else ""


def counted_table(report: Report) -> Table:
    """Return for each practice which groups get which advice, by name and in the tree's order."""
    head = (
        _("Practice"),
        *(practice_words.advice_word(advice) for advice in ADVICE),
        _("No advice"),
    )
    return Table(head, tuple(_row(report, practice) for practice in report.questionnaire.practices))


def _row(report: Report, practice: Practice) -> tuple[str, ...]:
    named: dict[Advice | None, list[str]] = {}
    for group in report.groups:
        advice = next((p.advice for p in group.practices if p.id == practice.id), None)
        named.setdefault(advice, []).append(group.name)
    return (
        words.text(practice.label),
        *(_groups(named.get(advice, [])) for advice in (*ADVICE, None)),
    )


def _groups(names: list[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "0"
