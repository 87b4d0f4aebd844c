"""`headwind check`: the faults of a questionnaire file, or that it has none.

Here belongs what is printed. What a fault is stands in `survey.questionnaire`.
"""

import json

import click

from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError, counted
from survey.questionnaire.shape import json_schema
from survey.questionnaire.shipped import find, shipped_ids

WRONG_INPUT = 2


@click.command()
@click.argument("files", metavar="[FILE]...", nargs=-1)
@click.option("--schema", is_flag=True, help="Print the JSON Schema of a file, for editors.")
@click.pass_context
def check(context: click.Context, files: tuple[str, ...], schema: bool) -> None:
    """Check a questionnaire file and tell every fault in it at once.

    FILE is a path or the name of a shipped questionnaire; without it, the shipped ones are listed.
    """
    if schema:
        click.echo(json.dumps(json_schema(), indent=2, ensure_ascii=False))
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
        questionnaire = find(file)
    except DefinitionError as error:
        for fault in error.faults:
            click.echo(f"{file}: {fault}", err=True)
        return False
    click.echo(f"{file}: {summary(questionnaire)}: no fault")
    return True


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
