"""Which scales the map of all groups has a column for, and where a group's figure of each is found.

First the dimensions, then, apart from them, what is no part of the index: room for it, and resolve.
No sentence belongs here.
"""

from survey.disclosure.values import Withheld
from survey.questionnaire.definition import Scale
from survey.report.model import GroupReport, Report, ScaleResult
from survey.report.words import worth_telling

NOT_ASKED = Withheld("not_asked")


def outside(report: Report) -> tuple[Scale, ...]:
    """Return the scales outside the index of which something can be said of some group."""
    asked = (scale for scale in report.questionnaire.scales if scale.role != "dimension")
    return tuple(scale for scale in asked if _told(scale, report))


def _told(scale: Scale, report: Report) -> bool:
    ids = [item.id for item in report.questionnaire.items_of(scale.id)]
    found = (result_of(group, scale).figure for group in report.groups)
    return any(figure != NOT_ASKED and worth_telling(ids, figure, report) for figure in found)


def result_of(group: GroupReport, scale: Scale) -> ScaleResult:
    """Return what there is of a scale in a group."""
    found = (*group.dimensions, group.capacity, group.resolve)
    return next(
        (result for result in found if result and result.id == scale.id),
        ScaleResult(scale.id, scale.name, NOT_ASKED),
    )
