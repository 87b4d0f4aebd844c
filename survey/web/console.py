"""The console: the list of surveys, and one survey with its units and what may happen next.

Opening a survey and closing it have modules of their own, beside this one.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from flask import Blueprint, render_template, request

from survey.services.adoption import unrecorded
from survey.services.results import words_of
from survey.services.surveys import (
    SurveyLine,
    SurveyView,
    UnknownSurvey,
    list_surveys,
    survey_view,
)
from survey.services.waiting import LEAST_ASKED, participation
from survey.web.roster import unit_lines
from survey.web.site import site

blueprint = Blueprint("console", __name__)

PAGE_SIZE = 50
NAME = re.compile(r"[a-z0-9-]{1,80}")
"""What the name of a survey can be; anything else is not worth a look into the database."""
STATES = {
    "open": "Open",
    "ended": "Ended, not closed yet",
    "destroying": "Being closed",
    "closed": "Closed",
}


@dataclass(frozen=True)
class Page:
    """One page of a long list: `number` of `many`, from 1. `total` counts also what fits not."""

    lines: tuple[SurveyLine, ...]
    number: int
    many: int
    found: int
    total: int


@blueprint.get("/surveys")
def surveys() -> str:
    """List the surveys, the newest first, with a search and pages of 50."""
    wanted = request.args.get("q", "").strip()[:200]
    now = site().clock()
    with site().sessions() as database:
        lines = list_surveys(database, now)
    return render_template(
        "console/surveys.html",
        page=_page([line for line in lines if _fits(line, wanted)], len(lines)),
        wanted=wanted,
        states=STATES,
        left=partial(left, now=now),
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
    return render_template(
        "console/survey.html",
        view=view,
        state=STATES[view.state],
        address=f"{public_address()}/s/{slug}",
        left=left(view.ends_at, now),
        closable=closable(view, now),
        units=unit_lines(view.units, reached, view.client, view.spare),
        least_asked=LEAST_ASKED,
        critical=critical_names(view),
        previous=known(view.previous) if view.previous else None,
        words=words,
        unrecorded=missing,
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
    language = view.questionnaire.languages[0]
    return tuple(scale.name[language] for scale in scales)


def left(ends_at: datetime, now: datetime) -> str:
    """Return how much time is left, in words; days are rounded down, so that nobody is late."""
    days = (ends_at - now) // timedelta(days=1)
    if days >= 1:
        return f"{days} day{'s' if days != 1 else ''} left"
    hours = (ends_at - now) // timedelta(hours=1)
    if hours >= 1:
        return f"{hours} hour{'s' if hours != 1 else ''} left"
    return "less than an hour left" if ends_at > now else "no time left"


def _fits(line: SurveyLine, wanted: str) -> bool:
    """Say whether every word that is searched for stands in a line."""
    text = f"{line.title} {line.client} {line.slug} {STATES[line.state]}".casefold()
    return all(word in text for word in wanted.casefold().split())


def _page(lines: Sequence[SurveyLine], total: int) -> Page:
    many = max(1, -(-len(lines) // PAGE_SIZE))
    asked = request.args.get("page", "")
    number = min(many, max(1, int(asked))) if re.fullmatch(r"[0-9]{1,6}", asked) else 1
    shown = lines[PAGE_SIZE * (number - 1) : PAGE_SIZE * number]
    return Page(tuple(shown), number, many, len(lines), total)
