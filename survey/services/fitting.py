"""What must fit before a closing destroys anything: rows and words, key and rows, boxes and key.

Whoever can write to the database, or puts back a wrong file, can make a survey that opens to
nothing. Destroying it then would lose what is still there, so closing stops, and says what to put
back. When the checks are made stands in `survey.services.closing`.
"""

from survey.ballots.sealing import public_key_of
from survey.errors import UserError
from survey.services.frozen import Seen
from survey.services.surveys import SurveyView
from survey.services.unsealing import Opened


class ChangedSinceOpening(UserError):
    """The survey was changed in the database after it was opened: it does not fit its six words any
    more. Nothing was changed by closing: every answer is still there, sealed. Put the survey
    back as it was, from a copy of the database, and close it again. “headwind fingerprint” tells
    whether it fits.
    """


class KeyDoesNotFit(UserError):
    """The key in the key folder is not the one that the answers are sealed for. Nothing was changed
    by closing: every answer is still there, sealed. Put back the key file as it was written when
    the survey was opened, or the survey as it was, from a copy of the database, and close it again.
    """


class MostUnreadable(UserError):
    """More than half of the sealed answers cannot be opened, so none was counted and none
    destroyed: they were damaged, or sealed for another key. Put them back from a copy of the
    database, and close the survey again.
    """


def check_rows(seen: Seen) -> None:
    """Raise `ChangedSinceOpening` where a survey is not what was opened."""
    if not seen.fits:
        raise ChangedSinceOpening


def check_key(view: SurveyView, private_key: bytes) -> None:
    """Raise `KeyDoesNotFit` where the private key is not that of the survey's public one."""
    if public_key_of(private_key) != view.public_key:
        raise KeyDoesNotFit


def check_boxes(opened: Opened, unreadable: int) -> None:
    """Raise `MostUnreadable` where more than half of the boxes hold nothing that can be read.

    A few are counted as spoiled and left out. `unreadable` are those that opened, but hold no
    answers.
    """
    boxes = len(opened.receipts) + opened.damaged
    if 2 * (opened.damaged + unreadable) > boxes:
        raise MostUnreadable
