"""Who may see which page: every route of the app, asked by everybody.

The table says a second time, by hand, what `survey.web.rights` says: a slip there is seen here.

**A new route?** Add its endpoint to TABLE, with what somebody must be to see it. Does its address
hold something that is not in `value`? Say there what an address of this site holds instead.
"""

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from survey.app import create_app
from survey.config import Config
from survey.services.agreeing import agree
from survey.services.hiding import mark_of
from survey.services.letterheads import save_logo
from survey.storage.engine import Sessions, make_sessions
from survey.storage.models import Survey
from survey.storage.workspace import (
    Account,
    Client,
    ClientUnit,
    Draft,
    Grant,
    LoginSession,
    Membership,
    Person,
)
from survey.web.rights import NEED_OF, TOKEN
from tests.test_services_letterheads import picture
from tests.web.conftest import START, Clock
from tests.web.shared import OWN, close_one, link_to, slug_in

TABLE = """
anybody     assets.file
anybody     landing.first
anybody     landing.healthy
anybody     login.show
anybody     login.enter
anybody     login.second
anybody     login.leave
anybody     setup.show
anybody     setup.make
anybody     setup.welcome
anybody     setup.come_in
anybody     setup.ask
anybody     setup.send
anybody     setup.choose
anybody     setup.chosen
anybody     promises.who
anybody     record.frozen
anybody     record.record
anybody     respond.ask
anybody     respond.answer
anybody     respond.thanks
anybody     result.ask
anybody     result.show
anybody     share.show
anybody     share.enter
anybody     share.month
anybody     share.group
anybody     share.group_month
anybody     share.method
anybody     share.logo
anybody     share.take
anybody     share.group_take
anybody     about.show

person      account.show
person      account.change
person      account.password
person      account.end
person      account.told
person      account.read
person      second_factor.show
person      second_factor.switch_on
person      second_factor.renew
person      second_factor.take_off
person      reading.every

report      reading.show
report      reading.method
report      reading.logo
report      reading.take
report      reading.group
report      reading.group_month
report      reading.group_method
report      reading.group_logo
report      reading.group_take

consultant  console.surveys
consultant  clients.add
consultant  clients.ask
consultant  clients.every
consultant  preparing.choose
consultant  leaving.done

client      clients.change
client      clients.details
client      clients.one
client      preparing.start
client      exporting.watch
client      exporting.start
client      exporting.fetch
client      leaving.ask_roster
client      leaving.roster
client      roster_people.add
client      roster_people.ask
client      roster_people.change
client      roster_people.delete
client      roster_people.every
client      roster_people.one
client      roster_people.take
client      roster_upload.again
client      roster_upload.ask
client      roster_upload.cancel
client      roster_upload.faulty
client      roster_upload.rows
client      roster_upload.save
client      roster_upload.show
client      roster_upload.upload
client      roster_upload.watched
client      tree.add
client      tree.ask_delete
client      tree.change
client      tree.delete
client      tree.one
client      tree.shift
client      tree.show

draft       opening.ask
draft       opening.open_
draft       asked.change
draft       asked.show
draft       preparing.ask_delete
draft       preparing.delete
draft       preparing.overview
draft       preview.show
draft       rehearsing.change
draft       rehearsing.show
draft       steps.save
draft       steps.show

survey      console.survey
survey      agreeing.ask
survey      agreeing.add
survey      agreeing.change
survey      cards.cards
survey      cards.sheets
survey      closing.ask
survey      closing.close
survey      closing.watch
survey      closing.watched
survey      giving.add
survey      giving.again
survey      giving.end
survey      guiding.questions
survey      hiding.ask
survey      hiding.hide
survey      leaving.ask_survey
survey      leaving.survey
survey      letterhead.show
survey      letterhead.change
survey      letterhead.logo
survey      links.every
survey      links.make
survey      links.ask
survey      links.revoke
survey      opening.ask_check
survey      opening.check
survey      outcomes.every
survey      outcomes.ask
survey      outcomes.record
survey      papers.every
survey      papers.one
survey      papers.file
survey      parcel.watch
survey      parcel.start
survey      parcel.fetch
survey      reports.organisation
survey      reports.file
survey      reports.team
survey      reports.month
survey      reports.method
survey      reports.harm
survey      takeaway.everything
survey      takeaway.whole
survey      takeaway.group
survey      adding.add
survey      adding.ask
survey      adding.groups
survey      mailing.add
survey      mailing.all_again
survey      mailing.change
survey      mailing.decide
survey      mailing.letters
survey      mailing.preview
survey      mailing.show
survey      mailing.watched
survey      preparing.ask_next
survey      preparing.start_next
survey      running.ask_contact
survey      running.ask_end
survey      running.change_contact_
survey      running.put_off_
survey      running.show

owner       leaving.ask_client
owner       leaving.client_
owner       people.every
owner       people.ask
owner       people.invite_
owner       people.one
owner       people.change_
owner       people.switch_
owner       people.link
owner       people.ask_remove
owner       people.remove_
owner       helping.factor
owner       helping.way_back
owner       viewed.every
owner       viewed.file
"""
NEEDED = {endpoint: need for need, endpoint in (line.split() for line in TABLE.split("\n") if line)}

RUNNING = "consultant", "owner"
ALLOWED = {
    "person": ("nothing", "north", "whole", "stranger", *RUNNING),
    "consultant": ("stranger", *RUNNING),
    "owner": ("owner",),
    "client": RUNNING,
    "draft": RUNNING,
    "survey": RUNNING,
    "report": ("whole", *RUNNING),
}
"""Need -> who of ROLES meets it. Of reports, a reader of one group is let into that group."""
ROLES = {
    "nobody": "not signed in",
    "half": "has given the password and not the second factor",
    "off": "was an owner, and is switched off",
    "nothing": "a reader to whom nothing was opened",
    "north": "a reader of one group",
    "whole": "a reader of the whole report",
    "stranger": "a consultant of another client",
    "consultant": "a consultant of the client",
    "owner": "an owner",
}
SIGNED_IN = tuple(ROLES)[3:]
WITHIN = {"opening.open_": "consultant"}
"""Endpoint -> what the hook asks, where the view itself asks the rest that TABLE says."""
UNMADE = """
mailing.all_again mailing.change mailing.decide mailing.letters mailing.preview
roster_upload.again roster_upload.cancel roster_upload.faulty roster_upload.rows roster_upload.save
roster_upload.show roster_upload.watched exporting.fetch
adding.add adding.ask
""".split()
"""Their addresses name what this site does not hold: also who may see them finds nothing there. Who
may not is shown all the same."""
CLIENT, OTHER = "harbour", "mill"
NOWHERE = "There is no such survey", "There is no such page", "This link leads nowhere"
"""Headings of the pages that say that nothing is there."""


@dataclass
class Everybody:
    """One site with a client whose survey is closed, and a browser for each role."""

    app: Flask
    sessions: Sessions
    parcel: Path
    """The PDFs of every group, which a browser would have made."""
    slug: str
    draft: dict[str, object]
    """The row of a draft, which one route deletes."""
    token: str
    """Of a share link to the whole report."""
    mark: str
    """Of a comment."""
    accounts: dict[str, int]

    def value(self, name: str, endpoint: str) -> object:
        """Return what stands in the address of a route that asks about the client's own things."""
        if name == "number" and endpoint.startswith(("people.", "helping.")):
            return self.accounts["other"]
        if name == "number" and endpoint.startswith("giving."):
            return self.accounts["nothing"]
        return {
            "slug": self.slug,
            "key": "privacy" if endpoint.startswith("papers.") else "north",
            "mark": self.mark,
            "number": 1,
            "token": self.token,
            "ticket": "A" * 43,
            "file": "figures.csv",
            "language": "en",
            "client": CLIENT,
            "draft": self.draft["id"],
            "unit": "crew",
            "person": 1,
            "table": "people.csv",
            "state": "waiting",
            "letter": "x",
            "staged": "x",
            "kind": 1,
            "step": "questions",
            "build": "x",
            "name": "app.css",
        }[name]

    def address(self, rule: Rule, **instead: object) -> str:
        told = {name: self.value(name, rule.endpoint) for name in rule.arguments} | instead
        return str(self.app.url_map.bind("localhost").build(rule.endpoint, told))

    def put_back_draft(self) -> None:
        with self.sessions() as session, session.begin():
            if session.get(Draft, self.draft["id"]) is None:
                session.add(Draft(**self.draft))

    def browser(self, role: str) -> FlaskClient:
        """Return a browser in a role, with the token that its forms carry."""
        self.parcel.write_bytes(b"")  # making it anew, as one route does, takes it away
        client = self.app.test_client()
        if role != "nobody":
            token = secrets.token_urlsafe(32)
            with self.sessions() as session, session.begin():
                session.add(login(self.accounts[role], token, complete=role != "half"))
            with client.session_transaction() as kept:
                kept[TOKEN] = token
        way = {"nobody": "/login", "half": "/login", "off": "/login"}.get(role, "/account")
        found = re.search(r'name="csrf_token" value="([^"]+)"', client.get(way).text)
        assert found, f"no form on {way}"
        client.environ_base["form"] = found[1]
        return client


def login(account: int, token: str, complete: bool) -> LoginSession:
    from survey.services.sessions import hashed

    return LoginSession(
        token_hash=hashed(token),
        account=account,
        expires_at=START + timedelta(days=1),
        mark=secrets.token_hex(4),
        began_at=START,
        seen_on=START.date(),
        browser="",
        complete=complete,
    )


@pytest.fixture(scope="module")
def everybody(empty_database, tmp_path_factory) -> Iterator[Everybody]:
    folder = tmp_path_factory.mktemp("everybody")
    url = f"sqlite:///{close_one(empty_database, folder)}"
    sessions, clock = make_sessions(url), Clock()
    slug = slug_in(sessions, clock)
    config = Config(
        instance=folder,
        database_url=url,
        keys=folder / "keys",
        secret_key="only for tests, and long enough for that",
        browser="none",
    )
    accounts = settle(sessions, slug)
    with sessions() as session:
        save_logo(session, slug, picture())
        agree(session, slug, "north", "meet", "Ada", START.date() + timedelta(days=9), START)
    token = link_to(sessions, slug, clock).rpartition("/")[2]
    app = create_app(config, sessions=sessions, clock=clock)
    app.testing = True
    parcel = folder / "parcels" / f"{slug}.zip"
    parcel.parent.mkdir()
    made = Everybody(app, sessions, parcel, slug, {}, token, mark_of(OWN), accounts)
    owner = made.browser("owner")
    form = {"csrf_token": owner.environ_base["form"], "title": "Next"}
    owner.post(f"/clients/{CLIENT}/drafts", data=form)
    with sessions() as session:
        (row,) = session.execute(sa.select(*Draft.__table__.columns)).mappings()
        made.draft = dict(row)
    yield made
    sessions.kw["bind"].dispose()


def settle(sessions: Sessions, slug: str) -> dict[str, int]:
    """Give the closed survey a client, and everybody an account; return their numbers."""
    roles = {"half": "owner", "off": "owner", "stranger": "consultant", "other": "consultant"}
    roles |= {"nothing": "reader", "north": "reader", "whole": "reader"}
    roles |= {"consultant": "consultant", "owner": "owner"}
    with sessions() as session, session.begin():
        session.add_all(map(a_client, (CLIENT, OTHER)))
        session.flush()
        session.execute(sa.update(Survey).values(client_id=CLIENT))
        session.add(
            ClientUnit(client=CLIENT, id="crew", name="Crew", parent=None, place=0, people=0)
        )
        session.flush()
        session.add(
            Person(client=CLIENT, unit="crew", name="P", email="", language="en", leads=False)
        )
        rows = {name: an_account(name, role) for name, role in roles.items()}
        session.add_all(rows.values())
        session.flush()
        numbers = {name: row.id for name, row in rows.items()}
        session.add(Membership(client=CLIENT, account=numbers["consultant"]))
        session.add(Membership(client=OTHER, account=numbers["stranger"]))
        today = START.date()
        for reader, scope in (("whole", "*"), ("north", "north")):
            session.add(Grant(account=numbers[reader], survey=slug, scope=scope, granted_on=today))
    return numbers


def an_account(name: str, role: str) -> Account:
    return Account(
        email=f"{name}@example.org", name=name, password="x", role=role, active=name != "off"
    )


def a_client(name: str) -> Client:
    return Client(
        id=name,
        name=name.title(),
        language="en",
        timezone="Europe/Berlin",
        controller="Somebody",
        controller_contact="somebody@example.org",
        privacy_notice="https://example.org/privacy",
        help_contact="somebody@example.org",
        harm_role="the works council",
        roster_until=None,
        added_on=START.date(),
    )


def outcome(response: TestResponse) -> str:
    """Say in a word what somebody was answered."""
    onward = response.location or ""
    if response.status_code == 303 and onward.startswith("/login?next="):
        return "asked to sign in"
    heading = re.search(r"<h1>(.*?)</h1>", response.text) if response.status_code == 404 else None
    return "nothing there" if heading and heading[1] in NOWHERE else "allowed"


def expected(role: str, rule: Rule) -> str:
    need = NEEDED[rule.endpoint]
    if role not in SIGNED_IN:
        return "asked to sign in"
    if role in ALLOWED[need] or (need == "report" and role == "north" and "key" in rule.arguments):
        return "allowed"
    return "nothing there"


def routes(app: Flask, method: str) -> list[Rule]:
    rules = (rule for rule in app.url_map.iter_rules() if method in (rule.methods or ()))
    known = (rule for rule in rules if rule.endpoint in NEEDED)  # others are told by themselves
    return sorted(known, key=lambda rule: rule.endpoint)


def asked(everybody: Everybody, role: str, method: str) -> Iterator[tuple[Rule, str, TestResponse]]:
    """Ask for every route in a role; forms are sent empty, but with the token of a form."""
    browser = everybody.browser(role)
    for rule in routes(everybody.app, method):
        everybody.put_back_draft()
        address = everybody.address(rule)
        if method == "GET":
            answer = browser.get(address)
        else:
            answer = browser.post(address, data={"csrf_token": browser.environ_base["form"]})
        yield rule, address, answer
        answer.close()
        if method == "POST" and rule.endpoint.startswith(("login.", "account.", "setup.")):
            browser = everybody.browser(role)


def test_every_route_stands_in_the_table(everybody):
    there = {rule.endpoint for rule in everybody.app.url_map.iter_rules()}
    new, gone = sorted(there - NEEDED.keys()), sorted(NEEDED.keys() - there)
    assert not new, f"add to TABLE of this file who may see {new}, and to survey/web/rights.py"
    assert not gone, f"take {gone} out of TABLE: there is no such route any more"


def test_the_table_of_the_app_says_the_same(everybody):
    told = {endpoint: need.name.lower() for endpoint, need in NEED_OF.items()}
    assert told == NEEDED | WITHIN, "survey/web/rights.py and TABLE differ: which of them is right?"


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("role", ROLES, ids=list(ROLES))
def test_everybody_sees_what_is_theirs_and_of_all_else_that_nothing_is_there(
    everybody, role, method
):
    wrong = []
    for rule, address, answer in asked(everybody, role, method):
        found = outcome(answer)
        open_to_all = NEEDED[rule.endpoint] == "anybody"
        wanted = "anything" if open_to_all else expected(role, rule)
        unmade = rule.endpoint in UNMADE and wanted == "allowed"
        fine = found != "asked to sign in" if open_to_all or unmade else found == wanted
        if not fine:
            wrong.append(f"{method} {address} ({rule.endpoint}): {found}, not {wanted}")
    assert not wrong, f"{role} ({ROLES[role]}):\n" + "\n".join(wrong)


def test_no_form_is_taken_from_an_owner_without_the_token_of_a_page(everybody):
    """But of those pages that have no cookie: they look at where a form comes from."""
    browser, taken = everybody.browser("owner"), []
    for rule in routes(everybody.app, "POST"):
        if not rule.endpoint.startswith(("respond.", "result.", "share.", "setup.")):
            with browser.post(everybody.address(rule), data={"asked": "yes"}) as answer:
                taken += [rule.rule] * (answer.status_code not in (400, 404))
    assert not taken, "CSRFProtect in survey/app.py passes these by"


@pytest.mark.parametrize("role", ["stranger", "north", "nothing"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_not_yours_answers_as_what_is_not_there(everybody, role, method):
    """To the letter, headers included: nobody learns from an address what exists."""
    browser = everybody.browser(role)
    missing = {"slug": "never-was-aaaa", "client": "never", "draft": "never"}
    looked = 0
    for rule in routes(everybody.app, method):
        names = rule.arguments & missing.keys()
        theirs = NEEDED[rule.endpoint] == "anybody" or expected(role, rule) == "allowed"
        if theirs or not names:
            continue
        looked += 1
        data = {"csrf_token": browser.environ_base["form"]}
        told = [
            browser.open(address, method=method, data=data if method == "POST" else None)
            for address in (
                everybody.address(rule),
                everybody.address(rule, **{name: missing[name] for name in names}),
            )
        ]
        (foreign, nowhere) = [(one.status_code, str(one.headers), one.data) for one in told]
        assert foreign == nowhere, f"{method} {rule.rule} tells {role} what exists"
    assert looked > 10, "this looks at nothing"


def test_a_reader_of_one_group_is_let_into_no_other(everybody):
    browser = everybody.browser("north")
    for rule in routes(everybody.app, "GET"):
        if NEEDED[rule.endpoint] == "report" and "key" in rule.arguments:
            for key in ("south", "coast", "all", "*", "nobody"):
                told = browser.get(everybody.address(rule, key=key))
                assert outcome(told) == "nothing there", f"{rule.rule} with {key}"


def test_people_begin_where_their_work_is(everybody):
    for role, way in (("whole", "/reading"), ("consultant", "/surveys"), ("owner", "/surveys")):
        browser = everybody.browser(role)
        for address in ("/", "/login"):
            assert browser.get(address).location == way
    assert everybody.browser("nobody").get("/").status_code == 200


def test_a_right_that_was_taken_away_is_gone_with_the_next_request(everybody):
    browser = everybody.browser("consultant")
    address = f"/surveys/{everybody.slug}"
    assert browser.get(address).status_code == 200
    theirs = Membership.account == everybody.accounts["consultant"]
    with everybody.sessions() as session, session.begin():
        session.execute(sa.delete(Membership).where(theirs))
    assert browser.get(address).status_code == 404
    assert everybody.slug not in browser.get("/surveys").text
