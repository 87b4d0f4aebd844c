"""The practices of each group: knowing, doing, the gap between them, and what to do first.

Advice is given from `policy.scores` answers on, the figures are shown from `policy.single` on.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from survey.disclosure.values import Policy, Withheld
from survey.questionnaire.definition import Questionnaire
from survey.readiness.advice import PracticeAdvice, advice
from survey.report.estimates import Grid, PracticeGrids, organisation_row
from survey.report.model import Estimate, PracticeResult
from survey.report.parts import shown_single
from survey.scoring import Bools

TOO_FEW = Withheld("too_few")
NO_ADVICE = PracticeAdvice(None, ())


def practice_results(
    questionnaire: Questionnaire,
    grids: PracticeGrids,
    scales: Grid,
    verdicts: Sequence[str],
    splits: Bools,
    policy: Policy,
) -> list[tuple[PracticeResult, ...]]:
    """Return the practices of every group, one tuple a group.

    Parameters
    ----------
    questionnaire
        Its practices, and the dimensions each hangs on.
    grids, scales
        The estimates of every group.
    verdicts
        The verdict of every group; "not_enough_evidence" gives no advice.
    splits
        (groups, dimensions) whether a group is known to be in two camps.
    policy
        From how many answers on figures are shown.
    """
    advised = _advice(questionnaire, grids, scales, verdicts, splits)
    return [
        tuple(
            _result(questionnaire, grids, (row, column), found, policy)
            for column, found in enumerate(of_group)
        )
        for row, of_group in enumerate(advised)
    ]


def organisation_practices(
    questionnaire: Questionnaire, grids: PracticeGrids, policy: Policy
) -> tuple[PracticeResult, ...]:
    """Return the practices over all groups that are large enough to show them; no advice."""
    together = PracticeGrids(
        organisation_row(grids.know, policy.single),
        organisation_row(grids.do, policy.single),
        organisation_row(grids.gap, policy.single),
    )
    return tuple(
        _result(questionnaire, together, (0, column), NO_ADVICE, policy)
        for column in range(len(questionnaire.practices))
    )


def _advice(
    questionnaire: Questionnaire,
    grids: PracticeGrids,
    scales: Grid,
    verdicts: Sequence[str],
    splits: Bools,
) -> list[tuple[PracticeAdvice, ...]]:
    names = [scale.id for scale in questionnaire.scales]
    dimensions = [at for at, s in enumerate(questionnaire.scales) if s.role == "dimension"]
    capacity = [at for at, s in enumerate(questionnaire.scales) if s.role == "capacity"]
    rows = range(len(scales.figures))
    return advice(
        questionnaire.readiness,
        [names[at] for at in dimensions],
        [practice.critical for practice in questionnaire.practices],
        (grids.know.standing, grids.do.standing, grids.gap.standing),
        scales.rows(rows, dimensions),
        scales.standing.mean[:, capacity[0]] if capacity else np.full(len(rows), np.nan),
        verdicts,
        splits,
    )


def _result(
    questionnaire: Questionnaire,
    grids: PracticeGrids,
    at: tuple[int, int],
    found: PracticeAdvice,
    policy: Policy,
) -> PracticeResult:
    practice, (row, column) = questionnaire.practices[at[1]], at
    gap = grids.gap.estimate(row, column)
    if isinstance(gap, Estimate):
        gap = replace(gap, state="weak" if gap.low > 0 else "unclear")
    hidden = isinstance(gap, Estimate) and gap.released.n < policy.single
    return PracticeResult(
        id=practice.id,
        label=practice.label,
        statement=practice.statement,
        critical=practice.critical,
        know=shown_single(grids.know.figures[row][column], policy),
        do=shown_single(grids.do.figures[row][column], policy),
        gap=TOO_FEW if hidden else gap,
        advice=found.word,
        watch=found.dimensions,
    )
