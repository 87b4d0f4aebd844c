"""The advice on each practice for each team (statistics B18, "per practice").

It follows from how a practice and the dimensions it hangs on stand, and from the verdict of the
team, as `survey.readiness.verdict` gives it. All cut-offs come from the questionnaire.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from survey.measures.standing import Standing
from survey.questionnaire.definition import Readiness
from survey.readiness.kinds import Advice
from survey.readiness.verdict import NO_EVIDENCE, NOT_YET, RULES, blocking, ranking_of, some
from survey.scoring import ROUNDING, Bools, Floats, Ints

ADVICE: tuple[Advice | None, ...] = (
    None, "already_done", "clarify_first", "environment_first", "capacity_first", "start_here",
    "try_small",
)  # fmt: skip
DONE, CLARIFY, ENVIRONMENT, CAPACITY, START, TRY = range(1, 7)


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
    blocked = blocking(rules, floor)
    weak = (floor < rules.support_low - ROUNDING) | blocked | (False if split is None else split)
    hindered = weak[:, None, :] & critical
    tests: list[Bools] = [
        np.isnan(know.mean + do.mean + gap.mean + support),
        (do.mean >= rules.done - ROUNDING)
        & (do.at_least(rules.target) >= rules.done_sure - ROUNDING),
        know.mean < rules.know_enough - ROUNDING,
        some(hindered),
        np.broadcast_to((capacity < rules.floor - ROUNDING)[:, None], support.shape),
        (support >= rules.support_high - ROUNDING) & (gap.mean >= rules.gap_least - ROUNDING),
    ]
    word = np.select(tests, [0, DONE, CLARIFY, ENVIRONMENT, CAPACITY, START], TRY)
    word, held = _held_back(word, gap, rule)
    ranking = ranking_of(dimensions)
    holding = np.where(
        some(blocked)[:, None], blocked, np.arange(critical.shape[1]) == ranking[:, :1]
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
