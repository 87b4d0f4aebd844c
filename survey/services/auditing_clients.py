"""What an audit says of those who run surveys and of their clients: tables, and files beside them.

Files are those that this program makes in the instance folder, and backups that somebody left
there. Names and addresses are counted and never told.
"""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

from survey.config import Config
from survey.services.backup_file import BROKEN, MANIFEST
from survey.services.findings import Finding, learnable, some, stored, wrong
from survey.storage.forensics.facts import Counted

MADE = {
    "rosters": ("*.table", "files with people that were uploaded and not saved"),
    "exports": ("*.zip", "files with everything of a client, names and addresses included"),
    "parcels": ("*.zip", "PDFs of all groups of a survey"),
}
"""Folder of the instance -> which files in it, and what these are. All go after a day."""


def client_findings(counted: Counted) -> Iterator[Finding]:
    """Say what is kept of who runs surveys, of clients and their rosters, and of who read what."""
    yield from _rosters(counted)
    yield _accounts(counted)
    yield from _helped(counted)
    if counted.clients or counted.drafts:
        yield stored(
            f"Of clients: name, contacts and units ({some(counted.clients, 'client')}), and"
            f" surveys in preparation ({counted.drafts})."
        )
    for survey in counted.surveys:
        if survey.rehearsal:
            yield stored(
                f"“{survey.title}” ({survey.slug}) is a rehearsal: nothing of it counts, nobody can"
                " open it, and it is wiped a week after it began at the latest."
            )
    if counted.views:
        yield stored(
            "Who opened which report, and when, of those who run surveys or were given a report"
            f" ({some(counted.views, 'line')}). The lines stay, also of deleted surveys.",
            "table report_view",
        )


def _rosters(counted: Counted) -> Iterator[Finding]:
    """Say whose names stand in rosters, which belong to clients and not to surveys."""
    if counted.people:
        yield stored(
            "Of people in the rosters of clients: name, address, unit and language"
            f" ({some(counted.people, 'line')}). A roster says nothing of surveys: not who was"
            " asked, and not who answered.",
            "table person",
        )
    if others := counted.letters[""]:
        yield stored(
            f"Mails about accounts that wait to be sent, or could not be ({others}). Each may hold"
            " a link with which to choose a password.",
            "table letter",
        )


def _accounts(counted: Counted) -> Finding:
    return stored(
        "Of people who run surveys: mail address, name, language, time zone, a check value of the"
        f" password, and the secret of a second factor ({some(counted.accounts, 'account')}); and"
        f" which of their browsers are signed in, since when ({counted.sessions}). People who"
        " answer have no account."
    )


def _helped(counted: Counted) -> Iterator[Finding]:
    """Say what is kept of how those with an account came in, and of who helped them."""
    if counted.handed:
        yield stored(
            "Of people who run or read surveys: who asked them in, and who saw the link to their"
            f" password ({some(counted.handed, 'account')}); the same of links that wait to be"
            " used.",
            "table account, table ticket",
        )
    if counted.helped:
        yield stored(
            "What was done to an account by somebody else: a second factor taken away, a link to a"
            " new password, the account removed; with address, who did it and when"
            f" ({some(counted.helped, 'line')}). The lines stay, also of removed accounts, so that"
            " nobody takes an account over unseen.",
            "table account_help",
        )


def file_findings(config: Config) -> Iterator[Finding]:
    """Say which files with names or figures lie in the instance folder."""
    for folder, (pattern, what) in MADE.items():
        path = config.instance / folder
        many = len(list(path.glob(pattern))) if path.is_dir() else 0
        if many:
            yield stored(
                f"In the instance folder: {what} ({many}). They go after a day.", str(path)
            )
    if (config.instance / "leaving" / "to-clear").exists():
        yield wrong(
            "Something was deleted, and the files of the database were not cleared of it yet. Start"
            " Headwind: it goes on by itself. Then run this audit again.",
            str(config.instance / "leaving"),
        )
    database = Path(config.database_name).name if config.sqlite else "?"
    for path in sorted(config.instance.iterdir()) if config.instance.is_dir() else ():
        if not path.name.startswith(database):  # closing one that is in use drops its locks
            yield from _backup(path, config)


def _backup(path: Path, config: Config) -> Iterator[Finding]:
    """Say of a file whether it is a backup, and what lies beside it."""
    told = _manifest(path)
    if told is None:
        return
    holds = (
        "names and addresses of rosters, comments, and sealed answers of surveys that were not"
        " closed then"
        if told.get("with_open_surveys")
        else "names and addresses of rosters, and comments"
    )
    yield learnable(
        f"A backup lies in the instance folder: {path.name}. It holds {holds}; also of surveys"
        " and clients that were deleted since. Keep it elsewhere, or destroy it.",
        str(path),
    )
    inside = config.keys.resolve().is_relative_to(config.instance.resolve())
    if told.get("with_open_surveys") and inside:
        yield wrong(
            f"{path.name} holds sealed answers and lies beside the key folder: whoever copies both"
            " keeps answers that closing should destroy. Move it to another place.",
            str(path),
        )


def _manifest(path: Path) -> dict[str, object] | None:
    try:
        if not path.is_file() or path.is_symlink() or path.stat().st_size == 0:
            return None
        with path.open("rb") as file:
            if file.read(4) != b"PK\x03\x04":
                return None
        with zipfile.ZipFile(path) as archive, archive.open(MANIFEST) as part:
            told = json.loads(part.read(2**22))
    except BROKEN:
        return None
    return told if isinstance(told, dict) and "with_open_surveys" in told else None
