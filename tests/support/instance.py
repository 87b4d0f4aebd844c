"""`headwind run` as an owner starts it, in a process of its own; only its clock can be turned.

`python -m tests.support.instance CLOCK run ...` is that command with a clock that runs as the
machine's does, ahead of it by as many seconds as the file CLOCK says.
"""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from survey import app as shipped
from survey.cli import serving
from survey.cli.main import main
from survey.config import Config

ROOT = Path(__file__).parents[2]
AHEAD = "TURNED_CLOCK"
STARTS = 60
"""Seconds that a busy machine may take to start the server."""


@dataclass
class Instance:
    """A server that runs, with its own folder."""

    address: str
    folder: Path
    log: Path
    clock: Path
    process: subprocess.Popen[bytes]

    @property
    def printed(self) -> str:
        """All that the command has printed so far."""
        return self.log.read_text(encoding="utf-8")

    def now(self) -> datetime:
        """The moment that the server takes for now."""
        return datetime.now(UTC) + timedelta(seconds=ahead(self.clock))

    def turn_to(self, moment: datetime) -> None:
        """Let it be later for the server."""
        assert moment > self.now(), "clocks are not turned back"
        much = (moment - datetime.now(UTC)).total_seconds()
        draft = self.clock.with_suffix(".draft")
        draft.write_text(str(much), encoding="ascii")
        draft.replace(self.clock)


@contextmanager
def running_instance(folder: Path, settings: Mapping[str, str | int]) -> Iterator[Instance]:
    """Write the settings of an empty instance as its owner would, and start it on a free port."""
    port = _free_port()
    address = f"http://127.0.0.1:{port}"
    home, log, clock = folder / "instance", folder / "printed.txt", folder / "clock"
    home.mkdir(mode=0o700)
    clock.write_text("0", encoding="ascii")
    told = {"public_url": address, **settings}
    lines = (f'{k} = "{v}"' if isinstance(v, str) else f"{k} = {v}" for k, v in told.items())
    (home / "config.toml").write_text("\n".join(lines), encoding="utf-8")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", __name__, clock, "run", "--port", str(port)],
            cwd=ROOT,
            env=os.environ | {"HEADWIND_INSTANCE": str(home), "PYTHONUNBUFFERED": "1"},
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        deadline = time.monotonic() + STARTS
        while not re.search(rb"Headwind: \S+", log.read_bytes()):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield Instance(address, home, log, clock, process)
    finally:
        process.terminate()
        process.wait(20)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def ahead(clock: Path) -> float:
    """Return by how many seconds a clock is ahead."""
    return float(clock.read_text(encoding="ascii"))


def create_app(config: Config, **told: Any) -> Any:
    """Make the shipped app, with that clock."""
    clock = Path(os.environ[AHEAD])
    return shipped.create_app(
        config, clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead(clock)), **told
    )


if __name__ == "__main__":
    os.environ[AHEAD] = sys.argv.pop(1)
    serving.FACTORY = "tests.support.instance:create_app"
    main()
