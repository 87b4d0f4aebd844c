"""Figures of one team: standing, today's interval, bounds, shares, agreement, split."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.measures.agreement import agreement, polarization
from survey.measures.design import design_interval, silent_bounds
from survey.measures.figures import harm_signal, split_teams
from survey.measures.grouping import Grouping, blocks
from survey.measures.proportions import (
    favourable_share,
    hypergeometric_interval,
    wilson_interval,
)
from survey.measures.standing import standing, standing_of_released
from survey.measures.tallies import item_tally, score_tally
from survey.questionnaire.definition import Readiness

INF = np.inf


def one_standing(n, sd=0.8, asked=INF, mean=3.4, reliability=0.7):
    return standing(
        np.array([mean]), np.array([sd**2 * (n - 1)]), np.array([n]), np.array([asked]),
        reliability, 0.75, 4,
    )  # fmt: skip


def one_team(scores, cuts=(3.5, 2.5, 3.5)):
    scores = np.array(scores, dtype=float)
    return score_tally(scores, Grouping(np.array([len(scores)])), *cuts)


@given(st.integers(2, 60), st.integers(0, 40), st.floats(0, 2))
def test_more_answers_never_widen_the_interval_at_the_same_spread(n, silent, sd):
    asked = n + 1 + silent
    fewer, more = one_standing(n, sd, asked), one_standing(n + 1, sd, asked)
    assert more.high - more.low <= fewer.high - fewer.low + 1e-12


def test_a_census_still_leaves_the_error_of_measurement():
    assert one_standing(8, asked=8).se[0] > 0
    assert design_interval(np.array([3.0]), np.array([2.0]), np.array([8]), np.array([8])).se == 0


def test_a_perfectly_reliable_census_leaves_no_error():
    assert one_standing(8, asked=8, reliability=1.0).se[0] == pytest.approx(0, abs=1e-12)


def test_one_person_has_a_standing_but_no_interval_of_today():
    assert one_standing(1, sd=0).se[0] == pytest.approx(0.75)
    today = design_interval(np.array([3.0]), np.array([0.0]), np.array([1]), np.array([6]))
    assert np.isnan([today.se, today.low, today.high]).all()


def test_nobody_scored_has_no_standing():
    found = standing(
        np.array([np.nan]), np.array([0.0]), np.array([0]), np.array([5]), 0.7, 0.75, 4
    )
    assert np.isnan([found.mean, found.se, found.df, found.sd, found.low]).all()
    assert np.isnan(found.at_least(3.0)).all()


@pytest.mark.parametrize("estimate", [standing, standing_of_released])
def test_more_people_than_were_asked_are_refused(estimate):
    squares = (np.array([1.0]),) if estimate is standing else ()
    rest = () if estimate is standing else (0.1,)
    with pytest.raises(ValueError, match="more people"):
        estimate(
            np.array([3.0]), *squares, np.array([6]), np.array([5]), 0.7, 0.75, 4, *rest
        )  # fmt: skip


def test_rounding_widens_a_released_standing():
    def released(step):
        return standing_of_released(
            np.array([3.4]), np.array([9]), np.array([12]), 0.7, 0.75, 4, step
        )

    assert released(0.5).se > released(0.1).se > released(0.0).se
    assert released(0.1).se ** 2 == pytest.approx(released(0.0).se ** 2 + 0.01 / 12)


def test_the_typical_half_widths_of_the_paper_come_out():
    """Statistics B6: 6 of 8 people +-.48, 9 of 12 +-.38, 15 of 20 +-.28 on a dimension."""
    for n, asked, half in ((6, 8, 0.48), (9, 12, 0.38), (15, 20, 0.28)):
        found = one_standing(n, 0.75, asked)
        assert (found.high - found.low)[0] / 2 == pytest.approx(half, abs=0.01)


def test_the_silent_bound_the_mean():
    low, high = silent_bounds(np.array([4.0, np.nan]), np.array([8, 0]), np.array([10, 4]), 1, 5)
    assert np.allclose(low, [3.4, 1])
    assert np.allclose(high, [4.2, 5])


def test_bounds_need_a_range_and_a_roster():
    args = np.array([4.0]), np.array([8])
    assert np.isnan(silent_bounds(*args, np.array([INF]), 1, 5)).all()
    assert np.isnan(silent_bounds(*args, np.array([10]), np.nan, np.nan)).all()


def test_a_census_knows_the_favourable_share_exactly():
    share = favourable_share(np.array([3]), np.array([7]), np.array([7.0]))
    for low, high in (share.wilson, share.hypergeometric):
        assert low == pytest.approx(3 / 7)
        assert high == pytest.approx(3 / 7)


def test_the_plain_wilson_interval_is_that_of_wilson():
    """10 of 20: .299 to .701 (Wilson 1927; Newcombe 1998)."""
    low, high = wilson_interval(np.array([0.5]), np.array([20]), np.array([INF]))
    assert (low[0], high[0]) == (pytest.approx(0.2993, abs=1e-4), pytest.approx(0.7007, abs=1e-4))


def test_without_a_roster_there_are_no_whole_people():
    assert np.isnan(hypergeometric_interval(np.array([3]), np.array([7]), np.array([INF]))).all()


@given(st.integers(1, 25), st.integers(0, 15), st.data())
def test_the_exact_interval_holds_the_values_that_a_direct_search_finds(n, silent, data):
    asked, count = n + silent, data.draw(st.integers(0, n))
    low, high = hypergeometric_interval(np.array([count]), np.array([n]), np.array([float(asked)]))
    kept = [k for k in range(count, asked - (n - count) + 1) if plausible(count, n, asked, k)]
    assert (round(low[0] * asked), round(high[0] * asked)) == (kept[0], kept[-1])


def plausible(count, n, asked, k):
    from math import comb

    ways = [comb(k, x) * comb(asked - k, n - x) for x in range(n + 1)]
    return sum(ways[count:]) > 0.025 * sum(ways) and sum(ways[: count + 1]) > 0.025 * sum(ways)


def test_many_different_teams_give_what_each_gives_alone(monkeypatch):
    rng = np.random.default_rng(4)
    n = rng.integers(1, 60, 200)
    count, asked = rng.integers(0, n + 1), (n + rng.integers(0, 30, 200)).astype(float)
    together = np.array(hypergeometric_interval(count, n, asked))
    monkeypatch.setattr("survey.measures.proportions.CELLS", 100)
    assert np.array_equal(np.array(hypergeometric_interval(count, n, asked)), together)


def test_everyone_identical_agrees_fully():
    tally = item_tally(np.full((4, 5), 3.7), Grouping(np.array([5])))
    found = agreement(tally, np.full(4, 1.0), np.full(4, 5.0))
    assert (found.rwg_uniform[0], found.rwg_skewed[0], found.ad_m[0]) == (1, 1, 0)


def test_more_spread_than_chance_is_no_agreement():
    tally = item_tally(np.array([[1.0, 1, 5, 5]] * 3), Grouping(np.array([4])))
    found = agreement(tally, np.full(3, 1.0), np.full(3, 5.0))
    assert (found.rwg_uniform[0], found.ad_m[0]) == (0, 2)


def test_the_skewed_null_is_known_for_five_options_only():
    tally = item_tally(np.array([[3.0, 4, 4], [3, 3, 4]]), Grouping(np.array([3])))
    six = agreement(tally, np.full(2, 1.0), np.full(2, 6.0))
    assert np.isnan(six.rwg_skewed).all()
    assert not np.isnan(six.rwg_uniform).any()


def test_a_measure_without_bounds_has_no_agreement():
    tally = item_tally(np.array([[3.0, 4, 4]]), Grouping(np.array([3])))
    found = agreement(tally, np.array([np.nan]), np.array([np.nan]))
    assert np.isnan([found.rwg_uniform, found.rwg_skewed, found.ad_m]).all()


def test_half_at_each_end_is_fully_polarized():
    assert polarization(one_team([1, 1, 5, 5]), 1, 5) == 1
    assert polarization(one_team([2, 2, 2]), 1, 5) == 0
    assert np.isnan(polarization(one_team([2]), 1, 5))


@pytest.mark.parametrize(
    ("scores", "split"),
    [
        ([1, 1, 3, 3, 5, 5], True),
        ([1, 1, 5, 5, 5], False),  # five are too few to tell
        ([1, 3, 3, 3, 5, 5], False),  # one person is no camp
        ([2.5, 2.5, 3, 3, 3.5, 3.5], False),  # the cut-offs themselves are neither low nor high
        ([1, 1] + [3] * 10 + [5, 5, 5, 5], False),  # two of sixteen are less than a quarter
    ],
)
def test_a_split_needs_two_camps(scores, split):
    assert split_teams(one_team(scores), Readiness())[0] == split


@pytest.mark.parametrize(
    ("harmed", "answered", "signal"), [(1, 3, False), (2, 10, True), (2, 11, False), (3, 15, True)]
)
def test_a_harm_signal_needs_two_people_and_a_fifth(harmed, answered, signal):
    assert harm_signal(np.array([harmed]), np.array([answered]), Readiness())[0] == signal


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12), st.integers(1, 9), st.randoms())
def test_blocks_hold_every_team_and_every_person_once(sizes, people, random):
    team = [t for t, size in enumerate(sizes) for _ in range(size)]
    random.shuffle(team)
    found = list(blocks(np.array(team, dtype=np.int64), len(sizes), people))
    rows = [np.arange(len(team))[b.rows] for b in found]
    assert sorted(np.concatenate(rows).tolist()) == list(range(len(team)))
    assert np.concatenate([b.grouping.sizes for b in found]).tolist() == sizes
    several = [len(b.grouping.sizes) for b in found]
    assert [b.first_team for b in found] == np.cumsum([0, *several])[:-1].tolist()
