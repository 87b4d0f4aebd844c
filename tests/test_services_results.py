"""A group's own result, on both databases: who sees which, from when on, and nothing beside it."""

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa

from survey.ballots.codes import read_result_word, result_words
from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.services.agreed import EVERYBODY
from survey.services.agreeing import (
    MOST,
    NotAgreed,
    NotOpenAnyMore,
    UnknownCommitment,
    UnknownGroup,
    agree,
    agreed_by,
    change_state,
    remove,
)
from survey.services.closing import close_survey
from survey.services.opening import PlanError, open_survey
from survey.services.released import NotClosedYet, load_report
from survey.services.results import UnknownWord, shown, team_result, words_of
from survey.services.surveys import survey_view
from survey.storage.models import Adoption, Commitment
from tests.collecting import AFTER, END, NOON, Place, environment, make_place, make_plan
from tests.support import postgres

TREE = (
    Unit("firm", "Hafen AG", None, 0),
    Unit("north", "Night shift north", "firm", 12),
    Unit("yard", "Yard", "firm", 0),
    Unit("crane", "Crane", "yard", 4),
    Unit("rope", "Ropes", "yard", 4),
    Unit("desk", "Front desk", "firm", 4),
)
ANSWERING = {"north": 11, "crane": 3, "rope": 4, "desk": 2}
DAY = date(2026, 12, 1)
BERLIN = ZoneInfo("Europe/Berlin")
MORNING = datetime(2026, 12, 1, 0, 0, tzinfo=BERLIN)


def answered(place: Place, codes=None, level: Sequence[int] = (2, 3, 4)) -> None:
    rng = random.Random(3)
    for unit, many in ANSWERING.items():
        for code in (codes or place.opened.codes)[unit][:many]:
            full = {column: rng.choice(level) for column in environment().columns}
            place.answer(code, Response(full, None, (), {}))


def close(place: Place, now: datetime = AFTER) -> None:
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, now, workers=1)


@contextmanager
def closed_place(engine: str, request: pytest.FixtureRequest) -> Iterator[Place]:
    """A closed survey on one of the engines, for the tests of a module: opening one takes time."""
    folder = request.getfixturevalue("tmp_path_factory").mktemp("closed")
    with ExitStack() as stack:
        url = f"sqlite:///{folder / 'headwind.db'}"
        if engine == "postgresql":
            server = request.getfixturevalue("postgres_server")
            url = stack.enter_context(server.database())
        place = make_place(url, folder, units=TREE, results_on=DAY)
        answered(place)
        close(place)
        yield place
        place.end()


@pytest.fixture(scope="module", params=postgres.ENGINES)
def once_closed(request):
    with closed_place(request.param, request) as place:
        yield place


@pytest.fixture
def closed(once_closed):
    """The closed survey, and nothing agreed yet."""
    yield once_closed
    clear(once_closed)


def clear(place: Place) -> None:
    with place.sessions() as session, session.begin():
        for table in (Commitment, Adoption):
            session.execute(sa.delete(table))


@pytest.fixture
def place(database_url, tmp_path):
    place = make_place(database_url, tmp_path, units=TREE, results_on=DAY)
    yield place
    place.end()


@pytest.fixture
def just_closed(place):
    """A closed survey of this test's own, to go on from."""
    answered(place)
    close(place)
    return place


def result_of(place: Place, unit: str, now: datetime = MORNING):
    with place.sessions() as session:
        return team_result(session, place.slug, place.opened.result_words[unit], now)


def shown_at(place: Place, now: datetime) -> str:
    with place.sessions() as session:
        return shown(survey_view(session, place.slug, now), now)


def wave_after(place: Place, **changed) -> Place:
    """Open the next wave of a closed survey, in the same database."""
    start = END + timedelta(days=60)
    plan = make_plan(
        units=TREE,
        previous=place.slug,
        ends_at=start + timedelta(days=14),
        closable_from=start + timedelta(days=14),
        **changed,
    )
    with place.sessions() as session:
        return replace(place, opened=open_survey(session, place.keys, plan, start))


def test_every_unit_that_asks_anybody_gets_two_words_of_its_own(place):
    words = place.opened.result_words
    assert set(words) == {"north", "crane", "rope", "desk"}
    assert len(set(words.values())) == len(words)
    assert all(len(word.split("-")) == 2 for word in words.values())
    with place.sessions() as session:
        kept = dict(words_of(session, place.slug))
    assert kept == {unit.name: words[unit.id] for unit in TREE if unit.asked}


def test_words_are_never_given_twice_and_read_however_they_are_typed():
    taken = result_words(500)
    more = result_words(500, taken)
    assert len({*taken, *more}) == 1000
    for typed in ("Abacus Plank", " abacus-plank ", "ABACUS, plank", "abacus\u2013plank."):
        assert read_result_word(typed) == "abacus-plank"


def test_the_day_begins_at_midnight_where_the_people_are_and_nobody_has_to_do_anything(closed):
    assert shown_at(closed, MORNING - timedelta(seconds=1)) == "early"
    assert shown_at(closed, MORNING) == "there"


def test_before_the_answers_are_opened_the_day_alone_brings_no_result(place):
    assert shown_at(place, MORNING) == "sealed"
    with place.sessions() as session, pytest.raises(NotClosedYet):
        team_result(session, place.slug, place.opened.result_words["north"], MORNING)


def test_a_survey_without_a_promised_day_has_no_result_page(closed):
    with closed.sessions() as session:
        view = survey_view(session, closed.slug, MORNING)
    assert shown(replace(view, results_on=None), MORNING) == "not_promised"
    assert shown(replace(view, left_out=None), MORNING) == "never_opened"


def test_a_group_sees_its_own_figures_as_the_report_has_them_and_no_other_group(closed):
    with closed.sessions() as session:
        report = load_report(session, closed.slug, MORNING)
    whole = {group.key: group for group in report.groups}
    found = result_of(closed, "north")
    assert found.unit == "Night shift north"
    assert found.group == whole["north"]
    assert [group.key for group in found.report.groups] == ["north"]


def test_a_small_unit_sees_the_group_it_is_shown_in(closed):
    crane, rope = result_of(closed, "crane"), result_of(closed, "rope")
    assert crane.unit == "Crane"
    assert crane.group == rope.group
    assert crane.group.kind == "pooled"
    assert crane.group.units == ("Crane", "Ropes")


def test_a_unit_that_was_left_out_sees_nothing_and_nobody_elses_agreements(closed):
    with closed.sessions() as session:
        agree(session, closed.slug, EVERYBODY, "the board", "Listen.", DAY, AFTER)
    found = result_of(closed, "desk")
    assert found.unit == "Front desk"
    assert (found.report, found.group, found.agreed) == (None, None, ())


def test_a_wrong_word_leads_nowhere(closed):
    for typed in ("", "-", "abacus", "abacus-plank", "%", "none"):
        with closed.sessions() as session, pytest.raises(UnknownWord):
            team_result(session, closed.slug, typed, MORNING)


def test_the_next_wave_is_told_has_words_of_its_own_and_clear_changes_as_the_report_has_them(
    just_closed,
):
    closed, later = just_closed, wave_after(just_closed, results_on=date(2027, 3, 1))
    with later.sessions() as session, pytest.raises(UnknownWord):
        team_result(session, closed.slug, later.opened.result_words["north"], MORNING)
    assert result_of(closed, "north").again.state == "open"
    answered(later, level=(4, 5))
    after = END + timedelta(days=75)
    close(later, after)
    with later.sessions() as session:
        report = load_report(session, later.slug, after)
    north = next(group for group in report.groups if group.key == "north")
    assert any(change.clear for change in north.changes)
    assert result_of(later, "north", after).group.changes == north.changes
    assert result_of(closed, "north", after).again.state == "closed"


def test_the_day_cannot_lie_before_the_end_or_far_after_it():
    from survey.services.plan import usual_results_on
    from survey.services.plan_faults import check_plan

    for day, told in (
        (END.date(), "from a day after the end date on"),
        (END.date() + timedelta(days=400), "more than a year after the end"),
    ):
        with pytest.raises(PlanError, match=told):
            check_plan(make_plan(results_on=day), NOON, "", demo=True)
    check_plan(make_plan(results_on=END.date() + timedelta(days=1)), NOON, "", demo=True)
    assert usual_results_on(END, "Europe/Berlin") == END.date() + timedelta(days=14)


# --- what was agreed


def agreed(place: Place, key: str):
    with place.sessions() as session:
        return agreed_by(session, place.slug, key)


def test_what_a_group_agreed_to_stands_on_its_page_before_that_of_everybody(closed):
    with closed.sessions() as session:
        agree(session, closed.slug, EVERYBODY, "the board", "Give reasons.", DAY, AFTER)
        later = DAY + timedelta(days=9)
        agree(session, closed.slug, "north", "the  leader", "Listen\nfirst.", later, AFTER)
        agree(session, closed.slug, "pooled.yard", "the leader", "Not for north.", DAY, AFTER)
    told = [(one.who, one.what, one.state) for one in result_of(closed, "north").agreed]
    assert told == [
        ("the leader", "Listen first.", "open"),
        ("the board", "Give reasons.", "open"),
    ]


def test_what_became_of_it_is_told_and_what_is_done_cannot_be_taken_back(closed):
    with closed.sessions() as session:
        agree(session, closed.slug, "north", "the leader", "Listen.", DAY, AFTER)
        agree(session, closed.slug, "north", "the leader", "A slip.", DAY, AFTER)
    kept, slip = agreed(closed, "north")
    with closed.sessions() as session:
        remove(session, closed.slug, "north", slip.number)
        change_state(session, closed.slug, "north", kept.number, "done")
        with pytest.raises(NotOpenAnyMore):
            remove(session, closed.slug, "north", kept.number)
    assert [one.commitment.state for one in agreed(closed, "north")] == ["done"]


def test_nobody_changes_what_another_group_or_nobody_agreed_to(closed):
    with closed.sessions() as session:
        agree(session, closed.slug, "north", "the leader", "Listen.", DAY, AFTER)
    (one,) = agreed(closed, "north")
    for key, number, state in (
        ("pooled.yard", one.number, "done"),
        ("north", one.number + 1, "done"),
        ("north", one.number, "burnt"),
    ):
        with closed.sessions() as session, pytest.raises(UnknownCommitment):
            change_state(session, closed.slug, key, number, state)
    assert agreed(closed, "north") == (one,)


def test_what_cannot_be_agreed_is_told_field_by_field(closed):
    usual: dict[str, Any] = {"who": "the leader", "what": "Listen.", "until": DAY}
    for field, told in (
        ("who", " "),
        ("who", "x" * 101),
        ("what", ""),
        ("what", "x" * 201),
        ("until", None),
        ("until", AFTER.date() - timedelta(days=1)),
        ("until", AFTER.date() + timedelta(days=2000)),
    ):
        with closed.sessions() as session, pytest.raises(NotAgreed) as refused:
            agree(session, closed.slug, "north", **usual | {field: told}, now=AFTER)
        assert list(refused.value.faults) == [field]
    assert agreed(closed, "north") == ()


def test_there_is_an_end_to_what_a_group_can_agree_to(closed):
    with closed.sessions() as session:
        for at in range(MOST):
            agree(session, closed.slug, "north", "the leader", f"Thing {at}.", DAY, AFTER)
        with pytest.raises(NotAgreed, match="few are kept in mind"):
            agree(session, closed.slug, "north", "the leader", "One more.", DAY, AFTER)


def test_only_groups_of_the_report_agree_to_anything(closed):
    for key in ("crane", "desk", "firm", "wider.firm", ""):
        with closed.sessions() as session, pytest.raises(UnknownGroup):
            agree(session, closed.slug, key, "the leader", "Listen.", DAY, AFTER)


def test_the_next_report_tells_what_the_same_units_agreed_to(just_closed):
    closed = just_closed
    with closed.sessions() as session:
        for key in ("north", "pooled.yard", EVERYBODY):
            agree(session, closed.slug, key, "the leader", f"By {key}.", DAY, AFTER)
    later = wave_after(closed)
    answered(later)
    after = END + timedelta(days=75)
    close(later, after)
    with later.sessions() as session:
        agree(session, later.slug, "north", "the leader", "After it.", date(2027, 3, 1), after)
        report = load_report(session, later.slug, after)
        before = load_report(session, closed.slug, after)
    told = {group.key: [one.what for one in group.agreed] for group in report.groups}
    assert told == {"north": ["By north."], "pooled.yard": ["By pooled.yard."]}
    assert report.organisation
    assert [one.what for one in report.organisation.agreed] == [f"By {EVERYBODY}."]
    assert not any(group.agreed for group in before.groups)
