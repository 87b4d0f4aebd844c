"""The engine: how each database is spoken to, and who may write when.

SQLite: write-ahead log, because readers then never wait for a writer (a closing survey writes for
seconds) and a submission costs one flush; closing proves that the log is empty (`scrub`). Where the
SQLite library has the bug that can lose a reset log (before 3.51.3), a rollback journal is used.
Every writer begins with BEGIN IMMEDIATE, since a reader that turns writer fails at once under load,
and one lock a process queues the writers, since SQLite's own waiting is unfair.

PostgreSQL: as it comes. Nothing about surveys belongs here.
"""

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from survey.errors import UserError

try:
    import pysqlite3 as sqlite
except ImportError:
    sqlite = sqlite3

Sessions = sessionmaker[Session]

WAL_SAFE_FROM = (3, 51, 3)
PATIENCE = 30
"""Seconds that a writer waits for another one."""
CONNECTIONS = 40
"""At most, to SQLite: more than the web server has threads; waiting writers hold one each."""
_READ_ONLY = {"read_only": True, "postgresql_readonly": True}


class NoDatabaseFile(UserError):
    """The database address {url} names no file. Give one, such as sqlite:////srv/headwind/app.db"""


def make_sessions(url: str) -> Sessions:
    """Return the session factory of a database."""
    return sessionmaker(make_engine(url), expire_on_commit=False)


def engine_of(sessions: Sessions) -> sa.Engine:
    """Return the engine behind a session factory."""
    engine: sa.Engine = sessions.kw["bind"]
    return engine


def make_engine(url: str) -> sa.Engine:
    """Return an engine with the rules of this module."""
    if sa.make_url(url).get_backend_name() != "sqlite":
        return sa.create_engine(
            url, pool_size=8, max_overflow=8, pool_pre_ping=True, hide_parameters=True
        )
    _make_file(url)
    engine = sa.create_engine(
        url,
        module=sqlite,
        pool_size=CONNECTIONS,
        connect_args={"timeout": PATIENCE},
        hide_parameters=True,
    )
    event.listen(engine, "connect", _set_up)
    _queue_writers(engine)
    return engine


def database_file(engine: sa.Engine) -> Path:
    """Return the main file of an SQLite database."""
    return Path(str(engine.url.database)).absolute()


@contextmanager
def reading(session: Session) -> Iterator[None]:
    """Run one transaction that the database itself keeps from writing."""
    with session.begin():
        session.connection(execution_options=_READ_ONLY | _one_moment(session))
        yield


def _one_moment(session: Session) -> dict[str, str]:
    """Let every row be read as of one moment: a survey may be changed while it is open.

    A transaction of SQLite does so by itself.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    return {"isolation_level": "REPEATABLE READ"} if postgresql else {}


@contextmanager
def maintaining(engine: sa.Engine) -> Iterator[sa.Connection]:
    """Give a connection outside any transaction, while no other of this process writes."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            yield connection.execution_options(maintenance=True)
        else:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")


def journal_mode(version: tuple[int, ...]) -> str:
    """Return the journal that is safe with a version of SQLite."""
    return "wal" if version >= WAL_SAFE_FROM else "delete"


def _make_file(url: str) -> None:
    """Make the file before SQLite does, so that nobody else may ever read it (nor its log)."""
    name = sa.make_url(url).database
    if not name or name == ":memory:" or name.startswith("file:"):
        raise NoDatabaseFile(url=url)
    path = Path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with suppress(FileExistsError):  # opening one that is in use, and closing it, drops its locks
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


def _set_up(connection: Any, _: Any) -> None:
    connection.isolation_level = None
    for pragma in (
        f"journal_mode={journal_mode(sqlite.sqlite_version_info)}",
        "synchronous=full",
        "foreign_keys=on",
        "secure_delete=on",
        "temp_store=memory",
        f"busy_timeout={PATIENCE * 1000}",
        "trusted_schema=off",
    ):
        connection.execute("pragma " + pragma)


def _queue_writers(engine: sa.Engine) -> None:
    """Begin every transaction by its kind, and let one writer of this process at it at a time."""
    lock = threading.Lock()

    def begin(connection: sa.Connection) -> None:
        options, info = connection.get_execution_options(), connection.info
        if options.get("read_only"):
            info["read_only"] = True
            connection.exec_driver_sql("PRAGMA query_only=on")
            connection.exec_driver_sql("BEGIN")
            return
        if not info.get("writer"):
            if not lock.acquire(timeout=PATIENCE):
                raise TimeoutError("another write transaction of this process is still open")
            info["writer"] = True
        if not options.get("maintenance"):
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    def checkin(connection: Any, record: Any) -> None:
        if record.info.pop("read_only", False) and connection is not None:
            connection.execute("PRAGMA query_only=off")
        if record.info.pop("writer", False):
            lock.release()

    event.listen(engine, "begin", begin)
    event.listen(engine, "checkin", checkin)
