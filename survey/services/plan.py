"""The plan of a survey: everything that is frozen when it is opened.

What may stand in the way of opening it is found in `survey.services.plan_faults`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from survey.ballots.keys import Scheme
from survey.disclosure.values import Policy, Unit

RESULTS_AFTER = timedelta(days=14)
"""How long after its end a survey shows its results, where nobody says otherwise."""


@dataclass(frozen=True)
class Plan:
    """Everything that is frozen when a survey is opened, and shown to respondents."""

    title: str
    client: str
    practice: str
    critical: tuple[str, ...]
    questionnaire_text: str
    units: tuple[Unit, ...]
    policy: Policy
    ends_at: datetime
    closable_from: datetime
    timezone: str
    organiser: str
    holders: tuple[str, ...]
    help_contact: str
    harm_role: str
    previous: str | None
    scheme: Scheme = "one of two"
    masked: tuple[str, ...] = ()
    """Names of people that are taken out of comments; kept until figures are released."""
    spare: int = 0
    """Codes beyond the number of people, in each unit that asks anybody. Every code can answer, so
    they count as people asked: otherwise a unit could have more answers than people."""
    results_on: date | None = None
    """From this day on, in the survey's zone, each group can see its result; None: not promised."""
    client_id: str | None = None
    """Whose consultants run it; None: the owners of the instance alone."""
    controller: str = ""
    """Who answers for people's data, and next how to reach them and what people are told."""
    controller_contact: str = ""
    privacy_notice: str = ""
    introduction: str = ""
    """The sponsor's own words above the questions."""
    sponsor: str = ""
    comments: bool = True
    """Whether questions that are answered in one's own words are asked."""
    by_mail: tuple[str, ...] = ()
    """Ids of the units whose people get their codes by mail; all others draw cards."""
    rehearsal: bool = False
    """Whether nothing of it counts and all of it is wiped."""
    asked_before: tuple[str, ...] = ()
    """Surveys that asked the same people in other groups: day of closing, space, title."""
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Unit id -> ids of the client's units whose people answer in it; without leaders' groups."""


def usual_results_on(ends_at: datetime, timezone: str) -> date:
    """Return from when a survey shows its results, where nobody says otherwise."""
    return (ends_at.astimezone(ZoneInfo(timezone)) + RESULTS_AFTER).date()


def counted(plan: Plan) -> tuple[Unit, ...]:
    """Return the units with their spare codes among the people asked."""
    spare = plan.spare
    return tuple(replace(u, asked=u.asked + spare) if u.asked else u for u in plan.units)
