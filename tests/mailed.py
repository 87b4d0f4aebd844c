"""A survey whose people are written to, for tests of mail: plain functions."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from survey.ballots.keys import KeyFolder
from survey.jobs.postman import Postman
from survey.mail import Server
from survey.services.inviting import Invited
from survey.services.opening import open_survey
from survey.storage.engine import make_sessions
from tests.collecting import NOON, Place, make_plan
from tests.support.migrated import migrated

NAMES = ("Jürgen Groß", "Ana Lindqvist", "Ōe Kenzaburō", "", "Zoë O’Neil")
URL = "https://survey.example.org"
CODE = re.compile(r"#([0-9A-Z-]{18,30})")


def people(unit: str, many: int) -> tuple[Invited, ...]:
    """So many people of a unit, every third of whom is written to in German."""
    return tuple(
        Invited(unit, NAMES[at % 5], f"{unit}{at}@example.org", "de" if at % 3 == 2 else "en")
        for at in range(many)
    )


def make_mailed_place(
    url: str, folder: Path, invited: tuple[Invited, ...] | None = None, **changed: Any
) -> Place:
    """A survey of 25 people, of whom the twelve of the north get mail and all others cards."""
    migrated(url)
    sessions = make_sessions(url)
    keys = KeyFolder(folder / "keys")
    plan = make_plan(**{"by_mail": ("north",), "spare": 2, "results_on": None} | changed)
    with sessions() as session:
        opened = open_survey(
            session, keys, plan, NOON, people("north", 12) if invited is None else invited
        )
    return Place(url, sessions, keys, opened)


def make_postman(
    place: Place, server: Server | None, folder: Path, now: datetime = NOON, **more: Any
) -> Postman:
    """A worker whose clock stands still; it is fast."""
    told: dict[str, Any] = {"public_url": URL, "per_minute": 1_000_000} | more
    return Postman(place.sessions, server, lambda: now, folder / "mail", **told)


@contextmanager
def working(*told: Any, **more: Any) -> Iterator[Postman]:
    """The same, until the end of a block."""
    postman = make_postman(*told, **more)
    try:
        yield postman
    finally:
        postman.let_go()


def code_in(mail: EmailMessage) -> str:
    """The code that a mail carries; fails where there is none."""
    found = CODE.search(text_of(mail))
    assert found, text_of(mail)
    return found[1]


def text_of(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    return str(next(mail.iter_parts()).get_content()).replace("\r\n", "\n")


def html_of(mail: EmailMessage) -> str:
    """The HTML of a mail."""
    return str(list(mail.iter_parts())[1].get_content())
