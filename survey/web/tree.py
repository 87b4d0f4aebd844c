"""The units of a client in the console: the tree, and changing it by hand, without a script.

How units are told from names is shared with the pages of people: see `unit_called`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import gettext as _
from survey.services.client_units import UnitLine, UnknownUnit, below, depths, path_of, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.roster_checking import Places
from survey.services.roster_rules import STEP, path
from survey.services.unit_editing import (
    GoingChanged,
    add_unit,
    delete_unit,
    going_with,
    move_unit,
    rename_unit,
    set_people,
    shift_unit,
)
from survey.web.clients import gone
from survey.web.forms import tidy
from survey.web.paging import Page, page_of, wanted
from survey.web.site import site

blueprint = Blueprint("tree", __name__)
blueprint.register_error_handler(UnknownUnit, gone)

SIZE = 100
"""Units on a page."""
DEEPEST = 6
MOST_CHOICES = 300
"""Units that one chooses from in a list; of more, one writes the name."""
NOTHING_WRONG = {"name": "", "parent": "", "people": ""}
TOP = "."
"""Stands for no unit above, in a form."""


@dataclass(frozen=True)
class Shown:
    """A unit as it is listed: how deep, how many people with those under it, what may be done."""

    unit: UnitLine
    depth: int
    all: int
    path: tuple[str, ...]
    first: bool
    last: bool


class NoUnitCalled(UserError):
    """No unit is called “{name}”. Write its name, or its whole path such as Sales > Field."""


class UnitTwofold(UserError):
    """More than one unit is called “{name}”. Write which one, such as {path}."""


@blueprint.get("/clients/<client>/units")
def show(client: str) -> str:
    """Show the tree, or the units whose names hold what is searched for."""
    return _page(*_loaded(client))


@blueprint.post("/clients/<client>/units")
def add(client: str) -> Reply | tuple[str, int]:
    """Add a unit at the top, or under the one that was named."""
    view, tree = _loaded(client)
    name, above = tidy(request.form.get("name")), tidy(request.form.get("parent"))
    try:
        parent = _parent(tree, above)
        with site().sessions() as database:
            unit = add_unit(database, client, name, parent)
    except UserError as fault:
        field = "parent" if isinstance(fault, (NoUnitCalled, UnitTwofold)) else "name"
        return _page(view, tree, {field: str(fault)}, {"name": name, "parent": above}), 422
    return _back(client, unit)


@blueprint.get("/clients/<client>/units/<unit>")
def one(client: str, unit: str) -> str:
    """Show one unit and everything that can be done with it."""
    return _unit_page(*_loaded(client), unit)


@blueprint.post("/clients/<client>/units/<unit>")
def change(client: str, unit: str) -> Reply | tuple[str, int]:
    """Rename a unit, put it under another one, or say how many people are in no roster."""
    view, tree = _loaded(client)
    _line(tree, unit)
    told = {name: tidy(request.form.get(name)) for name in ("name", "parent", "people")}
    what = next((name for name in told if name in request.form), "")
    if not what:
        abort(400)
    try:
        _change(client, tree, unit, what, told[what])
    except UserError as fault:
        return _unit_page(view, tree, unit, {what: str(fault)}, {what: told[what]}), 422
    return _back(client, unit)


@blueprint.post("/clients/<client>/units/<unit>/place")
def shift(client: str, unit: str) -> Reply:
    """Let a unit change places with its neighbour, and lead back to where it stands."""
    step = {"up": -1, "down": 1}.get(request.form.get("to", ""))
    if step is None:
        abort(400)
    with site().sessions() as database:
        shift_unit(database, client, unit, step)
    return _back(client, unit)


@blueprint.get("/clients/<client>/units/<unit>/delete")
def ask_delete(client: str, unit: str) -> str:
    """Say what goes with a unit, and ask whether it shall."""
    return _delete_page(*_loaded(client), unit)


@blueprint.post("/clients/<client>/units/<unit>/delete")
def delete(client: str, unit: str) -> Reply | tuple[str, int]:
    """Delete a unit; where people go with it, only after its name was typed."""
    view, tree = _loaded(client)
    line, going = _line(tree, unit), going_with(tree, unit)
    many = going.people + going.nameless
    typed = tidy(request.form.get("typed"))
    if many and typed.casefold() != line.name.casefold():
        fault = _("Type the name of the unit as it stands above. Nothing was deleted.")
        return _delete_page(view, tree, unit, fault, typed), 422
    if request.form.get("going") != f"{going.units} {many}":
        return _delete_page(view, tree, unit, str(GoingChanged())), 422
    with site().sessions() as database:
        delete_unit(database, client, unit, going)
    return redirect(url_for("tree.show", client=client), 303)


def unit_called(tree: Sequence[UnitLine], told: str) -> str:
    """Return the unit that a form names: by its id, its name, or its path.

    Raises
    ------
    NoUnitCalled, UnitTwofold
    """
    if any(unit.id == told for unit in tree):
        return told
    names = path(told)
    found = Places(tree, make=False).find(names) if names and tree else None
    if isinstance(found, str):
        return found
    twofold = getattr(getattr(found, "fault", None), "kind", "") == "unit_twofold"
    if found is not None and twofold:
        raise UnitTwofold(name=told, path=found.fault.other)  # type: ignore[union-attr]  # a Lost
    raise NoUnitCalled(name=told[:100])


def choices(tree: Sequence[UnitLine]) -> list[tuple[str, str]]:
    """Return the units to choose from, as id and words; empty where they are too many."""
    if len(tree) > MOST_CHOICES:
        return []
    deep = depths(tree)
    return [(unit.id, "\u2003" * deep[unit.id] + unit.name) for unit in tree]


def named(tree: Sequence[UnitLine], unit: str | None) -> str:
    """Return the path of a unit, as a form takes it."""
    return f" {STEP} ".join(path_of({line.id: line for line in tree}, unit)) if unit else ""


def _change(client: str, tree: Sequence[UnitLine], unit: str, what: str, told: str) -> None:
    with site().sessions() as database:
        if what == "name":
            rename_unit(database, client, unit, told)
        elif what == "parent":
            move_unit(database, client, unit, _parent(tree, told))
        else:
            set_people(database, client, unit, _number(told))


def _number(told: str) -> int:
    return int(told) if told.isascii() and told.isdecimal() and len(told) < 9 else -1


def _parent(tree: Sequence[UnitLine], told: str) -> str | None:
    return None if told in ("", TOP) else unit_called(tree, told)


def _loaded(client: str) -> tuple[ClientView, tuple[UnitLine, ...]]:
    with site().sessions() as database:
        return client_view(database, client), tree_of(database, client)


def _line(tree: Sequence[UnitLine], unit: str) -> UnitLine:
    line = next((line for line in tree if line.id == unit), None)
    if line is None:
        raise UnknownUnit
    return line


def shown_units(tree: Sequence[UnitLine]) -> list[Shown]:
    """Return every unit as it is listed."""
    deep, sums = depths(tree), _sums(tree)
    by_id = {unit.id: unit for unit in tree}
    beside: dict[str | None, list[str]] = {}
    for unit in tree:
        beside.setdefault(unit.parent, []).append(unit.id)
    return [
        Shown(
            unit,
            min(deep[unit.id], DEEPEST),
            sums[unit.id],
            path_of(by_id, unit.id)[:-1],
            beside[unit.parent][0] == unit.id,
            beside[unit.parent][-1] == unit.id,
        )
        for unit in tree
    ]


def _sums(tree: Sequence[UnitLine]) -> Mapping[str, int]:
    """Return how many people each unit has with all those under it."""
    sums = {unit.id: unit.all for unit in tree}
    for unit in reversed(tree):
        if unit.parent is not None:
            sums[unit.parent] += sums[unit.id]
    return sums


def _page(
    view: ClientView,
    tree: Sequence[UnitLine],
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    lines = shown_units(tree)
    words = wanted().casefold().split()
    fitting = [line for line in lines if all(w in line.unit.name.casefold() for w in words)]
    page: Page[Shown] = page_of(fitting, len(lines), SIZE)
    return render_template(
        "clients/units.html",
        view=view,
        page=page,
        wanted=wanted(),
        people=sum(unit.all for unit in tree),
        choices=choices(tree),
        top=TOP,
        wrong=NOTHING_WRONG | dict(wrong or {}),
        typed={"name": "", "parent": ""} | dict(typed or {}),
        faults=list((wrong or {}).items()),
    )


def _unit_page(
    view: ClientView,
    tree: Sequence[UnitLine],
    unit: str,
    wrong: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
) -> str:
    line = _line(tree, unit)
    inside = below(tree, unit)
    others = [other for other in tree if other.id not in inside]
    parent = line.parent or TOP if len(tree) <= MOST_CHOICES else named(tree, line.parent)
    now = {"name": line.name, "parent": parent, "people": str(line.people)}
    return render_template(
        "clients/unit.html",
        view=view,
        unit=line,
        path=named(tree, line.parent),
        going=going_with(tree, unit),
        choices=choices(others) if len(tree) <= MOST_CHOICES else [],
        written=len(tree) > MOST_CHOICES,
        top=TOP,
        wrong=NOTHING_WRONG | dict(wrong or {}),
        typed=now | dict(typed or {}),
        faults=list((wrong or {}).items()),
    )


def _delete_page(
    view: ClientView, tree: Sequence[UnitLine], unit: str, fault: str = "", typed: str = ""
) -> str:
    return render_template(
        "clients/unit_delete.html",
        view=view,
        unit=_line(tree, unit),
        going=going_with(tree, unit),
        fault=fault,
        typed=typed,
    )


def _back(client: str, unit: str) -> Reply:
    """Lead to the page of the tree on which a unit stands."""
    with site().sessions() as database:
        places = [line.id for line in tree_of(database, client)]
    number = places.index(unit) // SIZE + 1 if unit in places else 1
    page = number if number > 1 else None
    return redirect(url_for("tree.show", client=client, page=page, _anchor=f"unit-{unit}"), 303)
