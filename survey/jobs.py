"""Background work of the server: closing surveys, how far each closing is, and tidying up.

A closing runs in a thread of the process that was given the opening codes; they stay in the memory
of that process. Other processes of the server read how far it is from a small file in the
instance folder, which holds no secret and no exact count: the number of sealed answers, less those
in the report, would tell how many of a group answered that is too small to appear.
"""

import fcntl
import json
import logging
import os
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock, Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.errors import UserError
from survey.services import closing

log = logging.getLogger(__name__)

Work = Callable[[closing.Progress], object]

FILE_SIZE = 4096
LONGEST_ERROR = 600
TRIES, PAUSE = 10, 0.02
"""A look at the file locks it for a moment; whoever wants to write to it tries again."""
REST = 30.0
"""Seconds between two attempts to finish a closing that was interrupted."""
HOUR = 3600.0
UNFORESEEN = "Something went wrong. The log of the server says what."


@dataclass(frozen=True)
class Progress:
    """How far a closing is; with an error it has stopped.

    `share` is the part of the stage that is done, in percent rounded to tens.
    """

    stage: str = "opening"
    share: int = 0
    error: str = ""


class Closings:
    """The closings of this process, and a look at those of the others.

    `folder` is where the processes of one server tell each other how far they are; it is made when
    the first survey is closed. `closed` is told of each survey that was closed.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyFolder,
        clock: Callable[[], datetime],
        folder: Path,
        rest: float = REST,
        closed: Callable[[str], object] | None = None,
    ) -> None:
        self._sessions, self._keys, self._clock = sessions, keys, clock
        self._folder, self._rest, self._closed = folder, rest, closed
        self._lock = Lock()
        self._running: dict[str, Progress] = {}
        self._resumed: dict[str, float] = {}

    def start(self, slug: str, codes: Sequence[str]) -> bool:
        """Begin to close a survey; False where that is going on already, here or elsewhere."""
        work = partial(closing.close_survey, self._sessions, self._keys, slug, codes, self._clock())
        return self.begin(slug, work)

    def resume(self, slug: str) -> bool:
        """Go on with a closing that was interrupted after the answers were counted.

        False where it is going on, or was tried just now.
        """
        with self._lock:
            last = self._resumed.get(slug)
            if last is not None and time.monotonic() - last < self._rest:
                return False
            self._resumed[slug] = time.monotonic()
        now = self._clock()
        work = partial(closing.resume_closing, self._sessions, self._keys, slug, now)
        return self.begin(slug, work)

    def begin(self, slug: str, work: Work) -> bool:
        """Do some work on a survey in the background, one at a time for each survey."""
        with self._lock:
            if slug in self._running:
                return False
            mirror = Mirror.take(self._file(slug))
            if mirror is None:
                return False
            self._running[slug] = Progress()
        mirror.write(Progress())
        # Not a daemon: a server that ends waits for it, and what is left resumes at the next start.
        Thread(target=self._run, args=(slug, work, mirror), name=f"closing {slug}").start()
        return True

    def progress(self, slug: str) -> Progress | None:
        """Tell how far a closing is, or what stopped the last one; None where there is none."""
        with self._lock:
            running = self._running.get(slug)
        return running or look(self._file(slug))

    def _run(self, slug: str, work: Work, mirror: "Mirror") -> None:
        def tell(stage: str, done: int, total: int) -> None:
            if (now := Progress(stage, closing.share_done(done, total))) != self._running[slug]:
                self._running[slug] = now
                mirror.write(now)

        error = _told(partial(work, tell))
        with self._lock:
            stopped = self._running.pop(slug)
            if slug in self._resumed:
                self._resumed[slug] = time.monotonic()
            if error:
                mirror.write(Progress(stopped.stage, stopped.share, error))
            else:
                mirror.remove()
            mirror.let_go()
        if self._closed and not error:
            self._closed(slug)

    def _file(self, slug: str) -> Path:
        return self._folder / f"{slug}.json"


class Housekeeping:
    """What nobody asks for: finishing closings that a crash interrupted, and the `chores`. Once
    when the server starts, and then every hour.

    (Destroying unread what nobody opened in time comes with the two warnings before it: a clock
    that is wrong for once must not cost a team its answers.)
    """

    def __init__(
        self,
        closings: Closings,
        sessions: sessionmaker[Session],
        chores: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._closings, self._sessions, self._chores = closings, sessions, chores

    def start(self) -> None:
        """Begin, in a thread that ends with the process."""
        Thread(target=self._keep, name="housekeeping", daemon=True).start()

    def once(self) -> None:
        """Do now what there is to do; what fails is logged and tried again the next time."""
        for slug in closing.interrupted(self._sessions):
            self._closings.resume(slug)

    def _keep(self) -> None:
        while True:
            for work in (self.once, *self._chores):
                if error := _told(work):
                    log.error("Housekeeping: %s", error)
            time.sleep(HOUR)


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
            if _locked(handle, fcntl.LOCK_EX) and _is_at(handle, path):
                return cls(path, handle)
            os.close(handle)
            time.sleep(PAUSE)
        return None

    def write(self, progress: Progress) -> None:
        """Say how far it is, in one stroke of a fixed size, so that nobody reads half of it."""
        told = asdict(progress) | {"error": progress.error[:LONGEST_ERROR]}
        # A full disk must not stop a closing that can do without this.
        with suppress(OSError):
            os.pwrite(self._handle, json.dumps(told).encode().ljust(FILE_SIZE), 0)

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
        running = not _locked(handle, fcntl.LOCK_SH)
        try:
            progress = Progress(**json.loads(file.read(FILE_SIZE)))
        except (ValueError, TypeError):
            progress = Progress()  # made this moment and still empty
    return progress if running or progress.error else None


def _locked(handle: int, how: int) -> bool:
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


def _told(work: Callable[[], object]) -> str:
    """Do the work; return what went wrong, in a sentence."""
    try:
        work()
    except UserError as error:
        return str(error)
    except Exception as error:
        # Neither the message nor the values of a statement: they may hold what people wrote.
        trace = error.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
        log.error("Failed: %s at %s", type(error).__name__, place)
        return UNFORESEEN
    return ""
