"""What every response says to the browser, and what every request may contain.

All headers stand here, in one place. A respondent's page allows nothing that it does not use;
the other pages differ where signing in and the charts need it.
"""

from urllib.parse import urlsplit

from flask import Flask, Response, request
from werkzeug.middleware.proxy_fix import ProxyFix

from survey.config import Config

RESPONDENTS = "/s/"
SHARED = "/shared/"
WAYS_IN = "/setup", "/reset", "/invite"
LOOK = "/static/"
NO_LOG = RESPONDENTS, SHARED, *WAYS_IN
"""Beginnings of addresses that no log may hold: of people, and with the token of a link in them."""

POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "font-src": "'self'",
    "img-src": "'self' data:",  # the sign in the browser's tab, without a request of its own
    "connect-src": "'none'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
"""Content-Security-Policy of a respondent's page, and of a shared one."""

NOT_NEEDED = "camera", "geolocation", "microphone", "payment", "usb", "browsing-topics"

EVERYWHERE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in NOT_NEEDED),
}

FILE = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Of a style sheet, script or font: whoever opens one by itself gets a page that may do nothing.
What else is told of pages would be 1 kB more on a respondent’s first visit.
"""

RESPONDENT = {
    "Content-Security-Policy": "; ".join(f"{k} {v}" for k, v in POLICY.items()),
    # Keeps the address of the survey to itself. Forms then carry `Origin: null`: see `forged`.
    "Referrer-Policy": "no-referrer",
}

OTHERS = {
    # The page of a survey that is being opened asks how far it is.
    "Content-Security-Policy": "; ".join(
        f"{k} {v}" for k, v in (POLICY | {"connect-src": "'self'"}).items()
    ),
    # Flask-WTF refuses a form over HTTPS that names no referrer.
    "Referrer-Policy": "same-origin",
}


def protect(app: Flask, config: Config) -> None:
    """Set the limits of requests and the headers of responses."""
    secure = config.public_url.startswith("https://")
    app.config.update(
        SECRET_KEY=config.secret_key,
        SESSION_COOKIE_NAME="__Host-headwind" if secure else "headwind",
        SESSION_COOKIE_SECURE=secure,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the sign-in
        MAX_CONTENT_LENGTH=256 * 1024,
        MAX_FORM_MEMORY_SIZE=200_000,
        MAX_FORM_PARTS=400,  # 100 questions, and then some
        TRUSTED_HOSTS=_hosts(config.public_url),
    )
    if config.trusted_proxies:
        count = config.trusted_proxies
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_prefix=0
        )
    app.after_request(_headers)
    if secure:
        app.after_request(_only_https)


def forged(own_host: str) -> bool:
    """Whether a form was sent from another site.

    A respondent has no cookie to forge a request with, so this only keeps other sites from sending
    answers through a visitor's browser. `Origin: null` comes from our own page, which sends no
    referrer, in browsers that do not send Sec-Fetch-Site.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("Origin", "null")
    return origin != "null" and origin.partition("://")[2] != own_host


def _hosts(public_url: str) -> list[str] | None:
    """The host names this site answers to; None, any, where its address is not told yet."""
    if not public_url:
        return None
    # This machine's own names too, for whoever watches /healthz from it.
    return [urlsplit(public_url).hostname or "", "localhost", "127.0.0.1"]


def _headers(response: Response) -> Response:
    for name, value in _said(response).items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _said(response: Response) -> dict[str, str]:
    """Return the headers of a response, as far as its view has not set them."""
    if request.path.startswith(LOOK) and response.mimetype != "text/html":
        return FILE
    return EVERYWHERE | (RESPONDENT if request.path.startswith(NO_LOG) else OTHERS)


def _only_https(response: Response) -> Response:
    response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    return response
