"""Every figure of a wave, as arrays over teams, from the sums of `survey.measures.wave`.

Nothing here sees a person. Names and words stand elsewhere: these are frozen values of arrays.
"""

from dataclasses import dataclass

import numpy as np

from survey.measures.agreement import Agreement, agreement, polarization
from survey.measures.between import Between, between, pooled
from survey.measures.design import Interval, design_interval, silent_bounds
from survey.measures.practices import PracticeTally
from survey.measures.proportions import Share, favourable_share
from survey.measures.reliability import (
    alpha_by_team,
    alpha_interval,
    cronbach_alpha,
    item_rest,
    omega_total,
    pooled_products,
)
from survey.measures.standing import Standing, standing
from survey.measures.tallies import ItemTally, ScoreTally
from survey.measures.wave import Instrument, WaveTally
from survey.questionnaire.definition import Readiness
from survey.scoring import ROUNDING, Bools, Floats, Ints, ScaleKey


@dataclass(frozen=True, eq=False)
class PooledFigures:
    """One scale over all teams; NaN where undefined. `item_rest` is (k,)."""

    complete: int
    scored: int
    mean: float
    sd: float
    alpha: float
    alpha_interval: tuple[float, float]
    omega_total: float
    item_rest: Floats


@dataclass(frozen=True, eq=False)
class ScaleFigures:
    """One scale, team by team: every array (T,). NaN where undefined.

    `split` is False where the scale has no bounds, and then means nothing.
    """

    scores: ScoreTally
    complete: Ints
    design: Interval
    standing: Standing
    favourable: Share
    bounds: tuple[Floats, Floats]
    agreement: Agreement
    alpha: Floats
    polarization: Floats
    split: Bools
    pooled: PooledFigures
    between: Between


@dataclass(frozen=True, eq=False)
class IndexFigures:
    """The index, team by team: every array (T,)."""

    scores: ScoreTally
    standing: Standing
    bounds: tuple[Floats, Floats]
    between: Between


@dataclass(frozen=True, eq=False)
class PracticeFigures:
    """The practices, team by team: every array (P, T)."""

    tally: PracticeTally
    know: Standing
    do: Standing
    gap: Standing
    design: Interval


@dataclass(frozen=True, eq=False)
class WaveFigures:
    """Everything of one wave: T teams, S scales, P practices.

    `asked` is `inf` where unknown. `harm` (T,) is the harm signal.
    """

    people: Ints
    asked: Floats
    scales: tuple[ScaleFigures, ...]
    index: IndexFigures
    practices: PracticeFigures
    harm: Bools


def wave_figures(tally: WaveTally, instrument: Instrument, asked: Floats) -> WaveFigures:
    """Compute every figure of a wave.

    Parameters
    ----------
    tally : WaveTally
    instrument : Instrument
        As it was tallied with.
    asked : ndarray (T,)
        People asked; `inf` where unknown.

    Returns
    -------
    WaveFigures

    Raises
    ------
    ValueError
        More people answered than were asked.
    """
    if np.any(tally.people > asked):
        raise ValueError("more people answered than were asked")
    rules = instrument.rules
    scales = zip(instrument.scales, tally.scores, tally.items, strict=True)
    return WaveFigures(
        people=tally.people,
        asked=asked,
        scales=tuple(_scale(key, scores, items, asked, rules) for key, scores, items in scales),
        index=_index(tally.index, instrument, asked),
        practices=_practices(tally.practices, asked, rules),
        harm=harm_signal(tally.harmed, tally.asked_of_harm, rules),
    )


def split_teams(scores: ScoreTally, rules: Readiness) -> Bools:
    """Which teams stand in two camps (statistics B11): (T,).

    At least `split_answers` scores, and at least `split_people` people and `split_share` of them
    both below `split_low` and above `split_high`.
    """
    least = np.maximum(rules.split_people, rules.split_share * scores.scored - ROUNDING)
    split: Bools = (scores.low >= least) & (scores.high >= least)
    return split & (scores.scored >= rules.split_answers)


def harm_signal(harmed: Ints, answered: Ints, rules: Readiness) -> Bools:
    """Which teams show a harm signal (statistics B18, step 2): (T,).

    At least `harm_people` people and `harm_share` of those who answered report harm.
    """
    signal: Bools = harmed >= np.maximum(rules.harm_people, rules.harm_share * answered - ROUNDING)
    return signal


def _scale(
    key: ScaleKey, scores: ScoreTally, items: ItemTally, asked: Floats, rules: Readiness
) -> ScaleFigures:
    lo, hi = key.bounds
    n = scores.scored
    return ScaleFigures(
        scores=scores,
        complete=items.complete,
        design=design_interval(scores.mean, scores.squares, n, asked),
        standing=standing(
            scores.mean, scores.squares, n, asked, key.reliability, key.prior_sd, rules.prior_df
        ),
        favourable=favourable_share(scores.favourable, n, asked),
        bounds=silent_bounds(scores.mean, n, asked, lo, hi),
        agreement=agreement(items, key.lo, key.hi),
        alpha=alpha_by_team(items),
        polarization=polarization(scores, lo, hi),
        split=split_teams(scores, rules) & np.isfinite(lo),
        pooled=_pooled(scores, items),
        between=between(scores),
    )


def _pooled(scores: ScoreTally, items: ItemTally) -> PooledFigures:
    scored, mean, sd = pooled(scores)
    products, complete = pooled_products(items)
    alpha = cronbach_alpha(products, complete)
    varied = int((np.diagonal(products) > 0).sum())
    return PooledFigures(
        complete=complete,
        scored=scored,
        mean=mean,
        sd=sd,
        alpha=alpha,
        alpha_interval=alpha_interval(alpha, complete, varied),
        omega_total=omega_total(products, complete),
        item_rest=item_rest(products),
    )


def _index(scores: ScoreTally, instrument: Instrument, asked: Floats) -> IndexFigures:
    rules, n = instrument.rules, scores.scored
    bounds = [instrument.scales[d].bounds for d in instrument.dimensions] or [(np.nan, np.nan)]
    lo, hi = min(b[0] for b in bounds), max(b[1] for b in bounds)
    reliability, prior_sd = rules.index_reliability, rules.index_prior_sd
    return IndexFigures(
        scores=scores,
        standing=standing(
            scores.mean, scores.squares, n, asked, reliability, prior_sd, rules.prior_df
        ),
        bounds=silent_bounds(scores.mean, n, asked, lo, hi),
        between=between(scores),
    )


def _practices(tally: PracticeTally, asked: Floats, rules: Readiness) -> PracticeFigures:
    def stand(mean: Floats, squares: Floats, prior_sd: float) -> Standing:
        return standing(
            mean, squares, tally.n, asked, rules.gap_reliability, prior_sd, rules.prior_df
        )

    return PracticeFigures(
        tally=tally,
        know=stand(tally.know, tally.know_squares, rules.item_prior_sd),
        do=stand(tally.do, tally.do_squares, rules.item_prior_sd),
        gap=stand(tally.gap, tally.gap_squares, rules.gap_prior_sd),
        design=design_interval(tally.gap, tally.gap_squares, tally.n, asked),
    )
