"""The report for readers without an account: whoever holds a link, and nobody else.

Each request looks the link up anew, so that one that was taken back leads nowhere from then on. The
pages themselves are those of any reader: `survey.web.readers`. No address of these pages is logged;
that a link was used is noted under its label (`survey.web.noting`). The only cookie is that of a
link with a password: it holds the number of the link and the time, signed, and is sent back to that
link alone.
"""

import re
from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Reply

from survey.language import mark, moment
from survey.services.accounts import TooManySignIns
from survey.services.sharing import LinkLeadsNowhere, Shared, WrongLinkPassword, resolve, unlock
from survey.services.surveys import survey_view
from survey.web import errors, noting, readers
from survey.web.assets import packed
from survey.web.brake import TooManyTries, links_brake
from survey.web.readers import Reader
from survey.web.security import forged
from survey.web.shelf import kept_report
from survey.web.site import site

blueprint = Blueprint("share", __name__, url_prefix="/shared")
blueprint.after_request(packed)

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
SALT = "headwind.shared"
STAYS_OPEN = 2 * 3600
"""Seconds for which a password need not be typed again."""
FRAME = "share/frame.html"

P = ParamSpec("P")
View = str | Response | Reply | tuple[str, int]


def for_reader(view: Callable[Concatenate[Reader, P], View]) -> Callable[..., View]:
    """Let a view be seen by whoever holds a valid link and, where it has one, knows its password.

    Without the password every page of a link leads to the one that asks for it.
    """

    @wraps(view)
    def guarded(token: str, *args: P.args, **kwargs: P.kwargs) -> View:
        link = _found(token)
        if link.locked and not _opened(link):
            if request.endpoint == "share.show":
                return _password_page(token)
            return redirect(url_for("share.show", token=token), 303)
        return view(_reader(token, link), *args, **kwargs)

    return guarded


@blueprint.errorhandler(LinkLeadsNowhere)
def nowhere(error: LinkLeadsNowhere) -> Response:
    """Say of every link that does not lead to a report the same, whatever the reason."""
    return errors.page(404, mark("This link leads nowhere"), str(error))


@blueprint.get("/<token>")
@for_reader
def show(reader: Reader) -> View:
    """Show what the link was made for: all groups, or the one."""
    return readers.first_page(reader)


@blueprint.post("/<token>")
def enter(token: str) -> View:
    """Check the password of a link; the browser may come back with it for two hours."""
    link = _found(token)
    if forged(request.host):
        abort(403)
    typed = request.form.get("password", "")
    try:
        with (
            links_brake().trying(request.remote_addr or "", str(link.id)),
            site().sessions() as database,
        ):
            unlock(database, token, typed, site().clock())
    except WrongLinkPassword as error:
        return _password_page(token, str(error), 422)
    except TooManyTries as error:
        return _password_page(token, str(error), 429)
    except TooManySignIns as error:
        return _password_page(token, str(error), 503)
    return _let_in(token, link)


@blueprint.get("/<token>/month")
@for_reader
def month(reader: Reader) -> View:
    """Show what to do in the next 30 days with the one group that the link was made for."""
    return readers.month_page(reader, reader.group or abort(404))


@blueprint.get("/<token>/group/<key>")
@for_reader
def group(reader: Reader, key: str) -> View:
    """Show one group of a whole report."""
    return readers.group_page(reader, readers.one_of(reader, key))


@blueprint.get("/<token>/group/<key>/month")
@for_reader
def group_month(reader: Reader, key: str) -> View:
    """Show what to do in the next 30 days with one group of a whole report."""
    return readers.month_page(reader, readers.one_of(reader, key))


@blueprint.get("/<token>/method")
@for_reader
def method(reader: Reader) -> View:
    """Show how it was measured, every cut-off, and what nobody may conclude."""
    return readers.method_page(reader)


@blueprint.get("/<token>/logo.png")
@for_reader
def logo(reader: Reader) -> View:
    """Give the client's logo."""
    return readers.logo_of(reader)


@blueprint.get("/<token>/take/<file>")
@for_reader
def take(reader: Reader, file: str) -> View:
    """Give a file to take along, of what the link was made for."""
    return readers.file_of(reader, file)


@blueprint.get("/<token>/group/<key>/take/<file>")
@for_reader
def group_take(reader: Reader, key: str, file: str) -> View:
    """Give a file to take along, of one group of a whole report and nothing of the others."""
    return readers.file_of_group(reader, key, file)


def _found(token: str) -> Shared:
    if not TOKEN.fullmatch(token):
        raise LinkLeadsNowhere
    with site().sessions() as database:
        return resolve(database, token, site().clock())


def _reader(token: str, link: Shared) -> Reader:
    with site().sessions() as database:
        timezone = survey_view(database, link.slug, site().clock()).timezone
    noting.by_link(link)
    return Reader(
        kept=readers.seen(kept_report(link.slug), link.scope),
        scope=link.scope,
        letterhead=readers.letterhead_of(link.slug),
        address=partial(_address, token),
        frame=FRAME,
        link=link,
        until=moment(link.expires_at, timezone),
    )


def _address(token: str, page: str, **more: Any) -> str:
    return url_for(f"share.{page}", token=token, **more)


def _password_page(token: str, fault: str = "", status: int = 200) -> Response:
    return Response(render_template("share/password.html", token=token, fault=fault), status)


def _let_in(token: str, link: Shared) -> Reply:
    reply = redirect(url_for("share.show", token=token), 303)
    reply.set_cookie(
        _cookie(),
        _signer().dumps([link.id, _now()]),
        path=url_for("share.show", token=token),
        secure=_secure(),
        httponly=True,
        samesite="Strict",
    )
    return reply


def _opened(link: Shared) -> bool:
    """Say whether the browser brings the proof that the password of this link was typed."""
    try:
        number, at = _signer().loads(request.cookies.get(_cookie(), ""))
        return bool(number == link.id and 0 <= _now() - at <= STAYS_OPEN)
    except (BadSignature, TypeError, ValueError):
        return False


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(site().config.secret_key, salt=SALT)


def _secure() -> bool:
    return site().config.public_url.startswith("https://")


def _cookie() -> str:
    return "__Secure-headwind-shared" if _secure() else "headwind-shared"


def _now() -> int:
    return int(site().clock().timestamp())
