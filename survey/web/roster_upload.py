"""Bringing a roster from a file: upload or paste, how far it is, the preview, saving.

The work itself is done in the background by `Rosters`; every page here works without a script.
"""

from collections.abc import Mapping
from itertools import islice
from typing import cast

from flask import (
    Blueprint,
    Response,
    current_app,
    g,
    jsonify,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.exports.roster_files import faults_csv
from survey.language import gettext as _
from survey.language import mark
from survey.services.clients import ClientView, client_view
from survey.services.roster import short_name
from survey.services.roster_changes import Way
from survey.services.roster_staging import FaultsLeft, Rosters
from survey.services.roster_tables import LARGEST_FILE, TableTooLarge
from survey.services.staged_files import Options, Staged, UnknownStaged
from survey.web.clients import gone
from survey.web.forms import tidy_line
from survey.web.paging import SIZE, Page, place
from survey.web.site import site
from survey.web.takeaway import named

blueprint = Blueprint("roster_upload", __name__)
blueprint.register_error_handler(UnknownStaged, gone)

EXTENSION = "headwind.rosters"
AROUND = 64 * 1024
"""Bytes that a browser writes around a file."""
STAGES = {
    "reading": mark("Reading the file"),
    "checking": mark("Checking every row"),
    "comparing": mark("Comparing it with the roster"),
}
SAVING = {
    "reading": mark("Reading the file"),
    "checking": mark("Checking every row"),
    "saving": mark("Saving, all at once"),
}
WAYS: tuple[Way, ...] = ("add", "replace")


@blueprint.url_value_preprocessor
def allow_long_rosters(endpoint: str | None, _values: Mapping[str, object] | None) -> None:
    """Let this form be larger than others, before anything reads it; refuse one that is too large
    in words of its own.
    """
    if endpoint == "roster_upload.upload":
        request.max_content_length = LARGEST_FILE + AROUND
        request.max_form_memory_size = LARGEST_FILE + AROUND
        if (request.content_length or 0) > LARGEST_FILE + AROUND:
            raise TableTooLarge(most=LARGEST_FILE // 1_000_000)


@blueprint.get("/clients/<client>/roster/upload")
def ask(client: str) -> str:
    """Ask for a file, or for rows that are pasted."""
    return _form(_view(client))


@blueprint.post("/clients/<client>/roster/upload")
def upload(client: str) -> Reply | tuple[str, int]:
    """Keep what was sent aside and begin to check it."""
    view = _view(client)
    file, pasted = request.files.get("file"), request.form.get("pasted", "")
    name = (file.filename or "") if file else ""
    if name and pasted.strip():
        return _form(view, _("Choose a file or paste rows, not both."), pasted), 422
    if not name and not pasted.strip():
        return _form(view, _("Choose a file, or paste rows with their header.")), 422
    data = file.read() if file and name else pasted.encode()
    try:
        key = rosters().stage(client, g.user.id, tidy_line(name), data)
    except UserError as fault:
        return _form(view, str(fault), pasted), 422
    return _to(client, key)


@blueprint.get("/clients/<client>/roster/upload/<staged>")
def show(client: str, staged: str) -> Response | Reply:
    """Show how far a file is; then what was found in it, and what would change."""
    view = _view(client)
    try:
        found = _found(client, staged)
    except UnknownStaged:
        return redirect(url_for("roster_upload.ask", client=client, gone=1), 303)
    if found.state == "checked" and rosters().is_stale(found):
        rosters().check_again(found, found.options, again=True)
        found = _found(client, staged)
    if found.state == "working":
        stages = SAVING if found.saving else STAGES
        return Response(render_template("clients/working.html", view=view, it=found, stages=stages))
    if found.state == "checked":
        return Response(_preview(view, found))
    page = "saved" if found.state == "saved" else "refused"
    pasted = rosters().pasted(found)
    return Response(render_template(f"clients/{page}.html", view=view, it=found, pasted=pasted))


@blueprint.get("/clients/<client>/roster/upload/<staged>/progress.json")
def watched(client: str, staged: str) -> Response:
    """Tell the page's script how far it is."""
    found = _found(client, staged)
    state = "running" if found.state == "working" else found.state
    return jsonify({"state": state, "stage": found.stage, "share": found.share})


@blueprint.post("/clients/<client>/roster/upload/<staged>/again")
def again(client: str, staged: str) -> Reply:
    """Check the file anew: another sheet, or with the units of the file made."""
    found = _found(client, staged)
    sheet = request.form.get("sheet", found.options.sheet)
    make = request.form.get("make_units", "")
    options = Options(sheet[:100], make == "yes" if make else found.options.make_units)
    rosters().check_again(found, options)
    return _to(client, staged)


@blueprint.post("/clients/<client>/roster/upload/<staged>/save")
def save(client: str, staged: str) -> Reply | tuple[str, int]:
    """Begin to save; with faults left only where they are to be left out."""
    found = _found(client, staged)
    if found.state != "checked":
        return _to(client, staged)
    way = next((way for way in WAYS if way == request.form.get("way")), None)
    if way is None:
        told = _("Choose what happens to those who are not in the file.")
        return _preview(_view(client), found, told, "way"), 422
    try:
        rosters().save(found, way, request.form.get("leave_out") == "yes")
    except FaultsLeft as fault:
        return _preview(_view(client), found, str(fault), "leave_out"), 422
    return _to(client, staged)


@blueprint.post("/clients/<client>/roster/upload/<staged>/cancel")
def cancel(client: str, staged: str) -> Reply:
    """Throw the file away."""
    rosters().cancel(_found(client, staged))
    return redirect(url_for("roster_people.every", client=client), 303)


@blueprint.get("/clients/<client>/roster/upload/<staged>/faults/<int:kind>")
def rows(client: str, staged: str, kind: int) -> str | Reply:
    """List all rows with one kind of fault."""
    found = _checked(client, staged)
    kinds = rosters().preview(found).kinds
    if not 0 <= kind < len(kinds):
        raise UnknownStaged
    number, many = place(kinds[kind].many)
    same = (fault for fault in rosters().faults(found) if kinds[kind].holds(fault))
    lines = tuple(islice(same, SIZE * (number - 1), SIZE * number))
    page = Page(lines, number, many, kinds[kind].many, kinds[kind].many)
    return render_template(
        "clients/faults.html", view=_view(client), it=found, kind=kind, one=kinds[kind], page=page
    )


@blueprint.get("/clients/<client>/roster/upload/<staged>/faults.csv")
def faulty(client: str, staged: str) -> Response:
    """Give the rows that cannot be used as a file, each with what is wrong."""
    found = _checked(client, staged)
    told = faults_csv(rosters().table(found).rows, rosters().faults(found))
    response = Response(told, mimetype="text/csv; charset=utf-8")
    called = short_name(_view(client).name) or _("client")
    named(response, _("{client} faults.csv", client=called))
    response.headers["Cache-Control"] = "no-store"
    return response


def rosters() -> Rosters:
    """Return what keeps uploaded files aside."""
    return cast(Rosters, current_app.extensions[EXTENSION])


def _form(view: ClientView, fault: str = "", pasted: str = "") -> str:
    return render_template(
        "clients/upload.html",
        view=view,
        fault=fault,
        pasted=pasted,
        largest=LARGEST_FILE,
        gone="gone" in request.args,
    )


def _preview(view: ClientView, found: Staged, fault: str = "", where: str = "") -> str:
    return render_template(
        "clients/preview.html",
        view=view,
        it=found,
        preview=rosters().preview(found),
        pasted=rosters().pasted(found),
        faults=[(where, fault)] if fault else [],
        told={name: request.form.get(name, "") for name in ("way", "leave_out")},
    )


def _view(client: str) -> ClientView:
    with site().sessions() as database:
        return client_view(database, client)


def _found(client: str, staged: str) -> Staged:
    return rosters().find(client, g.user.id, staged)


def _checked(client: str, staged: str) -> Staged:
    found = _found(client, staged)
    if found.state != "checked":
        raise UnknownStaged
    return found


def _to(client: str, staged: str) -> Reply:
    return redirect(url_for("roster_upload.show", client=client, staged=staged), 303)
