"""How many have answered so far: in coarse steps, once a day, per group of at least 8 asked.

A live number would tell who answered by what changed before and after, so nothing here is live, no
step covers fewer than two counts, and none says "all". Smaller groups appear only in a sum at the
unit above them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal, cast
from zoneinfo import ZoneInfo

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.rollup import Group, roll_up
from survey.services.surveys import SurveyView, view_of
from survey.storage.engine import reading
from survey.storage.models import Participation
from survey.storage.queries import boxes_per_unit, put_participation

LEAST_ASKED = 8
LEAST_COUNTS = 2
Step = Literal["under_5", "from_5", "from_60", "from_80"]


@dataclass(frozen=True)
class ParticipationLine:
    """One group and the step it had reached when the last snapshot was taken."""

    unit_name: str
    asked: int
    """People of it, those who were added included; no spare codes."""
    step: Step
    units: tuple[str, ...] = ()
    """Names of the units behind it: several where small ones are summed up."""
    codes: int = 0
    """Its people with their spare codes."""
    added: int = 0
    """People who were added since opening. Steps are parts of those who were asked then."""
    least: int = 0
    """Answers from which on its step holds."""
    below: int | None = None
    """Answers from which on the next step would hold; None: there is none."""


def participation(session: Session, slug: str, now: datetime) -> tuple[ParticipationLine, ...]:
    """Return the latest snapshot, taking today's where there is none; () once a survey is closed.

    The day is that of the survey's time zone. A second look on the same day shows the same,
    whatever came in meanwhile.
    """
    with reading(session):
        view = view_of(session, slug, now)
        steps, day = _snapshot(session, slug)
    if view.state in ("destroying", "closed"):
        return ()
    if day != _today(view, now):
        steps = take_snapshot(session, slug, now)
    groups = [group for group in _groups(view) if group.key in steps]
    return tuple(_line(view, group, steps[group.key]) for group in groups)


def take_snapshot(session: Session, slug: str, now: datetime) -> Mapping[str, Step]:
    """Count once and keep the steps, unless today's are there already."""
    with session.begin():
        view = view_of(session, slug, now)
        steps, day = _snapshot(session, slug)
        if day == _today(view, now) or view.state in ("destroying", "closed"):
            return steps
        counts = boxes_per_unit(session, slug)
        steps = {group.key: _step(group, counts) for group in _groups(view)}
        put_participation(session, slug, _today(view, now), steps)
        return _snapshot(session, slug)[0]


def step_of(answered: int, asked: int) -> Step:
    """Return the step of a count; a step that would cover a single count joins the one below it."""
    reached: Step = "under_5"
    for least, step in _thresholds(asked):
        if answered >= least:
            reached = step
    return reached


def bounds_of(step: Step, asked: int) -> tuple[int, int | None]:
    """Return from how many answers on a step holds, and the next one; None where it is the last."""
    held = [(0, "under_5"), *_thresholds(asked)]
    at = next(place for place, (_, name) in enumerate(held) if name == step)
    return held[at][0], held[at + 1][0] if at + 1 < len(held) else None


def _thresholds(asked: int) -> list[tuple[int, Step]]:
    """Return from which count on each step holds.

    A threshold that leaves the step below it fewer than two counts is dropped, and so is a last one
    that only "all" reaches. Where a step would cover no count at all, the one above replaces it.
    """
    wanted: list[tuple[int, Step]] = [
        (5, "from_5"),
        (-(-asked * 3 // 5), "from_60"),
        (-(-asked * 4 // 5), "from_80"),
    ]
    kept: list[tuple[int, Step]] = []
    for least, step in wanted:
        if kept and least <= kept[-1][0]:
            kept[-1] = (kept[-1][0], step)
        elif not kept or least - kept[-1][0] >= LEAST_COUNTS:
            kept.append((least, step))
    return [(least, step) for least, step in kept if asked - least + 1 >= LEAST_COUNTS]


def _groups(view: SurveyView) -> tuple[Group, ...]:
    """Roll the units up by the number of people at opening, which everybody knows; spare codes are
    no people.

    Otherwise a step could cover exactly the people of a team, and say "all". And whoever adds one
    person a day would see from which day on "60 % reached" is shown no more: how many it were.
    """
    added = view.added
    units = tuple(
        replace(u, asked=u.asked - view.spare - added.get(u.id, 0)) if u.asked else u
        for u in view.units
    )
    asked = {unit.id: np.array([unit.asked]) for unit in units if unit.asked}
    groups, _ = roll_up(units, asked, LEAST_ASKED)
    return groups


def _step(group: Group, counts: Mapping[str, int]) -> Step:
    answered = sum(counts.get(unit.id, 0) for unit in group.units)
    return step_of(answered, group.asked)


def _snapshot(session: Session, slug: str) -> tuple[Mapping[str, Step], date | None]:
    query = sa.select(Participation).where(Participation.survey == slug)
    rows = session.scalars(query).all()
    steps = {row.group_key: cast(Step, row.step) for row in rows}
    return steps, rows[0].day if rows else None


def _today(view: SurveyView, now: datetime) -> date:
    return now.astimezone(ZoneInfo(view.timezone)).date()


def _line(view: SurveyView, group: Group, step: Step) -> ParticipationLine:
    names = {unit.id: unit.name for unit in view.units}
    above = names[group.parent] if group.parent else view.client
    name = group.units[0].name if group.kind == "whole" else above
    added = sum(view.added.get(unit.id, 0) for unit in group.units)
    least, below = bounds_of(step, group.asked)
    return ParticipationLine(
        unit_name=name,
        asked=group.asked + added,
        step=step,
        units=tuple(unit.name for unit in group.units),
        codes=group.asked + added + view.spare * len(group.units),
        added=added,
        least=least,
        below=below,
    )
