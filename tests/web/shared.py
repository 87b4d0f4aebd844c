"""A closed survey with a sign of harm in it, and what a reader is given: for tests of taking along.

`words_in` reads whatever a link leads to, also what is packed inside of files.
"""

import io
import random
import re
import zipfile
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

from werkzeug.test import TestResponse

from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Unit
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.rights import WHOLE
from survey.services.sharing import Wanted, make_link
from survey.services.surveys import list_surveys
from survey.storage.engine import Sessions, make_sessions
from tests.collecting import environment
from tests.web.checking import Pages, check_headers
from tests.web.conftest import START, Clock, Surveys

UNITS = (
    Unit("all", "Northgate", None, 0),
    Unit("north", "Quarry North", "all", 12),
    Unit("south", "Delta South", "all", 9),
    Unit("coast", "Harbour", "all", 8),
    Unit("desk", "Turnstile", "all", 4),
)
ANSWERING = {"north": 12, "south": 8, "coast": 6, "desk": 2}
HURT = 3
FILES = "report.html", "figures.csv", "figures.xlsx", "report.pptx"
"""Those that need no browser."""
OWN = "Shorter meetings, please."


def close_one(empty: Path, folder: Path) -> Path:
    """Copy an empty database, and let a survey be answered and closed in it."""
    file = folder / "closed.db"
    file.write_bytes(empty.read_bytes())
    sessions = make_sessions(f"sqlite:///{file}")
    clock = Clock(START - timedelta(days=20))
    surveys = Surveys(sessions, KeyFolder(folder / "keys"), clock)
    opened = surveys.open(units=UNITS)
    rng = random.Random(4)
    for unit, many in ANSWERING.items():
        for at, code in enumerate(opened.codes[unit][:many]):
            answers = {column: rng.randint(2, 4) for column in environment().columns}
            if unit == "north" and at < HURT:
                answers |= {"S1": 5, "S3": 5}
            said = {"O1": OWN} if unit == "north" and not at else {}
            with sessions() as session:
                submit(session, opened.slug, code, Response(answers, None, (), said), clock())
    clock.pass_(days=13)
    codes = opened.opening_codes[:1]
    close_survey(sessions, surveys.keys, opened.slug, codes, clock(), workers=1)
    sessions.kw["bind"].dispose()
    return file


def slug_in(sessions: Sessions, clock: Clock) -> str:
    with sessions() as session:
        (line,) = list_surveys(session, clock())
    return line.slug


def link_to(sessions: Sessions, slug: str, clock: Clock, scope: str = WHOLE, **more: Any) -> str:
    """Make a link and return its address."""
    wanted: dict[str, Any] = {
        "label": "Maria Weber",
        "expires_at": clock() + timedelta(days=30),
    } | more
    with sessions() as session:
        return f"/shared/{make_link(session, slug, Wanted(scope, **wanted), clock())}"


def words_in(body: bytes) -> str:
    """Everything that can be read in a page or a file, packed parts and their names included."""
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return unescape(body.decode("utf-8", "replace"))
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        return "\n".join(f"{name}\n{words_in(packed.read(name))}" for name in packed.namelist())


def links_in(page: str) -> set[str]:
    return {unescape(link) for link in re.findall(r'<a [^>]*href="(/[^"#]*)', page)}


def fetched(page: Pages, address: str, status: int = 200) -> TestResponse:
    """Fetch a page, or a file to take along, which is kept to the rules of headers alone."""
    if "/take/" not in address:
        return page.get(address, status)
    response = page.client.get(address)
    assert response.status_code == status, f"{address} answered {response.status_code}"
    check_headers(address, response)
    return response
