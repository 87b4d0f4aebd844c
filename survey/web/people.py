"""Those with an account here, for owners: the list, asking somebody in, changing, ending.

Invitations to read one report are given where it is shared: `survey.web.giving`.
"""

from collections import defaultdict
from dataclasses import dataclass
from typing import cast

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.language import LANGUAGES, NAMES, mark
from survey.language import gettext as _
from survey.services.accounts import User
from survey.services.colleagues import (
    Colleague,
    UnknownAccount,
    client_names,
    find_person,
    list_people,
)
from survey.services.helped import helped
from survey.services.invitations import HasPassword, SwitchedOff, make_invitation
from survey.services.memberships import (
    Asked,
    InvitationIncomplete,
    LastOwner,
    NotConfirmed,
    change,
    invite,
    remove,
    switch,
)
from survey.services.tickets import LASTS
from survey.web import errors
from survey.web.console import public_address
from survey.web.forms import tidy
from survey.web.mailing import EXTENSION, Sender
from survey.web.once import FIELD, new_token, once
from survey.web.paging import fits, page_of, searched_for
from survey.web.setup import can_mail
from survey.web.site import site

blueprint = Blueprint("people", __name__, url_prefix="/people")

ROLES = {
    "owner": mark("Owner"),
    "consultant": mark("Consultant"),
    "reader": mark("Reader"),
}
MEANING = {
    "owner": mark("runs all surveys of all clients, and decides who is here"),
    "consultant": mark("runs the surveys of the clients you choose, and sees no others"),
    "reader": mark("reads the reports that are opened to them, and nothing else"),
}

Page = str | Response | Reply | tuple[str, int]
Faults = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Typed:
    """The form of an invitation as it was filled in."""

    email: str = ""
    name: str = ""
    role: str = ""
    language: str = ""
    clients: tuple[str, ...] = ()


@blueprint.get("")
def every() -> Page:
    """List everybody with an account, with a search and pages of 50."""
    wanted = searched_for()
    with site().sessions() as database:
        people = list_people(database)
    found = [one for one in people if fits(_text(one), wanted)]
    return render_template(
        "people/list.html", page=page_of(found, len(people)), wanted=wanted, roles=ROLES
    )


@blueprint.get("/invite")
def ask() -> Page:
    """Ask who is to be invited, and as what."""
    return _invitation(Typed(role="consultant", language=g.user.language), new_token())


@blueprint.post("/invite")
def invite_() -> Page:
    """Make the account and show its link, once; or show the form again with everything in it."""
    form_token = request.form.get(FIELD) or new_token()
    if once().claim(form_token) is not None:
        return redirect(url_for("people.every"), 303)
    typed, number = _typed(), None
    asked = Asked(
        typed.email, typed.name, typed.role, typed.clients, typed.language, g.user.timezone
    )
    try:
        with site().sessions() as database:
            number = invite(database, asked)
        once().settle(form_token, str(number))
    except InvitationIncomplete as error:
        return Response(_invitation(typed, form_token, told(error)), 422)
    finally:
        if number is None:
            once().give_back(form_token)
    return invited_page(number, url_for("people.every"), _("People"))


@blueprint.get("/<int:number>")
def one(number: int) -> Page:
    """Show one person, and everything that can be changed."""
    return person_page(number)


@blueprint.post("/<int:number>")
def change_(number: int) -> Page:
    """Give somebody another role or other clients."""
    role, clients = request.form.get("role", ""), tuple(request.form.getlist("clients"))
    try:
        with site().sessions() as database:
            change(database, number, role, clients)
    except InvitationIncomplete as error:
        return Response(_one(_person(number), role, clients, told(error)), 422)
    except LastOwner as error:
        return Response(_one(_person(number), role, clients, (("role", str(error)),)), 422)
    return redirect(url_for("people.every"), 303)


@blueprint.post("/<int:number>/active")
def switch_(number: int) -> Page:
    """Switch somebody off, who is then signed out everywhere, or on again."""
    try:
        with site().sessions() as database:
            switch(database, number, request.form.get("active") == "yes")
    except LastOwner as error:
        return person_page(number, ("", str(error)))
    return redirect(url_for("people.one", number=number), 303)


@blueprint.post("/<int:number>/link")
def link(number: int) -> Page:
    """Make a new link for somebody who has not arrived, and show it once."""
    try:
        return invited_page(number, url_for("people.every"), _("People"))
    except (HasPassword, SwitchedOff) as error:
        return person_page(number, ("", str(error)))


@blueprint.get("/<int:number>/remove")
def ask_remove(number: int) -> Page:
    """Ask whether to remove somebody, and for their address typed once more."""
    return _removing(_person(number))


@blueprint.post("/<int:number>/remove")
def remove_(number: int) -> Page:
    """Remove an account, if its address was typed."""
    typed = request.form.get("address", "")
    try:
        with site().sessions() as database:
            remove(database, number, typed, g.user.email, site().clock())
    except (NotConfirmed, LastOwner) as error:
        field = "address" if isinstance(error, NotConfirmed) else ""
        return Response(_removing(_person(number), typed, ((field, str(error)),)), 422)
    return redirect(url_for("people.every"), 303)


@blueprint.errorhandler(UnknownAccount)
def unknown(_error: UnknownAccount) -> Response:
    """Say that there is nobody of this number."""
    return errors.page(404, *errors.SENTENCES[404])


def invited_page(number: int, back: str, back_name: str) -> str:
    """Make the link of an invitation and return the page that shows it, once, to who may see it."""
    now, user = site().clock(), g.user
    assert isinstance(user, User)  # noqa: S101 -- the hook of `rights` has set it
    with site().sessions() as database:
        address, mailed = make_invitation(database, number, user, _address, now, can_mail())
        person = find_person(database, number)
    return render_template(
        "people/invited.html",
        person=person,
        address=address,
        mailed=mailed,
        until=now + LASTS["invite"],
        back=back,
        back_name=back_name,
    )


def told(error: InvitationIncomplete) -> Faults:
    """Return what is wrong with an invitation, as sentences beside fields."""
    return tuple((field, str(fault)) for field, fault in error.faults)


def _address(token: str) -> str:
    return public_address() + url_for("setup.welcome", ticket=token)


def _text(one: Colleague) -> str:
    """Return what a search looks at."""
    clients = " ".join(name for _key, name in one.clients)
    return f"{one.name} {one.email} {_(ROLES[one.role])} {clients}"


def _typed() -> Typed:
    form = request.form
    return Typed(
        email=tidy(form.get("email")),
        name=tidy(form.get("name")),
        role=form.get("role", ""),
        language=form.get("language", ""),
        clients=tuple(form.getlist("clients")),
    )


def _person(number: int) -> Colleague:
    with site().sessions() as database:
        return find_person(database, number)


def _clients() -> tuple[tuple[str, str], ...]:
    with site().sessions() as database:
        return client_names(database)


def _invitation(typed: Typed, form_token: str, faults: Faults = ()) -> str:
    return render_template(
        "people/invite.html",
        typed=typed,
        token_once=form_token,
        faults=faults,
        wrong=defaultdict(str, faults),
        roles=ROLES,
        meaning=MEANING,
        clients=_clients(),
        languages=[(code, NAMES[code]) for code in LANGUAGES],
        can_mail=can_mail(),
    )


def person_page(number: int, *faults: tuple[str, str]) -> Response:
    """Return the page of one person as it is stored, with what is wrong about what was asked."""
    person = _person(number)
    chosen = tuple(key for key, _name in person.clients)
    return Response(_one(person, person.role, chosen, faults), 422 if faults else 200)


def _one(person: Colleague, role: str, chosen: tuple[str, ...], faults: Faults = ()) -> str:
    with site().sessions() as database:
        lines = helped(database, person.email)
    return render_template(
        "people/one.html",
        person=person,
        helped=lines,
        trouble=_trouble() if person.mail else "",
        role=role,
        chosen=chosen,
        faults=faults,
        wrong=defaultdict(str, faults),
        roles=ROLES,
        meaning=MEANING,
        clients=_clients(),
        can_mail=can_mail(),
    )


def _trouble() -> str:
    """Return why no mail can be sent at this moment; else empty."""
    return cast(Sender, current_app.extensions[EXTENSION]).trouble()


def _removing(person: Colleague, typed: str = "", faults: Faults = ()) -> str:
    return render_template(
        "people/remove.html",
        person=person,
        typed=typed,
        faults=faults,
        wrong=defaultdict(str, faults),
    )
