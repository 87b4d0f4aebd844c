"""The page with the questions to take into the room, on the screen and on paper."""

import random
import re

import pytest

from survey.ballots.keys import KeyFolder
from survey.ballots.payload import Response
from survey.disclosure.values import Policy
from survey.exports.sections import WORDING
from survey.questionnaire.guide_files import guides_for
from survey.report.guiding import Matched
from survey.report.guiding_words import labels, sheet
from survey.report.model import Estimate
from survey.report.words import figure_text, interval_text
from survey.services.answering import submit
from survey.services.closing import close_survey
from survey.services.released import load_report
from tests.collecting import environment
from tests.report_factory import make_estimate, make_report, make_scale_result
from tests.web.checking import text_of
from tests.web.conftest import EMAIL, PASSWORD

PAGE = re.compile(rb"/Type\s*/Page\b")


def answers(rng: random.Random, low: bool) -> Response:
    """Answers a little above the middle; low ones on straight dealing, where that is asked for."""
    questionnaire = environment()
    given = {}
    for column in questionnaire.columns:
        item = next((i for i in questionnaire.items if i.id == column), None)
        healthy = 1 if low and item and item.scale == "OPEN" else rng.choice((3, 4, 5))
        given[column] = healthy if item is None or item.key == 1 else 6 - healthy
    return Response(given, None, (), {})


@pytest.fixture
def closed(surveys, sessions, config, clock, account) -> str:
    """A closed survey in which straight dealing is low in the north."""
    opened = surveys.open()
    rng = random.Random(1)
    for unit, many in {"north": 9, "south": 7}.items():
        for code in opened.codes[unit][:many]:
            with sessions() as session:
                submit(session, opened.slug, code, answers(rng, unit == "north"), clock())
    clock.pass_(days=13)
    keys = KeyFolder(config.keys)
    close_survey(sessions, keys, opened.slug, opened.opening_codes[:1], clock())
    return str(opened.slug)


def headings(console) -> list[str]:
    return [text_of(h2) for article in console.html.all("article") for h2 in article.iter("h2")]


def test_the_page_shows_the_guide_for_what_is_low_with_its_figure(closed, console, sessions, clock):
    console.get(f"/surveys/{closed}/report/north/questions")
    assert console.html.h1 == "Questions to take into the room: Sales North"
    assert headings(console)[0] == "Straight dealing"
    with sessions() as session:
        report = load_report(session, closed, clock())
    north = next(group for group in report.groups if group.key == "north")
    figure = next(d.figure for d in north.dimensions if d.id == "OPEN")
    assert isinstance(figure, Estimate)
    cited = f"Straight dealing: {figure_text(figure, Policy())} ({interval_text(figure)})"
    assert cited in console.html.text
    assert "the shared selling process hangs on it, as judged beforehand" in console.html.text
    assert "nobody is asked what they answered" in console.html.text


def test_the_sheets_can_be_read_in_german_and_any_other_word_gives_the_first_language(
    closed, console
):
    console.get(f"/surveys/{closed}/report/north/questions?language=de")
    assert headings(console)[0] == "Offenes Wort"
    assert "Niemand wird gefragt" in console.html.text
    assert {article.get("lang") for article in console.html.all("article")} == {"de"}
    console.get(f"/surveys/{closed}/report/north/questions?language=tlh%00")
    assert headings(console)[0] == "Straight dealing"


def test_what_is_no_group_has_no_questions_and_who_is_not_signed_in_sees_none(
    closed, console, page
):
    for key in ("all", "desk", "nobody", "%3Cscript%3E"):
        console.get(f"/surveys/{closed}/report/{key}/questions", 404)
    assert "/login" in page.get(f"/surveys/{closed}/report/north/questions", 303).location


def test_an_open_survey_has_no_questions_yet(opened, console):
    console.get(f"/surveys/{opened.slug}/report/north/questions", 404)
    assert "once the survey is closed" in console.html.text


def test_a_file_of_ones_own_is_used_and_one_with_faults_is_named(closed, console, config):
    shipped = guides_for(environment()).guides.get("OPEN")
    assert shipped
    folder = config.instance / "guides"
    folder.mkdir()
    (folder / "broken.toml").write_text("[[guides]", encoding="utf-8")
    console.get(f"/surveys/{closed}/report/north/questions")
    assert shipped.aim["en"] in console.html.text
    assert "broken.toml in the folder “guides” of this installation has faults" in console.html.text
    (folder / "broken.toml").unlink()
    (folder / "mine.toml").write_text(OWN, encoding="utf-8")
    console.get(f"/surveys/{closed}/report/north/questions")
    assert headings(console) == ["Parler & écouter"]
    assert "has faults" not in console.html.text


OWN = """
questionnaires = ["environment"]
version = "1.0"
languages = ["fr"]
source = "Made up"
licence = "CC0"
rules.fr = ["Ne nommez personne."]
[[guides]]
id = "OPEN"
title.fr = "Parler & écouter"
aim.fr = "Parler."
minutes = 30
leads = "team"
steps.fr = ["Commencer."]
questions.fr = ["Quand ?"]
avoid.fr = ["Ne pas juger."]
[[actions]]
guide = "OPEN"
who = "team"
days = 14
text.fr = "Essayer."
sign.fr = "On le voit."
source = "judgement"
"""


def every_sheet(app, language: str) -> tuple[str, int]:
    """All shipped guides as they stand on the page, whatever a group would get, and how many."""
    guides = guides_for(environment()).guides
    result = make_scale_result("COOP", make_estimate(2.2, "weak", edge="low"))
    report = make_report()
    matches = [Matched(guide, "low", (result,), hangs=True) for guide in guides.guides]
    macro = app.jinja_env.get_template("report/guide.html").make_module(dict(WORDING)).guide
    sheets = [sheet(match, report, guides, language) for match in matches]
    where = "Field North and everybody around, Working environment, second wave"
    return "".join(macro(one, labels(language), where) for one in sheets), len(sheets)


@pytest.mark.browser
def test_on_paper_every_guide_takes_one_sheet_in_either_language(closed, app, served, browser_page):
    page = browser_page(width=360)
    page.goto(f"{served}/login")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{served}/surveys/{closed}/report/north/questions")
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    for language in ("en", "de"):
        html, many = every_sheet(app, language)
        page.evaluate("html => document.querySelector('main').innerHTML = html", html)
        paper = page.pdf(format="A4", prefer_css_page_size=True)
        assert len(PAGE.findall(paper)) == many
