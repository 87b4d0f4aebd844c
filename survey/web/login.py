"""Signing in and out. Which page asks for it: `survey.web.rights`.

The browser holds a signed cookie with a random token; who that is, and until when, stands in the
database. Passwords and accounts belong to `survey.services.accounts`.
"""

import re

from flask import Blueprint, Response, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Reply

from survey.services.accounts import (
    SignInRefused,
    TooManySignIns,
    has_users,
    sign_in,
    sign_out,
)
from survey.web.brake import TooManyTries, brake
from survey.web.forms import SignInForm
from survey.web.rights import TOKEN, signed_in
from survey.web.site import site

blueprint = Blueprint("login", __name__)

HOME = "/surveys"


@blueprint.get("/login")
def show() -> Response | Reply:
    """Show the sign-in form; whoever is signed in goes on."""
    if signed_in():
        return redirect(local(request.args.get("next", "")), 303)
    return _page(SignInForm(formdata=None), request.args.get("next", ""))


@blueprint.post("/login")
def enter() -> Response | Reply:
    """Check a password and start a session, or refuse in one sentence for every reason."""
    form = SignInForm()
    onward = request.form.get("next", "")
    if not form.validate():
        return _page(form, onward, status=422)
    email, password = str(form.email.data), str(form.password.data)
    try:
        with brake().trying(request.remote_addr or "", email), site().sessions() as database:
            token = sign_in(database, email, password, site().clock())
    except SignInRefused as error:
        return _page(form, onward, str(error), 422)
    except TooManyTries as error:
        return _page(form, onward, str(error), 429)
    except TooManySignIns as error:
        return _page(form, onward, str(error), 503)
    _leave()
    session[TOKEN] = token
    return redirect(local(onward), 303)


@blueprint.post("/logout")
def leave() -> Reply:
    """End the session, here and in the database."""
    _leave()
    return redirect(url_for("login.show"), 303)


def local(address: str) -> str:
    """Return an address if it leads to a page of this site, else the list of surveys.

    Browsers also take `//host`, a backslash for a slash, and skip control characters.
    """
    harmless = address.isascii() and address.isprintable() and "\\" not in address
    return address if harmless and re.match(r"/(?!/)", address) else HOME


def _leave() -> None:
    """Forget this browser's session: its cookie begins anew, its token signs in nobody."""
    token = session.get(TOKEN)
    session.clear()
    if isinstance(token, str):
        with site().sessions() as database:
            sign_out(database, token)


def _page(form: SignInForm, onward: str, refused: str = "", status: int = 200) -> Response:
    with site().sessions() as database:
        anybody = has_users(database)
    page = render_template(
        "console/login.html",
        form=form,
        onward=local(onward) if onward else "",
        refused=refused,
        anybody=anybody,
        faults=form.faults(),
    )
    return Response(page, status)
