"""The report of `headwind analyse`: of released values only, and written whole or not at all."""

from pathlib import Path

import pytest

from survey.cli.main import main
from survey.disclosure.values import Withheld
from survey.report.model import Estimate
from survey.services.analysing import analyse
from survey.services.analysis_report import NothingToReport, RosterNeeded, analysis_report

REFERENCE = Path(__file__).parent / "reference"
INSTRUMENT, EDGES = REFERENCE / "synthetic_instrument", REFERENCE / "edge_cases"


@pytest.fixture(scope="module")
def instrument():
    found = analyse(
        INSTRUMENT / "responses_wide.csv",
        questionnaire="environment",
        roster=INSTRUMENT / "teams.csv",
    )
    return found, analysis_report(found, "Example")


@pytest.fixture(scope="module")
def edges():
    found = analyse(
        EDGES / "responses_wide.csv", codebook=EDGES / "items.csv", roster=EDGES / "teams.csv"
    )
    return found, analysis_report(found, "Edges")


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as ended:
        main(["analyse", *map(str, arguments)])
    return ended.value.code, capsys.readouterr().err.splitlines()


def test_the_report_shows_the_last_wave_and_names_the_one_before(instrument):
    _, report = instrument
    assert report.facts.title == "Example, wave 2"
    assert report.previous is not None
    assert report.previous.title == "Example, wave 1"
    assert any(group.changes for group in report.groups)


def test_no_team_under_five_stands_by_itself(instrument):
    analysis, report = instrument
    people = dict(
        zip(analysis.waves[-1].teams, analysis.waves[-1].figures.people.tolist(), strict=True)
    )
    small = {team for team, n in people.items() if n < 5}
    assert small
    assert not small & {group.name for group in report.groups}
    assert all(group.n >= 5 for group in report.groups)


def test_every_mean_of_the_report_is_rounded(instrument):
    _, report = instrument
    figures = [d.figure for group in report.groups for d in group.dimensions]
    shown = [f.released for f in figures if isinstance(f, Estimate)]
    assert len(shown) > 50
    assert all(round(s.value / s.step, 6) % 1 == 0 for s in shown)


def test_somebody_elses_scales_get_no_verdict(edges):
    _, report = edges
    assert report.groups
    assert all(group.verdict is None and not group.practices for group in report.groups)
    assert all(isinstance(group.index, Withheld) for group in report.groups)


def test_a_report_without_a_roster_is_refused():
    found = analyse(EDGES / "responses_wide.csv", codebook=EDGES / "items.csv")
    with pytest.raises(RosterNeeded):
        analysis_report(found, "Edges")


def test_measures_without_bounds_are_left_out_of_the_report(tmp_path):
    items, answers, teams = (tmp_path / f"{name}.csv" for name in ("items", "answers", "teams"))
    items.write_text("item,text,lo,hi,key,scale\nX,Height,,,1,X\nA,One,1,6,1,A\n")
    answers.write_text(
        "team_id,respondent,X,A\n" + "".join(f"red,r{i},{170 + i},{i % 6 + 1}\n" for i in range(8))
    )
    teams.write_text("team_id,roster_N\nred,9\n")
    report = analysis_report(analyse(answers, codebook=items, roster=teams), "Mixed")
    assert [d.id for d in report.groups[0].dimensions] == ["A"]
    items.write_text("item,text,lo,hi,key,scale\nX,Height,,,1,X\n")
    with pytest.raises(NothingToReport):
        analysis_report(analyse(answers, codebook=items, roster=teams), "Nothing")


@pytest.mark.parametrize("how", ["questionnaire", "codebook"])
def test_the_report_is_one_file(capsys, tmp_path, how):
    folder = INSTRUMENT if how == "questionnaire" else EDGES
    what = "environment" if how == "questionnaire" else EDGES / "items.csv"
    given = (folder / "responses_wide.csv", f"--{how}", what, "--roster", folder / "teams.csv")
    page, figures = tmp_path / "report.html", tmp_path / "figures.json"
    status, _ = run(capsys, *given, "--html", page, "--json", figures)
    assert status == 0
    assert sorted(tmp_path.iterdir()) == [figures, page]
    assert page.read_text(encoding="utf-8").lstrip().lower().startswith("<!doctype html")


def test_when_the_report_fails_no_figures_are_written_either(capsys, tmp_path):
    items, answers, teams = (tmp_path / f"{name}.csv" for name in ("items", "answers", "teams"))
    items.write_text("item,text,lo,hi,key,scale\nX,Height,,,1,X\n")
    answers.write_text("team_id,respondent,X\nred,r1,170\n")
    teams.write_text("team_id,roster_N\nred,9\n")
    status, lines = run(
        capsys, answers, "--codebook", items, "--roster", teams,
        "--json", tmp_path / "out.json", "--html", tmp_path / "out.html",
    )  # fmt: skip
    assert status == 2
    assert lines == [
        "No scale has lo and hi in whole numbers, and without a range nothing can be let out."
    ]
    assert not list(tmp_path.glob("*out*"))
