"""What is told of groups before a survey opens, tried against the real door and the real rule."""

import time
from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.release import release
from survey.disclosure.rollup import roll_up
from survey.disclosure.values import Policy, Release, Released, ReleasedGroup, Unit
from survey.language import speaking
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import find
from survey.report.chances import (
    BETWEEN,
    chance,
    correlations,
    let_out_means,
    plan_of,
    true_means,
    verdict_or_not,
)
from survey.report.forecast import (
    answers_at,
    detectable,
    forecasts,
    tens_of,
)
from survey.report.forecast_words import ASSUMED, join_line
from survey.report.joins import suggest_joins
from survey.report.judging import outcomes_of, tables_of
from survey.report.waves import could_show
from survey.scoring import Answers

POLICY = Policy()


@cache
def questionnaire() -> Questionnaire:
    return find("environment")


@cache
def plan():
    return plan_of(questionnaire(), POLICY)


def leaf(name: str, asked: int, parent: str | None = "firm") -> Unit:
    return Unit(name, name.title(), parent, asked)


def firm(**asked: int) -> list[Unit]:
    return [Unit("firm", "Firm", None, 0), *(leaf(name, many) for name, many in asked.items())]


def answered(teams: int, n: int, asked: int, seed: int) -> Release:
    """Draw whole answers, item by item, of teams as `chances` describes them, and let them out.

    Written down from the description and not from the code: answers are whole numbers, every item
    errs by itself, and people are drawn one by one.
    """
    random, known = np.random.default_rng(seed), questionnaire()
    shape = (teams, n)
    together, apart = 0.4838, 0.4838 / 0.7
    team = 0.75 * np.sqrt(0.1 / 0.9)
    of_team, of_person = random.normal(size=teams), random.normal(size=shape)
    columns = {}
    for scale in known.scales:
        own = np.sqrt(apart) * of_team + np.sqrt(1 - apart) * random.normal(size=teams)
        true = np.sqrt(together) * of_person + np.sqrt(0.7 - together) * random.normal(size=shape)
        level = 3.5 + team * own[:, None] + 0.75 * true
        items = known.items_of(scale.id)
        noise = np.sqrt(0.3 * 0.75**2 * len(items) - 1 / 12)
        for item in items:
            answer = np.clip(np.rint(level + noise * random.normal(size=shape)), 1, 5)
            columns[item.id] = (answer if item.key > 0 else 6 - answer).astype(np.uint8).ravel()
    values = np.stack(
        [columns.get(c, np.zeros(teams * n, dtype=np.uint8)) for c in known.columns], axis=1
    )
    units = [leaf(f"t{at}", asked) for at in range(teams)]
    units.insert(0, Unit("firm", "Firm", None, 0))
    place = np.repeat(np.arange(1, teams + 1), n)
    answers = Answers(known.columns, values, place, np.full(teams * n, -1, dtype=np.int8))
    return release(known, answers, None, None, units, POLICY)


def judged(released: Release) -> list[bool]:
    """Return which groups the app gives a verdict."""
    outcomes = outcomes_of(tables_of(questionnaire(), released))
    return [outcomes[at].verdict != "not_enough_evidence" for at in sorted(outcomes)]


@cache
def slow(n: int, asked: int) -> Release:
    return answered(400, n, asked, seed=n)


def figures(released: Release) -> np.ndarray:
    names = [scale.id for scale in questionnaire().dimensions]
    groups = [group for group in released.groups if group.kind == "whole"]
    return np.array([[getattr(g.figures[name], "value", np.nan) for name in names] for g in groups])


SIZES = [(5, 8), (9, 12), (16, 20)]


@pytest.mark.parametrize(("n", "asked"), SIZES)
def test_made_up_answers_that_go_the_whole_way_get_verdicts_as_often_as_foretold(
    n: int, asked: int
) -> None:
    share = np.mean(judged(slow(n, asked)))
    assert share == pytest.approx(chance(plan(), n, asked), abs=3 * np.sqrt(0.25 / 400))


@pytest.mark.parametrize(("n", "asked"), SIZES)
def test_the_same_figures_get_a_verdict_here_and_in_the_report(n: int, asked: int) -> None:
    released = slow(n, asked)
    found = verdict_or_not(plan(), figures(released), n, asked)
    assert found.tolist() == judged(released)
    assert 0 < found.mean() < 1


@pytest.mark.parametrize(("n", "asked"), [(5, 7), (9, 12), (40, 60)])
def test_near_the_cut_offs_too_the_rule_is_that_of_the_report(n: int, asked: int) -> None:
    names = [scale.id for scale in questionnaire().dimensions]
    random = np.random.default_rng(n)
    spread = [(27, 34), (30, 33), (31, 33)]
    means = np.concatenate([random.integers(*ends, (100, len(names))) for ends in spread]) / 10
    units = [leaf(f"t{at}", asked, None) for at in range(len(means))]
    groups = [
        ReleasedGroup(
            unit.id, unit.name, "whole", None, (unit.id,), n, asked,
            {name: Released(mean, n, 0.1) for name, mean in zip(names, row, strict=True)}, {},
        )
        for unit, row in zip(units, means.tolist(), strict=True)
    ]  # fmt: skip
    released = Release(tuple(units), POLICY, tuple(groups), ())
    assert verdict_or_not(plan(), means, n, asked).tolist() == judged(released)


@given(st.integers(5, 9), st.lists(st.integers(0, 4), min_size=7, max_size=7), st.data())
@settings(max_examples=60, deadline=None)
def test_small_groups_are_let_out_as_at_the_door(
    n: int, missing: list[int], data: st.DataObject
) -> None:
    known = questionnaire()
    sums = [data.draw(st.integers(n * k, 5 * n * k)) for k in map(size_of, known.dimensions)]
    columns: dict[str, list[int]] = {}
    for scale, total in zip(known.dimensions, sums, strict=True):
        items, people = known.items_of(scale.id), [total // n] * n
        for at in range(total - n * (total // n)):
            people[at] += 1
        for at, item in enumerate(items):
            keyed = [p // len(items) + (at < p % len(items)) for p in people]
            columns[item.id] = [k if item.key > 0 else 6 - k for k in keyed]
    values = np.array([columns.get(c, [0] * n) for c in known.columns], dtype=np.uint8).T
    nobody = np.full(n, -1, dtype=np.int8)
    answers = Answers(known.columns, values, np.zeros(n, dtype=int), nobody)
    released = release(known, answers, None, None, [leaf("a", n, None)], POLICY)
    means = np.array([[t / n / size_of(s) for t, s in zip(sums, known.dimensions, strict=True)]])
    np.testing.assert_allclose(let_out_means(plan(), n, means), figures(released), atol=1e-9)


def size_of(scale) -> int:
    return len(questionnaire().items_of(scale.id))


@pytest.mark.parametrize("n", [10, 30])
def test_large_groups_are_let_out_as_at_the_door_where_no_single_item_is_clipped(n: int) -> None:
    known = questionnaire()
    answers = np.full((5, n, len(known.columns)), 3, dtype=np.uint8)
    for at in range(5):
        answers[at, : at * n // 5, : len(known.items)] = 4
    keys = np.array([item.key for item in known.items])
    items = answers[:, :, : len(keys)]
    answers[:, :, : len(keys)] = np.where(keys > 0, items, 6 - items)
    values = answers.reshape(5 * n, -1)
    units = [leaf(f"t{at}", n, None) for at in range(5)]
    nobody = np.full(5 * n, -1, dtype=np.int8)
    made = Answers(known.columns, values, np.repeat(np.arange(5), n), nobody)
    released = release(known, made, None, None, units, POLICY)
    means = np.repeat(3 + np.arange(5)[:, None] * (n // 5) / n, 7, axis=1)
    np.testing.assert_allclose(let_out_means(plan(), n, means), figures(released), atol=1e-9)


def test_a_clip_at_the_door_is_seen_here() -> None:
    high = np.full((1, 7), 4.9)
    assert let_out_means(plan(), 5, high).tolist() == [[3.8] * 7]
    assert let_out_means(plan(), 9, high)[0].round(6).tolist() == [3.8, *[4.3] * 6]
    assert let_out_means(plan(), 4, high).tolist() != let_out_means(plan(), 5, high).tolist()


def test_made_up_teams_are_as_the_description_says() -> None:
    people, teams = correlations(plan())
    assert (people, teams) == pytest.approx((0.4838, 0.6911), abs=1e-4)
    index_spread = 0.75 * np.sqrt((1 + 6 * people) / 7)
    assert index_spread == pytest.approx(questionnaire().readiness.index_prior_sd)
    many = true_means(plan(), 10**9)
    assert many.mean() == pytest.approx(3.5, abs=0.01)
    assert many.std(axis=0) == pytest.approx(0.75 * np.sqrt(BETWEEN / (1 - BETWEEN)), abs=0.01)
    assert np.atleast_2d(np.corrcoef(many.T))[0, 1:] == pytest.approx(0.691, abs=0.05)
    few = true_means(plan(), 4)
    within = few - many
    assert within.std(axis=0) == pytest.approx(0.75 / 2, abs=0.01)
    assert np.atleast_2d(np.corrcoef(within.T))[0, 1:] == pytest.approx(0.484, abs=0.05)


@pytest.mark.parametrize("percent", [60, 70, 80, 100])
def test_larger_groups_have_the_better_chance_but_for_the_ripple_of_rounding(percent: int) -> None:
    sizes = range(9, 200, 3)
    chances = [chance(plan(), answers_at(plan(), percent, a), a) for a in sizes]
    assert min(np.array(chances) - np.maximum.accumulate(chances)) > -0.05
    doubled = [chance(plan(), answers_at(plan(), percent, a), a) for a in (9, 18, 36, 72, 144)]
    assert all(b > a - 0.005 for a, b in pairwise(doubled))
    assert doubled[-1] > doubled[0] + 0.1


@given(st.integers(9, 60), st.integers(0, 3))
@settings(deadline=None, max_examples=30)
def test_more_answers_from_the_same_group_help(asked: int, more: int) -> None:
    n = answers_at(plan(), 60, asked)
    assert chance(plan(), min(n + more, asked), asked) >= chance(plan(), n, asked) - 0.03


def test_there_is_no_verdict_below_the_least_and_never_certainty() -> None:
    assert chance(plan(), 4, 5) == 0
    assert chance(plan(), 5, 9) == 0, "56 % of them are too few"
    assert chance(plan(), 9, 8) == 0
    assert chance(plan_of(questionnaire(), Policy(scores=8)), 7, 8) == 0
    easy = replace(plan(), rules=replace(plan().rules, overall=0.0))
    assert chance(easy, 12, 12) == 1
    assert tens_of(easy, 12, 12) == 9


def test_a_dimension_of_two_statements_is_told_from_ten_answers_on_and_so_is_the_verdict() -> None:
    known = questionnaire()
    of_two = [item for item in known.items if item.scale != "COOP"]
    of_two += known.items_of("COOP")[:2]
    fewer = plan_of(replace(known, items=tuple(of_two)), POLICY)
    assert chance(fewer, 9, 9) == 0
    assert chance(fewer, 10, 10) > 0.5


def test_the_change_that_could_be_seen_is_that_of_the_report() -> None:
    for n, asked in SIZES:
        wave = tables_of(questionnaire(), slow(n, asked)).wave
        shown: dict[str, float] = {}
        for row in range(60):
            shown |= could_show(wave, row)
        dimensions = [shown[scale.id] for scale in questionnaire().dimensions]
        index, dimension = detectable(plan(), n, asked)
        assert index is not None
        assert dimension is not None
        assert 0 <= index - shown["INDEX"] < 0.1
        assert 0 <= dimension - max(dimensions) < 0.1
    assert detectable(plan(), 4, 6) == (None, None)


def test_the_detectable_change_lies_near_the_one_without_rounding() -> None:
    """Statistics B10 gives 0.55 and 0.88 for 6 of 8 people, 0.34 and 0.54 for 15 of 20."""
    assert detectable(plan(), 6, 8) == (0.6, 1.0)
    assert detectable(plan(), 15, 20) == (0.4, 0.7)


def test_a_percentage_is_the_nearest_number_of_people_and_60_is_never_less_than_60() -> None:
    found = forecasts(firm(a=12), questionnaire(), POLICY)[0]
    assert [(o.percent, o.own, o.n, o.asked) for o in found.at] == [
        (60, 8, 8, 12),
        (70, 8, 8, 12),
        (80, 10, 10, 12),
    ]
    assert {o.shown for o in found.at} == {"whole"}


def test_small_units_are_put_together_as_the_door_would_and_get_no_verdict() -> None:
    units = [*firm(a=4, b=4, c=9), leaf("alone", 4, None)]
    by_name = {f.unit.id: f.at[1] for f in forecasts(units, questionnaire(), POLICY)}
    pooled = by_name["a"]
    assert (pooled.shown, pooled.n, pooled.asked, pooled.tens) == ("pooled", 6, 8, 0)
    assert [unit.id for unit in pooled.together] == ["a", "b"]
    assert pooled.own == 3
    assert by_name["c"].shown == "whole"
    assert (by_name["alone"].shown, by_name["alone"].index_change) == ("left_out", None)


def test_part_of_every_small_unit_is_not_all_of_them() -> None:
    units = firm(a=2, b=2, c=2, d=2)
    assert {f.at[0].shown for f in forecasts(units, questionnaire(), POLICY)} == {"pooled"}
    fewer = forecasts(firm(a=2, b=2, c=2), questionnaire(), POLICY)
    assert [o.shown for o in fewer[0].at] == ["left_out", "left_out", "pooled"]


@st.composite
def trees(draw: st.DrawFn) -> list[Unit]:
    units: list[Unit] = []
    for at in range(draw(st.integers(1, 14))):
        parent = draw(st.sampled_from([None, *(u.id for u in units)]))
        units.append(Unit(f"u{at}", f"Unit {at}", parent, draw(st.integers(0, 14))))
    return units


@given(trees(), st.sampled_from([60, 70, 80, 100]))
@settings(deadline=None)
def test_who_is_shown_with_whom_is_what_the_real_answers_would_give(
    units: list[Unit], percent: int
) -> None:
    """Where exactly so many people answer, as far as people can be cut into percentages."""
    hundred = [Unit(u.id, u.name, u.parent, 10 * u.asked) for u in units]
    policy = Policy(scores=50, single=50, spread=50)
    counts = {u.id: np.array([percent * u.asked // 100]) for u in hundred}
    groups, left_out = roll_up(hundred, counts, policy.scores)
    found = forecasts(hundred, questionnaire(), policy, [percent])
    outlooks = {one.unit.id: one.at[0] for one in found}
    assert set(outlooks) == {unit.id for unit in units if unit.asked}
    for group in groups:
        for unit in group.units:
            assert outlooks[unit.id].shown == group.kind
            assert outlooks[unit.id].n == group.n
            assert outlooks[unit.id].together == group.units
    assert {u.id for u in left_out} == {i for i, o in outlooks.items() if o.shown == "left_out"}


def test_the_smallest_neighbours_are_joined_until_a_verdict_is_likely() -> None:
    units = firm(big=20, north=2, south=4, west=3, east=6)
    joins = suggest_joins(units, questionnaire(), POLICY)
    assert [[unit.id for unit in join.units] for join in joins] == [
        ["north", "south", "west"],
        ["big", "east"],
    ]
    alone = suggest_joins(firm(big=20, north=5), questionnaire(), POLICY)
    assert [unit.id for unit in alone[0].units] == ["big", "north"]
    assert alone[0].enough
    assert alone[0].asked == 25


def test_leaders_are_joined_with_nobody_and_spare_cards_are_needed_once() -> None:
    units = firm(leaders=3, north=5, south=5)
    join = suggest_joins(units, questionnaire(), POLICY, apart={"leaders"}, spare=1)[0]
    assert [unit.id for unit in join.units] == ["north", "south"]
    assert join.asked == 9


def test_what_is_too_small_with_all_its_neighbours_is_told_so() -> None:
    (join,) = suggest_joins(firm(a=2, b=2), questionnaire(), POLICY)
    assert not join.enough
    assert suggest_joins(firm(a=2), questionnaire(), POLICY) == ()


@given(trees())
@settings(deadline=None)
def test_suggested_joins_can_all_be_followed_and_never_make_it_worse(units: list[Unit]) -> None:
    joins = suggest_joins(units, questionnaire(), POLICY)
    joined = [unit.id for join in joins for unit in join.units]
    assert len(set(joined)) == len(joined)
    for join in joins:
        parents = {unit.parent for unit in join.units}
        inside = [unit.id for unit in join.units if unit.id in parents]
        above = inside[0] if inside else parents.pop()
        assert all(unit.id == above or unit.parent == above for unit in join.units)
        assert all(unit.asked for unit in join.units)
        alone = [tens_of(plan(), answers_at(plan(), 70, u.asked), u.asked) for u in join.units]
        assert min(alone) < 7
        assert join.enough or join.tens >= min(alone)


def test_the_words_of_a_join_say_what_it_would_bring() -> None:
    with speaking("en"):
        (join,) = suggest_joins(firm(north=12, south=4), questionnaire(), POLICY)
        assert join_line(join) == (
            "Join North + South to one group of 16 people. At 70 % (11 of 16) a verdict is likely "
            f"(about {join.tens} in 10)."
        )
        spared = firm(north=12, south=4)  # with three spare cards each
        (join,) = suggest_joins(spared, questionnaire(), POLICY, spare=3)
        told = "one group of 10 people and 3 spare cards. At 70 % (9 of 13)"
        assert told in join_line(join)
        (small,) = suggest_joins(firm(north=2, south=1), questionnaire(), POLICY)
        assert "Even joined, North + South have only 3 people." in join_line(small)
        many = suggest_joins(firm(**{f"t{at}": 1 for at in range(9)}), questionnaire(), POLICY)
        assert "T0 + T1 + T2 and 6 more to one group of 9 people" in join_line(many[0])


def test_no_word_promises_a_verdict() -> None:
    lines = [ASSUMED]
    for asked in range(1, 60):
        joins = suggest_joins(firm(a=asked, b=3), questionnaire(), POLICY)
        lines += [join_line(join) for join in joins]
    assert len(lines) > 1
    assert not [line for line in lines if "10 in 10" in line or "certain" in line or "will" in line]


def test_the_page_of_two_hundred_groups_is_computed_once() -> None:
    units = firm(**{f"t{at}": 3 + at % 40 for at in range(200)})
    first = forecasts(units, questionnaire(), POLICY)
    start = time.process_time()
    assert forecasts(units, questionnaire(), POLICY) == first
    assert time.process_time() - start < 1
