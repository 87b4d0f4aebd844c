"""The sums over people from which every figure of a team and of all teams follows.

One pass over the people of a block of teams; what follows from the sums (intervals, agreement,
reliability) stands in modules of its own and never sees a person again.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from survey.measures.grouping import Grouping
from survey.scoring import ROUNDING, Bools, Floats, Ints

NOTHING = 1e-12
"""A sum of squares below this part of the sum of x^2 is rounding: everyone answered the same."""


class Joined:
    """Tallies of several blocks of teams put one after another."""

    _summed: frozenset[str] = frozenset()

    @classmethod
    def join(cls, parts: Sequence[Self]) -> Self:
        """Join the tallies of consecutive blocks of teams."""
        joined: dict[str, npt.NDArray[np.float64]] = {}
        for field in fields(cls):  # type: ignore[arg-type]
            values = [getattr(p, field.name) for p in parts]
            if field.name in cls._summed:
                joined[field.name] = np.sum(values, axis=0)
            else:
                joined[field.name] = np.concatenate(values, axis=-1)
        return cls(**joined)


@dataclass(frozen=True, eq=False)
class ScoreTally(Joined):
    """Scores of T teams on one scale, each (T,).

    Attributes
    ----------
    scored : ints
        People with a score.
    mean, squares : floats
        Mean score (NaN where nobody was scored) and sum of squared deviations from it.
    favourable, low, high : ints
        People at or above the favourable cut, below the lower and above the upper split cut.
    """

    scored: Ints
    mean: Floats
    squares: Floats
    favourable: Ints
    low: Ints
    high: Ints

    def rows(self, wanted: Ints) -> "ScoreTally":
        """Return the tallies of some teams."""
        return ScoreTally(*(getattr(self, f.name)[wanted] for f in fields(self)))

    @property
    def sd(self) -> Floats:
        """Standard deviation, divisor n - 1; NaN with fewer than two scores."""
        return np.sqrt(self.squares / np.where(self.scored >= 2, self.scored - 1, np.nan))


@dataclass(frozen=True, eq=False)
class ItemTally(Joined):
    """Complete rows of T teams on the k items of one scale.

    Attributes
    ----------
    complete : ints (T,)
        People who answered every item. The rest concerns them alone.
    means, squares : floats (k, T)
        Mean of each item (0 where nobody is complete) and its sum of squared deviations.
    total_squares : floats (T,)
        Sum of squared deviations of the sum over items.
    deviations : floats (T,)
        Sum over people and items of |x - mean|.
    products : floats (k, k)
        Cross-products of the deviations from the team's mean, summed over all teams.
    """

    _summed = frozenset({"products"})

    complete: Ints
    means: Floats
    squares: Floats
    total_squares: Floats
    deviations: Floats
    products: Floats


def score_tally(
    scores: Floats, grouping: Grouping, favourable: float, low: float, high: float
) -> ScoreTally:
    """Tally the scores of people sorted by team.

    Parameters
    ----------
    scores : ndarray (n,)
        NaN = not scored.
    grouping : Grouping
        Of these n people into T teams.
    favourable, low, high : float
        Cut-offs: >= favourable, < low, > high, each forgiving `ROUNDING`.
    """
    given = ~np.isnan(scores)
    filled = np.where(given, scores, 0.0)
    scored = grouping.counts(given)
    sums = grouping.sums(filled)
    mean = np.divide(sums, scored, out=np.full(len(scored), np.nan), where=scored > 0)
    deviation = np.where(given, filled - grouping.spread(mean), 0.0)
    squares = _without_rounding(grouping.sums(deviation**2), scored, mean)
    with np.errstate(invalid="ignore"):
        return ScoreTally(
            scored,
            mean,
            squares,
            grouping.counts(scores >= favourable - ROUNDING),
            grouping.counts(scores < low - ROUNDING),
            grouping.counts(scores > high + ROUNDING),
        )


def item_tally(answers: Floats, grouping: Grouping) -> ItemTally:
    """Tally the complete rows of people sorted by team.

    Parameters
    ----------
    answers : ndarray (k, n)
        Keyed answers, NaN = not answered. An item nobody answered leaves no complete row.
    grouping : Grouping
        Of these n people into T teams.
    """
    whole = np.logical_and.reduce(~np.isnan(answers), axis=0) & (len(answers) > 0)
    complete = grouping.counts(whole)
    deviation = np.where(whole, answers, 0.0)
    means = grouping.sums(deviation) / np.maximum(complete, 1)
    deviation -= grouping.spread(means)
    deviation *= whole
    squares = _without_rounding(grouping.sums(deviation**2), complete, means)
    total = deviation.sum(axis=0)
    products = deviation @ deviation.T
    total_squares = _without_rounding(grouping.sums(total**2), complete, means.sum(axis=0))
    deviations = grouping.sums(np.abs(deviation, out=deviation).sum(axis=0))
    return ItemTally(complete, means, squares, total_squares, deviations, products)


def _without_rounding(squares: Floats, n: Ints, mean: Floats) -> Floats:
    """Sums of squares, 0 where they are no more than what rounding leaves of equal numbers."""
    with np.errstate(invalid="ignore"):
        nothing: Bools = squares <= NOTHING * n * mean**2
    return np.where(nothing, 0.0, squares)
