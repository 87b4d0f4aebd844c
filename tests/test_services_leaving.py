"""What leaves: by somebody's wish, or by itself after warnings; and what stays."""

import random
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from survey.ballots.keys import KeyHeld
from survey.jobs.clearing import Clearings
from survey.jobs.leaving import Leaving
from survey.services.accounts import add_user
from survey.services.clients import client_view, list_clients
from survey.services.closing import destroy_expired
from survey.services.deleting import (
    BeingClosed,
    GoingChanged,
    LaterWaveRuns,
    NotTheName,
    PromiseNotTicked,
    SurveysNotTicked,
    clear_deleted,
    delete_client,
    delete_survey,
)
from survey.services.frozen import check_fingerprint
from survey.services.going import client_going, survey_going
from survey.services.opening import open_survey
from survey.services.released import load_report
from survey.services.retention import delete_due_rosters, suggested_until, warn_rosters
from survey.services.rosters import people_of
from survey.services.surveys import UnknownSurvey, survey_view
from survey.services.unopened import unopened, warn_unopened
from survey.storage.models import Base, Survey
from survey.storage.workspace import Account, Client, Letter, Membership, Warned
from tests.collecting import END, NOON, make_place, make_plan, make_response
from tests.leaving import COMMENT, OWNER, Instance, copied, make_instance
from tests.support.postgres import Server

AFTER = NOON + timedelta(days=16)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def made(request, tmp_path_factory):
    """An instance of each engine, made once and copied for each test."""
    with ExitStack() as stack:

        @cache
        def of(engine: str) -> tuple[Instance, Server | None]:
            folder, server = tmp_path_factory.mktemp(engine), None
            url = f"sqlite:///{folder / 'headwind.db'}"
            if engine == "postgresql":
                server = request.getfixturevalue("postgres_server")
                url = stack.enter_context(server.database())
            instance = make_instance(url, folder)
            instance.end()
            return instance, server

        yield of


@pytest.fixture
def here(made, engine, tmp_path):
    instance, server = made(engine)
    with copied(instance, tmp_path, server) as copy:
        yield copy


def delete(here: Instance, slug: str, typed: str, **changed):
    with here.sessions() as session:
        agreed = changed.get("agreed", survey_going(session, slug).mark)
    told, now = changed.get("told", True), changed.get("now", AFTER)
    return delete_survey(here.sessions, here.keys, slug, typed, agreed, now, told=told)


def rows_of(here: Instance, slug: str) -> dict[str, int]:
    """How many rows of each table name a survey."""
    with here.sessions() as session:
        return {
            table.name: session.scalar(
                sa.select(sa.func.count()).select_from(table).where(table.c[key] == slug)
            )
            or 0
            for table in Base.metadata.sorted_tables
            if (key := "slug" if table.name == "survey" else "survey") in table.c
        }


# --- a survey


def test_of_a_deleted_closed_survey_no_row_is_left_but_in_the_log(here):
    slug = here.closed.slug
    with here.sessions() as session, session.begin():
        rows: dict[str, dict[str, Any]] = {
            "report_view": {"at": NOON, "who": "eva", "title": "First wave", "what": "page"},
            "report_grant": {"account": 1, "granted_on": date(2026, 11, 3)},
            "letterhead": {"consultant": "Eva"},
            "warned": {"number": 1, "day": date(2026, 11, 3)},
        }
        for table, values in rows.items():
            told = {"survey": slug, **values}
            if table.startswith("report"):
                told["scope"] = "*"
            session.execute(sa.insert(Base.metadata.tables[table]), told)
    before = rows_of(here, slug)
    assert {name for name, many in before.items() if many} >= {
        *("survey", "unit", "released_group", "released_figure", "released_comment"),
        *("closing_receipt", "commitment", "report_grant", "report_view", "letterhead", "warned"),
    }
    delete(here, slug, "  first WAVE ")
    left = {name for name, many in rows_of(here, slug).items() if many}
    assert left == {"report_view"}
    with here.sessions() as session:
        with pytest.raises(UnknownSurvey):
            survey_view(session, slug, AFTER)
        assert survey_view(session, here.open.slug, NOON).state == "open"


def promise(here: Instance) -> date:
    """Let people of the closed survey have been told of a day that has not come."""
    day = (AFTER + 3 * DAY).date()
    with here.sessions() as session, session.begin():
        closed = Survey.slug == here.closed.slug
        session.execute(sa.update(Survey).where(closed).values(results_on=day))
    return day


def test_before_the_promised_day_a_survey_goes_only_if_its_people_were_told(here):
    slug, day = here.closed.slug, promise(here)
    before = rows_of(here, slug)
    with pytest.raises(PromiseNotTicked) as refused:
        delete(here, slug, "First wave", told=False)
    assert f"from {day.day} November 2026 on" in str(refused.value)
    assert rows_of(here, slug) == before
    with here.sessions() as session:
        going = survey_going(session, slug)
    assert going.promised(AFTER) == day
    assert going.promised(AFTER + 3 * DAY) is None  # in Berlin it is past midnight
    delete(here, slug, "First wave", told=True)
    assert not rows_of(here, slug)["unit"]


def test_of_a_deleted_open_survey_neither_key_nor_row_is_left(here):
    slug = here.open.slug
    assert rows_of(here, slug)["box"] == 14
    assert here.keys.holds(slug)
    with here.sessions() as session:
        going = survey_going(session, slug)
    assert (going.codes, going.is_closed) == (25, False)
    delete(here, slug, "Second wave")
    assert not any(rows_of(here, slug).values())
    assert not here.keys.holds(slug)
    assert list(here.keys.path.iterdir()) == []


def test_what_is_going_to_be_gone_tells_nobody_how_many_have_answered(here):
    with here.sessions() as session:
        before = survey_going(session, here.open.slug)
    place = here.place
    place.answer(place.codes[20], make_response(random.Random(2)))
    with here.sessions() as session:
        assert survey_going(session, here.open.slug) == before


def test_without_the_name_or_when_something_changed_nothing_is_deleted(here):
    slug = here.closed.slug
    before = rows_of(here, slug)
    with pytest.raises(NotTheName, match="Type “First wave”"):
        delete(here, slug, "First")
    with pytest.raises(GoingChanged):
        delete(here, slug, "First wave", agreed="unopened 0 0 0 0")
    assert rows_of(here, slug) == before


def test_a_survey_that_is_being_closed_is_not_deleted(here):
    slug = here.open.slug
    with here.keys.hold(slug), pytest.raises(KeyHeld):
        delete(here, slug, "Second wave")
    with here.sessions() as session, session.begin():
        session.execute(sa.update(Survey).where(Survey.slug == slug).values(state="destroying"))
    with pytest.raises(BeingClosed, match="“Second wave” is being closed"):
        delete(here, slug, "Second wave")
    assert here.keys.holds(slug)
    assert rows_of(here, slug)["box"] == 14


def later_wave(here: Instance):
    plan = make_plan(title="Third wave", previous=here.closed.slug)
    with here.sessions() as session:
        return open_survey(session, here.keys, plan, NOON)


def test_a_survey_stays_while_a_later_wave_of_it_waits_for_answers(here):
    later_wave(here)
    with pytest.raises(LaterWaveRuns, match="“Third wave” compares with this survey"):
        delete(here, here.closed.slug, "First wave")
    assert rows_of(here, here.closed.slug)["survey"] == 1


def test_a_closed_later_wave_stands_without_comparison_and_without_its_six_words(here):
    from survey.services.closing import close_survey

    third = later_wave(here)
    place = replace(here.place, opened=third)
    for at, code in enumerate(place.codes):
        place.answer(code, make_response(random.Random(at)))
    close_survey(here.sessions, here.keys, third.slug, third.opening_codes[:1], AFTER)
    with here.sessions() as session:
        assert check_fingerprint(session, third.slug).fits
        assert load_report(session, third.slug, AFTER).previous is not None
    assert delete(here, here.closed.slug, "First wave").changed == (third.slug,)
    with here.sessions() as session:
        view = survey_view(session, third.slug, AFTER)
        assert (view.previous, view.fingerprint) == (None, "")
        assert load_report(session, third.slug, AFTER).previous is None


def test_after_clearing_no_file_holds_a_word_of_a_deleted_comment(here):
    def holding():
        return [path for path in here.place.files() if COMMENT.encode() in path.read_bytes()]

    assert holding() or not here.url.startswith("sqlite")
    delete(here, here.closed.slug, "First wave")
    clear_deleted(here.sessions)
    assert holding() == []


@pytest.mark.postgres
def test_after_clearing_the_tables_of_a_server_hold_no_word_of_a_deleted_comment(
    postgres_server, tmp_path
):
    with postgres_server.database() as url:
        here = make_instance(url, tmp_path)
        with here.sessions.kw["bind"].connect() as connection:
            folder = connection.exec_driver_sql("SHOW data_directory").scalar_one()
            number = connection.exec_driver_sql(
                "SELECT oid FROM pg_database WHERE datname = current_database()"
            ).scalar_one()

        def holding():
            with here.sessions.kw["bind"].connect() as connection:
                connection.execution_options(isolation_level="AUTOCOMMIT").exec_driver_sql(
                    "CHECKPOINT"
                )
            return [
                path
                for path in (postgres_files(folder, number))
                if COMMENT.encode() in path.read_bytes()
            ]

        assert holding()
        delete(here, here.closed.slug, "First wave")
        clear_deleted(here.sessions)
        assert holding() == []
        here.end()


def postgres_files(folder, number):
    return [p for p in (Path(folder) / "base" / str(number)).iterdir() if p.is_file()]


def test_what_could_not_be_cleared_is_tried_again_until_it_is(here, tmp_path, monkeypatch):
    clearings = Clearings(here.sessions, tmp_path / "leaving")
    assert clearings.state() == "cleared"
    clearings.note()
    assert clearings.state() == "clearing"
    with monkeypatch.context() as patch:
        from survey.storage import scrub

        def busy(*_args, **_more):
            raise scrub.StillInUse

        patch.setattr(scrub, "rewrite", busy)
        clearings.once()
    assert clearings.state() == "waiting"
    assert "another program is still reading" in clearings.trouble()
    Clearings(here.sessions, tmp_path / "leaving").once()  # another process, an hour later
    assert clearings.state() == "cleared"
    assert clearings.trouble() == ""


# --- a client


def test_with_a_client_everything_of_it_goes_and_nothing_of_another(here):
    from survey.services.clients import add_client

    with here.sessions() as session:
        add_client(session, OWNER, "Other AG", "en", "UTC", NOON)
        consultant = add_user(session, "kim@example.org", "Kim", "a password for tests")
        with session.begin():
            session.add(Membership(client=here.client, account=consultant.id))
        going = client_going(session, here.client)
    assert (going.people, going.units, going.consultants) == (1, 1, 1)
    assert len(going.surveys) == 2
    told = (here.sessions, here.keys, here.client, "Hafen AG", going.mark, AFTER)
    with pytest.raises(SurveysNotTicked):
        delete_client(*told, surveys=False)
    promise(here)
    with pytest.raises(PromiseNotTicked):
        delete_client(*told, surveys=True)
    delete_client(*told, surveys=True, told=True)
    for slug in (here.closed.slug, here.open.slug):
        assert not any(rows_of(here, slug).values())
    assert list(here.keys.path.iterdir()) == []
    with here.sessions() as session:
        assert [line.name for line in list_clients(session, OWNER)] == ["Other AG"]
        for name in ("person", "client_unit", "draft", "membership"):
            table = Base.metadata.tables[name]
            assert session.scalar(sa.select(sa.func.count()).select_from(table)) == 0
        assert session.scalar(sa.select(sa.func.count()).select_from(Account)) == 2


# --- rosters that go by themselves


def keep_until(here: Instance, until: date | None) -> None:
    with here.sessions() as session, session.begin():
        session.execute(sa.update(Client).values(roster_until=until))


def letters(here: Instance) -> list[tuple[str, str]]:
    with here.sessions() as session:
        return sorted((row.email, row.body) for row in session.scalars(sa.select(Letter)))


def test_a_roster_goes_on_its_day_two_weeks_after_those_who_run_it_were_told(here):
    until = (NOON + 30 * DAY).date()
    keep_until(here, until)
    warn: Any = {"public_url": "https://survey.example.org", "by_mail": True}
    assert warn_rosters(here.sessions, NOON + 15 * DAY, **warn) == ()
    assert warn_rosters(here.sessions, NOON + 16 * DAY, **warn) == (here.client,)
    assert warn_rosters(here.sessions, NOON + 17 * DAY, **warn) == ()  # once
    ((email, body),) = letters(here)
    assert email == OWNER.email
    assert "2 December 2026" in body
    assert "1 person with name and mail" in body
    assert body.endswith("https://survey.example.org/clients/hafen-ag")
    assert delete_due_rosters(here.sessions, NOON + 29 * DAY) == ()
    assert delete_due_rosters(here.sessions, NOON + 30 * DAY) == (here.client,)
    with here.sessions() as session:
        assert people_of(session, here.client) == ()
        assert client_view(session, here.client).roster_until is None
        assert client_going(session, here.client).units == 1


def test_a_day_is_proposed_a_month_after_the_end_of_the_last_survey(here):
    with here.sessions() as session:
        assert suggested_until(session, here.client, NOON) == (END + 30 * DAY).date()
        assert suggested_until(session, here.client, END + 40 * DAY) is None


# --- answers that nobody opens


@pytest.fixture
def left(database_url, tmp_path):
    place = make_place(database_url, tmp_path)
    place.answer(place.codes[0], make_response(random.Random(1)))
    with place.sessions() as session:
        add_user(session, OWNER.email, OWNER.name, "a password for tests")
    yield place
    place.end()


def warned(place) -> list[tuple[int, date]]:
    with place.sessions() as session:
        rows = session.execute(sa.select(Warned.number, Warned.day).order_by(Warned.number))
        return [tuple(row) for row in rows]


def look_after(place, now, *, by_mail=False):
    """What housekeeping does at a moment."""
    warn_unopened(place.sessions, now, "https://s.example.org", by_mail=by_mail)
    return destroy_expired(place.sessions, place.keys, now)


def test_two_warnings_come_before_anything_is_destroyed_unread(left):
    assert not any(look_after(left, END + day * DAY, by_mail=True) for day in range(60))
    assert warned(left) == [(1, (END + 30 * DAY).date()), (2, (END + 50 * DAY).date())]
    with left.sessions() as session:
        (still,) = unopened(session, END + 59 * DAY).values()
        mails = session.scalars(sa.select(Letter).order_by(Letter.subject)).all()
        assert {mail.kind for mail in mails} == {"warning"}
        last, first = (mail.body for mail in mails)
    assert "first of two warnings" in first
    assert "second and last warning" in last
    assert "destroyed unread, from 15 January 2027 on" in first
    assert f"https://s.example.org/surveys/{left.slug}" in last
    assert still.destroyed_on == (END + 60 * DAY).date()
    assert look_after(left, END + 60 * DAY) == (left.slug,)
    assert left.tables()["box"] == []


def test_a_clock_that_is_wrong_for_once_destroys_nothing(left):
    """It jumps a year ahead for some hours, in which housekeeping looks every hour."""
    ahead = END + 365 * DAY
    assert not any(look_after(left, ahead + timedelta(hours=h)) for h in range(30))
    assert len(warned(left)) == 1
    assert look_after(left, END + 2 * DAY) == ()
    assert warned(left) == []  # a warning from the future is none
    assert not any(look_after(left, END + day * DAY) for day in range(3, 60))
    assert look_after(left, END + 60 * DAY) == (left.slug,)


def test_a_server_that_was_off_for_months_warns_twice_first(left):
    late = END + 200 * DAY
    assert [bool(look_after(left, late + day * DAY)) for day in range(15)] == [False] * 14 + [True]
    assert warned(left) == [(1, late.date()), (2, (late + 7 * DAY).date())]


def test_without_mail_the_same_days_count_and_no_letter_is_written(left):
    look_after(left, END + 30 * DAY)
    look_after(left, END + 50 * DAY)
    with left.sessions() as session:
        assert len(unopened(session, END + 51 * DAY)[left.slug].warned) == 2
        assert session.scalars(sa.select(Letter)).all() == []


def test_housekeeping_does_all_of_it(left, tmp_path):
    now = [END + 30 * DAY]
    clearings = Clearings(left.sessions, tmp_path / "leaving")
    leaves = Leaving(left.sessions, left.keys, lambda: now[0], clearings)
    for day in (30, 50, 60):
        now[0] = END + day * DAY
        for chore in leaves.chores():
            chore()
    assert left.tables()["box"] == []
    assert not left.keys.holds(left.slug)
