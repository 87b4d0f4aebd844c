"""The brake on guessing codes: an office goes on, a guesser does not, nothing is remembered."""

import time

import pytest

from survey.ballots.codes import person_code
from survey.web.brake import MOST_CODES, Brake, codes_brake
from tests.web.checking import SignedIn, text_of
from tests.web.conftest import EMAIL, PASSWORD

HERE, THERE = "192.0.2.1", "192.0.2.2"


@pytest.fixture
def guess(page, opened):
    """Send a form from a network address."""

    def send(code, status, network=HERE, **answers):
        sender = {"REMOTE_ADDR": network}
        return page.post(
            f"/s/{opened.slug}", answers | {"code": code}, status, environ_overrides=sender
        )

    return send


def test_after_many_wrong_codes_from_one_network_only_a_right_one_is_taken(page, opened, guess):
    sizes = {len(guess(person_code(), 200).data) for _ in range(MOST_CODES)}
    sizes.add(len(guess("hello", 429, T1="4").data))
    told = text_of(page.html.one("div", class_="errsum"))
    assert "Too many wrong codes came from your network" in told
    assert "Nothing was stored yet" in told
    assert page.html.one("input", name="T1").get("value") == "4"
    sizes.add(len(guess(opened.codes["north"][0], 200).data))
    assert page.html.h1 == "Your answers have arrived"
    assert len(sizes) == 1
    guess(person_code(), 200, THERE)


def test_signing_in_is_not_braked_by_wrong_codes(app, page, guess, account):
    for _ in range(MOST_CODES):
        guess("hello", 200, "127.0.0.1")
    guess("hello", 429, "127.0.0.1")
    SignedIn(app).sign_in(EMAIL, PASSWORD)


def test_a_wrong_code_is_counted_without_the_address_in_clear(app, guess):
    guess("hello", 200)
    with app.app_context():
        kept = repr(vars(codes_brake()))
    assert HERE not in kept
    assert len(codes_brake_of(app)._tries) == 1


def test_after_its_window_nothing_of_an_address_is_left_though_nobody_asks():
    brake = Brake(rest=0.2)
    for number in range(50):
        brake.wrong(f"198.51.100.{number}", most=3)
    hashes, key = list(brake._counts), brake._key
    assert len(hashes) == 50
    end = time.monotonic() + 10
    while brake._tries and time.monotonic() < end:
        time.sleep(0.02)
    left = (list(brake._tries), dict(brake._counts), brake._key, brake._timer)
    assert left == ([], {}, b"", None)
    assert brake.wrong("198.51.100.1", most=1) is False
    assert brake._key != key
    assert hashes[1] not in brake._counts


def test_one_site_of_the_newer_internet_counts_as_one_place():
    brake = Brake()
    assert [brake.wrong(f"2001:db8:1:2::{n}", most=2) for n in range(1, 4)] == [False, False, True]
    assert not brake.wrong("2001:db8:1:3::1", most=2)
    assert not brake.wrong("::ffff:not an address", most=2)


def codes_brake_of(app):
    with app.app_context():
        return codes_brake()
