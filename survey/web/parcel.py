"""All groups as PDF in one ZIP: begin to make it, watch how far it is, fetch it.

Making it belongs to `survey.exports.parcels`. The page needs no script: while work is going on it
loads itself again.
"""

from flask import Blueprint, Response, abort, redirect, render_template, send_file, url_for
from werkzeug.wrappers import Response as Reply

from survey.browser import NoBrowser
from survey.language import gettext as _
from survey.language import mark
from survey.report.model import Report
from survey.web import errors
from survey.web.closed import closed_report, no_report
from survey.web.console import known
from survey.web.site import parcels
from survey.web.takeaway import named

blueprint = Blueprint("parcel", __name__)

AGAIN = "2"
"""Seconds after which the page asks again."""
Page = str | Response | Reply | tuple[str, int]


@blueprint.get("/surveys/<slug>/take/pdfs")
def watch(slug: str) -> Page:
    """Show how far the parcel is, lead to it, or offer to make it."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    return _page(slug, report)


@blueprint.post("/surveys/<slug>/take/pdfs")
def start(slug: str) -> Page:
    """Begin to make the parcel; nothing new is begun while one is being made."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    try:
        parcels().start(slug)
    except NoBrowser as error:
        return errors.page(404, mark("No PDF can be made here"), str(error))
    return redirect(url_for("parcel.watch", slug=slug), 303)


@blueprint.get("/surveys/<slug>/take/pdfs.zip")
def fetch(slug: str) -> Page:
    """Give the parcel."""
    report = closed_report(slug)
    path = parcels().result(slug)
    if isinstance(report, str) or path is None:
        abort(404)
    response = send_file(path, mimetype="application/zip", etag=False, conditional=False)
    facts = report.facts
    named(response, _("{client}, every group, {title}.zip", client=facts.client, title=facts.title))
    response.headers["Cache-Control"] = "no-store"
    del response.headers["Last-Modified"]
    return response


def _page(slug: str, report: Report) -> Response:
    progress = parcels().progress(slug)
    at_work = progress is not None and not progress.ready and not progress.error
    page = render_template(
        "report/parcel.html",
        view=known(slug),
        report=report,
        progress=progress,
        at_work=at_work,
    )
    response = Response(page)
    if at_work:
        response.headers["Refresh"] = AGAIN
    return response
