"""The log of who opened which report, for owners: newest first, searched, and as a file.

What is noted, and when, stands in `survey.web.noting`. Nothing here can change a line.
"""

from flask import Blueprint, Response, render_template

from survey.exports.log import render_log
from survey.language import gettext as _
from survey.services.rights import WHOLE
from survey.services.viewing import View, count_views, every_view, list_views
from survey.web.paging import SIZE, Page, place, searched_for
from survey.web.site import site
from survey.web.takeaway import named

blueprint = Blueprint("viewed", __name__)


@blueprint.get("/log")
def every() -> str:
    """List who opened which report, the newest first, with a search and pages of 50."""
    wanted = searched_for()
    with site().sessions() as database:
        found, total = count_views(database, wanted)
        number, many = place(found)
        lines = list_views(database, wanted, SIZE * (number - 1), SIZE)
    page: Page[View] = Page(lines, number, many, found, total)
    return render_template("people/log.html", page=page, wanted=wanted, whole=WHOLE)


@blueprint.get("/log.csv")
def file() -> Response:
    """Give every line that fits the search as a file of commas."""
    lines = every_view(site().sessions, searched_for())
    response = Response(render_log(lines), mimetype="text/csv")
    named(response, _("reports-opened.csv"))
    return response
