"""The mails of a survey in the console: how far they are, what was refused, and the reminders.

Only sending is told here: nobody learns from this page who has answered. The worker that sends
stands behind what the app was given as `Sender`.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, request
from flask import url_for as address_of
from sqlalchemy.orm import Session
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.exports.mails import plain
from survey.language import LANGUAGES, NAMES, mark, speaking
from survey.language import gettext as _
from survey.mail import NoMailAddress
from survey.services import mailings, reminding
from survey.services.invitation_text import about_survey, invitation
from survey.services.mailings import (
    InvitedAlready,
    MailingLine,
    MayHaveArrived,
    NothingToPause,
    UnknownLetter,
)
from survey.services.reminding import UnknownMailing
from survey.services.surveys import SurveyView
from survey.web import errors
from survey.web.console import known, public_address
from survey.web.forms import tidy
from survey.web.paging import searched_for
from survey.web.site import site

blueprint = Blueprint("mailing", __name__)

EXTENSION = "headwind.postman"
PAGE_SIZE = 50
SAMPLE_CODE = "SAMPLE-000000-000000"
STATES = {
    "planned": mark("planned"),
    "going": mark("being sent"),
    "paused": mark("paused"),
    "done": mark("sent"),
}
Fault = tuple[str, str]
T = TypeVar("T")


class Sender(Protocol):
    """What sends mails in the background."""

    def trouble(self) -> str:
        """Return why nothing can be sent at this moment; else empty."""


class NoMoment(UserError):
    """Write a day and a time."""


@blueprint.get("/surveys/<slug>/mailing")
def show(slug: str) -> str:
    """Show how far the mails of a survey are, and its reminders."""
    return _page(known(slug))


@blueprint.get("/surveys/<slug>/mailing.json")
def watched(slug: str) -> Response:
    """Tell the page's script how far it is."""
    view = known(slug)
    lines = _with(lambda database: mailings.mailings_of(database, view.slug))
    return jsonify([_told(line) for line in lines])


@blueprint.get("/surveys/<slug>/mailing/preview/<language>")
def preview(slug: str, language: str) -> str:
    """Show what an invitation and a reminder say, with a code that is none."""
    view = known(slug)
    if language not in LANGUAGES:
        raise NotFound
    now = site().clock()
    told = _with(lambda database: about_survey(database, slug, now, public_address()))
    unit = next(iter(view.by_mail), "")
    with speaking(language):
        name = _("(name)")
    texts = (
        invitation(told, name, language, unit, SAMPLE_CODE),
        reminding.reminder(told, name, language),
    )
    return render_template(
        "console/mailing_preview.html",
        view=view,
        texts=[(text, plain(text)) for text in texts],
        language=language,
        languages={short: NAMES[short] for short in LANGUAGES},
    )


@blueprint.post("/surveys/<slug>/mailing/<int:number>")
def change(slug: str, number: int) -> Response | Reply:
    """Pause a mailing or go on with it; move or cancel a reminder that is planned."""
    view, now = known(slug), site().clock()
    acts: Mapping[str, Callable[[Session], object]] = {
        "pause": lambda database: mailings.pause(database, slug, number),
        "go on": lambda database: mailings.go_on(database, slug, number),
        "cancel": lambda database: reminding.cancel_reminder(database, slug, number),
        "move": lambda database: reminding.move_reminder(
            database, slug, number, _moment(view, f"-{number}"), now
        ),
    }
    act = acts.get(request.form.get("act", ""))
    if act is None:
        raise NotFound
    return _done(view, act, f"day-{number}")


@blueprint.post("/surveys/<slug>/mailing/reminders")
def add(slug: str) -> Response | Reply:
    """Plan one more reminder."""
    view, now = known(slug), site().clock()
    return _done(
        view,
        lambda database: reminding.add_reminder(database, slug, _moment(view, ""), now),
        "day",
    )


@blueprint.get("/surveys/<slug>/mailing/letters/<state>")
def letters(slug: str, state: str) -> str:
    """List the mails that were refused, or of which nobody can tell whether they arrived."""
    return _letters(known(slug), _trouble(state))


@blueprint.post("/surveys/<slug>/mailing/letters/<state>")
def all_again(slug: str, state: str) -> Reply:
    """Send all of them once more."""
    view, trouble, now = known(slug), _trouble(state), site().clock()
    _with(lambda database: mailings.send_all_again(database, view.slug, trouble, now))
    return redirect(address_of("mailing.show", slug=slug), 303)


@blueprint.post("/surveys/<slug>/mailing/letters/<state>/<letter>")
def decide(slug: str, state: str, letter: str) -> Response | Reply | str:
    """Send one mail again, perhaps to another address; or ask whether to drop it; or drop it."""
    view, trouble, now = known(slug), _trouble(state), site().clock()
    act, email = request.form.get("act", ""), tidy(request.form.get("email"))
    if act == "ask":
        line = _with(lambda database: mailings.letter_of(database, slug, letter))
        return render_template("console/mailing_drop.html", view=view, line=line, state=state)
    if act not in ("again", "drop"):
        raise NotFound
    try:
        if act == "again":
            _with(lambda database: mailings.send_again(database, slug, letter, email, now))
        else:
            _with(lambda database: mailings.drop(database, slug, letter))
    except (NoMailAddress, InvitedAlready, MayHaveArrived) as fault:
        faults = ((f"email-{letter}", str(fault)),)
        return Response(_letters(view, trouble, faults, {letter: email}), 422)
    return redirect(address_of("mailing.letters", slug=slug, state=state), 303)


@blueprint.errorhandler(UnknownLetter)
@blueprint.errorhandler(UnknownMailing)
@blueprint.errorhandler(NothingToPause)
def changed_meanwhile(error: UserError) -> Response:
    """Say that it is no longer as the page showed it."""
    return errors.page(409, _("This has changed meanwhile"), str(error))


def _done(view: SurveyView, act: Callable[[Session], object], field: str) -> Response | Reply:
    """Do it and show the page anew; what stands in the way is said beside the field."""
    try:
        _with(act)
    except (UnknownMailing, NothingToPause):
        raise
    except UserError as fault:
        return Response(_page(view, ((field, str(fault)),)), 422)
    return redirect(address_of("mailing.show", slug=view.slug), 303)


def _page(view: SurveyView, faults: Sequence[Fault] = ()) -> str:
    lines = _with(lambda database: mailings.mailings_of(database, view.slug))
    config = site().config
    return render_template(
        "console/mailing.html",
        view=view,
        lines=lines,
        invited=_with(lambda database: mailings.invited_count(database, view.slug)),
        languages=_with(lambda database: mailings.languages_of(database, view.slug)),
        names=NAMES,
        states=STATES,
        told=_progress,
        moving=config.mail_set_up and any(_moves(line) for line in lines),
        running=view.state == "open",
        set_up=config.mail_set_up,
        in_clear=config.mails_in_clear,
        trouble=cast(Sender, current_app.extensions[EXTENSION]).trouble(),
        most=reminding.MOST,
        there=lambda when: when.astimezone(ZoneInfo(view.timezone)),
        tomorrow=site().clock().astimezone(ZoneInfo(view.timezone)) + timedelta(days=1),
        faults=faults,
        wrong=defaultdict(str, faults),
        typed=request.form,
    )


def _moves(line: MailingLine) -> bool:
    """Whether a round is being sent, or will be as soon as the worker looks for what is due."""
    return line.state == "going" or (line.state == "planned" and line.due <= site().clock())


def _letters(
    view: SurveyView,
    state: mailings.Trouble,
    faults: Sequence[Fault] = (),
    typed: Mapping[str, str] | None = None,
) -> str:
    wanted = searched_for()
    asked = request.args.get("page", "")
    number = int(asked) if re.fullmatch(r"[0-9]{1,6}", asked) else 1
    return render_template(
        "console/mailing_letters.html",
        view=view,
        state=state,
        page=_with(
            lambda database: mailings.troubles(
                database, view.slug, state, wanted, number, PAGE_SIZE
            )
        ),
        wanted=wanted,
        faults=faults,
        wrong=defaultdict(str, faults),
        typed=typed or {},
    )


def _with(act: Callable[[Session], T]) -> T:
    with site().sessions() as database:
        return act(database)


def _trouble(state: str) -> mailings.Trouble:
    if state not in mailings.TROUBLES:
        raise NotFound
    return state


def _moment(view: SurveyView, suffix: str) -> datetime:
    """Return the moment that was typed, by the clocks of the survey's zone."""
    day, at = (tidy(request.form.get(name + suffix)) for name in ("day", "time"))
    try:
        typed = datetime.strptime(f"{day} {at}", "%Y-%m-%d %H:%M")  # noqa: DTZ007 -- next line
        return typed.replace(tzinfo=ZoneInfo(view.timezone))
    except ValueError as fault:
        raise NoMoment from fault


def _told(line: MailingLine) -> dict[str, object]:
    return {
        "number": line.number,
        "state": line.state,
        "sent": line.sent,
        "left": line.refused + line.uncertain,
        "told": _progress(line),
    }


def _progress(line: MailingLine) -> str:
    return _("{sent} of {total} sent", sent=line.sent, total=line.total)
