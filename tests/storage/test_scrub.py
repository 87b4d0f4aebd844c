"""What is left in files after a deletion, and how it is found."""

import os
import random
import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.storage.engine import database_file, engine_of, maintaining, make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Box, Credential
from survey.storage.scrub import StillInUse, TracesLeft, prove_empty, rewrite
from survey.storage.traces import count_row_images, count_traces

BOXES = 300


@pytest.fixture
def sessions(database_url):
    migrate(database_url)
    factory = make_sessions(database_url)
    yield factory
    engine_of(factory).dispose()


def fill(sessions, survey="wave-1"):
    rows = [
        {
            "nullifier": os.urandom(32),
            "survey": survey,
            "unit": "north",
            "sealed": os.urandom(8192),
        }
        for _ in range(BOXES)
    ]
    with sessions() as session, session.begin():
        session.execute(sa.insert(Box), rows)
    return [value[:12] for row in rows for value in (row["nullifier"], row["sealed"])]


def delete(sessions, survey="wave-1"):
    with sessions() as session, session.begin():
        session.execute(sa.delete(Box).where(Box.survey == survey))


def test_every_needle_is_found_wherever_it_lies(tmp_path):
    rng = random.Random(1)
    needles = [rng.randbytes(12) for _ in range(50)]
    places = sorted(rng.sample(range(3 * 2**20 // 20), 50))
    content = bytearray(rng.randbytes(3 * 2**20))
    for needle, place in zip(needles, places, strict=True):
        content[place * 20 : place * 20 + 12] = needle
    content[2**20 - 5 : 2**20 + 7] = needles[0]  # across the border of two blocks
    content[-12:] = needles[1]
    path = tmp_path / "file"
    path.write_bytes(content)
    assert count_traces(path, needles) in (51, 52)
    assert count_traces(path, [rng.randbytes(12) for _ in range(1000)]) == 0
    assert count_traces(path, []) == 0


def test_an_empty_or_tiny_file_holds_nothing(tmp_path):
    path = tmp_path / "file"
    for content in (b"", b"short"):
        path.write_bytes(content)
        assert count_traces(path, [b"0123456789ab"]) == 0


def test_after_rewriting_nothing_is_left_and_other_surveys_are_whole(sessions):
    needles, others = fill(sessions), fill(sessions, "wave-2")
    engine = engine_of(sessions)
    if engine.dialect.name == "sqlite":
        with pytest.raises(TracesLeft):
            prove_empty(engine, "wave-1", needles)
    delete(sessions)
    rewrite(engine)
    prove_empty(engine, "wave-1", needles)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Box)) == BOXES
    if engine.dialect.name == "sqlite":
        with pytest.raises(TracesLeft, match=r"headwind\.db"):
            prove_empty(engine, "wave-1", others)


def test_deleting_alone_leaves_traces_in_the_log(tmp_path):
    """Why closing does more than delete."""
    url = f"sqlite:///{tmp_path / 'headwind.db'}"
    migrate(url)
    sessions = make_sessions(url)
    needles = fill(sessions)
    delete(sessions)
    with pytest.raises(TracesLeft, match="-wal"):
        prove_empty(engine_of(sessions), "wave-1", needles)
    engine_of(sessions).dispose()


def test_a_reader_in_the_way_is_told_and_the_next_try_succeeds(sessions):
    needles = fill(sessions)
    engine = engine_of(sessions)
    with engine.connect().execution_options(read_only=True) as reader:
        assert reader.scalar(sa.select(sa.func.count()).select_from(Box)) == BOXES
        delete(sessions)
        with pytest.raises(StillInUse, match="still reading"):
            rewrite(engine, patience=0.2)
    rewrite(engine)
    prove_empty(engine, "wave-1", needles)


@pytest.mark.postgres
def test_an_older_view_that_keeps_deleted_rows_alive_is_noticed(postgres_server):
    """VACUUM FULL copies rows that some transaction may still see, without a word."""
    with postgres_server.database() as url:
        migrate(url)
        sessions = make_sessions(url)
        fill(sessions)
        engine = engine_of(sessions)
        with engine.connect().execution_options(isolation_level="REPEATABLE READ") as reader:
            reader.scalar(
                sa.text("SELECT count(*) FROM account")
            )  # holds a view, and no lock on box
            delete(sessions)
            with pytest.raises(StillInUse):
                rewrite(engine, patience=0.2)
        rewrite(engine, patience=5)
        engine.dispose()


def test_searching_the_files_costs_the_program_none_of_its_locks(tmp_path):
    """Whoever closes a file loses his locks on it; other processes would no longer see us."""
    url = f"sqlite:///{tmp_path / 'headwind.db'}"
    migrate(url)
    sessions = make_sessions(url)
    needles = fill(sessions)

    def locks():
        number = (tmp_path / "headwind.db").stat().st_ino
        return [
            line for line in Path("/proc/locks").read_text().splitlines() if f":{number} " in line
        ]

    with engine_of(sessions).connect().execution_options(read_only=True) as in_use:
        in_use.scalar(sa.select(sa.func.count()).select_from(Box))
        before = locks()
        assert before
        with pytest.raises(TracesLeft):
            prove_empty(engine_of(sessions), "wave-1", needles)
        make_sessions(url)
        assert len(locks()) == len(before)
    engine_of(sessions).dispose()


# --- what is proved without knowing what was deleted


@pytest.fixture
def file(tmp_path):
    return f"sqlite:///{tmp_path / 'headwind.db'}"


@pytest.fixture
def engine(file):
    migrate(file)
    engine = engine_of(make_sessions(file))
    yield engine
    engine.dispose()


def careless(engine, *statements):
    """Another program that deletes as SQLite does by default: the bytes stay in the file."""
    with maintaining(engine) as connection:
        for statement in ("PRAGMA secure_delete=off", *statements, "PRAGMA secure_delete=on"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def write_rows(engine):
    with engine.begin() as connection:
        row = {"survey": "wave-1", "unit": "north"}
        connection.execute(
            sa.insert(Box),
            [row | {"nullifier": os.urandom(32), "sealed": bytes(8192)} for _ in range(3)],
        )
        connection.execute(
            sa.insert(Credential), [row | {"hash": os.urandom(32)} for _ in range(5)]
        )


def test_rows_of_box_and_credential_are_found_in_a_file_by_their_shape(engine):
    write_rows(engine)
    careless(engine)
    main = database_file(engine)
    assert count_row_images(main, "wave-1") == 8
    assert count_row_images(main, "wave-2") == 0
    careless(engine, "DELETE FROM credential")
    assert count_row_images(main, "wave-1") > 3


def test_whoever_resumes_notices_deleted_rows_spare_pages_and_rows_that_are_left(engine):
    write_rows(engine)
    for table in ("box", "credential"):
        with pytest.raises(TracesLeft, match=f"the table {table}"):
            prove_empty(engine, "wave-1", ())
        careless(engine, f"DELETE FROM {table}")
    with pytest.raises(TracesLeft, match=r"headwind\.db"):
        prove_empty(engine, "wave-1", ())
    rewrite(engine)
    prove_empty(engine, "wave-1", ())


def test_bytes_behind_the_last_page_are_noticed(engine):
    rewrite(engine)
    with subprocess.Popen(
        ["tee", "-a", database_file(engine)], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as other:
        other.communicate(b"something that nobody ordered" * 200)
    with pytest.raises(TracesLeft, match="the end of"):
        prove_empty(engine, "wave-1", ())


@pytest.mark.postgres
def test_on_a_server_a_row_that_is_left_is_noticed(postgres_server):
    with postgres_server.database() as url:
        migrate(url)
        sessions = make_sessions(url)
        fill(sessions)
        with pytest.raises(TracesLeft, match="the table box"):
            prove_empty(engine_of(sessions), "wave-1", ())
        delete(sessions)
        prove_empty(engine_of(sessions), "wave-1", ())
        engine_of(sessions).dispose()
