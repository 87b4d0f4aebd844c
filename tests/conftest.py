"""Fixtures for every test: databases, a browser, and an environment of the test's own.

Fixtures of one part of the product stand in the conftest.py of its folder; things to build are
plain functions in factories.py.
"""

import gc
import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from survey.browser import Browser as Tool
from survey.language import speak
from tests.support import postgres
from tests.support.browser import FLAGS, Chromium, chromium

if TYPE_CHECKING:
    from survey.ballots.keys import KeyFolder
    from survey.storage.engine import Sessions
    from tests.collecting import Place
    from tests.originals import Original

# The machine may be busy, so time says nothing; where a build is judged, it is judged twice alike.
settings.register_profile("headwind", deadline=None)
# Always the same examples: where a change is judged, more of them would find nothing new.
settings.register_profile("same", deadline=None, derandomize=True, max_examples=50)
settings.load_profile("same" if os.environ.get("CI") else "headwind")

FOLDERS = itertools.count(1)
LONGEST = """
    test_crawl.py test_whole_way.py test_mailing_killed.py test_services_closing.py test_cli.py
    test_nothing_withheld.py test_preparing.py test_reports.py test_people.py test_share.py
    test_takeaway.py test_accessible.py
    """.split()
"""Files that take longest, or long for so few tests: where several run at once, these begin."""


@pytest.fixture(autouse=True)
def own_environment(monkeypatch, tmp_path_factory):
    """No setting of the person who runs the tests, and never their instance folder."""
    for name in [name for name in os.environ if name.startswith("HEADWIND_")]:
        monkeypatch.delenv(name)
    folder = tmp_path_factory.getbasetemp() / f"instance-{next(FOLDERS)}"
    monkeypatch.setenv("HEADWIND_INSTANCE", str(folder))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[postgres.Server]:
    """A PostgreSQL server for this run; takes about a second, so it is started once."""
    with postgres.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_url(postgres_server: postgres.Server) -> str:
    """The address of the server's first database, shared by the whole run."""
    return postgres_server.url()


@pytest.fixture(params=postgres.ENGINES)
def engine(request) -> str:
    """The name of each of the two engines in turn."""
    return str(request.param)


@pytest.fixture
def database_url(engine, request, tmp_path) -> Iterator[str]:
    """An empty database of this test's own, on each of the two engines in turn."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path / 'headwind.db'}"
        return
    server = request.getfixturevalue("postgres_server")
    with server.database() as url:
        yield url


@pytest.fixture(scope="module", params=postgres.ENGINES)
def once(request, tmp_path_factory) -> "Iterator[Sessions]":
    """Sessions of one migrated database for a whole file, on each of the two engines in turn."""
    from tests.accounts import made_once

    yield from made_once(request, tmp_path_factory)


@pytest.fixture
def sessions(once) -> "Sessions":
    """The same, without a row that an earlier test has left."""
    from tests.drafting import without_rows

    return without_rows(once)


@pytest.fixture
def keys(tmp_path) -> "KeyFolder":
    """A key folder of this test's own."""
    from survey.ballots.keys import KeyFolder

    return KeyFolder(tmp_path / "keys")


@pytest.fixture(scope="module")
def originals(request, tmp_path_factory) -> "Iterator[Callable[..., Original]]":
    """Surveys of which each test gets a copy: originals(engine, before, scheme=...).

    `before`: what is done in the original, before it is copied; `made`: what makes it.
    """
    # Here, since the tests of the core need no database and load none.
    from tests.collecting import make_place
    from tests.originals import Original

    with ExitStack() as stack:

        @cache
        def make(
            engine: str,
            before: "Callable[[Place], object]" = bool,
            made: "Callable[..., Place]" = make_place,
            **changed: Any,
        ) -> Original:
            folder = tmp_path_factory.mktemp("original")
            url, server = f"sqlite:///{folder / 'headwind.db'}", None
            if engine == "postgresql":
                server = request.getfixturevalue("postgres_server")
                url = stack.enter_context(server.database())
            place = made(url, folder, **changed)
            before(place)
            return Original.of(place, server)

        yield make


@pytest.fixture(scope="session")
def installed_chromium() -> Chromium:
    """The browser that is there, or was just installed."""
    return chromium()


@pytest.fixture(scope="session")
def chromium_path(installed_chromium: Chromium) -> str:
    """Its path, for a test that starts it by itself."""
    return installed_chromium.path


@pytest.fixture(scope="module")
def tool(installed_chromium) -> Iterator[Tool]:
    """The same Chromium as the product starts it, for one picture or one file."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in installed_chromium.env.items():
            patch.setenv(name, value)
        yield Tool(installed_chromium.path)


@pytest.fixture(scope="session")
def browser(installed_chromium) -> Iterator[Browser]:
    """One running Chromium for the whole run; its pages are apart by context."""
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=installed_chromium.path,
            args=list(FLAGS),
            env={**os.environ, **installed_chromium.env},
        )
        yield running
        running.close()


@pytest.fixture
def browser_page(browser) -> Iterator[Callable[..., Page]]:
    """Open pages, each in a context (cookies, storage) of its own: browser_page(width=360)."""
    contexts: list[BrowserContext] = []

    def open_page(*, width: int = 1280, height: int = 800, **context: object) -> Page:
        contexts.append(browser.new_context(viewport={"width": width, "height": height}, **context))
        page = contexts[-1].new_page()
        page.set_default_timeout(10_000)
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture(autouse=True, scope="module")
def quick_scrypt() -> Iterator[None]:
    """The real costs, nearly a second for each opened survey, are paid where they are tested.

    Of the words it is test_fingerprint, of the key test_ballots_keys.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("survey.ballots.fingerprint.SCRYPT_N", 2**4)
        patch.setattr("survey.ballots.keys.SCRYPT_N", 2**4)
        yield


def pytest_collection_modifyitems(config, items):
    """Who comes last with a long file keeps everybody waiting; so it comes first.

    Where a change is judged within minutes, a story that is told on both databases is told on one
    of them, as its commit has it: with the next one on the other. What attacks anonymity and what
    looks at tables is always told on both.
    """
    if half := os.environ.get("TESTS_HALF"):
        left_out = {item for item in items if _waits(item.nodeid, int(half, 16) % 2)}
        config.hook.pytest_deselected(items=list(left_out))
        items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: item.path.name not in LONGEST)


def _waits(story: str, turn: int) -> bool:
    told, _, which = story.rpartition("[")
    engine = next((one for one in ("postgresql", "sqlite") if one in which), "")
    if not engine or story.startswith(("tests/adversary/", "tests/storage/")):
        return False
    rest = which.replace(engine, "")
    return (crc32(f"{told}[{rest}".encode()) + turn) % 2 == (engine == "sqlite")


def pytest_collection_finish():
    """Never look through all that was loaded again: it took a fifth of the time of every test."""
    gc.collect()
    gc.freeze()


def pytest_runtest_setup():
    """Begin in English: a request leaves its language in the thread, and tests share one."""
    speak("en")
