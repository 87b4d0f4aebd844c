"""The language in which this program speaks at this moment: texts, dates and numbers.

Here belong the choice of a language, the look-up of a text, and how dates and numbers are written.
The translations themselves lie in `survey/locale/<language>/*.po`, one file for each part of the
program; who decides on a language (a signed-in person, a browser, a sheet of paper) says so with
`speaking`. Texts are written in English in the code; a text without a translation stays English.

A text is a whole sentence with names for what is filled in: `_("{many} people", many=3)`. It is
never glued together from pieces, because other languages order them otherwise.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_datetime
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

LANGUAGES = ("en", "de")
"""What this program speaks; the first is that of its code."""
NAMES = {"en": "English", "de": "Deutsch"}
"""Each language in its own words."""

_speaking: ContextVar[str] = ContextVar("language", default=LANGUAGES[0])

Catalogue = Mapping[str, tuple[str, ...]]
"""English text -> its translation; two, for one and for many, where the text has a number."""


def language() -> str:
    """Return the language that is spoken at this moment."""
    return _speaking.get()


def speak(wanted: str) -> None:
    """Speak a language from now on, in this thread; English where it is none of ours."""
    _speaking.set(wanted if wanted in LANGUAGES else LANGUAGES[0])


@contextmanager
def speaking(wanted: str) -> Iterator[None]:
    """Speak a language for a while."""
    token = _speaking.set(wanted if wanted in LANGUAGES else LANGUAGES[0])
    try:
        yield
    finally:
        _speaking.reset(token)


def gettext(text: str, /, **filled_in: object) -> str:
    """Return a text in the language of this moment, with what is named in it filled in."""
    found = catalogue(language()).get(text)
    told = found[0] if found else text
    return told.format(**filled_in) if filled_in else told


_ = gettext


def ngettext(one: str, many: str, n: int, /, **filled_in: object) -> str:
    """Return a text for one, or for any other number of things."""
    found = catalogue(language()).get(one)
    told = (found if found and len(found) == 2 else (one, many))[n != 1]
    return told.format(**filled_in) if filled_in else told


def mark(text: str) -> str:
    """Mark a constant as a text that is translated where it is shown; returns it as it is."""
    return text


class lazy:  # noqa: N801 -- used as a function
    """A text that is translated when it is shown: for what is written down when a module loads."""

    def __init__(self, text: str, /, **filled_in: object) -> None:
        self._text, self._filled_in = text, filled_in

    def __str__(self) -> str:
        return gettext(self._text, **self._filled_in)

    def __mod__(self, _: object) -> "lazy":
        """Let a form's validator fill in nothing: its numbers are ours already."""
        return self


@cache
def catalogue(wanted: str) -> Catalogue:
    """Return the translations into a language; empty for that of the code."""
    found: dict[str, tuple[str, ...]] = {}
    folder = files("survey") / "locale" / wanted
    if wanted == LANGUAGES[0] or not folder.is_dir():
        return found
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if file.name.endswith(".po"):
            with file.open("rb") as opened:
                found |= _messages(opened)
    return found


def _messages(opened: object) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for message in read_po(opened):  # type: ignore[arg-type]  # any open file
        told = message.string if isinstance(message.string, tuple) else (message.string,)
        text = str(message.id[0] if isinstance(message.id, tuple | list) else message.id)
        if text and all(told) and not message.fuzzy:
            found[text] = tuple(str(one) for one in told)
    return found


def best(accepted: str, offered: tuple[str, ...] = LANGUAGES) -> str:
    """Return which of the languages offered a browser would rather have; else the first.

    `accepted` is its Accept-Language header: names with weights, of which the order is kept.
    """
    wished: list[tuple[float, str]] = []
    for part in accepted.split(",")[:20]:
        name, _separator, weight = part.strip().partition(";q=")
        short = name.strip().lower().split("-")[0]
        if short in offered:
            wished.append((_weight(weight), short))
    liked = [(weight, short) for weight, short in wished if weight > 0]
    return max(liked, key=lambda wish: wish[0])[1] if liked else offered[0]


def _weight(told: str) -> float:
    try:
        return float(told) if told else 1.0
    except ValueError:
        return 0.0


def day(when: date) -> str:
    """Return `4 December 2026`, or `4. Dezember 2026`."""
    return format_date(when, gettext(mark("d MMMM y")), locale=_locale())


def short_month(when: date) -> str:
    """Return `Mar 2026`, or `Mär. 2026`."""
    return format_date(when, "LLL y", locale=_locale())


def moment(when: datetime, timezone: str) -> str:
    """Return `Friday 4 December 2026, 18:00 (Europe/Berlin)`, as the clocks of a zone show it."""
    local = when.astimezone(ZoneInfo(timezone))
    told = format_datetime(local, gettext(mark("EEEE d MMMM y, HH:mm")), locale=_locale())
    return f"{told} ({timezone})"


def number(value: float, decimals: int = 0) -> str:
    """Return a number with so many decimals, grouped: `20,000`, or `20.000`."""
    return format_decimal(
        round(value, decimals), "#,##0" + ("." + "0" * decimals) * bool(decimals), _locale()
    )


def decimal(value: float, places: int = 1) -> str:
    """Return a figure with so many decimals, as tables print it: `3.4`, or `3,4`.

    Rounded as Python formats it, since what a figure rounds to must not hang on the language.
    """
    plain = f"{value:.{places}f}"
    return plain.replace(".", ",") if language() == "de" else plain


@cache
def _locale_of(wanted: str) -> Locale:
    return Locale.parse({"en": "en_GB"}.get(wanted, wanted))


def _locale() -> Locale:
    return _locale_of(language())
