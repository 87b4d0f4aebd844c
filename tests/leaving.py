"""An instance with a client, people, a closed wave and an open one: for tests of what leaves."""

import random
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from survey.ballots.keys import KeyFolder
from survey.config import Config
from survey.services.accounts import User, add_user
from survey.services.agreeing import agree
from survey.services.clients import add_client
from survey.services.closing import close_survey
from survey.services.opening import Opened, open_survey
from survey.services.rosters import add_person
from survey.services.unit_editing import add_unit
from survey.storage.engine import Sessions, make_sessions
from tests.collecting import NOON, Place, answer_all, make_plan, make_response
from tests.support.migrated import migrated
from tests.support.postgres import Server

COMMENT = "zaunkoenig"
OWNER = User("eva@example.org", "Eva Lindqvist", "owner")


@dataclass
class Instance:
    """What a test works with; `closed` and `open` are surveys of the client `hafen-ag`."""

    url: str
    folder: Path
    sessions: Sessions
    keys: KeyFolder
    closed: Opened
    open: Opened
    client: str = "hafen-ag"

    @property
    def config(self) -> Config:
        return config_for(self.url, self.folder)

    @property
    def place(self) -> Place:
        return Place(self.url, self.sessions, self.keys, self.open)

    def end(self) -> None:
        self.sessions.kw["bind"].dispose()


@contextmanager
def copied(made: Instance, folder: Path, server: Server | None) -> Iterator[Instance]:
    """Give the same instance once more, in a folder; nobody may have the first one open."""
    shutil.copytree(made.keys.path, folder / "keys")
    name = str(sa.make_url(made.url).database)
    with ExitStack() as stack:
        if server:
            url = stack.enter_context(server.database(like=name))
        else:
            shutil.copy(name, folder / "headwind.db")
            url = f"sqlite:///{folder / 'headwind.db'}"
        told = (url, folder, make_sessions(url), KeyFolder(folder / "keys"))
        instance = Instance(*told, made.closed, made.open, made.client)
        yield instance
        instance.end()


def config_for(url: str, folder: Path) -> Config:
    return Config(instance=folder, database_url=url, keys=folder / "keys", browser="none")


def make_instance(url: str, folder: Path, **changed: Any) -> Instance:
    """A closed wave of which one group's comments are shown, and an open one that is answered."""
    migrated(url)
    sessions, keys = make_sessions(url), KeyFolder(folder / "keys")
    with sessions() as session:
        add_user(session, OWNER.email, OWNER.name, "a password for tests")
        client = add_client(session, OWNER, "Hafen AG", "en", "Europe/Berlin", NOON)
        unit = add_unit(session, client, "Night shift", None)
        told = {"name": "Ida Falke", "mail": "ida@example.org", "language": "en", "leads": ""}
        add_person(session, client, unit, told)
    closed = _opened(sessions, keys, client, title="First wave")
    place = Place(url, sessions, keys, closed)
    rng = random.Random(5)
    answer_all(place, {c: make_response(rng, f"More {COMMENT}.") for c in place.codes})
    after = NOON + timedelta(days=15)
    close_survey(sessions, keys, closed.slug, closed.opening_codes[:1], after)
    with sessions() as session:
        key = "north"
        agree(session, closed.slug, key, "the shift lead", "Meet weekly", _day(after), after)
    opened = _opened(sessions, keys, client, title="Second wave", **changed)
    place = Place(url, sessions, keys, opened)
    answer_all(place, {c: make_response(rng) for c in place.codes[:14]})
    return Instance(url, folder, sessions, keys, closed, opened, client)


def _opened(sessions: Sessions, keys: KeyFolder, client: str, **changed: Any) -> Opened:
    plan = replace(make_plan(), client_id=client, **changed)
    with sessions() as session:
        return open_survey(session, keys, plan, NOON)


def _day(after: Any) -> Any:
    return (after + timedelta(days=30)).date()
