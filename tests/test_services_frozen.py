"""What was frozen at opening, on both databases: its words fit until anything is changed."""

import re
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.ballots import fingerprint as words
from survey.services.closing import close_survey
from survey.services.frozen import check_fingerprint, frozen_text, renew_fingerprint
from survey.services.surveys import UnknownSurvey, survey_view
from survey.storage.models import Survey, Unit
from tests.collecting import AFTER, END, NOON, make_place

REAL_N = words.SCRYPT_N
"""Read before a fixture makes it cheap."""
DOCS = Path(__file__).resolve().parents[1] / "docs"
LIST = Path(words.__file__).with_name("words.txt")
ANOTHER = {
    "title": "Ready for handover?",
    "client": "Hafen SE",
    "practice": "handovers",
    "critical": ("VISION", "COOP"),
    "questionnaire": "something else",
    "policy_scores": 6,
    "policy_single": 9,
    "policy_spread": 13,
    "opened_at": NOON + timedelta(microseconds=1),
    "ends_at": END + timedelta(days=1),
    "closable_from": END - timedelta(days=1),
    "timezone": "Europe/Paris",
    "organiser": "Another Consulting",
    "holders": ("Ana Lindqvist",),
    "help_contact": "bob@example.org",
    "harm_role": "the boss",
    "public_key": bytes(32),
    "revision": 2,
    "scheme": "two of three",
    "spare": 7,
    "results_on": date(2027, 1, 12),
    "controller": "Hafen SE",
    "controller_contact": "privacy@example.org",
    "privacy_notice": "We keep everything.",
    "introduction": "Do as I say.",
    "sponsor": "The boss",
    "comments": False,
    "rehearsal": True,
    "asked_before": ("2026-09-30 Autumn",),
}
"""For every column of a survey that may not change unnoticed, another value."""
OTHERWISE = {
    "slug": "stands in the text",
    "previous": "tried beside",
    "fingerprint": "the words themselves",
    "client_id": "only says who may run it",
    "masked": "never shown, and emptied at closing",
    **dict.fromkeys(
        ("state", "closed_at", "spoiled", "surplus", "left_out", "lost_on"), "not frozen"
    ),
}


@pytest.fixture
def place(engine, originals, tmp_path):
    with originals(engine).copy(tmp_path) as place:
        yield place


def checked(place):
    with place.sessions() as session:
        return check_fingerprint(session, place.slug)


def change(place, table, row_id, values) -> None:
    """Change a row behind the program's back."""
    with place.sessions() as session, session.begin():
        session.execute(sa.update(table).where(row_id).values(values))


def test_an_opened_survey_has_six_words_that_fit_what_is_stored(place):
    now = checked(place)
    assert now.fits
    assert now.stored == place.opened.fingerprint
    assert len(now.stored.split()) == 6
    with place.sessions() as session:
        assert survey_view(session, place.slug, NOON).fingerprint == now.stored


def test_the_words_still_fit_once_the_survey_is_closed(database_url, tmp_path):
    place = make_place(database_url, tmp_path, masked=("Ana Lindqvist",))
    close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)
    assert checked(place).fits
    place.end()


def test_every_column_of_a_survey_is_decided_upon():
    assert {column.key for column in Survey.__table__.columns} == {*ANOTHER, *OTHERWISE}


def test_no_frozen_row_can_be_changed_without_the_words_telling(place):
    this = Survey.slug == place.slug
    with place.sessions() as session:
        row = session.get(Survey, place.slug)
        before = {name: getattr(row, name) for name in ANOTHER}
    for name, value in {**ANOTHER, "previous": place.slug}.items():
        change(place, Survey, this, {name: value})
        assert not checked(place).fits, f"{name} can be changed unnoticed"
        change(place, Survey, this, {name: before.get(name)})
    assert checked(place).fits
    change(place, Survey, this, {"state": "ended", "left_out": ("desk",), "masked": ("Ana",)})
    assert checked(place).fits


def test_no_unit_can_be_changed_moved_or_reordered_without_the_words_telling(place):
    desk = sa.and_(Unit.survey == place.slug, Unit.id == "desk")
    for name, another, before in (
        ("name", "Frontdesk", "Front desk"),
        ("parent", "south", "firm"),
        ("parent", None, "firm"),
        ("asked", 5, 4),
        ("place", -1, 3),
    ):
        change(place, Unit, desk, {name: another})
        assert not checked(place).fits, f"{name} can be changed unnoticed"
        change(place, Unit, desk, {name: before})
    with place.sessions() as session, session.begin():
        session.execute(sa.delete(Unit).where(desk))
    assert not checked(place).fits


def test_a_revision_gets_words_of_its_own_in_the_same_transaction(place):
    with place.sessions() as session, session.begin():
        session.get(Unit, (place.slug, "desk")).asked = 6
        session.get(Survey, place.slug).revision = 2
        renewed = renew_fingerprint(session, place.slug)
    assert renewed != place.opened.fingerprint
    assert checked(place).stored == renewed
    assert checked(place).fits
    with place.sessions() as session:
        assert survey_view(session, place.slug, NOON).revision == 2


def test_a_promised_day_cannot_be_moved_or_taken_away_unnoticed(database_url, tmp_path):
    place = make_place(database_url, tmp_path, results_on=date(2027, 1, 12))
    with place.sessions() as session:
        assert b"\nresults-on 10:2027-01-12\n" in frozen_text(session, place.slug)
    for moved in (date(2027, 1, 13), None):
        change(place, Survey, Survey.slug == place.slug, {"results_on": moved})
        assert not checked(place).fits
    place.end()


def test_an_unknown_survey_has_no_text(place):
    with place.sessions() as session, pytest.raises(UnknownSurvey):
        frozen_text(session, "nothing")


def test_the_way_to_check_it_oneself_runs_as_it_is_written_down(place, tmp_path, monkeypatch):
    monkeypatch.setattr(words, "SCRYPT_N", REAL_N)
    recipe = re.search(r"```python\n(.*?)```", (DOCS / "fingerprint.md").read_text(), re.DOTALL)
    assert recipe
    (tmp_path / "fingerprint.py").write_text(recipe[1])
    with place.sessions() as session:
        (tmp_path / "frozen.txt").write_bytes(frozen_text(session, place.slug))
    # The EFF's own file has the numbers of the dice in front.
    with_dice = [f"{at}\t{word}\n" for at, word in enumerate(LIST.read_text().split())]
    (tmp_path / "words.txt").write_text("".join(with_dice))
    told = subprocess.run(
        [sys.executable, "-I", "fingerprint.py", "frozen.txt", "words.txt"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.splitlines()
    assert told[0].strip() == checked(place).computed
    assert re.fullmatch("[0-9a-f]{64}", told[1])
