"""The report in the browser: the organisation, one group, the method.

Each page is a function of the released tables (`survey.services.surveys.load_report`), cut into the
sections that `survey.exports.sections` also gives to the file to take along.
"""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, url_for

from survey.exports.html import render_html
from survey.exports.sections import WORDING, group_section, organisation_section
from survey.report.model import GroupReport, Report
from survey.services.hiding import mark_of
from survey.services.surveys import NeverOpened, NotClosedYet, load_harm_signs, load_report
from survey.web.console import known
from survey.web.login import login_required
from survey.web.site import site

blueprint = Blueprint("reports", __name__)


@blueprint.get("/surveys/<slug>/report")
@login_required
def organisation(slug: str) -> str | tuple[str, int]:
    """Show all groups: verdicts in the order of the tree, the map, changes, what is left out."""
    report = _report(slug)
    if isinstance(report, str):
        return _not_yet(slug, report)
    return render_template(
        "report/organisation.html",
        slug=slug,
        report=report,
        section=organisation_section(report),
        link=lambda group: _address(slug, group),
        **_hiding(slug),
        **WORDING,
    )


@blueprint.get("/surveys/<slug>/report.html")
@login_required
def file(slug: str) -> Response | tuple[str, int]:
    """Give the whole report as one file to take along."""
    report = _report(slug)
    if isinstance(report, str):
        return _not_yet(slug, report)
    response = Response(render_html(report), mimetype="text/html")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.html")
    return response


@blueprint.get("/surveys/<slug>/report/<key>")
@login_required
def team(slug: str, key: str) -> str | tuple[str, int]:
    """Show one group."""
    report = _report(slug)
    if isinstance(report, str):
        return _not_yet(slug, report)
    at = next((at for at, group in enumerate(report.groups) if group.key == key), None)
    if at is None:
        abort(404)
    before, group, after = (None, *report.groups, None)[at : at + 3]
    assert group  # noqa: S101 -- the one in the middle
    return render_template(
        "report/team.html",
        slug=slug,
        report=report,
        section=group_section(group, report),
        before=before,
        after=after,
        link=lambda group: _address(slug, group),
        **_hiding(slug),
        **WORDING,
    )


@blueprint.get("/surveys/<slug>/method")
@login_required
def method(slug: str) -> str | tuple[str, int]:
    """Show how it was measured, every cut-off, and what nobody may conclude."""
    report = _report(slug)
    if isinstance(report, str):
        return _not_yet(slug, report)
    return render_template("report/method.html", slug=slug, report=report, **WORDING)


@blueprint.get("/surveys/<slug>/harm")
@login_required
def harm(slug: str) -> str | tuple[str, int]:
    """Show where several people report harm: for the role that was named, and on no other page."""
    view = known(slug)
    with site().sessions() as database:
        try:
            signs = load_harm_signs(database, slug)
        except (NotClosedYet, NeverOpened) as reason:
            return _not_yet(slug, str(reason))
    return render_template("report/harm.html", view=view, signs=signs)


def _report(slug: str) -> Report | str:
    """Return the report, or in one sentence why there is none (yet)."""
    known(slug)
    with site().sessions() as database:
        try:
            return load_report(database, slug, site().clock())
        except (NotClosedYet, NeverOpened) as reason:
            return str(reason)


def _not_yet(slug: str, reason: str) -> tuple[str, int]:
    return render_template("report/not_yet.html", slug=slug, reason=reason), 404


def _hiding(slug: str) -> dict[str, Callable[[str], str]]:
    """Return where a comment can be hidden, by its words, and a hidden one shown, by its mark."""

    def hidden(mark: str) -> str:
        return url_for("hiding.ask", slug=slug, mark=mark)

    return {"hiding": lambda text: hidden(mark_of(text)), "hidden": hidden}


def _address(slug: str, group: GroupReport) -> str:
    return url_for("reports.team", slug=slug, key=group.key)
