"""Reading the units of a survey from the file that a consultant brings: `unit,parent,people`.

Every fault is told at once, with its row. What a plan needs besides stands in `opening`.
"""

import csv
import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, count

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.language import gettext as _
from survey.services.agreed import EVERYBODY

HEADER = ("unit", "parent", "people")
MOST_UNITS = 5000
MOST_PEOPLE = 100_000
MOST_CHARACTERS = 1_000_000
LONGEST_NAME = 100
MOST_LEVELS = 20
MOST_HINTS = 10
NOW_CALLED = {EVERYBODY: f"{EVERYBODY}-2"}
"""Ids that earlier surveys may have, and none is given any more -> what is given instead."""


class UnitsError(UserError):
    """The list of units cannot be used: {told}"""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(told=" ".join(self.faults))


@dataclass(frozen=True)
class _Row:
    number: int
    name: str
    parent: str
    people: str


def parse_units(text: str) -> tuple[Unit, ...]:
    """Read the units of an organisation from CSV.

    Parameters
    ----------
    text
        A header `unit,parent,people` and one row a unit, separated by commas or semicolons; a byte
        order mark is tolerated. `parent` is the name of another row, or empty at the top; `people`
        is the number of people asked in the unit itself, 0 for a mere heading.

    Returns
    -------
    tuple of Unit
        In the order of the file. Ids are made from the names.

    Raises
    ------
    UnitsError
        With every fault, each in one sentence with its row.
    """
    rows = _rows(text)
    faults = [fault for row in rows for fault in _faults_of_row(row)]
    faults += _repeated(rows) + _wrong_parents(rows)
    if not rows:
        faults.append(_("There is no unit under the header."))
    if faults:
        raise UnitsError(faults)
    ids = _ids([row.name for row in rows])
    return tuple(
        Unit(ids[row.name], row.name, ids[row.parent] if row.parent else None, int(row.people))
        for row in rows
    )


def tree_faults(units: Sequence[Unit]) -> list[str]:
    """Return what keeps units from being a tree with one name each, in sentences."""
    ids = {unit.id for unit in units}
    faults = [
        _("Unit “{unit}” has no name or id.", unit=u.name)
        for u in units
        if not (u.id and u.name.strip())
    ]
    names, known = _twice([u.name for u in units]), _twice([u.id for u in units])
    faults += [_("The unit name “{name}” is used twice.", name=name) for name in names]
    faults += [_("The unit id “{unit}” is used twice.", unit=unit) for unit in known]
    faults += [
        _(
            "Unit “{unit}” stands under “{parent}”, which is not there.",
            unit=u.name,
            parent=u.parent,
        )
        for u in units
        if u.parent is not None and u.parent not in ids
    ]
    parents = {u.id: u.parent for u in units}
    circles = [u.name for u in units if _circles(u.id, parents)]
    faults += [_("Unit “{unit}” stands under itself.", unit=name) for name in circles]
    if not faults and max(depths_of(units).values(), default=0) > MOST_LEVELS:
        faults.append(_("The units have more than {most} levels.", most=MOST_LEVELS))
    return faults


def depths_of(units: Sequence[Unit]) -> dict[str, int]:
    """Return how many units stand above each unit of a tree."""
    parents = {unit.id: unit.parent for unit in units}
    depths = {}
    for unit in units:
        at, depth = unit.parent, 0
        while at is not None:
            at, depth = parents[at], depth + 1
        depths[unit.id] = depth
    return depths


def _rows(text: str) -> list[_Row]:
    plain = text.removeprefix("\ufeff")
    if len(plain) > MOST_CHARACTERS:
        raise UnitsError(
            [_("The file is too long: {most} characters at most.", most=MOST_CHARACTERS)]
        )
    first = plain.lstrip().split("\n", 1)[0]
    separator = ";" if first.count(";") > first.count(",") else ","
    try:
        lines = list(csv.reader(plain.splitlines(), delimiter=separator, strict=True))
    except csv.Error as error:
        told = _("It is not a table of comma-separated values ({error}).", error=error)
        raise UnitsError([told]) from None
    written = [(at, [_clean(c) for c in line]) for at, line in enumerate(lines, 1) if any(line)]
    if not written or tuple(cell.lower() for cell in written[0][1]) != HEADER:
        told = _("Row 1 must be the header {header}.", header=separator.join(HEADER))
        raise UnitsError([told])
    if len(written) > MOST_UNITS + 1:
        raise UnitsError([_("There are more than {most} units.", most=MOST_UNITS)])
    _check_widths(written)
    return [_Row(at, *cells) for at, cells in written[1:]]


def _check_widths(written: Sequence[tuple[int, list[str]]]) -> None:
    """Without three cells a row says nothing that could be judged further."""
    wrong = [
        _(
            "Row {row}: write three cells, not {many}; quote a name that has a comma.",
            row=at,
            many=len(cells),
        )
        for at, cells in written
        if len(cells) != len(HEADER)
    ]
    if wrong:
        raise UnitsError(wrong)


def _clean(cell: str) -> str:
    seen = "".join(" " if _unseen(c) else c for c in cell)
    return " ".join(unicodedata.normalize("NFC", seen).split())


def _unseen(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cf", "Cs") or is_noncharacter(c)


def is_noncharacter(c: str) -> bool:
    """Say whether a code point will never be a character: no file format takes it in a text.

    Other code points without a meaning may get one, or have one that this Python does not know.
    """
    return ord(c) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(c) <= 0xFDEF


def _faults_of_row(row: _Row) -> Iterator[str]:
    if not row.name:
        yield _("Row {row}: unit: give the unit a name.", row=row.number)
    elif len(row.name) > LONGEST_NAME:
        yield _(
            "Row {row}: unit: shorten the name to {most} characters.",
            row=row.number,
            most=LONGEST_NAME,
        )
    if not re.fullmatch(r"[0-9]{1,9}", row.people) or int(row.people) > MOST_PEOPLE:
        yield _(
            "Row {row}: people: write how many people are asked in this unit (0 to {most}; 0 for a"
            " mere heading), not “{people}”.",
            row=row.number,
            most=MOST_PEOPLE,
            people=row.people[:20],
        )


def _repeated(rows: Sequence[_Row]) -> list[str]:
    first: dict[str, int] = {}
    faults = []
    for row in rows:
        seen = first.setdefault(row.name.casefold(), row.number)
        if row.name and seen != row.number:
            faults.append(
                _(
                    "Row {row}: unit: “{unit}” stands in row {seen} already.",
                    row=row.number,
                    unit=row.name,
                    seen=seen,
                )
            )
    return faults


def _wrong_parents(rows: Sequence[_Row]) -> list[str]:
    parents = {row.name: row.parent or None for row in rows}
    faults: list[str] = []
    for row in rows:
        if row.parent and row.parent not in parents:
            hint = _meant(row.parent, parents) if len(faults) < MOST_HINTS else ""
            named = row.parent[:LONGEST_NAME]
            told = _("Row {row}: parent: no unit is called “{named}”.", row=row.number, named=named)
            faults.append(told + hint)
        elif row.parent and _circles(row.name, parents):
            faults.append(
                _(
                    "Row {row}: parent: “{unit}” would stand under itself.",
                    row=row.number,
                    unit=row.name,
                )
            )
    return faults


def _meant(name: str, known: Iterable[str]) -> str:
    """Return a hint at a similar name; looking for one takes time that grows with the list."""
    close = difflib.get_close_matches(name[:LONGEST_NAME], known, 1)
    return _(" Did you mean “{name}”?", name=close[0]) if close else ""


def _circles(start: str, parents: dict[str, str | None]) -> bool:
    """Say whether going up from a unit leads back to it."""
    seen: set[str] = set()
    at = parents.get(start)
    while at is not None and at not in seen:
        if at == start:
            return True
        seen.add(at)
        at = parents.get(at)
    return False


def _ids(names: Sequence[str]) -> dict[str, str]:
    """Return an id for each name: its letters and digits, numbered where two are alike.

    None is that of all groups together, which the key of a group would otherwise be taken for.
    """
    ids: dict[str, str] = {}
    taken = set(NOW_CALLED)
    for at, name in enumerate(names, 1):
        wanted = short_name(name) or f"unit-{at}"
        numbered = (f"{wanted}-{number}" for number in count(2))
        ids[name] = next(i for i in chain([wanted], numbered) if i not in taken)
        taken.add(ids[name])
    return ids


def short_name(name: str, longest: int = 40) -> str:
    """Return a name for addresses: lower case, Latin letters and digits, joined by hyphens."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return "-".join(re.findall(r"[a-z0-9]+", plain))[:longest].strip("-")


def _twice(names: Sequence[str]) -> list[str]:
    often = Counter(name.casefold() for name in names)
    return sorted({name for name in names if often[name.casefold()] > 1})
