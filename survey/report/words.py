"""Every sentence about a result, made from the same values that colour the marks.

Here belongs wording only: nothing is computed that the report does not hold already. Sentences
claim what the released figures carry and no more (statistics, A4): no cause, no prediction, no
label for a team or a person.
"""

from collections.abc import Sequence

from survey.disclosure.values import Figure, Policy, Released, Withheld
from survey.questionnaire.definition import Questionnaire, Text
from survey.report.model import (
    Advice,
    Change,
    Estimate,
    GroupReport,
    ItemResult,
    PickResult,
    PracticeResult,
    Report,
    Rule,
    ScaleResult,
    State,
    Verdict,
)

PRACTICE = "[PRACTICE]"
"""Stands in a statement for the practice that is planned."""

VERDICTS: dict[Rule, str] = {
    "ready": "Ready",
    "ready_with_conditions": "Ready with conditions",
    "not_yet": "Not yet",
    "not_enough_evidence": "Not enough evidence",
}

STATES: dict[State, str] = {
    "strong": "likely at the target",
    "sound": "very likely above the floor",
    "unclear": "cannot be told",
    "weak": "very likely below the floor",
}

ADVICE: dict[Advice, str] = {
    "already_done": "Already done",
    "clarify_first": "Clarify first",
    "environment_first": "Environment first",
    "capacity_first": "Capacity first",
    "start_here": "Start here",
    "try_small": "Try small",
}


def text(words: Text, language: str = "en") -> str:
    """Return a text in the language asked for, or in the first one there is."""
    return words.get(language) or next(iter(words.values()), "")


def join(names: Sequence[str], last: str = "and") -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def scale_names(ids: Sequence[str], questionnaire: Questionnaire) -> tuple[str, ...]:
    """Return the names of scales by their ids, in the order given."""
    return tuple(text(questionnaire.scale(i).name) for i in ids)


def verdict_word(rule: Rule) -> str:
    """Return the verdict in words."""
    return VERDICTS[rule]


def state_word(state: State) -> str:
    """Return what the probabilities say of a scale, in words."""
    return STATES[state]


def advice_word(advice: Advice) -> str:
    """Return the advice for a practice, in two words."""
    return ADVICE[advice]


def number(value: float) -> str:
    """Return a figure with one decimal, or two where one would hide a quarter."""
    quarters = value * 4
    return f"{value:.2f}" if quarters == int(quarters) and quarters % 2 else f"{value:.1f}"


def figure_text(
    figure: Released | Withheld | Estimate, policy: Policy, single: bool = False
) -> str:
    """Return a figure as it is printed: "3.4", "3.8 or more", or why it is not shown."""
    if isinstance(figure, Estimate):
        figure = figure.released
    if isinstance(figure, Withheld):
        return withheld_text(figure, policy, single)
    return number(figure.value) + {"": "", "high": " or more", "low": " or less"}[figure.edge]


def share_text(figure: Released | Withheld, policy: Policy) -> str:
    """Return a share of people as it is printed: "30 %", "20 % or fewer"."""
    if isinstance(figure, Withheld):
        return withheld_text(figure, policy, single=True)
    return (
        f"{figure.value * 100:.0f} %"
        + {"": "", "high": " or more", "low": " or fewer"}[figure.edge]
    )


def withheld_text(figure: Withheld, policy: Policy, single: bool = False) -> str:
    """Return why a figure is not shown."""
    least = policy.single if single else policy.scores
    return {
        "too_few": f"not shown: fewer than {least} answers",
        "pooled": "not given for units gathered together",
        "not_asked": "not asked",
    }[figure.why]


def interval_text(estimate: Estimate) -> str:
    """Return a 95 % interval as it is printed."""
    return f"{estimate.low:.1f} to {estimate.high:.1f}"


def kind_text(group: GroupReport) -> str:
    """Return what stands behind a group, honestly."""
    if group.kind == "whole":
        return "One unit"
    if group.kind == "pooled":
        return f"Units too small to be shown alone, taken together: {join(group.units)}"
    return f"All {len(group.units)} units that could be shown, taken together"


def answered_text(group: GroupReport) -> str:
    """Return how many of how many stand behind a group."""
    return f"{group.n} of {group.asked} people"


def headline(group: GroupReport, report: Report) -> str:
    """Return the finding of a group in one sentence."""
    if group.verdict is None:
        return _headline_without_verdict(group, report)
    practice = report.facts.practice
    carry = f"carry {practice}" if practice else "carry a new practice"
    match group.verdict.rule:
        case "ready":
            return f"{group.name} is ready to {carry}"
        case "ready_with_conditions":
            return f"{group.name} is ready to {carry}, with conditions"
        case "not_yet":
            return f"{group.name} is not yet ready to {carry}"
        case "not_enough_evidence":
            return f"{group.name}: not enough evidence to say"


def overview(report: Report) -> tuple[str, str]:
    """Return how many groups are ready, as a heading and a sentence with the rest.

    Without verdicts the heading names what is reported on, and the sentence what was measured.
    """
    judged = [group for group in report.groups if group.verdict]
    rules = [group.verdict.rule for group in judged if group.verdict]
    if not report.groups:
        return "Too few answers to show anything", "No group reached the number it takes."
    if not rules:
        return f"{report.facts.title}: how the teams stand", "These scales have no verdict."
    if len(judged) == 1:
        return headline(judged[0], report), ""
    ready, many = rules.count("ready"), len(rules)
    carry = f"carry {report.facts.practice}" if report.facts.practice else "carry a new practice"
    verb = "is" if ready == 1 else "are"
    pooled = any(group.kind == "pooled" for group in report.groups)
    told = _rest(rules) + (" Units gathered together get no verdict." if pooled else "")
    return f"{ready or 'None'} of {many} groups {verb} ready to {carry}", told.strip()


def _rest(rules: Sequence[Rule]) -> str:
    told: dict[Rule, str] = {
        "ready_with_conditions": "with conditions",
        "not_yet": "not yet",
        "not_enough_evidence": "without enough evidence to say",
    }
    parts = [f"{rules.count(rule)} {said}" for rule, said in told.items() if rule in rules]
    others = "the others" if "ready" in rules else "these"
    return f"Of {others}, {join(parts)}." if parts else ""


def _headline_without_verdict(group: GroupReport, report: Report) -> str:
    said = standing_out(group, report)
    return f"{group.name}: {said[0].lower() + said[1:] if said.startswith('Nothing') else said}"


def standing_out(group: GroupReport, report: Report) -> str:
    """Return which dimensions of a group are clearly low, or else clearly high."""
    weak = weak_names(group)
    if len(weak) == len(group.dimensions) > 1:
        weak = ["Every dimension"]
    strong = names_by_state(group, "strong")
    if len(strong) == len(group.dimensions) > 1:
        strong = ["Every dimension"]
    floor = number(report.questionnaire.readiness.floor)
    if weak:
        return f"{join(weak)} very likely below {floor}"
    if strong:
        return f"{join(strong)} likely at the target"
    return "Nothing stands out clearly"


def names_by_state(group: GroupReport, state: State) -> list[str]:
    """Return the names of the dimensions in a state, in questionnaire order."""
    return [text(d.name) for d in group.dimensions if _state(d.figure) == state]


def weak_names(group: GroupReport) -> list[str]:
    """Return the names of the dimensions that are very likely below the floor."""
    return names_by_state(group, "weak")


def _state(figure: Estimate | Withheld) -> State | None:
    return figure.state if isinstance(figure, Estimate) else None


def verdict_sentence(verdict: Verdict, questionnaire: Questionnaire) -> str:
    """Return what the verdict rests on, in one or two sentences."""
    match verdict.rule:
        case "ready":
            return (
                "The team as a whole is likely at the target, and every dimension is very likely "
                "above the floor."
            )
        case "ready_with_conditions":
            return (
                "The team as a whole is likely above the floor, and no dimension is more likely "
                "below it than above. What is listed as a condition may miss the target."
            )
        case "not_yet":
            return " ".join(reason_sentence(r, questionnaire) for r in verdict.reasons)
        case "not_enough_evidence":
            return " ".join(reason_sentence(r, questionnaire) for r in verdict.reasons)


def short_reason(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return in a few words what the verdict of a group turns on."""
    verdict = group.verdict
    if verdict is None:
        return kind_text(group)
    if verdict.rule == "ready_with_conditions":
        names = scale_names(verdict.conditions, questionnaire)
        if len(names) == len(questionnaire.dimensions):
            return "May miss the target: every dimension."
        return f"May miss the target: {join(names)}."
    if verdict.rule == "ready":
        return "Every dimension is very likely above the floor."
    return turns_on(group, questionnaire)


def conditions_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what may miss the target beside what is very likely below the floor; "" if nothing."""
    weak = weak_names(group)
    conditions = group.verdict.conditions if group.verdict else ()
    names = [n for n in scale_names(conditions, questionnaire) if n not in weak]
    if not names:
        return ""
    told = names[0] if len(names) == 1 else f"{join(names)} (lowest first)"
    target = number(questionnaire.readiness.target)
    return f"{'These may also' if weak else 'May'} miss the target, {target}: {told}."


def beside_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what is very likely too low beside the verdict: room for change, resolve; or ""."""
    low = [
        f"“{text(result.name)}”"
        for result in (group.capacity, group.resolve)
        if result and _state(result.figure) == "weak"
    ]
    if not low:
        return ""
    floor = number(questionnaire.readiness.floor)
    verb = "lies" if len(low) == 1 else "lie"
    return f"Beside the verdict: {join(low)} very likely {verb} below {floor}."


def reason_sentence(reason: str, questionnaire: Questionnaire) -> str:
    """Return one reason of a verdict as a sentence."""
    rules = questionnaire.readiness
    if reason.startswith("blocked:"):
        names = scale_names(reason.removeprefix("blocked:").split(","), questionnaire)
        verb = "lies" if len(names) == 1 else "lie"
        return f"{join(names)} very likely {verb} below {number(rules.floor)}, the floor."
    return {
        "too_few": f"Fewer than {rules.min_answers} people answered.",
        "low_response": (
            f"On at least one dimension fewer than {rules.min_rate * 100:.0f} % of the people "
            "asked could be scored; the others may see the team differently."
        ),
        "dimension_missing": (
            f"On at least one dimension fewer than {rules.min_answers} people gave enough answers."
        ),
        "harm_signal": "Several people report that somebody is being harmed.",
        "index_below_floor": f"The whole team is likely below the floor, {number(rules.floor)}.",
        "too_close_to_call": "The answers lie too close to the cut-offs to decide.",
    }[reason]


def turns_on(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what the verdict of a group rests on; where it is too close, between what it lies."""
    assert group.verdict is not None  # noqa: S101 -- only judged groups are asked about
    if group.verdict.reasons != ("too_close_to_call",):
        return verdict_sentence(group.verdict, questionnaire)
    rules = questionnaire.readiness
    doubtful = [
        text(d.name)
        for d in group.dimensions
        if isinstance(d.figure, Estimate) and d.figure.p_floor <= rules.weakest
    ]
    what = join(doubtful) or "The team as a whole"
    said = (
        f"{what} may lie on either side of {number(rules.floor)}, so neither “ready” nor “not yet” "
        "can be said."
    )
    if group.n < group.asked:
        return f"{said} More answers of those already asked could decide it."
    return f"{said} Talk about it with the team, and measure again."


def silent(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what can be said of those who did not answer."""
    assert group.verdict is not None  # noqa: S101 -- only judged groups are asked about
    if group.n >= group.asked:
        return "Everybody who was asked is counted."
    if {"too_few", "low_response"} & set(group.verdict.reasons):
        return "Too few are counted for a verdict; what the others think cannot be guessed."
    return silent_sentence(group.verdict, questionnaire)


def index_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return where all dimensions together stand, between floor and target."""
    rules = questionnaire.readiness
    if isinstance(group.index, Withheld):
        return "not shown"
    edge = {"": "", "high": " or more", "low": " or less"}[group.index.released.edge]
    return (
        f"{group.index.released.value:.1f}{edge} ({interval_text(group.index)}); floor "
        f"{number(rules.floor)}, target {number(rules.target)}"
    )


def silent_sentence(verdict: Verdict, questionnaire: Questionnaire) -> str:
    """Return whether the verdict would hold if those who did not answer saw it differently."""
    shift = number(questionnaire.readiness.silent_shift)
    lower, higher = verdict.silent_lower, verdict.silent_higher
    if lower is None or higher is None:
        return (
            "How many were asked is not known, so nothing can be said of those who did not answer."
        )
    if lower == higher == verdict.rule:
        return (
            "The verdict stays the same if those who did not answer see the team "
            f"{shift} points worse, or {shift} points better."
        )
    return (
        f"If those who did not answer see the team {shift} points worse, the verdict would be "
        f"“{VERDICTS[lower].lower()}”; {shift} points better, “{VERDICTS[higher].lower()}”."
    )


def advice_sentence(practice: PracticeResult, questionnaire: Questionnaire) -> str:
    """Return what to do about a practice, with what the advice rests on."""
    names = join(scale_names(practice.watch, questionnaire))
    match practice.advice:
        case None:
            return "No advice: not enough evidence."
        case "already_done":
            return "People say it is mostly done already. Look before starting it anew."
        case "clarify_first":
            return (
                "People say it is not clear enough what doing this well looks like. Make that "
                "clear first, for instance by examples."
            )
        case "environment_first":
            return _environment_first(practice, names)
        case "capacity_first":
            return "Time, training and say average below the floor. Look at these first."
        case "start_here":
            return (
                "It is clear to people, it is done less than it is clear, and what it rests on is "
                "sound."
            )
        case "try_small":
            return f"Try it small, and watch {names}." if names else "Try it small."


def _environment_first(practice: PracticeResult, names: str) -> str:
    if set(practice.watch) <= set(practice.critical):
        return f"Start with what it hangs on: {names}."
    return f"The team is not yet ready: start with {names}, then come back to this one."


def item_figure(item: ItemResult, report: Report) -> str:
    """Return the figure of a statement; of one that speaks against health, what it means."""
    figure = figure_text(item.figure, report.policy, single=True)
    if item.key > 0 or isinstance(item.figure, Withheld):
        return figure
    return f"{figure} (turned: high means seldom or not so)"


def choice_sentence(practices: Sequence[PracticeResult]) -> str:
    """Return a warning where more practices could be started than anybody can start, or ""."""
    many = sum(practice.advice == "start_here" for practice in practices)
    if many < 3:
        return ""
    order = "; the widest gap stands first" if any(_gap_shown(p) for p in practices) else ""
    return (
        f"Nobody starts {many} practices at once. Which one or two is a choice that no figure "
        f"makes{order}."
    )


def _gap_shown(practice: PracticeResult) -> bool:
    return practice.advice == "start_here" and isinstance(practice.gap, Estimate)


def picked_sentence(picks: Sequence[PickResult], policy: Policy) -> str:
    """Return in one sentence what so few chose that the share is cut off, or ""."""
    few = [p for p in picks if isinstance(p.figure, Released) and p.figure.edge == "low"]
    if not few:
        return ""
    share = share_text(few[0].figure, policy)
    return f"{share} each chose: {', '.join(f'“{text(pick.text)}”' for pick in few)}."


def change_sentence(change: Change) -> str:
    """Return a change since the previous wave, or that none can be told."""
    name = text(change.name)
    if not change.clear:
        return f"{name}: no clear change. {_could_be_seen(change)}"
    way = "up" if change.difference > 0 else "down"
    return f"{name}: {way} {change_amount(change)} points since the previous wave."


def _could_be_seen(change: Change) -> str:
    if change.before.edge or change.after.edge:
        return "An average is cut off, so a change cannot be told."
    return f"A true change of about {change.detectable:.1f} is seen four times in five."


def moved_sentence(report: Report) -> str:
    """Return which single groups clearly changed, and in what; "" where none did."""
    told = [f"{group.name}: {join(moved)}" for group in report.groups if (moved := _moved(group))]
    return f"Clear changes of single groups: {'; '.join(told)}." if told else ""


def _moved(group: GroupReport) -> list[str]:
    return [
        f"{text(c.name)} {'up' if c.difference > 0 else 'down'} {change_amount(c)}"
        for c in group.changes
        if c.clear
    ]


def change_amount(change: Change) -> str:
    """Return how large a change is, without its sign: "0.9", or "0.9 or more" beside a clip.

    A clip hides more where the later mean is cut off on the side to which it moved, or the earlier
    one on the other.
    """
    up = change.difference > 0
    beyond = (change.after.edge, change.before.edge)
    more = beyond[0] == ("high" if up else "low") or beyond[1] == ("low" if up else "high")
    return f"{abs(change.difference):.1f}{' or more' if more else ''}"


def state_sentence(estimate: Estimate, questionnaire: Questionnaire) -> str:
    """Return what is known of a scale, with the cut-off it is known against."""
    rules = questionnaire.readiness
    return {
        "strong": f"likely at {number(rules.target)} or above",
        "sound": f"very likely at {number(rules.floor)} or above",
        "unclear": f"may lie on either side of {number(rules.floor)} or {number(rules.target)}",
        "weak": f"very likely below {number(rules.floor)}",
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


def item_text(item: ItemResult, report: Report) -> str:
    """Return a statement with the planned practice in its place."""
    return text(item.text).replace(PRACTICE, report.facts.practice or "a new practice")


def response_sentence(report: Report) -> str:
    """Return how many people stand behind the report."""
    return (
        f"{report.answered} of the {report.asked} people asked are counted in this report. A group "
        "counts as many people as could be scored on the dimension that fewest answered."
    )
