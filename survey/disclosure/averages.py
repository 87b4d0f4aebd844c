"""Means over the people of groups, before anything is let out.

Here belong the answers that are averaged together (`Block`) and the three kinds of means the door
knows: of clipped items, of people's scores, of the difference of two facets. What is made of them,
and why it tells no more, stands in `figures`; who is in which group in `rollup`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.disclosure.precision import clip
from survey.disclosure.values import Policy
from survey.questionnaire.definition import Practice, Questionnaire, Scale
from survey.scoring import (
    Answers,
    Bools,
    Floats,
    Ints,
    ScaleKey,
    keyed,
    person_scores,
    raw,
    scale_key,
)


@dataclass(frozen=True, eq=False)
class Block:
    """The keyed answers that are averaged together: L items of n people, NaN = not answered."""

    names: tuple[str, ...]
    lo: float
    hi: float
    values: Floats
    """(L, n)"""
    scores: Floats
    """(n,) each person's mean; NaN for who is not counted: by the half rule, or for who did not
    answer both of a pair."""

    @property
    def counted(self) -> Bools:
        """(n,) who is counted."""
        return ~np.isnan(self.scores)


@dataclass(frozen=True, eq=False)
class ItemMeans:
    """Clipped means of L items in G groups, all arrays (L, G); NaN where too few answered."""

    names: tuple[str, ...]
    lo: float
    hi: float
    people: Ints
    """(G,) people who are counted."""
    counts: Ints
    mean: Floats
    below: Floats
    above: Floats


@dataclass(frozen=True, eq=False)
class ScoreMeans:
    """Means of people's scores in G groups, not clipped yet: (G,) each."""

    people: Ints
    mean: Floats


@dataclass(frozen=True, eq=False)
class Contrast:
    """By how much one facet of a scale stands above the other, over people who answered both."""

    one: str
    other: str
    means: ScoreMeans


@dataclass(frozen=True, eq=False)
class Tallied:
    """One scale in G groups, in both ways of letting it out."""

    scale: Scale
    items: ItemMeans
    scores: ScoreMeans
    contrast: Contrast | None


@dataclass(frozen=True)
class Door:
    """What decides about one group: its place among the groups, its printed n, the policy."""

    group: int
    printed: int
    policy: Policy


def scale_block(questionnaire: Questionnaire, scale: Scale, answers: Answers) -> Block:
    """Return the answers to the items of a scale; counted is who has a score by the half rule."""
    items = questionnaire.items_of(scale.id)
    ranges = [questionnaire.range_of(item.id) for item in items]
    key: ScaleKey = scale_key(scale.id, items, ranges, answers.columns, 1.0, 1.0)
    values = keyed(answers.values, key)
    return Block(key.items, *key.bounds, values, person_scores(values))


def practice_block(
    questionnaire: Questionnaire, practice: Practice, answers: Answers
) -> Block | None:
    """Return knowing and doing, for people who answered both (B15); None where it was not asked."""
    names = practice.know, practice.do
    if not set(names) <= set(answers.columns):
        return None
    lo, hi = questionnaire.range_of(practice.know)
    at = [answers.columns.index(name) for name in names]
    values = raw(answers.values[:, at]).T
    return Block(names, lo, hi, values, values.mean(axis=0))


def tally(
    questionnaire: Questionnaire, scale: Scale, block: Block, group_of: Ints, doors: Sequence[Door]
) -> Tallied:
    """Average the answers to one scale over the people of each group.

    Parameters
    ----------
    questionnaire, scale
        What was asked.
    block
        The answers of n people.
    group_of
        (n,) index of each person's group, -1 where the person is left out.
    doors
        One for each group.
    """
    groups = len(doors)
    return Tallied(
        scale,
        item_means(block, group_of, doors),
        score_means(block.scores, group_of, groups),
        _contrast(questionnaire, scale, block, group_of, groups),
    )


def score_means(scores: Floats, group_of: Ints, groups: int) -> ScoreMeans:
    """Average one number of each person over the people of each group who have one."""
    there = (group_of >= 0) & ~np.isnan(scores)
    people = np.bincount(group_of[there], minlength=groups)
    sums = np.bincount(group_of[there], weights=scores[there], minlength=groups)
    return ScoreMeans(
        people, np.divide(sums, people, out=np.full(groups, np.nan), where=people > 0)
    )


def pick_means(picks: Bools | None, group_of: Ints, groups: int) -> tuple[ScoreMeans, ...]:
    """Return the share of each group's people who chose an option, one for each option."""
    if picks is None:
        return ()
    return tuple(score_means(option, group_of, groups) for option in picks.T.astype(np.float64))


def _contrast(
    questionnaire: Questionnaire, scale: Scale, block: Block, group_of: Ints, groups: int
) -> Contrast | None:
    """Return the difference of two facets of three items that make up a scale; else None.

    This shape is the one that was enumerated; other facets appear where single items do.
    """
    facets = [facet for facet in questionnaire.facets if facet.scale == scale.id]
    parts = [item for facet in facets for item in facet.items]
    if [len(facet.items) for facet in facets] != [3, 3] or {*parts} != {*block.names}:
        return None
    one, other = (
        person_scores(block.values[[block.names.index(item) for item in facet.items]])
        for facet in facets
    )
    difference = np.where(block.counted, one - other, np.nan)
    return Contrast(facets[0].id, facets[1].id, score_means(difference, group_of, groups))


def item_means(block: Block, group_of: Ints, doors: Sequence[Door]) -> ItemMeans:
    """Average each item over the counted people of each group, and clip.

    An item that fewer people of a group answered than its policy asks for scores is left out there.
    """
    groups = len(doors)
    shape = len(block.names), groups
    least = np.array([door.policy.scores for door in doors], dtype=np.int64)
    counts, sums = np.zeros(shape, dtype=np.int64), np.zeros(shape)
    inside = (group_of >= 0) & block.counted
    for at, row in enumerate(block.values):
        there = inside & ~np.isnan(row)
        counts[at] = np.bincount(group_of[there], minlength=groups)
        sums[at] = np.bincount(group_of[there], weights=row[there], minlength=groups)
    people = np.bincount(group_of[inside], minlength=groups)
    enough = counts >= least
    mean = np.divide(sums, counts, out=np.full(shape, np.nan), where=enough)
    clipped, below, above = clip(mean, counts, block.lo, block.hi)
    return ItemMeans(block.names, block.lo, block.hi, people, counts, clipped, below, above)
