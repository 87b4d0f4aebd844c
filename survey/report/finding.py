"""Whether a group can carry the practice that is planned: the finding that a report opens with.

It follows from the verdict, from the dimensions that the practice hangs on, and from the two scales
beside the index: room for change, and resolve. It uses the same probabilities that colour the
marks, so no headline can say more than its chart. Wording: `survey.report.finding_words`. Why it
is decided in this order: docs/decisions/0010.
"""

from collections.abc import Iterable, Sequence

from survey.questionnaire.definition import Questionnaire, Readiness
from survey.readiness.kinds import Advice
from survey.report.model import Answer, Estimate, Facts, Finding, GroupReport, ScaleResult

TOO_FEW = {"too_few", "low_response", "dimension_missing"}
"""Reasons of a verdict that more answers would mend."""
SMALL = 1e-9


def finding(group: GroupReport, facts: Facts, questionnaire: Questionnaire) -> Finding | None:
    """Return whether a group can carry the named practice.

    Parameters
    ----------
    group
        With its verdict, its scales and its practices.
    facts
        The practice, and the dimensions it hangs on; none named: all of them.
    questionnaire
        With the cut-offs.

    Returns
    -------
    Finding or None
        None where no practice is named or the group gets no verdict. A scale that is withheld
        speaks neither for nor against.

    Notes
    -----
    First that applies:

    1. too few answers for a verdict: "too_few";
    2. a critical dimension, capacity or resolve very likely below the floor, or the team as a whole
       likely below it: "cannot_yet";
    3. a critical dimension not more likely above the floor than below, or the team as a whole not
       likely above it: "too_close", in a team that is not yet ready "cannot_yet";
    4. another dimension that low, a critical one not very likely above the floor or one on which
       the team is in two camps, capacity or resolve averaging below it, or a practice that is asked
       about and is not clear enough: "can_with_conditions";
    5. "can".

    Whatever stands higher, the answer is never worse for it. Conditions begin with what the
    practice hangs on; then come other dimensions, the broken ones before those in doubt.
    """
    if not facts.practice or group.verdict is None:
        return None
    rules = questionnaire.readiness
    critical = facts.critical or tuple(d.id for d in group.dimensions)
    hangs_on = ranked(d for d in group.dimensions if d.id in critical)
    against = [*_weak(hangs_on), *_weak(_beside(group))]
    doubtful = [d.id for d in hangs_on if d.split or _p_floor(d) < rules.gate - SMALL]
    elsewhere = _elsewhere(group, critical, rules)
    low = _low(_beside(group), rules)
    own = _own_advice(group, facts)
    unclear = own == "clarify_first"
    answer = _answer(group, against, bool(elsewhere or doubtful or low) or unclear, hangs_on, rules)
    return Finding(
        answer=answer,
        critical=critical,
        against=_once(against),
        conditions=_once(c for c in (*doubtful, *elsewhere, *low) if c not in against),
        small=answer == "too_close" or bool(elsewhere or doubtful) or unclear,
        own=own if answer in ("can", "can_with_conditions") else None,
    )


def _answer(
    group: GroupReport,
    against: Sequence[str],
    conditions: bool,
    critical: Sequence[ScaleResult],
    rules: Readiness,
) -> Answer:
    assert group.verdict is not None  # noqa: S101 -- only judged groups are asked about
    reasons = set(group.verdict.reasons)
    if reasons & TOO_FEW:
        return "too_few"
    if against or "index_below_floor" in reasons:
        return "cannot_yet"
    whole = group.index.p_floor if isinstance(group.index, Estimate) else 1.0
    if whole < rules.overall - SMALL or any(_open(d, rules) for d in critical):
        return "cannot_yet" if group.verdict.rule == "not_yet" else "too_close"
    return "can_with_conditions" if conditions else "can"


def _open(result: ScaleResult, rules: Readiness) -> bool:
    """Whether a scale is as likely below the floor as above it, or more so."""
    return _p_floor(result) <= rules.weakest + SMALL


def ranked(results: Iterable[ScaleResult]) -> list[ScaleResult]:
    """Return what is shown, the lowest mean first, ties in questionnaire order."""
    return sorted((r for r in results if isinstance(r.figure, Estimate)), key=mean_of)


def mean_of(result: ScaleResult) -> float:
    """Return the released mean of a scale; endless where it is withheld, so that it stands last."""
    return result.figure.released.value if isinstance(result.figure, Estimate) else float("inf")


def _p_floor(result: ScaleResult) -> float:
    return result.figure.p_floor if isinstance(result.figure, Estimate) else 1.0


def _beside(group: GroupReport) -> list[ScaleResult]:
    """Return capacity and resolve, as far as they are shown."""
    found = (group.capacity, group.resolve)
    return [r for r in found if r is not None and isinstance(r.figure, Estimate)]


def _weak(results: Iterable[ScaleResult]) -> list[str]:
    return [r.id for r in results if isinstance(r.figure, Estimate) and r.figure.state == "weak"]


def _low(results: Iterable[ScaleResult], rules: Readiness) -> list[str]:
    """Return the scales whose mean lies below the floor, as the advice per practice asks."""
    return [r.id for r in results if mean_of(r) < rules.floor - SMALL]


def _elsewhere(group: GroupReport, critical: Sequence[str], rules: Readiness) -> list[str]:
    """Return what may be broken outside what the practice hangs on; first what very likely is."""
    others = [d for d in ranked(group.dimensions) if d.id not in critical and _open(d, rules)]
    return list(_once([*_weak(others), *(d.id for d in others)]))


def _own_advice(group: GroupReport, facts: Facts) -> Advice | None:
    """Return the advice on the planned practice where it is one of those asked about."""
    wanted = facts.practice.casefold().strip()
    own = (p for p in group.practices if wanted in {t.casefold() for t in p.label.values()})
    return next((practice.advice for practice in own), None)


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
