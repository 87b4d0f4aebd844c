"""What is missing for a verdict: from the step alone, and as the forecast said before opening."""

import pytest

from survey.disclosure.values import Policy
from survey.questionnaire.shipped import find
from survey.report.chances import plan_of
from survey.report.forecast import ENOUGH, tens_of
from survey.report.missing import Reached, missing_line, needed
from survey.services.waiting import bounds_of, step_of

PLAN = plan_of(find("environment"), Policy())


@pytest.mark.parametrize("codes", [8, 9, 10, 12, 13, 15, 20, 40])
def test_what_a_verdict_takes_is_the_least_with_which_the_forecast_calls_it_likely(codes):
    takes = needed(PLAN, codes)
    assert takes is not None
    assert tens_of(PLAN, takes, codes) >= ENOUGH
    assert all(tens_of(PLAN, n, codes) < ENOUGH for n in range(5, takes))


@pytest.mark.parametrize("people", range(8, 41))
def test_every_count_of_a_step_brings_the_same_sentence_and_none_that_is_false(people):
    """A sentence tells no more than the step, and nothing that is not so for all its counts."""
    takes = needed(PLAN, people)
    assert takes is not None
    told: dict[str, set[str]] = {}
    for answered in range(people + 1):
        step = step_of(answered, people)
        least, below = bounds_of(step, people)
        assert least <= answered < (people + 1 if below is None else below)
        line = missing_line(PLAN, Reached(people, people, least, below))
        told.setdefault(step, set()).add(line)
        if line.startswith("Enough"):
            assert answered >= takes
        elif line.startswith("Not enough"):
            assert answered < takes
        else:
            assert line.startswith("Perhaps")
    assert all(len(lines) == 1 for lines in told.values())


def test_the_words_name_what_it_takes_and_what_the_step_says():
    assert missing_line(PLAN, Reached(12, 12, 0, 5)) == (
        "Not enough for a verdict: it takes about 8 of 12, and fewer than 5 have answered."
    )
    assert missing_line(PLAN, Reached(12, 12, 8, 10)) == (
        "Enough for a verdict, most likely: it takes about 8 of 12."
    )
    assert missing_line(PLAN, Reached(20, 20, 5, 16)) == (
        "Perhaps enough for a verdict: it takes about 12 of 20, and 5 or more have answered."
    )


def test_where_spare_codes_put_a_verdict_out_of_reach_that_is_said():
    assert missing_line(PLAN, Reached(8, 30, 5, 7)) == (
        "A verdict is unlikely, even if all 8 answer."
    )
