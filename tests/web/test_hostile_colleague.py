"""What somebody with an account of their own tries beyond their rights, on a running site."""

import re
import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.config import Config
from survey.jobs.leaving import Leaving
from survey.services.accounts import add_user
from survey.storage.engine import make_sessions
from survey.storage.migrate import migrate
from survey.storage.workspace import Client, Letter, Membership, ReportView
from survey.web import exporting, leaving, roster_upload
from tests.collecting import NOON
from tests.drafting import make_client
from tests.leaving import copied, make_instance
from tests.web.checking import SignedIn
from tests.web.conftest import EMAIL, PASSWORD, START, Clock, Consultant
from tests.web.test_leaving import AFTER, settled


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    instance = make_instance(f"sqlite:///{folder / 'headwind.db'}", folder)
    instance.end()
    return instance


@pytest.fixture
def here(made, tmp_path):
    """A client with a closed survey that has comments, and an open one."""
    with copied(made, tmp_path / "copy", None) as copy:
        yield copy


@pytest.fixture
def app(here):
    told = {"smtp_host": "127.0.0.1", "mail_from": "Survey <survey@example.org>"}
    config = replace(
        here.config, public_url="http://localhost", secret_key="for tests " * 5, **told
    )
    app = create_app(config, sessions=here.sessions, clock=Clock(NOON + AFTER))
    app.testing = True
    return app


@pytest.fixture
def owner(app):
    return Consultant(app, Clock())


@pytest.fixture
def kim(app, here):
    """A consultant of this client."""
    with here.sessions() as session:
        kim = add_user(session, "kim@example.org", "Kim", PASSWORD, "consultant")
        with session.begin():
            session.add(Membership(client=here.client, account=kim.id))
    signed_in = SignedIn(app)
    signed_in.sign_in("kim@example.org", PASSWORD)
    return signed_in


def test_a_consultant_cannot_come_in_as_the_reader_they_invite(kim, here):
    """Whoever held the link could choose the password of an address that is not theirs, and read
    under its name what others give to that address later."""
    share = f"/surveys/{here.closed.slug}/share"
    kim.get(share)
    told = {"email": "boss@elsewhere.example", "name": "Boss", "reader_scope": "*"}
    kim.send(told, 200, action=share.replace("/share", "/readers"))
    assert "boss@elsewhere.example" in kim.html.text
    assert "/invite/" not in str(kim.html)
    with here.sessions() as session:
        (body,) = session.scalars(sa.select(Letter.body).where(Letter.kind == "account"))
    assert re.search(r"http://localhost/invite/[\w-]{43}", body)


def test_an_owner_still_sees_the_link_of_whom_they_invite(owner, here):
    owner.get("/people/invite")
    owner.send({"email": "new@example.org", "name": "New", "role": "consultant"}, 200)
    assert "/invite/" in owner.html.text


def test_who_takes_everything_of_a_client_along_stands_in_the_log(kim, here):
    """The file holds the report of each closed survey; of open ones there is none to open."""
    address = f"/clients/{here.client}/export"
    kim.get(address)
    kim.send({}, action=address)
    settled(kim, address)
    with kim.client.get(f"{address}.zip") as saved:
        assert saved.status_code == 200
    with here.sessions() as session:
        lines = session.execute(sa.select(ReportView.who, ReportView.survey, ReportView.scope))
        assert [tuple(line) for line in lines] == [("kim@example.org", here.closed.slug, "*")]


def test_with_a_survey_goes_the_file_with_everything_of_its_client(owner, here):
    address = f"/clients/{here.client}/export"
    owner.get(address)
    owner.send({}, action=address)
    settled(owner, address)
    assert list((here.folder / "exports").glob("*.zip"))
    owner.get(f"/surveys/{here.closed.slug}/delete")
    owner.send({"name": "First wave"})
    settled(owner, "/deleted")
    assert not list((here.folder / "exports").glob("*.zip"))


def test_an_address_with_unseen_marks_in_it_is_braked_as_the_same(app):
    """They are left out when an account is looked for: each would be eight more guesses."""
    pages = SignedIn(app)
    pages.get("/login")
    for number in range(8):
        typed = EMAIL.replace("@", "\u200b" * number + "@")
        pages.send({"email": typed, "password": "wrong"}, 422)
    pages.send({"email": "\u2060" + EMAIL, "password": PASSWORD}, 429)


def test_no_address_and_no_search_makes_a_database_fail(database_url, tmp_path):
    """A text with a zero in it, or a number that no row can have, is just not there."""
    migrate(database_url)
    sessions = make_sessions(database_url)
    client = make_client(sessions, START)
    with sessions() as session:
        add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
    told = {"instance": tmp_path, "database_url": database_url, "keys": tmp_path / "keys"}
    config = Config(**told, secret_key="for tests " * 5, browser="none")
    app = create_app(config, sessions=sessions, clock=Clock())
    app.testing = True
    eva = Consultant(app, Clock())
    nothing = "/s/%00", "/surveys/a%00b", "/clients/%00", "/drafts/%00", "/shared/%00", "/setup/%00"
    many = (str(2**31), "9" * 20)
    for address in (*nothing, *(f"/clients/{client}/roster/{number}" for number in many)):
        eva.get(address, 404)
    eva.get("/log?q=%00")
    eva.get("/people/invite")
    invited = {"email": "a@example.org", "name": "A", "role": "consultant", "clients": ["\0"]}
    eva.send(invited, 422)
    for number in many:
        eva.get("/people/invite")
        csrf = {"csrf_token": eva.html.all("input", name="csrf_token")[0].get("value")}
        eva.post(f"/clients/{client}/roster/{number}/delete", csrf, 303)
    sessions.kw["bind"].dispose()


def test_of_a_roster_that_goes_by_itself_no_file_stays(owner, here, app):
    """Neither what was taken along, nor an upload that nobody saved."""
    address = f"/clients/{here.client}/export"
    owner.get(address)
    owner.send({}, action=address)
    settled(owner, address)
    staged = app.extensions[roster_upload.EXTENSION]
    staged.stage(here.client, 1, "people.csv", b"unit,name\nNight shift,Ida Falke\n")
    now = NOON + AFTER
    with here.sessions() as session, session.begin():
        session.execute(sa.update(Client).values(roster_until=now.date()))
    keys, clearings = here.keys, app.extensions[leaving.EXTENSION]
    forget = staged.forget, app.extensions[exporting.EXTENSION].discard
    leaves = Leaving(here.sessions, keys, lambda: now, clearings, forget=forget)
    for thread in [one for one in threading.enumerate() if one.name == "roster"]:
        thread.join()
    assert list((here.folder / "rosters").glob("*.table"))
    leaves.rosters()
    left = [*(here.folder / "exports").glob("*.zip"), *(here.folder / "rosters").glob("*.table")]
    assert not left
