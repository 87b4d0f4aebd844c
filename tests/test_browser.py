"""The browser as a tool: it loads nothing, gets no secrets, and never outlives its time."""

import os
import stat
import time
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from survey import browser
from survey.browser import (
    LONGEST_PLACE,
    OLD,
    PREFIX,
    Browser,
    BrowserBusy,
    BrowserFailed,
    BrowserNotThere,
    NothingInMemory,
    find_browser,
)


@pytest.fixture
def script(tmp_path):
    """A program that stands in for a browser."""

    def made(text):
        file = tmp_path / "browser"
        file.write_text(f"#!/bin/sh\n{text}\n")
        file.chmod(0o755)
        return str(file)

    return made


def test_a_machine_without_one_works_without(monkeypatch, tmp_path):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() is None


def test_the_first_on_the_path_is_taken(monkeypatch, tmp_path, script):
    path = script("true")
    (tmp_path / "google-chrome").symlink_to(path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert find_browser() == Browser(str(tmp_path / "google-chrome"))


def test_the_setting_names_another_or_none(script):
    path = script("true")
    assert find_browser(path) == Browser(path)
    assert find_browser("none") is None


def test_a_setting_that_names_nothing_is_said(tmp_path):
    with pytest.raises(BrowserNotThere, match=r"gone.*no program that can be started"):
        find_browser(str(tmp_path / "gone"))


def test_one_that_hangs_is_ended_with_all_its_processes(script, tmp_path):
    pids = tmp_path / "pids"
    path = script(f"sleep 60 & echo $! $$ > {pids}; wait")
    began = time.monotonic()
    with pytest.raises(BrowserFailed, match="still at it after 1 seconds"):
        Browser(path, limit=1).dump("<p>")
    assert time.monotonic() - began < 10
    for pid in map(int, pids.read_text().split()):
        while alive(pid):  # a busy machine takes a moment to end what was killed
            assert time.monotonic() - began < 10, "a process of the browser outlived it"
            time.sleep(0.01)


def alive(pid):
    """Say whether a process still runs; one that has ended and waits for its parent does not."""
    try:
        about = Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return False
    return about.rpartition(")")[2].split()[0] != "Z"


def test_a_fault_is_told_with_its_last_words(script):
    with pytest.raises(BrowserFailed, match=r"status 3 \(no display\)"):
        Browser(script("echo first >&2; echo no display >&2; exit 3")).print_pdf("<p>")


def test_one_that_writes_no_file_has_failed(script):
    with pytest.raises(BrowserFailed, match="it wrote no file"):
        Browser(script("exit 0")).print_pdf("<p>")


def test_it_gets_none_of_the_servers_secrets(script, monkeypatch):
    monkeypatch.setenv("HEADWIND_SECRET_KEY", "a secret of the server")
    monkeypatch.setenv("HEADWIND_DATABASE_URL", "postgresql://user:password@host/base")
    assert "secret" not in (told := Browser(script("env")).dump("<p>"))
    assert "password" not in told


def test_its_folder_is_for_this_user_alone_and_gone_afterwards(script):
    told = Browser(script('stat -c "%a" "$HOME"; echo "$HOME"')).dump("<p>")
    mode, folder = told.split()
    assert int(mode, 8) == stat.S_IRWXU
    assert not Path(folder).exists()


@pytest.fixture
def all_at_work():
    """All that may run at once run; `close()` ends them."""
    with ExitStack() as turns:
        turns.enter_context(browser.AT_ONCE)
        turns.enter_context(browser.AT_ONCE)
        yield turns


def test_who_has_no_time_is_told_that_others_are_being_served(script, all_at_work):
    began = time.monotonic()
    with pytest.raises(BrowserBusy, match="being made at this moment"):
        Browser(script("true"), patience=0.1).dump("<p>")
    assert time.monotonic() - began < 10, "told at once, also by a busy machine"
    all_at_work.close()
    for _ in range(3):
        Browser(script("true"), patience=0.1).dump("<p>")


def test_who_has_time_waits_for_a_turn(script, all_at_work):
    done = []
    waiting = Thread(target=lambda: done.append(Browser(script("echo done")).dump("<p>")))
    waiting.start()
    time.sleep(0.3)
    assert not done
    all_at_work.close()
    waiting.join(20)
    assert done == ["done\n"]


def test_a_folder_that_is_still_written_to_goes_all_the_same(script):
    """Processes that left the group write for a moment longer, as fast as they can."""
    busy = "while :; do n=$((n + 1)); : > $HOME/$$.$n || exit; done"
    writers = f"setsid timeout 0.5 sh -c '{busy}' & " * 4
    tool = Browser(script(f"echo $HOME; {writers} sleep 0.2"))
    left = [Path(tool.dump("<p>").strip()) for _ in range(3)]
    time.sleep(0.1)
    assert not [folder for folder in left if folder.exists()]


def test_it_writes_where_it_is_told_to(script):
    with TemporaryDirectory() as place:
        tool = Browser(script("echo $HOME"), folder=Path(place) / "browser")
        assert tool.dump("<p>").startswith(f"{place}/browser/{PREFIX}")
        assert stat.S_IMODE((Path(place) / "browser").stat().st_mode) == stat.S_IRWXU


def test_a_place_with_a_long_name_is_no_place_for_its_sockets(script, tmp_path):
    far = tmp_path / ("far" * LONGEST_PLACE)
    assert not Browser(script("echo $HOME"), folder=far).dump("<p>").startswith(str(far))


def test_what_a_crash_has_left_is_swept_away_after_an_hour(script):
    with TemporaryDirectory() as name:
        place = Path(name)
        for left in (f"{PREFIX}old", f"{PREFIX}new", "other"):
            (place / left / "profile").mkdir(parents=True)
            (place / left / "page.html").write_text("what a report says")
        for left in (f"{PREFIX}old", "other"):
            os.utime(place / left, (time.time() - OLD - 60,) * 2)
        Browser(script("true"), folder=place).tidy()
        assert {path.name for path in place.iterdir()} == {f"{PREFIX}new", "other"}
        Browser(script("true"), folder=place / "none").tidy()


@pytest.mark.browser
def test_a_page_reaches_nobody_not_even_this_machine(tool, served_nothing):
    address, asked = served_nothing
    page = f"""<!doctype html><p id="told">before</p><img src="{address}/image.png">
        <script src="{address}/script.js"></script>
        <script>fetch("{address}/data").then(() => told.textContent = "reached",
          () => told.textContent = "failed")</script>"""
    assert ">failed<" in tool.dump(page)
    assert asked == []


@pytest.fixture
def served_nothing():
    """A server on this machine that notes what it is asked for."""
    from threading import Thread

    from werkzeug.serving import make_server

    asked = []

    def app(environ, start):
        asked.append(environ["PATH_INFO"])
        start("200 OK", [("Access-Control-Allow-Origin", "*")])
        return [b""]

    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def memory(tmp_path, monkeypatch):
    """A place that counts as memory; `memory(kind)` says of which kind its file system is."""
    kept = TemporaryDirectory(prefix="hw-")  # short: a browser opens a socket below it
    place, mounts = Path(kept.name), tmp_path / "mounts"
    monkeypatch.setattr(browser, "MEMORY", place)
    monkeypatch.setattr(browser, "MOUNTS", mounts)

    def mounted(*kinds):
        mounts.write_text("".join(f"none {place} {kind} rw 0 0\n" for kind in kinds))
        return place

    with kept:
        yield mounted


def test_in_memory_everything_of_a_run_lies_in_a_tmpfs_and_is_gone_afterwards(
    memory, script, tmp_path
):
    place = memory("tmpfs")
    seen = tmp_path / "seen"
    told = script(
        f'echo $HOME $TMPDIR "$@" > {seen}; for a; do last=$a; done; cat ${{last#file://}}'
    )
    assert Browser(told, folder=tmp_path).in_memory().dump("<p>K7M2QX") == "<p>K7M2QX"
    home = seen.read_text().split()[0]
    assert home.startswith(f"{place}/{PREFIX}")
    assert seen.read_text().count(home) == 4, "home, temporary files, profile, page"
    assert not list(place.iterdir())


@pytest.mark.parametrize("kinds", [(), ("ext4",), ("tmpfs", "ext4")])
def test_what_is_no_memory_is_not_taken_for_it(memory, script, kinds):
    memory(*kinds)
    with pytest.raises(NothingInMemory, match="no folder in memory"):
        Browser(script("true")).in_memory()


def test_memory_without_room_is_not_taken_either(memory, script, monkeypatch):
    memory("tmpfs")
    monkeypatch.setattr(browser, "ROOM", 2**60)
    with pytest.raises(NothingInMemory):
        Browser(script("true")).in_memory()


def test_what_a_crash_has_left_in_memory_is_taken_away_too(memory, script, tmp_path):
    place = memory("tmpfs")
    left, young = place / f"{PREFIX}left", place / f"{PREFIX}young"
    for folder in (left, young):
        folder.mkdir()
        (folder / "page.html").write_text("K7M2QX")
    os.utime(left, (0, time.time() - OLD - 1))
    Browser(script("true"), folder=tmp_path / "own").tidy()
    assert not left.exists()
    assert young.exists()
