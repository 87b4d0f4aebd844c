"""The verdict and the advice, step by step, on teams made for each step."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.measures.standing import Standing, standing
from survey.questionnaire.definition import Readiness
from survey.readiness.advice import advice
from survey.readiness.verdict import Evidence, judge, verdicts

NAMES = ("TRUST", "COOP", "OPEN", "CIVIL", "SAFE", "PAST", "VISION")
RULES = Readiness()
ORDER = ("not_yet", "not_enough_evidence", "ready_with_conditions", "ready")


def make_evidence(means, *, n=10, asked=12, scored=None, index=None, harm=False, split=(), sd=0.6):
    """One team whose dimensions have these means; the index is their mean."""
    means = np.array([means], dtype=float)
    people = np.full(means.shape, n if scored is None else 0)
    if scored is not None:
        people[:] = scored
    squares = sd**2 * (n - 1)
    whole = np.array([np.nanmean(means) if index is None else index])
    return Evidence(
        n=np.array([n]),
        asked=np.array([asked], dtype=float),
        scored=people,
        dimensions=standing(means, np.full(means.shape, squares), people, asked, 0.7, 0.75, 4),
        index=standing(
            whole, np.array([squares / 3]), np.array([n]), np.array([asked]), 0.9, 0.56, 4
        ),
        harm=np.array([harm]),
        split=np.array([[name in split for name in NAMES]]),
    )  # fmt: skip


def outcome(means, rules=RULES, **how):
    return verdicts(rules, NAMES, make_evidence(means, **how))[0]


HIGH = [4.2] * 7
MIDDLE = [3.4] * 7
LOW = [2.6] * 7


def one_low(mean, rest=4.2):
    return [rest] * 5 + [mean, rest]


@pytest.mark.parametrize(
    ("means", "how", "rule", "reasons"),
    [
        (HIGH, {"n": 4, "asked": 4}, "not_enough_evidence", ("too_few",)),
        (HIGH, {"n": 5, "asked": 9}, "not_enough_evidence", ("low_response",)),
        (HIGH, {"n": 4, "asked": 9}, "not_enough_evidence", ("too_few",)),
        (HIGH, {"scored": [10] * 6 + [4]}, "not_enough_evidence", ("dimension_missing",)),
        (HIGH, {"harm": True}, "not_yet", ("harm_signal",)),
        (HIGH, {"harm": True, "n": 4, "asked": 4}, "not_enough_evidence", ("too_few",)),
        (one_low(2.2), {}, "not_yet", ("blocked:PAST",)),
        ([4.2, 2.2, 4.2, 4.2, 2.1, 4.2, 4.2], {}, "not_yet", ("blocked:COOP,SAFE",)),
        ([2.9] * 7, {"index": 2.8}, "not_yet", ("index_below_floor",)),
        (HIGH, {}, "ready", ()),
        (MIDDLE, {}, "ready_with_conditions", ()),
        (one_low(2.95, 3.3), {}, "not_enough_evidence", ("too_close_to_call",)),
    ],
)
def test_each_step_gives_its_verdict_and_its_reason(means, how, rule, reasons):
    found = outcome(means, **how)
    assert (found.rule, found.reasons) == (rule, reasons)


def test_a_response_of_exactly_sixty_percent_is_enough():
    assert outcome(HIGH, n=6, asked=10).rule == "ready"


def test_a_strong_average_cannot_hide_a_broken_dimension():
    assert outcome(one_low(2.2, 5.0)).rule == "not_yet"


def test_one_dimension_just_below_the_target_is_allowed_two_are_not():
    two = [3.45, 3.45, 4.2, 4.2, 4.2, 4.2, 4.2]
    assert outcome(one_low(3.45)).rule == "ready"
    assert outcome(two).rule == "ready_with_conditions"


def test_conditions_stand_from_the_worst_mean_on_and_ties_in_questionnaire_order():
    found = outcome([3.3, 4.5, 3.1, 4.5, 3.3, 4.5, 3.2])
    assert found.conditions == ("OPEN", "VISION", "TRUST", "SAFE")
    assert found.weakest == "OPEN"


def test_a_split_dimension_is_a_condition_and_demotes_ready():
    found = outcome(HIGH, split=("CIVIL",))
    assert (found.rule, found.verdict) == ("ready", "ready_with_conditions")
    assert found.conditions == ("CIVIL",)


def test_a_dimension_nobody_answered_is_neither_condition_nor_weakest_link():
    found = outcome([np.nan, *LOW[1:]], scored=[0, *[10] * 6])
    assert found.reasons == ("dimension_missing",)
    assert "TRUST" not in found.conditions
    assert found.weakest == "COOP"


def test_a_team_without_any_score_has_no_weakest_link():
    empty = make_evidence(HIGH)
    nothing = Standing(*(np.full((1, 7), np.nan) for _ in range(4)))
    found = verdicts(RULES, NAMES, replace(empty, dimensions=nothing, n=np.array([0])))[0]
    assert (found.weakest, found.conditions, found.reasons) == (None, (), ("too_few",))


def test_the_silent_can_move_a_verdict_and_only_they():
    many_silent = outcome([3.15] * 7, n=13, asked=20, sd=0.3)
    nobody_silent = outcome([3.15] * 7, n=20, asked=20, sd=0.3)
    assert many_silent.silent_lower != many_silent.silent_higher
    assert nobody_silent.silent_lower == nobody_silent.silent_higher == nobody_silent.rule


def test_without_a_roster_nobody_can_say_what_the_silent_would_do():
    found = outcome(HIGH, asked=np.inf)
    assert (found.rule, found.silent_lower, found.silent_higher) == ("ready", None, None)


def test_the_cut_offs_are_settings():
    assert outcome(HIGH, rules=replace(RULES, target=4.4)).rule == "ready_with_conditions"


@given(
    st.lists(st.floats(2.0, 4.0), min_size=7, max_size=7),
    st.floats(0, 0.9),
    st.integers(1, 20),
    st.integers(0, 6),
    st.floats(0.1, 1.5),
    st.booleans(),
)
def test_a_team_that_shifts_up_as_one_is_never_judged_worse(means, by, n, silent, sd, harm):
    """Harm is reported by raw answers, which a shift towards health can only take back."""
    how = {"n": n, "asked": n + silent, "sd": sd}
    before = outcome(means, harm=harm, **how)
    after = outcome([m + by for m in means], **how)
    assert ORDER.index(before.rule) <= ORDER.index(after.rule)


def joined(one, two):
    """Two pieces of evidence, or two standings, as one."""
    pairs = zip(vars(one).values(), vars(two).values(), strict=True)
    return type(one)(
        *(joined(a, b) if isinstance(a, Standing) else np.concatenate([a, b]) for a, b in pairs)
    )


def test_many_teams_are_judged_as_each_alone():
    one, two = make_evidence(HIGH), make_evidence(one_low(2.2), n=9)
    both = joined(one, two)
    assert verdicts(RULES, NAMES, both) == [
        *verdicts(RULES, NAMES, one),
        *verdicts(RULES, NAMES, two),
    ]


def sure(mean, se=0.1):
    """A practice figure of one team as Standing (1, 1)."""
    return Standing(*(np.array([[x]], dtype=float) for x in (mean, se, 12, 1)))


def advise(means, know=4.5, do=3.0, *, critical=("PAST", "TRUST"), capacity=4.0, **how):
    verdict = how.pop("verdict", None)
    evidence = make_evidence(means, **how)
    rule = verdict or verdicts(RULES, NAMES, evidence)[0].verdict
    figures = sure(know), sure(do), sure(know - do)
    found = advice(
        RULES, NAMES, [critical], figures, evidence.dimensions, np.array([capacity]), [rule],
        evidence.split,
    )  # fmt: skip
    return found[0][0].word, found[0][0].dimensions


@pytest.mark.parametrize(
    ("means", "how", "word", "dimensions"),
    [
        (HIGH, {"do": 4.2}, "already_done", ()),
        (HIGH, {"know": 3.4, "do": 2.0}, "clarify_first", ()),
        (one_low(2.95), {"verdict": "ready_with_conditions"}, "environment_first", ("PAST",)),
        (HIGH, {"split": ("TRUST",)}, "environment_first", ("TRUST",)),
        (HIGH, {"capacity": 2.9}, "capacity_first", ()),
        (HIGH, {}, "start_here", ()),
        (HIGH, {"do": 4.1, "know": 4.3, "split": ()}, "already_done", ()),
        (one_low(3.1), {}, "try_small", ("PAST",)),
        (HIGH, {"know": 3.9, "do": 3.6}, "try_small", ("TRUST",)),
        (HIGH, {"n": 4}, None, ()),
        (HIGH, {"know": np.nan}, None, ()),
        (HIGH, {"capacity": np.nan}, "start_here", ()),
        (HIGH, {"critical": ()}, "start_here", ()),
    ],
)
def test_each_test_gives_its_advice_and_names_what_to_look_at(means, how, word, dimensions):
    assert advise(means, **how) == (word, dimensions)


def test_a_practice_hangs_on_its_own_dimensions_only():
    low_past = one_low(2.2)
    assert advise(low_past, critical=("TRUST",), verdict="ready")[0] == "start_here"
    assert advise(low_past, critical=("PAST",), verdict="ready")[0] == "environment_first"


def test_a_team_that_is_not_ready_tries_one_practice_small_and_starts_none():
    evidence = make_evidence(one_low(2.2))
    know = Standing(
        *(np.array([x], dtype=float) for x in ([4.5] * 3, [0.1] * 3, [12] * 3, [1] * 3))
    )
    gap = replace(know, mean=np.array([[1.0, 2.0, 1.5]]))
    do = replace(know, mean=know.mean - gap.mean)
    (found,) = advice(
        RULES, NAMES, [("TRUST",)] * 3, (know, do, gap), evidence.dimensions, np.array([4.0]),
        ["not_yet"],
    )  # fmt: skip
    assert [f.word for f in found] == ["environment_first", "try_small", "environment_first"]
    assert [f.dimensions for f in found] == [("PAST",), ("TRUST",), ("PAST",)]


def test_teams_without_practices_get_no_advice():
    evidence = make_evidence(HIGH)
    nothing = Standing(*(np.empty((1, 0)) for _ in range(4)))
    rule = ["ready"]
    assert advice(RULES, NAMES, [], (nothing,) * 3, evidence.dimensions, np.array([4.0]), rule) == [
        ()
    ]


def test_the_judgement_of_no_teams_is_empty():
    nobody = Evidence(
        np.zeros(0, dtype=np.int64), np.zeros(0), np.zeros((0, 7), dtype=np.int64),
        Standing(*(np.empty((0, 7)) for _ in range(4))), Standing(*(np.empty(0) for _ in range(4))),
        np.zeros(0, dtype=bool), np.zeros((0, 7), dtype=bool),
    )  # fmt: skip
    assert judge(RULES, nobody).rule.shape == (0,)
