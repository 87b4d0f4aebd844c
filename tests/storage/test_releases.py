"""A release goes into its tables and comes back; its rows tell no order that answers came in."""

import random

import pytest
import sqlalchemy as sa

from survey.disclosure.values import (
    Figure,
    Policy,
    Release,
    Released,
    ReleasedGroup,
    Unit,
    Withheld,
)
from survey.storage.engine import engine_of
from survey.storage.models import ClosingReceipt, ReleasedComment
from survey.storage.releases import read_release, write_receipts, write_release
from tests.collecting import make_place

UNITS = (Unit("firm", "Firm", None, 0), Unit("north", "North", "firm", 12))
TEXTS = tuple(f"comment {n}" for n in range(20))


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def make_release(texts):
    figures: dict[str, Figure] = {
        "TRUST": Released(3.8, 12, 0.1, "high"),
        "COOP": Released(3.1, 11, 0.1),
        "T1": Withheld("too_few"),
    }
    said = {"O1": texts, "O2": ("one", "one")}
    groups = (
        ReleasedGroup("z-first", "North", "whole", "firm", ("north",), 11, 12, figures, said),
        ReleasedGroup("a-second", "", "pooled", None, ("south", "desk"), 6, 13, {}, {}),
    )
    return Release(UNITS, Policy(), groups, ("attic",))


def written(place, release):
    with place.sessions() as session, session.begin():
        write_release(session, place.slug, release)
    with place.sessions() as session:
        return read_release(session, place.slug, UNITS, Policy(), release.left_out)


def test_groups_and_figures_come_back_as_they_were(place):
    release = make_release(TEXTS)
    read = written(place, release)
    assert [group.key for group in read.groups] == ["z-first", "a-second"]
    for group, before in zip(read.groups, release.groups, strict=True):
        assert dict(group.figures) == dict(before.figures)
        assert (group.name, group.kind, group.parent, group.units, group.n, group.asked) == (
            before.name,
            before.kind,
            before.parent,
            before.units,
            before.n,
            before.asked,
        )


def test_comments_come_back_complete_and_in_no_order_of_theirs(place):
    read = written(place, make_release(TEXTS))
    assert set(read.groups[0].comments["O1"]) == set(TEXTS)
    assert read.groups[0].comments["O1"] != TEXTS
    assert read.groups[0].comments["O2"] == ("one", "one")


def test_whatever_order_they_are_handed_over_in_the_rows_are_the_same(place, tmp_path):
    shuffled = tuple(random.Random(1).sample(TEXTS, len(TEXTS)))
    written(place, make_release(shuffled))
    other = make_place(f"sqlite:///{tmp_path / 'other.db'}", tmp_path / "other")
    written(other, make_release(TEXTS))
    rows = sa.select(ReleasedComment.question, ReleasedComment.place, ReleasedComment.text)
    with engine_of(place.sessions).connect() as one, engine_of(other.sessions).connect() as two:
        assert sorted(map(tuple, one.execute(rows))) == sorted(map(tuple, two.execute(rows)))
    other.end()


def test_receipts_lie_in_the_order_of_their_letters(tmp_path):
    place = make_place(f"sqlite:///{tmp_path / 'app.db'}", tmp_path)
    with place.sessions() as session, session.begin():
        write_receipts(session, place.slug, ["ZZZZ", "AAAA", "MMMM"])
    with engine_of(place.sessions).connect() as connection:
        as_they_lie = connection.scalars(sa.select(ClosingReceipt.receipt)).all()
    assert as_they_lie == ["AAAA", "MMMM", "ZZZZ"]
    place.end()
