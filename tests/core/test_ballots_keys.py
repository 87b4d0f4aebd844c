"""The key folder: either opening code opens, nobody else reads, destroyed is destroyed."""

import json
import stat

import pytest

from survey.ballots import keys as key_module
from survey.ballots.codes import WrongOpeningCode, opening_code
from survey.ballots.keys import KeyExists, KeyFolder, KeyMissing
from survey.ballots.sealing import PLAIN_SIZE, Opener, seal


@pytest.fixture(autouse=True)
def quick_scrypt(request, monkeypatch):
    """The real cost, a tenth of a second for each wrapping, is paid by one test."""
    if "real_cost" not in request.function.__name__:
        monkeypatch.setattr(key_module, "SCRYPT_N", 2**4)


@pytest.fixture
def folder(tmp_path):
    return KeyFolder(tmp_path / "keys")


def test_either_of_the_two_codes_opens(folder):
    new = folder.create("wave-1")
    sealed = seal(new.public_key, bytes(PLAIN_SIZE), "wave-1", "north", bytes(32))
    for code in new.opening_codes:
        opener = Opener(folder.unlock("wave-1", code.lower().replace("-", " ")), "wave-1")
        assert opener.open(sealed, "north", bytes(32)) == bytes(PLAIN_SIZE)


def test_at_its_real_cost_a_key_opens_and_the_file_says_what_it_cost(folder):
    new = folder.create("wave-1")
    assert json.loads((folder.path / "wave-1.key").read_text())["scrypt_n"] == 2**15
    assert len(folder.unlock("wave-1", new.opening_codes[1])) == 32


@pytest.mark.parametrize("wrong", ["", "nonsense", opening_code(), "0" * 24])
def test_any_other_code_opens_nothing_and_changes_nothing(folder, wrong):
    folder.create("wave-1")
    before = (folder.path / "wave-1.key").read_bytes()
    with pytest.raises(WrongOpeningCode, match="Nothing was changed"):
        folder.unlock("wave-1", wrong)
    assert (folder.path / "wave-1.key").read_bytes() == before


def test_the_code_of_one_survey_does_not_open_another_even_with_its_file(folder):
    one = folder.create("wave-1")
    folder.create("wave-2")
    (folder.path / "wave-2.key").write_bytes((folder.path / "wave-1.key").read_bytes())
    with pytest.raises(WrongOpeningCode):
        folder.unlock("wave-2", one.opening_codes[0])


def test_nobody_else_can_read_folder_or_file(folder):
    folder.path.mkdir(mode=0o755)
    folder.create("wave-1")
    assert stat.S_IMODE(folder.path.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder.path / "wave-1.key").stat().st_mode) == 0o600
    assert [path.name for path in folder.path.iterdir()] == ["wave-1.key"]


def test_neither_code_nor_key_stands_in_the_file(folder):
    new = folder.create("wave-1")
    text = (folder.path / "wave-1.key").read_text()
    private = folder.unlock("wave-1", new.opening_codes[0])
    for code in new.opening_codes:
        assert code not in text
        assert code.replace("-", "") not in text
    assert private.hex() not in text
    assert json.loads(text)["scheme"] == "one of two"


def test_a_key_is_never_written_over(folder):
    new = folder.create("wave-1")
    with pytest.raises(KeyExists):
        folder.create("wave-1")
    assert folder.unlock("wave-1", new.opening_codes[1])


def test_a_missing_key_is_told_with_the_folder(folder):
    with pytest.raises(KeyMissing, match="wave-1"):
        folder.unlock("wave-1", opening_code())


def test_destroying_overwrites_and_removes_also_what_a_crash_left(folder, tmp_path):
    folder.create("wave-1")
    folder.create("wave-10")
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
    folder.create("wave-1")
    folder.destroy("wave-1")
    folder.destroy("wave-1")


@pytest.mark.parametrize("name", ["", "../wave", "a/b", "Wave", ".hidden", "a" * 200])
def test_a_name_that_is_no_survey_never_becomes_a_path(folder, name):
    with pytest.raises(ValueError, match="not the name of a survey"):
        folder.create(name)
