"""Whether a team is in two camps, beside the means of everything it was asked.

Neither word may rule out an answer or a side (low, in the middle, high) that the means leave open,
neither for an outsider nor for a colleague who knows all their own answers. Played on small scales
by every way in which people can answer them, each sum of an item known exactly; and on the shipped
questionnaire by integer programmes of whole released groups, made to be split at the window's edge.
"""

from dataclasses import replace
from itertools import combinations_with_replacement, product

import numpy as np
import pytest

from survey.disclosure.release import release
from survey.disclosure.split import camp_of, leaves_room
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.shipped import find
from survey.scoring import Answers
from tests.adversary.programme import Adversary
from tests.adversary.test_integer_programme import difference_terms, join

QUESTIONNAIRE = find("environment")
RULES = QUESTIONNAIRE.readiness
NEAR, FAR, SPAN = RULES.split_low - 1, RULES.split_high - 1, 4
LOW, MIDDLE, HIGH = "low", "middle", "high"


def side(answers):
    """Return where a person stands; answers less the lowest: 0 to 4."""
    mean = sum(answers) / len(answers)
    return LOW if mean < NEAR else HIGH if mean > FAR else MIDDLE


# ---- Small scales: every way to answer them -----------------------------------------------------


class Camps:
    """Sets of (people who are low, people who are high), each up to a camp, as bits of a number."""

    def __init__(self, camp):
        self.wide, self.camp = camp + 1, camp
        sets = [(low, high) for low in range(self.wide) for high in range(self.wide)]
        self.all_low = self._bits(at for at in sets if at[0] == camp)
        self.all_high = self._bits(at for at in sets if at[1] == camp)
        self.split = self._bits([(camp, camp)])
        self.every = self._bits(sets)

    def _bits(self, pairs):
        return np.uint64(sum(1 << (low * self.wide + high) for low, high in pairs))

    def joined(self, sets, by):
        """Return the sets after one more person, who stands on a side."""
        if by == LOW:
            return (sets & self.all_low) | ((sets & ~self.all_low) << np.uint64(self.wide))
        if by == HIGH:
            return (sets & self.all_high) | ((sets & ~self.all_high) << np.uint64(1))
        return sets


def reached(people, items, camps):
    """Return, for each sum of each item, which camps so many people can make."""
    found = np.ones((1,) * items, dtype=np.uint64)  # nobody: no camp on either side
    for _ in range(people):
        wider = np.zeros(tuple(size + SPAN for size in found.shape), dtype=np.uint64)
        for row in product(range(SPAN + 1), repeat=items):
            there = tuple(slice(a, a + size) for a, size in zip(row, found.shape, strict=True))
            wider[there] |= camps.joined(found, side(row))
        found = wider
    return found


def window(n, items):
    """Return, for every sum of each item, whether "split" may be told, and is not clipped."""
    sums = np.stack(np.meshgrid(*[np.arange(SPAN * n + 1.0)] * items, indexing="ij"))
    camp = camp_of(n, RULES)
    room = leaves_room(sums, camp, SPAN, NEAR, FAR)
    room &= leaves_room(SPAN * n - sums, camp, SPAN, SPAN - FAR, SPAN - NEAR)
    return room & (sums >= 6).all(axis=0) & (sums <= SPAN * n - 6).all(axis=0)


def ruled_out(n, items):
    """Yield what either word tells a colleague with some own answers of somebody else."""
    camps = Camps(camp_of(n, RULES))
    rest, room = reached(n - 2, items, camps), window(n, items)
    for mine in combinations_with_replacement(range(SPAN + 1), items):
        known = camps.joined(rest, side(mine))
        open_to: dict[tuple[object, bool], np.ndarray] = {}
        for theirs in product(range(SPAN + 1), repeat=items):
            sets = camps.joined(known, side(theirs))
            start = np.add(mine, theirs)
            at = tuple(slice(a, a + size) for a, size in zip(start, rest.shape, strict=True))
            words = ((sets & camps.split) > 0, (sets & ~camps.split) > 0)
            for told in (side(theirs), *enumerate(theirs)):
                for word, fits in zip((True, False), words, strict=True):
                    worlds = open_to.setdefault((told, word), np.zeros(room.shape, dtype=bool))
                    worlds[at] |= fits
        for word in (True, False):
            shown = room & np.logical_or.reduce(
                [w for (_, said), w in open_to.items() if said == word]
            )
            for (told, said), worlds in open_to.items():
                if said == word:
                    possible = worlds | open_to[told, not word]
                    for sums in np.argwhere(shown & possible & ~worlds):
                        yield mine, told, word, tuple(sums.tolist())


@pytest.mark.parametrize(("n", "items"), [(17, 2), (20, 2), (21, 2), (12, 3)])
def test_neither_word_rules_out_what_the_means_leave_open(n, items):
    assert window(n, items).any()
    assert next(ruled_out(n, items), None) is None


def test_without_the_window_the_middle_is_ruled_out(monkeypatch):
    """The enumeration is no paper tiger."""
    everywhere = np.ones((SPAN * 12 + 1,) * 2, dtype=bool)
    monkeypatch.setattr("tests.adversary.test_split.window", lambda *_: everywhere)
    assert any(told == MIDDLE and word for _, told, word, _ in ruled_out(12, 2))


# ---- Whole released groups of the shipped questionnaire, at the edge of the window --------------

SPLIT = tuple(scale.id for scale in QUESTIONNAIRE.dimensions if scale.id != "SAFE")


def barely_split(n, items, rng, uneven):
    """Return answers (n, items), 0 to 4, of two camps with everybody else as low as can be told.

    The camp above is no larger, and stands no higher, than it must; `uneven`: half of what was
    answered above the lowest stands in as few items as it can.
    """
    camp, values = camp_of(n, RULES), np.zeros((n, items), dtype=int)
    order = rng.permutation(items)

    def next_order():
        return order if uneven and rng.random() < 0.5 else rng.permutation(items)

    for person in range(camp):
        while side(values[person]) != HIGH:
            raise_one(values[person], next_order())
    while not leaves_room(values.sum(axis=0).astype(float), camp, SPAN, NEAR, FAR):
        raised = values[camp:][rng.integers(n - camp)]
        before = raised.copy()
        raise_one(raised, next_order())
        if side(raised) != LOW:  # no room below: then the camp above stands higher than it must
            raised[:] = before
            raise_one(values[rng.integers(camp)], rng.permutation(items))
    return values


def raise_one(answers, order):
    """Raise the first answer, in an order of items, that can be raised."""
    for item in order:
        if answers[item] < SPAN:
            answers[item] += 1
            return


def group_of(n, seed, top, holes, uneven):
    """Return the answers of a group (raw, 0 = left out) that is barely split on six dimensions."""
    rng = np.random.default_rng(seed)
    values = rng.integers(1, 6, (n, len(QUESTIONNAIRE.columns)))
    for scale in SPLIT:
        items = QUESTIONNAIRE.items_of(scale)
        block = barely_split(n, len(items), rng, uneven)
        for at, item in enumerate(items):
            keyed = 5 - block[:, at] if top else 1 + block[:, at]
            values[:, QUESTIONNAIRE.columns.index(item.id)] = keyed if item.key > 0 else 6 - keyed
        for person, at in np.argwhere(block[-2:] == 0)[:holes]:
            values[n - 2 + person, QUESTIONNAIRE.columns.index(items[at].id)] = 0
    return values


def released_group(values):
    n = len(values)
    answers = Answers(
        QUESTIONNAIRE.columns, values.astype(np.uint8), np.zeros(n, int), np.full(n, -1, np.int8)
    )
    (group,) = release(
        QUESTIONNAIRE, answers, None, None, (Unit("a", "A", None, n),), Policy()
    ).groups
    return group


def told(values, words=True):
    """Return an adversary who has the report of a whole group and knows where it tells a split."""
    group = released_group(values)
    return Adversary(QUESTIONNAIRE, group, values > 0, truth=values, words=words)


def is_split(group, scale):
    figure = group.figures[f"split:{scale}"]
    return isinstance(figure, Released) and figure.value > 0


def own_answers(adversary, person):
    return {v: adversary.truth[person, c] for (w, c), v in adversary.answer.items() if w == person}


GROUPS = [
    (12, 1, False, 0, False),
    (12, 2, True, 1, True),
    (13, 3, True, 2, False),
    (16, 4, False, 1, True),
    (20, 5, True, 2, False),
]
"""People, seed, at the top of the window, answers left out on each dimension, uneven."""


@pytest.mark.parametrize("made", GROUPS)
def test_beside_splits_an_outsider_rules_out_no_answer_of_anybody(made):
    adversary, last = told(group_of(*made)), made[0] - 1
    for column, found in adversary.possible_answers(last).items():
        assert found == {1, 2, 3, 4, 5}, QUESTIONNAIRE.columns[column]
    split = [scale for scale in SPLIT if is_split(adversary.group, scale)]
    assert len(split) >= 3
    for scale in split:
        assert adversary.possible_sides(last, scale) == {LOW, MIDDLE, HIGH}, scale


@pytest.mark.parametrize("made", GROUPS)
def test_beside_splits_a_colleague_is_certain_of_nobody(made):
    """And told the word, they rule out nothing that the exact means alone do not."""
    values = group_of(*made)
    with_words, without = told(values), told(values, words=False)
    for me, other in ((0, made[0] - 1), (made[0] - 1, 0)):  # of the smaller camp, and another
        found, before = (
            adversary.possible_answers(other, own_answers(adversary, me))
            for adversary in (with_words, without)
        )
        assert found == before
        for column, answers in found.items():
            assert len({(a > 2) + (a > 3) for a in answers}) > 1, QUESTIONNAIRE.columns[column]
        for scale in SPLIT:
            if is_split(with_words.group, scale):
                own = own_answers(with_words, me)
                assert with_words.possible_sides(other, scale, own) == {LOW, MIDDLE, HIGH}, scale


def test_the_worlds_of_the_adversary_have_the_very_report():
    values = group_of(*GROUPS[0])
    adversary = told(values)
    fixed = {adversary.answer[11, 0]: 6 - values[11, 0]}
    world = adversary.p.solve([], fixed)
    played = values.copy()
    for (person, column), variable in adversary.answer.items():
        played[person, column] = world[variable]
    assert (played != values).any()
    assert released_group(played).figures == adversary.group.figures


# ---- Newcomers against veterans, the one figure that looks across the same answers --------------

PAST = QUESTIONNAIRE.scale("PAST")
PAST_ALONE = replace(
    QUESTIONNAIRE,
    scales=(PAST,),
    facets=(),
    items=QUESTIONNAIRE.items_of("PAST"),
    practice_block=None,
    practices=(),
    pick_list=None,
    readiness=replace(RULES, harm_items=()),
)


@pytest.mark.parametrize("newcomers_are_high", [True, False])
def test_beside_splits_newcomers_against_veterans_add_nothing(newcomers_are_high):
    """Five groups barely split on PAST, everybody's band of tenure and every sum known."""
    groups, n = 5, 12
    rng = np.random.default_rng(6)
    values = np.vstack(
        [
            keyed_back(barely_split(n, len(PAST_ALONE.items), rng, uneven=False))
            for _ in range(groups)
        ]
    )
    newcomers = [0, 1, 11] if newcomers_are_high else [5, 6, 7]
    tenure = np.tile(np.where(np.isin(np.arange(n), newcomers), 0, 2), groups).astype(np.int8)
    answers = Answers(PAST_ALONE.columns, values, np.repeat(np.arange(groups), n), tenure)
    units = tuple(Unit(f"u{at}", f"U{at}", None, n) for at in range(groups))
    released = release(PAST_ALONE, answers, None, None, units, Policy())
    *teams, across = released.groups
    assert all(is_split(team, "PAST") for team in teams)
    adversaries = [
        Adversary(PAST_ALONE, team, np.ones((n, values.shape[1]), bool), truth=one)
        for team, one in zip(teams, values.reshape(groups, n, -1).astype(int), strict=True)
    ]
    together = join(adversaries)
    figure = across.figures["tenure:PAST"]
    assert isinstance(figure, Released)
    terms, constant = difference_terms(adversaries, tenure.reshape(groups, n))
    low = -4 if figure.below else figure.value - 0.05 - 1e-6
    high = 4 if figure.above else figure.value + 0.05
    together.between(terms, low - constant, high - constant)
    for me, other in ((0, 5), (5, 0)):
        known = {adversaries[0].answer[me, c]: values[me, c] for c in range(values.shape[1])}
        for column in range(values.shape[1]):
            variable = adversaries[0].answer[other, column]
            for answer in range(1, 6):
                assert together.solve([], {**known, variable: answer}) is not None


def keyed_back(block):
    """Return raw answers from what they lie above the lowest, once keyed."""
    keys = np.array([item.key for item in PAST_ALONE.items])
    return np.where(keys > 0, block + 1, 5 - block).astype(np.uint8)
