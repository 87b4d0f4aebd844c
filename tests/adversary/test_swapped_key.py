"""Whoever can write to the database, and to nothing else: no key folder, no code, no program.

He puts a key of his own into the row of an open survey. The six words that stand beside it are as
they were, so nothing that people compare would tell. The program must: it computes the words anew
before it shows a page, seals to no other key than they were computed over, and destroys nothing
that it could not open. What stays possible, and how it shows, is played as well.
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from survey.app import create_app
from survey.ballots.codes import person_code
from survey.ballots.fingerprint import fingerprint
from survey.ballots.payload import Response
from survey.ballots.sealing import Opener, new_key_pair, seal
from survey.config import load_config
from survey.services.answering import SurveyChanged, submit
from survey.services.closing import close_survey
from survey.services.fitting import ChangedSinceOpening, KeyDoesNotFit, MostUnreadable
from survey.services.frozen import check_fingerprint, frozen_text
from survey.services.released import load_receipts
from survey.services.surveys import survey_view
from survey.storage.engine import engine_of
from survey.storage.models import Box, Survey, Unit
from tests.collecting import AFTER, NOON, Place, answer_all, make_place, responses_for

STRANGE_PRIVATE, STRANGE = new_key_pair()


@dataclass
class Site:
    """A survey behind its pages, and a clock."""

    place: Place
    client: FlaskClient
    now: list[datetime]

    @property
    def address(self) -> str:
        return f"/s/{self.place.slug}"

    def a_second_passes(self) -> None:
        self.now[0] += timedelta(seconds=2)

    def rewrite(self, **columns: Any) -> None:
        """Change the row of the survey, as its thief can."""
        with engine_of(self.place.sessions).begin() as connection:
            connection.execute(sa.update(Survey).values(columns))

    def answer(self, code: str) -> tuple[int, bytes]:
        reply = self.client.post(self.address, data={"code": code, "T1": "4"})
        return reply.status_code, reply.data

    def boxes(self) -> list[Any]:
        return self.place.tables()["box"]

    def read_by_the_thief(self) -> int:
        opener = Opener(STRANGE_PRIVATE, self.place.slug)
        opened = [opener.open(sealed, unit, spent) for spent, _, unit, sealed in self.boxes()]
        return sum(plain is not None for plain in opened)


@pytest.fixture
def site(database_url, tmp_path):
    place, now = make_place(database_url, tmp_path), [NOON]
    app = create_app(load_config(tmp_path, {}), sessions=place.sessions, clock=lambda: now[0])
    app.testing = True
    yield Site(place, app.test_client(), now)
    place.end()


@pytest.fixture
def key(site):
    """The key that the survey was opened with."""
    with site.place.sessions() as session:
        return survey_view(session, site.place.slug, NOON).public_key


def test_once_the_key_is_another_one_the_survey_is_refused_to_everybody_alike(site):
    assert site.client.get(site.address).status_code == 200
    site.rewrite(public_key=STRANGE)
    site.a_second_passes()
    page = site.client.get(site.address)
    assert page.status_code == 409
    assert "changed after it was opened, so it takes no answers" in page.text
    assert "ana@example.org" in page.text
    assert "somebody you trust" in page.text
    assert site.place.opened.fingerprint not in page.text
    replies = {site.answer(code) for code in (*site.place.codes[:2], person_code(), "hello", "")}
    assert replies == {(409, page.data)}
    assert site.boxes() == []


def test_a_process_that_has_never_shown_the_survey_refuses_it_too(site):
    site.rewrite(public_key=STRANGE)
    assert site.answer(site.place.codes[0])[0] == 409
    assert site.boxes() == []


def test_a_key_that_is_swapped_behind_a_page_in_memory_is_given_no_answer(site, key):
    assert site.client.get(site.address).status_code == 200
    site.rewrite(public_key=STRANGE)
    replies = {site.answer(code) for code in (*site.place.codes[:2], person_code(), "hello", "")}
    site.rewrite(public_key=key)
    assert [status for status, _ in replies] == [409]
    assert site.read_by_the_thief() == 0
    assert site.boxes() == []


def test_swapped_back_the_survey_goes_on_and_the_thief_has_read_nothing(site, key):
    site.client.get(site.address)
    for code in site.place.codes[:10]:
        site.rewrite(public_key=STRANGE)
        site.answer(code)
        site.a_second_passes()
        site.answer(code)
        site.rewrite(public_key=key)
        site.a_second_passes()
        assert site.answer(code)[0] == 200
    assert len(site.boxes()) == 10
    assert site.read_by_the_thief() == 0


@pytest.mark.parametrize(
    "columns",
    [
        {"help_contact": "mallory@example.org"},
        {"policy_scores": 9},
        {"ends_at": AFTER + timedelta(days=300)},
        {"holders": ("Mallory",)},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_whatever_else_was_fixed_cannot_be_changed_behind_the_words_either(site, columns):
    site.client.get(site.address)
    site.rewrite(**columns)
    site.a_second_passes()
    assert site.client.get(site.address).status_code == 409


def test_a_group_of_ones_own_is_refused_too(site):
    site.client.get(site.address)
    with engine_of(site.place.sessions).begin() as connection:
        connection.execute(sa.update(Unit).where(Unit.id == "desk").values(asked=1))
    site.a_second_passes()
    assert site.client.get(site.address).status_code == 409


def test_a_thief_who_writes_new_words_too_is_seen_by_whoever_knows_the_old_ones(site):
    """This stays possible, and is why people compare the words."""
    site.client.get(site.address)
    site.rewrite(public_key=STRANGE)
    with site.place.sessions() as session:
        words = fingerprint(frozen_text(session, site.place.slug))
    site.rewrite(fingerprint=words)
    site.a_second_passes()
    page = site.client.get(site.address).text
    assert words in page
    assert site.place.opened.fingerprint not in page


def test_without_words_a_survey_from_before_there_were_any_is_asked_as_ever(site):
    site.rewrite(fingerprint="")
    assert "Six words" not in site.client.get(site.address).text
    assert site.answer(site.place.codes[0])[0] == 200


def test_the_words_are_computed_once_for_each_text_and_never_for_a_submission(site, monkeypatch):
    from survey.services import frozen

    computed: list[bytes] = []

    def count(text: bytes) -> str:
        computed.append(text)
        return "words"

    monkeypatch.setattr(frozen, "fingerprint", count)
    site.rewrite(fingerprint="words")
    for code in site.place.codes[:5]:
        assert site.answer(code)[0] == 200
        site.a_second_passes()
    assert len(computed) == 1


def test_answers_for_another_key_are_refused_by_whatever_way_they_come(site):
    with site.place.sessions() as session, pytest.raises(SurveyChanged):
        submit(session, site.place.slug, site.place.codes[0], Response(), NOON, STRANGE)
    site.rewrite(public_key=STRANGE)
    with pytest.raises(SurveyChanged):
        site.place.answer(site.place.codes[0], Response())
    assert site.boxes() == []


# --- closing


@pytest.fixture
def answered(site):
    answer_all(site.place, responses_for(site.place.codes))
    return site


def close(place: Place) -> None:
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)


def nothing_lost(site: Site, before: dict[str, Any]) -> bool:
    """Every row but the state of the survey is as it was, and so is its key."""
    after = site.place.tables()
    kept = all(after[name] == rows for name, rows in before.items() if name != "survey")
    return kept and site.place.keys.holds(site.place.slug)


def test_a_survey_whose_key_file_does_not_fit_is_not_closed_and_loses_nothing(answered, key):
    answered.rewrite(public_key=STRANGE, fingerprint="")
    before = answered.place.tables()
    with pytest.raises(KeyDoesNotFit, match="Nothing was changed by closing"):
        close(answered.place)
    assert answered.place.tables() == before
    assert nothing_lost(answered, before)
    answered.rewrite(public_key=key)
    close(answered.place)
    with answered.place.sessions() as session:
        assert survey_view(session, answered.place.slug, AFTER).spoiled == 0


def test_a_survey_that_does_not_fit_its_words_is_not_closed_and_loses_nothing(answered):
    answered.rewrite(policy_scores=9)
    before = answered.place.tables()
    with pytest.raises(ChangedSinceOpening, match="Nothing was changed by closing"):
        close(answered.place)
    assert answered.place.tables() == before
    assert nothing_lost(answered, before)


def reseal(site: Site, many: int) -> None:
    """Put boxes for another key in the place of some."""
    rng, boxes = random.Random(1), site.boxes()[:many]
    with engine_of(site.place.sessions).begin() as connection:
        for spent, slug, unit, sealed in boxes:
            junk = seal(STRANGE, rng.randbytes(len(sealed) - 48), slug, unit, spent)
            this = Box.nullifier == spent
            connection.execute(sa.update(Box).where(this).values(sealed=junk))


def test_where_most_boxes_cannot_be_opened_none_is_destroyed(answered):
    reseal(answered, 13)
    before = answered.place.tables()
    with pytest.raises(MostUnreadable, match="none destroyed"):
        close(answered.place)
    assert nothing_lost(answered, before)
    with answered.place.sessions() as session:
        assert survey_view(session, answered.place.slug, AFTER).state == "ended"


def test_a_handful_of_spoiled_boxes_is_counted_and_left_out(answered):
    reseal(answered, 3)
    close(answered.place)
    with answered.place.sessions() as session:
        assert survey_view(session, answered.place.slug, AFTER).spoiled == 3
        assert len(load_receipts(session, answered.place.slug)) == 25
        assert check_fingerprint(session, answered.place.slug).fits
