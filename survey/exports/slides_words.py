"""What is said on slides and nowhere else: how to read them, and what marks mean.

Wording only, as in `survey.report.words`. Notes for who presents stand in
`survey.exports.slides_notes`.
"""

from collections.abc import Sequence

from survey.charts.scale import one_person, rounding
from survey.charts.style import LOOKS
from survey.language import _, mark
from survey.report import change_words, rules_words, split_words, words
from survey.report.model import Estimate, GroupReport, Report, ScaleResult, State

GLYPHS: dict[State, str] = {"strong": "●", "sound": "◆", "unclear": "○", "weak": "▼"}
"""Marks that say beside the colour what can be said of a figure."""
READ_IT = (
    (
        mark(
            "The sentence at the head of each slide is made from the same test "
            "that colours the marks. Where it says little, the figures allow no "
            "more."
        )
    ),
    (
        mark(
            "A 95 % interval tells how surely an average is known, not how far "
            "people differ. It is wider with fewer answers and with more people "
            "who kept silent. It does not cover that those who kept silent may see "
            "it differently."
        )
    ),
    (
        mark(
            "Averages are rounded, and cut off near the ends, so that they tell "
            "nobody’s answer: “3.8 or more” is such a figure. Everything else is "
            "made from these averages."
        )
    ),
    (
        mark(
            "Coloured is only what is hardly noise: teal lies very likely above "
            "the floor or likely at the target, rust very likely below the floor. "
            "Grey cannot be told. {likely}"
        )
    ),
    (
        mark(
            "The floor is {floor}, the target {target}. Both are judgement, and so "
            "are all other cut-offs; nothing here is validated."
        )
    ),
)


def read_it(report: Report) -> list[str]:
    """Return how figures are to be read, one paragraph each."""
    rules = report.questionnaire.readiness
    ends = {
        "floor": words.number(rules.floor),
        "target": words.number(rules.target),
        "likely": rules_words.likely_sentence(report.questionnaire),
    }
    return [_(one, **ends) for one in READ_IT]


def key_line() -> str:
    """Return what the marks in the map mean."""
    return " · ".join(f"{GLYPHS[state]} {words.state_word(state)}" for state in LOOKS)


def dimension_note(group: GroupReport, report: Report, results: Sequence[ScaleResult]) -> str:
    """Return how the chart of dimensions is to be read."""
    cut = any(isinstance(r.figure, Estimate) and r.figure.released.edge for r in results)
    edge = _("“Or more”, “or less”: the average is cut off there. ") if cut else ""
    return (
        _(
            "{splits_sentence} {answered_text} are counted{one_person}. The thin mark "
            "is the average, the pale bar its 95 % interval: how surely it is known, "
            "not how far people differ. Grey: cannot be told. {rounding}{edge}",
            splits_sentence=split_words.splits_sentence(group),
            answered_text=words.answered_text(group),
            one_person=one_person(group, report),
            rounding=rounding(group),
            edge=edge,
        )
    ).strip()


def change_note(group: GroupReport, report: Report) -> str:
    """Return how the chart of changes is to be read."""
    rules = report.questionnaire.readiness
    before = f", {report.previous.title}" if report.previous and report.previous.title else ""
    cut = any(change.before.edge or change.after.edge for change in group.changes)
    edge = _(" Where an average is cut off, a change may reach further.") if cut else ""
    return _(
        "{answered_text} are counted; compared with the wave before{before}. "
        "Coloured where the interval leaves out zero and the change is at least "
        "{change_dimension} (all dimensions together: {change_index}).{edge} "
        "{chance_sentence} A change says nothing about its cause.",
        answered_text=words.answered_text(group),
        before=before,
        change_dimension=words.number(rules.change_dimension),
        change_index=words.number(rules.change_index),
        edge=edge,
        chance_sentence=change_words.chance_sentence(len(group.changes)),
    )
