"""Deleting from the console: what goes and what stays, in numbers; the name typed; then it is gone.

What is deleted is decided in `survey.services.deleting`. Files beside the database that were made
of it (parcels, exports, uploads) are thrown away here; what is left in the database's own files is
cleared in the background, and a page says how far that is.
"""

from collections.abc import Callable
from typing import Protocol, cast

from flask import Blueprint, Response, current_app, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.ballots.keys import KeyHeld
from survey.errors import UserError
from survey.services.client_units import tree_of
from survey.services.clients import client_view
from survey.services.deleting import (
    BeingClosed,
    Deleted,
    GoingChanged,
    LaterWaveRuns,
    NotTheName,
    PromiseNotTicked,
    SurveysNotTicked,
    check_typed,
    delete_client,
    delete_survey,
)
from survey.services.going import client_going, survey_going
from survey.services.rosters import delete_roster
from survey.web.console import known
from survey.web.exporting import exports
from survey.web.forms import tidy
from survey.web.roster_upload import rosters
from survey.web.site import parcels, site

blueprint = Blueprint("leaving", __name__)

EXTENSION = "headwind.clearings"
CLOSINGS = "headwind.closings"
AGAIN = "2"
"""Seconds after which the page asks again how far the clearing is."""
FIELDS: dict[type[UserError], str] = {
    NotTheName: "name",
    SurveysNotTicked: "surveys",
    PromiseNotTicked: "told",
}
REFUSED: tuple[type[UserError], ...] = (
    *(BeingClosed, GoingChanged, KeyHeld, LaterWaveRuns),
    *FIELDS,
)
Page = str | Response | Reply


class Clearings(Protocol):
    """What clears the files of what was deleted."""

    def note(self) -> None:
        """Note that there is going to be something to clear."""

    def start(self) -> None:
        """Begin, in the background."""

    def state(self) -> str:
        """Say whether it is cleared, clearing or waiting."""

    def trouble(self) -> str:
        """Return what was in the way the last time."""


@blueprint.get("/surveys/<slug>/delete")
def ask_survey(slug: str) -> Page:
    """Say what goes with a survey and what stays, and ask for its title."""
    return _survey(slug)


@blueprint.post("/surveys/<slug>/delete")
def survey(slug: str) -> Page:
    """Delete a survey, if its title was typed."""
    view, (typed, agreed) = known(slug), _sent()

    def work() -> None:
        gone = delete_survey(
            *(site().sessions, site().keys, slug, typed, agreed, site().clock()),
            told=_ticked("told"),
            before=_clearings().note,
        )
        _throw_away(gone)
        if view.client_id:
            exports().discard(view.client_id)

    if fault := _deleted(work):
        return Response(_survey(slug, typed, fault), 422)
    return _away(view.client_id)


@blueprint.get("/clients/<client>/roster/delete")
def ask_roster(client: str) -> Page:
    """Say what goes with a roster and what stays, and ask for the name of its client."""
    return _roster(client)


@blueprint.post("/clients/<client>/roster/delete")
def roster(client: str) -> Page:
    """Delete everybody of a roster, if the name of the client was typed."""
    typed, _agreed = _sent()
    with site().sessions() as database:
        view = client_view(database, client)

    def work() -> None:
        check_typed(typed, view.name)
        _clearings().note()
        with site().sessions() as database:
            delete_roster(database, client)
        rosters().forget(client)
        exports().discard(client)

    if fault := _deleted(work):
        return Response(_roster(client, typed, fault), 422)
    return _away(client)


@blueprint.get("/clients/<client>/delete")
def ask_client(client: str) -> Page:
    """Say what goes with a client and what stays, and ask for its name."""
    return _client(client)


@blueprint.post("/clients/<client>/delete")
def client_(client: str) -> Page:
    """Delete a client, if its name was typed and that its surveys go was ticked."""
    typed, agreed = _sent()

    def work() -> None:
        gone = delete_client(
            *(site().sessions, site().keys, client, typed, agreed, site().clock()),
            surveys=_ticked("surveys"),
            told=_ticked("told"),
            before=_clearings().note,
        )
        rosters().forget(client)
        exports().forget(client)
        _throw_away(gone)

    if fault := _deleted(work):
        return Response(_client(client, typed, fault), 422)
    return _away(None)


@blueprint.get("/deleted")
def done() -> Response:
    """Say that it is deleted, and how far the files are cleared."""
    state = _clearings().state()
    client = request.args.get("client", "")
    page = render_template(
        "leaving/deleted.html",
        state=state,
        trouble=_clearings().trouble(),
        client=client,
        sqlite=site().config.sqlite,
    )
    response = Response(page)
    if state == "clearing":
        response.headers["Refresh"] = AGAIN
    return response


def _deleted(work: Callable[[], None]) -> UserError | None:
    """Delete, and have the files cleared; return what kept anything from being deleted."""
    try:
        work()
    except REFUSED as fault:
        return fault
    _clearings().start()
    return None


def _throw_away(deleted: Deleted) -> None:
    """Throw away the files that were made of surveys that are gone, or compared with them."""
    for slug in deleted.surveys:
        current_app.extensions[CLOSINGS].forget(slug)
        parcels().forget(slug)
    for slug in deleted.changed:
        parcels().discard(slug)


def _away(client: str | None) -> Reply:
    return redirect(url_for("leaving.done", client=client), 303)


def _sent() -> tuple[str, str]:
    return tidy(request.form.get("name")), request.form.get("agreed", "")


def _ticked(name: str) -> bool:
    return request.form.get(name) == "yes"


def _survey(slug: str, typed: str = "", fault: UserError | None = None) -> str:
    view = known(slug)
    with site().sessions() as database:
        going = survey_going(database, slug)
    return render_template(
        "leaving/survey.html",
        view=view,
        going=going,
        typed=typed,
        promised=going.promised(site().clock()),
        told=_ticked("told"),
        **_faults(fault),
    )


def _roster(client: str, typed: str = "", fault: UserError | None = None) -> str:
    with site().sessions() as database:
        view, tree = client_view(database, client), tree_of(database, client)
    return render_template(
        "leaving/roster.html",
        view=view,
        people=sum(unit.members + unit.leaders for unit in tree),
        nameless=sum(unit.people for unit in tree),
        typed=typed,
        **_faults(fault),
    )


def _client(client: str, typed: str = "", fault: UserError | None = None) -> str:
    with site().sessions() as database:
        view, going = client_view(database, client), client_going(database, client)
    return render_template(
        "leaving/client.html",
        view=view,
        going=going,
        typed=typed,
        ticked=_ticked("surveys"),
        promised=going.promised(site().clock()),
        told=_ticked("told"),
        owner=g.user.role == "owner",
        **_faults(fault),
    )


def _faults(fault: UserError | None) -> dict[str, object]:
    """Return what pages tell of a fault: above, and beside its field."""
    if fault is None:
        return {"faults": [], "wrong": dict.fromkeys(FIELDS.values(), "")}
    field = FIELDS.get(type(fault), "")
    wrong = dict.fromkeys(FIELDS.values(), "") | {field: str(fault)}
    return {"faults": [(field, str(fault))], "wrong": wrong}


def _clearings() -> Clearings:
    return cast(Clearings, current_app.extensions[EXTENSION])
