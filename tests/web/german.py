"""Reading pages in German: whether anything on them is still English.

Two nets: no English text of ours that has a German stands on the page, and no word stands there
that only English has. The second finds what nobody marked as a text; so what is made up for such a
test has no such words in it.
"""

import re
from collections.abc import Iterator
from functools import cache

from survey.language import catalogue
from tests.web.checking import Html

FILLED_IN = re.compile(r"\{[^}]*\}|%\([a-zA-Z_0-9]+\)s|%%|<[^>]+>")
READ_OUT = "aria-label", "title", "placeholder", "data-where", "alt"
LONG = 12
ENGLISH = re.compile(
    r"\b(the|and|of|is|are|with|this|that|these|who|which|from|their|they|you|your|"
    r"yes|not|no|there|nobody|everybody|people|or|to|for|by|until|at)\b",
    re.IGNORECASE,
)


@cache
def english() -> tuple[str, ...]:
    """Return what must not be read in German: our texts, and parts of those that are filled in."""
    found = set()
    for text, told in catalogue("de").items():
        if text == told[0]:
            continue
        parts = (" ".join(part.split()) for part in FILLED_IN.split(text))
        found |= {part.strip(" .,:;") for part in parts}
    german = " ".join(words for told in catalogue("de").values() for words in told)
    return tuple(part for part in found if len(part) > LONG and part not in german)


def told_on(html: Html) -> str:
    """Return everything that is seen or read out on a page, in one line.

    But for what is said to be in another language, such as the name of a paper in English.
    """
    return " ".join(" ".join(_spoken(html.root)).split())


def _spoken(element) -> Iterator[str]:
    if element.get("lang", "de") == "de":
        yield element.text or ""
        yield from (element.get(name) or "" for name in READ_OUT)
        for child in element:
            yield from _spoken(child)
    yield element.tail or ""


def assert_german(html: Html, *, but: tuple[str, ...] = (), words: bool = True) -> None:
    """Fail where something on a page is English; `but`: names that may stand there.

    With `words` false, only our own texts are looked for: the page shows those of a survey.
    """
    assert html.one("html").get("lang") == "de"
    told = told_on(html)
    ours = [part for part in english() if part in told]
    assert not ours, f"still English: {ours}"
    for name in ("Headwind", *but):
        told = told.replace(name, "")
    near = [told[max(0, m.start() - 40) : m.end() + 40] for m in ENGLISH.finditer(told)]
    assert not words or not near, f"still English: {near}"
