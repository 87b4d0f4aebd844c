"""How precisely a figure is let out, by the number of people behind it and its kind.

Here stands the one table of steps and clips, and the rounding by it. Steps and clips are shares of
the answer range: on answers from 1 to 5, a score of 5 to 11 people is let out in steps of 0.1 and
clipped to 2.2 ... 3.8, a single item in steps of 0.5, clipped to 2 ... 4.

The clip keeps a mean from telling an answer: for every class of the table an outsider can rule out
no answer of anybody, which `tests/core/test_precision.py` enumerates for one figure by itself.
(Figures taken together are the next piece of work; see docs/decisions/0004.)
"""

from dataclasses import dataclass
from math import floor
from typing import Literal

from survey.disclosure.values import Edge, Figure, Policy, Released, Withheld

Measure = Literal["score", "single", "share"]
"""A score of three or more items; a single item (or a score of two); a share of people."""


@dataclass(frozen=True)
class Precision:
    """Step and clip as shares of the answer range, from `least` people on."""

    least: int
    step: float
    clip: float


TABLE: dict[Measure, tuple[Precision, ...]] = {
    "score": (
        Precision(5, 1 / 40, 3 / 10),
        Precision(12, 1 / 40, 2 / 10),
        Precision(30, 1 / 40, 1 / 10),
    ),
    "single": (
        Precision(5, 1 / 8, 1 / 4),
        Precision(12, 1 / 8, 1 / 8),
        Precision(30, 1 / 16, 1 / 8),
    ),
    "share": (Precision(10, 1 / 10, 2 / 10),),
}


def precision(measure: Measure, n: int) -> Precision:
    """Return the row of the table for `n` people; `n` is at least that of the first row."""
    return [row for row in TABLE[measure] if row.least <= n][-1]


def let_out(mean: float, n: int, measure: Measure, lo: float, hi: float, policy: Policy) -> Figure:
    """Round and clip a mean of `n` people, or withhold it.

    Parameters
    ----------
    mean
        The exact mean, between `lo` and `hi`. NaN only where n is 0.
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
    The mean is first rounded to nine decimals, so that the order in which floating point numbers
    were added never decides on which side of a step it falls.
    """
    least = policy.single if measure == "share" else policy.scores
    if n < max(least, TABLE[measure][0].least):
        return Withheld("too_few")
    row, span = precision(measure, n), hi - lo
    steps = floor(round((mean - lo) / (row.step * span), 9) + 0.5)
    value = lo + steps * row.step * span
    low, high = lo + row.clip * span, hi - row.clip * span
    edge: Edge = "low" if value <= low + 1e-9 else "high" if value >= high - 1e-9 else ""
    return Released(round(min(max(value, low), high), 6), n, round(row.step * span, 6), edge)
