"""The report in the browser: the organisation, one group, the method.

Each page is a function of the released tables (`survey.services.released.load_report`), cut into
the sections that `survey.exports.sections` also gives to the file to take along.
"""

from collections.abc import Callable

from flask import Blueprint, Response, abort, render_template, url_for

from survey.exports.html import render_html
from survey.exports.sections import WORDING
from survey.report.guiding_words import labels
from survey.report.model import GroupReport, Report
from survey.services.harm import load_harm_signs
from survey.services.hiding import mark_of
from survey.services.released import NeverOpened, NotClosedYet
from survey.web.assets import packed
from survey.web.closed import closed, no_report
from survey.web.console import known
from survey.web.site import site

blueprint = Blueprint("reports", __name__)
blueprint.after_request(packed)


@blueprint.get("/surveys/<slug>/report")
def organisation(slug: str) -> str | tuple[str, int]:
    """Show all groups: verdicts in the order of the tree, the map, changes, what is left out."""
    kept = closed(slug)
    if isinstance(kept, str):
        return no_report(slug, kept)
    return render_template(
        "report/organisation.html",
        slug=slug,
        report=kept.report,
        section=kept.whole,
        link=lambda group: _address(slug, group),
        **_hiding(slug),
        **WORDING,
    )


@blueprint.get("/surveys/<slug>/report.html")
def file(slug: str) -> Response | tuple[str, int]:
    """Give the whole report as one file to take along."""
    kept = closed(slug)
    if isinstance(kept, str):
        return no_report(slug, kept)
    response = Response(render_html(kept.report, pictures=site().pictures), mimetype="text/html")
    response.headers.set("Content-Disposition", "attachment", filename=f"{slug}.html")
    return response


@blueprint.get("/surveys/<slug>/report/<key>")
def team(slug: str, key: str) -> str | tuple[str, int]:
    """Show one group."""
    kept = closed(slug)
    if isinstance(kept, str):
        return no_report(slug, kept)
    at = _place(kept.report, key)
    before, group, after = (None, *kept.report.groups, None)[at : at + 3]
    assert group  # noqa: S101 -- the one in the middle
    return render_template(
        "report/team.html",
        slug=slug,
        report=kept.report,
        section=kept.section(group),
        labels=labels(),
        before=before,
        after=after,
        link=lambda group: _address(slug, group),
        month=url_for("reports.month", slug=slug, key=key) if group.verdict else "",
        **_hiding(slug),
        **WORDING,
    )


@blueprint.get("/surveys/<slug>/report/<key>/month")
def month(slug: str, key: str) -> str | tuple[str, int]:
    """Show what to do with one group in the next 30 days; only a group with a verdict has it."""
    kept = closed(slug)
    if isinstance(kept, str):
        return no_report(slug, kept)
    section = kept.section(kept.report.groups[_place(kept.report, key)])
    if section.month is None:
        abort(404)
    back = _address(slug, section.group)
    page, told = "report/month_page.html", {"report": kept.report, "section": section}
    return render_template(page, slug=slug, back=back, **told, **WORDING)


def _place(report: Report, key: str) -> int:
    """Return at which place of the report a group stands; 404 where there is none of this key."""
    at = next((at for at, group in enumerate(report.groups) if group.key == key), None)
    if at is None:
        abort(404)
    return at


@blueprint.get("/surveys/<slug>/method")
def method(slug: str) -> str | tuple[str, int]:
    """Show how it was measured, every cut-off, and what nobody may conclude."""
    kept = closed(slug)
    if isinstance(kept, str):
        return no_report(slug, kept)
    return render_template("report/method.html", slug=slug, report=kept.report, **WORDING)


@blueprint.get("/surveys/<slug>/harm")
def harm(slug: str) -> str | tuple[str, int]:
    """Show where several people report harm: for the role that was named, and on no other page."""
    view = known(slug)
    with site().sessions() as database:
        try:
            signs = load_harm_signs(database, slug)
        except (NotClosedYet, NeverOpened) as reason:
            return no_report(slug, str(reason))
    return render_template("report/harm.html", view=view, signs=signs)


def _hiding(slug: str) -> dict[str, Callable[[str], str]]:
    """Return where a comment can be hidden, by its words, and a hidden one shown, by its mark."""

    def hidden(mark: str) -> str:
        return url_for("hiding.ask", slug=slug, mark=mark)

    return {"hiding": lambda text: hidden(mark_of(text)), "hidden": hidden}


def _address(slug: str, group: GroupReport) -> str:
    return url_for("reports.team", slug=slug, key=group.key)
