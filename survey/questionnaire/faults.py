"""What is wrong with a questionnaire file, where, and what to do about it.

Here belong the value that names one fault, the list that keeps faults in the order of the file, and
how a piece of the file is quoted inside a sentence. Which faults there are stands in the modules
that look for them: `draft`, `texts`, `references`, `structure`, `settings`.
"""

import difflib
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from survey.errors import UserError

LONGEST_QUOTE = 40
MOST_COMPARED = 100
"""Looking for a word among more than these would let a file keep us busy for minutes."""


@dataclass(frozen=True)
class Fault:
    """One fault: where it is ("item T3: key") and what to do ("must be + or -")."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


class DefinitionError(UserError):
    """The questionnaire cannot be used. {told}"""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(told="; ".join(map(str, self.faults)))


@dataclass(frozen=True)
class Place:
    """A table of the file: how it is called ("item T3"), and its rank from the top."""

    words: str
    rank: tuple[int, int] = (0, 0)


class FaultList:
    """Collects faults and gives them back in the order of the file, each once."""

    def __init__(self) -> None:
        self._found: list[tuple[tuple[int, int], Fault]] = []

    def add(self, place: Place, key: str, what: str) -> None:
        """Note a fault under a key of a table; an empty key speaks of the table itself."""
        where = f"{place.words}: {key}" if key else place.words
        self._found.append((place.rank, Fault(where, what)))

    def in_order(self) -> tuple[Fault, ...]:
        """Return the faults from the top of the file down."""
        ordered = sorted(self._found, key=lambda found: found[0])
        return tuple(dict.fromkeys(fault for _, fault in ordered))


def is_unseen(character: str) -> bool:
    """Say whether a character cannot be seen, or turns the reading direction of what follows."""
    turns = "\u202a" <= character <= "\u202e" or "\u2066" <= character <= "\u2069"
    return turns or unicodedata.category(character) in ("Cc", "Cs", "Zl", "Zp")


def bare(value: str) -> str:
    """Return a piece of the file, safe and short enough to stand in a one-line sentence."""
    seen = "".join("?" if is_unseen(character) else character for character in value)
    return seen if len(seen) <= LONGEST_QUOTE else seen[: LONGEST_QUOTE - 1] + "…"


def quoted(value: str) -> str:
    """Return a piece of the file in quotation marks."""
    return f'"{bare(value)}"'


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return "a, b and c"."""
    *most, final = [bare(word) for word in words] or ["none"]
    return f"{', '.join(most)} {last} {final}" if most else final


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return "1 item" or "3 items"."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def did_you_mean(word: str, known: Iterable[str], instead: str = "") -> str:
    """Return "; did you mean X?" for the known word that looks most like it, else `instead`."""
    words = list(known)
    close = difflib.get_close_matches(bare(word), words, n=1) if len(words) <= MOST_COMPARED else []
    return f"; did you mean {close[0]}?" if close else instead
