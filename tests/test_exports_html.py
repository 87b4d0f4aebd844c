"""The report as one file: it is complete, it loads nothing, and names in it do no harm."""

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import html5lib
import pytest
from hypothesis import given, settings

from survey.disclosure.values import Withheld
from survey.exports.html import render_html, write_html
from survey.report import method, verdict_words, words
from survey.report.model import Report
from survey.services.outputs import OutputNotWritable
from tests.report_factory import (
    FACTS,
    TOO_FEW,
    make_change,
    make_group,
    make_practice,
    make_report,
    reports,
)
from tests.report_factory import QUESTIONNAIRE as ASKED

UNJUDGED = {"verdict": None, "practices": (), "index": Withheld("not_asked")}


class Page(HTMLParser):
    """What a browser would find in a page: elements with their attributes, and the text."""

    def __init__(self, source):
        super().__init__(convert_charrefs=True)
        self.elements, self.inside, self.text, self.kept = [], "", "", []
        self.feed(source)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        self.inside = tag
        if tag in ("script", "style"):
            self.kept.append((tag, dict(attrs), ""))

    def handle_data(self, data):
        if self.inside in ("script", "style"):
            tag, attrs, text = self.kept[-1]
            self.kept[-1] = tag, attrs, text + data
        else:
            self.text += data

    def handle_endtag(self, tag):
        self.inside = ""


@pytest.fixture(scope="module")
def report():
    north = make_group("North", 12, 14, changes=(make_change("TRUST", 0.8),))
    south = make_group("South", 8, 12, {"PAST": TOO_FEW})
    together = make_group("Small units", 9, 15, kind="pooled", units=("West", "East"), verdict=None)
    return make_report(north, south, together, left_out=("Owl",))


@pytest.fixture(scope="module")
def page(report):
    return Page(render_html(report))


def text_of(page):
    return " ".join(page.text.split())


def test_it_holds_the_next_thirty_days_of_each_group_that_has_them(report, page):
    ids = {attrs.get("id") for _, attrs in page.elements}
    links = {attrs.get("href") for tag, attrs in page.elements if tag == "a"}
    planned = [g for g in report.groups if g.verdict]
    assert planned
    for group in planned:
        assert f"days-{group.key}" in ids
        assert f"#days-{group.key}" in links
    assert "days-small-units" not in ids, "it has no verdict"
    assert "says what to mend first, what to say and when to stop" in text_of(page)


def test_advice_that_rests_on_what_is_not_shown_says_so(report):
    resting = (
        "Below 10 answers for a practice, knowing and doing are not shown; the advice still rests "
        "on them, in coarse classes."
    )
    north, south = report.groups[:2]
    assert resting in text_of(Page(render_html(report, south)))
    assert "Below 10 answers" not in text_of(Page(render_html(report, north)))


def test_it_says_how_it_is_decided_and_what_the_words_mean(report, page):
    said = text_of(page)
    assert "Where its interval takes in zero, it cannot be told whether teams differ." in said
    assert "How the finding is decided" in said
    assert said.count("Likely: at least 8 in 10. Very likely: at least 9 in 10.") > 1
    assert "It does not cover that those who kept silent may see it differently." in said
    assert "That those who kept silent would have answered like those who answered." in said
    marks = [attrs for tag, attrs in page.elements if attrs.get("class") == "key marks"]
    assert len(marks) == len(report.groups), "each chart of dimensions has a key"


def test_where_no_survey_was_taken_it_names_no_role_for_signs_of_harm(report):
    asks = replace(ASKED.readiness, harm_items=(ASKED.items[0].id,))
    asked = replace(report, questionnaire=replace(ASKED, readiness=asks))
    assert "go to the role that was named" in text_of(Page(render_html(asked)))
    analysed = replace(asked, facts=replace(FACTS, opened=None, closed=None))
    said = text_of(Page(render_html(analysed)))
    assert "Signs of harm are not reported here." in said
    assert "go to the role that was named" not in said


def test_it_says_the_finding_the_verdicts_and_who_is_left_out(report, page):
    said = text_of(page)
    assert verdict_words.overview(report)[0] in said
    for group in report.groups:
        assert verdict_words.headline(group, report) in said
        assert words.answered_text(group) in said
    assert "Nothing is shown of Owl: fewer than 5 people answered" in said
    assert "Small units of" not in said
    assert "West and East" in said


def test_it_says_how_it_was_made_and_what_nobody_may_conclude(report, page):
    said = text_of(page)
    assert all(claim in said for claim in method.NEVER_CLAIMED)
    for rule, value in method.cut_offs(report.questionnaire):
        assert rule in said
        assert " ".join(value.split()) in said
    assert "questionnaire environment, version test" in said


def test_every_figure_has_its_numbers_in_a_table(page):
    charts = [attrs for tag, attrs in page.elements if attrs.get("class") == "chart"]
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    # The map, where to start, who answered; three of dimensions, one of changes, one of gaps.
    assert len(charts) == 3 + 3 + 1 + 1
    assert len(ids) == len(set(ids))
    for chart in charts:
        assert chart["aria-label"]
        assert chart["data-wide"] in ids
        assert chart["data-narrow"] in ids
    assert sum(tag == "table" for tag, _ in page.elements) >= len(charts)


def test_it_is_well_formed(report):
    html5lib.HTMLParser(strict=True).parse(render_html(report))


def test_it_loads_nothing_and_sends_nothing(page):
    for tag, attrs in page.elements:
        assert tag not in ("iframe", "object", "embed", "form", "base", "img", "link")
        assert "src" not in attrs
        assert "style" not in attrs
        assert not any(name.startswith("on") for name in attrs)
        assert attrs.get("href", "#").startswith("#")
    styles = " ".join(text for tag, _, text in page.kept if tag == "style")
    assert set(re.findall(r"url\((.{5})", styles)) == {"data:"}
    assert "@import" not in styles


def test_its_policy_allows_its_own_scripts_and_styles_and_nothing_else(page):
    (policy,) = [a["content"] for _, a in page.elements
                 if a.get("http-equiv") == "Content-Security-Policy"]  # fmt: skip
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules.pop("default-src") == "'none'"
    for kind in ("script", "style"):
        inside = [t for tag, a, t in page.kept if tag == kind and a.get("type") is None]
        hashes = {
            f"'sha256-{base64.b64encode(hashlib.sha256(t.encode()).digest()).decode()}'"
            for t in inside
        }
        assert set(rules.pop(f"{kind}-src").split()) == hashes
    assert rules == {
        "font-src": "data:", "img-src": "data:", "base-uri": "'none'", "form-action": "'none'",
    }  # fmt: skip


def test_every_figure_in_it_carries_the_configuration_that_sends_nothing(page):
    figures = [json.loads(t) for _, a, t in page.kept if a.get("type") == "application/json"]
    assert figures
    for figure in figures:
        assert figure["config"]["showSendToCloud"] is False
        assert figure["config"]["plotlyServerURL"] == ""


def test_names_and_comments_that_look_like_code_stay_text(report):
    evil = "</script><script>alert(1)</script>"
    practice = make_practice(replace(ASKED.practices[0], label={"en": evil}))
    comments = (({"en": evil}, (evil, "=1+1")),)
    group = make_group(
        evil, 12, 14, key="evil", units=(evil,), comments=comments, practices=(practice,)
    )
    facts = replace(FACTS, title=evil, client=evil, practice=evil)
    bad = Page(render_html(make_report(group, make_group(), left_out=(evil,), facts=facts)))
    good = Page(render_html(make_report(make_group("North", 12, 14), make_group())))
    assert evil in bad.text
    assert [a for t, a, _ in bad.kept if t == "script" and "type" not in a] == [{}, {}]
    assert {t for t, _ in bad.elements} <= {t for t, _ in good.elements} | {"h3"}


def test_a_report_without_verdicts_reads_well():
    report = make_report(make_group(**UNJUDGED), make_group("South", 12, 14, **UNJUDGED))
    said = text_of(Page(render_html(report)))
    assert "These scales have no verdict." in said
    assert "No verdict" not in said
    assert "What stands out" in said
    assert "What it turns on" not in said
    assert "A dimension blocks" not in said
    assert "North: nothing stands out clearly" in said


def test_a_report_of_nothing_says_so():
    report = replace(make_report(), groups=(), organisation=None, left_out=("North", "South"))
    said = text_of(Page(render_html(report)))
    assert "Too few answers to show anything" in said
    assert "Nothing is shown of North and South" in said


def test_the_same_report_gives_the_same_file(report):
    assert render_html(report) == render_html(report)


@settings(max_examples=6, deadline=None)
@given(reports())
def test_any_report_can_be_written(report: Report):
    assert render_html(report).startswith("<!doctype html>")


def test_it_is_written_whole_or_not_at_all(report, tmp_path, monkeypatch):
    file = tmp_path / "report.html"
    write_html(report, file)
    assert file.read_text(encoding="utf-8") == render_html(report)
    assert list(tmp_path.iterdir()) == [file]
    before = file.read_bytes()

    def full(_pieces, _file):
        raise OSError(28, "No space left on device", str(file))

    monkeypatch.setattr("survey.exports.html.write_text", full)
    with pytest.raises(OutputNotWritable, match="No space left on device"):
        write_html(report, file)
    assert file.read_bytes() == before
    assert list(tmp_path.iterdir()) == [file]


def opened(browser_page, file, width, **more):
    """Open a file, scroll through it, and return the page with what it asked for and complained."""
    shown = browser_page(width=width, height=900, **more)
    asked, complaints = [], []
    shown.on("request", lambda request: asked.append(request.url))
    shown.on("console", lambda message: complaints.append(message.text))
    shown.on("pageerror", lambda error: complaints.append(str(error)))
    shown.goto(file.as_uri())
    if more.get("java_script_enabled", True):
        shown.evaluate(
            "async () => { for (let y = 0; y < document.body.scrollHeight; y += 700) {"
            "scrollTo(0, y); await new Promise(r => setTimeout(r, 40)); } }"
        )
    return shown, [url for url in asked if not url.startswith("data:")], complaints


@pytest.mark.browser
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark"), (320, "light")])
def test_a_browser_draws_every_figure_and_asks_nobody(
    browser_page, report, tmp_path, width, scheme
):
    file = tmp_path / "report.html"
    write_html(report, file)
    shown, asked, complaints = opened(browser_page, file, width, color_scheme=scheme)
    assert asked == [file.as_uri()]
    assert complaints == []
    charts = "[...document.querySelectorAll('.chart')]"
    assert shown.evaluate(f"{charts}.length") == 8
    shown.wait_for_function(f"{charts}.every(c => c.querySelector('svg.main-svg'))")
    assert shown.evaluate("document.documentElement.scrollWidth") <= width
    assert shown.evaluate("document.querySelectorAll('.modebar').length") == 0
    wrong = f"{charts}.filter(c => c.querySelector('.main-svg').clientWidth > c.clientWidth + 1)"
    assert shown.evaluate(f"{wrong}.length") == 0
    ground = shown.evaluate("getComputedStyle(document.querySelector('.main-svg')).backgroundColor")
    assert ground == ("rgb(16, 25, 32)" if scheme == "dark" else "rgb(255, 255, 255)")


@pytest.mark.browser
def test_without_a_script_all_numbers_can_be_read(browser_page, report, tmp_path):
    file = tmp_path / "report.html"
    write_html(report, file)
    shown, asked, _ = opened(browser_page, file, 360, java_script_enabled=False)
    assert asked == [file.as_uri()]
    numbers = shown.locator("details.numbers table")
    assert numbers.count() >= 6
    assert all(table.is_visible() for table in numbers.all())
    assert shown.get_by_text("The figures need JavaScript").is_visible()
