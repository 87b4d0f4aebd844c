"""The anonymity audit: everything that an instance's own database and files give away.

Here belongs what is looked at, in which order. The sentences stand in the modules beside:
`auditing_surveys`, `auditing_sqlite`, `auditing_postgres`, `auditing_folder`, `auditing_logs`.
Nothing is written, and no code or key is asked for.
"""

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

from survey.ballots.codes import receipt
from survey.ballots.inspecting import codes_in
from survey.config import DEMO_MARKER, SETTINGS_FILE, BadSettings, Config, read_config
from survey.errors import UserError
from survey.services.auditing_clients import client_findings, file_findings
from survey.services.auditing_folder import folder_findings
from survey.services.auditing_logs import (
    Known,
    database_findings,
    log_findings,
    read_codes,
    text_findings,
)
from survey.services.auditing_postgres import postgres_findings
from survey.services.auditing_program import Program, this_program
from survey.services.auditing_short import short_findings
from survey.services.auditing_sqlite import sqlite_findings
from survey.services.auditing_surveys import survey_findings
from survey.services.findings import Finding, unseen, wrong
from survey.storage.forensics.facts import Counted, count
from survey.storage.forensics.pages import Damaged, NotADatabase, PageFile
from survey.storage.forensics.postgres import PostgresEvidence, look_at_server
from survey.storage.forensics.shape import newest_schema
from survey.storage.forensics.sqlite import SqliteEvidence, sqlite_version

LOOKS = 3
"""How often a database that is written to meanwhile is looked at anew."""
Evidence = SqliteEvidence | PostgresEvidence
T = TypeVar("T")


class NotHeadwind(UserError):
    """{name} is not a database of Headwind: it has none of its tables. Name another one."""


class OtherVersion(UserError):
    """{name} has tables of version {found}; this program knows those of version {known}. Use the
    program that serves this database. (`headwind run` brings an older database up to date.)
    """


class NoInstance(UserError):
    """There is no instance folder {folder}. Name the one that has headwind.db with --instance."""


@dataclass(frozen=True)
class Request:
    """What is to be looked at."""

    config: Config
    logs: tuple[Path, ...] = ()
    codes: Path | None = None
    copy: bool = False


@dataclass(frozen=True)
class Audit:
    """What was looked at, by which program, and what was found."""

    program: Program
    database: str
    engine: str
    keys: str
    findings: tuple[Finding, ...]

    @property
    def wrong(self) -> tuple[Finding, ...]:
        """Everything that must not be."""
        return tuple(finding for finding in self.findings if finding.kind == "wrong")


def request(
    instance: Path,
    env: dict[str, str],
    *,
    database: str = "",
    keys: Path | None = None,
    logs: Sequence[Path] = (),
    codes: Path | None = None,
    copy: bool = False,
) -> Request:
    """Settle what is to be looked at, and make nothing: no folder, no secret.

    Parameters
    ----------
    instance
        The folder of the instance, or of a copy of it.
    env
        Settings of the environment; empty for a copy, which they do not concern.
    database, keys
        In place of those that the settings name; `database` is a file or an address.
    copy
        Whether rights and owners, and a missing key folder, say nothing.
    """
    text = _settings_text(instance, needed=not database)
    given = {"HEADWIND_DATABASE_URL": _address(database)} if database else {}
    config = read_config(instance, text, {**env, **given})
    config = replace(config, demo=(instance / DEMO_MARKER).exists())
    if keys is not None:
        config = replace(config, keys=keys.absolute())
    on_read_only = _is_read_only(instance)
    return Request(config, tuple(logs), codes, copy or on_read_only)


def _settings_text(instance: Path, *, needed: bool) -> str:
    if not instance.is_dir() and needed:
        raise NoInstance(folder=instance)
    file = instance / SETTINGS_FILE
    try:
        return file.read_text(encoding="utf-8") if file.exists() else ""
    except UnicodeDecodeError as fault:
        raise BadSettings((f"{file}: must be saved as UTF-8",)) from fault


def _address(database: str) -> str:
    """Return the address of a database that was named by an address or by a file."""
    return database if "://" in database else f"sqlite:///{Path(database).absolute()}"


def _is_read_only(folder: Path) -> bool:
    """Say whether a folder lies on a medium that nobody can write to."""
    return folder.exists() and bool(os.statvfs(folder).f_flag & os.ST_RDONLY)


def audit(wanted: Request) -> Audit:
    """Look at an instance and say what is stored, what can be learnt, and what is wrong.

    Raises
    ------
    NoDatabase, NotADatabase, Unreadable, CannotConnect, NotHeadwind, OtherVersion, NoCodes
        Nothing could be looked at.
    """
    codes = read_codes(wanted.codes) if wanted.codes else frozenset()
    look = _look_at_file if wanted.config.sqlite else _look_at_server
    engine, findings = look(wanted, codes)
    config = wanted.config
    return Audit(
        this_program(), config.database_name, engine, str(config.keys), (*findings, *_never_seen())
    )


def _look_at_file(wanted: Request, codes: Collection[str]) -> tuple[str, list[Finding]]:
    """Look at an SQLite file; anew where it was written to while it was read."""
    path = Path(wanted.config.database_name)
    for _ in range(LOOKS):
        findings, unchanged = _look_once(path, wanted, codes)
        if unchanged:
            break
    else:
        text = "The database was written to while it was read. What is said of its pages may be"
        findings.append(unseen(f"{text} wrong: run the audit again, or on a copy.", str(path)))
    return f"SQLite {sqlite_version()}", findings


def _look_once(path: Path, wanted: Request, codes: Collection[str]) -> tuple[list[Finding], bool]:
    """Look at an SQLite file; say too whether it stayed the same meanwhile."""
    with PageFile(path) as file:
        try:
            return list(_all(SqliteEvidence(file), wanted, codes)), file.unchanged()
        except Damaged as fault:
            why = f"it is damaged (page {fault.page} {fault.what})"
            raise NotADatabase(file=path, why=why) from fault


def _look_at_server(wanted: Request, codes: Collection[str]) -> tuple[str, list[Finding]]:
    config = wanted.config
    with look_at_server(config.database_url, config.database_name) as evidence:
        return f"PostgreSQL {evidence.version}", list(_all(evidence, wanted, codes))


def _all(evidence: Evidence, wanted: Request, codes: Collection[str]) -> Iterator[Finding]:
    """Yield everything that is found, surveys first."""
    _check_version(evidence, wanted.config.database_name)
    counted = count(evidence)
    known = _known(evidence, counted, codes)
    for surplus in evidence.surpluses:
        yield _surplus(surplus.what, surplus.where)
    yield from short_findings(counted)
    yield from survey_findings(counted)
    yield from client_findings(counted)
    files: Sequence[Path] = ()
    if isinstance(evidence, SqliteEvidence):
        files = evidence.files
        yield from sqlite_findings(evidence, counted)
        yield from database_findings(files, known, counted.going_out)
    else:
        yield from postgres_findings(evidence, counted)
        yield from text_findings(evidence.texts(), known)
    yield from folder_findings(wanted.config, counted.surveys, files, copy=wanted.copy)
    yield from file_findings(wanted.config)
    yield from log_findings(wanted.logs, known)
    if not wanted.logs:
        yield unseen("Logs: none was named. Name those of the server and the proxy with --log.")


def _check_version(evidence: Evidence, name: str) -> None:
    try:
        found = evidence.schema_version
    except Damaged:
        found = None
    if found is None:
        raise NotHeadwind(name=name)
    if found != newest_schema():
        raise OtherVersion(name=name, found=found, known=newest_schema())


def _surplus(what: str, where: str) -> Finding:
    reason = {
        "a missing": "A rule or a place that this program relies on is gone.",
        "a trigger": "It can copy answers, or note when each of them came.",
        "a view": "Nobody was told of it.",
        "a column": "It can note when something came, or from whom.",
        "an unknown": "This program did not make it. It can note what nobody was told of.",
    }
    why = next((text for begin, text in reason.items() if what.startswith(begin)), "")
    return wrong(f"The database has {what}: {where}. {why}".strip(), where)


def _known(evidence: Evidence, counted: Counted, codes: Collection[str]) -> Known:
    """Gather what makes a find in a log certain."""
    return Known(
        codes=codes,
        surveys=[survey.slug for survey in counted.surveys],
        hashes=_set_of(evidence, "credential", lambda row: bytes(row["hash"])),
        receipts={
            *_set_of(evidence, "closing_receipt", lambda row: str(row["receipt"])),
            *_set_of(evidence, "box", lambda row: receipt(bytes(row["sealed"]))),
        },
        kept={
            plain
            for text in (
                *_set_of(evidence, "letter", lambda row: str(row["code"] or "")),
                *_set_of(evidence, "draft", lambda row: str(row["settings"])),
            )
            for plain, _, _ in codes_in(text.encode())
        },
    )


def _set_of(evidence: Evidence, table: str, make: Callable[..., T]) -> set[T]:
    try:
        return {make(row) for row in evidence.rows(table)}
    except (Damaged, TypeError):
        return set()


def _never_seen() -> Iterator[Finding]:
    """Name what no audit of one instance can see."""
    yield unseen(
        "A changed program. Whoever runs the server can run another one, which keeps more and says"
        " the same. Compare the hash below with that of a fresh copy of the same version, and ask"
        " who can change the program on the server. The hash covers Headwind's own files, not"
        " Python and the libraries beneath."
    )
    yield unseen("Copies of the database, the key folder or the whole machine, made at any time.")
    yield unseen(
        "Logs elsewhere: of the proxy, the network, the hosting company, and of the devices people"
        " answer on."
    )
    yield unseen(
        "Mail archives and lists made while codes were handed out. Whoever knows a person's code"
        " can answer in that person's place while the survey is open, and, with the stored data,"
        " tell which sealed answers are that person's."
    )
    yield unseen("What people tell each other, and whom a comment sounds like.")
