"""What nobody asks for: finishing what a crash interrupted, and the chores of every hour."""

import logging
import time
from collections.abc import Callable, Sequence
from threading import Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.jobs.closings import Closings
from survey.jobs.telling import told
from survey.services import closing

log = logging.getLogger(__name__)

HOUR = 3600.0


class Housekeeping:
    """What nobody asks for: finishing closings that a crash interrupted, and the `chores`. Once
    when the server starts, and then every hour.
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
                if error := told(work):
                    log.error("Housekeeping: %s", error)
            time.sleep(HOUR)
