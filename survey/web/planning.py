"""The form of a new survey, read as a plan: every fault at once, each beside its field.

What a plan must be is decided in `survey.services.plan`; here belong the words of the form, and
which field a fault belongs to.
"""

import csv
import io
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import cast
from zoneinfo import ZoneInfo, available_timezones

from survey.ballots.wrapping import CODES, Scheme
from survey.config import Config
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Questionnaire, Scale
from survey.questionnaire.shipped import find, shipped_ids, shipped_text
from survey.services.names import parse_names
from survey.services.opening import Plan, PlanError, check_plan, parse_units
from survey.services.plan import usual_results_on
from survey.services.roster import UnitsError
from survey.services.surveys import SurveyView
from survey.web.forms import LEAST_SCORES, PlanForm

DEFAULT = "environment"
COMMON_ZONES = (
    "Europe/Berlin Europe/London Europe/Paris Europe/Madrid Europe/Rome Europe/Amsterdam"
    " Europe/Zurich Europe/Vienna Europe/Stockholm Europe/Warsaw Europe/Athens Europe/Istanbul"
    " America/New_York America/Chicago America/Denver America/Los_Angeles America/Toronto"
    " America/Sao_Paulo Africa/Johannesburg Asia/Dubai Asia/Kolkata Asia/Singapore Asia/Shanghai"
    " Asia/Tokyo Australia/Sydney UTC"
).split()
EXAMPLE = """\
unit,parent,people
Sales,,0
Sales North,Sales,12
Sales South,Sales,9
Service desk,,14"""
MOST_FAULTS = 30
YEARS = range(2000, 3000)
PLACES = (
    (r"Names to take out", "masked"),
    (r"way to open", "scheme"),
    (r"different holders", "holder_2"),
    (r"earliest closing|closing before", "closable_from"),
    (r"sees? its result", "results_on"),
    (r"end date", "ends"),
    (r"time zone", "timezone"),
    (r"sign of harm", "harm_role"),
    (r"to be critical", "critical"),
    (r"public_url", ""),
    (r"\bunits?\b|people would be asked", "units"),
    (r"[Qq]uestionnaire", "questionnaire"),
)
"""Which field a fault of a plan belongs to, by its words; the first that fits."""


Waves = Sequence[tuple[str, str]]
"""Closed surveys that can be the earlier wave: name in addresses, title."""


@lru_cache(maxsize=1)
def zones() -> tuple[str, ...]:
    """Return the names of all time zones, the common ones first."""
    known = available_timezones()
    common = [zone for zone in COMMON_ZONES if zone in known]
    return (*common, *sorted(known.difference(common)))


def questionnaires() -> tuple[Questionnaire, ...]:
    """Return the shipped questionnaires, the usual one first."""
    return tuple(find(name) for name in sorted(shipped_ids(), key=lambda name: name != DEFAULT))


def dimensions() -> list[tuple[Scale, tuple[str, ...]]]:
    """Return each dimension with the practices of the questionnaires that hang on it."""
    found: dict[str, tuple[Scale, tuple[str, ...]]] = {}
    for questionnaire in questionnaires():
        for scale in questionnaire.dimensions:
            hanging = [p for p in questionnaire.practices if scale.id in p.critical]
            labels = tuple(practice.label["en"] for practice in hanging)
            found.setdefault(scale.id, (scale, labels))
    return list(found.values())


def read_plan(form: PlanForm, now: datetime, config: Config, closed: Waves) -> Plan | None:
    """Read a sent form; None with every fault noted in the form where it is no plan yet."""
    form.validate()
    plan = _plan(form, now, closed)
    try:
        check_plan(plan, now, config.public_url, config.demo)
    except PlanError as error:
        for fault in error.faults:
            _note(form, fault)
    return None if form.errors else plan


def filled_from(view: SurveyView, name: str) -> dict[str, object]:
    """Return what the form begins with for the next wave of a survey; `name` runs it."""
    first, second, third = (*view.holders, "", "", "")[:3]
    return {
        "title": view.title,
        "client": view.client,
        "questionnaire": view.questionnaire.id,
        "practice": view.practice,
        "critical": view.critical,
        "units": as_csv(view.units),
        "timezone": view.timezone,
        "least": view.policy.scores,
        "organiser": view.organiser or name,
        "scheme": view.scheme,
        "holder_1": first,
        "holder_2": second,
        "holder_3": third,
        "help_contact": view.help_contact,
        "harm_role": view.harm_role,
        "previous": view.slug,
    }


def as_csv(units: Sequence[Unit]) -> str:
    """Return units as the form takes them."""
    names = {unit.id: unit.name for unit in units}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("unit", "parent", "people"))
    writer.writerows((u.name, names[u.parent] if u.parent else "", u.asked) for u in units)
    return text.getvalue()


def _plan(form: PlanForm, now: datetime, closed: Waves) -> Plan:
    """Make a plan; what has a fault of its own is replaced, so that it brings no second one."""
    zone = _zone(form)
    ends_at = _moment(form, "ends", zone) or now + timedelta(days=3)
    least, usual = _number(form, "least", LEAST_SCORES), Policy()
    return Plan(
        title=_text(form, "title"),
        client=_text(form, "client"),
        practice=_text(form, "practice"),
        critical=tuple(form.critical.data or ()),
        questionnaire_text=_questionnaire_text(form),
        units=_units(form) or (Unit("all", "All", None, least),),
        policy=Policy(least, max(usual.single, least), max(usual.spread, least)),
        ends_at=ends_at,
        closable_from=_moment(form, "closable_from", zone) or ends_at,
        timezone=zone,
        organiser=_text(form, "organiser"),
        holders=_holders(form),
        help_contact=_text(form, "help_contact"),
        harm_role=_text(form, "harm_role"),
        previous=_previous(form, closed),
        scheme=cast(Scheme, _text(form, "scheme")),
        masked=parse_names(_text(form, "masked")),
        spare=_number(form, "spare", 0),
        results_on=_day(form, "results_on") or usual_results_on(ends_at, zone),
    )


def _text(form: PlanForm, name: str) -> str:
    return str(form[name].data or "")


def _holders(form: PlanForm) -> tuple[str, ...]:
    """Return who holds the codes, as many as there are; the spare one lies somewhere too."""
    two = _text(form, "holder_1"), _text(form, "holder_2")
    if CODES.get(cast(Scheme, _text(form, "scheme")), 2) == len(two):
        return two
    third = _text(form, "holder_3")
    if not third and not form.holder_3.errors:
        form.refuse("holder_3", "Write where the spare code is kept; respondents are told.")
    return (*two, third)


def _number(form: PlanForm, name: str, otherwise: int) -> int:
    return otherwise if form[name].errors else int(form[name].data)


def _zone(form: PlanForm) -> str:
    name = _text(form, "timezone")
    if name in available_timezones():
        return name
    if not form.timezone.errors:
        form.refuse("timezone", f"“{name[:40]}” is no time zone; write one such as Europe/Berlin.")
    return "UTC"


def _moment(form: PlanForm, name: str, zone: str) -> datetime | None:
    """Return the moment that a field says; None where it is empty or not a time."""
    typed = _text(form, name)
    if not typed or form[name].errors:
        return None
    try:
        at = datetime.fromisoformat(typed)
    except ValueError:
        at = datetime(1, 1, 1, tzinfo=UTC)
    if at.year not in YEARS:
        form.refuse(name, "Write a date and a time, such as 2027-03-31T18:00.")
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))


def _day(form: PlanForm, name: str) -> date | None:
    """Return the day that a field says; None where it is empty or no day."""
    typed = _text(form, name)
    if not typed or form[name].errors:
        return None
    try:
        return date.fromisoformat(typed)
    except ValueError:
        form.refuse(name, "Write a day, such as 2027-03-31.")
        return None


def _units(form: PlanForm) -> tuple[Unit, ...]:
    if form.units.errors:
        return ()
    try:
        return parse_units(_text(form, "units"))
    except UnitsError as error:
        for fault in error.faults[:MOST_FAULTS]:
            form.refuse("units", fault)
        if (more := len(error.faults) - MOST_FAULTS) > 0:
            form.refuse("units", f"There are {more} more rows to mend.")
        return ()


def _questionnaire_text(form: PlanForm) -> str:
    if form.questionnaire.data in shipped_ids():
        return shipped_text(form.questionnaire.data)
    form.refuse("questionnaire", "Choose one of the questionnaires.")
    return shipped_text(DEFAULT)


def _previous(form: PlanForm, closed: Waves) -> str | None:
    chosen = _text(form, "previous")
    if chosen and chosen not in dict(closed):
        form.refuse("previous", "Choose a closed survey, or none.")
        return None
    return chosen or None


def _note(form: PlanForm, fault: str) -> None:
    """Put a fault of the plan beside its field, unless the field has told it in its own words."""
    if fault.startswith(("Fill in:", "Name who holds")):
        return
    place = next((name for words, name in PLACES if re.search(words, fault)), "")
    if not place or not form[place].errors:
        form.refuse(place, fault)
