"""What the method page says is what the program does."""

from dataclasses import fields, replace
from itertools import pairwise

import pytest

from survey.disclosure.precision import clipped, clipped_share, let_out
from survey.disclosure.values import Policy, Released
from survey.questionnaire.definition import Readiness
from survey.report.method import FIGURES, answer_range, cut_offs, roundings
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire()
KINDS = {said: kind for kind, said in FIGURES.items()}
NOT_IN_THE_APP = {
    "harm_items", "harm_from", "harm_people", "harm_share", "favourable", "chasm",
    "split_people", "split_share", "split_low", "split_high", "split_answers",
}  # fmt: skip
"""Settings that only `analyse` uses: no figure of a report depends on them."""


@pytest.mark.parametrize("policy", [Policy(), Policy(8, 12), Policy(15, 40)])
def test_every_rounding_that_is_told_is_the_one_that_is_done(policy):
    told = roundings(QUESTIONNAIRE, policy)
    assert told
    for figure, people, step, ends in told:
        kind = KINDS[figure]
        for n, low, high in cut_off(ends, counts(people)):
            for out, end in zip(both_ends(kind, n, policy), (low, high), strict=True):
                scale = 100 if kind == "share" else 1
                assert out.step * scale == pytest.approx(float(step.removesuffix(" %")))
                # What is cut off is let out as the nearest step to where it is cut off.
                assert abs(out.value * scale - end) <= out.step * scale / 2 + 0.05


def cut_off(ends: str, people: list[int]):
    """Yield people, lowest and highest: of "5 people: 2.2 and 3.8; ..." or "20 % and 80 %"."""
    for part in ends.split("; "):
        said, _, limits = part.rpartition(": ")
        low, high = (float(end.removesuffix(" %")) for end in limits.split(" and "))
        for n in [int(said.split()[0])] if said else people:
            yield n, low, high


def both_ends(kind, n, policy):
    """Return what is let out where everybody gave the lowest, and the highest answer."""
    lo, hi = (0, 1) if kind == "share" else answer_range(QUESTIONNAIRE)
    for mean in (lo, hi):
        what = clipped_share(mean) if kind == "share" else clipped(mean, n, lo, hi)
        out = let_out(what, n, kind, lo, hi, policy)
        assert isinstance(out, Released)
        assert out.edge
        yield out


def counts(people: str) -> list[int]:
    """Return the first and the last number of people of a class."""
    words = people.split()
    return [int(words[0]), int(words[-1]) if words[-1].isdigit() else int(words[0]) + 100]


def test_no_class_of_people_is_left_out_between_two_others():
    for kind, first in (("score", 5), ("single", 10), ("share", 10)):
        classes = [
            counts(p) for f, p, _, _ in roundings(QUESTIONNAIRE, Policy()) if KINDS[f] == kind
        ]
        assert classes[0][0] == first
        for before, after in pairwise(classes):
            assert after[0] == before[1] + 1


def test_shares_are_told_only_where_something_could_be_chosen():
    without = replace(QUESTIONNAIRE, pick_list=None)
    assert FIGURES["share"] not in {row[0] for row in roundings(without, Policy())}


def test_every_setting_of_the_verdict_and_the_advice_stands_among_the_cut_offs():
    usual = cut_offs(QUESTIONNAIRE)
    for setting in fields(Readiness):
        if setting.name in NOT_IN_THE_APP:
            continue
        value = getattr(QUESTIONNAIRE.readiness, setting.name)
        other = value + (1 if isinstance(value, int) else 0.25)
        changed = replace(QUESTIONNAIRE.readiness, **{setting.name: other})
        assert cut_offs(replace(QUESTIONNAIRE, readiness=changed)) != usual, setting.name


def test_without_verdicts_no_rule_of_a_verdict_is_told():
    told = " ".join(rule for rule, _ in cut_offs(QUESTIONNAIRE, judged=False))
    assert "Floor" in told
    assert "verdict" not in told
    assert "practice" not in told
