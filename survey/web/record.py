"""What anybody may check of a survey: the text its fingerprint is made from, the closing record.

Public, the same for everyone, and without a cookie, as the pages of respondents. A receipt is
looked up in the reader's own browser and never sent.
"""

from gzip import compress

from flask import Blueprint, Response, render_template

from survey.language import gettext as _
from survey.language import moment
from survey.services.frozen import frozen_text
from survey.services.released import load_receipts
from survey.services.surveys import SurveyView, UnknownSurvey, survey_view
from survey.web.assets import pack
from survey.web.respond import NAME
from survey.web.site import site
from survey.web.spoken import listen, read_in

blueprint = Blueprint("record", __name__)
listen(blueprint)


@blueprint.get("/s/<slug>/frozen.txt")
def frozen(slug: str) -> Response:
    """Give the text that the fingerprint is made from: see docs/fingerprint.md."""
    with site().sessions() as session:
        text = frozen_text(session, _known(slug))
    return pack(text, compress(text, mtime=0), "text/plain")


@blueprint.get("/s/<slug>/record")
def record(slug: str) -> Response:
    """Show the closing record, or when there will be one."""
    with site().sessions() as session:
        view = survey_view(session, _known(slug), site().clock())
        released = view.state == "closed" and view.left_out is not None
        receipts = load_receipts(session, slug) if released else ()
    spoken = read_in(view)
    page = render_template(
        "respond/record.html",
        view=view,
        spoken=spoken,
        title=view.title_in(spoken.code),
        released=released,
        receipts=receipts,
        days=_days(view),
    ).encode()
    return pack(page, compress(page, mtime=0), "text/html")


def _known(slug: str) -> str:
    """Return the name, where it can be one of a survey at all."""
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    return slug


def _days(view: SurveyView) -> list[tuple[str, str]]:
    """Return what happened when, in words."""
    days = [(_("Opened"), view.opened_at), (_("Answers until"), view.ends_at)]
    if view.closed_at:
        if view.closed_at < view.ends_at:
            days.pop()
        days.append((_("Closed, with the answers destroyed"), view.closed_at))
    return [(what, moment(when, view.timezone)) for what, when in days]
