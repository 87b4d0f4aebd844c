"""What became of the practice, on both databases: recorded in its time, by group, and asked for."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from survey.services.adoption import (
    NoteTooLong,
    NotRecorded,
    Outcome,
    TooEarly,
    Unrecorded,
    due_on,
    outcomes,
    record_outcome,
    unrecorded,
)
from survey.services.agreeing import UnknownGroup
from survey.services.surveys import survey_view
from tests.collecting import AFTER
from tests.support import postgres
from tests.test_services_results import clear, closed_place

BERLIN = ZoneInfo("Europe/Berlin")
THREE = datetime(2027, 2, 16, 9, 0, tzinfo=BERLIN)
SIX = datetime(2027, 5, 16, 9, 0, tzinfo=BERLIN)
ADOPTED = Outcome("adopted", "A coach came along.", knew_verdict=False, recorded_on=THREE.date())


@pytest.fixture(scope="module", params=postgres.ENGINES)
def once_closed(request):
    with closed_place(request.param, request) as place:
        yield place


@pytest.fixture
def place(once_closed):
    yield once_closed
    clear(once_closed)


def record(place, key, months, told=ADOPTED, now=SIX):
    with place.sessions() as session:
        record_outcome(session, view_of(place), key, months, told, now)


def view_of(place):
    with place.sessions() as session:
        return survey_view(session, place.slug, AFTER)


def missing(place, now):
    with place.sessions() as session:
        return unrecorded(session, view_of(place), now)


def test_it_is_recorded_for_each_group_and_time_and_can_be_put_right(place):
    stalled = Outcome("stalled", "", knew_verdict=True, recorded_on=SIX.date())
    record(place, "north", 3)
    record(place, "north", 6)
    record(place, "pooled.yard", 6)
    record(place, "north", 6, stalled)
    with place.sessions() as session:
        told = outcomes(session, place.slug)
    assert told == {("north", 3): ADOPTED, ("north", 6): stalled, ("pooled.yard", 6): ADOPTED}


def test_it_is_asked_of_every_group_after_the_same_time(place):
    with pytest.raises(TooEarly, match="16 February 2027"):
        record(place, "north", 3, now=THREE - timedelta(days=1))
    record(place, "north", 3, now=THREE)
    with pytest.raises(TooEarly, match="16 May 2027"):
        record(place, "north", 6, now=SIX - timedelta(days=1))


def test_what_cannot_be_recorded_changes_nothing(place):
    for key, months, told, refused in (
        ("all", 3, ADOPTED, UnknownGroup),
        ("crane", 3, ADOPTED, UnknownGroup),
        ("north", 4, ADOPTED, NotRecorded),
        ("north", 3, replace(ADOPTED, became=cast(Any, "loved")), NotRecorded),
        ("north", 3, replace(ADOPTED, note="x" * 601), NoteTooLong),
    ):
        with pytest.raises(refused):
            record(place, key, months, told)
    with place.sessions() as session:
        assert outcomes(session, place.slug) == {}


def test_whoever_runs_the_survey_is_reminded_until_every_group_is_on_record(place):
    assert missing(place, THREE - timedelta(days=1)) == ()
    assert missing(place, THREE) == (Unrecorded(3, 2, 2),)
    record(place, "north", 3)
    assert missing(place, SIX) == (Unrecorded(3, 1, 2), Unrecorded(6, 2, 2))
    for key, months in (("pooled.yard", 3), ("north", 6), ("pooled.yard", 6)):
        record(place, key, months)
    assert missing(place, SIX) == ()


def test_months_end_where_the_calendar_has_no_such_day(place):
    closed_at = datetime(2026, 11, 30, 12, 0, tzinfo=BERLIN)
    assert due_on(replace(view_of(place), closed_at=closed_at), 3) == date(2027, 2, 28)
    assert due_on(replace(view_of(place), closed_at=None), 3) is None


def test_where_no_practice_was_named_nobody_is_reminded(place):
    with place.sessions() as session:
        assert unrecorded(session, replace(view_of(place), practice=""), SIX) == ()
