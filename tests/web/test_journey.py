"""The main job in a real browser: a team answers, the survey is closed, a consultant reads.

Twelve people in two teams: nine of Sales North and three of the service desk. One of them has no
JavaScript, one answers twice. The desk is too small to be shown, also with its neighbours.
"""

import re

import pytest

from survey.questionnaire.shipped import find
from survey.services.accounts import add_user
from survey.services.released import load_receipts, load_release

pytestmark = pytest.mark.browser

EMAIL, PASSWORD = "eva@example.org", "a password long enough"
CHOOSE = """chosen => Object.entries(chosen).forEach(([name, value]) => document.querySelectorAll(
    `.part:not([hidden]) input[name="${name}"][value="${value}"]`).forEach(box => box.click()))"""
QUESTIONNAIRE = find("environment")
NEXT = ".part:not([hidden]) .go"


@pytest.fixture
def consultant(sessions):
    with sessions() as session:
        add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)


def healthy(level):
    """Answers that put every statement at one level of health, 5 the healthiest."""
    turned = {i.id: level if i.key > 0 else 6 - level for i in QUESTIONNAIRE.items}
    return {column: turned.get(column, level) for column in QUESTIONNAIRE.columns}


def answer(page, address, code, level):
    """Go through every part, answer every statement, and send."""
    page.goto(f"{address}#{code}")
    for _ in range(60):
        if page.locator("#code").is_visible():
            break
        page.evaluate(CHOOSE, healthy(level))
        page.click(NEXT)
    page.click("button[type=submit]:visible")
    page.wait_for_url("**/thanks*")
    return receipt_of(page)


def answer_without_script(page, address, code, level):
    """Answer on the one long page; the receipt stands in the address bar alone."""
    page.goto(address)
    for name, value in healthy(level).items():
        page.check(f"input[name='{name}'][value='{value}']")
    page.fill("#code", code.lower().replace("-", " "))
    page.click("button[type=submit]")
    page.wait_for_url("**/thanks*")
    return page.url.partition("#")[2]


def receipt_of(page):
    page.wait_for_function("document.querySelector('#receipt').textContent.trim().length > 8")
    return page.inner_text("#receipt").strip()


def sign_in(page, served):
    page.goto(f"{served}/login")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/surveys")


def test_twelve_people_answer_and_a_consultant_reads_what_may_be_known(
    served, opened, consultant, browser_page, sessions, clock
):
    address = f"{served}/s/{opened.slug}"
    north, desk = opened.codes["north"], opened.codes["desk"]
    phone = browser_page(width=360)
    receipts = [answer(phone, address, code, 4) for code in north[:7]]
    first = answer(phone, address, north[7], 1)
    receipts.append(answer(phone, address, north[7], 4))
    plain = browser_page(width=360, java_script_enabled=False)
    receipts.append(answer_without_script(plain, address, north[8], 4))
    receipts += [answer(phone, address, code, 2) for code in desk[:3]]
    assert len(set(receipts)) == 12
    assert first not in receipts

    page = browser_page(width=1280)
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    sign_in(page, served)
    page.goto(f"{served}/surveys/{opened.slug}")
    assert "fewer than 5" in page.inner_text("main")
    assert not re.search(r"\b9 (answers|of 12)\b", page.inner_text("main"))
    page.goto(f"{served}/surveys/{opened.slug}/report")
    assert page.inner_text("h1") == "No report"
    complaints.clear()  # the browser notes the 404 of that page

    clock.pass_(days=13)
    sign_in(page, served)
    page.goto(f"{served}/surveys/{opened.slug}/close")
    page.fill("main input:not([type=hidden])", opened.opening_codes[1])
    page.click("main button[type=submit]")
    page.wait_for_url(re.compile("/closing$|/report$"))
    page.wait_for_selector("text=/Read the report|What is left out/", timeout=60_000)
    page.goto(f"{served}/surveys/{opened.slug}/report")
    assert page.inner_text("h1") == "Sales North can carry the shared selling process"

    with sessions() as session:
        assert set(receipts) <= set(load_receipts(session, opened.slug)) - {first}
        release = load_release(session, opened.slug)
    shown = [(group.key, group.n) for group in release.groups if group.kind != "wider"]
    assert shown == [("north", 9)]
    assert set(release.left_out) == {"south", "desk"}

    text = page.inner_text("main")
    assert "Sales North" in text
    assert "not shown" in page.content()
    assert "Service desk & more" in text
    assert "9 of 12" in text
    page.click("text=Sales North")
    page.wait_for_selector("h1")
    assert "Sales North" in page.inner_text("h1")
    assert page.locator(".js-plotly-plot").count() > 0
    page.goto(f"{served}/surveys/{opened.slug}/report/desk")
    assert page.inner_text("h1") != "Service desk & more"
    assert complaints[:-1] == []
