"""The JSON of `headwind analyse`: the tree of the contract, written team by team.

Here belongs which figure has which name. Undefined is null. Nothing is computed.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat

import numpy as np

from survey.measures.between import Between
from survey.measures.design import Interval
from survey.measures.figures import IndexFigures, PooledFigures, PracticeFigures, ScaleFigures
from survey.measures.standing import Standing
from survey.measures.tenure import TenureContrast
from survey.measures.wave import Instrument
from survey.questionnaire.definition import Practice, Readiness
from survey.readiness.advice import PracticeAdvice, advised
from survey.readiness.verdict import outcomes
from survey.scoring import ScaleKey
from survey.services.analysing import Analysis, Changes, WaveStatistics

Tree = Mapping[str, object]


def json_text(analysis: Analysis) -> Iterator[str]:
    """Give the JSON in pieces, one or more a team, so that it never stands in memory as a whole."""
    yield '{"waves": ['
    for i, wave in enumerate(analysis.waves):
        head = _text(_wave(analysis, wave))
        yield f'{", " if i else ""}\n{head[:-1]}, "teams": ['
        yield from _listed(_teams(analysis, wave))
        yield "]}"
    yield "]"
    if analysis.questionnaire is not None:
        yield ', "changes": ['
        yield from _listed(_changes(analysis.changes) if analysis.changes else ())
        yield "]"
    yield "}\n"


def _listed(trees: Iterable[Tree]) -> Iterator[str]:
    for i, tree in enumerate(trees):
        yield f"{',' if i else ''}\n{_text(tree)}"


def _text(tree: Tree) -> str:
    return json.dumps(tree, ensure_ascii=False, allow_nan=False)


def _plain(value: object) -> object:
    """Turn a number of numpy into one of Python; undefined becomes None."""
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _rows(**columns: Iterable[object]) -> Iterator[dict[str, object]]:
    """Give one mapping a team from columns over teams."""
    for values in zip(*columns.values(), strict=False):
        yield dict(zip(columns, map(_plain, values), strict=True))


def _pairs(low: Iterable[object], high: Iterable[object]) -> Iterator[list[object]]:
    return ([_plain(a), _plain(b)] for a, b in zip(low, high, strict=True))


def _wave(analysis: Analysis, wave: WaveStatistics) -> Tree:
    keys, scales = analysis.instrument.scales, wave.figures.scales
    rows = int(wave.figures.people.sum())
    between = {key.id: _between(s.between) for key, s in zip(keys, scales, strict=True)}
    tree: dict[str, object] = {
        "wave": wave.wave,
        "scales": {
            key.id: _pooled(key, s.pooled, rows) for key, s in zip(keys, scales, strict=True)
        },
        "between": between,
    }
    known = analysis.questionnaire
    if known is not None:
        if known.dimensions:
            between["INDEX"] = _between(wave.figures.index.between)
        found = wave.tenure
        tree["tenure"] = {known.tenure.scale: _tenure(found)} if known.tenure and found else {}
    return tree


def _pooled(key: ScaleKey, pooled: PooledFigures, rows: int) -> Tree:
    return {
        "items": len(key.items),
        "rows": rows,
        "complete": pooled.complete,
        "scored": pooled.scored,
        "mean": _plain(pooled.mean),
        "sd": _plain(pooled.sd),
        "alpha": _plain(pooled.alpha),
        "alpha_interval": [_plain(end) for end in pooled.alpha_interval],
        "omega_total": _plain(pooled.omega_total),
        "item_rest": dict(zip(key.items, map(_plain, pooled.item_rest), strict=True)),
    }


def _between(b: Between) -> Tree:
    names = ("teams", "n", "mean", "msb", "msw", "f", "df1", "df2", "p", "n0", "icc1")
    tree = {name: _plain(getattr(b, name)) for name in names}
    interval = [_plain(b.icc1_low), _plain(b.icc1_high)]
    return {**tree, "icc1_interval": interval, "icc2": _plain(b.icc2)}


def _tenure(contrast: TenureContrast) -> Tree:
    return {name: _plain(value) for name, value in vars(contrast).items()}


def _teams(analysis: Analysis, wave: WaveStatistics) -> Iterator[Tree]:
    instrument, figures, known = analysis.instrument, wave.figures, analysis.questionnaire
    rules = instrument.rules
    unknown = ~np.isfinite(figures.asked)
    asked = np.where(unknown, np.nan, figures.asked)
    columns: dict[str, Iterable[object]] = {
        "team": wave.teams,
        "responses": figures.people,
        "roster": (None if math.isnan(a) else int(a) for a in asked),
        "response_rate": figures.people / asked,
        "harm_signal": figures.harm if known and rules.harm_items else repeat(None),
        "scales": _by_name(
            (key.id, _scale(key, s, figures.people, rules))
            for key, s in zip(instrument.scales, figures.scales, strict=True)
        ),
    }
    if known is not None:
        if known.dimensions:
            columns["index"] = _index(figures.index, rules)
        columns["practices"] = _practices(figures.practices, known.practices, wave, instrument)
        if known.dimensions:
            columns["readiness"] = _readiness(wave, instrument)
    return _rows(**columns)


def _by_name(named: Iterable[tuple[str, Iterator[Tree]]]) -> Iterator[Tree]:
    """Give {name: tree} a team; without any name an empty mapping, for ever."""
    columns = dict(named)
    return _rows(**columns) if columns else repeat({})


def _scale(
    key: ScaleKey, s: ScaleFigures, people: Iterable[object], rules: Readiness
) -> Iterator[Tree]:
    return _rows(
        rows=people,
        complete=s.complete,
        scored=s.scores.scored,
        mean=s.scores.mean,
        sd=s.scores.sd,
        design=_design(s.design),
        standing=_standing(s.standing, rules.floor, rules.target),
        favourable=_favourable(s),
        bounds=_pairs(*s.bounds),
        rwg_uniform=s.agreement.rwg_uniform,
        rwg_skewed=s.agreement.rwg_skewed,
        ad_m=s.agreement.ad_m,
        alpha=s.alpha,
        polarization=s.polarization,
        split=repeat(None) if math.isnan(key.bounds[0]) else s.split,
    )


def _design(interval: Interval) -> Iterator[Tree]:
    return _rows(se=interval.se, low=interval.low, high=interval.high)


def _standing(s: Standing, *cuts: float) -> Iterator[Tree]:
    at_least = _rows(**{str(float(cut)): s.at_least(cut) for cut in cuts})
    return _rows(se=s.se, df=s.df, sd=s.sd, low=s.low, high=s.high, at_least=at_least)


def _favourable(s: ScaleFigures) -> Iterator[Tree]:
    share = s.favourable
    return _rows(
        count=share.count,
        share=share.share,
        wilson=_pairs(*share.wilson),
        hypergeometric=(
            None if pair[0] is None else pair for pair in _pairs(*share.hypergeometric)
        ),
    )


def _index(index: IndexFigures, rules: Readiness) -> Iterator[Tree]:
    return _rows(
        scored=index.scores.scored,
        mean=index.scores.mean,
        standing=_standing(index.standing, rules.floor, rules.target),
        bounds=_pairs(*index.bounds),
    )


def _practices(
    figures: PracticeFigures,
    practices: Iterable[Practice],
    wave: WaveStatistics,
    instrument: Instrument,
) -> Iterator[Tree]:
    words = _advice(wave, instrument)
    return _by_name(
        (practice.id, _practice(figures, p, (team[p] for team in words)))
        for p, practice in enumerate(practices)
    )


def _advice(wave: WaveStatistics, instrument: Instrument) -> list[tuple[PracticeAdvice, ...]]:
    return advised(wave.advice, _dimension_names(instrument)) if wave.advice else []


def _practice(figures: PracticeFigures, p: int, advice: Iterable[PracticeAdvice]) -> Iterator[Tree]:
    tally, gap, design = figures.tally, figures.gap, figures.design
    return _rows(
        n=tally.n[p],
        know=tally.know[p],
        do=tally.do[p],
        gap=tally.gap[p],
        chasm_share=tally.chasm_share[p],
        design=_design(Interval(design.se[p], design.low[p], design.high[p])),
        standing=_standing(Standing(gap.mean[p], gap.se[p], gap.df[p], gap.sd[p]), 0.0, 1.0),
        advice=(one.word for one in advice),
    )


def _readiness(wave: WaveStatistics, instrument: Instrument) -> Iterator[Tree]:
    if wave.readiness is None:
        return
    for outcome in outcomes(wave.readiness, _dimension_names(instrument)):
        yield vars(outcome)


def _dimension_names(instrument: Instrument) -> list[str]:
    return [instrument.scales[d].id for d in instrument.dimensions]


def _changes(changes: Changes) -> Iterator[Tree]:
    scales = _by_name(
        (
            name,
            _rows(
                difference=s.change.difference,
                se=s.change.se,
                df=s.change.df,
                low=s.change.low,
                high=s.change.high,
                p_better=s.change.p_better,
                hedges_g=s.hedges_g,
                cliffs_delta=s.cliffs_delta,
            ),
        )
        for name, s in changes.scales.items()
    )
    return _rows(team=changes.teams, scales=scales)
