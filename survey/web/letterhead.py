"""The letterhead of a survey in the console: the consultant's name and the client's logo."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from flask import Blueprint, Response, redirect, render_template, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.services.letterheads import (
    LARGEST_FILE,
    load_letterhead,
    remove_logo,
    save_consultant,
    save_logo,
)
from survey.web.console import known
from survey.web.forms import tidy
from survey.web.site import parcels, site
from survey.web.takeaway import sent_logo

blueprint = Blueprint("letterhead", __name__)

LARGEST_FORM = LARGEST_FILE + 64 * 1024
"""Bytes: the largest logo, and what a browser writes around it."""


@blueprint.url_value_preprocessor
def allow_a_logo(endpoint: str | None, _: Mapping[str, object] | None) -> None:
    """Let the form with a logo be larger than others, before anything reads it."""
    if endpoint == "letterhead.change":
        request.max_content_length = LARGEST_FORM


@blueprint.get("/surveys/<slug>/letterhead")
def show(slug: str) -> str:
    """Show what stands at the head of papers, and the form to change it."""
    return _page(slug)


@blueprint.post("/surveys/<slug>/letterhead")
def change(slug: str) -> Response | Reply:
    """Keep a name and a logo, or remove the logo; what is refused leaves what was there."""
    known(slug)
    faults = []
    with site().sessions() as database:
        for field, keep in (("consultant", _keep_name), ("logo", _keep_logo)):
            try:
                keep(database, slug)
            except UserError as error:
                faults.append((field, str(error)))
    if faults:
        return Response(_page(slug, _name(), faults), 422)
    parcels().discard(slug)
    return redirect(url_for("letterhead.show", slug=slug), 303)


@blueprint.get("/surveys/<slug>/letterhead/logo.png")
def logo(slug: str) -> Response:
    """Give the logo as it is kept."""
    known(slug)
    with site().sessions() as database:
        return sent_logo(load_letterhead(database, slug))


def _keep_name(database: Session, slug: str) -> None:
    save_consultant(database, slug, _name())


def _keep_logo(database: Session, slug: str) -> None:
    sent = request.files.get("logo")
    if file := sent.read(LARGEST_FILE + 1) if sent else b"":
        save_logo(database, slug, file)
    elif request.form.get("remove") == "yes":
        remove_logo(database, slug)


def _name() -> str:
    return tidy(request.form.get("consultant"))


def _page(slug: str, name: str | None = None, faults: Sequence[tuple[str, str]] = ()) -> str:
    view = known(slug)
    with site().sessions() as database:
        letterhead = load_letterhead(database, slug)
    return render_template(
        "console/letterhead.html",
        view=view,
        letterhead=letterhead,
        name=letterhead.consultant if name is None else name,
        faults=faults,
        wrong=defaultdict(str, faults),
    )
