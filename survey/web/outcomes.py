"""What became of the planned practice in each group: the form for one group, and all at a glance.

When it is asked, and what may be recorded, is decided in `survey.services.adoption`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import cast

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import mark
from survey.services.adoption import (
    MONTHS,
    Became,
    NoteTooLong,
    NotRecorded,
    Outcome,
    TooEarly,
    due_on,
    outcomes,
    record_outcome,
)
from survey.services.agreeing import UnknownGroup
from survey.services.released import NeverOpened, NotClosedYet
from survey.services.surveys import SurveyView
from survey.web.agreeing import group_of
from survey.web.closed import no_report
from survey.web.console import known
from survey.web.forms import tidy
from survey.web.moments import there
from survey.web.shelf import kept_report
from survey.web.site import site

blueprint = Blueprint("outcomes", __name__)

BECAME: Mapping[Became, str] = {
    "adopted": mark("Adopted: it is how people work now"),
    "stalled": mark("Stalled: begun, and not going on"),
    "dropped": mark("Dropped: given up, or never begun"),
}
KNEW = {"no": False, "yes": True}


@dataclass(frozen=True)
class Asked:
    """One of the two times at which it is asked of a group."""

    months: int
    due: date
    come: bool
    outcome: Outcome | None
    fault: str = ""


@blueprint.get("/surveys/<slug>/outcomes")
def every(slug: str) -> str | tuple[str, int]:
    """Show what is on record of every group."""
    view = known(slug)
    try:
        report = kept_report(slug).report
    except (NotClosedYet, NeverOpened) as reason:
        return no_report(slug, str(reason))
    with site().sessions() as database:
        told = outcomes(database, slug)
    return render_template(
        "console/outcomes.html",
        view=view,
        groups=report.groups,
        told=told,
        due={months: due_on(view, months) for months in MONTHS},
        became=BECAME,
    )


@blueprint.get("/surveys/<slug>/report/<key>/outcome")
def ask(slug: str, key: str) -> str | tuple[str, int]:
    """Ask what became of the practice in a group, for each time that has come."""
    return _page(known(slug), key)


@blueprint.post("/surveys/<slug>/report/<key>/outcome")
def record(slug: str, key: str) -> Reply | tuple[str, int]:
    """Record it, or show the form again with what is wrong."""
    view, now = known(slug), site().clock()
    months = {str(m): m for m in MONTHS}.get(request.form.get("months", ""), 0)
    told = Outcome(
        became=cast(Became, request.form.get("became", "")),
        note=tidy(request.form.get("note", "")),
        knew_verdict=KNEW.get(request.form.get("knew", ""), True),
        recorded_on=there(now, view.timezone).date(),
    )
    try:
        if request.form.get("knew") not in KNEW:
            raise NotRecorded
        with site().sessions() as database:
            record_outcome(database, view, key, months, told, now)
    except UnknownGroup:
        abort(404)
    except (NotRecorded, NoteTooLong, TooEarly) as error:
        page = _page(view, key, months, told, error)
        return page if isinstance(page, tuple) else (page, 422)
    return redirect(url_for("outcomes.every", slug=slug), 303)


def _page(
    view: SurveyView,
    key: str,
    months: int = 0,
    typed: Outcome | None = None,
    error: UserError | None = None,
) -> str | tuple[str, int]:
    """Show the form of a group; what was `typed` for some months stands there again."""
    try:
        group = group_of(view.slug, key)
    except (NotClosedYet, NeverOpened) as reason:
        return no_report(view.slug, str(reason))
    if group.kind == "node":
        abort(404)  # it is asked of each group by itself
    with site().sessions() as database:
        told = outcomes(database, view.slug)
    today = there(site().clock(), view.timezone).date()
    asked = [
        Asked(m, due, due <= today, typed, str(error))
        if m == months and typed
        else Asked(m, due, due <= today, told.get((key, m)))
        for m in MONTHS
        if (due := due_on(view, m))
    ]
    return render_template(
        "console/outcome.html", view=view, group=group, asked=asked, became=BECAME
    )
