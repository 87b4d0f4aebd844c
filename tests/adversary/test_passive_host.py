"""The passive host: he holds everything that lies still, and changes nothing.

He has a copy of the database, of the key folder and of the roster, and none, some or all of the
opening codes; in some plays also the mail archive, that is, the list of codes and to whom each was
sent. What he learns from each is the table `LEARNS`, and each row of it is played. The last row is
the limit, told as it is: whoever holds the codes of people can tell who answered, and with an
opening code also what.
"""

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b, sha256

import pytest

from survey.ballots import codes as derivations
from survey.ballots.codes import WrongOpeningCode, credential, nullifier, opening_code
from survey.ballots.keys import Scheme
from survey.ballots.layout import layout_of
from survey.ballots.payload import Response, unpack
from survey.ballots.sealing import Opener, new_key_pair
from survey.errors import UserError
from tests.adversary.staging import rows_as_they_lie
from tests.collecting import NOON, TREE, Place, answer_all, environment, make_place, responses_for

ANSWERED = 16
Answered = Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Holding:
    """What the host has copied, and how many opening codes he was given."""

    place: Place
    opening_codes: tuple[str, ...]
    mail_archive: Mapping[str, str]
    """Address -> the code it was sent; empty where he does not have it."""

    @property
    def boxes(self) -> list[tuple[bytes, str, str, bytes]]:
        return [tuple(row) for row in self.place.tables()["box"]]

    @property
    def credentials(self) -> list[tuple[bytes, str, str]]:
        return [tuple(row) for row in self.place.tables()["credential"]]

    def opener(self) -> Opener | None:
        """The key, if any choice of the codes in hand unlocks it."""
        for many in range(1, len(self.opening_codes) + 1):
            for chosen in itertools.combinations(self.opening_codes, many):
                try:
                    private = self.place.keys.unlock(self.place.slug, chosen)
                except WrongOpeningCode:
                    continue
                return Opener(private, self.place.slug)
        return None

    def vectors(self) -> dict[str, list[tuple[int, ...]]]:
        """The answers of every box that opens, by unit."""
        opener, layout = self.opener(), layout_of(environment())
        found: dict[str, list[tuple[int, ...]]] = {}
        for spent, _, unit, sealed in self.boxes if opener else ():
            assert opener
            plain = opener.open(sealed, unit, spent)
            if plain is not None:
                place = [u.id for u in TREE].index(unit)
                batch = unpack(layout, [plain], [place])
                found.setdefault(unit, []).append(tuple(batch.values[0].tolist()))
        return found

    def whose(self) -> dict[str, bytes]:
        """Address -> the box that belongs to it, by every derivation from what is in hand."""
        spent = {row[0] for row in self.boxes}
        return {
            address: nullifier(code, self.place.slug)
            for address, code in self.mail_archive.items()
            if nullifier(code, self.place.slug) in spent
        }


@dataclass(frozen=True)
class Learns:
    """A row of the table: what he holds, and what it tells him."""

    scheme: Scheme
    opening_codes: int
    archive: bool
    answers: bool
    """Whole vectors of answers, by unit, without names."""
    who_answered: bool

    @property
    def who_said_what(self) -> bool:
        return self.answers and self.who_answered


LEARNS = [
    Learns("one of two", 0, archive=False, answers=False, who_answered=False),
    Learns("one of two", 1, archive=False, answers=True, who_answered=False),
    Learns("one of two", 2, archive=False, answers=True, who_answered=False),
    Learns("two of three", 0, archive=False, answers=False, who_answered=False),
    Learns("two of three", 1, archive=False, answers=False, who_answered=False),
    Learns("two of three", 2, archive=False, answers=True, who_answered=False),
    Learns("two of three", 3, archive=False, answers=True, who_answered=False),
    Learns("one of two", 0, archive=True, answers=False, who_answered=True),
    Learns("two of three", 1, archive=True, answers=False, who_answered=True),
    Learns("one of two", 1, archive=True, answers=True, who_answered=True),
    Learns("two of three", 2, archive=True, answers=True, who_answered=True),
]


@pytest.fixture(params=LEARNS, ids=str)
def row(request) -> Learns:
    learns: Learns = request.param
    return learns


@pytest.fixture
def answered() -> dict[str, Response]:
    """Filled by `holding`: what was said with each code."""
    return {}


@pytest.fixture
def holding(row, database_url, tmp_path, answered):
    place = make_place(database_url, tmp_path, scheme=row.scheme)
    answered |= responses_for(place.codes[:ANSWERED])
    answer_all(place, answered)
    everyone = {f"p{at}@example.org": code for at, code in enumerate(place.codes)}
    yield Holding(
        place,
        place.opened.opening_codes[: row.opening_codes],
        everyone if row.archive else {},
    )
    place.end()


def said(holding: Holding, code: str, answered: Mapping[str, Response]) -> tuple[int, ...]:
    return tuple(answered[code].answers.get(c, 0) for c in environment().columns)


def test_he_learns_what_the_table_says_and_no_more(row, holding, answered):
    place = holding.place
    vectors = holding.vectors()
    if row.answers:
        truth = {
            unit: sorted(said(holding, code, answered) for code in of_unit if code in answered)
            for unit, of_unit in place.opened.codes.items()
        }
        assert {unit: sorted(found) for unit, found in vectors.items()} == {
            unit: found for unit, found in truth.items() if found
        }
    else:
        assert vectors == {}
    whose = holding.whose()
    if row.who_answered:
        assert {holding.mail_archive[address] for address in whose} == answered.keys()
    else:
        assert whose == {}
    assert what_each_said(holding) == (
        {a: said(holding, code, answered) for a, code in holding.mail_archive.items() if a in whose}
        if row.who_said_what
        else {}
    )


def what_each_said(holding: Holding) -> dict[str, tuple[int, ...]]:
    """Match boxes to addresses, open them: works with both the archive and the key, else never."""
    opener, layout = holding.opener(), layout_of(environment())
    boxes = {row[0]: row for row in holding.boxes}
    found = {}
    for address, spent in holding.whose().items() if opener else ():
        assert opener
        _, _, unit, sealed = boxes[spent]
        plain = opener.open(sealed, unit, spent)
        assert plain
        batch = unpack(layout, [plain], [[u.id for u in TREE].index(unit)])
        found[address] = tuple(batch.values[0].tolist())
    return found


# --- without any code


@pytest.fixture
def place(database_url, tmp_path):
    place = make_place(database_url, tmp_path, scheme="two of three")
    answer_all(place, responses_for(place.codes[:ANSWERED]))
    yield place
    place.end()


def test_without_a_code_there_are_counts_and_bytes_of_one_size(place):
    place.answer(place.codes[0], Response())
    place.answer(place.codes[1], Response({"T1": 3}, comments={"O1": "ä漢" * 300}))
    boxes = place.tables()["box"]
    assert {len(row[3]) for row in boxes} == {8192}
    assert {len(row[0]) for row in boxes} == {32}
    assert len(boxes[0]) == 4
    sealed = b"".join(row[3] for row in boxes)
    often = [sealed.count(byte) for byte in range(256)]
    mean = len(sealed) / 256
    assert max(abs(many - mean) for many in often) < 6 * mean**0.5, "ciphertext is not uniform"


def derived_from(values: Sequence[bytes], slug: str) -> set[bytes]:
    """Everything that a function of `ballots.codes` makes of a stored value, one step or two on."""
    functions = [
        function
        for _, function in inspect.getmembers(derivations, inspect.isfunction)
        if function.__module__ == derivations.__name__
    ]
    assert {"credential", "nullifier", "receipt"} <= {f.__name__ for f in functions}
    found = hashes_of(values, slug)
    texts = [text for value in values for text in texts_of(value)]
    for function, given in itertools.product(functions, [*values, *texts]):
        for arguments in ((given,), (given, slug), (slug, given), (b"hw spend", given, slug)):
            found |= results(function, arguments)
    return found


def hashes_of(values: Sequence[bytes], slug: str) -> set[bytes]:
    """What an ordinary hash makes of a stored value, alone or beside the name of the survey."""
    name = slug.encode()
    texts = [t for v in values for t in (v, v + name, name + v, len(name).to_bytes(2) + name + v)]
    purposes = (b"", b"hw spend", b"hw credential", b"hw receipt")
    found = {sha256(text).digest() for text in texts}
    return found | {
        blake2b(text, digest_size=32, person=purpose).digest()
        for text in texts
        for purpose in purposes
    }


def texts_of(value: bytes) -> list[str]:
    """A hash, written as a code might be."""
    number, letters = int.from_bytes(value, "big"), derivations.ALPHABET
    base32 = "".join(letters[number >> 5 * at & 31] for at in range(derivations.PERSON_LENGTH))
    return [value.hex(), value.decode("latin-1"), base32, base32[::-1]]


def results(function: Callable[..., object], arguments: Sequence[object]) -> set[bytes]:
    try:
        result = function(*arguments)
    except Exception:
        return set()
    if isinstance(result, bytes):
        return {result}
    return {result.encode()} if isinstance(result, str) else set()


def test_no_derivation_leads_from_what_is_stored_to_a_box_or_a_code(place):
    """Every function there is, on every hash, key and name that is stored, against every name."""
    tables, slug = place.tables(), place.slug
    spent = {row[0] for row in tables["box"]}
    known = [row[0] for row in tables["credential"]]
    known += [unit.id.encode() for unit in TREE] + [unit.name.encode() for unit in TREE]
    known += [value.encode() for value in tables["survey"][0] if isinstance(value, str)]
    known += [value for value in tables["survey"][0] if isinstance(value, bytes)]
    private = place.keys.unlock(slug, place.opening_codes)
    known += [private, *(code.encode() for code in place.opened.opening_codes)]
    targets = spent | {code.replace("-", "").encode() for code in place.codes}
    targets |= {code.encode() for code in place.codes}
    once = derived_from(known, slug)
    assert once
    assert not targets & once
    assert not targets & derived_from(sorted(once)[:60], slug)


def test_a_stored_hash_and_the_name_of_a_box_have_nothing_in_common(place):
    """All pairs: no shared run of six bytes, no constant difference between the two of a code."""
    slug = place.slug
    pairs = [(credential(code, slug), nullifier(code, slug)) for code in place.codes]
    for one, (_, other) in itertools.product((hashed for hashed, _ in pairs), pairs):
        assert not {one[at : at + 6] for at in range(27)} & {other[at : at + 6] for at in range(27)}
    differences = {
        int.from_bytes(one, "big") ^ int.from_bytes(other, "big") for one, other in pairs
    }
    assert len(differences) == len(pairs)


def test_credentials_lie_in_the_order_of_their_hashes(place):
    """So nothing tells where a code stood among the printed cards."""
    order = [row[0] for row in rows_as_they_lie(place)["credential"]]
    assert len(order) == len(place.codes)
    assert order == sorted(order)


# --- what does not open


@pytest.mark.parametrize("scheme", ["one of two", "two of three"])
def test_wrong_codes_open_nothing(database_url, tmp_path, scheme):
    place = make_place(database_url, tmp_path, scheme=scheme)
    other = make_place(database_url, tmp_path, scheme=scheme)
    right, wrong = place.opened.opening_codes, [opening_code(), other.opened.opening_codes[0]]
    tries: list[Sequence[str]] = [[], *([code] for code in wrong), wrong, [*wrong, opening_code()]]
    if scheme == "two of three":
        tries += [[code] for code in right]
        tries += [[code, bad] for code in right for bad in (*wrong, code, code.lower(), "")]
    for attempt in tries:
        with pytest.raises(WrongOpeningCode):
            place.keys.unlock(place.slug, attempt)
    with pytest.raises(WrongOpeningCode):
        other.keys.unlock(other.slug, place.opening_codes)
    place.end()
    other.end()


def test_a_key_file_of_another_survey_or_scheme_opens_nothing(database_url, tmp_path):
    """Files of two surveys exchanged, and the scheme in a file rewritten to the weaker one."""
    place = make_place(database_url, tmp_path, scheme="two of three")
    file = place.keys.path / f"{place.slug}.key"
    whole = file.read_text()
    weaker = whole.replace("two of three", "one of two").replace('"version": 2', '"version": 1')
    cut = weaker[: weaker.rindex("{")].rstrip().rstrip(",") + "\n ]\n}"
    for changed in (weaker, cut, whole.replace(place.slug, "another-0000")):
        assert changed != whole
        file.write_text(changed)
        for codes in (place.opened.opening_codes[:1], place.opened.opening_codes[:2]):
            with pytest.raises(UserError):
                place.keys.unlock(place.slug, codes)
    place.end()


def test_another_key_opens_no_box(place):
    opener = Opener(new_key_pair()[0], place.slug)
    for spent, _, unit, sealed in place.tables()["box"]:
        assert opener.open(sealed, unit, spent) is None


def test_a_box_that_was_moved_or_changed_does_not_open(place):
    slug = place.slug
    opener = Opener(place.keys.unlock(slug, place.opening_codes), slug)
    elsewhere = Opener(place.keys.unlock(slug, place.opening_codes), "another-0000")
    boxes = place.tables()["box"]
    (spent, _, unit, sealed), (other, *_) = boxes[0], boxes[1]
    assert opener.open(sealed, unit, spent) is not None
    assert opener.open(sealed, unit, other) is None
    assert opener.open(sealed, next(u.id for u in TREE if u.id != unit), spent) is None
    assert elsewhere.open(sealed, unit, spent) is None
    for at in (0, 31, 32, 100, 8191):
        changed = sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :]
        assert opener.open(changed, unit, spent) is None
    for short in (b"", sealed[:-1], sealed + b"\0"):
        assert opener.open(short, unit, spent) is None


def test_the_same_answers_twice_make_boxes_that_have_nothing_in_common(place):
    response = Response({"T1": 3})
    place.answer(place.codes[0], response, NOON)
    one = {row[0]: row[3] for row in place.tables()["box"]}[nullifier(place.codes[0], place.slug)]
    place.answer(place.codes[0], response, NOON)
    two = {row[0]: row[3] for row in place.tables()["box"]}[nullifier(place.codes[0], place.slug)]
    pieces = {one[at : at + 8] for at in range(8184)}
    assert not pieces & {two[at : at + 8] for at in range(8184)}
