"""Finding people and the client in a text, by names that were given.

Here belongs when a word counts as a name. The texts are in the plain form of `folding`, so case,
accents and look-alikes are out of the way; what a find is replaced with is decided in `masking`.

- A first or last name of three letters or more counts alone, with the endings that names get.
- A name that is an ordinary word too (May, Koch, Long) counts where it is written as a name:
  a capital inside a sentence, after a title, beside the person's other name, with 's. At the
  beginning of a sentence it counts only before a word of `DOES`: "Will this end?" stays.
- A name of two letters counts beside the person's other name only.
- A nickname, a spelling mistake or bare initials are not found.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import permutations
from typing import Literal

from survey.disclosure.folding import Folded, fold
from survey.disclosure.ordinary import (
    DEGREES,
    DOES,
    GENERAL,
    LEGAL,
    ORDINARY,
    PARTICLES,
    TITLES,
)

Kind = Literal["sure", "ordinary", "beside"]
"""sure: counts alone; ordinary: where it is written as a name; beside: beside another part."""

WORD = re.compile(r"[^\W\d_]+")
GAP = re.compile(r"(?: ?, ?|[ ._'&-]{0,3})")
"""What may stand between two parts of one name."""
INITIAL = re.compile(r"(?<![^\W\d_])([^\W\d_])\.[ -]?$")
AFTER = re.compile(r" ([^\W\d_])\.")
OPENS = " \"'([{«»„“”‚‘*>-"
"""What may stand between the end of one sentence and the first word of the next."""
ENDINGS = ("s", "es", "n", "en", "ns", "ens")
LONG_ENDINGS = ("a", "e", "em", "i", "in", "o", "om", "ou", "ova", "ovi", "owa", "owi", "u", "y")
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u11ff\u1780-\u17ff\u2e80-\u9fff\uac00-\ud7ff]")
"""Scripts without spaces between words, or with endings written on to them."""
UMLAUT = re.compile(r"([aou])e")
GLUED_FROM = 6
SHOUTED = 0.7
"""Part of capitals from which a text counts as shouted, so that they say nothing."""


@dataclass(frozen=True)
class Part:
    """A word that may stand for somebody: for whom, and when it counts."""

    of: frozenset[int]
    kind: Kind


@dataclass(frozen=True)
class Names:
    """Everything that is looked for: people, or the one client."""

    parts: Mapping[str, Part]
    unspaced: tuple[str, ...]
    initials: Mapping[int, frozenset[str]]
    inside: frozenset[str]
    """Small words and legal forms, which go with a name that they stand beside."""

    @cached_property
    def beginnings(self) -> frozenset[str]:
        """The first letters of all parts: few words of a text begin like a name."""
        return frozenset(part[:2] for part in self.parts)


@dataclass(frozen=True)
class _Word:
    start: int
    end: int
    text: str
    part: Part | None


def people(names: Iterable[str]) -> Names:
    """Return what is looked for of some people; names as "Anna Meier" or "Meier, Anna"."""
    persons = [_words(name, DEGREES | PARTICLES) for name in names]
    parts: dict[str, Part] = {}
    for person, words in enumerate(persons):
        for word in words:
            _add(parts, word, person, _kind(word))
        for pair in permutations(words, 2):
            if len(glued := "".join(pair)) >= GLUED_FROM:
                _add(parts, glued, person, "sure")
    initials = {at: frozenset(word[0] for word in words) for at, words in enumerate(persons)}
    return Names(parts, _unspaced(names), initials, PARTICLES)


def client(name: str) -> Names:
    """Return what is looked for of the client: its name, and the first word of it alone."""
    words = _words(name, LEGAL | PARTICLES)
    parts: dict[str, Part] = {}
    for at, word in enumerate(words):
        alone = at == 0 and (len(words) == 1 or word not in GENERAL)
        _add(parts, word, 0, _kind(word) if alone else "beside")
    if len(acronym := "".join(word[0] for word in words)) > 2:
        _add(parts, acronym, 0, "ordinary")
    return Names(parts, _unspaced([name]), {0: frozenset()}, LEGAL)


def find(names: Names, text: Folded) -> Iterator[tuple[int, int]]:
    """Yield where names stand, one find for a whole name, in the order of the text."""
    if not names.parts:
        return
    words = [
        _Word(m.start(), m.end(), m.group(), _part(names, text, m))
        for m in WORD.finditer(text.text)
    ]
    found = [at for at in range(len(words)) if _counts(words, at, text)]
    for first, last in _runs(words, found, text, names):
        yield _widened(words, first, last, text, names)


def find_unspaced(names: Names, text: Folded) -> Iterator[tuple[int, int]]:
    """Yield where names of scripts without spaces stand."""
    for name in names.unspaced:
        yield from ((m.start(), m.end()) for m in re.finditer(re.escape(name), text.text))


def _words(name: str, left_out: frozenset[str]) -> list[str]:
    found = WORD.findall(fold(name).text)
    return [word for word in found if len(word) > 1 and word not in left_out] or [
        word for word in found if len(word) > 1
    ]


def _unspaced(names: Iterable[str]) -> tuple[str, ...]:
    words = {word for name in names for word in WORD.findall(fold(name).text)}
    found = [word for word in words if UNSPACED.search(word) and len(word) > 1]
    return tuple(sorted(found, key=lambda word: (-len(word), word)))


def _kind(word: str) -> Kind:
    if len(word) < 3:
        return "beside"
    return "ordinary" if word in ORDINARY or word in DOES else "sure"


def _add(parts: dict[str, Part], word: str, person: int, kind: Kind) -> None:
    """Add a word in every spelling; the surest kind wins where people share it."""
    order: Sequence[Kind] = ("beside", "ordinary", "sure")
    for spelling in _spellings(word):
        known = parts.get(spelling, Part(frozenset(), kind))
        parts[spelling] = Part(known.of | {person}, max(known.kind, kind, key=order.index))


def _spellings(word: str) -> set[str]:
    """Return a word as it stands, and with ae, oe, ue written as the umlaut they may be."""
    short = _short(word)
    return {word, short} if len(short) > 2 else {word}


def _short(word: str) -> str:
    return UMLAUT.sub(r"\1", word) if "e" in word else word


def _part(names: Names, text: Folded, match: re.Match[str]) -> Part | None:
    """Return the part that a word stands for, with an ending or without."""
    word = match.group()
    if word[:2] not in names.beginnings and _short(word[:3])[:2] not in names.beginnings:
        return None
    spellings = [word, _short(word)]
    for spelling in spellings:
        if spelling in names.parts:
            return names.parts[spelling]
    capital = text.capital[match.start()]
    for spelling in spellings:
        for stem in _stems(spelling, capital):
            part = names.parts.get(stem)
            if part and part.kind != "beside":
                return Part(part.of, "ordinary") if word in ORDINARY else part
    return None


def _stems(word: str, capital: bool) -> Iterator[str]:
    """Yield what a word may be an inflected form of; a rare ending needs a capital."""
    endings = [(end, 3 if end == "s" and capital else 4) for end in ENDINGS]
    endings += [(end, 5) for end in LONG_ENDINGS]
    for end, least in endings:
        if word.endswith(end) and len(word) - len(end) >= least and (capital or end == "s"):
            yield word.removesuffix(end)


def _counts(words: Sequence[_Word], at: int, text: Folded) -> bool:
    word = words[at]
    if word.part is None:
        return False
    if word.part.kind == "sure":
        return True
    if any(_same(words, other, at, text) for other in (at - 1, at + 1)):
        return True
    return word.part.kind == "ordinary" and _as_name(words, at, text)


def _same(words: Sequence[_Word], one: int, other: int, text: Folded) -> bool:
    """Say whether two neighbours are two parts of one name."""
    if not (0 <= one < len(words) and 0 <= other < len(words)):
        return False
    a, b = sorted((words[one], words[other]), key=lambda word: word.start)
    return bool(
        a.part
        and b.part
        and a.text != b.text
        and a.part.of & b.part.of
        and GAP.fullmatch(text.text, a.end, b.start)
    )


def _as_name(words: Sequence[_Word], at: int, text: Folded) -> bool:
    """Say whether an ordinary word is written as a name."""
    word = words[at]
    before = words[at - 1].text if at else ""
    if before in TITLES and GAP.fullmatch(text.text, words[at - 1].end, word.start):
        return True
    if not _is_capital(word, text):
        return False
    following = words[at + 1].text if at + 1 < len(words) else ""
    if INITIAL.search(text.text, 0, word.start) or following in DOES:
        return True
    return not _opens_sentence(word, text) or text.text.startswith("'s", word.end)


def _is_capital(word: _Word, text: Folded) -> bool:
    """Say whether a word has a capital that means something: not in a text in capitals."""
    if not text.capital[word.start]:
        return False
    letters = [c for c, low in zip(text.capital, text.text, strict=True) if low.isalpha()]
    return not all(text.capital[word.start : word.end]) or sum(letters) < SHOUTED * len(letters)


def _opens_sentence(word: _Word, text: Folded) -> bool:
    before = text.text[: word.start].rstrip(OPENS)
    return not before or before[-1] in ".!?…:;\n"


def _runs(
    words: Sequence[_Word], found: Sequence[int], text: Folded, names: Names
) -> Iterator[tuple[int, int]]:
    """Yield first and last word of each name: parts of one person that stand together."""
    at = 0
    while at < len(found):
        first = last = found[at]
        while at + 1 < len(found) and _goes_on(words, last, found[at + 1], text, names):
            at += 1
            last = found[at]
        yield first, last
        at += 1


def _goes_on(words: Sequence[_Word], last: int, after: int, text: Folded, names: Names) -> bool:
    """Say whether a name goes on with a later word, over small words such as "von der"."""
    if after == last + 1:
        return _same(words, last, after, text)
    between = range(last + 1, after)
    one, other = words[last].part, words[after].part
    return bool(
        len(between) <= 3
        and all(words[at].text in names.inside for at in between)
        and one
        and other
        and one.of & other.of
        and not re.search(r"[^ \w'&.-]|\. ", text.text[words[last].end : words[after].start])
    )


def _widened(
    words: Sequence[_Word], first: int, last: int, text: Folded, names: Names
) -> tuple[int, int]:
    """Return a name with its initials, and a company with its legal form."""
    start, end = words[first].start, words[last].end
    part = words[first].part
    of = part.of if part else frozenset[int]()
    letters = frozenset[str]().union(*(names.initials[person] for person in of))
    while (m := INITIAL.search(text.text, 0, start)) and m[1] in letters:
        start = m.start()
    if (m := AFTER.match(text.text, end)) and m[1] in letters and text.capital[m.start(1)]:
        end = m.end(1)
    for word in words[last + 1 :] if names.inside is LEGAL else ():
        gap = re.fullmatch(r"[ .,&+-]{1,4}", text.text[end : word.start])
        if not gap or word.text not in LEGAL or not text.capital[word.start]:
            break
        end = word.end
    return start, end
