"""The first page of the site, and a sign of life for a machine that watches it."""

from flask import Blueprint, Response, redirect, render_template
from werkzeug.wrappers import Response as Reply

from survey.services.accounts import has_users
from survey.web.rights import home, signed_in
from survey.web.site import site
from survey.web.spoken import listen

blueprint = Blueprint("landing", __name__)
listen(blueprint)


@blueprint.get("/")
def first() -> str | Reply:
    """Say what this is: a way on for who has a code, and for who runs surveys or reads a report.

    Whoever is signed in already goes on to where they begin.
    """
    if user := signed_in():
        return redirect(home(user), 303)
    with site().sessions() as database:
        return render_template("landing.html", anybody=has_users(database))


@blueprint.get("/healthz")
def healthy() -> Response:
    """Tell that the app answers. It looks at no table: a probe must not wait behind writers."""
    return Response("ok\n", mimetype="text/plain")
