"""Adding people to a group of a survey that runs, until half of its time is over.

A group that draws cards gets more cards, whose codes are shown once; to a group that is written to
more mails go out. Whether and how much may be added is decided in `survey.services.running`.
"""

from dataclasses import dataclass

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.services.inviting import Invited
from survey.services.joiners import Joiners, joiners
from survey.services.running import Added, add_cards, add_invited, half_time
from survey.services.surveys import SurveyView
from survey.web.cards import UnitCodes
from survey.web.console import known, public_address
from survey.web.once import FIELD, new_token, once
from survey.web.paging import fits, page_of, searched_for
from survey.web.running import addable
from survey.web.running_forms import CardsForm, Change, PeopleForm
from survey.web.site import site

blueprint = Blueprint("adding", __name__)

MOST_SHOWN = 50
"""People of the roster that are offered at once; a search finds the others."""


@dataclass(frozen=True)
class GroupLine:
    """A group that people can be added to."""

    id: str
    name: str
    people: int
    by_mail: bool
    added: int


@blueprint.get("/surveys/<slug>/running/people")
def groups(slug: str) -> str | Reply:
    """List the groups that people can be added to."""
    view = known(slug)
    if not addable(view, site().clock()):
        return _back(slug)
    wanted = searched_for()
    lines = [_line(view, unit) for unit in view.units if unit.asked]
    return render_template(
        "console/running_groups.html",
        view=view,
        page=page_of([line for line in lines if fits(line.name, wanted)], len(lines)),
        wanted=wanted,
        half=half_time(view),
    )


@blueprint.get("/surveys/<slug>/running/people/<unit>")
def ask(slug: str, unit: str) -> str | Reply:
    """Ask whom to add to a group, or how many."""
    view = known(slug)
    if not addable(view, site().clock()):
        return _back(slug)
    group = _group(view, unit)
    data = {"revision": str(view.revision)}
    kind: type[CardsForm | PeopleForm] = PeopleForm if unit in view.by_mail else CardsForm
    return _page(view, group, kind(formdata=None, data=data), new_token())


@blueprint.post("/surveys/<slug>/running/people/<unit>")
def add(slug: str, unit: str) -> Response | Reply:
    """Add people, or say why not."""
    view = known(slug)
    group = _group(view, unit)
    token = request.form.get(FIELD) or new_token()
    if once().claim(token) is not None:
        return Response(render_template("console/running_shown.html", view=view, group=group))
    added = None
    form = PeopleForm() if unit in view.by_mail else CardsForm()
    try:
        added = _added(view, group, form)
        if added:
            once().settle(token, slug)
            return _done(view, group, added)
    finally:
        if added is None:
            once().give_back(token)
    view = known(slug)
    form.revision.data = str(view.revision)
    return Response(_page(view, _group(view, unit), form, token), 422)


def _added(view: SurveyView, group: GroupLine, form: CardsForm | PeopleForm) -> Added | None:
    """Add the people of a form; None, with the faults in the form, where that was refused."""
    if not form.validate():
        return None
    try:
        if isinstance(form, CardsForm):
            many = int(form.many.data or 0)
            with site().sessions() as database:
                return add_cards(database, view.slug, group.id, many, site().clock(), form.seen)
        people = _people(view, group, form)
        if not people or form.errors:
            return None
        with site().sessions() as database:
            return add_invited(database, view.slug, group.id, people, site().clock(), form.seen)
    except UserError as error:
        form.refuse("many" if isinstance(form, CardsForm) else "typed", str(error))
        return None


def _people(view: SurveyView, group: GroupLine, form: PeopleForm) -> list[Invited]:
    """Return whom a form tells to invite; what is wrong with a row is noted in the form."""
    told = _joiners(view, group)
    chosen = set(form.chosen.data or ())
    typed, faults = told.typed(str(form.typed.data or ""))
    for fault in faults:
        form.refuse("typed", fault)
    people = [*told.chosen(chosen), *typed]
    if not people and not faults:
        form.refuse("typed", told.nobody())
    return people


def _joiners(view: SurveyView, group: GroupLine) -> Joiners:
    with site().sessions() as database:
        return joiners(database, view, group.id)


def _done(view: SurveyView, group: GroupLine, added: Added) -> Response | Reply:
    """Show the codes of new cards, once; of mails there is nothing to be shown."""
    if not added.codes:
        return redirect(url_for("running.show", slug=view.slug, _anchor="changes"), 303)
    codes = UnitCodes(group.name, len(added.codes), added.codes, added.word)
    page = render_template(
        "console/running_cards.html",
        view=known(view.slug),
        group=group,
        units=[codes],
        address=f"{public_address()}/s/{view.slug}",
        added=added,
    )
    return Response(page)


def _page(view: SurveyView, group: GroupLine, form: Change, token: str) -> str:
    wanted = searched_for()
    known_people = _joiners(view, group).matching(wanted) if group.by_mail else ()
    return render_template(
        "console/running_mail.html" if group.by_mail else "console/running_more.html",
        view=view,
        group=group,
        form=form,
        faults=form.faults(),
        token_once=token,
        half=half_time(view),
        wanted=wanted,
        people=known_people[:MOST_SHOWN],
        found=len(known_people),
        mail_set_up=site().config.mail_set_up,
    )


def _group(view: SurveyView, unit: str) -> GroupLine:
    found = next((one for one in view.units if one.id == unit and one.asked), None)
    if found is None:
        abort(404)
    return _line(view, found)


def _line(view: SurveyView, unit: Unit) -> GroupLine:
    added = view.added.get(unit.id, 0)
    return GroupLine(unit.id, unit.name, unit.asked - view.spare, unit.id in view.by_mail, added)


def _back(slug: str) -> Reply:
    return redirect(url_for("running.show", slug=slug), 303)
