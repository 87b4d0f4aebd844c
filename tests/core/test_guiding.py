"""Which discussion guides fit a group: the choice, and the figure each is justified with."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.values import Policy, Withheld
from survey.questionnaire.guide_files import guides_for
from survey.report.guiding import MOST, matched
from survey.report.guiding_words import ENGLISH, GERMAN, labels, reason, sheet
from survey.report.model import Estimate, Finding
from survey.report.words import figure_text, interval_text
from tests.report_factory import (
    FACTS,
    QUESTIONNAIRE,
    TOO_FEW,
    estimates,
    figures,
    make_estimate,
    make_group,
    make_report,
    make_scale_result,
)

GUIDES = guides_for(QUESTIONNAIRE).guides
DIMENSIONS = [scale.id for scale in QUESTIONNAIRE.dimensions]
SCALES = [scale.id for scale in QUESTIONNAIRE.scales]
STATES = {"strong": 3.9, "sound": 3.4, "unclear": 3.0, "weak": 2.4}


def group_of(states=None, *, finding=None, split=(), **more):
    """A group whose dimensions are sound but for those named."""
    wanted = dict.fromkeys(DIMENSIONS, "sound") | (states or {})
    group = make_group(
        figures={d: make_estimate(STATES[state], state) for d, state in wanted.items()}, **more
    )
    dimensions = tuple(replace(d, split=d.id in split) for d in group.dimensions)
    return replace(group, dimensions=dimensions, finding=finding)


def finding(against=(), conditions=()):
    return Finding("cannot_yet", ("TRUST",), tuple(against), tuple(conditions), small=False)


def chosen(group, guides=GUIDES, **facts):
    report = make_report(group, facts=replace(FACTS, **facts))
    return [match.guide.id for match in matched(group, report, guides)]


def reasons(group, language="en"):
    report = make_report(group)
    return [reason(m, report, GUIDES, language) for m in matched(group, report, GUIDES)]


def with_facets(peers, leaders, n=12):
    """A group weak on trust, with both sides of it."""
    group = group_of({"TRUST": "weak"}, n=n, asked=n + 2)
    facets = (
        make_scale_result("TRUST_PEERS", make_estimate(peers, "unclear", n=n)),
        make_scale_result("TRUST_LEADERS", make_estimate(leaders, "unclear", n=n)),
    )
    titles = {guide.id: guide.title["en"] for guide in GUIDES.guides}
    named = tuple(replace(f, name={"en": titles[f.id]}) for f in facets)
    trust, *others = group.dimensions
    return replace(group, dimensions=(replace(trust, facets=named), *others))


def test_what_speaks_against_the_planned_practice_comes_first():
    group = group_of({"COOP": "weak", "PAST": "weak"}, finding=finding(["PAST"], ["OPEN"]))
    assert chosen(group) == ["PAST", "OPEN", "COOP"]


def test_weak_dimensions_stand_lowest_first():
    group = group_of({"COOP": "weak", "SAFE": "weak"})
    lower = tuple(
        replace(d, figure=make_estimate(2.1, "weak")) if d.id == "SAFE" else d
        for d in group.dimensions
    )
    assert chosen(replace(group, dimensions=lower)) == ["SAFE", "COOP"]


def test_capacity_that_is_too_low_gets_its_guide_too():
    low = make_scale_result("CAPACITY", make_estimate(2.2, "weak"))
    assert chosen(group_of({"COOP": "weak"}, capacity=low)) == ["COOP", "CAPACITY"]


def test_three_guides_are_enough():
    assert len(chosen(group_of(dict.fromkeys(DIMENSIONS, "weak"), split=DIMENSIONS))) == MOST


def test_where_people_see_it_differently_the_talk_is_about_that():
    group = group_of({"COOP": "weak"}, split=("TRUST", "CIVIL"))
    assert chosen(group) == ["COOP", "split"]
    assert reasons(group)[1] == (
        "Trust: 3.4 (3.0 to 3.8), and people see this differently; so also Civil."
    )


def test_with_nothing_low_the_talk_is_about_what_is_too_close_to_call():
    group = group_of({"VISION": "unclear", "PAST": "unclear"})
    assert chosen(group) == ["unclear"]
    assert reasons(group) == [
        "Past: 3.0 (2.6 to 3.4), may lie on either side of 3.0 or 3.5; so also Vision."
    ]


def test_what_has_its_own_guide_is_not_told_again_as_too_close_to_call():
    group = group_of({"VISION": "unclear"}, finding=finding(conditions=["VISION"]))
    assert chosen(group) == ["VISION"]


def test_with_nothing_low_or_open_the_talk_is_about_what_to_build_on():
    group = group_of({"SAFE": "strong"})
    assert chosen(group) == ["strong"]
    assert reasons(group) == [
        (
            "Nothing stands out as low; what stands highest is Safe: 3.9 (3.5 to 4.3), "
            "likely at 3.5 or above."
        )
    ]


def test_nothing_is_said_of_a_group_of_which_nothing_is_shown():
    group = make_group(
        figures=dict.fromkeys(DIMENSIONS, TOO_FEW),
        capacity=make_scale_result("CAPACITY", TOO_FEW),
        resolve=make_scale_result("RESOLVE", TOO_FEW),
    )
    assert chosen(group) == []


def test_a_weak_dimension_without_a_guide_is_never_passed_over_as_nothing_low():
    fewer = replace(GUIDES, guides=tuple(g for g in GUIDES.guides if g.id != "COOP"))
    assert chosen(group_of({"COOP": "weak", "SAFE": "unclear"}), fewer) == []


@pytest.mark.parametrize(
    ("peers", "leaders", "guide"),
    [(3.2, 2.2, "TRUST_LEADERS"), (2.2, 3.2, "TRUST_PEERS"), (2.5, 2.2, "TRUST")],
)
def test_the_side_of_trust_that_stands_below_the_other_gets_its_guide(peers, leaders, guide):
    assert chosen(with_facets(peers, leaders)) == [guide]


def test_a_side_without_a_guide_gets_the_guide_of_the_scale():
    fewer = replace(GUIDES, guides=tuple(g for g in GUIDES.guides if "_" not in g.id))
    assert chosen(with_facets(3.2, 2.2), fewer) == ["TRUST"]


def test_a_side_that_is_not_shown_is_no_reason():
    group = with_facets(3.2, 2.2)
    trust, *others = group.dimensions
    hidden = replace(trust, facets=(replace(trust.facets[0], figure=TOO_FEW), trust.facets[1]))
    assert chosen(replace(group, dimensions=(hidden, *others))) == ["TRUST"]


def test_where_few_answered_the_sides_are_told_without_a_number_of_their_own():
    (few,) = reasons(with_facets(2.9, 1.9, n=8))
    assert "; “Trust in leaders” is told 0.5 or more below “Trust in colleagues”; " in few
    assert "1.9" not in few
    assert "2.9" not in few
    (many,) = reasons(with_facets(3.2, 2.2, n=12))
    assert "; “Trust in leaders” 2.2, “Trust in colleagues” 3.2; " in many


def test_that_the_practice_hangs_on_it_is_said_only_where_it_was_named_at_opening():
    group = group_of({"TRUST": "weak", "COOP": "weak"})
    trust, coop = reasons(group)
    assert trust.endswith("; coaching hangs on it, as judged beforehand.")
    assert "coaching" not in coop


def test_german_reasons_are_german_down_to_the_comma():
    group = group_of({"COOP": "weak"})
    assert reasons(group, "de") == [
        "Zusammenarbeit: 2,4 (2,0 bis 2,8), sehr wahrscheinlich unter 3,0."
    ]
    cut = replace(
        group,
        dimensions=tuple(
            replace(d, figure=make_estimate(2.2, "weak", edge="low")) if d.id == "COOP" else d
            for d in group.dimensions
        ),
    )
    assert "2,2 oder weniger (1,0 bis 2,6)" in reasons(cut, "de")[0]


def test_headings_stand_in_both_languages_and_take_the_same_words():
    assert ENGLISH.keys() == GERMAN.keys()
    for key, english in ENGLISH.items():
        for hole in ("{figure}", "{state}", "{practice}", "{names}", "{low}", "{high}", "{days}"):
            assert (hole in english) == (hole in GERMAN[key]), key
    assert labels("fr") == ENGLISH


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_sheet_has_every_part_in_its_language(language):
    group = group_of({"SAFE": "weak"})
    report = make_report(group)
    (match,) = matched(group, report, GUIDES)
    paper = sheet(match, report, GUIDES, language)
    guide = GUIDES.get("SAFE")
    assert guide
    assert paper.questions == guide.questions[language]
    assert paper.rules == GUIDES.rules[language]
    assert [action.text for action in paper.actions] == [a.text[language] for a in guide.actions]
    assert paper.actions[-1].source == labels(language)["judgement"]
    assert all(vars(paper).values())


# ---- Any figures


@st.composite
def any_groups(draw):
    """A group with any figures, sides of trust, splits and a finding, or none."""
    n = draw(st.integers(5, 30))
    sides = tuple(
        make_scale_result(facet, draw(figures)) for facet in ("TRUST_PEERS", "TRUST_LEADERS")
    )
    group = make_group("North", n, n + 3, {d: draw(figures) for d in DIMENSIONS})
    dimensions = tuple(
        replace(
            d,
            split=draw(st.sampled_from([None, False, False, True])),
            facets=sides if d.id == "TRUST" else (),
        )
        for d in group.dimensions
    )
    scales = st.lists(st.sampled_from(SCALES), unique=True, max_size=4)
    told = finding(draw(scales), draw(scales)) if draw(st.booleans()) else None
    beside = {
        "capacity": draw(st.none() | st.builds(make_scale_result, st.just("CAPACITY"), figures)),
        "resolve": draw(st.none() | st.builds(make_scale_result, st.just("RESOLVE"), estimates)),
    }
    return replace(group, dimensions=dimensions, finding=told, **beside)


@settings(max_examples=40)
@given(any_groups())
def test_never_a_guide_of_its_own_for_what_is_strong_unless_there_is_nothing_else(group):
    found = matched(group, make_report(group), GUIDES)
    assert len(found) <= MOST
    assert len({match.guide.id for match in found}) == len(found)
    for match in found:
        states = {r.figure.state for r in match.results if isinstance(r.figure, Estimate)}
        if match.reason == "low":
            assert "strong" not in states
        if match.reason == "strong":
            assert len(found) == 1
            shown = [d.figure for d in group.dimensions if isinstance(d.figure, Estimate)]
            assert {figure.state for figure in shown} <= {"strong", "sound"}
        if match.reason == "unclear":
            assert states == {"unclear"}


@settings(max_examples=40)
@given(any_groups(), st.sampled_from(["en", "de"]))
def test_each_reason_cites_the_released_figure_and_no_other_of_a_scale(group, language):
    report = make_report(group)
    for match in matched(group, report, GUIDES):
        said = reason(match, report, GUIDES, language)
        first = match.results[0].figure
        assert isinstance(first, Estimate)
        figure, interval = figure_text(first, Policy()), interval_text(first)
        if language == "de":
            figure = figure.replace(".", ",").replace("or more", "oder mehr")
            figure = figure.replace("or less", "oder weniger")
            interval = interval.replace(".", ",").replace("to", "bis")
        assert f": {figure} ({interval})" in said
        assert said.count("(") == 1
        assert said.count(".") == 1 or language == "en"


@settings(max_examples=40)
@given(any_groups())
def test_what_is_weak_or_speaks_against_the_practice_is_talked_about_before_anything_else(group):
    found = matched(group, make_report(group), GUIDES)
    weak = {d.id for d in group.dimensions if getattr(d.figure, "state", "") == "weak"}
    if weak:
        assert found
        assert found[0].reason == "low"
    told = {match.results[0].id for match in found if match.reason == "low"}
    assert weak <= told or len(found) == MOST


@settings(max_examples=40)
@given(any_groups())
def test_a_withheld_figure_is_no_part_of_any_reason(group):
    for match in matched(group, make_report(group), GUIDES):
        for result in (*match.results, *match.sides):
            assert not isinstance(result.figure, Withheld)
