"""A wave against an earlier one, by released values only (statistics B10, design 3.6).

Two groups are compared when the same units stand behind both. The interval of a difference adds
to that of B10 half a step of each wave, or all that a clip may hide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from survey.disclosure.values import Release, Released, ReleasedGroup
from survey.measures.standing import standing_of_released, t_quantile
from survey.questionnaire.definition import Questionnaire, Text
from survey.report.estimates import Grid, Measured, organisation_row
from survey.report.model import Change
from survey.scoring import Floats

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
    margin = float(t_quantile(df, 0.975)) * se
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
        detectable=max(margin + float(t_quantile(df, POWER)) * se + rounding, least),
    )


def _error(measure: Measured, before: Seen, after: Seen, prior_df: float) -> tuple[float, Floats]:
    """Return the standard error of a difference and its degrees of freedom (Satterthwaite)."""
    waves = before, after
    standing = standing_of_released(
        np.array([wave.figure.value for wave in waves]),
        np.array([float(wave.figure.n) for wave in waves]),
        np.array([float(wave.asked) for wave in waves]),
        measure.reliability,
        measure.prior_sd,
        prior_df,
        np.zeros(2),
    )
    parts = standing.se**2
    df = np.asarray(parts.sum() ** 2 / (parts**2 / standing.df).sum())
    return float(np.sqrt(parts.sum())), df


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
        grids = [self.index, self.scales]
        if row is None:
            grids = [organisation_row(grid) for grid in grids]
        return {
            measure.id: Seen(
                figure,
                self.asked(row),
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
            rules.change_index if m.id == "INDEX" else rules.change_dimension,
        )
        for m in measures
        if m.id in old and m.id in new
    )
