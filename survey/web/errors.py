"""Every failure as a page: one heading, one sentence, a way on. Never a traceback.

What goes wrong on a respondent's page, or under a shared link, is logged without its message, which
could hold a code or the link. So is what goes wrong with any form, since opening codes and
passwords are sent in forms, and at an address that leads nowhere, which can be a mistyped link.
"""

import logging
from traceback import format_tb

from flask import Flask, Response, current_app, has_request_context, render_template, request
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from survey.errors import UserError
from survey.language import gettext as _
from survey.language import mark
from survey.services.surveys import UnknownSurvey
from survey.web.security import NO_LOG, RESPONDENTS

SENTENCES = {
    400: (
        mark("This request was not understood"),
        mark("Go back, load the page again and try once more."),
    ),
    403: (mark("Not allowed"), mark("This was sent from another site, or is not open to you.")),
    404: (
        mark("There is no such page"),
        mark("Compare the address with your mail or card, letter by letter."),
    ),
    405: (mark("There is no such page"), mark("This address only takes what a form sends.")),
    413: (
        mark("Too much at once"),
        mark("What you sent is larger than any form of this site needs."),
    ),
    500: (
        mark("Something went wrong here"),
        mark("Nothing was stored. Please try again in a few minutes."),
    ),
}
STALE = mark(
    "The form has been open for too long. Go back, load the page again and send it once more."
)


class Confidential(logging.Filter):
    """Takes the message out of failures where it could hold a code, whoever logs them.

    Flask itself logs what fails outside our pages: in the page of a failure, in the headers.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the kind of the failure and the lines of the program that led to it."""
        if not (isinstance(record.exc_info, tuple) and has_request_context()):
            return True
        path, page = request.path, request.endpoint
        if request.method != "GET" or page is None or path.startswith(NO_LOG):
            kind, _, trace = record.exc_info
            record.msg = "%s in %s, its message left out:\n%s"
            record.args = (kind.__name__ if kind else "?", page, "".join(format_tb(trace)))
            record.exc_info = record.exc_text = None
        return True


CONFIDENTIAL = Confidential()
"""One for all apps of a process: they share their log."""


def handle(app: Flask) -> None:
    """Answer every failure of an app with a page."""
    app.logger.addFilter(CONFIDENTIAL)
    app.register_error_handler(UserError, _refused)
    app.register_error_handler(CSRFError, _stale)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _unforeseen)


def page(status: int, heading: str, sentence: str) -> Response:
    """Make the page of a failure, in the language of whoever is told."""
    made = render_template("error.html", heading=_(heading), sentence=_(sentence))
    response = Response(made, status)
    response.vary.add("Accept-Language")
    return response


def _refused(error: UserError) -> Response:
    if isinstance(error, UnknownSurvey):
        return page(404, mark("There is no such survey"), str(error))
    return page(400, mark("That did not work"), str(error))


def _stale(_error: CSRFError) -> Response:
    return page(400, mark("Please send the form again"), STALE)


def _http(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return Response(status=status, headers=error.get_headers())
    heading, sentence = SENTENCES.get(status, SENTENCES[400 if status < 500 else 500])
    return page(status, heading, sentence)


def _unforeseen(error: Exception) -> Response:
    if current_app.testing:
        raise error
    where = request.path
    if where.startswith(NO_LOG):
        where = "a respondent's page" if where.startswith(RESPONDENTS) else "the page of a link"
    current_app.logger.error("Failure on %s", where, exc_info=error)
    return page(500, *SENTENCES[500])
