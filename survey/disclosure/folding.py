"""Texts in a plain form in which equal-looking words are equal, and the way back to the original.

Here belongs what two spellings of a letter have in common: case, accents, width, look-alikes from
other alphabets, characters that nobody sees. What is looked for in the plain form stands in
`masking` and `naming`.
"""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

SAME = {
    **dict.fromkeys("’‘ʼ′´`‛＇", "'"),
    **dict.fromkeys("‐‑‒–—―−﹣－", "-"),
    **dict.fromkeys("。｡", "."),
    **dict.fromkeys("⁄∕", "/"),
    **dict(zip("ßæœøłđðþıħŋ", "ss ae oe o l d d th i h n".split(), strict=True)),
    # Look-alikes. Capitals decide as well: Cyrillic В looks like B, so в counts as b everywhere.
    **dict(zip("авеорсухкмнтіјѕһԁԛԝё", "abeopcyxkmhtijshdqwe", strict=True)),
    **dict(zip("αβεζηικμνορτυχ", "abezhikmnoptyx", strict=True)),
}
"""What a letter counts as, after lower case and without accents."""

UNSEEN = {"Cc", "Cf", "Cs", "Mn", "Me"}
"""Categories of characters that change no word: controls, marks, joiners, direction."""
FILLERS = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters by their category that are blank on the screen."""


@dataclass(frozen=True)
class Folded:
    """A text in its plain form: one place of `at` and `capital` for each character."""

    text: str
    at: tuple[int, ...]
    """Where in the original each character comes from; one more, the length, at the end."""
    capital: tuple[bool, ...]

    def original(self, start: int, end: int) -> tuple[int, int]:
        """Return the part of the original behind a part of the plain form, never an empty one.

        What nobody sees goes with the character before it.
        """
        return self.at[start], max(self.at[end], self.at[end - 1] + 1)


def fold(text: str) -> Folded:
    """Return a text in its plain form."""
    plain, at, capital = [], [], []
    for place, character in enumerate(text):
        for letter, is_capital in _fold(character):
            plain.append(letter)
            at.append(place)
            capital.append(is_capital)
    return Folded("".join(plain), (*at, len(text)), tuple(capital))


@lru_cache(maxsize=4096)
def _fold(character: str) -> tuple[tuple[str, bool], ...]:
    """Return what one character counts as, letter by letter, and whether each was a capital."""
    if character.isspace():
        return (("\n" if character in "\r\n\u2028\u2029" else " ", False),)
    if character in FILLERS:
        return ()
    digit = unicodedata.decimal(character, None)
    if digit is not None:
        return ((str(digit), False),)
    if character in SAME:
        return tuple((letter, False) for letter in SAME[character])
    return tuple(
        (plain, letter.isupper())
        for letter in unicodedata.normalize("NFKD", character)
        if unicodedata.category(letter) not in UNSEEN and not letter.isspace()
        for low in letter.lower()
        if unicodedata.category(low) not in UNSEEN
        for plain in SAME.get(low, low)
    )
