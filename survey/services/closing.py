"""Closing a survey: opening the answers once, releasing figures, destroying the rest.

    open -> ended        answers are refused; nothing else has happened
    ended -> destroying  one transaction: figures, closing record written; boxes, codes deleted
    destroying -> closed key files destroyed, database rewritten, files searched

Up to the commit of the second step nothing is lost: a wrong code, a crash, a full disk leave the
survey ended, and the code is asked for again. After it everything goes on without a code
(`resume_closing`). The opening code and the private key live in this process's memory only, and the
answers are in no file at any time.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import blake2b

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.ballots.codes import receipt
from survey.ballots.keys import KeyFolder
from survey.ballots.layout import Layout, layout_of
from survey.ballots.payload import Batch, join, unpack
from survey.ballots.sealing import Opener
from survey.disclosure import release as door
from survey.disclosure.values import Policy, Release, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers
from survey.services.surveys import SurveyView, view_of
from survey.storage import queries
from survey.storage.engine import Sessions, engine_of, reading
from survey.storage.models import Credential, Survey
from survey.storage.releases import write_receipts, write_release
from survey.storage.scrub import NEEDLE, empty_log, prove_empty, rewrite

UNOPENED_FOR = timedelta(days=60)
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
    ],
    Release,
]


ROUNDED_TO = 10


def share_done(done: int, total: int) -> int:
    """Return how much of a stage is done, in percent rounded to tens, which is all that is told.

    The number of sealed answers, less those in the report, would tell how many of a group answered
    that is too small to appear.
    """
    return ROUNDED_TO * (100 * done // max(total, 1) // ROUNDED_TO)


class NotEndedYet(UserError):
    """The survey can be closed from {closable_from} on: that is what everybody was told."""


class AlreadyClosed(UserError):
    """The survey is closed already; its answers were opened once and are gone."""


class BoxesChanged(UserError):
    """The sealed answers changed while they were being opened. Nothing was changed by closing. Make
    sure that no other program writes to the database, and close the survey again.
    """


@dataclass
class _Opened:
    """The answers of a survey, open, for as long as they are tallied."""

    batches: list[Batch] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)
    traces: list[bytes] = field(default_factory=list)
    """Beginnings of everything that is deleted, to be searched for afterwards."""
    digest: bytes = b""
    damaged: int = 0


def close_survey(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    opening_code: str,
    now: datetime,
    progress: Progress = lambda *_: None,
    release: ReleaseFunction = door.release,
) -> None:
    """Open the answers of a survey, release its figures, destroy the rest.

    Raises
    ------
    WrongOpeningCode, KeyMissing, NotEndedYet, AlreadyClosed, UnknownSurvey, BoxesChanged
        Nothing was changed (but that the survey is ended).
    StillInUse, TracesLeft
        The figures are released and the answers deleted; `resume_closing` does the rest.
    """
    view = _closable(sessions, slug, now)
    opener = Opener(keys.unlock(slug, opening_code), slug)
    with keys.hold(slug):
        _end(sessions, slug)
        traces = _release_once(sessions, view, opener, progress, release)
        _destroy(sessions, keys, slug, traces, now, progress)


def resume_closing(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    now: datetime,
    progress: Progress = lambda *_: None,
) -> None:
    """Finish a survey that a crash left between release and closed; any other stays as it is.

    Raises
    ------
    KeyHeld
        It is being closed at this moment, by somebody who can also search for remains.
    StillInUse
        Another program is in the way; it may be tried again.
    """
    with keys.hold(slug):
        if slug in interrupted(sessions):
            _destroy(sessions, keys, slug, (), now, progress)


def interrupted(sessions: Sessions) -> tuple[str, ...]:
    """Return the surveys whose answers are counted and whose traces are not cleared away yet."""
    query = sa.select(Survey.slug).where(Survey.state == "destroying").order_by(Survey.slug)
    with sessions() as session, reading(session):
        return tuple(session.scalars(query))


def destroy_expired(sessions: Sessions, keys: KeyFolder, now: datetime) -> tuple[str, ...]:
    """Destroy unread what nobody opened within 60 days of the end; return the surveys' names."""
    with sessions() as session, reading(session):
        expired = sa.and_(Survey.state.in_(("open", "ended")), Survey.ends_at <= now - UNOPENED_FOR)
        slugs = tuple(session.scalars(sa.select(Survey.slug).where(expired).order_by(Survey.slug)))
    for slug in slugs:
        with keys.hold(slug):
            _give_up(sessions, keys, slug, now)
    return slugs


def _closable(sessions: Sessions, slug: str, now: datetime) -> SurveyView:
    with sessions() as session, reading(session):
        view = view_of(session, slug, now)
    if view.state in ("destroying", "closed"):
        raise AlreadyClosed
    if now < view.closable_from and view.state != "ended":
        raise NotEndedYet(closable_from=view.closable_from.isoformat(" ", "minutes"))
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
    opener: Opener,
    progress: Progress,
    release: ReleaseFunction,
) -> Sequence[bytes]:
    """Tally and write; again where the boxes are others than those that were tallied."""
    layout = layout_of(view.questionnaire)
    for _ in range(ATTEMPTS):
        opened = _open_all(sessions, view.slug, opener, layout, progress)
        progress("tallying", 0, 1)
        batch = join(layout, opened.batches)
        figures = release(
            view.questionnaire,
            batch.answers,
            batch.picks if layout.options else None,
            batch.comments,
            view.units,
            view.policy,
        )
        progress("tallying", 1, 1)
        if _write(sessions, view.slug, opened, figures, batch.spoiled, progress):
            return opened.traces
    raise BoxesChanged


def _open_all(
    sessions: Sessions, slug: str, opener: Opener, layout: Layout, progress: Progress
) -> _Opened:
    opened, digest, done = _Opened(), blake2b(digest_size=32), 0
    with sessions() as session, reading(session):
        total = sum(queries.boxes_per_unit(session, slug).values())
        progress("opening", 0, total)
        for block in queries.boxes(session, slug):
            _open_block(opened, opener, layout, block)
            for row in block:
                queries.add_to_digest(digest, row)
            done += len(block)
            progress("opening", done, total)
        hashes = session.scalars(sa.select(Credential.hash).where(Credential.survey == slug))
        opened.traces += [hashed[:NEEDLE] for hashed in hashes]
    opened.digest = digest.digest()
    return opened


def _open_block(
    opened: _Opened, opener: Opener, layout: Layout, block: Sequence[queries.Sealed]
) -> None:
    plains = [opener.open(row.sealed, row.unit, row.nullifier) for row in block]
    whole = [(plain, row) for plain, row in zip(plains, block, strict=True) if plain is not None]
    opened.damaged += len(block) - len(whole)
    places = [row.place for _, row in whole]
    opened.batches.append(unpack(layout, [plain for plain, _ in whole], places))
    opened.receipts += [receipt(row.sealed) for _, row in whole]
    opened.traces += _traces(block)


def _traces(block: Sequence[queries.Sealed]) -> Iterator[bytes]:
    for row in block:
        yield row.nullifier[:NEEDLE]
        yield row.sealed[:NEEDLE]


def _write(
    sessions: Sessions,
    slug: str,
    opened: _Opened,
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
            spoiled=opened.damaged + unreadable,
            surplus=_surplus(session, slug),
        )
        write_release(session, slug, figures)
        write_receipts(session, slug, opened.receipts)
        queries.delete_answers(session, slug)
    progress("writing", 1, 1)
    return True


def _surplus(session: Session, slug: str) -> int:
    """Count the boxes that no code can have brought: more in a unit than it was given codes."""
    codes = queries.codes_per_unit(session, slug)
    boxes = queries.boxes_per_unit(session, slug)
    return sum(max(0, many - codes.get(unit, 0)) for unit, many in boxes.items())


def _destroy(
    sessions: Sessions,
    keys: KeyFolder,
    slug: str,
    traces: Sequence[bytes],
    now: datetime,
    progress: Progress,
) -> None:
    """Destroy the key, clear the files, prove it, and only then call the survey closed."""
    engine = engine_of(sessions)
    progress("destroying", 0, 2)
    keys.destroy(slug)
    progress("destroying", 1, 2)
    rewrite(engine)
    progress("destroying", 2, 2)
    progress("checking", 0, 1)
    prove_empty(engine, traces)
    with sessions() as session, session.begin():
        this = sa.and_(Survey.slug == slug, Survey.state == "destroying")
        session.execute(sa.update(Survey).where(this).values(state="closed", closed_at=now))
    empty_log(engine)
    progress("checking", 1, 1)


def _give_up(sessions: Sessions, keys: KeyFolder, slug: str, now: datetime) -> None:
    """Destroy a survey's answers unread; it counts as closed, with nothing released."""
    with sessions() as session, session.begin():
        queries.hold_boxes(session)
        _move(session, slug, ("open", "ended"), state="destroying")
        queries.delete_answers(session, slug)
    _destroy(sessions, keys, slug, (), now, lambda *_: None)
