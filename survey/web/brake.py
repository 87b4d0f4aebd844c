"""Brakes on guessing: after many wrong tries from one place, a few minutes of rest.

A brake counts in the memory of this process (each process of a server has its own) and keeps no
address: only a hash under a key that it makes for itself. A count is dropped when its time is over,
also when nobody asks again, and with the last one the key. What is a wrong try, and what follows
from too many, is decided by whoever asks.
"""

import secrets
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from hashlib import blake2b
from ipaddress import IPv6Address
from threading import Condition, Lock, Timer
from typing import cast

from flask import current_app

from survey.errors import UserError
from survey.services.accounts import PATIENCE, SignInRefused, tidy_address

EXTENSION = "headwind.brake"
CODES = "headwind.brake.codes"
WORDS = "headwind.brake.words"
LINKS = "headwind.brake.links"
DIGITS = "headwind.brake.digits"
REST = 300.0
"""Seconds after which a wrong try is forgotten."""
MOST_HERE = 30
"""Wrong passwords from one network address; a whole office may share it."""
MOST_FOR_ONE = 8
"""Wrong passwords from one network address for one e-mail address. Not for the e-mail address
alone: then anybody could keep its owner out."""
MOST_CODES = 60
"""Wrong codes from one network address. A right one is taken all the same."""
MOST_WORDS = 60
"""Wrong result words from one network address. Then right ones wait as well: they are shorter than
codes, so that somebody who may go on trying would find one."""
MOST_DIGITS = 10
"""Wrong digits of a second factor for one account, from anywhere: whoever types them knows the
password. Three in a million are right at any time: with an hour of rest, guessing is hopeless."""
LONG_REST = 3600.0
MOST_ASKED = 10
"""Forgotten passwords from one network address."""
MOST_KEPT = 20_000
LATE = 0.01
"""How much later than its time a try may be dropped, as a share of it: 3 seconds. Several are then
dropped at once."""


class TooManyTries(UserError):
    """There were too many wrong tries. Please wait five minutes and try again."""


class TooManyCodes(TooManyTries):
    """Too many wrong codes came from your network in the last five minutes. Please compare yours
    with your card or mail: a right code is taken at any time.
    """


class TooManyWords(TooManyTries):
    """Too many wrong words came from your network in the last five minutes. Please wait five
    minutes, compare yours with your card or mail, and try again.
    """


class TooManyDigits(TooManyTries):
    """There were too many wrong digits for this account. Please wait an hour, or use a recovery
    code: a right one is taken at any time.
    """


class Brake:
    """Counts wrong tries by where they came from.

    Parameters
    ----------
    clock : gives the seconds of now
    rest : seconds after which a try is forgotten
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic, rest: float = REST) -> None:
        self._clock = clock
        self._rest = rest
        self._lock = Lock()
        self._known = Condition(self._lock)
        """Told when it is known of a try whether it was wrong."""
        self._open: Counter[bytes] = Counter()
        self._tries: deque[tuple[float, bytes]] = deque()
        self._counts: Counter[bytes] = Counter()
        self._key = b""
        self._timer: Timer | None = None

    @contextmanager
    def guarding(self, limits: Mapping[tuple[str, ...], int]) -> Iterator[None]:
        """Guard one try, of which so many may be wrong; `TooManyTries` before it, where they were.

        Tries at the same time count as wrong until they are known not to be: the last ones that
        are left wait for each other, so that nobody gets more by trying many at once.
        """
        with self._known:
            self._known.wait_for(lambda: self._over(limits) or self._room(limits), PATIENCE)
            if not self._room(limits):
                raise TooManyTries
            tried = Counter(self._hash(*who) for who in limits)
            self._open += tried  # keeps the key as well: hashes stay what they are
        try:
            yield
        except SignInRefused:
            for who, most in limits.items():
                self.wrong(*who, most=most)
            raise
        finally:
            with self._known:
                self._open -= tried
                self._forget()
                self._known.notify_all()

    def trying(self, network: str, email: str) -> AbstractContextManager[None]:
        """Guard one sign-in."""
        limits = {(network,): MOST_HERE, (network, tidy_address(email)): MOST_FOR_ONE}
        return self.guarding(limits)

    def _over(self, limits: Mapping[tuple[str, ...], int]) -> bool:
        """Say whether there were too many wrong tries."""
        self._forget()
        return any(self._counts[self._hash(*who)] >= most for who, most in limits.items())

    def _room(self, limits: Mapping[tuple[str, ...], int]) -> bool:
        """Say whether there is room for one more, even if all that are under way are wrong."""
        self._forget()
        hashes = {self._hash(*who): most for who, most in limits.items()}
        return all(self._counts[who] + self._open[who] < most for who, most in hashes.items())

    def wrong(self, network: str, *more: str, most: int) -> bool:
        """Count a wrong try; say whether there were `most` of them before it."""
        with self._lock:
            self._forget()
            who = self._hash(network, *more)
            if self._counts[who] >= most:
                return True
            self._tries.append((self._clock(), who))
            self._counts[who] += 1
            self._wake()
            return False

    def resting(self, network: str, most: int) -> bool:
        """Say whether there were `most` wrong tries from a place; counts nothing."""
        with self._lock:
            self._forget()
            return self._counts[self._hash(network)] >= most

    def _hash(self, network: str, *more: str) -> bytes:
        self._key = self._key or secrets.token_bytes(32)
        told = "\0".join((_place(network), *more))
        return blake2b(told.encode(), key=self._key, digest_size=16).digest()

    def _forget(self) -> None:
        """Drop what is old, and the oldest where there is too much of it."""
        gone = self._clock() - self._rest
        while self._tries and (self._tries[0][0] <= gone or len(self._tries) >= MOST_KEPT):
            who = self._tries.popleft()[1]
            self._counts[who] -= 1
            if not self._counts[who]:
                del self._counts[who]
        if not self._tries and not self._open:
            self._key = b""

    def _wake(self) -> None:
        """See to it that the oldest try is forgotten in time, whoever asks or not."""
        if self._timer is None:
            left = max(0.0, self._tries[0][0] + self._rest - self._clock())
            self._timer = Timer(left + self._rest * LATE, self._tidy)
            self._timer.daemon = True
            self._timer.start()

    def _tidy(self) -> None:
        with self._lock:
            self._timer = None
            self._forget()
            if self._tries:
                self._wake()


def _place(network: str) -> str:
    """Return what counts as one place: an address, or the half of an IPv6 one that a site is given.

    Whoever has one address of such a half has all of them.
    """
    if ":" not in network:
        return network
    try:
        return IPv6Address(network.partition("%")[0]).exploded[:19]
    except ValueError:
        return network


def brake() -> Brake:
    """Return the brake of this process on passwords."""
    return _brake(EXTENSION)


def codes_brake() -> Brake:
    """Return the brake of this process on the codes of respondents."""
    return _brake(CODES)


def links_brake() -> Brake:
    """Return the brake of this process on the passwords of shared links."""
    return _brake(LINKS)


def digits_brake() -> Brake:
    """Return the brake of this process on the digits of a second factor."""
    return _brake(DIGITS, LONG_REST)


def words_brake() -> Brake:
    """Return the brake of this process on result words."""
    return _brake(WORDS)


def _brake(name: str, rest: float = REST) -> Brake:
    return cast(Brake, current_app.extensions.setdefault(name, Brake(rest=rest)))
