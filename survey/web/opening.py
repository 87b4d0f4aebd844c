"""Opening a survey from the console: the form, the page that shows the codes once, and the check
that they were really written down.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.services.opening import Opened, Plan, PlanError, open_survey
from survey.services.surveys import SurveyView, list_surveys
from survey.web.console import known, public_address
from survey.web.forms import CodeForm, PlanForm
from survey.web.once import AT_WORK, FIELD, new_token, once
from survey.web.planning import (
    DEFAULT,
    EXAMPLE,
    Waves,
    dimensions,
    filled_from,
    questionnaires,
    read_plan,
    zones,
)
from survey.web.site import site
from survey.web.typed import empty_form, opens, sent_form

blueprint = Blueprint("opening", __name__)

MOST_WAVES = 200
LARGEST_FORM = 2_000_000
"""Bytes. A list of 5,000 units is longer than any other form of this site."""


@dataclass(frozen=True)
class UnitCodes:
    """A unit and the codes of its people, spare ones included."""

    name: str
    asked: int
    codes: tuple[str, ...]
    word: str
    """Leads its people to their group's result."""


@blueprint.url_value_preprocessor
def allow_long_lists(endpoint: str | None, _: Mapping[str, object] | None) -> None:
    """Let the form of a new survey be larger than others, before anything reads it."""
    if endpoint == "opening.open_":
        request.max_content_length = LARGEST_FORM
        request.max_form_memory_size = LARGEST_FORM


@blueprint.get("/surveys/new")
def ask() -> str:
    """Show the form, empty or filled in for the next wave of a closed survey."""
    after = request.args.get("after", "")
    data: Mapping[str, object] = {"questionnaire": DEFAULT, "organiser": g.user.name}
    if after:
        data = filled_from(known(after), g.user.name)
    return _form(PlanForm(formdata=None, data=data), _waves(), new_token())


@blueprint.post("/surveys/new")
def open_() -> Response:
    """Open the survey and show its codes, or show the form again with everything in it."""
    token = request.form.get(FIELD) or new_token()
    earlier = once().claim(token)
    if earlier is not None:
        return _shown_already(earlier)
    opened = None
    try:
        form, waves = PlanForm(), _waves()
        plan = read_plan(form, site().clock(), site().config, waves)
        opened = _opened(form, plan) if plan else None
        if plan is None or opened is None:
            return Response(_form(form, waves, token), 422)
        once().settle(token, opened.slug)
        return Response(_codes(plan, opened))
    finally:
        if opened is None:
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


def _opened(form: PlanForm, plan: Plan) -> Opened | None:
    """Open the survey; None, with the faults in the form, where that is refused after all."""
    try:
        with site().sessions() as database:
            return open_survey(database, site().keys, plan, site().clock())
    except PlanError as error:
        for fault in error.faults:
            form.refuse("", fault)
        return None


def _waves() -> Waves:
    """Return the closed surveys, the newest first, and the one that is to be gone on from."""
    with site().sessions() as database:
        lines = list_surveys(database, site().clock())
    closed = [(line.slug, line.title, line.client) for line in lines if line.state == "closed"]
    wanted = (request.args.get("after"), request.form.get("previous"))
    return [
        (slug, f"{title}, {client}")
        for at, (slug, title, client) in enumerate(closed)
        if at < MOST_WAVES or slug in wanted
    ]


def _form(form: PlanForm, waves: Waves, token: str) -> str:
    config = site().config
    return render_template(
        "console/new.html",
        form=form,
        faults=form.faults(),
        token_once=token,
        questionnaires=questionnaires(),
        dimensions=dimensions(),
        zones=zones(),
        waves=waves,
        example=EXAMPLE,
        reachable=bool(config.public_url or config.demo),
    )


def _codes(plan: Plan, opened: Opened) -> str:
    units = [
        UnitCodes(unit.name, unit.asked, opened.codes[unit.id], opened.result_words[unit.id])
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
