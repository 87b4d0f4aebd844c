"""After closing: rewrite the database so that no file keeps what was deleted, and prove it.

Here belongs what is done to files. What is deleted, and when, is decided in `survey.services`.

On PostgreSQL the server's own log (`pg_wal`), archives and replicas may still hold ciphertext
whose key is gone; the files of a server cannot be searched from here, so there the proof is that no
row is left and that nobody's older view kept one alive through the rewriting.
"""

import os
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError

from survey.errors import UserError
from survey.storage.engine import PATIENCE, database_file, maintaining

EMPTIED = ("box", "credential", "participation")
NEEDLE = 12
"""Bytes of a deleted value that are looked for: never twice by chance."""
PAUSE = 0.2
"""Seconds between two tries to empty the log, and how long each try waits for a reader."""
_BLOCK = 2**20
_OPEN: dict[tuple[int, int], int] = {}
_CUT_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
_OLDER_VIEWS = sa.text(
    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
    " AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL"
    " AND age(backend_xmin) >= age(CAST(:now AS xid))"
)


class StillInUse(UserError):
    """The answers are counted and deleted, but another program is still reading the database, so
    that remains of them cannot be cleared away. End it (a backup, a database tool) and start this
    program again: closing then goes on by itself, without a code.
    """


class TracesLeft(UserError):
    """The answers are counted and deleted, but remains were found in {places}. The report stays
    shut. Please keep this installation as it is and ask whoever maintains it.
    """


def rewrite(engine: sa.Engine, patience: float = PATIENCE) -> None:
    """Rewrite what held boxes and codes; `StillInUse` where somebody reads for too long."""
    try:
        if engine.dialect.name == "sqlite":
            _rewrite_sqlite(engine, patience)
        else:
            _rewrite_postgres(engine, patience)
    except OperationalError as error:
        if "lock" not in str(error.orig):
            raise
        raise StillInUse from error


def prove_empty(engine: sa.Engine, needles: Collection[bytes]) -> None:
    """Raise `TracesLeft` where a file of the database still holds any of the needles.

    `needles` are beginnings of deleted values (`NEEDLE` bytes each), kept in memory by the process
    that deleted them; empty where closing was resumed, which knows none.
    """
    if engine.dialect.name == "sqlite":
        files = (path for path in _files(engine) if path.exists())
        places = [str(path) for path in files if count_traces(path, needles)]
        if places:
            raise TracesLeft(places=", ".join(places))


def empty_log(engine: sa.Engine) -> None:
    """Empty SQLite's log once more, so that a look at the files finds none; no matter if it fails.

    After `prove_empty` only the survey's change to "closed" stands in it.
    """
    if engine.dialect.name == "sqlite":
        with maintaining(engine) as connection, _patience(connection, 1):
            connection.exec_driver_sql(_CUT_LOG)


def count_traces(path: Path, needles: Collection[bytes]) -> int:
    """Count the places of a file where one of the needles begins, in bounded memory."""
    wanted = {needle[:NEEDLE] for needle in needles}
    if not wanted:
        return 0
    begins = _first_three_bytes(wanted)
    file, found, place, tail = _open_for_good(path), 0, 0, b""
    while block := os.pread(file, _BLOCK, place):
        text = tail + block
        found += sum(text[at : at + NEEDLE] in wanted for at in _candidates(text, begins))
        place, tail = place + len(block), text[-(NEEDLE - 1) :]
    return found


def _open_for_good(path: Path) -> int:
    """Open a file and never close it.

    When a process closes any handle of a file, it loses all its locks on that file (POSIX), those
    of SQLite in other threads included; another process could then take the log for abandoned.
    """
    state = path.stat()
    same = (state.st_dev, state.st_ino)
    if same not in _OPEN:
        _OPEN[same] = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    return _OPEN[same]


def _first_three_bytes(wanted: Collection[bytes]) -> npt.NDArray[np.bool_]:
    """Return a table that says which three bytes a needle may begin with."""
    begins = np.zeros(2**24, dtype=np.bool_)
    begins[[int.from_bytes(needle[:3], "big") for needle in wanted]] = True
    return begins


def _candidates(text: bytes, begins: npt.NDArray[np.bool_]) -> list[int]:
    if len(text) < NEEDLE:
        return []
    raw = np.frombuffer(text, dtype=np.uint8).astype(np.uint32)[: len(text) - NEEDLE + 3]
    places: list[int] = np.flatnonzero(begins[raw[:-2] << 16 | raw[1:-1] << 8 | raw[2:]]).tolist()
    return places


def _rewrite_sqlite(engine: sa.Engine, patience: float) -> None:
    """Rewrite, move the log into the main file, and look that nothing is left beside it."""
    with maintaining(engine) as connection, _patience(connection, patience):
        connection.exec_driver_sql("VACUUM")
        if connection.exec_driver_sql("PRAGMA freelist_count").scalar():
            raise StillInUse
    deadline = time.monotonic() + patience
    while not _log_is_cut(engine):
        if time.monotonic() > deadline:
            raise StillInUse
        time.sleep(PAUSE)


def _log_is_cut(engine: sa.Engine) -> bool:
    """Empty the log if no reader is in the way; writers of other surveys wait only for this look.

    The log is looked at before the next writer may begin: afterwards it is that writer's.
    """
    _, *logs = _files(engine)
    with maintaining(engine) as connection, _patience(connection, PAUSE):
        reader_in_the_way = connection.exec_driver_sql(_CUT_LOG).one()[0]
        left = any(path.exists() and path.stat().st_size for path in logs)
    return not (reader_in_the_way or left)


@contextmanager
def _patience(connection: sa.Connection, seconds: float) -> Iterator[None]:
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _files(engine: sa.Engine) -> tuple[Path, Path, Path]:
    """Return the main file of an SQLite database, and those that may hold its recent past."""
    main = database_file(engine)
    return main, main.with_name(main.name + "-wal"), main.with_name(main.name + "-journal")


def _rewrite_postgres(engine: sa.Engine, patience: float) -> None:
    """VACUUM FULL, once nobody holds a view in which the deleted rows still live."""
    with maintaining(engine) as connection:
        now = connection.scalar(sa.text("SELECT CAST(pg_current_xact_id() AS xid)::text"))
        deadline = time.monotonic() + patience
        while connection.scalar(_OLDER_VIEWS, {"now": now}):
            if time.monotonic() > deadline:
                raise StillInUse
            time.sleep(0.05)
        connection.exec_driver_sql(f"SET lock_timeout = {int(patience * 1000)}")
        for table in EMPTIED:
            connection.exec_driver_sql(f"VACUUM FULL {table}")
        connection.exec_driver_sql("RESET lock_timeout")
