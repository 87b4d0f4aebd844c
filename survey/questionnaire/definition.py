"""The frozen values that a questionnaire consists of.

Here belong the definitions themselves and what follows from them alone (the order of the answer
columns, the critical dimensions of a practice). Reading a file, and telling its faults, does not:
see `survey.questionnaire.parse`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

Role = Literal["dimension", "capacity", "resolve"]
Text = Mapping[str, str]
"""One text in every language of the questionnaire: language code -> text."""


@dataclass(frozen=True)
class Response:
    """A response format: the answers from `lo` to `hi` in words, lowest first."""

    id: str
    lo: int
    hi: int
    labels: tuple[Text, ...]
    cant_say: Text
    stem: Text = field(default_factory=dict)
    """Said once above the items, such as the window of a frequency; may be empty."""


@dataclass(frozen=True)
class Scale:
    """A score made of several items, 5 = healthiest. Its role says what it is used for."""

    id: str
    name: Text
    role: Role
    about: Text
    """One sentence: what a high score says."""
    reliability: float
    prior_sd: float


@dataclass(frozen=True)
class Facet:
    """A part of a scale that is also reported by itself, as trust in colleagues and in leaders."""

    id: str
    scale: str
    name: Text
    items: tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """A page of the questionnaire: items on one theme with one response format."""

    id: str
    title: Text
    hint: Text


@dataclass(frozen=True)
class Item:
    """A statement. `key` is 1, or -1 where agreeing speaks against health."""

    id: str
    scale: str
    key: Literal[1, -1]
    response: str
    section: str
    text: Text


@dataclass(frozen=True)
class Practice:
    """A best practice, asked twice: how clear it is (know) and how consistently it is done (do)."""

    id: str
    label: Text
    statement: Text
    critical: tuple[str, ...]
    """The dimensions without which the practice does not hold, in questionnaire order."""

    @property
    def know(self) -> str:
        """The answer column of knowing."""
        return f"KN{self.id}"

    @property
    def do(self) -> str:
        """The answer column of doing."""
        return f"DO{self.id}"


@dataclass(frozen=True)
class PracticeBlock:
    """How the practices are asked: one question for knowing, one for doing, one response format."""

    section: Section
    response: str
    know: Text
    do: Text


@dataclass(frozen=True)
class Choice:
    """One option of the pick list or one tenure band."""

    id: str
    text: Text


@dataclass(frozen=True)
class PickList:
    """Choose up to `most` of the options."""

    question: Text
    most: int
    options: tuple[Choice, ...]


@dataclass(frozen=True)
class OpenQuestion:
    """A question answered in one's own words, at most 600 characters."""

    id: str
    text: Text


@dataclass(frozen=True)
class Tenure:
    """Coarse time in the team. `newcomer` and `veteran` name the two bands that are contrasted."""

    question: Text
    bands: tuple[Choice, ...]
    newcomer: str
    veteran: str
    scale: str
    """The scale the contrast is computed for (PAST)."""


@dataclass(frozen=True)
class Readiness:
    """Every cut-off of the verdict (statistics B18). All are judgement; they travel with it."""

    floor: float = 3.0
    target: float = 3.5
    block: float = 0.90
    """P(dimension below the floor) from which that dimension blocks."""
    overall: float = 0.80
    """Probability asked of the index, in either direction."""
    gate: float = 0.90
    """P(dimension at least at the floor) asked of every dimension for "ready"."""
    weakest: float = 0.50
    """The same, for "ready with conditions"."""
    condition: float = 0.80
    """P(dimension at least at the target) under which the dimension is a condition."""
    below_target: int = 1
    """How many dimension means may lie under the target in "ready"."""
    min_answers: int = 5
    min_rate: float = 0.60
    min_dimensions: int = 5
    """Dimensions a person must have scored to have an index."""
    silent_shift: float = 0.5
    harm_items: tuple[str, ...] = ()
    harm_from: float = 4.0
    harm_people: int = 2
    harm_share: float = 0.20
    favourable: float = 3.5
    prior_df: float = 4.0
    index_reliability: float = 0.90
    index_prior_sd: float = 0.56
    item_prior_sd: float = 1.05
    gap_reliability: float = 0.50
    gap_prior_sd: float = 1.0
    split_people: int = 2
    split_share: float = 0.25
    split_low: float = 2.5
    split_high: float = 3.5
    split_answers: int = 6
    done: float = 4.0
    done_sure: float = 0.80
    know_enough: float = 3.5
    support_low: float = 0.50
    support_high: float = 0.90
    gap_least: float = 0.5
    chasm: float = 2.0
    change_dimension: float = 0.30
    """The smallest change of a dimension that is ever called one, however sure."""
    change_index: float = 0.20


@dataclass(frozen=True)
class Questionnaire:
    """A whole questionnaire. Order in every tuple is the order of the file, and of the pages."""

    id: str
    version: str
    languages: tuple[str, ...]
    title: Text
    intro: Text
    minutes: int
    source: Text
    licence: str
    responses: Mapping[str, Response]
    sections: tuple[Section, ...]
    scales: tuple[Scale, ...]
    facets: tuple[Facet, ...]
    items: tuple[Item, ...]
    practice_block: PracticeBlock | None
    practices: tuple[Practice, ...]
    pick_list: PickList | None
    open_questions: tuple[OpenQuestion, ...]
    tenure: Tenure | None
    readiness: Readiness

    @cached_property
    def dimensions(self) -> tuple[Scale, ...]:
        """The scales of the index, in questionnaire order."""
        return tuple(s for s in self.scales if s.role == "dimension")

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The answer columns in their fixed order: items, then every KN, then every DO.

        This is also the order of the bytes in a sealed box.
        """
        know = tuple(p.know for p in self.practices)
        return (*(i.id for i in self.items), *know, *(p.do for p in self.practices))

    def scale(self, scale_id: str) -> Scale:
        """Return the scale with this id, which must exist."""
        return next(s for s in self.scales if s.id == scale_id)

    def items_of(self, scale_id: str) -> tuple[Item, ...]:
        """Return the items of a scale, in questionnaire order."""
        return tuple(i for i in self.items if i.scale == scale_id)

    def range_of(self, column: str) -> tuple[int, int]:
        """Return the lowest and highest raw answer of an answer column."""
        item = next((i for i in self.items if i.id == column), None)
        block = self.practice_block
        response = self.responses[item.response if item else block.response if block else ""]
        return response.lo, response.hi

    def range_over(self, columns: Iterable[str]) -> tuple[int, int]:
        """Return the lowest and highest raw answer over some answer columns."""
        ranges = [self.range_of(column) for column in columns]
        return min(lo for lo, _ in ranges), max(hi for _, hi in ranges)
