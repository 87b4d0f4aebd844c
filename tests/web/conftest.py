"""A site of the test's own: a database in a folder, a clock that stands still, a survey.

`page` fetches pages and checks everything that any page must keep: see `checking`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from types import CodeType
from typing import Any, ClassVar

import pytest
from argon2 import PasswordHasher
from flask import Flask
from jinja2.bccache import Bucket, BytecodeCache
from werkzeug.routing import Rule
from werkzeug.serving import make_server

from survey.app import create_app
from survey.ballots.keys import KeyFolder
from survey.config import Config
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.shipped import shipped_text
from survey.services import accounts
from survey.services.accounts import add_user
from survey.services.opening import Opened, Plan, open_survey
from survey.storage.engine import Sessions, make_sessions
from survey.web import static_files
from tests.support.migrated import empty_file
from tests.web.checking import Pages, SignedIn

EMAIL, PASSWORD = "eva@example.org", "a password for tests"
COOKIE = "headwind"
START = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
UNITS = (
    Unit("all", "Northgate", None, 0),
    Unit("north", "Sales North", "all", 12),
    Unit("south", "Sales South", "all", 9),
    Unit("desk", "Service desk & more", "all", 4),
)


@dataclass
class Clock:
    """Stands still until a test moves it."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **much: float) -> None:
        self.now += timedelta(**much)


@dataclass
class Surveys:
    """Opens surveys on the site; what is not told is a sensible default."""

    sessions: Sessions
    keys: KeyFolder
    clock: Clock

    def open(self, **told: Any) -> Opened:
        ends_at = told.get("ends_at", self.clock() + timedelta(days=12))
        plan = Plan(
            title="How this team works together",
            client="Northgate Logistics",
            practice="the shared selling process",
            critical=("OPEN", "PAST"),
            questionnaire_text=shipped_text("environment"),
            units=UNITS,
            policy=Policy(),
            ends_at=ends_at,
            closable_from=ends_at,
            timezone="Europe/Berlin",
            organiser="Lindqvist Consulting",
            holders=("Eva Lindqvist", "the works council"),
            help_contact="Eva Lindqvist, eva@example.org",
            harm_role="the works council",
            previous=None,
        )
        with self.sessions() as session:
            return open_survey(session, self.keys, replace(plan, **told), self.clock())


class Compiled(BytecodeCache):
    """Keeps what templates were compiled to, for every app that a test makes."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, str], CodeType | None] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._kept.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._kept[bucket.key, bucket.checksum] = bucket.code


COMPILED = Compiled()
LOOK = cache(static_files.load)


class CompiledRule(Rule):
    """Keeps the functions that put addresses together: to compile them is most of making an app."""

    kept: ClassVar[dict[tuple[str, ...], Any]] = {}

    def _compile_builder(self, append_unknown: bool = True) -> Any:
        key = (self.rule, str(self.subdomain), repr(self.defaults), str(append_unknown))
        if key not in self.kept:
            self.kept[key] = super()._compile_builder(append_unknown)
        return self.kept[key]


@pytest.fixture(autouse=True, scope="module")
def quick_apps() -> Iterator[None]:
    """What is the same in every app is made once.

    And a password costs as much as it should only where accounts are tested.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Flask, "jinja_options", {"bytecode_cache": COMPILED})
        patch.setattr(Flask, "url_rule_class", CompiledRule)
        patch.setattr(static_files, "load", LOOK)
        patch.setattr(accounts, "HASHER", PasswordHasher(1, 8, 1))
        yield


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory):
    """A migrated SQLite file, made once and copied for each test."""
    file = tmp_path_factory.mktemp("web") / "empty.db"
    file.write_bytes(empty_file())
    return file


def config_in(folder: Path, database: bytes) -> Config:
    """The settings of a site in a folder, with a database that begins as that one."""
    file = folder / "headwind.db"
    file.write_bytes(database)
    return Config(
        instance=folder,
        database_url=f"sqlite:///{file}",
        keys=folder / "keys",
        secret_key="only for tests, and long enough for that",
        browser="none",
    )


@cache
def signed_in(empty: Path) -> tuple[bytes, str]:
    """The database of a site where somebody signed in at START, and the cookie of that browser."""
    with TemporaryDirectory() as folder:
        config = config_in(Path(folder), empty.read_bytes())
        sessions = make_sessions(config.database_url)
        with sessions() as session:
            add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
        browser = SignedIn(create_app(config, sessions=sessions, clock=Clock()))
        browser.sign_in(EMAIL, PASSWORD)
        sessions.kw["bind"].dispose()
        cookie = browser.client.get_cookie(COOKIE)
        assert cookie
        return Path(folder, "headwind.db").read_bytes(), cookie.value


@pytest.fixture
def config(request, tmp_path, empty_database) -> Config:
    known = "console" in request.fixturenames
    return config_in(
        tmp_path, signed_in(empty_database)[0] if known else empty_database.read_bytes()
    )


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(config):
    made = make_sessions(config.database_url)
    yield made
    made.kw["bind"].dispose()


@pytest.fixture
def app(config, sessions, clock) -> Flask:
    app = create_app(config, sessions=sessions, clock=clock)
    app.testing = True
    return app


@pytest.fixture
def page(app) -> Pages:
    return Pages(app)


@pytest.fixture
def surveys(config, sessions, clock) -> Surveys:
    return Surveys(sessions, KeyFolder(config.keys), clock)


@pytest.fixture
def opened(surveys: Surveys) -> Opened:
    """An open survey with the shipped questionnaire, and unused codes."""
    return surveys.open()


@pytest.fixture
def account(request, sessions) -> str:
    """Somebody who may sign in, with PASSWORD; the address."""
    if "console" not in request.fixturenames:
        with sessions() as session:
            add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
    return EMAIL


class Consultant(SignedIn):
    """Somebody who is signed in, and signs in again after days have passed."""

    def __init__(self, app: Flask, clock: Clock, cookie: str = "") -> None:
        super().__init__(app)
        self.clock = clock
        if cookie:
            self.client.set_cookie(COOKIE, cookie)
        else:
            self.sign_in(EMAIL, PASSWORD)

    def wait(self, **much: float) -> None:
        self.clock.pass_(**much)
        self.sign_in(EMAIL, PASSWORD)


@pytest.fixture
def console(account, config, sessions, clock, empty_database) -> Consultant:
    """Pages for somebody who is signed in, on a site that knows its public address."""
    app = create_app(replace(config, public_url="http://localhost"), sessions=sessions, clock=clock)
    app.testing = True
    return Consultant(app, clock, "" if clock.now > START else signed_in(empty_database)[1])


@pytest.fixture
def served(app) -> Iterator[str]:
    """The site under an address of this machine, for a browser; its clock is the test's."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
