"""The report for readers without an account: whoever holds a link, and nobody else.

Each request looks the link up anew, so that one that was taken back leads nowhere from then on. The
reader of one group is shown a report that holds nothing else (`survey.report.narrowed`). No address
of these pages is logged, and the only cookie is that of a link with a password: it holds the
number of the link and the time, signed, and is sent back to that link alone.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response as Reply

from survey.exports.sections import WORDING, group_section, organisation_section
from survey.language import moment
from survey.report.letterhead import Letterhead
from survey.report.model import GroupReport, Report
from survey.report.narrowed import only
from survey.services.accounts import TooManySignIns
from survey.services.letterheads import load_letterhead
from survey.services.sharing import (
    WHOLE,
    LinkLeadsNowhere,
    Shared,
    WrongLinkPassword,
    resolve,
    unlock,
)
from survey.services.surveys import survey_view
from survey.web import errors
from survey.web.assets import packed
from survey.web.brake import TooManyTries, links_brake
from survey.web.security import forged
from survey.web.shelf import kept_report
from survey.web.site import site
from survey.web.takeaway import sent_file, sent_logo

blueprint = Blueprint("share", __name__, url_prefix="/shared")
blueprint.after_request(packed)

TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
SALT = "headwind.shared"
STAYS_OPEN = 2 * 3600
"""Seconds for which a password need not be typed again."""
FRAME = "share/frame.html"

P = ParamSpec("P")
View = str | Response | Reply | tuple[str, int]


@dataclass(frozen=True)
class Reader:
    """Somebody who holds a valid link: what it leads to, and what may be seen of the report."""

    token: str
    link: Shared
    report: Report
    letterhead: Letterhead
    until: str
    """Until when the link leads here, in words."""

    @property
    def group(self) -> GroupReport | None:
        """The one group that may be seen; None where all may be."""
        return None if self.link.scope == WHOLE else self.report.groups[0]


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
    return errors.page(404, "This link leads nowhere", str(error))


@blueprint.get("/<token>")
@for_reader
def show(reader: Reader) -> View:
    """Show what the link was made for: all groups, or the one."""
    if reader.group:
        return _group_page(reader, reader.group)
    return _page(
        reader,
        "share/organisation.html",
        section=organisation_section(reader.report),
        link=lambda group: url_for("share.group", token=reader.token, key=group.key),
    )


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
    return _month_page(reader, reader.group or abort(404))


@blueprint.get("/<token>/group/<key>")
@for_reader
def group(reader: Reader, key: str) -> View:
    """Show one group of a whole report."""
    return _group_page(reader, _one_of(reader, key))


@blueprint.get("/<token>/group/<key>/month")
@for_reader
def group_month(reader: Reader, key: str) -> View:
    """Show what to do in the next 30 days with one group of a whole report."""
    return _month_page(reader, _one_of(reader, key))


@blueprint.get("/<token>/method")
@for_reader
def method(reader: Reader) -> View:
    """Show how it was measured, every cut-off, and what nobody may conclude."""
    return _page(reader, "share/method.html")


@blueprint.get("/<token>/logo.png")
@for_reader
def logo(reader: Reader) -> View:
    """Give the client's logo."""
    return sent_logo(reader.letterhead)


@blueprint.get("/<token>/take/<file>")
@for_reader
def take(reader: Reader, file: str) -> View:
    """Give a file to take along, of what the link was made for."""
    return sent_file(reader.report, reader.group, file, reader.letterhead)


@blueprint.get("/<token>/group/<key>/take/<file>")
@for_reader
def group_take(reader: Reader, key: str, file: str) -> View:
    """Give a file to take along, of one group of a whole report and nothing of the others."""
    found = _one_of(reader, key)
    return sent_file(only(reader.report, key), found, file, reader.letterhead)


def _found(token: str) -> Shared:
    if not TOKEN.fullmatch(token):
        raise LinkLeadsNowhere
    with site().sessions() as database:
        return resolve(database, token, site().clock())


def _reader(token: str, link: Shared) -> Reader:
    with site().sessions() as database:
        now, report = site().clock(), kept_report(link.slug).report
        letterhead = load_letterhead(database, link.slug)
        timezone = survey_view(database, link.slug, now).timezone
    seen = report if link.scope == WHOLE else only(report, link.scope)
    return Reader(token, link, seen, letterhead, moment(link.expires_at, timezone))


def _one_of(reader: Reader, key: str) -> GroupReport:
    """Return a group of a whole report; a link to one group leads to no other address of groups."""
    found = (one for one in reader.report.groups if one.key == key and not reader.group)
    return next(found, None) or abort(404)


def _group_page(reader: Reader, found: GroupReport) -> str:
    section = group_section(found, reader.report)
    month = _address(reader, found, "month") if section.month else ""
    files = _address(reader, found, "take", file="")
    return _page(reader, "share/group.html", section=section, month=month, files_at=files)


def _month_page(reader: Reader, found: GroupReport) -> str:
    section = group_section(found, reader.report)
    if section.month is None:
        abort(404)
    back = _address(reader, found, "show")
    return _page(reader, "report/month_page.html", section=section, back=back)


def _address(reader: Reader, found: GroupReport, page: str, **more: Any) -> str:
    """Return where a page of a group stands under this link."""
    if reader.group:
        return url_for(f"share.{page}", token=reader.token, **more)
    page = {"show": "group"}.get(page, f"group_{page}")
    return url_for(f"share.{page}", token=reader.token, key=found.key, **more)


def _page(reader: Reader, template: str, **more: Any) -> str:
    told = {"report": reader.report, "reader": reader, "frame": FRAME}
    return render_template(template, **(told | more), **WORDING)


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
