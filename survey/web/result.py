"""A group's own result, for everybody of the group: the field for its word, and the page.

Like every page of respondents: the same for everybody who brings the same word, without a cookie,
kept nowhere. The word travels in a form, so it stands in no log; a link carries it behind the #
sign, as it does a code. Right and wrong words are answered alike in status and length
(docs/decisions/0005 and 0011).
"""

from datetime import date, datetime

from flask import Blueprint, Response, abort, render_template, request

from survey.ballots.codes import read_result_word
from survey.language import day, mark
from survey.language import gettext as _
from survey.report import team_words
from survey.services.results import Again, TeamResult, UnknownWord, shown, team_result
from survey.services.surveys import SurveyView, UnknownSurvey, survey_view
from survey.web.brake import MOST_WORDS, TooManyWords, words_brake
from survey.web.moments import there
from survey.web.respond import NAME
from survey.web.security import forged
from survey.web.site import site
from survey.web.spoken import listen, read_in

blueprint = Blueprint("result", __name__)
listen(blueprint)

STEP = 16_384
"""The length of every answer to a word is a whole number of these bytes: as a rule, one."""
MOST_SHOWN = 3
"""Commitments that stand on the page itself; the others fold up."""
NO_WORD = mark("Type the two words first. They stand on your card, or in your mail.")


@blueprint.get("/s/<slug>/result")
def ask(slug: str) -> Response:
    """Ask for the word; or say from when on there is a result, or why there is none."""
    return Response(_asking(_known(slug)))


@blueprint.post("/s/<slug>/result")
def show(slug: str) -> Response:
    """Show the result of the group that a word belongs to; nothing is written."""
    if forged(request.host):
        abort(403)  # before anything is counted: other sites could keep a whole office out
    view, now = _known(slug), site().clock()
    word, network = request.form.get("word", ""), request.remote_addr or ""
    read_in(view)
    if shown(view, now) != "there":
        return Response(_asking(view))
    if words_brake().resting(network, MOST_WORDS):
        return _alike(_asking(view, str(TooManyWords())), 429)
    if not word.strip():
        return _alike(_asking(view, _(NO_WORD)))
    try:
        with site().sessions() as session:
            found = team_result(session, slug, word, now)
    except UnknownWord as error:
        words_brake().wrong(network, most=MOST_WORDS)
        return _alike(_asking(view, str(error)))
    return _alike(_told(view, found, now))


def _known(slug: str) -> SurveyView:
    if not NAME.fullmatch(slug):
        raise UnknownSurvey
    with site().sessions() as session:
        return survey_view(session, slug, site().clock())


def _asking(view: SurveyView, fault: str = "") -> str:
    state = shown(view, site().clock())
    spoken = read_in(view)
    return render_template(
        "respond/word.html",
        view=view,
        spoken=spoken,
        title=view.title_in(spoken.code),
        state=state,
        fault=fault,
    )


def _told(view: SurveyView, found: TeamResult, now: datetime) -> str:
    group, report, spoken = found.group, found.report, read_in(view)
    return render_template(
        "respond/result.html",
        view=view,
        spoken=spoken,
        title=view.title_in(spoken.code),
        word=read_result_word(request.form.get("word", "")),
        found=found,
        group=group,
        words=team_words,
        practice=team_words.practice_sentence(group, report) if group and report else "",
        lines=team_words.lines(group) if group else (),
        explained=team_words.explained(group, view.questionnaire) if group else (),
        agreed=found.agreed[:MOST_SHOWN],
        more=found.agreed[MOST_SHOWN:],
        again=_again(found.again),
        destroyed=_day(view),
        today=there(now, view.timezone).date(),
    )


def _again(wave: Again | None) -> str:
    """Return when it is asked again, in a sentence."""
    if wave is None:
        return _("No date has been set yet.")
    ends = day(there(wave.ends_at, wave.timezone))
    if wave.state == "open":
        return _("Right now, until {ends}.", ends=ends)
    if wave.state == "closed":
        return _("Yes: “{title}”. Its result has two words of its own.", title=wave.title)
    return _("Yes, until {ends}. These answers are not opened yet.", ends=ends)


def _day(view: SurveyView) -> date | None:
    return there(view.closed_at, view.timezone).date() if view.closed_at else None


def _alike(page: str, status: int = 200) -> Response:
    """Fill a page up, and let nobody pack it on the way: then all of them have one length."""
    body = page.encode()
    response = Response(body.ljust(-(-len(body) // STEP) * STEP), status)
    response.headers["Cache-Control"] = "no-store, no-transform"
    return response
