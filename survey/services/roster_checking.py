"""A table of people, judged: which rows can be used, and what is wrong with the others.

Pure: no database. The rules for a single cell stand in `roster_rules`, what would change against
the roster that is there in `roster_changes`.
"""

import difflib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.errors import UserError
from survey.services.client_units import UnitLine, path_of
from survey.services.roster import MOST_UNITS
from survey.services.roster_rows import EmptyTable, Row
from survey.services.roster_rules import (
    BY_VALUE,
    COLUMNS,
    STEP,
    Entry,
    Fault,
    column_of,
    read_entry,
)

Tell = Callable[[int, int], object]
"""Is told how much is done, of how much."""
EVERY = 500
"""Rows after which it is told."""
MOST_SHOWN = 120
MOST_IGNORED = 20
MOST_HINTS = 50
"""Names for which a similar one is looked for, which takes time that grows with the tree."""


def _nobody(done: int, total: int) -> None:
    """Tell nobody how far it is."""


class NoHeader(UserError):
    """The first row must name the columns; “unit” is missing among them. There it says: {found}"""


class ColumnTwice(UserError):
    """Two columns of the first row mean the same: {one} and {other}. Delete one of them, or give it
    another heading.
    """


class NoPeople(UserError):
    """There is nobody under the first row."""


class TooManyUnitsInFile(UserError):
    """With those of the file there would be more than {most} units. Perhaps the wrong column is
    called “unit”?
    """


@dataclass(frozen=True)
class Head:
    """The first row: where each column stands, and the headings that are not asked for."""

    places: Mapping[str, int]
    ignored: tuple[str, ...]


@dataclass(frozen=True)
class Placed:
    """Somebody who can be saved: with the id of a unit that is there, or the path of a new one."""

    entry: Entry
    unit: str | tuple[str, ...]


@dataclass(frozen=True)
class Checked:
    """Everything that was found: those who can be saved, the faults by row, the units to be made.

    `new_units` are paths from the top down, each after the one it stands under.
    """

    rows: int
    people: tuple[Placed, ...]
    faults: tuple[Fault, ...]
    new_units: tuple[tuple[str, ...], ...]
    ignored: tuple[str, ...]

    @property
    def faulty(self) -> frozenset[int]:
        """Numbers of the rows that cannot be used."""
        return frozenset(fault.row for fault in self.faults)


def head_of(rows: Sequence[Row]) -> Head:
    """Read the first row.

    Raises
    ------
    EmptyTable, NoHeader, ColumnTwice
    """
    if not rows:
        raise EmptyTable
    first = rows[0].cells
    places: dict[str, int] = {}
    for at, cell in enumerate(first):
        column = column_of(cell)
        if column and column in places:
            raise ColumnTwice(one=_quoted(first[places[column]]), other=_quoted(cell))
        if column:
            places[column] = at
    if "unit" not in places:
        raise NoHeader(found=", ".join(map(_quoted, first))[:MOST_SHOWN] + ".")
    ignored = [_short(cell) for cell in first if cell.strip() and not column_of(cell)]
    return Head(places, tuple(ignored[:MOST_IGNORED]))


def check(
    rows: Sequence[Row],
    language: str,
    tree: Sequence[UnitLine],
    make_units: bool = False,
    tell: Tell = _nobody,
) -> Checked:
    """Judge every row of a table.

    Parameters
    ----------
    rows
        The rows of a file, the header first.
    language
        Of people whose row tells none.
    tree
        The units that are there.
    make_units
        Whether a unit that is named alone and is not there shall be made at the top. Where there is
        no unit at all yet, or the file tells the whole path, units are made in any case.
    tell
        Is told how far it is.
    """
    head = head_of(rows)
    if len(rows) == 1:
        raise NoPeople
    places = Places(tree, make_units)
    read = list(_read(rows[1:], head, language, tell))
    twice = {fault.row: fault for fault in _mails_twice(entry for entry, _ in read)}
    people, faults = [], []
    for entry, wrong in read:
        unit = places.find(entry.unit) if entry.unit else ""
        own = [*wrong, *([twice[entry.row]] if entry.row in twice and not wrong else [])]
        if isinstance(unit, Lost) and not any(fault.column == "unit" for fault in own):
            own.append(replace(unit.fault, row=entry.row))
        faults += own
        if not own and not isinstance(unit, Lost):
            people.append(Placed(entry, unit))
    made = places.to_make(placed.unit for placed in people)
    if len(tree) + len(made) > MOST_UNITS:
        raise TooManyUnitsInFile(most=MOST_UNITS)
    return Checked(len(read), tuple(people), tuple(faults), made, head.ignored)


@dataclass(frozen=True)
class Lost:
    """A unit that cannot be told from the file; `fault` says why, for any row."""

    fault: Fault


class Places:
    """Finds the unit that a row means; each name is looked for once."""

    def __init__(self, tree: Sequence[UnitLine], make: bool) -> None:
        by_id = {unit.id: unit for unit in tree}
        self._paths = {_key(path_of(by_id, unit.id)): unit.id for unit in tree}
        self._named: dict[str, list[UnitLine]] = {}
        for unit in tree:
            self._named.setdefault(unit.name.casefold(), []).append(unit)
        self._names = {unit.id: path_of(by_id, unit.id) for unit in tree}
        self._make = make or not tree
        self._hints = 0
        self._found: dict[tuple[str, ...], str | tuple[str, ...] | Lost] = {}
        self._spelled: dict[tuple[str, ...], tuple[str, ...]] = {}

    def find(self, told: tuple[str, ...]) -> str | tuple[str, ...] | Lost:
        """Return the id of a unit, or the path of one to be made, or why there is none."""
        if told not in self._found:
            self._found[told] = self._look(told)
        return self._found[told]

    def _look(self, told: tuple[str, ...]) -> str | tuple[str, ...] | Lost:
        key = _key(told)
        if key in self._paths:
            return self._paths[key]
        if len(told) > 1:
            return self._new(told)
        named = self._named.get(key[0], [])
        if len(named) == 1:
            return named[0].id
        if named:
            other = f" {STEP} ".join(self._names[named[0].id])
            return Lost(Fault(0, "unit", "unit_twofold", told[0], other))
        if self._make:
            return self._new(told)
        meant = self._meant(told[0])
        return Lost(Fault(0, "unit", "unit_meant" if meant else "unit_unknown", told[0], meant))

    def _new(self, told: tuple[str, ...]) -> tuple[str, ...]:
        """Return the path as it was spelled first, its known part as the tree spells it."""
        spelled: tuple[str, ...] = ()
        for upto in range(1, len(told) + 1):
            key = _key(told[:upto])
            known = self._paths.get(key)
            here = self._names[known] if known else (*spelled, told[upto - 1])
            spelled = self._spelled.setdefault(key, here)
        return spelled

    def to_make(self, units: Iterable[str | tuple[str, ...]]) -> tuple[tuple[str, ...], ...]:
        """Return the paths of units that are not there, each after the one it stands under."""
        found: dict[tuple[str, ...], None] = {}
        for unit in units:
            if isinstance(unit, tuple):
                for upto in range(1, len(unit) + 1):
                    if _key(unit[:upto]) not in self._paths:
                        found.setdefault(unit[:upto])
        return tuple(found)

    def _meant(self, name: str) -> str:
        """Return the name of a unit that is spelled much like it; empty where there is none."""
        self._hints += 1
        if self._hints > MOST_HINTS:
            return ""
        close = difflib.get_close_matches(name.casefold(), self._named, 1)
        return self._named[close[0]][0].name if close else ""


def _read(
    rows: Sequence[Row], head: Head, language: str, tell: Tell
) -> Iterator[tuple[Entry, Sequence[Fault]]]:
    places = [(column, head.places[column]) for column in COLUMNS if column in head.places]
    for at, row in enumerate(rows):
        if at % EVERY == 0:
            tell(at, len(rows))
        cells = {column: row.cells[place] for column, place in places if place < len(row.cells)}
        if any(cells.values()):
            yield read_entry(row.number, cells, language)


def _mails_twice(entries: Iterable[Entry]) -> Iterator[Fault]:
    """Yield a fault for every row with an address that an earlier row has."""
    first: dict[str, Entry] = {}
    for entry in entries:
        if not entry.email:
            continue
        seen = first.setdefault(entry.email.casefold(), entry)
        if seen is not entry:
            same = _key(seen.unit) == _key(entry.unit)
            kind = "mail_twice" if same else "two_units"
            yield Fault(entry.row, "mail", kind, entry.email, str(seen.row))


def gathered(faults: Iterable[Fault], first: int) -> list[tuple[Fault, int, tuple[Fault, ...]]]:
    """Return like faults together, the most frequent first: one of them, how many, the first."""

    def key(fault: Fault) -> tuple[str, str, str]:
        return fault.column, fault.kind, fault.value if fault.kind in BY_VALUE else ""

    listed = list(faults)
    often = Counter(map(key, listed))
    shown: dict[tuple[str, str, str], list[Fault]] = {}
    for fault in listed:
        some = shown.setdefault(key(fault), [])
        if len(some) < first:
            some.append(fault)
    return [(shown[kind][0], many, tuple(shown[kind])) for kind, many in often.most_common()]


def _key(path: Sequence[str]) -> tuple[str, ...]:
    return tuple(name.casefold() for name in path)


def _short(cell: str) -> str:
    return " ".join(cell.split())[:40]


def _quoted(cell: str) -> str:
    return f"“{_short(cell)}”"
