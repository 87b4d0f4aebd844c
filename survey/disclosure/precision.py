"""How precisely a figure is let out, by the number of people behind it and its kind.

Here stand the one table of steps, the one rule of clipping, and the rounding by them.

**The rule.** A mean of `n` people on answers from `lo` to `hi` is clipped to what lies at least
`margin(n)` inside that range, before anything is computed from it. A clipped mean tells nobody's
answer: with a margin of `1.5 (hi - lo) / n` the others of a group are, taken together, always two
steps or more away from all having given the highest or the lowest answer, even for a colleague who
subtracts an own answer. Where the single items of a scale are shown, it is their means that are
clipped, and the scale is made from them; below, it is the mean of the scale (`survey.disclosure.
figures`). docs/decisions/0008 says why several figures together tell no more than one.

Steps are shares of the answer range: on answers from 1 to 5 a score is let out in steps of 0.1, a
single item in steps of 0.5.
"""

from dataclasses import dataclass
from math import floor
from typing import Literal

import numpy as np

from survey.disclosure.values import Edge, Figure, Policy, Released, Withheld
from survey.scoring import ROUNDING, Floats, Ints

Measure = Literal["score", "single", "class", "share"]
"""A score of items; a single item; a class between cut-offs (know, do); a share of people."""


@dataclass(frozen=True)
class Precision:
    """The step as a share of the answer range, from `least` people on."""

    least: int
    step: float


TABLE: dict[Measure, tuple[Precision, ...]] = {
    "score": (Precision(5, 1 / 40),),
    "single": (Precision(5, 1 / 8), Precision(30, 1 / 16)),
    "class": (Precision(5, 1 / 16),),
    "share": (Precision(10, 1 / 10),),
}
CONTRAST_LEAST = 6
"""People from whom on the difference of two facets is told in classes."""
CONTRAST_MARGIN = 5
"""The scale beside them is clipped as if so few people stood behind it: at 2.2 and 3.8."""
CONTRAST_STEP = 1 / 4
"""The classes: above, at, or below, each a quarter of the answer range wide or open."""
DIFFERENCE_STEP, DIFFERENCE_CLIP = 1 / 40, 1 / 8
"""Step and clip of a difference between bands of people over the whole survey."""
SHARE_CLIP = 2 / 10
"""A share of people is let out from 20 to 80 percent."""


@dataclass(frozen=True)
class Clipped:
    """A mean that tells no answer, and how much of the truth the clip may hide on either side."""

    mean: float
    below: float = 0.0
    above: float = 0.0


def precision(measure: Measure, n: int) -> Precision:
    """Return the row of the table for `n` people; `n` is at least that of the first row."""
    return [row for row in TABLE[measure] if row.least <= n][-1]


def margin(n: int, lo: float, hi: float) -> float:
    """Return how far inside the answer range a mean of `n` answers is clipped.

    On answers from 1 to 5: 1.2 for 5 people, 0.6 for 10, 0.2 for 30. A range of one step (yes or
    no) needs more than its own width: two answers on either side.
    """
    span = hi - lo
    return max(1.5 * span, min(span + 1, 2 * span)) / n


def clip(mean: Floats, n: Ints, lo: float, hi: float) -> tuple[Floats, Floats, Floats]:
    """Return means of `n` answers between `lo` and `hi` as far as they may be used.

    Parameters
    ----------
    mean, n
        Of one shape; NaN stays NaN, and hides nothing.
    lo, hi
        The answer range.

    Returns
    -------
    tuple of ndarray
        The clipped means, and how much the clip may hide below and above each. A mean exactly at
        the margin counts as clipped, or else "clipped" would tell that it is not. Where the margins
        of both sides meet, nothing is left but the middle of the range.
    """
    half, there = (hi - lo) / 2, ~np.isnan(mean)
    inside = np.minimum(margin(1, lo, hi) / np.maximum(n, 1), half)
    low, high, met = lo + inside, hi - inside, inside >= half
    below = np.where(there & (met | (mean <= low + ROUNDING)), inside, 0.0)
    above = np.where(there & (met | (mean >= high - ROUNDING)), inside, 0.0)
    return np.clip(mean, low, high), below, above


def clipped(mean: float, n: int, lo: float, hi: float) -> Clipped:
    """Return one mean of `n` answers as far as it may be used: see `clip`."""
    return Clipped(*(float(part) for part in clip(np.array(mean), np.array(n), lo, hi)))


def contrast_class(difference: float, span: float) -> int:
    """Return whether a difference of two means is clearly positive (1), negative (-1), or not."""
    half = CONTRAST_STEP * span / 2
    return int(difference >= half - ROUNDING) - int(difference <= ROUNDING - half)


def clipped_share(share: float) -> Clipped:
    """Return a share of people as far as it may be used."""
    inside = min(max(share, SHARE_CLIP), 1 - SHARE_CLIP)
    return Clipped(
        inside,
        below=SHARE_CLIP if share <= SHARE_CLIP + ROUNDING else 0.0,
        above=SHARE_CLIP if share >= 1 - SHARE_CLIP - ROUNDING else 0.0,
    )


def let_out_difference(difference: float, n: int, span: float) -> Released:
    """Round and clip a difference of two means over many groups: in 0.1, to 0.5 either way."""
    step, most = DIFFERENCE_STEP * span, DIFFERENCE_CLIP * span
    inside = min(max(difference, -most), most)
    hidden = span - most
    below = hidden if difference <= ROUNDING - most else 0.0
    above = hidden if difference >= most - ROUNDING else 0.0
    value = floor(round(inside / step, 9) + 0.5) * step
    edge = _edge(Clipped(inside, below, above), step, -span, span)
    return Released(round(value, 6), n, round(step, 6), edge, round(below, 6), round(above, 6))


def let_out(
    mean: Clipped, n: int, measure: Measure, lo: float, hi: float, policy: Policy
) -> Figure:
    """Round a clipped mean of `n` people, or withhold it.

    Parameters
    ----------
    mean
        The clipped mean, between `lo` and `hi`. NaN only where n is 0.
    n
        People behind it.
    measure
        What kind of figure it is; decides the row of the table.
    lo, hi
        The answer range.
    policy
        The smallest numbers of people; shares need `policy.single`, means `policy.scores`.

    Returns
    -------
    Figure
        `Released`, or `Withheld("too_few")`. Which of the two depends on `n` alone.

    Notes
    -----
    A mean is rounded to the nearest step. A class lies between two steps and is named by its
    middle, so that no cut-off lies inside one. The mean is first rounded to nine decimals, so that
    the order in which floating point numbers were added never decides on which side it falls.
    """
    least = policy.single if measure == "share" else policy.scores
    if n < max(least, TABLE[measure][0].least):
        return Withheld("too_few")
    step = precision(measure, n).step * (hi - lo)
    place = round((mean.mean - lo) / step, 9)
    if measure == "class":
        at = min(floor(place), round((hi - lo) / step) - 1) + 0.5
    else:
        at = floor(place + 0.5)
    hidden = round(mean.below, 6), round(mean.above, 6)
    return Released(round(lo + at * step, 6), n, round(step, 6), _edge(mean, step, lo, hi), *hidden)


def _edge(mean: Clipped, step: float, lo: float, hi: float) -> Edge:
    """Return on which side alone the clip hides more than rounding does, or all there is."""
    below = mean.below > step / 2 or (mean.below > 0 and mean.mean - mean.below <= lo + ROUNDING)
    above = mean.above > step / 2 or (mean.above > 0 and mean.mean + mean.above >= hi - ROUNDING)
    if below == above:
        return ""
    return "high" if above else "low"
