"""Closing with something in the way: a reader, a view of PostgreSQL, a full disk.

Before the commit nothing is lost; after it closing waits, says so in a sentence, and goes on by
itself. The report stays shut in between.
"""

import multiprocessing
import os
import resource
import struct
import subprocess
import sys
from contextlib import contextmanager

import psycopg
import pytest
import sqlalchemy as sa

from survey.ballots import fingerprint
from survey.ballots.keys import KeyFolder
from survey.errors import UserError
from survey.services import closing
from survey.services.closing import DiskFull, NoRoomToClear, close_survey, resume_closing
from survey.services.released import NotClosedYet, load_report
from survey.services.surveys import survey_view
from survey.storage.engine import engine_of, make_sessions
from survey.storage.scrub import StillInUse, prove_empty, rewrite
from tests.collecting import AFTER, answer_all, everybody_answers, make_place, responses_for
from tests.support import postgres

PROCESSES = multiprocessing.get_context("forkserver")
SETTINGS = ("max_prepared_transactions=2", "wal_level=replica", "max_wal_senders=2")


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    """Waiting for a reader half a minute is for servers."""
    monkeypatch.setattr(closing, "rewrite", lambda engine: rewrite(engine, patience=0.3))


def answered_place(url, folder):
    place = make_place(url, folder)
    answer_all(place, responses_for(place.codes))
    return place


@pytest.fixture
def answered(engine, originals, tmp_path):
    with originals(engine, everybody_answers).copy(tmp_path) as place:
        yield place


def close(place, **how):
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER, **how)


def resume(place):
    resume_closing(place.sessions, place.keys, place.slug, AFTER)


def state(place):
    with place.sessions() as session:
        return survey_view(session, place.slug, AFTER).state


def assert_waits(place, what, error=StillInUse):
    """Closing has committed and waits; the report is shut; a second try waits as well."""
    with pytest.raises(error):
        what()
    assert state(place) == "destroying"
    assert not place.keys.holds(place.slug)
    with place.sessions() as session, pytest.raises(NotClosedYet):
        load_report(session, place.slug, AFTER)
    with pytest.raises(error):
        resume(place)
    assert state(place) == "destroying"


def assert_goes_on(place):
    resume(place)
    assert state(place) == "closed"
    assert place.tables()["box"] == []
    with place.sessions() as session:
        assert load_report(session, place.slug, AFTER).answered >= 21


# --- SQLite: a reader in another process

READER = """
import sys, pysqlite3.dbapi2 as sqlite
connection = sqlite.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN")
connection.execute("SELECT count(*) FROM box").fetchone()
print("reading", flush=True)
sys.stdin.read()
"""


@contextmanager
def reader(path):
    """Another program in the middle of reading the database."""
    with subprocess.Popen(
        [sys.executable, "-c", READER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdin
        assert process.stdout
        assert process.stdout.readline() == b"reading\n"
        yield
        process.stdin.close()
        process.wait(10)


def test_another_program_that_reads_the_file_keeps_the_report_shut_until_it_ends(tmp_path):
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    with reader(tmp_path / "headwind.db"):
        assert_waits(place, lambda: close(place))
    assert_goes_on(place)
    place.end()


def test_what_was_deleted_is_still_searched_for_when_closing_goes_on(tmp_path, monkeypatch):
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    searched = []
    real = prove_empty

    def prove(engine, slug, needles):
        searched.append(len(needles))
        real(engine, slug, needles)

    monkeypatch.setattr(closing, "prove_empty", prove)
    with reader(tmp_path / "headwind.db"), pytest.raises(StillInUse):
        close(place)
    assert_goes_on(place)
    assert searched == [3 * 25]
    assert closing._unproved == {}
    place.end()


# --- PostgreSQL: whatever keeps deleted rows alive


@pytest.fixture(scope="module")
def server():
    """A server that takes prepared transactions and standbys."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "FASTER", (*postgres.FASTER, *SETTINGS))
        with postgres.running_server() as running:
            yield running


@pytest.fixture
def on_server(server, tmp_path):
    with server.database() as url:
        place = answered_place(url, tmp_path)
        yield place
        place.end()


@contextmanager
def other_program(place, **how):
    url = sa.make_url(place.url)
    told = {"host": url.query["host"], "dbname": url.database, "user": url.username}
    with psycopg.connect(**told | how) as connection:
        yield connection
        if not connection.closed:
            connection.rollback()


@pytest.mark.postgres
def test_an_older_view_of_another_connection_is_waited_for(on_server):
    with other_program(on_server) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT count(*) FROM account")
        assert_waits(on_server, lambda: close(on_server))
    assert_goes_on(on_server)


@pytest.mark.postgres
def test_a_transaction_that_has_written_something_is_waited_for(on_server):
    """It has no view between two statements, and keeps deleted rows alive all the same."""
    with other_program(on_server) as other:
        other.execute("CREATE TABLE elsewhere (x int)")
        assert_waits(on_server, lambda: close(on_server))
    assert_goes_on(on_server)


@pytest.mark.postgres
def test_a_prepared_transaction_is_waited_for(on_server):
    with other_program(on_server, autocommit=True) as other:
        other.execute("BEGIN")
        other.execute("CREATE TABLE elsewhere (x int)")
        other.execute("PREPARE TRANSACTION 'forgotten'")
        assert_waits(on_server, lambda: close(on_server))
        other.execute("ROLLBACK PREPARED 'forgotten'")
    assert_goes_on(on_server)


def feedback(connection, slot, since, *, xmin=0, catalog_xmin=0):
    """Speak as a standby: follow a slot and tell which old rows are still read there."""
    wire = connection.pgconn
    wire.exec_(f'START_REPLICATION SLOT "{slot}" PHYSICAL {since}'.encode())
    message = struct.pack("!cqIIII", b"h", 0, xmin, 0, catalog_xmin, 0)
    wire.put_copy_data(message)
    wire.flush()


@contextmanager
def standby(place, **told):
    """A replication slot of a standby that has gone away; its word still counts."""
    with other_program(place, autocommit=True) as other:
        other.execute("SELECT pg_create_physical_replication_slot('standby', true)")
        before = other.execute("SELECT pg_current_xact_id()::xid::text::int").fetchone()[0]
        since = other.execute("SELECT pg_current_wal_lsn()").fetchone()[0]
        with other_program(place, autocommit=True, replication="true") as line:
            feedback(line, "standby", since, **dict.fromkeys(told, before))
            try:
                wait_for(other, "xmin IS NOT NULL OR catalog_xmin IS NOT NULL")
            finally:
                line.close()
        wait_for(other, "NOT active")
        yield
        other.execute("SELECT pg_drop_replication_slot('standby')")


def wait_for(connection, condition):
    for _ in range(250):
        query = f"SELECT 1 FROM pg_replication_slots WHERE {condition}"
        if connection.execute(query).fetchone():
            return
        connection.execute("SELECT pg_sleep(0.02)")
    raise AssertionError(condition)


@pytest.mark.postgres
def test_a_standby_that_still_reads_old_rows_is_waited_for(on_server):
    with standby(on_server, xmin=True):
        assert_waits(on_server, lambda: close(on_server))
    assert_goes_on(on_server)


@pytest.mark.postgres
def test_a_slot_that_holds_only_rows_of_the_catalogue_is_in_nobodys_way(on_server):
    with standby(on_server, catalog_xmin=True):
        close(on_server)
        assert state(on_server) == "closed"


@pytest.mark.postgres
def test_rows_that_the_rewriting_copied_though_they_are_deleted_are_noticed(on_server, monkeypatch):
    """Whatever kept them: a table without rows must take no room."""
    from survey.storage import scrub

    monkeypatch.setattr(scrub, "_HELD", sa.text("SELECT 0 WHERE CAST(:now AS text) IS NULL"))
    with other_program(on_server) as other:
        other.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        other.execute("SELECT count(*) FROM account")
        assert_waits(on_server, lambda: close(on_server))
    assert_goes_on(on_server)


@pytest.mark.postgres
def test_a_wait_that_was_in_vain_leaves_no_setting_behind(on_server):
    engine = engine_of(on_server.sessions)
    with other_program(on_server) as other:
        other.execute("CREATE TABLE elsewhere (x int)")
        with pytest.raises(StillInUse):
            rewrite(engine, patience=0.1)
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW lock_timeout").scalar() == "0"


# --- a full disk


def in_child(place, work, *given):
    """Do something in a child, whose files may not grow where it says so; return what it told."""
    place.end()
    ours, theirs = PROCESSES.Pipe()
    child = PROCESSES.Process(
        target=work, args=(theirs, place.url, place.keys.path, place.slug, *given), daemon=True
    )
    child.start()
    told = ours.recv() if ours.poll(60) else None
    child.join(60)
    assert child.exitcode == 0
    return told


def close_without_room(line, url, keys, slug, codes, at):
    """No file may grow from a step on, until closing has given up; then it is tried again."""
    fingerprint.SCRYPT_N = 2**4  # as in the test that opened the survey
    sessions, folder = make_sessions(url), KeyFolder(keys)
    told: list[tuple[str, str] | tuple[str, bool]] = []

    def progress(stage, done, _):
        if [stage, str(done)] == at.split():
            resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

    def attempt(work):
        try:
            work()
        except UserError as error:
            told.append((type(error).__name__, str(error)))
        else:
            told.append(("", ""))
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        with sessions() as session:
            told.append((survey_view(session, slug, AFTER).state, folder.holds(slug)))

    attempt(lambda: close_survey(sessions, folder, slug, codes, AFTER, progress))
    if told[-1][0] == "ended":
        attempt(lambda: close_survey(sessions, folder, slug, codes, AFTER))
    else:
        attempt(lambda: resume_closing(sessions, folder, slug, AFTER))
    line.send(told)
    engine_of(sessions).dispose()


@pytest.mark.parametrize("at", ["opening 0", "tallying 1", "writing 0"])
def test_on_a_disk_that_is_full_before_the_commit_nothing_is_lost(tmp_path, at):
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    told = in_child(place, close_without_room, place.opening_codes, at)
    assert told[0][0] == "DiskFull"
    assert "every answer is still there" in told[0][1]
    assert told[1:] == [("ended", True), ("", ""), ("closed", False)]
    assert len(place.tables()["released_group"]) >= 2
    place.end()


@pytest.mark.parametrize("at", ["writing 1", "destroying 1", "destroying 2"])
def test_on_a_disk_that_is_full_after_the_commit_closing_waits_for_room(tmp_path, at):
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    told = in_child(place, close_without_room, place.opening_codes, at)
    assert told[0][0] == "NoRoomToClear"
    assert "goes on by itself" in told[0][1]
    assert told[1:] == [("destroying", False), ("", ""), ("closed", False)]
    assert place.tables()["box"] == []
    place.end()


def test_a_database_that_may_not_grow_is_told_as_a_full_disk(tmp_path):
    """SQLite's own word for it, SQLITE_FULL, which a real full disk brings."""
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    engine = engine_of(place.sessions)

    def no_more(connection, cursor, statement, *_):
        if "INSERT INTO released_group" in statement:
            pages = cursor.connection.execute("PRAGMA page_count").fetchone()[0]
            cursor.connection.execute(f"PRAGMA max_page_count={pages}")

    sa.event.listen(engine, "before_cursor_execute", no_more)
    with pytest.raises(DiskFull, match="every answer is still there"):
        close(place)
    sa.event.remove(engine, "before_cursor_execute", no_more)
    engine.dispose()
    assert state(place) == "ended"
    close(place)
    assert state(place) == "closed"
    place.end()


FULL = """
    CREATE TABLE public.disk (is_full boolean);
    CREATE FUNCTION public.write_to_it(slug text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS $$
    BEGIN
        IF (SELECT count(*) FROM public.disk) > 0 THEN
            RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
        END IF;
        RETURN slug;
    END $$;
    CREATE INDEX full_one ON survey (public.write_to_it(slug));
    CREATE INDEX full_two ON released_group (public.write_to_it(survey))
"""


@pytest.mark.postgres
@pytest.mark.parametrize(
    ("at", "error", "then"),
    [(("writing", 0), DiskFull, "ended"), (("destroying", 1), NoRoomToClear, "destroying")],
)
def test_a_server_whose_disk_is_full_is_told_as_well(on_server, at, error, then):
    """Two indexes that fail as PostgreSQL does when it cannot write."""
    with other_program(on_server, autocommit=True) as other:
        other.execute(FULL)

        def fill(stage, done, _):
            if (stage, done) == at:
                other.execute("INSERT INTO disk VALUES (true)")

        with pytest.raises(error):
            close(on_server, progress=fill)
        assert state(on_server) == then
        other.execute("DELETE FROM disk")
        if then == "ended":
            assert len(on_server.tables()["box"]) == 25
            close(on_server)
        else:
            resume(on_server)
    assert state(on_server) == "closed"


def test_a_key_folder_without_room_is_told_as_well(answered, monkeypatch):
    """The one file that closing makes beside the database is its lock."""

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("survey.ballots.keys.os.open", full)
    before = answered.tables()
    with pytest.raises(DiskFull):
        close(answered)
    monkeypatch.undo()
    assert answered.tables() == before


CLOSE = """
import resource, sys
from survey.ballots import fingerprint
from survey.services import closing
from survey.cli import main, surveys

def progress(stage, done, _):
    if [stage, str(done)] == sys.argv[1].split():
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, resource.RLIM_INFINITY))

fingerprint.SCRYPT_N = 2**4  # as in the test that opened the survey
surveys._progress = progress
main.main(["close", sys.argv[2]])
"""


@pytest.mark.parametrize(
    ("at", "says"),
    [("writing 0", "every answer is still there"), ("destroying 1", "goes on by itself")],
)
def test_the_command_tells_a_full_disk_in_one_line(tmp_path, at, says):
    place = answered_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    place.end()
    environment = os.environ | {
        "HEADWIND_INSTANCE": str(tmp_path),
        "HEADWIND_DATABASE_URL": place.url,
        "HEADWIND_KEYS": str(place.keys.path),
    }
    done = subprocess.run(
        [sys.executable, "-c", CLOSE, at, place.slug],
        input="\n".join(place.opening_codes) + "\n",
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 2
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
