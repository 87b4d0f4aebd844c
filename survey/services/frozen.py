"""What was frozen when a survey was opened: as a text for everybody, and its fingerprint.

The one place where the rows of a survey become `Frozen`: at opening, whenever its revision moves,
when somebody asks whether the words still fit, and before answers are taken or opened.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from threading import Lock

from sqlalchemy.orm import Session

from survey.ballots.fingerprint import Frozen, canonical, fingerprint
from survey.disclosure.values import Unit
from survey.services.changes import lines_from
from survey.services.surveys import SurveyView, UnknownSurvey, view_from
from survey.storage.engine import reading
from survey.storage.models import Amendment, Survey
from survey.storage.queries import amendments_of, units_of


@dataclass(frozen=True)
class Checked:
    """The words that were stored at opening, and those of what the tables hold now."""

    stored: str
    computed: str

    @property
    def fits(self) -> bool:
        """Whether nothing was changed since the words were made."""
        return self.stored == self.computed


WORDS_KEPT = 64
"""Texts whose words are remembered: enough for every survey that one site has open."""
_words: dict[bytes, str] = {}
_at_work = Lock()


@dataclass(frozen=True)
class Seen:
    """A survey as its rows stand now, and the text of these same rows."""

    view: SurveyView
    text: bytes

    @property
    def fits(self) -> bool:
        """Whether nothing was changed since the words were made; a survey without words fits.

        Takes half a second where this process has not seen the text before.
        """
        return not self.view.fingerprint or self.view.fingerprint == _words_of(self.text)


def look(session: Session, slug: str, now: datetime) -> Seen:
    """Return a survey with the text of what was frozen, both of one reading of its rows.

    Read twice they could differ: whoever changes a row in between would be shown as unchanged.
    """
    with reading(session):
        row, units, by_mail = _rows(session, slug)
        changes = amendments_of(session, slug)
        view = view_from(row, units, now, by_mail, changes)
        return Seen(view, canonical(_frozen(row, units, by_mail, changes)))


def _words_of(text: bytes) -> str:
    """Return the words of a text, computed once by each process."""
    digest = sha256(text).digest()
    if words := _words.get(digest):
        return words
    with _at_work:  # one at a time: each takes 128 MiB
        if digest not in _words:
            if len(_words) >= WORDS_KEPT:
                _words.clear()
            _words[digest] = fingerprint(text)
        return _words[digest]


def frozen_text(session: Session, slug: str) -> bytes:
    """Return the text that the fingerprint is made from; `UnknownSurvey` where there is none."""
    with reading(session):
        _, text = _row_and_text(session, slug)
    return text


def check_fingerprint(session: Session, slug: str) -> Checked:
    """Compute the words anew from what the tables hold now; takes about half a second."""
    with reading(session):
        row, text = _row_and_text(session, slug)
        stored = row.fingerprint
    return Checked(stored, fingerprint(text))


def renew_fingerprint(session: Session, slug: str) -> str:
    """Make and store the words of a survey whose revision has moved; return them.

    Inside the transaction that changed it, since neither may be seen without the other. Writers
    wait for half a second meanwhile.
    """
    row, text = _row_and_text(session, slug)
    row.fingerprint = fingerprint(text)
    return row.fingerprint


def fingerprint_of(
    row: Survey,
    units: Sequence[Unit],
    by_mail: Sequence[str],
    changes: Sequence[Amendment] = (),
) -> str:
    """Return the words of a survey that is not written yet, or was read from elsewhere."""
    return fingerprint(canonical(_frozen(row, units, by_mail, changes)))


def _row_and_text(session: Session, slug: str) -> tuple[Survey, bytes]:
    row, units, by_mail = _rows(session, slug)
    return row, canonical(_frozen(row, units, by_mail, amendments_of(session, slug)))


def _rows(session: Session, slug: str) -> tuple[Survey, tuple[Unit, ...], tuple[str, ...]]:
    row = session.get(Survey, slug, populate_existing=True)
    if row is None:
        raise UnknownSurvey
    rows = units_of(session, slug)
    units = tuple(Unit(unit.id, unit.name, unit.parent, unit.asked) for unit in rows)
    return row, units, tuple(unit.id for unit in rows if unit.way == "mail")


def _frozen(
    row: Survey,
    units: Sequence[Unit],
    by_mail: Sequence[str],
    changes: Sequence[Amendment],
) -> Frozen:
    return Frozen(
        survey=row.slug,
        revision=row.revision,
        title=row.title,
        client=row.client,
        organiser=row.organiser,
        contact=row.help_contact,
        practice=row.practice,
        critical=row.critical,
        shown_from=(row.policy_scores, row.policy_single, row.policy_spread),
        opened_at=row.opened_at,
        ends_at=row.ends_at,
        closable_from=row.closable_from,
        timezone=row.timezone,
        scheme=row.scheme,
        holders=row.holders,
        harm_role=row.harm_role,
        spare=row.spare,
        previous=row.previous,
        public_key=row.public_key,
        units=units,
        questionnaire=row.questionnaire,
        results_on=row.results_on,
        controller=(row.controller, row.controller_contact),
        privacy_notice=row.privacy_notice,
        introduction=(row.introduction, row.sponsor),
        comments=row.comments,
        rehearsal=row.rehearsal,
        by_mail=by_mail,
        changes=lines_from(changes),
        asked_before=row.asked_before,
    )
