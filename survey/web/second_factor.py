"""Setting the second factor up, with a picture to scan; new recovery codes; taking it off.

The secret that is offered waits in the browser's own cookie until its first digits prove that an
app has it: a page loaded again shows the same picture. What counts is `services.second_factor`.
"""

import re

from flask import Blueprint, Response, g, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response as Reply

from survey.errors import UserError
from survey.exports.cards import qr
from survey.services import second_factor
from survey.services.accounts import TooManySignIns, User, WrongPassword
from survey.services.second_factor import NoSecondFactor, SecondFactorRefused, SecondFactorThere
from survey.services.sessions import end_others, hashed
from survey.web.account import status_of, trying_password
from survey.web.account_forms import ConfirmForm, SwitchOnForm
from survey.web.brake import TooManyTries
from survey.web.login import HOME, HOMES
from survey.web.rights import TOKEN
from survey.web.setup import can_mail
from survey.web.site import site

blueprint = Blueprint("second_factor", __name__, url_prefix="/account/second-factor")

OFFERED = "offered"
REFUSALS = WrongPassword, TooManyTries, TooManySignIns


@blueprint.get("")
def show() -> Response:
    """Offer a second factor, or say that there is one and what can be done with it."""
    return _page()


@blueprint.post("")
def switch_on() -> Response:
    """Set it up, sign other browsers out, and show the recovery codes once."""
    form = SwitchOnForm()
    if not form.validate():
        return _page(offer=form, status=422)
    told = str(form.password.data), _offered(), str(form.digits.data), site().clock()
    try:
        with trying_password(), site().sessions() as database:
            codes = second_factor.switch_on(database, _user(), *told, mail=can_mail())
            end_others(database, _user(), hashed(session[TOKEN]))  # they have shown no digits
    except (*REFUSALS, SecondFactorRefused, SecondFactorThere) as error:
        form.refuse(_field(error), str(error))
        return _page(offer=form, status=status_of(error))
    session.pop(OFFERED, None)
    return _codes_page(codes)


@blueprint.post("/codes")
def renew() -> Response:
    """Show new recovery codes once; the old ones count no more."""
    form = ConfirmForm(prefix="codes-")
    if not form.validate():
        return _page(codes=form, status=422)
    try:
        with trying_password(), site().sessions() as database:
            told = str(form.password.data), site().clock()
            codes = second_factor.renew_codes(database, _user(), *told, mail=can_mail())
    except (*REFUSALS, NoSecondFactor) as error:
        form.refuse(_field(error), str(error))
        return _page(codes=form, status=status_of(error))
    return _codes_page(codes)


@blueprint.post("/off")
def take_off() -> Response | Reply:
    """Let the password be enough again."""
    form = ConfirmForm(prefix="off-")
    if not form.validate():
        return _page(off=form, status=422)
    try:
        with trying_password(), site().sessions() as database:
            password, now = str(form.password.data), site().clock()
            second_factor.take_off(database, _user(), password, now, mail=can_mail())
    except REFUSALS as error:
        form.refuse("password", str(error))
        return _page(off=form, status=status_of(error))
    return redirect(url_for("account.show", done="off"), 303)


def _page(
    offer: SwitchOnForm | None = None,
    codes: ConfirmForm | None = None,
    off: ConfirmForm | None = None,
    status: int = 200,
) -> Response:
    with site().sessions() as database:
        factor = second_factor.state_of(database, _user())
    forms = [form for form in (offer, codes, off) if form]
    secret = "" if factor.on else _offered()
    page = render_template(
        "console/second_factor.html",
        factor=factor,
        secret=" ".join(re.findall(".{1,4}", secret)),
        picture=qr(second_factor.link_for_app(secret, _user().email)) if secret else "",
        offer=offer or SwitchOnForm(formdata=None),
        codes=codes or ConfirmForm(prefix="codes-", formdata=None),
        off=off or ConfirmForm(prefix="off-", formdata=None),
        faults=[fault for form in forms for fault in form.faults()],
        first=bool(request.args.get("first")),
        home=HOMES.get(_user().role, HOME),
    )
    return Response(page, status)


def _field(error: UserError) -> str:
    """Return the field that a refusal is about; none where the page has other forms by now."""
    if isinstance(error, SecondFactorThere | NoSecondFactor):
        return ""
    return "digits" if isinstance(error, SecondFactorRefused) else "password"


def _codes_page(codes: tuple[str, ...]) -> Response:
    home = HOMES.get(_user().role, HOME)
    return Response(render_template("console/recovery.html", codes=codes, home=home))


def _offered() -> str:
    """Return the secret that this browser is offered."""
    if OFFERED not in session:
        session[OFFERED] = second_factor.new_secret()
    return str(session[OFFERED])


def _user() -> User:
    user: User = g.user
    return user
