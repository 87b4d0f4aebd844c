"""Closing a survey: opening the answers once, releasing figures, destroying the rest.

    open -> ended        answers are refused; nothing else has happened
    ended -> destroying  one transaction: figures, closing record written; boxes, codes deleted
    destroying -> closed key files destroyed, database rewritten, files searched

Up to the commit of the second step nothing is lost: a wrong code, a crash, a full disk leave the
survey ended, and the code is asked for again. After it everything goes on without a code
(`resume_closing`). The opening codes live in this process's memory only, the private key in its own
and in that of the workers that open boxes; the answers are in no file at any time.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.keys import KeyFolder
from survey.ballots.layout import layout_of
from survey.ballots.payload import join
from survey.disclosure import release as door
from survey.disclosure.masking import Masking
from survey.disclosure.values import Policy, Release, Unit
from survey.errors import UserError
from survey.language import moment
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers
from survey.services.fitting import check_boxes, check_key, check_rows
from survey.services.frozen import look
from survey.services.record import write_record
from survey.services.surveys import SurveyView
from survey.services.unopened import may_be_destroyed
from survey.services.unsealing import Opened, open_all
from survey.storage import queries, room
from survey.storage.engine import Sessions, engine_of, reading
from survey.storage.models import Survey
from survey.storage.releases import write_release
from survey.storage.scrub import empty_log, forget_counts, prove_empty, rewrite

ATTEMPTS = 3

Progress = Callable[[str, int, int], None]
"""Called with the stage, how much of it is done, and of how much. The stages: "opening",
"tallying", "writing", "destroying", "checking"."""
ReleaseFunction = Callable[
    [
        Questionnaire,
        Answers,
        npt.NDArray[np.bool_] | None,
        Mapping[str, Sequence[str]] | None,
        Sequence[Unit],
        Policy,
        Masking,
    ],
    Release,
]


ROUNDED_TO = 10


def share_done(done: int, total: int) -> int:
    """Return how much of a stage is done, in percent rounded to tens, which is all that is told.

    No stage counts boxes (see `unsealing.Told`): their number, less those in the report, would tell
    how many of a group answered that is too small to appear.
    """
    return ROUNDED_TO * (100 * done // max(total, 1) // ROUNDED_TO)


class NotEndedYet(UserError):
    """The survey can be closed from {closable_from} on: that is what everybody was told."""


class NeverClosed(UserError):
    """A rehearsal is closed by nobody: it is wiped, on the page of its draft."""


class AnswersLost(UserError):
    """The survey was restored from a backup that did not hold its sealed answers, so there is
    nothing to open. Delete it, and ask again in a new one.
    """


class AlreadyClosed(UserError):
    """The survey is closed already; its answers were opened once and are gone."""


class BoxesChanged(UserError):
    """The sealed answers changed while they were being opened. Nothing was changed by closing. Make
    sure that no other program writes to the database, and close the survey again.
    """


class DiskFull(UserError):
    """The disk of the database is full or cannot be written to. Nothing was changed by closing:
    every answer is still there, sealed. Make room for about as much again as the database takes
    now, and close the survey again.
    """


class NoRoomToClear(UserError):
    """The answers are counted and deleted, but the disk of the database is full or cannot be
    written to, so that remains of them cannot be cleared away. The report stays shut. Make room:
    closing then goes on by itself, without a code, when somebody looks at its page, within the
    hour, or when this program is started again.
    """


_unproved: dict[tuple[str, str], Collection[bytes]] = {}
"""What this process has deleted and not yet proved gone: database, survey -> beginnings of values.
Kept until then, so that a closing that waits for a reader or for room still knows what to search
for when it goes on.
"""


def close_survey(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    opening_codes: Sequence[str],
    now: datetime,
    progress: Progress = lambda *_: None,
    release: ReleaseFunction = door.release,
    workers: int | None = None,
) -> None:
    """Open the answers of a survey, release its figures, destroy the rest.

    Raises
    ------
    WrongOpeningCode, KeyMissing, NotEndedYet, AlreadyClosed, UnknownSurvey, BoxesChanged,
    WorkerLost, DiskFull, ChangedSinceOpening, KeyDoesNotFit, MostUnreadable
        Nothing was changed (but that the survey is ended).
    StillInUse, NoRoomToClear, TracesLeft
        The figures are released and the answers deleted; `resume_closing` does the rest.
    """
    view = _closable(sessions, slug, now)
    private_key = keys.unlock(slug, opening_codes)
    check_key(view, private_key)
    with room.telling(DiskFull), keys.hold(slug):
        _end(sessions, slug)
        view = _closable(sessions, slug, now)  # until this moment people could be added
        _release_once(sessions, view, private_key, progress, release, workers)
        _destroy(sessions, keys, slug, now, progress)


def resume_closing(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    now: datetime,
    progress: Progress = lambda *_: None,
) -> None:
    """Finish a survey that a crash left between release and closed; any other stays as it is.

    The process that deleted the answers still knows what to search the files for. Another one does
    not: it proves that no row, no spare page, no log and no whole row image of the survey is left
    (`prove_empty`). Not proved then: that no fragment of a box lies in the unused part of a page.

    Raises
    ------
    KeyHeld
        It is being closed at this moment, by somebody who can also search for remains.
    StillInUse, NoRoomToClear
        Another program or a full disk is in the way; it may be tried again.
    """
    with room.telling(NoRoomToClear), keys.hold(slug):
        if slug in interrupted(sessions):
            _destroy(sessions, keys, slug, now, progress)


def interrupted(sessions: Sessions) -> tuple[str, ...]:
    """Return the surveys whose answers are counted and whose traces are not cleared away yet."""
    query = sa.select(Survey.slug).where(Survey.state == "destroying").order_by(Survey.slug)
    with sessions() as session, reading(session):
        return tuple(session.scalars(query))


def destroy_expired(sessions: Sessions, keys: KeyFolder, now: datetime) -> tuple[str, ...]:
    """Destroy unread what nobody opened within 60 days of the end, and after two warnings that are
    a week old; return the surveys' names.
    """
    with sessions() as session, reading(session):
        slugs = may_be_destroyed(session, now)
    for slug in slugs:
        with keys.hold(slug):
            _give_up(sessions, keys, slug, now)
    return slugs


def _closable(sessions: Sessions, slug: str, now: datetime) -> SurveyView:
    with sessions() as session:
        seen = look(session, slug, now)
    view = seen.view
    if view.rehearsal:
        raise NeverClosed
    if view.state in ("destroying", "closed"):
        raise AlreadyClosed
    if view.lost_on is not None:
        raise AnswersLost
    if now < view.closable_from and view.state != "ended":
        raise NotEndedYet(closable_from=moment(view.closable_from, view.timezone))
    check_rows(seen)
    return view


def _end(sessions: Sessions, slug: str) -> None:
    """Refuse answers from here on, once those that are being written are in."""
    with sessions() as session, session.begin():
        queries.hold_boxes(session)
        _move(session, slug, ("open", "ended"), state="ended")


def _move(session: Session, slug: str, states: Iterable[str], **changes: object) -> None:
    """Change a survey that is in one of the states; `AlreadyClosed` where somebody was faster."""
    this = sa.and_(Survey.slug == slug, Survey.state.in_(tuple(states)))
    moved = session.scalars(sa.update(Survey).where(this).values(**changes).returning(Survey.slug))
    if moved.one_or_none() is None:
        raise AlreadyClosed


def _release_once(
    sessions: Sessions,
    view: SurveyView,
    private_key: bytes,
    progress: Progress,
    release: ReleaseFunction,
    workers: int | None,
) -> None:
    """Tally and write; again where the boxes are others than those that were tallied."""
    layout = layout_of(view.questionnaire)
    for _ in range(ATTEMPTS):
        opened = open_all(sessions, view, private_key, partial(progress, "opening"), workers)
        progress("tallying", 0, 1)
        batch = join(layout, opened.batches)
        check_boxes(opened, batch.spoiled)
        figures = release(
            view.asks,
            batch.answers,
            batch.picks if layout.options else None,
            batch.comments,
            view.units,
            view.policy,
            Masking(view.masked, view.client),
        )
        progress("tallying", 1, 1)
        _unproved[_name(sessions, view.slug)] = opened.traces
        if _write(sessions, view.slug, opened, figures, batch.spoiled, progress):
            return
    raise BoxesChanged


def _write(
    sessions: Sessions,
    slug: str,
    opened: Opened,
    figures: Release,
    unreadable: int,
    progress: Progress,
) -> bool:
    """Write the release and delete the answers, together; False where the boxes have changed."""
    progress("writing", 0, 1)
    with sessions() as session, session.begin():
        queries.hold_boxes(session)
        if queries.digest_of_boxes(session, slug) != opened.digest:
            return False
        _move(
            session,
            slug,
            ("ended",),
            state="destroying",
            masked=(),
            spoiled=opened.damaged + unreadable,
            surplus=_surplus(session, slug),
        )
        write_release(session, slug, figures)
        write_record(session, slug, opened.receipts)
        queries.delete_answers(session, slug)
    progress("writing", 1, 1)
    return True


def _surplus(session: Session, slug: str) -> int:
    """Count the boxes beyond the codes that a unit was given, as the roster has them."""
    codes = {unit.id: unit.asked for unit in queries.units_of(session, slug)}
    boxes = queries.boxes_per_unit(session, slug)
    return sum(max(0, many - codes.get(unit, 0)) for unit, many in boxes.items())


def _destroy(
    sessions: Sessions, keys: KeyFolder, slug: str, now: datetime, progress: Progress
) -> None:
    """Destroy the key, clear the files, prove it, and only then call the survey closed."""
    engine = engine_of(sessions)
    with room.telling(NoRoomToClear):
        progress("destroying", 0, 2)
        keys.destroy(slug)
        progress("destroying", 1, 2)
        rewrite(engine)
        progress("destroying", 2, 2)
        progress("checking", 0, 1)
        prove_empty(engine, slug, _unproved.get(_name(sessions, slug), ()))
        _call_closed(sessions, slug, now)
    _unproved.pop(_name(sessions, slug), None)
    empty_log(engine)
    forget_counts(engine)
    progress("checking", 1, 1)


def _call_closed(sessions: Sessions, slug: str, now: datetime) -> None:
    with sessions() as session, session.begin():
        this = sa.and_(Survey.slug == slug, Survey.state == "destroying")
        session.execute(sa.update(Survey).where(this).values(state="closed", closed_at=now))


def _name(sessions: Sessions, slug: str) -> tuple[str, str]:
    return str(engine_of(sessions).url), slug


def _give_up(sessions: Sessions, keys: KeyFolder, slug: str, now: datetime) -> None:
    """Destroy a survey's answers unread; it counts as closed, with nothing released."""
    with sessions() as session, session.begin():
        queries.hold_boxes(session)
        _move(session, slug, ("open", "ended"), state="destroying", masked=())
        queries.delete_answers(session, slug)
    _destroy(sessions, keys, slug, now, lambda *_: None)
