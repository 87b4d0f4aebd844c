"""A Chromium or Chrome of this machine as a tool: it turns a page into its DOM, or into a PDF.

Here belongs finding it, starting it, and ending it. It is given the text of a page and nothing
else: no address, no network, no profile of anybody's, none of the server's settings. A machine
without one works as well; whoever asks for it then is told `NoBrowser`.
"""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from threading import BoundedSemaphore

from survey.errors import UserError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
OFF = "none"
FLAGS = (
    "--headless",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-breakpad",
    "--disable-dev-shm-usage",
    # No name leads anywhere, and no address either: nothing is ever loaded.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
)
KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH")
"""What it gets of the environment; the rest may hold passwords."""
LIMIT = 120.0
"""Seconds that one run may take."""
PATIENCE = 60_000
"""Milliseconds of its own time that it waits for scripts; they pass at once where none waits."""
AT_ONCE = BoundedSemaphore(2)
"""Each run takes a processor and some hundred megabytes."""
PATIENT = 20.0
"""Seconds that somebody who waits for a page may wait for a turn."""
LAST_WORDS = 200
PREFIX = "headwind-browser-"
LONGEST_PLACE = 40
"""Bytes of a folder's path. A browser opens a socket below it, whose path may have 107."""
PAUSE = 0.01
GONE_BY = 2.0
"""Seconds for which the processes of a run that was ended may still write to its folder."""
OLD = 3600.0
"""Seconds after which no run can need its folder any more."""
MEMORY = Path("/dev/shm")  # noqa: S108 -- each run makes a folder of its own there, for its user
"""What is written there stays in memory, where it is a tmpfs."""
MOUNTS = Path("/proc/self/mounts")
ROOM = 32 * 2**20
"""Bytes that a run needs there: some 10 MB for its profile, a long page and its PDF."""


class NoBrowser(UserError):
    """There is no Chromium or Chrome on this machine, so no PDF can be made here. Print the page
    from your own browser instead, or install one (the setting browser names its path).
    """


class NothingInMemory(NoBrowser):
    """There is no folder in memory with room on this machine (/dev/shm), and what holds codes is
    written to no disk. Print the page from your own browser instead.
    """


class BrowserNotThere(UserError):
    """The setting browser is "{path}", but there is no program that can be started."""


class BrowserFailed(UserError):
    """The browser that makes PDFs and pictures did not do it: {why}."""


class BrowserBusy(BrowserFailed):
    """Other PDFs and pictures are being made at this moment. Try again in a minute."""


@dataclass(frozen=True)
class Browser:
    """A browser's path, how long one run of it may take, and where it may write.

    `patience` is how long to wait for a turn; without it, as long as it takes: who answers a
    request must have some. `folder` is where each run has a folder of its own; without it, or where
    its path is too long for a browser, that is the system's place for such.
    """

    path: str
    limit: float = LIMIT
    patience: float | None = None
    folder: Path | None = None

    def dump(self, page: str) -> str:
        """Return the DOM of a page when its scripts are done.

        Raises
        ------
        BrowserFailed
            It did not start, ended with a fault, or took too long.
        """
        with _folder(page, self._place()) as folder:
            dom = folder / "dom.html"
            with dom.open("wb") as out:
                self._run(folder, ["--dump-dom"], out.fileno())
            return dom.read_text(encoding="utf-8", errors="replace")

    def print_pdf(self, page: str) -> bytes:
        """Return a page as a tagged PDF with an outline.

        Raises
        ------
        BrowserFailed
            It did not start, ended with a fault, or took too long.
        """
        with _folder(page, self._place()) as folder:
            pdf = folder / "page.pdf"
            how = ["--no-pdf-header-footer", "--generate-pdf-document-outline"]
            self._run(folder, [*how, f"--print-to-pdf={pdf}"], subprocess.DEVNULL)
            if not pdf.exists():
                raise BrowserFailed(why="it wrote no file")
            return pdf.read_bytes()

    def in_memory(self) -> "Browser":
        """Return the same browser, which then writes everything to memory and nothing to a disk.

        Its page, its PDF, its profile and what its processes share lie in one folder of a tmpfs.

        Raises
        ------
        NothingInMemory
            There is no such place here.
        """
        if not _is_memory(MEMORY):
            raise NothingInMemory
        return replace(self, folder=MEMORY)

    def tidy(self) -> None:
        """Take away the folders of runs that a crash, or a slow end, has left."""
        oldest = time.time() - OLD
        for place in {self._place(), MEMORY}:
            for path in place.glob(f"{PREFIX}*"):
                with suppress(OSError):
                    state = path.lstat()
                    if state.st_uid == os.geteuid() and state.st_mtime < oldest:
                        shutil.rmtree(path, ignore_errors=True)

    def _place(self) -> Path:
        if self.folder is None or len(os.fsencode(self.folder)) > LONGEST_PLACE:
            return Path(gettempdir())
        return self.folder

    def _run(self, folder: Path, order: Sequence[str], out: int) -> None:
        command = [
            self.path,
            *FLAGS,
            *(["--no-sandbox"] if os.geteuid() == 0 else []),  # as root it starts in no other way
            f"--user-data-dir={folder / 'profile'}",
            f"--virtual-time-budget={PATIENCE}",
            *order,
            (folder / "page.html").as_uri(),
        ]
        complaints = folder / "complaints"
        with _turn(self.patience), complaints.open("wb") as err:
            status = _run(command, folder, out, err.fileno(), self.limit)
        if status is None:
            raise BrowserFailed(why=f"it was still at it after {self.limit:g} seconds")
        if status:
            said = complaints.read_text(errors="replace").strip().splitlines()
            last = f" ({said[-1][:LAST_WORDS]})" if said else ""
            raise BrowserFailed(why=f"it ended with status {status}{last}")


def find_browser(told: str = "") -> Browser | None:
    """Find the browser that the setting names, or one on the PATH; None where there is none.

    Raises
    ------
    BrowserNotThere
        The setting names something that cannot be started.
    """
    if told == OFF:
        return None
    if told:
        path = shutil.which(told)
        if path is None:
            raise BrowserNotThere(path=told)
        return Browser(path)
    found = (shutil.which(name) for name in NAMES)
    return next((Browser(path) for path in found if path), None)


def _is_memory(place: Path) -> bool:
    """Say whether a place is a tmpfs that this process may write to, with room in it."""
    try:
        mounts = [line.split() for line in MOUNTS.read_text(encoding="utf-8").splitlines()]
        room = shutil.disk_usage(place).free
    except OSError:
        return False
    kinds = [mount[2] for mount in mounts if mount[1] == str(place)]
    return kinds[-1:] == ["tmpfs"] and os.access(place, os.W_OK | os.X_OK) and room >= ROOM


@contextmanager
def _turn(patience: float | None) -> Iterator[None]:
    """Wait until few enough are at work; `BrowserBusy` where that takes too long."""
    if not AT_ONCE.acquire(timeout=patience):
        raise BrowserBusy
    try:
        yield
    finally:
        AT_ONCE.release()


@contextmanager
def _folder(page: str, place: Path) -> Iterator[Path]:
    """Give a folder for this user alone, with the page in it; it is gone afterwards."""
    place.mkdir(mode=0o700, exist_ok=True)
    folder = Path(mkdtemp(prefix=PREFIX, dir=place))
    try:
        (folder / "page.html").write_text(page, encoding="utf-8")
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Take a folder away; again and again for a moment: killed processes end one by one."""
    until = time.monotonic() + GONE_BY
    while folder.exists():
        shutil.rmtree(folder, ignore_errors=True)
        if time.monotonic() > until:
            return  # `Browser.tidy` finds it
        time.sleep(PAUSE)


def _run(command: Sequence[str], home: Path, out: int, err: int, limit: float) -> int | None:
    """Run a command in a process group of its own; None where its time was up.

    A browser is many processes. Whatever is left of them ends with the first.
    """
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    try:
        process = subprocess.Popen(  # noqa: S603 -- our flags and our file, and no shell
            command,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            cwd=home,
            env={**env, "HOME": str(home), "TMPDIR": str(home)},
            start_new_session=True,
        )
    except OSError as fault:
        raise BrowserFailed(why=f"it could not be started: {fault.strerror}") from fault
    try:
        return process.wait(limit)
    except subprocess.TimeoutExpired:
        return None
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
