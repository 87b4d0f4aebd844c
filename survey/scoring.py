"""From raw answers to one score per person and scale.

Here belong the answers of many people as arrays, keying (turning items so that a high answer is
healthy) and the half rule. What is computed of a group of people stands in `survey.measures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from survey.questionnaire.definition import Item, Questionnaire

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ROUNDING = 1e-9
"""Comparisons with a cut-off forgive this much, so that the order in which numbers were added up
cannot move a score of exactly 3.5 to the other side."""


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers of n people to m columns, one row a person.

    Attributes
    ----------
    columns : tuple of str
        The m column names.
    values : ndarray (n, m), uint8 or float64
        Raw answers as given, not reversed. NaN, and 0 in a uint8 array, mean "not answered";
        a range that contains 0 therefore needs floats.
    team : ndarray (n,) of int
        Index of the team of each person, from 0 on.
    tenure : ndarray (n,) of int8
        Index of the tenure band, -1 where none was given.
    """

    columns: tuple[str, ...]
    values: npt.NDArray[np.uint8] | Floats
    team: npt.NDArray[np.integer]
    tenure: npt.NDArray[np.int8]


@dataclass(frozen=True, eq=False)
class ScaleKey:
    """How the k items of a scale are scored.

    Attributes
    ----------
    id : str
    items : tuple of str
        The k item names.
    columns : ndarray (k,) of int
        Where each item stands in `Answers.values`; -1 for an item that was not asked, which counts
        as answered by nobody.
    lo, hi : ndarray (k,)
        Range of the raw answers; NaN for a measure without bounds.
    key : ndarray (k,)
        1, or -1 for an item to be reversed.
    reliability, prior_sd : float
        Settings of the standing (statistics B6(b)).
    """

    id: str
    items: tuple[str, ...]
    columns: Ints
    lo: Floats
    hi: Floats
    key: Floats
    reliability: float
    prior_sd: float

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and highest possible score; NaN where an item has no bounds."""
        if not self.items:
            return np.nan, np.nan
        return float(self.lo.min()), float(self.hi.max())


def scale_key(
    scale_id: str,
    items: Sequence[Item],
    ranges: Sequence[tuple[float, float]],
    columns: Sequence[str],
    reliability: float,
    prior_sd: float,
) -> ScaleKey:
    """Build the key of one scale from its items, their ranges and the columns of the answers."""
    place = {column: i for i, column in enumerate(columns)}
    limits = np.array(ranges, dtype=np.float64).reshape(-1, 2)
    return ScaleKey(
        id=scale_id,
        items=tuple(i.id for i in items),
        columns=np.array([place.get(i.id, -1) for i in items], dtype=np.int64),
        lo=limits[:, 0],
        hi=limits[:, 1],
        key=np.array([i.key for i in items], dtype=np.float64),
        reliability=reliability,
        prior_sd=prior_sd,
    )


def scale_keys(questionnaire: Questionnaire, columns: Sequence[str]) -> tuple[ScaleKey, ...]:
    """Build the keys of every scale of a questionnaire, in its order."""
    keys = []
    for scale in questionnaire.scales:
        items = questionnaire.items_of(scale.id)
        ranges = [questionnaire.range_of(i.id) for i in items]
        keys.append(scale_key(scale.id, items, ranges, columns, scale.reliability, scale.prior_sd))
    return tuple(keys)


def raw(values: npt.NDArray[np.uint8] | Floats) -> Floats:
    """Return answers as floats in which NaN means "not answered".

    Parameters
    ----------
    values : ndarray of any shape, uint8 (0 = not answered) or float64 (NaN = not answered)

    Returns
    -------
    ndarray of the same shape, float64; a fresh array for uint8

    Examples
    --------
    >>> raw(np.array([0, 3, 5], dtype=np.uint8))
    array([nan,  3.,  5.])
    """
    floats = values.astype(np.float64)
    if values.dtype == np.uint8:
        floats[values == 0] = np.nan
    return floats


def reverse(values: Floats, lo: float, hi: float) -> Floats:
    """Turn answers round within their range: x' = lo + hi - x. Twice gives x again.

    Examples
    --------
    >>> reverse(np.array([1.0, 2.0, np.nan]), 1, 5)
    array([ 5.,  4., nan])
    """
    return lo + hi - values


def keyed(values: npt.NDArray[np.uint8] | Floats, scale: ScaleKey) -> Floats:
    """Return the keyed answers to the items of one scale, items first.

    Items stand first because nearly everything that follows is a sum over people: long contiguous
    rows are added up many times faster than columns.

    Parameters
    ----------
    values : ndarray (n, m)
        Raw answers, as in `Answers.values`.
    scale : ScaleKey
        With k items.

    Returns
    -------
    ndarray (k, n)
        Higher = healthier; NaN where not answered or not asked.
    """
    out = np.full((len(scale.items), len(values)), np.nan)
    for row, column, lo, hi, key in zip(
        out, scale.columns, scale.lo, scale.hi, scale.key, strict=True
    ):
        if column >= 0:
            answers = raw(values[:, column])
            row[:] = reverse(answers, lo, hi) if key < 0 else answers
    return out


def person_scores(answers: Floats) -> Floats:
    """Score people on one scale: the mean of the answers given, by the half rule.

    Parameters
    ----------
    answers : ndarray (k, n)
        Keyed answers, NaN = not answered.

    Returns
    -------
    ndarray (n,)
        NaN for who answered fewer than ceil(k / 2) items, and for everybody where k = 0.

    Notes
    -----
    Statistics B1. Prorating is biased when items differ in mean and answers are missing (Mazza,
    Enders & Ruehlman 2015), which is why fewer than half the items give no score.

    Examples
    --------
    Two of four answered is enough, one of four is not (reference set `edge_cases`):

    >>> nan = np.nan
    >>> person_scores(np.array([[4, 3, nan], [nan, nan, 4], [4, nan, 5], [nan, nan, 5.0]]))
    array([4.        ,        nan, 4.66666667])
    """
    given = ~np.isnan(answers)
    return _mean_of_given(np.where(given, answers, 0.0), given, (len(answers) + 1) // 2)


def scale_scores(answers: Answers, questionnaire: Questionnaire) -> Floats:
    """Score everybody on every scale of a questionnaire.

    Returns
    -------
    ndarray (n, number of scales)
        In questionnaire order; NaN by the half rule.
    """
    scales = scale_keys(questionnaire, answers.columns)
    return np.stack([person_scores(keyed(answers.values, s)) for s in scales], axis=1)


def index_scores(dimension_scores: Floats, least: int) -> Floats:
    """Return the index of each person: the mean of the dimension scores present.

    Parameters
    ----------
    dimension_scores : ndarray (n, D)
        NaN = no score.
    least : int
        Dimensions a person must have (5 of 7 by default); at least 1 is always needed.

    Returns
    -------
    ndarray (n,)
        NaN with fewer dimensions.

    Examples
    --------
    >>> index_scores(np.array([[3.0, 4.0, np.nan], [3.0, np.nan, np.nan]]), 2)
    array([3.5, nan])
    """
    columns = np.ascontiguousarray(dimension_scores.T)
    given = ~np.isnan(columns)
    return _mean_of_given(np.where(given, columns, 0.0), given, least)


def _mean_of_given(answers: Floats, given: Bools, least: int) -> Floats:
    """Mean over axis 0 of what was given; NaN where fewer than `least` (or none) were."""
    count = given.sum(axis=0)
    enough = count >= max(least, 1)
    means = np.full(answers.shape[1], np.nan)
    np.divide(answers.sum(axis=0), count, out=means, where=enough)
    return means
