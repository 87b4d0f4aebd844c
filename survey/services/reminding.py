"""Reminders: when they go out, to whom, and what they say.

A reminder goes to everybody who was invited, because nobody can tell who has answered. It carries
no code and no link: whoever lost the first mail asks for a spare card. The list of whom it goes to
is made when it begins; what a reminder says is made when each mail is sent.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.errors import UserError
from survey.language import LANGUAGES, day, moment, speaking
from survey.language import gettext as _
from survey.language import language as spoken
from survey.services.invitation_text import About, greeting, subject_of
from survey.services.inviting import new_letter, next_number
from survey.services.letters import Part, Said, Text
from survey.services.surveys import UnknownSurvey
from survey.storage.models import NUMBERS, Survey
from survey.storage.workspace import Invitee, Letter, Mailing

SHARES = (0.5, 0.8)
"""After which part of the time reminders usually go out."""
LEAST_TIME = timedelta(days=3)
"""A shorter survey has no reminder unless somebody adds one."""
MORNING = time(9)
WEEKEND = (5, 6)
APART = timedelta(hours=12)
MOST = 6
"""Reminders of a survey; more would be pestering."""


class UnknownMailing(UserError):
    """There is no such reminder, or it was sent already."""


class NoTimeForReminder(UserError):
    """A reminder must be in the future, and before the survey ends ({end})."""


class TooManyReminders(UserError):
    """A survey has {most} reminders at most. Move one of them instead."""


class NobodyToRemind(UserError):
    """Nobody was invited by mail, so there is nobody to remind."""


def usual_times(begins: datetime, ends_at: datetime, timezone: str) -> tuple[datetime, ...]:
    """Return when reminders usually go out: in the morning of a weekday, where the survey is."""
    whole = ends_at - begins
    if whole < LEAST_TIME:
        return ()
    times = [_morning(begins + whole * share, ends_at, timezone) for share in SHARES]
    return tuple(at for at in dict.fromkeys(times) if begins + APART <= at < ends_at)


def put_usual_reminders(
    session: Session, slug: str, begins: datetime, ends_at: datetime, timezone: str
) -> None:
    """Plan the usual reminders of a survey, inside a transaction of the caller's."""
    for at in usual_times(begins, ends_at, timezone):
        _put(session, slug, at)


def add_reminder(session: Session, slug: str, due: datetime, now: datetime) -> int:
    """Plan one more reminder; return its number."""
    with session.begin():
        _check_time(session, slug, due, now)
        planned = sa.select(sa.func.count()).where(
            Mailing.survey == slug, Mailing.kind == "reminder"
        )
        if (session.scalar(planned) or 0) >= MOST:
            raise TooManyReminders(most=MOST)
        if session.scalar(sa.select(sa.exists().where(Invitee.survey == slug))) is not True:
            raise NobodyToRemind
        return _put(session, slug, due)


def move_reminder(session: Session, slug: str, number: int, due: datetime, now: datetime) -> None:
    """Let a reminder that was not sent yet go out at another time."""
    with session.begin():
        _check_time(session, slug, due, now)
        _planned(session, slug, number).due = due


def cancel_reminder(session: Session, slug: str, number: int) -> None:
    """Let a reminder that was not sent yet never be sent."""
    with session.begin():
        session.delete(_planned(session, slug, number))


def begin_reminder(session: Session, mailing: Mailing, now: datetime) -> None:
    """Write the mails of a reminder that is due, one for everybody who was invited; inside a
    transaction of the caller's.
    """
    people = session.scalars(
        sa.select(Invitee).where(Invitee.survey == mailing.survey).order_by(Invitee.email)
    )
    rows = [_letter(mailing, one, now) for one in people]
    if rows:
        session.execute(sa.insert(Letter), sorted(rows, key=lambda row: str(row["id"])))
    mailing.total, mailing.state = len(rows), "going"


def reminder(about: About, name: str, language: str) -> Text:
    """Return what a reminder says to one person: no code, no link, and nothing of who answered."""
    with speaking(language):
        return Text(
            language if language in LANGUAGES else LANGUAGES[0],
            _("Reminder: {title}", title=about.view.title_in(spoken())),
            tuple(_words(about, name)),
        )


def _words(about: About, name: str) -> Iterator[Part]:
    view = about.view
    yield greeting(name)
    yield Said(
        _(
            "the survey “{title}” of {client} takes answers until {end}.",
            title=view.title_in(spoken()),
            client=view.client,
            end=moment(view.ends_at, view.timezone),
        )
    )
    yield Said(_("If you have answered, thank you: there is nothing more to do."))
    yield Said(_where_the_code_is(about))
    if view.spare:
        lost = _("If you cannot find that mail, ask for a spare card: {contact}.", **_contact(view))
    else:
        lost = _("If you cannot find that mail, please ask: {contact}.", **_contact(view))
    yield Said(lost)
    yield Said(
        _(
            "Everybody who was invited by mail gets this reminder: nobody can see who has answered"
            " and who has not."
        )
    )


def _where_the_code_is(about: About) -> str:
    """Return in which mail the code is; without a day where people were added who got it later."""
    view = about.view
    if any(view.added.get(unit) for unit in view.by_mail):
        return _(
            "If not: your code is in an earlier mail with the subject “{subject}”, from the same"
            " sender as this one. This reminder carries neither link nor code on purpose.",
            subject=subject_of(view),
        )
    return _(
        "If not: your code is in the mail of {day} with the subject “{subject}”, from the same"
        " sender as this one. This reminder carries neither link nor code on purpose.",
        day=day(about.first_sent.astimezone(ZoneInfo(view.timezone))),
        subject=subject_of(view),
    )


def _contact(view: Any) -> dict[str, str]:
    return {"contact": view.help_contact}


def _letter(mailing: Mailing, person: Invitee, now: datetime) -> dict[str, Any]:
    return new_letter("reminder", person.email, person.name, person.language, now) | {
        "survey": mailing.survey,
        "mailing": mailing.number,
        "unit": person.unit,
    }


def _put(session: Session, slug: str, due: datetime) -> int:
    number = next_number(session, slug)
    row = {"survey": slug, "number": number, "kind": "reminder", "due": due}
    session.execute(sa.insert(Mailing), row | {"state": "planned", "total": 0, "sent": 0})
    return number


def _planned(session: Session, slug: str, number: int) -> Mailing:
    """Return a reminder that can still be changed."""
    row = session.get(Mailing, (slug, number)) if number in NUMBERS else None
    if row is None or row.kind != "reminder" or row.state != "planned":
        raise UnknownMailing
    return row


def _check_time(session: Session, slug: str, due: datetime, now: datetime) -> None:
    survey = session.get(Survey, slug)
    if survey is None:
        raise UnknownSurvey
    if survey.state != "open" or not now < due < survey.ends_at:
        raise NoTimeForReminder(end=moment(survey.ends_at, survey.timezone))


def _morning(when: datetime, ends_at: datetime, timezone: str) -> datetime:
    """Return nine o'clock of that day, as the clocks of a zone show it.

    Of the Monday after a weekend, unless all is over by then.
    """
    zone = ZoneInfo(timezone)
    at = datetime.combine(when.astimezone(zone).date(), MORNING, zone)
    monday = at + timedelta(days=-at.weekday() % 7)
    return monday if at.weekday() in WEEKEND and monday < ends_at else at
