"""The closing record, on both databases: every receipt is in it, and its length tells nothing."""

import re

import pytest
import sqlalchemy as sa

from survey.ballots.codes import padded
from survey.ballots.payload import Response
from survey.services.closing import close_survey
from survey.services.released import load_receipts
from survey.storage.engine import engine_of
from survey.storage.models import ClosingReceipt
from tests.collecting import AFTER, answer_all, make_place, responses_for

LOOKS = re.compile("[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def record_of(place) -> tuple[str, ...]:
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)
    with place.sessions() as session:
        return load_receipts(session, place.slug)


def test_every_receipt_but_that_of_a_replaced_box_is_in_the_record(place):
    replaced, *receipts = answer_all(place, responses_for(place.codes[:14]))
    receipts.append(place.answer(place.codes[0], Response({"T1": 2})))
    record = set(record_of(place))
    assert set(receipts) <= record
    assert replaced not in record


@pytest.mark.parametrize("answered", [0, 25])
def test_the_record_is_as_long_as_people_were_asked_however_many_answered(
    database_url, tmp_path, answered
):
    place = make_place(database_url, tmp_path)
    answer_all(place, responses_for(place.codes[:answered]))
    assert len(record_of(place)) == 25
    place.end()


def test_spare_codes_count_as_people_asked(database_url, tmp_path):
    place = make_place(database_url, tmp_path, spare=2)
    assert len(record_of(place)) == len(place.codes) == 31
    place.end()


def test_a_made_up_receipt_looks_and_lies_like_a_real_one(place):
    real = set(answer_all(place, responses_for(place.codes[:14])))
    record = record_of(place)
    assert len(set(record) - real) == 11
    assert all(LOOKS.fullmatch(receipt) for receipt in record)
    with engine_of(place.sessions).connect() as connection:
        as_they_lie = connection.scalars(sa.select(ClosingReceipt.receipt)).all()
    assert as_they_lie == sorted(record)


def test_made_up_receipts_are_drawn_anew_each_time_and_use_every_character():
    drawn = padded((), 2000)
    assert len(drawn) == 2000
    assert not drawn & padded((), 2000)
    for place in (0, 2, 13):
        assert len({receipt[place] for receipt in drawn}) == 32


def test_more_boxes_than_codes_lose_no_receipt():
    assert padded(["A", "B", "C"], 2) == {"A", "B", "C"}
