"""How well the items of a scale hang together: alpha, omega, item-rest correlations.

Everything follows from the covariance matrix of complete rows, so that millions of people cost no
more than the sums in `survey.measures.tallies`.
"""

import numpy as np
from scipy import special

from survey.measures.tallies import NOTHING, ItemTally
from survey.scoring import Floats

CONVERGED = 1e-10
STEPS = 5_000


def pooled_products(items: ItemTally) -> tuple[Floats, int]:
    """Return the cross-products of complete rows over all teams, and the number of rows.

    The products within teams are known; those between teams are added from the team means. An item
    to which everybody gave the same answer gets zeros.

    Returns
    -------
    products : ndarray (k, k)
        Sums of cross-products of deviations from the mean over everybody.
    n : int
        Complete rows.
    """
    n = int(items.complete.sum())
    grand = items.means @ items.complete / max(n, 1)
    between = items.means - grand[:, None]
    products = items.products + (between * items.complete) @ between.T
    varied = np.diagonal(products) > NOTHING * n * grand**2
    return products * np.outer(varied, varied), n


def cronbach_alpha(covariance: Floats, n: int) -> float:
    """Cronbach's alpha from a covariance (or cross-product) matrix.

    Parameters
    ----------
    covariance : ndarray (k, k)
        Of keyed items, over complete rows; any positive multiple will do.
    n : int
        Complete rows.

    Returns
    -------
    float
        k / (k - 1) * (1 - sum of variances / variance of the sum). Items without variance are
        dropped first. NaN with fewer than two such items, fewer than two rows, or when the sum has
        no variance. Negative values are not clipped: they say that keys are wrong.

    References
    ----------
    Cronbach, L. J. (1951), Psychometrika 16, 297-334. Statistics B2.

    Examples
    --------
    Compared with the R package psych, listwise. `edge_cases: straight_line_all5`:

    >>> x = np.array([[5, 5, 4, 3], [1, 1, 4, 4], [5, 5, 4, 4], [1, 1, 4, 5.0]])
    >>> round(cronbach_alpha(np.cov(x), 4), 6)
    -0.791667
    """
    variances = np.diagonal(covariance)
    varied = variances > 0
    k = int(varied.sum())
    total = float(covariance.sum())
    if k < 2 or n < 2 or total <= 1e-12 * float(variances.sum()):
        return float("nan")
    return k / (k - 1) * (1 - float(variances.sum()) / total)


def alpha_by_team(items: ItemTally) -> Floats:
    """Cronbach's alpha of every team by itself: (T,), by the rules of `cronbach_alpha`."""
    k = (items.squares > 0).sum(axis=0)
    sum_squares = items.squares.sum(axis=0)
    total = np.where(items.total_squares > 1e-12 * sum_squares, items.total_squares, np.nan)
    wanted = np.where((k >= 2) & (items.complete >= 2), k, np.nan)
    return np.asarray(wanted / (wanted - 1) * (1 - sum_squares / total), dtype=np.float64)


def alpha_interval(alpha: float, n: int, k: int) -> tuple[float, float]:
    """Feldt's 95 % interval of alpha.

    Parameters
    ----------
    alpha : float
        NaN gives NaN.
    n, k : int
        Complete rows and items with variance.

    Returns
    -------
    low, high : float

    References
    ----------
    Feldt, L. S. (1965), Psychometrika 30, 357-370. Statistics B2.

    Examples
    --------
    Set `cohesion_tiny`: 10 complete rows of 5 items with alpha .8848, R gives .7129 to .9673:

    >>> low, high = alpha_interval(0.884791309319611, 10, 5)
    >>> round(low, 4), round(high, 4)
    (0.7129, 0.9673)
    """
    if np.isnan(alpha):
        return float("nan"), float("nan")
    df1, df2 = n - 1, (n - 1) * (k - 1)
    low, high = (1 - (1 - alpha) * special.fdtri(df1, df2, q) for q in (0.975, 0.025))
    return float(low), float(high)


def item_rest(covariance: Floats) -> Floats:
    """Correlate each item with the sum of the others.

    Parameters
    ----------
    covariance : ndarray (k, k)
        Of keyed items over complete rows; any positive multiple will do.

    Returns
    -------
    ndarray (k,)
        NaN where the item or the rest has no variance. Below .20: look; below 0: a key is wrong.

    References
    ----------
    Statistics B4; `r.drop` of the R package psych.
    """
    own = np.diagonal(covariance)
    with_total = covariance.sum(axis=1)
    rest = covariance.sum() - 2 * with_total + own
    scale = np.where((own > 0) & (rest > 1e-12 * np.abs(covariance).sum()), own * rest, np.nan)
    return np.asarray((with_total - own) / np.sqrt(scale), dtype=np.float64)


def omega_total(covariance: Floats, n: int) -> float:
    """McDonald's omega total of one factor.

    Parameters
    ----------
    covariance : ndarray (k, k)
        Of keyed items over complete rows; any positive multiple will do.
    n : int
        Complete rows.

    Returns
    -------
    float
        (sum of loadings)^2 / ((sum of loadings)^2 + sum of uniquenesses) on the correlations. NaN
        for k < 3, n <= k, an item without variance, or a loading of 1 and more (Heywood).

    Notes
    -----
    One factor by minimum residuals, found as the fixed point of principal axis factoring (the two
    have the same solution). Not the three-factor omega that psych::omega gives by default.

    References
    ----------
    McDonald, R. P. (1999), Test Theory; Harman, H. H. & Jones, W. H. (1966), Psychometrika 31,
    351-368 (minres). Statistics B3.

    Examples
    --------
    Loadings .8, .7, .6, .5 are found again from the correlations they imply:

    >>> loadings = np.array([0.8, 0.7, 0.6, 0.5])
    >>> r = np.outer(loadings, loadings) + np.diag(1 - loadings**2)
    >>> round(omega_total(r, 100), 6), round(2.6**2 / (2.6**2 + 2.26), 6)
    (0.749446, 0.749446)
    """
    k = len(covariance)
    sd = np.sqrt(np.diagonal(covariance))
    if k < 3 or n <= k or not np.all(sd > 0):
        return float("nan")
    loadings = one_factor(covariance / np.outer(sd, sd))
    if not np.all(loadings**2 < 1):
        return float("nan")
    common = float(loadings.sum()) ** 2
    return common / (common + float((1 - loadings**2).sum()))


def one_factor(correlation: Floats) -> Floats:
    """Loadings of one minres factor, their sum positive; NaN without convergence.

    Parameters
    ----------
    correlation : ndarray (k, k)

    Returns
    -------
    ndarray (k,)
        A loading of 1 and more is returned as found: the caller judges it.
    """
    reduced = correlation.copy()
    with np.errstate(divide="ignore"):
        communality = _first_communalities(correlation)
    for _ in range(STEPS):
        np.fill_diagonal(reduced, communality)
        values, vectors = np.linalg.eigh(reduced)
        loadings = vectors[:, -1] * np.sqrt(max(float(values[-1]), 0.0))
        if np.abs(loadings**2 - communality).max() < CONVERGED:
            return np.asarray(loadings * (1 if loadings.sum() >= 0 else -1), dtype=np.float64)
        communality = loadings**2
        if communality.max() > 1:
            break
    return np.full(len(correlation), np.nan)


def _first_communalities(correlation: Floats) -> Floats:
    """Largest correlation of each item with another: a start that needs no inverse."""
    others = np.abs(correlation - np.diag(np.diagonal(correlation)))
    return np.asarray(others.max(axis=1), dtype=np.float64)
