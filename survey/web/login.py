"""Signing in and out: the password, then the second factor. Which page asks: `survey.web.rights`.

The browser holds a signed cookie with a random token; who that is, and until when, stands in the
database. What is judged of passwords and digits belongs to `survey.services.signing_in`.
"""

import re
from contextlib import nullcontext

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Reply

from survey.language import speak
from survey.services.accounts import SignInRefused, TooManySignIns, has_users
from survey.services.helped import unread
from survey.services.second_factor import SecondFactorRefused, are_digits
from survey.services.sessions import sign_out
from survey.services.signing_in import TooLate, finish, half_signed_in, sign_in
from survey.web.account_forms import DigitsForm
from survey.web.agents import in_two_words
from survey.web.brake import MOST_DIGITS, TooManyDigits, TooManyTries, brake, digits_brake
from survey.web.forms import SignInForm
from survey.web.resending import kept_form
from survey.web.rights import TOKEN, signed_in
from survey.web.site import site

blueprint = Blueprint("login", __name__)

HOME = "/surveys"
HOMES = {"reader": "/reading"}
"""Where those begin who do not run surveys."""


@blueprint.get("/login")
def show() -> Response | Reply:
    """Show the form that comes next: password, or second factor; whoever is signed in goes on."""
    onward = request.args.get("next", "")
    if user := signed_in():
        return redirect(local(onward, HOMES.get(user.role, HOME)), 303)
    if _half() is not None:
        return _second_page(DigitsForm(formdata=None), onward)
    return _page(SignInForm(formdata=None), onward)


@blueprint.post("/login")
def enter() -> Response | Reply:
    """Check a password and start a session, or refuse in one sentence for every reason."""
    form = SignInForm()
    if not form.validate():
        return _page(form, _onward(), status=422)
    email, password = str(form.email.data), str(form.password.data)
    try:
        with brake().trying(request.remote_addr or "", email), site().sessions() as database:
            token = sign_in(database, email, password, site().clock(), agent())
    except SignInRefused as error:
        return _page(form, _onward(), str(error), 422)
    except TooManyTries as error:
        return _page(form, _onward(), str(error), 429)
    except TooManySignIns as error:
        return _page(form, _onward(), str(error), 503)
    let_in(token)
    if _half() is None:
        return _go_on()
    if kept_form()[1]:
        return _second_page(DigitsForm(formdata=None), "")
    return redirect(url_for("login.show", next=_onward() or None), 303)


@blueprint.post("/login/second")
def second() -> Response | Reply:
    """Check the digits, or a recovery code, and make the session a whole one."""
    account, form = _half(), DigitsForm()
    if account is None:
        return redirect(url_for("login.show", next=_onward() or None), 303)
    typed = str(form.digits.data or form.recovery.data or "")
    field = "digits" if form.digits.data or not form.recovery.data else "recovery"
    if not form.validate():
        return _second_page(form, _onward(), 422)
    try:
        token = _finished(account, typed)
    except SecondFactorRefused as error:
        form.refuse(field, str(error))
        return _second_page(form, _onward(), 422)
    except TooManyDigits as error:
        form.refuse(field, str(error))
        return _second_page(form, _onward(), 429)
    except TooLate as error:
        return _page(SignInForm(formdata=None), _onward(), str(error), 422)
    let_in(token)
    return _go_on()


@blueprint.post("/logout")
def leave() -> Reply:
    """End the session, here and in the database."""
    forget_session()
    return redirect(url_for("login.show"), 303)


def local(address: str, home: str = HOME) -> str:
    """Return an address if it leads to a page of this site, else where somebody begins.

    Browsers also take `//host`, a backslash for a slash, and skip control characters.
    """
    harmless = address.isascii() and address.isprintable() and "\\" not in address
    return address if harmless and re.match(r"/(?!/)", address) else home


def let_in(token: str) -> None:
    """Give this browser a session; an earlier one of it ends."""
    forget_session()
    session[TOKEN] = token


def forget_session() -> None:
    """Forget this browser's session: its cookie begins anew, its token signs in nobody."""
    token = session.get(TOKEN)
    session.clear()
    g.pop("csrf_token", None)  # made for the session that is gone
    if isinstance(token, str):
        with site().sessions() as database:
            sign_out(database, token)


def agent() -> str:
    """Return browser and system of this request, in a word each."""
    return in_two_words(request.user_agent.string)


def _half() -> int | None:
    """Return the account for which this browser has given the password and no more."""
    token = session.get(TOKEN)
    if not isinstance(token, str):
        return None
    with site().sessions() as database:
        return half_signed_in(database, token, site().clock())


def _finished(account: int, typed: str) -> str:
    """Return the token of the whole session.

    Too many wrong digits make an account wait, from wherever they come: whoever types them knows
    the password. Recovery codes are not counted: nobody guesses one.
    """
    limits: dict[tuple[str, ...], int] = {(str(account),): MOST_DIGITS}
    guard = digits_brake().guarding(limits) if are_digits(typed) else nullcontext()
    try:
        with guard, site().sessions() as database:
            return finish(database, session[TOKEN], typed, site().clock())
    except TooManyTries:
        raise TooManyDigits from None


def _go_on() -> Response | Reply:
    """Lead to where somebody wanted to go, or show the form that is still to be sent."""
    kept, user = kept_form()[1], signed_in()
    if user is None:
        return redirect(url_for("login.show"), 303)
    with site().sessions() as database:
        lines = unread(database, user.email)
    if kept:
        g.user = user
        speak(user.language)
        return Response(render_template("console/resend.html", kept=kept, helped=lines))
    if lines:
        return redirect(url_for("account.told", next=_onward() or None), 303)
    return redirect(local(_onward(), HOMES.get(user.role, HOME)), 303)


def _onward() -> str:
    return request.form.get("next", "")


def _page(form: SignInForm, onward: str, refused: str = "", status: int = 200) -> Response:
    with site().sessions() as database:
        anybody = has_users(database)
    page = render_template(
        "console/login.html",
        form=form,
        onward=local(onward) if onward else "",
        kept=kept_form()[0],
        refused=refused,
        anybody=anybody,
        faults=form.faults(),
        note=request.args.get("note", ""),
    )
    return Response(page, status)


def _second_page(form: DigitsForm, onward: str, status: int = 200) -> Response:
    page = render_template(
        "console/second.html",
        form=form,
        onward=local(onward) if onward else "",
        kept=kept_form()[0],
        faults=form.faults(),
    )
    return Response(page, status)
