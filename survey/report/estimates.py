"""What follows from released means: intervals, probabilities and the states they give.

Every number here is a function of released means, counts and the settings of the questionnaire
(statistics B6(b) with the spread fixed and the rounding added). Arrays run over groups and
measures, so that 500 teams cost one call.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from survey.disclosure.values import Edge, Figure, Released, ReleasedGroup, Withheld
from survey.measures.standing import Standing, standing_of_released
from survey.questionnaire.definition import Questionnaire, Readiness
from survey.report.model import Estimate, State

Floats = npt.NDArray[np.float64]
MISSING = Withheld("too_few")


@dataclass(frozen=True)
class Measured:
    """A measure that is estimated: how reliable within a team, and how spread people are."""

    id: str
    reliability: float
    prior_sd: float
    lo: float
    hi: float


@dataclass(frozen=True)
class Grid:
    """Released figures of some groups (rows) on some measures (columns), with their standing."""

    figures: tuple[tuple[Figure, ...], ...]
    standing: Standing
    least: Floats
    """The lowest mean that a clip may hide; the mean itself where nothing is clipped."""
    most: Floats
    margin: Floats
    """Half the 95 % interval."""
    p_floor: Floats
    p_target: Floats
    measures: tuple[Measured, ...]
    rules: Readiness

    def estimate(self, row: int, column: int) -> Estimate | Withheld:
        """Return one cell as it is reported.

        The interval stays within the answers, and takes in all that a clip may hide.
        """
        figure = self.figures[row][column]
        if isinstance(figure, Withheld):
            return figure
        at, measure = (row, column), self.measures[column]
        floor, target = float(self.p_floor[at]), float(self.p_target[at])
        margin = float(self.margin[at])
        return Estimate(
            released=figure,
            low=max(float(self.least[at]) - margin, measure.lo),
            high=min(float(self.most[at]) + margin, measure.hi),
            p_floor=floor,
            p_target=target,
            state=state(floor, target, self.rules),
        )

    def rows(self, wanted: Sequence[int], columns: Sequence[int]) -> Standing:
        """Return the standing of some rows and columns."""
        cut = np.ix_(np.asarray(wanted, dtype=int), np.asarray(columns, dtype=int))
        s = self.standing
        return Standing(mean=s.mean[cut], se=s.se[cut], df=s.df[cut], sd=s.sd[cut])


def state(p_floor: float, p_target: float, rules: Readiness) -> State:
    """Return what the probabilities of reaching floor and target say of a measure."""
    if 1 - p_floor >= rules.block:
        return "weak"
    if p_target >= rules.condition and p_floor >= rules.gate:
        return "strong"
    return "sound" if p_floor >= rules.gate else "unclear"


def measured_scales(questionnaire: Questionnaire) -> tuple[Measured, ...]:
    """Return every scale, then every facet; a facet takes the settings of its scale."""
    settings = {s.id: (s.reliability, s.prior_sd) for s in questionnaire.scales}
    scales = [
        Measured(
            s.id,
            *settings[s.id],
            *questionnaire.range_over([i.id for i in questionnaire.items_of(s.id)]),
        )
        for s in questionnaire.scales
    ]
    facets = [
        Measured(f.id, *settings[f.scale], *questionnaire.range_over(f.items))
        for f in questionnaire.facets
    ]
    return (*scales, *facets)


def estimate_grid(
    groups: Sequence[ReleasedGroup], measures: Sequence[Measured], rules: Readiness
) -> Grid:
    """Return the standing of every group on every measure."""
    figures = tuple(tuple(g.figures.get(m.id, MISSING) for m in measures) for g in groups)
    return _grid(figures, groups, tuple(measures), rules)


def index_grid(questionnaire: Questionnaire, groups: Sequence[ReleasedGroup]) -> Grid:
    """Return the standing of every group on the index, computed from its released dimensions.

    Fewer than `min_dimensions` released dimensions give no index.
    """
    rules = questionnaire.readiness
    names = [d.id for d in questionnaire.dimensions]
    items = [i.id for d in questionnaire.dimensions for i in questionnaire.items_of(d.id)]
    index = Measured(
        "INDEX", rules.index_reliability, rules.index_prior_sd, *questionnaire.range_over(items)
    )
    parts = [_parts(g, names, rules.min_dimensions) for g in groups]
    figures = tuple((_index(g, p),) for g, p in zip(groups, parts, strict=True))
    hidden = np.array([[_mean_hidden(p)] for p in parts], dtype=float).reshape(-1, 1, 2)
    return _grid(figures, groups, (index,), rules, hidden)


@dataclass(frozen=True)
class PracticeGrids:
    """Knowing, doing and the gap between them, one column per practice."""

    know: Grid
    do: Grid
    gap: Grid


def practice_grids(questionnaire: Questionnaire, groups: Sequence[ReleasedGroup]) -> PracticeGrids:
    """Return the standing on knowing, doing and their gap.

    The gap is the difference of two released means, so both roundings enter its standard error.
    """
    rules, practices = questionnaire.readiness, questionnaire.practices
    ranges = [questionnaire.range_over((p.know, p.do)) for p in practices]
    means = tuple(
        Measured(p.id, rules.gap_reliability, rules.item_prior_sd, *r)
        for p, r in zip(practices, ranges, strict=True)
    )
    gaps = tuple(
        Measured(p.id, rules.gap_reliability, rules.gap_prior_sd, lo - hi, hi - lo)
        for p, (lo, hi) in zip(practices, ranges, strict=True)
    )
    know = tuple(tuple(g.figures.get(p.know, MISSING) for p in practices) for g in groups)
    do = tuple(tuple(g.figures.get(p.do, MISSING) for p in practices) for g in groups)
    gap = tuple(tuple(map(_gap, k, d)) for k, d in zip(know, do, strict=True))
    k, d = (_all_hidden(figures, means) for figures in (know, do))
    hidden = np.stack([k[..., 0] - d[..., 1], k[..., 1] - d[..., 0]], axis=-1)
    return PracticeGrids(
        know=_grid(know, groups, means, rules),
        do=_grid(do, groups, means, rules),
        gap=_grid(gap, groups, gaps, rules, hidden),
    )


def as_if_all(grid: Grid, groups: Sequence[ReleasedGroup]) -> Grid:
    """Return the same averages as if everybody who was asked had given them."""
    figures = tuple(
        tuple(replace(f, n=max(f.n, g.asked)) if isinstance(f, Released) else f for f in row)
        for row, g in zip(grid.figures, groups, strict=True)
    )
    hidden = np.stack([grid.least, grid.most], axis=-1)
    return _grid(figures, groups, grid.measures, grid.rules, hidden)


def if_silent(grid: Grid, groups: Sequence[ReleasedGroup], shift: float) -> Grid:
    """Return the averages as if those who did not answer stood apart by `shift`: shift (1 - n/N).

    Their errors stay.
    """
    silent = np.array([1 - min(g.n / max(g.asked, 1), 1) for g in groups])
    by = np.broadcast_to(shift * silent[:, None], grid.standing.mean.shape)
    figures = tuple(
        tuple(
            replace(f, value=f.value + float(b)) if isinstance(f, Released) else f for f, b in row
        )
        for row in (zip(r, b, strict=True) for r, b in zip(grid.figures, by, strict=True))
    )
    hidden = np.stack([grid.least + by, grid.most + by], axis=-1)
    standing = grid.standing.moved(by)
    return _with_probabilities(figures, standing, hidden, grid.measures, grid.rules)


def organisation_row(grid: Grid, least: int = 0) -> Grid:
    """Return one row that sums up all others: means weighted by n, errors of a stratified mean.

    It is made from released values alone, so it tells nothing that they do not. Its edge is that of
    its parts, where these agree. Figures of fewer than `least` people are left out.
    """
    counted = [[_counted(figure, least) for figure in row] for row in grid.figures]
    n = np.array([[f.n if f else 0 for f in row] for row in counted], dtype=float)
    n = n.reshape(grid.standing.mean.shape)
    cells = tuple(_sum_up([f for f in column if f]) for column in zip(*counted, strict=True))
    hidden = np.stack([_weighted(grid.least, n), _weighted(grid.most, n)], axis=-1)
    standing = _stratified(grid.standing, n)
    return _with_probabilities((cells,), standing, hidden, grid.measures, grid.rules)


def _weighted(values: Floats, n: Floats) -> Floats:
    """Return the mean over rows weighted by n, one row; NaN where nobody is counted."""
    total = n.sum(axis=0, keepdims=True)
    share = np.divide(n, total, out=np.full(n.shape, np.nan), where=total > 0)
    return np.asarray(np.where(n > 0, share * values, share * 0).sum(axis=0, keepdims=True))


def _counted(figure: Figure, least: int) -> Released | None:
    return figure if isinstance(figure, Released) and figure.n >= least else None


def _stratified(standing: Standing, n: Floats) -> Standing:
    """Return the standing of the mean over rows weighted by n (Satterthwaite degrees of freedom).

    A column without people gives NaN.
    """
    total = n.sum(axis=0, keepdims=True)
    share = np.divide(n, total, out=np.full(n.shape, np.nan), where=total > 0)
    mean = _weighted(standing.mean, n)
    parts = np.where(n > 0, (share * standing.se) ** 2, share * 0)
    variance = parts.sum(axis=0, keepdims=True)
    spread = np.where(n > 0, parts**2 / standing.df, share * 0).sum(axis=0, keepdims=True)
    df = np.divide(variance**2, spread, out=np.full(mean.shape, np.nan), where=spread > 0)
    return Standing(mean, np.sqrt(variance), df, np.full(mean.shape, np.nan))


def _grid(
    figures: tuple[tuple[Figure, ...], ...],
    groups: Sequence[ReleasedGroup],
    measures: tuple[Measured, ...],
    rules: Readiness,
    hidden: Floats | None = None,
) -> Grid:
    """Return the standing of released figures; `hidden` (rows, columns, 2) where not their own."""
    shape = len(figures), len(measures)
    if hidden is None:
        hidden = _all_hidden(figures, measures)
    cells = np.array([[_numbers(f) for f in row] for row in figures], dtype=float)
    cells = cells.reshape(*shape, 3)
    settings = np.array([(m.reliability, m.prior_sd) for m in measures], dtype=float).reshape(-1, 2)
    asked = np.array([g.asked for g in groups], dtype=float)[:, None]
    standing = standing_of_released(
        cells[..., 0],
        cells[..., 1],
        np.broadcast_to(asked, shape),
        np.broadcast_to(settings[:, 0], shape),
        np.broadcast_to(settings[:, 1], shape),
        rules.prior_df,
        cells[..., 2],
    )
    return _with_probabilities(figures, standing, hidden, measures, rules)


def _with_probabilities(
    figures: tuple[tuple[Figure, ...], ...],
    standing: Standing,
    hidden: Floats,
    measures: tuple[Measured, ...],
    rules: Readiness,
) -> Grid:
    floor, target = standing.at_least(rules.floor), standing.at_least(rules.target)
    least, most = hidden[..., 0], hidden[..., 1]
    margin = standing.high - standing.mean
    return Grid(figures, standing, least, most, margin, floor, target, measures, rules)


def _numbers(figure: Figure) -> tuple[float, float, float]:
    """Return mean, n and step; not a number where nothing is released."""
    if isinstance(figure, Withheld):
        return np.nan, np.nan, np.nan
    return figure.value, figure.n, figure.step


def _all_hidden(figures: tuple[tuple[Figure, ...], ...], measures: Sequence[Measured]) -> Floats:
    """Return `_hidden` of every cell, (rows, columns, 2)."""
    own = [[_hidden(figure) for figure in row] for row in figures]
    return np.array(own, dtype=float).reshape(len(figures), len(measures), 2)


def _hidden(figure: Figure) -> tuple[float, float]:
    """Return between which means a figure may lie for being clipped; rounding is not counted."""
    if isinstance(figure, Withheld):
        return np.nan, np.nan
    return figure.value - figure.below, figure.value + figure.above


def _parts(group: ReleasedGroup, dimensions: Sequence[str], least: int) -> list[Released]:
    """Return the released dimensions of a group, none where there are too few for an index."""
    found = [group.figures.get(d, MISSING) for d in dimensions]
    parts = [figure for figure in found if isinstance(figure, Released)]
    return parts if len(parts) >= min(least, len(dimensions)) else []


def _index(group: ReleasedGroup, parts: Sequence[Released]) -> Figure:
    if not parts:
        return MISSING
    step = float(np.sqrt(sum(f.step**2 for f in parts)) / len(parts))
    mean = round(sum(f.value for f in parts) / len(parts), 6)
    return Released(mean, group.n, step, _common_edge(parts))


def _mean_hidden(parts: Sequence[Released]) -> tuple[float, float]:
    if not parts:
        return np.nan, np.nan
    low, high = zip(*map(_hidden, parts), strict=True)
    return sum(low) / len(parts), sum(high) / len(parts)


def _sum_up(parts: Sequence[Released]) -> Figure:
    if not parts:
        return MISSING
    n = sum(f.n for f in parts)
    mean = sum(f.value * f.n for f in parts) / n
    return Released(round(mean, 2), n, max(f.step for f in parts), _common_edge(parts))


def _common_edge(parts: Sequence[Released]) -> Edge:
    """Return "high" where clipping can only have lowered the mean, "low" where only raised it."""
    edges = {f.edge for f in parts} - {""}
    return edges.pop() if len(edges) == 1 else ""


def _gap(know: Figure, do: Figure) -> Figure:
    if isinstance(know, Withheld) or isinstance(do, Withheld):
        return MISSING
    wider, narrower = (
        know.edge == "high" or do.edge == "low",
        know.edge == "low" or do.edge == "high",
    )
    edge: Edge = "" if wider == narrower else "high" if wider else "low"
    step = float(np.hypot(know.step, do.step))
    return Released(round(know.value - do.value, 6), min(know.n, do.n), step, edge)
