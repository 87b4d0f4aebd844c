"""Closing surveys in the background, and how far each closing is.

A closing runs in a thread of the process that was given the opening codes; they stay in the memory
of that process. Other processes of the server read how far it is from a small file in the
instance folder (see `mirror`).
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import Lock, Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.jobs.mirror import Mirror, Progress, look
from survey.jobs.telling import told
from survey.services import closing

Work = Callable[[closing.Progress], object]

REST = 30.0
"""Seconds between two attempts to finish a closing that was interrupted."""


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

    def forget(self, slug: str) -> None:
        """Take away what is told of the closing of a survey that is no more."""
        self._file(slug).unlink(missing_ok=True)

    def _run(self, slug: str, work: Work, mirror: "Mirror") -> None:
        def tell(stage: str, done: int, total: int) -> None:
            if (now := Progress(stage, closing.share_done(done, total))) != self._running[slug]:
                self._running[slug] = now
                mirror.write(now)

        error = told(partial(work, tell))
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
