"""What leaves the door: enough people behind every figure, and the same whatever the order."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.values import Policy, PolicyTooWeak, Release, Released, Unit, Withheld
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire(practices=2)
POLICY = Policy()


def units(*asked: int) -> tuple[Unit, ...]:
    """Return a firm with one unit for each number of people asked."""
    heading = Unit("firm", "The firm", None, 0)
    return (heading, *(Unit(f"u{at}", f"Unit {at}", "firm", n) for at, n in enumerate(asked)))


def answers(
    people: Sequence[int], seed: int = 1, questionnaire: Questionnaire = QUESTIONNAIRE
) -> Answers:
    """Return random answers of so many people of each unit."""
    rng = np.random.default_rng(seed)
    n = sum(people)
    values = rng.integers(1, 6, (n, len(questionnaire.columns))).astype(np.uint8)
    team = np.repeat(np.arange(1, len(people) + 1), people)
    return Answers(questionnaire.columns, values, team, np.full(n, -1, dtype=np.int8))


def let_go(people: Sequence[int], asked: Sequence[int], **more: object) -> Release:
    comments = more.get("comments")
    return release(
        QUESTIONNAIRE,
        answers(people),
        None,
        comments,  # type: ignore[arg-type]
        units(*asked),
        POLICY,
    )


def test_single_questions_need_ten_answers_scores_need_five() -> None:
    groups = {g.key: g for g in let_go([6, 11], [8, 12]).groups}
    assert isinstance(groups["u0"].figures["TRUST"], Released)
    assert isinstance(groups["u0"].figures["TRUST_PEERS"], Released)
    for single in ("T1", "RESOLVE"):
        assert groups["u0"].figures[single] == Withheld("too_few")
        assert isinstance(groups["u1"].figures[single], Released)


def test_small_units_appear_together_and_nowhere_else() -> None:
    released = let_go([3, 4, 9], [5, 5, 9])
    assert [(g.kind, g.units, g.n, g.asked) for g in released.groups if g.kind != "wider"] == [
        ("whole", ("u2",), 9, 9),
        ("pooled", ("u0", "u1"), 7, 10),
    ]
    assert released.left_out == ()


def test_a_measure_that_too_few_answered_is_withheld_alone() -> None:
    given = answers([8])
    given.values[:5, given.columns.index("KN01")] = 0
    released = release(QUESTIONNAIRE, given, None, None, units(9), POLICY)
    assert released.groups[0].figures["KN01"] == Withheld("too_few")
    assert released.groups[0].figures["DO01"] == Withheld("too_few")
    assert isinstance(released.groups[0].figures["KN02"], Released)


def test_no_figure_tells_of_more_people_than_are_printed_for_the_group() -> None:
    given = answers([9])
    vision = [given.columns.index(item) for item in ("V1", "V2", "V3", "V4")]
    given.values[0, vision] = 0
    group = release(QUESTIONNAIRE, given, None, None, units(9), POLICY).groups[0]
    assert group.n == 8
    assert {f.n for f in group.figures.values() if isinstance(f, Released)} == {8}


def test_comments_wait_for_ten_people_and_stand_in_the_order_of_the_alphabet() -> None:
    said = ["b", "", "c", "a", "a", "", "", "", "", "", "z", "y"]
    few = let_go([7, 5], [9, 9], comments={"O1": said})
    assert [(g.kind, g.comments.get("O1")) for g in few.groups if g.comments] == [
        ("wider", ("a", "a", "b", "c", "y", "z"))
    ]
    assert {g.n for g in few.groups if g.kind == "wider"} == {POLICY.single}
    enough = let_go([12], [12], comments={"O1": said})
    assert enough.groups[0].comments["O1"] == ("a", "a", "b", "c", "y", "z")


def test_who_is_left_out_of_the_scores_is_left_out_of_the_comments_too() -> None:
    said = ["heard"] * 9 + ["left out"] * 3
    released = let_go([9, 3], [9, 9], comments={"O1": said})
    assert released.left_out == ("u1",)
    assert not any(g.comments.get("O1") for g in released.groups)
    assert [g.kind for g in released.groups] == ["whole"]


def test_a_unit_with_more_answers_than_codes_is_left_out_and_so_is_what_was_put_there() -> None:
    released = let_go([8, 9, 4], [4, 9, 6])
    assert [(g.key, g.n, g.asked) for g in released.groups if g.kind == "whole"] == [("u1", 9, 9)]
    assert set(released.left_out) == {"u0", "u2"}


def test_single_statements_of_the_dimension_that_asks_about_harm_are_never_shown() -> None:
    (large, *_) = let_go([30], [30]).groups
    assert {large.figures[item] for item in ("S1", "S2", "S3", "S4")} == {Withheld("harm")}
    assert isinstance(large.figures["SAFE"], Released)
    assert isinstance(large.figures["T1"], Released)


def test_harm_is_told_of_ten_people_and_more_and_never_of_fewer() -> None:
    given = answers([12, 6])
    harm = [given.columns.index(item) for item in ("S1", "S3")]
    given.values[:, harm] = 1
    given.values[:3, harm] = 5
    groups = {
        g.key: g for g in release(QUESTIONNAIRE, given, None, None, units(12, 6), POLICY).groups
    }
    assert groups["u0"].figures["harm"] == Released(1.0, POLICY.single, 1.0)
    assert "harm" not in groups["u1"].figures


def test_a_policy_below_the_least_cannot_be_made() -> None:
    with pytest.raises(PolicyTooWeak, match="never lowered"):
        Policy(scores=4)
    with pytest.raises(PolicyTooWeak):
        Policy(single=9)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_the_order_of_arrival_changes_nothing(people: list[int], random: object) -> None:
    given = answers(people, seed=3)
    order = np.random.default_rng(len(people)).permutation(len(given.team))
    comments = [f"remark {at % 4}" for at in range(len(given.team))]
    picks = np.arange(len(given.team) * 3).reshape(-1, 3) % 2 == 0
    turned = Answers(given.columns, given.values[order], given.team[order], given.tenure[order])
    one = release(QUESTIONNAIRE, given, picks, {"O1": comments}, units(*people), POLICY)
    other = release(
        QUESTIONNAIRE,
        turned,
        picks[order],
        {"O1": [comments[at] for at in order]},
        units(*people),
        POLICY,
    )
    assert one == other


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 14), min_size=1, max_size=6), st.integers(0, 99))
def test_nothing_is_released_of_fewer_than_five_whatever_they_answered(
    people: list[int], seed: int
) -> None:
    released = release(QUESTIONNAIRE, answers(people, seed), None, None, units(*people), POLICY)
    for group in released.groups:
        assert group.n >= POLICY.scores
        for name, figure in group.figures.items():
            if isinstance(figure, Released):
                items = {i.id for i in QUESTIONNAIRE.items}
                single = name in items or name in ("harm", "RESOLVE")
                assert figure.n >= (POLICY.single if single else POLICY.scores)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 99), st.integers(0, 99))
def test_what_appears_depends_on_counts_only(one: int, other: int) -> None:
    people = [3, 6, 12, 2]
    shown = [
        [
            (group.key, sorted((k, isinstance(f, Released)) for k, f in group.figures.items()))
            for group in release(
                QUESTIONNAIRE, answers(people, seed), None, None, units(*people), POLICY
            ).groups
        ]
        for seed in (one, other)
    ]
    assert shown[0] == shown[1]
