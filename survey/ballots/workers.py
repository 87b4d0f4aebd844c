"""Opening many boxes quickly: a few processes of our own that each open a block at a time.

Threads do not help: `cryptography` keeps Python's lock while it opens a box (measured: two threads
are as fast as one). A fork of a server with threads and an open SQLite file is dangerous. So each
worker is a fresh Python (this module, run with -m) on the other end of a pair of sockets. The
private key, the boxes and what was in them go through these sockets only, which are memory of the
kernel: nothing is on a command line, in the environment or in a file, and a worker that fails
leaves no core dump and no traceback. A worker ends when its socket is closed, so also when its
parent is killed.

Here belongs only how work is shared out. What is done with a block stands in `opening`.
"""

import os
import signal
import socket
import struct
import subprocess
import sys
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection

from survey.ballots.layout import Layout
from survey.ballots.memory import keep_off_disks
from survey.ballots.opening import Box, Contents, open_block
from survey.ballots.sealing import Opener
from survey.errors import UserError

WORTH_IT = 20_000
"""Boxes from which on starting workers takes less time than it saves (bench/closing.py)."""
MOST = 4
"""One process reads the boxes for all; it keeps no more than about this many busy."""
PATIENCE = 120
"""Seconds that a worker has for a block, which takes it a twentieth of a second."""
_STDIN = 0


class WorkerLost(UserError):
    """A process that was opening answers was ended from outside, perhaps because memory ran short.
    Nothing was changed by closing: every answer is still there, sealed. Close the survey again.
    """


@dataclass(frozen=True)
class _Worker:
    """A process, and our end of the line to it."""

    process: subprocess.Popen[bytes]
    line: Connection

    def end(self) -> None:
        """End it, whatever it is doing."""
        self.line.close()
        self.process.kill()
        self.process.wait()


def workers_for(boxes: int) -> int:
    """Return how many processes should open so many boxes; 1: this one, alone."""
    allowed = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else range(MOST)
    return 1 if boxes < WORTH_IT else min(len(allowed), MOST)


def open_blocks(
    private_key: bytes,
    survey: str,
    layout: Layout,
    blocks: Iterable[Sequence[Box]],
    workers: int,
) -> Generator[Contents]:
    """Open boxes, block by block, in the order of the blocks however many workers there are.

    Parameters
    ----------
    private_key, survey
        For `Opener`.
    layout
        Of the questionnaire that the survey asks.
    blocks
        Read one by one; no more than one for each worker, and one, are held at once.
    workers
        Processes to start. With 1, or where none can be started, this one does it all.

    Yields
    ------
    Contents
        Close the generator where not all of it is wanted: the workers end with it.

    Raises
    ------
    WorkerLost
        A worker ended or stopped answering.
    """
    with _started(workers if workers > 1 else 0, (private_key, survey, layout)) as lines:
        if lines:
            yield from _in_turn(lines, blocks)
        else:
            opener = Opener(private_key, survey)
            for block in blocks:
                yield open_block(opener, layout, block)


def _in_turn(lines: Sequence[Connection], blocks: Iterable[Sequence[Box]]) -> Iterator[Contents]:
    """Hand the blocks out in turn, one at a time to each worker; what comes back is in order.

    A worker never has two blocks: it could not send what was in the first while we send the second.
    """
    busy: deque[Connection] = deque()
    for block, line in zip(blocks, cycle(lines), strict=False):
        done = _received(busy.popleft()) if len(busy) == len(lines) else None
        with _lost():
            line.send(block)
        busy.append(line)
        if done:
            yield done
    while busy:
        yield _received(busy.popleft())


def _received(line: Connection) -> Contents:
    with _lost():
        contents: Contents = line.recv()
    return contents


@contextmanager
def _lost() -> Iterator[None]:
    """A broken line, or one that stays silent for too long (`_line` sets that), is `WorkerLost`."""
    try:
        yield
    except (OSError, EOFError) as error:
        raise WorkerLost from error


@contextmanager
def _started(many: int, task: tuple[bytes, str, Layout]) -> Iterator[list[Connection]]:
    """Start workers and give the lines to those that are ready; at the end none is left."""
    workers: list[_Worker] = []
    try:
        with suppress(OSError):  # no more processes allowed, or no memory for them
            workers.extend(_start() for _ in range(many))
        yield [worker.line for worker in workers if _ready(worker.line, task)]
    finally:
        for worker in workers:
            worker.end()


def _start() -> _Worker:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        process = subprocess.Popen(  # noqa: S603 -- this very program
            [sys.executable, "-P", "-m", __name__],
            stdin=theirs.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        return _Worker(process, _line(ours))


def _line(end: socket.socket) -> Connection:
    """Return our end of a line, on which nothing waits for longer than `PATIENCE`."""
    for direction in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
        end.setsockopt(socket.SOL_SOCKET, direction, struct.pack("ll", PATIENCE, 0))
    return Connection(end.detach())


def _ready(line: Connection, task: tuple[bytes, str, Layout]) -> bool:
    """Tell a worker its task; False where it could not even begin."""
    try:
        line.send(task)
        return bool(line.recv())
    except (OSError, EOFError):
        return False


def work(line: Connection) -> None:
    """Do what a worker does: open block after block until the other end is closed."""
    private_key, survey, layout = line.recv()
    opener = Opener(private_key, survey)
    line.send(True)
    while True:
        line.send(open_block(opener, layout, line.recv()))


def _be_worker() -> None:
    keep_off_disks()
    for by_hand in (signal.SIGINT, signal.SIGTERM):
        # A server that is told to end first ends its closing; the line says when that is over.
        signal.signal(by_hand, signal.SIG_IGN)
    with suppress(EOFError, OSError):
        work(Connection(_STDIN))


if __name__ == "__main__":
    _be_worker()
