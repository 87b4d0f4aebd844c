"""Whether a group can carry the practice that is planned: the finding that a report opens with.

It follows from the verdict, from the dimensions that the practice hangs on, and from the two scales
beside the index: room for change, and resolve. It uses the same probabilities that colour the
marks, so no headline can say more than its chart. Wording: `survey.report.finding_words`. Why it
is decided in this order: docs/decisions/0010.
"""

from collections.abc import Iterable, Sequence

from survey.questionnaire.definition import Questionnaire, Readiness
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
    2. a critical dimension, capacity or resolve very likely below the floor, the team as a whole
       likely below it, or advice to mend the environment first where the practice is one of those
       asked about: "cannot_yet";
    3. no verdict for being too close: "too_close";
    4. in a team that is not yet ready a critical dimension more likely below the floor than above:
       "cannot_yet";
    5. a critical dimension not very likely above the floor, or one on which the team is in two
       camps, capacity or resolve averaging below it, or a team not yet ready for other reasons:
       "can_with_conditions";
    6. "can".
    """
    if not facts.practice or group.verdict is None:
        return None
    rules, reasons = questionnaire.readiness, set(group.verdict.reasons)
    critical = facts.critical or tuple(d.id for d in group.dimensions)
    ranked = _ranked(d for d in group.dimensions if d.id in critical)
    against = [*_weak(ranked), *_weak(_beside(group)), *_held_back(group, facts)]
    doubtful = [d.id for d in ranked if d.split or _p_floor(d) < rules.gate - SMALL]
    conditions = [*_elsewhere(group, critical), *doubtful, *_low(_beside(group), rules)]
    answer = _answer(group, reasons, against, conditions, ranked, rules)
    return Finding(
        answer=answer,
        critical=critical,
        against=_once(against),
        conditions=_once(c for c in conditions if c not in against),
        small=answer == "too_close" or group.verdict.rule == "not_yet" or bool(doubtful),
    )


def _answer(
    group: GroupReport,
    reasons: set[str],
    against: Sequence[str],
    conditions: Sequence[str],
    critical: Sequence[ScaleResult],
    rules: Readiness,
) -> Answer:
    if reasons & TOO_FEW:
        return "too_few"
    if against or "index_below_floor" in reasons:
        return "cannot_yet"
    if "too_close_to_call" in reasons:
        return "too_close"
    not_yet = group.verdict is not None and group.verdict.rule == "not_yet"
    if not_yet and any(_p_floor(d) < rules.support_low - SMALL for d in critical):
        return "cannot_yet"
    return "can_with_conditions" if conditions or not_yet else "can"


def _ranked(results: Iterable[ScaleResult]) -> list[ScaleResult]:
    """Return what is shown, the lowest mean first, ties in questionnaire order."""
    return sorted((r for r in results if isinstance(r.figure, Estimate)), key=_mean)


def _mean(result: ScaleResult) -> float:
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
    return [r.id for r in results if _mean(r) < rules.floor - SMALL]


def _elsewhere(group: GroupReport, critical: Sequence[str]) -> list[str]:
    """Return what makes a team "not yet" outside the dimensions that the practice hangs on."""
    if group.verdict is None or group.verdict.rule != "not_yet":
        return []
    return [d for d in _weak(_ranked(group.dimensions)) if d not in critical]


def _held_back(group: GroupReport, facts: Facts) -> list[str]:
    """Return what is to be mended first where the practice is one of those asked about."""
    wanted = facts.practice.casefold().strip()
    return [
        dimension
        for practice in group.practices
        if practice.advice == "environment_first"
        and wanted in {label.casefold() for label in practice.label.values()}
        for dimension in practice.watch
    ]


def _once(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(ids))
