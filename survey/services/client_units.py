"""The tree of a client's units, as it is read. Changing it by hand stands in `unit_editing`.

The order of the tree is that in which it is shown: each unit right above the ones under it. Ids
stay with their unit: one that a survey or a draft still knows is given to no other.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.services.clients import looking, numbered
from survey.services.roster import (
    NOW_CALLED,
    short_name,
)
from survey.storage.models import Survey, Unit
from survey.storage.workspace import ClientUnit, Draft, Person

OF_LEADERS = "leaders-of-"
"""How the ids of groups of leaders begin, which surveys are given besides."""


class UnknownUnit(UserError):
    """The unit is no longer there. Somebody may have deleted it."""


@dataclass(frozen=True)
class UnitLine:
    """A unit of a client.

    Attributes
    ----------
    place : where it stands in the tree, from 0
    people : people of it who are in no roster, such as those who only get cards
    members : people of the roster who do not lead it
    leaders : people of the roster who lead it
    """

    id: str
    name: str
    parent: str | None
    place: int
    people: int
    members: int
    leaders: int

    @property
    def all(self) -> int:
        """Everybody of the unit itself."""
        return self.people + self.members + self.leaders


def tree_of(session: Session, client: str) -> tuple[UnitLine, ...]:
    """Return the units of a client in the order of the tree, with how many people each has."""
    leads = sa.func.sum(sa.case((Person.leads, 1), else_=0))
    counted = sa.select(Person.unit, sa.func.count(), leads).where(Person.client == client)
    with looking(session):
        people = {
            unit: (many, int(leading))
            for unit, many, leading in session.execute(counted.group_by(Person.unit))
        }
        rows = _rows(session, client)
    lines = []
    for row in rows:
        many, leading = people.get(row.id, (0, 0))
        lines.append(
            UnitLine(row.id, row.name, row.parent, row.place, row.people, many - leading, leading)
        )
    return in_order(lines)


def in_order(units: Iterable[UnitLine]) -> tuple[UnitLine, ...]:
    """Return units from the top down, each right above those under it; places count from 0."""
    below: dict[str | None, list[UnitLine]] = {}
    for unit in sorted(units, key=lambda unit: (unit.place, unit.id)):
        below.setdefault(unit.parent, []).append(unit)
    found: list[UnitLine] = []
    waiting = below.get(None, [])[::-1]
    while waiting:
        unit = waiting.pop()
        found.append(unit if unit.place == len(found) else replace(unit, place=len(found)))
        waiting += below.get(unit.id, [])[::-1]
    return tuple(found)


def below(tree: Sequence[UnitLine], unit: str) -> frozenset[str]:
    """Return a unit and all that stand under it; nothing where there is no such unit."""
    found: set[str] = set()
    for line in tree:  # each stands after the one above it
        if line.id == unit or line.parent in found:
            found.add(line.id)
    return frozenset(found)


def depths(tree: Sequence[UnitLine]) -> Mapping[str, int]:
    """Return how many units stand above each."""
    found: dict[str, int] = {}
    for line in tree:
        found[line.id] = found[line.parent] + 1 if line.parent is not None else 0
    return found


def path_of(tree: Mapping[str, UnitLine], unit: str) -> tuple[str, ...]:
    """Return the names from the top down to a unit."""
    names: list[str] = []
    at: str | None = unit
    while at is not None:
        names.append(tree[at].name)
        at = tree[at].parent
    return tuple(reversed(names))


def known_ids(session: Session, client: str) -> frozenset[str]:
    """Return ids that surveys and drafts of a client still speak of, inside a transaction."""
    asked = sa.select(Unit.id).join(Survey, Survey.slug == Unit.survey)
    found = set(session.scalars(asked.where(Survey.client_id == client)))
    for settings in session.scalars(sa.select(Draft.settings).where(Draft.client == client)):
        found.update(re.findall(r'"([a-z0-9-]+)"', settings))
    return frozenset(found)


def free_id(name: str, taken: AbstractSet[str]) -> str:
    """Return an id for a new unit: its letters and digits, numbered where they are taken."""
    wanted = short_name(name) or "unit"
    if wanted.startswith(OF_LEADERS):
        wanted = f"unit-{wanted}"
    return next(key for key in numbered(wanted) if key not in taken and key not in NOW_CALLED)


def _rows(session: Session, client: str) -> Sequence[sa.Row[str, str, str | None, int, int]]:
    table = ClientUnit
    query = sa.select(table.id, table.name, table.parent, table.place, table.people)
    return session.execute(query.where(table.client == client)).all()
