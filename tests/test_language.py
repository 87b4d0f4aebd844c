"""Languages: what is chosen, how days and numbers are written, and that every text has German."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import cache
from itertools import zip_longest

import pytest

from survey.language import (
    best,
    day,
    decimal,
    gettext,
    moment,
    ngettext,
    number,
    speak,
    speaking,
)
from tools.texts import LOCALE, Text, read, texts, translated

ENGLISH_ALONE = (
    # The command line and the audit speak English. They are for whoever runs the server, or is
    # asked to look into its files; what they say is also searched for and quoted as it stands.
    "survey/cli/",
    "survey/services/auditing",
    "survey/storage/forensics/",
)
FILLED_IN = re.compile(r"\{[^{}]*\}|%\([a-zA-Z_0-9]+\)[sd]")
TAGS = re.compile(r"</?(?!span\b)[a-z][a-z0-9]*")


@cache
def english_texts() -> Mapping[str, Text]:
    return texts()


@cache
def german_texts() -> Mapping[str, tuple[str, ...]]:
    return translated("de")


def test_every_text_has_german():
    lost = [
        f"{text.place}: {english[:80]}"
        for english, text in english_texts().items()
        if english not in german_texts() and not text.place.startswith(ENGLISH_ALONE)
    ]
    assert len(english_texts()) > 3000
    assert lost == [], "write their German into survey/locale/de (python -m tools.texts)"


def test_no_german_is_left_of_a_text_that_is_gone():
    gone = [english[:80] for english in german_texts() if english not in english_texts()]
    assert gone == [], "take these out of survey/locale/de, or mark the texts"


def test_no_text_has_two_translations():
    """The one in the file whose name comes last would be shown."""
    found: dict[str, tuple[str, object]] = {}
    for file in sorted((LOCALE / "de").glob("*.po")):
        for message in read(file, "de"):
            english = message.id if isinstance(message.id, str) else message.id[0]
            before = found.setdefault(english, (file.name, message.string))
            assert not english or message.string == before[1], (
                f"{before[0]}, {file.name}: {english}"
            )


def test_german_has_as_many_forms_as_english_and_fills_in_the_same():
    wrong = [
        f"{one} -> {german}"
        for english, told in german_texts().items()
        for one, german in zip_longest(forms_of(english), told, fillvalue="")
        if marks(one) != marks(german)
    ]
    assert wrong == []


def forms_of(english: str) -> tuple[str, ...]:
    return english_texts()[english].forms if english in english_texts() else (english,)


def marks(text: str) -> list[str]:
    """Return what is filled in, and every tag but the one that says: this is another language."""
    return sorted(FILLED_IN.findall(text) + TAGS.findall(text)) if text else ["no such form"]


def test_german_of_templates_writes_percent_signs_as_english_does():
    """A single one in a text of a template would be read as the begin of something filled in."""
    single = re.compile(r"(?<!%)%(?:%%)*(?![%(])")
    wrong = [
        german
        for english, told in german_texts().items()
        for german in told
        if english in english_texts()
        and english_texts()[english].place.startswith("templates/")
        and single.search(german)
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("accepted", "spoken"),
    [
        ("", "en"),
        ("de", "de"),
        ("de-AT, en;q=0.8", "de"),
        ("en-GB, de;q=0.9", "en"),
        ("fr, de;q=0.4, en;q=0.3", "de"),
        ("fr", "en"),
        ("de;q=0, en;q=0", "en"),
        ("DE ; q=0.9", "en"),
        ("de;q=nonsense, en;q=0.1", "en"),
        (";;,,", "en"),
        ("x," * 10_000 + "de", "en"),
    ],
)
def test_the_language_that_a_browser_would_rather_have_is_spoken(accepted, spoken):
    assert best(accepted) == spoken


def test_what_is_offered_first_is_spoken_where_nothing_fits():
    assert best("en", offered=("de",)) == "de"


def test_days_and_moments_are_written_as_each_language_writes_them():
    noon = datetime(2026, 12, 4, 17, 0, tzinfo=UTC)
    assert day(date(2026, 12, 4)) == "4 December 2026"
    assert moment(noon, "Europe/Berlin") == "Friday 4 December 2026, 18:00 (Europe/Berlin)"
    with speaking("de"):
        assert day(date(2026, 12, 4)) == "4. Dezember 2026"
        told = moment(noon, "Europe/Berlin")
        assert told == "Freitag, 4. Dezember 2026, 18:00 Uhr (Europe/Berlin)"


@pytest.mark.parametrize(
    ("value", "decimals", "english", "german"),
    [
        (0, 0, "0", "0"),
        (20_000, 0, "20,000", "20.000"),
        (1234.56, 1, "1,234.6", "1.234,6"),
        (-0.5, 2, "-0.50", "-0,50"),
        (3, 1, "3.0", "3,0"),
    ],
)
def test_numbers_are_grouped_and_pointed_as_each_language_does(value, decimals, english, german):
    assert number(value, decimals) == english
    with speaking("de"):
        assert number(value, decimals) == german


@pytest.mark.parametrize("value", [3.45, 2.95, 0.05, 1234.25, -0.15])
def test_a_figure_rounds_alike_in_both_languages(value):
    english = decimal(value)
    with speaking("de"):
        assert decimal(value) == english.replace(".", ",")
    assert english == f"{value:.1f}"


def test_a_text_is_told_in_the_language_of_the_moment_and_english_where_there_is_none():
    assert gettext("{many} people were asked.", many=3) == "3 people were asked."
    with speaking("de"):
        assert gettext("Saved.") == "Gespeichert."
        assert gettext("A sentence that nobody has translated.").startswith("A sentence")
        assert ngettext("{days} day left", "{days} days left", 1, days=1) == "noch 1 Tag"
        assert ngettext("{days} day left", "{days} days left", 2, days=2) == "noch 2 Tage"
    assert gettext("Saved.") == "Saved."


def test_a_language_that_is_not_ours_is_english():
    speak("tlh")
    assert gettext("Saved.") == "Saved."
    with speaking("de"), speaking("tlh"):
        assert gettext("Saved.") == "Saved."
