"""Files of people between upload and saving: kept aside, checked in the background, then saved.

A staged file belongs to one client and one account. It lies in a folder of its own in the instance,
under a random name, for nobody else to read, and goes when it is saved, cancelled, replaced by
another one, or a day old, or when its client’s roster is deleted. Beside it lies what was found
in it; all processes of a server read how far it is from there. How it lies there stands in
`staged_files`.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterator
from dataclasses import asdict, replace
from io import BufferedReader
from pathlib import Path
from threading import BoundedSemaphore, Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.errors import UserError
from survey.language import gettext, language, mark, speaking
from survey.services.client_units import tree_of
from survey.services.clients import client_view
from survey.services.roster_changes import Way, changes
from survey.services.roster_checking import Checked, check
from survey.services.roster_preview import Preview, preview_of
from survey.services.roster_rows import EmptyTable, Table
from survey.services.roster_rules import Fault
from survey.services.roster_saving import RosterChanged, save_people
from survey.services.roster_tables import read_table
from survey.services.rosters import edition_of_roster, people_of
from survey.services.staged_files import Options, Staged, StagedFiles, UnknownStaged

log = logging.getLogger(__name__)

AT_ONCE = BoundedSemaphore(2)
"""Files that one process works on at the same time: each takes memory and most of a core."""
UNFORESEEN = mark("Something went wrong. The log of the server says what.")
LONGEST_PASTE = 50_000
"""Bytes that are shown again to be mended; what is longer is mended in the spreadsheet."""
MOST_PASTED = 200
"""Rows, likewise."""
EVERY = 5
"""Percent of a stage after which it is told."""


class FaultsLeft(UserError):
    """There are still rows with faults. Mend them, or choose to leave them out."""


class Rosters:
    """The staged files of one server."""

    def __init__(self, folder: Path, sessions: sessionmaker[Session]) -> None:
        self._files, self._sessions = StagedFiles(folder), sessions

    def stage(self, client: str, account: int, name: str, data: bytes) -> str:
        """Keep a file and begin to check it; what was staged there before goes. Returns its id.

        Raises
        ------
        EmptyTable
            There is nothing in it.
        """
        if not data.strip():
            raise EmptyTable
        for earlier in self._files.every():
            if (earlier.client, earlier.account) == (client, account):
                self._files.discard(earlier.id)
        staged = Staged(secrets.token_hex(16), client, account, name[:200])
        self._files.keep(staged, data)
        self._begin(staged, self._check)
        return staged.id

    def find(self, client: str, account: int, key: str) -> Staged:
        """Return a staged file of this client and account.

        Raises
        ------
        UnknownStaged
            There is none, or it belongs to somebody else.
        """
        staged = self._files.find(key)
        if staged is None or (staged.client, staged.account) != (client, account):
            raise UnknownStaged
        if staged.state == "working" and not self._files.at_work(key):
            staged = self._files.find(key) or staged  # it may have ended between the two looks
            if staged.state == "working":
                self._begin(replace(staged, stage="reading", share=0, saving=False), self._check)
        return staged

    def preview(self, staged: Staged) -> Preview:
        """Return what was found in a file, of which the check has ended; `UnknownStaged` where it
        has just been discarded.
        """
        with self._kept(staged, "preview") as told:
            return Preview.from_json(json.load(told))

    def faults(self, staged: Staged) -> Iterator[Fault]:
        """Yield every fault of a file, in the order of its rows."""
        with self._kept(staged, "faults") as lines:
            for line in lines:
                yield Fault(*json.loads(line))

    def table(self, staged: Staged) -> Table:
        """Read a file anew."""
        with self._kept(staged, "table") as kept:
            return read_table(kept.read(), staged.options.sheet)

    def _kept(self, staged: Staged, part: str) -> BufferedReader:
        try:
            return self._files.path(staged.id, part).open("rb")
        except FileNotFoundError:
            raise UnknownStaged from None  # somebody has discarded it in this very moment

    def pasted(self, staged: Staged) -> str:
        """Return what was pasted, to be mended in place; empty for a file, or where it is long."""
        table = self._files.path(staged.id, "table")
        if staged.name or not table.exists():
            return ""
        data = table.read_bytes()
        short = len(data) <= LONGEST_PASTE and data.count(b"\n") <= MOST_PASTED
        return data.decode(errors="replace") if short else ""

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

    def cancel(self, staged: Staged) -> None:
        """Throw a file away; what is being saved at this moment is saved all the same."""
        self._files.discard(staged.id)

    def forget(self, client: str) -> None:
        """Throw away every file of a client that is no more, or whose roster is not."""
        for staged in self._files.every():
            if staged.client == client:
                self._files.discard(staged.id)

    def tidy(self) -> None:
        """Throw away what is older than a day, and what a crash has left of what was to go."""
        self._files.tidy()

    def _begin(self, staged: Staged, work: Callable[[Staged], Staged]) -> bool:
        """Do some work on a file in the background, one at a time for each."""
        lock = self._files.begin(staged.id)
        if lock is None:
            return False
        self._files.tell(staged)
        spoken = language()
        Thread(target=self._run, args=(staged, work, lock, spoken), name="roster").start()
        return True

    def _run(
        self, staged: Staged, work: Callable[[Staged], Staged], lock: int, spoken: str
    ) -> None:
        try:
            with speaking(spoken), AT_ONCE:
                self._files.tell(_outcome(staged, work))
        finally:
            self._files.end(staged.id, lock)

    def _check(self, staged: Staged) -> Staged:
        """Read and judge a file, and compare it with the roster."""
        table, checked = self._judge(staged)
        self._files.tell(replace(staged, stage="comparing", sheets=table.sheets))
        with self._sessions() as session:
            edition = edition_of_roster(session, staged.client)
            present = people_of(session, staged.client)
            tree = tree_of(session, staged.client)
        found = preview_of(checked, changes(present, checked.people), tree)
        lines = (json.dumps([*asdict(fault).values()]) for fault in checked.faults)
        self._files.write(staged.id, "faults", "\n".join(lines).encode())
        self._files.write(staged.id, "preview", json.dumps(found.as_json()).encode())
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
            self._files.path(staged.id, ending).unlink(missing_ok=True)
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
                self._files.tell(replace(staged, share=share))

        return tell


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
