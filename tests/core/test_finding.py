"""The finding for the planned practice, and the 30 days that follow from it.

A headline may say no more than the test behind it: the rules are written down here a second time,
from the probabilities that colour the marks, and compared on any report.
"""

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.disclosure.values import Policy, Release, Released, ReleasedGroup, Unit
from survey.questionnaire.guide_files import guides_for
from survey.questionnaire.shipped import find
from survey.report import finding_words, grounds_words, month_words, verdict_words
from survey.report.build import build
from survey.report.model import Estimate, Facts, GroupReport, Report
from survey.report.month import JUDGEMENT, course_of, month, next_wave, to_mend
from tests.factories import make_questionnaire

QUESTIONNAIRE = make_questionnaire(practices=2)
QUESTIONNAIRE_SHIPPED = find("environment")
PRACTICE = "joint planning"
CRITICAL = ("COOP", "OPEN")
FACTS = Facts("Spring", "Meridian", PRACTICE, date(2026, 3, 1), date(2026, 3, 20), CRITICAL)
SCALES = tuple(scale.id for scale in QUESTIONNAIRE.scales)
RULES = QUESTIONNAIRE.readiness
PHRASES = {
    "can": f"North can carry {PRACTICE}",
    "can_with_conditions": f"North can carry {PRACTICE}, with conditions",
    "cannot_yet": f"North cannot yet carry {PRACTICE}",
    "too_few": f"North: too few answers to say whether it can carry {PRACTICE}",
    "too_close": f"North: too close to call whether it can carry {PRACTICE}",
}


def released(means: dict[str, float], n: int = 12, asked: int = 13) -> Release:
    """Return a release of one unit with these means of its scales; a missing one is withheld."""
    practices = {
        column: Released(value, n, 0.25)
        for practice in QUESTIONNAIRE.practices
        for column, value in ((practice.know, 4.125), (practice.do, 2.875))
    }
    figures = {name: Released(value, n, 0.1) for name, value in means.items()} | practices
    unit = Unit("north", "North", None, asked)
    group = ReleasedGroup("north", "North", "whole", None, ("north",), n, asked, figures, {})
    return Release((unit,), Policy(), (group,), ())


def reported(means: dict[str, float], n: int = 12, asked: int = 13, **facts: Any) -> Report:
    return build(QUESTIONNAIRE, released(means, n, asked), replace(FACTS, **facts))


def level(value: float, **apart: float) -> dict[str, float]:
    return dict.fromkeys(SCALES, value) | apart


means = st.fixed_dictionaries(
    {name: st.integers(16, 42).map(lambda tenths: tenths / 10) for name in SCALES}
)
near = st.fixed_dictionaries(
    {name: st.integers(28, 36).map(lambda tenths: tenths / 10) for name in SCALES}
)
sizes = st.integers(5, 25).flatmap(lambda n: st.tuples(st.just(n), st.integers(n, 2 * n)))


def estimates(group: GroupReport) -> dict[str, Estimate]:
    every = (*group.dimensions, group.capacity, group.resolve)
    return {r.id: r.figure for r in every if r and isinstance(r.figure, Estimate)}


def answer_by_the_book(group: GroupReport) -> str:
    """Decide anew, from the probabilities of the marks and the verdict alone."""
    assert group.verdict is not None
    assert isinstance(group.index, Estimate)
    found, reasons = estimates(group), " ".join(group.verdict.reasons)
    critical = [found[name] for name in CRITICAL]
    others = [found[d.id] for d in QUESTIONNAIRE.dimensions if d.id not in CRITICAL]
    beside = [found[name] for name in ("CAPACITY", "RESOLVE") if name in found]
    if re.search("too_few|low_response|dimension_missing", reasons):
        return "too_few"
    surely_low = [e for e in (*critical, *beside) if 1 - e.p_floor >= RULES.block]
    if surely_low or "index_below_floor" in reasons:
        return "cannot_yet"
    in_doubt = group.index.p_floor < RULES.overall or any(e.p_floor <= 0.5 for e in critical)
    if in_doubt:
        return "cannot_yet" if group.verdict.rule == "not_yet" else "too_close"
    sure = all(e.p_floor >= RULES.gate for e in critical) and all(e.p_floor > 0.5 for e in others)
    room = all(e.released.value >= RULES.floor for e in beside)
    return "can" if sure and room else "can_with_conditions"


@settings(max_examples=150, deadline=None)
@given(st.one_of(means, near), sizes)
def test_the_headline_says_what_the_test_behind_it_found_and_no_more(
    figures: dict[str, float], size: tuple[int, int]
) -> None:
    report = reported(figures, *size)
    (group,) = report.groups
    assert group.finding is not None
    assert group.finding.answer == answer_by_the_book(group)
    assert verdict_words.headline(group, report) == PHRASES[group.finding.answer]
    if group.finding.answer in ("can", "can_with_conditions"):
        assert all(estimates(group)[name].state != "weak" for name in CRITICAL)


@settings(max_examples=100, deadline=None)
@given(st.one_of(means, near), sizes)
def test_every_figure_that_is_cited_is_the_one_that_was_released(
    figures: dict[str, float], size: tuple[int, int]
) -> None:
    report = reported(figures, *size)
    (group,) = report.groups
    assert group.finding is not None
    plan = month(group, report)
    assert plan is not None
    said = [*grounds_words.finding_sentences(group, group.finding, report)]
    said += [line.basis for part in plan.parts for line in part.lines]
    names = {result["en"]: name for name, result in _names().items()}
    cited = re.findall(rf"({'|'.join(names)}) (\d\.\d) \((\d\.\d) to (\d\.\d)\)", " ".join(said))
    assert cited or group.finding.answer in ("too_few", "too_close", "cannot_yet")
    for name, value, low, high in cited:
        estimate = estimates(group)[names[name]]
        printed = [estimate.released.value, estimate.low, estimate.high]
        assert [value, low, high] == [f"{number:.1f}" for number in printed]


def _names() -> dict[str, dict[str, str]]:
    return {scale.id: dict(scale.name) for scale in QUESTIONNAIRE.scales}


@settings(max_examples=100, deadline=None)
@given(st.one_of(means, near), sizes)
def test_every_line_of_the_30_days_names_its_figure_or_says_that_it_is_judgement(
    figures: dict[str, float], size: tuple[int, int]
) -> None:
    report = reported(figures, *size)
    plan = month(report.groups[0], report)
    assert plan is not None
    assert [part.heading for part in plan.parts if not part.lines] == []
    for line in (line for part in plan.parts for line in part.lines):
        assert line.said
        assert line.basis == JUDGEMENT or re.search(r"\d", line.basis), line
        assert "{" not in line.said


def decided(report: Report) -> tuple[str, str]:
    """What the page tells to do, and what to mend first."""
    (group,) = report.groups
    fix = to_mend(group)
    return course_of(group), fix.id if fix else ""


@pytest.mark.parametrize(
    ("means", "n", "course", "first"),
    [
        pytest.param(level(4.0), 12, "start", "", id="a sound team with room for it"),
        pytest.param(
            level(4.0, CAPACITY=2.2), 12, "hold", "CAPACITY", id="the climate is ready, time is not"
        ),
        pytest.param(level(3.7, OPEN=2.1), 12, "hold", "OPEN", id="what it hangs on is broken"),
        pytest.param(
            level(3.8, SAFE=2.2), 12, "start_small", "SAFE", id="something else is broken"
        ),
        pytest.param(level(3.4, OPEN=3.0), 12, "start_small", "OPEN", id="too close to call"),
        pytest.param(level(3.4, OPEN=3.0, PAST=2.9), 12, "start_small", "OPEN", id="both in doubt"),
        pytest.param(level(3.7, PAST=3.0), 12, "start_small", "PAST", id="something else in doubt"),
        pytest.param(
            level(3.7, OPEN=3.1, PAST=2.8, SAFE=2.2),
            12,
            "start_small",
            "OPEN",
            id="what it hangs on comes first",
        ),
        pytest.param(level(4.0), 6, "ask_again", "", id="half kept silent"),
    ],
)
def test_invented_cases_are_decided_as_a_careful_person_would(
    means: dict[str, float], n: int, course: str, first: str
) -> None:
    assert decided(reported(means, n)) == (course, first)


def test_a_ready_climate_without_time_is_told_in_just_these_words() -> None:
    report = reported(level(4.0, CAPACITY=2.2))
    (group,) = report.groups
    assert group.verdict is not None
    assert group.finding is not None
    assert group.verdict.rule == "ready"
    (said,) = grounds_words.finding_sentences(group, group.finding, report)
    assert said.startswith("The climate is ready; what is missing is Capacity 2.2 (")


def test_no_evidence_has_two_faces() -> None:
    few, close = reported(level(3.8), 6), reported(level(3.4, OPEN=3.0), 13)
    for report, answer, tells in (
        (few, "too_few", "6 of 13 people are counted; a finding takes 8."),
        (
            close,
            "too_close",
            "More answers like these would not settle it: try small, and measure after the trial.",
        ),
    ):
        (group,) = report.groups
        assert group.verdict is not None
        assert group.finding is not None
        assert group.verdict.rule == "not_enough_evidence"
        assert group.finding.answer == answer
        assert tells in " ".join(grounds_words.finding_sentences(group, group.finding, report))


def test_where_more_answers_would_have_told_the_reader_is_asked_for_them() -> None:
    """With everybody's answers the same averages are surer: the interval gets narrower."""
    close = [
        (tenths, n)
        for tenths in range(290, 330, 5)
        for n in (12, 13, 14, 15)
        for group in reported(level(tenths / 100), n, 20).groups
        if group.verdict
        and group.verdict.reasons == ("too_close_to_call",)
        and group.verdict.with_everybody != "not_enough_evidence"
    ]
    assert close, "no such case: the sentence would never be said"
    tenths, n = close[0]
    report = reported(level(tenths / 100), n, 20)
    assert f"Had all 20 answered as those {n} did" in finding_words.more_answers_sentence(
        report.groups[0]
    )


def test_without_a_named_practice_the_page_opens_with_the_general_verdict() -> None:
    report = reported(level(4.0), practice="", critical=())
    (group,) = report.groups
    assert group.finding is None
    assert verdict_words.headline(group, report) == "North is ready to carry a new practice"
    plan = month(group, report)
    assert plan is not None
    assert plan.heading == "North, the next 30 days: start a new practice"


def test_a_finding_that_hangs_on_the_silent_says_so() -> None:
    sure, shaky = reported(level(4.0), 12, 13), reported(level(3.4, OPEN=3.2), 9, 13)
    for report, holds in ((sure, True), (shaky, False)):
        (group,) = report.groups
        assert group.finding is not None
        told = finding_words.silent_sentence(group, group.finding, report)
        assert told.startswith("The finding stays the same") is holds
    assert shaky.groups[0].finding is not None
    assert shaky.groups[0].finding.silent_higher == "can"
    assert shaky.groups[0].finding.silent_lower != "can"


@settings(max_examples=60, deadline=None)
@given(st.one_of(means, near), sizes)
def test_if_the_silent_agreed_with_the_others_the_finding_would_be_the_same(
    figures: dict[str, float], size: tuple[int, int]
) -> None:
    rules = replace(QUESTIONNAIRE.readiness, silent_shift=0.0)
    asked = replace(QUESTIONNAIRE, readiness=rules)
    (group,) = build(asked, released(figures, *size), FACTS).groups
    assert group.finding is not None
    assert group.finding.silent_lower == group.finding.silent_higher == group.finding.answer


ORDER = ("cannot_yet", "too_close", "can_with_conditions", "can")


@settings(max_examples=150, deadline=None)
@given(st.one_of(means, near), sizes, st.sampled_from(SCALES), st.integers(1, 8))
def test_whatever_stands_higher_the_answer_is_never_worse_for_it(
    figures: dict[str, float], size: tuple[int, int], scale: str, tenths: int
) -> None:
    higher = figures | {scale: round(min(figures[scale] + tenths / 10, 4.4), 1)}
    answers = []
    for told in (figures, higher):
        (group,) = reported(told, *size).groups
        assert group.finding is not None
        answers.append(group.finding.answer)
    if "too_few" not in answers:
        assert ORDER.index(answers[0]) <= ORDER.index(answers[1])


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (level(3.1, SAFE=2.2, OPEN=2.9), "and it hangs on Open 2.9 (2."),
        (level(3.1, SAFE=2.0, PAST=2.8), "and the team as a whole, 2.9 ("),
    ],
)
def test_where_no_scale_forbids_it_by_itself_the_reason_is_told_all_the_same(
    figures: dict[str, float], said: str
) -> None:
    report = reported(figures | {"CAPACITY": 3.6, "RESOLVE": 3.6})
    (group,) = report.groups
    assert group.finding is not None
    assert (group.finding.answer, group.finding.against) == ("cannot_yet", ())
    (told,) = grounds_words.finding_sentences(group, group.finding, report)
    assert said in told


@settings(max_examples=150, deadline=None)
@given(st.one_of(means, near), sizes)
def test_no_sentence_of_a_finding_has_a_gap_in_it(
    figures: dict[str, float], size: tuple[int, int]
) -> None:
    report = reported(figures, *size)
    (group,) = report.groups
    assert group.finding is not None
    said = [*grounds_words.finding_sentences(group, group.finding, report)]
    for sentence in (*said, grounds_words.short_finding(group, group.finding, report)):
        assert re.match(r"[A-Z0-9“]", sentence), sentence
        assert not re.search(r"  | [,.:]|: ?\.|\(:|on ,", sentence), sentence


def test_two_camps_on_what_it_hangs_on_are_a_condition_however_high_the_average() -> None:
    out = released(level(4.0))
    (group,) = out.groups
    camps = replace(group, figures={**group.figures, "split:OPEN": Released(1.0, 12, 1.0)})
    report = build(QUESTIONNAIRE, replace(out, groups=(camps,)), FACTS)
    (told,) = report.groups
    assert told.verdict is not None
    assert told.finding is not None
    assert told.verdict.rule == "ready_with_conditions", "it would be ready but for the camps"
    assert (told.finding.answer, told.finding.conditions) == ("can_with_conditions", ("OPEN",))
    first, _ = grounds_words.finding_sentences(told, told.finding, report)
    assert "which the team sees differently" in first
    assert "May miss the target" not in verdict_words.short_reason(told, QUESTIONNAIRE)
    assert "Open" in verdict_words.short_reason(told, QUESTIONNAIRE)


def test_where_no_dimension_is_named_the_practice_hangs_on_all_of_them() -> None:
    (group,) = reported(level(4.0, PAST=2.2), critical=()).groups
    assert group.finding is not None
    assert group.finding.against == ("PAST",)


def own(practice: str, know: float, do: float) -> Report:
    """Return a sound team that was asked about the planned practice itself."""
    out = released(level(4.0))
    first = next(p for p in QUESTIONNAIRE.practices if p.label["en"] == practice)
    own = {first.know: Released(know, 12, 0.25), first.do: Released(do, 12, 0.25)}
    (group,) = out.groups
    group = replace(group, figures={**group.figures, **own})
    facts = replace(FACTS, practice=practice.upper(), critical=first.critical)
    return build(QUESTIONNAIRE, replace(out, groups=(group,)), facts)


@pytest.mark.parametrize(
    ("know", "do", "answer", "course", "said"),
    [
        (4.125, 2.875, "can", "start", "very likely above the floor"),
        (4.125, 4.125, "can", "look", "look before starting it anew"),
        (2.875, 2.125, "can_with_conditions", "start_small", "show it by examples first"),
    ],
)
def test_a_practice_that_was_asked_about_is_not_started_where_it_is_done_or_not_clear(
    know: float, do: float, answer: str, course: str, said: str
) -> None:
    report = own(QUESTIONNAIRE.practices[1].label["en"], know, do)
    (group,) = report.groups
    assert group.finding is not None
    assert (group.finding.answer, course_of(group)) == (answer, course)
    assert said in " ".join(grounds_words.finding_sentences(group, group.finding, report))


def test_what_is_broken_elsewhere_forbids_nothing_however_wide_the_gap_of_another_practice() -> (
    None
):
    asked_about = QUESTIONNAIRE.practices[1].label["en"]
    report = reported(level(3.9, SAFE=2.0), practice=asked_about)
    (group,) = report.groups
    assert group.finding is not None
    assert group.finding.answer == "can_with_conditions"
    assert group.finding.conditions[0] == "SAFE"
    said = " ".join(grounds_words.finding_sentences(group, group.finding, report))
    assert "It hangs on Safe" not in said


def test_without_a_named_practice_room_decides_the_course_as_well() -> None:
    for room, course in ((2.2, "hold"), (2.9, "start_small"), (4.0, "start")):
        (group,) = reported(level(4.0, CAPACITY=room), practice="", critical=()).groups
        assert course_of(group) == course
        fix = to_mend(group)
        assert (fix.id if fix else "") == ("" if course == "start" else "CAPACITY")


def test_while_a_practice_is_held_no_action_begins_it() -> None:
    guides = guides_for(QUESTIONNAIRE_SHIPPED).guides
    beginning = [a for g in guides.guides for a in g.actions if a.begins]
    assert beginning
    for scale in ("CAPACITY", "RESOLVE"):
        report = reported(level(4.0, **{scale: 2.0}))
        plan = month(report.groups[0], report, guides)
        assert plan is not None
        assert plan.course == "hold"
        said = " ".join(line.said for part in plan.parts for line in part.lines)
        assert not [a for a in beginning if a.text["en"] in said]


def test_on_answers_of_half_a_team_nothing_is_praised_and_nothing_blamed() -> None:
    report = reported(level(4.0, OPEN=2.0), 6)
    plan = month(report.groups[0], report)
    assert plan is not None
    said = " ".join(line.said for part in plan.parts for line in part.lines)
    assert "What is good here" not in said
    assert "What we work on" not in said
    assert "within about a month" in said


def test_the_next_wave_is_three_months_away_by_the_calendar() -> None:
    days = {date(2026, 3, 20): date(2026, 6, 20), date(2026, 11, 30): date(2027, 2, 28)}
    for closed, expected in days.items():
        assert next_wave(reported(level(4.0), closed=closed)) == expected


def test_of_an_average_that_is_cut_off_it_is_said_why_no_change_can_be_promised() -> None:
    out = released(level(3.7, OPEN=2.1))
    (group,) = out.groups
    cut = {**group.figures, "OPEN": Released(2.1, 12, 0.1, "low")}
    report = build(QUESTIONNAIRE, replace(out, groups=(replace(group, figures=cut),)), FACTS)
    plan = month(report.groups[0], report)
    assert plan is not None
    assert plan.course == "hold"
    _, *again = (line.said for line in plan.parts[-1].lines)
    assert [said.partition(" cannot be said beforehand")[0] for said in again] == [
        "Whether a next wave could show a change in the average of all dimensions",
        "Whether a next wave could show a change in Open",
    ]


def test_first_actions_come_from_the_guide_with_their_role_and_source() -> None:
    guides = guides_for(QUESTIONNAIRE_SHIPPED).guides
    report = reported(level(3.7, OPEN=2.1))
    plan = month(report.groups[0], report, guides)
    open_ = guides.get("OPEN")
    assert plan is not None
    assert open_ is not None
    first, *actions = plan.parts[1].lines
    assert first.said == "Mend “Open” first, and nothing else beside it."
    assert len(actions) == 2
    for line, action in zip(actions, open_.actions, strict=False):
        assert line.said.startswith(action.text["en"])
        assert line.said.endswith(f"within {action.days} days.")
        assert action.source in line.basis


@pytest.mark.parametrize("course", [c for c in month_words.COURSES if c != "look"])
def test_a_practice_with_braces_in_its_name_breaks_no_sentence(course: str) -> None:
    named = {"start": 4.0, "start_small": 3.1, "hold": 2.2, "ask_again": 4.0}
    n = 6 if course == "ask_again" else 12
    report = reported(level(named[course]), n, practice="{group} 100 %")
    plan = month(report.groups[0], report)
    assert plan is not None
    assert plan.course == course
    assert any("{group} 100 %" in line.said for part in plan.parts for line in part.lines)
