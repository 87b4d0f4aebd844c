"""Writing a release into its tables, and reading it back as the same values.

Nothing is computed here. Rows go in by key order, and comments by a hash of their text: no order
that the answers came in can be seen from the tables.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from hashlib import blake2b
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import (
    Edge,
    Figure,
    Kind,
    Policy,
    Release,
    Released,
    ReleasedGroup,
    Unit,
    Why,
    Withheld,
)
from survey.storage import models

Row = dict[str, Any]


def write_release(session: Session, slug: str, release: Release) -> None:
    """Write everything that will ever be known of a survey."""
    groups = [_group_row(slug, group, at) for at, group in enumerate(release.groups)]
    figures = (row for group in release.groups for row in _figure_rows(slug, group))
    comments = (row for group in release.groups for row in _comment_rows(slug, group))
    _insert(session, models.ReleasedGroup, groups, ("key",))
    _insert(session, models.ReleasedFigure, figures, ("group_key", "measure"))
    _insert(session, models.ReleasedComment, comments, ("group_key", "question", "place"))
    this = models.Survey.slug == slug
    session.execute(sa.update(models.Survey).where(this).values(left_out=release.left_out))


def write_receipts(session: Session, slug: str, receipts: Iterable[str]) -> None:
    """Write the closing record: receipts of opened boxes, and made-up ones (services.record)."""
    rows = ({"survey": slug, "receipt": receipt} for receipt in set(receipts))
    _insert(session, models.ClosingReceipt, rows, ("receipt",))


def read_release(
    session: Session,
    slug: str,
    units: Sequence[Unit],
    policy: Policy,
    left_out: tuple[str, ...],
    only: Collection[str] | None = None,
) -> Release:
    """Read a release as it was written; `only` some of its measures where no others are needed."""
    figures, hidden = _read_figures(session, slug, only), _read_hidden(session, slug)
    comments = _read_comments(session, slug)
    query = sa.select(models.ReleasedGroup).where(models.ReleasedGroup.survey == slug)
    groups = tuple(
        ReleasedGroup(
            key=row.key,
            name=row.name,
            kind=cast(Kind, row.kind),
            parent=row.parent,
            units=row.units,
            n=row.n,
            asked=row.asked,
            figures=figures.get(row.key, {}),
            comments=comments.get(row.key, {}),
            hidden=hidden.get(row.key, ()),
        )
        for row in session.scalars(query.order_by(models.ReleasedGroup.place))
    )
    return Release(tuple(units), policy, groups, left_out)


def in_no_order(texts: Iterable[str]) -> list[str]:
    """Return texts in an order that follows from each text alone, yet not from its letters."""
    return sorted(texts, key=lambda text: (blake2b(text.encode()).digest(), text))


def mark_of(text: str) -> str:
    """Return by what a comment is named in addresses; it follows from its words alone."""
    return blake2b(text.encode(), digest_size=12).hexdigest()


def comments_marked(session: Session, slug: str, mark: str) -> Sequence[models.ReleasedComment]:
    """Return a survey's comments of one mark: one, or several with the very same words."""
    table = models.ReleasedComment
    query = sa.select(table.text).where(table.survey == slug).distinct()
    text = next((text for text in session.scalars(query) if mark_of(text) == mark), None)
    same = sa.and_(table.survey == slug, table.text == text)
    order = table.group_key, table.question, table.place
    return session.scalars(sa.select(table).where(same).order_by(*order)).all()


def _insert(
    session: Session, table: type[models.Base], rows: Iterable[Row], key: tuple[str, ...]
) -> None:
    ordered = sorted(rows, key=lambda row: tuple(row[name] for name in key))
    if ordered:
        session.connection().execute(sa.insert(table), ordered)  # no objects are made of rows


def _group_row(slug: str, group: ReleasedGroup, place: int) -> Row:
    return {
        "survey": slug,
        "key": group.key,
        "name": group.name,
        "kind": group.kind,
        "parent": group.parent,
        "units": group.units,
        "n": group.n,
        "asked": group.asked,
        "place": place,
    }


def _figure_rows(slug: str, group: ReleasedGroup) -> Iterator[Row]:
    empty = dict.fromkeys(("value", "n", "step", "edge", "why", "below", "above"))
    for measure, figure in group.figures.items():
        row: Row = {"survey": slug, "group_key": group.key, "measure": measure} | empty
        if isinstance(figure, Withheld):
            yield row | {"why": figure.why}
        else:
            yield row | asdict(figure)


def _comment_rows(slug: str, group: ReleasedGroup) -> Iterator[Row]:
    for question, texts in group.comments.items():
        for place, text in enumerate(in_no_order(texts)):
            key = {"survey": slug, "group_key": group.key, "question": question, "place": place}
            yield key | {"text": text, "hidden": False}


def _read_figures(
    session: Session, slug: str, only: Collection[str] | None
) -> Mapping[str, Mapping[str, Figure]]:
    table = models.ReleasedFigure
    columns = (
        table.group_key, table.measure, table.value, table.n, table.step, table.edge, table.why,
        table.below, table.above,
    )  # fmt: skip
    found: dict[str, dict[str, Figure]] = {}
    # Columns and no objects: four waves of 200 teams are 60,000 figures.
    query = sa.select(*columns).where(table.survey == slug)
    if only is not None:
        query = query.where(table.measure.in_(only))
    for row in session.execute(query):
        found.setdefault(row[0], {})[row[1]] = _figure(*row[2:])
    return found


def _figure(
    value: float | None,
    n: int | None,
    step: float | None,
    edge: str | None,
    why: str | None,
    below: float | None,
    above: float | None,
) -> Figure:
    if value is None or n is None or step is None:
        return Withheld(cast(Why, why))
    return Released(value, n, step, cast(Edge, edge), below or 0.0, above or 0.0)


def _read_comments(session: Session, slug: str) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    table = models.ReleasedComment
    shown = sa.and_(table.survey == slug, table.hidden.is_(False))
    query = sa.select(table).where(shown).order_by(table.question, table.place)
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for row in session.scalars(query):
        of_group = found.setdefault(row.group_key, {})
        of_group[row.question] = (*of_group.get(row.question, ()), row.text)
    return found


def _read_hidden(session: Session, slug: str) -> Mapping[str, tuple[str, ...]]:
    """Return the marks of the hidden comments of each group, in their own order."""
    table = models.ReleasedComment
    hidden = sa.and_(table.survey == slug, table.hidden.is_(True))
    marks = [
        (row.group_key, mark_of(row.text))
        for row in session.scalars(sa.select(table).where(hidden))
    ]
    return {key: tuple(sorted(m for k, m in marks if k == key)) for key, _ in marks}
