"""Everything that may stand in the way of opening a survey, as far as its plan tells.

Here belong the rules that a plan must keep by itself, each fault told in a sentence and all of them
at once. What needs the database (the earlier wave), and opening itself, stands in
`survey.services.opening`.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from survey.ballots.layout import QuestionnaireTooLong, layout_of
from survey.ballots.wrapping import NEEDED, SCHEMES
from survey.disclosure.values import Policy
from survey.errors import UserError
from survey.language import gettext as _
from survey.language import ngettext
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.faults import DefinitionError
from survey.services.names import name_faults
from survey.services.plan import Plan, counted
from survey.services.roster import tree_faults
from survey.services.surveys import questionnaire_of

NOTICE = timedelta(hours=24)
LONGEST = timedelta(days=366)
MOST_SPARE = 1000
MOST_CODES = 100_000
LONGEST_INTRODUCTION = 800
LONGEST_NOTICE = 1500
GAP = re.compile(r"\[[^\[\]]{1,200}\]")
"""What a model text leaves to be filled in."""


@dataclass(frozen=True)
class PlanFault:
    """Something that stands in the way of opening: a sentence, and the field of `Plan` it is about.

    `field` is empty where it is about the plan as a whole, or about this installation.
    """

    field: str
    sentence: str


class PlanError(UserError):
    """The survey cannot be opened yet: {told}"""

    def __init__(self, faults: Sequence[str]) -> None:
        self.faults = tuple(faults)
        super().__init__(told=" ".join(self.faults))


def check_plan(plan: Plan, now: datetime, public_url: str, demo: bool) -> None:
    """Raise `PlanError` with everything that stands in the way of opening."""
    _tell([*plan_faults(plan, now), *address_faults(public_url, demo)])


def check_ready(plan: Plan) -> None:
    """Raise `PlanError` with what people who are asked must be told besides.

    A survey of a client names who answers for people's data; the command line and the demo open
    surveys of no client without.
    """
    _tell(list(ready_faults(plan)))


def _tell(faults: Sequence[PlanFault]) -> None:
    if faults:
        raise PlanError([fault.sentence for fault in faults])


def address_faults(public_url: str, demo: bool) -> Iterator[PlanFault]:
    """Yield a fault where this installation does not know its own address."""
    if not public_url and not demo:
        yield PlanFault(
            "",
            _("Set public_url first: without the address that people use, no code leads anywhere."),
        )


def plan_faults(plan: Plan, now: datetime) -> Iterator[PlanFault]:
    """Yield everything that is wrong with a plan, the most basic first."""
    wanted = {
        "title": (plan.title, _("Fill in: title.")),
        "client": (plan.client, _("Fill in: client.")),
        "organiser": (plan.organiser, _("Fill in: who runs the survey.")),
        "help_contact": (plan.help_contact, _("Fill in: whom respondents may ask.")),
    }
    for field, (text, sentence) in wanted.items():
        if not text.strip():
            yield PlanFault(field, sentence)
    yield from _scheme_faults(plan)
    yield from _policy_faults(plan.policy)
    yield from _time_faults(plan, now)
    yield from _result_faults(plan)
    yield from _roster_faults(plan)
    yield from (PlanFault("masked", told) for told in name_faults(plan.masked))
    yield from _questionnaire_faults(plan)


def ready_faults(plan: Plan) -> Iterator[PlanFault]:
    """Yield what people who are asked must be told besides what any plan has."""
    wanted = {
        "controller": _("Write who answers for people’s data: the controller."),
        "controller_contact": _("Write how to reach the controller."),
        "privacy_notice": _("Write the privacy notice: what is done with people’s data, and why."),
        "harm_role": _("Name the role that is told where answers point to people being hurt."),
    }
    for field, sentence in wanted.items():
        if not getattr(plan, field).strip():
            yield PlanFault(field, sentence)
    if plan.introduction.strip() and not plan.sponsor.strip():
        yield PlanFault("sponsor", _("Write who says these words, or leave them out."))
    if len(plan.introduction) > LONGEST_INTRODUCTION:
        yield PlanFault("introduction", _shorten(plan.introduction, LONGEST_INTRODUCTION))
    if gap := GAP.search(plan.privacy_notice):
        told = _("Fill in or delete what stands in square brackets: {gap}", gap=gap[0])
        yield PlanFault("privacy_notice", told)
    if len(plan.privacy_notice) > LONGEST_NOTICE:
        yield PlanFault("privacy_notice", _shorten(plan.privacy_notice, LONGEST_NOTICE))


def _shorten(text: str, most: int) -> str:
    return _("Shorten this to {most} characters; it has {many}.", most=most, many=len(text))


def _scheme_faults(plan: Plan) -> Iterator[PlanFault]:
    """Two codes in one hand open: with two of three, nobody may be named twice.

    (Of the third code nobody need be named: it may be a sealed spare.)
    """
    if plan.scheme not in SCHEMES:
        told = " or ".join(f"“{scheme}”" for scheme in SCHEMES)
        wrong = plan.scheme[:40]
        sentence = _("The way to open must be {ways}, not “{wrong}”.", ways=told, wrong=wrong)
        yield PlanFault("scheme", sentence)
        return
    named = [" ".join(name.split()).casefold() for name in plan.holders if name.strip()]
    if not named:
        yield PlanFault("holders", _("Name who holds the opening codes; respondents are told."))
    elif NEEDED[plan.scheme] > 1 and len(set(named)) < max(2, len(named)):
        yield PlanFault(
            "holders",
            _("Name different holders of opening codes: whoever holds two could open alone."),
        )


def other_least(least: int) -> str:
    """Say that the earlier wave showed scores from another number of answers on.

    With 8 answers units of 6, 5 and 4 people are told of together, with 5 the first two by
    themselves: both reports tell of the four (tests/adversary/test_row_space.py).
    """
    return _(
        "The earlier wave showed results from {least} answers on. Keep that: with another number"
        " other groups are put together, and both reports together would tell of fewer people.",
        least=least,
    )


def _policy_faults(policy: Policy) -> Iterator[PlanFault]:
    """A finer figure never needs fewer answers than a coarse one. (`Policy` keeps its minimums.)"""
    if policy.single < policy.scores:
        yield PlanFault(
            "policy",
            _(
                "Single items are shown from {least} answers on at least, as scores are.",
                least=policy.scores,
            ),
        )
    if policy.spread < policy.single:
        yield PlanFault(
            "policy",
            _(
                "Spread is shown from {least} answers on at least, as single items are.",
                least=policy.single,
            ),
        )


def _time_faults(plan: Plan, now: datetime) -> Iterator[PlanFault]:
    if plan.ends_at.tzinfo is None or plan.closable_from.tzinfo is None:
        yield PlanFault("ends_at", _("The dates need a time zone."))
        return
    if plan.ends_at <= now:
        yield PlanFault("ends_at", _("The end date is in the past."))
    elif plan.ends_at > now + LONGEST:
        yield PlanFault("ends_at", _("The end date is more than a year away."))
    if plan.closable_from > plan.ends_at:
        yield PlanFault("closable_from", _("The earliest closing must not be after the end date."))
    elif plan.closable_from != plan.ends_at and plan.closable_from < now + NOTICE:
        yield PlanFault(
            "closable_from", _("A closing before the end date must be told at least a day ahead.")
        )
    if not is_time_zone(plan.timezone):
        yield PlanFault(
            "timezone",
            _(
                "“{wrong}” is no time zone; write one such as Europe/Berlin.",
                wrong=plan.timezone[:40],
            ),
        )


def _result_faults(plan: Plan) -> Iterator[PlanFault]:
    """The day begins at midnight, and no survey has a result before its end."""
    if plan.results_on is None or plan.ends_at.tzinfo is None or not is_time_zone(plan.timezone):
        return
    begins = datetime.combine(plan.results_on, time(), ZoneInfo(plan.timezone))
    if begins < plan.ends_at:
        yield PlanFault(
            "results_on",
            _("The team can see its result from a day after the end date on, not before."),
        )
    elif begins > plan.ends_at + LONGEST:
        yield PlanFault(
            "results_on",
            _("The day on which the team sees its result is more than a year after the end."),
        )


def is_time_zone(name: str) -> bool:
    """Say whether a time zone has this name."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return True


def _roster_faults(plan: Plan) -> Iterator[PlanFault]:
    yield from (PlanFault("units", told) for told in tree_faults(plan.units))
    if any(unit.asked < 0 for unit in plan.units):
        yield PlanFault("units", _("No unit can ask fewer than 0 people."))
    people, least = sum(unit.asked for unit in plan.units), plan.policy.scores
    if people < least:
        yield PlanFault(
            "units",
            ngettext(
                "{people} person would be asked, but nothing is shown of fewer than {least}.",
                "{people} people would be asked, but nothing is shown of fewer than {least}.",
                people,
                people=people,
                least=least,
            ),
        )
    if not 0 <= plan.spare <= MOST_SPARE:
        yield PlanFault("spare", _("Spare codes: from 0 to {most} a unit.", most=MOST_SPARE))
    elif sum(unit.asked for unit in counted(plan)) > MOST_CODES:
        yield PlanFault(
            "units",
            _(
                "That would be more than {most} codes in all; open several surveys.",
                most=MOST_CODES,
            ),
        )


def _questionnaire_faults(plan: Plan) -> Iterator[PlanFault]:
    try:
        questionnaire = questionnaire_of(plan.questionnaire_text)
        layout_of(questionnaire)
    except DefinitionError as error:
        for fault in error.faults:
            told = _("Questionnaire: {fault}.", fault=fault)
            yield PlanFault("questionnaire_text", told)
        return
    except QuestionnaireTooLong as error:
        yield PlanFault("questionnaire_text", str(error))
        return
    yield from _meaning_faults(plan, questionnaire)


def _meaning_faults(plan: Plan, questionnaire: Questionnaire) -> Iterator[PlanFault]:
    known = {scale.id for scale in questionnaire.dimensions}
    for dimension in plan.critical:
        if dimension not in known:
            yield PlanFault(
                "critical",
                _(
                    "The questionnaire has no dimension “{wrong}” to be critical.",
                    wrong=dimension[:40],
                ),
            )
    if questionnaire.readiness.harm_items and not plan.harm_role.strip():
        yield PlanFault(
            "harm_role", _("Name the role to which a sign of harm goes; respondents are told.")
        )
