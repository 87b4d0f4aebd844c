"""`headwind run`: serve the surveys of this instance."""

import os
from datetime import UTC, datetime

import click

from survey.cli.serving import address, listen, serve
from survey.config import DEMO_MARKER, Config, instance_folder, load_config
from survey.errors import UserError
from survey.services.starting import database
from survey.services.ways_in import setup_link


class DemoFolder(UserError):
    """{folder} belongs to the demo, whose codes lie open: start it with `headwind demo`."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), envvar="PORT"
)
def run(host: str, port: int) -> None:
    """Serve the surveys of this instance.

    Beyond this machine only behind a reverse proxy that adds https; then set public_url and
    trusted_proxies in config.toml of the instance folder.
    """
    folder = instance_folder(os.environ)
    if (folder / DEMO_MARKER).exists():
        raise DemoFolder(folder=folder)
    with listen(host, port) as socket:
        config = load_config(folder, os.environ)
        click.echo(f"Data: {config.instance} (database: {config.database_name})")
        here = config.public_url or address(socket).rstrip("/")
        serve(config, socket, lambda: _welcome(config, here))


def _welcome(config: Config, here: str) -> None:
    """Print a link to make the first owner, while nobody has an account; the last one is void."""
    with database(config.database_url) as sessions, sessions() as session:
        token = setup_link(session, datetime.now(UTC))
    if token:
        click.echo(
            "Nobody has an account here yet. This link makes the first owner; it works once, within"
            f" 24 hours, until the next start:\n\n    {here}/setup/{token}\n"
        )
