"""The demo: filled the way every survey is, and told to scripts in the form that is promised."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from survey.ballots.keys import KeyFolder
from survey.report import verdict_words
from survey.services.closing import close_survey
from survey.services.demo import Demo, describe, fill
from survey.services.released import load_report
from survey.services.starting import database

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
URL = "http://127.0.0.1:8000/"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    return tmp_path_factory.mktemp("demo")


@pytest.fixture(scope="module")
def sessions(place):
    with database(f"sqlite:///{place / 'demo.db'}") as sessions:
        yield sessions


@pytest.fixture(scope="module")
def demo(place, sessions) -> Demo:
    return fill(sessions, KeyFolder(place / "keys"), NOW)


def surveys_of(sessions, demo):
    return {s["state"]: s for s in describe(sessions, demo, URL, NOW)["surveys"]}


def test_there_are_two_closed_waves_and_an_open_one_with_unused_codes(sessions, demo):
    told = describe(sessions, demo, URL, NOW)
    assert [s["state"] for s in told["surveys"]] == ["open", "closed", "closed"]
    assert set(told) == {"url", "login", "surveys"}
    for survey in told["surveys"]:
        assert len(survey["teams"]) >= 8
        assert survey["url"] == f"{URL}s/{survey['id']}"
        assert survey["report_url"].startswith(URL)
    open_one = surveys_of(sessions, demo)["open"]
    assert len(open_one["codes"]) > 30
    assert len(open_one["opening_codes"]) == 2


def test_some_teams_are_too_small_to_be_shown_alone(sessions, demo):
    with sessions() as session:
        report = load_report(session, surveys_of(sessions, demo)["closed"]["id"], NOW)
    kinds = {group.name: group.kind for group in report.groups}
    assert kinds["Small units of Service"] == "pooled"
    assert report.left_out == ("Management",)


def test_the_waves_show_a_change_and_verdicts_of_every_kind(sessions, demo):
    last, first = [s["id"] for s in describe(sessions, demo, URL, NOW)["surveys"][1:]]
    rules = set()
    for slug in (last, first):
        with sessions() as session:
            report = load_report(session, slug, NOW)
        rules |= {group.verdict.rule for group in report.groups if group.verdict}
    assert rules == {"ready", "ready_with_conditions", "not_yet", "not_enough_evidence"}
    with sessions() as session:
        report = load_report(session, last, NOW)
    desk = next(group for group in report.groups if group.name == "Service desk")
    assert [d.id for d in desk.dimensions if d.split] == ["CIVIL"], "the word is to be seen"
    north = next(group for group in report.groups if group.name == "Field North")
    assert any(change.clear for change in north.changes)
    assert north.verdict
    assert north.verdict.rule == "ready_with_conditions"
    headline = verdict_words.headline(north, report)
    assert headline == "Field North can carry joint account planning", "what it hangs on is sound"


def test_the_open_survey_can_be_closed_with_one_of_its_codes(place, sessions, demo):
    open_one = surveys_of(sessions, demo)["open"]
    code = open_one["opening_codes"][1]
    close_survey(sessions, KeyFolder(place / "keys"), open_one["id"], [code], NOW)
    with sessions() as session:
        assert load_report(session, open_one["id"], NOW).groups
    assert not any(s["codes"] for s in describe(sessions, demo, URL, NOW)["surveys"])


@pytest.fixture
def start(tmp_path):
    """Start `headwind demo` on a free port, wait until it serves, end it afterwards."""
    running: list[subprocess.Popen[str]] = []

    def start_() -> dict[str, Any]:
        told = tmp_path / "told.json"
        told.unlink(missing_ok=True)
        command = [sys.executable, "-m", "survey.cli", "demo", "--port", "0"]
        process = subprocess.Popen(
            [*command, "--describe", str(told)],
            env={
                **os.environ,
                "HEADWIND_INSTANCE": str(tmp_path / "instance"),
                "HEADWIND_BROWSER": "none",  # drawing, meanwhile, is tried in test_drawn_beforehand
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        running.append(process)
        for _ in range(600):
            assert process.poll() is None, process.stdout and process.stdout.read()
            if told.exists():
                break
            time.sleep(0.1)
        facts: dict[str, Any] = json.loads(told.read_text())
        _wait_for(str(facts["url"]) + "healthz")
        return facts

    yield start_
    for process in running:
        process.send_signal(signal.SIGTERM)
        process.wait(20)
        assert process.stdout
        process.stdout.close()


def _wait_for(url: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"{url} never answered")


@pytest.mark.server
def test_the_demo_serves_and_a_second_start_uses_the_same_folder(start, tmp_path):
    first = start()
    page = urllib.request.urlopen(first["surveys"][0]["url"], timeout=10)
    assert b"Meridian Pumps" in page.read()
    page.close()
    folder = tmp_path / "instance" / "demo"
    assert stat.S_IMODE((folder / "demo.json").stat().st_mode) == 0o600
    again = start()
    assert [s["id"] for s in again["surveys"]] == [s["id"] for s in first["surveys"]]
    assert again["login"] == first["login"]
    assert Path(folder / "keys").is_dir()
