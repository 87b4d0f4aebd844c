"""`headwind where`: where this instance keeps its data."""

import os

import click

from survey.config import instance_folder


@click.command()
def where() -> None:
    """Say where this instance keeps its data.

    HEADWIND_INSTANCE names the folder; without it, it is `instance` of a checkout, or a folder of
    your user data that stays when the program is installed anew.
    """
    click.echo(instance_folder(os.environ))
