"""`headwind analyse` as a consultant meets it: files in, figures out, faults in one line each."""

import json
import stat
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from survey.cli.main import main

REFERENCE = Path(__file__).parent / "reference"
ITEMS = "item,text,lo,hi,key,scale\nA1,One,1,5,1,A\nA2,Two,1,5,-1,A\nA3,Three,1,5,1,A\n"
ANSWERS = "team_id,respondent,A1,A2,A3\nred,r1,4,2,5\nred,r2,3,,4\nblue,b1,1,5,2\n"
TEAMS = "team_id,roster_N\nred,3\nblue,2\n"


@pytest.fixture
def desk(tmp_path, monkeypatch, capsys):
    """A folder with three small sound files, and the command run in it."""
    monkeypatch.chdir(tmp_path)
    return Desk(tmp_path, capsys)


class Desk:
    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys
        self.write(answers=ANSWERS, items=ITEMS, teams=TEAMS)

    def write(self, **files):
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode()
            (self.folder / f"{name}.csv").write_bytes(data)

    def run(self, *arguments, **files):
        """Write some files, run the command, give status, output and complaints line by line."""
        self.write(**files)
        given = arguments or ("--codebook", "items.csv", "--json", "out.json")
        with pytest.raises(SystemExit) as ended:
            main(["analyse", "answers.csv", *given])
        out, err = self.capsys.readouterr()
        return ended.value.code, out, err.splitlines()

    def faults(self, *arguments, **files):
        """Run it on something wrong: it must complain, and leave nothing behind."""
        before = {p.name: p.read_bytes() for p in self.folder.iterdir() if p.is_file()}
        status, out, lines = self.run(*arguments, **files)
        assert (status, out) == (2, "")
        assert not any("Traceback" in line for line in lines)
        after = {p.name for p in self.folder.iterdir()}
        assert after - set(before) <= {f"{name}.csv" for name in files} | {"folder"}
        return lines

    def figures(self, *arguments, **files):
        given = arguments or ("--codebook", "items.csv", "--json", "out.json")
        status, _, lines = self.run(*given, **files)
        assert status == 0, lines
        return json.loads((self.folder / "out.json").read_text(), parse_constant=pytest.fail)


ROSTER = ("--codebook", "items.csv", "--roster", "teams.csv", "--json", "out.json")
KNOWN = ("--questionnaire", "environment", "--json", "out.json")


def test_sound_files_give_figures_and_a_line_about_them(desk):
    status, out, lines = desk.run(*ROSTER)
    assert (status, lines) == (0, [])
    assert out == "3 answer sheets, 2 teams, 1 wave. Wrote out.json.\n"
    blue, red = desk.figures(*ROSTER)["waves"][0]["teams"]
    assert (blue["team"], blue["responses"], blue["roster"]) == ("blue", 1, 2)
    assert (red["response_rate"], red["harm_signal"]) == (pytest.approx(2 / 3), None)
    assert red["scales"]["A"]["mean"] == pytest.approx((13 / 3 + 3.5) / 2)


def test_without_a_roster_what_hangs_on_it_is_undefined(desk):
    (blue, _), *_ = [desk.figures()["waves"][0]["teams"]]
    assert (blue["roster"], blue["response_rate"]) == (None, None)
    assert blue["scales"]["A"]["bounds"] == [None, None]
    assert blue["scales"]["A"]["favourable"]["hypergeometric"] is None
    assert blue["scales"]["A"]["standing"]["se"] is not None


def test_a_team_from_which_nobody_answered_is_there_with_nothing(desk):
    teams = desk.figures(*ROSTER, teams=TEAMS + "green,7\n")["waves"][0]["teams"]
    green = next(t for t in teams if t["team"] == "green")
    assert (green["responses"], green["response_rate"]) == (0, 0)
    assert green["scales"]["A"]["mean"] is None


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(",", ";"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.replace("\n", "\r"),
        lambda text: text.rstrip("\n"),
        lambda text: text.replace("\n", "\n\n") + ",,,,\n",
        lambda text: "\n".join(",".join(f'"{c}"' for c in r.split(",")) for r in text.split()),
        lambda text: text.replace(",", " , "),
        lambda text: text.replace(",4", ",4.0"),
        lambda text: text.replace(",", ";").replace("4", "4,0"),
        lambda text: "\n".join([text.split()[0], *reversed(text.split()[1:])]),
    ],
    ids="semicolon bom crlf cr no-end blank-rows quotes spaces decimals commas order".split(),
)
def test_the_way_a_file_is_written_changes_nothing(desk, change):
    assert desk.figures(answers=change(ANSWERS)) == desk.figures(answers=ANSWERS)


def test_another_column_changes_nothing_and_is_named(desk):
    wider = "".join(f"{line},{note}\n" for line, note in zip(ANSWERS.split(), "nabc", strict=True))
    plain = desk.figures()
    status, _, lines = desk.run(answers=wider.replace("A3,n", "A3,remark"))
    assert (status, lines) == (0, ["Note: answers.csv has a column remark that is not used."])
    assert json.loads((desk.folder / "out.json").read_text()) == plain


def test_a_column_that_is_missing_counts_as_not_asked(desk):
    empty = "team_id,respondent,A1,A2,A3\nred,r1,4,2,\nred,r2,3,1,\n"
    without = "team_id,respondent,A1,A2\nred,r1,4,2\nred,r2,3,1\n"
    status, _, lines = desk.run(answers=without)
    assert (status, lines) == (0, ["Note: answers.csv has no column A3: counted as not asked."])
    found = json.loads((desk.folder / "out.json").read_text())
    assert found == desk.figures(answers=empty)


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.randoms())
def test_the_order_of_rows_changes_not_one_digit(desk, random):
    text = (REFERENCE / "edge_cases" / "responses_wide.csv").read_text()
    head, *rows = text.splitlines()
    items = str(REFERENCE / "edge_cases" / "items.csv")
    how = ("--codebook", items, "--json", "out.json")
    expected = desk.figures(*how, answers=text)
    random.shuffle(rows)
    assert desk.figures(*how, answers="\n".join([head, *rows])) == expected


ONE_LINE: dict[str, tuple[dict[str, str | bytes], str]] = {
    "a value out of range": (
        {"answers": ANSWERS.replace("r2,3", "r2,7")},
        "answers.csv, row 3, column A1: 7 is outside 1 to 5; correct it",
    ),
    "text for a number": (
        {"answers": ANSWERS.replace("4,2,5", "4,often,5")},
        (
            'answers.csv, row 2, column A2: "often" is not a number; '
            "leave the cell empty for no answer"
        ),
    ),
    "not a number by name": (
        {"answers": ANSWERS.replace("4,2,5", "4,nan,5")},
        'answers.csv, row 2, column A2: "nan" is not a number; leave the cell empty for no answer',
    ),
    "a person twice": (
        {"answers": ANSWERS.replace("r2", "r1")},
        (
            'answers.csv, row 3, column respondent: "r1" of team "red" stands in row 2 already; '
            "remove one, or give each a name of its own"
        ),
    ),
    "a person without a name": (
        {"answers": ANSWERS.replace("b1", "")},
        "answers.csv, row 4, column respondent: is empty; fill it in",
    ),
    "a row without a team": (
        {"answers": ANSWERS.replace("blue", "")},
        "answers.csv, row 4, column team_id: is empty; fill it in",
    ),
    "a ragged row": (
        {"answers": ANSWERS.replace("4,2,5", "4,2,5,5")},
        (
            "answers.csv, row 2: has 6 cells, but the first row names 5 columns; "
            "look for a missing or extra ','"
        ),
    ),
    "a short row": (
        {"answers": ANSWERS.replace("4,2,5", "4,2")},
        (
            "answers.csv, row 2: has 4 cells, but the first row names 5 columns; "
            "look for a missing or extra ','"
        ),
    ),
    "an open quote": (
        {"answers": ANSWERS.replace("b1", '"b1')},
        "answers.csv, row 4: cannot be read (unexpected end of data); look at its quotes",
    ),
    "an empty file": (
        {"answers": ""},
        "answers.csv: is empty; its first row must name the columns",
    ),
    "a header and nothing else": (
        {"answers": ANSWERS.split(maxsplit=1)[0]},
        "answers.csv: holds no answers, only the row that names the columns",
    ),
    "no header": (
        {"answers": "red,r1,4,2,5\n"},
        (
            "answers.csv, row 1: names no column team_id, respondent; "
            "the first row must name team_id, respondent"
        ),
    ),
    "a column twice": (
        {"answers": ANSWERS.replace("A3", "A1")},
        (
            "answers.csv, row 1, column A1: stands twice in the first row; "
            "rename or remove one of them"
        ),
    ),
    "no answer column": (
        {"answers": "team_id,respondent,Q1\nred,r1,4\n"},
        "answers.csv, row 1: names none of the answer columns (A1, A2, A3, ...)",
    ),
    "another encoding": (
        {"answers": ANSWERS.replace("blue", "bl\xfc").encode("latin-1")},
        'answers.csv, row 4: byte 56 of the file (0xfc) is not UTF-8; save the file as "CSV UTF-8"',
    ),
    "two bytes a character": (
        {"answers": ANSWERS.encode("utf-16")},
        'answers.csv, row 1: is UTF-16; save it as "CSV UTF-8"',
    ),
    "a zero byte": (
        {"answers": ANSWERS.replace("b1", "b\x001")},
        "answers.csv, row 4: holds a zero byte (byte 60 of the file); it is no CSV text file",
    ),
    "a wave left out": (
        {"answers": "team_id,wave,respondent,A1\nred,1,r1,4\nblue,,b1,2\n"},
        "answers.csv, row 3, column wave: is empty, but other rows name a wave; fill it in",
    ),
    "a team that nobody knows": (
        {"teams": TEAMS.replace("blue", "green")},
        'answers.csv, row 4, column team_id: team "blue" does not stand in teams.csv; add it there',
    ),
    "more answers than people": (
        {"teams": TEAMS.replace("3", "1")},
        (
            'teams.csv, row 2, column roster_N: 1 asked in team "red", but 2 answered; '
            "correct the one or the other"
        ),
    ),
    "a team twice": (
        {"teams": TEAMS + "red,9\n"},
        'teams.csv, row 4, column team_id: "red" stands in row 2 already',
    ),
    "half a person": (
        {"teams": TEAMS.replace("3", "3.5")},
        (
            'teams.csv, row 2, column roster_N: "3.5" is not a whole number of people '
            "from 1 to 1000000"
        ),
    ),
    "an item twice": (
        {"items": ITEMS.replace("A2", "A1")},
        'items.csv, row 3, column item: "A1" stands in row 2 already',
    ),
    "a wrong key": (
        {"items": ITEMS.replace("-1", "minus")},
        'items.csv, row 3, column key: "minus" is neither 1 nor -1',
    ),
    "a range upside down": (
        {"items": ITEMS.replace("Two,1,5", "Two,5,1")},
        "items.csv, row 3, column hi: 1 must be above lo, 5",
    ),
    "half a range": (
        {"items": ITEMS.replace("One,1,5", "One,1,")},
        "items.csv, row 2, column lo: give both lo and hi, or neither for a measure without bounds",
    ),
    "reversing without bounds": (
        {"items": ITEMS.replace("Two,1,5", "Two,,")},
        (
            "items.csv, row 3, column key: a measure without bounds cannot be reversed; "
            "give lo and hi, or key 1"
        ),
    ),
    "an item without a scale": (
        {"items": ITEMS.replace("1,5,-1,A", "1,5,-1,")},
        "items.csv, row 3, column scale: is empty; fill it in",
    ),
    "an item named like a column of its own": (
        {"items": ITEMS.replace("A2", "team_id")},
        "items.csv, row 3, column item: team_id names a column of its own; rename the item",
    ),
    "a codebook without items": (
        {"items": ITEMS.splitlines()[0]},
        "items.csv: names no item; give each a row",
    ),
    "a cell that is not for a terminal": (
        {"answers": ANSWERS.replace("4,2,5", f"4,\x1b[31m{'x' * 90},5")},
        (
            f'answers.csv, row 2, column A2: "?[31m{"x" * 34}…" is not a number; '
            "leave the cell empty for no answer"
        ),
    ),
}


@pytest.mark.parametrize("name", ONE_LINE)
def test_bad_input_is_told_in_one_line_with_its_place(desk, name):
    files, line = ONE_LINE[name]
    assert desk.faults(*ROSTER, **files) == [line]


def test_every_fault_is_told_at_once(desk):
    wrong = ANSWERS.replace("4,2,5", "9,x,5").replace("b1,1", "b1,0")
    assert [line.split(":")[0] for line in desk.faults(answers=wrong)] == [
        "answers.csv, row 2, column A1",
        "answers.csv, row 2, column A2",
        "answers.csv, row 4, column A1",
    ]


def test_after_twenty_faults_it_stops(desk):
    rows = "".join(f"red,r{i},9,9,9\n" for i in range(30))
    lines = desk.faults(answers=ANSWERS.split(maxsplit=1)[0] + "\n" + rows)
    assert len(lines) == 21
    assert lines[-1] == "These are the first 20 faults; there may be more."


def test_a_file_that_is_not_there(desk):
    (desk.folder / "answers.csv").unlink()
    (line,) = desk.faults()
    assert line.startswith("answers.csv: cannot be read (No such file or directory)")


def test_a_folder_instead_of_a_file(desk):
    (desk.folder / "folder").mkdir()
    (line,) = desk.faults("--codebook", "folder", "--json", "out.json")
    assert line == "folder: is a folder; name the CSV file in it"


def test_a_file_larger_than_allowed(desk):
    (line,) = desk.faults("--codebook", "items.csv", "--json", "out.json", "--max-size", "0.00005")
    assert (
        line == "items.csv: is larger than the 5e-05 MB that are read; allow more with --max-size"
    )


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--json", "out.json"), "Name one of --codebook"),
        ((*KNOWN, "--codebook", "items.csv"), "Name one of --codebook"),
        (("--codebook", "items.csv"), "Name what to write"),
        (("--codebook", "items.csv", "--html", "out.html"), "--html needs --roster"),
        ((*ROSTER, "--max-size", "0"), "max-size"),
        ((*ROSTER, "--max-size", "nan"), "must be a number of megabytes"),
        (("--questionnaire", "nowhere", "--json", "out.json"), "nowhere"),
    ],
)
def test_bad_usage_is_told_in_one_line(desk, arguments, part):
    (line,) = desk.faults(*arguments)
    assert part in line


@pytest.mark.parametrize(
    ("out", "line"),
    [
        ("no/out.json", "there is no folder no; make it first, or name another."),
        (".", "it is a folder or a device; name a file in it instead."),
        ("/dev/null", "it is a folder or a device; name a file in it instead."),
        ("items.csv", "it is named twice, or is one of the files that are read."),
    ],
)
def test_an_output_that_cannot_be_written_is_told_before_any_work(desk, out, line):
    told = desk.faults("--codebook", "items.csv", "--json", out)
    assert told == [f"Cannot write {out}: {line}"]


def test_an_older_output_survives_a_failed_run(desk):
    (desk.folder / "out.json").write_text("the older one")
    desk.faults(answers=ANSWERS.replace("4,2,5", "4,2,9"))
    assert (desk.folder / "out.json").read_text() == "the older one"


def test_an_older_output_is_replaced_as_a_whole(desk):
    (desk.folder / "out.json").write_text("x" * 100_000)
    assert "waves" in desk.figures()
    assert not list(desk.folder.glob(".out*"))
    assert (desk.folder / "out.json").stat().st_mode & stat.S_IRUSR


def test_a_tenure_band_that_the_questionnaire_does_not_have(desk):
    answers = "team_id,respondent,tenure_band,T1\nred,r1,lt1,4\nred,r2,ages,4\n"
    (line,) = desk.faults(*KNOWN, answers=answers)
    assert line == (
        'answers.csv, row 3, column tenure_band: "ages" is not one of lt1, 1to3, gt3; '
        "leave it empty where it is not known"
    )


def test_tenure_bands_are_ignored_with_a_codebook(desk):
    answers = "team_id,respondent,tenure_band,A1\nred,r1,whatever,4\n"
    assert desk.figures(answers=answers)["waves"]


def test_waves_stand_in_the_order_of_their_numbers(desk):
    rows = "".join(f"red,r1,{wave},4,2,5\n" for wave in (10, 2, 1))
    found = desk.figures(answers=f"team_id,respondent,wave,A1,A2,A3\n{rows}")
    assert [wave["wave"] for wave in found["waves"]] == ["1", "2", "10"]


def test_only_the_last_two_waves_are_compared(desk):
    rows = "".join(
        f"{team},r1,{wave},{wave},{wave}\n"
        for wave, team in ((1, "old"), (1, "red"), (2, "red"), (3, "red"), (3, "new"))
    )
    found = desk.figures(*KNOWN, answers=f"team_id,respondent,wave,C1,C3\n{rows}")
    (change,) = found["changes"]
    assert (change["team"], change["scales"]["COOP"]["difference"]) == ("red", 1)
    assert change["scales"]["TRUST"]["difference"] is None


def test_one_wave_has_no_changes(desk):
    found = desk.figures(*KNOWN, answers="team_id,respondent,C1,C3\nred,r1,4,5\n")
    assert found["changes"] == []
    assert found["waves"][0]["wave"] is None


def test_a_roster_may_tell_waves_apart(desk):
    answers = "team_id,respondent,wave,A1,A2\nred,r1,1,4,2\nred,r1,2,4,2\n"
    teams = "wave,team_id,roster_N\n1,red,4\n2,red,6\n"
    found = desk.figures(*ROSTER, answers=answers, teams=teams)
    assert [wave["teams"][0]["roster"] for wave in found["waves"]] == [4, 6]


def test_zero_is_an_answer_where_the_range_has_it(desk):
    items = ITEMS.replace(",1,5,", ",0,4,")
    found = desk.figures(items=items, answers="team_id,respondent,A1,A2,A3\nred,r1,0,4,0\n")
    assert found["waves"][0]["teams"][0]["scales"]["A"]["mean"] == 0


def test_a_measure_without_bounds_has_no_agreement_split_or_bounds(desk):
    items = "item,text,lo,hi,key,scale\nX,Height,,,1,X\n"
    rows = "".join(f"red,r{i},{170.5 + i}\n" for i in range(6))
    found = desk.figures(items=items, answers=f"team_id,respondent,X\n{rows}")
    scale = found["waves"][0]["teams"][0]["scales"]["X"]
    assert scale["mean"] == 173
    assert {scale[name] for name in ("rwg_uniform", "ad_m", "polarization", "split")} == {None}
    assert found["waves"][0]["scales"]["X"]["alpha"] is None
