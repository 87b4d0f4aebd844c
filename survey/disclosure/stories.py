"""Newcomers against veterans over the whole survey: the one figure that cuts across the groups.

It has a gate of its own (statistics B16): ten newcomers and ten veterans, in five groups that have
both. Below, nothing is let out; above, one difference for the survey as a whole, rounded and
clipped, never one for a group. Why it isolates nobody, beside the groups' own figures, stands in
docs/decisions/0008; that neither sign proves how stories travel, in `survey.measures.tenure`.
"""

from math import isnan

import numpy as np

from survey.disclosure.averages import Block
from survey.disclosure.precision import let_out_difference
from survey.disclosure.values import Figure, Policy, Withheld
from survey.measures.tenure import LEAST_PEOPLE, LEAST_TEAMS, tenure_contrast
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers, Ints

MEASURE = "tenure"
"""The name of the figure, followed by a colon and the scale."""


def tenure_figure(
    questionnaire: Questionnaire, block: Block, answers: Answers, group_of: Ints, policy: Policy
) -> Figure:
    """Let out by how much newcomers stand above veterans on the scale that was named for it.

    Parameters
    ----------
    questionnaire
        Has a tenure question.
    block
        The answers to the named scale.
    answers
        With the band of each person.
    group_of
        (n,) index of each person's group, -1 for who is left out of the report: of this as well.
    policy
        A larger smallest number of people raises the gate.

    Returns
    -------
    Figure
        Its n is the smaller of both numbers of people, cut down to tens.
    """
    asked = questionnaire.tenure
    if asked is None:
        return Withheld("not_asked")
    bands = [band.id for band in asked.bands]
    inside = block.counted & (group_of >= 0)
    new = inside & (answers.tenure == bands.index(asked.newcomer))
    old = inside & (answers.tenure == bands.index(asked.veteran))
    both = np.intersect1d(group_of[new], group_of[old])
    new, old = (people & np.isin(group_of, both) for people in (new, old))
    n = min(int(new.sum()), int(old.sum())) // LEAST_PEOPLE * LEAST_PEOPLE
    if len(both) < LEAST_TEAMS or n < max(LEAST_PEOPLE, policy.single):
        return Withheld("too_few")
    found = tenure_contrast(block.scores, group_of, new, old).difference
    return (
        Withheld("too_few") if isnan(found) else let_out_difference(found, n, block.hi - block.lo)
    )
