"""What is said of a group: its headline, its verdict, what that turns on, and how sure it is.

Wording only, as in `survey.report.words`. Practices and changes have modules of their own.
"""

from collections.abc import Sequence

from survey.disclosure.values import Withheld
from survey.language import _, decimal, mark, ngettext
from survey.questionnaire.definition import Questionnaire
from survey.readiness.kinds import Rule
from survey.report.finding import TOO_FEW
from survey.report.finding_words import (
    finding_headline,
    more_answers_sentence,
    practice_overview,
)
from survey.report.model import Estimate, GroupReport, Report, Verdict
from survey.report.split_words import splits_sentence
from survey.report.words import (
    edge_word,
    interval_text,
    join,
    kind_text,
    lowered,
    names_by_state,
    number,
    quoted,
    scale_names,
    state_of,
    text,
    weak_names,
)

WORTH_AN_ORDER = 0.3
"""Averages that lie closer together are listed without saying which is lowest."""
VERDICTS: dict[Rule, str] = {
    "ready": mark("Ready"),
    "ready_with_conditions": mark("Ready with conditions"),
    "not_yet": mark("Not yet"),
    "not_enough_evidence": mark("Not enough evidence"),
}
HEADLINES: dict[Rule, str] = {
    "ready": mark("{group} is ready to carry a new practice"),
    "ready_with_conditions": mark("{group} is ready to carry a new practice, with conditions"),
    "not_yet": mark("{group} is not yet ready to carry a new practice"),
    "not_enough_evidence": mark("{group}: {no_evidence} to say"),
}
REASONS = {
    "too_few": mark("Fewer than {min_answers} people answered."),
    "low_response": mark(
        "On at least one dimension fewer than {min_rate:.0f} % of the people "
        "asked could be scored; the others may see the team differently."
    ),
    "dimension_missing": mark(
        "On at least one dimension fewer than {min_answers} people gave enough answers."
    ),
    "harm_signal": mark("Several people report that somebody is being harmed."),
    "index_below_floor": mark("The whole team is likely below the floor, {floor}."),
    "too_close_to_call": mark("The answers lie too close to the cut-offs to decide."),
}


def verdict_word(rule: Rule) -> str:
    """Return the verdict in words."""
    return _(VERDICTS[rule])


def headline(group: GroupReport, report: Report) -> str:
    """Return the finding of a group in one sentence: for the planned practice, where one is named.

    Without a named practice it is the general verdict.
    """
    if group.verdict is None:
        return _headline_without_verdict(group, report)
    if group.finding is not None:
        return finding_headline(group, group.finding, report.facts.practice)
    few = TOO_FEW & set(group.verdict.reasons)
    no_evidence = _("too few answers") if few else _("too close to the cut-offs")
    return _(HEADLINES[group.verdict.rule], group=group.name, no_evidence=no_evidence)


def overview(report: Report) -> tuple[str, str]:
    """Return how many groups are ready, as a heading and a sentence with the rest.

    Without verdicts the heading names what is reported on, and the sentence what was measured.
    """
    judged = [group for group in report.groups if group.verdict]
    rules = [group.verdict.rule for group in judged if group.verdict]
    if not report.groups:
        return _("Too few answers to show anything"), _("No group reached the number it takes.")
    if not rules:
        return _("{title}: how the teams stand", title=report.facts.title), _(
            "These scales have no verdict."
        )
    if len(judged) == 1:
        return headline(judged[0], report), ""
    pooled = any(group.kind == "pooled" for group in report.groups)
    gathered = _("Units gathered together get no verdict.") if pooled else ""
    answers = [group.finding.answer for group in judged if group.finding]
    heading, rest = practice_overview(answers, report.facts.practice) if answers else _ready(rules)
    return heading, f"{rest} {gathered}".strip()


def _ready(rules: Sequence[Rule]) -> tuple[str, str]:
    """Return how many groups are ready for a new practice, and what is said of the others."""
    ready, many = rules.count("ready"), len(rules)
    if set(rules) == {"not_enough_evidence"}:
        return _("Not enough evidence to say whether any of {many} groups is ready", many=many), ""
    if not ready:
        return _("None of {many} groups are ready to carry a new practice", many=many), _rest(rules)
    return ngettext(
        "{ready} of {many} groups is ready to carry a new practice",
        "{ready} of {many} groups are ready to carry a new practice",
        ready,
        ready=ready,
        many=many,
    ), _rest(rules)


def _rest(rules: Sequence[Rule]) -> str:
    told: dict[Rule, str] = {
        "ready_with_conditions": _("with conditions"),
        "not_yet": _("not yet"),
        "not_enough_evidence": _("without enough evidence to say"),
    }
    counted = join([f"{rules.count(rule)} {said}" for rule, said in told.items() if rule in rules])
    if not counted:
        return ""
    if "ready" in rules:
        return _("Of the others, {counted}.", counted=counted)
    return _("Of these, {counted}.", counted=counted)


def _headline_without_verdict(group: GroupReport, report: Report) -> str:
    said = standing_out(group, report)
    if said == _("Nothing stands out clearly"):
        said = lowered(said)
    return f"{group.name}: {said}"


def standing_out(group: GroupReport, report: Report) -> str:
    """Return which dimensions of a group are clearly low, or else clearly high."""
    weak = weak_names(group)
    if len(weak) == len(group.dimensions) > 1:
        weak = [_("Every dimension")]
    strong = names_by_state(group, "strong")
    if len(strong) == len(group.dimensions) > 1:
        strong = [_("Every dimension")]
    floor = number(report.questionnaire.readiness.floor)
    if weak:
        return _("{weak} very likely below {floor}", weak=join(weak), floor=floor)
    if strong:
        return _("{strong} likely at the target", strong=join(strong))
    return _("Nothing stands out clearly")


def verdict_sentence(verdict: Verdict, questionnaire: Questionnaire) -> str:
    """Return what the verdict rests on, in one or two sentences."""
    match verdict.rule:
        case "ready":
            return _(
                "The team as a whole is likely at the target, and every dimension "
                "is very likely above the floor."
            )
        case "ready_with_conditions":
            return _(
                "The team as a whole is likely above the floor, and no dimension "
                "is more likely below it than above. What stands under “Work on” "
                "may miss the target."
            )
        case "not_yet" | "not_enough_evidence":
            return " ".join(reason_sentence(r, questionnaire) for r in verdict.reasons)


def short_reason(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return in a few words what the verdict of a group turns on."""
    verdict = group.verdict
    if verdict is None:
        return kind_text(group)
    if verdict.rule == "ready_with_conditions":
        names = may_miss(group, questionnaire)
        if len(names) == len(questionnaire.dimensions):
            return _("May miss the target: every dimension.")
        missing = _("May miss the target: {names}.", names=join(names)) if names else ""
        return " ".join(part for part in (missing, splits_sentence(group)) if part)
    if verdict.rule == "ready":
        return _("Every dimension is very likely above the floor.")
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
    order = _(" (lowest first)") if len(names) > 1 and _apart(group, names) else ""
    told = f"{join(names)}{order}"
    target = number(questionnaire.readiness.target)
    if weak:
        return _("These may also miss the target, {target}: {told}.", target=target, told=told)
    return _("May miss the target, {target}: {told}.", target=target, told=told)


def _apart(group: GroupReport, names: Sequence[str]) -> bool:
    """Whether the averages of some dimensions differ enough for their order to mean anything."""
    found = [d.figure for d in group.dimensions if text(d.name) in names]
    means = [figure.released.value for figure in found if isinstance(figure, Estimate)]
    return bool(means) and max(means) - min(means) > WORTH_AN_ORDER


def beside_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what is very likely too low beside the verdict: room for change, resolve; or ""."""
    low = [
        quoted(text(result.name))
        for result in (group.capacity, group.resolve)
        if result and state_of(result.figure) == "weak"
    ]
    if not low:
        return ""
    floor = number(questionnaire.readiness.floor)
    return ngettext(
        "Beside the verdict: {low} very likely lies below {floor}.",
        "Beside the verdict: {low} very likely lie below {floor}.",
        len(low),
        low=join(low),
        floor=floor,
    )


def reason_sentence(reason: str, questionnaire: Questionnaire) -> str:
    """Return one reason of a verdict as a sentence."""
    rules = questionnaire.readiness
    if reason.startswith("blocked:"):
        names = scale_names(reason.removeprefix("blocked:").split(","), questionnaire)
        return ngettext(
            "{names} very likely lies below {floor}, the floor.",
            "{names} very likely lie below {floor}, the floor.",
            len(names),
            names=join(names),
            floor=number(rules.floor),
        )
    return _(
        REASONS[reason],
        min_answers=rules.min_answers,
        min_rate=rules.min_rate * 100,
        floor=number(rules.floor),
    )


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
    what = join(doubtful) or _("The team as a whole")
    said = _(
        "{what} may lie on either side of {floor}, so neither “ready” nor “not yet” can be said.",
        what=what,
        floor=number(rules.floor),
    )
    return said if group.finding else f"{said} {more_answers_sentence(group)}"


def silent(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return what can be said of those who did not answer."""
    assert group.verdict is not None  # noqa: S101 -- only judged groups are asked about
    if group.n >= group.asked:
        return _("Everybody who was asked is counted.")
    if {"too_few", "low_response"} & set(group.verdict.reasons):
        return _("Too few are counted for a verdict; what the others think cannot be guessed.")
    return silent_sentence(group.verdict, questionnaire)


def index_sentence(group: GroupReport, questionnaire: Questionnaire) -> str:
    """Return where all dimensions together stand, between floor and target."""
    rules = questionnaire.readiness
    if isinstance(group.index, Withheld):
        return _("not shown")
    edge = edge_word(group.index.released.edge)
    return _(
        "{released}{edge} ({index}); floor {floor}, target {target}",
        released=decimal(group.index.released.value),
        edge=edge,
        index=interval_text(group.index),
        floor=number(rules.floor),
        target=number(rules.target),
    )


def silent_sentence(verdict: Verdict, questionnaire: Questionnaire) -> str:
    """Return whether the verdict would hold if those who did not answer saw it differently."""
    shift = number(questionnaire.readiness.silent_shift)
    lower, higher = verdict.silent_lower, verdict.silent_higher
    if lower is None or higher is None:
        return _(
            "How many were asked is not known, so nothing can be said of those who did not answer."
        )
    if lower == higher == verdict.rule:
        return _(
            "The verdict stays the same if those who did not answer see the team "
            "{shift} points worse, or {shift} points better.",
            shift=shift,
        )
    return _(
        "If those who did not answer see the team {shift} points worse, the "
        "verdict would be “{lower}”; {shift} points better, “{lower2}”.",
        shift=shift,
        lower=lowered(_(VERDICTS[lower])),
        lower2=lowered(_(VERDICTS[higher])),
    )
