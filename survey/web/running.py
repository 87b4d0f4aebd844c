"""While a survey runs: how far it is, in steps, what is missing for a verdict, and its end put off.

There are no other numbers, on purpose. Adding people has a module of its own, `adding`; what may
be changed, and how respondents learn of it, is decided in `survey.services.running`.
"""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import _
from survey.report.chances import plan_of
from survey.report.forecast_words import ASSUMED
from survey.report.missing import Reached, missing_line, pooled_line
from survey.services.changes_words import told_changes
from survey.services.running import half_time, longest_end, put_off
from survey.services.surveys import SurveyView
from survey.services.waiting import LEAST_ASKED, ParticipationLine, participation
from survey.web.console import known, left
from survey.web.paging import fits, page_of, searched_for
from survey.web.roster import reached_text
from survey.web.running_forms import EndForm
from survey.web.site import site

blueprint = Blueprint("running", __name__)

YEARS = range(2000, 3000)


@dataclass(frozen=True)
class GroupLine:
    """A group of which it is told how many have answered, or small ones together."""

    name: str
    units: tuple[str, ...]
    """Names of the units, where there are several."""
    people: int
    reached: str
    missing: str


@blueprint.get("/surveys/<slug>/running")
def show(slug: str) -> str:
    """Show how far a survey is, and what may be changed of it."""
    view, now = known(slug), site().clock()
    with site().sessions() as database:
        reached = participation(database, slug, now)
    wanted = searched_for()
    found = [line for line in reached if fits(" ".join((line.unit_name, *line.units)), wanted)]
    page = page_of(found, len(reached))
    return render_template(
        "console/running.html",
        view=view,
        left=left(view.ends_at, now),
        page=page,
        lines=[_line(view, line) for line in page.lines],
        wanted=wanted,
        least_asked=LEAST_ASKED,
        assumed=_(ASSUMED),
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


def addable(view: SurveyView, now: datetime) -> bool:
    """Say whether people can be added at this moment."""
    return view.state == "open" and now < half_time(view)


def _line(view: SurveyView, line: ParticipationLine) -> GroupLine:
    several = len(line.units) > 1
    name = _("Small units of {unit}, together", unit=line.unit_name) if several else line.unit_name
    reached = Reached(line.asked, line.codes, line.least, line.below)
    missing = missing_line(plan_of(view.questionnaire, view.policy), reached)
    return GroupLine(
        name=name,
        units=line.units if several else (),
        people=line.asked,
        reached=reached_text(line),
        missing=pooled_line() if several else missing,
    )


def _end_page(view: SurveyView, form: EndForm) -> str:
    return render_template(
        "console/running_end.html",
        view=view,
        form=form,
        faults=form.faults(),
        longest=longest_end(view),
        mailed=bool(view.by_mail),
    )


def _moment(form: EndForm, timezone: str) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(form.ends.data))
    except ValueError:
        at = None
    if at is None or at.year not in YEARS:
        form.refuse("ends", _("Write a date and a time, such as 2027-03-31T18:00."))
        return None
    return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))
