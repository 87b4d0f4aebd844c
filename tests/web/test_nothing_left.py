"""A shared browser: whoever comes next finds nothing of whoever was there before.

Looked at after every step: the document and every field of it, the address, storage of every kind,
cookies, and whatever Back, Forward and Reload bring up again.
"""

import time
from contextlib import suppress

import pytest
from playwright.sync_api import Error, Page
from sqlalchemy import text

from survey.ballots.codes import person_code

pytestmark = pytest.mark.browser

NEXT = ".part:not([hidden]) .go"
WORD = "zqfinch"
FILLED = """[...document.querySelectorAll("input, textarea, select")].filter(field =>
    /radio|checkbox/.test(field.type) ? field.checked || field.defaultChecked
        : field.value || field.defaultValue).map(field => field.name)"""
GO_ON = """selector => {
    for (let i = 0; i < 60 && !document.querySelector(selector).offsetParent; i += 1) {
        document.querySelector(".part:not([hidden]) .go").click();
    }}"""
STORED = """async () => [
    localStorage.length, sessionStorage.length, (await indexedDB.databases()).length,
    (await caches.keys()).length, (await navigator.serviceWorker.getRegistrations()).length,
    window.name.length, Object.keys(history.state || {}).filter(key => key !== "part").length]"""


class Kiosk:
    """One browser that many people use, and what must not be found in it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page, self.address = page, address
        self.line = page.context.new_cdp_session(page)
        self.secrets: list[str] = [WORD]

    def begin(self, code: str) -> None:
        """Come in by a link, find an empty page, choose one answer and write something."""
        self.secrets.append(code)
        self.page.goto("about:blank")
        self.page.goto(f"{self.address}#{code}")
        assert self.page.evaluate(FILLED) == ["code"]
        assert self.page.input_value("#code") == code
        self.page.click(NEXT)
        self.page.check("input[name=T1][value='2']")
        self.until("#open-O1")
        self.page.fill("#open-O1", f"{WORD} {code}")

    def send(self) -> None:
        self.until("#code")
        self.page.click("button[type=submit]")

    def until(self, selector: str) -> None:
        """Press Continue until something is seen."""
        self.page.evaluate(GO_ON, selector)

    def bad_code(self) -> None:
        self.page.wait_for_selector("h1:has-text('Please check your code')")
        assert self.page.input_value("[name='open-O1']").startswith(WORD)

    def thanked(self) -> None:
        self.page.wait_for_url(f"{self.address}/thanks*")
        self.page.reload()  # the receipt goes with the page
        self.clean()

    def clean(self) -> None:
        """Nothing of anybody is here."""
        here = self.page.content() + self.page.url
        assert [secret for secret in self.secrets if secret in here] == []
        assert self.page.evaluate(FILLED) == []
        if self.page.url.startswith("http"):
            assert self.page.evaluate(STORED) == [0] * 7
        assert self.page.context.cookies() == []

    def look_around(self) -> list[str]:
        """Open every page that Back and Forward lead to; return where each led in the end."""
        seen = []
        entries = self.line.send("Page.getNavigationHistory")["entries"]
        for at, entry in reversed(list(enumerate(entries))):
            assert [secret for secret in self.secrets if secret in entry["url"]] == []
            if entry["url"] != "about:blank":
                self.line.send("Page.navigateToHistoryEntry", {"entryId": entry["id"]})
                self.settle(at)
                self.clean()
                seen.append(self.page.url)
        return seen

    def settle(self, at: int) -> None:
        """Wait until the browser stands still at an entry of its history."""
        end = time.monotonic() + 10
        while time.monotonic() < end:
            self.page.wait_for_timeout(20)
            with suppress(Error):
                here = self.line.send("Page.getNavigationHistory")["currentIndex"]
                if here == at and self.page.evaluate("document.readyState") == "complete":
                    return
        raise AssertionError("the browser did not come to rest")


@pytest.fixture
def address(served, opened) -> str:
    return f"{served}/s/{opened.slug}"


@pytest.fixture
def codes(opened):
    return iter(opened.codes["north"])


@pytest.fixture
def boxes(sessions):
    def count():
        with sessions() as session, session.begin():
            return session.scalar(text("select count(*) from box"))

    return count


def test_people_in_a_row_at_one_browser_leave_nothing_to_each_other(
    browser_page, address, codes, boxes
):
    kiosk = Kiosk(browser_page(width=360), address)
    kiosk.begin(next(codes))
    kiosk.send()
    kiosk.thanked()
    assert len(kiosk.look_around()) > 2

    kiosk.begin(next(codes))  # and leaves in the middle
    kiosk.begin(person_code())
    kiosk.send()
    kiosk.bad_code()  # and leaves there
    kiosk.page.reload()
    assert kiosk.page.inner_text("h1") == "How this team works together"
    kiosk.clean()

    kiosk.begin(person_code())
    kiosk.send()
    kiosk.bad_code()
    kiosk.secrets.append(right := next(codes))
    kiosk.page.fill("#code", right)
    kiosk.page.click("button[type=submit]")
    kiosk.thanked()
    kiosk.page.go_back()
    kiosk.page.wait_for_load_state()
    kiosk.clean()
    kiosk.page.go_forward()
    kiosk.page.wait_for_load_state()
    kiosk.page.reload()
    kiosk.clean()
    assert set(kiosk.look_around()) == {address, f"{address}/thanks"}
    assert boxes() == 2


def test_without_javascript_back_forward_and_reload_show_nothing_either(
    browser_page, address, codes, boxes
):
    kiosk = Kiosk(browser_page(width=360, java_script_enabled=False), address)
    page = kiosk.page
    for first in (None, person_code()):
        page.goto(address)
        kiosk.clean()
        page.check("input[name=T1][value='2']")
        page.fill("#open-O1", WORD)
        kiosk.secrets.append(right := next(codes))
        if first:
            kiosk.secrets.append(first)
            page.fill("#code", first)
            page.click("button[type=submit]")
            kiosk.bad_code()
        page.fill("#code", right)
        page.click("button[type=submit]")
        page.wait_for_url(f"{address}/thanks#*")
        page.reload()
        kiosk.clean()
        seen = kiosk.look_around()
        # What asked for the code again is a sent form: the browser does not show it again unasked.
        assert ("chrome-error://chromewebdata/" in seen) == bool(first)
    assert boxes() == 2


def test_a_page_that_the_browser_keeps_whole_comes_back_empty(browser_page, address, codes):
    """Some browsers keep a page in memory as it was; ours empties itself when it is left."""
    page = browser_page()
    page.goto(f"{address}#{next(codes)}")
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    page.evaluate("dispatchEvent(new PageTransitionEvent('pagehide', {persisted: true}))")
    assert page.evaluate(FILLED) == []
    assert page.locator("form").count() == 0
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    page.wait_for_selector("h1:visible")
    assert page.evaluate(FILLED) == []
