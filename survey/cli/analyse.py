"""`headwind analyse`: the statistics of answers that somebody already holds.

Here belongs what is asked on the command line and what is printed. The work is in the services.
"""

import math
from pathlib import Path

import click

from survey.services.analysing import MAX_SIZE, Analysis
from survey.services.analysing import analyse as run_analysis
from survey.services.analysis_report import analysis_report
from survey.services.outputs import check_outputs, replacing, write_text
from survey.services.statistics_tree import json_text

FILE = click.Path(path_type=Path)


def _size(_context: click.Context, _option: click.Parameter, value: float) -> float:
    if math.isnan(value):
        raise click.BadParameter("must be a number of megabytes")
    return value


@click.command()
@click.argument("responses", metavar="RESPONSES.csv", type=FILE)
@click.option(
    "--codebook", metavar="ITEMS.csv", type=FILE, help="What the columns mean: your own scales."
)
@click.option(
    "--questionnaire", metavar="NAME_OR_FILE", help="Or a questionnaire: its name or its file."
)
@click.option("--roster", metavar="TEAMS.csv", type=FILE, help="How many people were asked.")
@click.option("--json", "json_file", metavar="OUT", type=FILE, help="Write every figure here.")
@click.option("--html", "html_file", metavar="OUT", type=FILE, help="Write a report here.")
@click.option(
    "--max-size",
    metavar="MB",
    type=click.FloatRange(min=0, max=100_000, min_open=True),
    default=MAX_SIZE,
    show_default=True,
    callback=_size,
    help="Largest file that is read.",
)
def analyse(
    responses: Path,
    codebook: Path | None,
    questionnaire: str | None,
    roster: Path | None,
    json_file: Path | None,
    html_file: Path | None,
    max_size: float,
) -> None:
    """Statistics and verdicts of answers that you already hold.

    RESPONSES.csv has the columns team_id, respondent, perhaps wave and tenure_band, and one column
    an item with the answers as given (not reversed; empty = not answered). ITEMS.csv has
    item,text,lo,hi,key,scale; TEAMS.csv has team_id,roster_N and perhaps wave.

    The JSON holds exact figures of groups however small: it is the one place where figures leave
    without disclosure control, because you hold every row already. Do not hand it on. The HTML
    report passes the same disclosure control as the app. Nothing is stored but the files you name.
    """
    if (codebook is None) == (questionnaire is None):
        raise click.UsageError("Name one of --codebook ITEMS.csv and --questionnaire NAME_OR_FILE.")
    outputs = [file for file in (json_file, html_file) if file is not None]
    if not outputs:
        raise click.UsageError("Name what to write: --json OUT, --html OUT, or both.")
    if html_file is not None and roster is None:
        raise click.UsageError(
            "--html needs --roster TEAMS.csv: how sure a figure is depends on how many were asked."
        )
    check_outputs(outputs, [f for f in (responses, codebook, roster) if f is not None])
    analysis = run_analysis(
        responses, codebook=codebook, questionnaire=questionnaire, roster=roster, max_size=max_size
    )
    with replacing(outputs) as written:
        if json_file is not None:
            write_text(json_text(analysis), written[0])
        if html_file is not None:
            report = analysis_report(analysis, responses.stem)
            from survey.exports.html import write_html

            write_html(report, written[-1])
    _tell(analysis, outputs)


def _tell(analysis: Analysis, outputs: list[Path]) -> None:
    """Say what was read and written; what a person should know goes to standard error."""
    for note in analysis.notes:
        click.echo(f"Note: {note}", err=True)
    waves, teams = len(analysis.waves), len({t for wave in analysis.waves for t in wave.teams})
    people = sum(len(wave.answers.team) for wave in analysis.waves)
    written = " and ".join(str(file) for file in outputs)
    click.echo(
        f"{people} answer sheets, {teams} team{'s' * (teams != 1)}, "
        f"{waves} wave{'s' * (waves != 1)}. Wrote {written}."
    )
