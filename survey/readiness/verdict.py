"""The readiness verdict of teams (statistics B18).

The same rules serve exact figures (`analyse`) and released ones (the app): everything here follows
from standings, counts and flags, and no answer is ever seen. All cut-offs come from the
questionnaire; all are judgement that nobody has validated yet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.measures.standing import Standing
from survey.questionnaire.definition import Readiness
from survey.readiness.kinds import Rule
from survey.scoring import ROUNDING, Bools, Floats, Ints

RULES: tuple[Rule, ...] = ("not_enough_evidence", "not_yet", "ready_with_conditions", "ready")
NO_EVIDENCE, NOT_YET, CONDITIONS, READY = range(4)
REASONS = (
    "", "too_few", "low_response", "dimension_missing", "harm_signal", "blocked",
    "index_below_floor", "too_close_to_call",
)  # fmt: skip


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
    ranking = ranking_of(evidence.dimensions)
    nobody = np.isnan(evidence.dimensions.mean).all(axis=1)
    demoted = (rule == READY) & some(evidence.split)
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


def ranking_of(dimensions: Standing) -> Ints:
    """Return the dimensions from the worst mean to the best: (T, D); missing ones last."""
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
    blocked = blocking(rules, floor)
    below = (evidence.dimensions.mean < rules.target - ROUNDING).sum(axis=1)
    sure = (floor >= rules.gate - ROUNDING).all(axis=1)
    likely = (floor >= rules.weakest - ROUNDING).all(axis=1)
    ready = evidence.index.at_least(rules.target) >= rules.overall - ROUNDING
    steps: list[tuple[Bools, int, str]] = [
        (evidence.n < rules.min_answers, NO_EVIDENCE, "too_few"),
        (_low_response(rules, evidence), NO_EVIDENCE, "low_response"),
        (some(evidence.scored < rules.min_answers), NO_EVIDENCE, "dimension_missing"),
        (evidence.harm, NOT_YET, "harm_signal"),
        (some(blocked), NOT_YET, "blocked"),
        (1 - index_floor >= rules.overall - ROUNDING, NOT_YET, "index_below_floor"),
        (ready & sure & (below <= rules.below_target), READY, ""),
        ((index_floor >= rules.overall - ROUNDING) & likely, CONDITIONS, ""),
    ]
    when = [condition for condition, _, _ in steps]
    rule = np.select(when, [r for _, r, _ in steps], NO_EVIDENCE)
    reasons = [REASONS.index(r) for _, _, r in steps]
    reason = np.select(when, reasons, REASONS.index("too_close_to_call"))
    return rule, reason, blocked


def blocking(rules: Readiness, floor: Floats) -> Bools:
    """Return which dimensions are so surely below the floor that they hold everything back."""
    blocked: Bools = 1 - floor >= rules.block - ROUNDING
    return blocked


def some(flags: Bools) -> Bools:
    """Return whether any of the last axis is true."""
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
