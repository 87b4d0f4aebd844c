"""The key folder: the codes of a scheme open, nobody else reads, destroyed is destroyed."""

import json
import stat
from contextlib import suppress
from itertools import combinations, permutations
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from hypothesis import given
from hypothesis import strategies as st

from survey.ballots import keys as key_module
from survey.ballots.codes import WrongOpeningCode, opening_code
from survey.ballots.keys import KeyDamaged, KeyExists, KeyFolder, KeyMissing
from survey.ballots.sealing import PLAIN_SIZE, Opener, seal
from survey.ballots.wrapping import (
    NEEDED,
    SCHEMES,
    OneCodeNeeded,
    TwoCodesNeeded,
    Unreadable,
    WrappedKey,
    WrongPair,
    read_wrapped,
)

PRIVATE = bytes(range(32))
VERSION_1 = Path(__file__).parent / "old_key.json"


@pytest.fixture(autouse=True)
def quick_scrypt(request, monkeypatch):
    """The real cost, a tenth of a second for each wrapping, is paid by one test."""
    if "real_cost" not in request.function.__name__:
        monkeypatch.setattr(key_module, "SCRYPT_N", 2**4)


@pytest.fixture
def folder(tmp_path):
    return KeyFolder(tmp_path / "keys")


def opens_boxes(folder, new, codes) -> bool:
    sealed = seal(new.public_key, bytes(PLAIN_SIZE), "wave-1", "north", bytes(32))
    opener = Opener(folder.unlock("wave-1", codes), "wave-1")
    return opener.open(sealed, "north", bytes(32)) == bytes(PLAIN_SIZE)


def typed(code: str) -> str:
    return code.lower().replace("-", " ")


def test_each_of_two_codes_opens_by_itself(folder):
    new = folder.create("wave-1", "one of two")
    assert len(new.opening_codes) == 2
    assert all(opens_boxes(folder, new, [typed(code)]) for code in new.opening_codes)


def test_any_two_of_three_codes_open_whoever_types_first(folder):
    new = folder.create("wave-1", "two of three")
    assert len(set(new.opening_codes)) == 3
    for pair in permutations(map(typed, new.opening_codes), 2):
        assert opens_boxes(folder, new, pair)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_at_its_real_cost_a_key_opens_and_the_file_says_what_it_cost(folder, scheme):
    new = folder.create("wave-1", scheme)
    assert json.loads((folder.path / "wave-1.key").read_text())["scrypt_n"] == 2**15
    assert len(folder.unlock("wave-1", new.opening_codes[: NEEDED[scheme]])) == 32


STRANGE = pytest.param(opening_code(), id="of another survey")


@pytest.mark.parametrize("wrong", ["", "nonsense", STRANGE, "0" * 24])
def test_any_other_code_opens_nothing_and_changes_nothing(folder, wrong):
    folder.create("wave-1", "one of two")
    before = (folder.path / "wave-1.key").read_bytes()
    with pytest.raises(WrongOpeningCode, match="Nothing was changed"):
        folder.unlock("wave-1", [wrong])
    assert (folder.path / "wave-1.key").read_bytes() == before


def test_one_code_of_three_opens_nothing_however_often_it_is_typed(folder):
    new = folder.create("wave-1", "two of three")
    for code in new.opening_codes:
        for few in ([code], [code, ""], ["", " ", code], [code, typed(code)], []):
            with pytest.raises(TwoCodesNeeded, match="takes two different codes"):
                folder.unlock("wave-1", few)


def test_nobody_learns_which_of_two_codes_was_wrong(folder):
    """The same sentence for none, one or both of them, also where the mistake is in the typing."""
    right = folder.create("wave-1", "two of three").opening_codes[0]
    told = set()
    for pair in permutations([right, opening_code(), opening_code(), "nonsense"], 2):
        with pytest.raises(WrongPair) as error:
            folder.unlock("wave-1", pair)
        told.add(str(error.value))
    assert len(told) == 1


def test_too_many_codes_are_not_tried(folder):
    one, three = folder.create("a", "one of two"), folder.create("b", "two of three")
    with pytest.raises(OneCodeNeeded):
        folder.unlock("a", one.opening_codes)
    with pytest.raises(TwoCodesNeeded):
        folder.unlock("b", three.opening_codes)


def test_two_codes_of_two_surveys_open_neither(folder):
    one, other = folder.create("a", "two of three"), folder.create("b", "two of three")
    for survey in ("a", "b"):
        with pytest.raises(WrongPair):
            folder.unlock(survey, [one.opening_codes[0], other.opening_codes[1]])


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_codes_of_one_survey_do_not_open_another_even_with_its_file(folder, scheme):
    codes = folder.create("wave-1", scheme).opening_codes[: NEEDED[scheme]]
    folder.create("wave-2", scheme)
    first, second = folder.path / "wave-1.key", folder.path / "wave-2.key"
    second.write_bytes(first.read_bytes())
    with pytest.raises(KeyDamaged, match="it is the key of another survey"):
        folder.unlock("wave-2", codes)
    second.write_text(first.read_text().replace("wave-1", "wave-2"))
    with pytest.raises(WrongOpeningCode):
        folder.unlock("wave-2", codes)


def wrapped(scheme, codes):
    return WrappedKey.make(PRIVATE, codes, "wave-1", scheme, 2)


@pytest.mark.parametrize("_", range(20))
def test_whatever_the_codes_every_pair_opens_and_nothing_else(_):
    *codes, strange = (opening_code() for _ in range(4))
    key = read_wrapped(wrapped("two of three", codes).to_json(), "wave-1")
    assert all(key.open(pair) == PRIVATE for pair in permutations(codes, 2))
    for code in codes:
        for few in ([code], [code, code], [code, strange], [strange, code]):
            with pytest.raises(WrongOpeningCode):
                key.open(few)


@given(st.sampled_from(SCHEMES), st.data())
def test_a_wrap_stands_for_its_own_codes_scheme_and_place_only(scheme, data):
    """Whoever writes to the file can move wraps about; none opens where it does not belong."""
    codes = [opening_code() for _ in range(3)]
    mine = wrapped(scheme, codes[: 2 if scheme == "one of two" else 3])
    moved = data.draw(st.permutations(mine.wraps).filter(lambda order: order != list(mine.wraps)))
    changed = WrappedKey("wave-1", scheme, 2, tuple(moved))
    still = [wrap for wrap, before in zip(moved, mine.wraps, strict=True) if wrap is before]
    sets = list(combinations(codes[: len(mine.wraps)], NEEDED[scheme]))
    opened = 0
    for chosen in sets:
        try:
            opened += changed.open(chosen) == PRIVATE
        except WrongOpeningCode:
            continue
    assert opened == len(still)


def prefixed(pair) -> bytes:
    return b"".join(len(code).to_bytes(2, "big") + code.encode() for code in sorted(pair))


@pytest.mark.parametrize(
    ("scheme", "sets"),
    [
        ("one of two", {"0": [0], "1": [1]}),
        ("two of three", {"0,1": [0, 1], "0,2": [0, 2], "1,2": [1, 2]}),
    ],
)
def test_the_wraps_are_made_as_the_documentation_says(scheme, sets):
    """Opened here once more, step by step, by other code than ours."""
    plain = [opening_code().replace("-", "") for _ in range(3)][: 2 if len(sets) == 2 else 3]
    key = wrapped(scheme, plain)
    for (slots, members), wrap in zip(sets.items(), key.wraps, strict=True):
        chosen = [plain[slot] for slot in members]
        secret = chosen[0].encode() if len(chosen) == 1 else prefixed(chosen)
        derived = Scrypt(salt=wrap.salt, length=32, n=2, r=8, p=1).derive(secret)
        words = f"1 {slots}" if len(chosen) == 1 else f"2 two of three {slots}"
        bound_to = f"headwind key {words} wave-1".encode()
        assert AESGCM(derived).decrypt(wrap.nonce, wrap.sealed, bound_to) == PRIVATE
    assert len({wrap.salt for wrap in key.wraps}) == len(sets)
    assert len({wrap.nonce for wrap in key.wraps}) == len(sets)


def test_a_key_of_the_first_version_still_opens(folder):
    """Written before there were two schemes, by the program of that time."""
    old = json.loads(VERSION_1.read_text())
    folder.path.mkdir()
    (folder.path / "wave-1.key").write_text(json.dumps(old["file"], indent=1))
    for code in old["opening_codes"]:
        assert folder.unlock("wave-1", [code]).hex() == old["private"]


# --- files that somebody damaged


def damaged(**changed):
    def change(content):
        return json.dumps({**json.loads(content), **changed}).encode()

    return change


def in_first_wrap(**changed):
    def change(content):
        told = json.loads(content)
        told["wraps"][0].update(changed)
        return json.dumps(told).encode()

    return change


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda content: content[:-40], "not the JSON text that it was"),
        (lambda _: b"", "not the JSON text"),
        (lambda _: b"\xff\xfe\x00", "not the JSON text"),
        (lambda _: b"[" * 60_000, "not the JSON text"),
        (lambda _: b"[]", "not the JSON text"),
        (damaged(version=3), "a kind that this program does not know"),
        (damaged(scheme="all of them"), "a kind that this program does not know"),
        (damaged(scheme=["one of two"]), "a kind that this program does not know"),
        (damaged(survey="wave-2"), "the key of another survey"),
        (damaged(scrypt_n=2**40), "scrypt_n is not a power of two up to 131072"),
        (damaged(scrypt_n=12345), "scrypt_n"),
        (damaged(scrypt_n=-2), "scrypt_n"),
        (damaged(scrypt_n=True), "scrypt_n"),
        (damaged(scrypt_n="32768"), "scrypt_n"),
        (damaged(wraps=[]), "not as many as its scheme takes"),
        (damaged(wraps={"0": 1}), "not as many"),
        (damaged(wraps=None), "not as many"),
        (in_first_wrap(salt="*" * 24), "missing or changed"),
        (in_first_wrap(salt="AAAA"), "missing or changed"),
        (in_first_wrap(nonce="ä"), "missing or changed"),
        (in_first_wrap(sealed=7), "missing or changed"),
        (in_first_wrap(sealed=None), "missing or changed"),
    ],
)
def test_a_damaged_key_file_is_told_in_a_sentence(folder, scheme, change, why):
    codes = folder.create("wave-1", scheme).opening_codes[: NEEDED[scheme]]
    file = folder.path / "wave-1.key"
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(KeyDamaged, match="Put back the file as it was written") as error:
        folder.unlock("wave-1", codes)
    assert why in str(error.value)
    assert str(folder.path) in str(error.value)


@pytest.mark.parametrize("part", ["salt", "nonce", "sealed"])
def test_a_part_that_is_missing_is_told(folder, part):
    codes = folder.create("wave-1", "two of three").opening_codes[:2]
    file = folder.path / "wave-1.key"
    told = json.loads(file.read_text())
    del told["wraps"][2][part]
    file.write_text(json.dumps(told))
    with pytest.raises(KeyDamaged, match="missing or changed"):
        folder.unlock("wave-1", codes)


@given(st.integers(0, 10_000), st.binary(max_size=3), st.integers(0, 3))
def test_wherever_a_key_file_is_changed_it_opens_or_says_why(at, put, length):
    codes = [opening_code() for _ in range(3)]
    content = wrapped("two of three", codes).to_json()
    at %= len(content)
    changed = content[:at] + put + content[at + length :]
    try:
        key = read_wrapped(changed, "wave-1")
    except Unreadable:
        return
    with suppress(WrongOpeningCode):
        assert key.open(codes[:2]) == PRIVATE


def test_a_folder_in_the_place_of_a_key_is_told(folder):
    (folder.path / "wave-1.key").mkdir(parents=True)
    with pytest.raises(KeyDamaged, match="Is a directory"):
        folder.unlock("wave-1", [opening_code()])


def test_a_text_is_not_taken_for_a_list_of_codes(folder):
    new = folder.create("wave-1", "one of two")
    with pytest.raises(TypeError, match="a list of codes"):
        folder.unlock("wave-1", new.opening_codes[0])


def test_nobody_else_can_read_folder_or_file(folder):
    folder.path.mkdir(mode=0o755)
    folder.create("wave-1", "two of three")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.path / "wave-1.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.path.iterdir()] == ["wave-1.key"]


@pytest.mark.parametrize("scheme", SCHEMES)
def test_neither_code_nor_key_stands_in_the_file(folder, scheme):
    new = folder.create("wave-1", scheme)
    text = (folder.path / "wave-1.key").read_text()
    private = folder.unlock("wave-1", new.opening_codes[: NEEDED[scheme]])
    for code in new.opening_codes:
        assert code not in text
        assert code.replace("-", "") not in text
    assert private.hex() not in text
    assert json.loads(text)["scheme"] == scheme


def test_a_key_is_never_written_over(folder):
    new = folder.create("wave-1", "one of two")
    with pytest.raises(KeyExists):
        folder.create("wave-1", "two of three")
    assert folder.unlock("wave-1", new.opening_codes[1:])


def test_a_missing_key_is_told_with_the_folder(folder):
    with pytest.raises(KeyMissing, match="wave-1"):
        folder.unlock("wave-1", [opening_code()])


def test_destroying_overwrites_and_removes_also_what_a_crash_left(folder, tmp_path):
    folder.create("wave-1", "one of two")
    folder.create("wave-10", "two of three")
    (folder.path / ".wave-1.abcd.part").write_text("half")
    witness = tmp_path / "witness"  # a second name of the same file, to see what became of it
    witness.hardlink_to(folder.path / "wave-1.key")
    before = witness.read_bytes()
    assert folder.holds("wave-1")
    folder.destroy("wave-1")
    assert not folder.holds("wave-1")
    assert [path.name for path in folder.path.iterdir()] == ["wave-10.key"]
    assert len(witness.read_bytes()) == len(before)
    assert before[:20] not in witness.read_bytes()


def test_destroying_twice_or_nothing_is_no_fault(folder):
    folder.destroy("wave-1")
    folder.create("wave-1", "one of two")
    folder.destroy("wave-1")
    folder.destroy("wave-1")


@pytest.mark.parametrize("name", ["", "../wave", "a/b", "Wave", ".hidden", "a" * 200])
def test_a_name_that_is_no_survey_never_becomes_a_path(folder, name):
    with pytest.raises(ValueError, match="not the name of a survey"):
        folder.create(name, "one of two")
