"""The words for what was changed while a survey was open: the same for respondents and console."""

from collections.abc import Iterator
from dataclasses import dataclass

from survey.language import day, moment, ngettext
from survey.language import gettext as _
from survey.services.changes import Change
from survey.services.surveys import SurveyView


@dataclass(frozen=True)
class ToldChange:
    """One change: when, what, and the six words before and after it."""

    day: str
    what: tuple[str, ...]
    before: str
    after: str


def told_changes(view: SurveyView) -> tuple[ToldChange, ...]:
    """Return every change of a survey in words, the earliest first."""
    return tuple(
        ToldChange(day(one.day), tuple(_what(view, one)), one.words_before, one.words_after)
        for one in view.changes
    )


def _what(view: SurveyView, change: Change) -> Iterator[str]:
    if change.ends:
        old, new = (moment(end, view.timezone) for end in change.ends)
        yield _("The end was put off from {old} to {new}.", old=old, new=new)
    if change.results:
        old, new = map(day, change.results)
        yield _("Each group’s result can be seen from {new} on, not from {old}.", old=old, new=new)
    if change.contacts:
        old, new = change.contacts
        yield _("Whom you may ask: {new}. Before it was: {old}.", old=old, new=new)
    if change.many:
        names = {unit.id: unit.name for unit in view.units}
        yield ngettext(
            "One person was added to {unit}.",
            "{many} people were added to {unit}.",
            change.many,
            many=change.many,
            unit=names.get(change.unit, change.unit),
        )
