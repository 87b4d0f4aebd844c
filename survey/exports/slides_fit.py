"""How words fit on slides: what may stand in a file at all, how wide it is, where it is cut.

Nobody measures a slide before it is shown, so widths are reckoned with those of Arial. Nothing
here knows of reports.
"""

import re
from collections.abc import Sequence
from math import ceil

POINTS = 72
"""Points to the inch."""
LEADING = 1.2
"""Height of a line in sizes of its letters."""
FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot hold, in whatever way it is written."""
TURNING = re.compile("[\u202a-\u202e\u2066-\u2069]")
"""Marks that turn the direction of what follows, and so could make a name read as another one."""
WIDTHS = {
    letter: ems
    for letters, ems in (
        ("ijl'’", 0.23),
        ("|ftI .,:;!/[]·", 0.28),
        ('r()-"“”„', 0.34),
        ("cksvxyzJ", 0.5),
        ("FTZß●○◆≥≤", 0.615),
        ("ABEKPSVXY&Ä", 0.67),
        ("wCDHNRUÜ", 0.725),
        ("GOQÖ", 0.78),
        ("mM", 0.835),
        ("%", 0.89),
        ("W", 0.95),
        ("—…@", 1.02),
    )
    for letter in letters
}
"""How wide letters are, in sizes of the type; others take `USUAL`."""
USUAL = 0.56
BOLD = 1.08
SPARE = 1.03
"""Programs differ a little in how wide they set the same words."""
LONGEST_BROKEN = 16
EVEN_WIDER = 0x1100
"""From here on scripts stand in squares."""


def plain(words: str) -> str:
    """Return words on one line, without what a file cannot hold."""
    kept = TURNING.sub("", FORBIDDEN.sub("", words))
    return " ".join(kept.split())


def width(words: str, size: float, bold: bool = False) -> float:
    """Return about how many inches words take on one line."""
    ems = sum(_letter(letter) for letter in words)
    return ems * size * SPARE * (BOLD if bold else 1) / POINTS


def _letter(letter: str) -> float:
    return WIDTHS.get(letter, USUAL if ord(letter) < EVEN_WIDER or letter in "–−" else 1.0)


def lines(words: str, inches: float, size: float, bold: bool = False) -> int:
    """Return on how many lines words stand in a column; long words are broken as programs do."""
    count, used = 1, 0.0
    gap = width(" ", size, bold)
    for word in words.split(" "):
        wide = width(word, size, bold)
        if used and used + gap + wide <= inches:
            used += gap + wide
            continue
        if used:
            count += 1
        count += max(ceil(wide / inches) - 1, 0)
        used = min(wide, inches) if wide <= inches else wide % inches
    return count


def height(texts: Sequence[str], inches: float, size: float, after: float = 0) -> float:
    """Return how many inches paragraphs take, with so many points after each."""
    rows = sum(lines(text, inches, size) for text in texts)
    return (rows * size * LEADING + len(texts) * after) / POINTS


def shortened(words: str, inches: float, size: float, most: int = 1, bold: bool = False) -> str:
    """Return words that stand on at most so many lines, cut with an ellipsis where they do not."""
    if lines(words, inches, size, bold) <= most:
        return words
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        fits = lines(_cut(words, middle), inches, size, bold) <= most
        low, high = (middle, high) if fits else (low, middle - 1)
    return _cut(words, low)


def _cut(words: str, at: int) -> str:
    """Return the beginning of words, up to the end of one: half a figure would be a false one."""
    kept = words[:at]
    if at < len(words) and words[at] != " " and " " in kept:
        whole, _, broken = kept.rpartition(" ")
        kept = whole if len(broken) < LONGEST_BROKEN else kept
    return f"{kept.rstrip()}…"


def size_for(words: str, inches: float, room: float, sizes: Sequence[int]) -> int:
    """Return the largest of some sizes (largest first) at which bold words fit, else the last."""
    for size in sizes:
        if lines(words, inches, size, bold=True) * size * LEADING / POINTS <= room:
            return size
    return sizes[-1]
