"""The list of names that are taken out of comments: reading it, its faults, the command line."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survey.cli.main import main
from survey.config import load_config
from survey.services.names import LONGEST_NAME, MOST_NAMES, name_faults, parse_names
from survey.services.opening import PlanError, check_plan
from survey.services.surveys import survey_view
from survey.storage.engine import engine_of, make_sessions
from tests.collecting import NOON, make_plan


def test_a_list_has_one_name_a_line_and_each_once():
    assert parse_names("Anna  Meier\r\n\r\n  Koch, Thomas \nAnna Meier\n") == (
        "Anna Meier",
        "Koch, Thomas",
    )
    assert parse_names(" \n") == ()


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("x" * (LONGEST_NAME + 1),), f"over {LONGEST_NAME} characters"),
        (("Anna", "123"), "“123” is no name"),
        (("--",), "“--” is no name"),
        (tuple(f"N{at}" for at in range(MOST_NAMES + 1)), f"write {MOST_NAMES} at most"),
    ],
)
def test_a_list_that_cannot_be_used_is_told_before_anything_opens(names, told):
    with pytest.raises(PlanError, match=told):
        check_plan(replace(make_plan(), masked=names), NOON, "https://s.example.org", demo=False)


def test_every_name_that_people_have_is_allowed():
    assert not list(name_faults(["Anna Meier", "李明华", "O’Brien, Siobhán", "X Æ A-12", "Wu"]))


def test_the_command_line_takes_a_file_of_names(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("HEADWIND_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("HEADWIND_PUBLIC_URL", "https://survey.example.org")
    units, names = tmp_path / "units.csv", tmp_path / "names.txt"
    units.write_text("unit,parent,people\nNorth,,8\n")
    ends = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    options = "--title T --client C --organiser O --holder A --holder B --contact D"
    more = ["--harm-role", "the works council", "--ends", ends, "--mask", str(names)]
    for text, status in ((b"M\xfcller\n", 2), ("Müller\nAnna Meier\n".encode(), 0)):
        names.write_bytes(text)
        with pytest.raises(SystemExit) as ended:
            main(["open", str(units), *options.split(), *more])
        assert int(ended.value.code or 0) == status
    said = capsys.readouterr()
    assert "names.txt, row 1: must be saved as UTF-8" in said.err
    config = load_config(tmp_path / "instance", {})
    sessions = make_sessions(config.database_url)
    with sessions() as session:
        slug = json.loads(said.out)["survey"]
        assert survey_view(session, slug, NOON).masked == ("Müller", "Anna Meier")
    engine_of(sessions).dispose()
