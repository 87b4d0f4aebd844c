"""Forms that work once: sent again, they do nothing and say what the first time brought.

A form carries a random token. What a token was used for is kept in the browser's own signed
cookie, and for a while in the memory of this process: a double click sends two requests before any
cookie comes back.
"""

import secrets
from threading import Lock
from typing import cast

from flask import current_app, session

EXTENSION = "headwind.once"
FIELD = "once"
USED = "used"
MOST_IN_COOKIE = 10
MOST_IN_MEMORY = 1000
AT_WORK = ""
"""Outcome of a token that another request is using at this moment."""


class Once:
    """The tokens that this process has seen used, the latest last."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._used: dict[str, str] = {}

    def claim(self, token: str) -> str | None:
        """Take a token: None where it is fresh, else what it was used for."""
        earlier = dict(session.get(USED, ())).get(token)
        with self._lock:
            if earlier is None and token not in self._used:
                self._used[token] = AT_WORK
                return None
            return str(earlier or self._used[token])

    def settle(self, token: str, outcome: str) -> None:
        """Note what a claimed token was used for, here and in the browser's cookie."""
        session[USED] = [*session.get(USED, ()), [token, outcome]][-MOST_IN_COOKIE:]
        with self._lock:
            self._used[token] = outcome
            for old in list(self._used)[: max(0, len(self._used) - MOST_IN_MEMORY)]:
                del self._used[old]

    def give_back(self, token: str) -> None:
        """Let a claimed token be used again: nothing came of it."""
        with self._lock:
            self._used.pop(token, None)


def new_token() -> str:
    """Return the token of a fresh form."""
    return secrets.token_urlsafe(12)


def once() -> Once:
    """Return the tokens of this process."""
    return cast(Once, current_app.extensions.setdefault(EXTENSION, Once()))
