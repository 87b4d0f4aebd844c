"""From the answers of a survey to everything that will ever be known of them.

Here the groups of `rollup` meet the precision of `precision`: each measure is averaged over the
people of each group and let out, or withheld. After this only released values exist; intervals,
states, verdicts and changes are made from them (`survey.report.build`), never from the answers.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from survey.disclosure.precision import Measure, let_out
from survey.disclosure.rollup import Counts, Group, roll_up, widen
from survey.disclosure.values import (
    Figure,
    Policy,
    Release,
    Released,
    ReleasedGroup,
    Unit,
    Withheld,
)
from survey.questionnaire.definition import Item, Practice, Questionnaire
from survey.scoring import (
    Answers,
    Bools,
    Floats,
    Ints,
    keyed,
    person_scores,
    raw,
    scale_key,
)


@dataclass(frozen=True)
class Column:
    """One measure of every person: keyed values, NaN where there is none.

    Below `least` people, or the policy's own smallest number, there is no figure.
    """

    name: str
    measure: Measure
    lo: float
    hi: float
    values: Floats
    least: int = 1


def release(
    questionnaire: Questionnaire,
    answers: Answers,
    picks: Bools | None,
    comments: Mapping[str, Sequence[str]] | None,
    units: Sequence[Unit],
    policy: Policy,
) -> Release:
    """Let out of the answers what may be known, and nothing else.

    Parameters
    ----------
    questionnaire
        What was asked. Its scales, items and practices are the measures.
    answers
        Raw answers of n people; `answers.team` is the index of each person's unit in `units`.
    picks
        (n, options) True where a person chose the option; None where nothing was picked from.
    comments
        Open question id -> n texts, "" where nothing was written.
    units
        The tree, in the order of reports.
    policy
        The smallest numbers of people.

    Returns
    -------
    Release
        The same for every order of the people.
    """
    columns = [*_columns(questionnaire, answers, policy), *_pick_columns(questionnaire, picks)]
    counts = _counts(questionnaire, columns, answers, units)
    groups, left_out = roll_up(units, counts, policy.scores)
    wider = widen(units, groups, max(policy.single, policy.scores))
    figures = _figures(columns, _group_of(answers, units, groups), groups, policy)
    heard = _group_of(answers, units, wider)
    voices = {
        _ids(group): _voices(questionnaire, answers, comments, heard == at, policy)
        for at, group in enumerate(wider)
    }
    released = [
        _released(g, of_group, voices.pop(_ids(g), None), policy)
        for g, of_group in zip(groups, figures, strict=True)
    ]
    released += [_released(g, {}, voices[_ids(g)], policy) for g in wider if _ids(g) in voices]
    return Release(tuple(units), policy, tuple(released), tuple(u.id for u in left_out))


@dataclass(frozen=True)
class _Voices:
    """What a group of at least ten says in words, and whether several report harm."""

    harm: Figure
    comments: Mapping[str, tuple[str, ...]]


def _ids(group: Group) -> frozenset[str]:
    return frozenset(unit.id for unit in group.units)


def _released(
    group: Group, figures: Mapping[str, Figure], voices: _Voices | None, policy: Policy
) -> ReleasedGroup:
    harm = {"harm": voices.harm} if voices else {}
    return ReleasedGroup(
        key=group.key,
        name=group.units[0].name if group.kind == "whole" else "",
        kind=group.kind,
        parent=group.parent,
        units=tuple(unit.id for unit in group.units),
        # Of a wider group only that it is large enough: a difference of counts would tell the rest.
        n=policy.single if group.kind == "wider" else group.n,
        asked=max(group.asked, group.n),  # spare codes can bring more answers than people asked
        figures={**figures, **harm},
        comments=voices.comments if voices else {},
    )


def _columns(questionnaire: Questionnaire, answers: Answers, policy: Policy) -> Iterator[Column]:
    """Yield every measure of every person, in the order of the questionnaire."""
    for scale in questionnaire.scales:
        items = questionnaire.items_of(scale.id)
        yield _item_column(questionnaire, answers, scale.id, items, policy)
    for facet in questionnaire.facets:
        items = tuple(i for i in questionnaire.items if i.id in facet.items)
        yield _item_column(questionnaire, answers, facet.id, items, policy)
    for item in questionnaire.items:
        yield _item_column(questionnaire, answers, item.id, [item], policy)
    for practice in questionnaire.practices:
        yield from _practice_columns(questionnaire, answers, practice)


def _item_column(
    questionnaire: Questionnaire,
    answers: Answers,
    name: str,
    items: Sequence[Item],
    policy: Policy,
) -> Column:
    """Return the score of every person over some items, by the half rule.

    A score of fewer than three items is let out like a single item, and from as many answers on.
    """
    ranges = [questionnaire.range_of(item.id) for item in items]
    key = scale_key(name, items, ranges, answers.columns, 1.0, 1.0)
    scores = person_scores(keyed(answers.values, key))
    if len(items) > 2:
        return Column(name, "score", *key.bounds, scores)
    return Column(name, "single", *key.bounds, scores, policy.single)


def _practice_columns(
    questionnaire: Questionnaire, answers: Answers, practice: Practice
) -> Iterator[Column]:
    """Yield knowing and doing, each only for people who answered both (B15)."""
    if not {practice.know, practice.do} <= set(answers.columns):
        return
    lo, hi = questionnaire.range_of(practice.know)
    at = [answers.columns.index(practice.know), answers.columns.index(practice.do)]
    values = raw(answers.values[:, at])
    values[np.isnan(values).any(axis=1)] = np.nan
    yield Column(practice.know, "single", lo, hi, values[:, 0])
    yield Column(practice.do, "single", lo, hi, values[:, 1])


def _pick_columns(questionnaire: Questionnaire, picks: Bools | None) -> Iterator[Column]:
    if picks is None or questionnaire.pick_list is None:
        return
    for at, option in enumerate(questionnaire.pick_list.options):
        values = picks[:, at].astype(np.float64)
        yield Column(f"pick:{option.id}", "share", 0, 1, values)


def _counts(
    questionnaire: Questionnaire, columns: Sequence[Column], answers: Answers, units: Sequence[Unit]
) -> Mapping[str, Counts]:
    """Return, for each unit, how many people have a score on each dimension.

    The columns of the scales stand first, in questionnaire order.
    """
    scored = [
        ~np.isnan(column.values)
        for scale, column in zip(questionnaire.scales, columns, strict=False)
        if scale.role == "dimension"
    ]
    counts = np.stack(
        [np.bincount(answers.team[there], minlength=len(units)) for there in scored], axis=1
    )
    return {unit.id: counts[at] for at, unit in enumerate(units) if unit.asked}


def _group_of(answers: Answers, units: Sequence[Unit], groups: Sequence[Group]) -> Ints:
    """Return the index of each person's group, -1 where the person is left out."""
    group_of_unit = {unit.id: at for at, group in enumerate(groups) for unit in group.units}
    by_unit = np.array([group_of_unit.get(unit.id, -1) for unit in units], dtype=np.int64)
    return by_unit[answers.team] if len(units) else np.empty(0, dtype=np.int64)


def _figures(
    columns: Sequence[Column], group_of: Ints, groups: Sequence[Group], policy: Policy
) -> list[dict[str, Figure]]:
    """Return every figure of every group, by the name of its measure."""
    figures: list[dict[str, Figure]] = [{} for _ in groups]
    for column in columns:
        there = (group_of >= 0) & ~np.isnan(column.values)
        counts = np.bincount(group_of[there], minlength=len(groups))
        sums = np.bincount(group_of[there], weights=column.values[there], minlength=len(groups))
        for at, group in enumerate(groups):
            figures[at][column.name] = _figure(
                column, int(counts[at]), float(sums[at]), group.n, policy
            )
    return figures


def _figure(column: Column, count: int, total: float, printed: int, policy: Policy) -> Figure:
    """Let out one mean. One n is printed for a group: a figure never tells that it has more."""
    n = min(count, printed)
    if n < column.least:
        return Withheld("too_few")
    return let_out(total / count, n, column.measure, column.lo, column.hi, policy)


def _voices(
    questionnaire: Questionnaire,
    answers: Answers,
    comments: Mapping[str, Sequence[str]] | None,
    members: Bools,
    policy: Policy,
) -> _Voices:
    """Return a wider group's comments, in the order of the alphabet, and its harm signal."""
    inside = np.flatnonzero(members).tolist()
    said = {
        question.id: tuple(sorted(filter(None, (texts[at] for at in inside))))
        for question in questionnaire.open_questions
        if (texts := (comments or {}).get(question.id))
    }
    return _Voices(_harm(questionnaire, answers, members, policy), said)


def _harm(questionnaire: Questionnaire, answers: Answers, members: Bools, policy: Policy) -> Figure:
    """Return whether several people of a group report harm (B18, step 2); its n says "or more"."""
    rules = questionnaire.readiness
    if not rules.harm_items or not set(rules.harm_items) <= set(answers.columns):
        return Withheld("not_asked")
    at = [answers.columns.index(item) for item in rules.harm_items]
    reports = person_scores(raw(answers.values[members][:, at]).T) >= rules.harm_from
    signal = reports.sum() >= rules.harm_people and reports.mean() >= rules.harm_share
    return Released(float(signal), policy.single, 1.0)
