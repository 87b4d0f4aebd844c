"""Tables of scales: one row for each group and dimension, now, since the wave before, over time.

Everything is put as on the pages; a part that is told in words has no number.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from survey.disclosure.values import Released, Withheld
from survey.exports.cells import (
    Cell,
    Column,
    Table,
    counted,
    end,
    figure_cells,
    interval_cells,
    said,
    withheld,
)
from survey.exports.tables_groups import COUNTED, GROUP, INDEX, NO_FIGURE, everyone, named
from survey.language import _
from survey.report import change_words, facet_words, split_words, words
from survey.report.model import Change, Estimate, GroupReport, Report, ScaleResult


def dimensions_table(report: Report) -> Table:
    """Return one row for each group and scale: dimensions, their parts, what stands beside them."""
    columns = (
        GROUP,
        COUNTED,
        Column(_("Measure id"), _("See the dictionary")),
        Column(_("Measure"), _("Name of the scale")),
        Column(_("Part of"), _("The dimension that a part belongs to, or what else it is")),
        Column(_("As printed"), _("The average as a page shows it"), missing=NO_FIGURE),
        Column(_("Average"), _("The rounded average of the answers"), "points", NO_FIGURE),
        Column(_("Cut off"), _("“or more”, “or less”: the average lies there or beyond")),
        Column(_("Interval from"), _("Lower end of the 95 % interval"), "points", NO_FIGURE),
        Column(_("Interval to"), _("Upper end of the 95 % interval"), "points", NO_FIGURE),
        Column(
            _("What can be said"),
            _("What the interval says of floor and target"),
            "text",
            NO_FIGURE,
        ),
        Column(
            _("Two camps"),
            _("Whether some stand low and some high. ")
            + _(split_words.ABSENCE, spread=report.policy.spread),
        ),
    )
    return Table(
        _("Dimensions"),
        _("One row for each group and scale; high is always healthy."),
        columns,
        tuple(_dimension_rows(report)),
    )


def _dimension_rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    for group in everyone(report):
        if group.index != Withheld("not_asked"):
            index = ScaleResult("INDEX", {"en": _(INDEX["en"])}, group.index)
            yield _scale_row(group, index, _("all dimensions"), report)
        for result in group.dimensions:
            yield _scale_row(group, result, _("a dimension"), report)
            yield from (_facet_row(group, facet, result, report) for facet in result.facets)
        for beside in (group.capacity, group.resolve):
            if beside and _worth_telling(beside, report):
                yield _scale_row(group, beside, _("beside the dimensions"), report)


def _worth_telling(result: ScaleResult, report: Report) -> bool:
    ids = [item.id for item in report.questionnaire.items_of(result.id)]
    return words.worth_telling(ids, result.figure, report)


def _scale_row(
    group: GroupReport, result: ScaleResult, kind: str, report: Report
) -> tuple[Cell, ...]:
    figure, q = result.figure, report.questionnaire
    why = words.withheld_scale(result, report) if isinstance(figure, Withheld) else ""
    state = words.state_sentence(figure, q) if isinstance(figure, Estimate) else why
    return (
        *_names(group, result, kind),
        *figure_cells(figure, why, words.figure_text(figure, report.policy)),
        *interval_cells(figure, why),
        said(state, "withheld" if why else ""),
        _split_cell(result),
    )


def _names(group: GroupReport, result: ScaleResult, kind: str) -> tuple[Cell, ...]:
    return *named(group), said(result.id), said(words.text(result.name)), said(kind)


def _split_cell(result: ScaleResult) -> Cell:
    """Return that a group is split; that it is not is never said (docs/decisions/0009)."""
    return said(_(split_words.SHORT)) if result.split else withheld(_("nothing is said"))


def _facet_row(
    group: GroupReport, facet: ScaleResult, whole: ScaleResult, report: Report
) -> tuple[Cell, ...]:
    """Return the row of a part; where it is told in words, no number stands for the words."""
    kind = words.text(whole.name)
    in_words = facet_words.in_words(facet, report.policy)
    if group.kind == "node":
        # Below so many people the parts of some groups are words, and words have no average.
        in_words = any(one.n < report.policy.single for one in report.groups)
    if not in_words:
        return _scale_row(group, facet, kind, report)
    told = (
        _("told in words in some groups")
        if group.kind == "node"
        else facet_words.facet_sentence(facet, whole, report)
    )
    no_number = withheld(_("told in words"))
    return (*_names(group, facet, kind), *[no_number] * 5, said(told), _split_cell(facet))


def changes_table(report: Report) -> Table:
    """Return one row for each group and scale that can be compared with the wave before."""
    columns = (
        GROUP,
        COUNTED,
        Column(_("Measure id"), _("See the dictionary")),
        Column(_("Measure"), _("Name of the scale")),
        Column(_("Before"), _("The average of the wave before, as printed")),
        Column(_("Now"), _("The average of this wave, as printed")),
        Column(_("Difference"), _("Now less before"), "points"),
        Column(_("Cut off"), _("“or more”: averages are cut off, and it may be more than that")),
        Column(_("Interval from"), _("Lower end of the 95 % interval of the difference"), "points"),
        Column(_("Interval to"), _("Upper end of the 95 % interval of the difference"), "points"),
        Column(_("What can be said"), _("“clear change” only where the interval leaves out zero")),
        Column(
            _("Could be seen"),
            _("The smallest true change that two such waves show four times in five"),
            "points",
            _("“cannot be told” where an average is cut off"),
        ),
    )
    rows = tuple(
        _change_row(group, change, report) for group in everyone(report) for change in group.changes
    )
    chance = f" {change_words.chance_sentence(len(rows))}" if rows else ""
    about = _("Against the wave before, where the same units answered.{chance}", chance=chance)
    return Table(_("Changes"), about, columns, rows)


def _change_row(group: GroupReport, change: Change, report: Report) -> tuple[Cell, ...]:
    more = change_words.reaches_further(change)
    cut = bool(change.before.edge or change.after.edge)
    return (
        *named(group),
        said(change.scale),
        said(words.text(change.name)),
        *(_printed(figure, report) for figure in (change.before, change.after)),
        end(round(change.difference, 1)),
        said(_("or more") if more else _("as it stands")),
        end(change.low),
        end(change.high),
        said(_("clear change") if change.clear else _("no clear change")),
        withheld(_("cannot be told")) if cut and not change.clear else end(change.detectable),
    )


def _printed(figure: Released, report: Report) -> Cell:
    return said(words.figure_text(figure, report.policy))


def waves_table(report: Report) -> Table:
    """Return one row for each group, wave and scale, where there are three waves and more."""
    columns = (
        GROUP,
        Column(_("Closed"), _("The day on which the wave was closed"), "date"),
        COUNTED,
        Column(_("Asked"), _("People who were asked"), "people"),
        Column(_("Measure id"), _("See the dictionary")),
        Column(_("As printed"), _("The average as a page shows it")),
        Column(_("Average"), _("The rounded average of the answers"), "points"),
        Column(_("Cut off"), _("“or more”, “or less”: the average lies there or beyond")),
        Column(_("Interval from"), _("Lower end of the 95 % interval"), "points"),
        Column(_("Interval to"), _("Upper end of the 95 % interval"), "points"),
    )
    rows = tuple(
        (
            *_wave(group, point.closed, point.n, point.asked),
            said(scale),
            *figure_cells(figure, "", words.figure_text(figure, report.policy)),
            *interval_cells(figure, ""),
        )
        for group in everyone(report)
        for point in group.history
        for scale, figure in point.figures.items()
    )
    return Table(_("Waves"), _("Every wave in which the same units answered."), columns, rows)


def _wave(group: GroupReport, closed: date, n: int, asked: int) -> Sequence[Cell]:
    return said(group.name), Cell(closed), counted(n), counted(asked)
