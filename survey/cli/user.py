"""`headwind user EMAIL`: add somebody who may sign in."""

import os
import sys

import click

from survey.config import instance_folder, load_config
from survey.services.accounts import add_user
from survey.services.starting import database


@click.command()
@click.argument("email")
@click.option("--name", default="", help="How the person is called; the address if left out.")
def user(email: str, name: str) -> None:
    """Add somebody who may sign in with this address.

    The password is asked for, or read from standard input where that is no terminal.
    """
    config = load_config(instance_folder(os.environ), os.environ)
    if sys.stdin.isatty():
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    else:
        password = sys.stdin.readline().rstrip("\r\n")
    with database(config.database_url) as sessions, sessions() as session:
        add_user(session, email, name or email, password)
    click.echo(f"{email} may sign in now.")
