"""What the people of a group are told: what the states of its figures carry, in plain words."""

from dataclasses import replace

import pytest
from hypothesis import given

from survey.disclosure.values import Withheld
from survey.report.model import Finding, State
from survey.report.team_words import (
    Line,
    counted,
    explained,
    lines,
    meaning,
    nothing_shown,
    practice_sentence,
    stands_behind,
)
from survey.report.words import names_by_state, text
from tests.report_factory import (
    QUESTIONNAIRE,
    make_change,
    make_estimate,
    make_group,
    make_report,
    make_scale_result,
    reports,
)

LABELS: dict[str, State] = {
    "Strong": "strong",
    "Sound": "sound",
    "Weak": "weak",
    "Cannot be told": "unclear",
}
IDS = [scale.id for scale in QUESTIONNAIRE.dimensions]
NAMES = {scale.id: text(scale.name) for scale in QUESTIONNAIRE.scales}
NEVER = "harm", "3.", "ready", "rank", "score", "anonymous", "will "


def told(group) -> dict[str, str]:
    return {line.label: line.said for line in lines(group)}


@given(reports())
def test_a_dimension_is_called_what_its_state_says_and_nothing_else(report):
    for group in report.groups:
        said = told(group)
        for label, state in LABELS.items():
            names = names_by_state(group, state)
            everything = said.get(label) == "everything that was asked about"
            assert bool(names) == (label in said)
            assert everything or all(name in said.get(label, "") for name in names)
            assert everything == (len(names) == len(group.dimensions) > 1)


def test_each_line_names_what_is_so_and_an_empty_one_is_left_out():
    figures = {IDS[0]: make_estimate(state="strong"), IDS[1]: make_estimate(state="weak")}
    figures |= {one: make_estimate(state="strong") for one in IDS[2:]}
    said = told(make_group(figures=figures))
    assert said["Weak"] == NAMES[IDS[1]]
    assert NAMES[IDS[0]] in said["Strong"]
    assert not {"Sound", "Cannot be told", "Not shown"} & set(said)


def test_what_is_withheld_is_neither_strong_nor_weak():
    said = told(make_group(figures={IDS[0]: Withheld("too_few")}))
    assert said["Not shown"] == NAMES[IDS[0]]
    assert NAMES[IDS[0]] not in said["Sound"]


def test_only_what_has_clearly_changed_is_told_and_in_its_direction():
    changes = (make_change(IDS[0], 0.9), make_change(IDS[1], -0.9), make_change(IDS[2], 0.1))
    said = lines(replace(make_group(), changes=changes))
    assert Line("Better than before", NAMES[IDS[0]]) in said
    assert Line("Worse than before", NAMES[IDS[1]]) in said
    assert not [line for line in said if "before" in line.label and NAMES[IDS[2]] in line.said]


def test_too_little_time_and_training_is_told_beside_and_nothing_of_it_where_it_is_not_weak():
    scale = next(s.id for s in QUESTIONNAIRE.scales if s.role == "capacity")
    weak = make_scale_result(scale, make_estimate(2.2, "weak"))
    assert told(replace(make_group(), capacity=weak))["Also weak"] == NAMES[scale]
    sound = make_scale_result(scale, make_estimate(3.4, "sound"))
    assert "Also weak" not in told(replace(make_group(), capacity=sound))


@pytest.mark.parametrize(
    ("answer", "begins"),
    [
        ("can", "As things stand, the group can carry coaching."),
        ("can_with_conditions", "As things stand, the group can carry coaching, with conditions."),
        ("cannot_yet", "The group cannot yet carry coaching."),
        ("too_few", "Too few are counted to say"),
        ("too_close", "Whether the group can carry coaching is too close to call."),
    ],
)
def test_the_practice_is_spoken_of_just_as_the_finding_says(answer, begins):
    heed = (IDS[0],) if answer == "can_with_conditions" else ()
    against = (IDS[1],) if answer == "cannot_yet" else ()
    finding = Finding(answer, (IDS[0],), against, heed, small=False)
    group = replace(make_group(), finding=finding)
    said = practice_sentence(group, make_report(groups=(group,)))
    assert said.startswith(begins)
    assert all(NAMES[one] in said for one in (*heed, *against))
    assert not [word for word in NEVER if word in said]


def test_without_a_finding_nothing_is_said_of_a_practice():
    group = replace(make_group(), finding=None)
    assert practice_sentence(group, make_report(groups=(group,))) == ""


def test_a_pooled_unit_is_told_with_whom_it_is_shown():
    pooled = replace(make_group(), kind="pooled", units=("Crane", "Ropes", "Yard"))
    said = stands_behind("Ropes", pooled)
    assert "Ropes had too few answers to be shown alone" in said
    assert "together with Crane and Yard" in said
    assert stands_behind("North", make_group()) == ""


def test_how_many_are_counted_is_the_number_of_the_report():
    assert counted(make_group(n=8, asked=10)) == "8 of 10 people asked are counted."
    assert counted(make_group(n=10, asked=10)) == "All 10 people asked are counted."
    assert "fewer than 7 people" in nothing_shown("Desk", 7)
    assert "Desk" in nothing_shown("Desk", 7)


def test_every_word_of_the_lines_is_explained():
    group = make_group()
    assert {line.label for line in explained(group, QUESTIONNAIRE)} == {NAMES[one] for one in IDS}
    assert all(meaning(label).endswith(".") for label in LABELS)
    assert meaning("Better than before") == ""
