"""`headwind check`: the faults of a questionnaire or of a file of guides, or that it has none.

Here belongs what is printed. What a fault is stands in `survey.questionnaire`.
"""

import json
from pathlib import Path

import click

from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError, counted, listed
from survey.questionnaire.guide_files import check_guides, speaks_of_guides
from survey.questionnaire.guide_shape import GuideFile
from survey.questionnaire.guides import Guides
from survey.questionnaire.parse import parse
from survey.questionnaire.shape import json_schema
from survey.questionnaire.shipped import find, shipped_ids, text_of

WRONG_INPUT = 2


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a file, for editors.")
@click.option("--guide-schema", is_flag=True, help="Print the JSON Schema of a file of guides.")
@click.pass_context
def check(context: click.Context, files: tuple[str, ...], schema: bool, guide_schema: bool) -> None:
    """Check a questionnaire file, or a file of guides, and tell every fault in it at once.

    FILE is a path or the name of a shipped questionnaire; without it, the shipped ones are listed.
    """
    if schema or guide_schema:
        shape = json_schema() if schema else json_schema(GuideFile)
        click.echo(json.dumps(shape, indent=2, ensure_ascii=False))
        return
    if not files:
        for name in shipped_ids():
            click.echo(f"{name}: {summary(find(name))}")
        return
    sound = [_is_sound(file) for file in files]
    if not all(sound):
        context.exit(WRONG_INPUT)


def _is_sound(file: str) -> bool:
    """Tell every fault of one file, a line each, or what is in it."""
    try:
        text = text_of(file)
        of_guides = speaks_of_guides(text)
        told = guide_summary(check_guides(text, Path(file))) if of_guides else summary(parse(text))
    except DefinitionError as error:
        for fault in error.faults:
            click.echo(f"{file}: {fault}", err=True)
        return False
    click.echo(f"{file}: {told}: no fault")
    return True


def guide_summary(guides: Guides) -> str:
    """Return what a file of guides holds, in one line."""
    actions = sum(len(guide.actions) for guide in guides.guides)
    many = f"{counted(len(guides.guides), 'guide')}, {counted(actions, 'action')}"
    return f"for {listed(guides.questionnaires)}, {many}, in {', '.join(guides.languages)}"


def summary(questionnaire: Questionnaire) -> str:
    """Return what a questionnaire consists of, in one line."""
    dimensions = questionnaire.dimensions
    asked = sum(len(questionnaire.items_of(scale.id)) for scale in dimensions)
    further = len(questionnaire.items) - asked
    parts = [
        f"{counted(asked, 'item')} in {counted(len(dimensions), 'dimension')}",
        counted(further, "further item") if further else "",
        counted(len(questionnaire.practices), "practice") if questionnaire.practices else "",
        "a pick list" if questionnaire.pick_list else "",
        _open_questions(questionnaire),
        f"about {counted(questionnaire.minutes, 'minute')}",
        f"in {', '.join(questionnaire.languages)}",
    ]
    return f"{questionnaire.id} {questionnaire.version}, {', '.join(filter(None, parts))}"


def _open_questions(questionnaire: Questionnaire) -> str:
    number = len(questionnaire.open_questions)
    return counted(number, "open question") if number else ""
