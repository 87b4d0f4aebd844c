"""Coming in by a link of one use: the first owner, somebody who was invited, a forgotten password.

These pages have the token of their link in their address: no log holds it, and they send no
referrer. A form is sent with it and not with a token in a cookie; other sites are kept out by what
the browser says of where a form comes from.
"""

import time
from collections.abc import Callable
from zoneinfo import available_timezones

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.language import LANGUAGES, best, mark
from survey.services.accounts import User
from survey.services.tickets import LinkUsedUp
from survey.services.ways_in import (
    Newcomer,
    accept,
    ask_for_password,
    can_set_up,
    choose_password,
    forgetful,
    invited,
    set_up,
)
from survey.web import errors
from survey.web.account_forms import AddressForm, InvitedForm, NewPasswordForm, OwnerForm
from survey.web.brake import MOST_ASKED, TooManyTries, brake
from survey.web.forms import Form
from survey.web.login import agent, forget_session, let_in
from survey.web.security import forged
from survey.web.site import site

blueprint = Blueprint("setup", __name__)

AT_LEAST = 0.5
"""Seconds after which somebody is answered who forgot a password, whatever was done meanwhile."""
NO_TOKEN = {"csrf": False}


@blueprint.before_request
def only_from_here() -> None:
    """Take forms from our own pages alone."""
    if request.method == "POST" and forged(request.host):
        abort(403)


@blueprint.errorhandler(LinkUsedUp)
def used_up(error: LinkUsedUp) -> Response:
    """Say of every link that leads nowhere the same, whatever the reason."""
    return errors.page(404, mark("This link leads nowhere"), str(error))


@blueprint.get("/setup/<ticket>")
def show(ticket: str) -> Response:
    """Ask for the first owner of this instance."""
    _asked(can_set_up, ticket)
    tongue = best(request.headers.get("Accept-Language", ""), LANGUAGES)
    return _page("setup", OwnerForm(formdata=None, language=tongue, meta=NO_TOKEN), ticket)


@blueprint.post("/setup/<ticket>")
def make(ticket: str) -> Response | Reply:
    """Make the first owner, and offer the second factor at once."""
    _asked(can_set_up, ticket)
    form = OwnerForm(meta=NO_TOKEN)
    if not form.validate():
        return _page("setup", form, ticket, status=422)
    return _let_in(set_up, ticket, form)


@blueprint.get("/invite/<ticket>")
def welcome(ticket: str) -> Response:
    """Ask somebody who was invited for a name and a password."""
    user = _whose(invited, ticket)
    filled_in = {"name": user.name, "language": user.language}
    form = InvitedForm(formdata=None, **filled_in, meta=NO_TOKEN)
    return _page("invite", form, ticket, user)


@blueprint.post("/invite/<ticket>")
def come_in(ticket: str) -> Response | Reply:
    """Let somebody in who was invited, and offer the second factor at once."""
    user, form = _whose(invited, ticket), InvitedForm(meta=NO_TOKEN)
    if not form.validate():
        return _page("invite", form, ticket, user, 422)
    return _let_in(accept, ticket, form)


@blueprint.get("/reset")
def ask() -> Response:
    """Ask whose password was forgotten, or say honestly that no mail can be sent."""
    return _reset_page(AddressForm(formdata=None, meta=NO_TOKEN))


@blueprint.post("/reset")
def send() -> Response:
    """Send a link to choose a new password; the answer is the same whoever has an account."""
    began, form = time.monotonic(), AddressForm(meta=NO_TOKEN)
    if not can_mail():
        return _reset_page(form, status=409)
    if not form.validate():
        return _reset_page(form, status=422)
    if brake().wrong(request.remote_addr or "", "reset", most=MOST_ASKED):
        form.refuse("email", str(TooManyTries()))
        return _reset_page(form, status=429)
    with site().sessions() as database:
        ask_for_password(database, str(form.email.data), _link, site().clock())
    time.sleep(max(0.0, began + AT_LEAST - time.monotonic()))
    return _reset_page(form, sent=str(form.email.data))


@blueprint.get("/reset/<ticket>")
def choose(ticket: str) -> Response:
    """Ask for a new password."""
    user = _whose(forgetful, ticket)
    return _page("new_password", NewPasswordForm(formdata=None, meta=NO_TOKEN), ticket, user)


@blueprint.post("/reset/<ticket>")
def chosen(ticket: str) -> Response | Reply:
    """Set the new password; everybody who is signed in with the old one is signed out."""
    user, form = _whose(forgetful, ticket), NewPasswordForm(meta=NO_TOKEN)
    if not form.validate():
        return _page("new_password", form, ticket, user, 422)
    with site().sessions() as database:
        choose_password(database, ticket, str(form.password.data), site().clock())
    forget_session()
    return redirect(url_for("login.show", note="changed"), 303)


def can_mail() -> bool:
    """Say whether a link can be sent: by a mail server, and with an address that nobody chose.

    Without `public_url` the address would come from the request, so from whoever sent it.
    """
    return site().config.mail_set_up and bool(site().config.public_url)


def _link(token: str) -> str:
    return site().config.public_url + url_for("setup.choose", ticket=token)


def _asked(what: Callable[..., None], ticket: str) -> None:
    with site().sessions() as database:
        what(database, ticket, site().clock())


def _whose(what: Callable[..., User], ticket: str) -> User:
    with site().sessions() as database:
        return what(database, ticket, site().clock())


def _let_in(by: Callable[..., str], ticket: str, form: OwnerForm | InvitedForm) -> Reply:
    told = Newcomer(
        name=str(form.name.data),
        password=str(form.password.data),
        language=str(form.language.data),
        timezone=str(form.timezone.data),
        email=str(form.email.data) if isinstance(form, OwnerForm) else "",
    )
    with site().sessions() as database:
        token = by(database, ticket, told, site().clock(), agent())
    let_in(token)
    onward = url_for("second_factor.show", first=1)
    if not isinstance(form, OwnerForm):  # may have had an account here before
        onward = url_for("account.told", next=onward)
    return redirect(onward, 303)


def _page(
    name: str, form: Form, ticket: str, user: User | None = None, status: int = 200
) -> Response:
    page = render_template(
        f"console/{name}.html",
        form=form,
        ticket=ticket,
        user=user,
        faults=form.faults(),
        zones=sorted(available_timezones()),
    )
    return Response(page, status)


def _reset_page(form: AddressForm, sent: str = "", status: int = 200) -> Response:
    page = render_template(
        "console/reset.html", form=form, faults=form.faults(), sent=sent, can_mail=can_mail()
    )
    return Response(page, status)
