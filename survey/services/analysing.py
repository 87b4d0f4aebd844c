"""The statistics of answers that somebody already holds: `headwind analyse`.

Here the files become figures. It is the one place where exact figures leave without the door
(`survey.disclosure`), because the caller holds every row. Nothing is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from survey.errors import UserError
from survey.measures.change import Change, change, cliffs_delta, hedges_g
from survey.measures.figures import WaveFigures, wave_figures
from survey.measures.standing import Standing, side_by_side
from survey.measures.tallies import ScoreTally
from survey.measures.tenure import TenureContrast, tenure_contrast
from survey.measures.wave import Instrument, instrument_of, tally_wave
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import find
from survey.readiness.advice import Weighed, weigh
from survey.readiness.verdict import Evidence, Judgement, judge
from survey.scoring import (
    Answers,
    Floats,
    Ints,
    index_scores,
    keyed,
    person_scores,
    scale_scores,
)
from survey.services.asked import people_asked, read_asked, with_silent_teams
from survey.services.codebook import Codebook, codebook_instrument, read_codebook
from survey.services.responses import Column, Responses, WaveAnswers, read_responses
from survey.services.tables import Faults

MAX_SIZE = 200.0
"""Megabytes read of a file unless told otherwise: about a million people with 60 answers."""


class OneOfTwo(UserError):
    """Name either a codebook or a questionnaire, and not both: it says what the columns mean."""


@dataclass(frozen=True, eq=False)
class WaveStatistics:
    """Everything of one wave. `readiness`, `advice`, `tenure` only with a questionnaire."""

    wave: str | None
    teams: tuple[str, ...]
    answers: Answers
    figures: WaveFigures
    readiness: Judgement | None = None
    advice: Weighed | None = None
    tenure: TenureContrast | None = None


@dataclass(frozen=True, eq=False)
class ScaleChange:
    """The change of every compared team on one scale, each (T,)."""

    change: Change
    hedges_g: Floats
    cliffs_delta: Floats


@dataclass(frozen=True, eq=False)
class Changes:
    """The last wave against the one before, for the teams that stand in both."""

    teams: tuple[str, ...]
    scales: dict[str, ScaleChange]


@dataclass(frozen=True, eq=False)
class Analysis:
    """The statistics of a file of answers."""

    instrument: Instrument
    questionnaire: Questionnaire | None
    codebook: Codebook | None
    waves: tuple[WaveStatistics, ...]
    changes: Changes | None
    """None with fewer than two waves, or with a codebook."""
    notes: tuple[str, ...]


def analyse(
    responses: Path,
    *,
    codebook: Path | None = None,
    questionnaire: str | None = None,
    roster: Path | None = None,
    max_size: float = MAX_SIZE,
) -> Analysis:
    """Read the files and compute every figure.

    Parameters
    ----------
    responses
        RESPONSES.csv.
    codebook, questionnaire
        What the columns mean: ITEMS.csv, or the name or file of a questionnaire. One of the two.
    roster
        TEAMS.csv; without it finite-population figures are undefined or uncorrected.
    max_size
        Largest file that is read, in megabytes.

    Raises
    ------
    TableError
        With every fault of the files, up to 20.
    UserError
        What finding or reading the questionnaire raises.
    """
    if (codebook is None) == (questionnaire is None):
        raise OneOfTwo()
    faults = Faults()
    known = find(questionnaire) if questionnaire is not None else None
    items = read_codebook(codebook, max_size, faults) if codebook is not None else None
    columns, bands = _columns(known, items)
    read = read_responses(responses, columns, bands, max_size, faults)
    asked = read_asked(roster, max_size, faults) if roster is not None else None
    waves = tuple(with_silent_teams(w, asked) if asked else w for w in read.waves)
    people = people_asked(waves, asked, responses, faults)
    return _analysis(known, items, waves, people, read)


def _columns(
    questionnaire: Questionnaire | None, codebook: Codebook | None
) -> tuple[Sequence[Column], Sequence[str]]:
    """Return the answer columns to look for, and the tenure bands."""
    if questionnaire is None:
        return codebook.columns if codebook else (), ()
    columns = [Column(c, *questionnaire.range_of(c)) for c in questionnaire.columns]
    tenure = questionnaire.tenure
    return columns, [band.id for band in tenure.bands] if tenure else []


def _analysis(
    questionnaire: Questionnaire | None,
    codebook: Codebook | None,
    waves: Sequence[WaveAnswers],
    asked: Sequence[Floats],
    read: Responses,
) -> Analysis:
    columns = waves[0].answers.columns
    if questionnaire is not None:
        instrument = instrument_of(questionnaire, columns)
    else:
        instrument = codebook_instrument(codebook or Codebook(()), columns)
    done = tuple(
        wave_statistics(w.wave, w.teams, w.answers, people, instrument, questionnaire)
        for w, people in zip(waves, asked, strict=True)
    )
    changes = None
    if questionnaire is not None and len(done) > 1:
        changes = compare_waves(done[-2], done[-1], questionnaire)
    return Analysis(instrument, questionnaire, codebook, done, changes, read.notes)


def wave_statistics(
    wave: str | None,
    teams: tuple[str, ...],
    answers: Answers,
    asked: Floats,
    instrument: Instrument,
    questionnaire: Questionnaire | None,
) -> WaveStatistics:
    """Compute every figure of one wave: the numeric part, all teams at once.

    Parameters
    ----------
    wave, teams
        Names, carried along.
    answers
        Of n people in T teams.
    asked : ndarray (T,)
        People asked, `inf` where unknown.
    instrument
        How they are measured.
    questionnaire
        None: scales only, no verdict.
    """
    figures = wave_figures(tally_wave(answers, instrument, len(teams)), instrument, asked)
    if questionnaire is None:
        return WaveStatistics(wave, teams, answers, figures)
    evidence = _evidence(figures, instrument)
    judgement = judge(instrument.rules, evidence)
    weighed = weigh(
        instrument.rules,
        instrument.critical,
        _practices_by_team(figures),
        evidence.dimensions,
        _capacity(figures, questionnaire),
        judgement.verdict,
        evidence.split,
    )
    tenure = _tenure(answers, instrument, questionnaire)
    return WaveStatistics(wave, teams, answers, figures, judgement, weighed, tenure)


def _evidence(figures: WaveFigures, instrument: Instrument) -> Evidence:
    dimensions, teams = [figures.scales[d] for d in instrument.dimensions], len(figures.people)
    nothing = np.empty((teams, 0), dtype=np.int64)
    columns = [nothing, *(d.scores.scored[:, None] for d in dimensions)]
    splits = [nothing.astype(bool), *(d.split[:, None] for d in dimensions)]
    return Evidence(
        n=figures.people,
        asked=figures.asked,
        scored=np.concatenate(columns, axis=1),
        dimensions=side_by_side([d.standing for d in dimensions], teams),
        index=figures.index.standing,
        harm=figures.harm,
        split=np.concatenate(splits, axis=1),
    )


def _practices_by_team(figures: WaveFigures) -> tuple[Standing, Standing, Standing]:
    p = figures.practices
    return p.know.turned(), p.do.turned(), p.gap.turned()


def _capacity(figures: WaveFigures, questionnaire: Questionnaire) -> Floats:
    """Return the mean of the capacity scale, NaN where there is none: (T,)."""
    roles = [scale.role for scale in questionnaire.scales]
    if "capacity" not in roles:
        return np.full(len(figures.people), np.nan)
    return figures.scales[roles.index("capacity")].scores.mean


def _tenure(
    answers: Answers, instrument: Instrument, questionnaire: Questionnaire
) -> TenureContrast | None:
    tenure = questionnaire.tenure
    if tenure is None:
        return None
    bands = [band.id for band in tenure.bands]
    scale = [s.id for s in questionnaire.scales].index(tenure.scale)
    scores = person_scores(keyed(answers.values, instrument.scales[scale]))
    newcomer = answers.tenure == bands.index(tenure.newcomer)
    veteran = answers.tenure == bands.index(tenure.veteran)
    return tenure_contrast(scores, answers.team, newcomer, veteran)


def compare_waves(
    before: WaveStatistics, after: WaveStatistics, questionnaire: Questionnaire
) -> Changes:
    """Compare two waves, team by team, on the index and every scale."""
    teams = sorted(set(before.teams) & set(after.teams))
    names = ["INDEX", *(scale.id for scale in questionnaire.scales)]
    if not questionnaire.dimensions:
        names.remove("INDEX")
    old, new = (_compared(wave, teams, questionnaire) for wave in (before, after))
    scales = {name: _scale_change(old, new, name, len(teams)) for name in names}
    return Changes(tuple(teams), scales)


@dataclass(frozen=True, eq=False)
class _Compared:
    """One wave, cut down to the teams that are compared."""

    figures: dict[str, tuple[Standing, ScoreTally]]
    scores: dict[str, Floats]
    team: Ints


def _compared(
    wave: WaveStatistics, teams: Sequence[str], questionnaire: Questionnaire
) -> _Compared:
    place = {team: i for i, team in enumerate(wave.teams)}
    rows = np.array([place[team] for team in teams], dtype=np.int64)
    to = np.full(len(wave.teams), -1, dtype=np.int64)
    to[rows] = np.arange(len(teams))
    team = to[wave.answers.team]
    scores = scale_scores(wave.answers, questionnaire)[team >= 0]
    named = dict(zip((s.id for s in questionnaire.scales), scores.T, strict=True))
    dimensions = [i for i, s in enumerate(questionnaire.scales) if s.role == "dimension"]
    named["INDEX"] = index_scores(scores[:, dimensions], questionnaire.readiness.min_dimensions)
    index, scales = wave.figures.index, zip(questionnaire.scales, wave.figures.scales, strict=True)
    figures = {scale.id: (f.standing.rows(rows), f.scores.rows(rows)) for scale, f in scales}
    figures["INDEX"] = index.standing.rows(rows), index.scores.rows(rows)
    return _Compared(figures, named, team[team >= 0])


def _scale_change(before: _Compared, after: _Compared, name: str, teams: int) -> ScaleChange:
    (old, old_scores), (new, new_scores) = before.figures[name], after.figures[name]
    delta = cliffs_delta(before.scores[name], before.team, after.scores[name], after.team, teams)
    return ScaleChange(change(old, new), hedges_g(old_scores, new_scores), delta)
