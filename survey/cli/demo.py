"""`headwind demo`: an invented client to look at, in a folder of its own."""

import json
import os
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from survey.ballots.keys import KeyFolder
from survey.cli.serving import address, listen, serve
from survey.config import DEMO_MARKER, Config, instance_folder, load_config, make_instance
from survey.errors import UserError
from survey.services.demo import Demo, demo_from, describe, fill, stored
from survey.services.starting import database

FACTS = "demo.json"
SHOWN = 4


class NotADemoFolder(UserError):
    """{folder} exists and was not made by the demo, so it is left alone. Move it away first."""


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", default=8000, show_default=True, type=click.IntRange(0, 65535), envvar="PORT"
)
@click.option(
    "--describe",
    "description",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write addresses, login and codes to this file, as JSON.",
)
@click.option("--fresh", is_flag=True, help="Throw the demo away and make it anew.")
def demo(host: str, port: int, description: Path | None, fresh: bool) -> None:
    """Serve an invented client: eleven teams, two closed waves and an open one.

    The demo has a folder of its own, which is made once and used again. Its codes lie open there,
    so nothing real belongs in it.
    """
    folder = instance_folder(os.environ) / "demo"
    with listen(host, port) as socket:
        config, facts = _prepare(folder, fresh)
        url = address(socket)
        with database(config.database_url) as sessions:
            told = describe(sessions, facts, url, datetime.now(UTC))
        _write(folder / FACTS, {**stored(facts), "described": told})
        if description:
            _write(description, told)
        _tell(folder, told)
        serve(config, socket)


def _prepare(folder: Path, fresh: bool) -> tuple[Config, Demo]:
    """Return the demo's settings and its codes; fill it where that was not finished before."""
    if folder.exists() and any(folder.iterdir()) and not (folder / DEMO_MARKER).exists():
        raise NotADemoFolder(folder=folder)
    if fresh or not (folder / FACTS).exists():
        shutil.rmtree(folder, ignore_errors=True)
        return _fill(folder)
    return _config(folder), demo_from(json.loads((folder / FACTS).read_text(encoding="utf-8")))


def _fill(folder: Path) -> tuple[Config, Demo]:
    click.echo("Making the demo: two waves are answered and closed. This takes a few seconds.")
    make_instance(folder.parent)
    make_instance(folder)
    (folder / DEMO_MARKER).touch()
    config = _config(folder)
    with database(config.database_url) as sessions:
        facts = fill(sessions, KeyFolder(config.keys), datetime.now(UTC))
    _write(folder / FACTS, stored(facts))
    return config, facts


def _config(folder: Path) -> Config:
    """Return the settings of the demo, which stand apart from those of the instance."""
    return load_config(folder, {})


def _write(file: Path, facts: Mapping[str, object]) -> None:
    """Write a file of codes for its owner alone, whole or not at all."""
    draft = file.with_name(f".{file.name}.draft")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(facts, stream, indent=2, ensure_ascii=False)
    draft.replace(file)


def _tell(folder: Path, told: Mapping[str, Any]) -> None:
    """Print what it takes to try the demo."""
    click.echo(f"Address:  {told['url']}")
    click.echo(f"Sign in:  {told['login']['email']}  password: {told['login']['password']}")
    for survey in told["surveys"]:
        if survey["state"] == "closed":
            click.echo(f"Report:   {survey['report_url']}  ({survey['name']})")
            team, word = next(iter(survey["result_words"].items()))
            click.echo(f"          {survey['url']}/result#{word}  (what {team} itself sees)")
        else:
            _tell_open(survey)
    click.echo(f"Data:     {folder}")


def _tell_open(survey: Mapping[str, Any]) -> None:
    click.echo(f"Answer:   {survey['url']}  ({survey['name']}: {survey['state']})")
    for code in survey["codes"][:SHOWN]:
        click.echo(f"          {survey['url']}#{code}")
    if len(survey["codes"]) > SHOWN:
        click.echo(f"          … and {len(survey['codes']) - SHOWN} more codes in {FACTS}")
    for code in survey["opening_codes"]:
        click.echo(f"          opens the answers: {code}")
