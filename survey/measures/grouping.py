"""Which people form a team: sorted rows, blocks of whole teams, sums per team.

Nothing here knows what is summed. Rows are brought into the order of their teams once; after that a
sum per team is one pass over contiguous memory, and no team needs a loop of its own.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from survey.scoring import Floats, Ints

BLOCK = 32_768
"""People handled at a time: small enough for the processor's cache, large enough for numpy."""


@dataclass(frozen=True, eq=False)
class Grouping:
    """People in the order of their teams.

    Attributes
    ----------
    sizes : ndarray (T,) of int
        People of each team; 0 is allowed.
    """

    sizes: Ints

    @cached_property
    def _present(self) -> Ints:
        return np.flatnonzero(self.sizes)

    @cached_property
    def _starts(self) -> Ints:
        ends = np.cumsum(self.sizes)
        return (ends - self.sizes)[self._present]

    def sums(self, people: npt.NDArray[Any]) -> Floats:
        """Sum the last axis per team: (..., n) -> (..., T). A team without people gets 0."""
        out = np.zeros((*people.shape[:-1], len(self.sizes)))
        if len(self._present):
            out[..., self._present] = np.add.reduceat(people, self._starts, axis=-1, dtype=float)
        return out

    def counts(self, people: npt.NDArray[np.bool_]) -> Ints:
        """Count the true values of the last axis per team: (..., n) -> (..., T)."""
        return self.sums(people).astype(np.int64)

    def spread(self, teams: Floats) -> Floats:
        """Give every person the value of the team: (..., T) -> (..., n)."""
        return np.repeat(teams, self.sizes, axis=-1)


@dataclass(frozen=True)
class Block:
    """Some consecutive teams with all their people."""

    first_team: int
    rows: npt.NDArray[np.intp] | slice
    """Where the people of these teams stand in the answers, sorted by team."""
    grouping: Grouping


def blocks(team: npt.NDArray[np.integer], teams: int, people: int = BLOCK) -> Iterator[Block]:
    """Cut the people into blocks of whole teams.

    Parameters
    ----------
    team : ndarray (n,) of int
        Team of each person, 0 to `teams` - 1.
    teams : int
        Number of teams T, those without people included.
    people : int
        Start a new block when this many people are reached. A larger team makes a larger block.

    Yields
    ------
    Block
        Together they hold every team and every person once. None for no teams.
    """
    sizes = np.bincount(team, minlength=teams).astype(np.int64)
    ends = np.concatenate([[0], np.cumsum(sizes)])
    in_order = bool(np.all(team[1:] >= team[:-1]))
    order = None if in_order else np.argsort(team, kind="stable")
    first = 0
    while first < teams:
        last = int(np.searchsorted(ends, ends[first] + people, side="right")) - 1
        last = min(max(last, first + 1), teams)
        rows = slice(int(ends[first]), int(ends[last]))
        yield Block(first, rows if order is None else order[rows], Grouping(sizes[first:last]))
        first = last
