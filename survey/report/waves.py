"""A wave against an earlier one, by released values only (statistics B10, design 3.6).

Two groups are compared when the same units stand behind both. The interval of a difference adds
to that of B10 half a step of each wave, or all that a clip may hide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from survey.disclosure.values import Release, Released, ReleasedGroup
from survey.measures.standing import standing_of_released, t_quantile
from survey.questionnaire.definition import Questionnaire, Readiness, Text
from survey.report.estimates import Grid, Measured, organisation_row
from survey.report.model import Change

INDEX_NAME: Text = {"en": "All dimensions together", "de": "Alle Dimensionen zusammen"}
POWER = 0.80


@dataclass(frozen=True)
class Seen:
    """One released mean of one wave: who was asked, and between which means it may lie."""

    figure: Released
    asked: int
    low: float
    high: float


def change(
    name: Text, measure: Measured, before: Seen, after: Seen, prior_df: float, least: float
) -> Change:
    """Return the difference of one measure between two waves.

    Parameters
    ----------
    name, measure
        What is compared, and on which settings.
    before, after
        The measure in each wave.
    prior_df
        Prior degrees of freedom (B6(b)).
    least
        The smallest difference that is ever called a change, however sure.

    Returns
    -------
    Change
        `clear` where the interval leaves out zero and the difference is at least `least`.
    """
    se, df = _error(measure, before, after, prior_df)
    margin = _quantile(df, 0.975) * se
    low, high = after.low - before.high - margin, after.high - before.low + margin
    difference = round(after.figure.value - before.figure.value, 6)
    rounding = (before.figure.step + after.figure.step) / 2
    return Change(
        scale=measure.id,
        name=name,
        before=before.figure,
        after=after.figure,
        difference=difference,
        low=low,
        high=high,
        clear=(low > 0 or high < 0) and abs(difference) >= least - 1e-9,
        detectable=max(margin + _quantile(df, POWER) * se + rounding, least),
    )


def _error(measure: Measured, before: Seen, after: Seen, prior_df: float) -> tuple[float, float]:
    """Return the standard error of a difference and its degrees of freedom (Satterthwaite)."""
    settings = measure.reliability, measure.prior_sd, prior_df
    (one, one_df), (other, other_df) = (
        _variance(wave.figure.n, wave.asked, *settings) for wave in (before, after)
    )
    df = (one + other) ** 2 / (one**2 / one_df + other**2 / other_df)
    return float(np.sqrt(one + other)), df


@lru_cache(maxsize=4096)
def _variance(
    n: int, asked: int, reliability: float, prior_sd: float, prior_df: float
) -> tuple[float, float]:
    """Return the squared standard error of one released mean, and its degrees of freedom.

    Whatever the mean: so many groups on many scales over many waves share few of these.
    """
    people, everybody = np.array([float(n)]), np.array([float(asked)])
    one = standing_of_released(
        np.zeros(1), people, everybody, reliability, prior_sd, prior_df, np.zeros(1)
    )
    return float(one.se[0] ** 2), float(one.df[0])


@lru_cache(maxsize=4096)
def _quantile(df: float, p: float) -> float:
    return float(t_quantile(np.asarray(df), p))


@dataclass(frozen=True)
class Wave:
    """What one wave released, with the estimates its organisation is summed up from."""

    questionnaire: Questionnaire
    release: Release
    groups: tuple[ReleasedGroup, ...]
    scales: Grid
    index: Grid

    @cached_property
    def units(self) -> Sequence[frozenset[str]]:
        """The names of the units behind each group."""
        names = {unit.id: unit.name for unit in self.release.units}
        return [frozenset(names[unit] for unit in group.units) for group in self.groups]

    @cached_property
    def rows(self) -> Mapping[frozenset[str], int | None]:
        """Units -> the row of the group behind which just they stand; all together: None."""
        everyone: dict[frozenset[str], int | None] = {frozenset().union(*self.units): None}
        return everyone | {units: row for row, units in enumerate(self.units)}

    def units_of(self, row: int | None) -> frozenset[str]:
        """Return the names of the units behind a group, or behind all groups together (None)."""
        return frozenset().union(*self.units) if row is None else self.units[row]

    def asked(self, row: int | None) -> int:
        """Return how many people were asked in a group, or in all."""
        return sum(g.asked for g in (self.groups if row is None else (self.groups[row],)))

    def seen(self, row: int | None) -> Mapping[str, Seen]:
        """Return what was released of a group, or of all together, the index among it."""
        grids, asked = [self.index, self.scales], self.asked(row)
        if row is None:
            grids = [organisation_row(grid) for grid in grids]
        return {
            measure.id: Seen(
                figure,
                asked,
                float(grid.least[row or 0, column]) - figure.step / 2,
                float(grid.most[row or 0, column]) + figure.step / 2,
            )
            for grid in grids
            for column, measure in enumerate(grid.measures)
            if isinstance(figure := grid.figures[row or 0][column], Released)
        }


def changes(before: Wave, after: Wave, row: int | None) -> tuple[Change, ...]:
    """Return what changed in a group (or in all together: None) since the wave before.

    The index, every dimension, capacity and resolve, where both waves released them. Empty where
    no group of the wave before has the same units behind it.
    """
    units = after.units_of(row)
    if units not in before.rows:
        return ()
    there = before.rows[units]
    rules, questionnaire = after.questionnaire.readiness, after.questionnaire
    names = {scale.id: scale.name for scale in questionnaire.scales}
    measures = [*after.index.measures, *(m for m in after.scales.measures if m.id in names)]
    old, new = before.seen(there), after.seen(row)
    return tuple(
        change(
            names.get(m.id, INDEX_NAME),
            m,
            old[m.id],
            new[m.id],
            rules.prior_df,
            _least(m.id, rules),
        )
        for m in measures
        if m.id in old and m.id in new
    )


def could_show(wave: Wave, row: int) -> Mapping[str, float]:
    """Return the smallest true change that a next wave like this one would show, by scale.

    Computed as for two waves that were taken: power 80 %, 5 %, the rounding of both. A scale whose
    average is cut off is left out, since nobody can say how far it would have to move.
    """
    rules, seen = wave.questionnaire.readiness, wave.seen(row)
    measures = [*wave.index.measures, *wave.scales.measures]
    return {
        m.id: change({}, m, seen[m.id], seen[m.id], rules.prior_df, _least(m.id, rules)).detectable
        for m in measures
        if m.id in seen and not seen[m.id].figure.edge
    }


def _least(measure: str, rules: Readiness) -> float:
    """Return the smallest difference that is ever called a change."""
    return rules.change_index if measure == "INDEX" else rules.change_dimension
