"""The page of who learns what: for respondents, the same for everyone, and without a cookie.

What it says is made in `survey.services.promises` from the settings of the survey.
"""

import re
from gzip import compress

from flask import Blueprint, Response, render_template
from markupsafe import Markup, escape

from survey.services.promises.checks import checks
from survey.services.promises.page import said
from survey.services.promises.row import Row
from survey.services.promises.table import meant, parts, rows
from survey.services.surveys import UnknownSurvey, survey_view
from survey.web.assets import pack
from survey.web.respond import NAME
from survey.web.site import site
from survey.web.spoken import listen, read_in
from survey.web.told import told_of

blueprint = Blueprint("promises", __name__)
listen(blueprint)

SEE = re.compile(r"(?<=see “)[^”]+(?=”)|(?<=siehe „)[^“]+(?=“)")
"""How a text of the table refers to another row."""


@blueprint.get("/s/<slug>/who")
def who(slug: str) -> Response:
    """Show who can learn what, holding what, and how to check each claim."""
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    with site().sessions() as session:
        view = survey_view(session, slug, site().clock())
    spoken = read_in(view)
    told = told_of(view)
    page = render_template(
        "respond/who.html",
        view=view,
        spoken=spoken,
        title=view.title_in(spoken.code),
        said=said(told),
        parts=parts(told),
        linked=lambda text: linked(text, rows(told)),
        checks=checks(told),
    ).encode()
    return pack(page, compress(page, mtime=0), "text/html")


def linked(text: str, shown: tuple[Row, ...]) -> Markup:
    """Return a text of the table with a link for each “see …” that names another row."""
    pieces, done = [], 0
    for found in SEE.finditer(text):
        row = meant(found[0], shown)
        if row:
            link = Markup('<a href="#{}">{}</a>').format(row.key, found[0])
            pieces += [escape(text[done : found.start()]), link]
            done = found.end()
    return Markup("").join([*pieces, escape(text[done:])])
