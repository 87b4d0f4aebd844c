"""Taking one person's answers.

One transaction, one row: nothing about a person is written. No time, no mark on the code, no lock
on a row, no reference; what is written is a sealed box under a name that leads back to no code.
"""

from datetime import datetime
from functools import lru_cache

from sqlalchemy.orm import Session

from survey.ballots.codes import credential, nullifier, read_person_code, receipt
from survey.ballots.layout import Layout, layout_of
from survey.ballots.payload import Response, pack
from survey.ballots.sealing import seal
from survey.errors import UserError
from survey.services.frozen import look
from survey.services.surveys import UnknownSurvey, questionnaire_of
from survey.storage.queries import Asked, asked_by, put_box


class CodeUnknown(UserError):
    """The code does not belong to this survey. Please compare it with your card or mail."""


class SurveyOver(UserError):
    """The survey has ended, so your answers were not taken. Nothing was stored."""


class NotOpen(UserError):
    """There is no survey at this address. Please check the link. Nothing was stored."""


class SurveyChanged(UserError):
    """The survey was changed after it was opened, so it takes no answers. Nothing you typed was
    stored.
    """


def submit(
    session: Session,
    slug: str,
    code: str,
    response: Response,
    now: datetime,
    expected_key: bytes | None = None,
) -> str:
    """Seal a person's answers and keep them in the place of any earlier ones with the same code.

    Parameters
    ----------
    session, slug, code, response, now
        Whose answers to which survey, and when.
    expected_key
        The public key that the person's page was made with, and that its six words were found to
        fit. Answers are sealed to no other, whatever stands in the row by now. None: that they fit
        is found out here.

    Returns
    -------
    str
        The receipt of the box, for the person alone.

    Raises
    ------
    CodeMistyped, CodeUnknown
        The check character is wrong; the code is no code of this survey.
    SurveyOver, NotOpen
        The end has come; there is no such survey.
    SurveyChanged
        Its key is another one now, or its rows do not fit its six words.
    AnswerRefused
        An answer that the questionnaire does not ask or allow; it names the question.
    """
    plain_code = read_person_code(code)
    key = expected_key or _fitting_key(session, slug, now)
    with session.begin():
        asked = _asked(session, slug, credential(plain_code, slug), now)
        if asked.public_key != key:
            raise SurveyChanged
        # Packed and sealed for an unknown code too, and then dropped: a fault in the answers is
        # told whatever the code is, and the work for a bad code is nearly that for a good one.
        packed = pack(_layout(asked.questionnaire), max(asked.place, 0), response)
        spent = nullifier(plain_code, slug)
        sealed = seal(key, packed, slug, asked.unit or "", spent)
        if asked.unit is None:
            raise CodeUnknown
        if not put_box(session, slug, asked.unit, spent, sealed, now):
            raise SurveyOver
    return receipt(sealed)


def _fitting_key(session: Session, slug: str, now: datetime) -> bytes:
    try:
        seen = look(session, slug, now)
    except UnknownSurvey:
        raise NotOpen from None
    if not seen.fits:
        raise SurveyChanged
    return seen.view.public_key


def _asked(session: Session, slug: str, hashed: bytes, now: datetime) -> Asked:
    """Return what the holder of a code is asked, where answers are taken."""
    asked = asked_by(session, slug, hashed, now)
    if asked is None:
        raise NotOpen
    if not asked.takes_answers:
        raise SurveyOver
    return asked


@lru_cache(maxsize=64)
def _layout(questionnaire_text: str) -> Layout:
    return layout_of(questionnaire_of(questionnaire_text))
