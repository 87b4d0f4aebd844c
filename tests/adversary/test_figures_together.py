"""What all figures of a group tell together: enumerated over every sum that its answers can have.

An outsider must rule out no answer of anybody, and a colleague who knows an own answer to
every item must be certain of nobody's band (against, in the middle, for). Answers add up freely, so
for both it is enough to know between which sums an item, or a facet, may lie for all that is shown.
"""

from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.averages import (
    Contrast,
    Door,
    ItemMeans,
    ScoreMeans,
    Tallied,
    item_means,
    pick_means,
    scale_block,
)
from survey.disclosure.figures import pick_figures, scale_figures
from survey.disclosure.release import release
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Choice, PickList
from survey.report.build import build
from survey.report.model import Facts
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
TRUST = QUESTIONNAIRE.scales[0]
POLICY = Policy()
NOTHING = np.empty((0, 0))
ITEMS = "T1", "T2", "T3", "T4", "T5", "T6"


def extremes(states, values, consistent=None):
    """Return the smallest and largest value among the states that show the same, per picture."""
    pictures = states.max() + 1
    low, high = np.full(pictures, 10**6), np.full(pictures, -1)
    if consistent is not None:
        states, values = states[consistent], values[consistent]
    np.minimum.at(low, states, values)
    np.maximum.at(high, states, values)
    return low, high, high >= 0


def pictures_of(shown):
    """Number what is shown: the same number where nobody can tell two states apart."""
    numbers: dict[object, int] = {}
    return np.array([numbers.setdefault(one, len(numbers)) for one in shown])


# ---- Fewer than ten people: a scale and the difference of its two facets -----------------------


def small_group(n):
    """Return the sums of both facets in every state, and what is shown of each state."""
    sums = np.arange(3 * n, 15 * n + 1)
    one, other = (grid.ravel() for grid in np.meshgrid(sums, sums))
    people = np.full(len(one), n)
    tallied = Tallied(
        TRUST,
        ItemMeans(ITEMS, 1, 5, people, NOTHING.astype(np.int64), NOTHING, NOTHING, NOTHING),
        ScoreMeans(people, (one + other) / (6 * n)),
        Contrast("TRUST_PEERS", "TRUST_LEADERS", ScoreMeans(people, (one - other) / (3 * n))),
    )
    shown = [
        tuple(scale_figures(QUESTIONNAIRE, tallied, Door(at, n, POLICY)).items())
        for at in range(len(one))
    ]
    return one, other, pictures_of(shown)


@pytest.mark.parametrize("n", [5, 6, 7, 8, 9])
def test_a_scale_and_its_facets_tell_nobodys_answer_below_ten_people(n):
    one, other, states = small_group(n)
    low, high, _ = extremes(states, one)
    assert (low <= 3 + 15 * (n - 1)).all()  # somebody may have given the lowest answer to all three
    assert (high >= 15 + 3 * (n - 1)).all()
    for mine, mine_too in product(range(3, 16), repeat=2):
        rest, rest_too = one - mine, other - mine_too
        bounds = 3 * (n - 1), 15 * (n - 1)
        there = (rest >= bounds[0]) & (rest <= bounds[1])
        there &= (rest_too >= bounds[0]) & (rest_too <= bounds[1])
        low, high, possible = extremes(states, rest, there)
        # Another one's mean of three lies below 3.5 for all that is known, and above 2.5.
        assert (low[possible] - 15 * (n - 2) < 3.5 * 3).all(), (mine, mine_too)
        assert (high[possible] - 3 * (n - 2) > 2.5 * 3).all(), (mine, mine_too)


# ---- Ten people and more: items, facets, scale --------------------------------------------------


def three_items(n):
    """Return the sums of three items in every state, and what is shown of each.

    A scale of three has no facets; with more items there is more that nobody knows.
    """
    sums = list(combinations_with_replacement(range(n, 5 * n + 1), 3))
    values = np.array(sums, dtype=float).T / n
    raised = np.repeat(values[:, None, :], 1, axis=1).reshape(3, -1)
    means = clipped_means(raised, n)
    scale = next(s for s in QUESTIONNAIRE.scales if s.id == "CAPACITY")
    tallied = Tallied(scale, means, ScoreMeans(means.people, raised.mean(axis=0)), None)
    shown = {}
    for at, of_items in enumerate(sums):
        figures = scale_figures(QUESTIONNAIRE, tallied, Door(at, n, POLICY))
        by_sum = dict(zip(of_items, (figures[item] for item in means.names), strict=True))
        shown[of_items] = (figures["CAPACITY"], by_sum)
    grid = np.array(list(product(range(n, 5 * n + 1), repeat=3)))
    pictures = []
    for state in map(tuple, grid.tolist()):
        whole, by_sum = shown[tuple(sorted(state))]
        pictures.append((whole, *(by_sum[one] for one in state)))
    return grid.T, pictures_of(pictures)


def clipped_means(means, n):
    """Return what the door makes of item means of n people: one group per column."""
    items, groups = means.shape
    answers = np.zeros((groups * n, items))
    for at in range(groups):
        totals = np.rint(means[:, at] * n).astype(int)
        for item, total in enumerate(totals):
            whole, rest = divmod(int(total), n)
            answers[at * n : (at + 1) * n, item] = whole
            answers[at * n : at * n + rest, item] += 1
    ids = ("K1", "K2", "K3")
    team = np.repeat(np.arange(groups), n)
    given_answers = Answers(ids, answers, team, np.full(len(team), -1, np.int8))
    scale = next(s for s in QUESTIONNAIRE.scales if s.id == "CAPACITY")
    block = scale_block(QUESTIONNAIRE, scale, given_answers)
    return item_means(block, team, [Door(at, n, POLICY) for at in range(groups)])


@pytest.mark.parametrize("n", [10, 12])
def test_items_and_their_scale_tell_nobodys_answer_from_ten_people_on(n):
    (first, *others), states = three_items(n)
    low, high, _ = extremes(states, first)
    assert (low <= 1 + 5 * (n - 1)).all()
    assert (high >= 5 + (n - 1)).all()
    for mine in product((1, 3, 5), repeat=3):
        rest = first - mine[0]
        there = (rest >= n - 1) & (rest <= 5 * (n - 1))
        for sums, own in zip(others, mine[1:], strict=True):
            there &= (sums - own >= n - 1) & (sums - own <= 5 * (n - 1))
        low, high, possible = extremes(states, rest, there)
        assert (low[possible] <= 5 * (n - 1) - 2).all(), mine  # a 3 is possible, not only 4 and 5
        assert (high[possible] >= (n - 1) + 2).all(), mine


# ---- Why it holds for any number of figures ------------------------------------------------------

UNITS = (Unit("a", "A", None, 14),)
FACTS = Facts("Wave", "Client", "", None, None)


@st.composite
def one_sided_items(draw):
    """Draw a group of 12 with some items that nearly everybody answered the same way."""
    seed = draw(st.integers(0, 2**32 - 1))
    rng = np.random.default_rng(seed)
    columns = QUESTIONNAIRE.columns
    values = rng.integers(1, 6, size=(12, len(columns))).astype(float)
    extreme = rng.random(len(columns)) < 0.4
    values[:, extreme] = np.where(rng.random(12)[:, None] < 0.15, 4.0, 5.0)
    turned = extreme & (rng.random(len(columns)) < 0.5)
    values[:, turned] = 6 - values[:, turned]
    values[rng.random(values.shape) < 0.03] = np.nan
    return values


def report_of(values):
    answers = Answers(
        QUESTIONNAIRE.columns, values, np.zeros(12, dtype=int), np.full(12, -1, np.int8)
    )
    released = release(QUESTIONNAIRE, answers, None, None, UNITS, Policy(spread=13))
    return build(QUESTIONNAIRE, released, FACTS)


@settings(max_examples=25, deadline=None)
@given(one_sided_items())
def test_what_lies_beyond_a_margin_changes_nothing_in_the_whole_report(values):
    """Every item whose mean is clipped is made unanimous; the report stays the same to the letter.

    Everything shown is therefore a function of the clipped means, of which each by itself tells
    nobody's answer. Whether a group is split is not, and is not told here: see test_split.
    """
    beyond = values.copy()
    for column in range(values.shape[1]):
        there = ~np.isnan(values[:, column])
        mean, inside = values[there, column].mean(), 6 / there.sum()
        if mean >= 5 - inside:
            beyond[there, column] = 5
        elif mean <= 1 + inside:
            beyond[there, column] = 1
    # Of the dimension with the items of harm, the whole mean is clipped: see test_harm_signal.
    harm = [QUESTIONNAIRE.columns.index(item.id) for item in QUESTIONNAIRE.items_of("SAFE")]
    beyond[:, harm] = values[:, harm]
    assert report_of(beyond) == report_of(values)


# ---- What was chosen from the pick list ----------------------------------------------------------


def test_the_options_that_are_told_leave_open_who_chose_any_other():
    most, options, n = 2, 4, 10
    choices = tuple(Choice(f"o{at}", {"en": f"Option {at}"}) for at in range(options))
    asked = replace(QUESTIONNAIRE, pick_list=PickList({"en": "What?"}, most, choices))
    counts = [c for c in product(range(n + 1), repeat=options) if sum(c) <= most * n]
    shown = []
    for count in counts:
        picks = np.zeros((n, options), dtype=bool)
        for option, chosen in enumerate(count):
            picks[:chosen, option] = True
        shares = pick_means(picks, np.zeros(n, dtype=int), 1)
        figures = pick_figures(asked, shares, Door(0, n, POLICY))
        shown.append(tuple(figures.items()))
    states, table = pictures_of(shown), np.array(counts)
    for mine in {tuple(c) for c in product((0, 1), repeat=table.shape[1]) if sum(c) <= most}:
        rest = table - np.array(mine)
        there = (rest >= 0).all(axis=1) & (rest <= n - 1).all(axis=1)
        there &= rest.sum(axis=1) <= most * (n - 1)
        for option in range(table.shape[1]):
            low, high, possible = extremes(states, rest[:, option], there)
            assert (high[possible] >= 1).all(), (mine, option)
            assert (low[possible] <= n - 2).all(), (mine, option)
