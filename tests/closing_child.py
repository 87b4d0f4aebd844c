"""A closing in a process of its own that is killed (SIGKILL) at a point that the test names.

Everything that kills stands here: the product knows nothing of it. A point is a tuple of words:

    ("progress", stage, done)    where progress is told
    ("before", words)            before a statement with these words is run
    ("after", words)             after it, in the middle of its transaction
    ("commit", words)            when the transaction that ran it is about to commit
    ("vacuum",)                  in the middle of SQLite's rewriting
    ("key",)                     when the key file is overwritten and not yet removed
"""

import multiprocessing
import os
import signal
from collections.abc import Sequence
from datetime import datetime
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from survey.ballots import fingerprint, workers
from survey.ballots.keys import KeyFolder
from survey.services.closing import close_survey
from survey.storage.engine import engine_of, make_sessions
from tests.collecting import AFTER, Place

Point = tuple[str, ...]

# One process imports everything once; each closing is a fork of it, which takes milliseconds.
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload(["pytest", __name__])
VACUUM_STEPS = 300
"""Steps of SQLite's machine after which the rewriting is interrupted: after the first tables."""


def run(place: Place, point: Point, *, many: int = 1, told: Connection | None = None) -> int | None:
    """Close a survey in a child that is to die at a point; return how it ended (-9: it died)."""
    child = start(place, point, many=many, told=told)
    child.join(60)
    assert child.exitcode is not None
    return child.exitcode


def start(
    place: Place, point: Point, *, many: int = 1, told: Connection | None = None
) -> BaseProcess:
    """Start such a child and return it."""
    place.end()  # an open SQLite file must not be in two processes that are one
    return start_beside(place, point, many=many, told=told)


def start_beside(
    place: Place, point: Point, *, many: int = 1, told: Connection | None = None
) -> BaseProcess:
    """Start such a child while the test's own connections stay open."""
    child = _PROCESSES.Process(
        target=_close,
        args=(place.url, place.keys.path, place.slug, place.opening_codes, point, many, told),
        daemon=True,
    )
    child.start()
    return child


def _close(
    url: str,
    keys: Path,
    slug: str,
    codes: Sequence[str],
    point: Point,
    many: int,
    told: Connection | None,
    now: datetime = AFTER,
) -> None:
    fingerprint.SCRYPT_N = 2**4  # as in the test that opened the survey
    sessions = make_sessions(url)
    _arm(engine_of(sessions), point)
    if told:
        _tell_workers(told)

    def progress(stage: str, done: int, _: int) -> None:
        if ("progress", stage, str(done)) == point:
            die()

    close_survey(sessions, KeyFolder(keys), slug, codes, now, progress, workers=many)


def line() -> tuple[Connection, Connection]:
    """Return the two ends of a line to a child."""
    return _PROCESSES.Pipe()


def die(*_: object) -> int:
    """End this process as `kill -9` does."""
    os.kill(os.getpid(), signal.SIGKILL)
    return 1


def _arm(engine: sa.Engine, point: Point) -> None:
    kind, *rest = point
    wanted = rest[0] if rest else ""
    seen: list[str] = []

    def before(_: Any, cursor: Any, statement: str, *__: object) -> None:
        if kind == "before" and wanted in statement:
            die()
        if kind == "vacuum" and statement == "VACUUM":
            cursor.connection.set_progress_handler(die, VACUUM_STEPS)

    def after(_: Any, __: Any, statement: str, *___: object) -> None:
        if wanted in statement:
            seen.append(statement)
            if kind == "after":
                die()

    def commit(_: Any) -> None:
        if kind == "commit" and seen:
            die()

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    sa.event.listen(engine, "commit", commit)
    if kind == "key":
        _die_at_removing_the_key()


def _die_at_removing_the_key() -> None:
    real = Path.unlink

    def unlink(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".key":
            die()
        real(path, missing_ok)

    Path.unlink = unlink  # type: ignore[assignment,method-assign]  # in this process only, which dies of it


def _tell_workers(told: Connection) -> None:
    """Tell the test the numbers of the processes that open boxes."""
    real = workers._start

    def start() -> Any:
        worker = real()
        told.send(worker.process.pid)
        return worker

    workers._start = start
