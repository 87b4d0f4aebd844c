"""What a group agreed to do after it had seen its result: the list, additions, what became of them.

What may be written down is decided in `survey.services.agreeing`.
"""

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.report.model import GroupReport
from survey.services.agreeing import (
    NotAgreed,
    UnknownGroup,
    agree,
    agreed_by,
    change_state,
    remove,
)
from survey.services.released import NeverOpened, NotClosedYet
from survey.web.console import known
from survey.web.forms import tidy
from survey.web.moments import there
from survey.web.shelf import kept_report
from survey.web.site import site

blueprint = Blueprint("agreeing", __name__)

FIELDS = "who", "what", "until"


@blueprint.get("/surveys/<slug>/report/<key>/agreed")
def ask(slug: str, key: str) -> str | tuple[str, int]:
    """List what a group agreed to, with a form for more."""
    return _page(slug, key, dict.fromkeys(FIELDS, ""), {})


@blueprint.post("/surveys/<slug>/report/<key>/agreed")
def add(slug: str, key: str) -> Reply | tuple[str, int]:
    """Write down what was agreed, or show the form again with everything in it."""
    known(slug)
    typed = {name: tidy(request.form.get(name, "")) for name in FIELDS}
    try:
        with site().sessions() as database:
            until = day_of(typed["until"])
            agree(database, slug, key, typed["who"], typed["what"], until, site().clock())
    except NotAgreed as error:
        page = _page(slug, key, typed, error.faults)
        return page if isinstance(page, tuple) else (page, 422)
    except UnknownGroup:
        abort(404)
    return _to(slug, key)


@blueprint.post("/surveys/<slug>/report/<key>/agreed/<int:number>")
def change(slug: str, key: str, number: int) -> Reply | str:
    """Say what became of something; or take it back, after a question whether to."""
    known(slug)
    wanted = request.form.get("state", "")
    with site().sessions() as database:
        if wanted != "remove":
            change_state(database, slug, key, number, wanted)
        elif "sure" in request.form:
            remove(database, slug, key, number)
        else:
            found = [a for a in agreed_by(database, slug, key) if a.number == number]
            if not found:
                abort(404)
            return render_template(
                "console/take_back.html", view=known(slug), key=key, found=found[0]
            )
    return _to(slug, key)


def group_of(slug: str, key: str) -> GroupReport:
    """Return a group of a report by its key, “all” too; no such page where there is none.

    Raises
    ------
    NotClosedYet, NeverOpened
    """
    report = kept_report(slug).report
    groups = [*report.groups, *filter(None, [report.organisation])]
    found = next((group for group in groups if group.key == key), None)
    if found is None:
        abort(404)
    return found


def day_of(typed: str) -> date | None:
    """Return the day that a field says; None where it is none."""
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _page(
    slug: str, key: str, typed: Mapping[str, str], faults: Mapping[str, str]
) -> str | tuple[str, int]:
    view = known(slug)
    try:
        group = group_of(slug, key)
    except (NotClosedYet, NeverOpened) as reason:
        return render_template("report/not_yet.html", slug=slug, reason=str(reason)), 404
    with site().sessions() as database:
        listed = agreed_by(database, slug, key)
    return render_template(
        "console/agreeing.html",
        view=view,
        group=group,
        listed=listed,
        typed=typed,
        faults=faults,
        today=there(site().clock(), view.timezone).date(),
    )


def _to(slug: str, key: str) -> Reply:
    return redirect(url_for("agreeing.ask", slug=slug, key=key), 303)
