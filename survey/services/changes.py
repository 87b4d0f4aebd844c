"""What was changed while a survey was open, as respondents are told it: its end put off, people
added, others to ask. Nothing else can be changed.

Here belong the rows of `amendment` as values. Making a change stands in `running`; the text of what
was fixed holds every change too (`frozen`), so none can be left out or altered unnoticed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from survey.storage.models import Amendment


@dataclass(frozen=True)
class Change:
    """One change, with the six words before and after it."""

    number: int
    """The revision that it made: 2, 3 and so on."""
    day: date
    kind: str
    """end: the end was put off; people: some were added; contact: somebody else is to be asked."""
    words_before: str
    words_after: str
    ends: tuple[datetime, datetime] | None = None
    """The old and the new end."""
    results: tuple[date, date] | None = None
    """From when on groups see their result, before and now; None where that stayed."""
    unit: str = ""
    """Id of the unit that people were added to."""
    many: int = 0
    """How many were added."""
    contacts: tuple[str, str] | None = None
    """Whom respondents might ask before, and whom they may ask now."""


def told_of_end(
    ends: tuple[datetime, datetime], words: str, results: tuple[date, date] | None
) -> tuple[str, ...]:
    """Return what is kept of an end that was put off; `words` are those before."""
    days = () if results is None else tuple(day.isoformat() for day in results)
    return (*(end.isoformat() for end in ends), words, *days)


def told_of_people(unit: str, many: int, words: str) -> tuple[str, ...]:
    """Return what is kept of people who were added; `words` are those before."""
    return unit, str(many), words


def told_of_contact(contacts: tuple[str, str], words: str) -> tuple[str, ...]:
    """Return what is kept of another contact; `words` are those before."""
    return *contacts, words


def changes_from(rows: Iterable[Amendment], words: str) -> tuple[Change, ...]:
    """Return the changes of a survey, the earliest first; `words` are those it has now."""
    ordered = sorted(rows, key=lambda row: row.number)
    after = [*(row.told[2] for row in ordered[1:]), words]
    return tuple(map(_change, ordered, after))


def lines_from(rows: Iterable[Amendment]) -> tuple[tuple[str, ...], ...]:
    """Return the changes as the text of what was fixed holds them."""
    ordered = sorted(rows, key=lambda row: row.number)
    return tuple((str(r.number), r.day.isoformat(), r.kind, *r.told) for r in ordered)


def added_to(changes: Iterable[Change]) -> Mapping[str, int]:
    """Return how many people were added since opening, by the ids of their units."""
    many: dict[str, int] = {}
    for change in changes:
        if change.many:
            many[change.unit] = many.get(change.unit, 0) + change.many
    return many


def _change(row: Amendment, after: str) -> Change:
    first, second, before, *days = row.told
    change = Change(row.number, row.day, row.kind, before, after)
    if row.kind == "contact":
        return replace(change, contacts=(first, second))
    if row.kind == "people":
        return replace(change, unit=first, many=int(second))
    ends = datetime.fromisoformat(first), datetime.fromisoformat(second)
    results = (date.fromisoformat(days[0]), date.fromisoformat(days[1])) if days else None
    return replace(change, ends=ends, results=results)
