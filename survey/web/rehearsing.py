"""The rehearsal of a draft: test codes, how many answered with them, and wiping it all."""

from collections.abc import Mapping

from flask import Blueprint, Response, redirect, request
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.exports.cards import qr
from survey.services.plan_faults import PlanError
from survey.services.rehearsing import (
    FORGOTTEN,
    NobodyAnswered,
    NotReadyToRehearse,
    Rehearsal,
    RehearsalGoesOn,
    give_up_rehearsal,
    rehearsal_of,
    start_rehearsal,
    wipe_rehearsal,
)
from survey.web.console import public_address
from survey.web.draft_pages import opened_draft, render
from survey.web.site import site

blueprint = Blueprint("rehearsing", __name__)

STEP = "rehearsal"


@blueprint.get("/drafts/<draft>/rehearsal")
def show(draft: str) -> str:
    """Show the test codes of the rehearsal that goes on, or how to start one."""
    return _page(draft)


@blueprint.post("/drafts/<draft>/rehearsal")
def change(draft: str) -> Response | Reply:
    """Start the rehearsal, wipe it, or give it up."""
    opened, do = opened_draft(draft), request.form.get("do")
    try:
        with site().sessions() as database:
            if do == "start":
                start_rehearsal(database, site().keys, draft, opened.ready, site().clock())
            elif do == "wipe":
                wipe_rehearsal(database, site().keys, draft)
            elif do == "stop":
                give_up_rehearsal(database, site().keys, draft)
    except RehearsalGoesOn:
        pass  # a second click, or a colleague: the page shows it
    except PlanError as error:
        return Response(_page(draft, error.faults), 422)
    except (NotReadyToRehearse, NobodyAnswered) as error:
        return Response(_page(draft, [_of(error)]), 422)
    return redirect(f"/drafts/{draft}/rehearsal", 303)


def _of(error: UserError) -> str:
    return str(error)


def _page(draft: str, faults: object = ()) -> str:
    opened = opened_draft(draft)
    with site().sessions() as database:
        going = rehearsal_of(database, draft, opened.ready)
    return render(
        "rehearsal",
        STEP,
        opened,
        going=going,
        codes=_codes(going) if going else (),
        told=opened.rehearsal_told,
        faults=[("", fault) for fault in faults] if isinstance(faults, list | tuple) else [],
        days=FORGOTTEN.days,
    )


def _codes(going: Rehearsal) -> list[Mapping[str, object]]:
    address = f"{public_address()}/s/{going.slug}"
    return [
        {"group": group, "code": code, "link": f"{address}#{code}", "qr": qr(f"{address}#{code}")}
        for group, code in going.codes
    ]
