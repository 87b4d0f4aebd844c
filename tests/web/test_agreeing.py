"""In the console: what groups agreed to, and what became of the practice some months later."""

from datetime import date, timedelta

import pytest

from survey.services.agreeing import agreed_by
from survey.services.released import load_report
from survey.services.surveys import list_surveys
from tests.web.checking import fields_of, text_of
from tests.web.conftest import START
from tests.web.test_result import empty_database  # noqa: F401 -- with a closed survey in it

UNTIL = (START + timedelta(days=40)).date().isoformat()
NORTH_SAID = "the leader", "Objections <i>first</i>."
NORTH = {"who": "the leader", "what": "Objections <i>first</i>.", "until": UNTIL}


@pytest.fixture
def closed(sessions, clock) -> str:
    with sessions() as session:
        (line,) = list_surveys(session, clock())
    return line.slug


@pytest.fixture
def agreed(sessions, closed):
    def listed(key="north"):
        with sessions() as session:
            found = agreed_by(session, closed, key)
        return [(a.commitment.who, a.commitment.what, a.commitment.state) for a in found]

    return listed


def fill_in(console, closed, told, status=303, key="north"):
    console.get(f"/surveys/{closed}/report/{key}/agreed")
    forms = [f for f in console.html.all("form", method="post") if f.get("action") != "/logout"]
    return console.send(told, status, action=forms[-1].get("action"))


def press(console, closed, name, status=303):
    """Press one of the buttons beside the first thing that was agreed."""
    console.get(f"/surveys/{closed}/report/north/agreed")
    form = next(f for f in console.html.all("form") if "/agreed/" in f.get("action"))
    button = next(b for b in form.iter("button") if text_of(b) == name)
    told = {"state": button.get("value")}
    return console.send(told, status, action=form.get("action"))


@pytest.mark.parametrize("number", [0, 2**31, 2**63, 99999999999999999999999])
def test_a_number_that_nothing_can_have_is_no_page_and_no_failure(console, closed, agreed, number):
    fill_in(console, closed, NORTH)
    sure = {"state": "remove", "sure": "yes"}
    for told, status in (({"state": "done"}, 400), ({"state": "remove"}, 404), (sure, 400)):
        console.get(f"/surveys/{closed}/report/north/agreed")
        form = next(f for f in console.html.all("form") if "/agreed/" in f.get("action"))
        console.post(
            f"/surveys/{closed}/report/north/agreed/{number}", fields_of(form) | told, status
        )
    assert agreed() == [(*NORTH_SAID, "open")]


def test_what_was_agreed_is_written_down_and_stands_on_the_list(console, closed, agreed):
    fill_in(console, closed, NORTH)
    assert agreed() == [("the leader", "Objections <i>first</i>.", "open")]
    console.get(f"/surveys/{closed}/report/north/agreed")
    assert console.html.h1 == "What Sales North agreed to"
    assert "Objections <i>first</i>. the leader, until 2 January 2027" in console.html.text
    fill_in(console, closed, NORTH | {"what": "Give reasons."}, key="all")
    assert agreed("all") == [("the leader", "Give reasons.", "open")]
    assert console.get(f"/surveys/{closed}/report/all/agreed")
    assert console.html.h1 == "What all groups agreed to"


def test_every_fault_is_told_at_once_and_nothing_typed_is_lost(console, closed, agreed):
    fill_in(console, closed, {"who": "", "what": "x" * 201, "until": "soon"}, status=422)
    assert console.html.title.startswith("Error: ")
    for told in ("Write which role", "Shorten this to 200", "Write a day"):
        assert told in console.html.text
    assert console.html.one("input", id="what").get("value") == "x" * 201
    assert agreed() == []


def test_what_became_of_it_is_a_button_away_and_taking_back_is_asked_about(console, closed, agreed):
    fill_in(console, closed, NORTH)
    press(console, closed, "Take back", status=200)
    assert console.html.h1 == "Take this back?"
    assert len(agreed()) == 1, "asking changes nothing"
    console.send({"sure": "yes"})
    assert agreed() == []
    fill_in(console, closed, NORTH)
    press(console, closed, "Done")
    assert agreed() == [("the leader", NORTH["what"], "done")]
    console.get(f"/surveys/{closed}/report/north/agreed")
    assert "Take back" not in console.html.text
    press(console, closed, "Open again")
    press(console, closed, "Dropped")
    assert agreed()[0][2] == "dropped"


def test_a_group_that_is_not_in_the_report_and_an_open_survey_have_no_list(
    console, closed, surveys
):
    for key in ("crane", "nobody", "wider.all"):
        console.get(f"/surveys/{closed}/report/{key}/agreed", 404)
        console.get(f"/surveys/{closed}/report/{key}/outcome", 404)
    opened = surveys.open()
    for address in ("report/north/agreed", "report/all/agreed", "report/north/outcome", "outcomes"):
        console.get(f"/surveys/{opened.slug}/{address}", 404)
        assert "opens once the survey is closed" in console.html.text


def test_only_who_is_signed_in_sees_or_changes_any_of_it(page, closed, agreed):
    for address in ("report/north/agreed", "report/north/outcome", "outcomes"):
        assert "/login" in page.get(f"/surveys/{closed}/{address}", 303).headers["Location"]
    page.client.application.config["WTF_CSRF_ENABLED"] = False
    page.post(f"/surveys/{closed}/report/north/agreed", NORTH)
    page.post(f"/surveys/{closed}/report/north/outcome", {"months": "3"})
    assert agreed() == []


def test_a_form_of_another_site_changes_nothing(console, closed, agreed):
    console.post(f"/surveys/{closed}/report/north/agreed", NORTH, 400)
    assert agreed() == []


# --- what became of the practice


def ask(console, closed):
    console.get(f"/surveys/{closed}/report/north/outcome")


def test_it_is_asked_when_the_time_has_come_and_the_survey_page_reminds_of_it(console, closed):
    console.get(f"/surveys/{closed}")
    assert "months have passed" not in console.html.text
    ask(console, closed)
    assert "It is asked from 23 February 2027 on." in console.html.text
    console.wait(days=93)
    console.get(f"/surveys/{closed}")
    reminder = "Three months have passed since the closing: what became of the shared selling"
    assert reminder in console.html.text
    assert console.html.all("a", href=f"/surveys/{closed}/outcomes")
    ask(console, closed)
    told = {"became": "stalled", "knew": "no", "note": "The <b>tool</b> came late."}
    console.send(told)
    console.get(f"/surveys/{closed}/outcomes")
    assert "Sales North Stalled The <b>tool</b> came late. nothing yet" in console.html.text
    console.get(f"/surveys/{closed}")
    assert "Nothing is recorded yet of 2 of 3 groups." in console.html.text


def test_what_is_missing_is_told_and_what_was_typed_stands_there_again(console, closed):
    console.wait(days=93)
    for told in ({"became": "adopted"}, {"knew": "yes"}, {"became": "loved", "knew": "no"}):
        ask(console, closed)
        console.send({"note": "Kept.", **told}, 422)
        assert "Choose one of the answers" in console.html.text
        assert text_of(console.html.one("textarea", id="note-3")) == "Kept."
    ask(console, closed)
    console.send({"months": "6", "became": "adopted", "knew": "no"}, 422)
    assert "It is asked from 23 May 2027 on" in console.html.text


def test_what_is_on_record_stands_in_the_form_and_changes_no_report(
    console, closed, sessions, clock
):
    def report():
        with sessions() as session:
            return load_report(session, closed, clock())

    before = report()
    console.wait(days=93)
    ask(console, closed)
    console.send({"became": "adopted", "knew": "yes"})
    ask(console, closed)
    assert "Recorded on 24 February 2027" in console.html.text
    checked = [i for i in console.html.all("input") if i.get("checked") is not None]
    assert [i.get("value") for i in checked] == ["adopted", "yes"]
    assert report() == before


def test_the_two_words_of_each_group_can_be_looked_up_by_whoever_runs_the_survey(
    console, closed, surveys
):
    console.get(f"/surveys/{closed}")
    assert "The two words of each group" in console.html.text
    opened = surveys.open(results_on=date(2027, 1, 12))
    console.get(f"/surveys/{opened.slug}")
    assert "from 12 January 2027 on" in console.html.text
    for word in opened.result_words.values():
        assert word in console.html.text
    console.get(f"/surveys/{surveys.open().slug}")
    assert "two words" not in console.html.text
