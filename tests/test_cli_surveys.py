"""A survey from the command line: opened, told once, closed only when it may be."""

import io
import json

import pytest

from survey.cli.main import main

UNITS = "unit,parent,people\nMeridian,,0\nNorth,Meridian,8\nSouth,Meridian,6\n"


@pytest.fixture
def headwind(tmp_path, monkeypatch, capsys):
    """Run a command in an instance of the test's own; returns status, output and errors."""
    monkeypatch.setenv("HEADWIND_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("HEADWIND_PUBLIC_URL", "https://survey.example.org")

    def run(*arguments: str, stdin: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(stdin))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return run


@pytest.fixture
def units(tmp_path):
    file = tmp_path / "units.csv"
    file.write_text(UNITS)
    return str(file)


def told(units: str, **changed: str) -> list[str]:
    options = {
        "title": "Spring survey",
        "client": "Meridian",
        "practice": "coaching",
        "critical": "TRUST,SAFE",
        "ends": "2099-03-31T18:00",
        "timezone": "Europe/Berlin",
        "organiser": "Lindqvist Consulting",
        "holder": "Ana Lindqvist",
        "contact": "ana@example.org",
        "harm-role": "the works council",
    } | changed
    return [
        "open",
        units,
        *(part for name, value in options.items() for part in (f"--{name}", value)),
    ]


def soon() -> str:
    from datetime import UTC, datetime, timedelta

    return (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")


def test_a_survey_is_opened_and_its_codes_are_told_once(headwind, units):
    status, out, err = headwind(*told(units, ends=soon()))
    assert (status, err) == (0, "")
    opened = json.loads(out)
    assert opened["address"] == f"https://survey.example.org/s/{opened['survey']}"
    assert len(opened["opening_codes"]) == 2
    assert {unit: len(codes) for unit, codes in opened["codes"].items()} == {"North": 8, "South": 6}


def test_a_survey_that_has_not_ended_is_not_closed(headwind, units):
    _, out, _ = headwind(*told(units, ends=soon()))
    opened = json.loads(out)
    status, _, err = headwind("close", opened["survey"], stdin=opened["opening_codes"][0])
    assert status == 2
    assert err.startswith("The survey can be closed from ")
    assert err.count("\n") == 1


def test_every_fault_of_a_plan_is_told_in_a_line_of_its_own(headwind, units):
    status, out, err = headwind(
        *told(units, ends="2001-01-01T12:00", critical="TRUST,LUCK", client=" ")
    )
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 3
    assert "in the past" in err
    assert "LUCK" in err


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"ends": "tomorrow"}, "No date and time: “tomorrow”"),
        ({"timezone": "Mars/Base"}, "No time zone: “Mars/Base”"),
        ({"questionnaire": "horoscope"}, "horoscope"),
        ({"least": "3"}, "never lowered"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(headwind, units, changed, said):
    status, out, err = headwind(*told(units, **changed))
    assert (status, out) == (2, "")
    assert said in err
    assert len(err.strip().splitlines()) == 1


def test_a_broken_list_of_units_names_its_rows(headwind, tmp_path):
    file = tmp_path / "units.csv"
    file.write_text("unit,parent,people\nNorth,Nowhere,8\nSouth,,many\n")
    status, _, err = headwind(*told(str(file), ends=soon()))
    assert status == 2
    assert [("row" in line.lower()) for line in err.strip().splitlines()] == [True, True]


def test_a_survey_without_a_public_address_is_not_opened(headwind, units, monkeypatch):
    monkeypatch.delenv("HEADWIND_PUBLIC_URL")
    status, _, err = headwind(*told(units, ends=soon()))
    assert status == 2
    assert "public_url" in err


def test_somebody_is_added_and_not_twice(headwind):
    status, out, _ = headwind("user", "ana@example.org", stdin="a long enough password\n")
    assert (status, out) == (0, "ana@example.org may sign in now.\n")
    status, _, err = headwind("user", "ana@example.org", stdin="another long password\n")
    assert status == 2
    assert len(err.strip().splitlines()) == 1
