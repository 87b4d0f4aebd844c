"""The folder of staged files of people: what lies in it, who works on what, and when it goes.

Nothing here reads a roster. Of each file there are the table as it came, what was found in it, how
far the work on it is, and a lock that whoever works on it holds. A file that is to go while
somebody works on it is marked: from then on nobody finds it, and it goes as soon as the work ends.
"""

import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from survey.errors import UserError
from survey.services.locks import locked

LIFE = 24 * 3600.0
"""Seconds after which a staged file is thrown away."""
NAME = re.compile(r"[0-9a-f]{32}")
GONE = "gone"
"""Ends the name of the mark of a file that is to go."""
ENDINGS = "table", "faults", "preview", "part", "json", GONE, "lock"

State = Literal["working", "checked", "saved", "failed"]


class UnknownStaged(UserError):
    """The file is no longer kept here: it was saved, cancelled, or is older than a day."""


@dataclass(frozen=True)
class Options:
    """How a file is read: which sheet, whether units that are named alone are made."""

    sheet: str = ""
    make_units: bool = False


@dataclass(frozen=True)
class Staged:
    """A file that is kept aside, and how far the work on it is.

    Attributes
    ----------
    name : of the file, as it was uploaded; empty for a paste
    stage, share : what is going on, and how much of it is done, in percent
    error : what keeps the file from being read or saved, in a sentence
    again : whether the preview was made anew because the roster had changed
    saving : whether the work that is going on is saving it
    """

    id: str
    client: str
    account: int
    name: str
    options: Options = Options()
    state: State = "working"
    stage: str = "reading"
    share: int = 0
    error: str = ""
    again: bool = False
    saving: bool = False
    sheets: tuple[str, ...] = ()
    edition: str = ""
    saved: Mapping[str, int] | None = None


class StagedFiles:
    """The staged files of one server, as they lie in their folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, staged: Staged, data: bytes) -> None:
        """Keep a new file; nobody else may read it."""
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self.write(staged.id, "table", data)

    def find(self, key: str) -> Staged | None:
        """Return a staged file; None where there is none, or it is to go."""
        if not NAME.fullmatch(key) or self.path(key, GONE).exists():
            return None
        try:
            return _staged(json.loads(self.path(key, "json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError):
            return None

    def every(self) -> Iterator[Staged]:
        """Yield every staged file that is not to go."""
        for path in list(self._folder.glob("*.json")):
            if staged := self.find(path.name.partition(".")[0]):
                yield staged

    def tell(self, staged: Staged) -> None:
        """Write down how far the work on a file is."""
        self.write(staged.id, "part", json.dumps(asdict(staged)).encode())
        self.path(staged.id, "part").replace(self.path(staged.id, "json"))

    def begin(self, key: str) -> int | None:
        """Hold a file, so that nobody else works on it; None where somebody does."""
        return locked(self.path(key, "lock"))

    def end(self, key: str, lock: int) -> None:
        """Let go of a file. It goes, where it was to go meanwhile."""
        os.close(lock)
        if self.path(key, GONE).exists():  # looked at last: `discard` marks first, then locks
            self.discard(key)

    def at_work(self, key: str) -> bool:
        """Say whether somebody works on a file."""
        lock = self.begin(key)
        if lock is not None:
            os.close(lock)
        return lock is None

    def discard(self, key: str) -> None:
        """Throw a file away: now, or as soon as nobody works on it any more."""
        self.write(key, GONE, b"")
        lock = self.begin(key)
        if lock is None:
            return
        for ending in ENDINGS:
            self.path(key, ending).unlink(missing_ok=True)
        os.close(lock)

    def tidy(self) -> None:
        """Throw away what is older than a day, and what a crash has left of what was to go."""
        for path in list(self._folder.iterdir()) if self._folder.is_dir() else ():
            try:
                old = time.time() - path.stat().st_mtime > LIFE
            except FileNotFoundError:
                continue
            key = path.name.partition(".")[0]
            if old or path.suffix == f".{GONE}":
                self.discard(key)
            if old:
                path.unlink(missing_ok=True)  # also what is no file of ours

    def write(self, key: str, ending: str, data: bytes) -> None:
        """Write one of the files, for nobody else to read."""
        handle = os.open(self.path(key, ending), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(data)

    def path(self, key: str, ending: str) -> Path:
        """Return where one of the files lies."""
        return self._folder / f"{key}.{ending}"


def _staged(told: dict[str, Any]) -> Staged:
    told["options"] = Options(**told["options"])
    told["sheets"] = tuple(told["sheets"])
    return Staged(**told)
