"""Hiding one comment of a report: it leaves every page and file, and can be shown again."""

import random
import re
from datetime import timedelta

import pytest

from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.exports.html import render_html
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.hiding import mark_of
from survey.services.opening import Opened
from survey.services.released import load_report
from survey.services.surveys import list_surveys
from survey.storage.engine import make_sessions
from tests.collecting import environment
from tests.web.checking import Pages, text_of
from tests.web.conftest import START, Clock, Consultant, Surveys

UNITS = (
    Unit("all", "Northgate", None, 0),
    Unit("north", "Sales North", "all", 12),
    Unit("south", "Sales South", "all", 9),
    Unit("coast", "Coast", "all", 8),
)
OWN = "Shorter meetings, please."
RUDE = "The boss is an <b>idiot</b>."
SAME = "No."
SMALL = "Nobody listens in the south."
SAID = {"north": [RUDE, OWN, SAME, SAME] + [""] * 8, "south": [SMALL] + [""] * 6, "coast": [""] * 6}
ONE_HIDDEN = "1 comment was hidden by the consultant."


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    folder = tmp_path_factory.mktemp("closed")
    file = folder / "closed.db"
    file.write_bytes(empty_database.read_bytes())
    sessions = make_sessions(f"sqlite:///{file}")
    clock = Clock(START - timedelta(days=20))
    surveys = Surveys(sessions, KeyFolder(folder / "keys"), clock)
    opened = surveys.open(units=UNITS)
    answer(surveys, opened)
    clock.pass_(days=13)
    codes = opened.opening_codes[:1]
    close_survey(sessions, surveys.keys, opened.slug, codes, clock(), workers=1)
    sessions.kw["bind"].dispose()
    return file


def answer(surveys: Surveys, opened: Opened) -> None:
    """Let a group of 12 write comments of its own, and two smaller ones theirs."""
    rng = random.Random(1)
    for unit, texts in SAID.items():
        for code, text in zip(opened.codes[unit], texts, strict=False):
            answers = {column: rng.randint(2, 4) for column in environment().columns}
            response = Response(answers, None, (), {"O1": text} if text else {})
            with surveys.sessions() as session:
                submit(session, opened.slug, code, response, surveys.clock())


@pytest.fixture
def closed(sessions, clock) -> str:
    with sessions() as session:
        (line,) = list_surveys(session, clock())
    return line.slug


def remarks(console: Consultant) -> list[str]:
    lists = [e for e in console.html.all("ul") if e.get("class") == "said"]
    return [text_of(item).removesuffix(" Hide") for of in lists for item in of.iter("li")]


def turn(console: Consultant, slug: str, text: str) -> str:
    """Go to a comment's page, press its button, and return where that leads."""
    console.get(f"/surveys/{slug}/comments/{mark_of(text)}")
    return console.send().headers["Location"]


def everywhere(console: Consultant, slug: str) -> str:
    addresses = ("report", "report/north", "report/south", "report.html", "method")
    pages = "".join(console.client.get(f"/surveys/{slug}/{a}").text for a in addresses)
    return re.sub(r'name="csrf_token" value="[^"]+"', "", pages)


def test_each_comment_has_a_button_that_leads_to_a_question(console, closed):
    console.get(f"/surveys/{closed}/report/north")
    assert remarks(console) == [SAME, SAME, OWN, RUDE], "in the order of the alphabet"
    ways = [a.get("href") for a in console.html.all("a") if a.get("class") == "hide"]
    assert len(ways) == 4
    console.get(ways[-1])
    assert console.html.h1 == "Hide this comment?"
    assert RUDE in console.html.text
    assert "idiot" in everywhere(console, closed), "asking changes nothing"


def test_a_hidden_comment_is_on_no_page_and_in_no_file_and_is_counted(console, closed):
    assert turn(console, closed, RUDE) == f"/surveys/{closed}/report/north"
    console.get(f"/surveys/{closed}/report/north")
    assert remarks(console) == [SAME, SAME, OWN]
    assert ONE_HIDDEN in console.html.text
    assert "idiot" not in everywhere(console, closed)
    file = console.client.get(f"/surveys/{closed}/report.html").text
    assert ONE_HIDDEN in file
    assert mark_of(RUDE) not in file


def test_it_can_be_shown_again_in_its_old_words_and_place(console, closed):
    before = everywhere(console, closed)
    turn(console, closed, RUDE)
    console.get(f"/surveys/{closed}/report/north")
    (way,) = [a.get("href") for a in console.html.all("a") if text_of(a) == "See it"]
    console.get(way)
    assert console.html.h1 == "Show this comment again?"
    console.send()
    assert everywhere(console, closed) == before


def test_a_comment_of_small_groups_is_hidden_on_the_page_of_all(console, closed):
    assert turn(console, closed, SMALL) == f"/surveys/{closed}/report"
    console.get(f"/surveys/{closed}/report")
    assert remarks(console) == []
    assert ONE_HIDDEN in console.html.text


def test_the_same_words_are_hidden_together(console, closed):
    console.get(f"/surveys/{closed}/comments/{mark_of(SAME)}")
    assert "written 2 times" in console.html.text
    turn(console, closed, SAME)
    console.get(f"/surveys/{closed}/report/north")
    assert remarks(console) == [OWN, RUDE]
    assert "2 comments were hidden by the consultant." in console.html.text


def test_pressing_the_button_twice_hides_once(console, closed):
    console.get(f"/surveys/{closed}/comments/{mark_of(RUDE)}")
    for _ in range(2):
        console.send()
    assert "idiot" not in everywhere(console, closed)


def test_nobody_else_can_hide_or_see_a_comment(console, closed, surveys):
    address = f"/surveys/{closed}/comments/{mark_of(RUDE)}"
    stranger = Pages(console.client.application)
    stranger.get(address, 303)
    stranger.get("/login")
    own = stranger.html.one("input", name="csrf_token").get("value")
    stranger.post(address, {"csrf_token": own, "hidden": "yes"})
    assert "idiot" in everywhere(console, closed)
    console.post(address, {"hidden": "yes"}, 400)  # without what keeps other sites out
    console.get(address)
    for wrong in ({"hidden": "perhaps"}, {"hidden": ""}):
        console.send(wrong, 400)
        console.get(address)
    assert "idiot" in everywhere(console, closed)
    console.get(f"/surveys/{closed}/comments/{mark_of('never written')}", 404)
    console.get(f"/surveys/{closed}/comments/%3Cscript%3E", 404)
    console.get(f"/surveys/{surveys.open().slug}/comments/{mark_of(RUDE)}", 404)
    console.get(f"/surveys/nothing-here/comments/{mark_of(RUDE)}", 404)


def test_the_file_to_take_along_has_no_buttons(console, closed, surveys, clock):
    with surveys.sessions() as session:
        file = render_html(load_report(session, closed, clock()))
    assert OWN in file
    assert "/comments/" not in file
    assert ">Hide<" not in file
