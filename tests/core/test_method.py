"""What the method page says is what the program does."""

from dataclasses import fields, replace
from itertools import pairwise

import numpy as np
import pytest

from survey.disclosure.precision import clipped, clipped_share, let_out, let_out_difference
from survey.disclosure.release import release
from survey.disclosure.values import Policy, Released, Unit
from survey.questionnaire.definition import Readiness
from survey.report import rules_words, split_words
from survey.report.finding_words import FINDINGS
from survey.report.method import (
    FIGURES,
    answer_range,
    cut_offs,
    other_roundings,
    roundings,
)
from survey.scoring import Answers
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
                assert out.step * scale == pytest.approx(float(step.removesuffix("\u00a0%")))
                # What is cut off is let out as the nearest step to where it is cut off.
                assert abs(out.value * scale - end) <= out.step * scale / 2 + 0.05


@pytest.mark.parametrize(
    ("probability", "said"),
    [(0.9, "9 in 10"), (0.95, "19 in 20"), (0.93, "93 in 100"), (0.5, "5 in 10")],
)
def test_a_probability_is_told_as_odds(probability, said):
    assert rules_words.odds(probability) == said


def test_what_likely_means_follows_from_the_cut_offs():
    assert rules_words.likely_sentence(QUESTIONNAIRE) == (
        "Likely: at least 8 in 10. Very likely: at least 9 in 10."
    )
    stricter = replace(QUESTIONNAIRE.readiness, condition=0.85, gate=0.95)
    said = rules_words.likely_sentence(replace(QUESTIONNAIRE, readiness=stricter))
    assert said == (
        "Likely: at least 17 in 20. "
        "Very likely: at least 19 in 20 for above the floor, 9 in 10 for below it."
    )
    assert "interval is 19 in 20" in rules_words.probability_sentence(QUESTIONNAIRE)


def test_every_finding_is_told_with_what_leads_to_it_and_can_comes_last():
    told = rules_words.finding_order(QUESTIONNAIRE)
    assert set(told) == set(FINDINGS.values())
    assert next(iter(told)) == "Too few answers"
    assert list(told)[-1] == "Can"
    higher = replace(QUESTIONNAIRE, readiness=replace(QUESTIONNAIRE.readiness, floor=3.25))
    assert "3.25" in rules_words.finding_order(higher)["Cannot yet"]


def test_when_a_split_is_told_is_said_with_its_cut_offs():
    said = split_words.rule_sentence(QUESTIONNAIRE, 12)
    assert (
        "at least a quarter stand low (below 2.5) and at least a quarter high (above 3.5)" in said
    )
    assert "It is said from 12 people on" in said


def cut_off(ends: str, people: list[int]):
    """Yield people, lowest and highest: of "5 people: 2.2 and 3.8; ..." or "20 % and 80 %"."""
    for part in ends.split("; "):
        said, _, limits = part.rpartition(": ")
        low, high = (float(end.removesuffix("\u00a0%")) for end in limits.split(" and "))
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


def test_parts_of_a_scale_are_told_in_words_for_just_the_people_for_whom_the_door_does_so():
    told = other_roundings(QUESTIONNAIRE, Policy())
    (parts,) = [row for row in told if "the parts of" in row[0]]
    assert parts == (
        "“Trust in colleagues” and “Trust in leaders”, the parts of Trust",
        "6 to 9",
        "words: one is 0.5 or more above the other, or neither is",
        "Trust itself: 2.2 and 3.8",
    )
    for n in range(5, 12):
        figures = everybody_highest(n)
        in_words = isinstance(figures["TRUST_PEERS"], Released) and n < Policy().single
        assert in_words == (n in counts(parts[1]) or n in (7, 8))
        if n < Policy().single:
            assert (figures["TRUST"].value, figures["TRUST"].edge) == (3.8, "high")


def everybody_highest(n: int):
    """Return the figures of n people who all gave the healthiest answers."""
    columns = QUESTIONNAIRE.columns
    turned = [item.id for item in QUESTIONNAIRE.items if item.key < 0]
    row = np.array([1 if column in turned else 5 for column in columns], dtype=np.uint8)
    answers = Answers(
        columns, np.tile(row, (n, 1)), np.zeros(n, dtype=int), np.full(n, -1, dtype=np.int8)
    )
    units = (Unit("north", "North", None, n),)
    return release(QUESTIONNAIRE, answers, None, None, units, Policy()).groups[0].figures


def test_where_single_statements_are_shown_early_no_parts_are_told_in_words():
    told = other_roundings(QUESTIONNAIRE, Policy(10, 10))
    assert not [row for row in told if "the parts of" in row[0]]


def test_newcomers_against_veterans_are_told_where_they_are_asked():
    (told,) = [r for r in other_roundings(QUESTIONNAIRE, Policy()) if "Newcomers" in r[0]]
    out = let_out_difference(3.0, 10, 4.0)
    assert float(told[2]) == out.step
    assert told[3] == f"−{out.value:g} and {out.value:g}"
    assert not [r for r in other_roundings(replace(QUESTIONNAIRE, tenure=None), Policy())
                if "Newcomers" in r[0]]  # fmt: skip


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
