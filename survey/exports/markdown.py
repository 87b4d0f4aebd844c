r"""A small part of Markdown: headings, paragraphs, lists in lists, **bold**, `code`.

Enough for the papers of a survey, which are Markdown to take along and pages to print. Here belong
reading it, and putting a text of somebody's into it so that it stays text. HTML is made in the
template.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Kind = Literal["heading", "paragraph", "list"]
SPECIAL = re.compile(r"([\\`*_\[\]<>#|])")
PIECES = re.compile(r"\\(?P<plain>[\\`*_\[\]<>#|])|\*\*(?P<bold>.+?)\*\*|`(?P<code>[^`]+)`")
HEADING = re.compile(r"(#{1,3}) (.+)")
POINT = re.compile(r"( *)- (.+)")
INDENT = 4
NO_TEXT = Markup("")


@dataclass(frozen=True)
class Point:
    """A point of a list, with the points below it."""

    text: Markup
    below: tuple[Markup, ...] = ()


@dataclass(frozen=True)
class Block:
    """A heading of a level, a paragraph, or a list."""

    kind: Kind
    text: Markup = NO_TEXT
    level: int = 0
    points: tuple[Point, ...] = ()


def as_text(value: str) -> str:
    """Return a text for Markdown: on one line, and with nothing in it that Markdown would read."""
    return SPECIAL.sub(r"\\\1", " ".join(value.split()))


def blocks(text: str) -> Iterator[Block]:
    """Yield the blocks of a text that keeps to this part of Markdown."""
    for part in re.split(r"\n{2,}", text.strip()):
        lines = part.splitlines()
        if heading := HEADING.fullmatch(part):
            yield Block("heading", inline(heading[2]), level=len(heading[1]))
        elif points := _points(lines):
            yield Block("list", points=points)
        else:
            yield Block("paragraph", inline(" ".join(lines)))


def _points(lines: Sequence[str]) -> tuple[Point, ...]:
    """Return the points of a list; none where a line is no point."""
    points: list[Point] = []
    for line in lines:
        point = POINT.fullmatch(line)
        if point is None:
            return ()
        if len(point[1]) >= INDENT and points:
            points[-1] = Point(points[-1].text, (*points[-1].below, inline(point[2])))
        else:
            points.append(Point(inline(point[2])))
    return tuple(points)


def inline(text: str) -> Markup:
    """Return one line as HTML; everything that is no mark of ours is escaped."""
    made, at = NO_TEXT, 0
    for piece in PIECES.finditer(text):
        made += escape(text[at : piece.start()])
        if piece["plain"]:
            made += escape(piece["plain"])
        elif piece["bold"]:
            made += Markup("<strong>{}</strong>").format(inline(piece["bold"]))
        else:
            made += Markup("<code>{}</code>").format(piece["code"])
        at = piece.end()
    return made + escape(text[at:])
