"""Files to take along while many are wanted at once: nobody else waits for them."""

import time
from contextlib import ExitStack
from dataclasses import replace

import pytest

from survey import browser
from survey.app import create_app
from survey.browser import PATIENT
from survey.web.site import EXTENSION, PARCELS
from survey.web.turns import AT_ONCE
from tests.web.checking import Pages
from tests.web.shared import FILES, close_one, fetched, link_to, slug_in


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    return close_one(empty_database, tmp_path_factory.mktemp("closed"))


@pytest.fixture
def closed(sessions, clock) -> str:
    return slug_in(sessions, clock)


@pytest.fixture
def config(config):
    """No browser: what needs one is tried by itself."""
    return replace(config, browser="none")


@pytest.fixture
def many_at_work():
    """As many files are being made as may be at once; `close()` ends that."""
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(AT_ONCE)
        yield turns


@pytest.mark.parametrize("file", FILES)
def test_who_comes_while_many_files_are_made_is_asked_to_come_back(
    console, page, closed, sessions, clock, many_at_work, file
):
    link = link_to(sessions, closed, clock)
    for of in (f"/surveys/{closed}/take", f"{link}/take", f"{link}/group/north/take"):
        began = time.monotonic()
        response = console.get(f"{of}/{file}", 503)
        assert time.monotonic() - began < 5, "it holds no thread of the server"
        assert response.headers["Retry-After"] == "30"
        assert "Wait half a minute" in console.html.text
    many_at_work.close()
    for _ in range(5):
        fetched(page, f"{link}/take/{file}")


def test_a_file_that_fails_makes_room_for_the_next(console, closed):
    for _ in range(5):
        console.get(f"/surveys/{closed}/take/report.pdf", 404)
    fetched(console, f"/surveys/{closed}/take/figures.csv")


def test_who_waits_for_a_page_waits_for_the_browser_a_moment_and_others_as_long_as_it_takes(
    config, sessions, clock, closed, tmp_path
):
    program = tmp_path / "browser"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    app = create_app(replace(config, browser=str(program)), sessions=sessions, clock=clock)
    served = app.extensions[EXTENSION]
    tool = served.pictures.browser
    assert (tool.patience, tool.folder) == (PATIENT, config.instance / "browser")
    assert app.extensions[PARCELS]._pictures.browser.patience is None
    hasty = replace(served.pictures, browser=replace(tool, patience=0.05))
    app.extensions[EXTENSION] = replace(served, pictures=hasty)
    reader, address = Pages(app), link_to(sessions, closed, clock)
    with browser.AT_ONCE, browser.AT_ONCE:
        for at in ("", "/group/north"):
            response = reader.get(f"{address}{at}/take/report.pdf", 503)
            assert response.headers["Retry-After"] == "30"
    reader.get(f"{address}/take/report.pdf", 503)
    assert "The browser that makes PDFs" in reader.html.text, "it has its turn, and fails"
