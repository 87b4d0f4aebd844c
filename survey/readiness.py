"""The readiness verdict (statistics B18) and the advice per practice.

The same rules serve exact figures (`analyse`) and released ones (the app): everything here follows
from standings, counts and flags, and no answer is ever seen. All cut-offs come from the
questionnaire; all are judgement that nobody has validated yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from survey.measures.standing import Standing
from survey.questionnaire.definition import Readiness
from survey.scoring import ROUNDING, Bools, Floats, Ints

Rule = Literal["ready", "ready_with_conditions", "not_yet", "not_enough_evidence"]
Advice = Literal[
    "already_done",
    "clarify_first",
    "environment_first",
    "capacity_first",
    "start_here",
    "try_small",
]
RULES: tuple[Rule, ...] = ("not_enough_evidence", "not_yet", "ready_with_conditions", "ready")
NO_EVIDENCE, NOT_YET, CONDITIONS, READY = range(4)
REASONS = (
    "", "too_few", "low_response", "dimension_missing", "harm_signal", "blocked",
    "index_below_floor", "too_close_to_call",
)  # fmt: skip
ADVICE: tuple[Advice | None, ...] = (
    None, "already_done", "clarify_first", "environment_first", "capacity_first", "start_here",
    "try_small",
)  # fmt: skip
DONE, CLARIFY, ENVIRONMENT, CAPACITY, START, TRY = range(1, 7)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What is known of T teams on D dimensions.

    Attributes
    ----------
    n, asked : ndarray (T,)
        People who answered and who were asked; `asked` is `inf` where unknown.
    scored : ndarray (T, D)
        People with a score on each dimension.
    dimensions : Standing (T, D)
    index : Standing (T,)
    harm : ndarray (T,) of bool
        Whether the team has a harm signal.
    split : ndarray (T, D) of bool
        Whether the team is in two camps on a dimension.
    """

    n: Ints
    asked: Floats | Ints
    scored: Ints
    dimensions: Standing
    index: Standing
    harm: Bools
    split: Bools


@dataclass(frozen=True, eq=False)
class Judgement:
    """The verdicts of T teams as arrays; `outcomes` puts them into words.

    `rule`, `silent_lower`, `silent_higher` (-1: people asked unknown) index RULES, `reason` indexes
    REASONS. `ranking` holds the dimensions from the worst mean to the best, missing ones last, ties
    in questionnaire order.
    """

    rule: Ints
    verdict: Ints
    reason: Ints
    blocked: Bools
    conditions: Bools
    ranking: Ints
    weakest: Ints
    silent_lower: Ints
    silent_higher: Ints


@dataclass(frozen=True)
class Outcome:
    """The verdict of one team in the words of the contract."""

    rule: Rule
    verdict: Rule
    """After the split demotion."""
    reasons: tuple[str, ...]
    conditions: tuple[str, ...]
    weakest: str | None
    silent_lower: Rule | None
    """The rule if the silent stood lower; None where nobody knows how many there are."""
    silent_higher: Rule | None


def verdicts(rules: Readiness, names: Sequence[str], evidence: Evidence) -> list[Outcome]:
    """Judge teams and say it in words: `judge`, then `outcomes`."""
    return outcomes(judge(rules, evidence), names)


def judge(rules: Readiness, evidence: Evidence) -> Judgement:
    """Apply the seven steps of B18 to T teams at once.

    Parameters
    ----------
    rules : Readiness
        The cut-offs.
    evidence : Evidence
        A dimension nobody was scored on (NaN) is no condition and no weakest link, and makes step 1
        say `dimension_missing`.

    Returns
    -------
    Judgement

    Notes
    -----
    Only the first step that applies gives a reason; step 3 names every blocked dimension. The
    silent are assumed to stand `silent_shift` lower or higher, which moves each mean by
    shift * (1 - n / N).

    References
    ----------
    Statistics B18; agrees with R on all 36 team-waves of `synthetic_instrument`.
    """
    rule, reason, blocked = _rule(rules, evidence)
    target = evidence.dimensions.at_least(rules.target)
    conditions = (target < rules.condition - ROUNDING) | evidence.split
    ranking = _ranking(evidence.dimensions)
    nobody = np.isnan(evidence.dimensions.mean).all(axis=1)
    demoted = (rule == READY) & _some(evidence.split)
    known = np.isfinite(evidence.asked)
    lower, higher = (
        np.where(known, _rule(rules, _shifted(evidence, shift))[0], -1)
        for shift in (-rules.silent_shift, rules.silent_shift)
    )
    weakest = np.where(nobody, -1, ranking[:, 0]) if ranking.shape[1] else np.full(len(rule), -1)
    verdict = np.where(demoted, CONDITIONS, rule)
    return Judgement(rule, verdict, reason, blocked, conditions, ranking, weakest, lower, higher)


def ruled(rules: Readiness, evidence: Evidence) -> Ints:
    """Return the rule of T teams alone, as an index in RULES; `judge` tells the rest beside it."""
    return _rule(rules, evidence)[0]


def _ranking(dimensions: Standing) -> Ints:
    """Dimensions from the worst mean to the best: (T, D); missing ones last."""
    return np.argsort(dimensions.mean.round(9), axis=1, kind="stable")


def _shifted(evidence: Evidence, shift: float) -> Evidence:
    """The evidence if the silent stood apart from the others by `shift`."""
    asked = np.asarray(evidence.asked, dtype=np.float64)
    whole = evidence.index.mean.shape
    n = np.minimum(evidence.n, asked)
    return Evidence(
        evidence.n,
        evidence.asked,
        evidence.scored,
        evidence.dimensions.moved(shift * (1 - evidence.scored / asked[:, None])),
        evidence.index.moved(np.asarray(shift * (1 - n / asked)).reshape(whole)),
        evidence.harm,
        evidence.split,
    )


def _rule(rules: Readiness, evidence: Evidence) -> tuple[Ints, Ints, Bools]:
    """Return the rule and its reason (T,), and which dimensions block (T, D)."""
    floor = evidence.dimensions.at_least(rules.floor)
    index_floor = evidence.index.at_least(rules.floor)
    blocked = _blocked(rules, floor)
    below = (evidence.dimensions.mean < rules.target - ROUNDING).sum(axis=1)
    sure = (floor >= rules.gate - ROUNDING).all(axis=1)
    likely = (floor >= rules.weakest - ROUNDING).all(axis=1)
    ready = evidence.index.at_least(rules.target) >= rules.overall - ROUNDING
    steps: list[tuple[Bools, int, str]] = [
        (evidence.n < rules.min_answers, NO_EVIDENCE, "too_few"),
        (_low_response(rules, evidence), NO_EVIDENCE, "low_response"),
        (_some(evidence.scored < rules.min_answers), NO_EVIDENCE, "dimension_missing"),
        (evidence.harm, NOT_YET, "harm_signal"),
        (_some(blocked), NOT_YET, "blocked"),
        (1 - index_floor >= rules.overall - ROUNDING, NOT_YET, "index_below_floor"),
        (ready & sure & (below <= rules.below_target), READY, ""),
        ((index_floor >= rules.overall - ROUNDING) & likely, CONDITIONS, ""),
    ]
    when = [condition for condition, _, _ in steps]
    rule = np.select(when, [r for _, r, _ in steps], NO_EVIDENCE)
    reasons = [REASONS.index(r) for _, _, r in steps]
    reason = np.select(when, reasons, REASONS.index("too_close_to_call"))
    return rule, reason, blocked


def _blocked(rules: Readiness, floor: Floats) -> Bools:
    blocked: Bools = 1 - floor >= rules.block - ROUNDING
    return blocked


def _some(flags: Bools) -> Bools:
    """Whether any of the last axis is true."""
    return np.asarray(np.any(flags, axis=-1), dtype=bool)


def _low_response(rules: Readiness, evidence: Evidence) -> Bools:
    asked = np.asarray(evidence.asked, dtype=np.float64)
    low: Bools = evidence.n < rules.min_rate * asked - ROUNDING
    return low & np.isfinite(asked)


def outcomes(judgement: Judgement, names: Sequence[str]) -> list[Outcome]:
    """Put verdicts into words, one `Outcome` a team; `names` are the D dimension ids."""
    return [_outcome(judgement, names, team) for team in range(len(judgement.rule))]


def _outcome(judgement: Judgement, names: Sequence[str], team: int) -> Outcome:
    reason = REASONS[judgement.reason[team]]
    if reason == "blocked":
        blocking = (n for n, b in zip(names, judgement.blocked[team], strict=True) if b)
        reason = f"blocked:{','.join(blocking)}"
    weakest = int(judgement.weakest[team])
    lower, higher = int(judgement.silent_lower[team]), int(judgement.silent_higher[team])
    conditions = (names[d] for d in judgement.ranking[team] if judgement.conditions[team, d])
    return Outcome(
        rule=RULES[judgement.rule[team]],
        verdict=RULES[judgement.verdict[team]],
        reasons=(reason,) if reason else (),
        conditions=tuple(conditions),
        weakest=names[weakest] if weakest >= 0 else None,
        silent_lower=RULES[lower] if lower >= 0 else None,
        silent_higher=RULES[higher] if higher >= 0 else None,
    )


@dataclass(frozen=True, eq=False)
class Weighed:
    """Advice on P practices for T teams as arrays; `advice` puts it into words."""

    word: Ints
    """(T, P), index in ADVICE; 0 = no advice."""
    named: Bools
    """(T, P, D): the dimensions that the advice names."""


@dataclass(frozen=True)
class PracticeAdvice:
    """The advice on one practice for one team, and the dimensions it names."""

    word: Advice | None
    dimensions: tuple[str, ...]


def advice(
    rules: Readiness,
    names: Sequence[str],
    critical: Sequence[Sequence[str]],
    practices: tuple[Standing, Standing, Standing],
    dimensions: Standing,
    capacity: Floats,
    verdict: Sequence[str],
    split: Bools | None = None,
) -> list[tuple[PracticeAdvice, ...]]:
    """Advise T teams on P practices, in words.

    Parameters
    ----------
    rules : Readiness
    names : sequence of D dimension ids
    critical : sequence of P sequences of dimension ids
        What each practice hangs on.
    practices, dimensions, capacity, split
        As in `weigh`.
    verdict : sequence of T rules
        "not_enough_evidence" gives no advice.

    Returns
    -------
    list of T tuples of P `PracticeAdvice`
    """
    hangs_on = np.array([[n in c for n in names] for c in critical], dtype=bool)
    rule = np.array([RULES.index(v) for v in verdict if v in RULES], dtype=np.int64)
    hangs_on = hangs_on.reshape(len(critical), len(names))
    return advised(weigh(rules, hangs_on, practices, dimensions, capacity, rule, split), names)


def advised(weighed: Weighed, names: Sequence[str]) -> list[tuple[PracticeAdvice, ...]]:
    """Put advice into words: T tuples of P `PracticeAdvice`."""
    return [
        tuple(
            PracticeAdvice(ADVICE[w], tuple(n for n, named in zip(names, ds, strict=True) if named))
            for w, ds in zip(words, dimensions, strict=True)
        )
        for words, dimensions in zip(weighed.word, weighed.named, strict=True)
    ]


def weigh(
    rules: Readiness,
    critical: Bools,
    practices: tuple[Standing, Standing, Standing],
    dimensions: Standing,
    capacity: Floats,
    rule: Ints,
    split: Bools | None = None,
) -> Weighed:
    """Apply the six tests of B18 "per practice" to T teams and P practices at once.

    Parameters
    ----------
    rules : Readiness
    critical : ndarray (P, D) of bool
        Which dimensions a practice hangs on.
    practices : know, do and gap, each a Standing (T, P)
        NaN where a practice has no answers: then it gets no advice.
    dimensions : Standing (T, D)
    capacity : ndarray (T,)
        Mean of the capacity scale; NaN leaves the capacity test out.
    rule : ndarray (T,) of int
        The verdict, an index in RULES.
    split : ndarray (T, D) of bool, optional
        Dimensions on which a team is in two camps.

    Returns
    -------
    Weighed
        "environment_first" names the critical dimensions that are not supported, blocked or split;
        where the verdict alone holds a practice back, what blocks the team, else its weakest
        dimension. "try_small" names the weakest critical dimension, to be watched.

    Notes
    -----
    A `not_yet` team starts nothing: "start_here" becomes "try_small" for the one practice with the
    largest gap * P(gap >= 1) and "environment_first" for the others.
    """
    know, do, gap = practices
    floor = dimensions.at_least(rules.floor)
    support = _least_support(floor, critical)
    blocked = _blocked(rules, floor)
    weak = (floor < rules.support_low - ROUNDING) | blocked | (False if split is None else split)
    hindered = weak[:, None, :] & critical
    tests: list[Bools] = [
        np.isnan(know.mean + do.mean + gap.mean + support),
        (do.mean >= rules.done - ROUNDING)
        & (do.at_least(rules.target) >= rules.done_sure - ROUNDING),
        know.mean < rules.know_enough - ROUNDING,
        _some(hindered),
        np.broadcast_to((capacity < rules.floor - ROUNDING)[:, None], support.shape),
        (support >= rules.support_high - ROUNDING) & (gap.mean >= rules.gap_least - ROUNDING),
    ]
    word = np.select(tests, [0, DONE, CLARIFY, ENVIRONMENT, CAPACITY, START], TRY)
    word, held = _held_back(word, gap, rule)
    ranking = _ranking(dimensions)
    holding = np.where(
        _some(blocked)[:, None], blocked, np.arange(critical.shape[1]) == ranking[:, :1]
    )
    named = (
        np.where(held[:, :, None], holding[:, None, :], hindered)
        & (word == ENVIRONMENT)[:, :, None]
    )
    return Weighed(word, named | (_weakest(critical, ranking) & (word == TRY)[:, :, None]))


def _least_support(floor: Floats, critical: Bools) -> Floats:
    """Smallest P(dimension >= floor) over the critical ones: (T, P); 1 where there are none."""
    spread = np.where(critical, floor[:, None, :], 1.0)
    return np.asarray(spread.min(axis=2, initial=1.0), dtype=np.float64)


def _held_back(word: Ints, gap: Standing, rule: Ints) -> tuple[Ints, Bools]:
    """Turn "start here" into what the verdict of the team allows; say which were held back."""
    weight = np.where(word == START, gap.mean * gap.at_least(1.0), -np.inf)
    best = np.zeros(word.shape, dtype=bool)
    if word.shape[1]:
        np.put_along_axis(best, weight.argmax(axis=1)[:, None], True, axis=1)
    not_yet = (rule == NOT_YET)[:, None] & (word == START)
    word = np.where(not_yet, np.where(best, TRY, ENVIRONMENT), word)
    return np.where((rule == NO_EVIDENCE)[:, None], 0, word), not_yet & ~best


def _weakest(critical: Bools, ranking: Ints) -> Bools:
    """Mark the critical dimension with the worst mean: (T, P, D)."""
    none = critical.shape[1]
    places = np.where(critical, np.argsort(ranking, axis=1)[:, None, :], none)
    weakest: Bools = places == places.min(axis=2, initial=none, keepdims=True)
    return critical & weakest
