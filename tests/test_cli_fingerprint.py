"""`headwind fingerprint`: the six words from the command line, and what was changed since."""

import json
import os
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from survey.cli.main import main
from survey.config import instance_folder, load_config
from survey.services.starting import database

UNITS = "unit,parent,people\nMeridian,,0\nNorth,Meridian,8\n"
TOLD = "--title Spring --client Meridian --organiser Lindqvist --holder Ana --holder Bea"
MORE = "--contact ana@example.org --harm-role council"


@pytest.fixture
def headwind(tmp_path, monkeypatch, capsys):
    """Run a command in an instance of the test's own; returns status, output and errors."""
    monkeypatch.setenv("HEADWIND_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("HEADWIND_PUBLIC_URL", "https://survey.example.org")

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def opened(headwind, tmp_path):
    """What `headwind open` printed."""
    ends = (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")
    file = tmp_path / "units.csv"
    file.write_text(UNITS)
    status, out, err = headwind("open", str(file), *f"{TOLD} {MORE} --ends {ends}".split())
    assert status == 0, err
    return json.loads(out)


def change(statement: str) -> None:
    config = load_config(instance_folder(os.environ), os.environ)
    with database(config.database_url) as sessions, sessions() as session, session.begin():
        session.execute(sa.text(statement))


def test_opening_tells_the_words_and_they_still_fit(headwind, opened):
    assert len(opened["fingerprint"].split()) == 6
    status, out, err = headwind("fingerprint", opened["survey"])
    assert (status, out.strip()) == (0, opened["fingerprint"])
    assert "that were stored at opening" in err


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("update unit set asked = 9 where asked = 8", "Something was changed since"),
        ("update survey set policy_single = 1", "Something was changed since"),
        ("update survey set fingerprint = ''", "before there were any"),
    ],
)
def test_what_was_changed_since_is_told_and_ends_with_1(headwind, opened, statement, told):
    change(statement)
    status, _, err = headwind("fingerprint", opened["survey"])
    assert status == 1
    assert told in err


def test_an_unknown_survey_is_told(headwind, opened):
    status, _, err = headwind("fingerprint", "nothing")
    assert status == 2
    assert "no survey at this address" in err
