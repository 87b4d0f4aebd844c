"""Rehearsals: on test codes, in no list, closed by nobody, wiped to the last row."""

import random
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from survey.services.accounts import add_user
from survey.services.answering import submit
from survey.services.closing import NeverClosed, close_survey
from survey.services.drafts import draft_view
from survey.services.rehearsing import (
    NobodyAnswered,
    NotReadyToRehearse,
    RehearsalGoesOn,
    delete_draft,
    give_up_rehearsal,
    rehearsal_of,
    start_rehearsal,
    wipe_forgotten,
    wipe_rehearsal,
)
from survey.services.rights import runs_survey
from survey.services.surveys import list_surveys, survey_view
from survey.storage.models import Base
from tests.collecting import make_response
from tests.drafting import OWNER, make_client, make_draft, read
from tests.test_services_drafts import saving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.fixture
def draft(sessions):
    return make_draft(sessions, make_client(sessions, NOW), NOW, rehearsed=False)


@pytest.fixture
def going(sessions, keys, draft):
    """A rehearsal that goes on, and what the database held before it."""
    before = rows(sessions)
    start(sessions, keys, draft)
    with sessions() as session:
        return rehearsal_of(session, draft, read(sessions, draft, NOW)), before


def start(sessions, keys, draft):
    ready = read(sessions, draft, NOW)
    with sessions() as session:
        start_rehearsal(session, keys, draft, ready, NOW)


def answer(sessions, going, many=1):
    for _ in range(many):
        with sessions() as session:
            code = going.codes[0][1]
            submit(session, going.slug, code, make_response(random.Random(1)), NOW)


def rows(sessions) -> dict[str, int]:
    """How many rows each table has."""
    with sessions() as session:
        return {
            table.name: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in Base.metadata.sorted_tables
        }


def test_each_group_has_a_test_code_with_which_one_can_answer(sessions, draft, going):
    rehearsal, _ = going
    assert [group for group, _ in rehearsal.codes] == ["Night shift", "Day shift"]
    assert rehearsal.answers == 0
    answer(sessions, rehearsal, 2)
    with sessions() as session:
        now = rehearsal_of(session, draft, read(sessions, draft, NOW))
        view = survey_view(session, rehearsal.slug, NOW)
    assert now is not None
    assert now.answers == 1  # the second time replaces the first
    assert view.rehearsal
    assert view.asked == 21


def test_it_is_in_no_list_and_nobody_runs_or_closes_it(sessions, keys, going):
    slug = going[0].slug
    with sessions() as session:
        owner = add_user(session, "o@example.org", "O", "a password for tests")
        assert list_surveys(session, NOW) == ()
        assert not runs_survey(session, owner, slug)
    with pytest.raises(NeverClosed):
        close_survey(sessions, keys, slug, ["000000-000000-000000-000000"], NOW)


def test_wiped_it_leaves_no_row_and_no_key_and_the_draft_knows_what_was_tried(
    sessions, keys, draft, going
):
    rehearsal, before = going
    answer(sessions, rehearsal)
    with sessions() as session:
        wipe_rehearsal(session, keys, draft)
        view = draft_view(session, draft)
    assert rows(sessions) == before
    assert list(keys.path.glob("*.key")) == []
    assert view.rehearsal is None
    assert view.settings.rehearsal_codes == ()
    assert view.rehearsed == read(sessions, draft, NOW).digest


def test_without_a_test_answer_it_is_not_wiped(sessions, keys, draft, going):
    with sessions() as session, pytest.raises(NobodyAnswered):
        wipe_rehearsal(session, keys, draft)
    assert keys.holds(going[0].slug)
    with sessions() as session:
        give_up_rehearsal(session, keys, draft)
        assert not draft_view(session, draft).rehearsed
    assert rows(sessions) == going[1]


def test_what_was_changed_while_it_went_on_was_not_rehearsed(sessions, keys, draft, going):
    answer(sessions, going[0])
    saving(sessions, draft, step="answering", privacy_notice="Another notice.")
    ready = read(sessions, draft, NOW)
    with sessions() as session:
        now = rehearsal_of(session, draft, ready)
        assert now is not None
        assert not now.current
        wipe_rehearsal(session, keys, draft)
        assert draft_view(session, draft).rehearsed not in ("", ready.digest)


def test_a_second_click_starts_no_second_one(sessions, keys, draft, going):
    with pytest.raises(RehearsalGoesOn):
        start(sessions, keys, draft)
    assert len(list(keys.path.glob("*.key"))) == 1
    assert rows(sessions)["survey"] == 1


def test_what_is_not_complete_cannot_be_tried_out(sessions, keys):
    draft = make_draft(sessions, make_client(sessions, NOW), NOW, controller="")
    with pytest.raises(NotReadyToRehearse):
        start(sessions, keys, draft)
    assert rows(sessions)["survey"] == 0


def test_forgotten_it_is_wiped_after_a_week_and_the_draft_stays(sessions, keys, draft, going):
    assert wipe_forgotten(sessions, keys, NOW + timedelta(days=6)) == ()
    assert wipe_forgotten(sessions, keys, NOW + timedelta(days=7)) == (going[0].slug,)
    assert rows(sessions) == going[1]
    with sessions() as session:
        assert draft_view(session, draft).rehearsal is None


def test_a_deleted_draft_takes_its_rehearsal_along(sessions, keys, draft, going):
    with sessions() as session:
        delete_draft(session, keys, draft)
    after = rows(sessions)
    assert (after["survey"], after["draft"], after["credential"]) == (0, 0, 0)
    assert not keys.holds(going[0].slug)


def test_no_mail_goes_out_of_a_rehearsal(sessions, keys):
    from tests.drafting import add_people, unit_ids

    client = make_client(sessions, NOW)
    add_people(sessions, client, unit_ids(sessions, client)["Hafen"], "Lea Roth", leads=True)
    draft = make_draft(sessions, client, NOW, by_mail=("leaders",), rehearsed=False)
    assert read(sessions, draft, NOW).plan.by_mail == ("leaders",)
    start(sessions, keys, draft)
    after = rows(sessions)
    assert (after["letter"], after["invitee"], after["mailing"]) == (0, 0, 0)
    with sessions() as session:
        masked = survey_view(session, slug_of(sessions), NOW).masked
    assert masked, "people read that names of the list are taken out"
    assert OWNER.name not in str(masked)
    assert "Lea Roth" not in str(masked)


def slug_of(sessions) -> str:
    with sessions() as session:
        return str(session.scalar(sa.text("select slug from survey")))
