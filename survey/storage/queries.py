"""Queries that are longer than a line.

Functions that take a session inside a transaction and say nothing about what for; when each runs is
decided in `survey.services`.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from survey.storage.models import Amendment, Base, Box, Credential, Participation, Survey, Unit
from survey.storage.workspace import Invitee, Letter

BLOCK = 500
"""Boxes that are held at once while a survey is opened: 4 MB."""


class Asked(NamedTuple):
    """What a submission needs to know: of its survey, and of the unit its code was made for."""

    takes_answers: bool
    public_key: bytes
    questionnaire: str
    unit: str | None
    """None where the code is no code of this survey."""
    place: int


class Sealed(NamedTuple):
    """One row of `box`, with the place of its unit in the roster."""

    nullifier: bytes
    unit: str
    place: int
    sealed: bytes


_NOW = sa.bindparam("now", type_=Survey.ends_at.type)
_OPEN = sa.and_(Survey.state == "open", Survey.ends_at > _NOW)
"""Whether a survey takes answers now."""

# A submission asks and writes these two. Built once: building them anew cost a third of it.
_ASKED = (
    sa.select(
        _OPEN, Survey.public_key, Survey.questionnaire, Unit.id, sa.func.coalesce(Unit.place, -1)
    )
    .outerjoin(
        Credential,
        sa.and_(Credential.survey == Survey.slug, Credential.hash == sa.bindparam("credential")),
    )
    .outerjoin(Unit, sa.and_(Unit.survey == Survey.slug, Unit.id == Credential.unit))
    .where(Survey.slug == sa.bindparam("slug"))
)


def asked_by(session: Session, slug: str, credential: bytes, now: datetime) -> Asked | None:
    """Return what the holder of a code is asked, or None where there is no such survey."""
    told = {"slug": slug, "credential": credential, "now": now}
    row = session.execute(_ASKED, told).one_or_none()
    return Asked(*row) if row else None


def put_box(
    session: Session, slug: str, unit: str, nullifier: bytes, sealed: bytes, now: datetime
) -> bool:
    """Put a box, in the place of an earlier one of the same code; False where the survey is over.

    The state is asked in the same statement that writes. Closing holds the table against writers
    while it ends a survey, so a submission either is there before or is refused after.
    """
    box = {"nullifier": nullifier, "unit": unit, "sealed": sealed, "slug": slug, "now": now}
    result: Any = session.connection().execute(_put(session.get_bind().dialect.name), box)
    return bool(result.rowcount == 1)


@cache
def _put(dialect: str) -> sa.Insert:
    row = sa.select(
        sa.bindparam("nullifier", type_=sa.LargeBinary),
        Survey.slug,
        sa.bindparam("unit", type_=sa.Text),
        sa.bindparam("sealed", type_=sa.LargeBinary),
    ).where(Survey.slug == sa.bindparam("slug"), _OPEN)
    insert = (postgresql if dialect == "postgresql" else sqlite).insert(Box)
    statement = insert.from_select(["nullifier", "survey", "unit", "sealed"], row)
    newest: sa.Insert = statement.on_conflict_do_update(
        index_elements=["nullifier"], set_={"sealed": statement.excluded.sealed}
    )
    return newest.execution_options(preserve_rowcount=True)


def hold_boxes(session: Session) -> None:
    """Keep every writer of `box` out until this transaction ends (SQLite has one writer anyway)."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("LOCK TABLE box IN SHARE ROW EXCLUSIVE MODE"))


def boxes(session: Session, slug: str) -> Iterator[list[Sealed]]:
    """Yield the boxes of a survey in blocks, in key order, which is no order of arrival."""
    query = (
        sa.select(Box.nullifier, Box.unit, sa.func.coalesce(Unit.place, -1), Box.sealed)
        .outerjoin(Unit, sa.and_(Unit.survey == Box.survey, Unit.id == Box.unit))
        .where(Box.survey == slug)
        .order_by(Box.nullifier)
        .execution_options(yield_per=BLOCK)
    )
    for block in session.execute(query).partitions():
        yield [Sealed(*row) for row in block]


def digest_of_boxes(session: Session, slug: str) -> bytes:
    """Return one hash over all boxes of a survey, to see whether they are still the same."""
    digest = blake2b(digest_size=32)
    for block in boxes(session, slug):
        for row in block:
            add_to_digest(digest, row)
    return digest.digest()


def add_to_digest(digest: blake2b, row: Sealed) -> None:
    """Add one box to a hash over all boxes of a survey."""
    digest.update(row.nullifier + row.unit.encode() + b"\0" + row.sealed)


def boxes_per_unit(session: Session, slug: str) -> Mapping[str, int]:
    """Return how many boxes each unit has."""
    query = sa.select(Box.unit, sa.func.count()).where(Box.survey == slug).group_by(Box.unit)
    return {row[0]: row[1] for row in session.execute(query)}


def delete_answers(session: Session, slug: str) -> None:
    """Delete what must not outlive closing: boxes, codes, how many had answered so far; and who was
    asked by mail, with what is still to be sent to them.
    """
    for table in (Box, Credential, Participation, Invitee, Letter):
        session.execute(sa.delete(table).where(table.survey == slug))


def put_participation(session: Session, slug: str, day: date, steps: Mapping[str, str]) -> None:
    """Put the steps of a day in the place of earlier ones; where somebody was faster, his stay."""
    session.execute(sa.delete(Participation).where(Participation.survey == slug))
    rows = [
        {"survey": slug, "group_key": key, "step": step, "day": day}
        for key, step in sorted(steps.items())
    ]
    if rows:
        session.execute(_insert(session, Participation).values(rows).on_conflict_do_nothing())


def _insert(session: Session, table: type[Base]) -> Any:
    """Return an insert of the session's own dialect, which knows what to do on a conflict."""
    sqlite_at_work = session.get_bind().dialect.name == "sqlite"
    return (sqlite.insert if sqlite_at_work else postgresql.insert)(table.__table__)  # type: ignore[arg-type]  # it is a Table


def units_of(session: Session, slug: str) -> list[Unit]:
    """Return the roster in its order."""
    query = sa.select(Unit).where(Unit.survey == slug).order_by(Unit.place)
    return list(session.scalars(query))


def amendments_of(session: Session, slug: str) -> list[Amendment]:
    """Return what was changed while a survey was open, the earliest first."""
    query = sa.select(Amendment).where(Amendment.survey == slug).order_by(Amendment.number)
    return list(session.scalars(query))
