"""What is said of the method: what was asked, how figures are rounded, every cut-off, the limits.

Everything here holds for a whole report, whatever its results; sentences about results stand in
`words`. Numbers are read from the questionnaire and from the table of the door, never written down.
"""

from collections.abc import Iterator, Sequence

from survey.disclosure.precision import (
    CONTRAST_LEAST,
    CONTRAST_MARGIN,
    DIFFERENCE_CLIP,
    DIFFERENCE_STEP,
    SHARE_CLIP,
    TABLE,
    Measure,
    Precision,
    margin,
)
from survey.disclosure.values import Policy
from survey.language import _, decimal, mark
from survey.measures.tenure import LEAST_PEOPLE, LEAST_TEAMS
from survey.questionnaire.definition import Questionnaire, Scale
from survey.report.comparing import LEAST_GROUPS
from survey.report.comparing import LEAST_PEOPLE as LEAST_COMPARED
from survey.report.facet_words import facets_of, least_difference, parted
from survey.report.words import join, number, percent, quoted, text

Rounding = tuple[str, str, str, str]
"""What is rounded, of how many people, to what, and where it is cut off."""

FIGURES: dict[Measure, str] = {
    "score": mark("Average of three statements or more"),
    "single": mark("Single statement, average of two"),
    "class": mark("Knowing and doing a practice"),
    "share": mark("Pick list: share of people, of the options chosen most often"),
}
EXAMPLES = 10, 30
"""Numbers of people for which it is told where an average is cut off, besides the smallest."""


def asked_text(questionnaire: Questionnaire) -> str:
    """Return how much was asked: "32 statements in 7 dimensions and 5 on other scales"."""
    inside = {d.id for d in questionnaire.dimensions}
    counted = sum(item.scale in inside for item in questionnaire.items)
    rest = len(questionnaire.items) - counted
    more = _(" and {rest} on other scales", rest=rest) if rest else ""
    return _(
        "{counted} statements in {inside} dimensions{more}",
        counted=counted,
        inside=len(inside),
        more=more,
    )


def answer_range(questionnaire: Questionnaire) -> tuple[int, int]:
    """Return the lowest and highest answer to the first statement, as an example of a range."""
    return questionnaire.range_of(questionnaire.items[0].id)


def roundings(questionnaire: Questionnaire, policy: Policy) -> tuple[Rounding, ...]:
    """Return how each kind of figure is let out, by the number of people behind it.

    Means are told on `answer_range`; on other ranges steps and clips are in proportion. Classes of
    fewer people than the policy shows are left out, and so are shares where nobody could choose.
    """
    kinds = [kind for kind in TABLE if kind != "share" or questionnaire.pick_list]
    return tuple(row for kind in kinds for row in _classes(kind, questionnaire, policy))


def _classes(kind: Measure, questionnaire: Questionnaire, policy: Policy) -> Iterator[Rounding]:
    least = policy.scores if kind == "score" else policy.single
    rows = TABLE[kind]
    ends: Sequence[int | None] = [*(row.least - 1 for row in rows[1:]), None]
    for row, last in zip(rows, ends, strict=True):
        if last is None or last >= least:
            first, limits = max(row.least, least), answer_range(questionnaire)
            yield _(FIGURES[kind]), _people(first, last), *_printed(kind, row, first, last, limits)


def other_roundings(questionnaire: Questionnaire, policy: Policy) -> tuple[Rounding, ...]:
    """Return what is let out otherwise: two parts of a scale, newcomers against veterans."""
    first = max(CONTRAST_LEAST, policy.scores)
    scales = parted(questionnaire) if first < policy.single else ()
    people = _people(first, policy.single - 1)
    parts = [(_parts_of(s, questionnaire), people, *_classes_of(s, questionnaire)) for s in scales]
    return (*parts, *_newcomers(questionnaire, policy))


def _parts_of(scale: Scale, questionnaire: Questionnaire) -> str:
    names = [quoted(text(facet.name)) for facet in facets_of(scale, questionnaire)]
    return _("{names}, the parts of {name}", names=join(names), name=text(scale.name))


def _classes_of(scale: Scale, questionnaire: Questionnaire) -> tuple[str, str]:
    """Return the classes of a difference of two parts, and where their scale is cut off."""
    lo, hi = questionnaire.range_over(item.id for item in questionnaire.items_of(scale.id))
    inside = margin(CONTRAST_MARGIN, lo, hi)
    return (
        _(
            "words: one is {least_difference} or more above the other, or neither is",
            least_difference=least_difference(lo, hi),
        ),
        _(
            "{name} itself: {inside} and {inside2}",
            name=text(scale.name),
            inside=number(lo + inside),
            inside2=number(hi - inside),
        ),
    )


def _newcomers(questionnaire: Questionnaire, policy: Policy) -> Iterator[Rounding]:
    if questionnaire.tenure is None:
        return
    scale = questionnaire.scale(questionnaire.tenure.scale)
    lo, hi = questionnaire.range_over(item.id for item in questionnaire.items_of(scale.id))
    most = number(DIFFERENCE_CLIP * (hi - lo))
    yield (
        _("Newcomers less veterans on {name}, for the survey as a whole", name=text(scale.name)),
        _(
            "{max} and more of each, in {LEAST_TEAMS} groups",
            max=max(LEAST_PEOPLE, policy.single),
            LEAST_TEAMS=LEAST_TEAMS,
        ),
        f"{DIFFERENCE_STEP * (hi - lo):.3g}",
        _("−{most} and {most}", most=most),
    )


def _people(first: int, last: int | None) -> str:
    if last is None:
        return _("{first} and more", first=first)
    return str(first) if first == last else _("{first} to {last}", first=first, last=last)


def _printed(
    kind: Measure, row: Precision, first: int, last: int | None, limits: tuple[int, int]
) -> tuple[str, str]:
    """Return the step and where figures are cut off, for the first and some other counts."""
    if kind == "share":
        low, high = percent(SHARE_CLIP), percent(1 - SHARE_CLIP)
        return percent(row.step), _("{low} and {high}", low=low, high=high)
    lo, hi = limits
    counts = [first, *(n for n in EXAMPLES if first < n and (last is None or n <= last))]
    ends = [(n, margin(n, lo, hi)) for n in counts]
    told = "; ".join(
        _("{n} people: {low} and {high}", n=n, low=number(lo + m), high=number(hi - m))
        for n, m in ends
    )
    step = row.step * (hi - lo)
    return decimal(step, 2 if step * 10 % 1 else 1), told


def cut_offs(questionnaire: Questionnaire, judged: bool = True) -> tuple[tuple[str, str], ...]:
    """Return every cut-off in words, with its value; those of verdict and advice if `judged`."""
    return _of_verdicts(questionnaire) if judged else _of_states(questionnaire)


def _of_states(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    r = questionnaire.readiness
    return (
        (_("Floor"), number(r.floor)),
        (_("Target"), number(r.target)),
        (_("Very likely below the floor: with probability"), percent(r.block)),
        (_("Very likely above the floor: with probability"), percent(r.gate)),
        (_("Likely at the target: with probability"), percent(r.condition)),
        (_("Reliability and spread of people that are assumed"), _assumed(questionnaire)),
        (_("Weight of that spread, in degrees of freedom"), f"{r.prior_df:g}"),
    )


def _of_verdicts(questionnaire: Questionnaire) -> tuple[tuple[str, str], ...]:
    r = questionnaire.readiness
    return (
        (_("Floor: the middle of the scale"), number(r.floor)),
        (_("Target"), number(r.target)),
        (_("No verdict below so many answers"), str(r.min_answers)),
        (_("No verdict below this share of the people asked"), percent(r.min_rate)),
        (_("A whole team is judged from so many dimensions on"), str(r.min_dimensions)),
        (_("A dimension blocks if it is below the floor with probability"), percent(r.block)),
        (_("Not yet if the whole team is below the floor with probability"), percent(r.overall)),
        (_("Ready if the whole team is at the target with probability"), percent(r.overall)),
        (_("Ready if every dimension is at the floor with probability"), percent(r.gate)),
        (_("Ready with at most so many dimensions under the target"), str(r.below_target)),
        (
            _("With conditions if every dimension is at the floor with probability"),
            percent(r.weakest),
        ),
        (_("A condition: less sure to be at the target than"), percent(r.condition)),
        (_("Those who kept silent are assumed to differ by"), number(r.silent_shift)),
        (
            _("Reliability of a dimension, of the index, of a practice"),
            _reliabilities(questionnaire),
        ),
        (_("Spread of people: dimension, index, single answer, gap"), _spreads(questionnaire)),
        (_("Weight of that spread, in degrees of freedom"), f"{r.prior_df:g}"),
        (_("A practice is done already from"), number(r.done)),
        (_("And if it is at the target with probability"), percent(r.done_sure)),
        (_("It is clear enough from"), number(r.know_enough)),
        (_("Its dimensions support it: at the floor with probability"), percent(r.support_high)),
        (_("They do not: less than"), percent(r.support_low)),
        (_("People lack room for it: time, training and say below"), number(r.floor)),
        (_("A gap counts from"), number(r.gap_least)),
        (_("The smallest change called one: dimension, index"), _least_changes(questionnaire)),
    )


def _assumed(questionnaire: Questionnaire) -> str:
    found = sorted({(scale.reliability, scale.prior_sd) for scale in questionnaire.dimensions})
    return " · ".join(
        f"{decimal(reliability, 2)}, {decimal(spread, 2)}" for reliability, spread in found
    )


def least_compared() -> tuple[int, int]:
    """Return from how many groups, and people in them, on it is told what comparing is worth."""
    return LEAST_GROUPS, LEAST_COMPARED


def assumed_reliability(questionnaire: Questionnaire) -> str:
    """Return the reliability that is assumed of a dimension: ".70", or from which to which."""
    found = sorted({scale.reliability for scale in questionnaire.dimensions})
    return _(" to ").join(decimal(value, 2) for value in dict.fromkeys((found[0], found[-1])))


def _reliabilities(questionnaire: Questionnaire) -> str:
    r = questionnaire.readiness
    of_scales = sorted({scale.reliability for scale in questionnaire.dimensions})
    return " · ".join(decimal(v, 2) for v in (*of_scales, r.index_reliability, r.gap_reliability))


def _spreads(questionnaire: Questionnaire) -> str:
    r = questionnaire.readiness
    of_scales = sorted({scale.prior_sd for scale in questionnaire.dimensions})
    values = (*of_scales, r.index_prior_sd, r.item_prior_sd, r.gap_prior_sd)
    return " · ".join(decimal(v, 2) for v in values)


def _least_changes(questionnaire: Questionnaire) -> str:
    r = questionnaire.readiness
    return f"{decimal(r.change_dimension, 2)} · {decimal(r.change_index, 2)}"


NEVER_CLAIMED: tuple[str, ...] = (
    (
        mark(
            "That these scores measure trust, or anything else, with known "
            "reliability or validity. Published work inspired the statements; the "
            "wordings and cut-offs are new, not validated."
        )
    ),
    mark(
        "That a verdict predicts whether a practice, training or technology will "
        "succeed or pay back."
    ),
    mark(
        "That the environment causes a gap, or that somebody’s work caused a "
        "change between two waves."
    ),
    mark("That a team is above or below average: there is no outside sample to compare with."),
    (
        mark(
            "That a team or a person is passive-aggressive, toxic, bullying or "
            "caustic. No label, no diagnosis."
        )
    ),
    (
        mark(
            "That harm or retaliation exists, or does not exist, in the sense of "
            "the law. This is no complaint channel and no risk assessment; duties "
            "under work-safety law stay."
        )
    ),
    mark("That the seven dimensions are separate things. They are likely to move together."),
    mark("That scores mean the same in every language, country or kind of work."),
    mark("Anything about one person."),
    (
        mark(
            "That two teams or two waves differ when the interval of the "
            "difference includes zero, or that a small difference in rank means "
            "anything."
        )
    ),
    mark("That some figure shows what to fix."),
    mark("That those who kept silent would have answered like those who answered."),
    mark("That the difference between knowing and doing is reliable for one person."),
    mark("That a difference between newcomers and veterans shows stories being handed on."),
    mark("“Anonymous” beyond what the program enforces. Open text can give its writer away."),
)
"""What must never be claimed (statistics, A4), for the method page and every export."""


def no_grade(practice: str) -> str:
    """Return what a finding is not, for every page that may be shown by itself."""
    of = _(" and of this practice") if practice else ""
    return _(
        "A finding tells of circumstances at this date{of}. It is no grade for a "
        "team or its leader, and no ground for pay, staffing or blame.",
        of=of,
    )


def never_claimed(judged: bool = True) -> tuple[str, ...]:
    """Return what must never be claimed; without verdicts only what holds for anybody's scales."""
    ours = ("known reliability", "a verdict predicts", "seven dimensions", "knowing and doing")
    kept = (claim for claim in NEVER_CLAIMED if not any(word in claim for word in ours))
    return tuple(_(claim) for claim in (NEVER_CLAIMED if judged else kept))
