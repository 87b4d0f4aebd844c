"""One's own account, the second factor at signing in, and the browsers that are signed in."""

from urllib.parse import parse_qs, urlsplit

import pyotp
import pytest
import sqlalchemy as sa

from survey.services.accounts import add_user, find_user
from survey.services.second_factor import switch_on
from survey.storage.workspace import LoginSession
from survey.web.agents import in_two_words
from survey.web.brake import MOST_DIGITS
from tests.web.checking import SignedIn, text_of
from tests.web.conftest import EMAIL, PASSWORD

NEW = "another long password"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
FACTOR = "/account/second-factor"


@pytest.fixture
def eva(app, account) -> SignedIn:
    pages = SignedIn(app)
    pages.sign_in(EMAIL, PASSWORD)
    return pages


@pytest.fixture
def codes(sessions, account, clock):
    """The recovery codes of Eva, who has a second factor; its first digits are used."""
    with sessions() as session:
        user = find_user(session, EMAIL)
        made = switch_on(session, user, PASSWORD, SECRET, digits(clock), clock(), mail=False)
    clock.pass_(minutes=5)
    return made


def digits(clock, secret=SECRET):
    return pyotp.TOTP(secret).at(int(clock().timestamp()))


def half(app) -> SignedIn:
    pages = SignedIn(app)
    pages.sign_in(EMAIL, PASSWORD)
    pages.get("/login")
    return pages


def test_a_name_a_language_and_a_time_zone_are_changed_at_once(eva):
    eva.get("/account")
    told = {"name": "Eva L.", "language": "de", "timezone": "Europe/Vienna"}
    done = eva.send(told, action="/account")
    eva.get(done.location)
    assert eva.html.one("input", id="name").get("value") == "Eva L."
    chosen = [o.get("value") for o in eva.html.all("option") if o.get("selected") is not None]
    assert chosen == ["de"]
    eva.send({"name": "", "timezone": "Mars"}, 422, action="/account")
    assert len(list(eva.html.one("div", role="alert").iter("a"))) == 2


def test_a_new_password_wants_the_old_one_and_signs_other_browsers_out(eva, app):
    other = SignedIn(app)
    other.sign_in(EMAIL, PASSWORD)
    eva.get("/account")
    eva.send({"old": "not mine", "password": NEW}, 422, action="/account/password")
    assert "not your password" in eva.html.text
    done = eva.send({"old": PASSWORD, "password": NEW}, action="/account/password")
    eva.get(done.location)
    other.get("/account", 303)
    SignedIn(app).sign_in(EMAIL, NEW)


def test_the_list_of_sessions_names_each_browser_and_ends_one(eva, app, clock):
    phone = SignedIn(app)
    phone.get("/login")
    agent = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1"
    phone.send({"email": EMAIL, "password": PASSWORD}, headers={"User-Agent": agent})
    eva.get("/account")
    assert "Safari on iPhone" in eva.html.text
    ways = [f for f in eva.html.all("form") if f.get("action") == "/account/sessions"]
    assert len(ways) == 2, "the other browser, and all of them"
    mark = next(i.get("value") for i in ways[0].iter("input") if i.get("name") == "mark")
    eva.send({"mark": mark}, action="/account/sessions")
    phone.get("/account", 303)
    eva.get("/account")


def test_signing_out_everywhere_ends_this_one_too(eva, app):
    other = SignedIn(app)
    other.sign_in(EMAIL, PASSWORD)
    eva.get("/account")
    eva.send({"mark": ""}, action="/account/sessions")
    eva.get("/account", 303)
    other.get("/account", 303)


def test_nobody_ends_the_session_of_somebody_else(eva, app, sessions):
    with sessions() as session:
        add_user(session, "bob@example.org", "Bob", PASSWORD)
    with sessions() as session, session.begin():
        (mark,) = session.scalars(sa.select(LoginSession.mark))
    bob = SignedIn(app)
    bob.sign_in("bob@example.org", PASSWORD)
    bob.get("/account")
    bob.send({"mark": mark}, action="/account/sessions")
    eva.get("/account")


def test_a_second_factor_is_set_up_and_the_codes_are_shown_once(eva, app, clock):
    other = SignedIn(app)
    other.sign_in(EMAIL, PASSWORD)
    eva.get(FACTOR)
    secret = text_of(eva.html.one("p", class_="bigcode")).replace(" ", "")
    picture = eva.html.one("{http://www.w3.org/2000/svg}path")
    assert len(picture.get("d")) > 1000
    eva.get(FACTOR)
    assert secret in eva.html.text.replace(" ", ""), "the same picture again"
    eva.send({"digits": "000000", "password": PASSWORD}, 422)
    eva.send({"digits": digits(clock, secret), "password": "wrong"}, 422)
    told = {"digits": digits(clock, secret), "password": PASSWORD}
    eva.send(told, 200)
    assert len(eva.html.all("code")) == 8
    eva.get(FACTOR)
    assert not eva.html.all("code")
    assert "8 recovery codes are left" in eva.html.text
    other.get("/account", 303)  # whoever is there has shown no digits


def test_codes_are_not_renewed_where_the_factor_was_taken_off_in_another_window(app, codes, clock):
    pages = half(app)
    pages.send({"digits": digits(clock)})
    pages.get(FACTOR)
    before = pages.html
    pages.send({"off-password": PASSWORD}, action=f"{FACTOR}/off")
    pages.html = before
    pages.send({"codes-password": PASSWORD}, 422, action=f"{FACTOR}/codes")
    assert "There is no second factor on this account" in pages.html.text
    assert not pages.html.all("code")


def test_signing_in_takes_password_and_digits(app, codes, clock):
    pages = half(app)
    assert pages.html.h1 == "Your second factor"
    pages.get("/account", 303)
    pages.get("/login")
    pages.send({"digits": "123 456"}, 422)
    entered = pages.send({"digits": digits(clock)})
    assert entered.location == "/surveys"
    pages.get("/account")


def test_half_signed_in_one_sees_no_page(app, codes, opened):
    pages = half(app)
    for address in ("/surveys", "/account", FACTOR, f"/surveys/{opened.slug}"):
        assert pages.get(address, 303).location.startswith("/login?next=")


def test_the_same_digits_sign_nobody_in_twice(app, codes, clock):
    half(app).send({"digits": digits(clock)})
    half(app).send({"digits": digits(clock)}, 422)


def test_after_many_wrong_digits_right_ones_wait_and_a_recovery_code_does_not(app, codes, clock):
    pages = half(app)
    for number in range(MOST_DIGITS):
        pages.send(
            {"digits": f"{number:06}"}, 422, environ_base={"REMOTE_ADDR": f"192.0.2.{number}"}
        )
    pages.send({"digits": digits(clock)}, 429)
    assert "wait an hour" in pages.html.text
    pages.send({"recovery": codes[0]})
    pages.get("/account")


def test_signing_in_leads_on_to_where_somebody_wanted_to_go(app, codes, clock, opened):
    pages, wanted = SignedIn(app), f"/surveys/{opened.slug}/close"
    pages.get(pages.get(wanted, 303).location)
    second = pages.send({"email": EMAIL, "password": PASSWORD})
    assert parse_qs(urlsplit(second.location).query) == {"next": [wanted]}
    pages.get(second.location)
    assert pages.send({"digits": digits(clock)}).location == wanted


def test_ten_minutes_later_the_password_is_asked_again(app, codes, clock):
    pages = half(app)
    clock.pass_(minutes=10)
    assert pages.send({"digits": digits(clock)}).location == "/login"
    pages.get("/login")
    assert pages.html.h1 == "Sign in"


def test_new_codes_and_taking_it_off_want_the_password(app, codes, clock):
    pages = half(app)
    pages.send({"digits": digits(clock)})
    pages.get(FACTOR)
    pages.send({"codes-password": "wrong"}, 422, action=f"{FACTOR}/codes")
    pages.send({"codes-password": PASSWORD}, 200, action=f"{FACTOR}/codes")
    shown = {text_of(code) for code in pages.html.all("code")}
    assert len(shown) == 8
    assert not shown & set(codes)
    pages.get(FACTOR)
    pages.send({"off-password": ""}, 422, action=f"{FACTOR}/off")
    pages.send({"off-password": PASSWORD}, action=f"{FACTOR}/off")
    SignedIn(app).sign_in(EMAIL, PASSWORD)


def test_passwords_that_are_asked_again_are_braked_too(eva):
    eva.get("/account")
    for _ in range(8):
        eva.send({"old": "wrong", "password": NEW}, 422, action="/account/password")
    eva.send({"old": PASSWORD, "password": NEW}, 429, action="/account/password")


def test_a_browser_is_named_in_two_words():
    windows = (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36"
    )
    assert in_two_words(windows + " Edg/140.0") == "Edge/Windows"
    assert in_two_words(windows) == "Chrome/Windows"
    assert in_two_words("Mozilla/5.0 (Linux; Android 15) Firefox/140.0") == "Firefox/Android"
    assert in_two_words("<script>") == "/"
    assert in_two_words("") == "/"
