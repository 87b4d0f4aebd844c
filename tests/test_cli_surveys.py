"""A survey from the command line: opened, told once, closed only when it may be."""

import io
import json
import os
from datetime import UTC, datetime, timedelta

import pytest

from survey.cli import user as user_command
from survey.cli.main import main
from survey.storage.scrub import StillInUse

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
    return (datetime.now(UTC) + timedelta(days=9)).strftime("%Y-%m-%dT%H:%M")


def test_a_survey_is_opened_and_its_codes_are_told_once(headwind, units):
    status, out, err = headwind(*told(units, ends=soon()))
    assert (status, err) == (0, "")
    opened = json.loads(out)
    assert opened["address"] == f"https://survey.example.org/s/{opened['survey']}"
    assert opened["scheme"] == "one of two"
    assert len(opened["opening_codes"]) == 2
    assert {unit: len(codes) for unit, codes in opened["codes"].items()} == {"North": 8, "South": 6}


def test_a_survey_that_has_not_ended_is_not_closed(headwind, units):
    _, out, _ = headwind(*told(units, ends=soon()))
    opened = json.loads(out)
    status, _, err = headwind("close", opened["survey"], stdin=opened["opening_codes"][0])
    assert status == 2
    assert err.startswith("The survey can be closed from ")
    assert err.count("\n") == 1


@pytest.fixture
def two_of_three(headwind, units, monkeypatch):
    """A survey that two of three codes open, at a moment when it may be closed."""
    arguments = told(units, ends=soon(), scheme="two-of-three")
    status, out, err = headwind(*arguments, "--holder", "the works council")
    assert (status, err) == (0, "")
    monkeypatch.setattr("survey.cli.surveys.datetime", InAMonth)
    return json.loads(out)


class InAMonth(datetime):
    @classmethod
    def now(cls, tz=None):
        return super().now(tz) + timedelta(days=30)


def test_two_of_three_codes_are_told_and_any_two_close(headwind, two_of_three):
    codes = two_of_three["opening_codes"]
    assert (two_of_three["scheme"], len(codes)) == ("two of three", 3)
    status, out, _ = headwind("close", two_of_three["survey"], stdin=f"{codes[2]}\n{codes[0]}\n")
    assert (status, out) == (0, f"{two_of_three['survey']} is closed; its report is ready.\n")


def test_one_of_three_codes_closes_nothing_and_the_command_says_what_it_takes(
    headwind, two_of_three
):
    code = two_of_three["opening_codes"][1]
    for typed in (code, f"{code}\n{code}\n", f"\n{code}\n"):
        status, out, err = headwind("close", two_of_three["survey"], stdin=typed)
        assert (status, out) == (2, "")
        assert err.startswith("It takes two different codes of the three")
        assert err.count("\n") == 1
        assert code not in err


def test_a_damaged_key_is_told_in_one_line(headwind, two_of_three, tmp_path):
    (key,) = (tmp_path / "instance").rglob("*.key")
    key.write_text(key.read_text()[:300])
    typed = "\n".join(two_of_three["opening_codes"][:2])
    status, out, err = headwind("close", two_of_three["survey"], stdin=typed)
    assert (status, out) == (2, "")
    assert "it is not the JSON text that it was" in err
    assert err.count("\n") == 1


def test_two_of_three_asks_for_two_holders(headwind, units):
    status, out, err = headwind(*told(units, ends=soon(), scheme="two-of-three"))
    assert (status, out) == (2, "")
    assert "Name different holders" in err


def test_an_unknown_scheme_is_told_with_those_that_there_are(headwind, units):
    status, _, err = headwind(*told(units, ends=soon(), scheme="all"))
    assert status == 2
    assert "'one-of-two', 'two-of-three'" in err


def test_a_survey_that_is_not_there_is_told_before_a_code_is_asked_for(headwind):
    status, out, err = headwind("close", "nowhere")
    assert (status, out) == (2, "")
    assert len(err.strip().splitlines()) == 1


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


def test_somebody_is_added_by_a_link_and_not_twice(headwind):
    status, out, _ = headwind("user", "add", "Ana@example.org", "--role", "consultant")
    assert status == 0
    assert "ana@example.org chooses a password here, once, within 7 days" in out
    assert f"{os.environ['HEADWIND_PUBLIC_URL']}/invite/" in out
    status, _, err = headwind("user", "add", "ana@example.org")
    assert status == 2
    assert len(err.strip().splitlines()) == 1


def test_somebody_at_a_terminal_is_asked_for_the_password(headwind, monkeypatch):
    monkeypatch.setattr(user_command, "_asked_password", lambda: "a long enough password")
    status, out, _ = headwind("user", "add", "ana@example.org")
    assert (status, out) == (0, "ana@example.org may sign in now.\n")
    status, out, _ = headwind("user", "reset", "ana@example.org", "--without-second-factor")
    assert (status, out) == (0, "ana@example.org may sign in with the new password now.\n")


def test_a_password_is_reset_by_a_link_for_whoever_is_there(headwind, monkeypatch):
    headwind("user", "add", "ana@example.org")
    status, out, _ = headwind("user", "reset", "ANA@example.org")
    assert status == 0
    assert "/reset/" in out
    status, _, err = headwind("user", "reset", "bob@example.org")
    assert (status, err) == (2, "There is no account for bob@example.org.\n")


def test_a_closing_that_was_interrupted_is_finished_without_a_code(
    headwind, two_of_three, monkeypatch
):
    codes = two_of_three["opening_codes"]

    def no_room(*_: object) -> None:
        raise StillInUse

    with monkeypatch.context() as patched:
        patched.setattr("survey.services.closing.rewrite", no_room)
        typed = f"{codes[2]}\n{codes[0]}\n"
        status, _, err = headwind("close", two_of_three["survey"], stdin=typed)
        assert status == 2
        assert "counted and deleted" in err
    status, out, _ = headwind("close", two_of_three["survey"], stdin="")
    assert (status, out) == (0, f"{two_of_three['survey']} is closed; its report is ready.\n")
