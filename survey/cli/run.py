"""`headwind run`: serve the surveys of this instance."""

import os

import click

from survey.cli.serving import listen, serve
from survey.config import DEMO_MARKER, instance_folder, load_config
from survey.errors import UserError


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
        serve(config, socket)
