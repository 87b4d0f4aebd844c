"""The plan of a survey, and everything that may stand in the way of opening it.

Here belong the rules that a plan must keep by itself, each fault told in a sentence and all of them
at once. What needs the database (the earlier wave), and opening itself, stands in
`survey.services.opening`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from survey.ballots.keys import Scheme
from survey.ballots.layout import QuestionnaireTooLong, layout_of
from survey.ballots.wrapping import NEEDED, SCHEMES
from survey.disclosure.values import Policy, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError
from survey.services.names import name_faults
from survey.services.roster import tree_faults
from survey.services.surveys import questionnaire_of

NOTICE = timedelta(hours=24)
LONGEST = timedelta(days=366)
RESULTS_AFTER = timedelta(days=14)
"""How long after its end a survey shows its results, where nobody says otherwise."""
MOST_SPARE = 1000
MOST_CODES = 100_000


class PlanError(UserError):
    """The survey cannot be opened yet: {told}"""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(told=" ".join(self.faults))


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


def usual_results_on(ends_at: datetime, timezone: str) -> date:
    """Return from when a survey shows its results, where nobody says otherwise."""
    return (ends_at.astimezone(ZoneInfo(timezone)) + RESULTS_AFTER).date()


def check_plan(plan: Plan, now: datetime, public_url: str, demo: bool) -> None:
    """Raise `PlanError` with everything that stands in the way of opening."""
    faults = list(_faults(plan, now))
    if not public_url and not demo:
        faults.append(
            "Set public_url first: without the address that people use, no code leads anywhere."
        )
    if faults:
        raise PlanError(faults)


def counted(plan: Plan) -> tuple[Unit, ...]:
    """Return the units with their spare codes among the people asked."""
    spare = plan.spare
    return tuple(replace(u, asked=u.asked + spare) if u.asked else u for u in plan.units)


def _faults(plan: Plan, now: datetime) -> Iterator[str]:
    wanted = {
        "title": plan.title,
        "client": plan.client,
        "who runs the survey": plan.organiser,
        "whom respondents may ask": plan.help_contact,
    }
    yield from (f"Fill in: {what}." for what, text in wanted.items() if not text.strip())
    yield from _scheme_faults(plan)
    yield from _policy_faults(plan.policy)
    yield from _time_faults(plan, now)
    yield from _result_faults(plan)
    yield from _roster_faults(plan)
    yield from name_faults(plan.masked)
    yield from _questionnaire_faults(plan)


def _scheme_faults(plan: Plan) -> Iterator[str]:
    """Two codes in one hand open: with two of three, nobody may be named twice.

    (Of the third code nobody need be named: it may be a sealed spare.)
    """
    if plan.scheme not in SCHEMES:
        told = " or ".join(f"“{scheme}”" for scheme in SCHEMES)
        yield f"The way to open must be {told}, not “{plan.scheme[:40]}”."
        return
    named = [" ".join(name.split()).casefold() for name in plan.holders if name.strip()]
    if not named:
        yield "Name who holds the opening codes; respondents are told."
    elif NEEDED[plan.scheme] > 1 and len(set(named)) < max(2, len(named)):
        yield "Name different holders of opening codes: whoever holds two could open alone."


def _policy_faults(policy: Policy) -> Iterator[str]:
    """A finer figure never needs fewer answers than a coarse one. (`Policy` keeps its minimums.)"""
    if policy.single < policy.scores:
        yield f"Single items are shown from {policy.scores} answers on at least, as scores are."
    if policy.spread < policy.single:
        yield f"Spread is shown from {policy.single} answers on at least, as single items are."


def _time_faults(plan: Plan, now: datetime) -> Iterator[str]:
    if plan.ends_at.tzinfo is None or plan.closable_from.tzinfo is None:
        yield "The dates need a time zone."
        return
    if plan.ends_at <= now:
        yield "The end date is in the past."
    elif plan.ends_at > now + LONGEST:
        yield "The end date is more than a year away."
    if plan.closable_from > plan.ends_at:
        yield "The earliest closing must not be after the end date."
    elif plan.closable_from != plan.ends_at and plan.closable_from < now + NOTICE:
        yield "A closing before the end date must be told at least a day ahead."
    if not _is_time_zone(plan.timezone):
        yield f"“{plan.timezone[:40]}” is no time zone; write one such as Europe/Berlin."


def _result_faults(plan: Plan) -> Iterator[str]:
    """The day begins at midnight, and no survey has a result before its end."""
    if plan.results_on is None or plan.ends_at.tzinfo is None or not _is_time_zone(plan.timezone):
        return
    begins = datetime.combine(plan.results_on, time(), ZoneInfo(plan.timezone))
    if begins < plan.ends_at:
        yield "The team can see its result from a day after the end date on, not before."
    elif begins > plan.ends_at + LONGEST:
        yield "The day on which the team sees its result is more than a year after the end."


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _roster_faults(plan: Plan) -> Iterator[str]:
    yield from tree_faults(plan.units)
    if any(unit.asked < 0 for unit in plan.units):
        yield "No unit can ask fewer than 0 people."
    people = sum(unit.asked for unit in plan.units)
    if people < plan.policy.scores:
        yield (
            f"{people} people would be asked, but nothing is shown of fewer than"
            f" {plan.policy.scores}."
        )
    if not 0 <= plan.spare <= MOST_SPARE:
        yield f"Spare codes: from 0 to {MOST_SPARE} a unit."
    elif sum(unit.asked for unit in counted(plan)) > MOST_CODES:
        yield f"That would be more than {MOST_CODES} codes in all; open several surveys."


def _questionnaire_faults(plan: Plan) -> Iterator[str]:
    try:
        questionnaire = questionnaire_of(plan.questionnaire_text)
        layout_of(questionnaire)
    except DefinitionError as error:
        yield from (f"Questionnaire: {fault}." for fault in error.faults)
        return
    except QuestionnaireTooLong as error:
        yield str(error)
        return
    yield from _meaning_faults(plan, questionnaire)


def _meaning_faults(plan: Plan, questionnaire: Questionnaire) -> Iterator[str]:
    known = {scale.id for scale in questionnaire.dimensions}
    for dimension in plan.critical:
        if dimension not in known:
            yield f"The questionnaire has no dimension “{dimension[:40]}” to be critical."
    if questionnaire.readiness.harm_items and not plan.harm_role.strip():
        yield "Name the role to which a sign of harm goes; respondents are told."
