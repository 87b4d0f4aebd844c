"""While a survey is open, submissions change `box` and nothing else, down to the bytes.

Whoever compares the database before and after somebody went to the machine learns that a box was
put there or replaced, and of whom neither row, page nor transaction number tells.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.ballots.codes import CodeMistyped, person_code
from survey.ballots.payload import AnswerRefused, Response
from survey.services.answering import CodeUnknown, NotOpen, SurveyOver, submit
from survey.services.opening import open_survey
from survey.services.running import add_cards
from survey.services.waiting import participation, step_of
from survey.storage.engine import engine_of
from survey.storage.models import Base
from tests.adversary.sqlite_pages import Pages
from tests.adversary.staging import Site
from tests.collecting import END, NOON, Place, make_plan, responses_for

MAY_CHANGE = {"box", "participation"}
WRONG_CODES = ("", "K7M2QX", "000000-000000-000001", "'; DROP TABLE box; --", "Ü" * 18)


def everything_happens(place: Place, site: Site) -> None:
    """Good answers, better ones, wrong codes, refused answers, late ones: as services and pages."""
    with place.sessions() as session:
        other = open_survey(session, place.keys, make_plan(title="Another"), NOON)
    before = stands_still(place)
    for seed in (1, 2):
        for code, response in responses_for(place.codes[:9], seed).items():
            place.answer(code, response, NOON + timedelta(minutes=seed))
    for wrong in WRONG_CODES:
        with pytest.raises(CodeMistyped):
            place.answer(wrong, Response())
    for unknown in (person_code(), other.codes["north"][0]):
        with pytest.raises(CodeUnknown):
            place.answer(unknown, Response({"T1": 3}))
    with pytest.raises(AnswerRefused):
        place.answer(place.codes[0], Response({"T1": 6}))
    with pytest.raises(SurveyOver):
        place.answer(place.codes[10], Response({"T1": 3}), END)
    with place.sessions() as session, pytest.raises(NotOpen):
        submit(session, "nothing", place.codes[0], Response(), NOON)
    the_same_as_pages(site)
    assert stands_still(place) == before


def the_same_as_pages(site: Site) -> None:
    """What a page answers says nothing here: it may be the same for good and bad codes."""
    codes = site.place.codes
    for code, response in responses_for(codes[9:12]).items():
        site.send(code, response)
        site.send(code, response)
    for wrong in (*WRONG_CODES, person_code()):
        site.send(wrong, Response({"T1": 3}))
    site.send(codes[12], Response({"T1": 6}))
    for address in (site.address, site.address + "/thanks", "/s/nothing", "/", "/healthz"):
        site.get(address)
    site.now = END
    site.get(site.address)
    site.send(codes[13], Response({"T1": 3}))


def stands_still(place: Place) -> dict[str, list[tuple[object, ...]]]:
    return {name: rows for name, rows in place.tables().items() if name not in MAY_CHANGE}


def test_no_table_but_box_is_changed_by_anything_that_respondents_do(place, site):
    everything_happens(place, site)
    tables = place.tables()
    assert len(tables["box"]) == 12
    assert tables["participation"] == []


def marks(place: Place) -> dict[str, object]:
    """What PostgreSQL notes on each row: where it lies, and who wrote or locked it."""
    found: dict[str, object] = {}
    with engine_of(place.sessions).connect() as connection:
        for table in Base.metadata.tables.keys() - MAY_CHANGE:
            rows = connection.exec_driver_sql(f"SELECT ctid, xmin, xmax, t.* FROM {table} t")
            found[table] = [tuple(row) for row in rows]
            size = connection.exec_driver_sql(f"SELECT pg_total_relation_size('{table}')")
            found[f"size of {table}"] = size.scalar()
        sequences = "SELECT sequencename, last_value FROM pg_sequences"
        found["sequences"] = [tuple(row) for row in connection.exec_driver_sql(sequences)]
    return found


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_on_postgresql_no_row_of_another_table_is_written_moved_or_locked(place):
    before = marks(place)
    assert {"survey", "unit", "credential", "account"} <= before.keys()
    answer_and_be_refused(place)
    assert marks(place) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_on_sqlite_no_page_of_another_table_or_index_is_written(place):
    """Page 1 counts the changes of the file and its pages in its first 100 bytes."""
    before = pages_of_others(place)
    assert {"survey", "unit", "credential", "account"} <= before.keys()
    answer_and_be_refused(place)
    assert pages_of_others(place) == before


def test_after_people_were_added_submissions_still_change_boxes_alone(place):
    with place.sessions() as session:
        added = add_cards(session, place.slug, "north", 3, NOON, 1)
    postgresql = engine_of(place.sessions).dialect.name == "postgresql"
    look = marks if postgresql else pages_of_others
    before = stands_still(place), look(place)
    answer_and_be_refused(place)
    for code, response in responses_for(added.codes).items():
        place.answer(code, response)
    assert (stands_still(place), look(place)) == before


def answer_and_be_refused(place: Place) -> None:
    for seed in (1, 2):
        for code, response in responses_for(place.codes[:9], seed).items():
            place.answer(code, response)
    with pytest.raises(CodeUnknown):
        place.answer(person_code(), Response())


def pages_of_others(place: Place) -> dict[str, dict[int, bytes]]:
    place.end()  # the last connection moves the log into the file and gives the file free
    pages = Pages.of(place.files()[0])
    others = {name: pages.pages(name) for name in pages.roots if name not in MAY_CHANGE}
    others["sqlite_schema"][1] = others["sqlite_schema"][1][100:]
    return others


# --- participation


@pytest.fixture
def count(place: Place) -> Callable[[], list[tuple[object, ...]]]:
    def rows() -> list[tuple[object, ...]]:
        with engine_of(place.sessions).connect() as connection:
            query = "SELECT group_key, step, day FROM participation ORDER BY group_key"
            return [tuple(row) for row in connection.execute(sa.text(query))]

    return rows


def test_participation_changes_once_a_day_and_only_in_steps(place, count):
    """Looked at after every single answer, for three days: a row moves when a day begins."""
    answered = dict.fromkeys(place.opened.codes, 0)
    order = [(unit, code) for unit, codes in place.opened.codes.items() for code in codes]
    asked = {"north": 12, "south": 9}
    for day in range(3):
        morning = None
        for minute, (unit, code) in enumerate(order[day::3]):
            now = NOON + timedelta(days=day, minutes=minute)
            with place.sessions() as session:
                participation(session, place.slug, now)
            if morning is None:
                morning = count()
                steps = {row[0]: row[1] for row in morning}
                assert steps == {u: step_of(answered[u], many) for u, many in asked.items()}
            place.answer(code, Response({"T1": 3}), now)
            answered[unit] += 1
            assert count() == morning
    assert len(count()) == 2
    assert {row[1] for row in count()} <= {"under_5", "from_5", "from_60", "from_80"}
