"""One pass over everybody of a wave, in blocks of whole teams.

Memory stays within a few blocks however many people there are, and the time grows with the number
of answers. What is computed of the sums stands in `survey.measures.figures`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from survey.measures.grouping import BLOCK, Grouping, blocks
from survey.measures.practices import PracticeTally, practice_tally
from survey.measures.tallies import ItemTally, ScoreTally, item_tally, score_tally
from survey.questionnaire.definition import Questionnaire, Readiness
from survey.scoring import (
    ROUNDING,
    Answers,
    Floats,
    Ints,
    ScaleKey,
    index_scores,
    keyed,
    person_scores,
    raw,
    scale_keys,
)


@dataclass(frozen=True, eq=False)
class Instrument:
    """What is measured, as places in `Answers.values` (-1: a column that was not asked).

    Attributes
    ----------
    scales : tuple of S ScaleKey
    dimensions : ndarray (D,)
        Which scales make up the index; empty for none.
    know, do : ndarray (P,)
        Columns of the practices.
    critical : ndarray (P, D) of bool
        The dimensions each practice hangs on.
    harm : ndarray (h,)
        Columns of the harm rule; empty for none.
    rules : Readiness
        Every cut-off and setting.
    """

    scales: tuple[ScaleKey, ...]
    dimensions: Ints
    know: Ints
    do: Ints
    critical: npt.NDArray[np.bool_]
    harm: Ints
    rules: Readiness


def instrument_of(questionnaire: Questionnaire, columns: Sequence[str]) -> Instrument:
    """Find the columns of a questionnaire in those of the answers."""
    place = {column: i for i, column in enumerate(columns)}

    def places(names: Sequence[str]) -> Ints:
        return np.array([place.get(name, -1) for name in names], dtype=np.int64)

    dimensions = [i for i, s in enumerate(questionnaire.scales) if s.role == "dimension"]
    critical = [
        [questionnaire.scales[d].id in p.critical for d in dimensions]
        for p in questionnaire.practices
    ]
    return Instrument(
        scales=scale_keys(questionnaire, columns),
        dimensions=np.array(dimensions, dtype=np.int64),
        know=places([p.know for p in questionnaire.practices]),
        do=places([p.do for p in questionnaire.practices]),
        critical=np.array(critical, dtype=bool).reshape(-1, len(dimensions)),
        harm=places(questionnaire.readiness.harm_items),
        rules=questionnaire.readiness,
    )


@dataclass(frozen=True, eq=False)
class WaveTally:
    """The sums of one wave for T teams: S scales, the index, P practices, the harm rule.

    `harmed` and `asked_of_harm` (T,) count the people who report harm and those who answered.
    """

    people: Ints
    scores: tuple[ScoreTally, ...]
    items: tuple[ItemTally, ...]
    index: ScoreTally
    practices: PracticeTally
    harmed: Ints
    asked_of_harm: Ints


def tally_wave(
    answers: Answers, instrument: Instrument, teams: int, block: int = BLOCK
) -> WaveTally:
    """Sum up the answers of a wave per team.

    Parameters
    ----------
    answers : Answers
        Of n people, in any order.
    instrument : Instrument
    teams : int
        Number of teams T, at least 1; teams without people get zeros and NaN.
    block : int
        People handled at a time; the result does not depend on it beyond rounding.

    Returns
    -------
    WaveTally
    """
    parts = [
        _tally_block(answers.values[b.rows], instrument, b.grouping)
        for b in blocks(answers.team, teams, block)
    ]
    several = range(len(instrument.scales))
    return WaveTally(
        people=np.concatenate([p.people for p in parts]),
        scores=tuple(ScoreTally.join([p.scores[s] for p in parts]) for s in several),
        items=tuple(ItemTally.join([p.items[s] for p in parts]) for s in several),
        index=ScoreTally.join([p.index for p in parts]),
        practices=PracticeTally.join([p.practices for p in parts]),
        harmed=np.concatenate([p.harmed for p in parts]),
        asked_of_harm=np.concatenate([p.asked_of_harm for p in parts]),
    )


def _tally_block(
    values: npt.NDArray[np.uint8] | Floats, instrument: Instrument, grouping: Grouping
) -> WaveTally:
    rules, scores, tallies, items = instrument.rules, [], [], []
    for scale in instrument.scales:
        answers = keyed(values, scale)
        scores.append(person_scores(answers))
        tallies.append(_score_tally(scores[-1], grouping, rules))
        items.append(item_tally(answers, grouping))
    dimensions = [scores[d] for d in instrument.dimensions]
    index = _index(dimensions, len(values), rules.min_dimensions)
    know, do = columns_of(values, instrument.know), columns_of(values, instrument.do)
    harmed, asked_of_harm = _harm(columns_of(values, instrument.harm), rules.harm_from)
    return WaveTally(
        people=grouping.sizes,
        scores=tuple(tallies),
        items=tuple(items),
        index=_score_tally(index, grouping, rules),
        practices=practice_tally(know, do, grouping, rules.chasm),
        harmed=grouping.counts(harmed),
        asked_of_harm=grouping.counts(asked_of_harm),
    )


def _score_tally(scores: Floats, grouping: Grouping, rules: Readiness) -> ScoreTally:
    return score_tally(scores, grouping, rules.favourable, rules.split_low, rules.split_high)


def _index(dimensions: Sequence[Floats], people: int, least: int) -> Floats:
    if not dimensions:
        return np.full(people, np.nan)
    return index_scores(np.stack(dimensions, axis=1), least)


def columns_of(values: npt.NDArray[np.uint8] | Floats, columns: Ints) -> Floats:
    """Return raw answers, columns first: (c, n), NaN where not answered or not asked."""
    out = np.full((len(columns), len(values)), np.nan)
    for row, column in zip(out, columns, strict=True):
        if column >= 0:
            row[:] = raw(values[:, column])
    return out


def _harm(answers: Floats, harm_from: float) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Who reports harm, and who answered at all: the mean of the raw answers given counts."""
    given = ~np.isnan(answers)
    count = given.sum(axis=0)
    mean = np.where(given, answers, 0.0).sum(axis=0) / np.maximum(count, 1)
    return (count > 0) & (mean >= harm_from - ROUNDING), count > 0
