"""The command as a person meets it: help everywhere, one line for a fault, never a traceback."""

import os
import random
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import click
import pytest
import sqlalchemy as sa

from survey.cli.main import COMMANDS, headwind, main
from survey.errors import UserError
from survey.services.closing import close_survey
from survey.storage.engine import engine_of
from tests.collecting import AFTER, answer_all, make_place, make_response

SCRIPT = Path(sys.executable).with_name("headwind")


def call(capsys, *arguments):
    """Run a command in this process; give its status, what it printed and what it complained."""
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return ended.value.code, out, err


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_its_help(capsys, name):
    status, out, err = call(capsys, name, "--help")
    assert (status, err) == (0, "")
    assert out.startswith(f"Usage: headwind {name}")


def test_the_list_of_commands_names_them_all(capsys):
    status, out, _ = call(capsys, "--help")
    assert status == 0
    assert all(about in out for _, about in COMMANDS.values())


def test_no_command_shows_the_help_and_is_wrong_usage(capsys):
    status, out, err = call(capsys)
    assert (status, out) == (2, "")
    assert "Commands:" in err


@pytest.mark.parametrize(
    "arguments", [["fly"], ["run", "--port", "x"], ["run", "--port", "70000"], ["run", "--fast"]]
)
def test_wrong_usage_is_one_line_and_status_2(capsys, arguments):
    status, out, err = call(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert "--help` says more" in err


class NoSuchTeam(UserError):
    """The team {name} is not
    in the roster."""


class TwoFaults(UserError):
    """Two faults."""

    faults = ("row 2: no number", "row 7: no team")


@pytest.mark.parametrize(
    ("fault", "status", "lines"),
    [
        (NoSuchTeam(name="North"), 2, ["The team North is not in the roster."]),
        (TwoFaults(), 2, ["row 2: no number", "row 7: no team"]),
        (FileNotFoundError(2, "No such file", "answers.csv"), 2, ["answers.csv: No such file"]),
        (click.Abort(), 130, []),
        (KeyboardInterrupt(), 130, []),
    ],
)
def test_a_fault_is_told_in_a_line_each(capsys, monkeypatch, fault, status, lines):
    def fail(*_, **__):
        raise fault

    monkeypatch.setattr(headwind, "main", fail)
    assert call(capsys) == (status, "", "".join(f"{line}\n" for line in lines))


def test_a_fault_of_ours_is_told_with_its_kind_and_place_and_not_with_its_message(
    capsys, monkeypatch
):
    def fail(*_, **__):
        raise ValueError("a comment\nsomebody wrote")

    monkeypatch.setattr(headwind, "main", fail)
    status, out, err = call(capsys)
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("A fault of Headwind itself, not of yours: ValueError at test_cli.py:")
    assert "comment" not in err


@pytest.mark.postgres
def test_a_row_that_the_database_refuses_is_told_without_what_is_in_it(
    capsys, monkeypatch, postgres_server, tmp_path
):
    """PostgreSQL's DETAIL holds the row, and SQLAlchemy's message holds the DETAIL."""
    with postgres_server.database() as url:
        place = make_place(url, tmp_path)
        rng = random.Random(1)
        answer_all(place, {code: make_response(rng, "a private remark") for code in place.codes})
        change_comments(place, "ADD CONSTRAINT short CHECK (length(text) < 5)")

        def close(*_, **__):
            close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)

        with pytest.raises(sa.exc.IntegrityError, match="a private remark"):
            close()
        monkeypatch.setattr(headwind, "main", close)
        status, out, err = call(capsys)
        change_comments(place, "DROP CONSTRAINT short")
        close()
        place.end()
    assert (status, out, err.count("\n")) == (1, "", 1)
    assert err.startswith("The database refused, or could not be reached (IntegrityError, 23514).")
    assert "private" not in err


def change_comments(place, change):
    with engine_of(place.sessions).begin() as connection:
        connection.exec_driver_sql(f"ALTER TABLE released_comment {change}")


CORES = """
import resource, sys
from survey.cli.main import main
sys.argv = ["headwind", *sys.argv[1:]]
try:
    main()
finally:
    kept = resource.getrlimit(resource.RLIMIT_CORE)
    dumpable = __import__("ctypes").CDLL(None).prctl(3, 0, 0, 0, 0)
    print("cores:", kept, "dumpable:", dumpable, file=sys.stderr)
"""


@pytest.mark.parametrize("arguments", ["where", "close --help", "open", "fly"])
def test_no_command_may_leave_its_memory_in_a_core_dump(arguments):
    done = subprocess.run(
        [sys.executable, "-c", CORES, *arguments.split()],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == "cores: (0, 0) dumpable: 0"


def test_where_says_where_the_data_are(capsys, monkeypatch):
    monkeypatch.setenv("HEADWIND_INSTANCE", "/srv/headwind")
    assert call(capsys, "where") == (0, "/srv/headwind\n", "")


def test_a_taken_port_is_told_in_one_line(capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        status, out, err = call(capsys, "run", "--port", str(port))
    assert (status, out) == (2, "")
    assert err == (
        f"Port {port} of 127.0.0.1 is taken by another program: "
        "choose another with --port or PORT.\n"
    )


def test_an_address_that_is_not_ours_is_told_in_one_line(capsys):
    status, _, err = call(capsys, "run", "--host", "192.0.2.1")
    assert status == 2
    assert err.startswith("Cannot listen on 192.0.2.1, port 8000: ")


def test_the_folder_of_the_demo_is_refused(capsys, monkeypatch, tmp_path):
    (tmp_path / ".demo").touch()
    monkeypatch.setenv("HEADWIND_INSTANCE", str(tmp_path))
    status, _, err = call(capsys, "run")
    assert status == 2
    assert err.startswith(f"{tmp_path} belongs to the demo")


def test_faults_of_the_settings_are_a_line_each(capsys, monkeypatch):
    monkeypatch.setenv("HEADWIND_TRUSTED_PROXIES", "many")
    monkeypatch.setenv("HEADWIND_COLOUR", "red")
    status, _, err = call(capsys, "run", "--port", "0")
    assert status == 2
    assert [line.split(":")[1].strip() for line in err.splitlines()] == [
        "HEADWIND_COLOUR",
        "HEADWIND_TRUSTED_PROXIES",
    ]


def test_asking_for_help_waits_for_no_heavy_library():
    script = """
import sys
from survey.cli.main import main
try:
    main(["--help"])
finally:
    heavy = {"pandas", "numpy", "scipy", "plotly", "flask", "sqlalchemy", "gunicorn"}
    print("loaded:", sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.endswith("loaded: []\n")


def test_a_reader_that_leaves_early_is_no_fault():
    done = subprocess.run(
        f"{SCRIPT} --help | head -c 1; exit ${{PIPESTATUS[0]}}",
        shell=True,
        executable="/bin/bash",
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@contextmanager
def served(folder: Path, **env: str):
    """Run the server on a free port; give its address and what it printed before it."""
    process = subprocess.Popen(
        [SCRIPT, "run", "--port", "0"],
        env={**os.environ, "HEADWIND_INSTANCE": str(folder), **env},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout
    try:
        said = [process.stdout.readline()]
        while said[-1] and not said[-1].startswith("Headwind: http://"):
            said.append(process.stdout.readline())
        assert said[-1], said
        yield said[-1].split()[1], "".join(said[:-1])
    finally:
        process.terminate()
        process.communicate(timeout=20)


@pytest.mark.server
def test_run_says_where_the_data_are_and_serves_them_for_their_owner_alone(tmp_path):
    folder = tmp_path / "instance"
    with served(folder) as (url, first_line):
        assert str(folder) in first_line
        with urllib.request.urlopen(url, timeout=10) as answer:
            assert answer.status == 200
    loose = [file for file in folder.rglob("*") if file.stat().st_mode & 0o077]
    assert loose == []


@pytest.mark.server
def test_each_start_without_accounts_prints_one_link_that_makes_the_first_owner(tmp_path):
    paths = []
    for _ in range(2):
        with served(tmp_path / "instance") as (url, said):
            (link,) = re.findall(r"^    (http://.*/setup/.*)$", said, re.M)
            assert link.startswith(url)
            paths.append(link.removeprefix(url))
            statuses = [status_of(url + path) for path in paths]
        assert statuses == [404] * (len(paths) - 1) + [200]


def status_of(address):
    try:
        with urllib.request.urlopen(address, timeout=10) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code


@pytest.mark.server
def test_run_leaves_nothing_in_the_home_folder(tmp_path):
    home = tmp_path / "home"
    home.mkdir()
    with served(tmp_path / "instance", HOME=str(home)) as (url, _):
        urllib.request.urlopen(url, timeout=10).close()
    assert list(home.iterdir()) == []
