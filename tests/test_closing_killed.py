"""Closing in a real process that is killed (kill -9) at every step: nothing is lost, nothing stays.

Before the commit everything is as if nobody had tried; after it the rest is done without a code.
"""

import random
import time
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.ballots.codes import credential, nullifier
from survey.services.closing import close_survey, interrupted, resume_closing
from survey.services.released import NotClosedYet, load_report
from survey.services.surveys import survey_view
from survey.storage.engine import engine_of
from survey.storage.traces import count_row_images, count_traces
from tests import closing_child
from tests.collecting import AFTER, answer_all, make_response

DIED = -9
PEOPLE = 25
BEFORE_THE_COMMIT = [
    ("before", "UPDATE survey"),
    ("progress", "opening", "0"),
    ("progress", "tallying", "0"),
    ("progress", "tallying", "1"),
    ("progress", "writing", "0"),
    ("after", "masked="),
    ("after", "INSERT INTO released_figure"),
    ("after", "DELETE FROM box"),
    ("commit", "DELETE FROM participation"),
]
AFTER_THE_COMMIT = [
    ("progress", "writing", "1"),
    ("progress", "destroying", "0"),
    ("key",),
    ("progress", "destroying", "1"),  # between the destruction of the key and VACUUM
    ("vacuum",),
    ("after", "VACUUM"),
    ("before", "PRAGMA wal_checkpoint"),
    ("progress", "destroying", "2"),
    ("progress", "checking", "0"),
    ("before", "closed_at="),  # between the check and "closed"
    ("commit", "closed_at="),
]
"""SQLite's own; PostgreSQL's rewriting is interrupted in a test of its own."""
ONLY_SQLITE = (("vacuum",), ("before", "PRAGMA wal_checkpoint"))


def everybody_comments(place):
    rng = random.Random(11)
    answer_all(
        place, {code: make_response(rng, f"comment {n}") for n, code in enumerate(place.codes)}
    )


def figures(place):
    """Everything that was released, but for the survey's name, which differs by chance."""
    return [
        (name, row[1:])
        for name, rows in sorted(place.tables().items())
        if name.startswith("released")
        for row in sorted(rows, key=repr)
    ]


@pytest.fixture(scope="module")
def undisturbed(originals, tmp_path_factory):
    """What a closing releases that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    with originals("sqlite", everybody_comments).copy(folder) as place:
        close(place)
        released = figures(place)
    assert len(released) > 100
    return released


@pytest.fixture
def answered(engine, originals, tmp_path):
    with originals(engine, everybody_comments).copy(tmp_path) as place:
        yield place


def close(place):
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)


def resume(place):
    resume_closing(place.sessions, place.keys, place.slug, AFTER)


def state(place):
    with place.sessions() as session:
        return survey_view(session, place.slug, AFTER).state


def deleted_values(place):
    """Beginnings of all that must be gone afterwards."""
    values = [row[3] for row in place.tables()["box"]]
    for code in place.codes:
        values += [credential(code, place.slug), nullifier(code, place.slug)]
    return [value[:12] for value in values]


def remains(place, needles):
    """Places of the database's files, a server's included, that still hold one of them."""
    if place.files():
        return [
            path
            for path in place.files()
            if count_traces(path, needles) or count_row_images(path, place.slug)
        ]
    autocommit = engine_of(place.sessions).execution_options(isolation_level="AUTOCOMMIT")
    with autocommit.connect() as connection:
        connection.exec_driver_sql("CHECKPOINT")
        folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
        names = "SELECT pg_relation_filepath(oid) FROM pg_class WHERE relfilenode > 0"
        files = [Path(folder) / name for name in connection.scalars(sa.text(names))]
    return [path for path in files if count_traces(path, needles)]


def assert_all_is_done(place, undisturbed, needles):
    assert state(place) == "closed"
    assert figures(place) == undisturbed
    with place.sessions() as session:
        assert load_report(session, place.slug, AFTER).answered >= 21
    tables = place.tables()
    assert tables["box"] == tables["credential"] == tables["participation"] == []
    assert not place.keys.holds(place.slug)
    assert remains(place, needles) == []
    assert interrupted(place.sessions) == ()


@pytest.mark.parametrize("point", BEFORE_THE_COMMIT, ids=" ".join)
def test_killed_before_the_commit_a_closing_has_changed_nothing(answered, undisturbed, point):
    needles = deleted_values(answered)
    assert closing_child.run(answered, point) == DIED
    assert state(answered) == "ended"
    assert answered.keys.holds(answered.slug)
    assert len(answered.tables()["box"]) == PEOPLE
    assert figures(answered) == []
    resume(answered)
    assert state(answered) == "ended"
    close(answered)
    assert_all_is_done(answered, undisturbed, needles)


@pytest.mark.parametrize("point", AFTER_THE_COMMIT, ids=" ".join)
def test_killed_after_the_commit_a_closing_goes_on_without_a_code(answered, undisturbed, point):
    if point in ONLY_SQLITE and not answered.files():
        pytest.skip("SQLite's own step")
    needles = deleted_values(answered)
    assert closing_child.run(answered, point) == DIED
    assert state(answered) == "destroying"
    assert figures(answered) == undisturbed
    with answered.sessions() as session, pytest.raises(NotClosedYet):
        load_report(session, answered.slug, AFTER)
    resume(answered)
    assert_all_is_done(answered, undisturbed, needles)


def test_killed_when_all_is_done_a_closing_is_done(answered, undisturbed):
    needles = deleted_values(answered)
    assert closing_child.run(answered, ("progress", "checking", "1")) == DIED
    assert_all_is_done(answered, undisturbed, needles)


@pytest.mark.postgres
def test_killed_while_the_server_rewrites_a_closing_goes_on(originals, tmp_path, undisturbed):
    with originals("postgresql", everybody_comments).copy(tmp_path) as place:
        needles = deleted_values(place)
        with engine_of(place.sessions).connect() as other:
            other.exec_driver_sql("LOCK TABLE box IN ACCESS SHARE MODE")  # VACUUM FULL waits for it
            child = closing_child.start_beside(place, ("never",))
            wait_until(lambda: rewriting(place))
            child.kill()
            child.join(10)
        assert child.exitcode == DIED
        assert state(place) == "destroying"
        resume(place)
        assert_all_is_done(place, undisturbed, needles)


def rewriting(place):
    """In a transaction of its own: PostgreSQL shows a transaction always the same activity."""
    query = (
        "SELECT count(*) FROM pg_stat_activity WHERE query = 'VACUUM FULL box'"
        " AND wait_event_type = 'Lock' AND datname = current_database()"
    )
    with engine_of(place.sessions).connect() as connection:
        return connection.exec_driver_sql(query).scalar()


def wait_until(what, seconds=20):
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_killed_with_its_workers_a_closing_leaves_no_process_that_knows_the_key(
    originals, tmp_path, undisturbed
):
    with originals("sqlite", everybody_comments).copy(tmp_path) as place:
        needles = deleted_values(place)
        numbers, theirs = closing_child.line()
        assert closing_child.run(place, ("progress", "opening", "1"), many=2, told=theirs) == DIED
        workers = [numbers.recv() for _ in range(2)]
        wait_until(lambda: not any(map(alive, workers)), 5)
        assert state(place) == "ended"
        close(place)
        assert_all_is_done(place, undisturbed, needles)


def alive(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False
