"""Small files in the instance folder by which the processes of one server know of each other.

Such a file holds no secret and no exact count: the number of sealed answers, less those in the
report, would tell how many of a group answered that is too small to appear.
"""

import fcntl
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from survey.jobs.telling import Told
from survey.language import gettext

FILE_SIZE = 4096
LONGEST_ERROR = 600
TRIES, PAUSE = 10, 0.02
"""A look at the file locks it for a moment; whoever wants to write to it tries again."""


@dataclass(frozen=True)
class Progress:
    """How far a closing is; with an error it has stopped.

    `share` is the part of the stage that is done, in percent rounded to tens.
    """

    stage: str = "opening"
    share: int = 0
    error: str = ""


class Mirror:
    """The file in which other processes read how far a closing is.

    Whoever works on the survey holds a lock on it. The lock ends with the process, so a file
    without one is what a crash has left.
    """

    def __init__(self, path: Path, handle: int) -> None:
        self._path, self._handle = path, handle

    @classmethod
    def take(cls, path: Path) -> "Mirror | None":
        """Lock the file of a survey, made where it is missing; None where another holds it."""
        path.parent.mkdir(mode=0o700, exist_ok=True)
        for _ in range(TRIES):
            handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
            if locked(handle, fcntl.LOCK_EX) and _is_at(handle, path):
                return cls(path, handle)
            os.close(handle)
            time.sleep(PAUSE)
        return None

    def write(self, progress: Progress) -> None:
        """Say how far it is, in one stroke of a fixed size, so that nobody reads half of it."""
        told = asdict(progress) | {"error": progress.error[:LONGEST_ERROR]}
        line = json.dumps(told | _anew(progress.error)).encode()
        line = line if len(line) <= FILE_SIZE else json.dumps(told).encode()
        # A full disk must not stop a closing that can do without this.
        with suppress(OSError):
            os.pwrite(self._handle, line.ljust(FILE_SIZE), 0)

    def remove(self) -> None:
        """Take the file away: there is nothing more to say."""
        self._path.unlink(missing_ok=True)

    def let_go(self) -> None:
        """End the lock."""
        os.close(self._handle)


def look(path: Path) -> Progress | None:
    """Read how far another process is, or what stopped it; None where none works or has failed."""
    try:
        handle = os.open(path, os.O_RDONLY)
    except FileNotFoundError:
        return None
    with os.fdopen(handle, "rb") as file:
        running = not locked(handle, fcntl.LOCK_SH)
        try:
            progress = _read(json.loads(file.read(FILE_SIZE)))
        except (ValueError, TypeError, AttributeError, KeyError):
            progress = Progress()  # made this moment and still empty
    return progress if running or progress.error else None


def _anew(error: str) -> dict[str, Any]:
    """Return what it takes to tell an error in the language of whoever looks."""
    return {"anew": [error.sentence, error.details]} if isinstance(error, Told) else {}


def _read(told: dict[str, Any]) -> Progress:
    """Return what was written, an error in the language of this moment."""
    sentence, details = told.pop("anew", None) or (told.get("error", ""), {})
    return Progress(**told | {"error": gettext(sentence, **details) if sentence else ""})


def locked(handle: int, how: int) -> bool:
    """Lock a file, for oneself or with others; False where somebody else has."""
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_at(handle: int, path: Path) -> bool:
    """Say whether the file is still the one at its path: it may have been removed meanwhile."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False
