"""The console in a real browser: what its scripts add, and that pages fit small screens."""

from dataclasses import replace

import pytest

from survey.app import create_app
from survey.services.draft_grounds import Site
from survey.web.closing import EXTENSION
from tests.drafting import make_client, make_draft
from tests.web.conftest import PASSWORD
from tests.web.test_console_closing import Stages

pytestmark = pytest.mark.browser


@pytest.fixture
def app(config, sessions, clock):
    """The site of a demo: it needs to know no public address."""
    app = create_app(replace(config, demo=True), sessions=sessions, clock=clock)
    app.testing = True
    return app


@pytest.fixture
def visit(browser_page, served, account):
    """Sign in and open pages; `page.said` is what the browser complained about."""

    def open_page(address="/surveys", **how):
        page = browser_page(**how)
        page.said = []
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.goto(f"{served}/login")
        page.fill("#email", account)
        page.fill("#password", PASSWORD)
        page.press("#password", "Enter")
        page.wait_for_url("**/surveys")
        page.goto(served + address)
        return page

    return open_page


@pytest.fixture
def draft(sessions, clock):
    """Where a draft is opened in which nothing is missing."""

    def made(**changed):
        site = Site(demo=True)
        client = make_client(sessions, clock())
        return f"/drafts/{make_draft(sessions, client, clock(), site=site, **changed)}"

    return made


def test_a_form_pressed_twice_shows_the_codes_of_one_survey(visit, served, draft):
    page = visit(f"{draft()}/open")
    page.dblclick("main button[type=submit]")
    page.wait_for_selector(".bigcode")
    assert page.locator("#table").input_value().count("/result#") == 21
    asked = []

    def agree(dialog):
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", agree)
    page.click("text=Go on without the check")
    page.wait_for_selector("text=What was fixed at opening")
    assert asked == ["beforeunload"]
    page.goto(f"{served}/surveys")
    assert page.locator(".rows li").count() == 1
    assert page.said == []


def test_after_a_fault_the_summary_has_the_focus_and_leads_to_the_field(visit, draft):
    page = visit(f"{draft()}/questions")
    page.fill("#title", "")
    page.fill("#masked", "12345")
    page.click("text=Save and go on")
    page.wait_for_selector(".errsum")
    assert page.evaluate("document.activeElement.className") == "errsum"
    page.click(".errsum a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "masked"


@pytest.mark.parametrize("script", [True, False])
def test_codes_are_typed_back_and_the_page_with_them_stays_until_they_are_right(
    visit, draft, script
):
    page = visit(f"{draft()}/dates", java_script_enabled=script)
    assert not page.locator("#holder_3").is_visible()
    page.check("#scheme-3")
    page.fill("#holder_3", "sealed, with the notary")
    page.click("text=Save, to the check list")
    page.click("main >> text=Open the survey")
    page.click("main button[type=submit]")
    page.wait_for_selector(".bigcode")
    codes = page.locator(".bigcode").all_inner_texts()
    page.fill("#code", codes[0])
    page.fill("#code_2", codes[0])
    if script:
        page.press("#code_2", "Enter")
        page.wait_for_selector(".check [role=alert]:visible")
        assert "two different codes" in page.inner_text(".check [role=alert]")
        page.fill("#code_2", codes[2].lower())
        page.press("#code_2", "Enter")
        page.wait_for_selector("text=What was fixed at opening")
    else:
        with page.context.expect_page() as another:
            page.press("#code_2", "Enter")
        assert "two different codes" in another.value.inner_text(".errsum")
        assert page.locator(".bigcode").all_inner_texts() == codes
    assert page.said == []


def test_closing_goes_on_to_the_report_by_itself(visit, opened, clock, served):
    clock.pass_(days=13)
    page = visit(f"/surveys/{opened.slug}/close")
    page.fill("#code", opened.opening_codes[0])
    page.press("#code", "Enter")
    page.wait_for_url(f"{served}/surveys/{opened.slug}/report")
    assert page.said == []


@pytest.mark.parametrize("script", [True, False])
def test_a_closing_is_followed_with_and_without_javascript(visit, app, opened, clock, script):
    clock.pass_(days=13)
    stages = Stages(app.extensions[EXTENSION], opened.slug)
    try:
        assert stages.told.wait(10)
        page = visit(f"/surveys/{opened.slug}/closing", java_script_enabled=script)
        assert page.inner_text("[aria-current=step] span").startswith("Counting them")
        page.reload()
        assert page.inner_text("h1") == "Closing the survey"
    finally:
        stages.end()
    page.wait_for_selector("text=Enter the code")  # this work only pretended


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_is_wider_than_the_screen(visit, opened, served, draft, width):
    page = visit("/surveys", width=width)
    for address in ("", "?q=x", "/new", *(f"/{opened.slug}{x}" for x in ("", "/close"))):
        page.goto(f"{served}/surveys{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
    page.goto(f"{served}{draft()}/open")
    page.click("main button[type=submit]")
    page.wait_for_selector(".bigcode")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
