"""Sentences about results: each says what its values carry, and nothing where there is nothing."""

from dataclasses import replace

import pytest

from survey.disclosure.values import Policy, Released, Withheld
from survey.report import facet_words, practice_words, verdict_words, words
from survey.report.model import PickResult, Verdict
from tests.factories import english
from tests.report_factory import (
    QUESTIONNAIRE,
    TOO_FEW,
    make_estimate,
    make_group,
    make_practice,
    make_report,
    make_scale_result,
)


def judged(rule="ready_with_conditions", conditions=("TRUST",), **more):
    verdict = Verdict(rule, (), conditions, conditions[0] if conditions else None, rule, rule)
    return make_group("North", 12, 14, verdict=verdict, **more)


def test_a_condition_is_named_with_the_target_it_may_miss():
    said = verdict_words.conditions_sentence(judged(), QUESTIONNAIRE)
    assert said == "May miss the target, 3.5: Trust."


def test_several_conditions_stand_lowest_first_as_the_verdict_lists_them():
    apart = {"PAST": make_estimate(2.9), "TRUST": make_estimate(3.3)}
    group = judged(conditions=("PAST", "TRUST"), figures=apart)
    said = verdict_words.conditions_sentence(group, QUESTIONNAIRE)
    assert said == "May miss the target, 3.5: Past and Trust (lowest first)."
    alike = verdict_words.conditions_sentence(judged(conditions=("PAST", "TRUST")), QUESTIONNAIRE)
    assert alike == "May miss the target, 3.5: Past and Trust.", "their order would say nothing"


def test_what_is_below_the_floor_is_not_told_again_as_a_condition():
    weak = {"PAST": make_estimate(2.2, "weak")}
    group = judged("not_yet", ("PAST", "TRUST"), figures=weak)
    said = verdict_words.conditions_sentence(group, QUESTIONNAIRE)
    assert said == "These may also miss the target, 3.5: Trust."


@pytest.mark.parametrize("group", [judged("ready", ()), make_group(verdict=None)])
def test_without_conditions_nothing_is_said(group):
    assert verdict_words.conditions_sentence(group, QUESTIONNAIRE) == ""


def test_when_every_dimension_is_a_condition_the_list_is_not_spelt_out():
    group = judged(conditions=tuple(d.id for d in QUESTIONNAIRE.dimensions))
    assert (
        verdict_words.short_reason(group, QUESTIONNAIRE) == "May miss the target: every dimension."
    )


def test_a_ready_team_without_room_for_it_is_told_so_beside_the_verdict():
    tired = make_scale_result("CAPACITY", make_estimate(2.4, "weak"))
    said = verdict_words.beside_sentence(judged("ready", (), capacity=tired), QUESTIONNAIRE)
    assert said == "Beside the verdict: “Capacity” very likely lies below 3.0."


@pytest.mark.parametrize("state", ["unclear", "sound", "strong"])
def test_what_is_not_clearly_low_is_not_told_beside_the_verdict(state):
    room = make_scale_result("CAPACITY", make_estimate(3.0, state))
    withheld = make_scale_result("RESOLVE", TOO_FEW)
    assert (
        verdict_words.beside_sentence(judged(capacity=room, resolve=withheld), QUESTIONNAIRE) == ""
    )


@pytest.mark.parametrize(("many", "said"), [(2, ""), (3, "Nobody starts 3 practices at once.")])
def test_only_where_too_many_practices_could_be_started_a_choice_is_asked_for(many, said):
    practices = [make_practice(p, advice="start_here") for p in QUESTIONNAIRE.practices[:many]]
    practices.append(make_practice(QUESTIONNAIRE.practices[3], advice="clarify_first"))
    assert practice_words.choice_sentence(practices).startswith(said)
    assert bool(practice_words.choice_sentence(practices)) is bool(said)


def test_what_was_chosen_less_often_is_told_in_one_sentence():
    picks = [
        PickResult("a", english("Time"), Released(0.5, 12, 0.1)),
        PickResult("b", english("Trust"), Withheld("less_often")),
        PickResult("c", english("Numbers"), Withheld("less_often")),
        PickResult("d", english("Say"), TOO_FEW),
    ]
    said = words.picked_sentence(picks)
    assert said == "Chosen less often, or just as often as the last of these: “Trust”, “Numbers”."
    assert words.picked_sentence(picks[:1]) == ""


@pytest.mark.parametrize(
    ("figure", "said"),
    [
        (Released(4.125, 12, 0.25), "4.0–4.25"),
        (Released(4.375, 12, 0.25, "high"), "4.25 or more"),
        (Released(1.625, 12, 0.25, "low"), "1.75 or less"),
        (TOO_FEW, "not shown: fewer than 10 answers"),
    ],
)
def test_knowing_and_doing_are_printed_as_the_class_they_lie_in(figure, said):
    assert words.class_text(figure, Policy()) == said


def test_a_share_that_is_cut_off_reads_or_less():
    assert words.share_text(Released(0.2, 12, 0.1, "low"), Policy()) == "20\u00a0% or less"


def test_why_nothing_is_shown_of_a_unit_is_that_nobody_is_left_to_take_it_together_with():
    one, two = make_report(left_out=("Owl",)), make_report(left_out=("Owl", "Lark"))
    assert words.left_out_sentence(make_report()) == ""
    assert words.left_out_sentence(one) == (
        "Nothing is shown of Owl: fewer than 5 people answered, and no other small unit is left to "
        "take it together with."
    )
    assert words.left_out_sentence(two) == (
        "Nothing is shown of Owl and Lark: fewer than 5 people answered, also when taken together."
    )


def test_where_no_group_has_evidence_enough_the_heading_is_no_bad_result():
    nothing = Verdict("not_enough_evidence", ("too_few",), (), None, None, None)
    north, south = make_group(verdict=nothing), make_group("South", verdict=nothing)
    heading, rest = verdict_words.overview(make_report(north, south))
    assert heading == "Not enough evidence to say whether any of 2 groups is ready"
    assert rest == ""
    mixed = verdict_words.overview(make_report(north, replace(judged("not_yet"), key="south")))
    assert mixed[0].startswith("None of 2 groups")


def of_two_parts(n, above):
    """Return a group of n people with trust in two parts, the first `above` the scale."""
    whole = make_estimate(3.0, n=n)
    parts = [
        make_scale_result(facet, make_estimate(3.0 + side * above, n=n, step=0.51))
        for facet, side in (("TRUST_PEERS", 1), ("TRUST_LEADERS", -1))
    ]
    return make_group("North", n, 14, dimensions=(make_scale_result("TRUST", whole, parts),))


@pytest.mark.parametrize(
    ("above", "first", "second"),
    [
        (0.5, "0.5 or more above “TRUST_LEADERS”", "0.5 or more below “TRUST_PEERS”"),
        (0.0, "less than 0.5 apart from “TRUST_LEADERS”", "less than 0.5 apart from “TRUST_PEERS”"),
        (-0.5, "0.5 or more below “TRUST_LEADERS”", "0.5 or more above “TRUST_PEERS”"),
    ],
)
def test_of_the_parts_of_a_scale_few_people_tell_only_which_is_clearly_higher(above, first, second):
    group = of_two_parts(8, above)
    trust, report = group.dimensions[0], make_report(group)
    assert all(facet_words.in_words(part, report.policy) for part in trust.facets)
    said = [facet_words.facet_sentence(part, trust, report) for part in trust.facets]
    assert said == [first, second]
    ten = of_two_parts(10, above).dimensions[0]
    assert not any(facet_words.in_words(part, report.policy) for part in ten.facets)


def test_the_overview_says_why_it_counts_fewer_groups_than_the_map():
    north, south = judged("ready", ()), judged("not_yet")
    pooled = make_group("Small units", 9, 15, kind="pooled", verdict=None)
    south = replace(south, name="South", key="south")
    heading, rest = verdict_words.overview(make_report(north, south, pooled))
    assert heading == "1 of 2 groups is ready to carry a new practice"
    assert rest == "Of the others, 1 not yet. Units gathered together get no verdict."
    assert verdict_words.overview(make_report(north, south))[1] == "Of the others, 1 not yet."


def test_where_no_practice_was_named_nothing_is_withheld_that_was_never_asked():
    asked = replace(
        QUESTIONNAIRE,
        items=tuple(
            replace(i, text=english("This team would keep up [PRACTICE].")) if i.scale == "RESOLVE"
            else i
            for i in QUESTIONNAIRE.items
        ),
    )  # fmt: skip
    named = make_report(questionnaire=asked)
    unnamed = replace(named, facts=replace(named.facts, practice=""))
    about_it, other = ("R1", "R2"), ("T1", "T2")
    assert not words.worth_telling(about_it, TOO_FEW, unnamed)
    assert words.worth_telling(about_it, TOO_FEW, named)
    assert words.worth_telling(about_it, Released(3.5, 12, 0.5), unnamed)
    assert words.worth_telling(other, TOO_FEW, unnamed)


def test_the_order_of_gaps_is_told_only_where_gaps_are_shown():
    shown = [make_practice(p) for p in QUESTIONNAIRE.practices]
    hidden = [make_practice(p, n=8) for p in QUESTIONNAIRE.practices]
    assert "widest gap" in practice_words.choice_sentence(shown)
    assert "gap" not in practice_words.choice_sentence(hidden)
