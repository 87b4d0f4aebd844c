"""Closings in the background: one at a time, told to every process of the server, in no detail."""

import json
import logging
import stat
import subprocess
import sys
from datetime import UTC, datetime
from threading import Event

import pytest

from survey.ballots.keys import KeyFolder
from survey.errors import UserError
from survey.jobs.closings import Closings
from survey.jobs.housekeeping import Housekeeping
from survey.jobs.mirror import Progress
from survey.jobs.telling import UNFORESEEN
from survey.services.surveys import survey_view
from tests.collecting import AFTER, make_place, responses_for

SLUG = "a-survey-abcd"


class Refused(UserError):
    """Somebody else was faster."""


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "closing"


@pytest.fixture
def make(folder):
    """Closings of one process; several of them share the folder."""

    def closings(sessions=None, keys=None, **more) -> Closings:
        clock = lambda: AFTER  # noqa: E731
        return Closings(sessions, keys or KeyFolder(folder), clock, folder, **more)

    return closings


class Held:
    """Work that tells its progress, waits, and then ends or fails."""

    def __init__(self, *told: tuple[str, int, int], error: Exception | None = None) -> None:
        self.told, self.error = told, error
        self.started, self.go = Event(), Event()

    def __call__(self, progress) -> None:
        for step in self.told:
            progress(*step)
        self.started.set()
        assert self.go.wait(20)
        if self.error:
            raise self.error


@pytest.fixture
def hold():
    """Begin work and wait until it has told its progress; at the end of the test all may go."""
    held: list[Held] = []

    def begin(closings: Closings, *told, error=None) -> Held:
        work = Held(*told, error=error)
        held.append(work)
        assert closings.begin(SLUG, work)
        assert work.started.wait(10)
        return work

    yield begin
    for work in held:
        work.go.set()


def ended(closings: Closings, slug: str = SLUG) -> None:
    """Wait until nothing runs here any more."""
    from time import monotonic, sleep

    end = monotonic() + 20
    while slug in closings._running:
        assert monotonic() < end
        sleep(0.01)


def test_a_closing_runs_to_its_end_and_leaves_nothing_to_tell(tmp_path, make, folder):
    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    for code, response in responses_for(place.codes[:15]).items():
        place.answer(code, response)
    closings = make(place.sessions, place.keys)
    assert closings.progress(place.slug) is None
    assert closings.start(place.slug, place.opening_codes)
    ended(closings, place.slug)
    assert closings.progress(place.slug) is None
    assert list(folder.iterdir()) == []
    with place.sessions() as session:
        assert survey_view(session, place.slug, AFTER).state == "closed"
    place.end()


def test_progress_is_told_here_and_in_every_other_process(make, hold):
    here, elsewhere = make(), make()
    hold(here, ("opening", 3, 4))
    assert here.progress(SLUG) == elsewhere.progress(SLUG) == Progress("opening", 70)


def test_what_is_told_lets_nobody_count_the_answers(make, hold, folder):
    hold(make(), ("opening", 123, 234))
    assert json.loads((folder / f"{SLUG}.json").read_text()) == {
        "stage": "opening",
        "share": 50,
        "error": "",
    }


def test_nothing_to_do_is_nothing_done(make, hold):
    closings = make()
    hold(closings, ("opening", 0, 0))
    assert closings.progress(SLUG) == Progress("opening", 0)


def test_a_survey_is_closed_by_one_process_at_a_time(make, hold):
    here, elsewhere = make(), make()
    work = hold(here)
    assert not here.begin(SLUG, Held())
    assert not elsewhere.begin(SLUG, Held())
    work.go.set()
    ended(here)
    hold(elsewhere)


def test_an_error_is_told_in_every_process_until_somebody_begins_again(make, hold):
    here, elsewhere = make(), make()
    work = hold(here, ("tallying", 1, 2), error=Refused())
    work.go.set()
    ended(here)
    told = Progress("tallying", 50, "Somebody else was faster.")
    assert here.progress(SLUG) == elsewhere.progress(SLUG) == told
    again = hold(elsewhere)
    assert here.progress(SLUG) == Progress()
    again.go.set()
    ended(elsewhere)
    assert here.progress(SLUG) is None


def test_an_unforeseen_error_is_logged_without_what_people_wrote(make, hold, caplog):
    closings = make()
    work = hold(closings, error=RuntimeError("a comment somebody wrote"))
    with caplog.at_level(logging.ERROR):
        work.go.set()
        ended(closings)
    progress = closings.progress(SLUG)
    assert progress
    assert progress.error == UNFORESEEN
    assert "RuntimeError" in caplog.text
    assert "test_jobs.py" in caplog.text
    assert "comment" not in caplog.text


def test_a_process_that_died_is_not_taken_for_one_that_works(make, folder):
    """A real process takes the lock, tells its progress and is killed."""
    script = f"""
import os, sys
from pathlib import Path
from survey.jobs.mirror import Mirror, Progress
mirror = Mirror.take(Path({str(folder / f"{SLUG}.json")!r}))
mirror.write(Progress("tallying", 50))
print("locked", flush=True)
sys.stdin.read()
os._exit(1)
"""
    closings = make()
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "locked\n"
        assert closings.progress(SLUG) == Progress("tallying", 50)
        assert not closings.begin(SLUG, Held())
        process.kill()
    assert closings.progress(SLUG) is None


def test_a_file_that_is_no_progress_is_not_believed(make, folder):
    folder.mkdir()
    for content in ("", "{", "[]", '{"stage": 1, "other": 2}', "null"):
        (folder / f"{SLUG}.json").write_text(content)
        assert make().progress(SLUG) is None


def test_the_file_is_for_its_owner_alone(make, hold, folder):
    hold(make())
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / f"{SLUG}.json").stat().st_mode) == 0o600


def test_an_interrupted_closing_is_finished_without_a_code(tmp_path, make):
    import sqlalchemy as sa

    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    with place.sessions() as session, session.begin():
        session.execute(sa.text("update survey set state = 'destroying', left_out = '[]'"))
        session.execute(sa.text("delete from credential"))
    closings = make(place.sessions, place.keys, rest=0.2)
    assert closings.resume(place.slug)
    assert not closings.resume(place.slug)
    ended(closings, place.slug)
    with place.sessions() as session:
        assert survey_view(session, place.slug, datetime.now(UTC)).state == "closed"
    place.end()


def test_finishing_is_not_tried_all_the_time(make, hold):
    """Whoever looks at the page asks for it; once in half a minute is enough."""
    closings = make(rest=1000)
    work = hold(closings)
    assert not closings.resume(SLUG)
    work.go.set()
    ended(closings)
    assert not closings.resume(SLUG)


def tidied(place, folder, now) -> Closings:
    closings = Closings(place.sessions, place.keys, lambda: now, folder)
    Housekeeping(closings, place.sessions).once()
    ended(closings, place.slug)
    return closings


def state_of(place, now):
    with place.sessions() as session:
        return survey_view(session, place.slug, now).state


def test_housekeeping_finishes_what_a_crash_interrupted(tmp_path, folder):
    import sqlalchemy as sa

    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    with place.sessions() as session, session.begin():
        session.execute(sa.text("update survey set state = 'destroying', left_out = '[]'"))
        session.execute(sa.text("delete from credential"))
    tidied(place, folder, AFTER)
    assert state_of(place, AFTER) == "closed"
    place.end()
