"""Making files in turn: so few at once that respondents never wait for them.

Here belongs who may make one now, and what the others are told. What is made belongs to
`survey.web.takeaway` and `survey.web.cards`; how long one waits for the browser, to
`survey.browser`.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from flask import Response

from survey.errors import UserError
from survey.web import errors

AT_ONCE = BoundedSemaphore(4)
"""Files that are being made in this process, or wait for the browser. Each holds a thread of the
server; the others are for everybody else, respondents above all."""
AGAIN = "30"
"""Seconds after which whoever was sent away may come back."""


class TooManyFiles(UserError):
    """Several files are being made at this moment. Wait half a minute, then ask for yours again."""


@contextmanager
def turn() -> Iterator[None]:
    """Hold one of the few places; `TooManyFiles` for whoever finds none, who waits for nothing."""
    if not AT_ONCE.acquire(blocking=False):
        raise TooManyFiles
    try:
        yield
    finally:
        AT_ONCE.release()


def come_again(heading: str) -> Response:
    """Return the page of whoever found no place, which says when to come back."""
    response = errors.page(503, heading, str(TooManyFiles()))
    response.headers["Retry-After"] = AGAIN
    return response
