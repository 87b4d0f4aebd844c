"""The favourable share of a team, with intervals that know how many people there are."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from survey.scoring import Floats, Ints

TAIL = 0.025
"""Probability left out at each end."""
CELLS = 400_000
"""Probabilities held in memory at a time."""


@dataclass(frozen=True, eq=False)
class Share:
    """A count, its share and two 95 % intervals (low, high), each (T,)."""

    count: Ints
    share: Floats
    wilson: tuple[Floats, Floats]
    hypergeometric: tuple[Floats, Floats]


def favourable_share(count: Ints, n: Ints, asked: Floats | Ints) -> Share:
    """Describe how many of the scored people are favourable (statistics B7).

    Parameters
    ----------
    count : ndarray (T,)
        Favourable people.
    n : ndarray (T,)
        Scored people.
    asked : ndarray (T,)
        People asked; `inf` where unknown: then the hypergeometric interval is NaN.

    Returns
    -------
    Share
        All NaN where n = 0.
    """
    share = np.where(n > 0, count / np.maximum(n, 1), np.nan)
    return Share(
        count, share, wilson_interval(share, n, asked), hypergeometric_interval(count, n, asked)
    )


def wilson_interval(share: Floats, n: Ints, asked: Floats | Ints) -> tuple[Floats, Floats]:
    """Wilson's interval with finite-population correction.

    Parameters
    ----------
    share, n, asked : ndarray (T,)
        Share, sample and population; `asked` = `inf` gives the plain Wilson interval.

    Returns
    -------
    low, high : ndarray (T,)
        A census collapses to the share. NaN where n = 0.

    References
    ----------
    O'Neill, B. (2021), Mathematical properties and finite-population correction for the Wilson
    score interval, arXiv:2109.12464 (R package stat.extend).

    Examples
    --------
    `edge_cases: perfect_split`, 3 of 6 in a team of 8:

    >>> low, high = wilson_interval(np.array([0.5]), np.array([6]), np.array([8.0]))
    >>> low.round(6), high.round(6)
    (array([0.303379]), array([0.696621]))
    """
    population = np.asarray(asked, dtype=np.float64)
    finite = np.isfinite(population) & (population > 1)
    left = np.where(finite, (population - n) / np.where(finite, population - 1, 1), 1.0)
    left = np.where(population == 1, 0.0, left)
    psi = special.chdtri(1, 2 * TAIL) / (2 * np.maximum(n, 1)) * left
    half = np.sqrt(2 * psi * share * (1 - share) + psi**2)
    return (share + psi - half) / (1 + 2 * psi), (share + psi + half) / (1 + 2 * psi)


def hypergeometric_interval(count: Ints, n: Ints, asked: Floats | Ints) -> tuple[Floats, Floats]:
    """Exact interval of the favourable share among all people asked, in whole people.

    Parameters
    ----------
    count, n, asked : ndarray (T,)
        Favourable, scored and asked people.

    Returns
    -------
    low, high : ndarray (T,)
        min K / N and max K / N over the K from count to N - (n - count) for which both tails exceed
        2.5 %. NaN where n = 0 or N is unknown. Conservative.

    Notes
    -----
    Both tails are monotone in K, so each end is found by bisection, for all teams at once; equal
    teams are computed once.

    References
    ----------
    Statistics B7. Reference values from R (`phyper`).

    Examples
    --------
    >>> low, high = hypergeometric_interval(np.array([3]), np.array([6]), np.array([8.0]))
    >>> low, high
    (array([0.375]), array([0.625]))
    """
    low, high = np.full(len(n), np.nan), np.full(len(n), np.nan)
    known = (n > 0) & np.isfinite(asked)
    if not known.any():
        return low, high
    triples = np.stack([count[known], n[known], np.asarray(asked)[known].astype(np.int64)])
    distinct, back = np.unique(triples, axis=1, return_inverse=True)
    ends = _whole_people(*distinct) / distinct[2]
    low[known], high[known] = ends[:, back]
    return low, high


def _whole_people(count: Ints, n: Ints, population: Ints) -> Floats:
    """Smallest and largest K for every distinct (count, n, N): (2, U)."""
    ends = np.empty((2, len(n)))
    many = max(1, CELLS // (int(n.max()) + 1))
    for start in range(0, len(n), many):
        part = slice(start, start + many)
        ends[0, part] = _least(count[part], n[part], population[part])
        # Turning favourable into unfavourable turns the upper end into a lower one.
        mirrored = _least((n - count)[part], n[part], population[part])
        ends[1, part] = population[part] - mirrored
    return ends


def _least(count: Ints, n: Ints, population: Ints) -> Ints:
    """Smallest K with P(X >= count | K) > 2.5 %."""
    low, high = count.copy(), population - (n - count)
    for _ in range(int(high.max() - low.min()).bit_length() + 1):
        middle = (low + high) // 2
        enough = _upper_tail(count, middle, n, population) > TAIL
        high = np.where(enough, middle, high)
        low = np.where(enough, low, np.minimum(middle + 1, high))
    return high


def _upper_tail(count: Ints, favourable: Ints, n: Ints, population: Ints) -> Floats:
    """P(X >= count) of the hypergeometric distribution, for U cases at once."""
    x = np.arange(int(n.max()) + 1)[None, :]
    drawn, good = n[:, None], favourable[:, None]
    bad = population[:, None] - good
    possible = (x >= count[:, None]) & (x <= drawn) & (x <= good) & (drawn - x <= bad)
    inside = np.where(possible, x, np.maximum(0, drawn - bad))
    logs = (
        _log_choose(good, inside)
        + _log_choose(bad, drawn - inside)
        - _log_choose(population[:, None], drawn)
    )
    return np.asarray(np.where(possible, np.exp(logs), 0.0).sum(axis=1), dtype=np.float64)


def _log_choose(n: Ints, k: Ints) -> Floats:
    logs = special.gammaln(n + 1) - special.gammaln(k + 1) - special.gammaln(n - k + 1)
    return np.asarray(logs, dtype=np.float64)
