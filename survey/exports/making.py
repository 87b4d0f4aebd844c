"""Files that take a while to make: made in the background, kept for a day, then thrown away.

Here belong making one at a time under each name, telling how far it is, and taking it away. It is
made by one process of a server; the others read how far it is from a small file beside it. What is
made belongs to whoever begins it: `parcels`, `client_files`.
"""

import json
import logging
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import Thread

from survey.errors import UserError
from survey.language import gettext, language, mark, speaking
from survey.services.locks import locked

log = logging.getLogger(__name__)

LIFE = 24 * 3600.0
"""Seconds after which a file is thrown away."""
UNFORESEEN = mark("Something went wrong. The log of the server says what.")


@dataclass(frozen=True)
class Progress:
    """How many parts are done, of how many; `ready` when the file can be fetched."""

    done: int = 0
    total: int = 0
    ready: bool = False
    error: str = ""


class Makings:
    """The files of one kind that a server makes, in a folder of its instance.

    A name is what its addresses have: letters, digits and hyphens.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def begin(self, name: str, total: int, make: Callable[[], None]) -> bool:
        """Begin to make a file anew; False where that is going on already.

        `make` writes it to `part_of(name)`, moves it to `whole_of(name)`, and may `tell` how far it
        is; it speaks the language of whoever begins.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        lock = locked(self._file(name, "lock"))
        if lock is None:
            return False
        self.whole_of(name).unlink(missing_ok=True)
        self.tell(name, Progress(total=total))
        told = (name, total, make, lock, language())
        # A daemon: a server that ends need not wait for what can be made again.
        Thread(target=self._run, args=told, name=f"making {name}", daemon=True).start()
        return True

    def progress(self, name: str) -> Progress | None:
        """Tell how far a file is; None where none was asked for, or a crash has stopped it."""
        try:
            told = Progress(**json.loads(self._file(name, "json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        if told.ready:
            return told if self.result(name) else None
        return told if told.error or self._at_work(name) else None

    def result(self, name: str) -> Path | None:
        """Return the file; None where there is none, or it is older than a day."""
        path = self.whole_of(name)
        try:
            fresh = time.time() - path.stat().st_mtime < LIFE
        except FileNotFoundError:
            return None
        return path if fresh else None

    def discard(self, name: str) -> None:
        """Throw a file away: what it tells is no longer so."""
        for ending in ("zip", "json"):
            self._file(name, ending).unlink(missing_ok=True)

    def forget(self, name: str) -> None:
        """Throw away everything under a name that is no more, unless somebody is at work on it."""
        lock = locked(self._file(name, "lock")) if self._folder.is_dir() else None
        if lock is not None:
            for path in self._folder.glob(f"{name}.*"):
                path.unlink(missing_ok=True)
            os.close(lock)

    def tidy(self) -> None:
        """Throw away what is older than a day, and what a crash has left."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            old = time.time() - path.stat().st_mtime > LIFE
            if (
                path.suffix != ".lock"
                and (old or path.suffix == ".part")
                and not self._at_work(path.name.split(".")[0])
            ):
                path.unlink(missing_ok=True)

    def part_of(self, name: str) -> Path:
        """Return where a file is while it is being made."""
        return self._file(name, "part")

    def whole_of(self, name: str) -> Path:
        """Return where a file is when it is whole."""
        return self._file(name, "zip")

    def tell(self, name: str, progress: Progress) -> None:
        """Say how far a file is."""
        draft = self._file(name, "json.part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(progress), stream)
        draft.replace(self._file(name, "json"))

    def _run(self, name: str, total: int, make: Callable[[], None], lock: int, spoken: str) -> None:
        progress = Progress(total=total)
        try:
            with speaking(spoken):
                make()
            progress = Progress(total, total, ready=True)
        except UserError as fault:
            with speaking(spoken):
                progress = Progress(total=total, error=str(fault))
        except Exception as fault:
            # Its kind and no more: a message may hold what stands in a report.
            log.error("Making %s failed: %s", name, type(fault).__name__)
            with speaking(spoken):
                progress = Progress(total=total, error=gettext(UNFORESEEN))
        finally:
            self.part_of(name).unlink(missing_ok=True)
            self.tell(name, progress)
            os.close(lock)

    def _at_work(self, name: str) -> bool:
        lock = locked(self._file(name, "lock"))
        if lock is not None:
            os.close(lock)
        return lock is None

    def _file(self, name: str, ending: str) -> Path:
        return self._folder / f"{name}.{ending}"
