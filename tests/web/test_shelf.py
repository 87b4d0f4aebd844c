"""A report that was built is kept, and built anew as soon as what it is made from has changed."""

from datetime import date
from pathlib import Path

import pytest

from survey.app import create_app
from survey.questionnaire.guide_files import FOLDER
from survey.services.agreeing import agree
from survey.services.editions import edition_of
from survey.services.surveys import UnknownSurvey
from survey.web import shelf
from survey.web.shelf import Kept, Shelf, kept_report
from tests.report_factory import make_report
from tests.web.test_reports import Closed, closed  # noqa: F401 -- a fixture

OWN = """
questionnaires = ["environment"]
version = "9.9"
languages = ["en"]
source = "ours"
licence = "ours"
rules.en = ["Speak of situations."]

[[guides]]
id = "TRUST"
title.en = "Our own way to talk about trust"
minutes = 30
leads = "outsider"
aim.en = "Agree on one promise."
steps.en = ["Talk."]
questions.en = ["When did a promise hold?", "What let it hold?", "What would we see?"]
avoid.en = ["Do not ask who."]

[[actions]]
guide = "TRUST"
who = "team"
days = 20
text.en = "Keep one promise."
sign.en = "Everybody can name it."
source = "judgement"

[[actions]]
guide = "TRUST"
who = "leader"
days = 20
text.en = "Give one promise."
sign.en = "Everybody has heard it."
source = "judgement"
"""


@pytest.fixture
def app(closed: Closed):  # noqa: F811
    app = create_app(closed.config, sessions=closed.sessions, clock=closed.clock)
    with app.app_context():
        yield app


def edition(closed: Closed, slug: str):  # noqa: F811
    with closed.sessions() as session:
        return edition_of(session, slug)


def test_a_second_look_builds_nothing(app, closed):  # noqa: F811
    first = kept_report(closed.second)
    assert kept_report(closed.second) is first
    group = first.report.groups[0]
    assert first.section(group) is first.section(group)
    assert first.whole is first.whole


def test_what_was_agreed_after_the_wave_before_makes_a_new_edition(app, closed):  # noqa: F811
    before, kept = edition(closed, closed.second), kept_report(closed.second)
    with closed.sessions() as session:
        until, now = date(2027, 1, 7), closed.clock()
        agree(session, closed.first, "north", "the leader", "Look back.", until, now)
    assert edition(closed, closed.second) != before
    again = kept_report(closed.second)
    assert again is not kept
    north = next(group for group in again.report.groups if group.key == "north")
    assert [one.what for one in north.agreed] == ["Look back."]


def test_guides_of_ones_own_are_used_as_soon_as_they_are_there(app, closed):  # noqa: F811
    kept = kept_report(closed.second)
    folder = Path(closed.config.instance) / FOLDER
    folder.mkdir()
    (folder / "own.toml").write_text(OWN, encoding="utf-8")
    try:
        again = kept_report(closed.second)
        assert again is not kept
        assert again.report.guides
        assert again.report.guides.version == "9.9"
    finally:
        (folder / "own.toml").unlink()
        folder.rmdir()


def test_there_is_no_edition_of_what_is_not_there(closed):  # noqa: F811
    with pytest.raises(UnknownSurvey):
        edition(closed, "nowhere")


def test_what_was_looked_at_longest_ago_is_let_go(monkeypatch):
    monkeypatch.setattr(shelf, "MOST", 2)
    kept, edition = Kept(make_report()), ("edition",)
    place = Shelf()
    for slug in ("a", "b"):
        place.keep(slug, edition, kept)
    assert place.find("a", edition) is kept
    place.keep("c", edition, kept)
    assert [place.find(slug, edition) for slug in ("a", "b", "c")] == [kept, None, kept]
    assert place.find("a", ("another",)) is None
