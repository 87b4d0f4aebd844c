"""How many of those asked are counted, group by group in the order of the tree.

One grey for all: a low share is told in words and by the line beside it, never by a colour. Many
groups are counted in three classes, and the table names each.
"""

from survey.charts.chart import Chart, Table
from survey.charts.names import lines, shortened
from survey.charts.style import (
    EDGE,
    GREY,
    INK,
    INK_2,
    NARROW,
    RULE,
    WIDE,
    Said,
    Sheet,
    axis,
    beside,
    key_from,
    line,
    write,
)
from survey.language import _
from survey.report import across_words, words
from survey.report.model import GroupReport, Report

MOST_GROUPS = 40
HIGH = 0.8
Row = tuple[str, float, str, bool]
"""Name, share from 0 to 1, words beside it, whether it is said in strong type."""


def response_chart(report: Report, narrow: bool) -> Chart | None:
    """Return how many of how many are counted; None where nothing is shown at all."""
    if not report.groups:
        return None
    many = len(report.groups) > MOST_GROUPS
    return Chart(
        key=key_from("response", "narrow" if narrow else "wide"),
        title=across_words.response_title(report),
        subtitle=(
            _("Groups by the share of those asked who are counted")
            if many
            else _("Of those asked, so many are counted")
        ),
        note=_note(report),
        alt=f"{across_words.response_title(report)}. {_told(report)}",
        figure_json=_figure(_classes(report) if many else _rows(report), report, narrow).to_json(),
        table=_table(report),
    )


def _note(report: Report) -> str:
    more = (words.spare_sentence(report), words.left_out_sentence(report))
    return _(
        "{answered} of {asked} people are counted. The dashed line: {rate_text}, "
        "below which there is no verdict. A group counts as many people as could "
        "be scored on the dimension that fewest answered.{left}",
        answered=report.answered,
        asked=report.asked,
        rate_text=across_words.rate_text(report),
        left="".join(f" {sentence}" for sentence in more if sentence),
    )


def _told(report: Report) -> str:
    if len(report.groups) > MOST_GROUPS:
        return "; ".join(f"{name}: {said}" for name, _, said, _ in _classes(report)) + "."
    return "; ".join(f"{g.name}: {words.answered_text(g)}" for g in report.groups) + "."


def _table(report: Report) -> Table:
    rows = [
        (group.name, str(group.n), str(group.asked), across_words.response_word(group, report))
        for group in report.groups
    ]
    few = _("fewer than {scores}", scores=report.policy.scores)
    rows += [(name, few, _("not shown"), _("left out")) for name in report.left_out]
    return Table((_("Group"), _("Counted"), _("Asked"), _("What that allows")), tuple(rows))


def _rows(report: Report) -> list[Row]:
    return [
        (
            group.name,
            group.n / max(group.asked, group.n),
            _beside(group, report),
            _low(group, report),
        )
        for group in report.groups
    ]


def _low(group: GroupReport, report: Report) -> bool:
    return across_words.low_response(group, report)


def _beside(group: GroupReport, report: Report) -> str:
    low = (
        _(", under {rate_text}", rate_text=across_words.rate_text(report))
        if _low(group, report)
        else ""
    )
    return _("{n} of {asked}{low}", n=group.n, asked=group.asked, low=low)


def _classes(report: Report) -> list[Row]:
    """Return how many groups lie in each class of the share that is counted."""
    rate, groups = across_words.rate_text(report), report.groups
    low = sum(_low(group, report) for group in groups)
    high = sum(group.n >= HIGH * group.asked and not _low(group, report) for group in groups)
    told = (
        (_("under {rate}", rate=rate), low),
        (_("{rate} to under {HIGH:.0f} %", rate=rate, HIGH=HIGH * 100), len(groups) - low - high),
        (_("{HIGH:.0f} % and more", HIGH=HIGH * 100), high),
    )
    return [
        (
            name,
            many / len(groups),
            _("{many} of {groups} groups", many=many, groups=len(groups)),
            False,
        )
        for name, many in told
    ]


def _figure(rows: list[Row], report: Report, narrow: bool) -> Sheet:
    unit = 46 if narrow else 36
    margins = {"l": 4, "r": 4} if narrow else {"l": 250, "r": 170}
    counted = len(report.groups) > MOST_GROUPS
    sheet = Sheet(NARROW if narrow else WIDE, len(rows) * unit + 44, {**margins, "t": 30, "b": 14})
    sheet.xaxis = axis(range=[0, 1], showticklabels=False)
    sheet.yaxis = axis(range=[-len(rows) + 0.4, 0.6], showticklabels=False)
    if not counted:
        _floor(sheet, report, len(rows))
    height = 0.3 if narrow else 0.5
    bar = {"type": "bar", "orientation": "h", "width": height}
    y = [-row for row in range(len(rows))]
    whole = {"color": RULE}
    told = {} if counted else {"customdata": [[row] for row in range(len(rows))]}
    sheet.traces.append({**bar, "x": [1] * len(rows), "y": y, "marker": whole})
    sheet.traces.append(
        {**bar, "x": [row[1] for row in rows], "y": y, "marker": {"color": GREY}, **told}
    )
    for at, (name, _n, said, strong) in enumerate(rows):
        short = shortened(name, 26) if narrow else "\n".join(lines(name, 30))
        label = Said(short, 15 if len(name) <= 30 else 13, INK, 500)
        weight, ink = (600, INK) if strong else (400, INK_2)
        beside(sheet, -at, label, Said(said, 14, ink, weight), narrow)
    return sheet


def _floor(sheet: Sheet, report: Report, rows: int) -> None:
    """Draw from where on there is a verdict, in front of the bars."""
    rate = report.questionnaire.readiness.min_rate
    line(sheet, (rate, -rows + 0.4), (rate, 0.6), EDGE, 1.6, dash="4px,3px")
    sheet.shapes[-1]["layer"] = "above"
    said = across_words.rate_text(report)
    write(sheet, (rate, 0.6), said, size=13, side="center", yanchor="bottom", shift=(0, 2))
