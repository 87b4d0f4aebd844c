"""What the people of a group are told of their own result: a few plain lines, and no figure.

Wording only, as in `survey.report.words`, and from the same states that colour the report's marks:
what is called weak here is weak there. It speaks of how things are where people work, never of
them; of one group, never of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.disclosure.values import Withheld
from survey.questionnaire.definition import Questionnaire
from survey.report.model import Finding, GroupReport, Report, ScaleResult
from survey.report.words import join, names_by_state, scale_names, state_of, text


@dataclass(frozen=True)
class Line:
    """What is said, in a word or two, and of what."""

    label: str
    said: str


def lines(group: GroupReport) -> tuple[Line, ...]:
    """Return what is strong, what is weak and what cannot be told, the weak before the unclear."""
    measured = (group.capacity, group.resolve)
    beside = [scale for scale in measured if scale is not None]
    told = (
        Line("Strong", _all_or(names_by_state(group, "strong"), group)),
        Line("Sound", _all_or(names_by_state(group, "sound"), group)),
        Line("Weak", _all_or(names_by_state(group, "weak"), group)),
        Line("Cannot be told", _all_or(names_by_state(group, "unclear"), group)),
        Line("Also weak", join([text(s.name) for s in beside if state_of(s.figure) == "weak"])),
        Line("Not shown", join(_withheld(group.dimensions))),
        *_changed(group),
    )
    return tuple(line for line in told if line.said)


def meaning(label: str) -> str:
    """Return what a label of `lines` means, after a colon."""
    return {
        "Strong": "likely at the level to aim for.",
        "Sound": "very likely no weak point; whether it is strong is open.",
        "Weak": "very likely too low to build something new on.",
        "Cannot be told": "the answers allow both, weak and sound.",
    }.get(label, "")


def practice_sentence(group: GroupReport, report: Report) -> str:
    """Return what the result means for the planned practice; "" where nothing can be said."""
    if group.finding is None:
        return ""
    practice, finding = report.facts.practice, group.finding
    conditions = join(scale_names(finding.conditions, report.questionnaire))
    match finding.answer:
        case "can":
            return f"As things stand, the group can carry {practice}."
        case "can_with_conditions":
            heed = f" What needs care: {conditions}." if conditions else ""
            return f"As things stand, the group can carry {practice}, with conditions.{heed}"
        case "cannot_yet":
            return _not_yet(finding, practice, report.questionnaire)
        case "too_few":
            return f"Too few are counted to say whether the group can carry {practice}."
        case "too_close":
            return (
                f"Whether the group can carry {practice} is too close to call. A small trial, and"
                " asking again afterwards, would tell more."
            )


def stands_behind(unit: str, group: GroupReport) -> str:
    """Return which units the result is made of, as people of one of them should know it."""
    if group.kind == "whole":
        return ""
    others = [name for name in group.units if name != unit]
    together = f"together with {join(others)}" if others else "alone"
    return (
        f"{unit} had too few answers to be shown alone. What you see is the result of {unit}"
        f" {together}."
    )


def counted(group: GroupReport) -> str:
    """Return how many people the result rests on."""
    if group.n >= group.asked:
        return f"All {group.asked} people asked are counted."
    return f"{group.n} of {group.asked} people asked are counted."


def nothing_shown(unit: str, least: int) -> str:
    """Return why nothing can be shown of a unit."""
    return (
        f"Of {unit} nothing can be shown: fewer than {least} people answered, also when it is taken"
        " together with other small groups. Showing it could tell what single people said."
    )


def explained(group: GroupReport, questionnaire: Questionnaire) -> tuple[Line, ...]:
    """Return what the lines name, in the questionnaire's own words."""
    named = {dimension.id for dimension in group.dimensions}
    named |= {s.id for s in (group.capacity, group.resolve) if s and state_of(s.figure) == "weak"}
    scales = (scale for scale in questionnaire.scales if scale.id in named)
    return tuple(Line(text(scale.name), text(scale.about)) for scale in scales)


def _not_yet(finding: Finding, practice: str, questionnaire: Questionnaire) -> str:
    against = join(scale_names(finding.against, questionnaire))
    first = f" What should get better first: {against}." if against else ""
    return f"The group cannot yet carry {practice}.{first} That is about conditions, not people."


def _all_or(names: Sequence[str], group: GroupReport) -> str:
    if len(names) == len(group.dimensions) > 1:
        return "everything that was asked about"
    return join(names)


def _withheld(results: Sequence[ScaleResult]) -> list[str]:
    return [text(r.name) for r in results if isinstance(r.figure, Withheld)]


def _changed(group: GroupReport) -> tuple[Line, ...]:
    """Return what is clearly better or worse than in the survey before."""
    dimensions = {dimension.id for dimension in group.dimensions}
    clear = [change for change in group.changes if change.clear and change.scale in dimensions]
    better = join([text(change.name) for change in clear if change.difference > 0])
    worse = join([text(change.name) for change in clear if change.difference < 0])
    return Line("Better than before", better), Line("Worse than before", worse)
