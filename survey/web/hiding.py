"""Hiding one comment of a report: the question whether to, and the answer.

Works without JavaScript: the button in the report leads to a page, the page's button does it.
"""

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.services.hiding import Comment, UnknownComment, find_comment, set_hidden
from survey.services.released import NotClosedYet
from survey.web.console import known
from survey.web.site import parcels, site

blueprint = Blueprint("hiding", __name__)


@blueprint.get("/surveys/<slug>/comments/<mark>")
def ask(slug: str, mark: str) -> str:
    """Show the comment, and what hiding it or showing it again means."""
    comment = _found(slug, mark)
    return render_template(
        "report/comment.html",
        view=known(slug),
        comment=comment,
        mark=mark,
        back=_page_of(slug, comment),
    )


@blueprint.post("/surveys/<slug>/comments/<mark>")
def hide(slug: str, mark: str) -> Reply:
    """Hide it, or show it again, and go back to where it stands."""
    comment = _found(slug, mark)
    if (wanted := request.form.get("hidden")) not in ("yes", "no"):
        abort(400)
    with site().sessions() as database:
        set_hidden(database, slug, mark, wanted == "yes")
    parcels().discard(slug)
    return redirect(_page_of(slug, comment), 303)


def _found(slug: str, mark: str) -> Comment:
    known(slug)
    with site().sessions() as database:
        try:
            return find_comment(database, slug, mark)
        except (UnknownComment, NotClosedYet):
            abort(404)


def _page_of(slug: str, comment: Comment) -> str:
    if comment.group is None:
        return url_for("reports.organisation", slug=slug)
    return url_for("reports.team", slug=slug, key=comment.group)
