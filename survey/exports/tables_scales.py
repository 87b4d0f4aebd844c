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
from survey.report import change_words, facet_words, split_words, words
from survey.report.model import Change, Estimate, GroupReport, Report, ScaleResult


def dimensions_table(report: Report) -> Table:
    """Return one row for each group and scale: dimensions, their parts, what stands beside them."""
    columns = (
        GROUP,
        COUNTED,
        Column("Measure id", "See the dictionary"),
        Column("Measure", "Name of the scale"),
        Column("Part of", "The dimension that a part belongs to, or what else it is"),
        Column("As printed", "The average as a page shows it", missing=NO_FIGURE),
        Column("Average", "The rounded average of the answers", "points", NO_FIGURE),
        Column("Cut off", "“or more”, “or less”: the average lies there or beyond"),
        Column("Interval from", "Lower end of the 95 % interval", "points", NO_FIGURE),
        Column("Interval to", "Upper end of the 95 % interval", "points", NO_FIGURE),
        Column("What can be said", "What the interval says of floor and target", "text", NO_FIGURE),
        Column(
            "Two camps",
            "Whether some stand low and some high. "
            + split_words.ABSENCE.format(spread=report.policy.spread),
        ),
    )
    return Table(
        "Dimensions",
        "One row for each group and scale; high is always healthy.",
        columns,
        tuple(_dimension_rows(report)),
    )


def _dimension_rows(report: Report) -> Iterator[tuple[Cell, ...]]:
    for group in everyone(report):
        if group.index != Withheld("not_asked"):
            index = ScaleResult("INDEX", INDEX, group.index)
            yield _scale_row(group, index, "all dimensions", report)
        for result in group.dimensions:
            yield _scale_row(group, result, "a dimension", report)
            yield from (_facet_row(group, facet, result, report) for facet in result.facets)
        for beside in (group.capacity, group.resolve):
            if beside and _worth_telling(beside, report):
                yield _scale_row(group, beside, "beside the dimensions", report)


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
    return said(split_words.SHORT) if result.split else withheld("nothing is said")


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
        "told in words in some groups"
        if group.kind == "node"
        else facet_words.facet_sentence(facet, whole, report)
    )
    no_number = withheld("told in words")
    return (*_names(group, facet, kind), *[no_number] * 5, said(told), _split_cell(facet))


def changes_table(report: Report) -> Table:
    """Return one row for each group and scale that can be compared with the wave before."""
    columns = (
        GROUP,
        COUNTED,
        Column("Measure id", "See the dictionary"),
        Column("Measure", "Name of the scale"),
        Column("Before", "The average of the wave before, as printed"),
        Column("Now", "The average of this wave, as printed"),
        Column("Difference", "Now less before", "points"),
        Column("Cut off", "“or more”: averages are cut off, and it may be more than that"),
        Column("Interval from", "Lower end of the 95 % interval of the difference", "points"),
        Column("Interval to", "Upper end of the 95 % interval of the difference", "points"),
        Column("What can be said", "“clear change” only where the interval leaves out zero"),
        Column(
            "Could be seen",
            "The smallest true change that two such waves show four times in five",
            "points",
            "“cannot be told” where an average is cut off",
        ),
    )
    rows = tuple(
        _change_row(group, change, report) for group in everyone(report) for change in group.changes
    )
    chance = f" {change_words.chance_sentence(len(rows))}" if rows else ""
    about = f"Against the wave before, where the same units answered.{chance}"
    return Table("Changes", about, columns, rows)


def _change_row(group: GroupReport, change: Change, report: Report) -> tuple[Cell, ...]:
    more = change_words.change_amount(change).endswith("or more")
    cut = bool(change.before.edge or change.after.edge)
    return (
        *named(group),
        said(change.scale),
        said(words.text(change.name)),
        *(_printed(figure, report) for figure in (change.before, change.after)),
        end(round(change.difference, 1)),
        said("or more" if more else "as it stands"),
        end(change.low),
        end(change.high),
        said("clear change" if change.clear else "no clear change"),
        withheld("cannot be told") if cut and not change.clear else end(change.detectable),
    )


def _printed(figure: Released, report: Report) -> Cell:
    return said(words.figure_text(figure, report.policy))


def waves_table(report: Report) -> Table:
    """Return one row for each group, wave and scale, where there are three waves and more."""
    columns = (
        GROUP,
        Column("Closed", "The day on which the wave was closed", "date"),
        COUNTED,
        Column("Asked", "People who were asked", "people"),
        Column("Measure id", "See the dictionary"),
        Column("As printed", "The average as a page shows it"),
        Column("Average", "The rounded average of the answers", "points"),
        Column("Cut off", "“or more”, “or less”: the average lies there or beyond"),
        Column("Interval from", "Lower end of the 95 % interval", "points"),
        Column("Interval to", "Upper end of the 95 % interval", "points"),
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
    return Table("Waves", "Every wave in which the same units answered.", columns, rows)


def _wave(group: GroupReport, closed: date, n: int, asked: int) -> Sequence[Cell]:
    return said(group.name), Cell(closed), counted(n), counted(asked)
