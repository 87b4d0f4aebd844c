"""What an audit finds: one sentence each, and what kind of finding it is."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["short", "stored", "learnable", "wrong", "unseen"]
KINDS: tuple[Kind, ...] = ("wrong", "stored", "learnable", "unseen")
"""In the order of a report; what is said in short stands before it."""


@dataclass(frozen=True)
class Finding:
    """One thing that an audit tells.

    kind: short = the whole in a few lines; stored = about whom what is kept; learnable = what
    somebody could find out who holds it; wrong = what must not be; unseen = what this audit cannot
    see.
    """

    kind: Kind
    text: str
    where: str = ""


def short(text: str) -> Finding:
    """Tell the whole in a line."""
    return Finding("short", text)


def stored(text: str, where: str = "") -> Finding:
    """Tell what is kept."""
    return Finding("stored", text, where)


def learnable(text: str, where: str = "") -> Finding:
    """Tell what somebody could find out."""
    return Finding("learnable", text, where)


def wrong(text: str, where: str = "") -> Finding:
    """Tell what must not be."""
    return Finding("wrong", text, where)


def unseen(text: str, where: str = "") -> Finding:
    """Tell what cannot be seen from here."""
    return Finding("unseen", text, where)


def some(count: int, what: str) -> str:
    """Return how many there are of something: "no boxes", "1 box", "2 boxes"."""
    plural = {"box": "boxes"}.get(what, f"{what}s")
    return f"{count or 'no'} {what if count == 1 else plural}"
