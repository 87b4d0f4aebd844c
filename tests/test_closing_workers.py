"""Opening boxes in several processes: the same answers, no secret outside memory, no hang."""

import os
import signal
import sys
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from survey.ballots import workers
from survey.ballots.layout import layout_of
from survey.ballots.opening import Box, Contents, open_block
from survey.ballots.payload import join
from survey.ballots.workers import WORTH_IT, WorkerLost, open_blocks, workers_for
from survey.services.closing import close_survey
from survey.services.surveys import survey_view
from survey.services.unsealing import open_all
from tests.collecting import AFTER, answer_all, environment, make_place, responses_for


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """So that 25 boxes are nine blocks, and every worker has several."""
    monkeypatch.setattr("survey.storage.queries.BLOCK", 3)


@pytest.fixture
def place(tmp_path):
    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    answer_all(place, responses_for(place.codes))
    yield place
    place.end()


@pytest.fixture
def started(monkeypatch):
    """The processes that were started, real ones."""
    real, processes = workers._start, []

    def start():
        worker = real()
        processes.append(worker.process)
        return worker

    monkeypatch.setattr(workers, "_start", start)
    return processes


def opened(place, many, told=lambda *_: None):
    with place.sessions() as session:
        view = survey_view(session, place.slug, AFTER)
    key = place.keys.unlock(place.slug, place.opening_codes)
    return open_all(place.sessions, view, key, told, many)


def close(place, **how):
    close_survey(
        place.sessions, place.keys, place.slug, place.opening_codes, AFTER, **{"workers": 2} | how
    )


def state(place):
    with place.sessions() as session:
        return survey_view(session, place.slug, AFTER).state


def test_the_answers_are_the_same_whatever_the_number_of_workers(place, started):
    layout = layout_of(environment())
    alone = opened(place, 1)
    assert started == []
    one = join(layout, alone.batches)
    for many in (2, 3):
        shared = opened(place, many)
        batch = join(layout, shared.batches)
        assert len(batch) == len(one) == 25
        for name in ("values", "unit", "tenure", "picks"):
            assert np.array_equal(getattr(batch, name), getattr(one, name))
        assert (batch.comments, batch.spoiled) == (one.comments, one.spoiled)
        assert (shared.receipts, shared.traces) == (alone.receipts, alone.traces)
        assert (shared.digest, shared.damaged) == (alone.digest, alone.damaged)
    assert len(started) == 5


def test_the_figures_are_the_same_whatever_the_number_of_workers(tmp_path):
    released = []
    for many in (1, 2):
        folder = tmp_path / str(many)
        place = make_place(f"sqlite:///{folder / 'headwind.db'}", folder)
        answer_all(place, responses_for(place.codes))
        close(place, workers=many)
        tables = place.tables()
        released.append(
            {
                name: sorted(row[1:] for row in rows)
                for name, rows in tables.items()
                if name in ("released_group", "released_comment")
            }
            | {"figures": sorted(map(repr, (row[1:] for row in tables["released_figure"])))}
        )
        place.end()
    assert len(released[0]["figures"]) > 100
    assert released[0] == released[1]


@pytest.mark.parametrize("block", [1, 3, 24, 25, 26])
def test_what_is_told_of_opening_is_the_same_however_many_boxes_there_are(
    place, monkeypatch, block
):
    """Steps that follow the blocks would tell whether there are more boxes than fill a block."""
    monkeypatch.setattr("survey.storage.queries.BLOCK", block)
    told = []
    opened(place, 2, lambda *step: told.append(step))
    assert told == [(part, 10) for part in range(11)]


def test_with_no_box_at_all_the_same_is_told(tmp_path):
    place = make_place(f"sqlite:///{tmp_path / 'headwind.db'}", tmp_path)
    told = []
    opened(place, 1, lambda *step: told.append(step))
    assert told == [(part, 10) for part in range(11)]
    place.end()


def test_opening_is_told_while_it_goes_on_and_not_at_its_end(place, monkeypatch):
    monkeypatch.setattr("survey.storage.queries.BLOCK", 1)
    boxes: list[Box] = []
    open_by: dict[int, list[Box]] = {}

    def counted(opener, layout, block):
        boxes.extend(block)
        return open_block(opener, layout, block)

    monkeypatch.setattr("survey.ballots.workers.open_block", counted)
    opened(place, 1, lambda part, _: open_by.setdefault(part, list(boxes)))
    for part in range(1, 10):
        keys = [box.nullifier[0] * 10 // 256 for box in open_by[part]]
        assert keys == sorted(keys)
        assert all(key < part for key in keys[:-1])
    assert 0 < len(open_by[1]) < len(open_by[9]) <= 25


def test_no_more_than_one_block_for_each_worker_and_one_are_held(place):
    taken: list[int] = []
    done: list[Contents] = []

    def blocks():
        for number in range(20):
            taken.append(number)
            assert len(taken) - len(done) <= 3
            yield []

    key = place.keys.unlock(place.slug, place.opening_codes)
    opening = open_blocks(key, place.slug, layout_of(environment()), blocks(), 2)
    while contents := next(opening, None):
        done.append(contents)
    assert len(done) == len(taken) == 20


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGSTOP])
def test_a_worker_that_dies_or_hangs_stops_the_closing_and_loses_nothing(
    place, started, monkeypatch, how
):
    monkeypatch.setattr(workers, "PATIENCE", 3)

    def strike(stage, done, _):
        if (stage, done) == ("opening", 1):
            os.kill(started[0].pid, how)

    with pytest.raises(WorkerLost, match="every answer is still there"):
        close(place, progress=strike)
    assert all(process.poll() is not None for process in started)
    assert state(place) == "ended"
    assert len(place.tables()["box"]) == 25
    assert place.keys.holds(place.slug)
    close(place)
    assert state(place) == "closed"


def test_where_no_worker_can_be_started_one_process_does_it_all(place, started, monkeypatch):
    for broken in ("/bin/false", "/nowhere/python"):
        monkeypatch.setattr(sys, "executable", broken)
        assert len(opened(place, 2).receipts) == 25
    assert len(started) == 2


def test_a_worker_ends_with_the_line_and_not_with_a_signal_to_the_server(place, started):
    """Ctrl+C and systemd reach every process; a server that ends first ends its closing."""

    def strike(stage, done, _):
        if (stage, done) == ("opening", 1):
            for process in started:
                process.send_signal(signal.SIGTERM)
                process.send_signal(signal.SIGINT)

    close(place, progress=strike)
    assert state(place) == "closed"
    assert len(started) == 2
    assert all(process.poll() is not None for process in started)


@contextmanager
def refused_unless_root():
    """A process that must not be dumped shows its environment and its files to root alone."""
    if os.geteuid() == 0:
        yield
    else:
        with pytest.raises(PermissionError):
            yield


def test_neither_key_nor_code_is_where_others_look(place, started):
    secrets = [place.keys.unlock(place.slug, place.opening_codes)]
    secrets += [secrets[0].hex().encode(), *(code.encode() for code in place.opening_codes)]
    told: list[bytes] = []
    cores: list[str] = []
    files: list[list[str]] = []

    def look(stage, done, _):
        if (stage, done) == ("opening", 1):
            for process in started:
                about = Path(f"/proc/{process.pid}")
                told.append((about / "cmdline").read_bytes())
                cores.append((about / "limits").read_text().split("Max core")[1])
                with refused_unless_root():
                    told.append((about / "environ").read_bytes())
                with refused_unless_root():
                    held = [str(one.readlink()) for one in (about / "fd").iterdir()]
                    files.append([file for file in held if not file.startswith("socket:")])

    close(place, progress=look)
    assert len(cores) == 2
    assert not [secret for secret in secrets for text in told if secret in text]
    assert all(text.split()[:3] == ["file", "size", "0"] for text in cores)
    assert all(set(of_one) == {"/dev/null"} for of_one in files)


def test_a_few_boxes_are_opened_by_one_process(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(16)))
    assert workers_for(0) == workers_for(WORTH_IT - 1) == 1
    assert workers_for(WORTH_IT) == workers.MOST
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert workers_for(10 * WORTH_IT) == 1
