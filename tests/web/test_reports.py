"""The pages of a closed survey: what they say, what they withhold, how their charts are drawn."""

import json
import random
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from werkzeug.serving import make_server

import survey
from survey.app import create_app
from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.config import Config
from survey.disclosure.values import Policy, Unit, Withheld
from survey.exports.html import render_html
from survey.report import finding_words, grounds_words, method, practice_words, verdict_words, words
from survey.services.accounts import add_user
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.released import load_report
from survey.storage.engine import make_sessions
from tests.collecting import environment
from tests.web.checking import SignedIn, check_headers, text_of
from tests.web.conftest import EMAIL, PASSWORD, Clock, Surveys

UNITS = (
    Unit("all", "Northgate", None, 0),
    Unit("north", "North </script><b>team", "all", 14),
    Unit("south", "Sales South", "all", 9),
    Unit("coast", "Coast", "all", 0),
    Unit("east", "Coast East", "coast", 4),
    Unit("west", "Coast West", "coast", 4),
    Unit("desk", "Service desk", "all", 4),
)
ANSWERING = {"north": 12, "south": 7, "east": 3, "west": 3, "desk": 2}
HOSTILE = "<script>alert(1)</script> & more"


class Closed:
    """A site with two closed waves and an open one; nobody writes to it any more."""

    def __init__(self, folder: Path, empty_database: Path) -> None:
        file = folder / "headwind.db"
        file.write_bytes(empty_database.read_bytes())
        self.clock = Clock()
        self.config = Config(
            instance=folder,
            database_url=f"sqlite:///{file}",
            keys=folder / "keys",
            secret_key="only for tests, and long enough for that",
            browser="none",  # pictures are tried in test_drawn_beforehand
        )
        self.sessions = make_sessions(self.config.database_url)
        self.keys = KeyFolder(self.config.keys)
        with self.sessions() as session:
            add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
        self.first = self._wave(None, shift=0)
        self.second = self._wave(self.first, shift=1)
        self.open = Surveys(self.sessions, self.keys, self.clock).open(units=UNITS).slug
        self.app = create_app(self.config, sessions=self.sessions, clock=self.clock)
        self.app.testing = True

    def _wave(self, previous: str | None, shift: int) -> str:
        opened = Surveys(self.sessions, self.keys, self.clock).open(units=UNITS, previous=previous)
        rng = random.Random(shift)
        for unit, many in ANSWERING.items():
            for at, code in enumerate(opened.codes[unit][:many]):
                hurt = previous is None and unit == "north" and at < 3
                with self.sessions() as session:
                    submit(session, opened.slug, code, response(rng, shift, hurt), self.clock())
        self.clock.pass_(days=13)
        close_survey(self.sessions, self.keys, opened.slug, opened.opening_codes[:1], self.clock())
        return opened.slug

    def report(self, slug: str):
        with self.sessions() as session:
            return load_report(session, slug, self.clock())


def response(rng: random.Random, shift: int, hurt: bool) -> Response:
    """Answers a little above the middle; in the later wave better by one in what is turned round.

    Everybody writes a comment that tries to be a script; `hurt` people report harm.
    """
    questionnaire = environment()
    keys = {item.id: item.key for item in questionnaire.items}
    answers = {}
    for column in questionnaire.columns:
        healthy = min(5, rng.choice((2, 3, 3, 4)) + shift)
        answers[column] = healthy if keys.get(column, 1) == 1 else 6 - healthy
    if hurt:
        answers |= {"S1": 5, "S3": 5}
    return Response(answers, None, (), {"O1": HOSTILE})


@pytest.fixture(scope="module")
def closed(tmp_path_factory, empty_database) -> Iterator[Closed]:
    made = Closed(tmp_path_factory.mktemp("closed"), empty_database)
    yield made
    made.sessions.kw["bind"].dispose()


@pytest.fixture
def reader(closed) -> SignedIn:
    pages = SignedIn(closed.app)
    pages.sign_in(EMAIL, PASSWORD)
    return pages


@pytest.fixture(params=["report", "report/north", "report/south", "report/pooled.coast"])
def address(request, closed) -> str:
    return f"/surveys/{closed.second}/{request.param}"


def test_the_groups_stand_in_the_order_of_the_tree_and_lead_to_their_pages(closed, reader):
    reader.get(f"/surveys/{closed.second}/report")
    report = closed.report(closed.second)
    table = next(t for t in reader.html.all("table") if t.get("class") == "verdicts")
    links = [(text_of(a), a.get("href")) for a in table.iter("a")]
    assert [name for name, _ in links] == [group.name for group in report.groups]
    assert len(links) == 3
    for name, link in links:
        reader.get(link)
        assert reader.html.h1.startswith(name)


def test_a_page_says_the_verdict_of_the_report_and_nothing_else(closed, reader):
    report = closed.report(closed.second)
    north = next(group for group in report.groups if group.key == "north")
    assert north.verdict
    reader.get(f"/surveys/{closed.second}/report/north")
    assert reader.html.h1 == verdict_words.headline(north, report)
    said = [text_of(p) for p in reader.html.all("p") if "verdict-word" in (p.get("class") or "")]
    assert said == [verdict_words.verdict_word(north.verdict.rule)]
    assert north.finding
    assert finding_words.silent_sentence(north, north.finding, report) in reader.html.text
    for sentence in grounds_words.finding_sentences(north, north.finding, report):
        assert sentence in reader.html.text
    assert "12 of 14 people" in reader.html.text


def test_small_units_together_are_named_and_get_no_verdict(closed, reader):
    reader.get(f"/surveys/{closed.second}/report/pooled.coast")
    assert "Coast East and Coast West" in reader.html.text
    assert "6 of 8 people" in reader.html.text
    for word in verdict_words.VERDICTS.values():
        assert word not in reader.html.text


def test_who_is_left_out_is_said_with_the_reason_and_has_no_page(closed, reader):
    reader.get(f"/surveys/{closed.second}/report")
    assert "Nothing is shown of Service desk: fewer than 5 people answered" in reader.html.text
    for key in ("desk", "east", "west", "coast", "nobody", "%3Cscript%3E"):
        reader.get(f"/surveys/{closed.second}/report/{key}", 404)


def test_statements_stand_on_a_page_from_ten_answers_on(closed, reader):
    statement = "Single statements are shown from 10 answers on."
    reader.get(f"/surveys/{closed.second}/report/south")
    assert statement in reader.html.text
    reader.get(f"/surveys/{closed.second}/report/north")
    assert statement not in reader.html.text
    report = closed.report(closed.second)
    north = next(group for group in report.groups if group.key == "north")
    hidden = {item.scale for item in north.items if isinstance(item.figure, Withheld)}
    assert hidden == {"SAFE"}, "whose statements ask about harm, and nothing else"
    for item in north.items:
        assert words.item_text(item, report) in reader.html.text


def test_a_change_is_shown_where_there_was_an_earlier_wave(closed, reader):
    for slug, wanted in ((closed.first, False), (closed.second, True)):
        reader.get(f"/surveys/{slug}/report/north")
        assert ("since the wave before" in reader.html.text) is wanted


def test_practices_with_the_same_advice_stand_together_under_its_one_sentence(closed, reader):
    report = closed.report(closed.second)
    north = next(group for group in report.groups if group.key == "north")
    reader.get(f"/surveys/{closed.second}/report/north")
    table = next(t for t in reader.html.all("table") if t.get("class") == "advice")
    seen = []
    for block in table.iter("tbody"):
        head, *rows = block.iter("tr")
        for row in rows:
            label = next(row.iter("th")).text
            practice = next(p for p in north.practices if words.text(p.label) == label)
            assert practice_words.advice_sentence(practice, report.questionnaire) in text_of(head)
            assert words.join(words.scale_names(practice.critical, report.questionnaire)) in (
                text_of(row)
            )
            seen.append(practice.id)
    heads = [text_of(next(block.iter("tr"))) for block in table.iter("tbody")]
    assert len(heads) == len(set(heads))
    assert sorted(seen) == sorted(practice.id for practice in north.practices)


def test_one_can_go_from_group_to_group_in_the_order_of_the_tree(closed, reader):
    report = closed.report(closed.second)
    reader.get(f"/surveys/{closed.second}/report/{report.groups[0].key}")
    assert not reader.html.all("a", rel="prev")
    for before, after in pairwise(report.groups):
        reader.get(reader.html.one("a", rel="next").get("href"))
        assert reader.html.h1 == verdict_words.headline(after, report)
        assert before.name in text_of(reader.html.one("a", rel="prev"))
    assert not reader.html.all("a", rel="next")


def test_the_report_can_be_taken_along_in_one_file(closed, reader):
    reader.get(f"/surveys/{closed.second}/report")
    (link,) = [a.get("href") for a in reader.html.all("a") if a.get("href").endswith(".html")]
    response = reader.client.get(link)
    check_headers(link, response)
    named = response.headers["Content-Disposition"]
    assert named.startswith("attachment; filename=Northgate-Logistics-all-groups-")
    assert response.text == render_html(closed.report(closed.second))
    stranger = closed.app.test_client().get(link)
    assert stranger.status_code == 303
    reader.get(f"/surveys/{closed.open}/report.html", 404)
    assert reader.html.h1 == "No report"


def test_an_open_survey_has_no_report_and_says_why(closed, reader):
    for page in ("report", "report/north", "method"):
        reader.get(f"/surveys/{closed.open}/{page}", 404)
        assert reader.html.h1 == "No report"
        assert reader.html.all("a", href=f"/surveys/{closed.open}")


def test_the_method_names_every_cut_off_and_all_that_nobody_may_conclude(closed, reader):
    reader.get(f"/surveys/{closed.second}/method")
    told = reader.html.text
    for rule, written in method.cut_offs(environment()):
        value = " ".join(written.split())
        assert f"{rule} {value}" in told or f"{rule}{value}" in told, rule
    assert "Spare cards count as people asked" in told
    for claim in method.NEVER_CLAIMED:
        assert claim in told
    assert environment().version in told
    for row in method.other_roundings(environment(), Policy()):
        assert all(cell in told for cell in row), row
    assert "questions about harm, single statements are never shown" in told
    assert "one that fewer than 5 people of a group answered is left out" in told


def test_every_figure_is_drawn_without_sending_it_anywhere(address, reader):
    reader.get(address)
    figures = figures_of(reader)
    assert figures
    for figure in figures:
        assert figure["config"]["showSendToCloud"] is False
        assert figure["config"]["plotlyServerURL"] == ""
        assert figure["config"]["displayModeBar"] is False


def test_the_script_draws_with_the_configuration_of_the_figure_alone():
    script = (Path(survey.__file__).parent / "static/report.js").read_text()
    calls = re.findall(r"Plotly\.(\w+)\(([^;]*)\);", script)
    assert [name for name, _ in calls] == ["react"]
    assert all("figure.config" in told for _, told in calls)
    assert script.count("Plotly.") == len(calls)


def test_every_chart_has_its_message_in_words_and_its_numbers_in_a_table(address, reader):
    reader.get(address)
    charts = [e for e in reader.html.elements() if "chart" in (e.get("class") or "").split()]
    assert charts
    for chart in charts:
        assert len(chart.get("aria-label")) > 20
        for size in ("data-wide", "data-narrow"):
            assert reader.html.one("script", id=chart.get(size)).text
    for numbers in [e for e in reader.html.elements() if e.get("class") == "numbers"]:
        assert numbers.get("open") is not None, "without the script the numbers must be seen"
        assert list(numbers.iter("td"))


def test_a_percent_sign_never_begins_a_line(address, reader):
    source = reader.get(address).text
    assert re.search(r"\d(\u00a0|&nbsp;)%", source)
    assert not re.findall(r".{20}\d %", source)


def test_a_long_page_begins_with_links_to_its_parts(address, reader):
    reader.get(address)
    navs = [nav for nav in reader.html.all("nav") if nav.get("class") == "contents"]
    links = [link for nav in navs for link in nav.iter("a")]
    parts = [section.get("aria-labelledby") for section in reader.html.all("section")]
    told = [link.get("href")[1:] for link in links]
    assert len(told) > 3
    assert told == [part for part in parts if part in told], "in the order of the page"


def test_what_people_wrote_stays_text(address, reader):
    source = reader.get(address).text
    assert "<script>alert" not in source
    assert "</script><b>team" not in source


def figures_of(reader) -> list[dict[str, Any]]:
    scripts = reader.html.all("script", type="application/json")
    return [json.loads(script.text) for script in scripts]


@pytest.mark.browser
@pytest.mark.parametrize("width", [360, 1280])
def test_a_browser_draws_every_chart_within_the_page(closed, browser_page, width):
    server = make_server("127.0.0.1", 0, closed.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    site = f"http://127.0.0.1:{server.server_port}"
    try:
        page = browser_page(width=width)
        complaints: list[str] = []
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{site}/login")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        for name in ("report", "report/north", "report/pooled.coast"):
            page.goto(f"{site}/surveys/{closed.second}/{name}")
            for chart in page.locator(".chart").all():
                chart.scroll_into_view_if_needed()
                chart.locator("svg:visible").first.wait_for()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.locator("a[href*='plot.ly'], a[href*='plotly.com']").count() == 0
        assert complaints == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_sign_of_harm_stands_on_a_page_for_its_role_and_on_no_other(closed, reader):
    reader.get(f"/surveys/{closed.first}/harm")
    page = reader.html.text
    assert "Signs of harm: meant for the works council" in page
    assert "Only the consultants who run surveys of this client, and owners, can open" in page
    assert "In these groups, each with at least 10 answers" in page
    assert "North </script><b>team" in page
    for path in ("", "/report", "/report/north", "/method"):
        reader.get(f"/surveys/{closed.first}{path}")
        assert "often made to pay" not in reader.html.text
    verdict = next(g.verdict for g in closed.report(closed.first).groups if g.key == "north")
    assert "harm_signal" not in verdict.reasons


def test_without_a_sign_the_page_does_not_say_that_all_is_well(closed, reader):
    reader.get(f"/surveys/{closed.second}/harm")
    page = reader.html.text
    assert "That does not mean that nobody is being harmed" in page
