"""Opening a survey from the console: the last page of a draft, the page that shows the codes once,
and the check that they were really written down.
"""

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.services.drafts import DraftGone
from survey.services.opening import Opened, Plan, PlanError
from survey.services.opening_drafts import open_draft
from survey.services.rights import runs_draft
from survey.services.surveys import SurveyView
from survey.web.asked import expected
from survey.web.cards import UnitCodes
from survey.web.console import known, public_address
from survey.web.draft_pages import opened_draft, render, this_site
from survey.web.forms import CodeForm
from survey.web.once import AT_WORK, FIELD, new_token, once
from survey.web.site import site
from survey.web.typed import empty_form, opens, sent_form

blueprint = Blueprint("opening", __name__)

STEP = "open"


@blueprint.get("/drafts/<draft>/open")
def ask(draft: str) -> str:
    """Say what is fixed from now on and what people will see."""
    return _last(draft, new_token())


@blueprint.post("/drafts/<draft>/open")
def open_(draft: str) -> Response:
    """Open the survey and show its codes; or say again what is missing.

    The draft is gone then. So whose it was is asked here, and not before: whoever sends the form
    twice is told what became of it.
    """
    token = request.form.get(FIELD) or new_token()
    earlier = once().claim(token)
    if earlier is not None:
        return _shown_already(earlier)
    slug = None
    try:
        _check_own(draft)
        with site().sessions() as database:
            told = request.form.get("told") == "yes"
            done = open_draft(database, site().keys, draft, site().clock(), this_site(), told=told)
        slug = done.opened.slug
        once().settle(token, slug)
        return Response(_codes(done.plan, done.opened))
    except PlanError as error:
        return Response(_last(draft, token, error.faults), 422)
    except DraftGone as error:
        raise NotFound from error
    finally:
        if slug is None:
            once().give_back(token)


@blueprint.get("/surveys/<slug>/check")
def ask_check(slug: str) -> str | Reply:
    """Ask for the opening codes of a survey that is not closed yet, to see whether they open it."""
    view = known(slug)
    return _check(view, empty_form(view.scheme)) if _sealed(view) else _to(slug)


@blueprint.post("/surveys/<slug>/check")
def check(slug: str) -> Response | Reply:
    """Say whether the codes that were typed open the survey. Nothing is opened, nothing kept.

    The page with the codes sends its form here into a tab of its own, or by its script, and stays.
    """
    view = known(slug)
    if not _sealed(view):
        return _to(slug)
    form = sent_form(view.scheme)
    good = opens(form, view)
    return Response(_check(view, form, good), 200 if good else 422)


def _sealed(view: SurveyView) -> bool:
    return view.state in ("open", "ended")


def _to(slug: str) -> Reply:
    return redirect(url_for("console.survey", slug=slug), 303)


def _check(view: SurveyView, form: CodeForm, good: bool = False) -> str:
    faults = form.faults()
    return render_template("console/check.html", view=view, form=form, faults=faults, good=good)


def _check_own(draft: str) -> None:
    with site().sessions() as database:
        if not runs_draft(database, g.user, draft):
            raise NotFound


def _last(draft: str, token: str, faults: tuple[str, ...] = ()) -> str:
    opened = opened_draft(draft)
    return render(
        "open",
        STEP,
        opened,
        token_once=token,
        faults=[("", fault) for fault in faults],
        expected=expected(opened),
        people=sum(group.unit.asked for group in opened.ready.groups.asking),
        mailed=sum(group.unit.asked for group in opened.ready.groups.asking if group.by_mail),
        reminders=opened.ready.reminders,
        told=request.form.get("told") == "yes",
    )


def _codes(plan: Plan, opened: Opened) -> str:
    units = [
        UnitCodes(
            name=unit.name,
            asked=unit.asked - opened.mailed.get(unit.id, 0),
            codes=opened.codes[unit.id],
            word=opened.result_words[unit.id],
            by_mail=unit.id in plan.by_mail,
        )
        for unit in plan.units
        if unit.id in opened.codes
    ]
    return render_template(
        "console/codes.html",
        plan=plan,
        slug=opened.slug,
        fingerprint=opened.fingerprint,
        address=f"{public_address()}/s/{opened.slug}",
        sheets=list(zip(plan.holders, opened.opening_codes, strict=True)),
        form=empty_form(plan.scheme),
        units=units,
        count=sum(len(unit.codes) for unit in units),
    )


def _shown_already(slug: str) -> Response:
    """Say that this form has opened a survey before, and that its codes were shown."""
    view = known(slug) if slug != AT_WORK else None
    return Response(render_template("console/shown.html", view=view))
