"""The database of an instance, for commands: brought up to date, opened, and let go again.

The app itself does the same when it starts; no use case belongs here.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.migrate import migrate


@contextmanager
def database(url: str) -> Iterator[Sessions]:
    """Bring a database up to date and give its sessions; its connections end with the block."""
    migrate(url)
    sessions = make_sessions(url)
    try:
        yield sessions
    finally:
        engine_of(sessions).dispose()
