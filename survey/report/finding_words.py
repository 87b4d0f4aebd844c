"""The sentences of the finding for the planned practice: its headline, and what it rests on.

Wording only, as in `survey.report.words`: each sentence says what a `Finding` holds, with the
figures it was made from. "Can" speaks of how a group stands now; whether a practice takes hold no
figure tells, and no sentence says.
"""

from collections.abc import Iterable, Sequence
from math import ceil

from survey.disclosure.values import Withheld
from survey.language import _, decimal, mark, ngettext
from survey.report.model import Answer, Estimate, Finding, GroupReport, Report, Rule, ScaleResult
from survey.report.words import figure_text, interval_text, join, lowered, number, quoted, text

FINDINGS: dict[Answer, str] = {
    "can": mark("Can"),
    "can_with_conditions": mark("Can, with conditions"),
    "cannot_yet": mark("Cannot yet"),
    "too_few": mark("Too few answers"),
    "too_close": mark("Too close to call"),
}
LIKE: dict[Answer, Rule] = {
    "can": "ready",
    "can_with_conditions": "ready_with_conditions",
    "cannot_yet": "not_yet",
    "too_few": "not_enough_evidence",
    "too_close": "not_enough_evidence",
}
"""The verdict whose colour and mark an answer has."""
TOO_FEW_ANSWERS = Withheld("too_few")
LIKELY = 0.80
"""From this probability on a scale is called likely above the floor."""


def answer_word(answer: Answer) -> str:
    """Return an answer in a word or three."""
    return _(FINDINGS[answer])


def finding_word(finding: Finding) -> str:
    """Return whether it can carry the practice, in a word or three, for a table."""
    return answer_word(finding.answer)


def finding_headline(group: GroupReport, finding: Finding, practice: str) -> str:
    """Return the finding of a group as a sentence without a full stop."""
    match finding.answer:
        case "can" if finding.own == "already_done":
            return _(
                "{group} can carry {practice}, and most people say that it is done already",
                group=group.name,
                practice=practice,
            )
        case "can":
            return _("{group} can carry {practice}", group=group.name, practice=practice)
        case "can_with_conditions":
            return _(
                "{group} can carry {practice}, with conditions", group=group.name, practice=practice
            )
        case "cannot_yet":
            return _("{group} cannot yet carry {practice}", group=group.name, practice=practice)
        case "too_few":
            return _(
                "{group}: too few answers to say whether it can carry {practice}",
                group=group.name,
                practice=practice,
            )
        case "too_close":
            return _(
                "{group}: too close to call whether it can carry {practice}",
                group=group.name,
                practice=practice,
            )


def practice_overview(answers: Sequence[Answer], practice: str) -> tuple[str, str]:
    """Return how many groups can carry the practice, and in a sentence what is said of the others.

    Parameters
    ----------
    answers
        Those of every group with a verdict.
    practice
        The practice that is planned.
    """
    many, can = len(answers), answers.count("can")
    conditions = answers.count("can_with_conditions")
    rest = _others(answers)
    if can:
        more = _(", {conditions} more with conditions", conditions=conditions) if conditions else ""
        return _(
            "{can} of {many} groups can carry {practice}{more}",
            can=can,
            many=many,
            practice=practice,
            more=more,
        ), rest
    if conditions:
        return _(
            "{conditions} of {many} groups can carry {practice}, with conditions",
            conditions=conditions,
            many=many,
            practice=practice,
        ), rest
    if "cannot_yet" not in answers:
        return _(
            "Not enough evidence to say whether any of {many} groups can carry {practice}",
            many=many,
            practice=practice,
        ), rest
    if set(answers) == {"cannot_yet"}:
        return _("None of {many} groups can carry {practice} yet", many=many, practice=practice), ""
    return _(
        "Of none of {many} groups can it be said that it can carry {practice}",
        many=many,
        practice=practice,
    ), rest


def _others(answers: Sequence[Answer]) -> str:
    told: dict[Answer, str] = {
        "cannot_yet": _("not yet"),
        "too_close": _("too close to call"),
        "too_few": _("with too few answers to say"),
    }
    parts = [f"{answers.count(a)} {said}" for a, said in told.items() if a in answers]
    some = {"can", "can_with_conditions"} & set(answers)
    if not parts:
        return ""
    counted = join(parts)
    if some:
        return _("Of the others, {counted}.", counted=counted)
    return _("Of these, {counted}.", counted=counted)


def finding_sentences(group: GroupReport, finding: Finding, report: Report) -> tuple[str, ...]:
    """Return what the finding rests on, in one to three sentences with their figures."""
    match finding.answer:
        case "can":
            sound = _sound(group, finding, report)
            return (sound, *_room(group, report), *_own(finding), *_not_in_it(group))
        case "can_with_conditions":
            said = _conditions(group, finding, report)
            return (*said, *_own(finding), *_not_in_it(group))
        case "cannot_yet":
            return _against(group, finding, report)
        case "too_few":
            return (too_few_sentence(group, report),)
        case "too_close":
            return too_close_sentences(group, finding, report)


def short_finding(group: GroupReport, finding: Finding, report: Report) -> str:
    """Return in a few words what the finding turns on, for a table."""
    floor = number(report.questionnaire.readiness.floor)
    match finding.answer:
        case "can":
            return _("What it hangs on is very likely above {floor}.", floor=floor)
        case "can_with_conditions":
            return _("First mend or watch: {named}.", named=_named(group, finding.conditions))
        case "cannot_yet":
            in_the_way = _named(group, finding.against)
            return (
                _("In the way: {in_the_way}.", in_the_way=in_the_way)
                if in_the_way
                else _as_a_whole(group, finding, report)
            )
        case "too_few":
            return too_few_sentence(group, report).split(". ")[0] + "."
        case "too_close":
            return _between(group, finding, report)


def _named(group: GroupReport, ids: Iterable[str]) -> str:
    return join([text(result.name) for result in scales_of(group, ids)])


def cited(result: ScaleResult, report: Report) -> str:
    """Return a scale with its figure: "Trust 3.4 (3.0 to 3.8)", or why there is none."""
    figure = figure_text(result.figure, report.policy)
    if not isinstance(result.figure, Estimate):
        return f"{text(result.name)} ({figure})"
    return f"{text(result.name)} {figure} ({interval_text(result.figure)})"


def scales_of(group: GroupReport, ids: Iterable[str]) -> list[ScaleResult]:
    """Return the scales of a group by their ids, in the order given; unknown ones are left out."""
    every = (*group.dimensions, group.capacity, group.resolve)
    by_id = {result.id: result for result in every if result is not None}
    return [by_id[one] for one in ids if one in by_id]


def too_few_sentence(group: GroupReport, report: Report) -> str:
    """Return how many answers a verdict takes, and how many are counted."""
    rules = report.questionnaire.readiness
    wanted = max(rules.min_answers, ceil(rules.min_rate * group.asked - 1e-9))
    if group.n >= wanted:
        return _(
            "{n} of {asked} people are counted, but on at least one dimension too "
            "few of them could be scored. Ask again, with all statements.",
            n=group.n,
            asked=group.asked,
        )
    return _(
        "{n} of {asked} people are counted; a finding takes {wanted}. Ask again, "
        "and find out first why so many kept silent.",
        n=group.n,
        asked=group.asked,
        wanted=wanted,
    )


def too_close_sentences(group: GroupReport, finding: Finding, report: Report) -> tuple[str, ...]:
    """Return between what it lies, and whether more answers could have decided it."""
    return _between(group, finding, report), more_answers_sentence(group)


def more_answers_sentence(group: GroupReport) -> str:
    """Return whether it would have helped had more people answered."""
    verdict = group.verdict
    if group.n < group.asked and verdict and verdict.with_everybody not in (None, verdict.rule):
        return _(
            "Had all {asked} answered as those {n} did, it could be told: ask for "
            "more answers next time. Until then try small.",
            asked=group.asked,
            n=group.n,
        )
    return _("More answers would not settle it: try small, and measure after the trial.")


def silent_sentence(group: GroupReport, finding: Finding, report: Report) -> str:
    """Return whether the finding would hold if those who kept silent saw the team differently."""
    if group.n >= group.asked:
        return _("Everybody who was asked is counted.")
    if finding.answer == "too_few":
        return _("Too few are counted for a finding; what the others think cannot be guessed.")
    shift = number(report.questionnaire.readiness.silent_shift)
    lower, higher = finding.silent_lower, finding.silent_higher
    if lower is None or higher is None:
        return _("Nothing can be said of those who did not answer.")
    if lower == higher == finding.answer:
        return _(
            "The finding stays the same if those who did not answer see the team "
            "{shift} points worse, or {shift} points better.",
            shift=shift,
        )
    return _(
        "If those who did not answer see the team {shift} points worse, the "
        "finding would be “{lower}”; {shift} points better, “{lower2}”.",
        shift=shift,
        lower=lowered(_(FINDINGS[lower])),
        lower2=lowered(_(FINDINGS[higher])),
    )


def _between(group: GroupReport, finding: Finding, report: Report) -> str:
    rules = report.questionnaire.readiness
    floor = number(rules.floor)
    doubtful = [
        d
        for d in scales_of(group, finding.critical)
        if isinstance(d.figure, Estimate) and d.figure.p_floor <= rules.weakest
    ]
    if doubtful:
        return _(
            "{doubtful} may lie on either side of {floor}.",
            doubtful=join([cited(d, report) for d in doubtful]),
            floor=floor,
        )
    return _(
        "The team as a whole, {index}, may lie on either side of {floor}.",
        index=_index(group),
        floor=floor,
    )


def _index(group: GroupReport) -> str:
    if not isinstance(group.index, Estimate):
        return _("not shown")
    return f"{decimal(group.index.released.value)} ({interval_text(group.index)})"


def _sound(group: GroupReport, finding: Finding, report: Report) -> str:
    floor = number(report.questionnaire.readiness.floor)
    shown = [cited(d, report) for d in scales_of(group, finding.critical)]
    each = _("each ") if len(shown) > 1 else ""
    return _(
        "It hangs on {shown}, {each}very likely above the floor of {floor}.",
        shown=join(shown),
        each=each,
        floor=floor,
    )


def _room(group: GroupReport, report: Report) -> tuple[str, ...]:
    """Return how time, training and say, and resolve, stand beside it; nothing where unknown."""
    shown = [r for r in (group.capacity, group.resolve) if r and isinstance(r.figure, Estimate)]
    if not shown:
        return ()
    return (_("Beside it: {shown}.", shown=join([cited(r, report) for r in shown])),)


def _against(group: GroupReport, finding: Finding, report: Report) -> tuple[str, ...]:
    floor = number(report.questionnaire.readiness.floor)
    against = scales_of(group, finding.against)
    beside = [r for r in against if r in (group.capacity, group.resolve)]
    climate = [r for r in against if r not in beside]
    said: list[str] = []
    if climate:
        said.append(
            ngettext(
                "It hangs on {named}, which very likely lies below {floor}. That comes first.",
                "It hangs on {named}, which very likely lie below {floor}. That comes first.",
                len(climate),
                named=join([cited(r, report) for r in climate]),
                floor=floor,
            )
        )
    elif not beside:
        said.append(_as_a_whole(group, finding, report))
    if beside and not climate and not _doubtful(group, finding, report):
        said.append(_climate_ready(group, beside, report))
    elif beside:
        said.append(
            _(
                "{beside}: very likely below {floor}.",
                beside=join([cited(r, report) for r in beside]),
                floor=floor,
            )
        )
    return tuple(said)


def _beside_ids(report: Report) -> list[str]:
    return [scale.id for scale in report.questionnaire.scales if scale.role != "dimension"]


def _own(finding: Finding) -> tuple[str, ...]:
    """Return what people say of the practice itself, where that changes what to do."""
    said = {
        "already_done": _(
            "People say that it is mostly done already: look before starting it anew."
        ),
        "clarify_first": (
            _(
                "People say it is not clear enough what doing it well looks like: show "
                "it by examples first."
            )
        ),
    }
    return (said[finding.own],) if finding.own in said else ()


def _not_in_it(group: GroupReport) -> tuple[str, ...]:
    """Return which scale beside the climate is no part of the finding, since it is not shown."""
    hidden = [r for r in (group.capacity, group.resolve) if r and r.figure == TOO_FEW_ANSWERS]
    if not hidden:
        return ()
    names = join([quoted(text(r.name)) for r in hidden])
    one = "{names} is not shown here, and no part of this."
    many = "{names} are not shown here, and no part of this."
    return (ngettext(one, many, len(hidden), names=names),)


def _climate_ready(group: GroupReport, beside: Sequence[ScaleResult], report: Report) -> str:
    """Return that the climate would carry it, and what is missing beside it."""
    missing = join([cited(r, report) for r in beside])
    floor = number(report.questionnaire.readiness.floor)
    if group.verdict and group.verdict.rule == "ready":
        return ngettext(
            "The climate is ready; what is missing is {missing}, which very likely lies below"
            " {floor}.",
            "The climate is ready; what is missing is {missing}, which very likely lie below"
            " {floor}.",
            len(beside),
            missing=missing,
            floor=floor,
        )
    return ngettext(
        "The climate is not in the way; what is missing is {missing}, which very likely lies below"
        " {floor}.",
        "The climate is not in the way; what is missing is {missing}, which very likely lie below"
        " {floor}.",
        len(beside),
        missing=missing,
        floor=floor,
    )


def _doubtful(group: GroupReport, finding: Finding, report: Report) -> list[ScaleResult]:
    """Return the critical dimensions that are not very likely above the floor."""
    gate = report.questionnaire.readiness.gate
    critical = scales_of(group, finding.critical)
    shown = [(r, r.figure) for r in critical if isinstance(r.figure, Estimate)]
    return [result for result, figure in shown if result.split or figure.p_floor < gate]


def _as_a_whole(group: GroupReport, finding: Finding, report: Report) -> str:
    """Return why a group cannot carry it yet where no scale forbids it by itself."""
    rules = report.questionnaire.readiness
    floor = number(rules.floor)
    if group.verdict and "index_below_floor" in group.verdict.reasons:
        return _(
            "The team as a whole is likely below the floor of {floor}: {index}.",
            floor=floor,
            index=_index(group),
        )
    shown = [(d, d.figure) for d in group.dimensions if isinstance(d.figure, Estimate)]
    weak = [d for d, figure in shown if figure.state == "weak"]
    low = [d for d, f in shown if d.id in finding.critical and f.p_floor <= rules.weakest]
    broken = ngettext(
        "{weak} very likely lies below {floor}",
        "{weak} very likely lie below {floor}",
        len(weak),
        weak=join([cited(d, report) for d in weak]),
        floor=floor,
    )
    doubt = join([cited(d, report) for d in low])
    if doubt:
        return _(
            "{broken}, and it hangs on {doubt}, which may well lie there too.",
            broken=broken,
            doubt=doubt,
        )
    return _(
        "{broken}, and the team as a whole, {index}, may well lie there too.",
        broken=broken,
        index=_index(group),
    )


def _conditions(group: GroupReport, finding: Finding, report: Report) -> tuple[str, ...]:
    said = [_condition(result, finding, report) for result in scales_of(group, finding.conditions)]
    sound = [r for r in scales_of(group, finding.critical) if r.id not in finding.conditions]
    if sound:
        floor = number(report.questionnaire.readiness.floor)
        said.append(
            ngettext(
                "{sound} is very likely above {floor}.",
                "{sound} are very likely above {floor}.",
                len(sound),
                sound=join([cited(r, report) for r in sound]),
                floor=floor,
            )
        )
    return tuple(said)


def _condition(result: ScaleResult, finding: Finding, report: Report) -> str:
    floor = number(report.questionnaire.readiness.floor)
    named = cited(result, report)
    if isinstance(result.figure, Estimate) and result.figure.state == "weak":
        return _(
            "{named} very likely lies below {floor}. The practice does not hang on "
            "it, but while it stands so, begin small.",
            named=named,
            floor=floor,
        )
    if result.id not in (*finding.critical, *_beside_ids(report)):
        return _(
            "{named} may lie on either side of {floor}. The practice does not hang "
            "on it, but while that is open, begin small.",
            named=named,
            floor=floor,
        )
    if result.id in finding.critical and result.split:
        return _(
            "It hangs on {named}, which the team sees differently: talk about that first.",
            named=named,
        )
    if result.id in finding.critical:
        sure = isinstance(result.figure, Estimate) and result.figure.p_floor >= LIKELY
        stands = (
            _("is likely above {floor}, but not surely", floor=floor)
            if sure
            else _(
                "may lie below {floor}",
                floor=floor,
            )
        )
        return _(
            "It hangs on {named}, which {stands}: mend it or watch it.", named=named, stands=stands
        )
    return _(
        "{named} averages below {floor}: settle that before it starts.", named=named, floor=floor
    )
