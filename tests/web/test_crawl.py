"""Every address of the site, in every role: nothing of one person is on any of them.

Addresses are built from the list of routes, and every link is followed. A new route that neither
reaches fails: name its parameter in PARAMETERS, or link to it.
"""

import base64
import binascii
import json
import random
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from itertools import product
from urllib.parse import urlsplit

import pytest
from flask import Flask

from survey.ballots.codes import credential, nullifier, read_person_code
from survey.ballots.layout import layout_of
from survey.ballots.payload import Response, pack
from survey.services.accounts import add_user, find_user
from survey.services.answering import submit
from survey.services.helped import note
from survey.services.holdings import edition_of_holdings
from survey.services.letterheads import save_logo
from survey.services.opening import Opened
from survey.services.surveys import survey_view
from survey.services.tickets import make_ticket
from survey.storage.workspace import Grant
from survey.web.asking import fields
from tests.collecting import environment, make_response
from tests.drafting import make_draft
from tests.test_services_letterheads import picture
from tests.web.checking import Pages, SignedIn
from tests.web.conftest import EMAIL, PASSWORD, Consultant
from tests.web.shared import link_to

PARAMETERS: dict[str, Callable[["Site"], Sequence[str]]] = {
    "slug": lambda site: site.slugs,
    "key": lambda _: ["all", "north", "south", "desk"],
    "build": lambda site: [urlsplit(site.sheet).path.split("/")[2]],
    "name": lambda _: ["app.css", "respond.js"],
    "token": lambda site: site.tokens,
    "file": lambda _: ["figures.csv"],
    "number": lambda _: ["1"],
    "language": lambda _: ["en"],
    "state": lambda _: ["refused"],
    "ticket": lambda site: site.tickets,
    "client": lambda site: site.clients,
    "draft": lambda site: site.drafts,
    "step": lambda _: ["questions", "practice", "dates", "answering"],
    "unit": lambda _: ["sales"],
    "person": lambda _: ["1"],
    "table": lambda _: ["template.csv", "people.xlsx"],
    "staged": lambda site: site.staged,
    "kind": lambda _: ["0"],
}

UNSEEN = {"/setup/<ticket>"}
"""There while nobody has an account: see test_setup."""
READER = "rita@example.org"
"""Somebody to whom the report of the first survey was given, and nothing else."""
STRETCH = 12
"""Answers in a row that cannot be there by chance: one in 240 million."""
LINKS = re.compile(r'<a [^>]*href="(/[^"#]*)')
TOKENS = re.compile(r'name="(csrf_token|once)"[^>]* value="[^"]*"')
COUNTED = {"north": 11, "desk": 3}, {"north": 9}, {"north": 8, "south": 5}
"""Who answers the survey that is closed with comments, the one without, and the open one."""


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody who answered, and everything that would give them away."""

    survey: str
    unit: str
    code: str
    response: Response
    word: str
    """Stands in their comment and nowhere else."""

    @property
    def vector(self) -> bytes:
        """The answers, one byte each, as a box holds them."""
        layout = layout_of(environment())
        return pack(layout, 0, self.response)[3 : layout.tenure_at]

    def stretches(self) -> Iterator[bytes]:
        """Answers in a row, wherever these begin."""
        vector = self.vector
        return (vector[at : at + STRETCH] for at in range(len(vector) - STRETCH + 1))

    def secrets(self) -> Iterator[bytes]:
        """The code in every form, and what is derived from it."""
        plain = read_person_code(self.code)
        yield from (self.code.encode(), plain.encode(), plain.lower().encode())
        for key in (credential(plain, self.survey), nullifier(plain, self.survey)):
            yield from (key, key.hex().encode(), key.hex().upper().encode())
            yield from (base64.b64encode(key)[:40], base64.urlsafe_b64encode(key)[:40])


@dataclass(frozen=True)
class Site:
    """One app with surveys that people have answered."""

    app: Flask
    slugs: tuple[str, ...]
    people: tuple[Person, ...]
    sheet: str
    """The address of the style sheet."""
    tokens: tuple[str, ...] = ()
    """Share links: to a whole report, and to one group of it."""
    clients: tuple[str, ...] = ()
    drafts: tuple[str, ...] = ()
    """Surveys that are being prepared."""
    staged: tuple[str, ...] = ()
    """Files of people that were checked and wait to be saved."""
    tickets: tuple[str, ...] = ()
    """Links of one use: to choose a password, to accept an invitation."""


class Traces:
    """Finds what belongs to one person in a page, also where it is wrapped in base64 or hex."""

    def __init__(self, people: tuple[Person, ...]) -> None:
        self.secrets = {secret: p for p in people for secret in p.secrets()}
        self.stretches = {stretch: p for p in people for stretch in p.stretches()}
        self.words = {p.word.encode(): p for p in people}
        self.wrapped: dict[bytes, list[str]] = {}
        """What a token gives away that was unwrapped before: most stand on many pages."""

    def told(self, body: bytes) -> list[str]:
        """Say what a body gives away; comments aside."""
        found = list(self.in_layer(body))
        for token in set(re.findall(rb"[A-Za-z0-9+/_-]{16,}={0,2}", body)):
            if token not in self.wrapped:
                layers = self.unwrapped(token)
                self.wrapped[token] = [fault for one in layers for fault in self.in_layer(one)]
            found += self.wrapped[token]
        return found

    def unwrapped(self, token: bytes) -> Iterator[bytes]:
        bare = token.rstrip(b"=").translate(bytes.maketrans(b"-_", b"+/"))
        yield base64.b64decode(bare + b"=" * (-len(bare) % 4) if len(bare) % 4 != 1 else b"")
        if len(token) % 2 == 0 and re.fullmatch(rb"[0-9a-fA-F]+", token):
            yield binascii.unhexlify(token)

    def in_layer(self, layer: bytes) -> Iterator[str]:
        yield from (f"code or key of {self.secrets[s]}" for s in self.secrets if s in layer)
        squeezed = re.sub(rb"""[\s,;:|\[\]"'.]+""", b"", layer)
        runs = [run.translate(TO_BYTES) for run in re.findall(rb"[0-5]{12,}", squeezed)]
        for run in (*runs, *re.findall(rb"[\0-\5]{12,}", layer)):
            for at in range(len(run) - STRETCH + 1):
                if run[at : at + STRETCH] in self.stretches:
                    yield f"answers of {self.stretches[run[at : at + STRETCH]]}"

    def commented(self, body: bytes) -> list[Person]:
        return [person for word, person in self.words.items() if word in body]


TO_BYTES = bytes.maketrans(b"012345", bytes(range(6)))


def answered(surveys, sessions, clock, counted, *, at: int) -> tuple[Opened, list[Person]]:
    """Open a survey and let people answer; each has answers and a word of their own."""
    day = (clock() + timedelta(days=13)).date()
    opened = surveys.open(title=f"Survey {at}", results_on=day)
    rng = random.Random(at)
    people = []
    for unit, many in counted.items():
        for number, code in enumerate(opened.codes[unit][:many]):
            word = f"zq{at}{unit}{number:02}finch"
            response = make_response(rng, f"More {word} and less hurry.")
            with sessions() as session:
                submit(session, opened.slug, code, response, clock())
            people.append(Person(opened.slug, unit, code, response, word))
    return opened, people


@pytest.fixture
def config(config):
    """No browser: a PDF for every address would take minutes."""
    return replace(config, browser="none")


@pytest.fixture
def site(surveys, sessions, console, clock, config) -> Site:
    """Two surveys that were closed, one of them with comments to show, and one that is open."""
    people, slugs = [], []
    done = [answered(surveys, sessions, clock, c, at=at) for at, c in enumerate(COUNTED[:2])]
    console.wait(days=13)
    for opened, some in done:
        console.get(f"/surveys/{opened.slug}/close")
        console.send({"code": opened.opening_codes[0]})
        end = time.monotonic() + 30
        while True:
            with sessions() as session:
                if survey_view(session, opened.slug, clock()).state == "closed":
                    break
            assert time.monotonic() < end
            time.sleep(0.05)
        people += some
        slugs.append(opened.slug)
    opened, some = answered(surveys, sessions, clock, COUNTED[2], at=2)
    console.get("/login", 303)
    console.get("/surveys")
    slugs.append(opened.slug)
    links = tuple(link_to(sessions, slugs[0], clock, scope) for scope in ("*", "north"))
    tokens = tuple(link.rpartition("/")[2] for link in links)
    with sessions() as session:
        save_logo(session, slugs[0], picture())
    # What a browser makes elsewhere: here only its address counts.
    (config.instance / "parcels").mkdir()
    (config.instance / "parcels" / f"{slugs[0]}.zip").write_bytes(b"")
    everybody = (*people, *some)
    with sessions() as session:
        reader = add_user(session, READER, "Rita Reader", PASSWORD, "reader")
    with sessions() as session, session.begin():
        today = clock().date()
        session.add(Grant(account=reader.id, survey=slugs[0], scope="*", granted_on=today))
        note(session, reader.email, EMAIL, "link", clock())
    with sessions() as session:
        user = find_user(session, EMAIL)
        tickets = (
            make_ticket(session, "reset", user.id, clock()),
            make_ticket(session, "invite", user.id, clock()),
        )
    app = console.client.application
    made = Site(app, tuple(slugs), everybody, sheet(console), tokens, tickets=tickets)
    staged = (staged_roster(console),)
    drafts = (make_draft(sessions, "hafen", clock()),)
    (config.instance / "exports").mkdir()
    (config.instance / "exports" / "hafen.zip").write_bytes(b"")
    with sessions() as session:
        edition = edition_of_holdings(session, "hafen", ())
    (config.instance / "exports" / "hafen.edition").write_text(edition)
    return replace(made, clients=("hafen",), staged=staged, drafts=drafts)


def staged_roster(console: Consultant) -> str:
    """Add a client with somebody in its roster, and bring a file with a fault; return its name."""
    console.get("/clients/new")
    console.send({"name": "Hafen", "timezone": "UTC"})
    console.get("/clients/hafen/units")
    console.send({"name": "Sales"}, action="/clients/hafen/units")
    console.get("/clients/hafen/roster/new")
    console.send({"unit": "sales", "name": "Zed"})
    console.get("/clients/hafen/roster/upload")
    where = str(console.send({"pasted": "unit,mail\nSales,none\nSales,a@b.example\n"}).location)
    end = time.monotonic() + 30
    while console.client.get(f"{where}/progress.json").get_json()["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.05)
    return where.rpartition("/")[2]


def sheet(pages: Pages) -> str:
    """The address of the style sheet."""
    return next(str(link.get("href")) for link in pages.html.all("link", rel="stylesheet"))


def built(site: Site) -> Iterator[str]:
    """The address of every GET route, with every combination of parameters that is known."""
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.arguments - PARAMETERS.keys():
            continue
        names = sorted(rule.arguments)
        for values in product(*(PARAMETERS[name](site) for name in names)):
            told = dict(zip(names, values, strict=True))
            yield site.app.url_map.bind("localhost").build(rule.endpoint, told)


def crawl(pages: Pages, site: Site) -> dict[str, tuple[int, bytes, str]]:
    """Fetch every address, and every one that is linked to: status, body, headers."""
    waiting, seen = list(built(site)), {}
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        response = pages.client.get(address)
        seen[address] = response.status_code, response.data, str(response.headers)
        response.close()
        if response.mimetype == "text/html":
            waiting += [unescape(link) for link in LINKS.findall(response.text)]
        waiting += [response.location] if (response.location or "").startswith("/") else []
    return seen


def test_no_page_of_any_role_holds_anything_of_one_person(site, console):
    traces = Traces(site.people)
    reached: Counter[str] = Counter()
    commented: set[Person] = set()
    seen: set[bytes] = set()
    reader = SignedIn(site.app)
    reader.sign_in(READER, PASSWORD)
    roles = ("nobody", Pages(site.app)), ("reader", reader), ("consultant", console)
    for role, pages in roles:
        for address, (status, body, headers) in crawl(pages, site).items():
            assert status in (200, 303, 308, 404), f"{role} at {address}: {status}"
            for told in (body, headers.encode()):
                if told not in seen:  # many are the same for everybody
                    assert not traces.told(told), f"{role} at {address}: {traces.told(told)[:3]}"
                    seen.add(told)
                shown = traces.commented(told)
                given = role == "reader" and address.startswith(f"/reading/{site.slugs[0]}")
                may = role == "consultant" or given or address.startswith("/shared/")
                assert not shown or may, f"{address} tells everybody a comment"
                commented |= set(shown)
            rule = rule_of(site.app, address)
            reached[rule] += status == 200
    getting = {r.rule for r in site.app.url_map.iter_rules() if "GET" in (r.methods or ())}
    assert getting - UNSEEN == {rule for rule, times in reached.items() if times}, (
        "never seen: see above"
    )
    # Eleven of one unit may be read; three beside them, nine elsewhere and the open ones may not.
    assert {(p.survey, p.unit) for p in commented} == {(site.slugs[0], "north")}


def rule_of(app: Flask, address: str) -> str:
    rule, _ = app.url_map.bind("localhost").match(urlsplit(address).path, return_rule=True)
    return str(rule.rule)


def test_a_submission_changes_no_page_but_in_steps_of_a_day(
    surveys, sessions, clock, console: Consultant, opened
):
    """Whoever fetches everything before and after somebody answers learns nothing from it."""
    console.get("/surveys")
    site = Site(console.client.application, (opened.slug,), (), sheet(console))
    roles = [(pages, list(crawl(pages, site))) for pages in (Pages(site.app), console)]

    def fetched():
        return [whole(*role) for role in roles]

    before = fetched()
    rng = random.Random(5)
    for unit, number in [("north", 0), ("desk", 0), ("north", 0)]:
        answers = make_response(rng, "finch")
        code = opened.codes[unit][number]
        Pages(site.app).post(f"/s/{opened.slug}", dict(fields(answers)) | {"code": code}, 200)
        assert fetched() == before
    for code in opened.codes["north"][2:7]:
        with sessions() as session:
            submit(session, opened.slug, code, make_response(rng), clock())
    assert fetched() == before
    console.wait(days=1, minutes=1)
    days = re.compile(r"\d+ days left")
    for then, now in zip(before, fetched(), strict=True):
        changed = {a for a in now if days.sub("", now[a][1]) != days.sub("", then[a][1])}
        # One's own account tells on which day one was there.
        survey = f"/surveys/{opened.slug}"
        told = {a for a in changed if not a.startswith("/account")}
        assert told <= {survey, f"{survey}/running"}
    assert changed, "seven answered, and not even a step shows: this test looks at nothing"


def whole(pages: Pages, addresses: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Every page as it is fetched, but for the tokens of its forms: status and headers, body."""
    answers = {address: pages.client.get(address) for address in addresses}
    return {
        address: (f"{answer.status_code} {answer.headers}", TOKENS.sub("", repr(answer.data)))
        for address, answer in answers.items()
    }


@pytest.mark.parametrize(
    "wrapped",
    [
        lambda p: json.dumps(list(p.vector)).encode(),
        lambda p: ";".join(map(str, p.vector)).encode(),
        lambda p: bytes(p.vector),
        lambda p: base64.b64encode(p.vector).rstrip(b"="),
        lambda p: b"x " + base64.b64encode(p.vector),
        lambda p: b"x " + p.vector.hex().encode(),
        lambda p: p.code.replace("-", "").lower().encode(),
        lambda p: nullifier(p.code, p.survey),
        lambda p: base64.b64encode(credential(p.code, p.survey)),
        lambda p: base64.b64encode(b"code=" + p.code.encode()),
    ],
)
def test_the_search_itself_finds_a_person_however_they_are_wrapped(opened, wrapped):
    person = Person(
        opened.slug, "north", opened.codes["north"][0], make_response(random.Random(1)), "w"
    )
    traces = Traces((person,))
    assert traces.told(b"<p>harmless " + wrapped(person) + b"</p>")
    assert not traces.told(b"<p>harmless 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3</p>")


def test_a_vector_with_gaps_is_a_vector_too(opened):
    response = make_response(random.Random(2))
    sparse = replace(response, answers=dict(list(response.answers.items())[::2]))
    person = Person(opened.slug, "north", opened.codes["north"][0], sparse, "w")
    assert Traces((person,)).told(json.dumps(list(person.vector)).encode())
