"""Newcomers against veterans, within teams and pooled over them: never for one team."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from survey.scoring import Bools, Floats

NAN = float("nan")
LEAST_PEOPLE = 10
LEAST_TEAMS = 5


@dataclass(frozen=True)
class TenureContrast:
    """Newcomers minus veterans on one scale; NaN where undefined."""

    newcomers: int
    veterans: int
    mean_newcomers: float = NAN
    mean_veterans: float = NAN
    difference: float = NAN
    se: float = NAN
    df: float = NAN


def tenure_contrast(
    scores: Floats, team: npt.NDArray[np.integer], newcomer: Bools, veteran: Bools
) -> TenureContrast:
    """Estimate newcomers - veterans with team fixed effects.

    Parameters
    ----------
    scores : ndarray (n,)
        NaN = not scored; such people do not count.
    team : ndarray (n,) of int
    newcomer, veteran : ndarray (n,) of bool
        Who belongs to either band; everybody else is left out.

    Returns
    -------
    TenureContrast
        `difference`, `se` and `df` only from 10 newcomers and 10 veterans in 5 teams on (statistics
        B16), and only when some team has both.

    Notes
    -----
    Least squares of score ~ team + newcomer. Removing the team means leaves one regressor, so that
    difference = Sxy / Sxx and df = people - teams - 1. Neither sign proves how stories travel.

    References
    ----------
    Statistics B16; `lm` of R on `synthetic_instrument`.

    Examples
    --------
    Five teams, in each two newcomers half a point above two veterans:

    >>> team = np.repeat(np.arange(5), 4)
    >>> new = np.tile([True, True, False, False], 5)
    >>> found = tenure_contrast(3 + team / 10 + new / 2, team, new, ~new)
    >>> found.newcomers, round(found.difference, 6), found.df
    (10, 0.5, 14)
    """
    given = ~np.isnan(scores)
    new, old = newcomer & given, veteran & given
    n_new, n_old = int(new.sum()), int(old.sum())
    both = new | old
    mean_new, mean_old = (float(scores[m].mean()) if m.any() else NAN for m in (new, old))
    if min(n_new, n_old) < LEAST_PEOPLE or len(np.unique(team[both])) < LEAST_TEAMS:
        return TenureContrast(n_new, n_old, mean_new, mean_old)
    slope, se, df = _within(scores[both], team[both], new[both])
    return TenureContrast(n_new, n_old, mean_new, mean_old, slope, se, df)


def _within(
    y: Floats, team: npt.NDArray[np.integer], newcomer: Bools
) -> tuple[float, float, float]:
    """Slope, standard error and degrees of freedom of y on newcomer within teams."""
    teams, group = np.unique(team, return_inverse=True)
    size = np.bincount(group)
    x = newcomer - (np.bincount(group, newcomer) / size)[group]
    y = y - (np.bincount(group, y) / size)[group]
    sxx, df = float(x @ x), len(y) - len(teams) - 1
    if sxx <= 0 or df < 1:
        return NAN, NAN, NAN
    slope = float(x @ y) / sxx
    rest = float(((y - slope * x) ** 2).sum())
    return slope, (rest / df / sxx) ** 0.5, df
