"""What an audit says of the files of an instance: rights, keys, settings, the demo's codes."""

import os
import stat
from collections.abc import Iterator, Sequence
from pathlib import Path

from survey.ballots.inspecting import holds_private_key
from survey.ballots.keys import LARGEST_FILE, SCRYPT_N
from survey.ballots.wrapping import Unreadable, read_wrapped
from survey.config import SECRET_FILE, Config
from survey.services.auditing_surveys import UNCLOSED, called
from survey.services.findings import Finding, learnable, stored, unseen, wrong
from survey.storage.models import Survey

OTHERS = 0o077
DEMO_FACTS = "demo.json"
LOCAL = ("http://127.0.0.1", "http://localhost")
KEY_FILE, LOCK_FILE, PART_FILE = ".key", ".lock", ".part"


def folder_findings(
    config: Config, surveys: Sequence[Survey], files: Sequence[Path], *, copy: bool
) -> Iterator[Finding]:
    """Say what the instance folder and the key folder give away.

    Parameters
    ----------
    files
        Those of the database; none where it is on a server.
    copy
        Whether this is a copy, whose rights and owners are not those of the original.
    """
    if copy:
        yield unseen("Who may use the original files: rights and owners do not travel with a copy.")
    else:
        yield from _rights(config, files)
    yield from _settings(config, surveys)
    yield from _demo(config, copy=copy)
    yield from _keys(config, surveys, copy=copy)


def _rights(config: Config, files: Sequence[Path]) -> Iterator[Finding]:
    secret = config.instance / SECRET_FILE
    for path in (config.instance, secret, config.keys, *files):
        if path.exists():
            yield from _others_may_use(path)


def _others_may_use(path: Path) -> Iterator[Finding]:
    state = path.stat()
    mode = stat.S_IMODE(state.st_mode)
    if mode & OTHERS:
        wanted = 0o700 if path.is_dir() else 0o600
        yield wrong(
            f"Others than its owner may use {path.name} (mode {mode:04o}). Put it right with:"
            f" chmod {wanted:o} {path.name}",
            str(path),
        )
    if state.st_uid not in (os.geteuid(), 0) and os.geteuid() != 0:
        yield wrong(f"{path.name} belongs to another user than the one who runs this.", str(path))


def _settings(config: Config, surveys: Sequence[Survey]) -> Iterator[Finding]:
    where = str(config.instance / "config.toml")
    unclosed = any(survey.state in UNCLOSED for survey in surveys)
    local = config.demo or not config.public_url or config.public_url.startswith(LOCAL)
    if config.public_url and not config.public_url.startswith("https://") and not local:
        yield wrong(
            f"People reach this site without encryption ({config.public_url}). Whoever is on the"
            " way can read codes and answers. It must begin with https://.",
            f"{where}, public_url",
        )
    if unclosed and not config.public_url and not config.demo:
        yield unseen("Whether people reach the site over https: public_url is not set.", where)
    if config.mails_in_clear:
        yield wrong(
            f"Mails go to the mail server {config.smtp_host} without encryption. Whoever is on the"
            " way can read codes. smtp_security must be starttls or tls.",
            f"{where}, smtp_security",
        )
    if config.access_log:
        yield learnable(
            "An access log of the pages for consultants is kept, without addresses. Visits of"
            " respondents' pages are not written to it.",
            f"{where}, access_log",
        )
    if os.environ.get("HEADWIND_DEBUG"):
        yield wrong("HEADWIND_DEBUG is set: faults are shown with inner details.", "environment")


def _demo(config: Config, *, copy: bool) -> Iterator[Finding]:
    file = config.instance / DEMO_FACTS
    if not file.exists():
        return
    if not config.demo:
        yield wrong(
            "A file of the demo, with codes of people and opening codes, lies in a folder that is"
            " not the demo's. Delete it.",
            str(file),
        )
        return
    yield learnable(
        f"This is the demo. {DEMO_FACTS} holds the password, unused codes and the opening codes:"
        " whoever reads it can read all answers. They are invented. `headwind run` refuses this"
        " folder, so nothing real is asked from it.",
        str(file),
    )
    if not copy:
        yield from _others_may_use(file)


def _keys(config: Config, surveys: Sequence[Survey], *, copy: bool) -> Iterator[Finding]:
    folder = config.keys
    if not folder.is_dir():
        yield from _no_folder(folder, surveys, copy=copy)
        return
    by_slug = {survey.slug: survey for survey in surveys}
    unclosed = [one for one in surveys if one.state in UNCLOSED and one.lost_on is None]
    held = set[str]()
    for path in sorted(folder.iterdir()):
        held.add(path.name.removesuffix(KEY_FILE))
        yield from _in_folder(path, by_slug, copy=copy)
    for survey in unclosed:
        if survey.slug not in held:
            yield _missing(survey, folder)
    if not unclosed:
        yield stored("No survey is waiting to be opened, so there is no key to be kept.")
    elif all(survey.slug in held for survey in unclosed):
        yield stored(
            f"The key of each survey that is not closed ({len(unclosed)}), sealed under its opening"
            " codes. The codes themselves were shown once, at opening, and are stored nowhere.",
            str(folder),
        )
    if unclosed:
        yield from _apart(config)


def _no_folder(folder: Path, surveys: Sequence[Survey], *, copy: bool) -> Iterator[Finding]:
    if copy:
        yield unseen("The key folder: it is not part of this copy.", str(folder))
        return
    for survey in surveys:
        if survey.state in UNCLOSED and survey.lost_on is None:
            yield _missing(survey, folder)


def _missing(survey: Survey, folder: Path) -> Finding:
    return wrong(
        f"{called(survey)}: its key is not in the key folder. Without it nobody can ever open the"
        " answers. If the folder was moved, put it back or name it with --keys.",
        str(folder),
    )


def _in_folder(path: Path, surveys: dict[str, Survey], *, copy: bool) -> Iterator[Finding]:
    """Judge one file of the key folder."""
    where, slug = str(path), path.name.removesuffix(KEY_FILE)
    try:
        if path.suffix == LOCK_FILE:
            return
        if not path.is_file() or path.suffix not in (KEY_FILE, PART_FILE):
            yield wrong(f"{path.name} is not a file that this program keeps here.", where)
            return
        if not copy:
            yield from _others_may_use(path)
        content = path.read_bytes()[:LARGEST_FILE]
    except OSError as fault:
        yield unseen(f"{path.name}: {fault.strerror}", where)
        return
    for survey in surveys.values():
        if holds_private_key(content, survey.public_key):
            yield wrong(
                f"{path.name} holds the private key of {called(survey)} without any protection:"
                " whoever reads it can open all answers, without an opening code.",
                where,
            )
    if path.suffix == PART_FILE:
        yield wrong(
            f"{path.name} is a half-written key, left by a crash. If its survey is not being opened"
            " at this moment, delete it.",
            where,
        )
    elif slug not in surveys:
        yield wrong(f"{path.name} is a key of a survey that does not exist. Delete it.", where)
    else:
        yield from _whole_key(surveys[slug], content, where)


def _whole_key(survey: Survey, content: bytes, where: str) -> Iterator[Finding]:
    if survey.state not in (*UNCLOSED, "destroying"):
        yield wrong(
            f"{called(survey)} is closed, but its key is still there. It should have been"
            " destroyed: with an opening code, old copies of the boxes could be read.",
            where,
        )
    try:
        key = read_wrapped(content, survey.slug)
    except Unreadable as fault:
        yield wrong(f"The key of {called(survey)} cannot be read: {fault}.", where)
        return
    if key.scheme != survey.scheme:
        yield wrong(
            f"{called(survey)}: people were told that it opens with {survey.scheme} codes, but its"
            f" key opens with {key.scheme}.",
            where,
        )
    if key.scrypt_n < SCRYPT_N:
        yield wrong(
            f"{called(survey)}: its key is less well protected against guessing than this program"
            f" makes it (scrypt_n {key.scrypt_n} instead of {SCRYPT_N}).",
            where,
        )


def _apart(config: Config) -> Iterator[Finding]:
    """Say where the keys lie, since whoever copies them with the database copies both."""
    if config.sqlite and config.keys.resolve().is_relative_to(config.instance.resolve()):
        yield learnable(
            "The key folder lies in the instance folder, beside the database. Whoever copies the"
            " whole folder (a backup of the machine) has both, and lacks only the opening codes."
            " The setting keys puts it elsewhere.",
            str(config.keys),
        )
