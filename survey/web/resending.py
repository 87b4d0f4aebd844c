"""A form that was sent after its sender's session had ended: nothing that was typed is lost.

The page that asks to sign in again carries what was sent, signed, so that what is sent later is
what came from a page of this site. After signing in, somebody sees it and presses a button; nothing
is ever sent by itself. Not kept: passwords and codes, files, what is too long, what another site
sent, and forms that end something for good (`FINAL`): these are filled in again.
"""

import re
from dataclasses import dataclass

from flask import Response, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer

from survey.web.forms import SignInForm
from survey.web.site import site

SALT = "headwind.resending"
FIELD = "kept"
MOST = 100_000
"""Bytes of a form that is kept: the page that carries it must be sendable itself."""
SECRET = re.compile(r"password|code|digits|recovery|csrf_token|confirm", re.I)
"""In names of fields that are dropped. A form that needs one of them asks for it again."""
FINAL = re.compile(
    r"/(close|delete|check|hide|revoke|take-back|logout|sessions|off|open|destroy|send|end|extend"
    r"|cards|sheets|comments|restore|factor|way-back|remove)(/|$)"
)
"""In addresses where something ends, leaves or is shown once: nobody does that by the way."""


@dataclass(frozen=True)
class Kept:
    """A form as it was sent: where to, and each field."""

    path: str
    fields: tuple[tuple[str, str], ...]


def asked_again() -> Response | None:
    """Return the page that asks to sign in and keeps the form, or None where it is not kept."""
    if not _ours() or FINAL.search(request.path) or (request.content_length or MOST) >= MOST:
        return None
    if request.files or not request.form:
        return None
    told = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if not SECRET.search(name) and value
    ]
    kept = _signer().dumps([request.full_path.rstrip("?"), told])
    page = render_template(
        "console/login.html",
        form=SignInForm(formdata=None),
        onward="",
        kept=kept,
        refused="",
        anybody=True,
        faults=[],
        note="",
    )
    return Response(page, 401)


def kept_form() -> tuple[str, Kept | None]:
    """Return what the sign-in form of this request carries: signed, and read."""
    signed = request.form.get(FIELD, "")
    try:
        path, told = _signer().loads(signed)
        return signed, Kept(str(path), tuple((str(name), str(value)) for name, value in told))
    except (BadSignature, TypeError, ValueError):
        return "", None


def _ours() -> bool:
    """Say whether a page of this site sent the request, as far as the browser tells.

    A browser that tells nothing is not believed: the form is then lost as it would be anyway.
    """
    if request.method != "POST":
        return False
    from_where = request.headers.get("Sec-Fetch-Site")
    if from_where is not None:
        return from_where == "same-origin"
    return request.headers.get("Origin") == request.host_url.rstrip("/")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(site().config.secret_key, salt=SALT)
