"""The account of whoever is signed in: name, language, password, and the browsers signed in."""

from contextlib import AbstractContextManager
from zoneinfo import available_timezones

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import speak
from survey.services.accounts import (
    TooManySignIns,
    User,
    WrongPassword,
    change_password,
    change_profile,
)
from survey.services.colleagues import find_person
from survey.services.helped import helped, mark_read, unread
from survey.services.second_factor import state_of
from survey.services.sessions import end_session, end_sessions, hashed, sessions_of
from survey.web.account_forms import ChangePasswordForm, ProfileForm
from survey.web.agents import words_of
from survey.web.brake import TooManyTries, brake
from survey.web.login import HOME, HOMES, forget_session, local
from survey.web.rights import TOKEN
from survey.web.setup import can_mail
from survey.web.site import site

blueprint = Blueprint("account", __name__)


@blueprint.get("/account")
def show() -> Response:
    """Show everything of one's account."""
    return _page()


@blueprint.post("/account")
def change() -> Response | Reply:
    """Change name, language and time zone; the next page speaks so already."""
    form = ProfileForm()
    if not form.validate():
        return _page(profile=form, status=422)
    told = str(form.name.data), str(form.language.data), str(form.timezone.data)
    with site().sessions() as database:
        change_profile(database, _user(), *told)
    return redirect(url_for("account.show", done="profile"), 303)


@blueprint.get("/account/helped")
def told() -> Response | Reply:
    """Show what others did to one's way in, until it was read; then lead on."""
    user, onward = _user(), request.args.get("next", "")
    with site().sessions() as database:
        lines = unread(database, user.email)
    if not lines:
        return redirect(local(onward, HOMES.get(user.role, HOME)), 303)
    page = render_template("console/helped.html", lines=lines, onward=onward and local(onward))
    return Response(page)


@blueprint.post("/account/helped")
def read() -> Reply:
    """Note that it was read, as far as it was shown, and lead on."""
    user, newest = _user(), max(0, min(request.form.get("newest", 0, int), 2**31 - 1))
    with site().sessions() as database:
        mark_read(database, user.email, newest)
    return redirect(local(request.form.get("next", ""), HOMES.get(user.role, HOME)), 303)


@blueprint.post("/account/password")
def password() -> Response | Reply:
    """Change the password, with the old one as proof; other browsers are signed out."""
    form = ChangePasswordForm()
    if not form.validate():
        return _page(password=form, status=422)
    old, new = str(form.old.data), str(form.password.data)
    try:
        with trying_password(), site().sessions() as database:
            here, now = hashed(session[TOKEN]), site().clock()
            change_password(database, _user(), old, new, here, now, mail=can_mail())
    except (WrongPassword, TooManyTries, TooManySignIns) as error:
        form.refuse("old", str(error))
        return _page(password=form, status=status_of(error))
    return redirect(url_for("account.show", done="password"), 303)


@blueprint.post("/account/sessions")
def end() -> Reply:
    """Sign out one of one's own browsers, or all of them, this one too."""
    mark = request.form.get("mark", "")[:40]
    if mark:
        with site().sessions() as database:
            end_session(database, _user(), mark)
        return redirect(url_for("account.show", done="session"), 303)
    with site().sessions() as database:
        end_sessions(database, _user().id)
    forget_session()
    return redirect(url_for("login.show", note="everywhere"), 303)


def trying_password() -> AbstractContextManager[None]:
    """Guard one look at a password that is asked again: whoever holds the session may guess."""
    return brake().trying(request.remote_addr or "", _user().email)


def status_of(error: UserError) -> int:
    """Return the status with which a password that was asked again is refused."""
    refused: dict[type[UserError], int] = {TooManyTries: 429, TooManySignIns: 503}
    return refused.get(type(error), 422)


def _page(
    profile: ProfileForm | None = None,
    password: ChangePasswordForm | None = None,
    status: int = 200,
) -> Response:
    user = _user()
    speak(user.language)
    with site().sessions() as database:
        factor = state_of(database, user)
        lines = sessions_of(database, user, session[TOKEN], site().clock())
        me, done_by_others = find_person(database, user.id), helped(database, user.email)
    profile = profile or ProfileForm(formdata=None, obj=user)
    password = password or ChangePasswordForm(formdata=None)
    page = render_template(
        "console/account.html",
        profile=profile,
        password=password,
        faults=profile.faults() + password.faults(),
        factor=factor,
        sessions=lines,
        me=me,
        helped=done_by_others,
        words_of=words_of,
        zones=sorted(available_timezones()),
        done=request.args.get("done", ""),
    )
    return Response(page, status)


def _user() -> User:
    user: User = g.user
    return user
