"""The page of a survey's mails: how far they are, what was refused, the reminders."""

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.jobs.postman import Postman
from survey.services.inviting import Invited
from survey.services.opening import Opened, open_survey
from survey.storage.workspace import Letter, Mailing
from survey.web.mailing import EXTENSION
from tests.mailed import NAMES
from tests.support.mailbox import OK, Mailbox, mail_server
from tests.web.checking import text_of
from tests.web.conftest import Consultant, Surveys


class Mails:
    """What the tests of this page need: an open survey of nine who are written to, and a worker."""

    def __init__(self, surveys: Surveys, sessions, clock, folder) -> None:
        self.sessions, self.clock, self.folder = sessions, clock, folder
        self.opened = opened_by_mail(surveys)
        self.page = f"/surveys/{self.opened.slug}/mailing"

    def send(self, box: Mailbox) -> int:
        with mail_server(box) as server:
            postman = Postman(
                self.sessions, server, self.clock, self.folder / "mail", "http://localhost", 100_000
            )
            try:
                return postman.once()
            finally:
                postman.let_go()

    def letters(self) -> list[Letter]:
        with self.sessions() as session:
            return list(session.scalars(sa.select(Letter).order_by(Letter.email)))


def opened_by_mail(surveys: Surveys) -> Opened:
    people = tuple(
        Invited("south", NAMES[at % 5], f"south{at}@example.org", "de" if at % 2 else "en")
        for at in range(9)
    )
    told = {"by_mail": ("south",), "spare": 1}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "tests.web.conftest.open_survey",
            lambda session, keys, plan, now: open_survey(session, keys, plan, now, people),
        )
        return surveys.open(**told)


@pytest.fixture
def console(account, config, sessions, clock) -> Consultant:
    """Somebody who is signed in, on a site that can send mail."""
    told = replace(
        config,
        public_url="http://localhost",
        smtp_host="localhost",
        smtp_security="none",
        mail_from="survey@example.org",
    )
    app = create_app(told, sessions=sessions, clock=clock)
    app.testing = True
    return Consultant(app, clock)


@pytest.fixture
def mails(surveys, sessions, clock, config) -> Mails:
    return Mails(surveys, sessions, clock, config.instance)


def main_of(console: Consultant) -> str:
    return " ".join(text_of(console.html.one("main")).split())


def test_the_page_says_how_far_the_mails_are_and_the_script_hears_the_same(console, mails):
    console.get(mails.page)
    assert "9 mails, each with a code, wait" in main_of(console)
    mails.send(Mailbox())
    console.get(mails.page)
    assert "9 of 9 sent" in main_of(console)
    assert "The codes of these mails are stored nowhere any more." in main_of(console)
    bar = console.html.all("progress")[0]
    assert (bar.get("value"), bar.get("max")) == ("9", "9")
    told = console.client.get(mails.page + ".json").json
    assert told[0] == {"number": 1, "state": "done", "sent": 9, "left": 0, "told": "9 of 9 sent"}


def test_the_page_loads_itself_again_only_while_something_is_being_sent_or_due(console, mails):
    def watches():
        console.get(mails.page)
        scripts = console.html.all("script")
        watched = any("mailing" in str(script.get("src")) for script in scripts)
        assert bool(console.html.all("meta", **{"http-equiv": "refresh"})) is watched
        return watched

    def be(state, due):
        first = sa.update(Mailing).where(Mailing.number == 1)
        with mails.sessions() as session, session.begin():
            session.execute(first.values(state=state, due=due))

    assert watches(), "the worker has not looked yet"
    be("going", mails.clock())
    assert watches()
    be("done", mails.clock())
    assert not watches()
    be("planned", mails.clock() + timedelta(hours=1))
    assert not watches()


def test_who_answered_changes_nothing_on_the_page(console, mails):
    box = Mailbox()
    mails.send(box)
    before = console.get(mails.page).data
    from tests.mailed import code_in

    console.client.post(f"/s/{mails.opened.slug}", data={"code": code_in(box.taken[0]), "T1": "3"})
    after = console.get(mails.page).data
    strip = lambda page: [line for line in page.splitlines() if b"csrf_token" not in line]  # noqa: E731
    assert strip(before) == strip(after)


def test_mails_are_paused_and_go_on(console, mails):
    with mails.sessions() as session, session.begin():
        session.execute(sa.update(Mailing).where(Mailing.number == 1).values(state="going"))
    console.get(mails.page)
    console.send({"act": "pause"}, action=f"{mails.page}/1")
    console.get(mails.page)
    assert "paused" in main_of(console)
    assert mails.send(Mailbox()) == 0
    console.send({"act": "go on"}, action=f"{mails.page}/1")
    assert mails.send(Mailbox()) == 9
    console.get(mails.page)
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(f"{mails.page}/1", {"act": "pause", "csrf_token": token}, 409)
    assert "changed meanwhile" in console.html.h1


def test_a_refused_mail_is_listed_corrected_and_sent(console, mails):
    box = Mailbox(lambda a: "550 no such user here" if a.startswith("south3@") else OK)
    mails.send(box)
    console.get(mails.page)
    assert "1 mail was refused" in main_of(console)
    console.get(f"{mails.page}/letters/refused")
    assert "550 no such user here" in main_of(console)
    (left,) = mails.letters()
    action = f"{mails.page}/letters/refused/{left.id}"
    console.send({"act": "again", "email": "no address"}, 422, action=action)
    assert "is no mail address" in main_of(console)
    console.send({"act": "again", "email": "south4@example.org"}, 422, action=action)
    assert "was invited already" in main_of(console)
    console.send({"act": "again", "email": "right@example.org"}, action=action)
    assert mails.send(box) == 1
    assert len(box.to("right@example.org")) == 1
    console.get(f"{mails.page}/letters/refused")
    assert "There is none" in main_of(console)


def test_a_mail_is_dropped_only_after_a_question(console, mails):
    mails.send(Mailbox(lambda a: "550 no" if a.startswith("south3@") else OK))
    (left,) = mails.letters()
    console.get(f"{mails.page}/letters/refused")
    action = f"{mails.page}/letters/refused/{left.id}"
    console.send({"act": "ask"}, 200, action=action)
    assert "Give them a spare card" in main_of(console)
    assert len(mails.letters()) == 1
    console.send({"act": "drop"}, action=action)
    assert mails.letters() == []
    token = console.html.all("input", name="csrf_token")[0].get("value")
    console.post(action, {"act": "drop", "csrf_token": token}, 409)


def test_all_uncertain_mails_are_sent_again_at_once(console, mails):
    hang_up = iter(["", ""])
    mails.send(Mailbox(at_data=lambda _: next(hang_up, OK)))
    console.get(f"{mails.page}/letters/uncertain")
    assert "It may have arrived or not" in main_of(console)
    console.send(action=f"{mails.page}/letters/uncertain")
    assert mails.send(Mailbox()) == 2


def test_the_list_has_a_search_and_pages(console, mails, monkeypatch):
    monkeypatch.setattr("survey.web.mailing.PAGE_SIZE", 4)
    mails.send(Mailbox(lambda _: "550 no"))
    console.get(f"{mails.page}/letters/refused?page=2")
    assert "Page 2 of 3" in main_of(console)
    console.get(f"{mails.page}/letters/refused?q=lindqvist")
    assert "2 of 9 mails fit." in main_of(console)
    console.get(f"{mails.page}/letters/refused?q=nobody&page=99999")
    assert "No mail fits." in main_of(console)


def test_a_reminder_is_moved_cancelled_and_planned(console, mails):
    console.get(mails.page)
    console.send(
        {"act": "move", "day-2": "2026-12-01", "time-2": "07:30"}, action=f"{mails.page}/2"
    )
    console.get(mails.page)
    assert "Tuesday 1 December 2026, 07:30 (Europe/Berlin)" in main_of(console)
    console.send({"act": "cancel"}, action=f"{mails.page}/3")
    console.get(mails.page)
    console.send({"day": "2026-12-02", "time": "08:00"}, action=f"{mails.page}/reminders")
    console.get(mails.page)
    assert "Wednesday 2 December 2026, 08:00" in main_of(console)
    console.send({"day": "2027-12-02", "time": "08:00"}, 422, action=f"{mails.page}/reminders")
    assert "before the survey ends" in main_of(console)
    console.send({"day": "soon", "time": ""}, 422, action=f"{mails.page}/reminders")
    assert "Write a day and a time." in main_of(console)


def test_the_words_of_the_mails_are_shown_in_each_language_without_a_code(console, mails):
    codes = {str(one.code) for one in mails.letters()}
    console.get(f"{mails.page}/preview/en")
    assert "Answer the survey" in main_of(console)
    assert "“How this team works together”" in main_of(console)
    page = console.get(f"{mails.page}/preview/de").text
    assert "An der Befragung teilnehmen" in main_of(console)
    assert "„Wie dieses Team zusammenarbeitet“" in main_of(console)
    assert not [code for code in codes if code in page]
    console.get(f"{mails.page}/preview/fr", 404)


def test_without_a_mail_server_the_page_says_what_to_do(account, config, sessions, clock, mails):
    app = create_app(config, sessions=sessions, clock=clock)
    app.testing = True
    console = Consultant(app, clock)
    console.get(mails.page)
    assert "Mail is not set up here" in main_of(console)
    assert "smtp_host" in main_of(console)


def test_a_mail_server_that_fails_is_told(console, mails):
    postman = console.client.application.extensions[EXTENSION]
    assert postman._is_mine()
    postman._tell("The mail server localhost cannot be used: Connection refused")
    console.get(mails.page)
    assert "cannot be used: Connection refused" in main_of(console)
    postman.let_go()


def test_a_survey_of_cards_has_no_mails(console, opened):
    console.get(f"/surveys/{opened.slug}/mailing")
    assert "Nobody of this survey is written to." in main_of(console)


def test_once_the_survey_has_ended_no_reminder_can_be_planned(console, mails):
    mails.send(Mailbox())
    console.wait(days=13)
    console.get(mails.page)
    assert not console.html.all("form", action=f"{mails.page}/reminders")
