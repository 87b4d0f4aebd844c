"""Changing a survey while it is open: its end put off, people added, others to ask. Nothing else.

The role that a sign of harm goes to stays: whoever has answered has answered with it in mind. Each
change is written down for respondents, and the six words are made anew in the same
transaction: neither is ever seen without the other. A code that is made here is recognised like
those of the opening. Its row tells that it came later, and of which unit it is; not whose it is,
and it leads to no answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import credential, person_code
from survey.disclosure.values import Unit as Asked
from survey.errors import UserError
from survey.language import moment
from survey.services.changes import told_of_contact, told_of_end, told_of_people
from survey.services.frozen import renew_fingerprint
from survey.services.inviting import Invited, deal, invited_faults, put_invitations
from survey.services.names import with_people
from survey.services.plan_faults import LONGEST, MOST_CODES
from survey.services.surveys import SurveyView, UnknownSurvey, state_of
from survey.storage.models import Amendment, Credential, Survey, Unit
from survey.storage.queries import amendments_of
from survey.storage.workspace import Invitee

MOST_AT_ONCE = 1000
"""People who are added by one change."""


class NotRunning(UserError):
    """The survey takes no answers any more, so nothing of it can be changed."""


class ChangedMeanwhile(UserError):
    """Somebody changed this survey in the meantime, so nothing was done. Look at what was changed,
    and decide anew.
    """


class NotLater(UserError):
    """An end can only be put off. Choose a moment after {end}."""


class RunsTooLong(UserError):
    """A survey runs for a year at most. Choose a moment until {last}."""


class ContactMissing(UserError):
    """Write whom people may ask, and how to reach them."""


class ContactSame(UserError):
    """That is whom people may ask already: {contact}"""


class HalfTimeOver(UserError):
    """People can be added until half of the time is over. It was over on {half}."""


class UnknownGroup(UserError):
    """The survey asks nobody in this group. People can be added only to groups that were asked when
    it was opened.
    """


class OtherWay(UserError):
    """A group gets its codes by mail or on cards, never both. This one gets them the other way."""


class TooManyPeople(UserError):
    """Add from 1 to {most} people at once. A survey has at most {codes} codes in all."""


class InvitedBefore(UserError):
    """Invited already, and nobody can answer twice: {names}."""


class NotToInvite(UserError):
    """Nobody was added. {told}"""


@dataclass(frozen=True)
class Added:
    """What came of adding people."""

    unit: str
    name: str
    codes: tuple[str, ...]
    """Those that are shown once; none of them goes by mail."""
    word: str
    """Leads the people of the unit to their group's result."""
    mailed: int
    fingerprint: str


def half_time(view: SurveyView) -> datetime:
    """Return until when people can be added: half of the time that was told at opening."""
    first = next((change.ends[0] for change in view.changes if change.ends), view.ends_at)
    return _half(view.opened_at, first)


def longest_end(view: SurveyView) -> datetime:
    """Return to when an end can be put off at most."""
    return view.opened_at + LONGEST


def put_off(session: Session, slug: str, ends_at: datetime, now: datetime, revision: int) -> None:
    """Put the end of a survey off, and tell respondents.

    Whatever would come before the new end moves along: the day of the results by as many days, and
    the earliest closing where it was the end itself.

    Parameters
    ----------
    revision
        That of the survey as it was looked at; with any other it was changed since.

    Raises
    ------
    NotRunning, ChangedMeanwhile, NotLater, RunsTooLong
    """
    with session.begin():
        row = _held(session, slug, now, revision)
        old = row.ends_at
        if ends_at <= old:
            raise NotLater(end=moment(old, row.timezone))
        if ends_at > row.opened_at + LONGEST:
            raise RunsTooLong(last=moment(row.opened_at + LONGEST, row.timezone))
        results = _results_moved(row, ends_at)
        told = told_of_end((old, ends_at.astimezone(old.tzinfo)), row.fingerprint, results)
        if row.closable_from == old:
            row.closable_from = ends_at
        row.ends_at = ends_at
        row.results_on = results[1] if results else row.results_on
        _write_down(session, row, "end", told, now)


def change_contact(session: Session, slug: str, contact: str, now: datetime, revision: int) -> None:
    """Let people ask somebody else, such as where the one before has left, and tell respondents.

    Raises
    ------
    NotRunning, ChangedMeanwhile, ContactMissing, ContactSame
    """
    told = " ".join(contact.split())
    if not told:
        raise ContactMissing
    with session.begin():
        row = _held(session, slug, now, revision)
        if told == row.help_contact:
            raise ContactSame(contact=told)
        kept = told_of_contact((row.help_contact, told), row.fingerprint)
        row.help_contact = told
        _write_down(session, row, "contact", kept, now)


def add_cards(
    session: Session, slug: str, unit: str, many: int, now: datetime, revision: int
) -> Added:
    """Add people to a group that draws cards; their codes are returned once and stored nowhere.

    Raises
    ------
    NotRunning, ChangedMeanwhile, HalfTimeOver, UnknownGroup, OtherWay, TooManyPeople
    """
    with session.begin():
        row, group, codes = _added(session, slug, unit, many, now, revision, "cards")
        return _told(row, group, codes, 0)


def add_invited(
    session: Session,
    slug: str,
    unit: str,
    people: Sequence[Invited],
    now: datetime,
    revision: int,
) -> Added:
    """Add people to a group that is written to; each gets a code by mail.

    Raises
    ------
    NotRunning, ChangedMeanwhile, HalfTimeOver, UnknownGroup, OtherWay, TooManyPeople
    NotToInvite, InvitedBefore
        Addresses that cannot be written to, or were written to already.
    """
    with session.begin():
        row, group, codes = _added(session, slug, unit, len(people), now, revision, "mail")
        asked = Asked(group.id, group.name, group.parent, len(people))
        if faults := tuple(invited_faults([asked], [unit], people)):
            raise NotToInvite(told=" ".join(faults))
        _check_new(session, slug, people)
        row.masked = with_people(row.masked, (person.name for person in people))
        dealt, _ = deal({unit: codes}, people)
        put_invitations(session, slug, dealt, now, _today(row, now))
        return _told(row, group, (), len(dealt))


def invited_addresses(session: Session, slug: str) -> frozenset[str]:
    """Return whom a survey writes to, in small letters; inside a transaction of the caller's."""
    query = sa.select(Invitee.email).where(Invitee.survey == slug)
    return frozenset(email.casefold() for email in session.scalars(query))


def _added(
    session: Session, slug: str, unit: str, many: int, now: datetime, revision: int, way: str
) -> tuple[Survey, Unit, tuple[str, ...]]:
    """Make room and codes for some people of a unit, inside a transaction."""
    row = _held(session, slug, now, revision)
    _check_half_time(session, row, now)
    group = session.get(Unit, (slug, unit))
    if group is None or not group.asked:
        raise UnknownGroup
    if group.way != way:
        raise OtherWay
    total = session.scalar(sa.select(sa.func.sum(Unit.asked)).where(Unit.survey == slug)) or 0
    if not 1 <= many <= min(MOST_AT_ONCE, MOST_CODES - total):
        raise TooManyPeople(most=MOST_AT_ONCE, codes=MOST_CODES)
    codes = tuple(person_code() for _ in range(many))
    group.asked += many
    hashes = sorted(credential(code, slug) for code in codes)  # in no order that tells of people
    rows = [{"hash": hashed, "survey": slug, "unit": unit} for hashed in hashes]
    session.execute(sa.insert(Credential), rows)
    told = told_of_people(unit, many, row.fingerprint)
    _write_down(session, row, "people", told, now)
    return row, group, codes


def _held(session: Session, slug: str, now: datetime, revision: int) -> Survey:
    """Return the row of a survey that takes answers, held against whoever else would change it."""
    query = sa.select(Survey).where(Survey.slug == slug).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise UnknownSurvey
    if state_of(row, now) != "open":
        raise NotRunning
    if row.revision != revision:
        raise ChangedMeanwhile
    return row


def _check_half_time(session: Session, row: Survey, now: datetime) -> None:
    ends = (one.told[0] for one in amendments_of(session, row.slug) if one.kind == "end")
    first = next(ends, None)
    end = datetime.fromisoformat(first) if first else row.ends_at
    half = _half(row.opened_at, end)
    if now >= half:
        raise HalfTimeOver(half=moment(half, row.timezone))


def _half(opened_at: datetime, first_end: datetime) -> datetime:
    return opened_at + (first_end - opened_at) / 2


def _results_moved(row: Survey, ends_at: datetime) -> tuple[date, date] | None:
    """Return the day of the results before and after, where it would come before the new end."""
    if row.results_on is None:
        return None
    zone = ZoneInfo(row.timezone)
    if datetime.combine(row.results_on, time(), zone) >= ends_at:
        return None
    days = ends_at.astimezone(zone).date() - row.ends_at.astimezone(zone).date()
    return row.results_on, row.results_on + max(days, timedelta(days=1))


def _check_new(session: Session, slug: str, people: Sequence[Invited]) -> None:
    known = invited_addresses(session, slug)
    if twice := [one.email for one in people if one.email.casefold() in known]:
        raise InvitedBefore(names=", ".join(twice[:5]))


def _write_down(
    session: Session, row: Survey, kind: str, told: tuple[str, ...], now: datetime
) -> None:
    """Note a change for respondents, and make the words of the survey as it is from now on."""
    row.revision += 1
    day = _today(row, now)
    session.add(Amendment(survey=row.slug, number=row.revision, day=day, kind=kind, told=told))
    session.flush()
    if row.fingerprint:
        renew_fingerprint(session, row.slug)


def _told(row: Survey, group: Unit, codes: tuple[str, ...], mailed: int) -> Added:
    return Added(group.id, group.name, codes, group.result_word or "", mailed, row.fingerprint)


def _today(row: Survey, now: datetime) -> date:
    return now.astimezone(ZoneInfo(row.timezone)).date()
