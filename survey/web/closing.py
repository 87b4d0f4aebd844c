"""Closing a survey from the console: the opening codes, and then how far it is.

The work itself is done in the background by what the app was given as `Closings`; here belong the
checks before it, and the words for its stages.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, cast

from flask import Blueprint, Response, current_app, jsonify, redirect, render_template, url_for
from werkzeug.wrappers import Response as Reply

from survey.language import mark
from survey.services.closing import AnswersLost
from survey.services.surveys import SurveyView
from survey.web.console import closable, known
from survey.web.forms import CodeForm
from survey.web.site import site
from survey.web.typed import codes_in, empty_form, opens, sent_form

blueprint = Blueprint("closing", __name__)

EXTENSION = "headwind.closings"
STAGES = {
    "opening": mark("Opening the sealed answers"),
    "tallying": mark("Counting them and working out the figures of groups"),
    "writing": mark("Writing these figures and deleting the answers, in one step"),
    "destroying": mark("Destroying the key and rewriting the database"),
    "checking": mark("Checking that nothing of the answers is left in the files"),
}


class Progress(Protocol):
    """How far a closing is; with an error it has stopped."""

    @property
    def stage(self) -> str:
        """One of the stages."""

    @property
    def share(self) -> int:
        """Part of the stage that is done, in percent."""

    @property
    def error(self) -> str:
        """What stopped it, in a sentence; else empty."""


class Closings(Protocol):
    """What closes surveys in the background."""

    def start(self, slug: str, codes: Sequence[str]) -> bool:
        """Begin; False where it is going on already."""

    def resume(self, slug: str) -> bool:
        """Go on after the answers were counted, without a code; False where it is going on."""

    def progress(self, slug: str) -> Progress | None:
        """Tell how far it is; None where nothing is going on and nothing has failed."""


@blueprint.get("/surveys/<slug>/close")
def ask(slug: str) -> str | Reply:
    """Say what closing means and ask for an opening code, or for two."""
    view = known(slug)
    if view.lost_on:
        return redirect(url_for("console.survey", slug=slug), 303)
    if _begun(view):
        return redirect(url_for("closing.watch", slug=slug), 303)
    return _form(view, empty_form(view.scheme))


@blueprint.post("/surveys/<slug>/close")
def close(slug: str) -> Response | Reply:
    """Check the codes at once, then close in the background."""
    view = known(slug)
    if _begun(view):
        return redirect(url_for("closing.watch", slug=slug), 303)
    form = sent_form(view.scheme)
    if view.lost_on:
        raise AnswersLost
    if not closable(view, site().clock()):
        return Response(_form(view, form), 409)
    if not opens(form, view):
        return Response(_form(view, form), 422)
    _closings().start(slug, codes_in(form))
    return redirect(url_for("closing.watch", slug=slug), 303)


@blueprint.get("/surveys/<slug>/closing")
def watch(slug: str) -> str:
    """Show how far a closing is; without JavaScript the page loads itself again."""
    view = known(slug)
    return render_template("console/closing.html", view=view, stages=STAGES, **_state(view))


@blueprint.get("/surveys/<slug>/closing.json")
def watched(slug: str) -> Response:
    """Tell the page's script how far it is."""
    state = _state(known(slug))
    return jsonify({name: state[name] for name in ("state", "stage", "share")})


def _form(view: SurveyView, form: CodeForm) -> str:
    return render_template(
        "console/close.html",
        view=view,
        form=form,
        faults=form.faults(),
        closable=closable(view, site().clock()),
    )


def _begun(view: SurveyView) -> bool:
    """Say whether no code is needed (any more)."""
    progress = _closings().progress(view.slug)
    return view.state in ("destroying", "closed") or bool(progress and not progress.error)


def _state(view: SurveyView) -> dict[str, object]:
    """Return where a closing stands: running, stopped (enter the code), stuck, closed, idle."""
    progress = _closings().progress(view.slug)
    if view.state == "closed":
        state = "closed"
    elif progress and not progress.error:
        state = "running"
    elif view.state == "destroying":
        # Nobody works on it: a crash, or something in the way. It needs no code to go on.
        state = "running" if _closings().resume(view.slug) else "stuck"
    else:
        state = "stopped" if closable(view, _now()) else "idle"
    return {
        "state": state,
        "stage": progress.stage if progress else "opening",
        "share": progress.share if progress else 0,
        "error": progress.error if progress else "",
    }


def _closings() -> Closings:
    return cast(Closings, current_app.extensions[EXTENSION])


def _now() -> datetime:
    return site().clock()
