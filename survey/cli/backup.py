"""`headwind backup` and `headwind restore`: a consistent copy of an instance, and the way back.

Here belongs what is printed. What is in the file, and what never is, stands in the services.
"""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from survey.config import DEMO_MARKER, Config, instance_folder, load_config
from survey.errors import UserError
from survey.services.backing_up import BackedUp, UnopenedSurvey, back_up
from survey.services.restoring import Restored, restore
from survey.services.unopened import DESTROYED

FILE = click.Path(dir_okay=False, path_type=Path)
MEGABYTE = 1_000_000


class DemoFolder(UserError):
    """{folder} belongs to the demo, which is made anew by `headwind demo`: nothing was done."""


@click.command()
@click.argument("file", type=FILE)
@click.option(
    "--with-open-surveys",
    is_flag=True,
    help="Also the sealed answers of surveys that are not closed.",
)
def backup(file: Path, with_open_surveys: bool) -> None:
    """Write a consistent copy of this instance to FILE, while the server runs.

    In it are accounts, clients with the names and addresses of their rosters, drafts, surveys, what
    was released of closed ones with its comments, what was agreed, and own discussion guides. Never
    in it: keys of surveys, mails that wait to be sent, sessions, links of one use, config.toml and
    the secret key. Sealed answers of surveys that are not closed are left out unless asked for.
    """
    config = _config()
    done = back_up(config, file, datetime.now(UTC), with_open_surveys=with_open_surveys)
    click.echo("\n".join(_backed_up(done, with_open_surveys)))


@click.command(name="restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--replace", is_flag=True, help="Put it in the place of what is here: that is gone.")
def restore_(file: Path, replace: bool) -> None:
    """Bring an instance back from FILE, into SQLite or PostgreSQL as the settings say.

    Only into an empty instance, unless you say --replace. Stop the server before. Everybody signs
    in anew afterwards.
    """
    config = _config()
    done = restore(config, file, datetime.now(UTC), replace=replace)
    click.echo("\n".join(_restored(done, config)))


def _config() -> Config:
    folder = instance_folder(os.environ)
    if (folder / DEMO_MARKER).exists():
        raise DemoFolder(folder=folder)
    return load_config(folder, os.environ)


def _backed_up(done: BackedUp, with_open: bool) -> Iterator[str]:
    size = f"{done.rows:,} rows, {done.size / MEGABYTE:.1f} MB"
    yield f"{done.file}: {size}, for nobody else to read."
    yield (
        "It holds names and mail addresses of rosters, comments, and check values of passwords:"
        " keep it as carefully as the server itself."
    )
    if done.waiting_mails:
        yield (
            f"Not in it: mails that wait to be sent ({done.waiting_mails}), since they hold codes."
            " After a restore, people who had no mail yet need a spare card."
        )
    if not done.unopened:
        yield "No survey is waiting to be opened."
    elif with_open:
        yield from _with_answers(done)
    else:
        yield "Left out: the sealed answers of surveys that are not closed. After a restore these"
        yield "can never be opened (--with-open-surveys takes their answers along):"
        yield from (f"  {_named(one)}" for one in done.unopened)


def _with_answers(done: BackedUp) -> Iterator[str]:
    yield (
        f"It holds sealed answers. The keys are not in it: copy the key folder {done.keys} apart"
        " from this file, to another place. Without it nobody can ever open them:"
    )
    for one in done.unopened:
        until = _day(one.ends_at + DESTROYED, one.timezone)
        key = "" if one.has_key else " Its key is missing here already!"
        yield f"  {_named(one)}. Copy before you need it, keep until it is closed, {until} at the"
        yield f"    latest.{key}"
    yield (
        "Once a survey is closed, destroy this file and every copy of its key: with both, and the"
        " opening codes, its answers could be read for ever."
    )


def _restored(done: Restored, config: Config) -> Iterator[str]:
    what = f"{done.rows:,} rows, as of {done.made_at[:16]} UTC"
    yield f"Restored into {config.database_name}: {what}."
    yield from _listed(
        "Restored without their sealed answers, so they cannot be opened. They take no answers any"
        " more, and their pages say why:",
        done.lost,
    )
    yield from _listed(
        f"Their key is not in {config.keys}, so they cannot be opened. Put the copy of the key"
        " folder there, before they are closed:",
        done.keyless,
    )
    yield from _listed("Not closed yet, and their key is here:", done.opened_by_key)
    yield from _listed(
        f"Keys in {config.keys} that fit no survey here any more; destroy them if no other backup"
        " needs them:",
        done.orphaned,
    )
    yield from _listed("Discussion guides that were here already and were kept:", done.kept_guides)
    if done.waiting_mails:
        many = done.waiting_mails
        yield f"Mails that were waiting then ({many}) are not sent: no backup has them."
    if not done.cleared:
        yield (
            "What was here before may still lie in the database’s files: another program reads it."
        )
    yield "Everybody signs in anew. Now look with `headwind audit`."


def _listed(heading: str, names: Sequence[str]) -> Iterator[str]:
    if names:
        yield heading
        yield from (f"  {name}" for name in names)


def _named(one: UnopenedSurvey) -> str:
    return f"“{one.title}” ({one.slug}), ends {_day(one.ends_at, one.timezone)}"


def _day(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local.day} {local:%B %Y}"
