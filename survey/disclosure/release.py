"""From the answers of a survey to everything that will ever be known of them.

Here the groups of `rollup` meet the precision of `precision`: each measure is averaged over the
people of each group and let out, or withheld. After this only released values exist; intervals,
states, verdicts and changes are made from them (`survey.report.build`), never from the answers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from survey.disclosure.averages import (
    Block,
    Door,
    item_means,
    pick_means,
    practice_block,
    scale_block,
    tally,
)
from survey.disclosure.figures import pick_figures, practice_figures, scale_figures
from survey.disclosure.harm import harm_figure
from survey.disclosure.masking import Masking
from survey.disclosure.rollup import Counts, Group, roll_up, widen
from survey.disclosure.split import split_figures
from survey.disclosure.stories import MEASURE, tenure_figure
from survey.disclosure.values import (
    Figure,
    Policy,
    Release,
    ReleasedGroup,
    Unit,
    Withheld,
)
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers, Bools, Ints


def release(
    questionnaire: Questionnaire,
    answers: Answers,
    picks: Bools | None,
    comments: Mapping[str, Sequence[str]] | None,
    units: Sequence[Unit],
    policy: Policy,
    masking: Masking | None = None,
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
    masking
        What is taken out of comments; None: addresses and numbers, and no names.

    Returns
    -------
    Release
        The same for every order of the people.
    """
    scales = [scale_block(questionnaire, scale, answers) for scale in questionnaire.scales]
    counts = _counts(questionnaire, scales, answers, units)
    honest = _not_stuffed(answers, units)
    groups, _ = roll_up(honest, counts, policy.scores)
    wider = widen(honest, groups, max(policy.single, policy.scores))
    doors = [Door(at, group.n, policy) for at, group in enumerate(groups)]
    group_of = _group_of(answers, units, groups)
    figures = _figures(questionnaire, scales, answers, picks, group_of, doors)
    heard = _group_of(answers, units, wider)
    masked = _masked(comments or {}, masking or Masking())
    voices = {
        _ids(group): _voices(questionnaire, answers, masked, heard == at, policy)
        for at, group in enumerate(wider)
    }
    released = [
        _released(g, of_group, voices.pop(_ids(g), None), policy)
        for g, of_group in zip(groups, figures, strict=True)
    ]
    released += [_released(g, {}, voices[_ids(g)], policy) for g in wider if _ids(g) in voices]
    released += _across(questionnaire, scales, answers, group_of, groups, policy)
    shown = {unit.id for group in groups for unit in group.units}
    nowhere = tuple(unit.id for unit in units if unit.asked and unit.id not in shown)
    return Release(tuple(units), policy, tuple(released), nowhere)


def _not_stuffed(answers: Answers, units: Sequence[Unit]) -> tuple[Unit, ...]:
    """Return the units; one with more answers than it was given codes as a mere heading.

    Somebody put answers there, and who knows these would know the others'.
    """
    many = np.bincount(answers.team, minlength=len(units))
    return tuple(
        replace(unit, asked=0) if many[at] > unit.asked else unit for at, unit in enumerate(units)
    )


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
        asked=group.asked,
        figures={**figures, **harm},
        comments=voices.comments if voices else {},
    )


def _across(
    questionnaire: Questionnaire,
    scales: Sequence[Block],
    answers: Answers,
    group_of: Ints,
    groups: Sequence[Group],
    policy: Policy,
) -> list[ReleasedGroup]:
    """Return the contrast of newcomers and veterans as a group of its own, where it is let out."""
    if questionnaire.tenure is None:
        return []
    scale = questionnaire.tenure.scale
    block = scales[[s.id for s in questionnaire.scales].index(scale)]
    figure = tenure_figure(questionnaire, block, answers, group_of, policy)
    if isinstance(figure, Withheld):
        return []
    units = tuple(unit for group in groups for unit in group.units)
    everybody = Group("wider", None, units, policy.single)
    released = _released(everybody, {f"{MEASURE}:{scale}": figure}, None, policy)
    return [replace(released, key=MEASURE + ".")]


def _counts(
    questionnaire: Questionnaire, scales: Sequence[Block], answers: Answers, units: Sequence[Unit]
) -> Mapping[str, Counts]:
    """Return, for each unit, how many people have a score on each dimension."""
    counts = np.stack(
        [
            np.bincount(answers.team[block.counted], minlength=len(units))
            for scale, block in zip(questionnaire.scales, scales, strict=True)
            if scale.role == "dimension"
        ],
        axis=1,
    )
    return {unit.id: counts[at] for at, unit in enumerate(units) if unit.asked}


def _group_of(answers: Answers, units: Sequence[Unit], groups: Sequence[Group]) -> Ints:
    """Return the index of each person's group, -1 where the person is left out."""
    group_of_unit = {unit.id: at for at, group in enumerate(groups) for unit in group.units}
    by_unit = np.array([group_of_unit.get(unit.id, -1) for unit in units], dtype=np.int64)
    return by_unit[answers.team] if len(units) else np.empty(0, dtype=np.int64)


def _figures(
    questionnaire: Questionnaire,
    scales: Sequence[Block],
    answers: Answers,
    picks: Bools | None,
    group_of: Ints,
    doors: Sequence[Door],
) -> list[dict[str, Figure]]:
    """Return every figure of every group, by the name of its measure, in questionnaire order."""
    figures: list[dict[str, Figure]] = [{} for _ in doors]
    for scale, block in zip(questionnaire.scales, scales, strict=True):
        tallied = tally(questionnaire, scale, block, group_of, doors)
        for door in doors:
            figures[door.group].update(scale_figures(questionnaire, tallied, door))
            figures[door.group].update(
                split_figures(questionnaire, scale, block, tallied.items, group_of, door)
            )
    for practice in questionnaire.practices:
        if pair := practice_block(questionnaire, practice, answers):
            means = item_means(pair, group_of, doors)
            for door in doors:
                figures[door.group].update(practice_figures(means, door))
    shares = pick_means(picks, group_of, len(doors))
    for door in doors:
        figures[door.group].update(pick_figures(questionnaire, shares, door))
    return figures


def _masked(comments: Mapping[str, Sequence[str]], masking: Masking) -> Mapping[str, Sequence[str]]:
    """Return the comments with names, addresses and numbers taken out."""
    return {
        question: [masking(text) if text else "" for text in texts]
        for question, texts in comments.items()
    }


def _voices(
    questionnaire: Questionnaire,
    answers: Answers,
    comments: Mapping[str, Sequence[str]],
    members: Bools,
    policy: Policy,
) -> _Voices:
    """Return a wider group's comments, in the order of the alphabet, and its harm signal."""
    inside = np.flatnonzero(members).tolist()
    said = {
        question.id: tuple(sorted(filter(None, (texts[at] for at in inside))))
        for question in questionnaire.open_questions
        if (texts := comments.get(question.id))
    }
    return _Voices(harm_figure(questionnaire, answers, members, policy), said)
