"""Where things stand on the map of all groups: its columns, the room beside and above them."""

from dataclasses import dataclass
from itertools import pairwise

from survey.charts.names import two_lines, width
from survey.charts.style import NARROW, WIDE
from survey.language import _

GAP = 0.92
"""Height of a cell, as a share of its place."""
APART = 0.2
"""Room before the columns that are no part of the index, as a share of a column."""
LETTER = 7.1
"""Pixels of a letter beside the cells."""
UPRIGHT, THIN = 7.9, frozenset(" ,.fijlt")
"""Pixels of a letter that is not thin in a name that stands upright; thin ones take half of it."""
HEAD_SIZES = (14, 13)
"""Type sizes of a name above a column, side by side with the others; first what is liked best."""
LEAST_ROOM = 40
"""Pixels of a column that words in a cell take."""
LONGEST_LINE = 11
"""Letters of a line above a column, where a third line helps."""
SIDES = {False: 266, True: 204}
"""Pixels of a wide map beside its columns: fewer where some stand apart."""
ANSWERS = 74
"""Of these, for how many answered."""


@dataclass(frozen=True)
class Layout:
    """Where things stand: a wide map has names at the left, a narrow one above their cells."""

    narrow: bool
    heads: tuple[str, ...]
    inside: int
    """So many columns are dimensions; the others stand apart."""

    @property
    def columns(self) -> float:
        """Return how wide all columns are together, in columns."""
        return len(self.heads) + (APART if self.apart else 0)

    @property
    def apart(self) -> bool:
        """Whether some columns stand apart from the dimensions."""
        return len(self.heads) > self.inside

    def x(self, column: int) -> float:
        """Return where the middle of a column stands."""
        return column + (APART if column >= self.inside else 0)

    @property
    def longest_name(self) -> int:
        """Return the characters of a name beside its cells, on each of two lines."""
        return round((SIDES[self.apart] - ANSWERS) / LETTER)

    @property
    def unit(self) -> int:
        """Return the pixels from one row to the next."""
        return 62 if self.narrow else 40

    @property
    def type_size(self) -> float:
        """Return the size of the figures, so that "≥ 3.8" fits into a cell."""
        if self.narrow:
            return min(14, max(self._room / 2.9, 9))
        return min(16, max(self._room / 4.7, 9))

    @property
    def mark(self) -> float:
        """Return how far left of the middle of a cell its mark stands, beside the figure."""
        return 0.34 if self.narrow else 0.32 if self._room > 75 else 0.38

    @property
    def hidden(self) -> str:
        """Return what stands in a cell that is not shown; the table says why."""
        return two_lines(_("not shown")) if self._room >= LEAST_ROOM else "–"

    @property
    def _room(self) -> float:
        """Return the pixels of a column."""
        return (NARROW if self.narrow else WIDE - SIDES[self.apart]) / max(self.columns, 1)

    @property
    def height(self) -> float:
        """Return the height of a cell, as a share of its place."""
        return 0.52 if self.narrow else GAP

    @property
    def margins(self) -> dict[str, int]:
        """Return the pixels around the cells."""
        sides = {"l": 0, "r": 0} if self.narrow else {"l": SIDES[self.apart] - 4, "r": 4}
        return {**sides, "t": self.standing if self.upright else self.above, "b": 8}

    @property
    def standing(self) -> int:
        """Return the pixels for names that stand upright above the columns."""
        letters = (sum(0.5 if one in THIN else 1 for one in head) for head in self.heads)
        return round(max(letters, default=0) * UPRIGHT) + 12

    @property
    def above(self) -> int:
        """Return the pixels for names that stand side by side above the columns."""
        return 18 + 18 * max((said.count("\n") + 1 for said in self.broken), default=1)

    @property
    def broken(self) -> list[str]:
        """Return the names above the columns on as many lines as they take."""
        return [_lines_above(head) for head in self.heads]

    @property
    def head_size(self) -> int:
        """Return the type size in which all names above the columns fit side by side; 0: none."""
        wide = [width(said, 1) for said in self.broken]
        # A name may be wider than its column where the one beside it leaves the room.
        pairs = ((one + other) / 2 for one, other in pairwise([*wide, 0.0]))
        most = max((*pairs, wide[0] if wide else 0))
        return next((size for size in HEAD_SIZES if most * size <= self._room), 0)

    @property
    def upright(self) -> bool:
        """Whether the names above the columns stand upright, for want of room."""
        return self.narrow or not self.head_size

    @property
    def blocks(self) -> list[tuple[int, int]]:
        """Return from which column to which the map goes without a gap."""
        ends = (0, self.inside, len(self.heads))
        return [(start, end) for start, end in pairwise(ends) if end > start]


def _lines_above(head: str) -> str:
    """Return a name above a column on two lines, or on three where these would be long."""
    two = two_lines(head)
    if max(map(len, two.split("\n"))) <= LONGEST_LINE or head.count(" ") < 2:
        return two
    first, _, rest = head.partition(" ")
    return f"{first}\n{two_lines(rest)}"
