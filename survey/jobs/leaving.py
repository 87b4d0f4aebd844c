"""What leaves by itself, looked for every hour: answers that nobody opened, rosters whose day has
come, rehearsals that were forgotten.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import product

from sqlalchemy.orm import Session, sessionmaker

from survey.ballots.keys import KeyFolder
from survey.jobs.clearing import Clearings
from survey.services.closing import destroy_expired
from survey.services.rehearsing import wipe_forgotten
from survey.services.retention import delete_due_rosters, warn_rosters
from survey.services.unopened import warn_unopened

log = logging.getLogger(__name__)


class Leaving:
    """The chores of this module; each is one of the housekeeping, so that none stops another.

    `by_mail`: whether warnings are sent; otherwise pages alone show them. `forget`: what throws
    away the files that were made of a client's roster.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        keys: KeyFolder,
        clock: Callable[[], datetime],
        clearings: Clearings,
        public_url: str = "",
        *,
        by_mail: bool = False,
        forget: Sequence[Callable[[str], object]] = (),
    ) -> None:
        self._forget = forget
        self._sessions, self._keys, self._clock = sessions, keys, clock
        self._clearings, self._public_url, self._by_mail = clearings, public_url, by_mail

    def chores(self) -> tuple[Callable[[], object], ...]:
        """Return what is to be done every hour, in this order."""
        return self.warn, self.destroy, self.rosters, self.rehearsals, self._clearings.once

    def warn(self) -> None:
        """Give the warnings that are due."""
        now = self._clock()
        warn_unopened(self._sessions, now, self._public_url, by_mail=self._by_mail)
        warn_rosters(self._sessions, now, self._public_url, by_mail=self._by_mail)

    def destroy(self) -> None:
        """Destroy unread what nobody opened in spite of two warnings."""
        for slug in destroy_expired(self._sessions, self._keys, self._clock()):
            log.warning("Nobody opened the answers of %s; they were destroyed unread.", slug)

    def rosters(self) -> None:
        """Delete the rosters whose day has come."""
        gone = delete_due_rosters(self._sessions, self._clock())
        for client, forget in product(gone, self._forget):
            forget(client)
        self._clearings.note_if(bool(gone))

    def rehearsals(self) -> None:
        """Wipe the rehearsals that were forgotten."""
        self._clearings.note_if(bool(wipe_forgotten(self._sessions, self._keys, self._clock())))
