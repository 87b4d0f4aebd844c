"""A group over several waves: what was released of the same units each time, and what changed.

The comparison of two waves stands in `waves`; here they are only put in a row. A wave in which
other units stood behind a group is left out of its row.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from survey.report.estimates import organisation_row
from survey.report.model import Estimate, GroupReport, WavePoint
from survey.report.waves import Wave, changes

LEAST = 3
"""From so many waves on they are told in a row."""


@dataclass(frozen=True)
class Dated:
    """A wave and the day on which it was closed."""

    closed: date
    wave: Wave


def with_histories(
    groups: Sequence[GroupReport], dated: Sequence[Dated]
) -> tuple[GroupReport, ...]:
    """Return groups with their history; `dated` oldest first, of which the last is theirs."""
    return tuple(
        replace(group, history=history(dated, row)) if len(dated) >= LEAST else group
        for row, group in enumerate(groups)
    )


def history(dated: Sequence[Dated], row: int | None) -> tuple[WavePoint, ...]:
    """Return the waves of a group (of all together: None), oldest first.

    Parameters
    ----------
    dated
        The waves, oldest first; `row` is that of the last one.
    row
        The group's row in the last wave.

    Returns
    -------
    tuple of WavePoint
        Empty where fewer than three waves can be put in a row.
    """
    if len(dated) < LEAST:
        return ()
    units = dated[-1].wave.units_of(row)
    same = [one for one in dated if units in one.wave.rows]
    if len(same) < LEAST:
        return ()
    rows = [*(one.wave.rows[units] for one in same[:-1]), row]
    befores = [None, *same[:-1]]
    return tuple(
        _point(one, there, before) for one, there, before in zip(same, rows, befores, strict=True)
    )


def _point(dated: Dated, row: int | None, before: Dated | None) -> WavePoint:
    wave = dated.wave
    groups = wave.groups if row is None else (wave.groups[row],)
    return WavePoint(
        closed=dated.closed,
        n=sum(group.n for group in groups),
        asked=sum(group.asked for group in groups),
        figures=_figures(wave, row),
        changes=changes(before.wave, wave, row) if before else (),
    )


def _figures(wave: Wave, row: int | None) -> dict[str, Estimate]:
    """Return what was released of the index and the dimensions."""
    wanted = {"INDEX", *(d.id for d in wave.questionnaire.dimensions)}
    grids = [wave.index, wave.scales]
    if row is None:
        grids = [organisation_row(grid) for grid in grids]
    return {
        measure.id: figure
        for grid in grids
        for column, measure in enumerate(grid.measures)
        if measure.id in wanted and isinstance(figure := grid.estimate(row or 0, column), Estimate)
    }
