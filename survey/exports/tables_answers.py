"""Tables of what groups answered one by one: statements, practices, obstacles, words, agreements.

Where nothing of a kind is shown of a group, one row says so and why: no group disappears.
"""

from collections.abc import Iterator

from survey.disclosure.values import Released, Withheld
from survey.exports.cells import (
    Cell,
    Column,
    Table,
    class_cells,
    figure_cells,
    interval_cells,
    percent,
    said,
    withheld,
)
from survey.exports.tables_groups import COUNTED, GROUP, NO_FIGURE, TOO_FEW, everyone, named
from survey.language import _
from survey.report import practice_words, words
from survey.report.model import (
    Estimate,
    GroupReport,
    ItemResult,
    PickResult,
    PracticeResult,
    Report,
)


def statements_table(report: Report) -> Table:
    """Return one row for each group and statement; one for a group of which none is shown."""
    columns = (
        GROUP,
        COUNTED,
        Column(_("Statement id"), _("See the dictionary")),
        Column(_("Statement"), _("As people read it")),
        Column(_("Dimension"), _("The scale it belongs to")),
        Column(_("Turned"), _("Whether the average is turned round, so that high is healthy")),
        Column(_("As printed"), _("The average as a page shows it"), "text", NO_FIGURE),
        Column(_("Average"), _("The average, rounded coarsely"), "points", NO_FIGURE),
        Column(_("Cut off"), _("“or more”, “or less”: the average lies there or beyond")),
    )
    rows = (row for group in report.groups for row in _statements(group, report))
    about = _(
        "From {single} answers on. Read the high and the low ones, not small differences.",
        single=report.policy.single,
    )
    return Table(_("Statements"), about, columns, tuple(rows))


def _statements(group: GroupReport, report: Report) -> Iterator[tuple[Cell, ...]]:
    figures = [item.figure for item in group.items]
    if TOO_FEW in figures and all(isinstance(figure, Withheld) for figure in figures):
        why = withheld(words.withheld_text(TOO_FEW, report.policy, single=True))
        yield *named(group), *[said(_("all statements"))] * 2, said(_("every scale")), *[why] * 4
        return
    for item in group.items:
        if words.worth_telling([item.id], item.figure, report):
            yield _statement(group, item, report)


def _statement(group: GroupReport, item: ItemResult, report: Report) -> tuple[Cell, ...]:
    printed = words.figure_text(item.figure, report.policy, single=True)
    return (
        *named(group),
        said(item.id),
        said(words.item_text(item, report)),
        said(words.text(report.questionnaire.scale(item.scale).name)),
        said(_("as asked") if item.key > 0 else _("turned: high means seldom or not so")),
        *figure_cells(item.figure, printed, printed),
    )


def practices_table(report: Report) -> Table:
    """Return one row for each group and practice: knowing, doing, the gap, the advice."""
    columns = (
        GROUP,
        COUNTED,
        Column(_("Practice id"), _("See the dictionary")),
        Column(_("Practice"), _("Its name")),
        Column(_("Hangs on"), _("The dimensions it needs")),
        Column(_("Knowing"), _("How clear it is, as a class"), "points", NO_FIGURE),
        Column(_("Knowing from"), _("Lower end of the class"), "points", NO_FIGURE),
        Column(_("Knowing to"), _("Upper end of the class"), "points", NO_FIGURE),
        Column(_("Doing"), _("How consistently it is done, as a class"), "points", NO_FIGURE),
        Column(_("Doing from"), _("Lower end of the class"), "points", NO_FIGURE),
        Column(_("Doing to"), _("Upper end of the class"), "points", NO_FIGURE),
        Column(_("Knowing leads by"), _("As printed"), "points", NO_FIGURE),
        Column(_("Gap"), _("Knowing less doing"), "points", NO_FIGURE),
        Column(_("Gap cut off"), _("“or more”, “or less”: the gap lies there or beyond")),
        Column(_("Gap from"), _("Lower end of the 95 % interval"), "points", NO_FIGURE),
        Column(_("Gap to"), _("Upper end of the 95 % interval"), "points", NO_FIGURE),
        Column(_("Advice"), _("What there is to do, by rules that are judgement")),
        Column(_("Because"), _("What the advice rests on")),
    )
    rows = tuple(
        _practice(group, practice, report)
        for group in report.groups
        for practice in group.practices
    )
    single, scores = report.policy.single, report.policy.scores
    about = _(
        "Figures from {single} answers on; advice from {scores}. {value}",
        single=single,
        scores=scores,
        value=_(practice_words.RESTING, single=single),
    )
    return Table(_("Practices"), about, columns, rows)


def _practice(group: GroupReport, practice: PracticeResult, report: Report) -> tuple[Cell, ...]:
    q = report.questionnaire
    advice = practice_words.advice_word(practice.advice) if practice.advice else _("No advice")
    return (
        *named(group),
        said(practice.id),
        said(words.text(practice.label)),
        said(words.join(words.scale_names(practice.critical, q))),
        *class_cells(practice.know, report.policy),
        *class_cells(practice.do, report.policy),
        *_gap_cells(practice, report),
        said(advice),
        said(practice_words.advice_sentence(practice, q)),
    )


def _gap_cells(practice: PracticeResult, report: Report) -> tuple[Cell, ...]:
    """Return the gap; where both means are cut off on the same side nobody can tell it."""
    gap = practice.gap
    why = words.withheld_text(TOO_FEW, report.policy, single=True)
    if isinstance(gap, Estimate) and _both_cut_off(practice):
        unknown = withheld(_("both cut off"))
        return unknown, unknown, unknown, *interval_cells(gap, why)
    printed = words.figure_text(gap, report.policy, single=True)
    return (*figure_cells(gap, why, printed.replace("-", "−")), *interval_cells(gap, why))


def _both_cut_off(practice: PracticeResult) -> bool:
    edges = [f.edge for f in (practice.know, practice.do) if isinstance(f, Released)]
    return len(edges) == 2 and edges[0] == edges[1] != ""


def obstacles_table(report: Report) -> Table:
    """Return one row for each group and option of the pick list; one where none is shown."""
    pick_list = report.questionnaire.pick_list
    most = pick_list.most if pick_list else 0
    columns = (
        GROUP,
        COUNTED,
        Column(_("Option id"), _("See the dictionary")),
        Column(_("Obstacle"), _("As people read it")),
        Column(_("As printed"), _("The share as a page shows it"), "text", NO_FIGURE),
        Column(_("Share"), _("Share of the people, in tens"), "%", NO_FIGURE),
        Column(_("Cut off"), _("“or more”, “or less”: the share lies there or beyond")),
    )
    rows = (row for group in report.groups for row in _obstacles(group, report))
    about = _(
        "Only the {most} chosen most often are told, as many as one person could "
        "choose; from {single} answers on.",
        most=most,
        single=report.policy.single,
    )
    return Table(_("Obstacles"), about, columns, tuple(rows))


def _obstacles(group: GroupReport, report: Report) -> Iterator[tuple[Cell, ...]]:
    if group.picks and all(isinstance(p.figure, Withheld) for p in group.picks):
        why = withheld(words.share_text(group.picks[0].figure, report.policy))
        yield *named(group), *[said(_("all options"))] * 2, why, why, why
        return
    yield from (_obstacle(group, pick, report) for pick in group.picks)


def _obstacle(group: GroupReport, pick: PickResult, report: Report) -> tuple[Cell, ...]:
    printed = words.share_text(pick.figure, report.policy)
    return (
        *named(group),
        said(pick.id),
        said(words.text(pick.text)),
        *figure_cells(pick.figure, printed, printed, number=percent),
    )


def comments_table(report: Report) -> Table:
    """Return what people wrote, where it is shown; of what was hidden only how many."""
    columns = (
        GROUP,
        Column(_("Question"), _("What was asked")),
        Column(
            _("Comment"),
            _("What was written; where a name or number was found, a word in brackets"),
        ),
    )
    whole = report.organisation
    groups = [*report.groups, *([whole] if whole else [])]
    rows = (row for group in groups for row in _comments(group))
    return Table(
        _("Comments"),
        _("In the order of the alphabet. Of small units they are taken together."),
        columns,
        tuple(rows),
    )


def _comments(group: GroupReport) -> Iterator[tuple[Cell, ...]]:
    for question, comments in group.comments:
        for comment in comments:
            yield said(group.name), said(words.text(question)), said(comment)
    if group.hidden:
        many = len(group.hidden)
        told = _("1 comment was") if many == 1 else _("{many} comments were", many=many)
        hidden = withheld(_("{told} hidden by the consultant", told=told))
        yield said(group.name), said(_("every question")), hidden


def commitments_table(report: Report) -> Table:
    """Return what groups agreed to after the wave before."""
    columns = (
        GROUP,
        Column(_("Who"), _("A role, and nobody's name")),
        Column(_("What"), _("What was agreed")),
        Column(_("Until"), _("Until when"), "date"),
        Column(_("State"), _("open, done or dropped")),
    )
    rows = tuple(
        (said(group.name), said(one.who), said(one.what), Cell(one.until), said(_(one.state)))
        for group in everyone(report)
        for one in group.agreed
    )
    return Table(_("Commitments"), _("Agreed after the wave before."), columns, rows)
