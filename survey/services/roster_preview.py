"""What is shown of a checked file before anything is saved: faults by kind, changes in numbers.

Of long lists the first are kept, with how many there are. Pure; kept as JSON beside the file.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from survey.services.client_units import UnitLine
from survey.services.roster_changes import Change, Changes, Place, told_differences
from survey.services.roster_checking import Checked, gathered
from survey.services.roster_rules import BY_VALUE, STEP, Fault

FIRST = 10
"""Rows that are shown of each kind of fault."""
MOST_LISTED = 100
"""People, and units, that are shown of each kind of change."""


@dataclass(frozen=True)
class Kind:
    """Faults of one kind: one of them, how many rows have it, the first of them."""

    fault: Fault
    many: int
    first: tuple[Fault, ...]

    def holds(self, fault: Fault) -> bool:
        """Say whether a fault is one of them."""
        same = (fault.column, fault.kind) == (self.fault.column, self.fault.kind)
        return same and (fault.value == self.fault.value or fault.kind not in BY_VALUE)


@dataclass(frozen=True)
class Somebody:
    """Somebody as a preview names them; the cells of `before` are filled where they change."""

    name: str
    email: str
    unit: str
    unit_before: str = ""
    before: str = ""
    after: str = ""
    leads: bool | None = None
    """Whether this person leads the unit from now on; None where that stays."""


@dataclass(frozen=True)
class Listed:
    """The first of some people, and how many they are."""

    many: int
    first: tuple[Somebody, ...]


@dataclass(frozen=True)
class Preview:
    """Everything that a preview shows."""

    rows: int
    people: int
    faulty: int
    kinds: tuple[Kind, ...]
    added: Listed
    missing: Listed
    moved: Listed
    changed: Listed
    same: int
    units: int
    new_units: tuple[str, ...]
    ignored: tuple[str, ...]

    def as_json(self) -> Mapping[str, Any]:
        """Return it as what JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, told: dict[str, Any]) -> "Preview":
        """Return what was kept."""
        for name in ("added", "missing", "moved", "changed"):
            listed = told[name]
            told[name] = Listed(listed["many"], tuple(Somebody(**one) for one in listed["first"]))
        told["kinds"] = tuple(
            Kind(Fault(**k["fault"]), k["many"], tuple(Fault(**f) for f in k["first"]))
            for k in told["kinds"]
        )
        for name in ("new_units", "ignored"):
            told[name] = tuple(told[name])
        return cls(**told)

    @property
    def touched(self) -> bool:
        """Whether anything would change at all."""
        changed = self.added.many + self.missing.many + self.moved.many + self.changed.many
        return bool(changed + self.units)


def preview_of(checked: Checked, found: Changes, tree: Sequence[UnitLine]) -> Preview:
    """Return what is shown of a checked file."""
    names = {unit.id: unit.name for unit in tree}

    def called(unit: Place) -> str:
        return names[unit] if isinstance(unit, str) else f" {STEP} ".join(unit)

    moved = [change for change in found.changed if change.moved]
    changed = [change for change in found.changed if not change.moved]
    added = [(p.entry, p.unit) for p in found.added]
    new = [Somebody(e.name, e.email, called(unit)) for e, unit in added[:MOST_LISTED]]
    return Preview(
        rows=checked.rows,
        people=len(checked.people),
        faulty=len(checked.faulty),
        kinds=tuple(Kind(*kind) for kind in gathered(checked.faults, FIRST)),
        added=_listed(new, added),
        missing=_listed(
            [Somebody(p.name, p.email, called(p.unit)) for p in found.missing[:MOST_LISTED]],
            found.missing,
        ),
        moved=_listed([_changed(c, called) for c in moved[:MOST_LISTED]], moved),
        changed=_listed([_changed(c, called) for c in changed[:MOST_LISTED]], changed),
        same=found.same,
        units=len(checked.new_units),
        new_units=tuple(called(path) for path in checked.new_units[:MOST_LISTED]),
        ignored=checked.ignored,
    )


def _listed(first: Sequence[Somebody], everybody: Sequence[object]) -> Listed:
    return Listed(len(everybody), tuple(first))


def _changed(change: Change, called: Callable[[Place], str]) -> Somebody:
    before, told = change.before, change.after.entry
    differ = told_differences(change)
    return Somebody(
        name=told.name or before.name,
        email=told.email or before.email,
        unit=called(change.after.unit),
        unit_before=called(before.unit) if change.moved else "",
        before=", ".join(pair[0] or "–" for pair in differ.values()),
        after=", ".join(pair[1] or "–" for pair in differ.values()),
        leads=told.leads if told.leads != before.leads else None,
    )
