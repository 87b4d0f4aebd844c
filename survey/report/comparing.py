"""What comparing teams is worth: how much of what people answer differently lies between teams.

Made from released means, their numbers of people and the fixed spread alone (statistics B8), so it
tells nothing that they do not. `analyse` computes the exact figures from answers; here the spread
within a team is assumed, and averages are rounded and cut off.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median_low
from typing import Literal

import numpy as np

from survey.disclosure.values import Released, Withheld
from survey.measures.between import from_mean_squares
from survey.measures.standing import standing_of_released, t_quantile
from survey.questionnaire.definition import Questionnaire, Text
from survey.report.model import Comparison, Estimate, GroupReport

LEAST_GROUPS, LEAST_PEOPLE = 3, 30


@dataclass(frozen=True)
class _Measure:
    """A scale or the index, as it is compared, with its figures group by group."""

    id: str
    name: Text
    reliability: float
    prior_sd: float
    found: Sequence[tuple[Released, int]]
    """Released mean and people asked, of every group that has one."""


def comparisons(
    questionnaire: Questionnaire, groups: Sequence[GroupReport], index_name: Text
) -> tuple[Comparison, ...]:
    """Return how far groups differ, on the index and on every dimension.

    Parameters
    ----------
    questionnaire
        With the fixed spread of every scale.
    groups
        Only whole units count: who is gathered in a pooled group is no team.
    index_name
        What the index is called.

    Returns
    -------
    tuple of Comparison
        A measure that fewer than three groups or thirty people have is left out.
    """
    rules = questionnaire.readiness
    whole = [group for group in groups if group.kind == "whole"]
    index = _Measure(
        "INDEX",
        index_name,
        rules.index_reliability,
        rules.index_prior_sd,
        _found(whole, [group.index for group in whole]),
    )
    dimensions = [
        _Measure(
            scale.id,
            scale.name,
            scale.reliability,
            scale.prior_sd,
            _found(whole, [group.dimensions[at].figure for group in whole]),
        )
        for at, scale in enumerate(questionnaire.dimensions)
    ]
    return tuple(
        _compared(measure, rules.prior_df) for measure in (index, *dimensions) if _enough(measure)
    )


def _found(
    groups: Sequence[GroupReport], figures: Sequence[Estimate | Withheld]
) -> list[tuple[Released, int]]:
    return [
        (figure.released, max(group.asked, figure.released.n))
        for group, figure in zip(groups, figures, strict=True)
        if isinstance(figure, Estimate)
    ]


def _enough(measure: _Measure) -> bool:
    people = sum(figure.n for figure, _ in measure.found)
    return len(measure.found) >= LEAST_GROUPS and people >= LEAST_PEOPLE


def _compared(measure: _Measure, prior_df: float) -> Comparison:
    """Compare the groups: one-way analysis of variance with the spread within groups assumed.

    Rounding alone makes means differ: step^2 / 12 each, which is taken off again. F is read with
    the degrees of freedom of an ordinary analysis of variance, so that the interval is no narrower.
    """
    figures = [figure for figure, _ in measure.found]
    n = np.array([figure.n for figure in figures], dtype=float)
    means = np.array([figure.value for figure in figures])
    noise = np.array([figure.step for figure in figures]) ** 2 / 12
    people, groups = float(n.sum()), len(figures)
    grand = float(n @ means) / people
    made = float((n * (1 - n / people)) @ noise)
    msb = max(float(n @ (means - grand) ** 2) - made, 0.0) / (groups - 1)
    n0 = (people - float(n @ n) / people) / (groups - 1)
    table = from_mean_squares(groups, int(people), grand, msb, measure.prior_sd**2, n0)
    usual = median_low(figure.n for figure in figures), median_low(a for _, a in measure.found)
    return Comparison(
        scale=measure.id,
        name=measure.name,
        groups=groups,
        people=int(people),
        share=table.icc1,
        low=table.icc1_low,
        high=table.icc1_high,
        apart=_apart(measure, usual, figures[0].step, prior_df),
        usual=usual,
        cut=any(figure.edge for figure in figures),
        worth=_worth(table.icc1_low),
    )


def _worth(low: float) -> Literal["unknown", "some"]:
    """Say whether teams differ; that an interval takes in nought is no sign that they do not."""
    return "some" if in_fives(low) > 0 else "unknown"


def in_fives(share: float) -> int:
    """Return a part in percent, in steps of five: more would be more than the figures carry."""
    return max(round(share * 20) * 5, 0)


def _apart(measure: _Measure, usual: tuple[int, int], step: float, prior_df: float) -> float:
    """Return from where on two averages of usual groups differ beyond chance (95 %)."""
    n, asked = usual
    one = standing_of_released(
        np.array([0.0]),
        np.array([float(n)]),
        np.array([float(max(n, asked))]),
        measure.reliability,
        measure.prior_sd,
        prior_df,
        step,
    )
    return float(t_quantile(2 * one.df, 0.975)[0] * one.se[0] * np.sqrt(2))
