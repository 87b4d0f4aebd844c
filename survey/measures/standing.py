"""Where a team stands: the interval that the verdict, the changes and the maps rest on.

Statistics B6(b). The other interval, of today's answers only, is in `survey.measures.design`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import special

from survey.scoring import Floats, Ints


@dataclass(frozen=True, eq=False)
class Standing:
    """A mean with what is known about it: mean + se * t(df).

    Attributes
    ----------
    mean, se, df, sd : ndarray of any one shape
        `sd` is the moderated spread of persons. All NaN where nobody was scored.
    """

    mean: Floats
    se: Floats
    df: Floats
    sd: Floats

    @property
    def low(self) -> Floats:
        """Lower end of the 95 % interval."""
        return self.mean - self._half

    @property
    def high(self) -> Floats:
        """Upper end of the 95 % interval."""
        return self.mean + self._half

    @property
    def _half(self) -> Floats:
        return t_quantile(self.df, 0.975) * self.se

    def at_least(self, cut: float) -> Floats:
        """P(standing >= cut); NaN where the mean is NaN, 1 or 0 (or 1/2) where `se` is 0."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (self.mean - cut) / self.se
        return t_cdf(self.df, np.where((self.mean == cut) & (self.se == 0), 0.0, z))

    def turned(self) -> "Standing":
        """Return the same standings with rows as columns."""
        return Standing(self.mean.T, self.se.T, self.df.T, self.sd.T)

    def rows(self, wanted: Ints) -> "Standing":
        """Return the standings of some teams (the first axis)."""
        return Standing(self.mean[wanted], self.se[wanted], self.df[wanted], self.sd[wanted])

    def moved(self, by: Floats) -> "Standing":
        """Return the same standing with another mean: mean + by."""
        return Standing(self.mean + by, self.se, self.df, self.sd)


def side_by_side(standings: Sequence[Standing], rows: int) -> Standing:
    """Put D standings of `rows` teams each side by side: (rows, D); D = 0 is allowed."""

    def columns(parts: list[Floats]) -> Floats:
        return np.stack(parts, axis=1) if parts else np.empty((rows, 0))

    return Standing(
        columns([s.mean for s in standings]),
        columns([s.se for s in standings]),
        columns([s.df for s in standings]),
        columns([s.sd for s in standings]),
    )


def t_quantile(df: Floats, p: float) -> Floats:
    """Quantile of Student's t; NaN where df is NaN or not positive."""
    with np.errstate(invalid="ignore"):
        return np.asarray(special.stdtrit(np.where(df > 0, df, np.nan), p), dtype=np.float64)


def t_cdf(df: Floats, t: Floats) -> Floats:
    """Distribution function of Student's t; NaN where df or t is NaN."""
    return np.asarray(special.stdtr(df, t), dtype=np.float64)


def standing(
    mean: Floats,
    squares: Floats,
    n: Floats | Ints,
    asked: Floats | Ints,
    reliability: Floats | float,
    prior_sd: Floats | float,
    prior_df: float,
) -> Standing:
    """Estimate the standing of teams from their scores (statistics B6(b)).

    Parameters
    ----------
    mean : ndarray of any shape
        Mean score of each team; NaN where nobody was scored.
    squares : ndarray
        Sum of squared deviations from that mean.
    n : ndarray
        Scored people.
    asked : ndarray
        People asked, N; `inf` where unknown (no correction). Broadcast against `mean`.
    reliability : float or ndarray
        Within-team reliability of a score: .70 for a dimension, .90 for the index.
    prior_sd : float or ndarray
    prior_df : float
        Spread of persons expected beforehand, and how many degrees of freedom that is worth.

    Returns
    -------
    Standing
        Of the shape of `mean`. n = 1 and zero variance need no special case.

    Raises
    ------
    ValueError
        More people scored than asked.

    Notes
    -----
    SE^2 = (s^2 / n) (1 - reliability * n / N) with
    s^2 = (prior_df * prior_sd^2 + squares) / (prior_df + n - 1). The finite-population correction
    concerns the true part of a score only: error of measurement stays however many answer.

    References
    ----------
    Smyth, G. K. (2004), Statist. Appl. Genet. Mol. Biol. 3(1), Article 3 (the moderated variance).
    Cochran, W. G. (1977), Sampling Techniques, 3rd ed. (the finite-population correction).

    Examples
    --------
    One person with 4.5 in a team of six, `edge_cases: one_person`, computed in R:

    >>> one = standing(np.array([4.5]), np.array([0.0]), np.array([1]), np.array([6]), 0.7, 0.75, 4)
    >>> one.se.round(6), one.low.round(6), one.at_least(3.0).round(6)
    (array([0.704894]), array([2.542902]), array([0.949782]))
    """
    df = _degrees(mean, n, prior_df)
    variance = (prior_df * prior_sd**2 + squares) / df
    return _standing(mean, variance, n, asked, reliability, df)


def standing_of_released(
    mean: Floats,
    n: Floats | Ints,
    asked: Floats | Ints,
    reliability: Floats | float,
    prior_sd: Floats | float,
    prior_df: float,
    step: Floats | float,
) -> Standing:
    """Estimate the standing of teams from released figures only.

    Parameters
    ----------
    mean, n, asked, reliability, prior_sd, prior_df
        As in `standing`, but `mean` is rounded to `step` and no spread is known.
    step : float or ndarray
        Step the mean was rounded to; its variance step^2 / 12 is added to SE^2.

    Returns
    -------
    Standing
        With the spread fixed at `prior_sd` and prior_df + n - 1 degrees of freedom, so that it is a
        function of released means and counts and nothing else.

    Raises
    ------
    ValueError
        More people scored than asked.

    Examples
    --------
    >>> shown = standing_of_released(
    ...     np.array([3.4]), np.array([9]), np.array([12]), 0.7, 0.75, 4, 0.1
    ... )
    >>> shown.se.round(4), shown.df
    (array([0.1747]), array([12.]))
    """
    df = _degrees(mean, n, prior_df)
    exact = _standing(
        mean, np.broadcast_to(np.asarray(prior_sd) ** 2, mean.shape), n, asked, reliability, df
    )
    return Standing(mean, np.sqrt(exact.se**2 + np.asarray(step) ** 2 / 12), df, exact.sd)


def _degrees(mean: Floats, n: Floats | Ints, prior_df: float) -> Floats:
    df = prior_df + np.asarray(n, dtype=np.float64) - 1
    return np.where(np.isnan(mean) | (df <= 0), np.nan, df)


def _standing(
    mean: Floats,
    variance: Floats,
    n: Floats | Ints,
    asked: Floats | Ints,
    reliability: Floats | float,
    df: Floats,
) -> Standing:
    if np.any(np.asarray(n) > asked):
        raise ValueError("more people scored than were asked")
    people = np.where(np.isnan(df), np.nan, n)
    se = np.sqrt(variance / people * (1 - reliability * people / asked))
    return Standing(mean, se, df, np.sqrt(np.where(np.isnan(df), np.nan, variance)))
