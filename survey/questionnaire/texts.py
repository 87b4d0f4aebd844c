"""The second pass over what people will read: languages, HTML, characters, the practice's name.

Here belongs what must hold for every text of a file, wherever it stands.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from html.entities import html5

from survey.questionnaire.draft import Draft, Entry
from survey.questionnaire.faults import FaultList, bare, is_unseen, listed, quoted
from survey.questionnaire.shape import ItemTable, is_text

PRACTICE = "[PRACTICE]"
"""Stands in the items about the planned practice, where its name belongs."""
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z][a-z]{3})?(-[A-Z]{2})?")
TAG = re.compile(r"</?[A-Za-z][^<>]{0,30}>?|<!--")
ENTITY = re.compile(r"&(#[0-9]+|#[xX][0-9A-Fa-f]+|[A-Za-z][A-Za-z0-9]*);")
PLAIN = ("source", "licence")


@dataclass(frozen=True)
class Reading:
    """One string of the file that people will read, and where it stands."""

    entry: Entry
    key: str
    text: str


def check_texts(draft: Draft, faults: FaultList) -> None:
    """Note every fault of the languages and of every text of a questionnaire."""
    check_plain(draft, faults)
    resolve = {entry.name for entry in draft.all("scales") if entry.get("role") == "resolve"}
    for reading in _readings(draft):
        _check_practice(reading, draft, resolve, faults)


def check_plain(draft: Draft, faults: FaultList) -> None:
    """Note what must hold for the texts of every kind of file: languages and characters."""
    languages = _languages(draft, faults)
    if languages:
        for entry in draft.entries():
            _check_complete(entry, languages, faults)
    for reading in _readings(draft):
        _check_characters(reading, faults)


def _languages(draft: Draft, faults: FaultList) -> tuple[str, ...]:
    """Return the languages of the file, or none where they cannot be told."""
    written: list[str] = draft.top.get("languages") or []
    for code in dict.fromkeys(written):
        if not is_language(code):
            what = f'names {quoted(code)}; a language is written as in "en" or "pt-BR"'
            faults.add(draft.top.place, "languages", what)
    for code, times in Counter(written).items():
        if times > 1:
            faults.add(
                draft.top.place, "languages", f"names {quoted(code)} {times} times; once is enough"
            )
    return tuple(dict.fromkeys(written))


def is_language(code: str) -> bool:
    """Say whether this is how a language is written, as in "en" or "pt-BR"."""
    return LANGUAGE.fullmatch(code) is not None


def _check_complete(entry: Entry, languages: tuple[str, ...], faults: FaultList) -> None:
    """Every text stands in every language and in no other; one left out altogether is left out."""
    for key, field in entry.model.model_fields.items():
        given = entry.get(key)
        once = given is None or isinstance(given, str)
        if not is_text(field) or once or (given == {} and not field.is_required()):
            continue
        lacking = [code for code in languages if code not in given and is_language(code)]
        if lacking:
            what = f"has no text in {listed(lacking)}; every text stands in every language"
            faults.add(entry.place, key, what)
        for code in given:
            if code not in languages:
                what = "this language is not among the languages of the file"
                faults.add(entry.place, f"{key}.{bare(code)}", what)


def _readings(draft: Draft) -> Iterator[Reading]:
    """Go through every string that people will read."""
    for entry in draft.entries():
        for key, field in entry.model.model_fields.items():
            value = entry.get(key)
            if isinstance(value, str) and key in PLAIN:
                yield Reading(entry, key, value)
            elif value is not None and is_text(field):
                yield from _of_languages(entry, key, value)


def _of_languages(entry: Entry, key: str, value: dict[str, str | list[str]]) -> Iterator[Reading]:
    for code, text in value.items():
        for string in text if isinstance(text, list) else [text]:
            yield Reading(entry, f"{key}.{bare(code)}", string)


def _check_characters(reading: Reading, faults: FaultList) -> None:
    """A text says something, in plain characters."""
    place, key, text = reading.entry.place, reading.key, reading.text
    if not any(c.isprintable() and not c.isspace() for c in text):
        faults.add(place, key, "is empty; write a text")
    html = TAG.search(text) or _entity(text)
    if html:
        what = f"holds HTML ({quoted(html.group())}); texts are plain, so take it out"
        faults.add(place, key, what)
    odd = next((c for c in text if is_unseen(c) and c not in "\n\r\t"), "")
    if odd:
        name = unicodedata.name(odd, "a control character").lower()
        faults.add(place, key, f"holds a character nobody sees (U+{ord(odd):04X}, {name})")
    if "\ufffd" in text:
        what = 'holds "\ufffd", the mark of a file saved in a wrong encoding; write the letter anew'
        faults.add(place, key, what)


def _entity(text: str) -> re.Match[str] | None:
    found = ENTITY.finditer(text)
    return next((m for m in found if m[1].startswith("#") or f"{m[1]};" in html5), None)


def _check_practice(reading: Reading, draft: Draft, resolve: set[str], faults: FaultList) -> None:
    """The name of the planned practice stands in the items about it, and nowhere else."""
    entry = reading.entry
    scales = draft.names("scales")
    scale = entry.get("scale") if entry.model is ItemTable else ""
    if scales is None or scale is None or (scale and scale not in scales):
        return
    if scale in resolve and PRACTICE not in reading.text:
        what = f"asks about the planned practice, so write {PRACTICE} where its name belongs"
        faults.add(entry.place, reading.key, what)
    if scale not in resolve and PRACTICE in reading.text:
        what = f"{PRACTICE} may stand only in the items of a scale with the role resolve"
        faults.add(entry.place, reading.key, what)
