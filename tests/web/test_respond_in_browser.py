"""A respondent's way in a real browser: one part at a time, the code, nothing left behind."""

import re

import pytest
from sqlalchemy import text

from survey.ballots.codes import person_code

pytestmark = pytest.mark.browser

NEXT = ".part:not([hidden]) .go"
FILLED = """[...document.querySelectorAll("input, textarea")].filter(
    field => /radio|checkbox/.test(field.type) ? field.checked : field.value).length"""


@pytest.fixture
def address(served, opened) -> str:
    return f"{served}/s/{opened.slug}"


@pytest.fixture
def code(opened) -> str:
    return str(opened.codes["north"][0])


@pytest.fixture
def visit(browser_page, address):
    """Open the survey and remember everything the browser complained about or asked for."""

    def open_page(fragment="", **how):
        page = browser_page(**how)
        page.said, page.asked, page.sent = [], [], []
        page.on("console", lambda message: page.said.append(message.text))
        page.on("pageerror", lambda error: page.said.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        page.on("requestfinished", lambda request: page.sent.append(length_of(request)))
        page.goto(address + fragment)
        return page

    return open_page


@pytest.fixture
def boxes(sessions):
    def count():
        with sessions() as session, session.begin():
            return session.scalar(text("select count(*) from box"))

    return count


def length_of(request):
    """What of a request depends on what was typed, as whoever watches the line can tell it."""
    return int(request.all_headers().get("content-length", 0))


GO_ON = """selector => {
    for (let i = 0; i < 60 && !document.querySelector(selector).offsetParent; i += 1) {
        document.querySelector(".part:not([hidden]) .go").click();
    }}"""


def go_on(page, until):
    """Press Continue, twice where answers are left out, until something is seen."""
    page.evaluate(GO_ON, until)
    assert page.locator(until).is_visible(), f"{until} never came"


def parts_shown(page):
    return page.locator(".part:visible").count()


def test_the_code_leaves_the_address_bar_at_once_and_waits_in_its_field(visit, address, code):
    page = visit(f"#{code}")
    assert page.url == address
    go_on(page, "#code")
    assert page.input_value("#code") == code


def test_one_part_is_shown_at_a_time_with_the_way_that_is_left(visit):
    page = visit(width=360)
    assert parts_shown(page) == 1
    assert page.locator("h1").is_visible()
    page.click(NEXT)
    assert parts_shown(page) == 1
    assert re.fullmatch(r"Part 1 of \d+, about 10 minutes left", page.inner_text("#where"))
    page.click("#back")
    page.wait_for_selector("h1:visible")
    assert page.locator("#back").is_hidden()


def test_with_one_part_at_a_time_no_level_of_headings_is_left_out(visit):
    """The heading of a part is then the first of its page, and those below it are the second."""
    levels = visit().evaluate(
        "[...document.querySelectorAll('form h2, form h3')].map("
        "h => h.tagName + h.getAttribute('aria-level'))"
    )
    assert set(levels) == {"H21", "H32"}


def test_answers_left_out_are_asked_about_once_and_then_let_go(visit):
    page = visit()
    page.click(NEXT)
    page.click(NEXT)
    assert page.locator(".ask").first.is_visible()
    assert page.inner_text("#where").startswith("Part 1 ")
    page.click(".ask:visible a")
    assert page.evaluate("document.activeElement.name") == "T1"
    page.click(NEXT)
    assert page.inner_text("#where").startswith("Part 2 ")
    page.go_back()
    page.wait_for_function("document.querySelector('#where').textContent.startsWith('Part 1 ')")
    page.click(NEXT)
    assert page.inner_text("#where").startswith("Part 2 ")


def test_a_page_that_is_answered_is_not_asked_about(visit):
    page = visit()
    page.click(NEXT)
    for question in page.locator(".part:visible .one").all():
        question.locator("input").nth(1).check()
    page.click(NEXT)
    assert page.inner_text("#where").startswith("Part 2 ")


def test_the_way_back_of_the_browser_keeps_what_was_chosen(visit):
    page = visit()
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    page.click(NEXT)
    page.click(NEXT)
    page.go_back()
    page.wait_for_function("document.querySelector('#where').textContent.startsWith('Part 1 ')")
    assert page.is_checked("input[name=T1][value='2']")


def test_sent_is_thanked_with_a_receipt_and_nothing_is_left_behind(visit, address, code):
    page = visit(f"#{code}", width=360)
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    go_on(page, "#open-O1")
    page.fill("#open-O1", "canary")
    go_on(page, "#code")
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/thanks")
    assert re.fullmatch(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.inner_text("#receipt"))
    page.reload()
    assert page.locator("#receipt").is_hidden()
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert page.evaluate(FILLED) == 0
        assert code not in page.content()
        assert code not in page.url
    page.go_forward()
    page.reload()
    assert page.evaluate(FILLED) == 0


def test_nothing_is_kept_in_the_browser_and_nothing_asked_of_anyone_else(visit, address, code):
    page = visit(f"#{code}")
    go_on(page, "#code")
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/thanks")
    assert page.inner_text("a[href=record]") == f"{address}/record"
    assert set(page.sent) == {0, 24576}, "what is sent is as long as with answers and comments"
    assert page.context.cookies() == []
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0
    assert all(url.startswith(address.partition("/s/")[0]) for url in page.asked)
    assert [word for word in page.said if "Clear-Site-Data" not in word] == []


def test_a_first_visit_takes_at_most_four_requests(visit):
    page = visit()
    page.wait_for_load_state("networkidle")
    assert len(page.asked) <= 4


def test_a_mistyped_code_is_noticed_before_anything_is_sent(visit, address, code):
    page = visit()
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    go_on(page, "#code")
    wrong = ["", "hello", code[:-1], f"7{code}"]
    wrong += [code[:at] + ("2" if code[at] != "2" else "3") + code[at + 1 :] for at in (0, 9, 19)]
    wrong += [code[1] + code[0] + code[2:]] if code[0] != code[1] else []
    page.asked.clear()
    for typed in wrong:
        page.fill("#code", typed)
        page.press("#code", "Enter")
        assert page.locator("#typo").is_visible(), typed
        assert page.evaluate("document.activeElement.id") == "code"
    assert page.asked == []
    page.fill("#code", code)
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/thanks")


def test_a_right_code_is_taken_however_it_is_typed(visit, address, opened):
    codes = iter(opened.codes["south"])
    for style in (
        lambda code: code.lower().replace("-", " "),
        lambda code: code.replace("-", "").replace("0", "o").replace("1", "l"),
        lambda code: " " + code.replace("-", "\u2013").replace("1", "I") + ".",
    ):
        page = visit()
        go_on(page, "#code")
        page.fill("#code", style(next(codes)))
        page.click("button[type=submit]")
        page.wait_for_url(f"{address}/thanks")


def test_an_unknown_code_is_asked_for_again_and_the_answers_go_along(visit, address, code, boxes):
    page = visit(f"#{person_code()}", width=360)
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    go_on(page, "#open-O1")
    page.fill("#open-O1", "two\nlines")
    page.fill("#open-O2", "Größe & ☺\n" * 60)
    page.fill("#open-O3", "中" * 600)
    go_on(page, "#code")
    page.click("button[type=submit]")
    page.wait_for_selector("h1:has-text('Please check your code')")
    assert page.evaluate("document.activeElement.className") == "errsum"
    assert page.input_value("[name='open-O1']") == "two\nlines"
    assert page.input_value("[name=T1]") == "2"
    assert boxes() == 0
    page.fill("#code", code[:-1])
    page.click("button[type=submit]")
    assert page.locator("#typo").is_visible()
    page.fill("#code", code)
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/thanks")
    assert boxes() == 1
    assert set(page.sent) == {0, 24576}


TELLING = """Ask eva@example.org
call 0171 234 56 78
+49 (40) 1234-567
see https://example.org/x
see www.example
it is on example.com
@anna should listen
my number is 4711081""".splitlines()
TELLING_NOTHING = """In 2025 we lost 3 of 12 people, 40 % more than in 2024.
Fewer meetings. More time @ home, at 9:30 or 10:15.""".splitlines()


def test_words_that_could_point_to_somebody_are_told_of_while_typing_and_may_be_sent(
    visit, address, code, boxes
):
    page = visit(f"#{code}")
    go_on(page, "#open-O1")
    page.asked.clear()
    told = page.locator("[role=status] p:visible")
    for words in TELLING:
        page.fill("#open-O1", words)
        assert told.count() == 1, words
        page.fill("#open-O1", "")
        assert told.count() == 0
    for words in TELLING_NOTHING:
        page.fill("#open-O1", words)
        assert told.count() == 0, words
    page.fill("#open-O1", TELLING[0])
    assert page.asked == []
    go_on(page, "#code")
    page.click("button[type=submit]")
    page.wait_for_url(f"{address}/thanks")
    assert boxes() == 1


def test_enter_in_the_middle_sends_nothing(visit, address):
    page = visit()
    page.click(NEXT)
    page.check("input[name=T1][value='2']")
    page.press("input[name=T1][value='2']", "Enter")
    assert page.url == address
    assert page.inner_text("#where").startswith("Part 1 ")


def test_arrow_keys_move_inside_a_question(visit):
    page = visit()
    page.click(NEXT)
    page.focus("input[name=T1][value='1']")
    page.keyboard.press("ArrowDown")
    assert page.is_checked("input[name=T1][value='2']")


def test_without_javascript_it_is_one_long_page_that_can_be_sent(visit, address, code):
    page = visit(f"#{code}", java_script_enabled=False)
    assert parts_shown(page) == page.locator(".part").count()
    assert page.locator(".go:visible").count() == 0
    page.check("input[name=T1][value='2']")
    page.fill("#code", code)
    page.click("button[type=submit]")
    page.wait_for_url(re.compile(r"/thanks#[0-9A-Z-]{14}$"))
    assert page.locator(".nojs").is_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_nothing_is_wider_than_the_screen_and_every_row_is_large_enough(visit, width):
    page = visit(width=width)
    page.click("summary")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for _ in range(3):
        page.click(NEXT)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    heights = page.evaluate(
        """[...document.querySelectorAll(".opt, .btn")]
            .map(row => row.getBoundingClientRect().height).filter(height => height)"""
    )
    assert min(heights) >= 48
