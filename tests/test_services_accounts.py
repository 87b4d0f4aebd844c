"""Those who run surveys sign in; a stolen database signs nobody in."""

import time
from datetime import timedelta

import pytest

from survey.services import accounts
from survey.services.accounts import (
    AccountIncomplete,
    AddressTaken,
    SignInRefused,
    TooManySignIns,
    User,
    add_user,
    has_users,
)
from survey.services.sessions import sign_out, who
from survey.services.signing_in import sign_in
from survey.storage.engine import engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.workspace import Account, LoginSession
from tests.collecting import NOON

PASSWORD = "a long enough password"
HALF_A_DAY = timedelta(hours=12)


@pytest.fixture
def sessions(database_url):
    migrate(database_url)
    factory = make_sessions(database_url)
    yield factory
    engine_of(factory).dispose()


@pytest.fixture
def ana(sessions):
    with sessions() as session:
        return add_user(session, " Ana@Example.org ", "Ana", PASSWORD)


def signed_in(sessions, now=NOON):
    with sessions() as session:
        return sign_in(session, "ANA@example.org", PASSWORD, now)


def seen(sessions, token, now=NOON):
    with sessions() as session:
        return who(session, token, now)


def test_who_signs_in_is_known_for_twelve_hours(sessions, ana):
    token = signed_in(sessions)
    assert ana == User("ana@example.org", "Ana", id=ana.id)
    assert seen(sessions, token) == ana
    assert seen(sessions, token, NOON + HALF_A_DAY - timedelta(seconds=1)) == ana
    assert seen(sessions, token, NOON + HALF_A_DAY) is None


def test_signing_out_ends_this_session_and_no_other(sessions, ana):
    one, other = signed_in(sessions), signed_in(sessions)
    with sessions() as session:
        sign_out(session, one)
    assert seen(sessions, one) is None
    assert seen(sessions, other) == ana


def test_neither_password_nor_token_is_stored(sessions, ana):
    token = signed_in(sessions)
    with sessions() as session:
        account = session.query(Account).one()
        kept = session.query(LoginSession).one()
    assert account.password.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in account.password
    assert token.encode() not in kept.token_hash
    assert len(kept.token_hash) == 32


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("ana@example.org", "wrong"),
        ("bob@example.org", PASSWORD),
        ("", ""),
        ("ana@example.org", ""),
    ],
)
def test_a_wrong_password_and_an_unknown_address_are_told_alike(sessions, ana, email, password):
    with sessions() as session, pytest.raises(SignInRefused) as told:
        sign_in(session, email, password, NOON)
    assert str(told.value) == "Address and password do not belong together. Please try again."


def test_an_unknown_address_takes_as_long_as_a_wrong_password(sessions, ana):
    def seconds(email):
        began = time.process_time()
        with sessions() as session, pytest.raises(SignInRefused):
            sign_in(session, email, "wrong password", NOON)
        return time.process_time() - began

    seconds("ana@example.org")
    known = min(seconds("ana@example.org") for _ in range(5))
    unknown = min(seconds("nobody@example.org") for _ in range(5))
    assert 0.5 < unknown / known < 2


def test_old_sessions_are_cleared_when_somebody_signs_in(sessions, ana):
    signed_in(sessions)
    signed_in(sessions, NOON + HALF_A_DAY)
    with sessions() as session:
        assert session.query(LoginSession).count() == 1


def test_an_address_has_one_account(sessions, ana):
    with sessions() as session, pytest.raises(AddressTaken, match=r"ana@example\.org"):
        add_user(session, "ANA@example.org", "Another Ana", PASSWORD)


def test_everything_that_an_account_lacks_is_told_at_once(sessions):
    with sessions() as session, pytest.raises(AccountIncomplete) as told:
        add_user(session, "nowhere", " ", "short")
    for word in ("e-mail", "name", "12 characters"):
        assert word in str(told.value)
    with sessions() as session:
        assert not has_users(session)


def test_an_instance_knows_whether_anybody_can_sign_in(sessions, ana):
    with sessions() as session:
        assert has_users(session)


def test_more_sign_ins_at_once_than_the_machine_bears_are_put_off(sessions, ana, monkeypatch):
    monkeypatch.setattr(accounts, "PATIENCE", 0.05)
    for _ in range(accounts.AT_ONCE):
        assert accounts._TURNS.acquire(timeout=1)
    try:
        with sessions() as session, pytest.raises(TooManySignIns):
            sign_in(session, "ana@example.org", PASSWORD, NOON)
    finally:
        for _ in range(accounts.AT_ONCE):
            accounts._TURNS.release()
    assert seen(sessions, signed_in(sessions)) == ana
