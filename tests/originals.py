"""A survey that is made once, and a copy of it for each test: making one takes longer than most.

A copy has a database and a key folder of its own; only its name, codes and key are those of the
others. A file is copied while nobody has it open, a database by the server itself.
"""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from survey.ballots.keys import KeyFolder
from survey.services.opening import Opened
from survey.storage.engine import make_sessions
from tests.collecting import Place
from tests.support.postgres import Server


@dataclass(frozen=True)
class Original:
    """A survey that nobody uses any more, in a database of one engine."""

    url: str
    keys: Path
    opened: Opened
    server: Server | None = None
    """Where its database is; None for a file."""

    @classmethod
    def of(cls, place: Place, server: Server | None = None) -> "Original":
        """Leave a place as it is now; nothing may be done in it from here on."""
        place.end()
        return cls(place.url, place.keys.path, place.opened, server)

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Place]:
        """Give a place that is the same in every row and file, in a folder."""
        shutil.copytree(self.keys, folder / "keys")
        with self._database(folder) as url:
            place = Place(url, make_sessions(url), KeyFolder(folder / "keys"), self.opened)
            yield place
            place.end()

    @contextmanager
    def _database(self, folder: Path) -> Iterator[str]:
        name = str(sa.make_url(self.url).database)
        if self.server:
            with self.server.database(like=name) as url:
                yield url
        else:
            shutil.copy(name, folder / "headwind.db")
            yield f"sqlite:///{folder / 'headwind.db'}"
