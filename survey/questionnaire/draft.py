"""A questionnaire file as it was read, with whatever in it has good shape.

Here belongs the first pass: every table is held against its model, what has the wrong shape is
told, and the rest is kept, key by key, so that the second pass (`texts`, `references`,
`structure`, `settings`) can look at it although something else is wrong.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from survey.questionnaire.faults import FaultList, Place, bare
from survey.questionnaire.kinds import SAME, Table
from survey.questionnaire.shape import QUESTIONNAIRE, Shape
from survey.questionnaire.wording import kind_of, sentence, unknown_key

TOP = Place(QUESTIONNAIRE.header.noun)
"""The top of a questionnaire, where title and languages stand."""
MOST_ENTRIES = 300
"""Of any table. More cannot be answered, and comparing them with each other would take minutes."""


@dataclass(frozen=True)
class Entry:
    """One table of the file. `name` is its id as written, "" where it has none."""

    model: type[Table]
    place: Place
    name: str
    good: Mapping[str, Any]

    def get(self, key: str) -> Any:
        """Return a value of good shape, its default where it is left out, else None."""
        return self.good.get(key)


@dataclass(frozen=True)
class Draft:
    """The file: the top, and the entries of every table; None where a table is no table."""

    top: Entry
    tables: Mapping[str, tuple[Entry, ...] | None]

    def all(self, table: str) -> tuple[Entry, ...]:
        """Return the entries of a table, as far as there are any."""
        return self.tables[table] or ()

    def one(self, table: str) -> Entry | None:
        """Return the entry of a table that stands once, if it is there."""
        return next(iter(self.all(table)), None)

    def names(self, table: str) -> frozenset[str] | None:
        """Return every id of a table, or None where there is none to be known."""
        found = self.tables[table]
        return frozenset(entry.name for entry in found) if found else None

    def entries(self) -> Iterator[Entry]:
        """Go through the top and every entry, from the top of the file down."""
        yield self.top
        for table in self.tables:
            yield from self.all(table)


def read(raw: Mapping[str, object], faults: FaultList, shape: Shape = QUESTIONNAIRE) -> Draft:
    """Hold a file against the models: note every fault of shape, keep whatever is good."""
    fields, place = shape.header.model_fields, Place(shape.header.noun)
    for key in raw:
        if key not in shape.tables and key not in fields:
            faults.add(place, bare(key), unknown_key(key, {**fields, **shape.tables}))
    top = {key: value for key, value in raw.items() if key in fields}
    return Draft(
        top=_entry(shape.header, place, "", top, faults),
        tables={table: _table(table, raw.get(table), faults, shape) for table in shape.tables},
    )


def _table(table: str, raw: object, faults: FaultList, shape: Shape) -> tuple[Entry, ...] | None:
    """Read all entries of one table."""
    top, model = Place(shape.header.noun), shape.tables[table]
    if raw is None or raw == []:
        if table in shape.needed:
            faults.add(top, table, f"is missing; add at least one [[{table}]]")
        return ()
    repeated = table in shape.repeated
    brackets = f"[[{table}]]" if repeated else f"[{table}]"
    if not isinstance(raw, list if repeated else dict):
        faults.add(top, table, f"must be written as {brackets}, not as {kind_of(raw)}")
        return None
    rank = list(shape.tables).index(table) + 1
    parts = raw if isinstance(raw, list) else [raw]
    if len(parts) > MOST_ENTRIES:
        faults.add(top, table, f"has {len(parts)} entries, {MOST_ENTRIES} at most")
        return None
    return tuple(
        _entry(model, _place(model, part, (rank, place), repeated), _name(part), part, faults)
        for place, part in enumerate(parts, start=1)
    )


def _name(raw: object) -> str:
    name = raw.get("id") if isinstance(raw, dict) else None
    return name if isinstance(name, str) else ""


def _place(model: type[Table], raw: object, rank: tuple[int, int], repeated: bool) -> Place:
    if "id" not in model.model_fields:
        return Place(f"{model.noun} no. {rank[1]}" if repeated else model.noun, rank)
    name = _name(raw)
    plain = name.replace("_", "").isalnum() and name.isascii()
    return Place(f"{model.noun} {bare(name) if plain else f'no. {rank[1]}'}", rank)


def _entry(model: type[Table], place: Place, name: str, raw: object, faults: FaultList) -> Entry:
    """Hold one table against its model, note what is wrong and keep the keys that are right."""
    errors: list[ErrorDetails] = []
    try:
        model.model_validate(raw)
    except ValidationError as found:
        errors = found.errors(include_url=False)
    for error in errors:
        faults.add(place, _key(error), sentence(error, model))
    bad = {error["loc"][0] for error in errors if error["loc"]}
    return Entry(model, place, name, _good(model, raw, bad))


def _key(error: ErrorDetails) -> str:
    return ".".join(bare(part) for part in error["loc"] if isinstance(part, str) and part != SAME)


def _good(model: type[Table], raw: object, bad: set[int | str]) -> dict[str, Any]:
    if not isinstance(raw, dict):
        return {}
    defaults = {
        name: field.get_default()
        for name, field in model.model_fields.items()
        if not field.is_required()
    }
    written = {name: value for name, value in raw.items() if name in model.model_fields}
    return {key: value for key, value in {**defaults, **written}.items() if key not in bad}
