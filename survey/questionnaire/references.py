"""The second pass over ids and over what refers to them.

Here belong: every id once, no id that clashes with a column or a word kept for something else, and
no reference to what does not exist.
"""

from collections import Counter
from collections.abc import Iterator

from survey.questionnaire.draft import Draft, Entry
from survey.questionnaire.faults import FaultList, did_you_mean, listed, quoted
from survey.questionnaire.shape import TABLES

KEPT = {
    "INDEX": "the index",
    "harm": "the harm signal",
    "team_id": "a column of the answer file",
    "respondent": "a column of the answer file",
    "wave": "a column of the answer file",
    "tenure_band": "a column of the answer file",
}
"""Names that figures and files use for themselves."""
PRACTICE_PAGE = "practices"
"""The page of the practices, which a file does not list among its sections."""
COLUMNS = {"KN": "the column for knowing", "DO": "the column for doing", "GAP": "the gap of"}
SHARED = ("scales", "facets", "items", "open_questions")
"""Tables whose ids name a figure or a field, so that no two of them may share one."""
REFERENCES = (
    ("facets", "scale", "scales"),
    ("facets", "items", "items"),
    ("items", "scale", "scales"),
    ("items", "response", "responses"),
    ("items", "section", "sections"),
    ("practice_block", "response", "responses"),
    ("practices", "critical", "scales"),
    ("tenure", "newcomer", "tenure_bands"),
    ("tenure", "veteran", "tenure_bands"),
    ("tenure", "scale", "scales"),
    ("readiness", "harm_items", "items"),
)
"""Which key of which table names an entry of which other table."""


def check_references(draft: Draft, faults: FaultList) -> None:
    """Note every id that stands twice or clashes, and every reference into nothing."""
    _check_unique(draft, faults)
    _check_clashes(draft, faults)
    for table, key, target in REFERENCES:
        for entry in draft.all(table):
            _check_reference(entry, key, target, draft, faults)


def _check_unique(draft: Draft, faults: FaultList) -> None:
    for table in TABLES:
        times = Counter(entry.name for entry in draft.all(table) if entry.name)
        for entry in draft.all(table):
            if times[entry.name] > 1:
                what = f"stands {times[entry.name]} times; every id must be different"
                faults.add(entry.place, "id", what)


def _check_clashes(draft: Draft, faults: FaultList) -> None:
    """No id is also the name of something else."""
    taken = dict(_taken(draft))
    for table in SHARED:
        for entry in draft.all(table):
            if entry.name in taken:
                what = f"is also the name of {taken[entry.name]}; choose another id"
                faults.add(entry.place, "id", what)
        taken |= {entry.name: entry.place.words for entry in draft.all(table) if entry.name}
    for entry in draft.all("sections"):
        if entry.name == PRACTICE_PAGE:
            what = "is kept for the page of the practices; choose another id"
            faults.add(entry.place, "id", what)


def _taken(draft: Draft) -> Iterator[tuple[str, str]]:
    """Go through the names that no id may have, and what they name."""
    yield from KEPT.items()
    for entry in draft.all("practices"):
        for prefix, what in COLUMNS.items():
            yield f"{prefix}{entry.name}", f"{what} practice {entry.name}"


def _check_reference(entry: Entry, key: str, target: str, draft: Draft, faults: FaultList) -> None:
    """Whatever a key names exists, and is named once."""
    known = draft.names(target)
    value = entry.get(key)
    if known is None or value is None:
        return
    named: list[str] = value if isinstance(value, list) else [value]
    noun = TABLES[target].noun
    for name, times in Counter(named).items():
        if name not in known:
            what = f"there is no {noun} {quoted(name)}{_meant(name, known)}"
            faults.add(entry.place, key, what)
        if times > 1:
            faults.add(entry.place, key, f"names {name} {times} times; once is enough")


def _meant(name: str, known: frozenset[str]) -> str:
    usable = sorted(filter(None, known))
    every = f"; known: {listed(usable)}" if 0 < len(usable) <= 12 else ""
    return did_you_mean(name, usable, every)
