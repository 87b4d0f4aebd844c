"""What is judged of groups: verdicts, the finding, and how much hangs on those who kept silent.

Here the estimates of all groups become `Evidence`, and the verdict and the finding follow; also as
they would be if everybody had answered alike, or if the silent stood apart. The rules themselves
stand in `survey.readiness.verdict` and `survey.report.finding`; what is judged is released values
only.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from survey.disclosure.values import Release, ReleasedGroup
from survey.measures.standing import Standing
from survey.questionnaire.definition import Questionnaire, Readiness
from survey.readiness.kinds import Rule
from survey.readiness.verdict import Evidence, Outcome, verdicts
from survey.report.estimates import (
    Grid,
    PracticeGrids,
    as_if_all,
    estimate_grid,
    if_silent,
    index_grid,
    measured_scales,
    practice_grids,
)
from survey.report.finding import finding
from survey.report.model import Answer, Facts, GroupReport
from survey.report.parts import scale_results, splits_of, verdict_result
from survey.report.waves import Wave

TIE = 1e-4


@dataclass(frozen=True)
class Tables:
    """The released groups of a survey and everything estimated of them, row by row."""

    questionnaire: Questionnaire
    release: Release
    groups: tuple[ReleasedGroup, ...]
    scales: Grid
    index: Grid

    @cached_property
    def practices(self) -> PracticeGrids:
        """Knowing, doing and their gap; an earlier wave is never asked for them."""
        return practice_grids(self.questionnaire, self.groups)

    @cached_property
    def wave(self) -> Wave:
        """The figures of this wave that a next one is compared with."""
        return Wave(self.questionnaire, self.release, self.groups, self.scales, self.index)


def tables_of(questionnaire: Questionnaire, released: Release) -> Tables:
    """Return the estimates of a release; its wider groups carry no scores."""
    groups = tuple(g for g in released.groups if g.kind != "wider")
    return Tables(
        questionnaire=questionnaire,
        release=released,
        groups=groups,
        scales=estimate_grid(groups, measured_scales(questionnaire), questionnaire.readiness),
        index=index_grid(questionnaire, groups),
    )


def with_verdicts(
    tables: Tables,
    groups: Sequence[GroupReport],
    outcomes: Mapping[int, Outcome],
    facts: Facts,
) -> tuple[GroupReport, ...]:
    """Return the groups with their verdicts, and what follows for the planned practice."""
    everybody = with_everybody(tables) if outcomes else {}
    judged = [
        replace(group, verdict=verdict_result(outcomes.get(row), everybody.get(row)))
        for row, group in enumerate(groups)
    ]
    shift = tables.questionnaire.readiness.silent_shift
    lower, higher = (_if_silent(tables, judged, facts, by) for by in (-shift, shift))
    found = [finding(group, facts, tables.questionnaire) for group in judged]
    told = [
        one and replace(one, silent_lower=lower.get(row), silent_higher=higher.get(row))
        for row, one in enumerate(found)
    ]
    return tuple(replace(group, finding=one) for group, one in zip(judged, told, strict=True))


def _if_silent(
    tables: Tables, groups: Sequence[GroupReport], facts: Facts, shift: float
) -> Mapping[int, Answer]:
    """Return the finding of every group if the silent stood apart from the others by `shift`.

    Empty where no practice is planned.
    """
    if not facts.practice:
        return {}
    apart = replace(
        tables,
        scales=if_silent(tables.scales, tables.groups, shift),
        index=if_silent(tables.index, tables.groups, shift),
    )
    outcomes = outcomes_of(apart)
    found = {
        row: finding(_seen(apart, row, groups[row], outcome), facts, tables.questionnaire)
        for row, outcome in outcomes.items()
    }
    return {row: of_group.answer for row, of_group in found.items() if of_group}


def _seen(tables: Tables, row: int, group: GroupReport, outcome: Outcome) -> GroupReport:
    by_role = scale_results(tables.questionnaire, tables.scales, row, tables.groups[row])
    return replace(
        group,
        verdict=verdict_result(outcome),
        dimensions=by_role["dimension"],
        capacity=next(iter(by_role["capacity"]), None),
        resolve=next(iter(by_role["resolve"]), None),
    )


def rules_of(tables: Tables, outcomes: Mapping[int, Outcome]) -> list[str]:
    """Return the verdict of every group, "not_enough_evidence" where it never gets one."""
    nothing = "not_enough_evidence"
    return [
        outcomes[row].verdict if row in outcomes else nothing for row in range(len(tables.groups))
    ]


def outcomes_of(tables: Tables) -> Mapping[int, Outcome]:
    """Return the verdict of every whole group by its row. Pooled groups never get one.

    Harm is no part of it: a verdict that fell with it would tell by its absence that there was
    none (docs/decisions/0004). A split is, as the door let it out: unknown counts as none.
    """
    rows = [at for at, group in enumerate(tables.groups) if group.kind == "whole"]
    scales = tables.questionnaire.scales
    dimensions = [at for at, scale in enumerate(scales) if scale.role == "dimension"]
    if not rows:
        return {}
    evidence = _evidence(tables, rows, dimensions)
    names = [scales[at].id for at in dimensions]
    found = verdicts(tables.questionnaire.readiness, names, evidence)
    return dict(zip(rows, found, strict=True))


def with_everybody(tables: Tables) -> Mapping[int, Rule]:
    """Return the verdict of every whole group as if all who were asked had answered alike."""
    scales, index = (as_if_all(grid, tables.groups) for grid in (tables.scales, tables.index))
    groups = tuple(replace(group, n=max(group.n, group.asked)) for group in tables.groups)
    alike = replace(tables, groups=groups, scales=scales, index=index)
    return {row: outcome.verdict for row, outcome in outcomes_of(alike).items()}


def _evidence(tables: Tables, rows: Sequence[int], dimensions: Sequence[int]) -> Evidence:
    groups = [tables.groups[row] for row in rows]
    n = np.array([g.n for g in groups])
    index = tables.index.rows(rows, [0])
    means = tables.scales.rows(rows, dimensions)
    return Evidence(
        n=n,
        asked=np.array([g.asked for g in groups]),
        scored=np.where(np.isnan(means.mean), 0, n[:, None]),
        dimensions=without_ties(means, tables.questionnaire.readiness),
        index=Standing(index.mean[:, 0], index.se[:, 0], index.df[:, 0], index.sd[:, 0]),
        harm=np.zeros(len(rows), dtype=bool),
        split=splits_of(tables.questionnaire, groups),
    )


def without_ties(dimensions: Standing, rules: Readiness) -> Standing:
    """Count a mean that is released as the floor itself as lying below it.

    Rounding moves half of these means up; without this ten times as many verdicts would be too kind
    as too strict (docs/decisions/0004).
    """
    at_floor = np.isclose(dimensions.mean, rules.floor, atol=1e-9)
    return dimensions.moved(np.where(at_floor, -TIE, 0.0))
