"""While a survey runs, on its pages: what the console shows and changes, what respondents read."""

import random
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from survey.services.answering import submit
from survey.services.surveys import survey_view
from survey.storage.workspace import Client, ClientUnit, Invitee, Person
from survey.web.asking import fields
from tests.collecting import make_response
from tests.web.checking import text_of

NEW_END = {"ends": "2026-12-20T18:00", "sure": "y"}


@pytest.fixture
def view(sessions, clock, opened):
    def view_now(slug=opened.slug):
        with sessions() as session:
            return survey_view(session, slug, clock())

    return view_now


def answered(sessions, clock, opened, unit, many) -> None:
    for seed, code in enumerate(opened.codes[unit][:many]):
        with sessions() as session:
            submit(session, opened.slug, code, make_response(random.Random(seed)), clock())


def rows_of(html) -> dict[str, list[str]]:
    rows = [[text_of(cell) for cell in row] for row in html.all("tr")]
    return {cells[0]: cells[1:] for cells in rows}


# --- how far it is


def test_what_is_missing_for_a_verdict_is_told_from_the_step_alone(
    console, sessions, clock, opened
):
    answered(sessions, clock, opened, "north", 9)
    answered(sessions, clock, opened, "south", 3)
    console.get(f"/surveys/{opened.slug}")
    assert rows_of(console.html) == {
        "Unit": ["Answered", "For a verdict"],
        "Northgate": ["", ""],
        "Sales North 12 people": [
            "60 % reached",
            "Enough for a verdict, most likely: it takes about 8 of 12.",
        ],
        "Sales South 9 people": [
            "fewer than 5 answers",
            "Not enough for a verdict: it takes about 6 of 9, and fewer than 5 have answered.",
        ],
        "Service desk & more 4 people": [
            "only together with others",
            "A verdict is unlikely, even if all 4 answer.",
        ],
    }
    assert "12 days left" in console.html.text
    before = console.html.text
    answered(sessions, clock, opened, "north", 12)
    console.get(f"/surveys/{opened.slug}")
    assert console.html.text == before, "counted once a day"


def test_where_the_step_leaves_it_open_it_says_so(console, sessions, clock, opened):
    answered(sessions, clock, opened, "north", 5)
    console.get(f"/surveys/{opened.slug}")
    told = rows_of(console.html)["Sales North 12 people"]
    assert told[0] == "5 answers reached"
    assert told[1].startswith("Not enough for a verdict: it takes about 8 of 12, and fewer than 8")


def test_a_survey_that_has_ended_shows_what_was_reached_and_changes_nothing(console, clock, opened):
    console.get(f"/surveys/{opened.slug}/running")
    console.wait(days=13)
    console.get(f"/surveys/{opened.slug}/running")
    assert "Nothing of it can be changed any more" in console.html.text
    assert not console.html.all("a", href=f"/surveys/{opened.slug}/running/end")
    for page in ("end", "people", "people/north"):
        console.get(f"/surveys/{opened.slug}/running/{page}", 303)


# --- the end


def test_an_end_is_put_off_after_it_was_said_twice_and_everybody_can_read_it(
    console, page, opened, view
):
    console.get(f"/surveys/{opened.slug}/running")
    console.get(console.html.one("a", href=f"/surveys/{opened.slug}/running/end").get("href"))
    assert opened.fingerprint in console.html.text
    console.send({"ends": NEW_END["ends"]}, 422)
    assert "Tick this" in console.html.text
    assert view().changes == ()
    sent = console.send(NEW_END)
    assert sent.location == f"/surveys/{opened.slug}/running#changes"
    console.get(sent.location)
    new = view().fingerprint
    told = "The end was put off from Saturday 5 December 2026, 09:00 (Europe/Berlin) to"
    assert told in console.html.text
    assert f"Six words before: {opened.fingerprint}. Since then: {new}." in console.html.text
    console.get(f"/surveys/{opened.slug}")
    assert told in console.html.text
    for address in (f"/s/{opened.slug}", f"/s/{opened.slug}/about"):
        page.get(address)
        assert told in page.html.text
        assert new in page.html.text
    assert opened.fingerprint in page.html.text
    page.get(f"/s/{opened.slug}")
    assert "You can answer until Sunday 20 December 2026, 18:00" in page.html.text
    assert page.html.one("a", href=f"/s/{opened.slug}/about#changes") is not None


def test_somebody_else_can_be_asked_and_everybody_can_read_it(console, page, opened, view):
    console.get(f"/surveys/{opened.slug}/running")
    console.get(console.html.one("a", href=f"/surveys/{opened.slug}/running/contact").get("href"))
    console.send({"contact": "Bea Ruiz, room 4", "sure": ""}, 422)
    assert console.html.one("input", name="contact").get("value") == "Bea Ruiz, room 4"
    old = view().help_contact
    sent = console.send({"contact": "Bea Ruiz, room 4", "sure": "y"})
    assert sent.location == f"/surveys/{opened.slug}/running#changes"
    page.get(f"/s/{opened.slug}/about")
    assert f"Whom you may ask: Bea Ruiz, room 4. Before it was: {old}." in page.html.text
    assert "or a lost code: Bea Ruiz, room 4." in page.html.text
    assert view().fingerprint in page.html.text


@pytest.mark.parametrize(
    ("ends", "told"),
    [
        ("2026-12-01T18:00", "An end can only be put off."),
        ("2028-01-01T18:00", "A survey runs for a year at most."),
        ("soon", "Write a date and a time"),
        ("", "Write until when people can answer."),
    ],
)
def test_an_end_that_cannot_be_is_told_with_everything_typed_kept(
    console, opened, view, ends, told
):
    console.get(f"/surveys/{opened.slug}/running/end")
    console.send({"ends": ends, "sure": "y"}, 422)
    assert told in console.html.text
    assert console.html.one("input", name="ends").get("value") == ends
    assert console.html.one("input", name="sure").get("checked") is not None
    assert view().changes == ()


def test_a_form_that_was_filled_in_before_somebody_else_changed_it_does_nothing(
    console, opened, view
):
    console.get(f"/surveys/{opened.slug}/running/end")
    old = console.html
    console.send(NEW_END)
    console.html = old
    console.send(NEW_END | {"ends": "2026-12-24T18:00"}, 422)
    assert "Somebody changed this survey in the meantime" in console.html.text
    assert len(view().changes) == 1
    console.send({"ends": "2026-12-24T18:00"})
    assert len(view().changes) == 2


# --- people


def test_more_cards_are_shown_once_and_a_second_press_adds_nobody(console, opened, view):
    console.get(f"/surveys/{opened.slug}/running/people")
    console.get(f"/surveys/{opened.slug}/running/people/north")
    sheet = console.html
    console.send({"many": "3", "sure": "y"}, 200)
    assert console.html.h1 == "New cards for Sales North"
    (codes,) = {
        form.get("value")
        for form in console.html.all("input", name="codes")
    }  # fmt: skip
    assert len(codes.split()) == 3
    assert not set(codes.split()) & set(opened.codes["north"])
    console.html = sheet
    console.send({"many": "3", "sure": "y"}, 200)
    assert "They were added already" in console.html.h1
    assert view().added == {"north": 3}


def test_their_cards_can_be_printed_and_answered_with(console, page, opened, sessions, clock):
    console.get(f"/surveys/{opened.slug}/running/people/north")
    console.send({"many": "2", "sure": "y"}, 200)
    codes = console.html.all("input", name="codes")[0].get("value")
    sheet = console.send({}, 200, action=f"/surveys/{opened.slug}/cards")
    assert all(code in sheet.text for code in codes.split())
    sent = dict(fields(make_response(random.Random(1)))) | {"code": codes.split()[0]}
    reply = page.client.post(f"/s/{opened.slug}", data=sent)
    assert "Your answers have arrived" in reply.text
    page.get(f"/s/{opened.slug}")
    assert "2 people were added to Sales North." in page.html.text
    assert "Sales North: 14 people" in page.html.text


def test_nobody_is_added_after_half_time_or_where_nobody_was_asked(console, opened, view):
    console.get(f"/surveys/{opened.slug}/running/people/all", 404)
    console.get(f"/surveys/{opened.slug}/running/people/nothing", 404)
    console.wait(days=5, hours=23, minutes=50)
    console.get(f"/surveys/{opened.slug}/running/people/north")
    console.send({"many": "0", "sure": "y"}, 422)
    assert "Write a whole number from 1 to 1000." in console.html.text
    console.clock.pass_(minutes=20)
    console.send({"many": "1", "sure": "y"}, 422)
    assert "People can be added until half of the time is over." in console.html.text
    console.get(f"/surveys/{opened.slug}/running")
    assert not console.html.all("a", href=f"/surveys/{opened.slug}/running/people")
    assert view().changes == ()


@pytest.fixture
def written_to(surveys, sessions):
    """A survey of a client with a roster, whose southern group is written to; its name."""
    opened = surveys.open(by_mail=("south",), client_id="harbour")
    told: dict[str, Any] = {
        "language": "de",
        "timezone": "UTC",
        "controller": "",
        "controller_contact": "",
    }
    told |= {
        "privacy_notice": "",
        "help_contact": "",
        "harm_role": "",
        "added_on": date(2026, 1, 1),
    }
    with sessions() as session, session.begin():
        session.add(Client(id="harbour", name="Harbour", **told))
        session.flush()
        session.add(
            ClientUnit(client="harbour", id="south", name="South", place=0, people=0, parent=None)
        )
        session.flush()
        for number, name in enumerate(("Ana Lindqvist", "Kim Adler")):
            session.add(
                Person(client="harbour", unit="south", name=name, leads=False, language="en",
                       email=f"p{number}@example.org")
            )  # fmt: skip
        session.add(
            Invitee(
                survey=opened.slug, email="p0@example.org", name="", unit="south", language="de"
            )
        )
    return opened.slug


def test_people_are_added_from_the_roster_and_from_what_is_typed(
    console, sessions, written_to, view
):
    console.get(f"/surveys/{written_to}/running/people/south")
    assert "Kim Adler" in console.html.text
    assert "Ana Lindqvist" not in console.html.text, "invited already"
    ticked = console.html.one("input", name="chosen").get("value")
    typed = "Zoë O’Neil; zoe@example.org; en\n\nbo@example.org"
    sent = console.send({"chosen": ticked, "typed": typed, "sure": "y"})
    assert sent.location.endswith("/running#changes")
    with sessions() as session:
        query = sa.select(Invitee).where(Invitee.added_on.is_not(None))
        added = {(p.name, p.email, p.language) for p in session.scalars(query)}
    assert added == {
        ("Kim Adler", "p1@example.org", "en"),
        ("Zoë O’Neil", "zoe@example.org", "en"),
        ("", "bo@example.org", "de"),
    }
    assert view(written_to).added == {"south": 3}
    console.get(f"/surveys/{written_to}/running")
    assert "3 people were added to Sales South." in console.html.text


def test_a_wrong_row_adds_nobody_and_is_named(console, sessions, written_to, view):
    console.get(f"/surveys/{written_to}/running/people/south")
    rows = "Zoë; zoe@example.org\nKim\nBo; bo@example; de\nUma; uma@example.org; klingon"
    console.send({"typed": rows, "sure": "y"}, 422)
    for told in (
        "Row 2 has no mail address",
        "Row 3: No mail address.",
        "Row 4: The language “klingon” is not known.",
    ):
        assert told in console.html.text
    assert "Row 1" not in console.html.text
    assert text_of(console.html.one("textarea", name="typed")).startswith("Zoë; zoe@example.org")
    console.send({"typed": "", "sure": "y"}, 422)
    assert "Tick somebody, or write at least one row" in console.html.text
    console.send({"typed": "p0@example.org", "sure": "y"}, 422)
    assert "Invited already, and nobody can answer twice: p0@example.org." in console.html.text
    assert view(written_to).changes == ()


# --- what respondents are told besides


TOLD = {
    "controller": "Northgate Logistics AG",
    "controller_contact": "privacy@northgate.example",
    "privacy_notice": "We ask because <b>we</b> care.\nOnly groups.\n\nArticle 6.",
    "introduction": "Dear all,\nplease take part.\n\nIt helps.",
    "sponsor": "Ada King, board",
}


def test_who_answers_for_peoples_data_stands_on_a_page_that_the_first_one_leads_to(page, surveys):
    slug = surveys.open(**TOLD, spare=2).slug
    page.get(f"/s/{slug}")
    page.get(page.html.one("a", href=f"/s/{slug}/about").get("href"))
    for told in (
        "Northgate Logistics AG is responsible for how people’s data are dealt with",
        "How to reach them: privacy@northgate.example.",
        "We ask because <b>we</b> care.",
        "Sales North: 12 people",
        "Each group has 2 spare codes as well",
        "On cards:",
        "Nothing. If its end is put off",
    ):
        assert told in page.html.text, told
    assert "By mail:" not in page.html.text
    notice = [text_of(p) for p in page.html.one("div", class_="note").iter("p")]
    assert notice == ["We ask because <b>we</b> care.Only groups.", "Article 6."]


def test_the_sponsors_words_stand_above_the_questions_and_keep_their_lines(page, surveys):
    page.get(f"/s/{surveys.open(**TOLD).slug}")
    seen = page.html.text
    assert seen.index("What happens to your answers") < seen.index("Dear all,please take part.")
    assert seen.index("Ada King, board") < seen.index("Send your answers")


def test_which_groups_are_written_to_is_told(page, surveys):
    slug = surveys.open(by_mail=("south",)).slug
    page.get(f"/s/{slug}/about")
    assert "Sales South: 9 people, by mail" in page.html.text
    assert "Sales North: 12 people, on cards" in page.html.text
    assert "without any mark of whether you have answered" in page.html.text


def test_a_survey_without_comments_asks_for_none_and_takes_none(
    page, surveys, sessions, clock, opened
):
    page.get(f"/s/{opened.slug}")
    assert page.html.all("textarea")
    quiet = surveys.open(comments=False, title="Quiet")
    page.get(f"/s/{quiet.slug}")
    assert not page.html.all("textarea")
    assert "comment" not in page.html.text
    sent = dict(fields(make_response(random.Random(1), "Not asked for"))) | {
        "code": quiet.codes["north"][0]
    }
    assert "have arrived" in page.client.post(f"/s/{quiet.slug}", data=sent).text


def test_a_rehearsal_says_so_on_every_page_of_it(page, surveys):
    slug = surveys.open(rehearsal=True).slug
    for address in (f"/s/{slug}", f"/s/{slug}/about", f"/s/{slug}/who", f"/s/{slug}/record"):
        page.get(address)
        assert "Rehearsal: nothing of this counts, and all of it is deleted." in page.html.text
    bad = page.client.post(f"/s/{slug}", data={"code": "none"})
    assert "Rehearsal:" in bad.text


def test_the_page_about_a_survey_speaks_german(page, surveys, console, view):
    slug = surveys.open(**TOLD).slug
    console.get(f"/surveys/{slug}/running/people/north")
    console.send({"many": "1", "sure": "y"}, 200)
    page.get(f"/s/{slug}/about", headers={"Accept-Language": "de"})
    for told in ("Über diese Befragung", "Eine Person kam zu Sales North dazu.", "23. November"):
        assert told in page.html.text, told
    page.get(f"/s/{slug}", headers={"Accept-Language": "de"})
    assert "Seit der Öffnung geändert:" in page.html.text
