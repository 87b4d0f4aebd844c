"""`headwind audit`: what this instance stores of whom, and whether anything of it is wrong.

Here belongs what is printed. What is looked at, and every sentence, stands in the services.
"""

import json
import os
import textwrap
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path

import click

from survey.config import instance_folder
from survey.services.auditing import Audit, audit, request
from survey.services.auditing_program import this_program
from survey.services.findings import KINDS, Finding
from survey.services.outputs import check_outputs, replacing, write_text

WRONG = 1
WIDTH = 80
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
HEADINGS = {
    "wrong": "What is wrong",
    "stored": "What is stored, and about whom",
    "learnable": "What could be learnt from it, and by whom",
    "unseen": "What this audit cannot see",
}
NOTHING = {
    "wrong": "Nothing was found to be wrong.",
    "stored": "Nothing.",
    "learnable": "Nothing beyond what the reports show.",
    "unseen": "",
}


@click.command(name="audit")
@click.option("--instance", metavar="DIR", type=FOLDER, help="The instance folder, or a copy.")
@click.option("--database", metavar="URL_OR_FILE", default="", help="Another database than its.")
@click.option("--keys", metavar="DIR", type=FOLDER, help="Another key folder than its.")
@click.option("--log", "logs", metavar="FILE", type=FILE, multiple=True, help="A log to search.")
@click.option("--codes", metavar="FILE", type=FILE, help="Codes to search for, one a line.")
@click.option("--copy", is_flag=True, help="This is a copy: pass over rights and missing keys.")
@click.option("--json", "json_file", metavar="OUT", type=click.Path(path_type=Path),
              help="Write the findings here, for programs.")  # fmt: skip
@click.option("--hash", "only_hash", is_flag=True, help="Print the program's hash, and no more.")
@click.pass_context
def audit_(
    context: click.Context,
    instance: Path | None,
    database: str,
    keys: Path | None,
    logs: tuple[Path, ...],
    codes: Path | None,
    copy: bool,
    json_file: Path | None,
    only_hash: bool,
) -> None:
    """Look at an instance's own files and say what they give away.

    Nothing is written or changed, and no code is asked for, so anybody who may read the files can
    run it, best on a copy. Exit status 0: nothing wrong; 1: something is wrong; 2: it could not be
    looked at. With --instance, settings of the environment are passed over.
    """
    if only_hash:
        click.echo(this_program().hash)
        return
    if json_file:
        check_outputs([json_file], [*logs, *([codes] if codes else [])])
    folder = instance.absolute() if instance else instance_folder(os.environ)
    found = audit(
        request(
            folder,
            {} if instance else dict(os.environ),
            database=database,
            keys=keys,
            logs=logs,
            codes=codes,
            copy=copy,
        )
    )
    if json_file:
        with replacing([json_file]) as (draft,):
            write_text([json_text(found)], draft)
    click.echo("\n".join(report(found)))
    context.exit(WRONG if found.wrong else 0)


def json_text(found: Audit) -> str:
    """Return an audit for programs."""
    return json.dumps(
        {
            "database": found.database,
            "engine": found.engine,
            "keys": found.keys,
            "program": asdict(found.program),
            "wrong": len(found.wrong),
            "findings": [asdict(finding) for finding in found.findings],
        },
        indent=2,
        ensure_ascii=False,
    )


def report(found: Audit) -> Iterable[str]:
    """Yield an audit as lines of text."""
    yield "Anonymity audit"
    yield ""
    yield f"Database:   {found.database} ({found.engine})"
    yield f"Key folder: {found.keys}"
    yield ""
    count = len(found.wrong)
    yield f"Result: {_result(count)}"
    for finding in found.findings:
        if finding.kind == "short":
            yield from _lines(finding)
    for kind in KINDS:
        yield from ["", HEADINGS[kind], "-" * len(HEADINGS[kind])]
        findings = [finding for finding in found.findings if finding.kind == kind]
        for finding in findings:
            yield from _lines(finding)
        if not findings:
            yield NOTHING[kind]
    yield from _program(found)


def _result(count: int) -> str:
    if not count:
        return "nothing wrong was found."
    return "one thing is wrong." if count == 1 else f"{count} things are wrong."


def _lines(finding: Finding) -> Iterable[str]:
    wrap = {"width": WIDTH, "break_long_words": False, "break_on_hyphens": False}
    yield from textwrap.wrap(finding.text, initial_indent="* ", subsequent_indent="  ", **wrap)  # type: ignore[arg-type]  # three settings of three kinds
    if finding.where:
        yield f"  [{finding.where}]"


def _program(found: Audit) -> Iterable[str]:
    heading = "Which program says this"
    program = found.program
    yield from ["", heading, "-" * len(heading)]
    yield f"Headwind {program.version} on Python {program.python}, {program.files} files."
    yield f"SHA-256: {program.hash}"
    yield from textwrap.wrap(
        "To compare: get the same version from where it is published, on a machine of your own, and"
        " run `headwind audit --hash` there. The same program gives the same hash. It covers"
        " Headwind's own files, not Python and the libraries beneath. A changed program can print"
        " any hash, so also run the audit itself on your own machine, on a copy.",
        WIDTH,
    )
