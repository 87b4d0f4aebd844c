"""Restoring an instance from a backup: everything or nothing, into either database.

The file is read twice: first all of it, so that a damaged one changes nothing, then into the
tables, in one transaction. One of an earlier version goes into the tables of that version, and
these are then brought to those of today. In which order rows go into a table stands in
`backup_rows`. A survey whose sealed answers were left out of the backup is marked: it takes no
answers any more and cannot be closed, so that nobody takes it for one that nobody answered
(`Survey.lost_on`).
"""

import fcntl
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from survey.ballots.keys import KeyFolder
from survey.config import Config
from survey.errors import UserError
from survey.questionnaire.guide_files import FOLDER
from survey.services import backup_bounds
from survey.services import backup_file as form
from survey.services.backing_up import UNOPENED
from survey.services.backup_rows import count_on, insert
from survey.services.backup_tables import newest, tables_of, versions
from survey.services.deleting import NotClearedYet, clear_deleted
from survey.storage.engine import make_engine, make_sessions
from survey.storage.migrate import ReferencesBroken, changing, empty, schema_of, upgrade
from survey.storage.models import Survey

MADE = ("parcels", "exports", "rosters", "closing")
"""Folders of the instance with files that were made from what stood in the tables before."""
SENDS = Path("mail") / "mail.json"
"""A running server holds a lock on this file of its instance."""


class NotEmpty(UserError):
    """There is something in this instance already: {name}. Nothing was changed. Restore into an
    empty one (HEADWIND_INSTANCE names it), or use --replace: then all that is here now is gone.
    """


class ServerRuns(UserError):
    """Headwind is running on this instance. Nothing was changed. Stop it first."""


@dataclass(frozen=True)
class Restored:
    """What was restored, and which surveys cannot be opened from here."""

    rows: int
    made_at: str
    lost: tuple[str, ...]
    """Titles of surveys whose sealed answers were left out of the backup."""
    keyless: tuple[str, ...]
    """Titles of surveys whose answers are there, but not the key."""
    opened_by_key: tuple[str, ...]
    """Titles of surveys that can go on: answers and key are there."""
    orphaned: tuple[str, ...]
    """Keys that belong to surveys which were replaced."""
    kept_guides: tuple[str, ...]
    """Discussion guides that were there already, and were kept."""
    waiting_mails: int
    cleared: bool


def restore(config: Config, file: Path, now: datetime, *, replace: bool) -> Restored:
    """Restore a backup.

    Raises
    ------
    NotABackup, Damaged, OtherSchema, NotEmpty, ServerRuns
        Nothing was changed.
    """
    with _telling(file), backup_bounds.opened(file) as archive:
        manifest = _checked(archive, file)
        with _alone(config.instance):
            before = _unopened(config)
            _check_empty(config, replace)
            unopened, rows = _put(config, archive, manifest, now, replace)
            kept = _put_guides(config.instance / FOLDER, archive, manifest, replace)
        cleared = _throw_away(config) if replace else True
    keys = KeyFolder(config.keys)
    lost = unopened if not manifest.with_open_surveys else {}
    there = {} if lost else unopened
    return Restored(
        rows=rows,
        made_at=manifest.made_at,
        lost=tuple(lost.values()),
        keyless=tuple(title for slug, title in there.items() if not keys.holds(slug)),
        opened_by_key=tuple(title for slug, title in there.items() if keys.holds(slug)),
        orphaned=tuple(slug for slug in before if slug not in there and keys.holds(slug)),
        kept_guides=kept,
        waiting_mails=manifest.waiting_mails,
        cleared=cleared,
    )


@contextmanager
def _telling(file: Path) -> Iterator[None]:
    """Tell what is wrong with the file in a sentence."""
    try:
        yield
    except zipfile.BadZipFile as fault:
        raise form.NotABackup(file=file) from fault
    except (form.Unfit, zipfile.LargeZipFile, NotImplementedError) as fault:
        raise form.Damaged(file=file, what=str(fault)) from fault
    except ReferencesBroken as fault:
        raise form.Damaged(file=file, what="rows of it refer to nothing") from fault
    except OperationalError:
        raise
    except DBAPIError as fault:
        raise form.Damaged(file=file, what="its rows break the rules of the tables") from fault


def _checked(archive: zipfile.ZipFile, file: Path) -> form.Manifest:
    """Read the whole file once, before anything is changed."""
    if form.MANIFEST not in archive.namelist():
        raise form.NotABackup(file=file)
    manifest = form.read_manifest(archive)
    if manifest.schema not in versions():
        told = {"found": manifest.schema, "known": newest(), "program": manifest.program}
        raise form.OtherSchema(file=file, **told)
    tables = tables_of(manifest.schema)
    form.check_tables(manifest, tables)
    for table in tables:
        for _row in form.read_rows(archive, table, manifest.parts[form.part_of(table)]):
            pass
    for name, part in manifest.parts.items():
        if form.is_guide(name):
            form.read_guide(archive, name, part)
    return manifest


@contextmanager
def _alone(instance: Path) -> Iterator[None]:
    """Refuse where a server runs on the instance, and keep one from sending mails meanwhile."""
    path = instance / SENDS
    path.parent.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as fault:
        raise ServerRuns from fault
    finally:
        os.close(handle)


def _unopened(config: Config) -> tuple[str, ...]:
    """Return the surveys that are here and not closed yet."""
    with _looking(config) as connection:
        if connection is None or schema_of(connection) != newest():
            return ()
        return tuple(connection.scalars(sa.select(Survey.slug).where(Survey.state.in_(UNOPENED))))


def _check_empty(config: Config, replace: bool) -> None:
    with _looking(config) as connection:
        if connection is None or replace:
            return
        there = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
        for name in sorted(there):
            if connection.execute(sa.select(sa.literal(1)).select_from(sa.table(name))).first():
                raise NotEmpty(name=config.database_name)


@contextmanager
def _looking(config: Config) -> Iterator[sa.Connection | None]:
    """Give a connection that only looks; None where there is no database yet."""
    if config.sqlite and not Path(config.database_name).is_file():
        yield None
        return
    engine = make_engine(config.database_url)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            yield connection
    finally:
        engine.dispose()


def _put(
    config: Config,
    archive: zipfile.ZipFile,
    manifest: form.Manifest,
    now: datetime,
    replace: bool,
) -> tuple[dict[str, str], int]:
    """Put every row into its table, in one transaction; return the surveys that are not closed, and
    how many rows there were.
    """
    engine = make_engine(config.database_url)
    total = 0
    try:
        with changing(engine) as connection:
            if replace:
                empty(connection)
            upgrade(connection, manifest.schema)
            for table in tables_of(manifest.schema):
                rows = form.read_rows(archive, table, manifest.parts[form.part_of(table)])
                total += insert(connection, table, rows)
            upgrade(connection)
            count_on(connection)
            unopened = _marked(connection, manifest, now)
    finally:
        engine.dispose()
    return unopened, total


def _marked(connection: sa.Connection, manifest: form.Manifest, now: datetime) -> dict[str, str]:
    """Return the surveys that are not closed, marked where their answers were left out."""
    open_ones = Survey.state.in_(UNOPENED), Survey.lost_on.is_(None)
    rows = connection.execute(sa.select(Survey.slug, Survey.title).where(*open_ones))
    unopened = {row.slug: row.title for row in rows}
    if not manifest.with_open_surveys:
        lost = {"state": "ended", "lost_on": now.astimezone(UTC).date()}
        connection.execute(sa.update(Survey).where(*open_ones).values(lost))
    return unopened


def _put_guides(
    folder: Path, archive: zipfile.ZipFile, manifest: form.Manifest, replace: bool
) -> tuple[str, ...]:
    """Write the discussion guides; return those that were there and were kept."""
    kept = []
    for name, part in manifest.parts.items():
        if not form.is_guide(name):
            continue
        folder.mkdir(mode=0o700, exist_ok=True)
        path, content = (
            folder / name.removeprefix(form.GUIDES),
            form.read_guide(archive, name, part),
        )
        if path.exists() and not replace and path.read_bytes() != content:
            kept.append(path.name)
            continue
        path.write_bytes(content)
        path.chmod(0o600)
    return tuple(kept)


def _throw_away(config: Config) -> bool:
    """Clear what was replaced out of the files; False where somebody is in the way."""
    for name in MADE:
        folder = config.instance / name
        for path in folder.iterdir() if folder.is_dir() else ():
            path.unlink(missing_ok=True)
    sessions = make_sessions(config.database_url)
    try:
        clear_deleted(sessions)
    except NotClearedYet:
        return False
    finally:
        sessions.kw["bind"].dispose()
    return True
