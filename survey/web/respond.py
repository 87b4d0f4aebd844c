"""The pages of respondents: one survey in one document, the submission, the thanks.

Nothing here knows who asks: no cookie, no session, nothing written but by the submission. The page
of a survey is the same for everyone who reads it in one language, so it is made once for each and
kept as bytes.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from gzip import compress
from typing import cast

from flask import Blueprint, Response, abort, current_app, render_template, request

from survey.ballots.codes import CodeMistyped, person_code, read_person_code
from survey.ballots.payload import AnswerRefused
from survey.ballots.payload import Response as Answers
from survey.disclosure.values import Unit
from survey.language import day, moment
from survey.language import gettext as _
from survey.services.answering import CodeUnknown, NotOpen, SurveyChanged, SurveyOver, submit
from survey.services.changes_words import told_changes
from survey.services.frozen import look
from survey.services.promises.page import said
from survey.services.surveys import SurveyView, UnknownSurvey
from survey.web.asking import Fault, Part, longest, minutes_left, parts, questions, read
from survey.web.assets import pack
from survey.web.brake import MOST_CODES, TooManyCodes, codes_brake
from survey.web.security import forged
from survey.web.site import site
from survey.web.spoken import Spoken, listen, read_in, way_here
from survey.web.told import told_of
from survey.web.uniform import Replies, replies

blueprint = Blueprint("respond", __name__)
listen(blueprint)

FRESH = timedelta(seconds=1)
"""How long a survey's settings are taken from memory before they are looked up again."""
KEPT = "headwind.respond"
BETWEEN = re.compile(r">\n+<")
"""Ends of lines that nobody sees, and everybody would load."""
NAME = re.compile(r"[a-z0-9-]{1,80}")
"""What the name of a survey can be; anything else is not worth a look into the database."""


class CodeMissing(CodeMistyped):
    """Your code is missing. It stands on your card, or in your link after the # sign."""


@dataclass(frozen=True)
class Depth:
    """A unit as the page lists it: how deep it stands in the tree, its name, its people."""

    depth: int
    name: str
    asked: int


@dataclass(frozen=True)
class Made:
    """The page of a survey as it is read in one language."""

    view: SurveyView
    spoken: Spoken
    parts: tuple[Part, ...]
    page: bytes
    packed: bytes
    """The page in gzip."""
    replies: Replies | None
    """None where no answers are taken."""


@dataclass(frozen=True)
class Ready:
    """A survey, when its settings were looked up, and its page as far as it was made."""

    view: SurveyView
    looked_up: datetime
    changed: bool
    """Whether it is open, and its rows do not fit its six words: then there is no page."""
    made: dict[Spoken, Made] = field(default_factory=dict)

    def page(self) -> Made:
        """Return the page in the language of this request."""
        spoken = read_in(self.view)
        if spoken not in self.made:
            self.made[spoken] = _made(self.view, spoken, self.looked_up)
        return self.made[spoken]


@blueprint.get("/s/<slug>")
def ask(slug: str) -> Response:
    """Show the survey, or that it is over."""
    ready = _ready(slug)
    if ready.changed:
        return _changed(ready.view)
    made = ready.page()
    return pack(made.page, made.packed, "text/html")


@blueprint.post("/s/<slug>")
def answer(slug: str) -> Response:
    """Seal what was sent and give the receipt, or ask again with everything kept."""
    if forged(request.host):
        abort(403)
    ready = _ready(slug)
    if ready.changed:
        return _changed(ready.view)
    made = ready.page()
    if made.replies is None:
        return _refused(ready.view, str(SurveyOver()))
    response, faults = read(request.form, made.parts, ready.view.questionnaire.columns)
    if faults:
        return _again(made, faults)
    try:
        return made.replies.sent(_submitted(ready.view, response))
    except (CodeMistyped, CodeUnknown) as error:
        return _bad_code(made.replies, response, str(error))
    except AnswerRefused as error:
        return _again(made, (Fault("", "", str(error)),))
    except SurveyChanged:
        return _changed(ready.view)
    except (SurveyOver, NotOpen) as error:
        return _refused(ready.view, str(error))


@blueprint.get("/s/<slug>/thanks")
def thanks(slug: str) -> Response:  # noqa: ARG001 -- the same for every survey
    """Say thanks: one page for everyone and every survey; the receipt stands in the fragment."""
    response = Response(render_template("respond/thanks.html", way=way_here()))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


def _submitted(view: SurveyView, response: Answers) -> str:
    """Submit answers with the code that was sent, for the key of the page; return the receipt.

    With a code that cannot be one, a fresh code that nobody has goes the same way, so that every
    bad code costs the same work and every fault in the answers is told before it.
    """
    code, mistyped = request.form.get("code", ""), None
    try:
        read_person_code(code)
    except CodeMistyped as error:
        code, mistyped = person_code(), error if code.strip() else CodeMissing()
    try:
        with site().sessions() as session:
            return submit(
                session, view.slug, code, response, site().clock(), expected_key=view.public_key
            )
    except CodeUnknown as error:
        raise mistyped or error from error


def _bad_code(pages: Replies, response: Answers, sentence: str) -> Response:
    """Ask for the code again; after many bad ones from one network, say so."""
    if codes_brake().wrong(request.remote_addr or "", most=MOST_CODES):
        return pages.bad_code(response, str(TooManyCodes()), 429)
    return pages.bad_code(response, sentence)


def _ready(slug: str) -> Ready:
    """Return a survey with its page, from memory where that is fresh.

    The settings are looked up at most once a second; the page is made anew only when they differ.
    Each time they must fit the six words: whoever can write to the database, and to nothing else,
    could otherwise have answers sealed to a key of his own.
    """
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    kept = cast(dict[str, Ready], current_app.extensions.setdefault(KEPT, {}))
    now = site().clock()
    ready = kept.get(slug)
    if ready and timedelta(0) <= now - ready.looked_up < FRESH:
        return ready
    with site().sessions() as session:
        seen = look(session, slug, now)
    changed = seen.view.state == "open" and not seen.fits
    if ready and (seen.view, changed) == (ready.view, ready.changed):
        ready = replace(ready, looked_up=now)
    else:
        ready = Ready(seen.view, now, changed)
    kept[slug] = ready
    return ready


def _made(view: SurveyView, spoken: Spoken, now: datetime) -> Made:
    pages: tuple[Part, ...] = ()
    both = None
    if view.state == "open":
        pages = parts(view.asks, view.practice, spoken.code)
        html = survey_page(view, spoken, pages, {}, ())
        both = replies(view, longest(pages, view.questionnaire.columns), spoken)
    else:
        html = _over(view, spoken, now)
    page = BETWEEN.sub("><", html).encode()
    return Made(view, spoken, pages, page, compress(page, compresslevel=9, mtime=0), both)


def survey_page(
    view: SurveyView,
    spoken: Spoken,
    pages: Sequence[Part],
    given: dict[str, list[str]],
    faults: Sequence[Fault],
) -> str:
    """Return the page of a survey that takes answers, as it is read in one language."""
    minutes = view.questionnaire.minutes
    return render_template(
        "respond/survey.html",
        view=view,
        spoken=spoken,
        way=spoken.way,
        title=view.title_in(spoken.code),
        intro=view.questionnaire.intro.get(spoken.code, ""),
        parts=pages,
        left=minutes_left(pages, minutes),
        minutes=minutes,
        count=sum(1 for _ in questions(pages)),
        given=given,
        faults={fault.field: fault.what for fault in faults},
        summary=[(fault.where, fault.what) for fault in faults],
        units=depths(view.units),
        ends=moment(view.ends_at, view.timezone),
        closable=moment(view.closable_from, view.timezone),
        early=view.closable_from < view.ends_at,
        said=said(told_of(view)),
        changes=told_changes(view),
    )


def depths(units: Sequence[Unit]) -> list[Depth]:
    """List a tree of units from the top down, each below its parent."""
    below: dict[str | None, list[Unit]] = {}
    for unit in units:
        below.setdefault(unit.parent, []).append(unit)

    def walk(parent: str | None, depth: int) -> list[Depth]:
        lines = []
        for unit in below.get(parent, []):
            lines += [Depth(min(depth, 3), unit.name, unit.asked), *walk(unit.id, depth + 1)]
        return lines

    return walk(None, 0)


def _again(made: Made, faults: Sequence[Fault]) -> Response:
    """Show the page anew with what was sent; it is as long whatever was written."""
    given = {name: values for name, values in request.form.lists()}
    html = survey_page(made.view, made.spoken, made.parts, given, faults)
    most = len(made.page) + (made.replies.size if made.replies else 0)
    response = Response(BETWEEN.sub("><", html).encode().ljust(most), status=422)
    response.headers["Cache-Control"] = "no-store, no-transform"  # packed, it would tell again
    return response


def _over(view: SurveyView, spoken: Spoken, now: datetime) -> str:
    sentences = [_how_over(view, now)]
    if view.state == "closed" and view.left_out is None:
        sentences.append(_("Nobody opened the answers in time, so they were destroyed unread."))
    elif view.state == "closed":
        sentences.append(_("The answers were opened once, counted and destroyed."))
    sentences.append(_("Questions: {contact}.", contact=view.help_contact))
    return render_template(
        "respond/plain.html",
        client=view.client,
        spoken=spoken,
        heading=_("This survey has ended"),
        sentences=sentences,
        record=f"/s/{view.slug}/record{spoken.way}",
        result=f"/s/{view.slug}/result{spoken.way}" if view.results_on else "",
        results_on=view.results_on,
    )


def _how_over(view: SurveyView, now: datetime) -> str:
    """Return since when no answers are taken; one that is just being closed has no time yet."""
    if view.lost_on:
        return _(
            "Its answers are lost: on {day} this site was restored from a copy that did not hold"
            " them. Nothing of it can be counted.",
            day=day(view.lost_on),
        )
    if view.closed_at and view.closed_at < view.ends_at:
        return _("It was closed on {when}.", when=moment(view.closed_at, view.timezone))
    if now < view.ends_at:
        return _("It has been closed: the answers are being counted.")
    return _("It ended on {when}.", when=moment(view.ends_at, view.timezone))


def _refused(view: SurveyView, sentence: str) -> Response:
    return _plain(view, _("Your answers were not taken"), [sentence], 410)


def _changed(view: SurveyView) -> Response:
    """Refuse, to everybody alike, a survey whose rows no longer fit its six words."""
    read_in(view)
    whom = _("Please tell {contact}.", contact=view.help_contact)
    others = _("Tell somebody you trust as well: this address may have been changed, too.")
    heading = _("This survey takes no answers")
    return _plain(view, heading, [str(SurveyChanged()), whom, others], 409)


def _plain(view: SurveyView, heading: str, sentences: Sequence[str], status: int) -> Response:
    page = render_template(
        "respond/plain.html", client=view.client, heading=heading, sentences=sentences
    )
    return Response(page, status=status)
