"""A survey to collect answers with: plain functions for tests of codes, tables and closing."""

import random
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.parse import parse
from survey.questionnaire.shipped import shipped_text
from survey.services.answering import submit
from survey.services.opening import Opened, Plan, open_survey
from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.models import Base
from tests.support.migrated import migrated

NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)
END = NOON + timedelta(days=14)
AFTER = END + timedelta(minutes=1)
TREE = (
    Unit("firm", "Hafen AG", None, 0),
    Unit("north", "Night shift north", "firm", 12),
    Unit("south", "Day shift south", "firm", 9),
    Unit("desk", "Front desk", "firm", 4),
)


@cache
def environment() -> Questionnaire:
    return parse(shipped_text("environment"))


def make_plan(**changed: Any) -> Plan:
    plan: dict[str, Any] = {
        "title": "Ready for handovers?",
        "client": "Hafen AG",
        "practice": "joint handovers",
        "critical": ("COOP", "VISION"),
        "questionnaire_text": shipped_text("environment"),
        "units": TREE,
        "policy": Policy(),
        "ends_at": END,
        "closable_from": END,
        "timezone": "Europe/Berlin",
        "organiser": "Example Consulting",
        "holders": ("Ana Lindqvist", "the works council"),
        "help_contact": "ana@example.org",
        "harm_role": "the works council",
        "previous": None,
    }
    return Plan(**plan | changed)


def make_response(rng: random.Random, comment: str = "") -> Response:
    """Answers that somebody may give: some left out."""
    q = environment()
    answers = {c: rng.randint(*q.range_of(c)) for c in q.columns if rng.random() < 0.95}
    assert q.tenure
    assert q.pick_list
    tenure = rng.choice([band.id for band in q.tenure.bands])
    picks = rng.sample([option.id for option in q.pick_list.options], rng.randint(0, 3))
    return Response(answers, tenure, tuple(picks), {"O1": comment} if comment else {})


@dataclass
class Place:
    """A database of one engine, a key folder, and a survey that was opened in them."""

    url: str
    sessions: Sessions
    keys: KeyFolder
    opened: Opened

    @property
    def slug(self) -> str:
        return self.opened.slug

    @property
    def opening_codes(self) -> tuple[str, ...]:
        """As many of them as open: one of two, or two of three."""
        return self.opened.opening_codes[:-1]

    @property
    def codes(self) -> list[str]:
        return [code for of_unit in self.opened.codes.values() for code in of_unit]

    def answer(self, code: str, response: Response, now: datetime = NOON) -> str:
        with self.sessions() as session:
            return submit(session, self.slug, code, response, now)

    def tables(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, in a fixed order."""
        with engine_of(self.sessions).connect() as connection:
            return {
                table.name: sorted(
                    (tuple(row) for row in connection.execute(sa.select(table))), key=repr
                )
                for table in Base.metadata.sorted_tables
            }

    def files(self) -> list[Path]:
        """The database's own files; none for a server."""
        if not self.url.startswith("sqlite"):
            return []
        main = Path(str(sa.make_url(self.url).database))
        beside = (main.with_name(main.name + end) for end in ("", "-wal", "-shm", "-journal"))
        return [path for path in beside if path.exists()]

    def end(self) -> None:
        engine_of(self.sessions).dispose()


def make_place(url: str, folder: Path, **changed: Any) -> Place:
    migrated(url)
    sessions = make_sessions(url)
    keys = KeyFolder(folder / "keys")
    with sessions() as session:
        opened = open_survey(session, keys, make_plan(**changed), NOON)
    return Place(url, sessions, keys, opened)


def answer_all(place: Place, responses: Mapping[str, Response]) -> list[str]:
    return [place.answer(code, response) for code, response in responses.items()]


def everybody_answers(place: Place) -> None:
    answer_all(place, responses_for(place.codes))


def responses_for(codes: Iterable[str], seed: int = 1) -> dict[str, Response]:
    rng = random.Random(seed)
    return {code: make_response(rng) for code in codes}
