"""A report cut down to one group, for whoever may see that group and no other.

What is left is the group itself and the mark of all groups together that its charts carry. Here
belongs what is taken out, and nothing else: no figure is made or changed. A report is put together
anew, field by field, so that what a later version adds to a report is left out until somebody
decides otherwise.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from survey.disclosure.values import Withheld
from survey.errors import UserError
from survey.report.model import Estimate, GroupReport, Report, ScaleResult

LEAST_GROUPS = 4
"""Groups that must stand behind the mark of all groups on a scale. Of two, whoever knows one works
out the other; of three, nearly so where one is much larger."""
MOST_OF_OTHERS = 0.5
"""The part of the people outside a group that any one other group may hold. The mark and the
group's own average give the average of all others together; a group that is most of them would be
given with it."""


class UnknownGroup(UserError):
    """There is no such group in this report."""


def only(report: Report, key: str) -> Report:
    """Return what the leader of one group may see of a report.

    Parameters
    ----------
    report
        The whole report.
    key
        The group that is left.

    Returns
    -------
    Report
        That group, and of all groups together the averages of the dimensions alone: no other
        group's name, figure, comment or verdict, not which units are left out, no count of others.
        An average stays where at least four groups have one of their own, and none of the others
        holds more than half of the people in them: otherwise it would tell, nearly, what that one
        has.

    Raises
    ------
    UnknownGroup
        The report has no group of this key.
    """
    group = next((group for group in report.groups if group.key == key), None)
    if group is None:
        raise UnknownGroup
    return Report(
        facts=report.facts,
        questionnaire=report.questionnaire,
        policy=report.policy,
        groups=(group,),
        organisation=_marks(report, key),
        left_out=(),
        asked=group.asked,
        answered=group.n,
        previous=report.previous,
        guides=report.guides,
    )


def _marks(report: Report, key: str) -> GroupReport | None:
    """Return all groups together with nothing but the averages that one's charts are marked with.

    None where no scale has enough groups behind it.
    """
    whole = report.organisation
    dimensions = tuple(_marks_of(whole.dimensions, report, key)) if whole else ()
    if whole is None or not dimensions:
        return None
    indexed = [group for group in report.groups if isinstance(group.index, Estimate)]
    return GroupReport(
        key=whole.key,
        name=whole.name,
        kind="node",
        units=(),
        n=whole.n,
        asked=whole.asked,
        dimensions=dimensions,
        index=whole.index if _blurred(indexed, key) else Withheld("too_few"),
        capacity=None,
        resolve=None,
        items=(),
        practices=(),
        picks=(),
        comments=(),
        verdict=None,
        changes=(),
    )


def _marks_of(results: Iterable[ScaleResult], report: Report, key: str) -> Iterator[ScaleResult]:
    """Yield the scales whose average over all groups tells no other group's own.

    Parts of a dimension only where each group has averages of them, as its chart has it.
    """
    known = [(group, _averages(group)) for group in report.groups]
    parted = all(group.n >= report.policy.single for group in report.groups)
    for result in results:
        if _blurred([group for group, ids in known if result.id in ids], key):
            parts = tuple(_marks_of(result.facets, report, key)) if parted else ()
            yield replace(result, facets=parts, split=None)


def _blurred(groups: Sequence[GroupReport], key: str) -> bool:
    """Say whether enough groups have an average, and none of the others is most of these."""
    others = [group.n for group in groups if group.key != key]
    return len(groups) >= LEAST_GROUPS and max(others) <= MOST_OF_OTHERS * sum(others)


def _averages(group: GroupReport) -> frozenset[str]:
    """Return the scales and parts of scales of which a group has an average."""
    results = (result for d in group.dimensions for result in (d, *d.facets))
    return frozenset(r.id for r in results if isinstance(r.figure, Estimate))
