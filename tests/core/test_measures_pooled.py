"""Figures over all teams: reliability, differences between teams, tenure, change, whole waves."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.measures.between import between, from_mean_squares, pooled
from survey.measures.change import change, cliffs_delta, hedges_g
from survey.measures.figures import wave_figures
from survey.measures.grouping import Grouping
from survey.measures.practices import practice_tally
from survey.measures.reliability import (
    alpha_by_team,
    cronbach_alpha,
    item_rest,
    omega_total,
    one_factor,
    pooled_products,
)
from survey.measures.standing import Standing
from survey.measures.tallies import item_tally, score_tally
from survey.measures.tenure import tenure_contrast
from survey.measures.wave import instrument_of, tally_wave
from survey.scoring import Answers
from tests.factories import make_questionnaire

CUTS = (3.5, 2.5, 3.5)
QUESTIONNAIRE = make_questionnaire(practices=2)


def people(sizes, seed=1, items=4):
    """Answers 1 to 5 of teams of these sizes, items first."""
    return np.random.default_rng(seed).integers(1, 6, (items, sum(sizes))).astype(float)


def teams(*scores):
    """The tally of teams with these scores."""
    everybody = np.concatenate([np.array(s, dtype=float) for s in scores])
    return score_tally(everybody, Grouping(np.array([len(s) for s in scores])), *CUTS)


def make_answers(sizes, seed=3):
    rng = np.random.default_rng(seed)
    values = rng.integers(0, 6, (sum(sizes), len(QUESTIONNAIRE.columns)), dtype=np.uint8)
    tenure = rng.integers(-1, 3, sum(sizes)).astype(np.int8)
    return Answers(QUESTIONNAIRE.columns, values, np.repeat(np.arange(len(sizes)), sizes), tenure)


def test_pooled_products_are_those_of_everybody_together():
    sizes = [3, 1, 7, 4]
    answers = people(sizes)
    answers[1, 5] = np.nan
    products, n = pooled_products(item_tally(answers, Grouping(np.array(sizes))))
    complete = np.delete(answers, 5, axis=1)
    assert n == 14
    assert np.allclose(products / 13, np.cov(complete))


def test_alpha_of_a_team_is_alpha_of_its_people():
    sizes = [6, 9]
    answers = people(sizes)
    found = alpha_by_team(item_tally(answers, Grouping(np.array(sizes))))
    assert found == pytest.approx(
        [cronbach_alpha(np.cov(answers[:, :6]), 6), cronbach_alpha(np.cov(answers[:, 6:]), 9)]
    )


def test_items_without_variance_are_dropped_before_alpha():
    answers = people([12], items=3)
    constant = np.vstack([answers, np.full(12, 3.3)])
    with_constant, n = pooled_products(item_tally(constant, Grouping(np.array([12]))))
    without, _ = pooled_products(item_tally(answers, Grouping(np.array([12]))))
    assert cronbach_alpha(with_constant, n) == pytest.approx(cronbach_alpha(without, n))
    assert np.isnan(item_rest(with_constant)[3])
    assert np.isnan(omega_total(with_constant, n))


@pytest.mark.parametrize("answers", [np.full((4, 5), 2.0), np.ones((1, 8)), np.empty((4, 0))])
def test_alpha_is_undefined_where_nothing_varies(answers):
    tally = item_tally(answers, Grouping(np.array([answers.shape[1]])))
    assert np.isnan(cronbach_alpha(*pooled_products(tally)))
    assert np.isnan(alpha_by_team(tally)).all()


def test_omega_is_undefined_for_a_heywood_case():
    impossible = np.array([[1, 0.9, 0.9], [0.9, 1, 0.2], [0.9, 0.2, 1]])
    assert np.isnan(omega_total(impossible, 100))


def test_omega_needs_three_items_and_more_people_than_items():
    r = np.full((3, 3), 0.5) + np.eye(3) / 2
    assert np.isnan(omega_total(r[:2, :2], 100))
    assert np.isnan(omega_total(r, 3))
    assert omega_total(r, 4) == pytest.approx(0.75)


@given(st.lists(st.floats(0.2, 0.9), min_size=4, max_size=8))
def test_the_factor_is_found_again_in_the_correlations_it_implies(loadings):
    expected = np.array(loadings)
    correlation = np.outer(expected, expected) + np.diag(1 - expected**2)
    assert one_factor(correlation) == pytest.approx(expected, abs=1e-4)


def test_the_mean_and_spread_of_all_are_those_of_everybody_together():
    tally = teams([1, 2, 3], [], [4.5], [5, 5, 2, 2])
    everybody = np.array([1, 2, 3, 4.5, 5, 5, 2, 2])
    n, mean, sd = pooled(tally)
    assert n == 8
    assert mean == pytest.approx(everybody.mean())
    assert sd == pytest.approx(everybody.std(ddof=1))


def test_one_team_or_only_teams_of_one_cannot_be_compared():
    for tally in (teams([1, 2, 3]), teams([1], [2], [3])):
        assert np.isnan([between(tally).msb, between(tally).icc1, between(tally).p]).all()


def test_no_variance_within_teams_leaves_f_undefined():
    found = between(teams([2, 2, 2], [4, 4]))
    assert (found.icc1, found.icc2, found.msw) == (1, 1, 0)
    assert np.isnan([found.f, found.p, found.icc1_low]).all()


def test_a_negative_icc_is_kept():
    assert from_mean_squares(5, 25, 3.0, 0.5, 1.0, 5.0).icc1 == pytest.approx(-1 / 9)


def test_nobody_scored_leaves_everything_undefined():
    found = between(teams([], []))
    assert (found.teams, found.n) == (0, 0)
    assert np.isnan(found.mean)


def test_the_tenure_contrast_is_that_of_the_regression_with_a_dummy_for_every_team():
    rng = np.random.default_rng(8)
    team = rng.integers(0, 9, 120)
    new = rng.random(120) < 0.4
    y = 3 + team / 5 + new * 0.3 + rng.normal(0, 0.6, 120)
    design = np.column_stack([np.eye(9)[team], new])
    (*_, slope), (rss,), rank, _ = np.linalg.lstsq(design, y, rcond=None)
    found = tenure_contrast(y, team, new, ~new)
    assert found.df == 120 - rank
    assert found.difference == pytest.approx(slope)
    cov = np.linalg.inv(design.T @ design)[-1, -1]
    assert found.se == pytest.approx(np.sqrt(rss / found.df * cov))


def test_nine_newcomers_are_too_few_for_a_tenure_contrast():
    team, new = np.repeat(np.arange(6), 4), np.zeros(24, dtype=bool)
    new[:9] = True
    found = tenure_contrast(np.arange(24.0) % 5 + 1, team, new, ~new)
    assert (found.newcomers, found.veterans) == (9, 15)
    assert np.isnan([found.difference, found.se, found.df]).all()
    assert not np.isnan(found.mean_newcomers)


def test_a_change_of_nothing_is_as_likely_better_as_worse():
    same = Standing(np.array([3.2]), np.array([0.2]), np.array([9.0]), np.array([0.8]))
    found = change(same, same)
    assert found.p_better == pytest.approx(0.5)
    assert found.low < 0 < found.high
    assert found.detectable > found.high


def test_hedges_g_is_undefined_without_variance_and_with_single_people():
    assert np.isnan(hedges_g(teams([2, 2]), teams([3, 3]))).all()
    assert np.isnan(hedges_g(teams([2]), teams([3, 4]))).all()


def test_hedges_g_is_that_of_its_formula():
    """Hedges 1981: d = 2 / sqrt(2.5), J(6) = .8686 exactly by the gamma function."""
    found = hedges_g(teams([1, 2, 3, 4]), teams([3, 4, 5, 6]))[0]
    assert found == pytest.approx(2 / np.sqrt(5 / 3) * 0.8686, abs=1e-3)


@given(
    st.lists(st.integers(1, 5), min_size=1, max_size=8),
    st.lists(st.integers(1, 5), min_size=1, max_size=8),
)
def test_cliffs_delta_is_what_all_pairs_say(before, after):
    one, two = np.array(before, dtype=float), np.array(after, dtype=float)
    zeros = np.zeros(8, dtype=np.int64)
    found = cliffs_delta(one, zeros[: len(one)], two, zeros[: len(two)], 1)[0]
    assert found == pytest.approx(np.sign(two[:, None] - one).mean())


def test_cliffs_delta_keeps_teams_apart():
    before, after = np.array([1.0, 2, 5]), np.array([3.0, 1, 1])
    found = cliffs_delta(before, np.array([0, 0, 2]), after, np.array([0, 2, 2]), 3)
    assert np.array_equal(found, [1, np.nan, -1], equal_nan=True)


def test_who_answers_only_knowing_or_doing_is_left_out_of_a_practice():
    know = np.array([[5, 4, np.nan, 5]])
    do = np.array([[2, np.nan, 1, 4.0]])
    tally = practice_tally(know, do, Grouping(np.array([4])), 2.0)
    assert (tally.n[0, 0], tally.know[0, 0], tally.do[0, 0], tally.gap[0, 0]) == (2, 5, 3, 2)
    assert tally.chasm_share[0, 0] == 0.5


def flat(value):
    """Every array and number of nested dataclasses, in order."""
    if hasattr(value, "__dataclass_fields__"):
        return [x for f in value.__dataclass_fields__ for x in flat(getattr(value, f))]
    if isinstance(value, tuple):
        return [x for part in value for x in flat(part)]
    return [np.atleast_1d(np.asarray(value, dtype=float))]


def figures_of(answers, sizes, block):
    instrument = instrument_of(QUESTIONNAIRE, answers.columns)
    asked = np.array(sizes, dtype=float) + 1
    found = wave_figures(tally_wave(answers, instrument, len(sizes), block), instrument, asked)
    return np.concatenate([x.ravel() for x in flat(found)])


@pytest.mark.parametrize("block", [1, 7, 20])
def test_many_blocks_give_what_one_block_gives(block):
    sizes = [9, 0, 14, 1, 6, 25, 0]
    answers = make_answers(sizes)
    whole = figures_of(answers, sizes, 10_000)
    assert np.allclose(figures_of(answers, sizes, block), whole, rtol=1e-9, equal_nan=True)


@settings(max_examples=10)
@given(st.randoms())
def test_the_order_of_people_changes_nothing(random):
    sizes = [9, 14, 6]
    answers = make_answers(sizes)
    order = list(range(29))
    random.shuffle(order)
    mixed = Answers(
        answers.columns, answers.values[order], answers.team[order], answers.tenure[order]
    )
    expected = figures_of(answers, sizes, 12)
    assert np.allclose(figures_of(mixed, sizes, 12), expected, rtol=1e-9, equal_nan=True)


def test_floats_and_bytes_give_the_same():
    sizes = [9, 14, 6]
    answers = make_answers(sizes)
    floats = np.where(answers.values == 0, np.nan, answers.values.astype(float))
    same = Answers(answers.columns, floats, answers.team, answers.tenure)
    assert np.array_equal(
        figures_of(answers, sizes, 99), figures_of(same, sizes, 99), equal_nan=True
    )


def test_more_answers_than_people_asked_are_refused():
    answers = make_answers([6])
    instrument = instrument_of(QUESTIONNAIRE, answers.columns)
    with pytest.raises(ValueError, match="more people"):
        wave_figures(tally_wave(answers, instrument, 1), instrument, np.array([5.0]))
