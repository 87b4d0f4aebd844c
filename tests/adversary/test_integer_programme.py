"""Whole reports against an adversary who solves for the answers behind them.

All seven dimensions, facets, items, practices, pick list and harm signal of one group at once, with
answers missing and known to be missing. An outsider must not be able to rule out any answer of
anybody to any question, and a colleague who puts in all of their own answers must not become
certain whether somebody else was against, in the middle or for.
"""

from typing import cast

import numpy as np
import pytest

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.definition import PickList
from survey.questionnaire.shipped import find
from survey.scoring import Answers
from tests.adversary.programme import Adversary, Programme

QUESTIONNAIRE = find("environment")
PICK_LIST = cast(PickList, QUESTIONNAIRE.pick_list)


def answers_of(n, level, seed):
    """Return the answers of a made-up team: raw, 0 where somebody left a question out."""
    rng = np.random.default_rng(seed)
    values = np.zeros((n, len(QUESTIONNAIRE.columns)), dtype=np.uint8)
    person = rng.normal(0, 0.5, n)
    keys = {item.id: item.key for item in QUESTIONNAIRE.items}
    for at, column in enumerate(QUESTIONNAIRE.columns):
        answer = np.clip(np.rint(level + person + rng.normal(0, 0.8, n)), 1, 5)
        values[:, at] = 6 - answer if keys.get(column, 1) < 0 else answer
    for at in rng.choice(len(QUESTIONNAIRE.columns), 12, replace=False):
        values[rng.integers(n), at] = 0
    return values


def adversary_of(values, seed=0):
    n = len(values)
    rng = np.random.default_rng(seed)
    picks = np.zeros((n, len(PICK_LIST.options)), dtype=np.bool_)
    for person in range(n):
        most = PICK_LIST.most
        picks[person, rng.choice(picks.shape[1], most, replace=False)] = True
    answers = Answers(
        QUESTIONNAIRE.columns, values, np.zeros(n, dtype=int), np.full(n, -1, np.int8)
    )
    units = (Unit("a", "A", None, n),)
    (group,) = release(QUESTIONNAIRE, answers, picks, None, units, Policy()).groups
    assert sum(isinstance(figure, Released) for figure in group.figures.values()) > 20
    return Adversary(QUESTIONNAIRE, group, values > 0, picked=n >= 10, truth=values.astype(int))


def bands(found):
    return {(answer > 2) + (answer > 3) for answer in found}


TEAMS = [(5, 4.9), (6, 3.2), (9, 1.2), (13, 4.8), (14, 3.0)]
"""People and the mean of their answers: near both ends, where the clip works, and in the middle."""


@pytest.mark.parametrize(("n", "level"), TEAMS)
def test_an_outsider_rules_out_no_answer_of_anybody(n, level):
    values = answers_of(n, level, seed=n)
    adversary = adversary_of(values)
    for person in (0, int((values == 0).sum(axis=1).argmax())):
        for column, found in adversary.possible_answers(person).items():
            assert found == {1, 2, 3, 4, 5}, QUESTIONNAIRE.columns[column]


@pytest.mark.parametrize(("n", "level"), TEAMS)
def test_a_colleague_is_certain_of_nobody(n, level):
    values = answers_of(n, level, seed=n)
    values[0] = np.where(values[0] > 0, np.where(values.mean(axis=0) > 3, 1, 5), 0)
    adversary = adversary_of(values)
    known = {v: values[0, c] for (w, c), v in adversary.answer.items() if w == 0}
    for person in (1, int((values[1:] == 0).sum(axis=1).argmax()) + 1):
        for column, found in adversary.possible_answers(person, known).items():
            assert len(bands(found)) > 1, QUESTIONNAIRE.columns[column]


def test_the_adversary_does_find_answers_where_exact_sums_are_shown():
    """The programme is no paper tiger: with one exact figure it rules answers out."""
    values = answers_of(6, 4.9, seed=1)
    adversary = adversary_of(values)
    column = QUESTIONNAIRE.columns.index("T1")
    there = [(adversary.answer[w, column], 1.0) for w in range(6) if values[w, column]]
    total = float(values[values[:, column] > 0, column].sum())
    adversary.p.between(there, total, total)
    assert adversary.possible_answers(0)[column] != {1, 2, 3, 4, 5}


@pytest.mark.parametrize("level", [1.3, 3.0, 4.7])
def test_newcomers_against_veterans_add_nothing_about_anybody(level):
    """The one figure across groups, with everybody's band known, and every group's PAST."""
    rng, people, groups = np.random.default_rng(3), 6, 5
    tenure = np.tile([0, 0, 2, 2, 2, 2], groups).astype(np.int8)
    values = answers_of(people * groups, level, seed=4)
    values[values == 0] = 3
    values = np.clip(values + np.where(tenure == 0, 1, 0)[:, None] * rng.integers(-1, 2), 1, 5)
    team = np.repeat(np.arange(groups), people)
    units = tuple(Unit(f"u{i}", f"U{i}", None, people) for i in range(groups))
    answers = Answers(QUESTIONNAIRE.columns, values.astype(np.uint8), team, tenure)
    released = release(QUESTIONNAIRE, answers, None, None, units, Policy())
    small = [group for group in released.groups if group.kind == "whole"]
    across = released.groups[-1]
    adversaries = [
        Adversary(QUESTIONNAIRE, group, np.ones((people, values.shape[1]), bool)) for group in small
    ]
    together = join(adversaries)
    difference = across.figures["tenure:PAST"]
    assert isinstance(difference, Released)
    terms, constant = difference_terms(adversaries, tenure.reshape(groups, people))
    low = -4 if difference.below else difference.value - 0.05 - 1e-6
    high = 4 if difference.above else difference.value + 0.05
    together.between(terms, low - constant, high - constant)
    past = [QUESTIONNAIRE.columns.index(item.id) for item in QUESTIONNAIRE.items_of("PAST")]
    known = {adversaries[0].answer[0, c]: values[0, c] for c in past}
    for person in (1, 3):
        for column in past:
            variable = adversaries[0].answer[person, column]
            worlds = [together.solve([(variable, sign)], known) for sign in (1, -1)]
            assert {int(world[variable]) for world in worlds if world is not None} == {1, 5}


def join(adversaries):
    """Return one programme of several groups; the variables of each move up behind the others'."""
    together = Programme()
    for adversary in adversaries:
        first = len(together.low)
        together.low += adversary.p.low
        together.high += adversary.p.high
        for terms, low, high in adversary.p.rows:
            together.between([(v + first, w) for v, w in terms], low, high)
        adversary.answer = {at: v + first for at, v in adversary.answer.items()}
    return together


def difference_terms(adversaries, tenure):
    """Return the terms of newcomers less veterans within groups, as least squares weighs them."""
    new = tenure == 0
    share = new.mean(axis=1, keepdims=True)
    weight = (new - share) / ((new - share) ** 2).sum()
    items = QUESTIONNAIRE.items_of("PAST")
    terms, constant = [], 0.0
    for adversary, of_group in zip(adversaries, weight, strict=True):
        for person, factor in enumerate(of_group):
            for item in items:
                sign = factor / len(items)
                variable = adversary.answer[person, adversary.at[item.id]]
                terms.append((variable, sign * item.key))
                constant += 6 * sign if item.key < 0 else 0.0
    return terms, constant
