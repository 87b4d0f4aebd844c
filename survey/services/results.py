"""A group's own result: what everybody of a group may see from the promised day on.

Whoever knows a unit's result word sees what was released of the group that the unit is shown in,
and of no other. Nobody has to give it free: the day and the closing decide. How it is told stands
in `survey.report.team_words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time
from typing import Literal
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import read_result_word
from survey.disclosure.values import Release, ReleasedGroup
from survey.errors import UserError
from survey.report.model import Commitment, Facts, GroupReport, Report
from survey.services.agreed import EVERYBODY, agreed_in
from survey.services.released import released_of
from survey.services.surveys import State, SurveyView, facts_of, state_of
from survey.storage import models
from survey.storage.engine import reading
from survey.storage.queries import units_of

Shown = Literal["not_promised", "early", "sealed", "never_opened", "there"]
"""not_promised: no day was named; early: it has not come; sealed: it has, but the answers were not
opened yet; never_opened: they were destroyed unread; there: the results can be seen."""


class UnknownWord(UserError):
    """These are not the two words of a group in this survey. Please compare them with your card or
    mail.
    """


@dataclass(frozen=True)
class Again:
    """The next wave of a survey."""

    title: str
    state: State
    ends_at: datetime
    timezone: str


@dataclass(frozen=True)
class TeamResult:
    """What the people of one unit may see."""

    unit: str
    report: Report | None
    """Of the group that the unit is shown in, and of no other; None where nothing is shown."""
    agreed: tuple[Commitment, ...]
    """By the group itself, and by all groups together."""
    again: Again | None
    """The next wave, where one was opened."""

    @property
    def group(self) -> GroupReport | None:
        """The one group of the report."""
        return self.report.groups[0] if self.report else None


def shown(view: SurveyView, now: datetime) -> Shown:
    """Say whether the results of a survey's groups can be seen by them at this moment."""
    if view.results_on is None:
        return "not_promised"
    if now < datetime.combine(view.results_on, time(), ZoneInfo(view.timezone)):
        return "early"
    if view.state != "closed":
        return "sealed"
    return "never_opened" if view.left_out is None else "there"


def team_result(session: Session, slug: str, typed: str, now: datetime) -> TeamResult:
    """Return the result of the unit that a word belongs to; only where results are `shown`.

    Raises
    ------
    UnknownWord
        No unit of this survey has that word.
    UnknownSurvey, NotClosedYet, NeverOpened
    """
    with reading(session):
        view, released, previous = released_of(session, slug, now)
        unit = _unit_of(session, slug, read_result_word(typed))
        group = group_of(released, unit.id)
        told = agreed_in(session, slug) if group else {}
        again = _again(session, slug, now)
    return TeamResult(
        unit=unit.name,
        report=_report(view, released, group, previous) if group else None,
        agreed=(*told.get(group.key, ()), *told.get(EVERYBODY, ())) if group else (),
        again=again,
    )


def words_of(session: Session, slug: str) -> tuple[tuple[str, str], ...]:
    """Return the name of each unit that has one, and its result word; for whoever runs a survey."""
    with reading(session):
        units = units_of(session, slug)
        return tuple((unit.name, unit.result_word) for unit in units if unit.result_word)


def group_of(released: Release, unit: str) -> ReleasedGroup | None:
    """Return the group that a unit is shown in; None where it was left out."""
    shown_in = (g for g in released.groups if g.kind != "wider" and unit in g.units)
    return next(shown_in, None)


def _unit_of(session: Session, slug: str, word: str) -> models.Unit:
    found = [unit for unit in units_of(session, slug) if word and unit.result_word == word]
    if not found:
        raise UnknownWord
    return found[0]


def _report(
    view: SurveyView,
    released: Release,
    group: ReleasedGroup,
    previous: tuple[Facts, Release] | None,
) -> Report:
    """Return the report of one group, made of what was released of it and of nothing else."""
    from survey.report.build import build

    alone = replace(released, groups=(group,), left_out=())
    names = _names(released, group.units)
    if previous:
        facts, before = previous
        same = tuple(g for g in before.groups if _names(before, g.units) == names)
        previous = (facts, replace(before, groups=same)) if same else None
    return build(view.questionnaire, alone, facts_of(view), previous)


def _names(released: Release, units: Sequence[str]) -> frozenset[str]:
    return frozenset(unit.name for unit in released.units if unit.id in units)


def _again(session: Session, slug: str, now: datetime) -> Again | None:
    table = models.Survey
    query = sa.select(table).where(table.previous == slug).order_by(table.opened_at).limit(1)
    row = session.scalars(query).first()
    return Again(row.title, state_of(row, now), row.ends_at, row.timezone) if row else None
