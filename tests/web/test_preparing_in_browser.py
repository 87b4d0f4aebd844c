"""From a client to the codes in a real browser, one step of it by keyboard alone."""

import pytest
from playwright.sync_api import expect

from tests.drafting import add_people, make_client, unit_ids
from tests.web.preparing import only
from tests.web.test_console_in_browser import app, visit  # noqa: F401 -- fixtures

pytestmark = pytest.mark.browser

UNITS = (
    ("Nordwind", "", 0),
    ("Field North", "Nordwind", 4),
    ("Field South", "Nordwind", 8),
    ("Service", "Nordwind", 18),
)
NOTICE = "Answers are sealed, opened once and destroyed."
DATES = {"ends": "2026-12-10T18:00", "holder_1": "Eva Lindqvist", "holder_2": "the works council"}
ANSWERING = {
    "help_contact": "eva@example.org",
    "harm_role": "the works council",
    "controller": "Nordwind GmbH",
    "controller_contact": "privacy@nordwind.example",
    "privacy_notice": NOTICE,
    "sponsor": "Ute Blau, managing director",
    "introduction": "We want to know whether joint handovers can work here.",
}


@pytest.fixture
def client(sessions, clock):
    made = make_client(sessions, clock(), "Nordwind GmbH", UNITS)
    people = unit_ids(sessions, made)
    add_people(sessions, made, people["Field North"], "Lea Roth", leads=True)
    add_people(sessions, made, people["Service"], "Jan Vogt", leads=True)
    return made


def go_on(page, heading):
    page.click("text=Save and go on")
    page.wait_for_selector(f"h1:text-is('{heading}')")


def test_a_survey_is_prepared_tried_out_and_opened(visit, served, client, browser_page, sessions):  # noqa: F811
    page = visit("/surveys/new")
    page.click("text=Prepare a survey")
    page.wait_for_selector("text=Check list")
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.click("ol.checklist >> text=Questions")
    frame = page.frame_locator("iframe")
    assert frame.locator("h1").inner_text() == "How this team works together"
    page.click(".tongues >> text=Deutsch")
    page.frame_locator("iframe").locator("html[lang=de]").wait_for(state="attached")
    assert frame.locator("h1").inner_text() == "Wie dieses Team zusammenarbeitet"
    assert said == [], "the browser has nothing to complain of"
    go_on(page, "The planned practice")

    by_keyboard(page)
    page.wait_for_selector("h1:text-is('Who is asked')")

    page.click("text=Join them")
    page.wait_for_selector("text=Take apart")
    assert page.locator(".groups tbody tr").count() == 4
    go_on(page, "When and how")
    for name, typed in DATES.items():
        page.fill(f"#{name}", typed)
    go_on(page, "Who answers for it")
    for name, typed in ANSWERING.items():
        page.fill(f"#{name}", typed)
    assert page.text_content("[data-echo=introduction]") == ANSWERING["introduction"]
    go_on(page, "Rehearsal")

    page.click("text=Start the rehearsal")
    link = page.locator(".testcodes a").first.get_attribute("href")
    assert link.startswith(f"{served}/s/")
    phone = browser_page(width=360, java_script_enabled=False)
    phone.goto(link)
    phone.fill("#code", link.partition("#")[2])
    phone.click("button[type=submit]")
    phone.wait_for_url("**/thanks*")
    page.get_by_role("link", name="Count again").click()
    expect(page.locator("main")).to_contain_text("1 test answer came in.")
    page.click("text=wipe the rehearsal")
    page.click("text=On to the last step")
    page.click("text=Open the survey and show its codes")
    page.wait_for_selector(".bigcode")
    assert page.inner_text("h1") == "“How this team works together” is open"
    assert page.locator("#table").input_value().count("/result#") == 32 + 3  # with spare ones
    assert only(sessions)
    assert page.said == []


def by_keyboard(page):
    """Fill in the page of the practice without a mouse: a name, one dimension, and on."""
    page.focus("main a")
    for _ in range(40):
        if page.evaluate("document.activeElement.id") == "practice":
            break
        page.keyboard.press("Tab")
    page.keyboard.type("joint handovers")
    assert page.locator("[data-practice]").first.inner_text() == "joint handovers"
    for _ in range(5):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.name") == "critical":
            break
    page.keyboard.press("Space")
    page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [320, 1280])
def test_no_page_of_a_draft_is_wider_than_the_screen(visit, served, client, width):  # noqa: F811
    page = visit("/surveys/new", width=width)
    page.click("text=Prepare a survey")
    draft = page.url
    for step in ("", "/questions", "/practice", "/people", "/dates", "/answering", "/rehearsal"):
        page.goto(f"{draft}{step}?check")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, step
