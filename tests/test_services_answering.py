"""A person answers: one row of ciphertext changes, and nothing else."""

import random
import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.ballots.codes import CodeMistyped, person_code, receipt
from survey.ballots.payload import AnswerRefused, Response
from survey.services.answering import CodeUnknown, NotOpen, SurveyOver, submit
from survey.services.waiting import participation, step_of, take_snapshot
from survey.storage import queries
from survey.storage.engine import engine_of
from survey.storage.models import Survey
from tests.collecting import END, NOON, answer_all, make_place, make_response, responses_for

CANARY = "the boss threw a yellow canary"


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def test_while_a_survey_is_open_only_boxes_change(place):
    before = place.tables()
    answer_all(place, responses_for(place.codes[:9]))
    after = place.tables()
    assert len(after.pop("box")) == 9
    assert before.pop("box") == []
    assert after == before


@pytest.mark.postgres
def test_on_postgresql_no_other_row_is_even_touched(postgres_server, tmp_path):
    """A lock or a reference would leave the transaction's number on a row (xmax)."""
    with postgres_server.database() as url:
        place = make_place(url, tmp_path)

        def marks():
            with engine_of(place.sessions).connect() as connection:
                return [
                    connection.exec_driver_sql(f"SELECT ctid, xmin, xmax FROM {table}").all()
                    for table in ("survey", "unit", "credential")
                ]

        before = marks()
        answer_all(place, responses_for(place.codes[:5]))
        answer_all(place, responses_for(place.codes[:5], seed=2))
        assert marks() == before
        place.end()


def test_a_submission_is_one_write_and_locks_no_row(place):
    statements = []
    engine = engine_of(place.sessions)
    sa.event.listen(engine, "before_cursor_execute", lambda *a: statements.append(a[2].upper()))
    place.answer(place.codes[0], Response({"T1": 3}))
    writes = [s for s in statements if s.lstrip().startswith(("INSERT", "UPDATE", "DELETE"))]
    assert len(writes) == 1
    assert writes[0].startswith("INSERT INTO BOX")
    assert not any("FOR UPDATE" in s or "LOCK" in s for s in statements)


def test_answering_twice_replaces_the_first_answers(place):
    first = place.answer(place.codes[0], Response({"T1": 1}))
    second = place.answer(place.codes[0].lower(), Response({"T1": 5}))
    boxes = place.tables()["box"]
    assert len(boxes) == 1
    assert receipt(boxes[0][3]) == second != first


def test_every_box_has_one_size_and_shows_nothing_of_what_was_written(place):
    rng = random.Random(1)
    place.answer(place.codes[0], Response())
    place.answer(place.codes[1], make_response(rng, CANARY * 15))
    assert {len(row[3]) for row in place.tables()["box"]} == {8192}
    for path in place.files():
        assert CANARY.encode() not in path.read_bytes()
    assert CANARY not in repr(place.tables())


@pytest.mark.parametrize("code", ["", "K7M2QX", "000000-000000-000001", "'; DROP TABLE box"])
def test_a_mistyped_code_is_told(place, code):
    with pytest.raises(CodeMistyped, match="typing mistake"):
        place.answer(code, Response())


def test_a_code_of_another_survey_is_unknown(place):
    with pytest.raises(CodeUnknown):
        place.answer(person_code(), Response())
    assert place.tables()["box"] == []


def test_an_answer_that_was_not_asked_leaves_nothing(place):
    with pytest.raises(AnswerRefused, match="from 1 to 5"):
        place.answer(place.codes[0], Response({"T1": 7}))
    assert place.tables()["box"] == []


def test_a_fault_in_the_answers_is_told_before_an_unknown_code_and_so_tells_nothing_of_it(place):
    with pytest.raises(AnswerRefused, match="from 1 to 5"):
        place.answer(person_code(), Response({"T1": 7}))


def test_at_the_end_answers_are_refused_to_the_second(place):
    place.answer(place.codes[0], Response(), now=END - timedelta(seconds=1))
    with pytest.raises(SurveyOver):
        place.answer(place.codes[1], Response(), now=END)
    assert len(place.tables()["box"]) == 1


def test_at_a_wrong_address_nothing_is_taken(place):
    with place.sessions() as session, pytest.raises(NotOpen):
        submit(session, "nothing", place.codes[0], Response(), NOON)


def in_threads(works):
    """Run all at once; return what went wrong."""
    failed, start = [], threading.Barrier(len(works))

    def run(work):
        start.wait()
        try:
            work()
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failed


def test_fifty_at_once_with_one_code_make_one_box(place):
    code = place.codes[0]
    responses = [Response({"T1": 1 + n % 5}) for n in range(50)]
    assert in_threads([lambda r=r: place.answer(code, r) for r in responses]) == []
    assert len(place.tables()["box"]) == 1


def test_a_hundred_at_once_with_their_own_codes_lose_none(database_url, tmp_path):
    place = make_place(database_url, tmp_path, spare=30)
    codes = place.codes[:100]
    assert in_threads([lambda c=c: place.answer(c, Response({"T1": 3})) for c in codes]) == []
    assert len(place.tables()["box"]) == 100
    place.end()


def test_an_answer_that_waits_while_the_survey_is_ended_is_refused(place):
    """It had seen the survey open; its one statement asks again when its turn comes."""
    result = []

    def answer():
        try:
            result.append(place.answer(place.codes[0], Response()))
        except SurveyOver as error:
            result.append(error)

    late = threading.Thread(target=answer)
    with place.sessions() as closing, closing.begin():
        queries.hold_boxes(closing)
        closing.execute(sa.update(Survey).values(state="ended"))
        late.start()
        late.join(0.5)
        assert late.is_alive()
    late.join()
    assert isinstance(result[0], SurveyOver)
    assert place.tables()["box"] == []


# --- what is shown meanwhile


def lines_of(place, now):
    with place.sessions() as session:
        return {line.unit_name: line for line in participation(session, place.slug, now)}


def test_participation_is_counted_once_a_day(place):
    north = place.opened.codes["north"]
    answer_all(place, responses_for(north[:4]))
    assert lines_of(place, NOON)["Night shift north"].step == "under_5"
    answer_all(place, responses_for(north))
    before = place.tables()
    assert lines_of(place, NOON + timedelta(hours=3))["Night shift north"].step == "under_5"
    assert place.tables() == before
    assert lines_of(place, NOON + timedelta(days=1))["Night shift north"].step == "from_80"


def test_two_snapshots_on_one_day_are_one(place):
    with place.sessions() as session:
        first = take_snapshot(session, place.slug, NOON)
    answer_all(place, responses_for(place.codes))
    with place.sessions() as session:
        assert take_snapshot(session, place.slug, NOON + timedelta(hours=1)) == first


def test_many_who_look_at_once_see_the_same(place):
    answer_all(place, responses_for(place.codes[:9]))
    seen = []
    assert in_threads([lambda: seen.append(lines_of(place, NOON))] * 8) == []
    assert all(lines == seen[0] for lines in seen)
    assert len(place.tables()["participation"]) == 2


def test_a_small_team_appears_only_in_a_sum(database_url, tmp_path):
    from survey.disclosure.values import Unit

    small = [Unit(f"t{n}", f"Team {n}", "firm", 4) for n in range(3)]
    units = (Unit("firm", "Hafen AG", None, 0), Unit("big", "Big team", "firm", 9), *small)
    place = make_place(database_url, tmp_path, units=units)
    answer_all(place, responses_for(place.opened.codes["t1"]))
    lines = lines_of(place, NOON)
    assert set(lines) == {"Big team", "Hafen AG"}
    assert (lines["Hafen AG"].asked, lines["Hafen AG"].step) == (12, "under_5")
    assert lines["Hafen AG"].units == ("Team 0", "Team 1", "Team 2")
    place.end()


def test_a_team_that_is_too_small_everywhere_appears_nowhere(place):
    assert set(lines_of(place, NOON)) == {"Night shift north", "Day shift south"}


def test_every_step_covers_at_least_two_counts_and_none_says_all():
    order = ["under_5", "from_5", "from_60", "from_80"]
    share = {"under_5": 0.0, "from_5": 0.0, "from_60": 0.6, "from_80": 0.8}
    for asked in range(8, 300):
        steps = [step_of(answered, asked) for answered in range(asked + 1)]
        assert steps == sorted(steps, key=order.index)
        for step in set(steps):
            assert steps.count(step) >= 2, (asked, step)
        for answered, step in enumerate(steps):
            assert answered >= share[step] * asked - 1e-9
            assert answered < 5 or step != "under_5"


def test_spare_codes_are_no_people_where_participation_is_told(database_url, tmp_path):
    """Five people and three spare codes: "60 % reached" would say that all five answered."""
    from survey.disclosure.values import Unit

    units = (
        Unit("firm", "Hafen AG", None, 0),
        Unit("big", "Big team", "firm", 9),
        Unit("desk", "Front desk", "firm", 5),
    )
    place = make_place(database_url, tmp_path, units=units, spare=3)
    answer_all(place, responses_for(place.opened.codes["desk"][:5]))
    lines = lines_of(place, NOON)
    assert set(lines) == {"Big team"}
    assert lines["Big team"].asked == 9
    place.end()
