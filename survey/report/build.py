"""From released values to a report.

Here the report is put together: which groups stand in it, the organisation as the sum of its
groups. The estimates are made in `survey.report.estimates`, verdicts and findings in `judging`, a
group's parts in `parts` and `practices`, the comparison of waves in `waves`, the sentences in
`*words`. No answer reaches this module: it sees a `Release` and nothing else.
"""

from collections.abc import Mapping, Sequence

from survey.disclosure.values import Release, ReleasedGroup, Withheld
from survey.language import _
from survey.questionnaire.definition import Questionnaire
from survey.report.across import with_across
from survey.report.estimates import organisation_row
from survey.report.judging import Tables, outcomes_of, rules_of, tables_of, with_verdicts
from survey.report.model import Facts, GroupReport, PracticeResult, Report
from survey.report.parts import (
    comment_results,
    item_results,
    pick_results,
    scale_results,
    splits_of,
)
from survey.report.practices import organisation_practices, practice_results
from survey.report.waves import Wave, changes, could_show

NOT_ASKED = Withheld("not_asked")


def build(
    questionnaire: Questionnaire,
    released: Release,
    facts: Facts,
    previous: tuple[Facts, Release] | None = None,
    *,
    judged: bool = True,
    older: Sequence[tuple[Facts, Release]] = (),
) -> Report:
    """Build the report of a survey from its released values.

    Parameters
    ----------
    questionnaire
        What was asked, with every cut-off.
    released
        All that is known of the answers.
    facts
        What was known beforehand.
    previous
        The wave before, to compare with; groups are compared where the same units stand behind.
    judged
        False where there is no verdict to give, as for somebody else's scales.
    older
        The waves before the previous one, newest first, to be told in a row with it.

    Returns
    -------
    Report
        Groups in the order of the tree.
    """
    tables = tables_of(questionnaire, released)
    earlier = tables_of(questionnaire, previous[1]).wave if previous else None
    names = {unit.id: unit.name for unit in released.units}
    report = Report(
        facts=facts,
        questionnaire=questionnaire,
        policy=released.policy,
        groups=_groups(tables, earlier, facts, judged),
        organisation=_organisation(tables, earlier, facts.client, judged),
        left_out=tuple(names[unit] for unit in released.left_out),
        asked=sum(unit.asked for unit in released.units),
        answered=sum(group.n for group in tables.groups),
        previous=previous[0] if previous else None,
    )
    rest = [(told, tables_of(questionnaire, r).wave) for told, r in reversed(older)]
    before = [(previous[0], earlier)] if previous and earlier else []
    return with_across(report, released, [*rest, *before, (facts, tables.wave)])


def _groups(
    tables: Tables, earlier: Wave | None, facts: Facts, judged: bool
) -> tuple[GroupReport, ...]:
    outcomes = outcomes_of(tables) if judged else {}
    practices = practice_results(
        tables.questionnaire,
        tables.practices,
        tables.scales,
        rules_of(tables, outcomes),
        splits_of(tables.questionnaire, tables.groups),
        tables.release.policy,
    )
    groups = [
        _group(tables, row, practices[row], earlier, judged) for row in range(len(tables.groups))
    ]
    return with_verdicts(tables, groups, outcomes, facts)


def _group(
    tables: Tables,
    row: int,
    practices: tuple[PracticeResult, ...],
    earlier: Wave | None,
    judged: bool,
) -> GroupReport:
    group, questionnaire = tables.groups[row], tables.questionnaire
    by_role = scale_results(questionnaire, tables.scales, row, group)
    return GroupReport(
        key=group.key,
        name=_name(group, tables.release),
        kind="whole" if group.kind == "whole" else "pooled",
        units=_unit_names(tables.release, group.units),
        n=group.n,
        asked=group.asked,
        dimensions=by_role["dimension"],
        index=tables.index.estimate(row, 0) if judged else NOT_ASKED,
        capacity=next(iter(by_role["capacity"]), None),
        resolve=next(iter(by_role["resolve"]), None),
        items=item_results(questionnaire, group),
        practices=practices,
        picks=pick_results(questionnaire, group),
        comments=comment_results(questionnaire, group.comments),
        verdict=None,
        changes=changes(earlier, tables.wave, row) if earlier and judged else (),
        hidden=group.hidden,
        could_show=could_show(tables.wave, row) if judged else {},
    )


def _name(group: ReleasedGroup, released: Release) -> str:
    if group.kind == "whole":
        return group.name
    parent = next((unit.name for unit in released.units if unit.id == group.parent), "")
    return _("Small units of {parent}", parent=parent) if parent else _("Small units together")


def _unit_names(released: Release, ids: Sequence[str]) -> tuple[str, ...]:
    wanted = set(ids)
    return tuple(unit.name for unit in released.units if unit.id in wanted)


def _organisation(
    tables: Tables, earlier: Wave | None, client: str, judged: bool
) -> GroupReport | None:
    """Return all groups taken together, made from their released values alone."""
    if not tables.groups:
        return None
    questionnaire = tables.questionnaire
    by_role = scale_results(questionnaire, organisation_row(tables.scales), 0)
    index = organisation_row(tables.index).estimate(0, 0)
    return GroupReport(
        key="all",
        name=client or _("All groups"),
        kind="node",
        units=_unit_names(tables.release, [u for g in tables.groups for u in g.units]),
        n=sum(group.n for group in tables.groups),
        asked=sum(unit.asked for unit in tables.release.units),
        dimensions=by_role["dimension"],
        index=index if judged else NOT_ASKED,
        capacity=next(iter(by_role["capacity"]), None),
        resolve=next(iter(by_role["resolve"]), None),
        items=(),
        practices=organisation_practices(questionnaire, tables.practices, tables.release.policy),
        picks=(),
        comments=comment_results(questionnaire, _wider_comments(tables)),
        verdict=None,
        changes=changes(earlier, tables.wave, None) if earlier and judged else (),
        hidden=tuple(sorted(mark for group in _wider(tables) for mark in group.hidden)),
    )


def _wider(tables: Tables) -> list[ReleasedGroup]:
    return [group for group in tables.release.groups if group.kind == "wider"]


def _wider_comments(tables: Tables) -> Mapping[str, tuple[str, ...]]:
    """Return the comments of groups that are too small for comments alone, taken together."""
    wider = [group.comments for group in _wider(tables)]
    return {
        question.id: tuple(text for said in wider for text in said.get(question.id, ()))
        for question in tables.questionnaire.open_questions
    }
