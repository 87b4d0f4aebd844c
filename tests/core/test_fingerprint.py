"""The fingerprint: no two surveys have the same text, and the words are what scrypt makes of it."""

import hashlib
import string
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from survey.ballots import fingerprint as module
from survey.ballots.fingerprint import Frozen, canonical, fingerprint, word_list
from survey.disclosure.values import Unit

REAL_N = module.SCRYPT_N
"""Read before a fixture makes it cheap."""
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
EXAMPLE = Frozen(
    survey="team-ab12",
    revision=1,
    title="How we work",
    client="Hafen AG",
    organiser="Example Consulting",
    contact="ana@example.org",
    practice="handovers",
    critical=("COOP", "VISION"),
    shown_from=(5, 10, 12),
    opened_at=NOON,
    ends_at=NOON + timedelta(days=14),
    closable_from=NOON + timedelta(days=14),
    timezone="Europe/Berlin",
    scheme="one of two",
    holders=("Ana", "the works council"),
    harm_role="the works council",
    previous=None,
    public_key=bytes(range(32)),
    spare=0,
    units=(Unit("firm", "Hafen AG", None, 0), Unit("north", "Night shift", "firm", 12)),
    questionnaire='id = "small"\ntitle = "Größe"\n',
)
CHANGED: dict[str, Any] = {
    "survey": "team-ab13",
    "revision": 2,
    "title": "How we worked",
    "client": "Hafen SE",
    "organiser": "",
    "contact": "bob@example.org",
    "practice": "",
    "critical": ("VISION", "COOP"),
    "shown_from": (5, 10, 13),
    "opened_at": NOON + timedelta(microseconds=1),
    "ends_at": NOON + timedelta(days=13),
    "closable_from": NOON + timedelta(days=13),
    "timezone": "Europe/Paris",
    "scheme": "two of three",
    "holders": ("Ana, the works council",),
    "harm_role": "the works councils",
    "previous": "",
    "public_key": bytes(range(1, 33)),
    "spare": 1,
    "units": (EXAMPLE.units[0], replace(EXAMPLE.units[1], asked=11)),
    "questionnaire": EXAMPLE.questionnaire[:-1],
    "results_on": date(2026, 12, 1),
    "controller": ("Hafen SE", ""),
    "privacy_notice": "Nothing is kept.",
    "introduction": ("", "The board"),
    "comments": False,
    "rehearsal": True,
    "by_mail": ("north",),
    "changes": (("2", "2026-11-09", "people", "north", "1", "six old words"),),
    "asked_before": ("2026-09-30 Autumn",),
}
# Separators, digits and line ends are what a careless form would trip over.
texts = st.text(st.sampled_from("0123456789: \n\r\tab\x00é漢😀") | st.characters(codec="utf-8"))
short = st.lists(texts, max_size=3).map(tuple)
moments = st.datetimes(timezones=st.just(UTC))
units = st.builds(Unit, texts, texts, st.none() | texts, st.integers(0, 999))
plain: dict[str, Any] = dict.fromkeys(
    ("survey", "title", "client", "organiser", "contact", "practice", "timezone", "scheme"), texts
)
surveys = st.builds(
    Frozen,
    **plain,
    harm_role=texts,
    questionnaire=texts,
    revision=st.integers(1, 99),
    critical=short,
    holders=short,
    shown_from=st.tuples(*[st.integers(5, 99)] * 3),
    opened_at=moments,
    ends_at=moments,
    closable_from=moments,
    previous=st.none() | texts,
    public_key=st.binary(min_size=32, max_size=32),
    spare=st.integers(0, 99),
    units=st.lists(units, max_size=3).map(tuple),
    results_on=st.none() | st.dates(),
    controller=st.tuples(texts, texts),
    privacy_notice=texts,
    introduction=st.tuples(texts, texts),
    comments=st.booleans(),
    rehearsal=st.booleans(),
    by_mail=st.lists(texts, max_size=2).map(tuple),
    changes=st.lists(short, max_size=2).map(tuple),
    asked_before=st.lists(texts, max_size=2).map(tuple),
)
OLD = Path(__file__).with_name("old_frozen.txt")
"""The text of EXAMPLE as it was made before a survey could promise a day for its results."""
OLD_WORDS = "briskly purr landlord angled spousal credible"


def read(text: bytes) -> list[tuple[str, list[str]]]:
    """Take a canonical text apart again, by the rule alone that docs/fingerprint.md tells."""
    heading, _, rest = text.partition(b"\n")
    assert heading == b"headwind frozen 1"
    lines: list[tuple[str, list[str]]] = []
    while rest:
        end = min(at for at in (rest.find(b" "), rest.find(b"\n")) if at >= 0)
        name, values, rest = rest[:end].decode(), [], rest[end:]
        while rest[:1] == b" ":
            many, _, rest = rest[1:].partition(b":")
            values.append(rest[: int(many)].decode())
            rest = rest[int(many) :]
        assert rest[:1] == b"\n"
        rest = rest[1:]
        lines.append((name, values))
    return lines


def rebuilt(text: bytes) -> Frozen:
    """Make the survey anew from its text: only an injective form allows that."""
    lines = read(text)
    one = {name: values for name, values in lines if name != "unit"}
    roster = [values for name, values in lines if name == "unit"]
    changes = [tuple(values) for name, values in lines if name == "changed"]
    single = ("survey", "title", "client", "organiser", "contact", "practice", "timezone", "scheme")
    return Frozen(
        **{name: one[name][0] for name in single},
        revision=int(one["revision"][0]),
        critical=tuple(one["critical"]),
        shown_from=tuple(int(value) for value in one["shown-from"]),  # type: ignore[arg-type]
        opened_at=datetime.fromisoformat(one["opened"][0]),
        ends_at=datetime.fromisoformat(one["ends"][0]),
        closable_from=datetime.fromisoformat(one["closable-from"][0]),
        holders=tuple(one["holders"]),
        harm_role=one["harm-role"][0],
        previous=one["previous"][0] if one["previous"] else None,
        public_key=bytes.fromhex(one["public-key"][0]),
        spare=int(one["spare"][0]),
        units=tuple(Unit(u[0], u[1], u[3] if u[3:] else None, int(u[2])) for u in roster),
        questionnaire=one["questionnaire"][0],
        results_on=date.fromisoformat(one["results-on"][0]) if "results-on" in one else None,
        controller=tuple(one.get("controller", ("", ""))),  # type: ignore[arg-type]
        privacy_notice=one.get("privacy-notice", [""])[0],
        introduction=tuple(one.get("introduction", ("", ""))),  # type: ignore[arg-type]
        comments="comments" not in one,
        rehearsal="rehearsal" in one,
        by_mail=tuple(one.get("by-mail", ())),
        changes=tuple(changes),
        asked_before=tuple(one.get("asked-before", ())),
    )


@given(surveys)
def test_a_survey_can_be_read_back_from_its_text_whatever_stands_in_it(frozen):
    assert rebuilt(canonical(frozen)) == frozen


@given(surveys, surveys)
def test_different_surveys_have_different_texts(one, other):
    assert (canonical(one) == canonical(other)) == (one == other)


@pytest.mark.parametrize("name", [field.name for field in fields(Frozen)])
def test_every_single_change_changes_text_and_words(name):
    changed = replace(EXAMPLE, **{name: CHANGED[name]})
    assert canonical(changed) != canonical(EXAMPLE)
    assert fingerprint(canonical(changed)) != fingerprint(canonical(EXAMPLE))


@given(st.data())
def test_a_character_that_moves_to_the_neighbouring_field_changes_the_text(data):
    order = [field.name for field in fields(Frozen) if field.type == "str" or field.type is str]
    left, right = data.draw(st.sampled_from(list(pairwise(order))))
    before = getattr(EXAMPLE, left)
    assume(before)
    moved = {left: before[:-1], right: before[-1] + getattr(EXAMPLE, right)}
    assert canonical(replace(EXAMPLE, **moved)) != canonical(EXAMPLE)


def test_a_unit_cannot_pass_for_other_units():
    def text(*units: Unit) -> bytes:
        return canonical(replace(EXAMPLE, units=units))

    a, b = Unit("a", "A", None, 5), Unit("b", "B", None, 5)
    assert text(a, b) != text(b, a)
    assert text(Unit("a", "A", "", 5)) != text(a)
    assert text(Unit("a", "A 1:5", None, 5)) != text(Unit("a", "A", "5", 5))
    assert text(Unit("a", "A\nunit 1:b 1:B 1:5", None, 5)) != text(a, b)


def test_a_moment_is_the_same_in_every_time_zone():
    there = timezone(timedelta(hours=-7))
    moved = replace(EXAMPLE, opened_at=NOON.astimezone(there))
    assert canonical(moved) == canonical(EXAMPLE)


def test_the_text_can_be_read_by_people():
    text = canonical(EXAMPLE).decode()
    assert "\ntitle 11:How we work\n" in text
    assert "\nholders 3:Ana 17:the works council\n" in text
    assert "\nunit 5:north 11:Night shift 2:12 4:firm\n" in text


def test_the_form_stays_as_it_is_for_words_that_were_given_out_must_fit_for_ever():
    """A new form needs a new heading, and the old one for surveys that have its words.

    A line that only new surveys have needs none: no text without it becomes another.
    """
    digest = hashlib.sha256(canonical(EXAMPLE)).hexdigest()
    assert digest == "a98f488fab8bf91b3ffa5f662b97f272f013012bf6a2edbdc51b348a79bd94a6"


def test_a_survey_from_before_there_was_a_promised_day_keeps_its_text_and_words(monkeypatch):
    assert canonical(EXAMPLE) == OLD.read_bytes()
    monkeypatch.setattr(module, "SCRYPT_N", REAL_N)
    assert fingerprint(canonical(EXAMPLE)) == OLD_WORDS


def test_the_promised_day_stands_in_the_text_where_there_is_one():
    text = canonical(replace(EXAMPLE, results_on=date(2027, 1, 12))).decode()
    assert "\nresults-on 10:2027-01-12\n" in text
    assert text.replace("results-on 10:2027-01-12\n", "").encode() == canonical(EXAMPLE)


def test_the_words_are_7776_distinct_short_plain_ones():
    words = word_list()
    assert len(words) == len(set(words)) == 7776
    assert set("".join(words)) <= set(string.ascii_lowercase + "-")
    assert {len(word) for word in words} <= set(range(3, 10))
    assert sorted(word for word in words if "-" in word) == [
        "drop-down",
        "felt-tip",
        "t-shirt",
        "yo-yo",
    ]


def test_the_words_are_those_that_anybody_else_computes_at_the_full_price(monkeypatch):
    monkeypatch.setattr(module, "SCRYPT_N", REAL_N)
    text, words = canonical(EXAMPLE), word_list()
    digest = hashlib.scrypt(
        text, salt=b"headwind fingerprint 1", n=2**17, r=8, p=2, maxmem=2**28, dklen=32
    )
    number = int.from_bytes(digest, "big")
    expected = [words[number // 7776**place % 7776] for place in range(6)]
    assert fingerprint(text).split() == expected
