"""What anybody may check: the six words, what they are made from, the closing record."""

from urllib.parse import urljoin

import pytest
from sqlalchemy import text

from survey.ballots.fingerprint import fingerprint
from survey.ballots.payload import Response
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.released import load_receipts
from survey.services.surveys import list_surveys, survey_view
from tests.web.preparing import open_one


@pytest.fixture
def receipts(opened, sessions, clock):
    """Receipts of three people who have answered."""

    def answer(code: str) -> str:
        with sessions() as session:
            return submit(session, opened.slug, code, Response({"T1": 4}), clock())

    return [answer(code) for code in opened.codes["north"][:3]]


@pytest.fixture
def close(surveys, opened, clock):
    def close() -> None:
        clock.pass_(days=13)
        codes = opened.opening_codes[:1]
        close_survey(surveys.sessions, surveys.keys, opened.slug, codes, clock())

    return close


@pytest.fixture
def record(page, opened):
    """Fetch the closing record."""

    def fetch():
        return page.get(f"/s/{opened.slug}/record")

    return fetch


# --- the six words


def test_everybody_is_shown_the_six_words_beside_the_promise(page, opened):
    page.get(f"/s/{opened.slug}")
    shown = page.html.text
    assert f"Six words of this survey: {opened.fingerprint}." in shown
    assert "If a colleague sees others, one of you was given another survey: send nothing" in shown


def test_a_survey_from_before_there_were_words_shows_none(page, opened, sessions):
    with sessions() as session, session.begin():
        session.execute(text("update survey set fingerprint = ''"))
    page.get(f"/s/{opened.slug}")
    assert "Six words" not in page.html.text


def test_the_text_behind_the_words_is_there_for_everybody_and_makes_these_words(page, opened):
    response = page.get(f"/s/{opened.slug}/frozen.txt")
    assert response.content_type == "text/plain; charset=utf-8"
    assert "11:Sales North 2:12 3:all" in response.text
    assert fingerprint(response.data) == opened.fingerprint
    packed = page.get(f"/s/{opened.slug}/frozen.txt", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"


def test_the_text_stays_the_same_while_people_answer_and_after_closing(
    page, opened, receipts, close
):
    before = page.get(f"/s/{opened.slug}/frozen.txt").data
    close()
    assert page.get(f"/s/{opened.slug}/frozen.txt").data == before


def test_the_consultant_sees_the_words_when_opening_and_later(console, sessions, clock):
    open_one(console)
    told = console.html.text
    with sessions() as session:
        (line,) = list_surveys(session, clock())
        words = survey_view(session, line.slug, clock()).fingerprint
    assert words in told
    console.get(f"/surveys/{line.slug}")
    assert words in console.html.text


# --- the closing record


@pytest.mark.parametrize("what", ["record", "frozen.txt"])
@pytest.mark.parametrize("name", ["no-such-survey", "No%20Name", "x" * 90])
def test_a_survey_that_is_not_there_is_told(page, what, name):
    page.get(f"/s/{name}/{what}", status=404)


def test_before_the_closing_the_record_says_when_it_comes_and_lists_nothing(
    page, record, receipts, clock
):
    for days in (0, 13):
        clock.pass_(days=days)
        record()
        assert page.html.h1 == "Closing record"
        assert "The record comes when the survey is closed" in page.html.text
        assert not page.html.all("pre")
        assert receipts[0] not in page.html.source


def test_while_traces_are_being_cleared_away_the_record_is_not_there_yet(
    page, record, receipts, close, sessions
):
    close()
    with sessions() as session, session.begin():
        session.execute(text("update survey set state = 'destroying', closed_at = null"))
    record()
    assert "The record comes when the survey is closed" in page.html.text


def test_after_the_closing_every_receipt_stands_among_as_many_as_were_asked(
    page, record, receipts, close, opened, sessions
):
    close()
    record()
    listed = page.html.one("pre", id="list").text.split()
    assert set(receipts) <= set(listed)
    assert len(listed) == 25
    assert listed == sorted(listed)
    with sessions() as session:
        assert tuple(listed) == load_receipts(session, opened.slug)


def test_the_record_says_what_a_receipt_shows_and_that_nobody_may_ask_for_it(
    page, record, receipts, close
):
    close()
    record()
    seen = page.html.text
    assert "Nobody may ask you for it" in seen
    assert "It does not prove that the answers were counted" in seen
    assert "the first ones were replaced" in seen
    assert "Monday 23 November 2026, 09:00 (Europe/Berlin)" in seen
    assert "Closed, with the answers destroyed" in seen


def test_the_record_is_the_same_for_everyone_and_nothing_on_it_can_be_sent(
    page, record, receipts, close
):
    close()
    first = record()
    assert page.html.all("form") == []
    assert not page.html.one("input").get("name")
    assert page.client.get(first.request.path, headers={"User-Agent": "x"}).data == first.data


def test_a_survey_that_nobody_opened_in_time_has_no_receipts_to_look_up(
    page, record, receipts, opened, surveys, clock
):
    from survey.services.closing import destroy_expired
    from survey.services.unopened import warn_unopened

    for days in (45, 20, 15):
        clock.pass_(days=days)
        warn_unopened(surveys.sessions, clock(), "", by_mail=False)
    destroy_expired(surveys.sessions, surveys.keys, clock())
    record()
    assert "destroyed unread" in page.html.text
    assert not page.html.all("pre")


def test_boxes_that_could_not_be_opened_are_told_in_the_record(
    page, record, receipts, close, sessions
):
    with sessions() as session, session.begin():
        one = "(select min(nullifier) from box)"
        session.execute(text(f"update box set unit = 'desk' where nullifier = {one}"))
    close()
    record()
    assert "1 of the sealed answers could not be opened" in page.html.text


def test_the_console_leads_to_the_record_of_a_closed_survey(console, opened, close):
    close()
    console.wait()
    console.get(f"/surveys/{opened.slug}")
    assert console.html.all("a", href=f"/s/{opened.slug}/record")


def test_the_page_of_a_survey_that_is_over_and_the_thanks_lead_to_the_record(page, opened, close):
    thanks = f"/s/{opened.slug}/thanks"
    page.get(thanks)
    link = page.html.one("a", href="record")  # the page is the same for every survey
    assert urljoin(thanks, link.get("href")) == f"/s/{opened.slug}/record"
    assert link.get("target") == "_blank", "the receipt is gone when this page is left"
    close()
    page.get(f"/s/{opened.slug}")
    assert page.html.all("a", href=f"/s/{opened.slug}/record")


# --- in a browser


@pytest.mark.browser
def test_a_receipt_is_looked_up_in_the_browser_and_never_sent(
    browser_page, served, opened, receipts, close
):
    close()
    page = browser_page(width=360)
    asked, said = [], []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(f"{served}/s/{opened.slug}/record", wait_until="networkidle")
    page.on("request", lambda request: asked.append(request.url))
    assert page.locator(".note:visible").count() == 0
    hand = receipts[0].lower().replace("-", " ").replace("0", "o").replace("1", "l")
    page.fill("#receipt", hand)
    page.click("#check")
    assert "is in the record" in page.inner_text(".note:visible")
    page.fill("#receipt", "0000-0000-0000")
    page.press("#receipt", "Enter")
    assert "is not in the record" in page.inner_text(".note:visible")
    page.fill("#receipt", receipts[0][:-1])
    page.click("#check")
    assert "This is not a receipt" in page.inner_text(".note:visible")
    page.fill("#receipt", receipts[1])
    page.click("summary")
    assert receipts[1] in page.inner_text("#list")
    assert asked == []
    page.goto("about:blank")
    page.go_back()
    assert page.input_value("#receipt") == ""
    assert said == []


@pytest.mark.browser
def test_without_javascript_the_list_is_there_and_no_field_that_does_nothing(
    browser_page, served, opened, receipts, close
):
    close()
    page = browser_page(width=360, java_script_enabled=False)
    page.goto(f"{served}/s/{opened.slug}/record")
    assert page.locator("#receipt").is_hidden()
    page.click("summary")
    assert receipts[2] in page.inner_text("#list")
