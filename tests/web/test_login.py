"""Signing in and out, and the door before every page of the console."""

from datetime import timedelta
from threading import Barrier, Thread
from time import sleep

import pytest
from werkzeug.routing.converters import AnyConverter, NumberConverter

from survey.services.accounts import SignInRefused
from survey.services.sessions import LASTS
from survey.web.brake import MOST_FOR_ONE, MOST_HERE, Brake, TooManyTries
from survey.web.login import local
from tests.web.checking import Pages, SignedIn
from tests.web.conftest import EMAIL, PASSWORD


@pytest.fixture
def visitor(app) -> SignedIn:
    """A browser in which nobody has signed in yet."""
    return SignedIn(app)


def test_an_instance_without_accounts_says_how_to_add_one(visitor):
    for address in ("/", "/login"):
        visitor.get(address)
        assert "the terminal in which headwind run was started" in visitor.html.text
        assert "headwind user add EMAIL" in visitor.html.text


def test_the_way_in_and_out(visitor, account):
    visitor.get("/login")
    assert "headwind user add" not in visitor.html.text
    entered = visitor.send({"email": EMAIL, "password": PASSWORD})
    assert entered.location == "/surveys"
    visitor.get("/surveys")
    assert visitor.get("/login", 303).location == "/surveys"
    visitor.get("/surveys")
    out = visitor.html.one("form", action="/logout")
    token = next(out.iter("input")).get("value")
    visitor.post("/logout", {"csrf_token": token})
    assert visitor.get("/surveys", 303).location == "/login?next=/surveys"


def test_the_address_may_be_typed_in_capitals_and_with_a_space(visitor, account):
    visitor.sign_in(" EVA@example.org ", PASSWORD)


@pytest.mark.parametrize(("email", "password"), [(EMAIL, "wrong"), ("who@example.org", PASSWORD)])
def test_a_refusal_says_the_same_whatever_was_wrong(visitor, account, email, password):
    visitor.sign_in(email, password, status=422)
    assert "Address and password do not belong together." in visitor.html.text
    assert visitor.html.title.startswith("Error: ")
    assert visitor.html.one("input", id="email").get("value") == email
    assert not visitor.html.one("input", id="password").get("value")


def test_empty_fields_are_told_together(visitor, account):
    visitor.sign_in("", "", status=422)
    links = [link.get("href") for link in visitor.html.one("div", role="alert").iter("a")]
    assert links == ["#email", "#password"]


def test_the_session_is_another_one_after_signing_in(visitor, account):
    visitor.get("/login")
    before = visitor.client.get_cookie("headwind").value
    visitor.send({"email": EMAIL, "password": PASSWORD})
    with visitor.client.session_transaction() as session:
        assert set(session) == {"token"}
    assert visitor.client.get_cookie("headwind").value != before


def test_a_copied_cookie_is_worth_nothing_after_signing_out(visitor, account, app):
    visitor.sign_in(EMAIL, PASSWORD)
    stolen = visitor.client.get_cookie("headwind").value
    visitor.get("/surveys")
    token = next(visitor.html.one("form", action="/logout").iter("input")).get("value")
    visitor.post("/logout", {"csrf_token": token})
    thief = Pages(app)
    thief.client.set_cookie("headwind", stolen)
    thief.get("/surveys", 303)


def test_a_session_ends_by_itself(visitor, account, clock):
    visitor.sign_in(EMAIL, PASSWORD)
    clock.now += LASTS - timedelta(minutes=1)
    visitor.get("/surveys")
    clock.pass_(minutes=2)
    visitor.get("/surveys", 303)


def test_the_cookie_is_for_this_site_and_not_for_scripts(visitor, account):
    cookie = visitor.sign_in(EMAIL, PASSWORD).headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_signing_in_leads_back_to_where_somebody_wanted_to_go(visitor, account, opened):
    wanted = f"/surveys/{opened.slug}/close"
    visitor.get(visitor.get(wanted, 303).location)
    assert visitor.send({"email": EMAIL, "password": PASSWORD}).location == wanted


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example/",
        "\\\\elsewhere.example",
        "/\t/elsewhere.example",
        "javascript:alert(1)",
        "surveys",
        "",
        "/ünicode",
    ],
)
def test_signing_in_never_leads_to_another_site(elsewhere):
    assert local(elsewhere) == "/surveys"
    assert local("/surveys?page=2") == "/surveys?page=2"


def test_a_form_of_another_site_signs_nobody_in(visitor, account):
    visitor.get("/login")
    visitor.post("/login", {"email": EMAIL, "password": PASSWORD}, status=400)
    visitor.get("/surveys", 303)


def test_over_https_the_form_is_taken_with_our_own_referrer_alone(account, config, sessions, clock):
    from dataclasses import replace

    from survey.app import create_app

    site = "https://survey.example.org"
    app = create_app(replace(config, public_url=site), sessions=sessions, clock=clock)
    app.testing = True
    visitor = SignedIn(app)
    visitor.get("/login", base_url=site)
    told = {"email": EMAIL, "password": PASSWORD}
    other = {"Referer": "https://elsewhere.example/"}
    visitor.send(told, 400, base_url=site, headers=other)
    visitor.get("/login", base_url=site)
    entered = visitor.send(told, base_url=site, headers={"Referer": f"{site}/login"})
    assert "Secure" in entered.headers["Set-Cookie"]
    assert entered.headers["Set-Cookie"].startswith("__Host-headwind=")


def test_after_many_wrong_tries_even_the_right_password_has_to_wait(visitor, account):
    for _ in range(MOST_FOR_ONE):
        visitor.sign_in(EMAIL, "wrong", status=422)
    visitor.sign_in(EMAIL, PASSWORD, status=429)
    assert "wait five minutes" in visitor.html.text


class Guesses:
    """Somebody who guesses, with a clock of their own."""

    def __init__(self) -> None:
        self.now = 0.0
        self.brake = Brake(lambda: self.now)

    def guess(self, network: str, email: str) -> None:
        with pytest.raises(SignInRefused), self.brake.trying(network, email):
            raise SignInRefused


def test_the_brake_lets_go_after_five_minutes():
    them = Guesses()
    for _ in range(MOST_FOR_ONE):
        them.guess("192.0.2.1", EMAIL)
    with pytest.raises(TooManyTries), them.brake.trying("192.0.2.1", EMAIL.upper()):
        pass
    them.now = 301
    with them.brake.trying("192.0.2.1", EMAIL):
        pass


def test_nobody_can_keep_somebody_else_out_from_another_address():
    them = Guesses()
    for _ in range(MOST_FOR_ONE):
        them.guess("192.0.2.1", EMAIL)
    with them.brake.trying("192.0.2.2", EMAIL):
        pass


def test_trying_many_addresses_is_braked_too():
    them = Guesses()
    for number in range(MOST_HERE):
        them.guess("192.0.2.1", f"user{number}@example.org")
    with pytest.raises(TooManyTries), them.brake.trying("192.0.2.1", "another@example.org"):
        pass


def test_many_tries_at_the_same_time_are_no_more_than_one_after_the_other():
    """A server answers 32 at once; what is under way counts until it is known to be right."""
    them, tried, start = Guesses(), [], Barrier(24)

    def guess():
        start.wait()
        try:
            with them.brake.trying("192.0.2.1", EMAIL):
                tried.append(1)
                sleep(0.005)
                raise SignInRefused
        except (SignInRefused, TooManyTries):
            return

    everybody = [Thread(target=guess) for _ in range(24)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    assert len(tried) == MOST_FOR_ONE
    assert not them.brake._open


def test_right_passwords_at_the_same_time_wait_for_each_other_and_all_come_in():
    them, within = Guesses(), []

    def sign_in():
        with them.brake.trying("192.0.2.1", EMAIL):
            sleep(0.005)
            within.append(1)

    everybody = [Thread(target=sign_in) for _ in range(24)]
    for one in everybody:
        one.start()
    for one in everybody:
        one.join()
    assert len(within) == 24


PUBLIC = "/static/", "/s/", "/shared/", "/healthz", "/login", "/setup/", "/reset", "/invite/"


def stands_for(rule, name):
    """What stands for a part of an address: a text, a number, or one of a list."""
    kind = rule._converters[name]
    if isinstance(kind, AnyConverter):
        return min(kind.items)
    return 1 if isinstance(kind, NumberConverter) else "x"


def test_every_page_of_the_console_asks_to_sign_in_first(visitor, account, opened):
    """Over the list of routes, so that a new page cannot be forgotten."""
    routes = visitor.client.application.url_map
    visitor.get("/login")
    token = visitor.html.one("form", action="/login").find("input").get("value")
    asked = 0
    for rule in routes.iter_rules():
        if rule.rule == "/" or rule.rule.startswith(PUBLIC) or rule.rule == "/logout":
            continue
        told = {name: stands_for(rule, name) for name in rule.arguments} | {"slug": opened.slug}
        path = routes.bind("localhost").build(rule.endpoint, told)
        for method in rule.methods & {"GET", "POST"}:
            data = {"csrf_token": token} if method == "POST" else None
            answer = visitor.client.open(path, method=method, data=data)
            assert answer.status_code == 303, (
                f"{method} {rule.rule}: see NEEDS in survey/web/rights.py"
            )
            assert answer.location.startswith("/login?next=%2F") or answer.location.startswith(
                "/login?next=/"
            )
            asked += 1
    assert asked >= 8
