"""Helping somebody who cannot sign in, for owners: two buttons on the page of a person.

Each wants a tick, and the person learns of it: `survey.services.helping`. The page itself belongs
to `survey.web.people`.
"""

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.services.colleagues import UnknownAccount, find_person
from survey.services.helping import (
    LINK_LASTS,
    NotHereYet,
    OwnAccount,
    make_way_back,
    take_factor,
)
from survey.services.invitations import SwitchedOff
from survey.services.second_factor import NoSecondFactor
from survey.web.console import public_address
from survey.web.people import person_page, unknown
from survey.web.setup import can_mail
from survey.web.site import site

blueprint = Blueprint("helping", __name__, url_prefix="/people")
blueprint.register_error_handler(UnknownAccount, unknown)

REFUSALS = OwnAccount, NotHereYet, SwitchedOff, NoSecondFactor


class NotTicked(UserError):
    """Ask the person first, by a way on which you know that it is them, and tick that you did."""


@blueprint.post("/<int:number>/factor")
def factor(number: int) -> Response | Reply:
    """Take the second factor of somebody away who lost the phone."""
    if "asked" not in request.form:
        return person_page(number, ("factor-asked", str(NotTicked())))
    try:
        with site().sessions() as database:
            take_factor(database, number, g.user, site().clock(), mail=can_mail())
    except REFUSALS as error:
        return person_page(number, ("", str(error)))
    return redirect(url_for("people.one", number=number, _anchor="help"), 303)


@blueprint.post("/<int:number>/way-back")
def way_back(number: int) -> Response | str:
    """Make a link to a new password, and show it once."""
    if "asked" not in request.form:
        return person_page(number, ("way-asked", str(NotTicked())))
    now = site().clock()
    try:
        with site().sessions() as database:
            address = make_way_back(database, number, g.user, _address, now, mail=can_mail())
            person = find_person(database, number)
    except REFUSALS as error:
        return person_page(number, ("", str(error)))
    return render_template(
        "people/way_back.html", person=person, address=address, until=now + LINK_LASTS
    )


def _address(token: str) -> str:
    return public_address() + url_for("setup.choose", ticket=token)
