"""The log of who opened which report: lines are added, found again, and never changed."""

import csv
import io
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from survey.exports.log import render_log
from survey.services import viewing
from survey.services.viewing import count_views, every_view, list_views, write_view
from survey.storage.engine import make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Survey
from survey.storage.workspace import ReportView

NOON = datetime(2026, 12, 7, 12, tzinfo=UTC)


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def view(place, who, what="page", scope="*", at=NOON):
    with place.sessions() as session:
        write_view(session, place.opened.slug, who, what, at, scope)


def shown(place, wanted="", skip=0, most=50):
    with place.sessions() as session:
        return list_views(session, wanted, skip, most)


def test_a_line_says_who_opened_what_of_which_report_as_it_was_called_then(place):
    view(place, "eva@example.org")
    with place.sessions() as session, session.begin():
        title, client = session.execute(sa.select(Survey.title, Survey.client)).one()
        session.execute(sa.update(Survey).values(title="Another title"))
    (line,) = shown(place)
    assert (line.at, line.who, line.survey) == (NOON, "eva@example.org", place.opened.slug)
    assert line.title == f"{title}, {client}"
    assert (line.scope, line.what) == ("*", "page")


def test_of_a_survey_that_is_not_there_nothing_is_written(place):
    with place.sessions() as session:
        write_view(session, "never-was", "eva@example.org", "page", NOON)
    assert shown(place) == ()


@pytest.mark.parametrize(
    "attempt",
    [
        sa.update(ReportView).values(who="somebody else"),
        sa.delete(ReportView),
        sa.text("UPDATE report_view SET at = at WHERE id = 1"),
        sa.text("DELETE FROM report_view WHERE id = 1"),
    ],
    ids=["update", "delete", "update by hand", "delete by hand"],
)
def test_the_database_refuses_to_change_or_delete_a_line(place, attempt):
    view(place, "eva@example.org")
    with (
        place.sessions() as session,
        pytest.raises(DBAPIError, match="never changed"),
        session.begin(),
    ):
        session.execute(attempt)
    assert [line.who for line in shown(place)] == ["eva@example.org"]


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.postgres)])
def test_postgresql_refuses_to_empty_the_table_too(place, engine):
    view(place, "eva@example.org")
    with (
        place.sessions() as session,
        pytest.raises(DBAPIError, match="never changed"),
        session.begin(),
    ):
        session.execute(sa.text("TRUNCATE report_view"))


def test_the_newest_stand_first_and_words_are_searched_in_person_and_report(place):
    for number, who in enumerate(["eva@example.org", "link: Maria Müller", "ada@example.org"]):
        view(place, who, at=NOON + timedelta(minutes=number))
    assert [line.who[:3] for line in shown(place)] == ["ada", "lin", "eva"]
    assert [line.who[:3] for line in shown(place, skip=1, most=1)] == ["lin"]
    for wanted in ("MARIA", "müller maria", "Müller", "link: maria"):
        assert len(shown(place, wanted)) == 1, wanted
    assert len(shown(place, place.opened.slug)) == 3
    assert shown(place, "100%") == ()
    assert shown(place, "maria ada") == ()
    with place.sessions() as session:
        assert count_views(session, "example.org") == (2, 3)


def test_a_file_holds_all_lines_and_no_formula(place, monkeypatch):
    monkeypatch.setattr(viewing, "AT_A_TIME", 2)
    names = ["=1+1", "+49 30 1234", "-x", "@sum", "link: =cmd()", 'Eva "the" boss, north']
    for name in names:
        view(place, name, scope="north")
    text = "".join(render_log(every_view(place.sessions, "")))
    assert text.startswith("\ufeffat,who,survey,title,scope,what\r\n")
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len(rows) == len(names)
    cells = [row[head.index("who")] for row in rows]
    assert cells == [*reversed(["'=1+1", "'+49 30 1234", "'-x", "'@sum", *names[4:]])]
    assert rows[0][head.index("at")] == "2026-12-07T12:00:00+00:00"


def test_without_a_search_nothing_is_missed(database_url):
    migrate(database_url)
    sessions = make_sessions(database_url)
    with sessions() as session:
        assert count_views(session) == (0, 0)
    assert list(every_view(sessions, "")) == []
    sessions.kw["bind"].dispose()
