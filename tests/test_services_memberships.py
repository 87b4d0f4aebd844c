"""Who is here, in which role, for which clients, and who reads which report; on both databases."""

import random
from datetime import timedelta
from threading import Thread

import pytest
import sqlalchemy as sa

from survey.ballots.payload import Response
from survey.services.accounts import User, user_of
from survey.services.closing import close_survey
from survey.services.colleagues import UnknownAccount, client_names, find_person, list_people
from survey.services.grants import (
    GrantIncomplete,
    give,
    given_scopes,
    granted_of,
    list_readable,
    readers_for,
    take_back,
)
from survey.services.invitations import HasPassword, SwitchedOff, make_invitation
from survey.services.memberships import (
    Asked,
    InvitationIncomplete,
    LastOwner,
    NotConfirmed,
    change,
    invite,
    invite_reader,
    remove,
    switch,
)
from survey.services.rights import WHOLE, clients_of, reads_report, runs_survey
from survey.services.surveys import list_surveys
from survey.services.tickets import LinkUsedUp
from survey.services.ways_in import invited
from survey.storage.models import Survey
from survey.storage.workspace import Account, Client, Grant, Letter, LoginSession, Membership
from tests.collecting import AFTER, environment

CLIENT, OTHER = "hafen", "mill"


@pytest.fixture
def place(engine, originals, tmp_path):
    """A closed survey of one client, another client, and an owner, a consultant, a reader."""
    with originals(engine, settled).copy(tmp_path) as place:
        yield place


def settled(place):
    rng = random.Random(1)
    for unit in ("north", "south"):
        for code in place.opened.codes[unit][:9]:
            answers = {column: rng.randint(2, 4) for column in environment().columns}
            place.answer(code, Response(answers, None, (), {}))
    codes = place.opened.opening_codes[:1]
    close_survey(place.sessions, place.keys, place.opened.slug, codes, AFTER, workers=1)
    with place.sessions() as session, session.begin():
        session.add_all(a_client(name) for name in (CLIENT, OTHER))
        session.flush()
        session.execute(sa.update(Survey).values(client_id=CLIENT))
        for name in ("owner", "consultant", "reader"):
            session.add(
                Account(email=f"{name}@example.org", name=name.title(), password="x", role=name)
            )
        session.flush()
        session.add(Membership(client=CLIENT, account=number_in(session, "consultant")))


def a_client(name):
    return Client(
        id=name,
        name=name.title(),
        language="en",
        timezone="UTC",
        controller="",
        controller_contact="",
        privacy_notice="",
        help_contact="",
        harm_role="",
        roster_until=None,
        added_on=AFTER.date(),
    )


def number_in(session, name):
    return session.scalars(
        sa.select(Account.id).where(Account.email == f"{name}@example.org")
    ).one()


def number(place, name):
    with place.sessions() as session:
        return number_in(session, name)


def user(place, name) -> User:
    with place.sessions() as session:
        return user_of(session.get_one(Account, number_in(session, name)))


def done(place, what, *told):
    with place.sessions() as session:
        return what(session, *told)


def faults_of(error) -> dict[str, str]:
    return {field: str(fault) for field, fault in error.value.faults}


def test_a_person_who_is_invited_stands_in_the_list_and_cannot_sign_in_yet(place):
    asked = Asked(" Ada@Example.org ", "Ada", "consultant", (OTHER, CLIENT), "de", "Europe/Berlin")
    new = done(place, invite, asked)
    ada = done(place, find_person, new)
    assert (ada.email, ada.role, ada.arrived, ada.active) == (
        "ada@example.org",
        "consultant",
        False,
        True,
    )
    assert ada.clients == (("hafen", "Hafen"), ("mill", "Mill"))
    people = [one.name for one in done(place, list_people)]
    assert people == ["Owner", "Ada", "Consultant", "Reader"]
    assert done(place, client_names) == (("hafen", "Hafen"), ("mill", "Mill"))


def test_everything_that_is_wrong_with_an_invitation_is_told_at_once(place):
    with pytest.raises(InvitationIncomplete) as error:
        done(place, invite, Asked("nobody", " ", "king", ("gone",)))
    assert set(faults_of(error)) == {"email", "name", "role", "clients"}
    with pytest.raises(InvitationIncomplete) as error:
        done(place, invite, Asked("READER@example.org", "Again", "reader"))
    assert faults_of(error) == {"email": "There is already an account for reader@example.org."}
    assert len(done(place, list_people)) == 3


def test_the_link_of_an_invitation_is_good_once_and_the_newest_alone(place):
    new = done(place, invite, Asked("ada@example.org", "Ada", "reader"))
    owner = user(place, "owner")

    def link():
        with place.sessions() as session:
            return make_invitation(session, new, owner, "/invite/{}".format, AFTER, True)

    (first, mailed), (second, _) = link(), link()
    assert mailed
    assert done(place, invited, second.rpartition("/")[2], AFTER).email == "ada@example.org"
    with pytest.raises(LinkUsedUp):
        done(place, invited, first.rpartition("/")[2], AFTER)
    with place.sessions() as session:
        letters = session.scalars(sa.select(Letter)).all()
        assert {one.email for one in letters} == {"ada@example.org"}
        assert any(second in one.body and "Owner has invited you" in one.body for one in letters)


def test_who_has_arrived_or_is_switched_off_gets_no_link(place):
    told = (user(place, "owner"), str, AFTER, False)
    with pytest.raises(HasPassword):
        done(place, make_invitation, number(place, "reader"), *told)
    new = done(place, invite, Asked("ada@example.org", "Ada", "reader"))
    done(place, switch, new, False)
    with pytest.raises(SwitchedOff):
        done(place, make_invitation, new, *told)


def test_the_last_owner_who_can_sign_in_stays(place):
    owner = number(place, "owner")
    done(place, invite, Asked("second@example.org", "Not here yet", "owner"))
    for attempt in (
        (switch, owner, False),
        (change, owner, "consultant", (CLIENT,)),
        (change, owner, "reader", ()),
        (remove, owner, "owner@example.org", "owner@example.org", AFTER),
    ):
        with pytest.raises(LastOwner):
            done(place, *attempt)
    there = done(place, find_person, owner)
    assert (there.role, there.active) == ("owner", True)
    done(place, change, number(place, "consultant"), "owner", ())
    done(place, switch, owner, False)
    with pytest.raises(LastOwner):
        done(place, switch, number(place, "consultant"), False)


def test_of_two_owners_who_switch_each_other_off_at_once_one_stays(place):
    done(place, change, number(place, "consultant"), "owner", ())
    both = number(place, "owner"), number(place, "consultant")
    refused = []

    def off(one):
        try:
            done(place, switch, one, False)
        except LastOwner:
            refused.append(one)

    threads = [Thread(target=off, args=(one,)) for one in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert sum(done(place, find_person, one).active for one in both) == 1


def test_who_is_switched_off_is_signed_out_everywhere_and_keeps_rights(place):
    consultant = number(place, "consultant")
    with place.sessions() as session, session.begin():
        for mark in "ab":
            session.add(
                LoginSession(
                    token_hash=mark.encode(),
                    account=consultant,
                    expires_at=AFTER + timedelta(hours=1),
                    mark=mark,
                    began_at=AFTER,
                    seen_on=AFTER.date(),
                    browser="",
                    complete=True,
                )
            )
    done(place, switch, consultant, False)
    with place.sessions() as session:
        assert session.scalars(sa.select(LoginSession)).all() == []
    done(place, switch, consultant, True)
    assert done(place, find_person, consultant).clients == ((CLIENT, "Hafen"),)


def test_a_right_that_a_new_role_lacks_does_not_come_back_with_the_old_one(place):
    consultant, reader = number(place, "consultant"), number(place, "reader")
    done(place, change, consultant, "reader", (CLIENT,))
    done(place, change, consultant, "consultant", ())
    assert done(place, clients_of, user(place, "consultant")) == frozenset()
    done(place, give, user(place, "owner"), place.opened.slug, reader, "north", AFTER)
    done(place, change, reader, "consultant", (OTHER,))
    done(place, change, reader, "reader", ())
    assert done(place, given_scopes, user(place, "reader"), place.opened.slug) == frozenset()


def test_removing_takes_the_address_and_leaves_nothing_but_the_log(place):
    reader = number(place, "reader")
    done(place, give, user(place, "owner"), place.opened.slug, reader, WHOLE, AFTER)
    with pytest.raises(NotConfirmed, match=r"not the address reader@example\.org"):
        done(place, remove, reader, "reader", "owner@example.org", AFTER)
    done(place, remove, reader, " Reader@example.org", "owner@example.org", AFTER)
    with pytest.raises(UnknownAccount):
        done(place, find_person, reader)
    with place.sessions() as session:
        assert session.scalars(sa.select(Grant)).all() == []


def test_nobody_has_a_number_that_no_database_knows(place):
    for none in (0, -1, 99, 2**31, 2**70):
        with pytest.raises(UnknownAccount):
            done(place, find_person, none)
        done(place, take_back, place.opened.slug, none, WHOLE)


def test_a_consultant_lists_and_runs_the_surveys_of_their_clients_alone(place):
    slug = place.opened.slug

    def listed(name):
        clients = done(place, clients_of, user(place, name))
        return [line.slug for line in done(place, list_surveys, AFTER, clients)]

    stranger = done(place, invite, Asked("else@example.org", "Else", "consultant", (OTHER,)))
    assert stranger
    assert listed("owner") == listed("consultant") == [slug]
    assert listed("else") == listed("reader") == []
    assert done(place, runs_survey, user(place, "consultant"), slug)
    assert not done(place, runs_survey, user(place, "else"), slug)
    with place.sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(client_id=None))
    assert listed("owner") == [slug]
    assert listed("consultant") == []


def test_a_rehearsal_stands_in_no_list(place):
    with place.sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(rehearsal=True))
    assert done(place, list_surveys, AFTER) == ()


def test_a_reader_of_one_group_reads_that_group_and_the_whole_replaces_groups(place):
    owner, reader, slug = user(place, "owner"), user(place, "reader"), place.opened.slug
    done(place, give, owner, slug, reader.id, "south", AFTER)
    done(place, give, owner, slug, reader.id, "north", AFTER)
    done(place, give, owner, slug, reader.id, "north", AFTER)
    assert done(place, given_scopes, reader, slug) == {"north", "south"}
    (line,) = done(place, list_readable, reader)
    assert [key for key, _name in line.groups] == ["north", "south"]
    assert done(place, reads_report, reader, slug, "north")
    assert not done(place, reads_report, reader, slug, WHOLE)
    assert not done(place, reads_report, reader, slug, "firm")
    done(place, give, owner, slug, reader.id, WHOLE, AFTER)
    assert done(place, given_scopes, reader, slug) == {WHOLE}
    done(place, give, owner, slug, reader.id, "north", AFTER)
    assert [one.scope for one in done(place, granted_of, slug)] == [WHOLE]
    (line,) = done(place, list_readable, reader)
    assert line.groups == ()
    done(place, take_back, slug, reader.id, WHOLE)
    assert done(place, list_readable, reader) == ()
    assert not done(place, reads_report, reader, slug, WHOLE)


@pytest.mark.parametrize("scope", ["firm", "desk", "nobody", ""])
def test_only_what_the_report_shows_can_be_given(place, scope):
    told = place.opened.slug, number(place, "reader"), scope, AFTER
    with pytest.raises(GrantIncomplete):
        done(place, give, user(place, "owner"), *told)
    asked = Asked("new@example.org", "New", "reader")
    with pytest.raises(GrantIncomplete):
        done(place, invite_reader, place.opened.slug, asked, scope, AFTER)
    assert len(done(place, list_people)) == 3, "an account was made though nothing was given"


def test_a_consultant_chooses_among_those_who_read_of_the_client_and_no_others(place):
    slug, reader = place.opened.slug, number(place, "reader")
    consultant, owner = user(place, "consultant"), user(place, "owner")
    assert done(place, readers_for, consultant, CLIENT) == ()
    assert [one[0] for one in done(place, readers_for, owner, CLIENT)] == [reader]
    with pytest.raises(GrantIncomplete):
        done(place, give, consultant, slug, reader, "north", AFTER)
    done(place, give, owner, slug, reader, "north", AFTER)
    assert [one[0] for one in done(place, readers_for, consultant, CLIENT)] == [reader]
    done(place, give, consultant, slug, reader, "south", AFTER)


def test_an_address_whose_link_a_stranger_saw_is_given_nothing_unless_somebody_has_asked(place):
    """The consultant of another client may hold that account: its reader is asked first."""
    slug, reader, now = place.opened.slug, number(place, "reader"), AFTER
    asked = Asked("reader@example.org", "", "reader")

    def refused(by):
        with place.sessions() as session, session.begin():
            session.get_one(Account, reader).handed_by = by
        faults = []
        for attempt in (
            lambda: done(place, give, user(place, "owner"), slug, reader, "north", now),
            lambda: done(place, invite_reader, slug, asked, "south", now),
        ):
            try:
                attempt()
            except GrantIncomplete as error:
                faults += [field for field, _told in error.faults]
        for line in done(place, granted_of, slug):
            done(place, take_back, slug, reader, line.scope)
        return faults

    assert refused("gone@example.org") == ["sure", "sure"]
    assert refused("reader@example.org") == ["sure", "sure"]
    assert refused("consultant@example.org") == [], "whoever runs these surveys reads them anyway"
    assert refused("owner@example.org") == []
    assert refused(None) == []
    done(place, switch, number(place, "consultant"), False)
    assert refused("consultant@example.org") == ["sure", "sure"], "who has left runs nothing"
    done(place, switch, number(place, "consultant"), True)
    change_clients = ("consultant", (OTHER,))
    done(place, change, number(place, "consultant"), *change_clients)
    assert refused("consultant@example.org") == ["sure", "sure"]
    with place.sessions() as session:
        invite_reader(session, slug, asked, "north", now, sure=True)
    (line,) = done(place, granted_of, slug)
    assert (line.scope, line.handed_by) == ("north", "consultant@example.org")


def test_a_reader_is_found_by_address_or_made_and_nobody_else_is_made_a_reader(place):
    slug = place.opened.slug
    asked = Asked("new@example.org", "New", "reader")
    new, fresh = done(place, invite_reader, slug, asked, "north", AFTER)
    assert fresh
    assert done(place, invite_reader, slug, asked, WHOLE, AFTER) == (new, False)
    assert {one.account for one in done(place, granted_of, slug)} == {new}
    asked = Asked("owner@example.org", "", "reader")
    with pytest.raises(InvitationIncomplete, match="belongs to somebody who runs surveys"):
        done(place, invite_reader, slug, asked, "north", AFTER)
