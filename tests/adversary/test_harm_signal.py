"""A sign of harm beside everything else that is shown of the dimension its items stand in.

The role that receives the sign knows of every group whether there is one. That must rule out no
answer of anybody to any question, and a colleague who knows an own answer must be certain of
nobody's band. Played by counting which sums of the two items of harm, and how many reports, the
answers of a group can have; the other two items of the dimension add any sum of theirs.
"""

from itertools import product
from math import ceil

import numpy as np
import pytest

from survey.disclosure.averages import Door, ItemMeans, ScoreMeans, Tallied
from survey.disclosure.figures import scale_figures
from survey.disclosure.values import Policy, Withheld
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
SAFE = next(scale for scale in QUESTIONNAIRE.scales if scale.id == "SAFE")
ITEMS = tuple(item.id for item in QUESTIONNAIRE.items_of("SAFE"))
RULES = QUESTIONNAIRE.readiness
ANSWERS = range(5)
"""Answers less the lowest: 0 to 4."""
NOTHING = np.empty((0, 0))


def reaches(people):
    """Return which (sum of one item, sum of the other, reports) so many people can have."""
    found = np.zeros((1, 1, 1), dtype=bool)
    for _ in range(people):
        wider = np.zeros(tuple(np.add(found.shape, (4, 4, 1))), dtype=bool)
        for one, other in product(ANSWERS, repeat=2):
            report = reports(one, other)
            a, b, c = found.shape
            wider[one : one + a, other : other + b, report : report + c] |= found
        found = wider
    return found


def reports(one, other):
    return int((one + other) / 2 + 1 >= RULES.harm_from)


def sums_of_both(found, more, needed, sign):
    """Return the sums of both items that go with a sign (or none), given reports known beside."""
    known = max(needed - more, 0)
    fitting = found[:, :, known:] if sign else found[:, :, :known]
    return np.unique(np.add(*np.nonzero(fitting.any(axis=2)))) if fitting.size else np.empty(0, int)


def pictures(n):
    """Return what is shown of the dimension for every sum of its answers."""
    totals = np.arange(16 * n + 1)
    people = np.full(len(totals), n)
    tallied = Tallied(
        SAFE,
        ItemMeans(ITEMS, 1, 5, people, NOTHING.astype(np.int64), NOTHING, NOTHING, NOTHING),
        ScoreMeans(people, 5 - totals / (4 * n)),  # items of harm are turned
        None,
    )
    numbers: dict[object, int] = {}
    shown = []
    for at in totals:
        figures = scale_figures(QUESTIONNAIRE, tallied, Door(int(at), n, Policy()))
        assert {figures[item] for item in ITEMS} == {Withheld("harm")}
        shown.append(numbers.setdefault(figures["SAFE"], len(numbers)))
    return np.array(shown)


def seen(shown, sums, first, last):
    """Return what is shown where these sums meet any sum of the other two items."""
    there = np.zeros(len(shown), dtype=bool)
    for total in sums:
        there[total + first : total + last + 1] = True
    return set(shown[there].tolist())


@pytest.mark.parametrize("n", [*range(10, 22), 30, 40])
@pytest.mark.parametrize("sign", [True, False])
def test_a_sign_of_harm_rules_out_no_answer_of_anybody(n, sign):
    needed, shown = max(RULES.harm_people, ceil(RULES.harm_share * n - 1e-9)), pictures(n)
    both = sums_of_both(reaches(n), 0, needed, sign)
    everything = seen(shown, both, 0, 8 * n)
    for answer in ANSWERS:  # to one of the two other items, by anybody
        assert seen(shown, both, answer, answer + 8 * n - 4) == everything, answer
    rest = reaches(n - 1)
    for one in ANSWERS:
        possible = set()
        for other in ANSWERS:
            sums = sums_of_both(rest, reports(one, other), needed, sign) + one + other
            possible |= seen(shown, sums, 0, 8 * n)
        assert possible == everything, one


@pytest.mark.parametrize("n", [10, 11, 12, 15, 16, 20, 21, 30])
@pytest.mark.parametrize("sign", [True, False])
def test_with_a_sign_of_harm_a_colleague_is_certain_of_nobody(n, sign):
    needed, shown = max(RULES.harm_people, ceil(RULES.harm_share * n - 1e-9)), pictures(n)
    rest = reaches(n - 2)
    for mine, mine_too, beside in product(ANSWERS, ANSWERS, (0, 4, 8)):
        bands = []
        for band in ((0, 1), (2,), (3, 4)):
            possible = set()
            for one, other in product(band, ANSWERS):
                known = reports(mine, mine_too) + reports(one, other)
                sums = sums_of_both(rest, known, needed, sign) + mine + mine_too + one + other
                possible |= seen(shown, sums, beside, beside + 8 * (n - 1))
            bands.append(possible)
        for picture in set.union(*bands):
            assert sum(picture in band for band in bands) > 1, (mine, mine_too, beside)
