"""Rehearsals: a survey on test codes that shows what people will see, and is wiped.

A rehearsal is a survey of its own with a key of its own. Its opening codes are thrown away as they
are made, so nobody can ever open what was answered. It is in no list, it is closed by nobody, and
wiping deletes everything of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.keys import KeyFolder
from survey.errors import UserError
from survey.services.draft_settings import from_json, to_json
from survey.services.drafts import DraftGone, draft_row, draft_view
from survey.services.opening import open_survey
from survey.services.preparing import Prepared
from survey.storage.engine import Sessions, reading
from survey.storage.models import Amendment, Box, Credential, Participation, Survey, Unit
from survey.storage.workspace import Draft, Invitee, Letter, Mailing

MOST_CODES = 5
"""Groups of which a test code is shown."""
FORGOTTEN = timedelta(days=7)
OF_IT = (
    *((Box, Box.survey), (Credential, Credential.survey), (Letter, Letter.survey)),
    *((Mailing, Mailing.survey), (Invitee, Invitee.survey), (Amendment, Amendment.survey)),
    *((Participation, Participation.survey), (Unit, Unit.survey), (Survey, Survey.slug)),
)
"""Every table that can hold something of an open survey, in the order in which it goes."""


class NotReadyToRehearse(UserError):
    """Fill in the other pages first: people are to see the survey as it will be."""


class RehearsalGoesOn(UserError):
    """A rehearsal is going on already; wipe it before you start another."""


class NobodyAnswered(UserError):
    """Nobody has answered in this rehearsal yet. Go through it once yourself and send it; then wipe
    it.
    """


@dataclass(frozen=True)
class Rehearsal:
    """A rehearsal that is going on."""

    slug: str
    codes: tuple[tuple[str, str], ...]
    """Name of a group, and a code of it."""
    answers: int
    current: bool
    """Whether it shows what the draft says by now."""


def start_rehearsal(
    session: Session, keys: KeyFolder, draft: str, prepared: Prepared, now: datetime
) -> None:
    """Open a survey on test codes for a draft in which nothing else is missing.

    Raises
    ------
    NotReadyToRehearse, RehearsalGoesOn
    PlanError
        Something is wrong after all.
    """
    if not prepared.rehearsable:
        raise NotReadyToRehearse
    if draft_view(session, draft).rehearsal is not None:
        raise RehearsalGoesOn
    plan = replace(prepared.plan, rehearsal=True, by_mail=(), masked=prepared.masked)
    opened = open_survey(session, keys, plan, now)
    names = {unit.id: unit.name for unit in plan.units}
    codes = [(names[unit], some[0]) for unit, some in opened.codes.items()][:MOST_CODES]
    try:
        with session.begin():
            row = draft_row(session, draft)
            if row.rehearsal is not None:
                raise RehearsalGoesOn
            settings = from_json(row.settings)
            row.rehearsal = opened.slug
            row.settings = to_json(
                replace(settings, rehearsal_codes=tuple(codes), rehearsing=prepared.digest)
            )
    except (RehearsalGoesOn, DraftGone):
        _wipe(session, keys, opened.slug)
        raise


def rehearsal_of(session: Session, draft: str, prepared: Prepared) -> Rehearsal | None:
    """Return the rehearsal that is going on, with how many test answers came in."""
    view = draft_view(session, draft)
    if view.rehearsal is None:
        return None
    count = sa.select(sa.func.count()).select_from(Box).where(Box.survey == view.rehearsal)
    with reading(session):
        answers = session.scalar(count) or 0
    current = view.settings.rehearsing == prepared.digest
    return Rehearsal(view.rehearsal, view.settings.rehearsal_codes, answers, current)


def wipe_rehearsal(session: Session, keys: KeyFolder, draft: str) -> None:
    """Delete everything of the rehearsal; the draft keeps what was tried out.

    Raises
    ------
    NobodyAnswered
        Nothing was deleted: a rehearsal in which nobody answered has shown nothing.
    """
    with session.begin():
        row = draft_row(session, draft)
        slug = row.rehearsal
        if slug is None:
            return
        if not session.scalar(sa.select(sa.exists().where(Box.survey == slug))):
            raise NobodyAnswered
        row.rehearsed = from_json(row.settings).rehearsing
        _forget(row)
        _delete(session, slug)
    keys.destroy(slug)


def give_up_rehearsal(session: Session, keys: KeyFolder, draft: str) -> None:
    """Delete everything of the rehearsal as if it had never been."""
    with session.begin():
        row = draft_row(session, draft)
        slug = row.rehearsal
        if slug is None:
            return
        _forget(row)
        _delete(session, slug)
    keys.destroy(slug)


def delete_draft(session: Session, keys: KeyFolder, draft: str) -> None:
    """Delete a draft and what is left of a rehearsal of it."""
    with session.begin():
        row = draft_row(session, draft)
        slug = row.rehearsal
        session.delete(row)
        if slug is not None:
            _delete(session, slug)
    if slug is not None:
        keys.destroy(slug)


def wipe_forgotten(sessions: Sessions, keys: KeyFolder, now: datetime) -> Sequence[str]:
    """Delete rehearsals that began a week ago; return their names."""
    old = sa.and_(Survey.rehearsal, Survey.opened_at <= now - FORGOTTEN)
    with sessions() as session:
        with reading(session):
            slugs = tuple(session.scalars(sa.select(Survey.slug).where(old)))
        for slug in slugs:
            _wipe(session, keys, slug)
    return slugs


def _wipe(session: Session, keys: KeyFolder, slug: str) -> None:
    with session.begin():
        for row in session.scalars(sa.select(Draft).where(Draft.rehearsal == slug)):
            _forget(row)
        _delete(session, slug)
    keys.destroy(slug)


def _forget(row: Draft) -> None:
    settings = from_json(row.settings)
    row.rehearsal = None
    row.settings = to_json(replace(settings, rehearsal_codes=(), rehearsing=""))


def _delete(session: Session, slug: str) -> None:
    """Delete what there is of a rehearsal; of any other survey nothing."""
    if not session.scalar(sa.select(Survey.rehearsal).where(Survey.slug == slug)):
        return
    session.flush()
    for table, column in OF_IT:
        session.execute(sa.delete(table).where(column == slug))
