"""The fingerprint of a survey: six words over everything that was frozen when it was opened.

Here belong what goes into it, in which form, and how the words come out of that. The form is a text
that anybody can fetch, read and run through scrypt himself (docs/fingerprint.md); when it is made,
and whether a survey still fits its words, stands in `survey.services.frozen`.

Six words of 7,776 are 77.5 bits. Somebody who wants one more survey with given words has to try
2^77.5; somebody who may choose both needs about 2^39 (any two that are alike). Each try takes half
a second and 128 MiB. What that costs, and why whoever computes the words himself compares the whole
text as well: docs/decisions/0006.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from importlib.resources import files

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from survey.disclosure.values import Unit

WORDS = 6
SALT = b"headwind fingerprint 1"
SCRYPT_N = 2**17
"""With r = 8: 128 MiB."""
SCRYPT_P = 2
"""Twice over the same memory: together about half a second of one processor."""
HEADING = b"headwind frozen 1\n"


@dataclass(frozen=True)
class Frozen:
    """What is fixed when a survey is opened and may be shown to everybody who is asked.

    The names that are masked in comments are frozen too, and no part of it: they are emptied when
    the survey is closed, and the words must still fit afterwards.
    """

    survey: str
    revision: int
    title: str
    client: str
    organiser: str
    contact: str
    practice: str
    critical: Sequence[str]
    shown_from: tuple[int, int, int]
    """Answers from which scores, single items and spread are shown."""
    opened_at: datetime
    ends_at: datetime
    closable_from: datetime
    timezone: str
    scheme: str
    holders: Sequence[str]
    harm_role: str
    previous: str | None
    public_key: bytes
    spare: int
    """Codes of each unit beyond its people; the units' numbers have them in."""
    units: Sequence[Unit]
    questionnaire: str
    results_on: date | None = None
    """From when each group may see its result. Surveys opened before there was such a day have
    none, and no line for it: their text and their words stay what they were. So it is with all that
    follows: what a survey has not, has no line."""
    controller: tuple[str, str] = ("", "")
    """Who answers for people's data, and how to reach them."""
    privacy_notice: str = ""
    introduction: tuple[str, str] = ("", "")
    """What the sponsor says above the questions, and who that is."""
    comments: bool = True
    """Whether questions in one's own words are asked."""
    rehearsal: bool = False
    by_mail: Sequence[str] = ()
    """Ids of the units whose people get their codes by mail and not on cards."""
    changes: Sequence[Sequence[str]] = ()
    """What was changed while it was open, each with the words before: so the words of today stand
    for those on cards and in mails, too."""
    asked_before: Sequence[str] = ()
    """Surveys that asked the same people in other groups, each with the day of its closing."""


def canonical(frozen: Frozen) -> bytes:
    """Return the one text of what was frozen, as UTF-8.

    Each line is a name and its values; each value is the number of its bytes, a colon, and these
    bytes. The number says where a value ends, whatever stands in it, and the names stand in one
    order: so no two different surveys have the same text.
    """
    return HEADING + b"".join(_line(name, values) for name, values in _lines(frozen))


def fingerprint(text: bytes) -> str:
    """Return six words over a text; takes about half a second and 128 MiB."""
    digest = Scrypt(salt=SALT, length=32, n=SCRYPT_N, r=8, p=SCRYPT_P).derive(text)
    number, words = int.from_bytes(digest, "big"), word_list()
    chosen = []
    for _ in range(WORDS):
        number, at = divmod(number, len(words))
        chosen.append(words[at])
    return " ".join(chosen)


@cache
def word_list() -> tuple[str, ...]:
    """Return the 7,776 words: the large list of the EFF, see words.LICENSE.txt beside it."""
    return tuple((files(__package__) / "words.txt").read_text(encoding="utf-8").split())


def _lines(frozen: Frozen) -> Iterator[tuple[str, Iterable[str]]]:
    yield "survey", [frozen.survey]
    yield "revision", [str(frozen.revision)]
    yield "title", [frozen.title]
    yield "client", [frozen.client]
    yield "organiser", [frozen.organiser]
    yield "contact", [frozen.contact]
    yield "practice", [frozen.practice]
    yield "critical", frozen.critical
    yield "shown-from", map(str, frozen.shown_from)
    yield "opened", [_moment(frozen.opened_at)]
    yield "ends", [_moment(frozen.ends_at)]
    yield "closable-from", [_moment(frozen.closable_from)]
    if frozen.results_on is not None:
        yield "results-on", [frozen.results_on.isoformat()]
    yield "timezone", [frozen.timezone]
    yield "scheme", [frozen.scheme]
    yield "holders", frozen.holders
    yield "harm-role", [frozen.harm_role]
    yield "previous", [] if frozen.previous is None else [frozen.previous]
    yield "public-key", [frozen.public_key.hex()]
    yield "spare", [str(frozen.spare)]
    for unit in frozen.units:
        above = [] if unit.parent is None else [unit.parent]
        yield "unit", [unit.id, unit.name, str(unit.asked), *above]
    yield from _told_besides(frozen)
    yield "questionnaire", [frozen.questionnaire]


def _told_besides(frozen: Frozen) -> Iterator[tuple[str, Iterable[str]]]:
    if any(frozen.controller):
        yield "controller", frozen.controller
    if frozen.privacy_notice:
        yield "privacy-notice", [frozen.privacy_notice]
    if any(frozen.introduction):
        yield "introduction", frozen.introduction
    if not frozen.comments:
        yield "comments", ["none"]
    if frozen.rehearsal:
        yield "rehearsal", ["nothing counts"]
    if frozen.by_mail:
        yield "by-mail", frozen.by_mail
    if frozen.asked_before:
        yield "asked-before", frozen.asked_before
    for change in frozen.changes:
        yield "changed", change


def _line(name: str, values: Iterable[str]) -> bytes:
    parts = [name.encode()]
    for value in values:
        encoded = value.encode()
        parts.append(b"%d:%b" % (len(encoded), encoded))
    return b" ".join(parts) + b"\n"


def _moment(when: datetime) -> str:
    """Return the moment itself, in UTC: the same for every zone that it may be told in."""
    return when.astimezone(UTC).isoformat(timespec="microseconds")
