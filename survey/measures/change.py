"""Change of teams between two anonymous waves: no person is linked."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

from survey.measures.standing import Standing, t_cdf, t_quantile
from survey.measures.tallies import ScoreTally
from survey.scoring import Floats


@dataclass(frozen=True, eq=False)
class Change:
    """Second wave minus first, of one shape; NaN where a wave has no score."""

    difference: Floats
    se: Floats
    df: Floats

    @property
    def low(self) -> Floats:
        """Lower end of the 95 % interval."""
        return self.difference - t_quantile(self.df, 0.975) * self.se

    @property
    def high(self) -> Floats:
        """Upper end of the 95 % interval."""
        return self.difference + t_quantile(self.df, 0.975) * self.se

    @property
    def p_better(self) -> Floats:
        """P(the standing went up)."""
        return t_cdf(self.df, self.difference / self.se)

    @property
    def detectable(self) -> Floats:
        """The smallest difference these two waves could have shown (80 % power, 5 %)."""
        return (t_quantile(self.df, 0.975) + t_quantile(self.df, 0.80)) * self.se


def change(before: Standing, after: Standing) -> Change:
    """Compare two standings as independent.

    Parameters
    ----------
    before, after : Standing
        Of the same teams, of one shape.

    Returns
    -------
    Change
        SE^2 = SE1^2 + SE2^2, degrees of freedom by Satterthwaite. Conservative when the same people
        answer twice. For released means the standings already hold half the rounding step each.

    References
    ----------
    Satterthwaite, F. E. (1946), Biometrics Bulletin 2, 110-114. Statistics B10.

    Examples
    --------
    With equal standard errors the degrees of freedom add up:

    >>> one = Standing(np.array([3.9]), np.array([0.1]), np.array([12.0]), np.array([0.7]))
    >>> two = Standing(np.array([4.1]), np.array([0.1]), np.array([12.0]), np.array([0.7]))
    >>> found = change(one, two)
    >>> found.difference.round(6), found.se.round(6), found.df.round(6)
    (array([0.2]), array([0.141421]), array([24.]))
    """
    v1, v2 = before.se**2, after.se**2
    df = (v1 + v2) ** 2 / (v1**2 / before.df + v2**2 / after.df)
    return Change(after.mean - before.mean, np.sqrt(v1 + v2), df)


def hedges_g(before: ScoreTally, after: ScoreTally) -> Floats:
    """Hedges' g with the exact correction: (T,).

    Returns
    -------
    ndarray (T,)
        (mean2 - mean1) / pooled SD * J, J = G(df/2) / (sqrt(df/2) G((df-1)/2)). NaN where a wave
        has fewer than two scores or the pooled SD is 0.

    References
    ----------
    Hedges, L. V. (1981), J. Educational Statistics 6, 107-128. Statistics B10.
    """
    pair = (before.scored >= 2) & (after.scored >= 2)
    df = np.where(pair, before.scored + after.scored - 2, np.nan)
    pooled = (before.squares + after.squares) / df
    sd = np.sqrt(np.where(pooled > 0, pooled, np.nan))
    log_j = special.gammaln(df / 2) - 0.5 * np.log(df / 2) - special.gammaln((df - 1) / 2)
    return np.asarray((after.mean - before.mean) / sd * np.exp(log_j), dtype=np.float64)


def cliffs_delta(
    before: Floats,
    before_team: npt.NDArray[np.integer],
    after: Floats,
    after_team: npt.NDArray[np.integer],
    teams: int,
) -> Floats:
    """Cliff's delta of every team: P(after > before) - P(after < before).

    Parameters
    ----------
    before, after : ndarray (n1,), (n2,)
        Scores of the two waves, NaN = not scored.
    before_team, after_team : ndarray of int
        Their teams, 0 to teams - 1.

    Returns
    -------
    ndarray (teams,)
        NaN where a wave has no score.

    Notes
    -----
    From mid-ranks within teams (delta = 2 U / (n1 n2) - 1), so that no pair of people is formed.
    Scores are rounded to nine decimals first: equal sums of answers must tie.

    References
    ----------
    Cliff, N. (1993), Psychological Bulletin 114, 494-509. Statistics B10.

    Examples
    --------
    >>> one, two = np.array([1.0, 2.0, 3.0]), np.array([2.0, 4.0])
    >>> cliffs_delta(one, np.zeros(3, int), two, np.zeros(2, int), 1).round(6)
    array([0.5])
    """
    first, second = ~np.isnan(before), ~np.isnan(after)
    score = np.concatenate([before[first], after[second]]).round(9)
    team = np.concatenate([before_team[first], after_team[second]])
    later = np.concatenate([np.zeros(first.sum(), bool), np.ones(second.sum(), bool)])
    n1 = np.bincount(before_team[first], minlength=teams)
    n2 = np.bincount(after_team[second], minlength=teams)
    ranks = np.bincount(team[later], _mid_ranks(score, team)[later], minlength=teams)
    u = ranks - n2 * (n2 + 1) / 2
    return np.where(n1 * n2 > 0, 2 * u / np.maximum(n1 * n2, 1) - 1, np.nan)


def _mid_ranks(score: Floats, team: npt.NDArray[np.integer]) -> Floats:
    """Rank every score within its team from 1 on; equal scores share their mean rank."""
    order = np.lexsort((score, team))
    s, t = score[order], team[order]
    place = np.arange(len(s))
    new_team = np.diff(t, prepend=-1) != 0
    new_value = new_team | (np.diff(s, prepend=np.nan) != 0)
    run = np.cumsum(new_value) - 1
    size = np.bincount(run) if len(run) else np.zeros(0, np.int64)
    first = place[new_value]
    within = place[new_team][np.cumsum(new_team) - 1]
    ranks = np.empty(len(s))
    ranks[order] = (first + (size + 1) / 2)[run] - within
    return ranks
