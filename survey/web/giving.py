"""Giving a report to readers with an account, on the page where it is also shared by links.

The list and the form stand on that page (`survey.web.links`), under its links. What a reader then
sees belongs to `survey.web.reading`.
"""

import re

from flask import Blueprint, Response, g, redirect, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.language import gettext as _
from survey.services.grants import GrantIncomplete, NobodyChosen, give, granted_of, take_back
from survey.services.invitations import HasPassword, SwitchedOff
from survey.services.memberships import Asked, InvitationIncomplete, invite_reader
from survey.services.surveys import SurveyView
from survey.web.closed import closed_report, no_report
from survey.web.console import known
from survey.web.forms import tidy
from survey.web.links import Given, share_page
from survey.web.once import FIELD, new_token, once
from survey.web.people import invited_page, told
from survey.web.site import site

blueprint = Blueprint("giving", __name__)

NUMBER = re.compile(r"[0-9]{1,9}")
Page = str | Response | Reply | tuple[str, int]


class EitherOr(UserError):
    """Choose somebody from the list or write an address, not both."""


@blueprint.post("/surveys/<slug>/readers")
def add(slug: str) -> Page:
    """Let somebody read: one of the list, or somebody new, whose link is shown once."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    view, form_token, typed = known(slug), request.form.get(FIELD) or new_token(), _typed()
    back = url_for("links.every", slug=slug, _anchor="readers")
    if once().claim(form_token) is not None:
        return redirect(back, 303)
    done = False
    try:
        newcomer = _given(view, typed)
        done = True
        once().settle(form_token, slug)
    except (InvitationIncomplete, GrantIncomplete) as error:
        faults = told(error) if isinstance(error, InvitationIncomplete) else error.faults
        return Response(share_page(view, report, given=typed, given_faults=faults), 422)
    finally:
        if not done:
            once().give_back(form_token)
    return _welcomed(newcomer, back) if newcomer else redirect(back, 303)


@blueprint.post("/surveys/<slug>/readers/<int:number>")
def again(slug: str, number: int) -> Page:
    """Make a new link for somebody who has not come in yet, for whoever asked them in."""
    back = url_for("links.every", slug=slug, _anchor="readers")
    with site().sessions() as database:
        readers = granted_of(database, known(slug).slug)
    if not any(one.account == number and one.waits_for(g.user.email) for one in readers):
        return redirect(back, 303)
    return _welcomed(number, back)


@blueprint.post("/surveys/<slug>/readers/<int:number>/<key>")
def end(slug: str, number: int, key: str) -> Reply:
    """Let somebody read it no longer."""
    with site().sessions() as database:
        take_back(database, known(slug).slug, number, key)
    return redirect(url_for("links.every", slug=slug, _anchor="readers"), 303)


def _typed() -> Given:
    form = request.form
    return Given(
        reader=form.get("reader", ""),
        email=tidy(form.get("email")),
        name=tidy(form.get("name")),
        scope=form.get("reader_scope", ""),
        asked=form.get("sure", ""),
    )


def _given(view: SurveyView, typed: Given) -> int | None:
    """Give the report; return the account of somebody who has yet to arrive, else None."""
    now = site().clock()
    if typed.email:
        if typed.reader:
            raise GrantIncomplete((("reader", str(EitherOr())),))
        asked = Asked(typed.email, typed.name, "reader", (), g.user.language, view.timezone)
        with site().sessions() as database:
            number, new = invite_reader(
                database, view.slug, asked, typed.scope, now, sure=typed.sure
            )
        return number if new else None
    if not NUMBER.fullmatch(typed.reader):
        raise GrantIncomplete((("email", str(NobodyChosen())),))
    with site().sessions() as database:
        give(database, g.user, view.slug, int(typed.reader), typed.scope, now, sure=typed.sure)
    return None


def _welcomed(number: int, back: str) -> Page:
    try:
        return invited_page(number, back, _("Share the report"))
    except (HasPassword, SwitchedOff):  # came in, or was switched off, in this very moment
        return redirect(back, 303)
