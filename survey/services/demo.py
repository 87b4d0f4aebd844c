"""Filling the demo: two closed waves and an open one of a fictional client.

The demo takes the same way as every survey: it is opened, people submit sealed answers, it is
closed with its opening code. Only the clock is turned back for the first two waves. Who these
people are, and what they answer, stands in `demo_client`.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from survey.ballots.codes import nullifier, read_person_code
from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import find, shipped_text
from survey.services import demo_client as client
from survey.services.accounts import User, add_user
from survey.services.agreeing import agree, agreed_by, change_state
from survey.services.answering import submit
from survey.services.clients import add_client, change_client, client_view
from survey.services.closing import close_survey
from survey.services.opening import Opened, Plan, open_survey
from survey.services.plan import usual_results_on
from survey.services.results import words_of
from survey.services.surveys import SurveyLine, list_surveys
from survey.storage.engine import Sessions, reading
from survey.storage.models import Box
from survey.storage.workspace import ClientUnit

SEED = 2026
EMAIL = "demo@example.org"
ZONE = "Europe/Berlin"
RUNNING = timedelta(days=14)
ANSWERED = 0.55
"""Share of the people of each team who have answered the open survey."""


@dataclass(frozen=True)
class Demo:
    """What the owner of a demo may know of it: the login and the codes that lie open."""

    email: str
    password: str
    codes: Mapping[str, Sequence[str]]
    """Open survey -> codes of people who have not answered."""
    opening_codes: Mapping[str, Sequence[str]]


def fill(sessions: Sessions, keys: KeyFolder, now: datetime) -> Demo:
    """Fill an empty database with the demo and return what it takes to try it."""
    password = secrets.token_urlsafe(9)
    with sessions() as session:
        user = add_user(session, EMAIL, "Demo consultant", password)
    key = _client(sessions, user, now)
    questionnaire = find("environment")
    first = _closed_wave(sessions, keys, questionnaire, now - timedelta(days=372), 1, None, key)
    second = _closed_wave(sessions, keys, questionnaire, now - timedelta(days=188), 2, first, key)
    opened = _open(sessions, keys, "Working environment, third wave", now, second, key)
    left = _answer(sessions, questionnaire, opened, now - timedelta(days=1), 2, ANSWERED)
    return Demo(EMAIL, password, {opened.slug: left}, {opened.slug: opened.opening_codes})


def describe(sessions: Sessions, demo: Demo, url: str, now: datetime) -> Mapping[str, Any]:
    """Return the demo for scripts, in the form that `--describe` promises.

    Parameters
    ----------
    demo
        As `fill` returned it; codes that were used since are left out.
    url
        Where the demo is served, with a slash at the end.
    """
    with sessions() as session:
        lines = list_surveys(session, now)
    return {
        "url": url,
        "login": {"email": demo.email, "password": demo.password},
        "surveys": [_described(sessions, demo, url, line) for line in lines],
    }


def _described(sessions: Sessions, demo: Demo, url: str, line: SurveyLine) -> Mapping[str, object]:
    codes = demo.codes.get(line.slug, ()) if line.state == "open" else ()
    opening = demo.opening_codes.get(line.slug, ()) if line.state in ("open", "ended") else ()
    with sessions() as session:
        words = dict(words_of(session, line.slug))
    return {
        "id": line.slug,
        "name": line.title,
        "state": "closed" if line.state == "destroying" else line.state,
        "url": f"{url}s/{line.slug}",
        "report_url": f"{url}surveys/{line.slug}/report",
        "teams": [team.unit.name for team in client.TEAMS],
        "codes": _unused(sessions, line.slug, codes),
        "opening_codes": list(opening),
        "result_words": words,
    }


def demo_from(stored: Mapping[str, object]) -> Demo:
    """Return a demo from what `stored` made of it; anything missing is a KeyError."""
    return Demo(**{name: stored[name] for name in Demo.__dataclass_fields__})  # type: ignore[arg-type]


def stored(demo: Demo) -> Mapping[str, object]:
    """Return a demo as it is written to its file."""
    return asdict(demo)


def _closed_wave(
    sessions: Sessions,
    keys: KeyFolder,
    questionnaire: Questionnaire,
    now: datetime,
    wave: int,
    previous: str | None,
    key: str,
) -> str:
    title = "Working environment, " + {1: "first wave", 2: "second wave"}[wave]
    opened = _open(sessions, keys, title, now, previous, key)
    _answer(sessions, questionnaire, opened, now, wave, 1.0)
    closed_at = now + RUNNING
    close_survey(sessions, keys, opened.slug, opened.opening_codes[:1], closed_at)
    for promise in client.PROMISES[wave]:
        _agree(sessions, opened.slug, promise, closed_at)
    return opened.slug


def _agree(sessions: Sessions, slug: str, told: client.Promise, closed_at: datetime) -> None:
    """Write down what a team agreed to, two weeks after the closing, and what became of it."""
    until = (closed_at + timedelta(days=told.days)).date()
    with sessions() as session:
        agree(session, slug, told.group, told.who, told.what, until, closed_at + RUNNING)
        numbers = [a.number for a in agreed_by(session, slug, told.group)]
        change_state(session, slug, told.group, max(numbers), told.state)


def _client(sessions: Sessions, user: User, now: datetime) -> str:
    """Add the client with its units and what its surveys begin with; return its id."""
    with sessions() as session:
        key = add_client(session, user, client.CLIENT, "en", ZONE, now)
        view = client_view(session, key)
        told = replace(
            view,
            controller=client.CONTROLLER,
            controller_contact=client.CONTROLLER_CONTACT,
            privacy_notice=client.PRIVACY_NOTICE,
            help_contact=client.HELP,
            harm_role=client.HARM_ROLE,
        )
        change_client(session, told, now)
        with session.begin():
            session.execute(
                sa.insert(ClientUnit), [_unit(key, *of) for of in enumerate(client.UNITS)]
            )
    return key


def _unit(key: str, place: int, unit: Unit) -> dict[str, object]:
    """Return a unit under the id that the surveys have for it, so that a next wave finds it."""
    named = {"id": unit.id, "name": unit.name, "parent": unit.parent}
    return {"client": key, **named, "place": place, "people": unit.asked}


def _open(
    sessions: Sessions, keys: KeyFolder, title: str, now: datetime, previous: str | None, key: str
) -> Opened:
    """Open a survey three days ago; whoever is asked was told that it may close after two."""
    opened_at = now - timedelta(days=3)
    ends_at = (opened_at + RUNNING).astimezone(ZoneInfo(ZONE)).replace(hour=18, minute=0)
    ends_at = ends_at.replace(second=0, microsecond=0)
    plan = Plan(
        title=title,
        client=client.CLIENT,
        practice=client.PRACTICE,
        critical=client.CRITICAL,
        questionnaire_text=shipped_text("environment"),
        units=client.UNITS,
        policy=Policy(),
        ends_at=ends_at,
        closable_from=(opened_at + timedelta(days=2)).replace(minute=0, second=0, microsecond=0),
        timezone=ZONE,
        organiser=client.ORGANISER,
        holders=client.HOLDERS,
        help_contact=client.HELP,
        harm_role=client.HARM_ROLE,
        previous=previous,
        results_on=usual_results_on(ends_at, ZONE),
        client_id=key,
        controller=client.CONTROLLER,
        controller_contact=client.CONTROLLER_CONTACT,
        privacy_notice=client.PRIVACY_NOTICE,
        sponsor=client.SPONSOR,
        introduction=client.INTRODUCTION,
    )
    with sessions() as session:
        return open_survey(session, keys, plan, opened_at)


def _answer(
    sessions: Sessions,
    questionnaire: Questionnaire,
    opened: Opened,
    now: datetime,
    wave: int,
    share: float,
) -> tuple[str, ...]:
    """Let a share of the people who would answer do so; return the codes that are left."""
    left: list[str] = []
    for team in client.TEAMS:
        codes = opened.codes[team.unit.id]
        people = list(client.people(questionnaire, team, wave, SEED))
        answering = people[: round(len(people) * share)]
        for person, code in zip(answering, codes, strict=False):
            response = Response(person.answers, person.tenure, person.picks, person.comments)
            with sessions() as session:
                submit(session, opened.slug, code, response, now)
        left += codes[len(answering) :]
    return tuple(left)


def _unused(sessions: Sessions, slug: str, codes: Sequence[str]) -> list[str]:
    """Return the codes with which nobody has answered yet."""
    with sessions() as session, reading(session):
        used = set(session.scalars(sa.select(Box.nullifier).where(Box.survey == slug)))
    return [code for code in codes if nullifier(read_person_code(code), slug) not in used]
