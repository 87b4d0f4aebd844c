"""Reports for readers with an account: the list of what they were given, and its pages.

Whoever runs a survey may look at these pages too, and sees what a reader of the whole would see.
The pages themselves are those of a share link: `survey.web.readers`. That this one may see them
was asked before (`survey.web.rights`).
"""

from functools import partial
from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, url_for
from werkzeug.wrappers import Response as Reply

from survey.report.model import GroupReport
from survey.services.grants import given_scopes, list_readable
from survey.services.rights import WHOLE
from survey.web import readers
from survey.web.assets import packed
from survey.web.closed import closed, no_report
from survey.web.readers import Reader
from survey.web.site import site

blueprint = Blueprint("reading", __name__, url_prefix="/reading")
blueprint.after_request(packed)

FRAME = "reading/frame.html"
OF_ONE = {"show": "group", "month": "group_month", "take": "group_take"} | {
    "method": "group_method",
    "logo": "group_logo",
}
"""Page -> the endpoint under which it stands for somebody who may see one group."""

Page = str | Response | Reply | tuple[str, int]


class _NoReport(Exception):
    """There is no report yet; only those who run the survey can meet this."""


@blueprint.get("")
def every() -> Page:
    """List the reports that a reader was given; who runs surveys has a list of those."""
    if g.user.role != "reader":
        return redirect(url_for("console.surveys"), 303)
    with site().sessions() as database:
        found = list_readable(database, g.user)
    return render_template("reading/list.html", reports=found)


@blueprint.get("/<slug>")
def show(slug: str) -> Page:
    """Show all groups."""
    return readers.first_page(_whole(slug))


@blueprint.get("/<slug>/method")
def method(slug: str) -> Page:
    """Show how it was measured."""
    return readers.method_page(_whole(slug))


@blueprint.get("/<slug>/logo.png")
def logo(slug: str) -> Page:
    """Give the client's logo."""
    return readers.logo_of(_whole(slug))


@blueprint.get("/<slug>/take/<file>")
def take(slug: str, file: str) -> Page:
    """Give a file with all groups."""
    return readers.file_of(_whole(slug), file)


@blueprint.get("/<slug>/group/<key>")
def group(slug: str, key: str) -> Page:
    """Show one group."""
    reader = _of(slug, key)
    return readers.group_page(reader, _shown(reader, key))


@blueprint.get("/<slug>/group/<key>/month")
def group_month(slug: str, key: str) -> Page:
    """Show what to do in the next 30 days with one group."""
    reader = _of(slug, key)
    return readers.month_page(reader, _shown(reader, key))


@blueprint.get("/<slug>/group/<key>/method")
def group_method(slug: str, key: str) -> Page:
    """Show how it was measured, to somebody who may see one group."""
    return readers.method_page(_of(slug, key))


@blueprint.get("/<slug>/group/<key>/logo.png")
def group_logo(slug: str, key: str) -> Page:
    """Give the client's logo, to somebody who may see one group."""
    return readers.logo_of(_of(slug, key))


@blueprint.get("/<slug>/group/<key>/take/<file>")
def group_take(slug: str, key: str, file: str) -> Page:
    """Give a file with one group and nothing of the others."""
    reader = _of(slug, key)
    if reader.group:
        return readers.file_of(reader, file)
    return readers.file_of_group(reader, key, file)


@blueprint.errorhandler(_NoReport)
def nothing_yet(error: _NoReport) -> Page:
    """Say to those who run the survey why there is no report."""
    return no_report(*error.args)


def _shown(reader: Reader, key: str) -> GroupReport:
    return reader.group or readers.one_of(reader, key)


def _whole(slug: str) -> Reader:
    return _reader(slug, WHOLE)


def _of(slug: str, key: str) -> Reader:
    """Return who reads a group: one who may see all sees it among them, another it alone."""
    with site().sessions() as database:
        given = given_scopes(database, g.user, slug)
    return _reader(slug, WHOLE if WHOLE in given else key)


def _reader(slug: str, scope: str) -> Reader:
    kept = closed(slug)
    if isinstance(kept, str):
        raise _NoReport(slug, kept)
    return Reader(
        kept=readers.seen(kept, scope),
        scope=scope,
        letterhead=readers.letterhead_of(slug),
        address=partial(_address, slug, scope),
        frame=FRAME,
    )


def _address(slug: str, scope: str, page: str, **more: Any) -> str:
    if scope == WHOLE:
        return url_for(f"reading.{page}", slug=slug, **more)
    return url_for(f"reading.{OF_ONE[page]}", slug=slug, key=scope, **more)
