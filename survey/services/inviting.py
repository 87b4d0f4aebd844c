"""Inviting people by mail: dealing out codes when a survey is opened, and what an invitation says.

A code that goes by mail stands in one row of the outbox and nowhere else, until a server has taken
the mail. The body of an invitation is made when it is sent and stored nowhere. Sending itself
belongs to `survey.services.outbox`.
"""

import secrets
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import Unit
from survey.language import LANGUAGES, day, moment, speaking
from survey.language import gettext as _
from survey.mail import NoMailAddress, check_address
from survey.services.letters import Heading, Part, Quoted, Said, Shown, Text, Way
from survey.services.promises.settings import WHOLE_PROMISE
from survey.services.surveys import SurveyView, view_of
from survey.storage import queries
from survey.storage.engine import reading
from survey.storage.workspace import Invitee, Letter, Mailing

FIRST = 1
"""The number of the mailing that invites at opening."""
MOST_NAMED = 5


@dataclass(frozen=True)
class Invited:
    """Somebody who is asked by mail. `unit` is one of the survey's."""

    unit: str
    name: str
    email: str
    language: str


@dataclass(frozen=True)
class Dealt:
    """A person and the code that their mail carries."""

    invited: Invited
    code: str


@dataclass(frozen=True)
class About:
    """All that the mails of a survey say of it."""

    view: SurveyView
    words: Mapping[str, str]
    """Unit -> what leads its people to their group's result."""
    address: str
    """Of the survey, without a code."""
    first_sent: datetime
    """When the invitations began to be sent."""


def invited_faults(
    units: Sequence[Unit], by_mail: Sequence[str], invited: Sequence[Invited]
) -> Iterator[str]:
    """Say what is wrong with a list of people to be written to.

    `Unit.asked` counts the people of a unit, without spare codes.
    """
    names = {unit.id: unit.name for unit in units}
    asked = {unit.id: unit.asked for unit in units}
    if strange := [unit for unit in by_mail if unit not in names]:
        yield _("These units are not in the survey: {names}.", names=_some(strange))
    many = Counter(person.unit for person in invited)
    if others := sorted(names.get(unit, unit) for unit in many.keys() - set(by_mail)):
        yield _("A unit gets mail or cards, never both. Cards: {names}.", names=_some(others))
    if full := [names[u] for u in names if u in by_mail and many[u] > asked[u]]:
        yield _("More people are written to than are asked in: {names}.", names=_some(full))
    yield from _address_faults(invited)


def deal(
    codes: Mapping[str, Sequence[str]], invited: Sequence[Invited]
) -> tuple[tuple[Dealt, ...], Mapping[str, tuple[str, ...]]]:
    """Give everybody who is invited one of their unit's codes, by chance; return the rest too."""
    left: dict[str, list[str]] = {unit: list(of_unit) for unit, of_unit in codes.items()}
    for of_unit in left.values():
        secrets.SystemRandom().shuffle(of_unit)
    dealt = tuple(Dealt(person, left[person.unit].pop()) for person in invited)
    return dealt, {unit: tuple(of_unit) for unit, of_unit in left.items()}


def put_invitations(
    session: Session,
    slug: str,
    dealt: Sequence[Dealt],
    due: datetime,
    added_on: date | None = None,
) -> None:
    """Write whom to invite, and their mails, as one round; inside a transaction of the caller's.

    Rows go in by address and by random id: in no order in which codes were dealt out.
    """
    if not dealt:
        return
    number = next_number(session, slug)
    session.execute(
        sa.insert(Mailing),
        {
            "survey": slug,
            "number": number,
            "kind": "invitation",
            "due": due,
            "state": "planned",
            "total": len(dealt),
            "sent": 0,
        },
    )
    people = [_invitee(slug, one.invited, added_on) for one in dealt]
    session.execute(sa.insert(Invitee), sorted(people, key=lambda row: str(row["email"])))
    rows = [_letter(slug, number, one, due) for one in dealt]
    session.execute(sa.insert(Letter), sorted(rows, key=lambda row: str(row["id"])))


def next_number(session: Session, slug: str) -> int:
    """Return the number of a survey's next mailing."""
    last = session.scalar(sa.select(sa.func.max(Mailing.number)).where(Mailing.survey == slug))
    return (last or 0) + FIRST


def about(session: Session, slug: str, now: datetime, public_url: str) -> About:
    """Return what the mails of a survey say of it, inside a transaction of the caller's."""
    sent = sa.select(Mailing.due).where(Mailing.survey == slug, Mailing.number == FIRST)
    view = view_of(session, slug, now)
    return About(
        view=view,
        words={unit.id: unit.result_word or "" for unit in queries.units_of(session, slug)},
        address=f"{public_url}/s/{slug}",
        first_sent=session.scalar(sent) or view.opened_at,
    )


def about_survey(session: Session, slug: str, now: datetime, public_url: str) -> About:
    """Return the same in a transaction of its own."""
    with reading(session):
        return about(session, slug, now, public_url)


def subject_of(view: SurveyView) -> str:
    """Return the subject of the invitations, in the language of this moment."""
    return _("Your code to answer: {title}", title=view.title)


def invitation(about: About, name: str, language: str, unit: str, code: str) -> Text:
    """Return what an invitation says to one person."""
    with speaking(language):
        return Text(
            language if language in LANGUAGES else LANGUAGES[0],
            subject_of(about.view),
            (
                *_who_asks(about, name),
                *_way_in(about, code),
                *_what_happens(about.view),
                *_afterwards(about, unit),
                *_whom_to_ask(about.view),
            ),
        )


def greeting(name: str) -> Said:
    """Return the first line of a mail."""
    return Said(_("Hello {name},", name=name) if name else _("Hello,"))


def _who_asks(about: About, name: str) -> Iterator[Part]:
    view = about.view
    yield greeting(name)
    yield Said(
        _(
            "{organiser} invites you to a survey of {client}: “{title}”.",
            organiser=view.organiser,
            client=view.client,
            title=view.title,
        )
    )
    if view.practice:
        yield Said(_("The reason: it is planned to introduce “{what}”.", what=view.practice))
    if view.introduction:
        yield Quoted(view.introduction, view.sponsor)
    yield Said(
        _(
            "It takes about {minutes} minutes. You can answer until {end}. Taking part is"
            " voluntary.",
            minutes=view.questionnaire.minutes,
            end=moment(view.ends_at, view.timezone),
        )
    )


def _way_in(about: About, code: str) -> Iterator[Part]:
    yield Way(_("Answer the survey"), f"{about.address}#{code}")
    yield Said(_("Or open this address, on a device of your own if you like, and type your code:"))
    yield Said(about.address)
    yield Shown(_("Your code"), code)
    yield Said(
        _("This mail is for you alone. Whoever has the code can answer with it: do not pass it on.")
    )


def _what_happens(view: SurveyView) -> Iterator[Part]:
    yield Heading(_("What happens to your answers"))
    yield Said(
        f"{_(WHOLE_PROMISE)} "
        + _(
            "Results are shown only for groups of {least} or more answers.",
            least=view.policy.scores,
        )
    )
    yield Said(
        _(
            "Your code came by mail. So whoever can read your mail, or the mail server, could have"
            " it too, and could answer in your place; the receipt that you get when you answer"
            " would then be missing from the closing record. Together with the stored data a code"
            " tells which sealed answers are yours. The first page of the survey says who learns"
            " what."
        )
    )
    if view.fingerprint:
        yield Shown(_("Six words of this survey"), view.fingerprint)
        yield Said(_("They stand on the survey’s first page. If others stand there, send nothing."))


def _afterwards(about: About, unit: str) -> Iterator[Part]:
    view, words = about.view, about.words.get(unit, "")
    if not view.results_on or not words:
        return
    yield Heading(_("Your group’s result"))
    yield Said(
        _(
            "From {results} on these two words lead to it, at {address}. They are the same for all"
            " of your group, so keep this mail until then.",
            results=day(view.results_on),
            address=f"{about.address}/result",
        )
    )
    yield Shown(_("Two words of your group"), words)


def _whom_to_ask(view: SurveyView) -> Iterator[Part]:
    yield Heading(_("Questions"))
    yield Said(_("Please ask {contact}.", contact=view.help_contact))
    if view.spare:
        yield Said(
            _(
                "If you would rather use a code that was not sent to you by name, ask there for a"
                " spare card. Use one of the two codes, not both."
            )
        )
    yield Said(_("This mail was sent by a program. It cannot see whether you have read it."))


def _invitee(slug: str, invited: Invited, added_on: date | None) -> dict[str, Any]:
    return {
        "survey": slug,
        "email": invited.email,
        "name": invited.name,
        "unit": invited.unit,
        "language": invited.language,
        "added_on": added_on,
    }


def _letter(slug: str, number: int, dealt: Dealt, due: datetime) -> dict[str, Any]:
    person = dealt.invited
    return new_letter("invitation", person.email, person.name, person.language, due) | {
        "survey": slug,
        "mailing": number,
        "unit": person.unit,
        "code": dealt.code,
    }


def new_letter(kind: str, email: str, name: str, language: str, due: datetime) -> dict[str, Any]:
    """Return the row of a mail that waits to be sent, under a random id."""
    return {
        "id": secrets.token_urlsafe(18).replace("-", "x").replace("_", "y"),
        "survey": None,
        "mailing": None,
        "kind": kind,
        "email": email,
        "name": name,
        "language": language,
        "unit": None,
        "code": None,
        "subject": "",
        "body": "",
        "due": due,
        "attempts": 0,
        "state": "waiting",
        "held_by": "",
        "told": "",
    }


def _address_faults(invited: Sequence[Invited]) -> Iterator[str]:
    wrong = []
    for person in invited:
        try:
            check_address(person.email)
        except NoMailAddress:
            wrong.append(person.email)
    if wrong:
        yield _("Not to be written to: {names}.", names=_some(wrong))
    many = Counter(person.email.casefold() for person in invited)
    if twice := sorted(email for email, times in many.items() if times > 1):
        yield _("These addresses stand there more than once: {names}.", names=_some(twice))


def _some(names: Sequence[str]) -> str:
    """Return the first few names, and how many there are beyond them."""
    shown = ", ".join(name[:80] for name in names[:MOST_NAMED])
    more = len(names) - MOST_NAMED
    return _("{names} and {more} others", names=shown, more=more) if more > 0 else shown
