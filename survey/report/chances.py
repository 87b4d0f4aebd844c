"""How likely a group of n of N people gets a verdict, before anybody has been asked.

Here belong the made-up teams (`_draws`), and what door and verdict would make of them. Nothing here
sees an answer. The rule is that of the report (`survey.readiness.verdict`, on standings as in
`survey.report.judging`), and figures are let out as at the door (`survey.disclosure.precision`);
which groups there are, and what is made of the chance, stands in `survey.report.forecast`.

**What is assumed.** A made-up team stands around the target (3.5), as the teams of statistics B18.
Teams differ by as much as makes a tenth of all differences lie between teams (A1: 0.05 to 0.14 in
148 companies). People in a team differ by the spread that the questionnaire assumes (0.75), and
their dimensions go together as far as the spread of the index (0.56) says: 0.48, and of teams as
far as that is without the error of measurement: 0.69. Who answers is left to chance, and whoever
answers has a score on every dimension.

It is no promise: nobody has compared these chances with what surveys became. Of teams that stand
between floor and target fewer get a verdict (docs/decisions/0013 has figures).
"""

from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt
from scipy import special

from survey.disclosure.averages import scale_block, tally
from survey.disclosure.harm import asks_about_harm
from survey.disclosure.precision import CONTRAST_MARGIN, Measure, clipped, let_out
from survey.disclosure.values import Policy, Released
from survey.measures.standing import Standing, standing_of_released
from survey.questionnaire.definition import Questionnaire, Readiness, Scale
from survey.readiness.verdict import NO_EVIDENCE, Evidence, ruled
from survey.report.judging import without_ties
from survey.scoring import Answers, Bools, Floats

BETWEEN = 0.10
"""Share of the differences between people's scores that lies between teams: ICC(1)."""
DRAWS, SEED = 2000, 2026
CELLS = 80
"""Pieces that the answer range is cut into: half a step of a score, so that rounding and clipping
are the same for every mean in one of them."""


@dataclass(frozen=True)
class Dimension:
    """What is known beforehand of a dimension that counts for the verdict."""

    reliability: float
    prior_sd: float
    lo: float
    hi: float
    measure: Measure
    """A score, or a single figure where it has fewer than three items."""
    whole: bool
    """Whether it is let out as a mean of scores in groups of any size: it asks about harm."""
    halved: bool
    """Whether small groups are told two halves of it, for which it is clipped further."""


@dataclass(frozen=True)
class Plan:
    """All that a chance depends on besides n and N; equal plans share what was computed."""

    rules: Readiness
    policy: Policy
    dimensions: tuple[Dimension, ...]


def plan_of(questionnaire: Questionnaire, policy: Policy) -> Plan:
    """Return what the chances of a survey depend on."""
    dimensions = tuple(_dimension(questionnaire, scale) for scale in questionnaire.dimensions)
    return Plan(questionnaire.readiness, policy, dimensions)


def _dimension(questionnaire: Questionnaire, scale: Scale) -> Dimension:
    """Return a dimension; the door itself is asked whether it tells two halves of it."""
    columns = questionnaire.columns
    nobody = np.zeros(0, dtype=np.int64)
    answers = Answers(columns, np.zeros((0, len(columns))), nobody, nobody.astype(np.int8))
    block = scale_block(questionnaire, scale, answers)
    return Dimension(
        reliability=scale.reliability,
        prior_sd=scale.prior_sd,
        lo=block.lo,
        hi=block.hi,
        measure="score" if len(block.names) >= 3 else "single",
        whole=asks_about_harm(questionnaire, scale.id),
        halved=tally(questionnaire, scale, block, nobody, ()).contrast is not None,
    )


@lru_cache(maxsize=16384)
def chance(plan: Plan, n: int, asked: int) -> float:
    """Return the probability that a group gets a verdict, whichever it is.

    Parameters
    ----------
    plan
        Questionnaire and policy.
    n, asked
        How many people answer, of how many.

    Returns
    -------
    float
        The share of 2,000 made-up teams whose verdict is not "not enough evidence"; always the
        same for the same arguments. 0 where a dimension would not be shown. Because figures are
        rounded it ripples: in larger groups it is here and there up to 0.05 lower.
    """
    steps = [step_of(one, n, plan.policy) for one in plan.dimensions]
    if n > asked or not steps or None in steps:
        return 0.0
    means = let_out_means(plan, n, true_means(plan, n))
    return float(verdict_or_not(plan, means, n, asked).mean())


def true_means(plan: Plan, n: int) -> Floats:
    """Return what the scores of n people of each made-up team average, unrounded: (DRAWS, D)."""
    count = len(plan.dimensions)
    spread = np.array([one.prior_sd for one in plan.dimensions])
    people, teams = correlations(plan)
    draws = _draws(2 * (count + 1))
    of_team = _correlated(draws[:, : count + 1], teams) * np.sqrt(BETWEEN / (1 - BETWEEN))
    of_people = _correlated(draws[:, count + 1 :], people) / np.sqrt(n)
    return np.asarray(plan.rules.target + spread * (of_team + of_people), dtype=np.float64)


def correlations(plan: Plan) -> tuple[float, float]:
    """Return how far two dimensions go together, over people of a team and over teams.

    From the spread assumed of the index, which is the mean of the dimensions; for teams without the
    error of measurement, as its own reliability has it.
    """
    spread = np.array([one.prior_sd for one in plan.dimensions])
    own = float((spread**2).sum())
    shared = float(spread.sum() ** 2) - own
    if shared <= 0:
        return 0.0, 0.0
    wanted = (len(spread) * plan.rules.index_prior_sd) ** 2
    people = min(max((wanted - own) / shared, 0.0), 1.0)
    reliability = float(np.mean([one.reliability for one in plan.dimensions]))
    return people, min(people / reliability, 1.0) if reliability > 0 else people


def _correlated(draws: Floats, correlation: float) -> Floats:
    """Return standard normal columns that go together, from one common column and one of each."""
    common, own = draws[:, :1], draws[:, 1:]
    return np.asarray(np.sqrt(correlation) * common + np.sqrt(1 - correlation) * own)


@cache
def _draws(columns: int) -> Floats:
    """Return standard normal numbers, each column spread evenly over its range, always the same."""
    random = np.random.default_rng(SEED)
    places = np.stack([random.permutation(DRAWS) for _ in range(columns)], axis=1)
    return np.asarray(special.ndtri((places + 0.5) / DRAWS), dtype=np.float64)


def let_out_means(plan: Plan, n: int, means: Floats) -> Floats:
    """Return means of n people as the door lets them out; of the shape (teams, dimensions)."""
    columns = [
        _through_the_door(one, n, plan.policy)[_cells(one, column)]
        for one, column in zip(plan.dimensions, means.T, strict=True)
    ]
    return np.stack(columns, axis=1)


def _cells(one: Dimension, means: Floats) -> npt.NDArray[np.int64]:
    place = np.floor(np.round((means - one.lo) / (one.hi - one.lo) * CELLS, 9))
    return np.clip(place, 0, CELLS - 1).astype(np.int64)


@lru_cache(maxsize=4096)
def _through_the_door(one: Dimension, n: int, policy: Policy) -> Floats:
    """Return what is let out of a mean in the middle of each cell; NaN where nothing is."""
    by_items = _by_items(one, n, policy)
    behind = min(n, CONTRAST_MARGIN) if one.halved and not by_items else n
    middles = one.lo + (one.hi - one.lo) * (np.arange(CELLS) + 0.5) / CELLS
    if one.measure == "single" and not by_items:
        return np.full(CELLS, np.nan)
    figures = [
        let_out(
            clipped(float(mean), behind, one.lo, one.hi), n, one.measure, one.lo, one.hi, policy
        )
        for mean in middles
    ]
    return np.array([f.value if isinstance(f, Released) else np.nan for f in figures])


def _by_items(one: Dimension, n: int, policy: Policy) -> bool:
    return n >= policy.single and not one.whole


def step_of(one: Dimension, n: int, policy: Policy) -> float | None:
    """Return to what step a dimension of n people is let out; None where it is not."""
    if n < 1 or (one.measure == "single" and not _by_items(one, n, policy)):
        return None
    middle = (one.lo + one.hi) / 2
    figure = let_out(clipped(middle, n, one.lo, one.hi), n, one.measure, one.lo, one.hi, policy)
    return figure.step if isinstance(figure, Released) else None


def verdict_or_not(plan: Plan, means: Floats, n: int, asked: int) -> Bools:
    """Say which teams get a verdict, from their released means, n of `asked` each: (teams,)."""
    rules, teams = plan.rules, len(means)
    settings = [(one.reliability, one.prior_sd) for one in plan.dimensions]
    reliability, spread = np.array(settings).T
    steps = np.array([step_of(one, n, plan.policy) for one in plan.dimensions], dtype=float)

    def standing(of: Floats, alpha: Floats | float, sd: Floats | float, step: Floats) -> Standing:
        people, everybody = (np.full(of.shape, float(many)) for many in (n, asked))
        return standing_of_released(of, people, everybody, alpha, sd, rules.prior_df, step)

    index_step = np.sqrt((steps**2).sum()) / len(steps)
    index = means.mean(axis=1).round(6)
    evidence = Evidence(
        n=np.full(teams, n),
        asked=np.full(teams, asked),
        scored=np.full(means.shape, n),
        dimensions=without_ties(standing(means, reliability, spread, steps), rules),
        index=standing(index, rules.index_reliability, rules.index_prior_sd, index_step),
        harm=np.zeros(teams, dtype=bool),
        split=np.zeros(means.shape, dtype=bool),
    )
    return np.asarray(ruled(rules, evidence) != NO_EVIDENCE, dtype=bool)
