"""Helping somebody who cannot sign in: what an owner can do, and how the person learns of it."""

from datetime import timedelta
from itertools import islice

import pytest
import sqlalchemy as sa

from survey.mail import Outcome, Sent
from survey.services.account_mails import unsent_mails
from survey.services.accounts import SignInRefused, add_user
from survey.services.helped import helped, mark_read, unread
from survey.services.helping import (
    LINK_LASTS,
    NotHereYet,
    OwnAccount,
    make_way_back,
    take_factor,
)
from survey.services.invitations import SwitchedOff, make_invitation
from survey.services.memberships import Asked, invite, remove, switch
from survey.services.outbox import TRIES, claim, settle
from survey.services.second_factor import NoSecondFactor, state_of
from survey.services.sessions import who
from survey.services.signing_in import sign_in
from survey.services.tickets import LinkUsedUp
from survey.services.ways_in import Newcomer, accept, ask_for_password, choose_password, forgetful
from survey.storage.workspace import Account, Letter
from tests.accounts import emptied
from tests.collecting import NOON

PASSWORD, OTHER = "a long enough password", "another long password"
OLA, ANA = "ola@example.org", "ana@example.org"


@pytest.fixture
def session(once):
    with emptied(once)() as session:
        yield session


@pytest.fixture
def owner(session):
    return add_user(session, OLA, "Ola", PASSWORD)


@pytest.fixture
def ana(session):
    """A consultant with a second factor."""
    user = add_user(session, ANA, "Ana", PASSWORD, "consultant")
    with session.begin():
        session.get(Account, user.id).second_factor = "JBSWY3DPEHPK3PXP"
    return user


def link(session, account, by, now=NOON, mail=False):
    """The token of a link to a new password that an owner makes."""
    return make_way_back(session, account.id, by, str, now, mail=mail)


def told(lines):
    return [(one.by, one.what) for one in lines]


def letters(session):
    with session.begin():
        return list(session.scalars(sa.select(Letter).order_by(Letter.subject)))


def read_all(session, email):
    mark_read(session, email, helped(session, email)[0].id)


def test_a_lost_phone_is_no_longer_asked_for_and_the_person_learns_who_did_that(
    session, owner, ana
):
    before = sign_in(session, OLA, PASSWORD, NOON)
    take_factor(session, ana.id, owner, NOON, mail=True)
    assert not state_of(session, ana).on
    assert who(session, sign_in(session, ANA, PASSWORD, NOON), NOON) == ana
    assert told(unread(session, ana.email)) == [(OLA, "factor")]
    (letter,) = letters(session)
    assert (letter.kind, letter.email) == ("account", ANA)
    assert "Ola (ola@example.org) took the second factor" in letter.body
    read_all(session, ana.email)
    assert unread(session, ana.email) == ()
    assert told(helped(session, ana.email)) == [(OLA, "factor")], "it stays"
    with pytest.raises(NoSecondFactor):
        take_factor(session, ana.id, owner, NOON, mail=True)
    assert who(session, before, NOON) == owner, "the owner stays signed in"


def test_it_signs_the_person_out_everywhere(session, owner, ana):
    with session.begin():
        session.get(Account, ana.id).second_factor = None
    token = sign_in(session, ANA, PASSWORD, NOON)
    with session.begin():
        session.get(Account, ana.id).second_factor = "JBSWY3DPEHPK3PXP"
    take_factor(session, ana.id, owner, NOON, mail=False)
    assert who(session, token, NOON) is None


def test_a_link_that_is_handed_over_works_once_for_a_day_and_the_newest_alone(session, owner, ana):
    first, second = link(session, ana, owner), link(session, ana, owner)
    with pytest.raises(LinkUsedUp):
        forgetful(session, first, NOON)
    late = NOON + LINK_LASTS
    assert forgetful(session, second, late - timedelta(seconds=1)) == ana
    with pytest.raises(LinkUsedUp):
        choose_password(session, second, OTHER, late)
    third = link(session, ana, owner)
    choose_password(session, third, OTHER, NOON)
    with pytest.raises(LinkUsedUp):
        choose_password(session, third, PASSWORD, NOON)


def test_an_owner_who_takes_an_account_over_cannot_hide_it(session, owner, ana):
    """Whatever was read under the owner's password is told again to whoever comes back."""
    take_factor(session, ana.id, owner, NOON, mail=False)
    choose_password(session, link(session, ana, owner), OTHER, NOON)
    read_all(session, ana.email)
    with pytest.raises(SignInRefused):
        sign_in(session, ANA, PASSWORD, NOON)
    ask_for_password(session, ANA, "https://x.example/reset/{}".format, NOON)
    (letter,) = letters(session)
    token = letter.body.partition("/reset/")[2].split()[0]
    choose_password(session, token, PASSWORD, NOON)
    assert told(unread(session, ana.email)) == [(OLA, "used"), (OLA, "link"), (OLA, "factor")]
    with session.begin():
        assert session.get(Account, ana.id).handed_by is None, "by mail it is hers again"


def test_what_is_done_while_somebody_reads_is_not_said_to_be_read(session, owner, ana):
    take_factor(session, ana.id, owner, NOON, mail=False)
    (shown,) = unread(session, ANA)
    link(session, ana, owner)
    mark_read(session, ANA, shown.id)
    assert told(unread(session, ANA)) == [(OLA, "link")]


def test_an_owner_who_removes_an_account_and_asks_it_in_again_cannot_hide_it(session, owner, ana):
    """Nor with a second account in between, under which what was done is said to be read."""
    take_factor(session, ana.id, owner, NOON, mail=False)
    done = [(OLA, "factor")]
    number = ana.id
    for _ in range(2):
        remove(session, number, ANA, OLA, NOON)
        done.insert(0, (OLA, "removed"))
        number = invite(session, Asked(ANA, "Ana", "consultant"))
        token, _ = make_invitation(session, number, owner, str, NOON, False)
        accept(session, token, Newcomer("Ana", OTHER, "en", "UTC"), NOON, "")
        assert told(unread(session, ANA)) == done
        read_all(session, ANA)
    assert told(helped(session, ANA)) == done


def test_of_somebody_who_never_came_no_address_is_kept(session, owner):
    guest = invite(session, Asked("gest@example.org", "Guest", "reader"))
    remove(session, guest, "gest@example.org", OLA, NOON)
    assert helped(session, "gest@example.org") == ()


def test_whoever_did_not_ask_for_a_link_makes_it_void_by_a_new_password(session, owner, ana):
    token = link(session, ana, owner, mail=True)
    (letter,) = letters(session)
    assert token not in letter.body
    assert "change your password" in letter.body
    ask_for_password(session, ANA, "https://x.example/reset/{}".format, NOON)
    mailed = next(one.body for one in letters(session) if "/reset/" in one.body)
    choose_password(session, mailed.partition("/reset/")[2].split()[0], OTHER, NOON)
    with pytest.raises(LinkUsedUp):
        forgetful(session, token, NOON)


def test_owners_help_neither_themselves_nor_who_is_not_here(session, owner, ana):
    guest = add_user(session, "guest@example.org", "Guest", "", "reader")
    switch(session, ana.id, False)
    for number, refusal in ((owner.id, OwnAccount), (guest.id, NotHereYet), (ana.id, SwitchedOff)):
        with pytest.raises(refusal):
            make_way_back(session, number, owner, str, NOON, mail=False)
        with pytest.raises(refusal):
            take_factor(session, number, owner, NOON, mail=False)
    assert helped(session, OLA) == helped(session, ANA) == helped(session, guest.email) == ()


def test_who_saw_the_link_of_an_invitation_is_known(session, owner, ana):
    guest = add_user(session, "guest@example.org", "Guest", "", "reader")

    def seen_by(by, mail):
        shown, _mailed = make_invitation(session, guest.id, by, str, NOON, mail)
        with session.begin():
            row = session.get(Account, guest.id)
            return bool(shown), row.asked_by, row.handed_by

    assert seen_by(ana, False) == (True, ANA, ANA)
    assert seen_by(ana, True) == (False, ANA, None)
    assert seen_by(owner, True) == (True, OLA, OLA)
    assert len(letters(session)) == 1, "the mail before, with a link that is void, is gone"


def test_a_mail_that_could_not_be_delivered_is_known_until_another_goes_out(session, owner):
    guest = add_user(session, "guest@example.org", "Guest", "", "reader")

    def state():
        found = unsent_mails(session)
        assert unsent_mails(session, ["nobody@example.org"]) == {}
        return (found[guest.email].state, found[guest.email].told) if found else None

    days = (NOON + timedelta(days=number) for number in range(30))

    def answered(outcome, words, times=1):
        for now in islice(days, times):
            with session.begin():
                held = claim(session, "w", now, [])
                assert held
                settle(session, held, "w", Sent(outcome, words), now)

    make_invitation(session, guest.id, owner, str, NOON, True)
    assert state() == ("waiting", "")
    answered(Outcome.LATER, "451 later")
    assert state() == ("later", "451 later")
    answered(Outcome.LATER, "451 still later", TRIES - 1)
    assert state() == ("refused", "451 still later")
    make_invitation(session, guest.id, owner, str, NOON, True)
    assert state() == ("waiting", "")
    (quoted,) = [word for word in letters(session)[0].body.split() if len(word) > 40]
    answered(Outcome.UNCERTAIN, f"550 spam: x.example/{quoted}")
    assert state() == ("uncertain", "550 spam: x.example/…"), "consultants read it, and see no link"
    make_invitation(session, guest.id, owner, str, NOON, True)
    answered(Outcome.TAKEN, "")
    assert state() is None
