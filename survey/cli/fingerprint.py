"""`headwind fingerprint`: whether a survey is still what its six words were made from."""

import os

import click

from survey.config import instance_folder, load_config
from survey.services.frozen import Checked, check_fingerprint
from survey.services.starting import database

DIFFERS = 1


@click.command()
@click.argument("survey")
@click.pass_context
def fingerprint(context: click.Context, survey: str) -> None:
    """Compute the six words of SURVEY (the last part of its address) from what is stored now.

    The exit status is 1 where they are not the words that were stored at opening. Compare them also
    with those on people's screens: this command believes the database.
    """
    config = load_config(instance_folder(os.environ), os.environ)
    with database(config.database_url) as sessions, sessions() as session:
        checked = check_fingerprint(session, survey)
    click.echo(checked.computed)
    click.echo(_said(checked), err=True)
    if not checked.fits:
        context.exit(DIFFERS)


def _said(checked: Checked) -> str:
    if checked.fits:
        return "These are the words that were stored at opening."
    if not checked.stored:
        return "No words are stored: the survey was opened before there were any."
    return f"Stored at opening: {checked.stored}. Something was changed since."
