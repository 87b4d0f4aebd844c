"""Surveys in the console of somebody who reads German: prepared, open, ended, closed, shared.

Clients, people and what is deleted: test_console_german. What is typed here is German as well, so
that whatever is English on a page is ours.
"""

import random
import time
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from survey.disclosure.values import Unit
from survey.services.accounts import add_user, find_user
from survey.services.answering import submit
from survey.services.surveys import survey_view
from survey.services.tickets import make_ticket
from survey.storage.workspace import Account, Client
from tests.collecting import make_response
from tests.drafting import add_people, make_client, make_draft, unit_ids
from tests.web.checking import Pages
from tests.web.conftest import EMAIL
from tests.web.german import assert_german
from tests.web.test_console_german import Reading
from tests.web.test_mailing import Mails
from tests.web.test_mailing import console as mailing_console  # noqa: F401 -- a fixture

NAMES = {
    "title": "Wie wir arbeiten",
    "client": "Nordwerk",
    "practice": "Tandems",
    "organiser": "Lindqvist Beratung",
    "holders": ("Eva Lindqvist", "der Betriebsrat"),
    "help_contact": "Eva Lindqvist, eva@example.org",
    "harm_role": "Betriebsrat",
    "units": (
        Unit("all", "Nordwerk", None, 0),
        Unit("north", "Vertrieb Nord", "all", 12),
        Unit("south", "Vertrieb Mitte", "all", 9),
        Unit("desk", "Lager", "all", 4),
    ),
}
DRAFT: dict[str, Any] = {
    "title": "Bereit für Tandems?",
    "practice": "Tandems",
    "organiser": "Lindqvist Beratung",
    "holder_1": "Eva Lindqvist",
    "holder_2": "der Betriebsrat",
    "harm_role": "Betriebsrat",
    "controller": "Hafen AG, Personal",
    "privacy_notice": "Antworten werden versiegelt, einmal geöffnet und vernichtet.",
}
STEPS = "questions", "practice", "people", "dates", "answering", "rehearsal", "open"


def in_german(console, sessions) -> Reading:
    with sessions() as session, session.begin():
        session.execute(sa.update(Account).values(language="de", timezone="Europe/Berlin"))
    return Reading(console)


@pytest.fixture
def owner(console, sessions) -> Reading:
    return in_german(console, sessions)


@pytest.fixture
def answered(surveys, sessions, clock):
    """A survey that three groups are asked in, and most of whom have answered."""
    opened = surveys.open(**NAMES, results_on=(clock() + timedelta(days=13)).date(), spare=1)
    for unit, many in {"north": 11, "south": 6, "desk": 4}.items():
        for seed, code in enumerate(opened.codes[unit][:many]):
            response = make_response(random.Random(seed), "Mehr Ruhe, weniger Eile.")
            with sessions() as session:
                submit(session, opened.slug, code, response, clock())
    return opened


def close(owner, opened, sessions, clock) -> str:
    """Close a survey on its pages; return where it stands."""
    here = f"/surveys/{opened.slug}"
    owner.pages.wait(days=13)
    owner.get(here)
    owner.get(f"{here}/close")
    for wrong in ("", "kein Code", "x" * 101):
        owner.send({"code": wrong})
    owner.send({"code": opened.opening_codes[0]}, 303)
    end = time.monotonic() + 30
    while True:
        with sessions() as session:
            if survey_view(session, opened.slug, clock()).state == "closed":
                return here
        assert time.monotonic() < end
        time.sleep(0.05)


def test_an_open_survey_is_german_and_so_is_what_may_be_changed_of_it(owner, answered):
    here = f"/surveys/{answered.slug}"
    for address in ("/surveys", "/surveys?q=nord", "/surveys?q=zzz", "/surveys/new"):
        owner.get(address)
    for rest in ("", "/running", "/mailing", "/papers", "/letterhead", "/close", "/closing"):
        owner.get(here + rest)
    owner.get(here)
    assert "Tandems; sie hängt an: Offenes Wort, Neuer Anfang" in owner.text
    owner.get(f"{here}/check")
    for wrong in ("", "kein Code"):
        owner.send({"code": wrong})
    owner.send({"code": answered.opening_codes[1]}, 200)
    owner.get(f"{here}/running/end")
    owner.send({"ends": "2026-12-20T18:00"})
    for wrong in ("", "2026-11-24T10:00", "2029-01-01T10:00"):
        owner.send({"sure": "y", "ends": wrong})
    owner.send({"ends": "2026-12-20T18:00", "sure": "y"}, 303)
    owner.get(f"{here}/running/contact")
    owner.send({"contact": ""})
    owner.send({"contact": "Bea Ruiz, Zimmer 4", "sure": "y"}, 303)
    owner.get(f"{here}/running/people")
    owner.get(f"{here}/running/people?q=zzz")
    owner.get(f"{here}/running/people/north")
    owner.send({"many": "viele"})
    owner.send({"many": "2", "sure": "y"}, 200)
    owner.get(here)
    assert owner.pages.html.h1 == "Wie wir arbeiten"


def test_a_closed_survey_is_german_until_half_a_year_later(owner, answered, sessions, clock):
    here = close(owner, answered, sessions, clock)
    for rest in ("", "/closing", "/harm", "/outcomes", "/take", "/next", "/papers", "/delete"):
        owner.get(here + rest)
    assert "sie hängt an: Offenes Wort, Neuer Anfang" in owner.get(here).text
    for file in ("report.html", "report.pptx", "figures.xlsx", "group/north/report.pptx"):
        taken = owner.pages.client.get(f"{here}/take/{file}")
        assert taken.status_code == 200
        assert b'<html lang="de">' in taken.data or not file.endswith("html")
    for group in ("all", "north"):
        owner.get(f"{here}/report/{group}/agreed")
        owner.send({"what": "", "who": "", "until": ""})
        owner.send({"what": "x" * 201, "who": "x" * 201, "until": "2020-01-01"})
        owner.send({"what": "Etwas tun", "who": "das Team", "until": "2031-01-01"})
        owner.send({"what": "Etwas tun", "who": "das Team", "until": "2026-12-30"}, 303)
        owner.send(
            {"state": "dropped"}, 303, f"{here}/report/{group}/agreed/{1 + (group != 'all')}"
        )
    owner.pages.wait(days=190)
    owner.get(here)
    owner.get(f"{here}/report/north/outcome")
    owner.send({"months": "3"})
    owner.send({"months": "3", "became": "stalled", "knew": "yes", "note": "x" * 601})
    owner.send({"months": "3", "became": "stalled", "knew": "yes", "note": ""}, 303)
    assert "Steckt fest, mit Kenntnis des Urteils beurteilt" in owner.text


def test_what_is_shared_of_a_closed_survey_is_german(owner, answered, sessions, clock):
    here = close(owner, answered, sessions, clock)
    owner.get(f"{here}/share")
    for wrong in ({}, {"label": "x" * 200, "until": "2020-01-01", "password": "x"}):
        owner.send(wrong, action=f"{here}/share")
    owner.send({"label": "Mara", "until": "2040-01-01", "scope": "weg"}, action=f"{here}/share")
    owner.send({"label": "Mara", "until": "2026-12-30"}, 200, f"{here}/share")
    owner.get(f"{here}/share/1")
    owner.send({}, 303, f"{here}/share/1")
    owner.get(f"{here}/share/1")
    owner.get(f"{here}/share/99", 404)
    owner.get(f"{here}/share")
    owner.send({"email": "kein", "name": ""}, action=f"{here}/readers")
    owner.get(f"{here}/letterhead")
    owner.send({"consultant": "x" * 101})


def test_a_survey_is_prepared_and_opened_in_german(owner, sessions, clock):
    owner.get("/surveys/new")
    units = (("Hafen", "", 0), ("Nachtschicht", "Hafen", 12), ("Tagschicht", "Hafen", 9))
    client = make_client(sessions, clock(), "Hafen AG", (*units, ("Kran", "Hafen", 3)))
    add_people(sessions, client, unit_ids(sessions, client)["Kran"], "Lea Roth", leads=True)
    with sessions() as session, session.begin():
        session.execute(sa.update(Client).values(language="de"))
    owner.get("/surveys/new?q=zzz")
    owner.get("/surveys/new")
    owner.send({}, 303, f"/clients/{client}/drafts")
    (empty,) = [a.get("href") for a in owner.pages.html.all("a") if a.text == "Fragen"]
    empty = empty.rpartition("/")[0]
    for step in STEPS:
        owner.get(f"{empty}/{step}?check", but=("English",), words=step not in TONGUES)
    owner.get(f"{empty}/dates")
    owner.send({"ends": "bald", "least": "1", "timezone": "Mars"}, but=("Mars",))
    owner.get(f"{empty}/dates?check", but=("Mars",))
    owner.get(f"{empty}/delete")
    owner.get(empty)
    draft = make_draft(sessions, client, clock(), rehearsed=False, **DRAFT)
    here = f"/drafts/{draft}"
    owner.get(f"{here}/rehearsal")
    owner.send({}, 303, f"{here}/rehearsal")
    owner.pages.send({"do": "wipe"}, 422, f"{here}/rehearsal")
    owner.look()
    owner.send({"do": "stop"}, 303, f"{here}/rehearsal")
    owner.get(here)
    ready = f"/drafts/{make_draft(sessions, client, clock(), **DRAFT)}"
    for step in STEPS:
        owner.get(f"{ready}/{step}", words=step not in TONGUES)
    owner.get(ready)
    owner.get(f"{ready}/open")
    owner.send({}, 200, f"{ready}/open")
    owner.get("/drafts/weg", 404)


TONGUES = "questions", "practice"
"""Steps that show what is asked in every language."""


def test_ones_own_account_is_german(owner, sessions, clock):
    owner.get("/account")
    owner.send({"name": "", "timezone": "Mars"}, action="/account", but=("Mars",))
    owner.send({"old": "falsch", "password": "kurz"}, action="/account/password")
    owner.get("/account/second-factor")
    owner.send({"digits": "000000", "password": "falsch"})
    with sessions() as session:
        reset = make_ticket(session, "reset", find_user(session, EMAIL).id, clock())
        new = add_user(session, "rita@example.org", "Rita", "", "reader")
        invite = make_ticket(session, "invite", new.id, clock())
    strange = Pages(owner.pages.client.application)
    told = {"Accept-Language": "de"}
    for address in ("/login", "/reset", f"/reset/{reset}", f"/invite/{invite}"):
        strange.get(address, headers=told)
        assert_german(strange.html)
    strange.get("/reset/nichts", 404, headers=told)
    assert_german(strange.html)
    strange.get("/login", headers=told)
    for typed in ({"email": "", "password": ""}, {"email": "a@example.org", "password": "falsch"}):
        token = strange.html.all("input", name="csrf_token")[0].get("value")
        strange.post("/login", typed | {"csrf_token": token}, 422, headers=told)
        assert_german(strange.html)


def test_the_mails_of_a_survey_are_german(mailing_console, surveys, sessions, clock, config):  # noqa: F811
    owner = in_german(mailing_console, sessions)
    mails = Mails(surveys, sessions, clock, config.instance)
    owner.get(mails.page, words=False)
    for rest in ("/preview/de", "/letters/refused", "/letters/uncertain"):
        owner.get(mails.page + rest, words=False)
    owner.get(f"/surveys/{mails.opened.slug}/running/people/south", words=False)
    owner.send({"typed": "Bo; kein"}, words=False)
