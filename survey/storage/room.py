"""What a full disk looks like to each database, told as a sentence.

Here belongs only the recognition. Which sentence fits is known to whoever was writing.
"""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from survey.errors import UserError

_SQLITE = ("SQLITE_FULL", "SQLITE_IOERR")
"""The second: a file may not grow, by a quota or a limit, or the disk fails. SQLite's own module
adds what it was doing, as in SQLITE_IOERR_WRITE; the bundled one does not."""
_POSTGRES_CODE = "53100"
_POSTGRES_WORDS = ("No space left on device", "File too large")
_SYSTEM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


@contextmanager
def telling(sentence: type[UserError]) -> Iterator[None]:
    """Tell a full disk with this error; every other failure goes through as it is."""
    try:
        yield
    except (DBAPIError, OSError) as error:
        if not is_full(error):
            raise
        raise sentence from error


def is_full(error: DBAPIError | OSError) -> bool:
    """Say whether something could not be written because there is no room."""
    if isinstance(error, OSError):
        return error.errno in _SYSTEM
    cause = error.orig
    return (
        str(getattr(cause, "sqlite_errorname", "")).startswith(_SQLITE)
        or getattr(cause, "sqlstate", None) == _POSTGRES_CODE
        or any(words in str(cause) for words in _POSTGRES_WORDS)
    )
