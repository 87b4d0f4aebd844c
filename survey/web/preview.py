"""A draft as the people asked will see it, for a frame on a page of the console.

It is the real page of respondents, made from the draft. Nothing can be sent from it: its policy
takes away forms. Links to the survey's other pages, which are not there yet, lead nowhere. It is
the one page here that a page of our own may put into a frame.
"""

import re

from flask import Blueprint, Response

from survey.services.surveys import SurveyView
from survey.web.asking import parts
from survey.web.draft_pages import Open, opened_draft
from survey.web.respond import survey_page
from survey.web.security import POLICY
from survey.web.site import site
from survey.web.spoken import read_in

blueprint = Blueprint("preview", __name__)

SLUG = "preview"
"""Stands for the name of a survey that is not there yet."""
AWAY = re.compile(rf' href="/s/{SLUG}/[^"]*"')
FRAMED = "; ".join(
    [
        *(
            f"{name} {value}"
            for name, value in (POLICY | {"form-action": "'none'"}).items()
            if name != "frame-ancestors"
        ),
        "frame-ancestors 'self'",
    ]
)
"""The policy of the preview itself."""
FRAMING = "; ".join(
    f"{name} {value}"
    for name, value in (POLICY | {"connect-src": "'self'", "frame-src": "'self'"}).items()
)
"""The policy of a page that has the preview in a frame."""


@blueprint.get("/drafts/<draft>/preview")
def show(draft: str) -> Response:
    """Show the draft as respondents will see it, in the language that the address names."""
    opened = opened_draft(draft)
    view = view_of(opened)
    spoken = read_in(view)
    pages = parts(view.questionnaire, view.practice, spoken.code)
    response = Response(AWAY.sub("", survey_page(view, spoken, pages, {}, ())))
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def view_of(opened: Open) -> SurveyView:
    """Return the survey that a draft would become at this moment."""
    plan, ready = opened.ready.plan, opened.ready
    return SurveyView(
        slug=SLUG,
        title=plan.title,
        client=plan.client,
        practice=plan.practice,
        critical=plan.critical,
        questionnaire=ready.questionnaire,
        units=plan.units,
        policy=plan.policy,
        state="open",
        opened_at=site().clock(),
        ends_at=plan.ends_at,
        closable_from=min(plan.closable_from, plan.ends_at),
        closed_at=None,
        timezone=plan.timezone,
        organiser=plan.organiser,
        holders=plan.holders,
        help_contact=plan.help_contact,
        harm_role=plan.harm_role,
        public_key=bytes(32),
        previous=plan.previous,
        revision=1,
        scheme=plan.scheme,
        spare=plan.spare,
        masked=ready.masked,
        results_on=plan.results_on,
        client_id=plan.client_id,
        controller=plan.controller,
        controller_contact=plan.controller_contact,
        privacy_notice=plan.privacy_notice,
        introduction=plan.introduction,
        sponsor=plan.sponsor,
        comments=plan.comments,
        by_mail=plan.by_mail,
    )
