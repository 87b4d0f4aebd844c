"""The next wave: the questions, the groups and the settings of a closed survey, other people."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from survey.disclosure.values import Unit
from survey.services.client_units import UnitLine
from survey.services.comparable import Compared, compared, compared_with
from survey.services.draft_grounds import grounds_of
from survey.services.draft_settings import JoinedUnits
from survey.services.drafts import draft_row, draft_view
from survey.services.next_wave import NotClosed, OfNoClient, joins_of, start_next_wave
from survey.services.opening import open_survey
from survey.services.opening_drafts import open_draft
from survey.services.reporting_groups import groups_of
from survey.services.surveys import survey_view
from survey.services.unit_editing import (
    Going,
    add_unit,
    delete_unit,
    move_unit,
    rename_unit,
    set_people,
)
from survey.storage.models import Survey
from tests.collecting import make_plan
from tests.drafting import HERE, OWNER, make_client, make_draft, read, unit_ids
from tests.test_services_drafts import saving

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
NEXT = NOW + timedelta(days=60)
UNITS = (
    ("Sales", "", 0), ("Field North", "Sales", 6), ("Field South", "Sales", 8),
    ("Inside", "Sales", 14), ("Desk", "Sales", 4), ("Fair", "Sales", 5),
)  # fmt: skip


@pytest.fixture
def client(sessions):
    return make_client(sessions, NOW, units=UNITS)


def call_closed(sessions, slug):
    with sessions() as session, session.begin():
        told = {"state": "closed", "closed_at": NEXT, "left_out": (), "masked": ()}
        session.execute(sa.update(Survey).where(Survey.slug == slug).values(**told))


@pytest.fixture
def closed(sessions, keys, client):
    """A closed survey whose groups were joined twice, once under a name of their own."""
    ids = unit_ids(sessions, client)
    joins = (
        JoinedUnits((ids["Field North"], ids["Field South"]), "Field"),
        JoinedUnits((ids["Fair"], ids["Desk"])),
    )
    draft = make_draft(sessions, client, NOW, joins=joins, spare="2", introduction="Why now.",
                       sponsor="Eva", scheme="two of three", holder_3="the notary")  # fmt: skip
    with sessions() as session:
        slug = open_draft(session, keys, draft, NOW, HERE).opened.slug
    call_closed(sessions, slug)
    return slug


def begun(sessions, slug, **more):
    with sessions() as session:
        draft = start_next_wave(session, OWNER, slug, NEXT, **more)
        return draft_view(session, draft)


def test_it_takes_over_questions_groups_and_settings_but_no_dates(sessions, client, closed):
    view = begun(sessions, closed)
    settings = view.settings
    with sessions() as session:
        before = survey_view(session, closed, NEXT)
        text = session.get_one(Survey, closed).questionnaire
    assert settings.questionnaire_text == text
    assert (settings.previous, settings.practice) == (closed, "joint handovers")
    assert settings.title == f"{before.title}, wave 2"
    assert (settings.spare, settings.scheme, settings.holder_3) == (
        "2", "two of three", "the notary",
    )  # fmt: skip
    assert (settings.introduction, settings.sponsor) == ("Why now.", "Eva")
    assert (settings.ends, settings.results_on, settings.masked) == ("", "", "")
    assert not view.rehearsed
    plan = read(sessions, view.id, NEXT).plan
    assert [u.id for u in plan.units] == [u.id for u in before.units]
    assert [u.name for u in plan.units] == [u.name for u in before.units]
    saving(sessions, view.id, was=settings, least="8")
    (told,) = (f for f in read(sessions, view.id, NEXT).faults if f.field == "least")
    assert "The earlier wave showed results from 5 answers on. Keep that" in told.sentence


def test_its_people_are_those_of_today_and_it_opens_as_the_next_wave(
    sessions, keys, client, closed
):
    with sessions() as session:
        set_people(session, client, unit_ids(sessions, client)["Inside"], 20)
        add_unit(session, client, "Partners", None)
    draft = begun(sessions, closed).id
    saving(sessions, draft, ends="2027-02-10T18:00")
    ready = read(sessions, draft, NEXT)
    assert ready.faults == ()
    with sessions() as session:
        with session.begin():
            draft_row(session, draft).rehearsed = ready.digest
        opened = open_draft(session, keys, draft, NEXT, HERE).opened
        view = survey_view(session, opened.slug, NEXT)
    assert view.previous == closed
    assert {unit.name: unit.asked for unit in view.units}["Inside"] == 22


def test_only_a_closed_survey_has_a_next_wave(sessions, keys, client):
    with sessions() as session:
        slug = open_draft(session, keys, make_draft(sessions, client, NOW), NOW, HERE).opened.slug
        with pytest.raises(NotClosed):
            start_next_wave(session, OWNER, slug, NOW)


def test_a_survey_of_no_client_asks_for_the_one_of_its_name(sessions, keys, client):
    other = make_client(sessions, NOW, "Tide")
    plan = make_plan(client="Hafen AG")
    with sessions() as session:
        end = NOW + timedelta(days=9)
        slug = open_survey(
            session, keys, replace(plan, ends_at=end, closable_from=end, results_on=None), NOW
        ).slug
    call_closed(sessions, slug)
    for wrong in (None, other):
        with sessions() as session, pytest.raises(OfNoClient, match="Hafen AG"):
            start_next_wave(session, OWNER, slug, NEXT, wrong)
    assert begun(sessions, slug, client=client).client == client


def line(name, parent="p"):
    return UnitLine(name, name.upper(), parent, 0, 3, 0, 0)


def test_joined_units_are_found_again_by_their_id_alone():
    from survey.services.grouping import join_id

    tree = [line("p", None), *map(line, "abcdef")]
    mixed = Unit(join_id(["c", "f"]), "Both", "p", 6)
    with_parent = Unit(join_id(sorted(["p", "a"])), "P + A", "p", 6)
    alone = [Unit(one, one.upper(), "p", 3) for one in "bde"]
    found = list(joins_of([Unit("p", "P", None, 0), mixed, with_parent, *alone], tree))
    assert found == [JoinedUnits(("c", "f"), "Both"), JoinedUnits(("p", "a"))]


def told(sessions, client, closed):
    with sessions() as session:
        return compared_with(session, client, closed, NEXT)


def test_whatever_became_of_the_units_since_is_told_before_the_next_wave(sessions, client, closed):
    ids = unit_ids(sessions, client)
    assert told(sessions, client, closed) == Compared(3)
    with sessions() as session:
        delete_unit(session, client, ids["Desk"], Going(1, 0, 4))
        rename_unit(session, client, ids["Inside"], "Inside Sales")
        add_unit(session, client, "Partners", None)
    set_for(sessions, client, "Partners", 7)
    found = told(sessions, client, closed)
    assert (found.same, found.new) == (1, ("Inside Sales", "Fair", "Partners"))
    assert found.anew == ("Partners",)
    renamed, short = found.lost
    assert renamed == (
        "“Inside” is called “Inside Sales” now. Groups are compared by name: if it is the same,"
        " call it as before."
    )
    assert short == (
        "“Desk + Fair” was joined of 2 units, of which some are no longer there. Those that are"
        " left: Fair."
    )
    with sessions() as session:
        delete_unit(session, client, ids["Field South"], Going(1, 0, 8))
        delete_unit(session, client, ids["Inside"], Going(1, 0, 14))
    named, gone, still = told(sessions, client, closed).lost
    assert named == (
        "“Field” was joined of 2 units, of which some are no longer there. Those that are left:"
        " Field North."
    )
    assert gone == "“Inside” is not among the client’s units and their leaders any more."
    assert still == short


def test_a_unit_that_moved_or_is_joined_otherwise_is_told_on_the_draft(sessions, client, closed):
    ids = unit_ids(sessions, client)
    draft = begun(sessions, closed).id
    with sessions() as session:
        move_unit(session, client, ids["Inside"], None)
        view = draft_view(session, draft)
        grounds = grounds_of(session, client, NEXT, HERE, closed)
    apart = replace(view.settings, joins=view.settings.joins[:1])
    lost = compared(grounds, groups_of(grounds, apart)).lost
    assert len(lost) == 2
    assert lost[0].startswith("“Inside” stands under another unit now, and so it cannot be asked")
    assert lost[1].startswith("“Desk + Fair” was joined of Desk + Fair. Join the same units")


def set_for(sessions, client, unit, people):
    with sessions() as session:
        set_people(session, client, unit_ids(sessions, client)[unit], people)


def test_a_join_whose_units_are_gone_is_known_where_the_survey_says_of_which_it_was_made():
    from survey.services.grouping import join_id

    gone = Unit(join_id(["x", "y"]), "X + Y", "p", 6)
    tree = [line("p", None), *map(line, "abc")]
    assert list(joins_of([gone], tree)) == []
    kept = ((gone.id, ("x", "y")),)
    assert list(joins_of([gone], tree, kept)) == [JoinedUnits(("x", "y"))]
