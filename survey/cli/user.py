"""`headwind user add` and `headwind user reset`: accounts from the machine itself.

The way back in when nobody can sign in any more, and the way in for scripts. Where standard input
is a terminal a password is asked for; else a link of one use is printed.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from typing import get_args

import click
from sqlalchemy.orm import Session

from survey.config import Config, instance_folder, load_config
from survey.services.accounts import Role, User, add_user, find_user
from survey.services.helped import AT_THE_MACHINE
from survey.services.helping import take_factor
from survey.services.second_factor import NoSecondFactor
from survey.services.starting import database
from survey.services.tickets import make_ticket
from survey.services.ways_in import choose_password, let_back_in

UNKNOWN_ADDRESS = "http://127.0.0.1:8000"


@click.group()
def user() -> None:
    """Add people who may sign in, or let them choose a new password."""


@user.command()
@click.argument("email")
@click.option("--name", default="", help="How the person is called; the address if left out.")
@click.option(
    "--role", type=click.Choice(get_args(Role)), default="owner", show_default=True, help="Rights."
)
def add(email: str, name: str, role: Role) -> None:
    """Add somebody who may sign in with this address.

    The password is asked for. Where standard input is no terminal, a link is printed under which
    the person chooses one.
    """
    password = _asked_password()
    with _instance() as (config, session):
        added = add_user(session, email, name or email, password, role)
        if password:
            click.echo(f"{added.email} may sign in now.")
        else:
            token = make_ticket(session, "invite", added.id, _now(), shown_to=AT_THE_MACHINE)
            _print_link(config, f"/invite/{token}", added, "7 days")


@user.command()
@click.argument("email")
@click.option(
    "--without-second-factor", is_flag=True, help="Also when the phone and all codes are lost."
)
def reset(email: str, without_second_factor: bool) -> None:
    """Let somebody with an account choose a new password, and sign in again if they were shut out.

    The password is asked for. Where standard input is no terminal, a link is printed under which
    the person chooses one. With the new password they are signed out everywhere.
    """
    with _instance() as (config, session):
        found = find_user(session, email)
        password = _asked_password()
        let_back_in(session, found)
        if without_second_factor:
            with suppress(NoSecondFactor):
                take_factor(session, found.id, None, _now(), mail=False)
        token = make_ticket(session, "reset", found.id, _now(), shown_to=AT_THE_MACHINE)
        if password:
            choose_password(session, token, password, _now())
            click.echo(f"{found.email} may sign in with the new password now.")
        else:
            _print_link(config, f"/reset/{token}", found, "an hour")


@contextmanager
def _instance() -> Iterator[tuple[Config, Session]]:
    config = load_config(instance_folder(os.environ), os.environ)
    with database(config.database_url) as sessions, sessions() as session:
        yield config, session


def _asked_password() -> str:
    """Return a password that was typed, or nothing where nobody can be asked."""
    if not sys.stdin.isatty():
        return ""
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _print_link(config: Config, path: str, whom: User, how_long: str) -> None:
    click.echo(f"{whom.email} chooses a password here, once, within {how_long}:\n")
    click.echo(f"    {config.public_url or UNKNOWN_ADDRESS}{path}\n")
    if not config.public_url:
        click.echo("public_url is not set: put the address of your site in front of the path.")


def _now() -> datetime:
    return datetime.now(UTC)
