"""Tables of whole groups: who is counted with which verdict, and the map of all dimensions.

Here stand also what the other tables of groups share. Everything is put as on the pages.
"""

from collections.abc import Sequence

from survey.disclosure.values import Withheld
from survey.exports.cells import Cell, Column, Table, coloured, counted, mean, said, withheld
from survey.language import _, mark
from survey.questionnaire.definition import Scale, Text
from survey.report import finding_words, grounds_words, map_columns, verdict_words, words
from survey.report.model import GroupReport, Report, ScaleResult, State

KINDS = {
    "whole": mark("one unit"),
    "pooled": mark("units with too few answers, taken together"),
    "node": mark("all groups together"),
}
INDEX: Text = {"en": mark("All dimensions together")}
MARKS: dict[State, tuple[str, str]] = {
    "strong": ("● ", mark("at target")),
    "sound": ("◆ ", mark("above floor")),
    "unclear": ("○ ", mark("cannot tell")),
    "weak": ("▼ ", mark("below floor")),
}
"""Mark and short words of each state, so that a map needs no colour."""
SIGNS = {"": "", "high": "≥ ", "low": "≤ "}
TOO_FEW = Withheld("too_few")
NO_FIGURE = mark("words say why it is not shown")


def everyone(report: Report) -> list[GroupReport]:
    """Return the groups in the order of the tree, then all together where it is more than one."""
    whole = report.organisation
    together = [whole] if whole and whole.units and len(report.groups) > 1 else []
    return [*report.groups, *together]


GROUP = Column(
    mark("Group"), mark("The group that is reported on: a unit, or several taken together")
)
COUNTED = Column(
    mark("Counted"), mark("People who could be scored on every dimension"), "people", NO_FIGURE
)


def named(group: GroupReport) -> tuple[Cell, Cell]:
    """Return what nearly every row begins with: the group, and how many people are counted."""
    return said(group.name), counted(group.n)


def groups_table(report: Report) -> Table:
    """Return one row a group: who is counted, verdict, finding, conditions, reasons."""
    practice = words.practice_name(report)
    columns = (
        GROUP,
        COUNTED,
        Column(_("Asked"), _("People who were asked"), "people", NO_FIGURE),
        Column(_("Kind"), _("What stands behind the group")),
        Column(_("Units"), _("Names of the units behind it")),
        Column(_("Finding"), _("Whether the group can carry {practice}", practice=practice)),
        Column(_("Finding because"), _("What the finding rests on")),
        Column(
            _("Verdict"), _("Whether it is ready for anything new, by cut-offs that are judgement")
        ),
        Column(_("Verdict because"), _("What the verdict rests on; without one, what stands out")),
        Column(_("Conditions"), _("What may miss the target")),
        Column(_("If the silent differed"), _("Whether the verdict would hold")),
    )
    rows = [_group_row(group, report) for group in everyone(report)]
    rows += [_left_out_row(name, report) for name in report.left_out]
    about = _("One row a group, in the order of the organisation and not by rank.")
    return Table(_("Groups"), about, columns, tuple(rows))


def _group_row(group: GroupReport, report: Report) -> tuple[Cell, ...]:
    q, verdict, finding = report.questionnaire, group.verdict, group.finding
    because = grounds_words.finding_sentences(group, finding, report) if finding else ()
    conditions = verdict_words.conditions_sentence(group, q) if verdict else ""
    return (
        *named(group),
        counted(group.asked),
        said(_(KINDS[group.kind])),
        said(words.join(group.units)),
        said(finding_words.finding_word(finding) if finding else _("no finding")),
        said(" ".join(because) or _("no finding")),
        said(verdict_words.verdict_word(verdict.rule) if verdict else _("no verdict")),
        said(_because(group, report)),
        said(conditions or _("none")),
        said(verdict_words.silent(group, q) if verdict else _("no verdict")),
    )


def _because(group: GroupReport, report: Report) -> str:
    q = report.questionnaire
    if group.verdict is None:
        return verdict_words.standing_out(group, report)
    beside = verdict_words.beside_sentence(group, q)
    return f"{verdict_words.turns_on(group, q)} {beside}".strip()


def _left_out_row(name: str, report: Report) -> tuple[Cell, ...]:
    why = withheld(words.withheld_text(TOO_FEW, report.policy))
    few = withheld(_("fewer than {scores}", scores=report.policy.scores))
    return said(name), few, why, said(_("left out")), said(name), *[why] * 6


def map_table(report: Report) -> Table:
    """Return groups by dimensions, each cell in the colour, the mark and the words of its state."""
    apart = map_columns.outside(report)
    columns = _map_columns(apart, report)
    hidden = withheld(words.withheld_text(TOO_FEW, report.policy))
    few = withheld(_("fewer than {scores}", scores=report.policy.scores))
    rows = [_map_row(group, apart, report) for group in report.groups]
    rows += [(said(name), few, *[hidden] * (len(columns) - 2)) for name in report.left_out]
    return Table(
        _("Map"),
        _(
            "Groups by dimensions, in the order of the organisation and not by rank. "
            "Coloured by what can be said of each cell: the same state has the same "
            "colour, mark and words."
        ),
        columns,
        tuple(rows),
    )


def _map_columns(apart: Sequence[Scale], report: Report) -> tuple[Column, ...]:
    lo, hi = report.questionnaire.range_over(item.id for item in report.questionnaire.items)
    return (
        GROUP,
        Column(_("Answers"), _("How many of how many people are counted")),
        *(
            Column(
                words.text(d.name),
                _("Average of {id}, {lo} to {hi}", id=d.id, lo=lo, hi=hi),
                "points",
                NO_FIGURE,
            )
            for d in report.questionnaire.dimensions
        ),
        *(
            Column(
                _("Apart: {name}", name=words.text(scale.name)),
                _("Average of {id}, {lo} to {hi}; outside the index", id=scale.id, lo=lo, hi=hi),
                "points",
                NO_FIGURE,
            )
            for scale in apart
        ),
    )


def _map_row(group: GroupReport, apart: Sequence[Scale], report: Report) -> tuple[Cell, ...]:
    scales = (*report.questionnaire.dimensions, *apart)
    return (
        said(group.name),
        said(_("{n} of {asked}", n=group.n, asked=group.asked)),
        *(_map_cell(map_columns.result_of(group, scale), report) for scale in scales),
    )


def _map_cell(result: ScaleResult, report: Report) -> Cell:
    figure = result.figure
    if isinstance(figure, Withheld):
        return withheld(words.withheld_scale(result, report))
    sign, short = MARKS[figure.state]
    before = f"{sign}{SIGNS[figure.released.edge]}"
    return coloured(mean(figure.released.value), figure, before, f"  {_(short)}")
