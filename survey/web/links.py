"""Sharing a report: links in the console, the list, making one, taking one back.

The link itself is shown once, on the page that answers the form; only its hash is stored. Under the
links the page lists those who read with an account of their own; giving it: `survey.web.giving`.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.language import gettext as _
from survey.language import mark
from survey.report.model import Report
from survey.services.grants import granted_of, readers_for
from survey.services.rights import WHOLE
from survey.services.sharing import (
    LASTS,
    LONGEST,
    LinkIncomplete,
    UnknownLink,
    Wanted,
    find_link,
    list_links,
    make_link,
    revoke_link,
)
from survey.services.surveys import SurveyView
from survey.web import errors
from survey.web.closed import closed_report, no_report
from survey.web.console import known, public_address
from survey.web.forms import tidy
from survey.web.once import FIELD, new_token, once
from survey.web.setup import can_mail
from survey.web.site import site

blueprint = Blueprint("links", __name__)

LAST_MINUTE = time(23, 59)
Page = str | Response | Reply | tuple[str, int]
Faults = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Typed:
    """The form of a new link as it was filled in, without its password."""

    scope: str = ""
    label: str = ""
    until: str = ""


@dataclass(frozen=True)
class Given:
    """The form of a new reader as it was filled in."""

    reader: str = ""
    email: str = ""
    name: str = ""
    scope: str = ""
    asked: str = ""
    """Of whom it was ticked that they were asked."""

    @property
    def whom(self) -> str:
        """Who is meant: somebody chosen, or an address."""
        return self.reader or self.email

    @property
    def sure(self) -> bool:
        """Whether this very person was asked; a tick for another one says nothing."""
        return bool(self.whom) and self.asked == self.whom


@blueprint.get("/surveys/<slug>/share")
def every(slug: str) -> Page:
    """List the links of a survey, and offer to make one."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    view = known(slug)
    return share_page(view, report)


@blueprint.post("/surveys/<slug>/share")
def make(slug: str) -> Page:
    """Make a link and show it, once; or show the form again with everything but the password."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    view, form_token = known(slug), request.form.get(FIELD) or new_token()
    if once().claim(form_token) is not None:
        return redirect(url_for("links.every", slug=slug), 303)
    made = ""
    try:
        made = _made(view)
        once().settle(form_token, slug)
    except LinkIncomplete as error:
        page = share_page(view, report, _typed(), form_token, error.faults)
        return Response(page, 422)
    finally:
        if not made:
            once().give_back(form_token)
    return _shown(view, report, made)


@blueprint.get("/surveys/<slug>/share/<int:number>")
def ask(slug: str, number: int) -> Page:
    """Ask whether to take a link back."""
    view = known(slug)
    with site().sessions() as database:
        link = find_link(database, slug, number, site().clock())
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    return render_template(
        "console/share_revoke.html", view=view, link=link, scopes=_scopes(report)
    )


@blueprint.post("/surveys/<slug>/share/<int:number>")
def revoke(slug: str, number: int) -> Reply:
    """Take a link back: it leads nowhere from the next request on."""
    known(slug)
    with site().sessions() as database:
        revoke_link(database, slug, number, site().clock())
    return redirect(url_for("links.every", slug=slug), 303)


@blueprint.errorhandler(UnknownLink)
def unknown(error: UnknownLink) -> Response:
    """Say that there is no such link."""
    return errors.page(404, mark("There is no such link"), str(error))


def _made(view: SurveyView) -> str:
    typed, now = _typed(), site().clock()
    wanted = Wanted(
        scope=typed.scope,
        label=typed.label,
        expires_at=_end_of(typed.until, view.timezone),
        password=request.form.get("password", ""),
    )
    with site().sessions() as database:
        return make_link(database, view.slug, wanted, now)


def _typed() -> Typed:
    form = request.form
    label, until = tidy(form.get("label")), tidy(form.get("until"))
    return Typed(form.get("scope", ""), label, until)


def _end_of(typed: str, timezone: str) -> datetime | None:
    """Return the last minute of a day where the survey is; None where no day was typed."""
    try:
        return datetime.combine(date.fromisoformat(typed), LAST_MINUTE, ZoneInfo(timezone))
    except (ValueError, OverflowError):
        return None


def _today(view: SurveyView) -> date:
    return site().clock().astimezone(ZoneInfo(view.timezone)).date()


def _usual_day(view: SurveyView) -> date:
    return _today(view) + LASTS


def _last_day(view: SurveyView) -> date:
    """Return the last day that can be chosen: its end is no further away than allowed."""
    return _today(view) + LONGEST - timedelta(days=1)


def share_page(
    view: SurveyView,
    report: Report,
    typed: Typed | None = None,
    form_token: str = "",
    faults: Faults = (),
    given: Given | None = None,
    given_faults: Faults = (),
) -> str:
    """Return the page: links and readers, each with a form and what is wrong with it."""
    wanted = request.args.get("group", "")
    with site().sessions() as database:
        links = list_links(database, view.slug, site().clock())
        readers = granted_of(database, view.slug)
        choices = readers_for(database, g.user, view.client_id)
    return render_template(
        "console/share.html",
        view=view,
        links=links,
        readers=readers,
        choices=choices,
        scopes=_scopes(report),
        typed=typed or Typed(wanted, "", _usual_day(view).isoformat()),
        given=given or Given(scope=wanted),
        today=_today(view).isoformat(),
        last_day=_last_day(view).isoformat(),
        token_once=form_token or new_token(),
        given_once=new_token(),
        can_mail=can_mail(),
        faults=faults,
        given_faults=given_faults,
        wrong=defaultdict(str, (*faults, *given_faults)),
    )


def _shown(view: SurveyView, report: Report, token: str) -> str:
    with site().sessions() as database:
        (link, *_) = list_links(database, view.slug, site().clock())
    return render_template(
        "console/share_made.html",
        view=view,
        link=link,
        scopes=_scopes(report),
        address=f"{public_address()}{url_for('share.show', token=token)}",
    )


def _scopes(report: Report) -> dict[str, str]:
    """Return what a link can lead to, in words."""
    return {WHOLE: _("All groups")} | {group.key: group.name for group in report.groups}
