"""`headwind check`: a file without a fault, every fault of another one, and the shipped ones."""

import json
from pathlib import Path

from click.testing import CliRunner

from survey.cli.check import check

FILES = Path(__file__).parents[1] / "questionnaires"


def headwind_check(*arguments):
    return CliRunner().invoke(check, [str(argument) for argument in arguments])


def test_a_file_without_a_fault_is_said_to_have_none():
    told = headwind_check("environment")
    assert told.exit_code == 0
    assert told.stdout == (
        "environment: environment 1.0, 32 items in 7 dimensions, 5 further items, 12 practices, "
        "a pick list, 3 open questions, about 10 minutes, in en, de: no fault\n"
    )


def test_every_fault_stands_on_a_line_with_its_file():
    file = FILES / "bad" / "faults_of_both_passes.toml"
    expected = file.with_suffix(".txt").read_text(encoding="utf-8").splitlines()
    told = headwind_check(file)
    assert told.exit_code == 2
    assert told.stdout == ""
    assert told.stderr.splitlines() == [f"{file}: {fault}" for fault in expected]


def test_of_several_files_each_is_checked():
    good, bad = FILES / "good" / "minimal.toml", FILES / "bad" / "wrong_key.toml"
    told = headwind_check(bad, good)
    assert told.exit_code == 2
    assert f"{bad}: item H1: key: must be + or -" in told.stderr
    assert told.stdout == (
        f"{good}: tiny 1.0, 3 items in 1 dimension, about 1 minute, in en: no fault\n"
    )


def test_without_a_file_the_shipped_questionnaires_are_listed():
    told = headwind_check()
    assert told.exit_code == 0
    assert [line.split(":")[0] for line in told.stdout.splitlines()] == ["climate", "environment"]


def test_the_schema_for_editors_can_be_printed():
    told = headwind_check("--schema")
    assert told.exit_code == 0
    assert json.loads(told.stdout)["properties"]["items"]["type"] == "array"
