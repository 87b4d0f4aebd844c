"""Everything of a client in one ZIP: begin to make it, watch how far it is, fetch it.

Making it belongs to `survey.exports.client_files`. The page needs no script: while work is going on
it loads itself again.
"""

from typing import cast

from flask import (
    Blueprint,
    Response,
    abort,
    current_app,
    redirect,
    render_template,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as Reply

from survey.exports.client_files import ClientFiles
from survey.language import gettext as _
from survey.services.clients import client_view
from survey.services.holdings import surveys_of
from survey.web.site import site
from survey.web.takeaway import named

blueprint = Blueprint("exporting", __name__)

EXTENSION = "headwind.exports"
AGAIN = "2"
"""Seconds after which the page asks again."""


@blueprint.get("/clients/<client>/export")
def watch(client: str) -> Response:
    """Say what is in the file, show how far it is, lead to it, or offer to make it."""
    with site().sessions() as database:
        view, lines = client_view(database, client), surveys_of(database, client, site().clock())
    progress = exports().progress(client)
    at_work = progress is not None and not progress.ready and not progress.error
    page = render_template(
        "leaving/export.html",
        view=view,
        closed=sum(line.state == "closed" for line in lines),
        surveys=len(lines),
        pdf=site().pictures.browser is not None,
        progress=progress,
        at_work=at_work,
    )
    response = Response(page)
    if at_work:
        response.headers["Refresh"] = AGAIN
    return response


@blueprint.post("/clients/<client>/export")
def start(client: str) -> Reply:
    """Begin to make the file; nothing new is begun while one is being made."""
    exports().start(client)
    return redirect(url_for("exporting.watch", client=client), 303)


@blueprint.get("/clients/<client>/export.zip")
def fetch(client: str) -> Response:
    """Give the file."""
    path = exports().result(client)
    if path is None:
        abort(404)
    with site().sessions() as database:
        view = client_view(database, client)
    response = send_file(path, mimetype="application/zip", etag=False, conditional=False)
    named(response, _("{client}, everything.zip", client=view.name))
    response.headers["Cache-Control"] = "no-store"
    del response.headers["Last-Modified"]
    return response


def exports() -> ClientFiles:
    """Return what makes files with everything of a client."""
    return cast(ClientFiles, current_app.extensions[EXTENSION])
