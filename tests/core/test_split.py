"""Whether a team is told to be in two camps: from whom on, where on the scale, and what follows."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.split import camp_of
from survey.disclosure.values import (
    Figure,
    Policy,
    Release,
    Released,
    ReleasedGroup,
    Unit,
    Withheld,
)
from survey.questionnaire.definition import Questionnaire
from survey.report.build import build
from survey.report.model import Facts, Report
from survey.report.split_words import absence_sentence, split_sentence, splits_sentence
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire(practices=1)
VISION = QUESTIONNAIRE.items_of("VISION")
UNITS = (Unit("team", "The team", None, 40),)
FACTS = Facts("Spring", "Client", "", None, None)
HALVES = [1] * 6 + [5] * 6


def answered(
    everybody: Sequence[Sequence[int] | int],
    scale: str = "VISION",
    elsewhere: int = 3,
    questionnaire: Questionnaire = QUESTIONNAIRE,
) -> Answers:
    """Return what people answered to the items of a scale, keyed; 0 is left out."""
    columns, items = questionnaire.columns, questionnaire.items_of(scale)
    values = np.full((len(everybody), len(columns)), elsewhere, dtype=np.uint8)
    for item in questionnaire.items:
        if item.key < 0:
            values[:, columns.index(item.id)] = 6 - elsewhere
    for person, given_answers in enumerate(everybody):
        row = [given_answers] * len(items) if isinstance(given_answers, int) else given_answers
        for item, keyed in zip(items, row, strict=True):
            raw = keyed if item.key > 0 or not keyed else 6 - keyed
            values[person, columns.index(item.id)] = raw
    n = len(everybody)
    return Answers(columns, values, np.zeros(n, dtype=int), np.full(n, -1, dtype=np.int8))


def released(given_answers: Answers, policy: Policy | None = None) -> Release:
    return release(QUESTIONNAIRE, given_answers, None, None, UNITS, policy or Policy())


def split(given_answers: Answers, scale: str = "VISION") -> Figure:
    return released(given_answers).groups[0].figures[f"split:{scale}"]


YES, NO = Released(1.0, 12, 1.0), Released(0.0, 12, 1.0)


def test_half_low_and_half_high_is_a_split_and_everybody_in_the_middle_is_none() -> None:
    assert split(answered(HALVES)) == YES
    assert split(answered([3] * 12)) == NO


def test_a_quarter_on_either_side_is_enough_and_one_person_less_is_not() -> None:
    assert split(answered([2] * 3 + [3] * 6 + [4] * 3)) == YES
    assert split(answered([2] * 2 + [3] * 7 + [4] * 3)) == NO
    assert split(answered([2] * 3 + [3] * 7 + [4] * 2)) == NO
    thirteen = [2] * 4 + [3] * 5 + [4] * 4
    assert split(answered(thirteen)) == Released(1.0, 13, 1.0)
    assert split(answered([3, *thirteen[1:]])) == Released(0.0, 13, 1.0)


def test_a_score_at_a_cut_off_is_on_neither_side() -> None:
    low, high = (2, 2, 3, 3), (4, 4, 3, 3)  # 2.5 and 3.5
    assert split(answered([low] * 6 + [5] * 6)) == NO
    assert split(answered([1] * 6 + [high] * 6)) == NO
    assert split(answered([(2, 2, 2, 3)] * 6 + [(4, 4, 4, 3)] * 6)) == YES


def test_it_is_told_from_twelve_scores_on() -> None:
    assert split(answered(HALVES[:-1])) == Withheld("too_few")
    nobody = (0, 0, 0, 0)
    assert split(answered([*HALVES, nobody])) == YES
    assert split(answered([*HALVES[:-1], nobody])) == Withheld("too_few")
    later = released(answered(HALVES), Policy(spread=13)).groups[0]
    assert later.figures["split:VISION"] == Withheld("too_few")


def test_both_camps_and_two_more_must_have_answered_every_question() -> None:
    partly, whole = [(1, 1, 0, 1)] * 2 + [(5, 5, 0, 5)] * 2, [1] * 4 + [5] * 4
    assert split(answered([*partly, *whole])) == YES
    assert split(answered([*partly, (1, 1, 1, 0), *whole[1:]])) == Withheld("too_few")


def test_a_camp_is_of_three_people_at_least() -> None:
    rules = replace(QUESTIONNAIRE.readiness, split_share=0.1)
    assert camp_of(12, rules) == 2
    group = release(
        replace(QUESTIONNAIRE, readiness=rules), answered(HALVES), None, None, UNITS, Policy()
    ).groups[0]
    assert group.figures["split:VISION"] == Withheld("too_few")


def test_near_the_ends_of_the_scale_it_is_not_told() -> None:
    assert split(answered([1] * 9 + [4] * 3)) == NO
    assert split(answered([2] * 3 + [5] * 9)) == NO
    assert split(answered([2] * 9 + [4] * 3)) == YES  # 2.5
    assert split(answered([2] * 3 + [4] * 9)) == YES  # 3.5


def test_of_the_dimension_that_asks_about_harm_and_of_what_is_no_dimension_it_is_never_told() -> (
    None
):
    group = released(answered(HALVES, "SAFE")).groups[0]
    assert group.figures["split:SAFE"] == Withheld("harm")
    told = {name for name in group.figures if name.startswith("split:")}
    assert told == {f"split:{scale.id}" for scale in QUESTIONNAIRE.dimensions}


def test_it_is_told_of_each_group_by_itself() -> None:
    units = (Unit("one", "One", None, 12), Unit("other", "Other", None, 12))
    both = answered([*HALVES, *[3] * 12])
    teams = replace(both, team=np.repeat([0, 1], 12))
    groups = release(QUESTIONNAIRE, teams, None, None, units, Policy()).groups
    assert [g.figures["split:VISION"] for g in groups] == [YES, NO]


def test_scores_of_answers_left_out_count_as_the_means_of_the_others() -> None:
    assert split(answered([(2, 0, 0, 2)] * 3 + [3] * 6 + [4] * 3)) == YES
    assert split(answered([(2, 0, 0, 3)] * 3 + [3] * 6 + [4] * 3)) == NO


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, 5)] * 4), min_size=12, max_size=20), st.randoms())
def test_it_is_the_same_for_every_order_of_people(
    rows: list[tuple[int, ...]], random: "np.random.Generator"
) -> None:
    moved = sorted(rows, key=lambda _: random.random())
    before, after = (released(answered(people)).groups for people in (rows, moved))
    assert [g.figures for g in before] == [g.figures for g in after]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(*[st.integers(1, 5)] * 4), min_size=12, max_size=20))
def test_whether_it_is_told_depends_on_counts_only(rows: list[tuple[int, ...]]) -> None:
    figure = split(answered(rows))
    assert isinstance(figure, Released)
    assert (figure.n, figure.step) == (len(rows), 1.0)


# ---- What follows from it in a report ------------------------------------------------------------


def reported(given_answers: Answers) -> Report:
    return build(QUESTIONNAIRE, released(given_answers), FACTS)


def with_word(released_before: Release, figure: Figure) -> Report:
    """Return the report of a release of all 20 who were asked, with one word for VISION."""

    def changed(group: ReleasedGroup) -> ReleasedGroup:
        return replace(group, asked=20, figures={**group.figures, "split:VISION": figure})

    groups = tuple(map(changed, released_before.groups))
    return build(QUESTIONNAIRE, replace(released_before, groups=groups), FACTS)


def test_a_report_holds_yes_no_and_unknown() -> None:
    group = reported(answered(HALVES)).groups[0]
    assert {d.id: d.split for d in group.dimensions} == {
        **dict.fromkeys((d.id for d in group.dimensions), False),
        "VISION": True,
        "SAFE": None,
    }
    small = reported(answered(HALVES[1:])).groups[0]
    assert {d.split for d in small.dimensions} == {None}


def test_a_split_makes_ready_conditional_and_unknown_or_no_changes_nothing() -> None:
    ready = released(answered([5] * 20, elsewhere=5))
    rules: dict[str, str] = {}
    words: dict[str, Figure] = {"yes": YES, "no": NO, "unknown": Withheld("too_few")}
    for name, figure in words.items():
        group = with_word(ready, figure).groups[0]
        assert group.verdict is not None
        rules[name] = group.verdict.rule
        assert ("VISION" in group.verdict.conditions) == (name == "yes")
    assert rules["no"] == rules["unknown"]
    assert (rules["yes"], rules["no"]) == ("ready_with_conditions", "ready")


def test_a_practice_that_hangs_on_a_split_dimension_waits_for_it() -> None:
    everything = answered([4] * 20, elsewhere=4)
    for at, column in enumerate(everything.columns):
        if column.startswith("DO"):
            everything.values[:, at] = 2
    fine = released(everything)
    advice = {}
    for name, figure in {"yes": YES, "no": NO}.items():
        practice = with_word(fine, figure).groups[0].practices[0]
        advice[name] = practice.advice, practice.watch
    assert "VISION" in QUESTIONNAIRE.practices[0].critical
    assert advice["yes"] == ("environment_first", ("VISION",))
    assert advice["no"][0] != "environment_first"


def test_a_split_is_said_and_no_split_is_passed_over() -> None:
    report = reported(answered(HALVES))
    by_id = {d.id: d for d in report.groups[0].dimensions}
    assert split_sentence(by_id["VISION"], QUESTIONNAIRE) == (
        "The team sees this differently: at least a quarter stand low (below 2.5) and at least a"
        " quarter high (above 3.5), so the average describes neither."
    )
    assert splits_sentence(report.groups[0]) == "The team sees this differently: “Vision”."
    assert split_sentence(by_id["TRUST"], QUESTIONNAIRE) == ""
    assert split_sentence(by_id["SAFE"], QUESTIONNAIRE) == ""
    assert splits_sentence(reported(answered([3] * 12)).groups[0]) == ""
    assert "does not mean that all agree" in absence_sentence(12)


@pytest.mark.parametrize(
    ("share", "said"), [(0.25, "at least a quarter"), (0.3, "at least 30\u00a0%")]
)
def test_the_share_is_said_as_it_is_set(share: float, said: str) -> None:
    rules = replace(QUESTIONNAIRE.readiness, split_share=share)
    vision = next(d for d in reported(answered(HALVES)).groups[0].dimensions if d.id == "VISION")
    assert said in split_sentence(vision, replace(QUESTIONNAIRE, readiness=rules))
