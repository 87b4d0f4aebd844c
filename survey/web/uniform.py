"""Answers to a sent survey that look alike from outside: one length, one set of headers.

Whoever sees only the size of what travels, or statuses in a log, must not learn from it whether a
code was known. Why this is no redirect, and what it does not hide, stands in
docs/decisions/0005-uniform-answers.md; which of the two pages is sent is decided by `respond`.
"""

from dataclasses import dataclass

from flask import Response, render_template

from survey.ballots.payload import Response as Answers
from survey.services.surveys import SurveyView
from survey.web.asking import fields
from survey.web.spoken import ENGLISH, Spoken

STEP = 4096
"""The size is a whole number of these."""
ROOM = 512
"""Bytes for the sentence about a code."""
RECEIPT = b"0000-0000-0000"
"""Stands for the receipt in the page that is kept."""


class TooLong(RuntimeError):
    """A page is longer than every answer to a sent survey must be."""


@dataclass(frozen=True)
class Replies:
    """The two pages of one survey: answers have arrived, or a code was not taken.

    `size` is the length in bytes of both, whatever was answered; `arrived` is the first page,
    filled up to it.
    """

    view: SurveyView
    size: int
    arrived: bytes
    spoken: Spoken = ENGLISH

    def sent(self, receipt: str) -> Response:
        """Say that the answers have arrived, and lead on to the thanks."""
        return _reply(self.arrived.replace(RECEIPT, receipt.encode()))

    def bad_code(self, response: Answers, sentence: str, status: int = 200) -> Response:
        """Ask for the code again, with all answers carried along and the wrong code left out."""
        page = _code_page(self.view, response, sentence, self.spoken)
        return _reply(_filled(page, self.size), status)


def replies(view: SurveyView, longest: Answers, spoken: Spoken = ENGLISH) -> Replies:
    """Make the replies of a survey, large enough for the longest answers that it takes."""
    largest = len(_code_page(view, longest, "x" * ROOM, spoken))
    size = -(-largest // STEP) * STEP
    page = render_template(
        "respond/arrived.html", view=view, receipt=RECEIPT.decode(), way=spoken.onward
    )
    return Replies(view, size, _filled(page.encode(), size), spoken)


def _code_page(view: SurveyView, response: Answers, sentence: str, spoken: Spoken) -> bytes:
    kept = fields(response)
    page = render_template(
        "respond/code.html", view=view, kept=kept, sentence=sentence, way=spoken.way
    )
    return page.encode()


def _filled(page: bytes, size: int) -> bytes:
    if len(page) > size:
        raise TooLong
    return page.ljust(size)


def _reply(page: bytes, status: int = 200) -> Response:
    response = Response(page, status)
    # Packed on the way, the two would differ in length.
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response
