"""Clients in the console: the list, a new one, one with what goes on for it, and its details.

Units have pages of their own in `tree`, people in `roster_people` and `roster_upload`.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply
from wtforms import SelectField, TextAreaField

from survey.errors import UserError
from survey.language import LANGUAGES, NAMES, mark
from survey.language import gettext as _
from survey.services.client_units import tree_of
from survey.services.clients import (
    DETAILS,
    LONGEST_NOTICE,
    ClientNameMissing,
    ClientNameTaken,
    ClientNameTooLong,
    ClientView,
    DetailTooLong,
    RosterDayPassed,
    UnknownTimezone,
    add_client,
    change_client,
    client_view,
    list_clients,
    names_of,
    work_of,
)
from survey.services.retention import suggested_until
from survey.web import errors
from survey.web.console import STATES
from survey.web.forms import Form, Line, later, tidy_lines
from survey.web.paging import page_of, wanted
from survey.web.planning import zones
from survey.web.site import site

blueprint = Blueprint("clients", __name__)

TONGUES = [(key, NAMES[key]) for key in LANGUAGES]
BASICS = "name", "language", "timezone"
FIELDS: Mapping[type[UserError], str] = {
    ClientNameMissing: "name",
    ClientNameTooLong: "name",
    ClientNameTaken: "name",
    UnknownTimezone: "timezone",
    RosterDayPassed: "roster_until",
}
"""Where a fault that a service finds is told."""


class ClientForm(Form):
    """What is asked of a new client."""

    name = Line(later("Write the name of the client."))
    language = SelectField(validate_choice=False)
    timezone = Line(later("Write a time zone, such as Europe/Berlin."))


class DetailsForm(ClientForm):
    """Everything that a new survey of a client begins with."""

    controller = Line()
    controller_contact = Line()
    privacy_notice = TextAreaField(filters=[tidy_lines])
    help_contact = Line()
    harm_role = Line()
    roster_until = Line()


@blueprint.get("/clients")
def every() -> str:
    """List the clients one runs surveys for, with a search and pages."""
    with site().sessions() as database:
        lines = list_clients(database, g.user)
    page = page_of(names_of(lines, wanted()), len(lines))
    return render_template("clients/clients.html", page=page, wanted=wanted())


@blueprint.get("/clients/new")
def ask() -> str:
    """Ask for the name of a new client."""
    first = {"language": g.user.language, "timezone": _zone_of_user()}
    return _new(ClientForm(formdata=None, data=first))


@blueprint.post("/clients/new")
def add() -> Reply | tuple[str, int]:
    """Add a client and lead to its page, or say what is missing."""
    form = ClientForm()
    if form.validate():
        try:
            with site().sessions() as database:
                name, tongue, zone = (str(form[n].data or "") for n in BASICS)
                client = add_client(database, g.user, name, tongue, zone, site().clock())
            return redirect(url_for("clients.one", client=client), 303)
        except UserError as fault:
            form.refuse(FIELDS.get(type(fault), "language"), str(fault))
    return _new(form), 422


@blueprint.get("/clients/<client>")
def one(client: str) -> str:
    """Show a client in numbers, what goes on for it, and what can be done next."""
    now = site().clock()
    with site().sessions() as database:
        view = client_view(database, client)
        tree = tree_of(database, client)
        work = work_of(database, client, now)
    page = page_of([*work.drafts, *work.surveys], len(work.drafts) + len(work.surveys))
    return render_template(
        "clients/client.html",
        view=view,
        units=len(tree),
        named=sum(unit.members + unit.leaders for unit in tree),
        nameless=sum(unit.people for unit in tree),
        missing=missing_of(view),
        page=page,
        states=STATES,
        can_prepare=_can_prepare(client),
    )


@blueprint.get("/clients/<client>/details")
def details(client: str) -> str:
    """Show what a new survey of a client begins with, to be changed."""
    view = _view(client)
    data = {name: getattr(view, name) for name in ClientView.__annotations__}
    return _details(view, DetailsForm(formdata=None, data=data))


@blueprint.post("/clients/<client>/details")
def change(client: str) -> str | Reply | tuple[str, int]:
    """Keep the details; or put the model of a privacy notice into the form, keeping nothing."""
    view, form = _view(client), DetailsForm()
    if "model" in request.form:
        form.privacy_notice.data = model_notice(_from(view, form), form.language.data)
        return _details(view, form)
    form.validate()
    changed = _read(view, form)
    if not form.errors:
        try:
            with site().sessions() as database:
                change_client(database, changed, site().clock())
            return redirect(url_for("clients.one", client=client), 303)
        except UserError as fault:
            field = fault.field if isinstance(fault, DetailTooLong) else FIELDS.get(type(fault), "")
            form.refuse(field, str(fault))
    return _details(view, form), 422


def gone(fault: Exception) -> Response:
    """Say that a unit, a person or a file of a client is no longer there."""
    return errors.page(404, mark("There is no such page any more"), str(fault))


def model_notice(view: ClientView, language: str) -> str:
    """Return a short privacy notice to begin with, in the language of the client."""
    kind = next((one for one in (language, view.language) if one in LANGUAGES), LANGUAGES[0])
    text = render_template(f"clients/notice.{kind}.txt", view=view).strip()
    return text[:LONGEST_NOTICE]


def missing_of(view: ClientView) -> list[str]:
    """Return what a survey of a client needs before it is opened and nobody has written yet."""
    words = (
        _("controller"),
        _("contact of the controller"),
        _("privacy notice"),
        _("help contact"),
        _("role for a sign of harm"),
    )
    return [word for name, word in zip(DETAILS, words, strict=True) if not getattr(view, name)]


def _read(view: ClientView, form: DetailsForm) -> ClientView:
    """Return the client as the form tells; a day that is none is noted beside its field."""
    told = str(form.roster_until.data or "")
    day = view.roster_until
    try:
        day = date.fromisoformat(told) if told else None
    except ValueError:
        form.refuse("roster_until", _("Write a day, such as 2027-03-31."))
    return replace(_from(view, form), roster_until=day)


def _from(view: ClientView, form: DetailsForm) -> ClientView:
    names = *BASICS, *DETAILS
    told: dict[str, Any] = {name: str(form[name].data or "") for name in names}
    return replace(view, **told)


def _view(client: str) -> ClientView:
    with site().sessions() as database:
        return client_view(database, client)


def _new(form: ClientForm) -> str:
    return render_template(
        "clients/new.html", form=form, tongues=TONGUES, faults=form.faults(), zones=zones()
    )


def _details(view: ClientView, form: DetailsForm) -> str:
    with site().sessions() as database:
        suggested = suggested_until(database, view.id, site().clock())
    return render_template(
        "clients/details.html",
        view=view,
        form=form,
        faults=form.faults(),
        zones=zones(),
        tongues=TONGUES,
        longest=LONGEST_NOTICE,
        suggested=suggested,
        model=model_notice(_from(view, form), str(form.language.data)),
    )


def _zone_of_user() -> str:
    """Return the zone of who is signed in; none where they never chose one: a script may know."""
    return "" if g.user.timezone == "UTC" else str(g.user.timezone)


def _can_prepare(client: str) -> bool:
    """Say whether surveys are prepared here: in pages of their own."""
    ways = current_app.url_map.bind("localhost")
    return ways.test(f"/clients/{client}/drafts", "POST")
