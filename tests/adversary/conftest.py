"""The adversary's tests: somebody who holds the files, the keys, the wire, and knows the people.

Each module plays one attack on an instance as it really is (SQLite and PostgreSQL) and asserts what
the attack brings in: nothing, or exactly the limit that the documents tell. Here stand the fixtures
they share. What an attacker reads with is written anew in this folder (`sqlite_pages`, `traces`),
never taken from the product: a blind spot of the product must not become one of its tests.
"""

import random
from collections.abc import Iterator

import pytest
from flask import Flask

from survey.app import create_app
from survey.config import Config
from tests.adversary.staging import Site
from tests.collecting import NOON, Place


@pytest.fixture
def place(engine, originals, tmp_path) -> Iterator[Place]:
    """An open survey of 25 people in a database of its own."""
    with originals(engine).copy(tmp_path) as place:
        yield place


@pytest.fixture
def site(place, tmp_path) -> Site:
    """The whole app over that survey, with a clock that a test may move."""
    config = Config(
        instance=tmp_path,
        database_url=place.url,
        keys=place.keys.path,
        secret_key="only for tests, and long enough for that",
    )
    return Site(place, lambda clock: _app(config, place, clock), NOON)


def _app(config: Config, place: Place, clock) -> Flask:
    app = create_app(config, sessions=place.sessions, clock=clock)
    app.testing = True
    return app


@pytest.fixture
def rng() -> random.Random:
    return random.Random(1)
