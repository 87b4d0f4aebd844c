"""From a draft to the plan of a survey, with everything that is missing, each beside its field.

Pure: a draft and its grounds go in, a plan comes out, always, with a stand-in for whatever is
missing or wrong, so that one fault brings no second one. What a plan must be is decided in `plan`;
here belongs what a draft's texts mean, and on which page a fault is mended.
"""

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

from survey.ballots.wrapping import CODES, Scheme
from survey.disclosure.values import Policy, Unit
from survey.language import gettext as _
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import shipped_ids, shipped_text
from survey.services.across import Asking, Other, grouped_otherwise, running_faults
from survey.services.draft_grounds import Grounds
from survey.services.draft_settings import DEFAULT, STEP_FIELDS, Settings
from survey.services.names import parse_names
from survey.services.plan import Plan, usual_results_on
from survey.services.plan_faults import (
    PlanFault,
    address_faults,
    is_time_zone,
    other_least,
    plan_faults,
    ready_faults,
)
from survey.services.reminding import usual_times
from survey.services.reporting_groups import Groups, groups_of, regrouped_faults, way_faults
from survey.services.surveys import questionnaire_of

LEAST, MOST = 5, 100
"""From how few answers on scores are shown, at least and at most."""
MOST_SPARE = 1000
LINE = 200
"""Characters that a line of text may have."""
YEARS = range(2000, 3000)
STAND_IN = timedelta(days=3)
SOME_NAME = "Name"
FIELD_OF = {
    "holders": "holder_2",
    "policy": "least",
    "ends_at": "ends",
    "units": "groups",
    "questionnaire_text": "questionnaire",
    "client": "",
}
"""Field of a plan -> field of a draft, where they differ."""
REHEARSED = (
    *("practice", "introduction", "sponsor", "comments"),
    *("controller", "controller_contact", "privacy_notice"),
)
"""What people read and a rehearsal tries out, besides the questionnaire itself."""


RUNNING = "running"
"""Stands for a field where another survey of the same people is not closed yet."""


@dataclass(frozen=True)
class Fault:
    """What keeps a survey from being opened: on which page, at which field, and whether there is
    only nothing yet.
    """

    step: str
    field: str
    sentence: str
    missing: bool = False


@dataclass(frozen=True)
class Prepared:
    """A draft, read: the plan as far as it is one, and all that is missing."""

    settings: Settings
    groups: Groups
    plan: Plan
    mails_from: datetime | None
    faults: tuple[Fault, ...]
    now: datetime
    beside: tuple[Other, ...] = ()
    """Closed surveys that asked the same people in other groups: the people asked are told."""
    named: bool = False
    """Whether the roster has names; at the opening they are taken out of comments."""

    @property
    def masked(self) -> tuple[str, ...]:
        """What stands for the names that will be taken out of comments, where there are any.

        Whoever tries the survey out reads that it will be so; nobody's name is copied for it.
        """
        return (SOME_NAME,) if self.named or self.plan.masked else ()

    @property
    def questionnaire(self) -> Questionnaire:
        """The questionnaire that is asked, own words included or not."""
        asked = questionnaire_of(self.plan.questionnaire_text)
        return asked if self.plan.comments else replace(asked, open_questions=())

    @property
    def rehearsable(self) -> bool:
        """Whether it can be tried out: test codes may, while another survey still runs."""
        return all(fault.field == RUNNING for fault in self.faults)

    def faults_of(self, step: str) -> tuple[Fault, ...]:
        """Return what is missing on one page."""
        return tuple(fault for fault in self.faults if fault.step == step)

    @property
    def ends_known(self) -> bool:
        """Whether the plan's end is one that somebody chose."""
        return not any(fault.field in ("ends", "timezone") for fault in self.faults)

    @property
    def reminders(self) -> tuple[datetime, ...]:
        """When reminders usually go out; they can be moved once the survey is open."""
        if not self.plan.by_mail or not self.ends_known:
            return ()
        begins = self.mails_from or self.now
        return usual_times(begins, self.plan.ends_at, self.plan.timezone)

    @property
    def digest(self) -> str:
        """Tell what people would read: a rehearsal of the same has the same digest."""
        told = {name: getattr(self.settings, name) for name in REHEARSED}
        told["questionnaire"] = self.plan.questionnaire_text
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def prepared(settings: Settings, grounds: Grounds) -> Prepared:
    """Read a draft."""
    reading = _Reading(settings, grounds)
    plan = reading.plan()
    mails_from = reading.mails_from(plan)
    reading.check(plan)
    faults, asking = reading.faults, _asking(grounds, reading.groups, plan)
    faults += [Fault("", RUNNING, told) for told in running_faults(grounds.others, asking)]
    beside = grouped_otherwise(grounds.others, asking)
    plan = replace(plan, asked_before=tuple(other.line for other in beside))
    told = settings, reading.groups, plan, mails_from, tuple(faults), grounds.now, beside
    return Prepared(*told, grounds.named)


def _asking(grounds: Grounds, groups: Groups, plan: Plan) -> Asking:
    leaders = {one.unit.id: one.unit.name for one in groups.asking if one.leaders}
    members = {u.id: u.name for u in grounds.units if u.id in groups.grouping.members}
    scales = frozenset(scale.id for scale in questionnaire_of(plan.questionnaire_text).scales)
    return Asking(members | leaders, plan.units, plan.policy, scales, plan.previous)


class _Reading:
    """Reads one draft and notes every fault once."""

    def __init__(self, settings: Settings, grounds: Grounds) -> None:
        self.settings, self.grounds = settings, grounds
        self.groups = groups_of(grounds, settings)
        self.faults: list[Fault] = []

    def note(self, field: str, sentence: str, *, missing: bool = False) -> None:
        """Note a fault, unless its field has one that is more basic."""
        if field and any(fault.field == field for fault in self.faults):
            return
        steps = (step for step, names in STEP_FIELDS.items() if field in names)
        step = "people" if field == "groups" else next(steps, "")
        self.faults.append(Fault(step, field, sentence, missing))

    def plan(self) -> Plan:
        """Return the plan; what has a fault of its own is replaced."""
        told, client = self.settings, self.grounds.client
        self.lines()
        zone, now = self.zone(), self.grounds.now
        ends_at = self.ends(zone)
        return Plan(
            title=told.title,
            client=client.name,
            practice=told.practice,
            critical=told.critical,
            questionnaire_text=self.questionnaire_text(),
            units=self.units(),
            policy=self.policy(),
            ends_at=ends_at,
            closable_from=self.moment("closable_from", zone) or ends_at,
            timezone=zone,
            organiser=told.organiser,
            holders=self.holders(),
            help_contact=told.help_contact,
            harm_role=told.harm_role,
            previous=told.previous,
            scheme=cast(Scheme, told.scheme),
            masked=parse_names(told.masked),
            spare=self.number("spare", 0, MOST_SPARE),
            results_on=self.day("results_on") or _results_on(ends_at, zone, now),
            client_id=client.id,
            controller=told.controller,
            controller_contact=told.controller_contact,
            privacy_notice=told.privacy_notice,
            introduction=told.introduction,
            sponsor=told.sponsor if told.introduction.strip() else "",
            comments=told.comments,
            by_mail=self.groups.by_mail,
            parts={
                one.unit.id: self.groups.grouping.behind(one.unit.id)
                for one in self.groups.asking
                if not one.leaders
            },
        )

    def lines(self) -> None:
        """Look at what is written in one line, and at what nobody has said yet."""
        long = ("introduction", "privacy_notice", "masked", "questionnaire_text")
        for names in STEP_FIELDS.values():
            for name in names:
                value = getattr(self.settings, name)
                if isinstance(value, str) and name not in long and len(value) > LINE:
                    self.note(name, _("Shorten this to {most} characters.", most=LINE))
        if not self.settings.practice.strip() and not self.settings.unplanned:
            told = _("Write which practice is planned, or tick that none is.")
            self.note("practice", told, missing=True)

    def zone(self) -> str:
        """Return the time zone; a good one in the place of none."""
        name = self.settings.timezone.strip()
        if name and is_time_zone(name):
            return name
        told = _("“{wrong}” is no time zone; write one such as Europe/Berlin.", wrong=name[:40])
        self.note("timezone", told if name else _("Write a time zone, such as Europe/Berlin."))
        return "UTC"

    def ends(self, zone: str) -> datetime:
        """Return the end; some days from now where none was said."""
        if not self.settings.ends.strip():
            self.note("ends", _("Write until when people can answer."), missing=True)
        return self.moment("ends", zone) or self.grounds.now + STAND_IN

    def moment(self, name: str, zone: str) -> datetime | None:
        """Return the moment that a field says; None where it is empty or not a time."""
        typed = getattr(self.settings, name).strip()
        if not typed:
            return None
        try:
            at = datetime.fromisoformat(typed)
        except ValueError:
            at = datetime(1, 1, 1, tzinfo=UTC)
        if at.year not in YEARS:
            self.note(name, _("Write a date and a time, such as 2027-03-31T18:00."))
            return None
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))

    def day(self, name: str) -> date | None:
        """Return the day that a field says; None where it is empty or no day."""
        typed = getattr(self.settings, name).strip()
        if not typed:
            return None
        try:
            return date.fromisoformat(typed)
        except ValueError:
            self.note(name, _("Write a day, such as 2027-03-31."))
            return None

    def number(self, name: str, least: int, most: int) -> int:
        """Return the number that a field says; the smallest where it says none."""
        typed = getattr(self.settings, name).strip()
        number = int(typed) if typed.isdecimal() and typed.isascii() and len(typed) < 7 else -1
        if least <= number <= most:
            return number
        self.note(name, _("Write a whole number from {least} to {most}.", least=least, most=most))
        return least

    def policy(self) -> Policy:
        """Return from how many answers on what is shown."""
        least, usual = self.number("least", LEAST, MOST), Policy()
        if self.grounds.least not in (None, least):
            self.note("least", other_least(self.grounds.least))
        return Policy(least, max(usual.single, least), max(usual.spread, least))

    def questionnaire_text(self) -> str:
        """Return the questionnaire: that of the earlier wave, or one that is shipped."""
        if self.settings.questionnaire_text:
            return self.settings.questionnaire_text
        if self.settings.questionnaire in shipped_ids():
            return shipped_text(self.settings.questionnaire)
        self.note("questionnaire", _("Choose one of the questionnaires."), missing=True)
        return shipped_text(DEFAULT)

    def holders(self) -> tuple[str, ...]:
        """Return who holds the opening codes, a stand-in for whoever is not named yet."""
        wanted = (
            _("Write who holds the first opening code; respondents are told."),
            _("Write who holds the second opening code; respondents are told."),
            _("Write where the spare code is kept; respondents are told."),
        )
        names = ("holder_1", "holder_2", "holder_3")
        holders = []
        for at in range(CODES.get(cast(Scheme, self.settings.scheme), 2)):
            typed = getattr(self.settings, names[at]).strip()
            if not typed:
                self.note(names[at], wanted[at], missing=True)
            holders.append(typed or f"({at + 1})")
        return tuple(holders)

    def units(self) -> tuple[Unit, ...]:
        """Return the units, and say what is wrong with the groups and their ways."""
        for told in self.groups.faults:
            self.faults.append(Fault("people", "groups", told))
        if not self.groups.asking:
            told = _("Nobody is there to be asked: add people to the client’s units first.")
            self.note("groups", told, missing=True)
        for told in regrouped_faults(self.grounds, self.groups):
            self.faults.append(Fault("people", "groups", told))
        for told in way_faults(self.grounds, self.groups):
            self.faults.append(Fault("people", "groups", told))
        return self.groups.grouping.units

    def mails_from(self, plan: Plan) -> datetime | None:
        """Return when invitations begin to go out; None: at once, or nobody is written to."""
        at = self.moment("mails_from", plan.timezone) if plan.by_mail else None
        if at is not None and not self.grounds.now < at < plan.ends_at:
            self.note("mails_from", _("Mails go out between now and the end."))
            return None
        return at

    def check(self, plan: Plan) -> None:
        """Note everything that the rules of plans find; what nobody has typed is missing."""
        site = self.grounds.site
        found: list[PlanFault] = [*plan_faults(plan, self.grounds.now), *ready_faults(plan)]
        for fault in (*found, *address_faults(site.public_url, site.demo)):
            field = FIELD_OF.get(fault.field, fault.field)
            value = getattr(self.settings, field, "typed")
            self.note(field, fault.sentence, missing=value in ("", ()))


def _results_on(ends_at: datetime, zone: str, now: datetime) -> date:
    """Return the usual day of results; an end that is no end yet must not overflow it."""
    return usual_results_on(min(ends_at, now + timedelta(days=3660)), zone)
