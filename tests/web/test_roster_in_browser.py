"""A roster in a real browser: a file with three faults corrected, and pages on a small screen."""

import pytest

from survey.services.accounts import User
from survey.services.clients import add_client
from survey.services.rosters import people_of
from tests.web.conftest import PASSWORD

pytestmark = pytest.mark.browser

OWNER = User("owner@example.org", "Owner", "owner", 1)
HEADER = "unit,name,mail,language,leads\n"
FAULTY = HEADER + (
    "Sales,Bo Boss,bo@example.org,en,yes\n"
    "Sales > North,Anna,anna at example.org,,\n"
    "Sales > North,Ben,ben@example.org,tlh,\n"
    ",Cleo,cleo@example.org,,\n"
)
WHO = ["Bo Boss", "Anna", "Ben", "Cleo"]
MENDED = FAULTY.replace(" at ", "@").replace("tlh", "de").replace("\n,Cleo", "\nService,Cleo")


@pytest.fixture
def visit(browser_page, served, account, sessions, clock):
    """Sign in and open the upload of a new client; `page.said` is what the browser complained."""
    with sessions() as session:
        add_client(session, OWNER, "Northgate", "en", "Europe/Berlin", clock())

    def open_page(address="/clients/northgate/roster/upload", **how):
        page = browser_page(**how)
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("console", lambda told: page.said.append(told.text))
        page.goto(f"{served}/login")
        page.fill("#email", account)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/surveys")
        page.goto(served + address)
        return page

    return open_page


def choose(page, text: str) -> None:
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("#file", file)
    page.click("main form button[type=submit]")


@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without one"])
def test_a_file_with_three_faults_is_corrected_and_saved(visit, sessions, script):
    page = visit(java_script_enabled=script)
    choose(page, FAULTY)
    page.wait_for_selector("text=What to mend")
    assert page.locator(".faultkind").count() == 3
    assert page.locator("text=Row 3, mail").count() == 1
    page.click("text=Choose the file again")
    choose(page, MENDED)
    page.wait_for_selector("text=There is no fault.")
    page.click("text=Save 4 people")
    page.wait_for_selector("text=The roster is saved")
    with sessions() as session:
        assert [p.name for p in people_of(session, "northgate")] == WHO
    assert not page.said


def test_a_big_file_shows_how_far_it_is_and_one_that_is_too_large_is_not_sent(visit, sessions):
    page = visit()
    page.evaluate("""() => {
        window.seen = [];
        new MutationObserver(() => {
            const bar = document.querySelector(".uploading:not([hidden]) progress");
            if (bar) { window.seen.push(bar.value); }
            sessionStorage.seen = JSON.stringify(window.seen);
        }).observe(document.querySelector(".uploading"), {attributes: true, subtree: true});
    }""")
    page.evaluate("document.querySelector('[data-upload]').dataset.largest = 1000")
    rows = "".join(f"Unit {i % 40},Person {i},p{i}@example.org,,\n" for i in range(20_000))
    choose(page, HEADER + rows)
    page.wait_for_selector("[data-too-large]:visible")
    page.evaluate("document.querySelector('[data-upload]').dataset.largest = 20000000")
    page.click("main form button[type=submit]")
    page.wait_for_selector("text=There is no fault.", timeout=60_000)
    assert page.evaluate("JSON.parse(sessionStorage.seen).length") >= 1
    page.click("text=Save 20,000 people")
    page.wait_for_selector("text=The roster is saved", timeout=60_000)
    assert not page.said


def test_what_is_refused_is_told_beside_the_file(visit):
    page = visit()
    choose(page, "")
    page.wait_for_selector("text=There is nothing in it.")
    assert page.locator("#file").evaluate("file => file.files.length") == 1


def test_pages_fit_a_small_screen(visit, served):
    page = visit(width=360)
    for address in ("", "/units", "/roster", "/roster/upload", "/details"):
        page.goto(f"{served}/clients/northgate{address}")
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= 360, f"{address} is {wide} px wide"
