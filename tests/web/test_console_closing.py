"""Closing a survey in the console: the code, the progress, the way to the report."""

import random
import re
import time
from threading import Event

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.jobs.closings import Closings
from survey.jobs.mirror import Progress
from survey.services.answering import submit
from survey.services.closing import BoxesChanged
from survey.services.surveys import survey_view
from survey.storage.scrub import StillInUse
from survey.web.closing import EXTENSION, STAGES
from tests.collecting import make_response
from tests.web.checking import text_of
from tests.web.conftest import Consultant


@pytest.fixture
def ended(opened, console, sessions):
    """A survey that people have answered and whose end has come."""
    rng = random.Random(3)
    for code in (*opened.codes["north"][:11], *opened.codes["south"][:7]):
        with sessions() as session:
            submit(session, opened.slug, code, make_response(rng), console.clock())
    console.wait(days=13)
    return opened


@pytest.fixture
def closings(console) -> Closings:
    made: Closings = console.client.application.extensions[EXTENSION]
    return made


def until(condition, seconds: float = 20.0) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it took too long"
        time.sleep(0.02)


def state_of(sessions, slug, clock) -> str:
    with sessions() as session:
        return str(survey_view(session, slug, clock()).state)


def test_the_page_says_what_closing_means_before_it_asks_for_the_code(console, ended):
    console.get(f"/surveys/{ended.slug}/close")
    assert "This happens once and cannot be undone." in console.html.text
    assert "form other groups" in console.html.text
    assert console.html.one("input", id="code").get("autocomplete") == "off"


def test_before_its_time_the_page_says_from_when_on(console, opened):
    console.get(f"/surveys/{opened.slug}/close")
    assert "from Saturday 5 December 2026, 09:00 (Europe/Berlin) on" in console.html.text
    assert not console.html.all("input", id="code")


def test_before_its_time_even_the_right_code_closes_nothing(console, opened, sessions, clock):
    console.get(f"/surveys/{opened.slug}/close")
    token = next(console.html.one("form", action="/logout").iter("input")).get("value")
    told = {"csrf_token": token, "code": opened.opening_codes[0]}
    console.post(f"/surveys/{opened.slug}/close", told, 409)
    assert state_of(sessions, opened.slug, clock) == "open"


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("", "Type an opening code."),
        ("ABC", "a typing mistake in this opening code"),
        ("000000-000000-000000-000000", "is not an opening code"),
        ("x" * 101, "longer than an opening code"),
    ],
)
def test_a_wrong_code_is_told_at_once_and_changes_nothing(
    console, ended, sessions, clock, code, told
):
    console.get(f"/surveys/{ended.slug}/close")
    console.send({"code": code}, 422)
    assert told in text_of(console.html.one("div", role="alert"))
    assert console.html.title.startswith("Error: ")
    assert not console.html.one("input", id="code").get("value")
    assert state_of(sessions, ended.slug, clock) == "ended"
    console.get(f"/surveys/{ended.slug}/closing")
    assert console.html.h1 == "The survey is not closed"


def test_a_missing_key_is_told_as_what_it_is(console, ended, config):
    key = config.keys / f"{ended.slug}.key"
    key.rename(key.with_suffix(".elsewhere"))
    console.get(f"/surveys/{ended.slug}/close")
    console.send({"code": ended.opening_codes[0]}, 422)
    assert "is not in the key folder" in console.html.text


def test_a_damaged_key_is_told_as_what_it_is(console, ended, config, sessions, clock):
    key = config.keys / f"{ended.slug}.key"
    damaged, times = re.subn(r'"scrypt_n": \d+', '"scrypt_n": 1073741824', key.read_text())
    assert times
    key.write_text(damaged)
    console.get(f"/surveys/{ended.slug}/close")
    console.send({"code": ended.opening_codes[0]}, 422)
    assert "its scrypt_n is not a power of two up to 131072" in console.html.text
    assert state_of(sessions, ended.slug, clock) == "ended"


def test_the_right_code_closes_the_survey_to_the_end(console, ended, sessions, clock, config):
    console.get(f"/surveys/{ended.slug}/close")
    sent = console.send({"code": ended.opening_codes[1].lower()})
    assert sent.location == f"/surveys/{ended.slug}/closing"
    console.get(sent.location)
    until(lambda: state_of(sessions, ended.slug, clock) == "closed")
    console.get(sent.location)
    assert console.html.h1 == "The survey is closed"
    assert "Now let every holder destroy their opening code" in console.html.text
    console.html.one("a", href=f"/surveys/{ended.slug}/report")
    told = console.get(f"/surveys/{ended.slug}/closing.json")
    assert told.json["state"] == "closed"
    until(lambda: not list((config.instance / "closing").iterdir()))
    console.get(f"/surveys/{ended.slug}")
    assert "opened once, counted and destroyed" in console.html.text
    again = console.get(f"/surveys/{ended.slug}/close", 303)
    assert again.location == f"/surveys/{ended.slug}/closing"


def test_the_opening_code_is_in_no_file(console, ended, sessions, clock, config):
    console.get(f"/surveys/{ended.slug}/close")
    console.send({"code": ended.opening_codes[0]})
    until(lambda: state_of(sessions, ended.slug, clock) == "closed")
    code = ended.opening_codes[0].encode()
    for file in config.instance.rglob("*"):
        if file.is_file():
            content = file.read_bytes()
            assert code not in content
            assert code.replace(b"-", b"") not in content


class Stages:
    """Closing work that goes on only when the test lets it."""

    def __init__(self, closings: Closings, slug: str) -> None:
        self.go, self.told = Event(), Event()
        self.error: Exception | None = None
        closings.begin(slug, self.work)

    def work(self, progress) -> None:
        progress("opening", 18, 18)
        progress("tallying", 1, 3)
        self.told.set()
        assert self.go.wait(20)
        if self.error:
            raise self.error

    def end(self, error: Exception | None = None) -> None:
        self.error = error
        self.go.set()


@pytest.fixture
def stages(closings, ended):
    work = Stages(closings, ended.slug)
    assert work.told.wait(10)
    yield work
    work.end()


def test_while_it_is_closed_the_page_says_how_far_it_is(console, ended, stages):
    console.get(f"/surveys/{ended.slug}/closing")
    assert console.html.h1 == "Closing the survey"
    rows = {row.get("data-stage"): row for row in console.html.all("li") if row.get("data-stage")}
    assert list(rows) == list(STAGES)
    assert [row.get("class") for row in rows.values()] == ["done", "now", *["to-come"] * 3]
    now = next(rows["tallying"].iter("progress"))
    assert (now.get("value"), now.get("max")) == ("30", "100")
    assert console.html.all("meta", content="2")


def test_the_page_tells_its_script_no_count_of_answers(console, ended, stages):
    told = console.get(f"/surveys/{ended.slug}/closing.json").json
    assert told == {"state": "running", "stage": "tallying", "share": 30}


def test_a_second_consultant_is_led_to_the_progress(console, ended, stages):
    assert console.get(f"/surveys/{ended.slug}/close", 303).location.endswith("/closing")


def test_another_process_of_the_server_shows_the_same(
    console, ended, stages, config, sessions, clock
):
    other = create_app(config, sessions=sessions, clock=clock)
    other.testing = True
    elsewhere = Consultant(other, clock)
    told = elsewhere.get(f"/surveys/{ended.slug}/closing.json").json
    assert told == {"state": "running", "stage": "tallying", "share": 30}
    assert elsewhere.get(f"/surveys/{ended.slug}/close", 303).location.endswith("/closing")
    assert other.extensions[EXTENSION].start(ended.slug, ended.opening_codes[:1]) is False


def test_what_stopped_a_closing_is_told_and_the_code_asked_for_again(
    console, ended, stages, closings
):
    stages.end(BoxesChanged())
    until(lambda: closings.progress(ended.slug).error != "")
    console.get(f"/surveys/{ended.slug}/closing")
    assert console.html.h1 == "The survey is not closed"
    assert "changed while they were being opened" in console.html.text
    console.html.one("a", href=f"/surveys/{ended.slug}/close")
    console.get(f"/surveys/{ended.slug}/close")
    console.html.one("input", id="code")


def test_after_a_crash_while_opening_the_code_is_asked_for_again(console, ended):
    """Nothing is left of a process that ended: no lock, no memory."""
    console.get(f"/surveys/{ended.slug}/closing")
    assert "it was interrupted" in console.html.text
    assert "nothing is lost" in console.html.text
    console.html.one("a", href=f"/surveys/{ended.slug}/close")


def test_after_a_crash_while_destroying_it_finishes_by_itself(console, ended, sessions, clock):
    with sessions() as session, session.begin():
        changes = "state = 'destroying', left_out = '[]'"
        session.execute(
            sa.text(f"update survey set {changes} where slug = :slug"), {"slug": ended.slug}
        )
        for table in ("box", "credential"):
            session.execute(sa.text(f"delete from {table}"))
    console.get(f"/surveys/{ended.slug}")
    console.html.one("a", href=f"/surveys/{ended.slug}/closing")
    console.get(f"/surveys/{ended.slug}/closing")
    assert console.html.h1 == "Closing the survey"
    until(lambda: state_of(sessions, ended.slug, clock) == "closed")


def test_what_keeps_it_from_finishing_is_told(console, ended, sessions, closings):
    with sessions() as session, session.begin():
        told = {"slug": ended.slug}
        session.execute(sa.text("update survey set state = 'destroying' where slug = :slug"), told)
    stages = Stages(closings, ended.slug)
    stages.end(StillInUse())
    until(lambda: (closings.progress(ended.slug) or Progress()).error != "")
    closings._resumed[ended.slug] = time.monotonic()  # as if it had been tried just now
    console.get(f"/surveys/{ended.slug}/closing")
    assert console.html.h1 == "The closing is not finished yet"
    assert "another program is still reading the database" in console.html.text


def test_a_survey_that_still_runs_has_no_progress(console, opened):
    console.get(f"/surveys/{opened.slug}/closing")
    assert console.html.h1 == "The survey is still running"


def test_answers_that_nobody_opened_in_time_are_told_of(console, ended, sessions):
    with sessions() as session, session.begin():
        changes = "state = 'closed', closed_at = '2027-03-01 00:00:00'"
        session.execute(
            sa.text(f"update survey set {changes} where slug = :slug"), {"slug": ended.slug}
        )
    for page in ("", "/closing"):
        console.get(f"/surveys/{ended.slug}{page}")
        assert "destroyed unread" in console.html.text
        assert not console.html.all("a", href=f"/surveys/{ended.slug}/report")
