"""Backing up an instance: every table as of one moment, into one file that either database reads.

What is never in it: the keys of surveys, which would open the answers; mails that wait, which hold
codes; and what lets somebody in, such as sessions and links of one use. Sealed answers of surveys
that are not closed are in it only where somebody asks for them. How the file is written stands in
`backup_file`.
"""

import os
import zipfile
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from survey.ballots.keys import KeyFolder
from survey.config import Config
from survey.errors import UserError
from survey.questionnaire.guide_files import FOLDER
from survey.services import backup_file as form
from survey.services.backup_tables import WHILE_UNOPENED, newest, tables
from survey.services.draft_settings import from_json, to_json
from survey.services.outputs import check_outputs, replacing
from survey.storage.engine import Sessions, engine_of, make_sessions, reading
from survey.storage.migrate import schema_of
from survey.storage.models import Survey

UNOPENED = ("open", "ended")
BLOCK = 500


class NothingToBackUp(UserError):
    """There is no database of Headwind yet: {name}. Look with `headwind where` whether this is the
    right instance.
    """


class OlderDatabase(UserError):
    """The database has tables of version {found}; this program has those of version {known}. Back
    it up with the program that serves it, or start this one first: that brings it up to date.
    """


@dataclass(frozen=True)
class UnopenedSurvey:
    """A survey that is not closed, as of the moment of a backup."""

    slug: str
    title: str
    ends_at: datetime
    timezone: str
    has_key: bool


@dataclass(frozen=True)
class BackedUp:
    """What a backup holds."""

    file: Path
    rows: int
    size: int
    unopened: tuple[UnopenedSurvey, ...]
    waiting_mails: int
    keys: Path


def back_up(config: Config, file: Path, now: datetime, *, with_open_surveys: bool) -> BackedUp:
    """Write a backup, whole or not at all, for nobody else to read.

    Raises
    ------
    NothingToBackUp, OlderDatabase
    OutputFolderMissing, OutputIsNoFile, OutputNotWritable, OutputIsInput
        The file cannot be written; one that was there is as it was.
    """
    check_outputs([file], [Path(config.database_name)] if config.sqlite else [])
    with _opened(config) as sessions, replacing([file]) as (draft,):
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            # Sealed answers are as good as random: to try hard to pack them takes long.
            with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                told = _write(sessions, config, archive, now, with_open_surveys)
            stream.flush()
            os.fsync(stream.fileno())
    unopened, waiting, rows = told
    return BackedUp(file, rows, file.stat().st_size, unopened, waiting, config.keys)


@contextmanager
def _opened(config: Config) -> Iterator[Sessions]:
    """Give the database of an instance, which must be there and of this version."""
    if config.sqlite and not Path(config.database_name).is_file():
        raise NothingToBackUp(name=config.database_name)
    sessions = make_sessions(config.database_url)
    engine = engine_of(sessions)
    try:
        with engine.connect().execution_options(read_only=True) as connection:
            found = schema_of(connection)
        if found is None:
            raise NothingToBackUp(name=config.database_name)
        if found != newest():
            raise OlderDatabase(found=found, known=newest())
        yield sessions
    finally:
        engine.dispose()


def _write(
    sessions: Sessions, config: Config, archive: zipfile.ZipFile, now: datetime, with_open: bool
) -> tuple[tuple[UnopenedSurvey, ...], int, int]:
    """Write every part, all of one moment; the list of parts comes last."""
    parts: dict[str, form.Part] = {}
    with sessions() as session, reading(session):
        connection = session.connection()
        unopened, rehearsals = _unopened(connection, config), _rehearsals(connection)
        apart = () if with_open else tuple(one.slug for one in unopened)
        for table in tables():
            rows = _rows(connection, table, rehearsals, apart)
            lines = (form.line_of(table, row) for row in rows)
            parts[form.part_of(table)] = form.write_part(archive, form.part_of(table), lines)
        letters = sa.select(sa.func.count()).select_from(sa.table("letter"))
        waiting = int(connection.scalar(letters) or 0)
    total = sum(part.rows for part in parts.values())
    for path in _guides(config.instance / FOLDER):
        name = form.GUIDES + path.name
        parts[name] = form.write_part(archive, name, [path.read_bytes()])
    manifest = form.Manifest(
        version("headwind-survey"), newest(), now.isoformat(), with_open, waiting, parts
    )
    archive.writestr(form.MANIFEST, manifest.to_json())
    return unopened, waiting, total


def _rows(
    connection: sa.Connection, table: sa.Table, rehearsals: Collection[str], apart: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table, but those of rehearsals, and what belongs to answers left out."""
    key = "slug" if table.name == "survey" else "survey"
    query = sa.select(table).order_by(*table.primary_key.columns)
    if rehearsals and key in table.c and table.name != "report_view":
        query = query.where(table.c[key].not_in(rehearsals))
    if apart and table.name in WHILE_UNOPENED:
        query = query.where(table.c.survey.not_in(apart))
    for row in connection.execution_options(yield_per=BLOCK).execute(query).mappings():
        yield _told(table, dict(row), apart)


def _told(table: sa.Table, row: dict[str, Any], apart: Collection[str]) -> dict[str, Any]:
    """Return a row without what only matters to a rehearsal, or to answers that are left out."""
    if table.name == "draft":
        settings = replace(from_json(row["settings"]), rehearsal_codes=(), rehearsing="")
        return row | {"settings": to_json(settings), "rehearsal": None}
    if table.name == "survey" and row["slug"] in apart:
        return row | {"masked": ()}
    return row


def _unopened(connection: sa.Connection, config: Config) -> tuple[UnopenedSurvey, ...]:
    keys = KeyFolder(config.keys)
    columns = Survey.slug, Survey.title, Survey.ends_at, Survey.timezone
    query = sa.select(*columns).where(
        Survey.state.in_(UNOPENED), Survey.rehearsal.is_(False), Survey.lost_on.is_(None)
    )
    rows = connection.execute(query.order_by(Survey.ends_at, Survey.slug))
    return tuple(UnopenedSurvey(*row, keys.holds(row.slug)) for row in rows)


def _rehearsals(connection: sa.Connection) -> tuple[str, ...]:
    return tuple(connection.scalars(sa.select(Survey.slug).where(Survey.rehearsal)))


def _guides(folder: Path) -> Iterator[Path]:
    """Yield the consultant's own guides, but what could not be brought back."""
    for path in sorted(folder.glob("*.toml")) if folder.is_dir() else ():
        if form.is_guide(form.GUIDES + path.name) and path.stat().st_size <= form.LARGEST_GUIDE:
            yield path
