"""The page about one survey, for respondents: who asks, who answers for people's data, how codes
are handed out, and every change since it was opened. The same for everyone, and without a cookie.

Here belongs what is too long for the first page. Who learns what has a page of its own, `promises`.
"""

from dataclasses import dataclass
from gzip import compress

from flask import Blueprint, Response, render_template

from survey.language import day
from survey.services.changes_words import told_changes
from survey.services.surveys import SurveyView, UnknownSurvey, survey_view
from survey.web.assets import pack
from survey.web.moments import there
from survey.web.respond import NAME, depths
from survey.web.site import site
from survey.web.spoken import listen, read_in

blueprint = Blueprint("about", __name__)
listen(blueprint)


@dataclass(frozen=True)
class GroupLine:
    """A unit as the page lists it, with the way in which its people get their codes."""

    depth: int
    name: str
    asked: int
    by_mail: bool


@blueprint.get("/s/<slug>/about")
def show(slug: str) -> Response:
    """Show what is to be known about a survey, and what was changed."""
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    with site().sessions() as session:
        view = survey_view(session, slug, site().clock())
    spoken = read_in(view)
    page = render_template(
        "respond/about.html",
        view=view,
        spoken=spoken,
        title=view.title_in(spoken.code),
        units=_groups(view),
        cards=any(unit.asked and unit.id not in view.by_mail for unit in view.units),
        changes=told_changes(view),
        opened=day(there(view.opened_at, view.timezone)),
    ).encode()
    return pack(page, compress(page, mtime=0), "text/html")


def _groups(view: SurveyView) -> list[GroupLine]:
    mailed = {unit.name for unit in view.units if unit.id in view.by_mail}
    return [
        GroupLine(one.depth, one.name, one.asked, one.name in mailed) for one in depths(view.units)
    ]
