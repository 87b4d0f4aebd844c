"""Links of one use: the first owner, an invitation, a forgotten password."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.services.accounts import AccountIncomplete, SignInRefused, User, add_user, find_user
from survey.services.sessions import who
from survey.services.signing_in import half_signed_in, sign_in
from survey.services.tickets import LinkUsedUp, make_ticket
from survey.services.ways_in import (
    Newcomer,
    accept,
    ask_for_password,
    can_set_up,
    choose_password,
    forgetful,
    invited,
    let_back_in,
    set_up,
    setup_link,
)
from survey.storage.workspace import Account, Letter, Ticket
from tests.accounts import emptied
from tests.collecting import NOON

PASSWORD, OTHER = "a long enough password", "another long password"
EVA = Newcomer("Eva", PASSWORD, "de", "Europe/Berlin", " Eva@Example.org")


@pytest.fixture
def sessions(once):
    return emptied(once)


@pytest.fixture
def session(sessions):
    with sessions() as session:
        yield session


@pytest.fixture
def ana(session):
    return add_user(session, "ana@example.org", "Ana", PASSWORD)


def started(session) -> str:
    """The link that a server prints when it starts."""
    token = setup_link(session, NOON)
    assert token
    return token


def known(session, token) -> User:
    user = who(session, token, NOON)
    assert user
    return user


def letters(session):
    with session.begin():
        return session.scalars(sa.select(Letter)).all()


def asked(session, email="ana@example.org", now=NOON):
    ask_for_password(session, email, "https://x.example/reset/{}".format, now)
    return [letter.body.partition("/reset/")[2].split()[0] for letter in letters(session)]


def test_the_set_up_link_makes_one_owner_and_is_dead_then(session):
    token = started(session)
    can_set_up(session, token, NOON)
    signed_in = set_up(session, token, EVA, NOON, "Firefox/Linux")
    user = known(session, signed_in)
    assert (user.email, user.name, user.role) == ("eva@example.org", "Eva", "owner")
    assert (user.language, user.timezone) == ("de", "Europe/Berlin")
    with pytest.raises(LinkUsedUp):
        can_set_up(session, token, NOON)
    with pytest.raises(LinkUsedUp):
        set_up(session, token, EVA, NOON, "")
    assert setup_link(session, NOON) is None


def test_each_start_makes_the_earlier_link_void(session):
    first, second = started(session), started(session)
    with pytest.raises(LinkUsedUp):
        can_set_up(session, first, NOON)
    can_set_up(session, second, NOON)
    with pytest.raises(LinkUsedUp):
        can_set_up(session, second, NOON + timedelta(hours=24))


def test_the_set_up_link_is_dead_as_soon_as_there_is_anybody(session):
    token = started(session)
    add_user(session, "ana@example.org", "Ana", PASSWORD)
    with pytest.raises(LinkUsedUp):
        can_set_up(session, token, NOON)
    with pytest.raises(LinkUsedUp):
        set_up(session, token, EVA, NOON, "")


def test_two_who_send_the_set_up_form_at_once_make_one_owner(sessions):
    with sessions() as session:
        token = started(session)

    def make(number):
        with sessions() as session:
            try:
                told = replace(EVA, email=f"eva{number}@example.org")
                return bool(set_up(session, token, told, NOON, ""))
            except LinkUsedUp:
                return False

    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(make, range(4)))
    assert sum(made) == 1
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 1


def test_a_form_that_lacks_something_leaves_the_link_as_it_was(session):
    token = started(session)
    with pytest.raises(AccountIncomplete) as told:
        set_up(session, token, Newcomer(" ", "short", "en", "UTC", "nowhere"), NOON, "")
    for word in ("e-mail", "name", "12 characters"):
        assert word in str(told.value)
    assert set_up(session, token, EVA, NOON, "")


def test_no_link_stands_in_the_database(session, ana):
    token = make_ticket(session, "reset", ana.id, NOON)
    with session.begin():
        kept = session.scalars(sa.select(Ticket)).one()
    assert len(kept.token_hash) == 32
    assert token.encode() not in kept.token_hash


@pytest.mark.parametrize("wrong", ["", "x", "x" * 43, "ü" * 43, "x" * 5000])
def test_a_link_that_is_none_leads_nowhere(session, ana, wrong):
    for work in (can_set_up, invited, forgetful):
        with pytest.raises(LinkUsedUp):
            work(session, wrong, NOON)


def test_a_link_is_good_for_what_it_was_made_for_and_nothing_else(session, ana):
    token = make_ticket(session, "reset", ana.id, NOON)
    for work in (can_set_up, invited):
        with pytest.raises(LinkUsedUp):
            work(session, token, NOON)
    assert forgetful(session, token, NOON) == ana


def test_somebody_who_was_invited_chooses_name_password_and_language(session, ana):
    guest = add_user(session, "guest@example.org", "Guest", "", "reader")
    old = make_ticket(session, "invite", guest.id, NOON)
    token = make_ticket(session, "invite", guest.id, NOON)
    with pytest.raises(LinkUsedUp):
        invited(session, old, NOON)
    assert invited(session, token, NOON) == guest
    signed_in = accept(session, token, replace(EVA, name="Gil", email=""), NOON, "")
    found = known(session, signed_in)
    assert (found.email, found.name, found.role) == ("guest@example.org", "Gil", "reader")
    with pytest.raises(LinkUsedUp):
        accept(session, token, EVA, NOON, "")


def test_a_forgotten_password_is_chosen_anew_and_everybody_is_signed_out(session, ana):
    signed_in = sign_in(session, ana.email, PASSWORD, NOON)
    (token,) = asked(session)
    assert who(session, signed_in, NOON) == ana, "asking alone changes nothing"
    assert forgetful(session, token, NOON) == ana
    choose_password(session, token, OTHER, NOON)
    assert who(session, signed_in, NOON) is None
    with pytest.raises(SignInRefused):
        sign_in(session, ana.email, PASSWORD, NOON)
    assert sign_in(session, ana.email, OTHER, NOON)
    with pytest.raises(LinkUsedUp):
        choose_password(session, token, PASSWORD, NOON)


def test_the_link_of_a_mail_lasts_an_hour(session, ana):
    (token,) = asked(session)
    late = NOON + timedelta(hours=1)
    forgetful(session, token, late - timedelta(seconds=1))
    with pytest.raises(LinkUsedUp):
        choose_password(session, token, OTHER, late)


def test_a_mail_of_the_account_waits_in_the_outbox_in_its_own_language(session):
    token = started(session)
    set_up(session, token, EVA, NOON, "")
    asked(session, "eva@example.org")
    (letter,) = letters(session)
    assert (letter.kind, letter.state, letter.due) == ("account", "waiting", NOON)
    assert (letter.email, letter.name, letter.language) == ("eva@example.org", "Eva", "de")
    assert letter.code is None
    assert "https://x.example/reset/" in letter.body


def test_whoever_asks_again_and_again_sends_one_mail_in_five_minutes(session, ana):
    asked(session)
    assert len(asked(session)) == 1
    assert len(asked(session, now=NOON + timedelta(minutes=4))) == 1
    first, second = asked(session, now=NOON + timedelta(minutes=6))
    for token in (first, second):
        assert forgetful(session, token, NOON + timedelta(minutes=7)) == ana


def test_nobody_is_written_to_who_has_no_account_or_a_shut_one(session, ana):
    assert asked(session, "nobody@example.org") == []
    with session.begin():
        session.get(Account, ana.id).active = False
    assert asked(session) == []
    let_back_in(session, ana)
    assert len(asked(session)) == 1


def test_a_shut_account_comes_in_by_no_link(session, ana):
    token = make_ticket(session, "reset", ana.id, NOON)
    with session.begin():
        session.get(Account, ana.id).active = False
    with pytest.raises(LinkUsedUp):
        choose_password(session, token, OTHER, NOON)


def test_a_new_password_does_not_take_the_second_factor_off(session, ana):
    with session.begin():
        session.get(Account, ana.id).second_factor = "JBSWY3DPEHPK3PXP"
    choose_password(session, make_ticket(session, "reset", ana.id, NOON), OTHER, NOON)
    token = sign_in(session, ana.email, OTHER, NOON)
    assert who(session, token, NOON) is None
    assert half_signed_in(session, token, NOON) == find_user(session, ana.email).id
    guest = make_ticket(session, "invite", ana.id, NOON)
    assert who(session, accept(session, guest, EVA, NOON, ""), NOON) is None
