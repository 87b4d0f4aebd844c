"""Comments on their way out: masked first, with ten answers at least, in an order of their own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.masking import Masking
from survey.disclosure.release import release
from survey.disclosure.values import Policy
from survey.questionnaire.definition import OpenQuestion
from tests.core.test_release import answers, units
from tests.factories import english, make_questionnaire

QUESTIONS = (OpenQuestion("O1", english("What helps?")), OpenQuestion("O2", english("And else?")))
QUESTIONNAIRE = replace(make_questionnaire(practices=0), open_questions=QUESTIONS)
PEOPLE = (11, 6, 7, 12)
PLACES = np.repeat(np.arange(len(PEOPLE)), PEOPLE)
HEARD_IN = np.array([0, 1, 1, 2])[PLACES]
"""Unit 0 and unit 3 are heard alone, units 1 and 2 together."""


def said_in(comments, masking=None):
    given = answers(PEOPLE, questionnaire=QUESTIONNAIRE)
    let_out = release(QUESTIONNAIRE, given, None, comments, units(*PEOPLE), Policy(), masking)
    return {group.units: dict(group.comments) for group in let_out.groups if group.comments}


def test_who_is_too_few_is_heard_together_with_neighbours():
    said = said_in({"O1": [f"unit {at}" for at in PLACES]})
    assert {units: set(of["O1"]) for units, of in said.items()} == {
        ("u0",): {"unit 0"},
        ("u1", "u2"): {"unit 1", "unit 2"},
        ("u3",): {"unit 3"},
    }


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6))
def test_no_order_joins_what_one_person_wrote_to_two_questions(seed):
    rng = np.random.default_rng(seed)
    first = [f"first {at:02}" if at % 3 else "" for at in range(len(PLACES))]
    second = [f"second {at:02}" for at in range(len(PLACES))]
    swapped = list(second)
    for heard in range(3):
        inside = np.flatnonzero(heard == HEARD_IN)
        for at, other in zip(inside, rng.permutation(inside), strict=True):
            swapped[at] = second[other]
    assert said_in({"O1": first, "O2": second}) == said_in({"O1": first, "O2": swapped})


def test_the_order_follows_from_what_is_left_after_masking():
    texts = ["Anna Meier knows", "z is last", "Berta Huber knows", *[""] * 8]
    comments = {"O1": texts + [""] * (len(PLACES) - len(texts))}
    masking = Masking(("Anna Meier", "Huber, Berta"))
    said = said_in(comments, masking)[("u0",)]
    assert said["O1"] == ("[name] knows", "[name] knows", "z is last")


@pytest.mark.parametrize("masking", [None, Masking()])
def test_without_names_addresses_are_taken_out_all_the_same(masking):
    comments = {"O1": ["write to a@b.de", *[""] * (len(PLACES) - 1)]}
    assert said_in(comments, masking)[("u0",)]["O1"] == ("write to [e-mail]",)
