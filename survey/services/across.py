"""What may stand beside a new survey: other surveys of the same client that ask about the same.

Two surveys that put the same people into other groups tell, side by side, of the few by whom these
groups differ. So one that is not closed yet stands in the way of a new one; one that was closed in
the last twelve months is told to the people who are asked, unless its groups were the same. The
wave that a survey is linked to has stricter rules: `reporting_groups.regrouped_faults`, `opening`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import Policy, Unit
from survey.language import gettext as _
from survey.services.next_wave import Places, groups_then
from survey.services.roster import NOW_CALLED
from survey.services.surveys import as_units, parts_in, policy_of, questionnaire_of
from survey.storage.models import Survey
from survey.storage.queries import units_of

REMEMBERED = timedelta(days=366)
"""How long after its closing a survey is taken into account."""
MOST_NAMED = 5


@dataclass(frozen=True)
class Other:
    """Another survey of the same client."""

    slug: str
    title: str
    closed_on: date | None
    """By the clocks of its zone; None: it is not closed."""
    scales: frozenset[str]
    units: tuple[Unit, ...]
    policy: Policy
    then: Mapping[str, str]
    """Id of a client's unit -> id of the group in which its people were asked."""

    @property
    def line(self) -> str:
        """What a later survey keeps of it: the day of closing, a space, the title."""
        return f"{self.closed_on} {self.title}"


@dataclass(frozen=True)
class Asking:
    """What a new survey is like, as far as others are compared with it."""

    names: Mapping[str, str]
    """Id of a client's unit, or of a leaders' group, whose people are asked -> its name."""
    units: tuple[Unit, ...]
    policy: Policy
    scales: frozenset[str]
    previous: str | None


def others_of(
    session: Session, client: str, name: str, now: datetime, tree: Places
) -> tuple[Other, ...]:
    """Return the surveys of a client that are not closed, or were closed in the last twelve months,
    inside a transaction of the caller's.

    Rehearsals are none, nor is a survey that nobody will ever read a report of. A survey of no
    client counts where it names this one.
    """
    released = sa.and_(Survey.closed_at > now - REMEMBERED, Survey.left_out.is_not(None))
    query = (
        sa.select(Survey)
        .where(
            Survey.rehearsal.is_(False),
            Survey.lost_on.is_(None),
            sa.or_(Survey.client_id == client, Survey.client_id.is_(None)),
            sa.or_(Survey.state != "closed", released),
        )
        .order_by(Survey.opened_at.desc(), Survey.slug)
    )
    rows = session.scalars(query).all()
    own = [row for row in rows if row.client_id or row.client.casefold() == name.casefold()]
    return tuple(_other(session, row, tree) for row in own)


def _other(session: Session, row: Survey, tree: Places) -> Other:
    rows, zone = units_of(session, row.slug), ZoneInfo(row.timezone)
    units = as_units(rows)
    return Other(
        slug=row.slug,
        title=row.title,
        closed_on=row.closed_at.astimezone(zone).date() if row.closed_at else None,
        scales=frozenset(scale.id for scale in questionnaire_of(row.questionnaire).scales),
        units=units,
        policy=policy_of(row),
        then=groups_then(units, tree, parts_in(rows)),
    )


def running_faults(others: Iterable[Other], asking: Asking) -> list[str]:
    """Return which surveys that are not closed ask the same people about the same."""
    return [
        _(
            "“{title}” is not closed yet and asks people of the same units: {names}. Two surveys"
            " of the same people at the same time could tell, side by side, what few of them"
            " answered. Close that one first, or delete it.",
            title=other.title,
            names=_named(shared),
        )
        for other in others
        if other.closed_on is None and (shared := _shared(other, asking))
    ]


def grouped_otherwise(others: Iterable[Other], asking: Asking) -> tuple[Other, ...]:
    """Return the closed surveys that asked the same people about the same, but put them together
    otherwise, or showed results from another number of answers on.
    """
    return tuple(
        other
        for other in others
        if other.closed_on is not None
        and other.slug != asking.previous
        and _shared(other, asking)
        and (_shape(other.units) != _shape(asking.units) or other.policy != asking.policy)
    )


def _shared(other: Other, asking: Asking) -> list[str]:
    """Return the names of units that both ask: a unit that was made anew has its old name."""
    if not other.scales & asking.scales:
        return []
    ids = {*other.then, *(unit.id for unit in other.units if unit.asked)}
    names = {unit.name.casefold() for unit in other.units if unit.asked}
    return [name for key, name in asking.names.items() if key in ids or name.casefold() in names]


def _shape(units: Iterable[Unit]) -> set[tuple[str, str | None]]:
    """Return what is alike where groups are the same: the id of a join is made of its units."""
    return {
        (NOW_CALLED.get(unit.id, unit.id), NOW_CALLED.get(unit.parent or "", unit.parent))
        for unit in units
    }


def _named(names: Sequence[str]) -> str:
    named, more = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return _("{named} and {more} more", named=named, more=more) if more > 0 else named
