"""Opening a survey from the console: the form, and the page that shows the codes once."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, g, render_template, request

from survey.services.opening import Opened, Plan, PlanError, open_survey
from survey.services.surveys import list_surveys
from survey.web.console import known, public_address
from survey.web.forms import PlanForm
from survey.web.login import login_required
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


@blueprint.url_value_preprocessor
def allow_long_lists(endpoint: str | None, _: Mapping[str, object] | None) -> None:
    """Let the form of a new survey be larger than others, before anything reads it."""
    if endpoint == "opening.open_":
        request.max_content_length = LARGEST_FORM
        request.max_form_memory_size = LARGEST_FORM


@blueprint.get("/surveys/new")
@login_required
def ask() -> str:
    """Show the form, empty or filled in for the next wave of a closed survey."""
    after = request.args.get("after", "")
    data: Mapping[str, object] = {"questionnaire": DEFAULT, "organiser": g.user.name}
    if after:
        data = filled_from(known(after), g.user.name)
    return _form(PlanForm(formdata=None, data=data), _waves(), new_token())


@blueprint.post("/surveys/new")
@login_required
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
        UnitCodes(unit.name, unit.asked, opened.codes[unit.id])
        for unit in plan.units
        if unit.id in opened.codes
    ]
    return render_template(
        "console/codes.html",
        plan=plan,
        slug=opened.slug,
        address=f"{public_address()}/s/{opened.slug}",
        sheets=list(zip(plan.holders, opened.opening_codes, strict=True)),
        units=units,
        count=sum(len(unit.codes) for unit in units),
    )


def _shown_already(slug: str) -> Response:
    """Say that this form has opened a survey before, and that its codes were shown."""
    view = known(slug) if slug != AT_WORK else None
    return Response(render_template("console/shown.html", view=view))
