"""Fetching pages as a browser would, and checking each against every rule that any page must keep.

A page that can be wrong in a new way is a new rule here. The messages say what to do.
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import html5lib
from flask import Flask
from html5lib.constants import E
from werkzeug.routing import Map
from werkzeug.test import TestResponse

RESPONDENTS = "/s/"
FIELDS = {"input", "textarea", "select"}
NOT_FIELDS = {"hidden", "submit", "button"}
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "",
    "X-Robots-Tag": "noindex",
    "Content-Security-Policy": "default-src 'none'",
    "Referrer-Policy": "",
}
OF_A_FILE = {
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
"""What is said with a style sheet, a script, a font: no page, so that less is needed."""


class Html:
    """A parsed page, with the few questions that tests ask of it."""

    def __init__(self, source: str) -> None:
        parser = html5lib.HTMLParser(namespaceHTMLElements=False)
        self.source = source
        self.root = parser.parse(source)
        self.faults = [f"{E[code] % data} at {place}" for place, code, data in parser.errors]

    def all(self, tag: str, **attributes: str) -> list[Any]:
        return [
            e
            for e in self.root.iter(tag)
            if all(e.get(name.rstrip("_")) == value for name, value in attributes.items())
        ]

    def one(self, tag: str, **attributes: str):
        found = self.all(tag, **attributes)
        assert len(found) == 1, f"{len(found)} <{tag} {attributes}> on the page instead of one"
        return found[0]

    def elements(self) -> Iterator[Any]:
        return (e for e in self.root.iter() if isinstance(e.tag, str))

    @property
    def h1(self) -> str:
        return text_of(self.one("h1"))

    @property
    def title(self) -> str:
        return text_of(self.one("title"))

    @property
    def text(self) -> str:
        """What a reader sees, in one line."""
        return text_of(self.one("body"))


def text_of(element) -> str:
    return " ".join("".join(element.itertext()).split())


class Pages:
    """A browser's address bar: `get` and `post` return the response, its page checked.

    `page.html` is the page fetched last.
    """

    def __init__(self, app: Flask) -> None:
        self.client = app.test_client()
        self.html: Html

    def get(self, address: str, status: int = 200, **more) -> TestResponse:
        return self._checked(address, status, self.client.get(address, **more))

    def post(self, address: str, data=None, status: int = 303, **more) -> TestResponse:
        return self._checked(address, status, self.client.post(address, data=data, **more))

    def _checked(self, address: str, status: int, response: TestResponse) -> TestResponse:
        assert response.status_code == status, (
            f"{address} answered {response.status_code}, not {status}:\n{response.text[:2000]}"
        )
        check_headers(address, response)
        if response.mimetype == "text/html" and response.text and not 300 <= status < 400:
            self.html = Html(response.text)
            check_page(address, self.html)
            check_ways(address, self.html, self.client.application.url_map)
        return response


class SignedIn(Pages):
    """A browser that fills in forms: `send` sends the form of the page fetched last."""

    def sign_in(self, email: str, password: str, **more) -> TestResponse:
        self.get("/login")
        return self.send({"email": email, "password": password}, **more)

    def send(self, data=None, status: int = 303, action: str = "", **more) -> TestResponse:
        """Fill in the form of the page and send it; `action` names one of several forms."""
        forms = [f for f in self.html.all("form", method="post") if f.get("action") != "/logout"]
        form = next(f for f in forms if action in ("", f.get("action")))
        return self.post(form.get("action"), fields_of(form) | (data or {}), status, **more)


def fields_of(form) -> dict[str, Any]:
    """What a browser would send of a form that nobody touched."""
    sent: dict[str, Any] = {}
    for field in form.iter():
        name, kind = field.get("name"), field.get("type")
        if (
            field.tag not in FIELDS
            or not name
            or (kind in ("checkbox", "radio") and field.get("checked") is None)
        ):
            continue
        if field.tag == "select":
            chosen = [o.get("value") for o in field.iter("option") if o.get("selected") is not None]
            sent[name] = (chosen or [next(field.iter("option")).get("value")])[0]
        elif kind == "checkbox":
            sent.setdefault(name, []).append(field.get("value"))
        else:
            sent[name] = field.text or "" if field.tag == "textarea" else field.get("value", "")
    return sent


def check_headers(address: str, response: TestResponse) -> None:
    """Every response says what browsers may do with it; a respondent gets no cookie."""
    path = urlsplit(address).path
    is_file = path.startswith("/static/") and response.mimetype != "text/html"
    for name, beginning in (OF_A_FILE if is_file else HEADERS).items():
        value = response.headers.get(name)
        assert value is not None, f"{address} lacks {name}: set it in web/security.py"
        assert value.startswith(beginning), f"{address}: {name} is {value}"
    policy = response.headers["Content-Security-Policy"]
    assert "unsafe" not in policy, f"{address}: move the script or style into a file of static/"
    if not path.startswith("/static/"):
        cached = response.headers["Cache-Control"].split(", ")
        assert "no-store" in cached, f"{address} may be kept by a cache"
    if path.startswith(RESPONDENTS):
        assert "Set-Cookie" not in response.headers, f"{address} sets a cookie for a respondent"
        assert response.headers["Referrer-Policy"] == "no-referrer"
        assert "connect-src 'none'" in policy


def check_page(address: str, page: Html) -> None:
    """Ask everything of a page; the first broken rule is told."""
    assert not page.faults, f"{address} is not valid HTML: {page.faults[:3]}"
    assert page.one("html").get("lang"), f"{address}: say the language: <html lang=…>"
    assert page.title.removeprefix("Error: ").removeprefix("Fehler: ").startswith(page.h1), (
        f"{address}: the title “{page.title}” must begin with the heading “{page.h1}”"
    )
    check_ids(address, page)
    check_nothing_inline(address, page)
    check_nothing_from_elsewhere(address, page)
    check_forms(address, page)
    check_fields(address, page)


def check_ids(address: str, page: Html) -> None:
    ids = [e.get("id") for e in page.elements() if e.get("id")]
    twice = {i for i in ids if ids.count(i) > 1}
    assert not twice, f"{address}: these ids stand there more than once: {sorted(twice)}"
    for attribute in ("for", "aria-labelledby", "aria-describedby"):
        for element in page.elements():
            for name in (element.get(attribute) or "").split():
                assert name in ids, f"{address}: {attribute}={name} leads to nothing"
    for link in page.all("a"):
        target = link.get("href") or ""
        if target.startswith("#"):
            assert target[1:] in ids, f"{address}: the link “{text_of(link)}” leads to nothing"


def check_nothing_inline(address: str, page: Html) -> None:
    for element in page.elements():
        for attribute in element.attrib:
            assert not attribute.startswith("on"), f"{address}: move {attribute} into static/*.js"
            assert attribute != "style", f"{address}: move the style into a class of static/*.css"
        assert element.tag != "style", f"{address}: move <style> into static/*.css"
        if element.tag == "script" and element.get("type") != "application/json":
            assert element.get("src"), f"{address}: move the script into static/*.js"


def check_nothing_from_elsewhere(address: str, page: Html) -> None:
    for element in page.elements():
        for attribute in ("src", "href", "action", "srcset", "poster"):
            value = element.get(attribute) or ""
            if element.tag == "a" and attribute == "href":
                continue
            assert "//" not in value.partition("data:")[0], f"{address} loads {value}"


def check_forms(address: str, page: Html) -> None:
    for form in page.all("form"):
        assert form.get("action"), f"{address}: say where the form goes: <form action=…>"
        buttons = [b for b in form.iter("button") if b.get("type", "submit") == "submit"]
        assert buttons, f"{address}: a form without a button cannot be sent"


def check_ways(address: str, page: Html, routes: Map) -> None:
    """Every link and form of our own leads to a page that exists."""
    ways = [("GET", link.get("href") or "") for link in page.all("a")]
    ways += [(form.get("method", "get").upper(), form.get("action")) for form in page.all("form")]
    for method, way in ways:
        if way.startswith("/"):
            matches = routes.bind("localhost").test(urlsplit(way).path, method)
            assert matches, f"{address}: {method} {way} leads to no page"


def check_fields(address: str, page: Html) -> None:
    named = {label.get("for") for label in page.all("label")}
    wrapped = {id(e) for label in page.all("label") for e in label.iter()}
    for field in page.elements():
        if field.tag not in ("input", "select", "textarea") or field.get("type") in NOT_FIELDS:
            continue
        labelled = field.get("id") in named or id(field) in wrapped or field.get("aria-label")
        assert labelled, f"{address}: give the field {field.get('name')} a <label>"
