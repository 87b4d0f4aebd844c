"""The page of who learns what: for respondents, the same for everyone, and without a cookie.

What it says is made in `survey.services.promises` from the settings of the survey.
"""

from gzip import compress

from flask import Blueprint, Response, render_template

from survey.services.promises.checks import checks
from survey.services.promises.page import said
from survey.services.promises.table import rows
from survey.services.surveys import UnknownSurvey, survey_view
from survey.web.assets import pack
from survey.web.respond import NAME
from survey.web.site import site
from survey.web.told import told_of

blueprint = Blueprint("promises", __name__)


@blueprint.get("/s/<slug>/who")
def who(slug: str) -> Response:
    """Show who can learn what, holding what, and how to check each claim."""
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    with site().sessions() as session:
        view = survey_view(session, slug, site().clock())
    told = told_of(view)
    page = render_template(
        "respond/who.html",
        view=view,
        said=said(told),
        rows=rows(told),
        checks=checks(told),
    ).encode()
    return pack(page, compress(page, mtime=0), "text/html")
