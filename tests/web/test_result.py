"""A group's own result, for somebody who was asked: the field for the words, the page, states."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.services.agreeing import agree
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.harm import load_harm_signs
from survey.services.opening import Opened
from survey.services.released import load_report
from survey.services.results import words_of
from survey.services.surveys import list_surveys
from survey.storage.engine import make_sessions
from survey.web.brake import MOST_WORDS
from survey.web.result import STEP
from tests.collecting import environment
from tests.web.checking import Pages, text_of
from tests.web.conftest import START, Clock, Surveys

UNITS = (
    Unit("all", "Northgate", None, 0),
    Unit("north", "Sales North", "all", 12),
    Unit("south", "Sales South & more", "all", 12),
    Unit("yard", "Yard", "all", 0),
    Unit("crane", "Crane", "yard", 4),
    Unit("rope", "Ropes", "yard", 4),
    Unit("desk", "Front desk", "all", 4),
)
ANSWERING = {"north": 11, "south": 10, "crane": 3, "rope": 4, "desk": 2}
DAY = date(2026, 11, 26)


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    folder = tmp_path_factory.mktemp("closed")
    file = folder / "closed.db"
    file.write_bytes(empty_database.read_bytes())
    sessions = make_sessions(f"sqlite:///{file}")
    clock = Clock(START - timedelta(days=12))
    surveys = Surveys(sessions, KeyFolder(folder / "keys"), clock)
    opened = surveys.open(units=UNITS, results_on=DAY)
    answer(surveys, opened)
    clock.now = START
    codes = opened.opening_codes[:1]
    close_survey(sessions, surveys.keys, opened.slug, codes, clock(), workers=1)
    sessions.kw["bind"].dispose()
    return file


def answer(surveys: Surveys, opened: Opened) -> None:
    rng = random.Random(1)
    q = environment()
    for unit, many in ANSWERING.items():
        for code in opened.codes[unit][:many]:
            answers = {column: rng.randint(2, 4) for column in q.columns}
            if unit == "south":
                answers |= {item: q.range_of(item)[1] for item in q.readiness.harm_items}
            response = Response(answers, None, (), {"O1": f"A remark of {unit}."})
            with surveys.sessions() as session:
                submit(session, opened.slug, code, response, surveys.clock())


@dataclass
class Word:
    """The address of the result page, and what each unit types there."""

    page: Pages
    slug: str
    words: dict[str, str]

    @property
    def address(self) -> str:
        return f"/s/{self.slug}/result"

    def type(self, word: str, status: int = 200):
        return self.page.post(self.address, {"word": word}, status)

    def of(self, unit: str):
        return self.type(self.words[unit])


@pytest.fixture
def word(page, sessions, clock) -> Word:
    clock.now = START + timedelta(days=4)
    with sessions() as session:
        (line,) = list_surveys(session, clock())
        return Word(page, line.slug, dict(words_of(session, line.slug)))


def rows(page: Pages) -> dict[str, str]:
    """What stands beside each label; not what folds up below."""
    told = [row for of in page.html.all("dl", class_="told") for row in of.iter("div")]
    return {text_of(row.find("dt")): text_of(row.find("dd")) for row in told}


def test_before_the_day_it_says_from_when_on_and_takes_no_word(word, clock):
    clock.now = START + timedelta(days=1)
    for fetch in (lambda: word.page.get(word.address), lambda: word.of("Sales North")):
        fetch()
        assert "From 26 November 2026 on you can see your group’s result" in word.page.html.text
        assert not word.page.html.all("form")
        assert not word.page.html.all("script")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("state = 'ended', closed_at = null", "The answers have not been opened yet"),
        ("state = 'destroying', closed_at = null", "The answers have not been opened yet"),
        ("left_out = null", "destroyed unread. There will be no result"),
        ("results_on = null", "opened without a promised day"),
    ],
)
def test_what_there_is_instead_of_a_result_is_told(word, sessions, change, told):
    with sessions() as session, session.begin():
        session.execute(text(f"update survey set {change}"))
    for fetch in (lambda: word.page.get(word.address), lambda: word.of("Sales North")):
        fetch()
        assert told in word.page.html.text
        assert not word.page.html.all("form")


def test_with_its_words_a_group_sees_its_own_result_whoever_comes_and_however_typed(word):
    first = word.of("Sales North").data
    assert word.page.html.h1 == "Sales North"
    assert "11 of 12 people asked are counted." in word.page.html.text
    assert "carry the shared selling process" in word.page.html.text
    assert word.type(word.words["Sales North"].upper().replace("-", "  ")).data == first
    assert (
        Pages(word.page.client.application)
        .post(word.address, {"word": word.words["Sales North"]}, 200)
        .data
        == first
    )


def test_every_line_is_what_the_report_says_of_this_group(word, sessions, clock):
    word.of("Sales North")
    said = rows(word.page)
    with sessions() as session:
        report = load_report(session, word.slug, clock())
    north = next(group for group in report.groups if group.key == "north")
    for label, state in (("Strong", "strong"), ("Weak", "weak"), ("Sound", "sound")):
        names = [d.name["en"] for d in north.dimensions if getattr(d.figure, "state", "") == state]
        if len(names) < len(north.dimensions):
            assert all(name in said.get(label, "") for name in names)
            assert bool(names) == (label in said)
    assert said["Asked again"] == "No date has been set yet."
    assert said["Questions"] == "Eva Lindqvist, eva@example.org"
    assert said["Answers"].startswith("destroyed on 23 November 2026")


def test_a_small_unit_is_told_with_whom_it_is_shown_and_a_left_out_one_why_not(word):
    word.of("Crane")
    assert word.page.html.h1 == "Crane"
    assert "Crane had too few answers to be shown alone" in word.page.html.text
    assert "together with Ropes" in word.page.html.text
    word.of("Front desk")
    assert "Of Front desk nothing can be shown" in word.page.html.text
    assert "Strong" not in word.page.html.text
    assert "counted" not in word.page.html.text


def test_no_other_group_no_remark_and_no_sign_of_harm_is_on_the_page(word, sessions):
    with sessions() as session:
        (sign,) = load_harm_signs(session, word.slug)
    assert sign.units == ("Sales South & more",), "without a sign this test looks at nothing"
    for unit, others in (
        ("Sales South & more", ("Sales North", "Crane", "Ropes", "Front desk")),
        ("Sales North", ("Sales South", "Crane", "Ropes", "Front desk")),
    ):
        word.of(unit)
        seen = word.page.html.text
        assert not [other for other in others if other in seen]
        assert "remark" not in seen
        assert "harm" not in seen.lower()
        assert "hurt" not in seen.lower()
        assert "works council" not in seen


def test_what_was_agreed_stands_there_with_what_became_of_it(word, sessions, clock):
    word.of("Sales North")
    assert "Nothing has been written down yet." in word.page.html.text
    with sessions() as session:
        for at in range(5):
            until = clock().date() + timedelta(days=at)
            agree(session, word.slug, "north", "the <b>boss</b>", f"Thing {at}.", until, clock())
    word.of("Sales North")
    assert "Thing 0. the <b>boss</b>; until 27 November 2026" in word.page.html.text
    assert "And 2 more" in word.page.html.text
    clock.pass_(days=2)
    word.of("Sales North")
    assert "was due 27 November 2026" in word.page.html.text


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "Type the two words first"),
        ("abacus-plank", "not the two words of a group in this survey"),
        ("<script>alert(1)</script>", "not the two words of a group in this survey"),
        ("x" * 5000, "not the two words of a group in this survey"),
    ],
)
def test_a_wrong_word_is_told_kindly_and_not_repeated(word, typed, told):
    word.type(typed)
    assert told in word.page.html.text
    assert word.page.html.one("input", id="word").get("value") is None
    assert not typed or typed not in word.page.html.source


def test_right_and_wrong_words_have_one_status_one_length_and_one_set_of_headers(word):
    units = "Sales North", "Sales South & more", "Crane", "Front desk"
    answers = [word.of(unit) for unit in units] + [word.type("abacus-plank"), word.type("")]
    assert {len(answer.data) for answer in answers} == {STEP}
    assert len({str(answer.headers) for answer in answers}) == 1
    assert "no-transform" in answers[0].headers["Cache-Control"]
    assert "Content-Encoding" not in answers[0].headers


def test_who_tries_many_words_has_to_wait_and_other_networks_go_on(word):
    for _ in range(MOST_WORDS):
        word.page.client.post(word.address, data={"word": "abacus-plank"})
    for typed in ("abacus-plank", word.words["Crane"]):
        response = word.type(typed, 429)
        assert "Please wait five minutes" in word.page.html.text
        assert len(response.data) == STEP
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    there = word.page.client.post(
        word.address, data={"word": word.words["Crane"]}, environ_base=elsewhere
    )
    assert "Crane had too few" in there.text


def test_another_site_can_neither_ask_nor_keep_a_whole_office_out(word):
    told = []
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        for typed in ("abacus-plank", word.words["Crane"]) * (MOST_WORDS // 2 + 1):
            response = word.page.client.post(word.address, data={"word": typed}, headers=headers)
            told.append((response.status_code, response.data))
    assert len(set(told)) == 1, "a right word is answered like a wrong one"
    assert told[0][0] == 403
    word.of("Crane")
    assert "Crane had too few" in word.page.html.text


def test_looking_writes_nothing(word, sessions, config):
    def everything() -> bytes:
        return bytes((config.instance / "headwind.db").read_bytes())

    before = everything()
    word.page.get(word.address)
    word.of("Sales North")
    word.type("abacus-plank")
    assert everything() == before


def test_an_unknown_survey_has_no_result(page):
    page.get("/s/nothing/result", 404)
    page.post("/s/nothing/result", {"word": "abacus-plank"}, 404)
    page.get("/s/" + "a" * 90 + "/result", 404)


def test_the_ended_survey_leads_there_and_the_open_one_promises_the_day(word, surveys, clock):
    word.page.get(f"/s/{word.slug}")
    assert word.page.html.all("a", href=word.address)
    opened = surveys.open(results_on=clock().date() + timedelta(days=30))
    word.page.get(f"/s/{opened.slug}")
    promised = "From 27 December 2026 on, once the answers are opened, you can see your group"
    assert promised in word.page.html.text
    assert word.page.html.all("a", href=f"/s/{opened.slug}/result")
    without = surveys.open()
    word.page.get(f"/s/{without.slug}")
    assert "your group’s result" not in word.page.html.text


@pytest.mark.browser
@pytest.mark.parametrize("javascript", [True, False])
def test_a_link_leads_straight_to_it_and_the_word_is_in_no_address(
    browser_page, served, word, javascript
):
    asked: list[str] = []
    page = browser_page(width=360, height=740, java_script_enabled=javascript)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{served}{word.address}#{word.words['Crane']}")
    if not javascript:
        page.fill("#word", word.words["Crane"].replace("-", " "))
        page.click("button")
    page.wait_for_selector(".result")
    assert page.locator("h1").inner_text() == "Crane"
    assert word.words["Crane"] not in " ".join(asked)
    assert page.url == f"{served}{word.address}" or not javascript


@pytest.mark.browser
def test_the_result_of_a_group_stands_on_one_screen_of_a_phone(
    browser_page, served, word, sessions, clock
):
    with sessions() as session:
        for at, key in enumerate(("north", "north", "all")):
            what = "Plan two accounts together with the other teams, and look back after each."
            until = clock().date() + timedelta(days=40 + at)
            agree(session, word.slug, key, "the leader of the team", what, until, clock())
    page = browser_page(width=360, height=740)
    for unit in ("Sales North", "Crane"):
        page.goto("about:blank")
        page.goto(f"{served}{word.address}#{word.words[unit]}")
        page.wait_for_selector(".result")
        lowest = page.evaluate("document.querySelector('main').getBoundingClientRect().bottom")
        assert lowest <= 740, f"{unit} has to scroll"
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
