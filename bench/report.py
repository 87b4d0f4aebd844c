"""Time to show the report of 200 teams and four waves: python -m bench.report [teams]

Real pages of the real app, asked for as a browser would. "First" is the first time anybody looks
after the server has started: tables are read, the report is built and drawn as figures. "Again" is
the same page a second time. The baseline of the same run is the page to sign in, which the same app
makes of nothing; ratios to it travel from one machine to another.
"""

import gzip
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median

import numpy as np
import sqlalchemy as sa
from flask.testing import FlaskClient

from survey.app import create_app
from survey.ballots.keys import KeyFolder
from survey.config import Config, load_config
from survey.disclosure.release import release
from survey.disclosure.values import Policy, Release, Unit
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import find, shipped_text
from survey.scoring import Answers
from survey.services.accounts import add_user
from survey.services.opening import Plan, open_survey
from survey.storage.engine import Sessions, make_sessions
from survey.storage.migrate import migrate
from survey.storage.models import Box, Credential, Survey
from survey.storage.releases import write_release

TEAMS, PEOPLE, WAVES, DIVISIONS, AGAIN = 200, 12, 4, 20, 15
NOW = datetime(2026, 11, 2, 12, tzinfo=UTC)
EMAIL, PASSWORD = "bench@example.org", "a long enough password"


def main(teams: int = TEAMS) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sessions, slug = closed_waves(folder, teams)
        config = load_config(folder, {})
        baseline = timed_page(browser(config, sessions), "/login")[1]
        print(
            f"{teams} teams, {WAVES} waves; baseline: the page to sign in, {baseline * 1000:.1f} ms"
        )
        for what, path in (
            ("all groups", f"/surveys/{slug}/report"),
            ("one team", f"/surveys/{slug}/report/t7"),
            ("the next 30 days", f"/surveys/{slug}/report/t7/month"),
        ):
            first, again, size = timed_page(signed_in(config, sessions), path)
            print(
                f"  {what:18} first {first:6.2f} s ({first / baseline:6.0f})   again "
                f"{again * 1000:6.1f} ms ({again / baseline:5.1f})   {size / 1000:6.1f} kB gzip"
            )


def timed_page(client: FlaskClient, path: str) -> tuple[float, float, int]:
    """Return the seconds of the first look and of the next ones, and the bytes that travel."""
    first, page = timed(lambda: client.get(path))
    assert page.status_code == 200, page.status_code
    again = median(timed(lambda: client.get(path))[0] for _ in range(AGAIN))
    return first, again, len(gzip.compress(page.data, 6))


def timed(work: Callable[[], object]) -> tuple[float, object]:
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


def signed_in(config: Config, sessions: Sessions) -> FlaskClient:
    """Return a signed-in browser of a server that has just started."""
    client = browser(config, sessions)
    client.post("/login", data={"email": EMAIL, "password": PASSWORD})
    return client


def browser(config: Config, sessions: Sessions) -> FlaskClient:
    app = create_app(config, sessions=sessions, clock=lambda: NOW)
    app.config["WTF_CSRF_ENABLED"] = False
    return app.test_client()


def closed_waves(folder: Path, teams: int) -> tuple[Sessions, str]:
    """Write closed waves as closing writes them, without the boxes that nobody times here."""
    url = f"sqlite:///{folder / 'bench.db'}"
    migrate(url)
    sessions, keys = make_sessions(url), KeyFolder(folder / "keys")
    units = [Unit("firm", "Firm", None, 0)]
    units += [Unit(f"d{n}", f"Division {n}", "firm", 0) for n in range(DIVISIONS)]
    units += [Unit(f"t{n}", f"Team {n}", f"d{n % DIVISIONS}", PEOPLE) for n in range(teams)]
    with sessions() as session:
        add_user(session, EMAIL, "Bench", PASSWORD)
    slug: str | None = None
    for wave in range(WAVES):
        slug = _wave(sessions, keys, units, slug, wave)
    assert slug is not None
    return sessions, slug


def _wave(
    sessions: Sessions, keys: KeyFolder, units: list[Unit], previous: str | None, wave: int
) -> str:
    opened_at = NOW - timedelta(days=120 * (WAVES - wave))
    end = opened_at + timedelta(days=14)
    plan = Plan(
        title=f"Wave {wave + 1}",
        client="Firm",
        practice="handovers",
        critical=("TRUST", "OPEN"),
        questionnaire_text=shipped_text("environment"),
        units=tuple(units),
        policy=Policy(),
        ends_at=end,
        closable_from=end,
        timezone="UTC",
        organiser="Bench",
        holders=("Bench",),
        help_contact="bench",
        harm_role="bench",
        previous=previous,
    )
    with sessions() as session:
        slug = open_survey(session, keys, plan, opened_at).slug
    out = _released(find("environment"), units, wave)
    with sessions() as session, session.begin():
        write_release(session, slug, out)
        session.execute(sa.delete(Credential).where(Credential.survey == slug))
        session.execute(sa.delete(Box).where(Box.survey == slug))
        closed = {"state": "closed", "closed_at": end}
        session.execute(sa.update(Survey).where(Survey.slug == slug).values(**closed))
    return slug


def _released(questionnaire: Questionnaire, units: list[Unit], wave: int) -> Release:
    rng = np.random.default_rng(wave)
    asked = [at for at, unit in enumerate(units) if unit.asked]
    team = np.repeat(asked, [rng.integers(4, PEOPLE + 1) for _ in asked])
    health = dict(zip(asked, rng.normal(3.4, 0.5, len(asked)), strict=True))
    keys = np.array([item.key for item in questionnaire.items])
    keys = np.append(keys, np.ones(len(questionnaire.columns) - len(keys), dtype=int))
    level = np.array([health[at] for at in team])[:, None]
    healthy = np.clip(np.rint(rng.normal(level, 0.9, (len(team), len(keys)))), 1, 5)
    values = np.where(keys > 0, healthy, 6 - healthy).astype(np.uint8)
    tenure = rng.integers(-1, 3, len(team)).astype(np.int8)
    answers = Answers(questionnaire.columns, values, team, tenure)
    return release(questionnaire, answers, None, None, units, Policy())


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
