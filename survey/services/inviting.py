"""Inviting people by mail: dealing out codes when a survey is opened, and the rows that wait.

A code that goes by mail stands in one row of the outbox and nowhere else, until a server has taken
the mail. What an invitation says stands in `survey.services.invitation_text`; sending it belongs to
`survey.services.outbox`.
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
from survey.language import gettext as _
from survey.mail import NoMailAddress, check_address
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
