"""The clever reader of reports, who adds and subtracts what is published until few people are left.

Every published number is, before it is clipped and rounded, a sum over answers with weights. The
weights are not taken from the program's own account of its groups: they are measured, by changing
the answers of a few people at a time and looking which numbers move, and by how much. Whatever the
reader can compute by adding and subtracting lies in the rational span of these weights. Asserted:
no vector of the span, but nothing at all, stands on fewer than k people. (So no sum over fewer than
k people lies in it either, nor a difference between two of them.)

Clipping and rounding only take away from this; what they are for is the reader who knows ranges and
tries all answers, and that is played in `tests/core`. Figures that are no sums (which options were
picked most, the harm signal) are not part of this play.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from survey.disclosure.precision import Clipped, contrast_class, let_out
from survey.disclosure.release import release
from survey.disclosure.values import Policy, Unit, Withheld
from survey.scoring import Answers
from tests.factories import make_questionnaire

QUESTIONNAIRE = replace(
    make_questionnaire(practices=1, scales=("TRUST", "VISION", "CAPACITY")), tenure=None
)
COLUMNS = QUESTIONNAIRE.columns
SKIPPED: dict[str, frozenset[str]] = {
    "nothing": frozenset(),
    "one dimension": frozenset({"V1", "V2", "V3", "V4"}),
    "one facet": frozenset({"T4", "T5", "T6"}),
    "an item": frozenset({"T1", "V2"}),
    "the practice": frozenset({"KN01"}),
    "capacity": frozenset({"K1", "K2", "K3"}),
    "everything": frozenset(COLUMNS),
}


@dataclass(frozen=True)
class Cell:
    """People of one unit who left out the same questions: no figure can tell them apart."""

    unit: str
    skipped: str
    people: int


@dataclass(frozen=True)
class Wave:
    """A tree of units and who answered what in it."""

    units: tuple[Unit, ...]
    cells: tuple[Cell, ...]
    k: int = 5

    @property
    def policy(self) -> Policy:
        return Policy(scores=self.k)


Vector = dict[tuple[int, int], Fraction]
"""The weight of each (cell, column), where it is not 0; of all people of the cell together."""


# --- measuring the weights


def published(wave: Wave, changed: tuple[int, int] | None = None) -> list[float]:
    """Return every number that passes the door, as it is before it is clipped and rounded.

    Everybody answers 2; the people of one cell answer one column with 3 where it is `changed`.
    """
    rows, team = [], []
    for at, cell in enumerate(wave.cells):
        row = [0 if column in SKIPPED[cell.skipped] else 2 for column in COLUMNS]
        if changed and changed[0] == at and row[changed[1]]:
            row[changed[1]] = 3
        rows += [row] * cell.people
        team += [[unit.id for unit in wave.units].index(cell.unit)] * cell.people
    values = np.array(rows, dtype=np.uint8).reshape(-1, len(COLUMNS))
    tenure = np.full(len(values), -1, dtype=np.int8)
    answers = Answers(COLUMNS, values, np.array(team, dtype=np.int64), tenure)
    seen: list[float] = []
    with pytest.MonkeyPatch.context() as patch:
        listen(patch, seen)
        release(QUESTIONNAIRE, answers, None, None, wave.units, wave.policy)
    return seen


def listen(patch: pytest.MonkeyPatch, seen: list[float]) -> None:
    """Take the clip away and note what is let out. All that is known here of how the door works."""

    def noted(mean, *more):
        figure = let_out(mean, *more)
        if not isinstance(figure, Withheld):
            seen.append(mean.mean)
        return figure

    def noted_contrast(mean, *more):
        seen.append(mean)
        return contrast_class(mean, *more)

    patch.setattr("survey.disclosure.precision.margin", lambda *_: 0.0)
    patch.setattr("survey.disclosure.figures.clipped", lambda mean, *_: Clipped(mean))
    patch.setattr("survey.disclosure.figures.let_out", noted)
    patch.setattr("survey.disclosure.figures.contrast_class", noted_contrast)


def weights(wave: Wave) -> list[Vector]:
    """Return the weights of every published number on every answer."""
    base = published(wave)
    vectors: list[Vector] = [{} for _ in base]
    for at, cell in enumerate(wave.cells):
        for column, name in enumerate(COLUMNS):
            if name in SKIPPED[cell.skipped]:
                continue
            moved = published(wave, (at, column))
            assert len(moved) == len(base), "what is shown must depend on counts only"
            for vector, before, after in zip(vectors, base, moved, strict=True):
                weight = Fraction(after - before).limit_denominator(100_000)
                if weight:
                    vector[at, column] = weight
    return [vector for vector in vectors if vector]


# --- exact linear algebra


def rank(rows: Sequence[Sequence[Fraction]]) -> int:
    """Return the rank over the rational numbers."""
    matrix = [list(row) for row in rows]
    found = 0
    for column in range(len(matrix[0]) if matrix else 0):
        pivot = next((r for r in range(found, len(matrix)) if matrix[r][column]), None)
        if pivot is None:
            continue
        matrix[found], matrix[pivot] = matrix[pivot], matrix[found]
        top = matrix[found]
        for row in range(found + 1, len(matrix)):
            if share := matrix[row][column] / top[column]:
                matrix[row] = [a - share * b for a, b in zip(matrix[row], top, strict=True)]
        found += 1
    return found


def components(vectors: Sequence[Vector]) -> Iterator[list[Vector]]:
    """Split vectors into lots that share no cell: a vector of the span splits in the same way."""
    left = list(vectors)
    while left:
        lot = [left.pop()]
        cells = {at for at, _ in lot[0]}
        while more := [v for v in left if cells & {at for at, _ in v}]:
            lot += more
            cells |= {at for v in more for at, _ in v}
            left = [v for v in left if not any(v is m for m in more)]
        yield lot


def smallest_in_span(vectors: Sequence[Vector], people: Sequence[int], k: int) -> set[int] | None:
    """Return cells with fewer than k people on which a vector of the span stands; None: none do."""
    for lot in components(vectors):
        cells = sorted({at for vector in lot for at, _ in vector})
        keys = sorted({key for vector in lot for key in vector})
        whole = rank([[vector.get(key, Fraction()) for key in keys] for vector in lot])
        for inside in few(cells, people, k):
            outside = [key for key in keys if key[0] not in inside]
            seen = rank([[vector.get(key, Fraction()) for key in outside] for vector in lot])
            if seen < whole:
                return set(inside)
    return None


def few(cells: Sequence[int], people: Sequence[int], k: int) -> Iterator[tuple[int, ...]]:
    """Yield every choice of cells that has fewer than k people and room for no further one."""
    for many in range(1, min(len(cells), k - 1) + 1):
        for chosen in combinations(cells, many):
            total = sum(people[at] for at in chosen)
            others = [people[at] for at in cells if at not in chosen]
            if total < k and all(total + other >= k for other in others):
                yield chosen


# --- one wave


def quick(examples: int) -> settings:
    """Without making a found case smaller, which takes minutes here; it is small already."""
    return settings(max_examples=examples, phases=[Phase.explicit, Phase.reuse, Phase.generate])


@st.composite
def waves(draw: st.DrawFn) -> Wave:
    """Up to eight units in any tree; in each, people who left out this or that."""
    many = draw(st.integers(1, 8))
    units = [Unit("firm", "The firm", None, 0)]
    cells = []
    for at in range(many):
        parent = draw(st.sampled_from([unit.id for unit in units]))
        kinds = draw(st.lists(st.sampled_from(list(SKIPPED)), min_size=1, max_size=2, unique=True))
        of_unit = [Cell(f"u{at}", kind, draw(st.integers(1, 7))) for kind in kinds]
        asked = sum(cell.people for cell in of_unit) + draw(st.integers(0, 2))
        units.append(Unit(f"u{at}", f"Unit {at}", parent, asked))
        cells += of_unit
    return Wave(tuple(units), tuple(cells), draw(st.sampled_from((5, 6, 7))))


@quick(25)
@given(wave=waves())
def test_nothing_that_can_be_added_or_subtracted_stands_on_fewer_than_k_people(wave):
    people = [cell.people for cell in wave.cells]
    assert smallest_in_span(weights(wave), people, wave.k) is None


@quick(15)
@given(wave=waves())
def test_nothing_published_moves_with_the_answers_of_who_is_left_out(wave):
    moved = {at for vector in weights(wave) for at, _ in vector}
    left_out = set(left_out_units(wave))
    assert not [at for at in moved if wave.cells[at].unit in left_out]


def left_out_units(wave: Wave) -> tuple[str, ...]:
    rows = [cell for cell in wave.cells for _ in range(cell.people)]
    values = np.array(
        [[0 if c in SKIPPED[cell.skipped] else 2 for c in COLUMNS] for cell in rows], dtype=np.uint8
    )
    team = np.array([[u.id for u in wave.units].index(cell.unit) for cell in rows])
    answers = Answers(COLUMNS, values, team, np.full(len(rows), -1, dtype=np.int8))
    return release(QUESTIONNAIRE, answers, None, None, wave.units, wave.policy).left_out


def firm(*cells: Cell, parents: dict[str, str] | None = None) -> Wave:
    """A firm with these cells, each unit under the firm or the parent that is told."""
    above = parents or {}
    headings = [Unit(name, name, "firm", 0) for name in sorted(set(above.values()))]
    asked: dict[str, int] = {}
    for cell in cells:
        asked[cell.unit] = asked.get(cell.unit, 0) + cell.people
    units = [Unit(name, name, above.get(name, "firm"), many) for name, many in asked.items()]
    return Wave((Unit("firm", "The firm", None, 0), *headings, *units), cells)


def test_the_weights_are_those_of_plain_means():
    """The play itself: of five people, each answer to a scale of four items weighs 1/20."""
    (vision,) = (
        vector
        for vector in weights(firm(Cell("a", "nothing", 5)))
        if {COLUMNS[column] for _, column in vector} == {"V1", "V2", "V3", "V4"}
    )
    assert {abs(weight) for weight in vision.values()} == {Fraction(1, 4)}


def test_a_practice_that_too_few_answered_is_withheld_and_left_out_above():
    """Four of unit a know the practice: neither their figure nor one above may move with it."""
    wave = firm(Cell("a", "nothing", 4), Cell("a", "the practice", 4), Cell("b", "nothing", 9))
    know = COLUMNS.index("KN01")
    moved = {at for vector in weights(wave) for at, column in vector if column == know}
    assert moved == {2}


def test_no_figure_stands_on_fewer_than_a_survey_asks_for_that_asks_for_more_than_five():
    """Seven answers are wanted; one of the seven left out one facet, so six have both."""
    cells = (Cell("a", "nothing", 6), Cell("a", "one facet", 1))
    wave = replace(firm(*cells), k=7)
    assert smallest_in_span(weights(wave), [6, 1], 7) is None


def test_the_play_finds_a_naive_threshold_out():
    """What a minimum of five alone would publish: each unit with five, and all of them together."""
    people = [6, 7, 3]
    naive: list[Vector] = [
        {(0, 0): Fraction(1, 6)},
        {(1, 0): Fraction(1, 7)},
        {(at, 0): Fraction(1, 16) for at in range(3)},
    ]
    assert smallest_in_span(naive, people, 5) == {2}
    assert smallest_in_span(naive[:2], people, 5) is None


def test_the_play_finds_a_difference_of_two_means_out():
    """Two figures over nearly the same people: a scale, and who answered all of it."""
    naive: list[Vector] = [
        {(0, 0): Fraction(1, 8), (1, 0): Fraction(1, 8)},
        {(0, 0): Fraction(1, 7)},
    ]
    assert smallest_in_span(naive, [7, 1], 5) == {1}


# --- several waves


def together(*lots: Sequence[Vector]) -> list[Vector]:
    return [vector for lot in lots for vector in lot]


@quick(8)
@given(wave=waves(), data=st.data())
def test_a_second_wave_of_the_same_people_in_the_same_tree_adds_nothing(wave, data):
    """Even for a reader who knows that nobody changed a single answer."""
    people = [cell.people for cell in wave.cells]
    first = weights(wave)
    order = data.draw(st.permutations(wave.cells))
    second = weights(Wave(wave.units, tuple(order), wave.k))
    back = [list(wave.cells).index(cell) for cell in order]
    moved = [{(back[at], column): w for (at, column), w in v.items()} for v in second]
    assert smallest_in_span(together(first, moved), people, wave.k) is None


def test_the_limit_a_reader_who_knows_that_nobody_changed_an_answer_finds_who_joined():
    """Five people, then the same five with the same answers and one more: the sixth is the rest.

    This is so for every mean that is published twice. Against it stand clip and rounding, and that
    people do change their answers; it is told in the documents as what waves can tell.
    """
    here = Cell("a", "nothing", 5)
    first = weights(firm(here))
    second = weights(firm(here, Cell("a", "nothing", 1)))
    assert smallest_in_span(together(first, second), [5, 1], 5) == {1}
    assert smallest_in_span(first, [5, 1], 5) is None
    assert smallest_in_span(second, [5, 1], 5) is None


def test_the_limit_a_tree_that_was_changed_between_waves_can_single_out_a_few():
    """The same people, the same answers, units gathered otherwise: b and e remain, two people.

    First b and c, d and e are gathered; then c and d, while b and e are left out.
    """
    cells = (
        Cell("b", "nothing", 1),
        Cell("c", "nothing", 4),
        Cell("d", "nothing", 4),
        Cell("e", "nothing", 1),
    )
    first = weights(firm(*cells, parents={"b": "p", "c": "p", "d": "q", "e": "q"}))
    second = weights(firm(*cells, parents={"c": "p", "d": "p"}))
    people = [cell.people for cell in cells]
    assert smallest_in_span(first, people, 5) is None
    assert smallest_in_span(second, people, 5) is None
    assert smallest_in_span(together(first, second), people, 5) == {0, 3}


def test_the_limit_a_wave_shown_from_fewer_answers_on_can_single_out_a_few():
    """The same people, tree and answers. From 8 answers on three units are told of together, from 5
    on two of them alone; the third is the rest. So such a wave is not opened
    (tests/test_services_opening.py).
    """
    cells = (Cell("a", "nothing", 6), Cell("b", "nothing", 5), Cell("c", "nothing", 4))
    people = [cell.people for cell in cells]
    first, second = (weights(replace(firm(*cells), k=k)) for k in (8, 5))
    assert smallest_in_span(first, people, 5) is None
    assert smallest_in_span(second, people, 5) is None
    assert smallest_in_span(together(first, second), people, 5) == {2}


def test_waves_whose_answers_are_not_the_same_tell_no_more_together_than_each_alone():
    """Each wave has answers of its own: then nothing cancels, and each lot is a lot by itself."""
    here, joined = Cell("a", "nothing", 5), Cell("a", "nothing", 1)
    first = weights(firm(here))
    second = [
        {(at, column + len(COLUMNS)): w for (at, column), w in vector.items()}
        for vector in weights(firm(here, joined))
    ]
    assert smallest_in_span(together(first, second), [5, 1], 5) is None
