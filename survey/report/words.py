"""The words of a result, made from the same values that colour the marks: names, figures, states.

Here belongs wording only: nothing is computed that the report does not hold already. Sentences
claim what the released figures carry and no more (statistics, A4): no cause, no prediction, no
label for a team or a person.
"""

from collections.abc import Sequence

from survey.disclosure.values import Edge, Figure, Policy, Released, Withheld
from survey.language import _, decimal, language, mark
from survey.questionnaire.definition import Item, Questionnaire, Text
from survey.questionnaire.texts import PRACTICE
from survey.report.model import (
    Estimate,
    GroupReport,
    ItemResult,
    PickResult,
    Report,
    ScaleResult,
    State,
)

STATES: dict[State, str] = {
    "strong": mark("likely at the target"),
    "sound": mark("very likely above the floor"),
    "unclear": mark("cannot be told"),
    "weak": mark("very likely below the floor"),
}


def text(words: Text, wanted: str = "") -> str:
    """Return a text in the language asked for, else that of this moment, else the first it has."""
    return words.get(wanted or language()) or next(iter(words.values()), "")


def join(names: Sequence[str], last: str = "") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last or _('and')} {names[-1]}"


def scale_names(ids: Sequence[str], questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the names of scales by their ids, in the order given."""
    return tuple(text(questionnaire.scale(i).name) for i in ids)


def lowered(phrase: str) -> str:
    """Return a phrase as it stands inside a sentence: only its first letter is smaller."""
    return phrase[:1].lower() + phrase[1:]


def raised(phrase: str) -> str:
    """Return a phrase as it begins a sentence: only its first letter is larger."""
    return phrase[:1].upper() + phrase[1:]


def quoted(name: str) -> str:
    """Return a name in the quotation marks of the language."""
    return _("“{name}”", name=name)


def edge_word(edge: Edge) -> str:
    """Return what stands behind a figure that was cut off: it is that, or beyond."""
    told: dict[Edge, str] = {"": "", "high": _(" or more"), "low": _(" or less")}
    return told[edge]


def state_word(state: State) -> str:
    """Return what the probabilities say of a scale, in words."""
    return _(STATES[state])


def decimals(value: float) -> int:
    """Return with how many decimals a figure is printed."""
    quarters = value * 4
    return 2 if quarters == int(quarters) and quarters % 2 else 1


def number(value: float) -> str:
    """Return a figure with one decimal, or two where one would hide a quarter."""
    return decimal(value, decimals(value))


def figure_text(
    figure: Released | Withheld | Estimate, policy: Policy, single: bool = False
) -> str:
    """Return a figure as it is printed: "3.4", "3.8 or more", or why it is not shown."""
    if isinstance(figure, Estimate):
        figure = figure.released
    if isinstance(figure, Withheld):
        return withheld_text(figure, policy, single)
    return number(figure.value) + edge_word(figure.edge)


def share_text(figure: Released | Withheld, policy: Policy) -> str:
    """Return a share of people as it is printed: "30 %", "20 % or less"."""
    if isinstance(figure, Withheld):
        return withheld_text(figure, policy, single=True)
    return percent(figure.value) + edge_word(figure.edge)


def percent(share: float) -> str:
    """Return a share in whole percent; its sign stays on the line of its number."""
    return f"{share * 100:.0f}\u00a0%"


def class_text(figure: Released | Withheld, policy: Policy) -> str:
    """Return knowing or doing as it is printed: the class, "4.0–4.25", or "4.25 or more"."""
    if isinstance(figure, Withheld):
        return withheld_text(figure, policy, single=True)
    low, high = (number(figure.value + side * figure.step / 2) for side in (-1, 1))
    return {
        "": f"{low}–{high}",
        "high": _("{low} or more", low=low),
        "low": _("{high} or less", high=high),
    }[figure.edge]


def withheld_text(figure: Withheld, policy: Policy, single: bool = False) -> str:
    """Return why a figure is not shown."""
    least = policy.single if single else policy.scores
    return {
        "too_few": _("not shown: fewer than {least} answers", least=least),
        "not_asked": _("not asked"),
        "less_often": _("chosen less often"),
        "harm": _("not shown one by one: its dimension asks about harm"),
    }[figure.why]


def interval_text(estimate: Estimate) -> str:
    """Return a 95 % interval as it is printed; an end that rounds to nought has no sign."""
    low, high = (round(end, 1) + 0.0 for end in (estimate.low, estimate.high))
    return _("{low} to {high}", low=decimal(low), high=decimal(high))


def signed(value: float) -> str:
    """Return a difference with its sign and one decimal; what rounds to nought has no sign."""
    rounded = round(value, 1)
    sign = "" if rounded == 0 else "+" if rounded > 0 else "−"
    return f"{sign}{decimal(abs(rounded))}"


def end_text(value: float) -> str:
    """Return in words an end of an interval that just leaves out nought; "" for any other."""
    if value == 0 or round(value, 1):
        return ""
    return _("just above 0") if value > 0 else _("just below 0")


def kind_text(group: GroupReport) -> str:
    """Return what stands behind a group, honestly."""
    if group.kind == "whole":
        return _("One unit")
    if group.kind == "pooled":
        return _(
            "Units with too few answers to be shown alone, taken together: {units}",
            units=join(group.units),
        )
    return _("All {units} units that could be shown, taken together", units=len(group.units))


def answered_text(group: GroupReport) -> str:
    """Return how many of how many stand behind a group."""
    return _("{n} of {asked} people", n=group.n, asked=group.asked)


def spare_sentence(report: Report) -> str:
    """Return that who was asked is counted with spare cards; "" where no codes were given out."""
    if report.facts.closed is None:
        return ""
    return _("Spare cards count as people asked, where there were any.")


def left_out_sentence(report: Report) -> str:
    """Return of which units nothing is shown, and why; "" where there is none."""
    names, few = (
        report.left_out,
        _("fewer than {scores} people answered", scores=report.policy.scores),
    )
    if not names:
        return ""
    why = _("also when taken together") if len(names) > 1 else _("and no other small unit is left")
    to_join = "" if len(names) > 1 else _(" to take it together with")
    return _(
        "Nothing is shown of {names}: {few}, {why}{to_join}.",
        names=join(names),
        few=few,
        why=why,
        to_join=to_join,
    )


def names_by_state(group: GroupReport, state: State) -> list[str]:
    """Return the names of the dimensions in a state, in questionnaire order."""
    return [text(d.name) for d in group.dimensions if state_of(d.figure) == state]


def weak_names(group: GroupReport) -> list[str]:
    """Return the names of the dimensions that are very likely below the floor."""
    return names_by_state(group, "weak")


def state_of(figure: Estimate | Withheld) -> State | None:
    """Return the state of a figure, None where it is withheld."""
    return figure.state if isinstance(figure, Estimate) else None


def item_figure(item: ItemResult, report: Report) -> str:
    """Return the figure of a statement; of one that speaks against health, what it means."""
    figure = figure_text(item.figure, report.policy, single=True)
    if item.key > 0 or isinstance(item.figure, Withheld):
        return figure
    return _("{figure} (turned: high means seldom or not so)", figure=figure)


def picked_sentence(picks: Sequence[PickResult]) -> str:
    """Return in one sentence what was chosen less often than what is listed, or ""."""
    less = [p for p in picks if p.figure == Withheld("less_often")]
    if not less:
        return ""
    named = ", ".join(quoted(text(pick.text)) for pick in less)
    return _("Chosen less often, or just as often as the last of these: {named}.", named=named)


def state_sentence(estimate: Estimate, questionnaire: Questionnaire) -> str:
    """Return what is known of a scale, with the cut-off it is known against."""
    rules = questionnaire.readiness
    return {
        "strong": _("likely at {target} or above", target=number(rules.target)),
        "sound": _("very likely at {floor} or above", floor=number(rules.floor)),
        "unclear": _(
            "may lie on either side of {floor} or {target}",
            floor=number(rules.floor),
            target=number(rules.target),
        ),
        "weak": _("very likely below {floor}", floor=number(rules.floor)),
    }[estimate.state]


def withheld_scale(result: ScaleResult, report: Report) -> str:
    """Return why a scale is not shown; one of fewer than three statements is like a single one."""
    assert isinstance(result.figure, Withheld)  # noqa: S101 -- what the caller has found
    statements = len(report.questionnaire.items_of(result.id))
    return withheld_text(result.figure, report.policy, single=0 < statements < 3)


def scale_sentence(result: ScaleResult, report: Report) -> str:
    """Return where one scale stands: its figure, and what can be said of it."""
    if isinstance(result.figure, Withheld):
        return withheld_scale(result, report)
    figure = figure_text(result.figure, report.policy)
    return f"{figure}, {state_sentence(result.figure, report.questionnaire)}"


def worth_telling(ids: Sequence[str], figure: Figure | Estimate, report: Report) -> bool:
    """Whether something can be said of statements: not that they are withheld, if never asked.

    Statements about the planned practice are not asked where none is named.
    """
    if report.facts.practice or not isinstance(figure, Withheld):
        return True
    asked = (item for item in report.questionnaire.items if item.id in ids)
    return not all(PRACTICE in text(item.text) for item in asked)


def item_text(item: Item | ItemResult, report: Report) -> str:
    """Return a statement with the planned practice in its place."""
    return text(item.text).replace(PRACTICE, practice_name(report))


def practice_name(report: Report) -> str:
    """Return what the planned practice is called, or "a new practice" where none is named."""
    return report.facts.practice or _("a new practice")


def response_sentence(report: Report) -> str:
    """Return how many people stand behind the report."""
    return _(
        "{answered} of the {asked} people asked are counted in this report. A "
        "group counts as many people as could be scored on the dimension that "
        "fewest answered.",
        answered=report.answered,
        asked=report.asked,
    )
