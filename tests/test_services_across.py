"""Several surveys of one client: what stands in the way of a new one, and what people are told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from survey.services.draft_grounds import grounds_of
from survey.services.draft_settings import JoinedUnits
from survey.services.drafts import draft_view
from survey.services.frozen import check_fingerprint, frozen_text
from survey.services.next_wave import start_next_wave
from survey.services.opening_drafts import open_draft
from survey.services.plan_faults import PlanError
from survey.services.preparing import prepared
from survey.services.rehearsing import start_rehearsal
from survey.services.rosters import people_of
from survey.services.surveys import survey_view
from survey.services.unit_editing import Going, add_unit, delete_unit, set_people
from survey.storage.models import Survey
from tests.drafting import HERE, OWNER, make_client, make_draft, read, unit_ids
from tests.test_services_drafts import saving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=100)
UNITS = (("Works", "", 0), ("Night", "Works", 10), ("Day", "Works", 9), ("Desk", "Works", 3))
PEOPLE = {name: people for name, _above, people in UNITS}


@pytest.fixture
def client(sessions):
    return make_client(sessions, NOW, units=UNITS)


def join_of(sessions, client, *names, name=""):
    ids = unit_ids(sessions, client)
    return JoinedUnits(tuple(ids[one] for one in names), name)


def opened(sessions, keys, client, now=NOW, told=False, **changed):
    """Open a survey in which the desk, of three people, stands alone unless it is joined."""
    draft = make_draft(sessions, client, now, **changed)
    with sessions() as session:
        return open_draft(session, keys, draft, now, HERE, told=told).opened.slug


def call_closed(sessions, slug, now=NOW, left_out=()):
    with sessions() as session, session.begin():
        told = {"state": "closed", "closed_at": now, "left_out": left_out, "masked": ()}
        session.execute(sa.update(Survey).where(Survey.slug == slug).values(**told))


def test_a_survey_of_people_who_are_asked_at_this_moment_is_refused(sessions, keys, client):
    first = opened(sessions, keys, client)
    joins = (join_of(sessions, client, "Night", "Desk"),)
    with pytest.raises(PlanError, match="is not closed yet and asks people of the same units"):
        opened(sessions, keys, client, joins=joins)
    with sessions() as session:
        for name in ("Night", "Day", "Desk"):  # whatever is made anew has its old name
            unit = unit_ids(sessions, client)[name]
            delete_unit(session, client, unit, Going(1, 0, PEOPLE[name]))
            set_people(session, client, add_unit(session, client, name, None), 8)
    draft = make_draft(sessions, client, NOW)
    (told,) = read(sessions, draft, NOW).faults
    assert "Night, Day, Desk" in told.sentence
    assert "Close that one first, or delete it." in told.sentence
    with sessions() as session:
        start_rehearsal(session, keys, draft, read(sessions, draft, NOW), NOW)  # that takes nothing
    with sessions() as session:
        grounds = grounds_of(session, client, NOW, HERE)
        settings = draft_view(session, draft).settings
    (other,) = grounds.others
    other = replace(other, scales=frozenset({"WEATHER"}))
    assert prepared(settings, replace(grounds, others=(other,))).faults == ()
    with sessions() as session, session.begin():
        lost = {"lost_on": date(2026, 11, 23)}
        session.execute(sa.update(Survey).where(Survey.slug == first).values(**lost))
    assert read(sessions, draft, NOW).faults == ()  # no answer of it will ever be told
    make_client(sessions, NOW, "Other AG", units=UNITS)
    assert opened(sessions, keys, "other-ag")


def test_a_rehearsal_stands_in_nobodys_way(sessions, keys, client):
    draft = make_draft(sessions, client, NOW)
    with sessions() as session:
        start_rehearsal(session, keys, draft, read(sessions, draft, NOW), NOW)
    assert read(sessions, make_draft(sessions, client, NOW), NOW).faults == ()


def test_groups_that_were_others_within_a_year_are_told_to_everybody_who_is_asked(
    sessions, keys, client
):
    first = opened(sessions, keys, client)
    call_closed(sessions, first)
    alike = make_draft(sessions, client, LATER, ends="2027-03-20T18:00")
    assert read(sessions, alike, LATER).beside == ()
    told: dict[str, Any] = {"ends": "2027-03-20T18:00"}
    told |= {"joins": (join_of(sessions, client, "Night", "Desk"),)}
    for changed in (told, {"ends": told["ends"], "least": "6"}):
        draft = make_draft(sessions, client, LATER, **changed)
        assert [other.slug for other in read(sessions, draft, LATER).beside] == [first]
    call_closed(sessions, first, left_out=None)  # nobody will ever read a report of it
    assert read(sessions, draft, LATER).beside == ()
    call_closed(sessions, first)
    with pytest.raises(PlanError, match="Tick that they are told"):
        opened(sessions, keys, client, LATER, **told)
    slug = opened(sessions, keys, client, LATER, told=True, **told)
    with sessions() as session:
        view = survey_view(session, slug, LATER)
        assert view.asked_before == ((date(2026, 11, 23), "Ready for handovers?"),)
        assert b"asked-before 31:2026-11-23 Ready for handovers?\n" in frozen_text(session, slug)
        with session.begin():
            session.execute(sa.update(Survey).where(Survey.slug == slug).values(asked_before=()))
        assert not check_fingerprint(session, slug).fits
    call_closed(sessions, slug, LATER)
    over = LATER + timedelta(days=367)
    last = make_draft(sessions, client, over, ends="2028-03-20T18:00")
    assert read(sessions, last, over).beside == ()


def test_of_two_surveys_that_are_opened_at_once_the_second_is_refused(
    sessions, keys, client, monkeypatch
):
    where = "survey.services.opening_drafts.people_of"

    def while_another_opens(session, of):
        monkeypatch.setattr(where, people_of)
        opened(sessions, keys, client)
        return people_of(session, of)

    monkeypatch.setattr(where, while_another_opens)
    with pytest.raises(PlanError, match="was opened or closed a moment ago"):
        opened(sessions, keys, client)
    with sessions() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Survey)) == 1


def test_a_join_under_its_own_name_that_lost_a_unit_is_still_known_at_the_next_wave(
    sessions, keys, client
):
    joins = (join_of(sessions, client, "Night", "Day", "Desk", name="Everyone"),)
    first = opened(sessions, keys, client, joins=joins)
    call_closed(sessions, first)
    ids = unit_ids(sessions, client)
    with sessions() as session:
        (parts,) = (parts for _group, parts in survey_view(session, first, NOW).parts)
        assert sorted(parts) == sorted((ids["Night"], ids["Day"], ids["Desk"]))
        delete_unit(session, client, ids["Day"], Going(1, 0, 9))
        draft = start_next_wave(session, OWNER, first, LATER)
    saving(sessions, draft, ends="2027-03-20T18:00")
    ready = read(sessions, draft, LATER)
    assert [sorted(join.units) for join in ready.groups.joins] == [
        sorted((ids["Night"], ids["Desk"]))
    ]
    assert (ready.faults, ready.beside) == ((), ())  # the linked wave has rules of its own
    with sessions() as session:
        grounds = grounds_of(session, client, LATER, HERE, first)
    (fault,) = prepared(replace(ready.settings, joins=()), grounds).faults
    assert "These are not grouped as in the earlier wave: “Night”, “Desk”." in fault.sentence
