"""Every page as axe-core judges it: WCAG 2.0 to 2.2, A and AA, and what it holds for good practice.

Pages are fetched without a browser, in English and German by turns, and shown to one that is by
turns narrow and light or wide and dark; each script runs on the first page that has it. Every form
is sent empty too, for the page that says what is wrong. What axe cannot see (whether an order makes
sense, whether a name is a good one) is for people to look at.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.resources import files
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route
from werkzeug.test import TestResponse

from survey.services.accounts import add_user
from survey.storage.workspace import Account
from tests.web.checking import Html, Pages, SignedIn, fields_of
from tests.web.conftest import PASSWORD
from tests.web.test_crawl import READER, Site, built, site  # noqa: F401

pytestmark = pytest.mark.browser

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = {
    "runOnly": "wcag2a wcag2aa wcag21a wcag21aa wcag22a wcag22aa best-practice".split(),
    "rules": {
        name: {"enabled": True}
        for name in (
            "focus-order-semantics",
            "label-content-name-mismatch",
            "table-fake-caption",
            "td-has-header",
        )
    },
    "resultTypes": ["violations"],
    "preload": False,
    "iframes": False,  # the preview of a survey is a page of its own here
}
"""All of these, and four that axe calls experimental; none is left out."""
JUDGE = """rules => axe.run(document, rules).then(told => told.violations.flatMap(rule =>
  rule.nodes.map(node => `${rule.id}: ${node.target.join(" ")}: ${node.failureSummary}`)))"""
WIDER = "document.documentElement.scrollWidth - innerWidth"
KEEP = """sheets => {
  window.sheets = Object.fromEntries(Object.entries(sheets).map(([name, rules]) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules);
    return [name, sheet];
  }));
}"""
SHOW = """source => {
  const made = new DOMParser().parseFromString(source, "text/html");
  const links = [...made.querySelectorAll("link[rel=stylesheet]")];
  made.querySelectorAll("link, datalist > :nth-child(n + 3)").forEach(one => one.remove());
  document.replaceChild(document.adoptNode(made.documentElement), document.documentElement);
  document.adoptedStyleSheets = links.map(link => window.sheets[link.href.split("/").pop()]);
}"""
"""Puts one page in place of another: to load each, and axe with it, takes three times as long.

Of the hundreds of time zones that a field offers, two are enough.
"""
SHEETS = {
    sheet.name: re.sub(r"@font-face \{[^}]*\}", "", sheet.read_text(encoding="utf-8"))
    for sheet in (Path(__file__).parents[2] / "survey" / "static").glob("*.css")
}
ADDRESS = "http://headwind.test"
NOTHING = "<!doctype html>"
GERMAN = "grete@example.org"
OUTSIDE = re.compile(r"/(s|shared|invite|reset|setup|login)(/|$)|/$")
ENDS_A_VISIT = {"/logout", "/account/sessions"}
TAKES_AWAY = re.compile(r"/(delete|cancel|remove|off|\d+)$")
LEFT_OUT = re.compile(r"\.(html|json|js|css|csv|zip|png|xlsx|txt|md)$|^/healthz")
"""Not a page, but for the report to take along, whose parts are those of the report."""
CARRIED = {"csrf_token", "once", "was"}
"""What a form sends that nobody types."""
SCRIPT = re.compile(r'<script[^>]* src="[^"]*/([\w.-]+\.js)"')


@dataclass
class Album:
    """Pages to look at. Of one route, or one heading, only what shows an element not seen yet."""

    pages: dict[str, tuple[Pages, str]] = field(default_factory=dict)
    """Whoever looks at it, and its source."""
    elements: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def add(self, name: str, who: Pages, answer: TestResponse) -> None:
        if answer.mimetype == "text/html" and not 300 <= answer.status_code < 400:
            heading = re.findall(r"<h1[^>]*>(.*?)</h1>", answer.text, re.S)[0]
            found = set(re.findall(r'<\w+(?: class="[^"]*")?', answer.text.partition("<main")[2]))
            routes = who.client.application.url_map.bind("localhost")
            asked = answer.request.path, answer.request.method
            alike = self.elements[heading], self.elements[routes.match(*asked)[0]]
            if not any(found <= seen for seen in alike):
                self.pages[name] = who, answer.text
            for seen in alike:
                seen.update(found)
        answer.close()

    def forms(self) -> Iterator[tuple[str, Pages, dict[str, str]]]:
        """Every form, as it is sent by somebody who fills in nothing."""
        for who, source in list(self.pages.values()):
            for form in Html("<main" + source.partition("<main")[2]).all("form", method="post"):
                kept = {name: sent for name, sent in fields_of(form).items() if name in CARRIED}
                yield form.get("action"), who, kept


def visitors(site: Site, console: SignedIn, sessions) -> Iterator[tuple[Pages, list[str]]]:  # noqa: F811
    """Everybody who looks at the site, with the addresses that each looks at."""
    with sessions() as session:
        add_user(session, GERMAN, "Grete Lindqvist", PASSWORD)
    with sessions() as session, session.begin():
        session.execute(sa.update(Account).values(language="de").where(Account.email == GERMAN))
    german, reader, stranger, fremde = (SignedIn(site.app) for _ in range(4))
    german.sign_in(GERMAN, PASSWORD)
    reader.sign_in(READER, PASSWORD)
    fremde.client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "de"
    every = [address for address in built(site) if not LEFT_OUT.search(address)]
    inside = [address for address in every if not OUTSIDE.match(address)]
    outside = [address for address in every if OUTSIDE.match(address)]
    yield console, inside[::2]
    yield german, inside[1::2]
    yield reader, [address for address in inside if address.startswith(("/reading", "/account"))]
    yield stranger, outside[::2]
    yield fremde, outside[1::2]


def album_of(everybody: list[tuple[Pages, list[str]]]) -> Album:
    """Fetch every page, then send every form empty; what takes something away comes last."""
    album = Album()
    for who, addresses in everybody:
        for address in addresses:
            album.add(address, who, who.client.get(address))
    forms = {action: (who, kept) for action, who, kept in album.forms()}
    for action in sorted(forms.keys() - ENDS_A_VISIT, key=lambda one: bool(TAKES_AWAY.search(one))):
        who, kept = forms[action]
        album.add(f"{action}, sent empty", who, who.client.post(action, data=kept))
    return album


@dataclass
class Window:
    """A window of a browser with axe in it."""

    page: Page

    def clear(self) -> None:
        """Load a page with nothing on it, and with no script of the one before."""
        self.load("/", lambda route: route.fulfill(body=NOTHING, content_type="text/html"))

    def load(self, path: str, answer: Callable[[Route], None]) -> None:
        self.page.unroute_all()
        self.page.route("**/*", answer)
        self.page.goto(ADDRESS + path)
        self.page.evaluate(AXE)
        self.page.evaluate(KEEP, SHEETS)

    def show(self, source: str) -> None:
        """Put a page in place of the one before; its scripts do not run."""
        self.page.evaluate(SHOW, source)

    def faults(self) -> list[str]:
        wider = self.page.evaluate(WIDER)
        return [*self.page.evaluate(JUDGE, RULES), *[f"too wide: by {wider} px"] * (wider > 0)]


def answer(who: Pages, path: str, source: str, route: Route) -> None:
    """Answer a browser with this page, and with whatever else it asks for."""
    asked = route.request.url.removeprefix(ADDRESS)
    if asked == path:
        route.fulfill(body=source, content_type="text/html")
        return
    told = who.client.get(asked)
    route.fulfill(body=told.data, content_type=told.content_type, status=told.status_code)
    told.close()


@pytest.fixture
def windows(browser_page) -> list[Window]:
    made = [
        Window(browser_page(width=360, color_scheme="light")),
        Window(browser_page(width=1280, color_scheme="dark")),
    ]
    for window in made:
        window.clear()
    return made


def test_no_page_breaks_a_rule_of_accessibility(site, console, sessions, windows):  # noqa: F811
    album = album_of(list(visitors(site, console, sessions)))
    ran: set[str] = set()
    faults = []
    for at, (name, (who, source)) in enumerate(album.pages.items()):
        window, scripts = windows[at % 2], set(SCRIPT.findall(source))
        if scripts <= ran:
            window.show(source)
            found = window.faults()
        else:
            path = name.partition(",")[0]
            window.load(path, partial(answer, who, path, source))
            found = window.faults()
            window.clear()
            ran |= scripts
        faults += [f"{name}: {fault}" for fault in found]
    assert not faults, "\n\n".join(faults)
    assert len(album.pages) > 90
    assert {"report.js", "respond.js", "console.js"} <= ran


def test_the_judge_itself_finds_what_is_wrong(windows):
    sound = (
        '<!doctype html><html lang="en"><head><title>Page</title>'
        '<link rel="stylesheet" href="/app.css"></head><body><main><h1>Page</h1>%s</main></body>'
    )
    for window in windows:
        for wrong, rule in {
            "<p>Words</p>": "",
            "<input>": "label",
            '<button class="btn" aria-label="Leave">Stay</button>': "label-content-name-mismatch",
            '<p class="muted" style="background: #777">Hard to read</p>': "color-contrast",
            '<p lang="xx-nowhere">Words</p>': "valid-lang",
            "<pre>" + "wide " * 99 + "</pre>": "scrollable-region-focusable",
            "<p>" + "wide" * 99 + "</p>": "",
            '<p style="width: 2000px">Words</p>': "too wide",
        }.items():
            window.show(sound % wrong)
            assert [fault.partition(":")[0] for fault in window.faults()] == [rule] * bool(rule)
