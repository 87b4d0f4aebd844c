"""A search through everything that leaves: nothing exact, nothing withheld, nothing hidden.

The exact figures of a made-up survey are worked out by plain arithmetic. Then every page of its
report is fetched as a consultant and as readers of shared links, every link is followed, every file
taken along is unpacked, and each number is looked at. A new page or kind of file is found by its
link. That the search can find something is tried by planting an exact mean where it is printed.
"""

import io
import random
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from html import unescape
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from survey.app import create_app
from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.charts import dimensions, style
from survey.charts.dimensions import dimension_chart
from survey.config import Config
from survey.disclosure.values import Unit
from survey.exports.illustrating import charts_in
from survey.exports.sections import group_section
from survey.report.model import Estimate, Report
from survey.report.words import interval_text
from survey.services.accounts import add_user
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.hiding import mark_of, set_hidden
from survey.services.released import load_report
from survey.services.rights import WHOLE
from survey.services.sharing import Wanted, make_link
from survey.storage.engine import make_sessions
from survey.web.site import site
from tests.collecting import environment
from tests.support.figures import exact_figures, exact_in, long_numbers
from tests.support.paper import text_of_pdf
from tests.web.checking import SignedIn
from tests.web.conftest import EMAIL, PASSWORD, START, Clock, Surveys

ASKED = {"north": 14, "south": 9, "east": 4, "west": 4, "hall": 16, "desk": 4}
ANSWERING = {"north": 13, "south": 7, "east": 3, "west": 3, "hall": 14, "desk": 2}
LEVELS = {"north": 2.2, "south": 3.9, "hall": 3.2}
NAMES = {"east": "Coast East", "west": "Coast West", "hall": "Main hall", "desk": "Turnstile"}
HIDDEN, OPEN = "The zebra knows why.", "Shorter meetings, please."
HARM = (
    "made to pay for speaking up, or singled out and made to feel small:",
    "This proves nothing about anybody, and it is no complaint.",
    "No group of at least",
)
"""What the page on signs of harm says, whether there are any or not."""
KINDS = "report", "shared", "html", "csv", "xlsx", "pptx"
STATIC = re.compile(r"<style>.*?</style>|<script>.*?</script>", re.S)
AROUND = 30
"""So far behind the name of a unit that is left out, a number would be its own."""


@dataclass(frozen=True)
class Artefact:
    """Something that leaves: where it was got, all that is in it, and what of it is read."""

    address: str
    kind: str
    raw: str
    """Every letter of it, packed parts unpacked."""
    said: str
    """The same without the measures of sheets and slides, which are no figures."""


def artefact(address: str, body: bytes) -> Artefact:
    """Return what can be read in a page or a file."""
    kind = {"surveys": "report"}.get(address.split("/")[1], "shared")
    if "/take/" in address and "." in address.rpartition("/")[2]:
        kind = address.rpartition(".")[2]
    raw = "\n".join(unescape(text) for _, text in unpacked(body))
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return Artefact(address, kind, raw, raw)
    said = (read(text) for name, text in unpacked(body) if name.endswith((".xml", ".rels")))
    return Artefact(address, kind, raw, "\n".join(said))


def unpacked(body: bytes, name: str = "") -> Iterator[tuple[str, str]]:
    """Yield the texts in a file, also those of files packed in it."""
    if not zipfile.is_zipfile(io.BytesIO(body)):
        printed = body.startswith(b"%PDF")
        text = text_of_pdf(body) if printed else body.decode("utf-8", "replace")
        yield name, text if name else unescape(STATIC.sub("", text))
        return
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        for part in packed.namelist():
            yield from unpacked(packed.read(part), part)


def read(xml: str) -> str:
    """Return the texts of a document, and the alternative texts of its pictures."""
    found = ET.fromstring(xml.encode())
    texts = [text for text in found.itertext() if text.strip()]
    return "\n".join([*texts, *(e.attrib["descr"] for e in found.iter() if "descr" in e.attrib)])


def responses(rng: random.Random, unit: str, wave: int) -> list[Response]:
    """Answers around a level, some left out; three in the north report harm."""
    q = environment()
    assert q.pick_list
    assert q.tenure
    keys = {item.id: item.key for item in q.items}
    given = []
    for at in range(ANSWERING[unit]):
        answers = {}
        for column in q.columns:
            healthy = min(5, max(1, round(rng.gauss(LEVELS.get(unit, 3.0) + 0.4 * wave, 1))))
            if rng.random() < 0.93:
                answers[column] = healthy if keys.get(column, 1) > 0 else 6 - healthy
        if unit == "north" and at < 3:
            answers |= {"S1": 5, "S3": 5}
        picks = tuple(rng.sample([o.id for o in q.pick_list.options], rng.randint(0, 3)))
        said = {"O1": HIDDEN if at == 1 else f"{OPEN} {at}"}
        given.append(Response(answers, rng.choice([b.id for b in q.tenure.bands]), picks, said))
    return given


class Told:
    """A survey of two closed waves whose exact figures are known, and all that leaves of it."""

    def __init__(self, folder: Path, empty: Path) -> None:
        rng = random.Random(11)
        waves = [{unit: responses(rng, unit, at) for unit in ANSWERING} for at in (0, 1)]
        figures = [exact_figures(environment(), wave) for wave in waves]
        self.exact = frozenset().union(*figures)
        # Stands in the title and in the name of a unit, to be found wherever these are.
        self.planted = f"{max(figures[1] - figures[0]):.7f}"
        file = folder / "headwind.db"
        file.write_bytes(empty.read_bytes())
        self.clock = Clock(START - timedelta(days=200))
        self.config = Config(
            instance=folder,
            database_url=f"sqlite:///{file}",
            keys=folder / "keys",
            secret_key="only for tests, and long enough for that",
            public_url="http://localhost",
            browser="none",
        )
        self.sessions = make_sessions(self.config.database_url)
        with self.sessions() as session:
            add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
        first = self._wave(waves[0], None)
        self.slug = self._wave(waves[1], first)
        with self.sessions() as session:
            set_hidden(session, self.slug, mark_of(HIDDEN), hidden=True)
        self.app = create_app(self.config, sessions=self.sessions, clock=self.clock)
        self.app.testing = True

    def _units(self) -> tuple[Unit, ...]:
        names = {"north": f"North {self.planted}", "south": "South"} | NAMES
        parents = {"east": "coast", "west": "coast"}
        return (
            Unit("all", "Northgate", None, 0),
            Unit("coast", "Coast", "all", 0),
            *(Unit(u, names[u], parents.get(u, "all"), many) for u, many in ASKED.items()),
        )

    def _wave(self, answers: dict[str, list[Response]], previous: str | None) -> str:
        surveys = Surveys(self.sessions, KeyFolder(self.config.keys), self.clock)
        title = f"How we work {self.planted}"
        opened = surveys.open(units=self._units(), previous=previous, title=title)
        for unit, given in answers.items():
            for code, response in zip(opened.codes[unit], given, strict=False):
                with self.sessions() as session:
                    submit(session, opened.slug, code, response, self.clock())
        self.clock.pass_(days=13)
        codes = opened.opening_codes[:1]
        close_survey(self.sessions, surveys.keys, opened.slug, codes, self.clock(), workers=1)
        return opened.slug

    @property
    def report(self) -> Report:
        with self.sessions() as session:
            return load_report(session, self.slug, self.clock())

    def everything(self) -> list[Artefact]:
        """Fetch every page of the report, every shared page, and every file they lead to."""
        found = list(self._crawl(f"/surveys/{self.slug}/report", f"/surveys/{self.slug}/take"))
        for scope in (WHOLE, "north"):
            wanted = Wanted(scope, label="Maria", expires_at=self.clock() + timedelta(days=9))
            with self.sessions() as session:
                token = make_link(session, self.slug, wanted, self.clock())
            found += self._crawl(f"/shared/{token}")
        return found

    def _crawl(self, start: str, *more: str) -> Iterator[Artefact]:
        """Follow links from one page to others below the same survey or the same shared link."""
        pages = SignedIn(self.app)
        if start.startswith("/surveys"):
            pages.sign_in(EMAIL, PASSWORD)
        within = "/".join(start.split("/")[:3])
        waiting, seen = [start, *more], {start, *more}
        while waiting:
            address = waiting.pop()
            response = pages.client.get(address)
            assert response.status_code in (200, 404), f"{address}: {response.status_code}"
            if response.status_code == 404 and address.endswith(".pdf"):
                continue  # no browser to print with
            assert response.status_code == 200, address
            yield artefact(address, response.data)
            if response.mimetype == "text/html" and "/take/" not in address:
                new = set(re.findall(r'<a [^>]*href="(/[^"#?]*)', response.text)) - seen
                seen |= new
                waiting += sorted(link for link in new if self._leads_on(link, within))

    def _leads_on(self, link: str, within: str) -> bool:
        """Whether a link stays within the report; not to the page on harm or a hidden comment."""
        if within.startswith("/surveys"):
            return link.startswith(tuple(f"{within}/{p}" for p in ("report", "take", "method")))
        # Files of a shared link are made as the consultant's are: those of one link are enough.
        return link.startswith(within) and ("/take/" not in link or "/group/" not in link)


@pytest.fixture(scope="module")
def told(tmp_path_factory, empty_database) -> Iterator[Told]:
    made = Told(tmp_path_factory.mktemp("told"), empty_database)
    yield made
    made.sessions.kw["bind"].dispose()


@pytest.fixture(scope="module")
def leaving(told) -> list[Artefact]:
    found: list[Artefact] = told.everything()
    return found


@pytest.fixture(params=KINDS)
def artefacts(request, leaving) -> list[Artefact]:
    found = [one for one in leaving if one.kind == request.param]
    assert found, f"nothing of the kind {request.param} was found by its link"
    return found


@pytest.fixture(scope="module")
def on_paper(tmp_path_factory, told, chromium_path) -> list[Artefact]:
    """A page with its figures as pictures, and two PDFs, as a browser makes them."""
    folder = tmp_path_factory.mktemp("paper")
    able = replace(told.config, instance=folder, browser=chromium_path)
    app = create_app(able, sessions=told.sessions, clock=told.clock)
    report, pages = told.report, SignedIn(app)
    pages.sign_in(EMAIL, PASSWORD)
    south = next(group for group in report.groups if group.key == "south")
    with app.app_context():
        site().pictures.draw(charts_in(group_section(south, report)))
    at = f"/surveys/{told.slug}"
    wanted = ("report/south", "take/group/south/report.pdf", "take/one-page.pdf")
    responses = {address: pages.client.get(f"{at}/{address}") for address in wanted}
    assert {response.status_code for response in responses.values()} == {200}
    return [artefact(f"{at}/{address}", got.data) for address, got in responses.items()]


@pytest.mark.browser
def test_pictures_and_paper_tell_nothing_exact_either(on_paper, told):
    page, full, short = on_paper
    assert "<svg" in page.raw
    assert [one.kind for one in on_paper] == ["report", "pdf", "pdf"]
    south = next(group for group in told.report.groups if group.key == "south")
    figure = south.dimensions[0].figure
    assert isinstance(figure, Estimate)
    for one in (page, full):
        assert interval_text(figure) in one.said, one.address
    for one in on_paper:
        assert long_numbers(without(one.said, told.planted)) == [], one.address
        assert exact_in(without(one.raw, told.planted), told.exact) == set(), one.address
        assert HIDDEN not in one.said
        assert not any(words in " ".join(one.said.split()) for words in HARM), one.address
    assert exact_in(short.said, told.exact), "what is planted is on paper, and is found"


def without(text: str, planted: str) -> str:
    return text.replace(planted, "")


def test_the_survey_has_something_to_tell(told):
    """Without all of these the search would pass for want of anything to find."""
    report = told.report
    assert report.left_out == ("Turnstile",)
    assert {group.kind for group in report.groups} == {"whole", "pooled"}
    figures = [d.figure for group in report.groups for d in group.dimensions]
    estimates = [figure for figure in figures if isinstance(figure, Estimate)]
    assert {e.released.edge for e in estimates} > {""}
    assert {e.state for e in estimates} >= {"weak", "unclear"}
    assert all(group.changes for group in report.groups)
    assert len(told.exact) > 500
    assert sum(bool(long_numbers(repr(e.low))) for e in estimates) > len(estimates) / 2


def test_no_number_has_more_decimals_than_are_printed(artefacts, told):
    for one in artefacts:
        assert long_numbers(without(one.said, told.planted)) == [], one.address


def test_no_exact_figure_is_anywhere(artefacts, told):
    for one in artefacts:
        assert exact_in(without(one.raw, told.planted), told.exact) == set(), one.address


def test_nothing_is_told_of_a_unit_that_is_left_out(artefacts):
    """Neither how many answered nor how many were asked; only from how many on is told."""
    policy = {"5", "10", "12"}
    for one in artefacts:
        for place in re.finditer("Turnstile", one.said):
            behind = re.sub(r"<[^>]*>", " ", one.said[place.end() :][: 8 * AROUND])
            near = re.findall(r"\d+", " ".join(behind.split())[:AROUND])
            assert set(near) <= policy, (one.address, behind)


def test_no_hidden_comment_is_anywhere(artefacts, told):
    for one in artefacts:
        assert HIDDEN not in one.raw, one.address
    assert any(OPEN in str(group.comments) for group in told.report.groups)


def test_signs_of_harm_are_on_no_page_of_the_report_and_in_no_file(artefacts, told):
    harm = SignedIn(told.app)
    harm.sign_in(EMAIL, PASSWORD)
    page = harm.get(f"/surveys/{told.slug}/harm")
    assert any(" ".join(words.split()) in harm.html.text for words in HARM), page.text
    for one in artefacts:
        assert not any(words in one.said for words in HARM), one.address
        assert "/harm" not in one.raw or one.kind == "report", one.address


def test_the_search_finds_what_is_planted(artefacts, told):
    """An exact mean was written into the title and a unit's name: it is found wherever they are."""
    for one in artefacts:
        if told.planted in one.raw:
            assert exact_in(one.raw, told.exact), one.address
            assert long_numbers(one.said), one.address
    assert any(told.planted in one.raw for one in artefacts)


def test_the_search_finds_a_chart_that_does_not_round(monkeypatch, told):
    group = next(group for group in told.report.groups if group.key == "south")
    usual = dimension_chart(group, told.report, False).figure_json
    assert long_numbers(usual) == []
    monkeypatch.setattr(style, "rounded", lambda part: part)
    monkeypatch.setattr(dimensions, "place_of_end", lambda value: value)
    bare = dimension_chart(group, told.report, False).figure_json
    ends = [d.figure.low for d in group.dimensions if isinstance(d.figure, Estimate)]
    assert long_numbers(bare)
    assert exact_in(bare, ends)


def test_the_search_finds_a_number_in_a_workbook_inside_of_slides(told, leaving):
    """What lies packed in something packed is read as well."""
    slides = next(one for one in leaving if one.kind == "pptx")
    assert "xl/worksheets" in slides.raw or "<sheetData" in slides.raw
    inner, outer = io.BytesIO(), io.BytesIO()
    with zipfile.ZipFile(inner, "w") as book:
        book.writestr("xl/worksheets/sheet1.xml", f"<c><v>{max(told.exact)!r}</v></c>")
    with zipfile.ZipFile(outer, "w") as deck:
        deck.writestr("ppt/embeddings/book.xlsx", inner.getvalue())
    planted = artefact("/take/report.pptx", outer.getvalue())
    assert exact_in(planted.raw, told.exact)
    assert long_numbers(planted.said)
