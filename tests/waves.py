"""Waves that were released, one after the other, for tests of what is told of several."""

from datetime import date, datetime, timedelta

import numpy as np
import sqlalchemy as sa

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Release, Unit
from survey.questionnaire.definition import Questionnaire
from survey.report.build import build
from survey.report.model import Facts, Report
from survey.scoring import Answers
from survey.services.opening import open_survey
from survey.storage import models
from survey.storage.releases import write_release
from tests.collecting import NOON, Place, make_plan

DAYS = tuple(
    date(*day) for day in [(2024, 3, 8), (2025, 3, 1), (2025, 9, 20), (2026, 10, 20), (2027, 3, 1)]
)


def wave_of(
    questionnaire: Questionnaire, units: tuple[Unit, ...], levels: dict[str, float], seed: int = 1
) -> Release:
    """Release answers around a level of health; two of those asked of each unit keep silent."""
    rng = np.random.default_rng(seed)
    columns = questionnaire.columns
    key_of = {item.id: item.key for item in questionnaire.items}
    keys = np.array([key_of.get(column, 1) for column in columns])
    team = np.repeat(np.arange(len(units)), [max(unit.asked - 2, 0) for unit in units])
    level = np.array([levels.get(unit.id, 3.3) for unit in units])[team]
    healthy = np.clip(np.rint(rng.normal(level[:, None], 0.8, (len(team), len(columns)))), 1, 5)
    values = np.where(keys > 0, healthy, 6 - healthy).astype(np.uint8)
    tenure = rng.integers(0, 3, len(team)).astype(np.int8)
    answers = Answers(columns, values, team, tenure)
    return release(questionnaire, answers, None, None, units, Policy())


def report_of(questionnaire: Questionnaire, waves: list[Release], practice: str = "") -> Report:
    """Build the report of the last of these waves, with all before it."""
    told = [
        (Facts(f"Wave {at + 1}", "Meridian", practice, DAYS[at], DAYS[at]), released)
        for at, released in enumerate(waves)
    ]
    *before, (facts, last) = told
    previous = before.pop() if before else None
    return build(questionnaire, last, facts, previous, older=tuple(reversed(before)))


def store_wave(place: Place, slug: str, released: Release, closed: datetime) -> None:
    """Put a wave into the tables of a survey as closing does, without its boxes."""
    with place.sessions.begin() as session:
        write_release(session, slug, released)
        closing = sa.update(models.Survey).where(models.Survey.slug == slug)
        session.execute(closing.values(state="closed", closed_at=closed))


def open_next(place: Place, previous: str, at: int) -> str:
    """Open the next wave of a closed one."""
    with place.sessions() as session:
        plan = make_plan(previous=previous, title=f"Wave {at + 1}")
        return open_survey(session, place.keys, plan, NOON + timedelta(minutes=at)).slug
