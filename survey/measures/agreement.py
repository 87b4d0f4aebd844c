"""How much the members of a team agree: descriptive figures, never a gate.

r_wg depends almost wholly on the null distribution chosen (statistics, part 0 no. 7), so both usual
nulls are given and neither decides anything.
"""

from dataclasses import dataclass

import numpy as np

from survey.measures.tallies import ItemTally, ScoreTally
from survey.scoring import Floats

SKEWED = {5: 1.34}
"""Variance of the slightly skewed null by number of options; published for 5 only."""


@dataclass(frozen=True, eq=False)
class Agreement:
    """Agreement of each team on one scale, each (T,); NaN where undefined."""

    rwg_uniform: Floats
    rwg_skewed: Floats
    ad_m: Floats


def agreement(items: ItemTally, lo: Floats, hi: Floats) -> Agreement:
    """Compute r_wg(J) under two nulls and AD_M(J) of every team.

    Parameters
    ----------
    items : ItemTally
        Of the n complete rows of each team and k items.
    lo, hi : ndarray (k,)
        Ranges of the items; an item without bounds (NaN) leaves the whole scale without agreement.

    Returns
    -------
    Agreement
        NaN with fewer than two complete rows; the skewed null is known for five options only.
        Everyone identical: r_wg = 1, AD = 0. More variance than the null: r_wg = 0.

    Notes
    -----
    r_wg(J) = J (1 - q) / (J (1 - q) + q), q = min(1, mean over items of s^2 / null variance); rises
    with J by construction. AD_M(J) is the mean over items of mean |x - mean|, divisor n.

    References
    ----------
    James, L. R., Demaree, R. G. & Wolf, G. (1984), J. Applied Psychology 69, 85-98.
    LeBreton, J. M. & Senter, J. L. (2008), Organizational Research Methods 11, 815-852.
    Burke, M. J. & Dunlap, W. P. (2002), Organizational Research Methods 5, 159-172.
    Compared with the R package multilevel 2.7 (statistics B5).

    Examples
    --------
    `edge_cases: census_of_two`: two people, four items:

    >>> from survey.measures.tallies import item_tally
    >>> from survey.measures.grouping import Grouping
    >>> answers = np.array([[3, 2.0], [3, 2], [4, 3], [4, 3]])
    >>> tally = item_tally(answers, Grouping(np.array([2])))
    >>> found = agreement(tally, np.full(4, 1.0), np.full(4, 5.0))
    >>> found.rwg_uniform.round(6), found.rwg_skewed.round(6), found.ad_m
    (array([0.923077]), array([0.870466]), array([0.5]))
    """
    options = hi - lo + 1
    uniform = (options**2 - 1) / 12
    skewed = np.array([SKEWED.get(o, np.nan) for o in options.tolist()])
    bounded = 0.0 if np.isfinite(uniform).all() else np.nan
    enough = items.complete >= 2
    people = np.where(enough, items.complete, np.nan)
    variances = items.squares / (people - 1)
    ad_m = items.deviations / (people * max(len(lo), 1)) + bounded
    return Agreement(_rwg(variances, uniform), _rwg(variances, skewed), ad_m)


def _rwg(variances: Floats, null: Floats) -> Floats:
    k = len(null)
    if k == 0:
        return np.full(variances.shape[1], np.nan)
    q = np.minimum(1.0, (variances / null[:, None]).mean(axis=0))
    return np.asarray(k * (1 - q) / (k * (1 - q) + q), dtype=np.float64)


def polarization(scores: ScoreTally, lo: float, hi: float) -> Floats:
    """How far a team is pulled to the two ends: 0 all equal, 1 half at each end.

    Parameters
    ----------
    scores : ScoreTally
    lo, hi : float
        Lowest and highest possible score; NaN gives NaN.

    Returns
    -------
    ndarray (T,)
        Sum of (x - mean)^2 / n, over ((hi - lo) / 2)^2 (statistics B11). NaN with fewer than two
        scores.
    """
    people = np.where(scores.scored >= 2, scores.scored, np.nan)
    return np.asarray(scores.squares / people / ((hi - lo) / 2) ** 2, dtype=np.float64)
