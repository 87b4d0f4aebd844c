"""Coming in by a link: the first owner, an invitation, a forgotten password."""

import time
from dataclasses import replace

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.accounts import add_user, find_user
from survey.services.sessions import sessions_of
from survey.services.tickets import make_ticket
from survey.services.ways_in import setup_link
from survey.storage.workspace import Letter
from survey.web import setup
from survey.web.brake import MOST_ASKED
from tests.web.checking import Pages, SignedIn
from tests.web.conftest import EMAIL, PASSWORD

NEW = "another long password"
EVA = {
    "name": "Eva Lindqvist",
    "email": EMAIL,
    "password": PASSWORD,
    "language": "en",
    "timezone": "Europe/Berlin",
}
SITE = "https://survey.example.org"
AGENT = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}


@pytest.fixture
def visitor(app) -> SignedIn:
    return SignedIn(app)


@pytest.fixture
def link(sessions, clock) -> str:
    with sessions() as session:
        return f"/setup/{setup_link(session, clock())}"


@pytest.fixture
def ticket(sessions, clock, account):
    """Make a link for somebody with an account."""

    def make(purpose, email=EMAIL):
        with sessions() as session:
            user = find_user(session, email)
            return make_ticket(session, purpose, user.id, clock())

    return make


@pytest.fixture
def mailing(config, sessions, clock, monkeypatch) -> SignedIn:
    """A visitor of a site that can send mail, and does not wait."""
    monkeypatch.setattr(setup, "AT_LEAST", 0.0)
    told = {"public_url": SITE, "smtp_host": "mail.example.org", "mail_from": "x@example.org"}
    app = create_app(replace(config, **told), sessions=sessions, clock=clock)
    app.testing = True
    return SignedIn(app)


def written(sessions) -> list[Letter]:
    with sessions() as session, session.begin():
        return list(session.scalars(sa.select(Letter)))


def test_the_first_owner_is_made_is_signed_in_and_offered_a_second_factor(
    visitor, link, sessions, clock
):
    visitor.get(link)
    assert visitor.html.one("input", id="timezone").get("value") == ""
    entered = visitor.send(EVA, headers=AGENT)
    assert entered.location == "/account/second-factor?first=1"
    visitor.get(entered.location)
    assert visitor.html.all("a", href="/surveys"), "not now"
    with sessions() as session:
        user = find_user(session, EMAIL)
        (line,) = sessions_of(session, user, "", clock())
    assert (user.role, user.timezone, line.browser) == ("owner", "Europe/Berlin", "Firefox/Linux")
    SignedIn(visitor.client.application).sign_in(EMAIL, PASSWORD)


def test_the_set_up_link_works_once(visitor, link):
    visitor.get(link)
    visitor.send(EVA)
    stranger = SignedIn(visitor.client.application)
    stranger.get(link, 404)
    stranger.post(link, EVA | {"email": "mallory@example.org"}, 404)
    assert stranger.html.h1 == "This link leads nowhere"


def test_without_the_link_nobody_sets_anything_up(visitor, link):
    wrong = link[:-1] + ("A" if link[-1] != "A" else "B")
    for address in (wrong, "/setup/x", "/setup/" + "x" * 5000):
        visitor.get(address, 404)
        visitor.post(address, EVA, 404)
    visitor.get(link)


def test_nothing_that_was_typed_is_lost_but_the_password(visitor, link):
    visitor.get(link)
    typed = {"name": "Eva", "email": "nowhere", "password": "short", "timezone": "Middle/Earth"}
    visitor.send(typed, 422)
    summary = [a.get("href") for a in visitor.html.one("div", role="alert").iter("a")]
    assert sorted(summary) == ["#email", "#password", "#timezone"]
    assert visitor.html.one("input", id="name").get("value") == "Eva"
    assert visitor.html.one("input", id="email").get("value") == "nowhere"
    assert not visitor.html.one("input", id="password").get("value")
    visitor.send(EVA)


def test_the_page_begins_in_the_language_of_the_browser(visitor, link):
    visitor.get(link, headers={"Accept-Language": "de-AT,en;q=0.5"})
    chosen = [o for o in visitor.html.all("option") if o.get("selected") is not None]
    assert [o.get("value") for o in chosen] == ["de"]


@pytest.mark.parametrize(
    "headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://x.example"}]
)
def test_another_site_sends_no_form_of_a_link(visitor, link, headers):
    visitor.post(link, EVA, 403, headers=headers)
    visitor.post("/reset", {"email": EMAIL}, 403, headers=headers)


def test_pages_of_links_tell_no_other_page_where_somebody_came_from(visitor, link, ticket):
    for address in (
        f"/reset/{ticket('reset')}",
        f"/invite/{ticket('invite')}",
        "/setup/x",
        "/reset",
    ):
        answer = visitor.client.get(address)
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"


def test_over_https_a_form_without_a_referrer_is_taken(config, sessions, clock, link):
    app = create_app(replace(config, public_url=SITE), sessions=sessions, clock=clock)
    app.testing = True
    visitor = SignedIn(app)
    visitor.get(link, base_url=SITE)
    visitor.send(EVA, base_url=SITE, headers={"Origin": SITE})


def test_somebody_who_was_invited_comes_in(visitor, sessions, ticket):
    with sessions() as session:
        add_user(session, "gil@example.org", "Gil", "", "reader")
    address = f"/invite/{ticket('invite', 'gil@example.org')}"
    visitor.get(address)
    assert visitor.html.one("input", id="name").get("value") == "Gil"
    visitor.send({"password": "short", "timezone": "UTC"}, 422)
    visitor.send({"name": "Gil Marti", "password": NEW, "language": "de", "timezone": "UTC"})
    visitor.get("/account")
    assert visitor.html.one("input", id="name").get("value") == "Gil Marti"
    assert visitor.html.one("html").get("lang") is not None
    Pages(visitor.client.application).get(address, 404)


def test_a_site_that_cannot_mail_says_so_and_whom_to_ask(visitor, account, sessions):
    visitor.get("/reset")
    assert "cannot send mail" in visitor.html.text
    assert "headwind user reset EMAIL" in visitor.html.text
    assert not [f for f in visitor.html.all("form") if f.get("action") == "/reset"]
    visitor.post("/reset", {"email": EMAIL}, 409)
    assert written(sessions) == []


def test_the_answer_is_the_same_whether_somebody_has_an_account_or_not(mailing, account, sessions):
    answers = set()
    for email in (EMAIL, "nobody@example.org"):
        mailing.get("/reset", base_url=SITE)
        answer = mailing.post("/reset", {"email": email}, 200, base_url=SITE)
        told = [(n, v) for n, v in answer.headers if n not in ("Date", "Content-Length")]
        answers.add((str(told), answer.text.replace(email, "")))
    assert len(answers) == 1
    assert [letter.email for letter in written(sessions)] == [EMAIL]


def test_the_answer_takes_the_same_time_either_way(mailing, account, monkeypatch):
    monkeypatch.setattr(setup, "AT_LEAST", 0.5)

    def seconds(email):
        began = time.monotonic()
        answer = mailing.client.post("/reset", data={"email": email}, base_url=SITE)
        assert answer.status_code == 200
        return time.monotonic() - began

    known, unknown = seconds(EMAIL), seconds("nobody@example.org")
    assert min(known, unknown) >= 0.5
    assert abs(known - unknown) < 0.2


def test_the_mail_leads_to_a_new_password_at_the_address_that_the_settings_name(
    mailing, account, sessions
):
    old = SignedIn(mailing.client.application)
    old.get("/login", base_url=SITE)
    old.send({"email": EMAIL, "password": PASSWORD}, base_url=SITE, headers={"Referer": SITE + "/"})
    mailing.post("/reset", {"email": EMAIL}, 200, base_url=SITE)
    (letter,) = written(sessions)
    link = next(line for line in letter.body.split() if line.startswith("https://"))
    assert link.startswith(f"{SITE}/reset/")
    path = link.removeprefix(SITE)
    mailing.get(path, base_url=SITE)
    mailing.get(path, base_url=SITE)  # mail programs look at links too
    mailing.send({"password": "short"}, 422, base_url=SITE)
    done = mailing.send({"password": NEW}, base_url=SITE)
    mailing.get(done.location, base_url=SITE)
    assert "Your new password is set" in mailing.html.text
    old.get("/surveys", 303, base_url=SITE)
    mailing.get(path, 404, base_url=SITE)
    mailing.get("/login", base_url=SITE)
    again = {"email": EMAIL, "password": NEW}
    mailing.send(again, base_url=SITE, headers={"Referer": SITE + "/"})


def test_another_host_name_gets_into_no_mail(config, sessions, clock, account):
    """Without public_url the address would come from whoever asks."""
    told = {"smtp_host": "mail.example.org", "mail_from": "x@example.org"}
    app = create_app(replace(config, **told), sessions=sessions, clock=clock)
    Pages(app).post("/reset", {"email": EMAIL}, 409, headers={"Host": "evil.example"})
    assert written(sessions) == []


def test_whoever_asks_for_many_addresses_is_braked(mailing, account):
    for number in range(MOST_ASKED):
        mailing.post("/reset", {"email": f"n{number}@example.org"}, 200, base_url=SITE)
    mailing.post("/reset", {"email": EMAIL}, 429, base_url=SITE)
