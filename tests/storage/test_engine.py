"""The rules of the two engines: who writes when, what a reader may do, what the files keep."""

import stat
import threading
from datetime import UTC, datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from survey.storage.engine import (
    NoDatabaseFile,
    engine_of,
    journal_mode,
    make_engine,
    make_sessions,
    reading,
)
from survey.storage.migrate import migrate
from survey.storage.workspace import Account, LoginSession


@pytest.fixture
def sessions(database_url):
    migrate(database_url)
    factory = make_sessions(database_url)
    yield factory
    engine_of(factory).dispose()


@pytest.fixture
def sqlite_engine(tmp_path):
    engine = make_engine(f"sqlite:///{tmp_path / 'deep' / 'app.db'}")
    yield engine
    engine.dispose()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("foreign_keys", 1), ("secure_delete", 1), ("synchronous", 2), ("temp_store", 2)],
)
def test_every_sqlite_connection_keeps_the_rules(sqlite_engine, pragma, value):
    with sqlite_engine.connect() as one, sqlite_engine.connect() as other:
        for connection in (one, other):
            reader = connection.execution_options(read_only=True)
            assert reader.exec_driver_sql(f"PRAGMA {pragma}").scalar() == value


def test_the_log_is_used_only_where_sqlite_has_not_the_bug_that_loses_it():
    assert journal_mode((3, 51, 2)) == "delete"
    assert journal_mode((3, 40, 1)) == "delete"
    assert journal_mode((3, 51, 3)) == "wal"


def test_nobody_else_can_read_the_database_nor_its_log(sqlite_engine, tmp_path):
    with sqlite_engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE t (x)")
    files = list((tmp_path / "deep").iterdir())
    assert len(files) >= 1
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?uri=true"])
def test_a_database_without_a_file_is_refused(url):
    with pytest.raises(NoDatabaseFile, match="names no file"):
        make_engine(url)


def test_a_reader_cannot_write_even_by_mistake(sessions):
    refused = sa.exc.OperationalError, sa.exc.InternalError
    ana = {"email": "a@example.org", "name": "Ana", "password": "x", "role": "owner"}
    with sessions() as session, reading(session), pytest.raises(refused):
        session.execute(sa.insert(Account), ana)
    with sessions() as session, session.begin():
        session.execute(sa.insert(Account), ana)
    with sessions() as session, reading(session):
        assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


def test_many_writers_that_read_first_all_get_through(sessions):
    """On SQLite a read that turns into a write fails at once, unless it began as a write."""
    with sessions() as session, session.begin():
        session.add(Account(id=1, email="0", name="Ana", password="x", role="owner"))
    failed = []

    def count_up():
        try:
            for _ in range(10):
                with sessions() as session, session.begin():
                    account = session.get(Account, 1, with_for_update=True)
                    account.email = str(int(account.email) + 1)
        except Exception as error:
            failed.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        assert not failed
        assert session.scalar(sa.select(Account.email)) == "80"


def test_readers_do_not_wait_for_a_writer(sessions):
    with sessions() as writer, writer.begin():
        writer.add(Account(email="a@example.org", name="Ana", password="x", role="owner"))
        writer.flush()
        with sessions() as reader, reading(reader):
            assert reader.scalar(sa.select(sa.func.count()).select_from(Account)) == 0


def test_a_time_comes_back_in_utc_and_without_zone_is_refused(sessions):
    tokyo = datetime(2026, 3, 1, 9, 30, tzinfo=timezone(timedelta(hours=9)))
    with sessions() as session, session.begin():
        session.add(Account(id=1, email="a", name="Ana", password="x", role="owner"))
        session.flush()
        more = {"mark": "m", "began_at": tokyo, "seen_on": tokyo.date(), "browser": ""}
        token = {"token_hash": bytes(32), "account": 1, "expires_at": tokyo, "complete": True}
        session.add(LoginSession(**token, **more))
    with sessions() as session:
        found = session.scalar(sa.select(LoginSession.expires_at))
        assert found == tokyo
        assert found.tzinfo == UTC
    noon = datetime(2026, 1, 1, 12)  # noqa: DTZ001 -- what must be refused
    of_no_zone = sa.select(LoginSession).where(LoginSession.expires_at > noon)
    with sessions() as session, pytest.raises(sa.exc.StatementError, match="without a zone"):
        session.execute(of_no_zone)


def test_a_writer_has_the_lock_from_its_first_word(sqlite_engine):
    """Other processes know nothing of this one's queue: the database itself must hold them off."""
    with sqlite_engine.connect() as writer:
        assert writer.exec_driver_sql("SELECT 1").scalar() == 1
        other = make_engine(str(sqlite_engine.url))
        late = other.raw_connection().driver_connection
        assert late is not None
        late.execute("PRAGMA busy_timeout=0")
        with pytest.raises(other.dialect.loaded_dbapi.OperationalError, match="locked"):
            late.execute("BEGIN IMMEDIATE")
        other.dispose()
