"""The parts of one group's report, each made from released values and their estimates.

Here belongs the turning of one group's figures into the values of `survey.report.model`, one
function a part. Which groups there are, and how they compare with an earlier wave, does not.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from survey.disclosure.split import MEASURE
from survey.disclosure.values import Figure, Policy, Released, ReleasedGroup, Withheld
from survey.questionnaire.definition import Questionnaire, Role, Scale, Text
from survey.readiness.kinds import Rule
from survey.readiness.verdict import Outcome
from survey.report.estimates import MISSING, Grid
from survey.report.model import ItemResult, PickResult, ScaleResult, Verdict
from survey.scoring import Bools


def scale_results(
    questionnaire: Questionnaire, grid: Grid, row: int, group: ReleasedGroup | None = None
) -> Mapping[Role, tuple[ScaleResult, ...]]:
    """Return the scales of one row by their role, facets inside their scale.

    `group`: the one the row is of, for what no grid holds; None where it is several.
    """
    column = {measure.id: at for at, measure in enumerate(grid.measures)}

    def result(scale: Scale) -> ScaleResult:
        facets = tuple(
            ScaleResult(f.id, f.name, grid.estimate(row, column[f.id]))
            for f in questionnaire.facets
            if f.scale == scale.id
        )
        split = split_of(group, scale.id) if group else None
        return ScaleResult(
            scale.id, scale.name, grid.estimate(row, column[scale.id]), facets, split
        )

    roles: tuple[Role, ...] = ("dimension", "capacity", "resolve")
    return {
        role: tuple(result(s) for s in questionnaire.scales if s.role == role) for role in roles
    }


def split_of(group: ReleasedGroup, scale: str) -> bool | None:
    """Return whether a group is in two camps on a scale; None where that is not let out."""
    figure = group.figures.get(f"{MEASURE}:{scale}", MISSING)
    return figure.value > 0 if isinstance(figure, Released) else None


def splits_of(questionnaire: Questionnaire, groups: Sequence[ReleasedGroup]) -> Bools:
    """Return on which dimensions groups are known to be in two camps: (groups, dimensions)."""
    dimensions = questionnaire.dimensions
    found = [bool(split_of(group, scale.id)) for group in groups for scale in dimensions]
    return np.array(found, dtype=bool).reshape(len(groups), len(dimensions))


def verdict_result(outcome: Outcome | None, everybody: Rule | None = None) -> Verdict | None:
    """Return the verdict as it is reported; `everybody`: the one if all had answered alike."""
    if outcome is None:
        return None
    return Verdict(
        rule=outcome.verdict,
        reasons=tuple(outcome.reasons),
        conditions=tuple(outcome.conditions),
        weakest=outcome.weakest,
        silent_lower=outcome.silent_lower,
        silent_higher=outcome.silent_higher,
        with_everybody=everybody,
    )


def item_results(questionnaire: Questionnaire, group: ReleasedGroup) -> tuple[ItemResult, ...]:
    """Return every statement; withheld below ten answers."""
    return tuple(
        ItemResult(i.id, i.scale, i.text, i.key, group.figures.get(i.id, MISSING))
        for i in questionnaire.items
    )


def shown_single(figure: Figure, policy: Policy) -> Figure:
    """Return a single figure where there are answers enough to show one, else that it is withheld.

    Know and do figures are let out from `policy.scores` on because advice rests on them; they are
    shown from `policy.single` on.
    """
    if isinstance(figure, Released) and figure.n < policy.single:
        return MISSING
    return figure


def pick_results(questionnaire: Questionnaire, group: ReleasedGroup) -> tuple[PickResult, ...]:
    """Return how many chose each option, most first; ties in questionnaire order."""
    if questionnaire.pick_list is None:
        return ()
    picks = [
        PickResult(o.id, o.text, group.figures.get(f"pick:{o.id}", MISSING))
        for o in questionnaire.pick_list.options
    ]
    return tuple(sorted(picks, key=lambda pick: -_value(pick.figure)))


def _value(figure: Released | Withheld) -> float:
    return figure.value if isinstance(figure, Released) else 0.0


def comment_results(
    questionnaire: Questionnaire, comments: Mapping[str, tuple[str, ...]]
) -> tuple[tuple[Text, tuple[str, ...]], ...]:
    """Return what was written, by question, in the order of the alphabet.

    Questions without a comment are left out.
    """
    return tuple(
        (question.text, tuple(sorted(comments[question.id], key=lambda text: (text.lower(), text))))
        for question in questionnaire.open_questions
        if comments.get(question.id)
    )
