"""What changed since the wave before: each difference with its own interval."""

from collections.abc import Iterator, Sequence

from survey.charts.chart import Chart, Table
from survey.charts.scale import place_of_end
from survey.charts.style import (
    EDGE,
    GREY,
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
from survey.language import _, decimal, mark
from survey.report import change_words, words
from survey.report.model import Change, GroupReport, Report

LEAST_REACH = 1.0


def change_chart(group: GroupReport, report: Report, narrow: bool) -> Chart | None:
    """Return the changes in questionnaire order; None where no wave can be compared."""
    if not group.changes:
        return None
    return Chart(
        key=key_from("changes", group.key, "narrow" if narrow else "wide"),
        title=_title(group),
        subtitle=_("Difference since the wave before, with its 95 % interval"),
        note=_note(group, report),
        alt=f"{group.name}: " + " ".join(change_words.change_sentence(c) for c in group.changes),
        figure_json=_figure(group.changes, narrow).to_json(),
        table=_table(group.changes, report),
    )


def _title(group: GroupReport) -> str:
    said = finding(group.changes)
    if group.kind == "node":
        return _("All groups together: {said}", said=said)
    return said[0].upper() + said[1:]


def finding(changes: Sequence[Change]) -> str:
    """Return what clearly moved, from the intervals that colour the marks."""
    up = [words.text(c.name) for c in changes if c.clear and c.difference > 0]
    down = [words.text(c.name) for c in changes if c.clear and c.difference < 0]
    moved = [
        _(way, names=_names(n))
        for n, way in ((up, mark("{names} went up")), (down, mark("{names} went down")))
        if n
    ]
    if not moved:
        return _("nothing has clearly changed since the wave before")
    rest = len(changes) - len(up) - len(down)
    return "; ".join([*moved, *([_("nothing else clearly moved")] if rest else [])])


def _names(names: Sequence[str]) -> str:
    return words.join(names) if len(names) < 4 else _("{names} measures", names=len(names))


def _note(group: GroupReport, report: Report) -> str:
    arrow = (
        _("An arrow: an average is cut off there, so the change may reach further. ")
        if any(list(_open_ends(change)) for change in group.changes)
        else ""
    )
    before = f", {report.previous.title}" if report.previous and report.previous.title else ""
    return _(
        "{answered_text} are counted; compared with the wave before{before}. "
        "{coloured} {smallest}{arrow}{chance_sentence} A change says nothing about "
        "its cause.",
        answered_text=words.answered_text(group),
        before=before,
        coloured=_coloured(report),
        smallest=_smallest(group.changes),
        arrow=arrow,
        chance_sentence=change_words.chance_sentence(len(group.changes)),
    )


def _smallest(changes: Sequence[Change]) -> str:
    """Return how large a change had to be; of averages that are cut off that cannot be said."""
    whole = [change.detectable for change in changes if not list(_open_ends(change))]
    if not whole:
        return ""
    ends = [decimal(end) for end in (min(whole), max(whole))]
    could = ends[0] if ends[0] == ends[1] else _(" to ").join(ends)
    where = _(" where no average is cut off") if len(whole) < len(changes) else ""
    return _(
        "A true change of about {could} points{where} is seen four times in five. ",
        could=could,
        where=where,
    )


def _coloured(report: Report) -> str:
    rules = report.questionnaire.readiness
    return _(
        "Coloured where the interval leaves out zero and the change is at least "
        "{change_dimension} (all dimensions together: {change_index}).",
        change_dimension=words.number(rules.change_dimension),
        change_index=words.number(rules.change_index),
    )


def _table(changes: Sequence[Change], report: Report) -> Table:
    return Table(
        (
            _("Measure"),
            _("Before"),
            _("Now"),
            _("Difference"),
            _("95 % interval"),
            _("What can be said"),
        ),
        tuple(
            (
                words.text(c.name),
                words.figure_text(c.before, report.policy),
                words.figure_text(c.after, report.policy),
                _difference(c),
                _("{end} to {end2}", end=_end(c.low), end2=_end(c.high)),
                _("clear change") if c.clear else _("no clear change"),
            )
            for c in changes
        ),
    )


def _difference(change: Change) -> str:
    """Return a difference with its sign, and "or more" where clips hide more of it."""
    signed, amount = words.signed(change.difference), change_words.change_amount(change)
    return signed if round(change.difference, 1) == 0 else amount.replace(signed[1:], signed, 1)


def _end(value: float) -> str:
    """Return an end of an interval; one that just leaves out zero must not read as zero."""
    return words.end_text(value) or words.signed(value)


def _figure(changes: Sequence[Change], narrow: bool) -> Sheet:
    unit = 50 if narrow else 36
    margins = {"l": 10, "r": 10} if narrow else {"l": 224, "r": 170}
    sheet = Sheet(
        NARROW if narrow else WIDE, len(changes) * unit + 60, {**margins, "t": 28, "b": 32}
    )
    reach = max(LEAST_REACH, *(place_of_end(max(abs(c.low), abs(c.high))) for c in changes))
    ticks = list(range(-int(reach), int(reach) + 1))
    signs = ["0" if t == 0 else f"{'+' if t > 0 else '−'}{abs(t)}" for t in ticks]
    sheet.xaxis = axis(range=[-reach, reach], tickvals=ticks, ticktext=signs)
    sheet.yaxis = axis(range=[-len(changes) + 0.4, 0.5], showticklabels=False)
    line(sheet, (0, -len(changes) + 0.4), (0, 0.5), EDGE, 1.4)
    write(sheet, (0, 0.5), _("worse"), size=13, side="right", yanchor="bottom", shift=(-10, 2))
    write(sheet, (0, 0.5), _("better"), size=13, yanchor="bottom", shift=(10, 2))
    for row, change in enumerate(changes):
        _draw(sheet, change, -row, reach, narrow)
    return sheet


def _open_ends(change: Change) -> Iterator[tuple[float, str]]:
    """Yield where a clipped average of either wave keeps the interval open, with its arrow."""
    edges = change.before.edge, change.after.edge
    if edges[0] == "high" or edges[1] == "low":
        yield place_of_end(change.low), "triangle-left"
    if edges[0] == "low" or edges[1] == "high":
        yield place_of_end(change.high), "triangle-right"


def _draw(sheet: Sheet, change: Change, y: float, reach: float, narrow: bool) -> None:
    color = (TEAL if change.difference > 0 else RUST) if change.clear else GREY
    line(sheet, (-reach, y), (reach, y), RULE)
    line(
        sheet, (place_of_end(change.low), y), (place_of_end(change.high), y), color, 9, opacity=0.28
    )
    for end, arrow in _open_ends(change):
        marks(sheet, [end], [y], arrow, color, 9)
    symbol = (
        ("triangle-up" if change.difference > 0 else "triangle-down")
        if change.clear
        else "circle-open"
    )
    marks(sheet, [round(change.difference, 1)], [y], symbol, color, 14, row=round(-y))
    same = _("not clear") if narrow else _("no clear change")
    said = _difference(change) if change.clear else same
    value = Said(said, 15, color, 600 if change.clear else 400)
    beside(sheet, y, Said(words.text(change.name)), value, narrow)
