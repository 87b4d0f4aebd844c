"""Opening a survey in the console: the form with its faults, and the codes that are shown once."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.surveys import list_surveys, survey_view
from survey.storage.models import Survey
from survey.web.opening import LARGEST_FORM
from tests.web.checking import Pages, fields_of, text_of
from tests.web.conftest import EMAIL, PASSWORD, Consultant

UNITS = "unit,parent,people\nHafen,,0\nNight shift,Hafen,12\nDay shift,Hafen,9\n"
PLAN = {
    "title": "Ready for handovers?",
    "client": "Hafen AG",
    "practice": "joint handovers",
    "critical": ["COOP", "VISION"],
    "units": UNITS,
    "ends": "2026-12-10T18:00",
    "timezone": "Europe/Berlin",
    "organiser": "Example Consulting",
    "holder_1": "Ana Lindqvist",
    "holder_2": "the works council",
    "help_contact": "ana@example.org",
    "harm_role": "the works council",
}


def faults(console) -> dict[str, str]:
    """Field -> what the summary on top says of it; the links lead to the fields."""
    links = console.html.one("div", role="alert").iter("a")
    return {link.get("href")[1:]: text_of(link) for link in links}


def open_one(console, **changed):
    console.get("/surveys/new")
    return console.send(PLAN | changed, 200)


def only(sessions) -> str:
    with sessions() as session:
        (slug,) = session.scalars(sa.select(Survey.slug))
    return str(slug)


def test_a_survey_is_opened_as_the_form_said(console, sessions, clock):
    open_one(console, spare="2", least="7", closable_from="2026-12-01T08:00")
    slug = only(sessions)
    with sessions() as session:
        view = survey_view(session, slug, clock())
    assert (view.title, view.client, view.practice) == (
        "Ready for handovers?",
        "Hafen AG",
        "joint handovers",
    )
    assert view.critical == ("COOP", "VISION")
    assert view.ends_at == datetime(2026, 12, 10, 17, 0, tzinfo=UTC)
    assert view.closable_from == datetime(2026, 12, 1, 7, 0, tzinfo=UTC)
    assert view.holders == ("Ana Lindqvist", "the works council")
    assert (view.policy.scores, view.policy.single, view.policy.spread) == (7, 10, 12)
    assert [(unit.name, unit.asked) for unit in view.units] == [
        ("Hafen", 0),
        ("Night shift", 14),  # two spare codes count as people asked
        ("Day shift", 11),
    ]
    assert view.questionnaire.id == "environment"


def test_the_codes_are_shown_and_every_one_leads_to_the_survey(console, sessions, app):
    response = open_one(console, spare="1")
    slug = only(sessions)
    assert response.headers["Cache-Control"] == "no-store"
    links = [a.get("href") for a in console.html.all("a") if "#" in a.get("href")]
    codes = [link for link in links if link.startswith(f"http://localhost/s/{slug}#")]
    assert len(set(codes)) == 12 + 9 + 2
    assert "Night shift 13 cards, 1 of them spare" in console.html.text
    sheets = [text_of(s) for s in console.html.all("section", class_="sheet")]
    assert "for Ana Lindqvist" in sheets[0]
    assert "for the works council" in sheets[1]
    opening = {text_of(p) for p in console.html.all("p", class_="bigcode")}
    assert len(opening) == 2
    table = console.html.one("textarea", id="table").text.split("\n")
    assert [line for line in table if line.startswith('"Night shift",http://localhost/s/')] != []
    respondent = Pages(app)
    respondent.post(f"/s/{slug}", {"code": codes[0].partition("#")[2], "T1": "4"}, 200)
    assert respondent.html.h1 == "Your answers have arrived"


def test_a_code_shown_as_an_opening_code_closes_the_survey(console, sessions):
    open_one(console)
    slug = only(sessions)
    code = text_of(console.html.all("p", class_="bigcode")[1])
    console.wait(days=30)
    console.get(f"/surveys/{slug}/close")
    console.send({"code": code})


def test_a_form_sent_again_opens_nothing_and_shows_no_code(console, sessions):
    console.get("/surveys/new")
    form = console.html.one("form", action="/surveys/new")
    console.send(PLAN, 200)
    slug = only(sessions)
    again = console.post("/surveys/new", fields_of(form) | PLAN, 200)
    assert console.html.h1 == "The codes were shown once"
    console.html.one("a", href=f"/surveys/{slug}")
    assert not re.search(r"[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}", again.text)
    assert only(sessions) == slug


def test_a_double_click_opens_one_survey(console, sessions):
    """The second request leaves before the cookie of the first has come back."""
    console.get("/surveys/new")
    form = fields_of(console.html.one("form", action="/surveys/new")) | PLAN
    before = console.client.get_cookie("headwind").value
    console.post("/surveys/new", form, 200)
    console.client.set_cookie("headwind", before)
    console.post("/surveys/new", form, 200)
    assert console.html.h1 == "The codes were shown once"
    only(sessions)


def test_another_form_opens_another_survey(console, sessions, clock):
    open_one(console)
    open_one(console)
    with sessions() as session:
        assert len(list_surveys(session, clock())) == 2


def test_every_fault_is_told_at_once_beside_its_field_and_nothing_typed_is_lost(console, sessions):
    typed = {
        "title": " ",
        "client": "x" * 201,
        "practice": "Kept & <shown>",
        "critical": ["COOP"],
        "questionnaire": "nothing",
        "units": "unit,parent,people\nSales,Nowhere,xx",
        "ends": "tomorrow",
        "timezone": "Berlin",
        "closable_from": "9999-01-01T00:00",
        "least": "four",
        "spare": "-1",
        "organiser": "",
        "holder_1": "",
        "holder_2": "",
        "help_contact": "",
        "harm_role": "",
        "previous": "nothing",
    }
    console.get("/surveys/new")
    console.send(typed, 422)
    told = faults(console)
    assert set(told) == set(typed) - {"practice", "critical"}
    assert console.html.title.startswith("Error: ")
    for name in set(typed) - {"critical", "questionnaire", "previous", "units", "title"}:
        assert console.html.one("input", id=name).get("value") == str(typed[name]).strip(), name
    assert console.html.one("textarea", id="units").text.lstrip("\n") == typed["units"]
    ticked = [box.get("value") for box in console.html.all("input", name="critical", checked="")]
    assert ticked == ["COOP"]
    rows = [text_of(p) for p in console.html.one("div", id="units-fault")]
    assert rows == [
        (
            "Row 2: people: write how many people are asked in this unit"
            " (0 to 100000; 0 for a mere heading), not “xx”."
        ),
        "Row 2: parent: no unit is called “Nowhere”.",
    ]
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))


@pytest.mark.parametrize(
    ("field", "typed", "told"),
    [
        ("ends", "2026-11-22T18:00", "The end date is in the past."),
        ("ends", "2028-01-01T18:00", "The end date is more than a year away."),
        ("closable_from", "2026-12-11T18:00", "must not be after the end date"),
        ("closable_from", "2026-11-23T18:00", "at least a day ahead"),
        ("units", "unit,parent,people\nSales,,4", "4 people would be asked"),
        ("units", "", "List the units"),
        ("harm_role", "", "Name the role to which a sign of harm goes"),
        ("critical", ["NONE"], "no dimension “NONE”"),
        ("least", "4", "Write a whole number from 5 to 100."),
        ("timezone", "Europe", "“Europe” is no time zone"),
        ("timezone", "../../etc/passwd", "no time zone"),
        ("title", "a\x00b" * 100, "Shorten this to 200 characters."),
    ],
)
def test_a_single_fault_is_told_beside_its_field_alone(console, field, typed, told):
    console.get("/surveys/new")
    console.send(PLAN | {field: typed}, 422)
    assert list(faults(console)) == [field]
    assert told in faults(console)[field]


def test_after_mending_the_same_form_opens_the_survey(console, sessions):
    console.get("/surveys/new")
    console.send(PLAN | {"title": ""}, 422)
    console.send({"title": "Ready for handovers?"}, 200)
    assert console.html.h1 == "“Ready for handovers?” is open"


def test_without_a_public_address_the_page_says_so_before_and_after(app, account, clock, sessions):
    consultant = Consultant(app, clock)
    consultant.get("/surveys/new")
    assert "Set public_url in its config.toml" in consultant.html.text
    consultant.send(PLAN, 422)
    assert "Set public_url first" in text_of(consultant.html.one("div", role="alert"))


def test_the_demo_shows_codes_for_the_address_it_was_reached_at(config, sessions, clock, account):
    app = create_app(replace(config, demo=True), sessions=sessions, clock=clock)
    app.testing = True
    consultant = Consultant(app, clock)
    consultant.get("/surveys/new", base_url="http://localhost:8000")
    consultant.send(PLAN, 200, base_url="http://localhost:8000")
    assert f"http://localhost:8000/s/{only(sessions)}#" in consultant.html.source


def test_a_shorter_questionnaire_can_be_chosen(console, sessions, clock):
    open_one(console, questionnaire="climate")
    with sessions() as session:
        assert survey_view(session, only(sessions), clock()).questionnaire.id == "climate"


def test_the_form_says_which_practices_hang_on_a_dimension(console):
    console.get("/surveys/new")
    hanging = console.html.one("dl", class_="hang")
    assert len(list(hanging.iter("dt"))) >= 3
    assert console.html.all("option", value="Europe/Berlin")
    assert EMAIL not in console.html.text


@pytest.fixture
def closed(opened, console, sessions) -> str:
    with sessions() as session, session.begin():
        told = {"slug": opened.slug, "at": "2026-12-06 00:00:00"}
        session.execute(
            sa.text(
                "update survey set state='closed', closed_at=:at, left_out='[]' where slug=:slug"
            ),
            told,
        )
    return str(opened.slug)


def test_the_next_wave_begins_with_what_the_last_one_had(console, closed, sessions, clock):
    console.get(f"/surveys/{closed}")
    console.html.one("a", href=f"/surveys/new?after={closed}")
    console.get(f"/surveys/new?after={closed}")
    assert "Service desk & more,all" not in console.html.source
    units = console.html.one("textarea", id="units").text
    assert "Service desk & more,Northgate,4" in units
    console.send({"ends": "2026-12-10T18:00", "title": "Second wave"}, 200)
    with sessions() as session:
        newest = next(s for s in list_surveys(session, clock()) if s.title == "Second wave")
        assert survey_view(session, newest.slug, clock()).previous == closed


def test_only_a_closed_survey_can_be_the_earlier_wave(console, opened):
    console.get("/surveys/new")
    console.send(PLAN | {"previous": opened.slug}, 422)
    assert list(faults(console)) == ["previous"]


def test_a_list_of_thousands_of_units_fits_and_more_than_that_is_refused(console):
    units = "unit,parent,people\n" + "".join(f"Team {i} of the north,,1\n" for i in range(5000))
    assert len(units) < 200_000
    names = units.replace("of the north", "of the very long northern and eastern region, maybe")
    console.get("/surveys/new")
    console.send(PLAN | {"units": names.replace(", maybe", "")}, 200)
    console.get("/surveys/new")
    console.send(PLAN | {"units": "x" * LARGEST_FORM}, 413)


def test_a_stolen_form_opens_nothing(console, sessions):
    console.get("/surveys/new")
    console.post("/surveys/new", PLAN, 400)
    with sessions() as session:
        assert not session.scalar(sa.select(Survey.slug))
    assert PASSWORD not in console.html.source
