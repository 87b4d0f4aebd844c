"""Which discussion guides fit what was found of a group, and the figure that each rests on.

Here belongs the choice only; it follows from released figures and from nothing else (never from a
sign of harm). What the guides say stands in files (`survey.questionnaire.guides`), the sentence
that gives the reason in `survey.report.guiding_words`.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from survey.disclosure.precision import CONTRAST_STEP
from survey.questionnaire.guides import Guide, Guides
from survey.report.finding import mean_of, ranked
from survey.report.model import Estimate, GroupReport, Report, ScaleResult
from survey.report.words import state_of

MOST = 3
"""Of guides for one group. Nobody talks about more at once."""
SMALL = 1e-9

Reason = Literal["low", "split", "unclear", "strong"]


@dataclass(frozen=True)
class Matched:
    """A guide for a group, and what it was chosen for.

    Attributes
    ----------
    guide
        For a scale, for one side of it, or for a situation.
    reason
        low: the scale speaks against the planned practice, is a condition of it, or is very likely
        below the floor. split, unclear, strong: the situation.
    results
        The scales it rests on, all of them shown; the first one's figure is cited.
    sides
        The lower and the higher facet, where the guide is for the lower one.
    hangs
        Whether the planned practice was said at opening to hang on the scale.
    """

    guide: Guide
    reason: Reason
    results: tuple[ScaleResult, ...]
    sides: tuple[ScaleResult, ...] = ()
    hangs: bool = False


def matched(group: GroupReport, report: Report, guides: Guides) -> tuple[Matched, ...]:
    """Return at most three guides for a group, the most pressing first.

    Notes
    -----
    First what speaks against the planned practice or is a condition of it, then the dimensions very
    likely below the floor, the lowest mean first, then room and resolve where they are, then where
    people see it differently. Where nothing is very likely below the floor, "unclear" follows for
    what is and has no guide yet; and only where there is nothing of all this, "strong", for what
    stands highest.
    A scale likely at the target never gets the guide of its own.
    """
    found = [*_low(group, report, guides), *_split(group, guides)]
    states = {state_of(result.figure) for result in _shown(group)}
    if "weak" not in states:
        found += _unclear(group, guides, {result.id for m in found for result in m.results})
    if not found and states <= {"sound", "strong"}:
        found = _strong(group, guides)
    return tuple(found[:MOST])


def _low(group: GroupReport, report: Report, guides: Guides) -> Iterator[Matched]:
    finding = group.finding
    pressing = (*finding.against, *finding.conditions) if finding else ()
    shown = {result.id: result for result in _shown(group)}
    weak = (result.id for result in ranked(group.dimensions) if state_of(result.figure) == "weak")
    beside = (r.id for r in (group.capacity, group.resolve) if r and state_of(r.figure) == "weak")
    for scale in dict.fromkeys((*pressing, *weak, *beside)):
        result = shown.get(scale)
        if result is None or state_of(result.figure) == "strong":
            continue
        sides = _sides(result, report)
        guide = guides.get(sides[0].id) if sides else None
        whole = guides.get(scale)
        hangs = scale in report.facts.critical
        if guide:
            yield Matched(guide, "low", (result,), sides, hangs)
        elif whole:
            yield Matched(whole, "low", (result,), (), hangs)


def _split(group: GroupReport, guides: Guides) -> list[Matched]:
    return _situation("split", [r for r in ranked(group.dimensions) if r.split], guides)


def _unclear(group: GroupReport, guides: Guides, told: Collection[str]) -> list[Matched]:
    """Return the situation for what is too close to call and has no guide yet."""
    close = [
        r for r in ranked(group.dimensions) if state_of(r.figure) == "unclear" and r.id not in told
    ]
    return _situation("unclear", close, guides)


def _strong(group: GroupReport, guides: Guides) -> list[Matched]:
    """Return what stands highest, ties in questionnaire order."""
    highest = sorted(ranked(group.dimensions), key=lambda result: -mean_of(result))
    return _situation("strong", highest[:1], guides)


def _situation(
    reason: Literal["split", "unclear", "strong"], results: Iterable[ScaleResult], guides: Guides
) -> list[Matched]:
    guide, found = guides.get(reason), tuple(results)
    return [Matched(guide, reason, found)] if guide and found else []


def _sides(result: ScaleResult, report: Report) -> tuple[ScaleResult, ...]:
    """Return the lower and the higher of two facets that are told to differ, else nothing.

    They differ by as much as the door tells where few people answered: half a point on answers from
    1 to 5, also where their averages are shown.
    """
    facets = [facet for facet in result.facets if isinstance(facet.figure, Estimate)]
    if len(facets) != 2 or len(result.facets) != 2:
        return ()
    low, high = sorted(facets, key=mean_of)
    items = [item.id for item in report.questionnaire.items_of(result.id)]
    lowest, highest = report.questionnaire.range_over(items)
    least = CONTRAST_STEP * (highest - lowest) / 2
    return (low, high) if mean_of(high) - mean_of(low) > least - SMALL else ()


def _shown(group: GroupReport) -> list[ScaleResult]:
    """Return every scale that is shown, in questionnaire order."""
    beside = (result for result in (group.capacity, group.resolve) if result)
    return [r for r in (*group.dimensions, *beside) if isinstance(r.figure, Estimate)]
