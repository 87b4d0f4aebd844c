"""Where to start a practice: practices by groups, each cell the advice and nothing else.

Groups stand in the order of the tree, practices in that of the questionnaire: never by rank. Many
groups are drawn as counts (`survey.charts.counted`), since nobody reads two hundred rows of cells.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from survey.charts.chart import Chart, Table
from survey.charts.counted import counted_figure, counted_table
from survey.charts.names import lines, shortened
from survey.charts.starting_words import alt, finding, note, subtitle
from survey.charts.style import (
    ADVICE,
    HATCH,
    INK,
    INK_2,
    NARROW,
    PAPER,
    WIDE,
    Sheet,
    axis,
    key_from,
    write,
)
from survey.language import _
from survey.questionnaire.definition import Practice
from survey.readiness.kinds import Advice
from survey.report import across_words, practice_words, words
from survey.report.model import GroupReport, Report

MOST_GROUPS, MOST_PRACTICES = 40, 14
"""Beyond these the advice is counted instead of drawn cell by cell."""
BEFORE = 2
"""Columns of the table before those of the practices."""
CELL, WIDE_ROW, NARROW_ROW = 0.92, 36, 62


@dataclass(frozen=True)
class _Layout:
    """Where things stand: a wide map has names at the left, a narrow one above their cells."""

    narrow: bool
    heads: tuple[str, ...]
    rows: int

    @property
    def unit(self) -> int:
        return NARROW_ROW if self.narrow else WIDE_ROW

    @property
    def top(self) -> int:
        """Return the room that the upright names need: about 7.3 px for each letter."""
        longest = max(len(part) for head in self.heads for part in head.split("\n"))
        return round(longest * 7.3) + 12

    @property
    def margins(self) -> dict[str, int]:
        sides = {"l": 0, "r": 0} if self.narrow else {"l": 262, "r": 4}
        return {**sides, "t": self.top, "b": 6}

    @property
    def height(self) -> float:
        return 0.48 if self.narrow else CELL

    def y(self, row: int) -> float:
        """Return the height of a row's cells; a narrow map leaves room for the name above."""
        return -row - (0.22 if self.narrow else 0)


def starting_chart(report: Report, narrow: bool) -> Chart | None:
    """Return where to start; None where no practice was asked about or nothing is judged."""
    judged = any(group.verdict for group in report.groups)
    if not report.questionnaire.practices or not judged:
        return None
    many = _many(report)
    return Chart(
        key=key_from("starting", "narrow" if narrow else "wide"),
        title=finding(report),
        subtitle=subtitle(report),
        note=note(report, many),
        alt=alt(report),
        figure_json=(counted_figure if many else _figure)(report, narrow).to_json(),
        table=counted_table(report) if many else _table(report),
    )


def _many(report: Report) -> bool:
    return (
        len(report.groups) + len(report.left_out) > MOST_GROUPS
        or len(report.questionnaire.practices) > MOST_PRACTICES
    )


def _table(report: Report) -> Table:
    practices = report.questionnaire.practices
    head = (_("Group"), _("Answers"), *(words.text(p.label) for p in practices))
    rows = [
        (group.name, words.answered_text(group), *_advice_words(group, report))
        for group in report.groups
    ]
    few = _("fewer than {scores}", scores=report.policy.scores)
    rows += [(name, few, *[_("not shown")] * len(practices)) for name in report.left_out]
    return Table(head, tuple(rows))


def _advice_words(group: GroupReport, report: Report) -> Iterator[str]:
    found = {result.id: result.advice for result in group.practices}
    for practice in report.questionnaire.practices:
        advice = found.get(practice.id)
        yield practice_words.advice_word(advice) if advice else _("no advice")


def _figure(report: Report, narrow: bool) -> Sheet:
    practices = report.questionnaire.practices
    many = len(report.groups) + len(report.left_out)
    layout = _Layout(narrow, tuple(_head(p, narrow) for p in practices), many)
    margins = layout.margins
    height = margins["t"] + margins["b"] + many * layout.unit
    sheet = Sheet(NARROW if narrow else WIDE, height, margins)
    sheet.xaxis = axis(range=[-0.5, len(practices) - 0.5], showticklabels=False)
    sheet.yaxis = axis(range=[-many + 0.5, 0.5], showticklabels=False)
    _columns(sheet, report, layout)
    for advice in ADVICE:
        _cells(sheet, report, layout, advice)
    _without(sheet, report, layout)
    for row, group in enumerate(report.groups):
        _name(sheet, row, group.name, _("{n} of {asked}", n=group.n, asked=group.asked), layout)
    for row, name in enumerate(report.left_out, start=len(report.groups)):
        _name(sheet, row, name, f"< {report.policy.scores}", layout)
    return sheet


def _head(practice: Practice, narrow: bool) -> str:
    label = words.text(practice.label)
    return shortened(label, 27) if narrow else "\n".join(lines(label, 20))


def _columns(sheet: Sheet, report: Report, layout: _Layout) -> None:
    planned = across_words.planned_practice(report)
    for at, (practice, head) in enumerate(
        zip(report.questionnaire.practices, layout.heads, strict=True)
    ):
        bold = 700 if practice == planned else 400
        write(
            sheet,
            (at, 0.5),
            head,
            color=INK,
            weight=bold,
            side="center",
            align="left",
            shift=(0, 3),
            textangle=-90,
            yanchor="bottom",
        )


def _cells(sheet: Sheet, report: Report, layout: _Layout, advice: Advice) -> None:
    """Draw all cells of one advice as one trace, so that many groups are six traces."""
    column = {p.id: at for at, p in enumerate(report.questionnaire.practices)}
    found = [
        (column[result.id], row)
        for row, group in enumerate(report.groups)
        for result in group.practices
        if result.advice == advice and result.id in column
    ]
    if not found:
        return
    look = ADVICE[advice]
    sheet.traces.append(
        {
            **_bars([(x, CELL, layout.y(row)) for x, row in found], layout.height),
            "marker": {"color": look.fill, "line": {"color": look.edge, "width": 1}},
            "text": [_(look.mark)] * len(found),
            "customdata": [[row, BEFORE + x] for x, row in found],
            "textposition": "inside",
            "insidetextanchor": "middle",
            "textangle": 0,
            "constraintext": "none",
            "textfont": {"color": look.on_fill, "size": 14, "weight": look.weight},
        }
    )


def _bars(places: list[tuple[float, float, float]], height: float) -> dict[str, object]:
    """Return cells around x that are so wide and stand at y."""
    return {
        "type": "bar",
        "orientation": "h",
        "base": [x - wide / 2 for x, wide, _ in places],
        "x": [wide for _, wide, _ in places],
        "y": [y for _, _, y in places],
        "width": height,
    }


def _without(sheet: Sheet, report: Report, layout: _Layout) -> None:
    """Hatch whole rows that get no advice, with the reason; a single cell gets a dash."""
    whole = len(layout.heads)
    rows = [(row, _why(group)) for row, group in enumerate(report.groups) if _why(group)]
    rows += [
        (row, _("not shown: too few answers"))
        for row in range(len(report.groups), len(report.groups) + len(report.left_out))
    ]
    places = [((whole - 1) / 2, whole - 1 + CELL, layout.y(row)) for row, _ in rows]
    if places:
        pattern = {"shape": "/", "fgcolor": HATCH, "bgcolor": PAPER, "size": 7, "solidity": 0.18}
        look = {"color": PAPER, "pattern": pattern, "line": {"color": HATCH, "width": 1}}
        sheet.traces.append({**_bars(places, layout.height), "marker": look})
    for (x, _x, y), (_n, why) in zip(places, rows, strict=True):
        write(sheet, (x, y), why, side="center", bgcolor=PAPER)
    for row, group in enumerate(report.groups):
        told = {result.id for result in group.practices if result.advice}
        for at, practice in enumerate(report.questionnaire.practices):
            if not _why(group) and practice.id not in told:
                write(sheet, (at, layout.y(row)), "–", side="center")


def _why(group: GroupReport) -> str:
    """Return why a group gets no advice at all, or ""."""
    if group.verdict is None:
        return _("no verdict, no advice")
    if not any(result.advice for result in group.practices):
        return _("no advice: not enough evidence")
    return ""


def _name(sheet: Sheet, row: int, name: str, answers: str, layout: _Layout) -> None:
    if layout.narrow:
        top: dict[str, Any] = {"margin": True, "yanchor": "top", "color": INK}
        write(sheet, (0, 0.5 - row), shortened(name, 34), weight=500, shift=(2, -4), **top)
        top["color"] = INK_2
        write(sheet, (1, 0.5 - row), answers, size=13, side="right", shift=(-2, -4), **top)
        return
    parts = lines(name, 26)
    size = 15 if len(parts) == 1 else 13
    left: dict[str, Any] = {"margin": True, "side": "right"}
    said = "\n".join(parts)
    write(sheet, (0, -row), said, size=size, color=INK, weight=500, shift=(-70, 0), **left)
    write(sheet, (0, -row), answers, size=13, shift=(-12, 0), **left)
