"""The figures of groups: from keyed answers to means that are clipped, averaged and let out.

A scale is let out in one of two ways, by the printed number of people of its group alone (and one
that holds items of harm always in the second):

- where single items are shown (10 people and more), everything about its items passes through one
  array, their clipped means (`ItemMeans`): scale, facets and items are functions of it and of
  nothing else;
- below, there is the clipped mean of the people's scores, and beside it, where the scale has two
  facets, in which of three classes their difference lies (`Contrast`).

Why the figures of a group tell together no more than this: docs/decisions/0008. Which groups there
are is decided in `rollup`, steps and margins in `precision`; comments and the harm signal are let
out in `release`.
"""

from collections.abc import Mapping, Sequence
from math import hypot

import numpy as np

from survey.disclosure.averages import Door, ItemMeans, ScoreMeans, Tallied
from survey.disclosure.harm import asks_about_harm
from survey.disclosure.precision import (
    CONTRAST_LEAST,
    CONTRAST_MARGIN,
    CONTRAST_STEP,
    Clipped,
    Measure,
    clipped,
    clipped_share,
    contrast_class,
    let_out,
)
from survey.disclosure.values import Figure, Released, Withheld
from survey.questionnaire.definition import Questionnaire

TOO_FEW = Withheld("too_few")
LESS_OFTEN = Withheld("less_often")


def scale_figures(
    questionnaire: Questionnaire, tallied: Tallied, door: Door
) -> Mapping[str, Figure]:
    """Return the figure of a scale, of its facets and of its items, for one group."""
    means, scale = tallied.items, tallied.scale.id
    facets = {facet.id: facet.items for facet in questionnaire.facets if facet.scale == scale}
    items = {name: (name,) for name in means.names}
    if asks_about_harm(questionnaire, scale):
        kept_back = dict.fromkeys((*facets, *items), Withheld("harm"))
        return {scale: _whole_figure(tallied, door), **kept_back}
    if door.printed >= door.policy.single:
        parts = {scale: means.names, **facets, **items}
        return {name: _items_figure(means, of_part, door) for name, of_part in parts.items()}
    withheld = dict.fromkeys((*facets, *items), TOO_FEW)
    whole = _whole_figure(tallied, door)
    return {scale: whole, **withheld, **_facet_figures(tallied, whole, door)}


def _items_figure(means: ItemMeans, items: Sequence[str], door: Door) -> Figure:
    """Let out the mean of some clipped item means; at least half of the items must be there.

    A figure never tells that its group has more people than the n that is printed.
    """
    rows = [means.names.index(item) for item in items]
    at = (rows, door.group)
    answered = means.people[door.group] if len(rows) > 1 else means.counts[rows[0], door.group]
    n = min(int(answered), door.printed)
    there = ~np.isnan(means.mean[at])
    if 2 * there.sum() < len(rows) or n < door.policy.single:
        return TOO_FEW
    parts = (values[at][there].mean() for values in (means.mean, means.below, means.above))
    kind: Measure = "single" if len(rows) < 3 else "score"
    return let_out(Clipped(*map(float, parts)), n, kind, means.lo, means.hi, door.policy)


def _whole_figure(tallied: Tallied, door: Door) -> Figure:
    """Let out the clipped mean of scores; a score of fewer than three items is a single figure."""
    means, scores = tallied.items, tallied.scores
    n = min(int(scores.people[door.group]), door.printed)
    if n < door.policy.scores or len(means.names) < 3:
        return TOO_FEW
    behind = n if tallied.contrast is None else min(n, CONTRAST_MARGIN)
    mean = clipped(float(scores.mean[door.group]), behind, means.lo, means.hi)
    return let_out(mean, n, "score", means.lo, means.hi, door.policy)


def _facet_figures(tallied: Tallied, whole: Figure, door: Door) -> Mapping[str, Figure]:
    """Return two facets, from the released scale and the class in which their difference lies."""
    contrast = tallied.contrast
    if contrast is None or isinstance(whole, Withheld):
        return {}
    n = min(int(contrast.means.people[door.group]), whole.n)
    if n < max(CONTRAST_LEAST, door.policy.scores):
        return {}
    span = tallied.items.hi - tallied.items.lo
    side = contrast_class(float(contrast.means.mean[door.group]), span)
    return {
        contrast.one: _beside(whole, side, span, n),
        contrast.other: _beside(whole, -side, span, n),
    }


def _beside(whole: Released, side: int, span: float, n: int) -> Released:
    """Return a facet that stands above (1), at (0) or below (-1) its scale, by its class.

    A scale is the middle of its two facets, so each stands half their difference away from it.
    """
    step = CONTRAST_STEP * span / 2
    hidden = span / 2 - step
    return Released(
        value=round(whole.value + side * step, 6),
        n=n,
        step=round(hypot(whole.step, step), 6),
        edge={1: "high", 0: whole.edge, -1: "low"}[side],
        below=round(whole.below + hidden * (side < 0), 6),
        above=round(whole.above + hidden * (side > 0), 6),
    )


def practice_figures(means: ItemMeans, door: Door) -> Mapping[str, Figure]:
    """Return knowing and doing of one group, as classes between which the cut-offs lie."""
    n = min(int(means.people[door.group]), door.printed)
    return {
        name: let_out(
            Clipped(*(float(v[row, door.group]) for v in (means.mean, means.below, means.above))),
            n,
            "class",
            means.lo,
            means.hi,
            door.policy,
        )
        for row, name in enumerate(means.names)
    }


def pick_figures(
    questionnaire: Questionnaire, shares: Sequence[ScoreMeans], door: Door
) -> Mapping[str, Figure]:
    """Return the options that were picked most often, as many as one person may pick.

    Of the others nothing is told but that they were picked less often (or as often, and stand later
    in the list): because everybody may pick only so many, the shares of all options together would
    tell what was picked by nobody.
    """
    if not shares or questionnaire.pick_list is None:
        return {}
    figures = [_share_figure(share, door) for share in shares]
    first = sorted(range(len(figures)), key=lambda at: (-getattr(figures[at], "value", 0.0), at))[
        : questionnaire.pick_list.most
    ]
    return {
        f"pick:{option.id}": figure if at in first or isinstance(figure, Withheld) else LESS_OFTEN
        for at, (option, figure) in enumerate(
            zip(questionnaire.pick_list.options, figures, strict=True)
        )
    }


def _share_figure(share: ScoreMeans, door: Door) -> Figure:
    n = min(int(share.people[door.group]), door.printed)
    return let_out(clipped_share(float(share.mean[door.group])), n, "share", 0, 1, door.policy)
