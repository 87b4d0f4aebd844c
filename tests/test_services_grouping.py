"""From a client's tree to the units of a survey: nobody lost, nobody twice, the same every time."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.disclosure.values import Unit
from survey.language import speaking
from survey.services.grouping import Grouping, grouping
from survey.services.joining import ClientUnit, GroupingError, Joined
from survey.services.roster import tree_faults

FIRM = (
    ClientUnit("firm", "Firm", None, 0, 1),
    ClientUnit("sales", "Sales", "firm", 2, 1),
    ClientUnit("north", "Field North", "sales", 6, 1),
    ClientUnit("south", "Field South", "sales", 5, 1),
    ClientUnit("inside", "Inside", "sales", 9, 2),
    ClientUnit("service", "Service", "firm", 8, 1),
)


def asked(grouped: Grouping) -> dict[str, int]:
    return {unit.id: unit.asked for unit in grouped.units}


def test_leaders_answer_beside_the_units_they_lead() -> None:
    grouped = grouping(FIRM)
    assert [(u.id, u.name, u.parent, u.asked) for u in grouped.units] == [
        ("leaders", "Leaders", None, 1),
        ("firm", "Firm", None, 0),
        ("leaders-of-firm", "Leaders of Firm", "firm", 2),
        ("sales", "Sales", "firm", 2),
        ("leaders-of-sales", "Leaders of Sales", "sales", 4),
        ("north", "Field North", "sales", 6),
        ("south", "Field South", "sales", 5),
        ("inside", "Inside", "sales", 9),
        ("service", "Service", "firm", 8),
    ]
    assert grouped.leaders["firm"] == "leaders"
    assert grouped.leaders["sales"] == grouped.leaders["service"] == "leaders-of-firm"
    assert grouped.members["north"] == "north"
    assert grouped.of_leaders == {"leaders", "leaders-of-firm", "leaders-of-sales"}


def test_two_teams_that_are_joined_answer_as_one_and_their_leaders_do_not_join_them() -> None:
    grouped = grouping(FIRM, [Joined(("south", "north"))])
    both = grouped.members["north"]
    joined = next(unit for unit in grouped.units if unit.id == both)
    assert grouped.members["south"] == both
    assert (joined.name, joined.parent, joined.asked) == ("Field North + Field South", "sales", 11)
    assert grouped.leaders["north"] == "leaders-of-sales"
    assert {"north", "south"}.isdisjoint(asked(grouped))
    assert grouped.behind(both) == ("north", "south")


def test_people_of_a_unit_of_its_own_can_join_a_team_under_it_and_the_heading_stays() -> None:
    grouped = grouping(FIRM, [Joined(("sales", "north"), "  Field and   office ")])
    joined = next(unit for unit in grouped.units if unit.id == grouped.members["sales"])
    assert (joined.name, joined.parent, joined.asked) == ("Field and office", "sales", 8)
    assert asked(grouped)["sales"] == 0
    assert grouped.members["south"] == "south"


def test_a_joined_unit_keeps_its_id_however_it_was_chosen_named_and_peopled() -> None:
    ids = {
        grouping(units, [join]).members["north"]
        for join in (Joined(("north", "south")), Joined(("south", "north"), "Field"))
        for units in (FIRM, tuple(replace(unit, members=unit.members + 3) for unit in FIRM))
    }
    assert len(ids) == 1
    assert "." not in ids.pop()
    other = grouping(FIRM, [Joined(("north", "inside"))]).members["north"]
    assert other not in ids


def test_units_with_nobody_in_or_under_them_are_left_out() -> None:
    units = (*FIRM, ClientUnit("empty", "Empty", "firm", 0), ClientUnit("e2", "E2", "empty", 0))
    assert {"empty", "e2"}.isdisjoint(asked(grouping(units)))
    assert grouping([ClientUnit("empty", "Empty", None, 0)]).units == ()


def test_teams_of_the_same_name_are_told_apart_by_what_stands_above_them() -> None:
    units = (
        ClientUnit("a", "East", None, 0),
        ClientUnit("b", "West", None, 0),
        ClientUnit("a-sales", "Sales", "a", 6, 1),
        ClientUnit("b-sales", "Sales", "b", 6, 1),
        ClientUnit("leaders", "Leaders of East", None, 5),
        ClientUnit("all", "All", None, 5),
    )
    grouped = grouping(units)
    names = {unit.id: unit.name for unit in grouped.units}
    assert (names["a-sales"], names["b-sales"]) == ("Sales (East)", "Sales (West)")
    assert names["leaders-of-a"] == "Leaders of East (2)"
    assert grouped.members["all"] == "all-2"
    assert tree_faults(grouped.units) == []


@pytest.mark.parametrize(
    ("joins", "told"),
    [
        ([Joined(("north", "service"))], "“Field North”, “Service” cannot be joined"),
        ([Joined(("firm", "north"))], "“Firm”, “Field North” cannot be joined"),
        ([Joined(("north", "nowhere"))], "There is no unit “nowhere” to join."),
        ([Joined(("north", "north"))], "Choose two units or more"),
        ([Joined(())], "Choose two units or more"),
        ([Joined(("north", "leaders-of-sales"))], "There is no unit “leaders-of-sales”"),
        ([Joined(("firm", "sales"))], "“Firm” has no people of its own to join."),
        ([Joined(("north", "south"), "inside")], "“inside” is the name of another unit"),
        ([Joined(("north", "south"), "x" * 101)], "a name of at most 100 characters"),
        (
            [Joined(("north", "south")), Joined(("south", "inside"))],
            "“Field South” is in two joins; leave it in one of them.",
        ),
    ],
)  # fmt: skip
def test_what_may_not_be_joined_is_refused_in_a_sentence(joins: list[Joined], told: str) -> None:
    with pytest.raises(GroupingError, match="The reporting groups cannot be formed") as refused:
        grouping(FIRM, joins)
    assert told in str(refused.value)


def test_every_fault_is_told_at_once() -> None:
    with pytest.raises(GroupingError) as refused:
        grouping(FIRM, [Joined(("north", "service")), Joined(("nowhere", "south"))])
    assert len(refused.value.faults) == 2
    broken = (ClientUnit("a", "A", "b", -1), ClientUnit("b", "", "a", 1))
    with pytest.raises(GroupingError) as refused:
        grouping(broken)
    assert len(refused.value.faults) == 2
    with pytest.raises(GroupingError, match="stands under itself"):
        grouping((ClientUnit("a", "A", "b", 1), ClientUnit("b", "B", "a", 1)))


@st.composite
def plans(draw: st.DrawFn) -> tuple[tuple[ClientUnit, ...], tuple[Joined, ...]]:
    """Any tree of up to 16 units, in any order, names used twice, with joins that are allowed."""
    ids = draw(
        st.lists(
            st.sampled_from([*"abcdefghijkl", "all", "all-2", "leaders", "leaders-of-a"]),
            min_size=1, unique=True,
        )
    )  # fmt: skip
    parents = [None, *(draw(st.sampled_from([None, *ids[:at]])) for at in range(1, len(ids)))]
    names = st.sampled_from(["Sales", "Field", "Leaders", "Leaders of Sales", "Field (2)", "sales"])
    few = st.integers(0, 4)
    units = [
        ClientUnit(one, draw(names), parent, draw(few), draw(few))
        for one, parent in zip(ids, parents, strict=True)
    ]
    free = {unit.id for unit in units if unit.members}
    joins: list[Joined] = []
    for parent in sorted({unit.parent or "" for unit in units}):
        family = [unit.id for unit in units if (unit.parent or "") == parent and unit.id in free]
        family += [parent] if parent in free else []
        chosen = draw(st.lists(st.sampled_from(family), unique=True)) if family else []
        if len(chosen) > 1:
            joins.append(Joined(tuple(chosen), f"Joined {len(joins)}"))
            free -= set(chosen)
    return tuple(draw(st.permutations(units))), tuple(draw(st.permutations(joins)))


@given(plans())
def test_nobody_is_lost_and_nobody_answers_twice(
    plan: tuple[tuple[ClientUnit, ...], tuple[Joined, ...]],
) -> None:
    units, joins = plan
    grouped = grouping(units, joins)
    assert tree_faults(grouped.units) == []
    assert not [unit for unit in grouped.units if "." in unit.id or unit.id == "all"]
    expected = dict.fromkeys((unit.id for unit in grouped.units), 0)
    for unit in units:
        if unit.members:
            expected[grouped.members[unit.id]] += unit.members
        if unit.leaders:
            expected[grouped.leaders[unit.id]] += unit.leaders
    assert asked(grouped) == expected
    assert set(grouped.members) == {unit.id for unit in units if unit.members}
    assert set(grouped.leaders) == {unit.id for unit in units if unit.leaders}


@given(plans())
def test_members_answer_together_where_they_are_joined_and_nowhere_else(
    plan: tuple[tuple[ClientUnit, ...], tuple[Joined, ...]],
) -> None:
    units, joins = plan
    grouped = grouping(units, joins)
    wanted = [set(join.units) for join in joins]
    inside = set().union(*wanted)
    wanted += [{unit.id} for unit in units if unit.members and unit.id not in inside]
    found = [set(grouped.behind(unit.id)) for unit in grouped.units]
    assert sorted(map(sorted, filter(None, found))) == sorted(map(sorted, wanted))
    assert grouped.of_leaders.isdisjoint(grouped.members.values())


@given(plans(), st.integers(1, 5))
def test_the_next_wave_finds_the_same_units_whatever_became_of_the_roster(
    plan: tuple[tuple[ClientUnit, ...], tuple[Joined, ...]], more: int
) -> None:
    units, joins = plan
    later = tuple(
        replace(unit, members=unit.members and unit.members + more) for unit in reversed(units)
    )
    before, after = grouping(units, joins), grouping(later, tuple(reversed(joins)))
    assert (before.members, before.leaders) == (after.members, after.leaders)


@given(plans())
def test_every_unit_stands_after_the_one_above_it_and_somebody_is_in_or_under_it(
    plan: tuple[tuple[ClientUnit, ...], tuple[Joined, ...]],
) -> None:
    seen: set[str] = set()
    units = grouping(*plan).units
    for unit in units:
        assert unit.parent is None or unit.parent in seen
        seen.add(unit.id)
    parents = {unit.parent for unit in units}
    assert all(unit.asked or unit.id in parents for unit in units)


def test_a_group_of_leaders_is_named_in_the_language_that_is_spoken() -> None:
    with speaking("en"):
        names = [unit.name for unit in grouping(FIRM).units]
    assert "Leaders of Sales" in names


def test_a_grouping_is_made_of_five_thousand_units() -> None:
    units = [ClientUnit("top", "Top", None, 1)]
    units += [ClientUnit(f"u{at}", f"Unit {at}", "top", 3, 1) for at in range(4999)]
    joins = [Joined((f"u{at}", f"u{at + 1}")) for at in range(0, 4998, 2)]
    grouped = grouping(units, joins)
    assert sum(unit.asked for unit in grouped.units) == 1 + 4999 * 4
    assert isinstance(grouped.units[0], Unit)
