"""What the door takes and what it lets out: units, policy, released and withheld values.

Here belong the frozen values only. Which groups are formed stands in `rollup`, how precisely a
figure is let out in `precision`, and what is let out of a survey in `release`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from survey.errors import UserError

Edge = Literal["", "low", "high"]
Why = Literal["too_few", "not_asked", "less_often", "harm"]
Kind = Literal["whole", "pooled", "wider"]


class PolicyTooWeak(UserError):
    """Results may be shown from 5 answers on, single questions and comments from 10: these numbers
    may be raised, never lowered.
    """


@dataclass(frozen=True)
class Policy:
    """From how many answers on what is shown. Fixed at opening; shown to respondents.

    `scores` may be raised, never lowered below 5.
    """

    scores: int = 5
    single: int = 10
    """Single items, know and do figures, pick list, harm signal, comments."""
    spread: int = 12

    def __post_init__(self) -> None:
        if self.scores < 5 or self.single < 10 or self.spread < 12:
            raise PolicyTooWeak()


@dataclass(frozen=True)
class Unit:
    """A unit of the client's organisation; `asked` people hold codes (0 for a mere heading)."""

    id: str
    name: str
    parent: str | None
    asked: int


@dataclass(frozen=True)
class Released:
    """A figure that passed the door: rounded to `step`, clipped, with its count.

    `edge` "high" reads "3.8 or more", "low" reads "2.2 or less": a clip hides something on that
    side and on no other.
    """

    value: float
    n: int
    step: float
    edge: Edge = ""
    below: float = 0.0
    """How far below `value` the mean may lie because of a clip; rounding comes on top."""
    above: float = 0.0


@dataclass(frozen=True)
class Withheld:
    """A figure that did not pass the door, and why."""

    why: Why


Figure = Released | Withheld


@dataclass(frozen=True)
class ReleasedGroup:
    """What is let out of one reporting group.

    A "whole" group is one unit. A "pooled" group gathers units that are too small by themselves
    under their parent; it gets dimension figures and never a verdict. A "wider" group is formed
    only for what needs 10 answers (comments, harm signal) and overlaps the others; it has no
    scores.
    `figures` is keyed by measure: a scale id ("TRUST"), a facet id, an item id, a practice column
    ("KN01"), "pick:<option>", or "harm" (1.0 or 0.0).
    """

    key: str
    name: str
    kind: Kind
    parent: str | None
    """The unit under which the group stands in the tree."""
    units: tuple[str, ...]
    n: int
    """The smallest count over all dimensions: the one n that is printed for the group."""
    asked: int
    figures: Mapping[str, Figure]
    comments: Mapping[str, tuple[str, ...]]
    """Open question id -> comments in an order that says nothing; empty where withheld."""
    hidden: tuple[str, ...] = ()
    """Marks of the comments that the consultant hid: they stand in `comments` no longer."""


@dataclass(frozen=True)
class Release:
    """Everything that will ever be known of a survey."""

    units: tuple[Unit, ...]
    policy: Policy
    groups: tuple[ReleasedGroup, ...]
    left_out: tuple[str, ...]
    """Ids of the units whose answers appear nowhere: too few even at the top."""
