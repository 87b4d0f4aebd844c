"""How far teams differ: one-way analysis of variance and intraclass correlations."""

from dataclasses import dataclass

import numpy as np
from scipy import special

from survey.measures.tallies import ScoreTally

NAN = float("nan")


@dataclass(frozen=True)
class Between:
    """Analysis of variance of one scale over teams; NaN where undefined."""

    teams: int
    n: int
    mean: float
    msb: float = NAN
    msw: float = NAN
    f: float = NAN
    df1: float = NAN
    df2: float = NAN
    p: float = NAN
    n0: float = NAN
    icc1: float = NAN
    icc1_low: float = NAN
    icc1_high: float = NAN
    icc2: float = NAN


def pooled(scores: ScoreTally) -> tuple[int, float, float]:
    """Return number, mean and standard deviation of the scores over all teams.

    Returns
    -------
    n : int
    mean : float
        NaN where nobody was scored.
    sd : float
        Divisor n - 1; NaN with fewer than two scores.
    """
    n = int(scores.scored.sum())
    if n == 0:
        return 0, NAN, NAN
    means = np.where(scores.scored > 0, scores.mean, 0.0)
    mean = float(means @ scores.scored) / n
    squares = float(scores.squares.sum() + scores.scored @ (means - mean) ** 2)
    return n, mean, (squares / (n - 1)) ** 0.5 if n > 1 else NAN


def between(scores: ScoreTally) -> Between:
    """Compare teams on one scale.

    Parameters
    ----------
    scores : ScoreTally
        Teams without a score do not count; teams of one do.

    Returns
    -------
    Between
        With one team, or no team of two, only the counts and the mean. Without any variance within
        teams F, p and the interval are undefined. Negative ICCs are kept.

    Notes
    -----
    ICC(1) = (MSB - MSW) / (MSB + (n0 - 1) MSW), n0 = (N - sum n^2 / N) / (K - 1) (Searle);
    ICC(2) = (MSB - MSW) / MSB. The interval of ICC(1) follows from that of F.

    References
    ----------
    Searle, S. R. (1971), Linear Models; Bliese, P. D. (2000), in Klein & Kozlowski, Multilevel
    Theory (ICC). Statistics B8; compared with the R package multilevel 2.7, whose own ICC(1) uses
    the plain mean team size.

    Examples
    --------
    `klein2000` of that package, COHES: 50 groups of 15, MSB 25.92534, MSW 4.932010, ICC(1) .221044
    and ICC(2) .809761 (mean squares as published there):

    >>> from survey.measures.between import from_mean_squares
    >>> found = from_mean_squares(50, 750, 0.228155, 25.9253419, 4.93200957, 15.0)
    >>> round(found.f, 5), round(found.icc1, 6), round(found.icc2, 6)
    (5.25655, 0.221044, 0.809761)
    """
    n, mean, _ = pooled(scores)
    sizes = scores.scored[scores.scored > 0]
    teams = len(sizes)
    if teams < 2 or n <= teams:
        return Between(teams, n, mean)
    means = scores.mean[scores.scored > 0]
    msb = float(sizes @ (means - mean) ** 2) / (teams - 1)
    msw = float(scores.squares.sum()) / (n - teams)
    n0 = (n - float(sizes @ sizes) / n) / (teams - 1)
    return from_mean_squares(teams, n, mean, msb, msw, n0)


def from_mean_squares(
    teams: int, n: int, mean: float, msb: float, msw: float, n0: float
) -> Between:
    """Complete the analysis of variance from its mean squares (teams >= 2, n > teams)."""
    df1, df2 = teams - 1, n - teams
    whole = msb + (n0 - 1) * msw
    icc1 = (msb - msw) / whole if whole > 0 else NAN
    icc2 = (msb - msw) / msb if msb > 0 else NAN
    if msw <= 0:
        return Between(teams, n, mean, msb, msw, NAN, df1, df2, NAN, n0, icc1, NAN, NAN, icc2)
    f = msb / msw
    p = float(special.fdtrc(df1, df2, f))
    low, high = (
        (f / quantile - 1) / (f / quantile + n0 - 1)
        for quantile in special.fdtri(df1, df2, [0.975, 0.025])
    )
    return Between(
        teams, n, mean, msb, msw, f, df1, df2, p, n0, icc1, float(low), float(high), icc2
    )
