"""The first page of the site, and a sign of life for a machine that watches it."""

from flask import Blueprint, Response, render_template

blueprint = Blueprint("landing", __name__)


@blueprint.get("/")
def first() -> str:
    """Say what this is: a way on for who has a code, and for who runs surveys."""
    return render_template("landing.html")


@blueprint.get("/healthz")
def healthy() -> Response:
    """Tell that the app answers. It looks at no table: a probe must not wait behind writers."""
    return Response("ok\n", mimetype="text/plain")
