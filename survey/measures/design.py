"""What these people answered today: the design-based interval and the bounds for the silent."""

from dataclasses import dataclass

import numpy as np

from survey.measures.standing import t_quantile
from survey.scoring import Floats, Ints


@dataclass(frozen=True, eq=False)
class Interval:
    """Standard error and 95 % interval, each of one shape; NaN where undefined."""

    se: Floats
    low: Floats
    high: Floats


def design_interval(mean: Floats, squares: Floats, n: Ints, asked: Floats | Ints) -> Interval:
    """Estimate the mean that all N people asked would have had today.

    Parameters
    ----------
    mean, squares : ndarray of any shape
        Mean and sum of squared deviations of the n scores.
    n : ndarray
        Scored people.
    asked : ndarray
        People asked, N; `inf` where unknown (no correction).

    Returns
    -------
    Interval
        SE = s / sqrt(n) * sqrt(1 - n / N), t with n - 1 degrees of freedom. A census has SE 0;
        n < 2 has none.

    References
    ----------
    Cochran, W. G. (1977), Sampling Techniques, 3rd ed., ch. 2. Statistics B6(a).

    Examples
    --------
    `edge_cases: half_missing` (n = 3 of 5), computed in R with the survey package:

    >>> i = design_interval(
    ...     np.array([4.388889]), np.array([0.240741]), np.array([3]), np.array([5])
    ... )
    >>> i.se.round(5), i.low.round(4)
    (array([0.12669]), array([3.8438]))
    """
    people = np.where(n >= 2, n, np.nan)
    df = people - 1
    se = np.sqrt(squares / df / people * (1 - people / asked))
    half = t_quantile(df, 0.975) * se
    return Interval(se, mean - half, mean + half)


def silent_bounds(
    mean: Floats, n: Ints, asked: Floats | Ints, lo: float, hi: float
) -> tuple[Floats, Floats]:
    """Bound the mean of all N people, whatever the silent would have answered (Manski).

    Parameters
    ----------
    mean, n : ndarray of any shape
        Mean score (NaN where n = 0) and scored people.
    asked : ndarray
        People asked; `inf` where unknown.
    lo, hi : float
        Lowest and highest possible score; NaN for a measure without bounds.

    Returns
    -------
    low, high : ndarray
        ((sum + (N - n) lo) / N, (sum + (N - n) hi) / N). Nobody scored: lo and hi. NaN without
        bounds or without a known N.

    References
    ----------
    Manski, C. F. (1989), J. Human Resources 24, 343-360. Statistics B12.

    Examples
    --------
    >>> low, high = silent_bounds(np.array([4.5]), np.array([1]), np.array([6]), 1, 5)
    >>> low.round(4), high.round(4)
    (array([1.5833]), array([4.9167]))
    """
    total = np.where(n > 0, mean, 0.0) * n
    known = np.where(np.isfinite(asked), asked, np.nan)
    return (total + (known - n) * lo) / known, (total + (known - n) * hi) / known
