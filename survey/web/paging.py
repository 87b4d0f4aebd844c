"""Pages of a long list: which one is asked for, and what stands on it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from flask import request

Line = TypeVar("Line")
SIZE = 50


@dataclass(frozen=True)
class Page(Generic[Line]):
    """One page of a long list: `number` of `many`, from 1. `total` counts also what fits not."""

    lines: tuple[Line, ...]
    number: int
    many: int
    found: int
    total: int


def searched_for() -> str:
    """Return what is searched for."""
    return request.args.get("q", "").replace("\0", " ").strip()[:200]


wanted = searched_for


def fits(text: str, wanted: str) -> bool:
    """Say whether every word that is searched for stands in a text."""
    folded = text.casefold()
    return all(word in folded for word in wanted.casefold().split())


def page_of(lines: Sequence[Line], total: int, size: int = SIZE) -> Page[Line]:
    """Return the page that is asked for, or the nearest one that is there."""
    number, many = place(len(lines), size)
    return Page(tuple(lines[size * (number - 1) : size * number]), number, many, len(lines), total)


def place(found: int, size: int = SIZE) -> tuple[int, int]:
    """Return the number of the page that is asked for, and how many there are."""
    many = max(1, -(-found // size))
    return min(many, max(1, asked())), many


def asked() -> int:
    """Return the page that the address asks for; it need not be there."""
    told = request.args.get("page", "")
    return int(told) if re.fullmatch(r"[0-9]{1,6}", told) else 1
