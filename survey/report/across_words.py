"""What is said of all groups together: where to start, old stories, comparing teams, who answered.

Wording only, as in `survey.report.words`. Nothing here claims a cause, and nothing ranks.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from survey.language import _, decimal, mark, ngettext, short_month
from survey.measures.tenure import LEAST_PEOPLE, LEAST_TEAMS
from survey.questionnaire.definition import Practice
from survey.readiness.kinds import Advice
from survey.report.comparing import LEAST_GROUPS, in_fives
from survey.report.comparing import LEAST_PEOPLE as LEAST_COMPARED
from survey.report.model import Comparison, GroupReport, Report, Stories
from survey.report.practice_words import advice_word
from survey.report.words import edge_word, end_text, join, lowered, percent, signed, text

NEITHER = mark(
    "Neither picture is proved by this: age, who left and who stayed, and the "
    "goodwill of a beginning would explain it as well."
)
FITS = {
    "passed_on": mark(
        "Newcomers are already about as sceptical as veterans. That fits stories that are handed"
        " down quickly. {neither}"
    ),
    "nothing_to_pass": mark(
        "Both are likely at the target. Nothing here tells whether stories are handed on. {neither}"
    ),
    "brighter": mark(
        "Newcomers are clearly brighter. That fits people being worn down by their own experience,"
        " not by stories. {neither}"
    ),
    "gloomier": mark("That fits neither stories being handed down nor wearing down. {neither}"),
    "unclear": mark(
        "The interval holds no difference, and also one that would matter, so nothing can be said"
        " of how stories travel."
    ),
}
"""What each sign of the contrast fits (statistics B16)."""
NOT_WORTHWHILE = mark("not worthwhile on these answers")


def planned_practice(report: Report) -> Practice | None:
    """Return the practice that is planned, where it is one of those asked about."""
    wanted = report.facts.practice.casefold().strip().removeprefix("the ")
    asked = report.questionnaire.practices
    return next(
        (p for p in asked if wanted in {label.casefold() for label in p.label.values()}), None
    )


def advice_counts(report: Report) -> Mapping[str, Counter[Advice]]:
    """Return practice -> how many groups get which advice on it."""
    counts: dict[str, Counter[Advice]] = {p.id: Counter() for p in report.questionnaire.practices}
    for group in report.groups:
        for result in group.practices:
            if result.advice and result.id in counts:
                counts[result.id][result.advice] += 1
    return counts


def planned_sentence(report: Report) -> str:
    """Return what the groups are advised on the practice that is planned, or ""."""
    practice = planned_practice(report)
    if practice is None:
        return ""
    found = advice_counts(report)[practice.id]
    told = [
        _(
            "{lower} in {groups_text}",
            lower=lowered(advice_word(advice)),
            groups_text=groups_text(many),
        )
        for advice, many in found.most_common()
    ]
    return _(
        "Planned: {label}: {join}.",
        label=text(practice.label),
        join=join(told) if told else _("no advice"),
    )


def groups_text(many: int) -> str:
    """Return "1 group" or "3 groups"."""
    return ngettext("{many} group", "{many} groups", many, many=many)


def stories_title(found: Stories) -> str:
    """Return what the difference between newcomers and veterans says, as a heading."""
    name = text(found.name)
    return {
        "passed_on": _("Old stories: newcomers stand about where veterans do on {name}", name=name),
        "nothing_to_pass": _(
            "Old stories: newcomers and veterans stand alike on {name}", name=name
        ),
        "brighter": _("Old stories: newcomers stand higher than veterans on {name}", name=name),
        "gloomier": _("Old stories: newcomers stand lower than veterans on {name}", name=name),
        "unclear": _(
            "Old stories: no clear difference between newcomers and veterans on {name}",
            name=name,
        ),
    }[found.sign]


def stories_sentence(found: Stories) -> str:
    """Return the difference with its interval, and what it fits; that it proves nothing."""
    amount = f"{decimal(abs(found.difference.value))}{_beyond(found)}"
    who = _(
        "those who said “{newcomer}” and those who said “{veteran}”",
        newcomer=text(found.newcomer),
        veteran=text(found.veteran),
    )
    above = found.difference.value > 0
    side = (
        _(", newcomers above")
        if above
        else _(", newcomers below")
        if found.difference.value
        else ""
    )
    ends = _("{signed} to {signed2}", signed=_signed(found.low), signed2=_signed(found.high))
    differ = _(
        "On average {who} differ by {amount} points{side} (95 % interval {ends}).",
        who=who,
        amount=amount,
        side=side,
        ends=ends,
    )
    return f"{differ} {_(FITS[found.sign], neither=_(NEITHER))}"


def _beyond(found: Stories) -> str:
    """Return " or more" where the difference is cut off, whichever its sign."""
    return edge_word("high") if found.difference.edge else ""


def _signed(value: float) -> str:
    return end_text(value) or signed(value)


def stories_note(found: Stories) -> str:
    """Return how many stand behind the difference, and what it is made from."""
    return _(
        "At least {n} of each, compared within their groups and taken together "
        "over the survey, never for one group; people in between are not counted. "
        "The interval rests on the number of people and the spread that is assumed.",
        n=found.difference.n,
    )


def stories_missing(report: Report) -> str:
    """Return why newcomers and veterans are not compared."""
    least = max(LEAST_PEOPLE, report.policy.single)
    return _(
        "Whether old stories are being passed on is not told: newcomers and "
        "veterans are compared from {least} newcomers and {least} veterans in at "
        "least {LEAST_TEAMS} groups that have both on, and never within one group.",
        least=least,
        LEAST_TEAMS=LEAST_TEAMS,
    )


def comparison_sentence(found: Comparison) -> str:
    """Return what comparing teams on a scale is worth here, in plain words."""
    name = _on(found)
    if found.worth == "unknown":
        return _(
            "Whether teams differ on {name} cannot be told: from "
            "{comparison_interval} of the differences between answers may lie "
            "between teams. So comparing teams on it is not worthwhile on these "
            "answers.",
            name=name,
            comparison_interval=comparison_interval(found),
        )
    return _(
        "On {name} about {percent} of the differences between answers lie between "
        "teams ({comparison_interval}). Two averages are apart beyond chance from "
        "about {apart} points on.",
        name=name,
        percent=_percent(found.share),
        comparison_interval=comparison_interval(found),
        apart=decimal(found.apart),
    )


def _on(found: Comparison) -> str:
    return _("all dimensions together") if found.scale == "INDEX" else text(found.name)


def _percent(share: float) -> str:
    return f"{in_fives(share)}\u00a0%"


def comparison_share(found: Comparison) -> str:
    """Return how much lies between teams, for a table."""
    return (
        _("about {percent}", percent=_percent(found.share))
        if found.worth == "some"
        else _("cannot be told")
    )


def comparison_apart(found: Comparison) -> str:
    """Return from how far on two averages are apart; no figure where teams may all be alike."""
    return (
        _("{apart} points on", apart=decimal(found.apart))
        if found.worth == "some"
        else _(NOT_WORTHWHILE)
    )


def comparison_interval(found: Comparison) -> str:
    """Return its 95 % interval, in steps of 5 percent."""
    return _("{percent} to {percent2}", percent=_percent(found.low), percent2=_percent(found.high))


def comparing_title(found: Sequence[Comparison]) -> str:
    """Return on which measures teams differ beyond chance, and that of others nobody can tell."""
    worth = [text(c.name) for c in found if c.worth == "some" and c.scale != "INDEX"]
    many = sum(c.scale != "INDEX" for c in found)
    if not worth:
        return _("Whether teams differ beyond chance cannot be told on any dimension")
    if len(worth) == many:
        return _("Teams differ beyond chance on every dimension")
    where = (
        _("{worth} of {many} dimensions", worth=len(worth), many=many)
        if len(worth) > 3
        else join(worth)
    )
    return _("Teams differ beyond chance on {where}; on the others it cannot be told", where=where)


def comparing_note(found: Sequence[Comparison]) -> str:
    """Return what the comparison is made from, and what it does not allow."""
    groups, people = max(c.groups for c in found), max(c.people for c in found)
    cut = (
        _(" Averages that are cut off make the differences look smaller.")
        if _any_cut(found)
        else ""
    )
    usual = found[0].usual
    return _(
        "Made from the rounded averages of {groups} groups with {people} people "
        "and the spread of people that is assumed.{cut} The points from which two "
        "averages are apart hold for groups of the usual size here ({usual} of "
        "{usual2} people); of twenty pairs that truly are alike, one differs so "
        "much by chance.",
        groups=groups,
        people=people,
        cut=cut,
        usual=usual[0],
        usual2=usual[1],
    )


def _any_cut(found: Sequence[Comparison]) -> bool:
    return any(c.cut for c in found)


def comparing_missing() -> str:
    """Return why nothing is said of comparing teams."""
    return _(
        "What comparing teams is worth is not told: that takes at least "
        "{LEAST_GROUPS} groups that stand alone, with {LEAST_COMPARED} people "
        "together.",
        LEAST_GROUPS=LEAST_GROUPS,
        LEAST_COMPARED=LEAST_COMPARED,
    )


def rate_text(report: Report) -> str:
    """Return from which share of the people asked on there is a verdict."""
    return percent(report.questionnaire.readiness.min_rate)


def low_response(group: GroupReport, report: Report) -> bool:
    """Whether fewer people of a group answered than a verdict takes."""
    return group.n < report.questionnaire.readiness.min_rate * group.asked - 1e-9


def response_word(group: GroupReport, report: Report) -> str:
    """Return what the share of people who answered allows, in words."""
    if not low_response(group, report):
        return _("enough for a verdict") if group.verdict else _("enough")
    return _("fewer than {rate_text}: no verdict", rate_text=rate_text(report))


def response_title(report: Report) -> str:
    """Return in how many groups too few answered."""
    few = [group for group in report.groups if low_response(group, report)]
    rate = rate_text(report)
    many = len(report.groups)
    if not few:
        where = _("the one group shown") if many == 1 else _("each of {many} groups", many=many)
        return _("At least {rate} answered in {where}", rate=rate, where=where)
    if len(few) <= 3:
        names = join([group.name for group in few])
        return _("Fewer than {rate} answered in {names}", rate=rate, names=names)
    return _(
        "Fewer than {rate} answered in {few} of {many} groups", rate=rate, few=len(few), many=many
    )


def silence_sentence(report: Report) -> str:
    """Return what silence may mean, and that nobody can tell."""
    rate = rate_text(report)
    return _(
        "Why people kept silent, no figure tells: no time, away, no interest, or "
        "no trust that it is safe to answer. Their answers may differ from those "
        "that are counted. A group in which fewer than {rate} answered gets no "
        "verdict; ask there what kept people from answering, and never who.",
        rate=rate,
    )


def month(when: date) -> str:
    """Return `Mar 2026`."""
    return short_month(when)
