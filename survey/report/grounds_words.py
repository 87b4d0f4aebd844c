"""What a finding rests on, in sentences with their figures.

Wording only, as in `survey.report.words`. The finding itself is said in
`survey.report.finding_words`, the verdict without a named practice in
`survey.report.verdict_words`.
"""

from collections.abc import Iterable, Sequence

from survey.disclosure.values import Withheld
from survey.language import _, decimal, mark, ngettext
from survey.readiness.kinds import Advice
from survey.report.finding_words import more_answers_sentence, too_few_sentence
from survey.report.model import Estimate, Finding, GroupReport, Report, ScaleResult
from survey.report.words import figure_text, interval_text, join, number, quoted, text

TOO_FEW_ANSWERS = Withheld("too_few")
LIKELY = 0.80
"""From this probability on a scale is called likely above the floor."""
OWN: dict[Advice | None, str] = {
    "already_done": mark(
        "People say that it is mostly done already: look before starting it anew."
    ),
    "clarify_first": mark(
        "People say it is not clear enough what doing it well looks like: show "
        "it by examples first."
    ),
}
"""What people say of the practice itself -> the sentence, where that changes what to do."""


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


def too_close_sentences(group: GroupReport, finding: Finding, report: Report) -> tuple[str, ...]:
    """Return between what it lies, and whether more answers could have decided it."""
    return _between(group, finding, report), more_answers_sentence(group)


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


def _own(finding: Finding) -> tuple[str, ...]:
    """Return what people say of the practice itself, where that changes what to do."""
    return (_(OWN[finding.own]),) if finding.own in OWN else ()


def _not_in_it(group: GroupReport) -> tuple[str, ...]:
    """Return which scale beside the climate is no part of the finding, since it is not shown."""
    hidden = [r for r in (group.capacity, group.resolve) if r and r.figure == TOO_FEW_ANSWERS]
    if not hidden:
        return ()
    names = join([quoted(text(r.name)) for r in hidden])
    return (
        ngettext(
            "{names} is not shown here, and no part of this.",
            "{names} are not shown here, and no part of this.",
            len(hidden),
            names=names,
        ),
    )


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
    floor, named = number(report.questionnaire.readiness.floor), cited(result, report)
    figure = result.figure if isinstance(result.figure, Estimate) else None
    if figure and figure.state == "weak":
        said = mark(
            "{named} very likely lies below {floor}. The practice does not hang on "
            "it, but while it stands so, begin small."
        )
    elif result.id not in (*finding.critical, *_beside_ids(report)):
        said = mark(
            "{named} may lie on either side of {floor}. The practice does not hang "
            "on it, but while that is open, begin small."
        )
    elif result.id not in finding.critical:
        said = mark("{named} averages below {floor}: settle that before it starts.")
    elif result.split:
        said = mark("It hangs on {named}, which the team sees differently: talk about that first.")
    else:
        sure = figure and figure.p_floor >= LIKELY
        stands = (
            mark("is likely above {floor}, but not surely")
            if sure
            else mark("may lie below {floor}")
        )
        said = mark("It hangs on {named}, which {stands}: mend it or watch it.")
        return _(said, named=named, stands=_(stands, floor=floor))
    return _(said, named=named, floor=floor)


def _beside_ids(report: Report) -> list[str]:
    return [scale.id for scale in report.questionnaire.scales if scale.role != "dimension"]
