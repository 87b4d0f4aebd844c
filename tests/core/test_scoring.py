"""From answers to scores: keys, the half rule, what counts as not answered."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from survey.scoring import (
    Answers,
    index_scores,
    keyed,
    person_scores,
    raw,
    reverse,
    scale_keys,
    scale_scores,
)
from tests.factories import make_questionnaire

NAN = np.nan
ANSWERS = arrays(
    np.float64,
    st.tuples(st.integers(1, 7), st.integers(1, 9)),
    elements=st.sampled_from([1, 2, 3, 4, 5, NAN]),
)


def sheet(columns, *rows):
    values = np.array(rows, dtype=np.uint8)
    nobody = np.full(len(rows), -1, dtype=np.int8)
    return Answers(tuple(columns.split()), values, np.zeros(len(rows), dtype=np.int64), nobody)


@given(arrays(np.float64, 8, elements=st.integers(-50, 50)), st.integers(-9, 9), st.integers(1, 99))
def test_reversing_twice_changes_nothing(values, lo, width):
    hi = lo + width
    assert np.array_equal(reverse(reverse(values, lo, hi), lo, hi), values)


@given(ANSWERS)
def test_scores_stay_within_the_range_of_the_answers(answers):
    scores = person_scores(answers)
    assert np.all(np.isnan(scores) | ((scores >= 1) & (scores <= 5)))


@given(ANSWERS)
def test_a_score_needs_half_of_the_items(answers):
    given_answers = (~np.isnan(answers)).sum(axis=0)
    assert np.array_equal(np.isnan(person_scores(answers)), given_answers * 2 < len(answers))


@pytest.mark.parametrize(("items", "needed"), [(4, 2), (5, 3), (6, 3), (1, 1), (2, 1)])
def test_the_half_rule_rounds_up(items, needed):
    answers = np.full((items, 2), NAN)
    answers[:needed, 0] = 4
    answers[: needed - 1, 1] = 4
    assert np.array_equal(person_scores(answers), [4, NAN], equal_nan=True)


def test_zero_means_not_answered_in_bytes_and_is_an_answer_in_floats():
    assert np.isnan(raw(np.array([0], dtype=np.uint8)))[0]
    assert raw(np.array([0.0]))[0] == 0


def test_items_that_speak_against_health_are_turned_round():
    questionnaire = make_questionnaire(scales=("TRUST",), practices=0)
    healthy = sheet("T1 T2 T3 T4 T5 T6", [5, 1, 5, 5, 1, 1])
    assert scale_scores(healthy, questionnaire).tolist() == [[5.0]]


def test_a_column_that_is_not_in_the_file_counts_as_answered_by_nobody():
    questionnaire = make_questionnaire(scales=("COOP",), practices=0)
    (coop,) = scale_keys(questionnaire, ("C3", "C1"))
    found = keyed(np.array([[2, 5]], dtype=np.uint8), coop)
    assert np.array_equal(found, np.array([[5], [NAN], [2], [NAN]]), equal_nan=True)


def test_the_order_of_columns_changes_nothing():
    questionnaire = make_questionnaire(scales=("COOP", "PAST"), practices=0)
    one = sheet("C1 C2 C3 C4 B1 B2 B3 B4 B5", [5, 1, 3, 2, 1, 2, 3, 4, 0])
    two = sheet("B5 B4 B3 B2 B1 C4 C3 C2 C1", [0, 4, 3, 2, 1, 2, 3, 1, 5])
    assert np.array_equal(scale_scores(one, questionnaire), scale_scores(two, questionnaire))


def test_the_index_needs_its_dimensions():
    scores = np.array([[3, 3, 3, 3, 4, NAN, NAN], [3, 3, 3, 3, NAN, NAN, NAN]])
    assert np.allclose(index_scores(scores, 5), [3.2, NAN], equal_nan=True)


def test_nobody_at_all_is_no_fault():
    assert person_scores(np.empty((4, 0))).shape == (0,)
    assert index_scores(np.empty((0, 7)), 5).shape == (0,)
