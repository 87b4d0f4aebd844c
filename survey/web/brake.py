"""A brake on guessing passwords: after many wrong tries, a few minutes of rest.

It counts in the memory of this process and forgets soon. Addresses are kept only as hashes under a
key that this process made for itself.
"""

import secrets
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import blake2b
from threading import Lock
from typing import cast

from flask import current_app

from survey.errors import UserError
from survey.services.accounts import SignInRefused

EXTENSION = "headwind.brake"
REST = 300.0
"""Seconds after which a wrong try is forgotten."""
MOST_HERE = 30
"""Wrong tries from one network address; a whole office may share it."""
MOST_FOR_ONE = 8
"""Wrong tries from one network address for one e-mail address. Not for the e-mail address alone:
then anybody could keep its owner out."""
MOST_KEPT = 20_000


class TooManyTries(UserError):
    """There were too many wrong tries. Please wait five minutes and try again."""


class Brake:
    """Counts wrong tries by network address, and by network and e-mail address together."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._secret = secrets.token_bytes(32)
        self._wrong: dict[bytes, deque[float]] = {}

    @contextmanager
    def trying(self, network: str, email: str) -> Iterator[None]:
        """Guard one try: `TooManyTries` before it, where there were too many; counts a refusal."""
        limits = {
            self._hash(network): MOST_HERE,
            self._hash(network, email.strip().lower()): MOST_FOR_ONE,
        }
        with self._lock:
            self._forget()
            if any(len(self._wrong.get(key, ())) >= most for key, most in limits.items()):
                raise TooManyTries
        try:
            yield
        except SignInRefused:
            with self._lock:
                for key in limits:
                    self._wrong.setdefault(key, deque()).append(self._clock())
            raise

    def _hash(self, *parts: str) -> bytes:
        return blake2b("\0".join(parts).encode(), key=self._secret, digest_size=16).digest()

    def _forget(self) -> None:
        """Drop what is old, and the oldest where there is too much of it."""
        gone = self._clock() - REST
        for key, times in list(self._wrong.items()):
            while times and times[0] <= gone:
                times.popleft()
            if not times:
                del self._wrong[key]
        for key in list(self._wrong)[: max(0, len(self._wrong) - MOST_KEPT)]:
            del self._wrong[key]


def brake() -> Brake:
    """Return the brake of this process."""
    return cast(Brake, current_app.extensions.setdefault(EXTENSION, Brake()))
