"""Preparing a survey: choosing whose it is, the check list of a draft, deleting it.

The pages of the check list stand in `steps`, `asked`, `rehearsing` and `opening`.
"""

from flask import Blueprint, Response, g, redirect, render_template, request
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response as Reply

from survey.report.forecast import PLANNED
from survey.report.forecast_words import ASSUMED
from survey.services.clients import list_clients, names_of
from survey.services.comparable import compared_with
from survey.services.drafts import DraftGone, list_drafts, start_draft
from survey.services.next_wave import NotClosed, OfNoClient, start_next_wave
from survey.services.rehearsing import delete_draft
from survey.services.rights import runs_client
from survey.web.asked import expected
from survey.web.console import known
from survey.web.draft_pages import ago, opened_draft, render
from survey.web.paging import page_of, searched_for
from survey.web.site import site

blueprint = Blueprint("preparing", __name__)

MOST_DRAFTS = 5
MOST_NAMED = 8


@blueprint.get("/surveys/new")
def choose() -> str:
    """Ask whose people are to be asked; or go on with what was begun."""
    wanted, now = searched_for(), site().clock()
    with site().sessions() as database:
        clients, drafts = list_clients(database, g.user), list_drafts(database, g.user)
    return render_template(
        "prepare/choose.html",
        page=page_of(names_of(clients, wanted), len(clients)),
        wanted=wanted,
        drafts=[(draft, ago(draft.changed_at, now)) for draft in drafts[:MOST_DRAFTS]],
        others=max(0, len(drafts) - MOST_DRAFTS),
    )


@blueprint.post("/clients/<client>/drafts")
def start(client: str) -> Reply:
    """Begin to prepare a survey of a client."""
    with site().sessions() as database:
        draft = start_draft(database, g.user, client, site().clock())
    return redirect(f"/drafts/{draft}", 303)


@blueprint.get("/surveys/<slug>/next")
def ask_next(slug: str) -> str:
    """Say what the next wave of a closed survey takes over."""
    return _next(slug)


@blueprint.post("/surveys/<slug>/next")
def start_next(slug: str) -> Response | Reply:
    """Begin to prepare the next wave."""
    chosen = request.form.get("client") or None
    try:
        with site().sessions() as database:
            if chosen and not runs_client(database, g.user, chosen):
                raise NotFound
            draft = start_next_wave(database, g.user, slug, site().clock(), chosen)
    except (NotClosed, OfNoClient) as error:
        return Response(_next(slug, str(error)), 422)
    return redirect(f"/drafts/{draft}", 303)


def _next(slug: str, fault: str = "") -> str:
    view = known(slug)
    with site().sessions() as database:
        clients = list_clients(database, g.user)
    named = [one for one in clients if one.name.casefold() == view.client.casefold()]
    chosen = view.client_id or next((one.id for one in named), None)
    told = None
    if chosen and view.state == "closed":
        with site().sessions() as database:
            told = compared_with(database, chosen, slug, site().clock())
    return render_template(
        "prepare/next.html", view=view, clients=named, fault=fault, compared=told
    )


@blueprint.get("/drafts/<draft>")
def overview(draft: str) -> str:
    """Show the check list: what is done, what is missing, what the survey will be able to say."""
    opened = opened_draft(draft)
    told, spare = expected(opened), opened.ready.plan.spare
    return render(
        "overview",
        "",
        opened,
        expected=told,
        people=sum(group.unit.asked for group in opened.ready.groups.asking),
        mail=len(opened.ready.groups.by_mail),
        rolled_up=[
            ([unit.name for unit in one.together], one.asked - spare * len(one.together))
            for one in told.rolled_up[:MOST_NAMED]
        ],
        unnamed=max(0, len(told.rolled_up) - MOST_NAMED),
        left_out=[unit.name for unit in told.left_out[:MOST_NAMED]],
        planned=PLANNED,
        assumed=ASSUMED,
    )


@blueprint.get("/drafts/<draft>/delete")
def ask_delete(draft: str) -> str:
    """Ask whether a draft is to be deleted."""
    return render("delete", "", opened_draft(draft))


@blueprint.post("/drafts/<draft>/delete")
def delete(draft: str) -> Reply:
    """Delete a draft, and the rehearsal that may go on."""
    client = opened_draft(draft).draft.client
    try:
        with site().sessions() as database:
            delete_draft(database, site().keys, draft)
    except DraftGone:
        pass  # a colleague was faster
    return redirect(f"/clients/{client}", 303)
