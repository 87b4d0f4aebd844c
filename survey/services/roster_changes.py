"""What a file would change in a roster: who is added, who goes, who changes, who moves.

Pure: no database. Somebody is the same person by the mail address; where one side has none, by the
name within the unit, and then by a name that only one person has. Nameless people of a unit are all
alike and are only counted.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from survey.services.roster_checking import Placed

Somebody = TypeVar("Somebody")
Way = Literal["replace", "add"]
"""Whether those who are not in the file go, or stay."""
Place = str | tuple[str, ...]
"""Id of a unit that is there, or the path of a new one."""


@dataclass(frozen=True)
class PersonLine:
    """Somebody of a roster."""

    id: int
    unit: str
    name: str
    email: str
    language: str
    leads: bool


@dataclass(frozen=True)
class Change:
    """Somebody who is in the file and in the roster, and whom the file tells otherwise."""

    before: PersonLine
    after: Placed

    @property
    def moved(self) -> bool:
        """Whether the unit is another one."""
        return self.before.unit != self.after.unit


@dataclass(frozen=True)
class Changes:
    """What a file would change; those who are `missing` in it go where the roster is replaced."""

    added: tuple[Placed, ...]
    changed: tuple[Change, ...]
    missing: tuple[PersonLine, ...]
    same: int


def changes(present: Sequence[PersonLine], told: Sequence[Placed]) -> Changes:
    """Compare those who are in the roster with those whom a file tells."""
    pairs: list[tuple[PersonLine, Placed]] = []
    left, new = list(present), list(told)
    alone, only = _only(_name_before, present), _only(_name_after, told)
    for here, there in (
        (_mail_before, _mail_after),
        (_unmailed(_in_unit_before), _in_unit_after),
        (_in_unit_before, _unmailed_after(_in_unit_after)),
        (_unmailed(alone), only),
        (alone, _unmailed_after(only)),
    ):
        found, left, new = _matched(left, new, here, there)
        pairs += found
    changed = [Change(*pair) for pair in pairs if _differs(*pair)]
    changed.sort(key=lambda change: change.after.entry.row)
    return Changes(tuple(new), tuple(changed), tuple(left), len(pairs) - len(changed))


def _matched(
    present: Iterable[PersonLine],
    told: Iterable[Placed],
    before: Callable[[PersonLine], object],
    after: Callable[[Placed], object],
) -> tuple[list[tuple[PersonLine, Placed]], list[PersonLine], list[Placed]]:
    """Pair those who have the same key; return the pairs, and those left on either side."""
    waiting: dict[object, list[PersonLine]] = {}
    left = []
    for person in present:
        key = before(person)
        if key is None:
            left.append(person)
        else:
            waiting.setdefault(key, []).append(person)
    pairs, new = [], []
    for placed in told:
        key = after(placed)
        same = waiting.get(key) if key is not None else None
        if same:
            pairs.append((same.pop(0), placed))
        else:
            new.append(placed)
    return pairs, [*left, *(person for some in waiting.values() for person in some)], new


def _mail_before(person: PersonLine) -> object:
    return person.email.casefold() or None


def _mail_after(placed: Placed) -> object:
    return placed.entry.email.casefold() or None


def _in_unit_before(person: PersonLine) -> object:
    return None if person.email and not person.name else (person.unit, person.name.casefold())


def _in_unit_after(placed: Placed) -> object:
    told = placed.entry
    return None if told.email and not told.name else (placed.unit, told.name.casefold())


def _unmailed(key: Callable[[PersonLine], object]) -> Callable[[PersonLine], object]:
    """Two addresses are two people, whatever their names: one side of a pair must have none."""
    return lambda person: None if person.email else key(person)


def _unmailed_after(key: Callable[[Placed], object]) -> Callable[[Placed], object]:
    return lambda placed: None if placed.entry.email else key(placed)


def _name_before(person: PersonLine) -> str:
    return person.name.casefold()


def _name_after(placed: Placed) -> str:
    return placed.entry.name.casefold()


def _only(
    name: Callable[[Somebody], str], everybody: Iterable[Somebody]
) -> Callable[[Somebody], object]:
    """Return a key that only somebody has whose name nobody else has."""
    often: dict[str, int] = {}
    for one in everybody:
        often[name(one)] = often.get(name(one), 0) + 1
    return lambda one: name(one) if name(one) and often[name(one)] == 1 else None


def _differs(person: PersonLine, placed: Placed) -> bool:
    told = placed.entry
    after = placed.unit, told.name, told.email, told.language, told.leads
    return (person.unit, person.name, person.email, person.language, person.leads) != after


def told_differences(change: Change) -> Mapping[str, tuple[str, str]]:
    """Return the columns that differ -> before, after; the unit and leading aside."""
    before, after = change.before, change.after.entry
    pairs = {
        "name": (before.name, after.name),
        "mail": (before.email, after.email),
        "language": (before.language, after.language),
    }
    return {column: pair for column, pair in pairs.items() if pair[0] != pair[1]}
