"""A form sent after its session had ended is kept, shown, and sent when somebody says so."""

import pyotp
import pytest

from survey.services.accounts import find_user
from survey.services.second_factor import switch_on
from survey.web.resending import FINAL, MOST
from tests.web.checking import SignedIn, fields_of
from tests.web.conftest import EMAIL, PASSWORD

OURS = {"Sec-Fetch-Site": "same-origin", "Origin": "http://localhost"}
TYPED = {"name": "Eva <Lindqvist>", "language": "en", "timezone": "Europe/Vienna"}


@pytest.fixture
def eva(app, account, clock) -> SignedIn:
    """Eva, who fills in a form while her session ends."""
    pages = SignedIn(app)
    pages.sign_in(EMAIL, PASSWORD)
    pages.get("/account")
    clock.pass_(hours=13)
    return pages


def kept_page(pages, typed=TYPED):
    pages.send(typed, 401, action="/account", headers=OURS)


def test_what_was_typed_comes_back_after_signing_in_and_is_sent_by_a_button(eva, sessions):
    kept_page(eva)
    assert eva.html.h1 == "Sign in again"
    assert "not lost" in eva.html.text
    eva.send({"email": EMAIL, "password": PASSWORD}, 200, action="/login")
    assert eva.html.h1 == "Not sent yet"
    for value in TYPED.values():
        assert value in eva.html.text
    with sessions() as session:
        assert find_user(session, EMAIL).timezone == "UTC", "nothing is sent by itself"
    eva.send(action="/account")
    with sessions() as session:
        found = find_user(session, EMAIL)
    assert (found.name, found.timezone) == (TYPED["name"], TYPED["timezone"])


def test_a_wrong_password_in_between_loses_nothing(eva):
    kept_page(eva)
    eva.send({"email": EMAIL, "password": "wrong"}, 422, action="/login")
    eva.send({"email": EMAIL, "password": PASSWORD}, 200, action="/login")
    assert TYPED["name"] in eva.html.text


def test_a_second_factor_in_between_loses_nothing(eva, sessions, clock):
    secret = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
    app = pyotp.TOTP(secret)
    with sessions() as session:
        user, now = find_user(session, EMAIL), clock()
        switch_on(session, user, PASSWORD, secret, app.at(int(now.timestamp())), now, mail=False)
    clock.pass_(minutes=2)
    kept_page(eva)
    eva.send({"email": EMAIL, "password": PASSWORD}, 200, action="/login")
    assert eva.html.h1 == "Your second factor"
    eva.send({"digits": "000000"}, 422, action="/login/second")
    eva.send({"digits": app.at(int(clock().timestamp()))}, 200, action="/login/second")
    eva.send(action="/account")


def test_passwords_and_codes_are_not_kept(eva):
    secret = {"old-password": "one secret", "code_2": "another secret", "digits": "123456"}
    kept_page(eva, TYPED | secret)
    eva.send({"email": EMAIL, "password": PASSWORD}, 200, action="/login")
    form = next(f for f in eva.html.all("form") if f.get("action") == "/account")
    assert set(fields_of(form)) == {*TYPED, "csrf_token"}
    assert "secret" not in eva.html.source


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost.elsewhere.example"},
        {},
    ],
)
def test_what_another_site_sent_is_not_kept(eva, headers):
    eva.send(TYPED, 303, action="/account", headers=headers)


def test_what_comes_with_a_cross_site_origin_and_no_other_sign_is_judged_by_the_origin(eva):
    eva.send(TYPED, 401, action="/account", headers={"Origin": "http://localhost"})


def test_a_kept_form_cannot_be_made_up(app, account):
    pages = SignedIn(app)
    pages.get("/login")
    forged = "WyIvYWNjb3VudCIsW11d.x"
    entered = pages.send({"email": EMAIL, "password": PASSWORD, "kept": forged})
    assert entered.location == "/surveys"


def test_too_much_or_a_file_is_not_kept(eva):
    eva.send(TYPED | {"more": "x" * MOST}, 303, action="/account", headers=OURS)


@pytest.mark.parametrize(
    "path",
    [
        "/surveys/x/close",
        "/surveys/x/delete",
        "/clients/c/delete",
        "/surveys/x/comments/3",
        "/account/sessions",
        "/account/second-factor/off",
        "/drafts/d/open",
    ],
)
def test_what_ends_something_is_not_done_by_the_way(path):
    assert FINAL.search(path)


@pytest.mark.parametrize(
    "path", ["/surveys/new", "/account", "/clients/offices", "/drafts/opening"]
)
def test_what_is_filled_in_is_kept(path):
    assert not FINAL.search(path)


def test_a_form_that_closes_a_survey_is_not_kept(eva, opened):
    told = {"code": "x", "why": "y"}
    answer = eva.post(f"/surveys/{opened.slug}/close", told, 303, headers=OURS)
    assert answer.location.startswith("/login?next=")
