"""The pages of an SQLite file, read byte by byte without SQLite.

SQLite itself would make or change files beside the database (a shared index, locks), even for a
reader, and shows only what is not deleted. Here belong the file, its write-ahead log laid over it,
and its list of free pages; what lies on a page is read in `tree`.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from survey.errors import UserError

MAGIC = b"SQLite format 3\0"
HEADER = 100
WAL_MAGIC = (0x377F0682, 0x377F0683)
WAL_HEADER, FRAME_HEADER = 32, 24
LOCK_BYTE = 2**30
"""The page that holds this place of the file is never used, so that locks can be taken on it."""
BLOCK = 2**20


class NotADatabase(UserError):
    """{file} is no SQLite database: {why}. Name the file with --database, such as headwind.db."""


class NoDatabase(UserError):
    """There is no database at {file}. Name it with --database, or its folder with --instance."""


class Unreadable(UserError):
    """{file} cannot be read: {why}. Run the audit as a user who may read it, or on a copy."""


class Damaged(Exception):
    """Something in the file is not as SQLite writes it."""

    def __init__(self, page: int, what: str) -> None:
        super().__init__(page, what)
        self.page, self.what = page, what


@dataclass(frozen=True)
class Frame:
    """A page in the write-ahead log, whether still in force or left over."""

    page: int
    at: int
    in_force: bool


@dataclass(frozen=True)
class Beside:
    """A file that lies beside the database and may hold its recent past."""

    path: Path
    size: int


class PageFile:
    """An SQLite file at one moment: its main file with the committed frames of its log.

    Use it as a context manager. The handles are closed at its end, so nobody may look at a file
    while this same process has it open through SQLite (its locks would be lost).
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._main = _open(path)
        self._wal: int | None = None
        try:
            self._wal = _open_if_there(beside(path, "-wal"))
            self._seen = self._state()
            self._read_header()
            self.frames = tuple(self._read_frames())
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> "PageFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the files."""
        for handle in (self._main, self._wal):
            if handle is not None:
                os.close(handle)

    @property
    def size(self) -> int:
        """Bytes of the main file."""
        return os.fstat(self._main).st_size

    @property
    def tail(self) -> bytes:
        """What lies behind the last page of the main file: nothing should."""
        end = max(self.count, self._counted_in_main) * self.page_size
        return os.pread(self._main, BLOCK, end) if self.size > end else b""

    def unchanged(self) -> bool:
        """Say whether everything read so far belongs to one moment."""
        return self._state() == self._seen

    def page(self, number: int) -> bytes:
        """Return a page as the newest committed transaction left it."""
        if not 1 <= number <= self.count:
            raise Damaged(number, "is referred to, but the file has no such page")
        if (place := self._in_log.get(number)) is not None:
            return self._log_bytes(self.page_size, place + FRAME_HEADER)
        return self._in_main(number)

    def frame(self, frame: Frame) -> bytes:
        """Return the page that a frame of the log holds."""
        return self._log_bytes(self.page_size, frame.at + FRAME_HEADER)

    def free_pages(self) -> Iterator[tuple[int, bytes]]:
        """Yield number and unused bytes of every page of the list of free pages."""
        first = self.page(1)
        trunk, seen = _number(first, 32), set[int]()
        while trunk:
            if trunk in seen:
                raise Damaged(trunk, "stands twice in the list of free pages")
            seen.add(trunk)
            page = self.page(trunk)
            leaves = min(_number(page, 4), self.usable // 4 - 2)
            yield trunk, page[8 + 4 * leaves :]
            for at in range(leaves):
                leaf = _number(page, 8 + 4 * at)
                yield leaf, self.page(leaf)
            trunk = _number(page, 0)

    def set_apart(self) -> set[int]:
        """Return the pages that SQLite keeps for itself: for locks, and maps of auto-vacuum."""
        apart = {LOCK_BYTE // self.page_size + 1}
        if _number(self.page(1), 52):
            every = self.usable // 5 + 1
            apart.update(range(2, self.count + 1, every))
        return apart

    def _state(self) -> tuple[object, ...]:
        """Return what changes when the main file is written or the log begins anew."""
        main = os.fstat(self._main)
        log = b"" if self._wal is None else os.pread(self._wal, WAL_HEADER, 0)
        journal = beside(self.path, "-journal")
        return main.st_mtime_ns, main.st_size, log, journal.exists() and journal.stat().st_size

    def _read_header(self) -> None:
        header = os.pread(self._main, HEADER, 0)
        if not header:
            raise NotADatabase(file=self.path, why="it is empty")
        if header[:16] != MAGIC or len(header) < HEADER:
            raise NotADatabase(file=self.path, why="it does not begin as one")
        told = int.from_bytes(header[16:18], "big")
        self.page_size = 65536 if told == 1 else told
        if self.page_size < 512 or self.page_size & (self.page_size - 1):
            raise NotADatabase(file=self.path, why="it names no page size that can be")
        self.reserved = header[20]
        self.usable = self.page_size - self.reserved
        self._counted_in_main = _number(header, 28) or self.size // self.page_size
        self.count = self._counted_in_main

    def _read_frames(self) -> Iterator[Frame]:
        """Read the log: frames in force up to the last commit, and what is left of older ones."""
        self._in_log: dict[int, int] = {}
        header = self._log_bytes(WAL_HEADER, 0)
        if len(header) < WAL_HEADER or _number(header, 0) not in WAL_MAGIC:
            return
        frames = list(self._frames_in_file())
        checked = _Checksum(header)
        committed, pages, waiting = 0, 0, dict[int, int]()
        for at, (place, head) in enumerate(frames):
            page = self._log_bytes(self.page_size, place + FRAME_HEADER)
            if not checked.accepts(head, page):
                break
            waiting[_number(head, 0)] = place
            if size := _number(head, 4):
                committed, pages = at + 1, size
                self._in_log |= waiting
        self.count = pages or self.count
        for at, (place, head) in enumerate(frames):
            yield Frame(_number(head, 0), place, at < committed)

    def _frames_in_file(self) -> Iterator[tuple[int, bytes]]:
        place = WAL_HEADER
        while len(head := self._log_bytes(FRAME_HEADER, place)) == FRAME_HEADER:
            if len(self._log_bytes(self.page_size, place + FRAME_HEADER)) < self.page_size:
                return
            yield place, head
            place += FRAME_HEADER + self.page_size

    def _log_bytes(self, size: int, place: int) -> bytes:
        return b"" if self._wal is None else os.pread(self._wal, size, place)

    def _in_main(self, number: int) -> bytes:
        page = os.pread(self._main, self.page_size, (number - 1) * self.page_size)
        if len(page) < self.page_size:
            raise Damaged(number, "is missing: the file was cut off")
        return page


@dataclass
class _Checksum:
    """The running checksum of a log; a frame that does not fit was not written for this log."""

    header: bytes
    _sums: tuple[int, int] = field(init=False)

    def __post_init__(self) -> None:
        self._order = "big" if _number(self.header, 0) & 1 else "little"
        self._sums = self._after((0, 0), self.header[:24])

    def accepts(self, head: bytes, page: bytes) -> bool:
        """Say whether a frame is in force, and go on behind it."""
        sums = self._after(self._after(self._sums, head[:8]), page)
        told = (_number(head, 16), _number(head, 20))
        if head[8:16] != self.header[16:24] or sums != told:
            return False
        self._sums = sums
        return True

    def _after(self, sums: tuple[int, int], data: bytes) -> tuple[int, int]:
        first, second = sums
        words = memoryview(data).cast("I")
        ordered = words if self._order == _NATIVE else (_swapped(word) for word in words)
        pairs = iter(ordered)
        for one, two in zip(pairs, pairs, strict=True):
            first = (first + one + second) & 0xFFFFFFFF
            second = (second + two + first) & 0xFFFFFFFF
        return first, second


_NATIVE = "little" if memoryview(b"\1\0\0\0").cast("I")[0] == 1 else "big"


def _swapped(word: int) -> int:
    return int.from_bytes(word.to_bytes(4, "little"), "big")


def beside(path: Path, end: str) -> Path:
    """Return the name of a file beside the database: `-wal`, `-journal`, `-shm`."""
    return path.with_name(path.name + end)


def blocks(path: Path, overlap: int) -> Iterator[tuple[int, bytes]]:
    """Yield a file in blocks, each after the end of the one before, and how long that end is."""
    handle = _open(path)
    try:
        place, kept = 0, b""
        while block := os.pread(handle, BLOCK, place):
            yield len(kept), kept + block
            place, kept = place + len(block), (kept + block)[-overlap:]
    except OSError as fault:
        raise Unreadable(file=path, why=fault.strerror) from fault
    finally:
        os.close(handle)


def _number(data: bytes, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")


def _open(path: Path) -> int:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    except FileNotFoundError as fault:
        raise NoDatabase(file=path) from fault
    except OSError as fault:
        raise Unreadable(file=path, why=fault.strerror) from fault


def _open_if_there(path: Path) -> int | None:
    return _open(path) if path.exists() else None
