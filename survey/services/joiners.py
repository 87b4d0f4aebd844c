"""Who could be added to a survey that writes to people: those of the client's roster who were not
invited yet, and those who are typed in.

Nothing here writes, and nothing here knows who has answered.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.language import LANGUAGES
from survey.language import gettext as _
from survey.services.client_units import tree_of
from survey.services.clients import client_view
from survey.services.inviting import Invited
from survey.services.roster_changes import PersonLine
from survey.services.roster_rules import read_entry
from survey.services.rosters import people_of
from survey.services.running import invited_addresses
from survey.services.surveys import SurveyView
from survey.storage.engine import reading

MOST_FAULTS = 20
_PARTS = re.compile(r"[;,\t]")


@dataclass(frozen=True)
class Known:
    """Somebody of the roster who can be invited, with the name of their unit there."""

    person: PersonLine
    unit: str


@dataclass(frozen=True)
class Joiners:
    """Whom a group can be joined by; `language` is that of whom a row tells none."""

    group: str
    language: str
    known: tuple[Known, ...]

    def matching(self, wanted: str) -> tuple[Known, ...]:
        """Return those in whose name, address or unit every word stands that is searched for."""
        words = wanted.casefold().split()
        return tuple(one for one in self.known if all(word in _text(one) for word in words))

    def chosen(self, ids: Collection[str]) -> tuple[Invited, ...]:
        """Return those whose numbers were ticked."""
        return tuple(
            Invited(self.group, p.name, p.email, p.language)
            for p in (one.person for one in self.known)
            if str(p.id) in ids
        )

    def typed(self, text: str) -> tuple[tuple[Invited, ...], tuple[str, ...]]:
        """Read rows of name, mail address and language, in any order and parted by `;`, `,` or tab;
        return the people, and what is wrong with each other row.
        """
        people: list[Invited] = []
        faults: list[str] = []
        for row, line in enumerate(text.splitlines(), 1):
            if line.strip():
                person, wrong = self._read(row, line)
                faults += wrong
                if not wrong:
                    people.append(person)
        if (more := len(faults) - MOST_FAULTS) > 0:
            faults[MOST_FAULTS:] = [_("There are {more} more rows to mend.", more=more)]
        return tuple(people), tuple(faults)

    @staticmethod
    def nobody() -> str:
        """Return what to do where nobody was named."""
        return _("Tick somebody, or write at least one row: name; mail address; language.")

    def _read(self, row: int, line: str) -> tuple[Invited, list[str]]:
        cells = _cells(line)
        entry, faults = read_entry(row, {"unit": "-", **cells}, self.language)
        told = [
            _("Row {row}: {what}. {advice}", row=row, what=one.heading(), advice=one.advice())
            for one in faults
        ]
        if not entry.email and not told:
            told = [_("Row {row} has no mail address: name; mail address; language.", row=row)]
        return Invited(self.group, entry.name, entry.email, entry.language), told


def joiners(session: Session, view: SurveyView, group: str) -> Joiners:
    """Return who could be added to a group of a survey; first those of the unit of this name."""
    if view.client_id is None:
        return Joiners(group, _first_spoken(view), ())
    with reading(session):
        asked = invited_addresses(session, view.slug)
    client = client_view(session, view.client_id)
    names = {unit.id: unit.name for unit in tree_of(session, view.client_id)}
    people = [
        Known(person, names[person.unit])
        for person in people_of(session, view.client_id)
        if person.email and person.email.casefold() not in asked
    ]
    people.sort(key=lambda one: one.person.unit != group)
    return Joiners(group, client.language, tuple(people))


def _first_spoken(view: SurveyView) -> str:
    spoken = [code for code in view.questionnaire.languages if code in LANGUAGES]
    return spoken[0] if spoken else LANGUAGES[0]


def _cells(line: str) -> dict[str, str]:
    """Return the cells of a row by what they are: what has an @ is the address, what comes before
    is the name, what follows the language.
    """
    parts = [part.strip() for part in _PARTS.split(line)]
    at = next((place for place, part in enumerate(parts) if "@" in part), None)
    if at is None:
        return {"name": " ".join(filter(None, parts))}
    others = list(_without(parts, at))
    return {"mail": parts[at], "name": others[0], "language": others[1]}


def _without(parts: list[str], at: int) -> Iterator[str]:
    """Yield the name and the language of a row whose address stands at a place."""
    if at == 0:
        yield from (*parts[1:3], "", "")[:2]
    else:
        yield " ".join(filter(None, parts[:at]))
        yield next(filter(None, parts[at + 1 :]), "")


def _text(one: Known) -> str:
    return f"{one.person.name} {one.person.email} {one.unit}".casefold()
