"""What the people of a group are told of their own result: a few plain lines, and no figure.

Wording only, as in `survey.report.words`, and from the same states that colour the report's marks:
what is called weak here is weak there. It speaks of how things are where people work, never of
them; of one group, never of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.disclosure.values import Withheld
from survey.language import gettext as _
from survey.language import language
from survey.questionnaire.definition import Questionnaire, Text
from survey.report.model import Finding, GroupReport, Report, ScaleResult, State
from survey.report.words import join, state_of, text


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
        Line(_("Strong"), _all_or("strong", group)),
        Line(_("Sound"), _all_or("sound", group)),
        Line(_("Weak"), _all_or("weak", group)),
        Line(_("Cannot be told"), _all_or("unclear", group)),
        Line(_("Also weak"), _listed([s.name for s in beside if state_of(s.figure) == "weak"])),
        Line(_("Not shown"), _listed(_withheld(group.dimensions))),
        *_changed(group),
    )
    return tuple(line for line in told if line.said)


def meaning(label: str) -> str:
    """Return what a label of `lines` means, after a colon."""
    return {
        _("Strong"): _("likely at the level to aim for."),
        _("Sound"): _("very likely no weak point; whether it is strong is open."),
        _("Weak"): _("very likely too low to build something new on."),
        _("Cannot be told"): _("the answers allow both, weak and sound."),
    }.get(label, "")


def practice_sentence(group: GroupReport, report: Report) -> str:
    """Return what the result means for the planned practice; "" where nothing can be said."""
    if group.finding is None:
        return ""
    practice, finding = report.facts.practice, group.finding
    match finding.answer:
        case "can":
            return _("As things stand, the group can carry {practice}.", practice=practice)
        case "can_with_conditions":
            carries = _(
                "As things stand, the group can carry {practice}, with conditions.",
                practice=practice,
            )
            names = _named(finding.conditions, report.questionnaire)
            heed = _("What needs care: {names}.", names=names) if names else ""
            return f"{carries} {heed}".strip()
        case "cannot_yet":
            return _not_yet(finding, practice, report.questionnaire)
        case "too_few":
            return _(
                "Too few are counted to say whether the group can carry {practice}.",
                practice=practice,
            )
        case "too_close":
            return _(
                "Whether the group can carry {practice} is too close to call. A small trial, and"
                " asking again afterwards, would tell more.",
                practice=practice,
            )


def stands_behind(unit: str, group: GroupReport) -> str:
    """Return which units the result is made of, as people of one of them should know it."""
    if group.kind == "whole":
        return ""
    others = [name for name in group.units if name != unit]
    if not others:
        return _(
            "{unit} had too few answers to be shown alone. What you see is the result of {unit}"
            " alone.",
            unit=unit,
        )
    return _(
        "{unit} had too few answers to be shown alone. What you see is the result of {unit}"
        " together with {others}.",
        unit=unit,
        others=join(others, _("and")),
    )


def counted(group: GroupReport) -> str:
    """Return how many people the result rests on."""
    if group.n >= group.asked:
        return _("All {asked} people asked are counted.", asked=group.asked)
    return _("{n} of {asked} people asked are counted.", n=group.n, asked=group.asked)


def nothing_shown(unit: str, least: int) -> str:
    """Return why nothing can be shown of a unit."""
    return _(
        "Of {unit} nothing can be shown: fewer than {least} people answered, also when it is taken"
        " together with other small groups. Showing it could tell what single people said.",
        unit=unit,
        least=least,
    )


def explained(group: GroupReport, questionnaire: Questionnaire) -> tuple[Line, ...]:
    """Return what the lines name, in the questionnaire's own words."""
    named = {dimension.id for dimension in group.dimensions}
    named |= {s.id for s in (group.capacity, group.resolve) if s and state_of(s.figure) == "weak"}
    scales = (scale for scale in questionnaire.scales if scale.id in named)
    return tuple(Line(_text(scale.name), _text(scale.about)) for scale in scales)


def _not_yet(finding: Finding, practice: str, questionnaire: Questionnaire) -> str:
    against = _named(finding.against, questionnaire)
    told = (
        _("The group cannot yet carry {practice}.", practice=practice),
        _("What should get better first: {names}.", names=against) if against else "",
        _("That is about conditions, not people."),
    )
    return " ".join(filter(None, told))


def _text(words: Text) -> str:
    return text(words, language())


def _listed(names: Sequence[Text]) -> str:
    return join([_text(name) for name in names], _("and"))


def _named(ids: Sequence[str], questionnaire: Questionnaire) -> str:
    return _listed([questionnaire.scale(one).name for one in ids])


def _all_or(state: State, group: GroupReport) -> str:
    """Return the names of the dimensions in a state; one word where it is all of them."""
    names = [d.name for d in group.dimensions if state_of(d.figure) == state]
    if len(names) == len(group.dimensions) > 1:
        return _("everything that was asked about")
    return _listed(names)


def _withheld(results: Sequence[ScaleResult]) -> list[Text]:
    return [r.name for r in results if isinstance(r.figure, Withheld)]


def _changed(group: GroupReport) -> tuple[Line, ...]:
    """Return what is clearly better or worse than in the survey before."""
    dimensions = {dimension.id for dimension in group.dimensions}
    clear = [change for change in group.changes if change.clear and change.scale in dimensions]
    better = _listed([change.name for change in clear if change.difference > 0])
    worse = _listed([change.name for change in clear if change.difference < 0])
    return Line(_("Better than before"), better), Line(_("Worse than before"), worse)
