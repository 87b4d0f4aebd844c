"""Opening a survey: from a plan to a survey that takes answers.

From here on roster, questionnaire, planned practice and policy are frozen. The codes, for people
and for opening, are returned once and stored nowhere.
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import ALPHABET, credential, person_code
from survey.ballots.keys import KeyFolder, Scheme
from survey.ballots.layout import QuestionnaireTooLong, layout_of
from survey.disclosure.values import Policy, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError
from survey.services.roster import depths_of, parse_units, short_name, tree_faults
from survey.services.surveys import questionnaire_of
from survey.storage import models

__all__ = ["Opened", "Plan", "PlanError", "check_plan", "open_survey", "parse_units"]

NOTICE = timedelta(hours=24)
LONGEST = timedelta(days=366)
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


@dataclass(frozen=True)
class Opened:
    """What is shown once, after opening."""

    slug: str
    opening_codes: tuple[str, ...]
    codes: Mapping[str, tuple[str, ...]]
    """Unit id -> the codes of its people, spare ones included."""


def check_plan(plan: Plan, now: datetime, public_url: str, demo: bool) -> None:
    """Raise `PlanError` with everything that stands in the way of opening."""
    faults = list(_faults(plan, now))
    if not public_url and not demo:
        faults.append(
            "Set public_url first: without the address that people use, no code leads anywhere."
        )
    if faults:
        raise PlanError(faults)


def open_survey(session: Session, keys: KeyFolder, plan: Plan, now: datetime) -> Opened:
    """Open a survey and return its codes, for the only time.

    The key is written before the survey, so that a crash leaves a key without a survey, which harms
    nobody, and never a survey that cannot be opened.

    Raises
    ------
    PlanError
        With every fault of the plan. (`check_plan` also asks for the public address.)
    """
    check_plan(plan, now, "", demo=True)
    slug = f"{short_name(plan.title) or 'survey'}-{_suffix()}"
    codes = _codes(plan)
    key = keys.create(slug)
    try:
        with session.begin():
            _check_previous(session, plan)
            session.execute(sa.insert(models.Survey), _survey_row(plan, slug, key.public_key, now))
            session.execute(sa.insert(models.Unit), _unit_rows(slug, _counted(plan)))
            session.execute(sa.insert(models.Credential), _credential_rows(slug, codes))
    except BaseException:
        keys.destroy(slug)
        raise
    return Opened(slug, key.opening_codes, codes)


def _faults(plan: Plan, now: datetime) -> Iterator[str]:
    wanted = {
        "title": plan.title,
        "client": plan.client,
        "who runs the survey": plan.organiser,
        "whom respondents may ask": plan.help_contact,
    }
    yield from (f"Fill in: {what}." for what, text in wanted.items() if not text.strip())
    if not any(holder.strip() for holder in plan.holders):
        yield "Name who holds the opening codes; respondents are told."
    yield from _policy_faults(plan.policy)
    yield from _time_faults(plan, now)
    yield from _roster_faults(plan)
    yield from _questionnaire_faults(plan)


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
    elif sum(unit.asked for unit in _counted(plan)) > MOST_CODES:
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


def _suffix() -> str:
    """Four random characters, so that two surveys of one title keep apart."""
    return "".join(secrets.choice(ALPHABET) for _ in range(4)).lower()


def _codes(plan: Plan) -> Mapping[str, tuple[str, ...]]:
    return {
        unit.id: tuple(person_code() for _ in range(unit.asked))
        for unit in _counted(plan)
        if unit.asked
    }


def _counted(plan: Plan) -> tuple[Unit, ...]:
    """Return the units with their spare codes among the people asked."""
    spare = plan.spare
    return tuple(replace(u, asked=u.asked + spare) if u.asked else u for u in plan.units)


def _check_previous(session: Session, plan: Plan) -> None:
    """Refuse an earlier wave that cannot be compared with: another client's, or other questions."""
    if plan.previous is None:
        return
    earlier = session.get(models.Survey, plan.previous)
    if earlier is None or earlier.state != "closed":
        raise PlanError(["The earlier wave is not there or not closed yet."])
    if earlier.client.casefold() != plan.client.strip().casefold():
        raise PlanError([f"The earlier wave is one of another client, {earlier.client}."])
    before, now = map(questionnaire_of, (earlier.questionnaire, plan.questionnaire_text))
    if (before.scales, before.items, before.responses) != (now.scales, now.items, now.responses):
        raise PlanError(["The earlier wave asked other questions, so it cannot be compared with."])


def _survey_row(plan: Plan, slug: str, public_key: bytes, now: datetime) -> dict[str, object]:
    return {
        "slug": slug,
        "title": plan.title.strip(),
        "client": plan.client.strip(),
        "practice": plan.practice.strip(),
        "critical": plan.critical,
        "questionnaire": plan.questionnaire_text,
        "policy_scores": plan.policy.scores,
        "policy_single": plan.policy.single,
        "policy_spread": plan.policy.spread,
        "opened_at": now,
        "ends_at": plan.ends_at,
        "closable_from": plan.closable_from,
        "timezone": plan.timezone,
        "organiser": plan.organiser.strip(),
        "holders": tuple(holder.strip() for holder in plan.holders if holder.strip()),
        "help_contact": plan.help_contact.strip(),
        "harm_role": plan.harm_role.strip(),
        "previous": plan.previous,
        "state": "open",
        "public_key": public_key,
        "revision": 1,
        "scheme": plan.scheme,
        "fingerprint": "",
        "masked": plan.masked,
    }


def _unit_rows(slug: str, units: Sequence[Unit]) -> list[dict[str, object]]:
    """Return the rows with each parent before its children, as its reference asks."""
    depths = depths_of(units)
    rows: list[dict[str, object]] = [
        {
            "survey": slug,
            "id": unit.id,
            "name": unit.name,
            "parent": unit.parent,
            "asked": unit.asked,
            "place": place,
        }
        for place, unit in enumerate(units)
    ]
    return sorted(rows, key=lambda row: depths[str(row["id"])])


def _credential_rows(slug: str, codes: Mapping[str, Sequence[str]]) -> list[dict[str, object]]:
    """Return the rows in the order of the hashes, so that nothing tells who stood where."""
    rows = [(credential(code, slug), unit) for unit, of_unit in codes.items() for code in of_unit]
    return [{"hash": hashed, "survey": slug, "unit": unit} for hashed, unit in sorted(rows)]
