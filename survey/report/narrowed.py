"""A report cut down to one group, for whoever may see that group and no other.

What is left is the group itself and the mark of all groups together that its charts carry. Here
belongs what is taken out, and nothing else: no figure is made or changed. A report is put together
anew, field by field, so that what a later version adds to a report is left out until somebody
decides otherwise.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from survey.disclosure.values import Withheld
from survey.errors import UserError
from survey.report.model import Estimate, GroupReport, Report, ScaleResult

LEAST_GROUPS = 3
"""Groups that must stand behind the mark of all groups on a scale. Of two, whoever knows one works
out the other."""


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
        organisation=_marks(report),
        left_out=(),
        asked=group.asked,
        answered=group.n,
        previous=report.previous,
        guides=report.guides,
    )


def _marks(report: Report) -> GroupReport | None:
    """Return all groups together with nothing but the averages that others' charts are marked with.

    None where no scale has enough groups behind it.
    """
    whole = report.organisation
    dimensions = tuple(_marks_of(whole.dimensions, report)) if whole else ()
    if whole is None or not dimensions:
        return None
    indices = [isinstance(group.index, Estimate) for group in report.groups]
    return GroupReport(
        key=whole.key,
        name=whole.name,
        kind="node",
        units=(),
        n=whole.n,
        asked=whole.asked,
        dimensions=dimensions,
        index=whole.index if sum(indices) >= LEAST_GROUPS else Withheld("too_few"),
        capacity=None,
        resolve=None,
        items=(),
        practices=(),
        picks=(),
        comments=(),
        verdict=None,
        changes=(),
    )


def _marks_of(results: Iterable[ScaleResult], report: Report) -> Iterator[ScaleResult]:
    """Yield the scales whose average over all groups tells no group's own.

    Parts of a dimension only where each group has averages of them, as its chart has it.
    """
    known = [_averages(group) for group in report.groups]
    parted = all(group.n >= report.policy.single for group in report.groups)
    for result in results:
        if sum(result.id in ids for ids in known) >= LEAST_GROUPS:
            parts = tuple(_marks_of(result.facets, report)) if parted else ()
            yield replace(result, facets=parts, split=None)


def _averages(group: GroupReport) -> frozenset[str]:
    """Return the scales and parts of scales of which a group has an average."""
    results = (result for d in group.dimensions for result in (d, *d.facets))
    return frozenset(r.id for r in results if isinstance(r.figure, Estimate))
