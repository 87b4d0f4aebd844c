"""Clearing the files of what was deleted: in the background, and until it is done.

That there is something to clear is noted in a file before anything is deleted, so that a crash
forgets nothing. One process of a server clears; the others see the note, and whoever keeps house
looks for it every hour.
"""

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path
from threading import Thread
from typing import Literal

from sqlalchemy.orm import Session, sessionmaker

from survey.jobs.mirror import Mirror, Progress, look
from survey.jobs.telling import told
from survey.services.deleting import clear_deleted

State = Literal["cleared", "clearing", "waiting"]
NOTE, LOCK = "to-clear", "clearing.json"


class Clearings:
    """What is cleared on one server, in a folder of its instance.

    `also`: what else is cleared of what was deleted, after the database.
    """

    def __init__(
        self,
        sessions: sessionmaker[Session],
        folder: Path,
        also: Sequence[Callable[[], object]] = (),
    ) -> None:
        self._sessions, self._folder, self._also = sessions, folder, also

    def note(self) -> None:
        """Note that there is going to be something to clear."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._note.write_text(secrets.token_hex(8), encoding="ascii")

    def note_if(self, deleted: bool) -> None:
        """Note it where something was deleted."""
        if deleted:
            self.note()

    def start(self) -> None:
        """Begin to clear, in the background; nothing where there is nothing to clear."""
        # Not a daemon: a server that ends waits for it.
        Thread(target=self.once, name="clearing").start()

    def once(self) -> None:
        """Clear now what was noted; what stops it stays noted."""
        while noted := self._noted():
            mirror = Mirror.take(self._folder / LOCK)
            if mirror is None:
                return
            mirror.write(Progress("clearing"))
            error = told(self._clear)
            if error:
                mirror.write(Progress("clearing", 0, error))
            elif self._noted() == noted:  # or somebody deleted something meanwhile
                self._note.unlink(missing_ok=True)
                mirror.remove()
            mirror.let_go()
            if error:
                return

    def state(self) -> State:
        """Say whether everything is cleared, or it is going on, or something is in the way."""
        if not self._noted():
            return "cleared"
        return "waiting" if self.trouble() else "clearing"

    def trouble(self) -> str:
        """Return what was in the way the last time, in a sentence; empty: nothing."""
        progress = look(self._folder / LOCK)
        return progress.error if progress else ""

    def _clear(self) -> None:
        clear_deleted(self._sessions)
        for work in self._also:
            work()

    @property
    def _note(self) -> Path:
        return self._folder / NOTE

    def _noted(self) -> str:
        try:
            return self._note.read_text(encoding="ascii")
        except FileNotFoundError:
            return ""
