"""The people of a client in the console: the list, one of them, and the roster as a file.

Bringing many of them from a file has pages of its own in `roster_upload`.
"""

from collections.abc import Iterable, Mapping, Sequence

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.exports.roster_files import as_csv, as_xlsx, example_rows, rows_of
from survey.language import LANGUAGES, NAMES, mark
from survey.language import gettext as _
from survey.services.client_units import UnitLine, UnknownUnit, below, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.roster import short_name
from survey.services.roster_changes import PersonLine
from survey.services.rosters import (
    MailTaken,
    PersonFaulty,
    UnknownPerson,
    add_person,
    change_person,
    delete_person,
    find_people,
    people_of,
    person_of,
)
from survey.web.clients import gone
from survey.web.forms import tidy
from survey.web.paging import SIZE, Page, asked, place, wanted
from survey.web.site import site
from survey.web.takeaway import named as named_file
from survey.web.tree import NoUnitCalled, UnitTwofold, choices, named, unit_called

blueprint = Blueprint("roster_people", __name__)
for unknown in (UnknownPerson, UnknownUnit):
    blueprint.register_error_handler(unknown, gone)

FILES = {
    "people.csv": mark("{client} people.csv"),
    "people.xlsx": mark("{client} people.xlsx"),
    "template.csv": mark("{client} template.csv"),
    "template.xlsx": mark("{client} template.xlsx"),
}
"""Table -> what it is called where it is saved."""
KINDS = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
CELLS = "unit", "name", "mail", "language", "leads"
AT_UNIT = NoUnitCalled, UnitTwofold, UnknownUnit


@blueprint.get("/clients/<client>/roster")
def every(client: str) -> str:
    """List the people, with a search, a filter by unit, and pages."""
    unit = request.args.get("unit", "")
    with site().sessions() as database:
        view, tree = client_view(database, client), tree_of(database, client)
        unit = unit if below(tree, unit) else ""
        skip = SIZE * (max(1, asked()) - 1)
        found = find_people(database, client, wanted(), unit, skip, SIZE)
        if skip and not found.lines:
            skip = SIZE * (place(found.found)[0] - 1)
            found = find_people(database, client, wanted(), unit, skip, SIZE)
    number, many = place(found.found)
    by_id = {line.id: line for line in tree}
    return render_template(
        "clients/roster.html",
        view=view,
        page=Page(found.lines, number, many, found.found, found.total),
        wanted=wanted(),
        unit=by_id.get(unit),
        units=by_id,
        choices=choices(tree),
        nameless=sum(line.people for line in tree),
        languages=NAMES,
    )


@blueprint.get("/clients/<client>/roster/new")
def ask(client: str) -> str:
    """Ask for one more person."""
    view, tree = _loaded(client)
    unit = request.args.get("unit", "")
    return _form(view, tree, None, {"unit": unit if below(tree, unit) else ""})


@blueprint.post("/clients/<client>/roster/new")
def add(client: str) -> Reply | tuple[str, int]:
    """Add one person."""
    view, tree = _loaded(client)
    told = _sent()
    try:
        unit = unit_called(tree, told["unit"])
        with site().sessions() as database:
            add_person(database, client, unit, told)
    except UserError as fault:
        return _form(view, tree, None, told, _faults(fault)), 422
    return redirect(url_for("roster_people.every", client=client, q=told["mail"] or None), 303)


@blueprint.get("/clients/<client>/roster/<int:person>")
def one(client: str, person: int) -> str:
    """Show one person, to be changed or taken out."""
    view, tree = _loaded(client)
    line = _person(client, person)
    told = {"unit": _unit_value(tree, line.unit), "name": line.name, "mail": line.email}
    told |= {"language": line.language, "leads": "yes" if line.leads else ""}
    return _form(view, tree, line, told)


@blueprint.post("/clients/<client>/roster/<int:person>")
def change(client: str, person: int) -> Reply | tuple[str, int]:
    """Keep one person as the form tells."""
    view, tree = _loaded(client)
    line, told = _person(client, person), _sent()
    try:
        unit = unit_called(tree, told["unit"])
        with site().sessions() as database:
            change_person(database, client, person, unit, told)
    except UserError as fault:
        return _form(view, tree, line, told, _faults(fault)), 422
    return redirect(url_for("roster_people.every", client=client, q=told["mail"] or None), 303)


@blueprint.post("/clients/<client>/roster/<int:person>/delete")
def delete(client: str, person: int) -> Reply:
    """Take one person out."""
    with site().sessions() as database:
        delete_person(database, client, person)
    return redirect(url_for("roster_people.every", client=client), 303)


@blueprint.get("/clients/<client>/roster/take/<table>")
def take(client: str, table: str) -> Response:
    """Give the roster, or an empty one to fill in, as a file."""
    if table not in FILES:
        abort(404)
    what, _dot, ending = table.partition(".")
    view, tree = _loaded(client)
    rows: Iterable[Sequence[str]] = example_rows()
    if what == "people":
        with site().sessions() as database:
            rows = rows_of(tree, people_of(database, client))
    response = Response(as_csv(rows) if ending == "csv" else as_xlsx(rows), mimetype=KINDS[ending])
    called = short_name(view.name) or _("client")
    named_file(response, _(FILES[table], client=called))
    response.headers["Cache-Control"] = "no-store"
    return response


def _sent() -> dict[str, str]:
    return {name: tidy(request.form.get(name, ""))[:1000] for name in CELLS}


def _faults(fault: UserError) -> list[tuple[str, str]]:
    """Return (field, sentence) for what a service found."""
    if isinstance(fault, PersonFaulty):
        return [(one.column, one.advice()) for one in fault.faults]
    if isinstance(fault, MailTaken):
        return [("mail", str(fault))]
    return [("unit" if isinstance(fault, AT_UNIT) else "", str(fault))]


def _loaded(client: str) -> tuple[ClientView, tuple[UnitLine, ...]]:
    with site().sessions() as database:
        return client_view(database, client), tree_of(database, client)


def _person(client: str, person: int) -> PersonLine:
    with site().sessions() as database:
        return person_of(database, client, person)


def _unit_value(tree: Sequence[UnitLine], unit: str) -> str:
    """Return a unit as the field takes it: chosen from a list, or written as a path."""
    return unit if choices(tree) else named(tree, unit)


def _form(
    view: ClientView,
    tree: Sequence[UnitLine],
    person: PersonLine | None,
    told: Mapping[str, str],
    faults: Sequence[tuple[str, str]] = (),
) -> str:
    empty = dict.fromkeys(CELLS, "") | {"language": view.language}
    wrong = dict(reversed(faults))
    return render_template(
        "clients/person.html",
        view=view,
        person=person,
        told=empty | dict(told),
        wrong=dict.fromkeys(CELLS, "") | wrong,
        faults=list(faults),
        choices=choices(tree),
        units=len(tree),
        languages=[(key, NAMES[key]) for key in LANGUAGES],
    )
