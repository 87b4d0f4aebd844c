"""Codes that people type: what is read, what is noticed, what follows from what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.ballots.codes import (
    ALPHABET,
    CodeMistyped,
    WrongOpeningCode,
    credential,
    nullifier,
    opening_code,
    person_code,
    read_opening_code,
    read_person_code,
    receipt,
)

new_codes = st.integers().map(lambda _: person_code())


def plain(code: str) -> str:
    return code.replace("-", "")


def test_a_code_has_three_groups_of_six_and_85_random_bits():
    groups = person_code().split("-")
    assert [len(group) for group in groups] == [6, 6, 6]
    assert 5 * (18 - 1) >= 80


def test_an_opening_code_has_four_groups_of_six():
    groups = opening_code().split("-")
    assert [len(group) for group in groups] == [6, 6, 6, 6]


def test_no_two_codes_are_alike_and_every_character_occurs():
    codes = {plain(person_code()) for _ in range(500)}
    assert len(codes) == 500
    assert set("".join(codes)) == set(ALPHABET)


@given(new_codes)
def test_a_code_is_read_as_people_write_it(code):
    expected = plain(code)
    hand = code.lower().replace("0", "o").replace("1", "l")
    for typed in (code, f"  {code.lower()}\n", expected, code.replace("-", " – "), hand):
        assert read_person_code(typed) == expected


@given(new_codes, st.integers(0, 17), st.sampled_from(ALPHABET))
def test_every_wrong_character_is_noticed(code, at, other):
    typed = plain(code)
    wrong = typed[:at] + other + typed[at + 1 :]
    if wrong != typed:
        with pytest.raises(CodeMistyped):
            read_person_code(wrong)


@given(new_codes, st.integers(0, 17), st.integers(0, 17))
def test_every_exchange_of_two_characters_is_noticed(code, one, other):
    typed = list(plain(code))
    typed[one], typed[other] = typed[other], typed[one]
    if "".join(typed) != plain(code):
        with pytest.raises(CodeMistyped):
            read_person_code("".join(typed))


def test_every_wrong_character_of_one_code_at_every_place_is_noticed():
    typed = plain(person_code())
    for at in range(18):
        for other in set(ALPHABET) - {typed[at]}:
            with pytest.raises(CodeMistyped):
                read_person_code(typed[:at] + other + typed[at + 1 :])


@pytest.mark.parametrize("typed", ["", "0", "U" * 18, "ß" * 18, "0" * 19, "K7M2QX", "\x00" * 18])
def test_what_is_no_code_is_told_in_a_sentence(typed):
    with pytest.raises(CodeMistyped, match="typing mistake"):
        read_person_code(typed)


def test_an_opening_code_is_no_code_of_a_person_nor_the_other_way_round():
    with pytest.raises(CodeMistyped):
        read_person_code(opening_code())
    with pytest.raises(WrongOpeningCode):
        read_opening_code(person_code())


@given(new_codes)
def test_what_the_database_knows_of_a_code_differs_by_purpose_and_survey(code):
    known = {
        credential(code, "a"),
        nullifier(code, "a"),
        credential(code, "b"),
        nullifier(code, "b"),
    }
    assert len(known) == 4
    assert all(len(value) == 32 for value in known)
    assert credential(code, "a") == credential(code.lower().replace("-", " "), "a")


def test_a_receipt_is_short_readable_and_differs_by_box():
    assert receipt(b"one") == receipt(b"one")
    assert receipt(b"one") != receipt(b"two")
    assert [len(group) for group in receipt(b"one").split("-")] == [4, 4, 4]
    assert len({receipt(str(number).encode()) for number in range(2000)}) == 2000
