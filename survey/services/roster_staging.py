"""Files of people between upload and saving: kept aside, checked in the background, then saved.

A staged file belongs to one client and one account. It lies in a folder of its own in the instance,
under a random name, for nobody else to read, and goes when it is saved, cancelled, replaced by
another one, or a day old. Beside it lies what was found in it; all processes of a server read how
far it is from there, and a lock says whether somebody works on it.
"""

import fcntl
import json
import logging
import os
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore, Thread
from typing import Any, Literal

from sqlalchemy.orm import Session, sessionmaker

from survey.errors import UserError
from survey.language import gettext, language, mark, speaking
from survey.services.client_units import tree_of
from survey.services.clients import client_view
from survey.services.roster_changes import Way, changes
from survey.services.roster_checking import Checked, check
from survey.services.roster_preview import Preview, preview_of
from survey.services.roster_rules import Fault
from survey.services.roster_tables import EmptyTable, Table, read_table
from survey.services.rosters import RosterChanged, edition_of_roster, people_of, save_people

log = logging.getLogger(__name__)

LIFE = 24 * 3600.0
"""Seconds after which a staged file is thrown away."""
AT_ONCE = BoundedSemaphore(2)
"""Files that one process works on at the same time: each takes memory and most of a core."""
NAME = re.compile(r"[0-9a-f]{32}")
UNFORESEEN = mark("Something went wrong. The log of the server says what.")
EVERY = 5
"""Percent of a stage after which it is told."""

State = Literal["working", "checked", "saved", "failed"]


class UnknownStaged(UserError):
    """The file is no longer kept here: it was saved, cancelled, or is older than a day."""


class FaultsLeft(UserError):
    """There are still rows with faults. Mend them, or choose to leave them out."""


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


class Rosters:
    """The staged files of one server."""

    def __init__(self, folder: Path, sessions: sessionmaker[Session]) -> None:
        self._folder, self._sessions = folder, sessions

    def stage(self, client: str, account: int, name: str, data: bytes) -> str:
        """Keep a file and begin to check it; what was staged there before goes. Returns its id.

        Raises
        ------
        EmptyTable
            There is nothing in it.
        """
        if not data.strip():
            raise EmptyTable
        self._folder.mkdir(mode=0o700, exist_ok=True)
        for earlier in self._every():
            if (earlier.client, earlier.account) == (client, account):
                self._throw_away(earlier.id)
        staged = Staged(secrets.token_hex(16), client, account, name[:200])
        _write(self._file(staged.id, "table"), data)
        self._begin(staged, self._check)
        return staged.id

    def find(self, client: str, account: int, key: str) -> Staged:
        """Return a staged file of this client and account.

        Raises
        ------
        UnknownStaged
            There is none, or it belongs to somebody else.
        """
        staged = self._load(key) if NAME.fullmatch(key) else None
        if staged is None or (staged.client, staged.account) != (client, account):
            raise UnknownStaged
        if staged.state == "working" and not self._at_work(key):
            staged = self._load(key) or staged  # it may have ended between the two looks
            if staged.state == "working":
                self._begin(replace(staged, stage="reading", share=0, saving=False), self._check)
        return staged

    def preview(self, staged: Staged) -> Preview:
        """Return what was found in a file, of which the check has ended."""
        told = json.loads(self._file(staged.id, "preview").read_text(encoding="utf-8"))
        return Preview.from_json(told)

    def faults(self, staged: Staged) -> Iterator[Fault]:
        """Yield every fault of a file, in the order of its rows."""
        with self._file(staged.id, "faults").open(encoding="utf-8") as lines:
            for line in lines:
                yield Fault(*json.loads(line))

    def table(self, staged: Staged) -> Table:
        """Read a file anew."""
        return read_table(self._file(staged.id, "table").read_bytes(), staged.options.sheet)

    def check_again(self, staged: Staged, options: Options, again: bool = False) -> bool:
        """Check a file anew, read in another way; False where somebody works on it."""
        fresh = replace(staged, options=options, state="working", stage="reading", share=0)
        return self._begin(replace(fresh, again=again, saving=False), self._check)

    def is_stale(self, staged: Staged) -> bool:
        """Say whether the roster has changed since a file was compared with it."""
        with self._sessions() as session:
            return edition_of_roster(session, staged.client) != staged.edition

    def save(self, staged: Staged, way: Way, leave_out: bool) -> bool:
        """Begin to save a checked file; False where somebody works on it.

        Raises
        ------
        FaultsLeft
            Rows have faults, and nobody said that they are to be left out.
        """
        if self.preview(staged).faulty and not leave_out:
            raise FaultsLeft
        fresh = replace(staged, state="working", stage="reading", share=0, again=False, saving=True)
        return self._begin(fresh, lambda told: self._save(told, way))

    def cancel(self, staged: Staged) -> bool:
        """Throw a file away; False where somebody works on it."""
        return self._throw_away(staged.id)

    def forget(self, client: str) -> None:
        """Throw away every file of a client that is no more, or whose roster is not."""
        for staged in self._every():
            if staged.client == client:
                self._throw_away(staged.id)

    def tidy(self) -> None:
        """Throw away what is older than a day, and what a crash has left."""
        if not self._folder.is_dir():
            return
        for path in list(self._folder.iterdir()):
            try:
                old = time.time() - path.stat().st_mtime > LIFE
            except FileNotFoundError:
                continue
            key = path.name.partition(".")[0]
            if old and not self._at_work(key):
                self._throw_away(key)
                path.unlink(missing_ok=True)

    def _begin(self, staged: Staged, work: Callable[[Staged], Staged]) -> bool:
        """Do some work on a file in the background, one at a time for each."""
        lock = _locked(self._file(staged.id, "lock"))
        if lock is None:
            return False
        self._tell(staged)
        spoken = language()
        Thread(target=self._run, args=(staged, work, lock, spoken), name="roster").start()
        return True

    def _run(
        self, staged: Staged, work: Callable[[Staged], Staged], lock: int, spoken: str
    ) -> None:
        try:
            with speaking(spoken), AT_ONCE:
                self._tell(_outcome(staged, work))
        finally:
            os.close(lock)

    def _check(self, staged: Staged) -> Staged:
        """Read and judge a file, and compare it with the roster."""
        table, checked = self._judge(staged)
        self._tell(replace(staged, stage="comparing", sheets=table.sheets))
        with self._sessions() as session:
            edition = edition_of_roster(session, staged.client)
            present = people_of(session, staged.client)
            tree = tree_of(session, staged.client)
        found = preview_of(checked, changes(present, checked.people), tree)
        lines = (json.dumps([*asdict(fault).values()]) for fault in checked.faults)
        _write(self._file(staged.id, "faults"), "\n".join(lines).encode())
        _write(self._file(staged.id, "preview"), json.dumps(found.as_json()).encode())
        options = replace(staged.options, sheet=table.sheet)
        return replace(
            staged, state="checked", options=options, sheets=table.sheets, edition=edition
        )

    def _save(self, staged: Staged, way: Way) -> Staged:
        """Save a file; where the roster has changed meanwhile, check it anew instead."""
        _, checked = self._judge(staged)
        told = self._teller(replace(staged, stage="saving"))
        people, units = checked.people, checked.new_units
        try:
            with self._sessions() as session:
                saved = save_people(
                    session, staged.client, people, units, way, staged.edition, told
                )
        except RosterChanged:
            return self._check(replace(staged, again=True, saving=False, share=0))
        for ending in ("table", "faults", "preview"):
            self._file(staged.id, ending).unlink(missing_ok=True)
        return replace(staged, state="saved", saved=asdict(saved))

    def _judge(self, staged: Staged) -> tuple[Table, Checked]:
        table = self.table(staged)
        with self._sessions() as session:
            view = client_view(session, staged.client)
            tree = tree_of(session, staged.client)
        told = self._teller(replace(staged, stage="checking"))
        make = staged.options.make_units
        return table, check(table.rows, view.language, tree, make, told)

    def _teller(self, staged: Staged) -> Callable[[int, int], None]:
        """Return what tells how far a stage is, in steps."""
        last = -EVERY

        def tell(done: int, total: int) -> None:
            nonlocal last
            share = 100 * done // max(total, 1)
            if share >= last + EVERY:
                last = share
                self._tell(replace(staged, share=share))

        return tell

    def _tell(self, staged: Staged) -> None:
        part = self._file(staged.id, "part")
        _write(part, json.dumps(asdict(staged)).encode())
        part.replace(self._file(staged.id, "json"))

    def _load(self, key: str) -> Staged | None:
        try:
            told = json.loads(self._file(key, "json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return _staged(told)

    def _every(self) -> Iterator[Staged]:
        for path in list(self._folder.glob("*.json")):
            if staged := self._load(path.name.partition(".")[0]):
                yield staged

    def _at_work(self, key: str) -> bool:
        lock = _locked(self._file(key, "lock"))
        if lock is not None:
            os.close(lock)
        return lock is None

    def _throw_away(self, key: str) -> bool:
        lock = _locked(self._file(key, "lock"))
        if lock is None:
            return False
        for ending in ("table", "faults", "preview", "part", "json", "lock"):
            self._file(key, ending).unlink(missing_ok=True)
        os.close(lock)
        return True

    def _file(self, key: str, ending: str) -> Path:
        return self._folder / f"{key}.{ending}"


def _outcome(staged: Staged, work: Callable[[Staged], Staged]) -> Staged:
    """Return what became of some work; whatever fails is told in a sentence."""
    try:
        return work(staged)
    except UserError as fault:
        return replace(staged, state="failed", error=str(fault))
    except Exception as fault:
        # Its kind and no more: a message may hold names of people.
        log.error("A roster failed: %s", type(fault).__name__)
        return replace(staged, state="failed", error=gettext(UNFORESEEN))


def _staged(told: dict[str, Any]) -> Staged:
    told["options"] = Options(**told["options"])
    told["sheets"] = tuple(told["sheets"])
    return Staged(**told)


def _write(path: Path, data: bytes) -> None:
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def _locked(path: Path) -> int | None:
    """Lock a file, made where it is missing; None where another holds it. It ends with `close`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
