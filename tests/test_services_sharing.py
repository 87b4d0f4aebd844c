"""Share links on both databases: shown once, of one scope, at an end, taken back at once."""

import random
import re
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
import sqlalchemy as sa

from survey.ballots.payload import Response
from survey.services import accounts
from survey.services.accounts import TooManySignIns
from survey.services.closing import close_survey
from survey.services.released import NotClosedYet
from survey.services.rights import WHOLE
from survey.services.sharing import (
    LONGEST,
    LinkIncomplete,
    LinkLeadsNowhere,
    UnknownLink,
    Wanted,
    WrongLinkPassword,
    find_link,
    list_links,
    make_link,
    resolve,
    revoke_link,
    unlock,
)
from survey.services.surveys import UnknownSurvey
from survey.storage.models import ShareLink
from tests.collecting import AFTER, environment

SOON = AFTER + timedelta(days=30)
WANTED = Wanted(WHOLE, "Maria Weber", SOON)


@pytest.fixture
def place(engine, originals, tmp_path):
    """A survey in which one group can be shown; it is not closed yet."""
    with originals(engine, answered).copy(tmp_path) as place:
        yield place


@pytest.fixture
def closed(engine, originals, tmp_path):
    with originals(engine, answered_and_closed).copy(tmp_path) as place:
        yield place


def answered(place):
    rng = random.Random(1)
    for code in place.opened.codes["north"]:
        full = {column: rng.randint(2, 4) for column in environment().columns}
        place.answer(code, Response(full, None, (), {}))


def answered_and_closed(place):
    answered(place)
    codes = place.opened.opening_codes[:1]
    close_survey(place.sessions, place.keys, place.slug, codes, AFTER, workers=1)


def made(place, now=AFTER, **changed):
    wanted = replace(WANTED, **changed)
    with place.sessions() as session:
        return make_link(session, place.slug, wanted, now)


def found(place, token, now=AFTER):
    with place.sessions() as session:
        return resolve(session, token, now)


def listed(place, now=AFTER):
    with place.sessions() as session:
        return list_links(session, place.slug, now)


def test_a_link_leads_to_what_it_was_made_for(closed):
    whole, north = made(closed), made(closed, scope="north", label="the leader")
    assert (found(closed, whole).slug, found(closed, whole).scope) == (closed.slug, WHOLE)
    assert found(closed, north).scope == "north"
    assert [(link.label, link.state) for link in listed(closed)] == [
        ("the leader", "valid"),
        ("Maria Weber", "valid"),
    ]


def test_the_token_cannot_be_guessed_and_is_stored_nowhere(closed):
    tokens = {made(closed) for _ in range(20)}
    assert len(tokens) == 20
    for token in tokens:
        assert re.fullmatch(r"[A-Za-z0-9_-]{32}", token)  # 6 bits each: 192
        assert token not in repr(closed.tables())
        assert token.encode() not in repr(closed.tables()).encode()
    with closed.sessions() as session:
        kept = set(session.scalars(sa.select(ShareLink.token_hash)))
    assert kept == {sha256(token.encode()).digest() for token in tokens}


def test_a_password_is_stored_as_a_hash_and_asked_for(closed):
    token = made(closed, password="grüne Hügel")
    assert "grüne Hügel" not in repr(closed.tables())
    with closed.sessions() as session:
        assert session.scalar(sa.select(ShareLink.password)).startswith("$argon2id$")
    assert found(closed, token).locked
    for wrong in ("", "correct", "Grüne Hügel", "x" * 5000):
        with closed.sessions() as session, pytest.raises(WrongLinkPassword):
            unlock(session, token, wrong, AFTER)
    with closed.sessions() as session:
        for typed in ("grüne Hügel", "gru\u0308ne Hu\u0308gel"):  # “ü” as one sign and as two
            assert unlock(session, token, typed, AFTER).slug == closed.slug


def test_too_many_at_once_are_told_to_wait(closed, monkeypatch):
    token = made(closed, password="correct horse")
    monkeypatch.setattr(accounts, "PATIENCE", 0)
    for _ in range(accounts.AT_ONCE):
        assert accounts._TURNS.acquire(timeout=1)
    try:
        with closed.sessions() as session, pytest.raises(TooManySignIns):
            unlock(session, token, "correct horse", AFTER)
    finally:
        for _ in range(accounts.AT_ONCE):
            accounts._TURNS.release()


def test_a_link_ends_by_itself(closed):
    token = made(closed)
    assert found(closed, token, SOON - timedelta(seconds=1))
    for later in (SOON, SOON + timedelta(days=900)):
        with pytest.raises(LinkLeadsNowhere):
            found(closed, token, later)
    assert [link.state for link in listed(closed, SOON)] == ["expired"]


def test_a_link_that_is_taken_back_leads_nowhere_at_once_and_for_good(closed):
    token, other = made(closed, password="correct horse"), made(closed)
    (_, link) = listed(closed)
    for _ in range(2):
        with closed.sessions() as session:
            revoke_link(session, closed.slug, link.id, AFTER)
    with pytest.raises(LinkLeadsNowhere):
        found(closed, token)
    with closed.sessions() as session, pytest.raises(LinkLeadsNowhere):
        unlock(session, token, "correct horse", AFTER)
    assert found(closed, other)
    with closed.sessions() as session:
        again = find_link(session, closed.slug, link.id, AFTER + timedelta(days=1))
    assert (again.state, again.revoked_at) == ("revoked", AFTER)


def test_unknown_expired_and_revoked_are_told_in_the_same_words(closed):
    token = made(closed)
    told = set()
    for wrong, now in ((token, SOON), ("A" * 32, AFTER), ("", AFTER), ("\udc80", AFTER)):
        with pytest.raises(LinkLeadsNowhere) as refused:
            found(closed, wrong, now)
        told.add(str(refused.value))
    (link,) = listed(closed)
    with closed.sessions() as session:
        revoke_link(session, closed.slug, link.id, AFTER)
    with pytest.raises(LinkLeadsNowhere) as refused:
        found(closed, token)
    assert told == {str(refused.value)}


def test_a_link_is_taken_back_by_its_own_survey_alone(closed):
    made(closed)
    (link,) = listed(closed)
    for slug, number in (("another", link.id), (closed.slug, 0), (closed.slug, 10**30)):
        with closed.sessions() as session, pytest.raises(UnknownLink):
            revoke_link(session, slug, number, AFTER)
    assert listed(closed)[0].state == "valid"


def test_everything_that_is_wrong_is_told_at_once_and_nothing_made(closed):
    with pytest.raises(LinkIncomplete) as refused:
        made(closed, label=" ", expires_at=AFTER, password="short")
    assert [field for field, _ in refused.value.faults] == ["label", "until", "password"]
    for changed in (
        {"label": "x" * 101},
        {"expires_at": None},
        {"expires_at": AFTER + LONGEST + timedelta(seconds=1)},
        {"scope": "south"},  # nobody answered there
        {"scope": "firm"},
        {"scope": "all"},
        {"scope": ""},
        {"password": "x" * 1001},
    ):
        with pytest.raises(LinkIncomplete):
            made(closed, **changed)
    assert not listed(closed)
    assert made(closed, expires_at=AFTER + LONGEST)


def test_only_the_report_of_a_closed_survey_can_be_shared(place):
    with pytest.raises(NotClosedYet):
        made(place)
    with place.sessions() as session, pytest.raises(UnknownSurvey):
        make_link(session, "nothing", WANTED, AFTER)
    assert not listed(place)
