"""Whether the people of a group stand in two camps on a dimension (statistics B11), as yes or no.

Yes: enough people stand low and enough stand high, and the means of the items leave room for it
(`leaves_room`). No is everything else, so it never means that people agree: that they do is not let
out, because low spread beside a mean rules out answers. Whether the word is told depends on counts
only. Why neither word rules out an answer, or where somebody stands, that the means leave open:
docs/decisions/0009.
"""

from collections.abc import Mapping
from math import ceil, floor

import numpy as np

from survey.disclosure.averages import Block, Door, ItemMeans
from survey.disclosure.harm import asks_about_harm
from survey.disclosure.values import Figure, Released, Withheld
from survey.questionnaire.definition import Questionnaire, Readiness, Scale
from survey.scoring import ROUNDING, Bools, Floats, Ints

MEASURE = "split"
"""The first part of the figure's name: "split:TRUST"."""
LEAST_CAMP = 3
"""Fewer people on a side could be the two of whom somebody knows where they stand."""


def split_figures(
    questionnaire: Questionnaire,
    scale: Scale,
    block: Block,
    means: ItemMeans,
    group_of: Ints,
    door: Door,
) -> Mapping[str, Figure]:
    """Return the word of one scale for one group, by its name; none of what is no dimension.

    Parameters
    ----------
    questionnaire, scale
        Its cut-offs; a scale that holds items of harm is told as its mean and as nothing else.
    block, means
        The answers of n people to the scale, and the clipped means of its items.
    group_of
        (n,) index of each person's group.
    door
        The group.

    Returns
    -------
    Mapping
        1.0 or 0.0, from `policy.spread` scores on. Each side has to have three people at least, and
        as many as both sides need, and two more, have to have answered every item.
    """
    if scale.role != "dimension":
        return {}
    name = f"{MEASURE}:{scale.id}"
    if asks_about_harm(questionnaire, scale.id):
        return {name: Withheld("harm")}
    return {name: _figure(questionnaire.readiness, block, means, group_of, door)}


def _figure(rules: Readiness, block: Block, means: ItemMeans, group_of: Ints, door: Door) -> Figure:
    inside = (group_of == door.group) & block.counted
    n = int(inside.sum())
    camp = camp_of(n, rules)
    complete = int((inside & ~np.isnan(block.values).any(axis=0)).sum())
    known = not np.isnan(means.mean[:, door.group]).any()
    few = min(n, door.printed) < max(door.policy.spread, rules.split_answers)
    if few or camp < LEAST_CAMP or complete < 2 * camp + 2 or not known:
        return Withheld("too_few")
    scores = block.scores[inside]
    low = (scores < rules.split_low - ROUNDING).sum()
    high = (scores > rules.split_high + ROUNDING).sum()
    split = min(low, high) >= camp and _inside_window(means, door.group, camp, rules)
    return Released(float(split), min(n, door.printed), 1.0)


def camp_of(n: int, rules: Readiness) -> int:
    """Return how many of n people have to stand on either side."""
    return max(rules.split_people, ceil(rules.split_share * n - ROUNDING))


def _inside_window(means: ItemMeans, group: int, camp: int, rules: Readiness) -> bool:
    """Say whether the item means leave room for two camps of people at either end."""
    span, counts = means.hi - means.lo, means.counts[:, group]
    middle = [(cut - means.lo) * len(counts) for cut in (rules.split_low, rules.split_high)]
    if ceil(middle[0] - ROUNDING) > floor(middle[1] + ROUNDING):
        return False  # no score lies between the two sides
    above = np.floor((means.mean[:, group] - means.lo) * counts + ROUNDING)
    below = np.floor((means.hi - means.mean[:, group]) * counts + ROUNDING)
    up, down = (rules.split_low, rules.split_high), (rules.split_high, rules.split_low)
    low_end = leaves_room(above, camp, span, *(cut - means.lo for cut in up))
    high_end = leaves_room(below, camp, span, *(means.hi - cut for cut in down))
    return bool(low_end and high_end)


def leaves_room(sums: Floats, camp: int, span: float, near: float, far: float) -> Bools:
    """Say whether sums of answers leave room for a camp, for one own answer, and for anybody else.

    Parameters
    ----------
    sums : ndarray (L, ...)
        For each item, the sum of what its answers lie away from one end of the range.
    camp
        How many people have to stand farther than `far` from that end.
    span
        The range of answers.
    near, far
        The cut-offs of scores, as distances from that end.

    Notes
    -----
    Taken together the answers of each item give a camp of people all that it needs, and beside it
    (1) one colleague's own answers, whatever they are, and anybody else any one answer, and
    (2) somebody who answered k items the middle: the items with the least to spare, whatever k.
    """
    items = len(sums)
    taken = np.minimum(sums, span * camp)
    needed = floor(far * items + ROUNDING) + 1
    own = max(needed - 1, span * items - needed)
    spare = taken.sum(axis=0) - camp * needed - own
    more = np.sort(np.minimum(sums, span * (camp + 1)) - taken, axis=0)
    middle = np.ceil(near * np.arange(1, items + 1) - ROUNDING)
    left = spare + np.cumsum(more, axis=0) - middle.reshape(-1, *(1,) * spare.ndim)
    enough: Bools = (spare >= _elsewhere(items, span, far)) & (left >= 0).all(axis=0)
    return enough


def _elsewhere(items: int, span: float, far: float) -> float:
    """Return the most that is lost for a camp to somebody who is in it with fewer answers.

    At least one whole answer, which anybody may have given.
    """
    given = np.arange(ceil(items / 2), items + 1)
    needed = np.floor(far * given + ROUNDING) + 1
    return max(span, float((span * (items - given) - (needed[-1] - needed)).max()))
