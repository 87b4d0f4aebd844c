"""Newcomers against veterans: behind its own gate, rounded, and never for a group."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Released, Unit
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
NEW, OLD = 0, 2
PAST = [item.id for item in QUESTIONNAIRE.items_of("PAST")]


def contrast(groups, policy=None):
    """Release groups of (newcomers, veterans, newcomers' answer, veterans' answer)."""
    team, tenure, level = [], [], []
    for at, (new, old, low, high) in enumerate(groups):
        team += [at] * (new + old)
        tenure += [NEW] * new + [OLD] * old
        level += [low] * new + [high] * old
    keys = {item.id: item.key for item in QUESTIONNAIRE.items}
    values = np.array(
        [[6 - v if keys.get(c, 1) < 0 else v for c in QUESTIONNAIRE.columns] for v in level], float
    )
    units = tuple(Unit(f"u{i}", f"U{i}", None, 40) for i in range(len(groups)))
    answers = Answers(
        QUESTIONNAIRE.columns, values, np.array(team), np.array(tenure, dtype=np.int8)
    )
    released = release(QUESTIONNAIRE, answers, None, None, units, policy or Policy())
    found = [g.figures for g in released.groups if g.key == "tenure."]
    return found[0]["tenure:PAST"] if found else None


def test_ten_newcomers_and_ten_veterans_in_five_groups_give_one_rounded_difference():
    figure = contrast([(2, 4, 3.3, 3.0)] * 5)
    assert figure == Released(0.3, 10, 0.1)


@pytest.mark.parametrize(
    "groups",
    [
        [(2, 4, 3, 3)] * 4,
        [(1, 5, 3, 3)] * 5 + [(1, 5, 3, 3)] * 4,
        [(5, 1, 3, 3)] * 5 + [(5, 1, 3, 3)] * 4,
        [(3, 3, 3, 3)] * 4 + [(6, 0, 3, 3), (0, 6, 3, 3)],
    ],
    ids=["four groups", "nine newcomers", "nine veterans", "four groups that have both"],
)
def test_below_its_gate_nothing_is_let_out(groups):
    assert contrast(groups) is None


def test_a_raised_policy_raises_the_gate():
    assert contrast([(2, 4, 3, 3)] * 5, Policy(single=20, spread=20)) is None
    assert contrast([(4, 4, 3, 3)] * 5, Policy(single=20, spread=20)) is not None


def test_a_large_difference_reads_half_a_point_or_more():
    assert contrast([(2, 4, 5, 1)] * 5) == Released(0.5, 10, 0.1, "high", 0.0, 3.5)
    assert contrast([(2, 4, 1, 5)] * 5) == Released(-0.5, 10, 0.1, "low", 3.5, 0.0)


def test_people_of_groups_that_are_left_out_do_not_count():
    assert contrast([(2, 4, 3.3, 3.0)] * 5 + [(2, 0, 5, 1)]) == Released(0.3, 10, 0.1)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 4), st.integers(4, 6)), min_size=5, max_size=8))
def test_in_no_group_can_anybody_be_told_apart_by_it(sizes):
    """Whoever knows every band and every group mean exactly still has one equation for all groups.

    Its weights are those of least squares: in every group with both bands they differ between them,
    so no set of people smaller than four such groups lies in the span of what is known.
    """
    rows, weights = [], []
    for at, (new, old) in enumerate(sizes):
        row = np.concatenate([np.full(n + o, float(i == at)) for i, (n, o) in enumerate(sizes)])
        rows.append(row)
        share = new / (new + old)
        weights += [1 - share] * new + [-share] * old
    span = np.array([*rows, weights])
    rank = np.linalg.matrix_rank(span)
    for group in range(len(sizes)):
        for size in range(1, 5):
            inside = np.flatnonzero(rows[group])[:size]
            alone = np.zeros(span.shape[1])
            alone[inside] = 1
            assert np.linalg.matrix_rank(np.vstack([span, alone])) == rank + 1
