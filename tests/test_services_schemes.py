"""A survey that any two of three codes open: opened, answered, closed, on both databases."""

from itertools import combinations

import pytest

from survey.ballots.codes import WrongOpeningCode, opening_code
from survey.ballots.keys import KeyDamaged
from survey.ballots.wrapping import TwoCodesNeeded
from survey.services.closing import close_survey
from survey.services.released import load_report
from survey.services.surveys import survey_view
from tests.collecting import AFTER, everybody_answers

HOLDERS = "Ana Lindqvist", "the works council", "sealed, with the notary"


@pytest.fixture
def place(engine, originals, tmp_path):
    original = originals(engine, everybody_answers, scheme="two of three", holders=HOLDERS)
    with original.copy(tmp_path) as place:
        yield place


def close(place, *codes):
    close_survey(place.sessions, place.keys, place.slug, codes, AFTER)


def view_of(place):
    with place.sessions() as session:
        return survey_view(session, place.slug, AFTER)


def test_the_survey_says_how_it_is_opened_and_who_holds_the_codes(place):
    view = view_of(place)
    assert view.scheme == "two of three"
    assert view.holders == ("Ana Lindqvist", "the works council", "sealed, with the notary")
    assert len(set(place.opened.opening_codes)) == 3


def test_no_opening_code_is_stored_anywhere(place):
    kept = repr(place.tables()) + (place.keys.path / f"{place.slug}.key").read_text()
    for code in place.opened.opening_codes:
        for form in (code, code.replace("-", ""), code.lower()):
            assert form not in kept


@pytest.mark.parametrize("without", [0, 1, 2])
def test_any_two_codes_close_it_when_the_third_is_lost(place, without):
    left = [code for at, code in enumerate(place.opened.opening_codes) if at != without]
    close(place, *reversed(left))
    assert view_of(place).state == "closed"
    assert not place.keys.holds(place.slug)
    with place.sessions() as session:
        assert load_report(session, place.slug, AFTER).facts.closed is not None


def test_one_code_alone_closes_nothing_and_changes_nothing(place):
    before = place.tables()
    for code in place.opened.opening_codes:
        for few in ([code], [code, code.lower()]):
            with pytest.raises(TwoCodesNeeded, match="Nothing was changed"):
                close(place, *few)
        with pytest.raises(WrongOpeningCode, match="Nothing was changed"):
            close(place, code, opening_code())
    assert place.tables() == before
    assert place.keys.holds(place.slug)
    close(place, *place.opening_codes)


def test_a_key_file_that_was_cut_short_changes_nothing_and_can_be_put_back(place):
    before, file = place.tables(), place.keys.path / f"{place.slug}.key"
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    for pair in combinations(place.opened.opening_codes, 2):
        with pytest.raises(KeyDamaged, match="Nothing was changed"):
            close(place, *pair)
    assert place.tables() == before
    file.write_bytes(whole)
    close(place, *place.opening_codes)
    assert view_of(place).state == "closed"
