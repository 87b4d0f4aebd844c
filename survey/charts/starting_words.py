"""What the chart of where to start says in words: heading, planned practice, note, message."""

from collections import Counter

from survey.charts.style import ADVICE
from survey.language import _
from survey.readiness.kinds import Advice
from survey.report import across_words, practice_words, words
from survey.report.model import Report

FEW = 3
"""So many practices are named in a heading."""


def finding(report: Report) -> str:
    """Return where a practice could be started, from the advice that fills the cells."""
    groups = sum(group.verdict is not None for group in report.groups)
    starts = _groups_with(report, "start_here")
    if starts:
        where = _(
            "in {starts} of {groups} groups{most_often}",
            starts=starts,
            groups=groups,
            most_often=_most_often(report),
        )
        return _("The advice on at least one practice is “start here” {where}", where=where)
    small = _groups_with(report, "try_small")
    if small:
        return _(
            "The advice is “start here” on no practice in any group, and “try "
            "small” on at least one in {small} of {groups}",
            small=small,
            groups=groups,
        )
    if any(result.advice for group in report.groups for result in group.practices):
        return _("On every practice something else comes first, in every group that gets advice")
    return _("There is not enough evidence to advise any group where to start")


def _groups_with(report: Report, advice: Advice) -> int:
    return sum(any(p.advice == advice for p in group.practices) for group in report.groups)


def _most_often(report: Report) -> str:
    """Return the practices that most groups could start; "" where too many share that place."""
    counts = across_words.advice_counts(report)
    found = [
        (words.text(p.label), counts[p.id]["start_here"]) for p in report.questionnaire.practices
    ]
    most = max(many for _, many in found)
    often = [name for name, many in found if many == most]
    if len(often) > FEW:
        return ""
    where = _("in {most}", most=most) if len(often) == 1 else _("in {most} each", most=most)
    return (
        _("; most often {often} ({where})", often=words.join(often), where=where)
        if most > 1
        else ""
    )


def subtitle(report: Report) -> str:
    """Return what the groups are advised on the planned practice, and what the letters mean."""
    given = {advice for found in across_words.advice_counts(report).values() for advice in found}
    letters = [
        f"{_(look.mark)}: {words.lowered(practice_words.advice_word(advice))}"
        for advice, look in ADVICE.items()
        if advice in given
    ]
    told = (
        _("What to do first. {letters}.", letters="; ".join(letters))
        if letters
        else _("No advice is given.")
    )
    return f"{across_words.planned_sentence(report)} {told}".strip()


def note(report: Report, many: bool) -> str:
    """Return how many people stand behind it, the order, and what advice is."""
    pooled = any(group.kind == "pooled" for group in report.groups)
    gathered = _(" Small units taken together get no verdict and no advice.") if pooled else ""
    order = (
        _("Practices stand in the order of the questionnaire")
        if many
        else _(
            "Groups stand in the order of the organisation, practices in that of the questionnaire"
        )
    )
    planned = across_words.planned_practice(report)
    bold = _(" The planned practice is set in bold.") if planned else ""
    return (
        _(
            "{answered} of {asked} people stand behind it. {order}, not by "
            "rank.{bold}{gathered} Advice is judgement, made from the figures by rules "
            "that the method lists; it is not validated. {resting}",
            answered=report.answered,
            asked=report.asked,
            order=order,
            bold=bold,
            gathered=gathered,
            resting=resting(report),
        )
    ).strip()


def resting(report: Report) -> str:
    """Return that advice rests also on what is not shown, where that is so in some group."""
    practices = (practice for group in report.groups for practice in group.practices)
    return practice_words.resting_sentence(practices, report.policy)


def alt(report: Report) -> str:
    """Return the message: the heading, then how many groups get which advice on each practice."""
    counts = across_words.advice_counts(report)
    told = [
        f"{words.text(practice.label)}: {_counted(counts[practice.id])}"
        for practice in report.questionnaire.practices
    ]
    return f"{finding(report)}. {'; '.join(told)}."


def _counted(found: Counter[Advice]) -> str:
    parts = [
        _(
            "{lower} in {advice}",
            lower=words.lowered(practice_words.advice_word(advice)),
            advice=found[advice],
        )
        for advice in ADVICE
        if found[advice]
    ]
    return words.join(parts) if parts else _("no advice")
