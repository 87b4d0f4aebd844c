"""The list of surveys, and the page of one."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.services.answering import submit
from survey.storage.models import Survey
from survey.web.console import left
from survey.web.roster import unit_lines
from tests.web.checking import text_of
from tests.web.conftest import START


def titles(console) -> list[str]:
    return [text_of(heading) for heading in console.html.all("h2")]


def test_an_empty_list_says_what_to_do(console):
    console.get("/surveys")
    assert "There is no survey yet." in console.html.text
    assert console.html.all("a", href="/clients", class_="btn")
    assert not console.html.all("input", id="q")


def test_a_survey_in_the_list_says_where_it_stands(console, opened):
    console.get("/surveys")
    assert titles(console) == ["How this team works together"]
    assert "Northgate Logistics, 25 codes Open 12 days left" in console.html.text
    assert "1 survey." in console.html.text
    console.wait(days=13)
    console.get("/surveys")
    assert "Ended, not closed yet since 5 December 2026" in console.html.text
    console.html.one("a", href=f"/surveys/{opened.slug}/close")


@pytest.fixture
def many(opened, sessions):
    """120 surveys: copies of one row under other names."""
    with sessions() as session, session.begin():
        row = session.execute(sa.select(Survey.__table__)).mappings().one()
        copies = [
            dict(row)
            | {"slug": f"copy-{i}", "title": f"Wave {i}", "client": ["Hafen", "Mühle"][i % 2]}
            | {"opened_at": row["opened_at"] - timedelta(days=i)}
            for i in range(1, 120)
        ]
        session.execute(sa.insert(Survey), copies)


def test_a_long_list_comes_in_pages(console, many):
    console.get("/surveys")
    assert len(titles(console)) == 50
    assert "120 surveys, the newest first, page 1 of 3." in console.html.text
    console.get(console.html.one("a", rel="next").get("href"))
    assert titles(console)[0] == "Wave 50"
    console.get("/surveys?page=3")
    assert len(titles(console)) == 20
    assert not console.html.all("a", rel="next")
    console.html.one("a", rel="prev")


@pytest.mark.parametrize(
    ("asked", "first"), [("0", None), ("99", "Wave 100"), ("-1", None), ("x", None), ("٣", None)]
)
def test_a_page_that_is_not_there_is_the_nearest_one(console, many, asked, first):
    console.get(f"/surveys?page={asked}")
    assert titles(console)[0] == (first or "How this team works together")


def test_a_search_finds_words_of_title_client_and_state_in_any_order(console, many):
    console.get("/surveys?q=MÜHLE+wave+11+open")
    assert titles(console) == [
        "Wave 11",
        "Wave 111",
        "Wave 113",
        "Wave 115",
        "Wave 117",
        "Wave 119",
    ]
    assert "6 of 120 surveys fit “MÜHLE wave 11 open”" in console.html.text
    assert console.html.one("input", id="q").get("value") == "MÜHLE wave 11 open"


def test_a_search_keeps_its_words_on_the_next_page(console, many):
    console.get("/surveys?q=wave")
    onward = console.html.one("a", rel="next").get("href")
    console.get(onward)
    assert "119 of 120 surveys fit" in console.html.text


def test_a_search_that_finds_nothing_says_so(console, opened):
    console.get("/surveys?q=<b>nothing")
    assert "No survey fits." in console.html.text
    assert "“<b>nothing”" in console.html.text


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (timedelta(days=12, hours=23), "12 days left"),
        (timedelta(days=1), "1 day left"),
        (timedelta(hours=23), "23 hours left"),
        (timedelta(hours=1, minutes=59), "1 hour left"),
        (timedelta(minutes=3), "less than an hour left"),
        (timedelta(0), "no time left"),
        (timedelta(days=-3), "no time left"),
    ],
)
def test_time_left_is_rounded_down(more, words):
    assert left(START + more, START) == words


def test_an_open_survey_shows_what_was_fixed_and_when_it_can_be_closed(console, opened):
    console.get(f"/surveys/{opened.slug}")
    told = console.html.text
    for fact in (
        f"http://localhost/s/{opened.slug}",
        "the shared selling process; it hangs on Straight dealing, Fresh start",
        "Open, 12 days left",
        "from Saturday 5 December 2026, 09:00 (Europe/Berlin) on",
        "Eva Lindqvist; the works council",
        "25 people",
    ):
        assert fact in told
    assert not console.html.all("a", href=f"/surveys/{opened.slug}/close")


def test_an_ended_survey_leads_to_closing(console, opened):
    console.wait(days=13)
    console.get(f"/surveys/{opened.slug}")
    console.html.one("a", href=f"/surveys/{opened.slug}/close")


def test_spare_codes_are_told_apart_from_people(console, surveys):
    spare = surveys.open(spare=2)
    console.get(f"/surveys/{spare.slug}")
    assert "25 people; 6 spare codes beside theirs" in console.html.text
    assert rows(console)["Sales North"][0] == "12 people"
    assert rows(console)["Service desk & more"][0] == "4 people"


def test_a_survey_that_may_be_closed_early_says_so(console, surveys, clock):
    early = surveys.open(closable_from=clock() + timedelta(days=2))
    console.get(f"/surveys/{early.slug}")
    assert not console.html.all("a", href=f"/surveys/{early.slug}/close")
    console.wait(days=3)
    console.get(f"/surveys/{early.slug}")
    assert "Closing ends it at once" in console.html.text
    console.html.one("a", href=f"/surveys/{early.slug}/close")


def rows(console) -> dict[str, tuple[str, str]]:
    told = {}
    for unit, step, _missing in console.html.one("tbody"):
        people = [text_of(span) for span in unit]
        told[" ".join(unit.text.split())] = ("".join(people), text_of(step))
    return told


def test_participation_is_told_in_steps_once_a_day_and_not_for_small_units(
    console, opened, sessions, clock
):
    def answer(codes) -> None:
        for code in codes:
            with sessions() as session:
                submit(session, opened.slug, code, Response({"T1": 4}, None, (), {}), clock())

    answer(opened.codes["north"][:10])
    console.get(f"/surveys/{opened.slug}")
    assert rows(console) == {
        "Northgate": ("", ""),
        "Sales North": ("12 people", "80 % reached"),
        "Sales South": ("9 people", "fewer than 5 answers"),
        "Service desk & more": ("4 people", "only together with others"),
    }
    answer(opened.codes["south"][:6])
    console.get(f"/surveys/{opened.slug}")
    assert rows(console)["Sales South"][1] == "fewer than 5 answers"
    console.wait(days=1)
    console.get(f"/surveys/{opened.slug}")
    assert rows(console)["Sales South"][1] == "5 answers reached"


def test_small_units_are_summed_up_below_their_parent(console, surveys):
    units = (
        Unit("all", "Northgate", None, 0),
        Unit("a", "Depot A", "all", 5),
        Unit("b", "Depot B", "all", 4),
        Unit("c", "Sales", "all", 9),
    )
    several = surveys.open(units=units)
    console.get(f"/surveys/{several.slug}")
    assert list(rows(console)) == [
        "Northgate",
        "Small units of Northgate, together",
        "Depot A",
        "Depot B",
        "Sales",
    ]
    assert rows(console)["Small units of Northgate, together"][0] == "9 people: Depot A, Depot B"
    told = dict(zip(rows(console), console.html.one("tbody"), strict=True))
    assert "It may get a verdict all the same: that takes about" in text_of(told["Depot A"])
    assert "each gets its own verdict" in text_of(list(told.values())[1])


def test_many_units_are_searched_and_stand_on_several_pages(console, surveys):
    names = [f"Depot {number}" for number in range(60)]
    units = tuple(Unit(f"d{n}", name, None, 8) for n, name in enumerate(names))
    opened = surveys.open(units=units)
    console.get(f"/surveys/{opened.slug}")
    assert list(rows(console)) == names[:50]
    console.get(console.html.one("a", rel="next").get("href"))
    assert list(rows(console)) == names[50:]
    console.get(f"/surveys/{opened.slug}?q=depot+59")
    assert list(rows(console)) == ["Depot 59"]
    console.get(f"/surveys/{opened.slug}?q=harbour")
    assert "No unit fits." in console.html.text


def test_small_units_without_a_parent_are_summed_up_for_the_client():
    from survey.services.waiting import ParticipationLine

    units = (Unit("a", "Depot A", None, 5), Unit("b", "Depot B", None, 4))
    line = ParticipationLine("Northgate", 9, "under_5", ("Depot A", "Depot B"))
    lines = unit_lines(units, [line], "Northgate")
    assert [entry.name for entry in lines] == [
        "Depot A",
        "Depot B",
        "Small units of Northgate, together",
    ]


def test_a_deep_tree_is_listed_top_down_whatever_the_order_of_the_roster():
    units = (
        Unit("leaf", "Leaf", "twig", 9),
        Unit("top", "Top", None, 0),
        Unit("twig", "Twig", "top", 0),
        Unit("second", "Second", None, 3),
    )
    lines = unit_lines(units, [], "Client")
    assert [(line.depth, line.name) for line in lines] == [
        (0, "Top"),
        (1, "Twig"),
        (2, "Leaf"),
        (0, "Second"),
    ]


@pytest.mark.parametrize("name", ["unknown", "UPPER", "a%00b", "x" * 200])
@pytest.mark.parametrize("page", ["", "/close", "/closing", "/closing.json"])
def test_an_unknown_survey_is_a_plain_page(console, name, page):
    console.get(f"/surveys/{name}{page}", 404)
    assert console.html.h1 == "There is no such survey"
