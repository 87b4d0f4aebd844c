"""The owner's pages: who is here, asking somebody in, changing and ending; the list of surveys."""

import csv
import io
import re
from dataclasses import replace

import pyotp
import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.accounts import add_user, find_user
from survey.services.colleagues import list_people
from survey.services.second_factor import switch_on
from survey.services.viewing import write_view
from survey.storage.models import Survey
from survey.storage.workspace import Account, Letter, Membership
from tests.web.checking import SignedIn, text_of
from tests.web.conftest import EMAIL, PASSWORD
from tests.web.test_rights import a_client

CORA = "cora@example.org"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@pytest.fixture
def people(sessions):
    def listed():
        with sessions() as session:
            return {one.email: one for one in list_people(session)}

    return listed


@pytest.fixture
def clients(sessions):
    with sessions() as session, session.begin():
        session.add_all([a_client("harbour"), a_client("mill")])


def signed_in(app, sessions, email, role, *clients):
    with sessions() as session:
        user = add_user(session, email, email.partition("@")[0].title(), PASSWORD, role)
    with sessions() as session, session.begin():
        session.add_all(Membership(client=client, account=user.id) for client in clients)
    pages = SignedIn(app)
    pages.sign_in(email, PASSWORD)
    return pages


def invite(console, status=200, **typed):
    console.get("/people/invite")
    form = {"email": "Cora@example.org", "name": "Cora", "role": "consultant"}
    return console.send(form | typed, status)


def test_an_invited_consultant_comes_in_by_the_link_and_sees_their_clients_alone(
    console, app, clients, surveys, sessions, people
):
    mine, other = surveys.open(title="Mine"), surveys.open(title="Not mine")
    with sessions() as session, session.begin():
        these = sa.update(Survey)
        session.execute(these.where(Survey.slug == mine.slug).values(client_id="harbour"))
        session.execute(these.where(Survey.slug == other.slug).values(client_id="mill"))
    invite(console, clients=["harbour"])
    (address,) = re.findall(r"http://localhost(/invite/[\w-]+)", console.html.text)
    console.get("/people")
    assert address not in console.html.source
    assert "Invited, not here yet" in console.html.text
    cora = SignedIn(app)
    cora.get(address)
    cora.send({"name": "Cora", "password": PASSWORD, "again": PASSWORD, "timezone": "UTC"})
    assert people()["cora@example.org"].arrived
    cora.get("/surveys")
    assert "Mine" in cora.html.text
    assert "Not mine" not in cora.html.text
    assert "1 survey." in cora.html.text
    cora.get("/surveys?q=Not+mine")
    assert "0 of 1" in cora.html.text
    cora.get(f"/surveys/{other.slug}", 404)
    for address in ("/people", "/people/invite", "/people/1", "/log", "/log.csv"):
        cora.get(address, 404)


def test_a_consultant_without_a_client_is_told_what_to_do(app, sessions, opened):
    cora = signed_in(app, sessions, "cora@example.org", "consultant")
    cora.get("/surveys")
    assert "You run surveys for no client yet." in cora.html.text
    assert opened.slug not in cora.html.source


def test_sent_twice_there_is_one_invitation(console, people):
    console.get("/people/invite")
    page, form = console.html, {"email": "cora@example.org", "name": "Cora", "role": "reader"}
    console.send(form, 200)
    console.html = page
    console.send(form, 303)
    assert len(people()) == 2


def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(console, clients, people):
    invite(console, 422, email=EMAIL, name="", role="reader", clients=["mill"])
    assert "There is already an account for eva@example.org." in console.html.text
    assert "Write a name" in console.html.text
    assert console.html.one("input", id="email").get("value") == EMAIL
    ticked = [
        field.get("value") for field in console.html.all("input") if field.get("checked") == ""
    ]
    assert ticked == ["reader", "mill"]
    assert list(people()) == [EMAIL]


def test_role_and_clients_are_changed_and_shown(console, app, sessions, clients, people):
    cora = signed_in(app, sessions, "cora@example.org", "consultant", "mill")
    number = people()["cora@example.org"].id
    console.get(f"/people/{number}")
    console.send({"role": "consultant", "clients": ["harbour"]}, action=f"/people/{number}")
    assert people()["cora@example.org"].clients == (("harbour", "Harbour"),)
    console.get("/people?q=cora+harbour")
    assert "1 of 2 fit “cora harbour”." in console.html.text
    assert "Harbour" in console.html.text
    console.get(f"/people/{number}")
    console.send({"role": "reader"}, action=f"/people/{number}")
    assert cora.get("/surveys", 404)


def test_who_is_switched_off_is_out_at_once_and_back_when_switched_on(
    console, app, sessions, people
):
    cora = signed_in(app, sessions, "cora@example.org", "consultant")
    number = people()["cora@example.org"].id
    console.get(f"/people/{number}")
    console.send({"active": "no"}, action=f"/people/{number}/active")
    assert cora.get("/surveys", 303).location.startswith("/login?next=")
    console.get(f"/people/{number}")
    assert "Switched off" in console.html.text
    console.send({"active": "yes"}, action=f"/people/{number}/active")
    cora.sign_in("cora@example.org", PASSWORD)
    cora.get("/surveys")


def test_the_last_owner_can_neither_be_switched_off_nor_demoted_nor_removed(console, people):
    number = people()[EMAIL].id
    told = "Nobody else is an owner who can sign in. Make somebody else an owner first."
    for action, form in (
        (f"/people/{number}/active", {"active": "no"}),
        (f"/people/{number}", {"role": "consultant"}),
    ):
        console.get(f"/people/{number}")
        console.send(form, 422, action=action)
        assert told in console.html.text
    console.get(f"/people/{number}/remove")
    console.send({"address": EMAIL}, 422)
    assert told in console.html.text
    console.get("/people")


def test_an_account_is_removed_when_its_address_was_typed(console, app, sessions, people):
    cora = signed_in(app, sessions, "cora@example.org", "consultant")
    number = people()["cora@example.org"].id
    console.get(f"/people/{number}/remove")
    assert "To confirm, type cora@example.org" in console.html.text
    console.send({"address": "cora"}, 422)
    assert "That is not the address cora@example.org." in console.html.text
    console.send({"address": "cora@example.org"})
    assert list(people()) == [EMAIL]
    cora.get("/surveys", 303)
    console.get(f"/people/{number}", 404)


def test_a_new_link_makes_the_old_one_void_and_who_is_here_gets_none(console, app, people):
    invite(console)
    (first,) = re.findall(r"http://localhost(/invite/[\w-]+)", console.html.text)
    number = people()["cora@example.org"].id
    console.get(f"/people/{number}")
    console.send(status=200, action=f"/people/{number}/link")
    (second,) = re.findall(r"http://localhost(/invite/[\w-]+)", console.html.text)
    pages = SignedIn(app)
    pages.get(first, 404)
    pages.get(second)
    console.get("/people/1")
    assert not console.html.all("form", action="/people/1/link")
    console.send(status=422, action="/people/1/active")  # the last owner: the same page
    token = console.html.all("input", type="hidden")[0].get("value")
    console.post("/people/1/link", {"csrf_token": token}, 422)
    assert "has chosen a password already" in console.html.text


@pytest.fixture
def cora(app, sessions, clock):
    """A consultant with a second factor, who is signed in on a laptop."""
    laptop = signed_in(app, sessions, CORA, "consultant")
    with sessions() as session:
        now = clock()
        digits = pyotp.TOTP(SECRET).at(int(now.timestamp()))
        switch_on(session, find_user(session, CORA), PASSWORD, SECRET, digits, now, mail=False)
    return laptop


def test_an_owner_helps_who_lost_phone_and_password_and_they_are_told(console, app, cora, people):
    number = people()[CORA].id
    way, factor = f"/people/{number}/way-back", f"/people/{number}/factor"
    for action in (way, factor):
        console.get(f"/people/{number}")
        console.send(status=422, action=action)
        assert "Ask the person first, by a way on which you know" in console.html.text
    console.send({"asked": "yes"}, action=factor)
    cora.get("/account", 303)
    console.get(f"/people/{number}")
    assert not console.html.all("form", action=factor)
    console.send({"asked": "yes"}, 200, action=way)
    (link,) = re.findall(r"http://localhost(/reset/[\w-]+)", console.html.text)
    console.get(f"/people/{number}")
    assert link not in console.html.source
    assert "A link to a new password was made by eva@example.org" in console.html.text
    cora.get(link)
    cora.send({"password": "another long password"})
    onward = "/account/helped?next=/surveys?q%3Dx"
    cora.get("/login?next=/surveys?q=x")
    assert cora.send({"email": CORA, "password": "another long password"}).location == onward
    cora.get(onward)
    for told in ("second factor was taken away", "chosen with a link that was made by eva@"):
        assert told in cora.html.text
    assert cora.send().location == "/surveys?q=x"
    assert cora.get("/account/helped?next=//elsewhere.example", 303).location == "/surveys"
    cora.get("/account")
    assert "second factor was taken away, and every browser signed out, by eva@" in cora.html.text


def test_a_form_that_came_too_late_does_not_hide_what_an_owner_did(console, cora, people):
    cora.get("/account")
    number = people()[CORA].id
    console.get(f"/people/{number}")
    console.send({"asked": "yes"}, action=f"/people/{number}/factor")
    typed = {"name": "Cora C.", "timezone": "UTC"}
    cora.send(typed, 401, action="/account", headers={"Sec-Fetch-Site": "same-origin"})
    cora.send({"email": CORA, "password": PASSWORD}, 200, action="/login")
    assert cora.html.h1 == "Not sent yet"
    assert "taken away, and every browser signed out, by eva@example.org" in cora.html.text


def test_nobody_helps_themselves_past_their_own_password(console, people):
    number = people()[EMAIL].id
    console.get(f"/people/{number}")
    assert "Help with signing in" not in console.html.text
    token = console.html.all("input", type="hidden")[0].get("value")
    for what in ("way-back", "factor"):
        told = {"asked": "yes", "csrf_token": token}
        console.post(f"/people/{number}/{what}", told, 422)
        assert "It is your own account." in console.html.text


def test_an_invitation_that_could_not_be_delivered_is_told_and_sent_again(
    account, config, sessions, clock, people
):
    told = {"public_url": "http://localhost", "smtp_host": "mail.example.org"}
    settings = replace(config, mail_from="x@example.org", **told)
    app = create_app(settings, sessions=sessions, clock=clock)
    app.testing = True
    owner = SignedIn(app)
    owner.sign_in(EMAIL, PASSWORD)
    invite(owner)
    number = people()[CORA].id
    owner.get(f"/people/{number}")
    assert "A mail waits to be sent: “You are invited to Headwind”." in owner.html.text
    with sessions() as session, session.begin():
        session.execute(sa.update(Letter).values(state="refused", told="550 <no> such user"))
    owner.get("/people")
    assert "A mail was not delivered" in owner.html.text
    owner.get(f"/people/{number}")
    assert "A mail could not be delivered" in owner.html.text
    assert "The mail server said: 550 <no> such user" in owner.html.text
    owner.send(status=200, action=f"/people/{number}/link")
    owner.get("/people")
    assert "A mail was not delivered" not in owner.html.text


def test_a_long_list_of_people_is_searched_and_comes_in_pages(console, sessions):
    with sessions() as session, session.begin():
        session.add_all(
            Account(email=f"p{n}@example.org", name=f"Person {n:04}", password="", role="reader")
            for n in range(5000)
        )
    console.get("/people?page=101")
    assert "Page 101 of 101" in console.html.text
    assert "Person 4999" in console.html.text
    console.get("/people?q=reader+p4321@")
    assert [text_of(h) for h in console.html.all("h2")] == ["Person 4321"]


def test_the_log_is_shown_searched_and_taken_along(console, opened, sessions, clock):
    console.get("/log")
    assert "Nobody has opened a report yet." in console.html.text
    with sessions() as session:
        for number in range(60):
            write_view(session, opened.slug, f"p{number:02}@example.org", "page", clock(), "north")
        write_view(session, opened.slug, "link: =HYPERLINK(1)", "slides", clock())
    console.get("/log")
    rows = [text_of(row) for row in console.html.all("tr")][1:]
    assert len(rows) == 50
    assert rows[0] == (
        "Monday 23 November 2026, 08:00 (UTC) link: =HYPERLINK(1)"
        " How this team works together, Northgate Logistics all groups slides"
    )
    console.get("/log?page=2")
    assert "p00@example.org" in console.html.text
    console.get("/log?q=p07")
    assert "1 of 61 lines fit “p07”." in console.html.text
    response = console.client.get("/log.csv?q=hyperlink")
    assert response.headers["Content-Disposition"].startswith("attachment")
    (_, row) = csv.reader(io.StringIO(response.get_data(as_text=True)))
    assert row[1] == "link: =HYPERLINK(1)"
    assert len(console.client.get("/log.csv").text.splitlines()) == 62
