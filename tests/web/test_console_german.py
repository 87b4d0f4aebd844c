"""The console for somebody who reads German: no page of it says anything in English."""

import re
import time
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from survey.jobs.mirror import Mirror, Progress, look
from survey.jobs.telling import told
from survey.language import catalogue, speaking
from survey.mail import MailServerFails
from survey.services.accounts import add_user
from survey.services.retention import warn_rosters
from survey.services.unopened import warn_unopened
from survey.services.viewing import write_view
from survey.storage.models import Survey
from survey.storage.workspace import Account, Client, Grant, Letter
from tests.web.checking import SignedIn
from tests.web.conftest import EMAIL, PASSWORD
from tests.web.german import assert_german

FAULTY = (
    "Einheit;Name;Mail;Sprache;Leitet;Schuhe\n"
    "Vertrieb;Bo;bo@example.org;de;ja;42\n"
    "Vertrib;Anna;anna;xx;vielleicht;\n"
    ";Cleo;bo@example.org;;;\n"
    "Lager;Dora;dora@example.org;;;\n" + "Vertrieb;;zwei bei example.org;;;\n" * 11
)
GOOD = "Einheit;Name;Mail;Leitet\nVertrieb;Ute;ute@example.org;ja\n" + "".join(
    f"Vertrieb > Nord;P{i};p{i}@example.org\n" for i in range(60)
)
NAMED = {"title": "Wie wir arbeiten", "client": "Nordwerk", "practice": "Tandems"}
HERE = "/clients/nordwerk"
FILLED = re.compile(r"\{[^}]*\}|%\([a-z_A-Z0-9]+\)s")


class Reading:
    """A browser of somebody who reads German; every page that it fetches is looked through."""

    def __init__(self, pages: SignedIn) -> None:
        self.pages = pages

    def get(self, address: str, status: int = 200, **how):
        response = self.pages.get(address, status)
        self.look(**how)
        return response

    def send(self, data=None, status: int = 422, action: str = "", **how):
        """Send the form of the page; what comes is looked through, also where it leads on."""
        response = self.pages.send(data, status, action)
        if status == 303:
            return self.get(response.location.partition("#")[0], **how)
        self.look(**how)
        return response

    def look(self, **how) -> None:
        assert_german(self.pages.html, **how)

    @property
    def text(self) -> str:
        return self.pages.html.text


@pytest.fixture
def owner(console, sessions) -> Reading:
    with sessions() as session, session.begin():
        session.execute(
            sa.update(Account).values(language="de", name="Eva Lindqvist", timezone="Europe/Berlin")
        )
    return Reading(console)


@pytest.fixture
def client(owner) -> str:
    owner.get("/clients")
    owner.get("/clients/new")
    owner.send({"name": "Nordwerk", "timezone": "Europe/Berlin", "language": "de"}, 303)
    return HERE


def survey_of_client(surveys, sessions, clock, **changed) -> str:
    """Open a survey of the client; `changed` is written into its row."""
    slug = surveys.open(**NAMED, results_on=(clock() + timedelta(days=20)).date()).slug
    with sessions() as session, session.begin():
        row = sa.update(Survey).where(Survey.slug == slug)
        session.execute(row.values(client_id="nordwerk", **changed))
    return str(slug)


def staged(owner, text: str) -> str:
    """Paste rows and wait until they were looked through; the address of what was found."""
    owner.get(f"{HERE}/roster/upload")
    where = str(owner.pages.send({"pasted": text}).location)
    wait(owner, where)
    return where


def wait(owner, where: str) -> None:
    end = time.monotonic() + 30
    while owner.pages.client.get(f"{where}/progress.json").json["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    owner.get(where)


def test_a_client_its_units_and_its_details_are_german(owner, client, surveys, sessions, clock):
    owner.get("/clients/new")
    for wrong in ({"name": ""}, {"name": "x" * 121}, {"name": "NORDWERK"}, {"language": "tlh"}):
        owner.send({"name": "Hafen", "timezone": "UTC"} | wrong)
    owner.send({"name": "Hafen", "timezone": "Mars"}, but=("Mars",))
    owner.get("/clients?q=nord")
    owner.get("/clients?q=zzz")
    owner.get(f"{HERE}/details")
    owner.send({"roster_until": "morgen", "harm_role": "x" * 201, "controller": "x" * 300})
    owner.send({"roster_until": "2020-01-01"})
    owner.send({"model": "yes"}, 200)
    owner.get(f"{HERE}/units")
    owner.send({"name": ""}, action=f"{HERE}/units")
    for name, parent in (("Vertrieb", ""), ("Lager", ""), ("Nord", "vertrieb")):
        owner.send({"name": name, "parent": parent}, 303, f"{HERE}/units")
    owner.send({"name": "Vertrieb", "parent": "."}, action=f"{HERE}/units")
    owner.send({"name": "Kai", "parent": "Hof"}, action=f"{HERE}/units")
    for address in ("?q=nord", "?q=zzz", "/nord", "/vertrieb/delete"):
        owner.get(f"{HERE}/units{address}")
    owner.get(f"{HERE}/units/vertrieb")
    for wrong in ({"people": "viele"}, {"name": ""}, {"parent": "nord"}):
        owner.pages.post(f"{HERE}/units/vertrieb", token(owner) | wrong, 422)
        owner.look()
    owner.pages.post(f"{HERE}/units/nord", token(owner) | {"people": "5"})
    owner.get(f"{HERE}/units/nord/delete")
    owner.send({"typed": "Sued"})
    owner.get(HERE)
    survey_of_client(surveys, sessions, clock)
    owner.get(HERE)
    owner.get(f"{HERE}/units/weg", 404)
    owner.get("/clients/weg", 404)


def token(owner) -> dict[str, str]:
    return {"csrf_token": owner.pages.html.all("input", name="csrf_token")[0].get("value")}


def test_a_roster_is_german_from_the_empty_page_to_the_saved_file(owner, client):
    owner.get(f"{HERE}/roster")
    owner.get(f"{HERE}/roster/new")
    owner.get(f"{HERE}/roster/upload")
    owner.send({"pasted": ""})
    staged(owner, "Name;Mail\nBo;bo@example.org\n")
    assert "Nichts wurde gespeichert." in owner.text
    owner.get(f"{HERE}/units")
    owner.send({"name": "Vertrieb"}, 303, f"{HERE}/units")
    where = staged(owner, FAULTY)
    for said in ("Zeile 3, Einheit: Vertrib", "Meinten Sie „Vertrieb“?", "Schuhe", "12 Zeilen"):
        assert said in owner.text
    owner.send({"way": "replace"}, action=f"{where}/save")
    owner.send({"way": ""}, action=f"{where}/save")
    for kind in range(4):
        owner.get(f"{where}/faults/{kind}")
    where = staged(owner, GOOD)
    owner.pages.send({"way": "replace"}, action=f"{where}/save")
    wait(owner, where)
    assert owner.pages.html.h1 == "Die Personenliste ist gespeichert"
    for address in ("", "?page=2", "?q=p1", "?q=zzz", "?unit=nord", "?unit=nord&q=p1"):
        owner.get(f"{HERE}/roster{address}")
    owner.get(f"{HERE}/roster/new")
    owner.send({"unit": "vertrieb", "name": "x" * 101, "mail": "kein"})
    owner.send({"unit": "vertrieb", "name": "Ida", "mail": "p1@example.org"})
    owner.get(f"{HERE}/roster/1")
    owner.get(f"{HERE}/roster/999", 404)
    staged(owner, "Einheit;Name;Mail;Leitet\nVertrieb > Nord;Q1;p1@example.org;ja\nVertrieb;P2;\n")
    assert "leitet jetzt die Einheit" in owner.text


def test_the_files_of_a_roster_are_german(owner, client):
    taken = owner.pages.client.get(f"{HERE}/roster/take/template.csv")
    assert "filename=nordwerk-Vorlage.csv" in taken.headers["Content-Disposition"]
    assert taken.text.lstrip("\ufeff").startswith("Einheit;Name;Mail;Sprache;Leitet")


def test_the_people_who_sign_in_here_and_what_they_opened_are_german(
    owner, client, surveys, sessions, clock
):
    owner.get("/people")
    owner.get("/people?q=zzz")
    owner.get("/people/invite")
    owner.send({"email": "kein", "name": "", "role": ""})
    owner.send({"email": EMAIL, "name": "x" * 300, "role": "consultant"})
    owner.pages.get("/people/invite")
    new = {"email": "cora@example.org", "name": "Cora", "role": "consultant"}
    owner.send(new | {"clients": ["nordwerk"]}, 200)
    with sessions() as session:
        add_user(session, "rita@example.org", "Rita", PASSWORD, "reader")
    owner.get("/people")
    for number in (1, 2, 3):
        owner.get(f"/people/{number}")
    owner.get("/people/1")
    owner.send({"role": "reader"})
    owner.get("/people/2/remove")
    owner.send({"address": "falsch"})
    owner.get("/people/99", 404)
    slug = survey_of_client(surveys, sessions, clock)
    owner.get("/log")
    with sessions() as session:
        for what in ("page", "next 30 days", "harm page"):
            write_view(session, slug, EMAIL, what, clock())
    owner.get("/log")
    assert "Seite zu Anzeichen von Schaden" in owner.text
    owner.get("/log?q=zzz")


def test_a_reader_is_told_in_german_what_is_there_to_read(app, owner, surveys, sessions, clock):
    with sessions() as session:
        rita = add_user(session, "rita@example.org", "Rita", PASSWORD, "reader")
    with sessions() as session, session.begin():
        session.execute(sa.update(Account).values(language="de"))
    pages = SignedIn(app)
    pages.sign_in("rita@example.org", PASSWORD)
    reader = Reading(pages)
    reader.get("/reading")
    slug = surveys.open(**NAMED).slug
    with sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(state="closed", closed_at=clock()))
        session.add(Grant(account=rita.id, survey=slug, scope="*", granted_on=clock().date()))
    reader.get("/reading")
    assert "geschlossen am 23. November 2026" in reader.text
    reader.get("/clients", 404)


def test_what_goes_with_a_client_a_roster_and_a_survey_is_said_in_german(
    owner, client, surveys, sessions, clock
):
    slug = survey_of_client(surveys, sessions, clock)
    owner.get(f"{HERE}/units")
    owner.send({"name": "Vertrieb"}, 303, f"{HERE}/units")
    owner.get(f"{HERE}/roster/delete")
    owner.get(f"{HERE}/roster/new")
    owner.send({"unit": "vertrieb", "name": "Ida", "mail": "ida@example.org"}, 303)
    for address in (f"{HERE}/roster", HERE, f"/surveys/{slug}"):
        owner.get(f"{address}/delete")
        owner.send({"name": "falsch"})
    owner.get(f"{HERE}/delete")
    owner.send({"name": "Nordwerk"})
    owner.get(f"{HERE}/export")
    owner.get(f"/surveys/{slug}/delete")
    owner.send({"name": NAMED["title"]}, 303)
    assert owner.pages.html.h1 == "Gelöscht"


def test_warnings_by_mail_are_german(owner, client, surveys, sessions, clock):
    survey_of_client(surveys, sessions, clock)
    owner.get(f"{HERE}/units")
    owner.send({"name": "Vertrieb"}, 303, f"{HERE}/units")
    owner.get(f"{HERE}/roster/new")
    owner.send({"unit": "vertrieb", "name": "Ida"}, 303)
    with sessions() as session, session.begin():
        session.execute(sa.update(Client).values(roster_until=date(2026, 11, 30)))
    warn_rosters(sessions, clock(), "http://localhost", by_mail=True)
    clock.pass_(days=60)
    warn_unopened(sessions, clock(), "http://localhost", by_mail=True)
    with sessions() as session:
        letters = session.scalars(sa.select(Letter).order_by(Letter.id)).all()
    assert {letter.subject for letter in letters} == {
        "Die Personenliste von Nordwerk wird am 30. November 2026 gelöscht",
        "Noch hat niemand die Antworten von „Wie wir arbeiten“ geöffnet",
    }
    for letter in letters:
        assert "Befragung" in letter.body
        assert " the " not in letter.body


def test_what_went_wrong_in_the_background_is_told_in_the_language_of_who_looks(tmp_path):
    def work() -> None:
        raise MailServerFails(host="mail.example.org", why="535 no")

    mirror = Mirror.take(tmp_path / "mail.json")
    assert mirror
    mirror.write(Progress("mail", 0, told(work)))
    mirror.let_go()
    for language, said in (
        ("en", "The mail server mail.example.org cannot be used: 535 no"),
        ("de", "Der Mailserver mail.example.org lässt sich nicht verwenden: 535 no"),
    ):
        with speaking(language):
            seen = look(tmp_path / "mail.json")
        assert seen
        assert seen.error == said


def test_every_german_text_fills_in_the_same_as_the_english():
    for english, german in catalogue("de").items():
        filled = [set(FILLED.findall(words)) for words in (english, *german)]
        assert filled[0] == filled[1], f"{english} -> {german[0]}"
        assert filled[0] <= filled[-1], f"{english} -> {german[-1]}"
