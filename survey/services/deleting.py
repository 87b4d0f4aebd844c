"""Deleting for good: a survey, or a client with all that belongs to it.

Here belongs the deleting itself: first no answers are taken any more, then the key is destroyed,
then every row goes in one transaction. That the files keep no remains is seen to afterwards
(`clear_deleted`). What goes, told in numbers before, stands in `going`; how a roster is deleted, in
`rosters`. Lines of the log of who opened which report stay: that log never changes.

A later wave that was compared with a deleted one stands without comparison. Its six words go,
because the text that they were made from names the wave before it. While answers to the later wave
lie sealed, nothing of it may change, so the earlier one stays until then.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.keys import KeyFolder
from survey.errors import UserError
from survey.language import day
from survey.services.draft_settings import from_json, to_json
from survey.services.going import client_going, slugs_of, survey_going
from survey.storage import queries, scrub
from survey.storage.engine import Sessions, engine_of, reading
from survey.storage.models import Base, Survey
from survey.storage.workspace import Client, ClientUnit, Draft, Membership, Person, ReportView

Before = Callable[[], object]
UNOPENED = ("open", "ended")
_IS_RUNNING = sa.and_(Survey.state != "closed", Survey.rehearsal.is_(False))


class NotTheName(UserError):
    """Type “{name}” to confirm. Nothing was deleted."""


class GoingChanged(UserError):
    """Something changed while this page was open. Nothing was deleted. Read once more what goes,
    then confirm again.
    """


class BeingClosed(UserError):
    """“{title}” is being closed at this moment. Nothing was deleted. Wait until that is done."""


class LaterWaveRuns(UserError):
    """“{title}” compares with this survey and is not closed yet: its people were told so. Nothing
    was deleted. Close or delete that one first.
    """


class SurveysNotTicked(UserError):
    """Tick that all surveys of this client go as well. Nothing was deleted."""


class PromiseNotTicked(UserError):
    """People were told that they can see their group’s result from {day} on. Tick that you have
    told them that it goes before. Nothing was deleted.
    """


class NotClearedYet(UserError):
    """What was deleted is gone from every page and table, but another program is still reading the
    database, so that remains of it cannot be cleared out of the files. It is tried again every
    hour.
    """


@dataclass(frozen=True)
class Deleted:
    """What was deleted, for whoever keeps files of it."""

    surveys: tuple[str, ...]
    changed: tuple[str, ...]
    """Later waves that stand without comparison now."""


def delete_survey(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    typed: str,
    agreed: str,
    now: datetime,
    *,
    told: bool = False,
    before: Before = bool,
) -> Deleted:
    """Delete a survey for good, if its title was typed and it is still what was agreed to.

    `told`: whether it was said that people know, where a day for their result was promised to them
    that has not come; `before` is called when nothing speaks against it, before anything is
    deleted.

    Raises
    ------
    UnknownSurvey, NotTheName, GoingChanged, PromiseNotTicked, BeingClosed, LaterWaveRuns, KeyHeld
        Nothing was deleted.
    """
    with sessions() as session:
        going = survey_going(session, slug)
    check_typed(typed, going.title)
    _check_agreed(going.mark, agreed)
    _check_promised(going.promised(now), told=told)
    before()
    with _ended(sessions, keys, (slug,)), sessions() as session, session.begin():
        changed = _delete_surveys(session, (slug,))
    return Deleted((slug,), changed)


def delete_client(
    sessions: Sessions,
    keys: KeyFolder,
    client: str,
    typed: str,
    agreed: str,
    now: datetime,
    *,
    surveys: bool,
    told: bool = False,
    before: Before = bool,
) -> Deleted:
    """Delete a client for good: surveys, drafts, people, units, and who may work with it.

    `surveys`: whether it was said that its surveys go as well; the rest: as of `delete_survey`.

    Raises
    ------
    UnknownClient, NotTheName, GoingChanged, SurveysNotTicked, PromiseNotTicked, BeingClosed,
    LaterWaveRuns, KeyHeld
        Nothing was deleted.
    """
    with sessions() as session:
        going = client_going(session, client)
        with reading(session):
            every = (*(one.slug for one in going.surveys), *_rehearsals(session, client))
    check_typed(typed, going.name)
    _check_agreed(going.mark, agreed)
    if going.surveys and not surveys:
        raise SurveysNotTicked
    _check_promised(going.promised(now), told=told)
    before()
    with _ended(sessions, keys, every), sessions() as session, session.begin():
        if set(slugs_of(session, client)) - set(every):
            raise GoingChanged
        changed = _delete_surveys(session, every)
        for table in (Draft, Person, ClientUnit, Membership):
            session.execute(sa.delete(table).where(table.client == client))
        session.execute(sa.delete(Client).where(Client.id == client))
    return Deleted(every, changed)


def clear_deleted(sessions: Sessions) -> None:
    """Rewrite the files of the database, so that they keep no remains of what was deleted.

    Raises
    ------
    NotClearedYet
        Somebody is in the way; it may be tried again.
    """
    engine = engine_of(sessions)
    tables = [name for name in Base.metadata.tables if name != ReportView.__tablename__]
    try:
        scrub.rewrite(engine, tables=tables)
    except scrub.StillInUse as error:
        raise NotClearedYet from error
    scrub.forget_counts(engine)


@contextmanager
def _ended(sessions: Sessions, keys: KeyFolder, slugs: Sequence[str]) -> Iterator[None]:
    """Take no more answers and destroy the keys; nobody closes the surveys meanwhile."""
    with ExitStack() as held:
        for slug in slugs:
            held.enter_context(keys.hold(slug))
        with sessions() as session, session.begin():
            queries.hold_boxes(session)
            _check_states(session, slugs)
            unopened = sa.and_(Survey.slug.in_(slugs), Survey.state.in_(UNOPENED))
            session.execute(sa.update(Survey).where(unopened).values(state="ended"))
        for slug in slugs:
            keys.destroy(slug)
        yield


def _check_states(session: Session, slugs: Sequence[str]) -> None:
    rows = session.execute(sa.select(Survey.title, Survey.state).where(Survey.slug.in_(slugs)))
    for title, state in rows:
        if state == "destroying":
            raise BeingClosed(title=title)
    later = sa.select(Survey.title).where(
        Survey.previous.in_(slugs), Survey.slug.not_in(slugs), _IS_RUNNING
    )
    if running := session.scalars(later).first():
        raise LaterWaveRuns(title=running)


def _delete_surveys(session: Session, slugs: Sequence[str]) -> tuple[str, ...]:
    """Delete every row of some surveys; return the later waves that had to be changed."""
    _check_states(session, slugs)
    compared = sa.and_(Survey.previous.in_(slugs), Survey.slug.not_in(slugs))
    changed = tuple(session.scalars(sa.select(Survey.slug).where(compared)))
    session.execute(sa.update(Survey).where(compared).values(fingerprint=""))
    session.execute(sa.update(Survey).where(Survey.previous.in_(slugs)).values(previous=None))
    _forget_in_drafts(session, slugs)
    for table in reversed(Base.metadata.sorted_tables):
        if "survey" in table.c and table.name != ReportView.__tablename__:
            session.execute(sa.delete(table).where(table.c.survey.in_(slugs)))
    session.execute(sa.delete(Survey).where(Survey.slug.in_(slugs)))
    return changed


def _forget_in_drafts(session: Session, slugs: Collection[str]) -> None:
    """Let no draft compare with a survey that is no more."""
    for row in session.scalars(sa.select(Draft)):
        settings = from_json(row.settings)
        if settings.previous in slugs:
            row.settings = to_json(replace(settings, previous=None))
    session.flush()


def _rehearsals(session: Session, client: str) -> tuple[str, ...]:
    own = sa.select(Draft.rehearsal).where(Draft.client == client, Draft.rehearsal.is_not(None))
    query = sa.select(Survey.slug).where(
        Survey.rehearsal, sa.or_(Survey.client_id == client, Survey.slug.in_(own))
    )
    return tuple(session.scalars(query))


def check_typed(typed: str, name: str) -> None:
    """Raise `NotTheName` where another name was typed; spaces and capitals do not matter."""
    if " ".join(typed.split()).casefold() != " ".join(name.split()).casefold():
        raise NotTheName(name=name)


def _check_agreed(now: str, agreed: str) -> None:
    if now != agreed:
        raise GoingChanged


def _check_promised(promised: date | None, *, told: bool) -> None:
    if promised and not told:
        raise PromiseNotTicked(day=day(promised))
