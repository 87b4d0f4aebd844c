"""While a survey runs: its end put off, and somebody else to ask.

How many have answered stands on the survey's own page. Adding people has a module of its own,
`adding`; what may be changed, and how respondents learn of it, is decided in
`survey.services.running`.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import _
from survey.services.changes_words import told_changes
from survey.services.running import change_contact, half_time, longest_end, put_off
from survey.services.surveys import SurveyView
from survey.web.console import known, left
from survey.web.running_forms import ContactForm, EndForm
from survey.web.site import site

blueprint = Blueprint("running", __name__)

YEARS = range(2000, 3000)


@blueprint.get("/surveys/<slug>/running")
def show(slug: str) -> str:
    """Show what may be changed of a survey, and what was."""
    view, now = known(slug), site().clock()
    return render_template(
        "console/running.html",
        view=view,
        left=left(view.ends_at, now),
        changes=told_changes(view),
        half=half_time(view),
        addable=addable(view, now),
        longest=longest_end(view),
    )


@blueprint.get("/surveys/<slug>/running/end")
def ask_end(slug: str) -> str | Reply:
    """Ask until when people shall be able to answer."""
    view = known(slug)
    if view.state != "open":
        return redirect(url_for("running.show", slug=slug), 303)
    return _end_page(view, EndForm(formdata=None, data={"revision": str(view.revision)}))


@blueprint.post("/surveys/<slug>/running/end")
def put_off_(slug: str) -> Response | Reply:
    """Put the end off, or say why not."""
    view, form = known(slug), EndForm()
    ends_at = _moment(form, view.timezone) if form.validate() else None
    if ends_at:
        try:
            with site().sessions() as database:
                put_off(database, slug, ends_at, site().clock(), form.seen)
            return redirect(url_for("running.show", slug=slug, _anchor="changes"), 303)
        except UserError as error:
            form.refuse("ends", str(error))
    view = known(slug)
    form.revision.data = str(view.revision)
    return Response(_end_page(view, form), 422)


@blueprint.get("/surveys/<slug>/running/contact")
def ask_contact(slug: str) -> str | Reply:
    """Ask whom people may ask from now on."""
    view = known(slug)
    if view.state != "open":
        return redirect(url_for("running.show", slug=slug), 303)
    data = {"revision": str(view.revision), "contact": view.help_contact}
    return _contact_page(view, ContactForm(formdata=None, data=data))


@blueprint.post("/surveys/<slug>/running/contact")
def change_contact_(slug: str) -> Response | Reply:
    """Let people ask somebody else, or say why not."""
    form = ContactForm()
    if form.validate():
        try:
            told, seen = str(form.contact.data), form.seen
            with site().sessions() as database:
                change_contact(database, slug, told, site().clock(), seen)
            return redirect(url_for("running.show", slug=slug, _anchor="changes"), 303)
        except UserError as error:
            form.refuse("contact", str(error))
    view = known(slug)
    form.revision.data = str(view.revision)
    return Response(_contact_page(view, form), 422)


def addable(view: SurveyView, now: datetime) -> bool:
    """Say whether people can be added at this moment."""
    return view.state == "open" and now < half_time(view)


def _end_page(view: SurveyView, form: EndForm) -> str:
    return render_template(
        "console/running_end.html",
        view=view,
        form=form,
        faults=form.faults(),
        longest=longest_end(view),
        mailed=bool(view.by_mail),
    )


def _contact_page(view: SurveyView, form: ContactForm) -> str:
    page = "console/running_contact.html"
    return render_template(page, view=view, form=form, faults=form.faults())


def _moment(form: EndForm, timezone: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(form.ends.data))
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        form.refuse("ends", _("Write a date and a time, such as 2027-03-31T18:00."))
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))
