"""Which groups are formed: everybody in at most one, nobody in one that is too small."""

from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.disclosure.rollup import UnitTreeBroken, roll_up, widen
from survey.disclosure.values import Unit

K = 5


def tree(*rows: tuple[str, str | None, int]) -> list[Unit]:
    return [Unit(name, name.title(), parent, asked) for name, parent, asked in rows]


def counted(**numbers: int) -> dict[str, np.ndarray]:
    return {unit: np.array([number, number]) for unit, number in numbers.items()}


def test_a_unit_with_enough_answers_is_a_group_by_itself() -> None:
    groups, left_out = roll_up(tree(("north", None, 8)), counted(north=6), K)
    assert [(g.kind, g.key, g.n, g.asked) for g in groups] == [("whole", "north", 6, 8)]
    assert left_out == ()


def test_small_units_pool_at_their_parent() -> None:
    units = tree(("sales", None, 0), ("a", "sales", 4), ("b", "sales", 4), ("c", "sales", 9))
    groups, left_out = roll_up(units, counted(a=3, b=2, c=8), K)
    assert [(g.kind, g.key, g.n) for g in groups] == [
        ("whole", "c", 8),
        ("pooled", "pooled.sales", 5),
    ]
    assert [u.id for u in groups[1].units] == ["a", "b"]
    assert left_out == ()


def test_what_is_too_small_even_together_goes_on_up() -> None:
    units = tree(
        ("firm", None, 0),
        ("sales", "firm", 0),
        ("a", "sales", 4),
        ("b", "firm", 4),
        ("c", "firm", 9),
    )
    groups, left_out = roll_up(units, counted(a=3, b=3, c=9), K)
    assert {g.key: [u.id for u in g.units] for g in groups} == {
        "c": ["c"],
        "pooled.firm": ["a", "b"],
    }
    assert left_out == ()


def test_what_stays_too_small_at_the_top_is_left_out() -> None:
    groups, left_out = roll_up(tree(("a", None, 4), ("b", None, 9)), counted(a=4, b=9), K)
    assert [g.key for g in groups] == ["b"]
    assert [u.id for u in left_out] == ["a"]


def test_people_of_a_unit_that_has_units_under_it_count_as_one_of_these() -> None:
    units = tree(("region", None, 3), ("a", "region", 4))
    groups, _ = roll_up(units, counted(region=2, a=3), K)
    assert [(g.key, g.n, g.asked) for g in groups] == [("pooled.region", 5, 7)]


def test_wider_groups_are_made_of_whole_groups_only() -> None:
    units = tree(
        ("firm", None, 0), ("a", "firm", 7), ("b", "firm", 6), ("c", "firm", 4), ("d", None, 12)
    )
    groups, left_out = roll_up(units, counted(a=6, b=5, c=2, d=11), K)
    assert [u.id for u in left_out] == ["c"]
    wider = widen(units, groups, 10)
    assert [(g.kind, [u.id for u in g.units], g.n) for g in wider] == [
        ("wider", ["a", "b"], 11),
        ("whole", ["d"], 11),
    ]


NAMES = st.sampled_from(
    ["top", "sales", "pooled-sales", "pooled", "wider-top", "all", "pooled-top"]
)


@given(st.dictionaries(NAMES, st.integers(0, 12), min_size=1), st.randoms(use_true_random=False))
def test_no_name_of_a_unit_can_stand_for_a_group_of_several(
    asked: dict[str, int], random: Random
) -> None:
    names = list(asked)
    parents = [None, *(random.choice([None, *names[:at]]) for at in range(1, len(names)))]
    units = tree(*((n, p, asked[n]) for n, p in zip(names, parents, strict=True)))
    groups, _ = roll_up(units, {n: np.array([asked[n]]) for n in names}, K)
    keys = [
        *(g.key for g in groups),
        *(g.key for g in widen(units, groups, 10) if g.kind == "wider"),
    ]
    assert len(set(keys)) == len(keys)
    assert not {k for k in keys if "." in k} & set(names)


def test_the_smallest_dimension_decides() -> None:
    groups, left_out = roll_up(tree(("a", None, 9)), {"a": np.array([9, 4])}, K)
    assert groups == ()
    assert [u.id for u in left_out] == ["a"]


def test_a_unit_that_stands_under_itself_is_refused() -> None:
    with pytest.raises(UnitTreeBroken, match="North"):
        roll_up(tree(("north", "south", 5), ("south", "north", 5)), {}, K)


def test_a_unit_whose_parent_is_missing_is_refused() -> None:
    with pytest.raises(UnitTreeBroken, match="North"):
        roll_up(tree(("north", "nowhere", 5)), {}, K)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[list[Unit], dict[str, np.ndarray]]:
    """Any tree of up to 20 units with any number of answers, on two dimensions."""
    units: list[Unit] = []
    counts: dict[str, np.ndarray] = {}
    for at in range(draw(st.integers(1, 20))):
        parent = draw(st.sampled_from([None, *(u.id for u in units)]))
        asked = draw(st.integers(0, 14))
        units.append(Unit(f"u{at}", f"Unit {at}", parent, asked))
        counts[f"u{at}"] = np.array(draw(st.tuples(st.integers(0, asked), st.integers(0, asked))))
    return units, counts


@given(organisations(), st.integers(5, 12))
def test_every_group_has_at_least_k_and_everybody_is_in_at_most_one(
    organisation: tuple[list[Unit], dict[str, np.ndarray]], k: int
) -> None:
    units, counts = organisation
    groups, left_out = roll_up(units, counts, k)
    inside = [unit.id for group in groups for unit in group.units]
    assert sorted([*inside, *(u.id for u in left_out)]) == sorted(u.id for u in units if u.asked)
    for group in groups:
        assert group.n == np.sum([counts[u.id] for u in group.units], axis=0).min() >= k
    assert len({group.key for group in groups}) == len(groups)


@given(organisations(), st.integers(5, 12))
def test_every_unit_that_is_large_enough_is_shown_by_itself(
    organisation: tuple[list[Unit], dict[str, np.ndarray]], k: int
) -> None:
    units, counts = organisation
    groups, _ = roll_up(units, counts, k)
    whole = {group.units[0].id for group in groups if group.kind == "whole"}
    assert whole == {u.id for u in units if u.asked and counts[u.id].min() >= k}


@given(organisations())
def test_what_is_left_out_is_too_small_at_every_step_of_its_way_up(
    organisation: tuple[list[Unit], dict[str, np.ndarray]],
) -> None:
    units, counts = organisation
    _, left_out = roll_up(units, counts, K)
    together = sum((counts[u.id] for u in left_out), start=np.zeros(2, dtype=int))
    assert together.min() < K or not left_out
