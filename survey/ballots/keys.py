"""The key folder: one file per survey with its private key, wrapped under the opening codes.

It lies outside the database and outside every backup: whoever steals the database alone can never
open a box, and nobody can once the file is destroyed. Here belong only making, opening and
destroying these files; when each happens is decided in `survey.services`.

How a key is wrapped, and under which codes, stands in `survey.ballots.wrapping`.
"""

import fcntl
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from survey.ballots.codes import opening_code
from survey.ballots.sealing import new_key_pair
from survey.ballots.wrapping import CODES, Scheme, Unreadable, WrappedKey, read_wrapped
from survey.errors import UserError
from survey.language import gettext as _

__all__ = ["KeyDamaged", "KeyExists", "KeyFolder", "KeyHeld", "KeyMissing", "NewKey", "Scheme"]

SCRYPT_N = 2**15
LARGEST_FILE = 2**16
"""Bytes. Key files have about a thousand; more is never read."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class KeyMissing(UserError):
    """The key of the survey "{survey}" is not in the key folder {folder}. If the folder was moved
    or left behind with another copy, put it back: without it no answer can be opened.
    """


class KeyDamaged(UserError):
    """The key of the survey "{survey}" in the key folder {folder} cannot be read: {why}. Nothing
    was changed. Put back the file as it was written when the survey was opened: without it no
    answer can be opened.
    """


class KeyExists(UserError):
    """There is already a key for a survey "{survey}" in the key folder {folder}. It was kept."""


class KeyHeld(UserError):
    """Another process is closing the survey "{survey}" at this moment. Look at it again shortly."""


@dataclass(frozen=True)
class NewKey:
    """What opening a survey brings forth: the public key, and the codes that are shown once."""

    public_key: bytes
    opening_codes: tuple[str, ...]


@dataclass(frozen=True)
class KeyFolder:
    """The folder with the keys, 0700; its files are 0600. Made when the first key is written."""

    path: Path

    def create(self, survey: str, scheme: Scheme) -> NewKey:
        """Make the key pair of a survey and write its private half, wrapped under new codes.

        Raises
        ------
        KeyExists
            There is one already; it was kept.
        """
        private, public = new_key_pair()
        codes = tuple(opening_code() for _ in range(CODES[scheme]))
        wrapped = WrappedKey.make(private, codes, survey, scheme, SCRYPT_N)
        self._write(survey, wrapped.to_json())
        return NewKey(public, codes)

    def unlock(self, survey: str, codes: Sequence[str]) -> bytes:
        """Return the private key for one code, or for two, as the survey's scheme takes.

        Raises
        ------
        WrongOpeningCode
            Or one of its kinds (see `survey.ballots.wrapping`): these codes do not open.
        KeyMissing, KeyDamaged
            There is no key to open.
        """
        return self._read(survey).open(codes)

    def holds(self, survey: str) -> bool:
        """Say whether anything of this survey's key is still here, half-written files included."""
        return bool(self._files(survey))

    def destroy(self, survey: str) -> None:
        """Overwrite and remove the key of a survey; nothing happens where there is none.

        On flash memory and copying file systems an overwritten block may live on. What it holds is
        wrapped under a code that exists only on paper.
        """
        for path in self._files(survey):
            _overwrite(path)
            path.unlink()
        if self.path.is_dir():
            _sync(self.path)

    @contextmanager
    def hold(self, survey: str) -> Iterator[None]:
        """Keep every other process and thread from working on this survey's key.

        Raises
        ------
        KeyHeld
            Somebody else is at work on it. The lock ends with the process that holds it.
        """
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = self._file(survey).with_suffix(".lock")
        handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            _lock(handle, survey)
            yield
            if not self.holds(survey):
                lock.unlink(missing_ok=True)
        finally:
            os.close(handle)

    def _file(self, survey: str) -> Path:
        if not _NAME.fullmatch(survey):
            raise ValueError(f"not the name of a survey: {survey!r}")
        return self.path / f"{survey}.key"

    def _files(self, survey: str) -> list[Path]:
        whole = self._file(survey)
        found = [whole] if whole.exists() else []
        return found + sorted(self.path.glob(f".{survey}.*.part"))

    def _read(self, survey: str) -> WrappedKey:
        try:
            with self._file(survey).open("rb") as file:
                return read_wrapped(file.read(LARGEST_FILE), survey)
        except FileNotFoundError:
            raise KeyMissing(survey=survey, folder=self.path) from None
        except Unreadable as error:
            why = str(error)
        except OSError as error:
            why = error.strerror or _("the disk does not give it")
        raise KeyDamaged(survey=survey, folder=self.path, why=why)

    def _write(self, survey: str, content: bytes) -> None:
        """Write so that after a power cut there is the whole file or none."""
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.path.chmod(0o700)
        whole = self._file(survey)
        if whole.exists():
            raise KeyExists(survey=survey, folder=self.path)
        part = self.path / f".{survey}.{secrets.token_hex(4)}.part"
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.rename(whole)
        _sync(self.path)


def _overwrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(path.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _lock(handle: int, survey: str) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise KeyHeld(survey=survey) from None


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
