"""What is said of a group: its headline, its verdict, what that turns on, and how sure it is.

Wording only, as in `survey.report.words`. Practices and changes have modules of their own.
"""

from collections.abc import Sequence

from survey.disclosure.values import Withheld
from survey.questionnaire.definition import Questionnaire
from survey.report.finding import TOO_FEW
from survey.report.finding_words import (
    finding_headline,
    more_answers_sentence,
    practice_overview,
)
from survey.report.model import Estimate, GroupReport, Report, Rule, Verdict
from survey.report.split_words import splits_sentence
from survey.report.words import (
    EDGES,
    interval_text,
    join,
    kind_text,
    names_by_state,
    number,
    scale_names,
    state_of,
    text,
    weak_names,
)

WORTH_AN_ORDER = 0.3
"""Averages that lie closer together are listed without saying which is lowest."""
VERDICTS: dict[Rule, str] = {
    "ready": "Ready",
    "ready_with_conditions": "Ready with conditions",
    "not_yet": "Not yet",
    "not_enough_evidence": "Not enough evidence",
}


def verdict_word(rule: Rule) -> str:
    """Return the verdict in words."""
    return VERDICTS[rule]


def headline(group: GroupReport, report: Report) -> str:
    """Return the finding of a group in one sentence: for the planned practice, where one is named.

    Without a named practice it is the general verdict.
    """
    if group.verdict is None:
        return _headline_without_verdict(group, report)
    if group.finding is not None:
        return finding_headline(group, group.finding, report.facts.practice)
    match group.verdict.rule:
        case "ready":
            return f"{group.name} is ready to carry a new practice"
        case "ready_with_conditions":
            return f"{group.name} is ready to carry a new practice, with conditions"
        case "not_yet":
            return f"{group.name} is not yet ready to carry a new practice"
        case "not_enough_evidence":
            return f"{group.name}: {_no_evidence(group.verdict)} to say"


def _no_evidence(verdict: Verdict) -> str:
    return "too few answers" if TOO_FEW & set(verdict.reasons) else "too close to the cut-offs"


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
    pooled = any(group.kind == "pooled" for group in report.groups)
    gathered = "Units gathered together get no verdict." if pooled else ""
    answers = [group.finding.answer for group in judged if group.finding]
    heading, rest = practice_overview(answers, report.facts.practice) if answers else _ready(rules)
    return heading, f"{rest} {gathered}".strip()


def _ready(rules: Sequence[Rule]) -> tuple[str, str]:
    """Return how many groups are ready for a new practice, and what is said of the others."""
    ready, many = rules.count("ready"), len(rules)
    if set(rules) == {"not_enough_evidence"}:
        return f"Not enough evidence to say whether any of {many} groups is ready", ""
    verb = "is" if ready == 1 else "are"
    return f"{ready or 'None'} of {many} groups {verb} ready to carry a new practice", _rest(rules)


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
                "below it than above. What stands under “Work on” may miss the target."
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
        names = may_miss(group, questionnaire)
        if len(names) == len(questionnaire.dimensions):
            return "May miss the target: every dimension."
        missing = f"May miss the target: {join(names)}." if names else ""
        return " ".join(part for part in (missing, splits_sentence(group)) if part)
    if verdict.rule == "ready":
        return "Every dimension is very likely above the floor."
    return turns_on(group, questionnaire)


def may_miss(group: GroupReport, questionnaire: Questionnaire) -> list[str]:
    """Return the names of the conditions that may miss the target, lowest first.

    A dimension can be a condition although it does not: where the team is in two camps on it.
    """
    conditions = group.verdict.conditions if group.verdict else ()
    only_split = {d.id for d in group.dimensions if d.split and state_of(d.figure) == "strong"}
    return list(scale_names([c for c in conditions if c not in only_split], questionnaire))


def conditions_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what may miss the target beside what is very likely below the floor; "" if nothing."""
    weak = weak_names(group)
    names = [name for name in may_miss(group, questionnaire) if name not in weak]
    if not names:
        return ""
    order = " (lowest first)" if len(names) > 1 and _apart(group, names) else ""
    told = f"{join(names)}{order}"
    target = number(questionnaire.readiness.target)
    return f"{'These may also' if weak else 'May'} miss the target, {target}: {told}."


def _apart(group: GroupReport, names: Sequence[str]) -> bool:
    """Whether the averages of some dimensions differ enough for their order to mean anything."""
    found = [d.figure for d in group.dimensions if text(d.name) in names]
    means = [figure.released.value for figure in found if isinstance(figure, Estimate)]
    return bool(means) and max(means) - min(means) > WORTH_AN_ORDER


def beside_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what is very likely too low beside the verdict: room for change, resolve; or ""."""
    low = [
        f"“{text(result.name)}”"
        for result in (group.capacity, group.resolve)
        if result and state_of(result.figure) == "weak"
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
            f"On at least one dimension fewer than {rules.min_rate * 100:.0f}\u00a0% of the people "
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
    return said if group.finding else f"{said} {more_answers_sentence(group)}"


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
    edge = EDGES[group.index.released.edge]
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
