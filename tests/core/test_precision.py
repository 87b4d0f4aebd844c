"""What a single released figure tells: enumerated over every sum that people's answers can have."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

import pytest

from survey.disclosure.precision import (
    TABLE,
    Clipped,
    Measure,
    clipped,
    clipped_share,
    let_out,
    margin,
    precision,
)
from survey.disclosure.values import Policy, Released, Withheld

POLICY = Policy()
SIZES = [*range(5, 14), 20, 29, 30, 41]
KINDS: list[tuple[Measure, int]] = [
    ("score", 3),
    ("score", 4),
    ("score", 6),
    ("single", 1),
    ("single", 2),
    ("class", 1),
]
"""A measure and how many items it is the mean of: the answers of one person lie 1/items apart."""


def out(mean: float, n: int, measure: Measure, lo: float = 1, hi: float = 5) -> Released:
    figure = let_out(clipped(mean, n, lo, hi), n, measure, lo, hi, POLICY)
    assert isinstance(figure, Released)
    return figure


def sums_by_value(n: int, measure: Measure, items: int) -> dict[Released, list[int]]:
    """Return every released value with the sums (in units of 1/items) that it can stand for."""
    found: dict[Released, list[int]] = defaultdict(list)
    for total in range(n * 1 * items, n * 5 * items + 1):
        found[out(total / (n * items), n, measure)].append(total)
    return found


def possible(sums: list[int], others: int, items: int, known: int = 0) -> set[int]:
    """Return the answers one person can have given, by what `others` unknown people can add."""
    return {
        answer
        for answer in range(items, 5 * items + 1)
        if any(others * items <= s - known - answer <= others * 5 * items for s in sums)
    }


def classes() -> Iterator[tuple[int, Measure, int]]:
    for n in SIZES:
        for measure, items in KINDS:
            yield n, measure, items


@pytest.mark.parametrize(("n", "measure", "items"), list(classes()))
def test_an_outsider_can_rule_out_no_answer_of_anybody(
    n: int, measure: Measure, items: int
) -> None:
    everything = set(range(items, 5 * items + 1))
    for value, sums in sums_by_value(n, measure, items).items():
        assert possible(sums, n - 1, items) == everything, value


@pytest.mark.parametrize(("n", "measure", "items"), list(classes()))
def test_a_colleague_who_knows_their_own_answer_is_certain_of_nobody(
    n: int, measure: Measure, items: int
) -> None:
    for value, sums in sums_by_value(n, measure, items).items():
        for own in possible(sums, n - 1, items):
            left = {answer / items for answer in possible(sums, n - 2, items, known=own)}
            bands = {(score > 2.5) + (score >= 3.5) for score in left}
            assert len(bands) > 1, (value, own / items)


@pytest.mark.parametrize(("lo", "hi"), [(1, 2), (1, 3), (1, 4), (1, 7), (0, 10)])
@pytest.mark.parametrize("n", [5, 6, 10, 17])
def test_on_every_range_of_answers_a_colleague_is_certain_of_nobody(
    n: int, lo: int, hi: int
) -> None:
    found: dict[Released, list[int]] = defaultdict(list)
    for total in range(n * lo, n * hi + 1):
        found[out(total / n, n, "single", lo, hi)].append(total)
    for value, sums in found.items():
        for own in range(lo, hi + 1):
            left = {
                answer
                for answer in range(lo, hi + 1)
                if any((n - 2) * lo <= s - own - answer <= (n - 2) * hi for s in sums)
            }
            assert len(left) != 1, (value, own)


@pytest.mark.parametrize("n", range(10, 30))
def test_a_share_never_tells_whether_one_person_chose_an_option(n: int) -> None:
    found: dict[Released, list[int]] = defaultdict(list)
    for chosen in range(n + 1):
        figure = let_out(clipped_share(chosen / n), n, "share", 0, 1, POLICY)
        assert isinstance(figure, Released)
        found[figure].append(chosen)
    for counts in found.values():
        assert min(counts) < n
        assert max(counts) > 0


@pytest.mark.parametrize("measure", ["score", "single", "class"])
def test_below_five_answers_nothing_is_let_out_whatever_it_was(measure: Measure) -> None:
    for mean in (1.0, 3.0, 5.0):
        assert let_out(clipped(mean, 4, 1, 5), 4, measure, 1, 5, POLICY) == Withheld("too_few")


def test_a_raised_policy_withholds_more() -> None:
    mean, strict = Clipped(3.0), Policy(scores=8)
    assert let_out(mean, 7, "score", 1, 5, strict) == Withheld("too_few")
    assert isinstance(let_out(mean, 8, "score", 1, 5, strict), Released)


def test_steps_and_clips_scale_with_the_answer_range() -> None:
    assert out(3.62, 8, "score") == Released(3.6, 8, 0.1)
    assert out(4.9, 5, "score") == Released(3.8, 5, 0.1, "high", 0.0, 1.2)
    assert out(1.0, 10, "score") == Released(1.6, 10, 0.1, "low", 0.6, 0.0)
    assert out(3.3, 10, "single") == Released(3.5, 10, 0.5)
    assert out(3.9, 8, "score", 0, 10) == Released(4.0, 8, 0.25)


def test_the_margin_is_an_answer_and_a_half_of_a_range_shared_by_everybody() -> None:
    assert [margin(n, 1, 5) for n in (5, 10, 30)] == pytest.approx([1.2, 0.6, 0.2])
    assert margin(5, 0, 10) == pytest.approx(3.0)


@pytest.mark.parametrize("n", [10, 30, 60, 100, 300])
@pytest.mark.parametrize("measure", ["score", "single", "class"])
def test_what_everybody_answered_alike_reads_or_more_and_or_less(n: int, measure: Measure) -> None:
    assert out(5.0, n, measure).edge == "high"
    assert out(1.0, n, measure).edge == "low"


def test_no_cut_off_lies_inside_a_class() -> None:
    for n in SIZES:
        for value, sums in sums_by_value(n, "class", 1).items():
            for cut in (3.0, 3.5, 4.0):
                sides = {total / n >= cut for total in sums}
                assert value.edge or len(sides) == 1, (n, value, cut)


def test_where_both_margins_meet_nothing_is_told() -> None:
    assert clipped(5.0, 3, 1, 5) == clipped(1.0, 3, 1, 5) == Clipped(3.0, 2.0, 2.0)


def test_the_order_of_adding_up_never_decides_on_which_side_of_a_step_a_mean_falls() -> None:
    assert out(3.25, 8, "score") == out(3.25 - 1e-13, 8, "score")


def test_larger_groups_are_never_let_out_less_precisely() -> None:
    for measure, rows in TABLE.items():
        assert list(rows) == sorted(rows, key=lambda row: row.least)
        assert all(a.step >= b.step for a, b in pairwise(rows))
        assert precision(measure, 10_000) == rows[-1]
    assert all(margin(n, 1, 5) > margin(n + 1, 1, 5) for n in range(5, 50))
