"""Clients in the console: the list, a new one, its page, and its details."""

import pytest
import sqlalchemy as sa

from survey.services.clients import client_view
from survey.services.rosters import add_person
from survey.services.unit_editing import add_unit
from survey.storage.models import Survey
from survey.storage.workspace import Account, Client, Draft, Membership
from tests.web.checking import SignedIn, text_of
from tests.web.conftest import PASSWORD


@pytest.fixture
def client(console) -> str:
    """A client of the site."""
    console.get("/clients/new")
    location = console.send({"name": "Northgate Logistics", "timezone": "Europe/Berlin"}).location
    return str(location).rpartition("/")[2]


def names(console) -> list[str]:
    return [text_of(heading) for heading in console.html.all("h2")]


def test_an_empty_list_says_what_to_do(console):
    console.get("/clients")
    assert "There is no client yet." in console.html.text
    console.html.one("a", href="/clients/new")


def test_a_new_client_leads_to_its_page_which_says_what_comes_next(console, client):
    assert client == "northgate-logistics"
    console.get(f"/clients/{client}")
    assert console.html.h1 == "Northgate Logistics"
    assert "Next: its units and people" in console.html.text
    console.html.one("a", href=f"/clients/{client}/roster/upload")
    console.get("/clients")
    assert names(console) == ["Northgate Logistics"]


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": " "}, "Write the name of the client."),
        ({"name": "x" * 121}, "Shorten the name to 120 characters."),
        ({"name": "NORTHGATE logistics"}, "There is already a client called"),
        ({"name": "Hafen", "timezone": "Mars"}, "“Mars” is no time zone"),
        ({"name": "Hafen", "language": "tlh"}, "Choose one of the languages."),
    ],
)
def test_what_is_wrong_with_a_new_client_is_said_and_nothing_typed_is_lost(
    console, client, sent, told
):
    console.get("/clients/new")
    console.send({"timezone": "UTC"} | sent, 422)
    assert told in console.html.text
    assert console.html.one("input", id="name").get("value") == sent["name"].strip()


def test_a_client_called_new_does_not_stand_in_the_way_of_the_form(console):
    console.get("/clients/new")
    assert console.send({"name": "New", "timezone": "UTC"}).location == "/clients/new-2"
    console.get("/clients/new-2")


def test_a_long_list_comes_in_pages_and_is_searched(console, client, sessions):
    with sessions() as session, session.begin():
        row = dict(session.execute(sa.select(Client.__table__)).mappings().one())
        session.execute(
            sa.insert(Client),
            [row | {"id": f"c{i}", "name": f"Mühle {i:04}"} for i in range(120)],
        )
    console.get("/clients")
    assert len(names(console)) == 50
    assert "121 clients" in console.html.text
    console.get(console.html.one("a", rel="next").get("href"))
    assert names(console)[0] == "Mühle 0050"
    console.get("/clients?q=MÜHLE+010")
    assert len(names(console)) == 11
    assert "11 of 121" in console.html.text
    console.get("/clients?q=nobody")
    assert "No client fits." in console.html.text


def test_a_consultant_sees_only_their_clients_and_gets_those_they_add(
    app, console, client, sessions
):
    with sessions() as session, session.begin():
        known = session.scalars(sa.select(Account)).one()
        other = {c.name: getattr(known, c.name) for c in Account.__table__.columns}
        session.add(Account(**other | {"id": 77, "email": "jo@example.org", "role": "consultant"}))
    jo = SignedIn(app)
    jo.sign_in("jo@example.org", PASSWORD)
    jo.get("/clients")
    assert "There is no client yet." in jo.html.text
    for page in ("", "/details", "/units", "/roster", "/roster/upload"):
        jo.get(f"/clients/{client}{page}", 404)
    jo.get("/clients/new")
    own = jo.send({"name": "Own", "timezone": "UTC"}).location
    jo.get(own)
    with sessions() as session:
        assert session.scalars(sa.select(Membership.client)).all() == ["own"]
    console.get("/clients")
    assert names(console) == ["Northgate Logistics", "Own"]


def test_the_page_of_a_client_counts_and_lists_drafts_before_surveys(
    console, client, sessions, clock, opened
):
    with sessions() as session:
        north = add_unit(session, client, "North", None)
        add_person(session, client, north, {"mail": "a@example.org"})
    with sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(client_id=client))
        session.add(
            Draft(
                id="d1", client=client, title="Second wave", settings="{}",
                changed_at=clock(), rehearsal=None, rehearsed="",
            )
        )  # fmt: skip
    console.get(f"/clients/{client}")
    listed = [text_of(heading) for heading in console.html.all("h3")]
    assert listed == ["Second wave", "How this team works together"]
    assert "1 person" in console.html.text
    assert "In preparation" in console.html.text
    with sessions() as session, session.begin():
        session.execute(sa.update(Draft).values(title=""))
    console.get(f"/clients/{client}")
    assert console.html.all("h3")[0].find("a").text == "New survey", "a draft has a name to press"


DETAILS = {
    "controller": "Northgate Logistics GmbH",
    "controller_contact": "privacy@northgate.example",
    "help_contact": "Eva, 030 1234",
    "harm_role": "the works council",
    "roster_until": "2027-03-31",
}


def test_details_are_kept_and_what_is_missing_is_told_until_they_are(console, client, sessions):
    with sessions() as session:
        add_unit(session, client, "North", None)
    console.get(f"/clients/{client}")
    assert "Still missing: controller, contact of the controller, privacy" in console.html.text
    console.get(f"/clients/{client}/details")
    console.send(DETAILS | {"privacy_notice": "We keep\nlittle."})
    console.get(f"/clients/{client}")
    assert "Ready for a survey" in console.html.text
    with sessions() as session:
        view = client_view(session, client)
    assert view.privacy_notice == "We keep\nlittle."
    assert str(view.roster_until) == "2027-03-31"


@pytest.mark.parametrize(("language", "word"), [("en", "Taking part"), ("de", "Teilnahme")])
def test_the_model_notice_is_put_into_the_form_in_the_language_of_the_client_and_fits(
    console, client, sessions, language, word
):
    console.get(f"/clients/{client}/details")
    long = dict.fromkeys(("controller", "controller_contact", "help_contact"), "x" * 90)
    console.send(DETAILS | long | {"language": language, "model": "yes"}, 200)
    told = console.html.one("textarea", id="privacy_notice").text.strip()
    assert word in told
    assert "x" * 90 in told
    assert "Northgate Logistics" in told
    assert 600 < len(told) <= 1500
    assert console.html.one("input", id="harm_role").get("value") == "the works council"
    with sessions() as session:
        assert client_view(session, client).privacy_notice == "", "nothing is kept yet"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"privacy_notice": "x" * 1501}, "Shorten this to 1500 characters; it has 1501."),
        ({"roster_until": "2026-11-23"}, "Write a day from tomorrow on"),
        ({"roster_until": "soon"}, "Write a day, such as 2027-03-31."),
        ({"name": ""}, "Write the name of the client."),
        ({"controller": "x" * 201}, "Shorten this to 200 characters."),
    ],
)
def test_details_that_cannot_be_kept_say_why(console, client, sent, told):
    console.get(f"/clients/{client}/details")
    console.send(DETAILS | sent, 422)
    assert told in console.html.text


def test_markup_in_a_name_stays_text(console):
    console.get("/clients/new")
    where = console.send({"name": "<b>Bold</b> & Co", "timezone": "UTC"}).location
    console.get(where)
    assert console.html.h1 == "<b>Bold</b> & Co"
    console.get(f"{where}/details")
