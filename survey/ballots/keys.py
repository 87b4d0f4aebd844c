"""The key folder: one file per survey with its private key, wrapped under the opening codes.

It lies outside the database and outside every backup: whoever steals the database alone can never
open a box, and nobody can once the file is destroyed. Here belong only making, opening and
destroying these files; when each happens is decided in `survey.services`.

Wrapping: scrypt of the opening code, then AES-256-GCM with the survey as associated data. The code
has 115 random bits, so scrypt is not what keeps it from being guessed; n = 2^15, r = 8 (32 MiB,
about a tenth of a second) makes even a code of which most characters were seen over a shoulder
expensive, and still fits a small server. Each code by itself opens; the file names its scheme so
that "two of three" can stand beside it.
"""

import fcntl
import json
import os
import re
import secrets
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from survey.ballots.codes import WrongOpeningCode, opening_code, read_opening_code
from survey.ballots.sealing import new_key_pair
from survey.errors import UserError

Scheme = Literal["one of two", "two of three"]
SCHEME: Scheme = "one of two"
SCRYPT_N = 2**15
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,79}")


class KeyMissing(UserError):
    """The key of the survey "{survey}" is not in the key folder {folder}. If the folder was moved
    or left behind with another copy, put it back: without it no answer can be opened.
    """


class KeyExists(UserError):
    """There is already a key for a survey "{survey}" in the key folder {folder}. It was kept."""


class KeyHeld(UserError):
    """Another process is closing the survey "{survey}" at this moment. Look at it again shortly."""


@dataclass(frozen=True)
class NewKey:
    """What opening a survey brings forth: the public key, and the codes that are shown once."""

    public_key: bytes
    opening_codes: tuple[str, str]


@dataclass(frozen=True)
class KeyFolder:
    """The folder with the keys, 0700; its files are 0600. Made when the first key is written."""

    path: Path

    def create(self, survey: str) -> NewKey:
        """Make the key pair of a survey and write its private half, wrapped twice."""
        private, public = new_key_pair()
        codes = (opening_code(), opening_code())
        wraps = [_wrap(private, code, survey, slot) for slot, code in enumerate(codes)]
        content = {
            "version": 1,
            "survey": survey,
            "scheme": SCHEME,
            "scrypt_n": SCRYPT_N,
            "wraps": wraps,
        }
        self._write(survey, json.dumps(content, indent=1).encode())
        return NewKey(public, codes)

    def unlock(self, survey: str, code: str) -> bytes:
        """Return the private key; `WrongOpeningCode` where neither wrapping opens."""
        plain = read_opening_code(code)
        content = self._read(survey)
        for slot, wrap in enumerate(content["wraps"]):
            private = _unwrap(wrap, plain, survey, slot, content["scrypt_n"])
            if private is not None:
                return private
        raise WrongOpeningCode

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

    def _read(self, survey: str) -> dict[str, Any]:
        try:
            content: dict[str, Any] = json.loads(self._file(survey).read_bytes())
        except FileNotFoundError:
            raise KeyMissing(survey=survey, folder=self.path) from None
        return content

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


def _wrap(private: bytes, code: str, survey: str, slot: int) -> dict[str, str]:
    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    key = _stretch(read_opening_code(code), salt, SCRYPT_N)
    sealed = AESGCM(key).encrypt(nonce, private, _bound_to(survey, slot))
    parts = {"salt": salt, "nonce": nonce, "sealed": sealed}
    return {name: b64encode(value).decode() for name, value in parts.items()}


def _unwrap(wrap: dict[str, str], code: str, survey: str, slot: int, n: int) -> bytes | None:
    key = _stretch(code, b64decode(wrap["salt"]), n)
    nonce, sealed = b64decode(wrap["nonce"]), b64decode(wrap["sealed"])
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound_to(survey, slot))
    except InvalidTag:
        return None


def _stretch(code: str, salt: bytes, n: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=n, r=8, p=1).derive(code.encode())


def _bound_to(survey: str, slot: int) -> bytes:
    return f"headwind key 1 {slot} {survey}".encode()


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
