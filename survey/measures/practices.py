"""The gap between knowing and doing, practice by practice."""

from dataclasses import dataclass

import numpy as np

from survey.measures.grouping import Grouping
from survey.measures.tallies import NOTHING, Joined
from survey.scoring import ROUNDING, Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class PracticeTally(Joined):
    """Sums over the people who answered both questions on a practice, each (P, T).

    `know`, `do` and `gap` are means (NaN where nobody answered both), `*_squares` sums of squared
    deviations, `chasms` counts people whose gap reaches the chasm.
    """

    n: Ints
    know: Floats
    know_squares: Floats
    do: Floats
    do_squares: Floats
    gap: Floats
    gap_squares: Floats
    chasms: Ints

    @property
    def chasm_share(self) -> Floats:
        """Share of people with a chasm; NaN where nobody answered both."""
        return np.where(self.n > 0, self.chasms / np.maximum(self.n, 1), np.nan)


def practice_tally(know: Floats, do: Floats, grouping: Grouping, chasm: float) -> PracticeTally:
    """Tally know, do and gap of people sorted by team.

    Parameters
    ----------
    know, do : ndarray (P, n)
        Answers, NaN = not answered. Who answered only one of the two is left out of that practice.
    grouping : Grouping
        Of these n people into T teams.
    chasm : float
        A gap of at least this is a chasm (2 by default).

    Notes
    -----
    Statistics B15: gap = know - do per person. Differences are unreliable for a person; only their
    team mean is of use.
    """
    both = ~(np.isnan(know) | np.isnan(do))
    n = grouping.counts(both)
    gap = know - do
    with np.errstate(invalid="ignore"):
        chasms = grouping.counts(gap >= chasm - ROUNDING)
    sums = [_moments(np.where(both, x, 0.0), both, n, grouping) for x in (know, do, gap)]
    (k, kk), (d, dd), (g, gg) = sums
    return PracticeTally(n, k, kk, d, dd, g, gg, chasms)


def _moments(filled: Floats, given: Bools, n: Ints, grouping: Grouping) -> tuple[Floats, Floats]:
    sums = grouping.sums(filled)
    mean = np.divide(sums, n, out=np.full(n.shape, np.nan), where=n > 0)
    deviation = np.where(given, filled - grouping.spread(mean), 0.0)
    squares = grouping.sums(deviation**2)
    with np.errstate(invalid="ignore"):
        return mean, np.where(squares <= NOTHING * n * mean**2, 0.0, squares)
