"""The console: the list of surveys, and one survey with its units and what may happen next.

Opening a survey and closing it have modules of their own, beside this one.
"""

import re
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, g, render_template, request

from survey.language import day, language, mark, ngettext
from survey.language import gettext as _
from survey.report.chances import plan_of
from survey.report.forecast_words import ASSUMED
from survey.services.adoption import unrecorded
from survey.services.changes_words import told_changes
from survey.services.results import words_of
from survey.services.rights import clients_of
from survey.services.surveys import (
    SurveyLine,
    SurveyView,
    UnknownSurvey,
    list_surveys,
    survey_view,
)
from survey.services.unopened import unopened
from survey.services.waiting import LEAST_ASKED, participation
from survey.web.moments import there
from survey.web.paging import fits, page_of, searched_for
from survey.web.roster import missing_text, unit_lines
from survey.web.site import site

blueprint = Blueprint("console", __name__)

NAME = re.compile(r"[a-z0-9-]{1,80}")
"""What the name of a survey can be; anything else is not worth a look into the database."""
STATES = {
    "open": mark("Open"),
    "ended": mark("Ended, not closed yet"),
    "destroying": mark("Being closed"),
    "closed": mark("Closed"),
}


@blueprint.get("/surveys")
def surveys() -> str:
    """List the surveys of one's clients, the newest first, with a search and pages of 50."""
    wanted, now = searched_for(), site().clock()
    with site().sessions() as database:
        clients = clients_of(database, g.user)
        lines = list_surveys(database, now, clients)
        warned = {slug: one for slug, one in unopened(database, now).items() if one.warned}
    return render_template(
        "console/surveys.html",
        page=page_of([line for line in lines if _fits(line, wanted)], len(lines)),
        wanted=wanted,
        has_clients=clients is None or bool(clients),
        states=STATES,
        warned=warned,
        left=partial(left, now=now),
        on=lambda when: day(there(when, g.user.timezone)),
    )


@blueprint.get("/surveys/<slug>")
def survey(slug: str) -> str:
    """Show one survey: what was fixed at opening, how many have answered, what comes next."""
    view = known(slug)
    now = site().clock()
    with site().sessions() as database:
        reached = participation(database, slug, now)
        words = words_of(database, slug) if view.results_on else ()
        missing = unrecorded(database, view, now)
        waits = unopened(database, now).get(slug) if view.state == "ended" else None
    lines = unit_lines(view.units, reached, view.client, view.spare)
    found = [line for line in lines if fits(" ".join((line.name, *line.units)), searched_for())]
    return render_template(
        "console/survey.html",
        view=view,
        state=_(STATES[view.state]),
        address=f"{public_address()}/s/{slug}",
        left=left(view.ends_at, now),
        closable=closable(view, now),
        page=page_of(found, len(lines)),
        wanted=searched_for(),
        units=lines,
        lacking=partial(missing_text, plan_of(view.questionnaire, view.policy)),
        least_asked=LEAST_ASKED,
        assumed=_(ASSUMED),
        critical=critical_names(view),
        previous=known(view.previous) if view.previous else None,
        words=words,
        unrecorded=missing,
        changes=told_changes(view),
        unopened=waits,
    )


def known(slug: str) -> SurveyView:
    """Return a survey; `UnknownSurvey` also for what can be no name of one."""
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    with site().sessions() as database:
        return survey_view(database, slug, site().clock())


def closable(view: SurveyView, now: datetime) -> bool:
    """Say whether a survey may be closed at this moment."""
    return view.state == "ended" or (view.state == "open" and now >= view.closable_from)


def public_address() -> str:
    """Return where people reach the site: as the settings say, or as this request did."""
    return site().config.public_url or request.host_url.rstrip("/")


def critical_names(view: SurveyView) -> tuple[str, ...]:
    """Return the names of the dimensions on which the planned practice hangs."""
    scales = [scale for scale in view.questionnaire.dimensions if scale.id in view.critical]
    asked = view.questionnaire.languages
    spoken = language() if language() in asked else asked[0]
    return tuple(scale.name[spoken] for scale in scales)


def left(ends_at: datetime, now: datetime) -> str:
    """Return how much time is left, in words; days are rounded down, so that nobody is late."""
    days = (ends_at - now) // timedelta(days=1)
    if days >= 1:
        return ngettext("{days} day left", "{days} days left", days, days=days)
    hours = (ends_at - now) // timedelta(hours=1)
    if hours >= 1:
        return ngettext("{hours} hour left", "{hours} hours left", hours, hours=hours)
    return _("less than an hour left") if ends_at > now else _("no time left")


def _fits(line: SurveyLine, wanted: str) -> bool:
    """Say whether a line is searched for; its state as it is shown."""
    return fits(f"{line.title} {line.client} {line.slug} {_(STATES[line.state])}", wanted)
