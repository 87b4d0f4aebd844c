"""Respondents' pages in German: complete, chosen without a cookie, kept while answering."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file

from survey.ballots.codes import CodeMistyped, person_code
from survey.ballots.payload import AnswerRefused, Response
from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.language import catalogue, gettext, speaking
from survey.questionnaire.shipped import shipped_text
from survey.services.agreeing import agree
from survey.services.answering import CodeUnknown, NotOpen, SurveyChanged, SurveyOver, submit
from survey.services.closing import close_survey
from survey.services.promises.checks import checks
from survey.services.promises.page import said
from survey.services.promises.settings import WHOLE_PROMISE, Settings
from survey.services.promises.table import meant, rows
from survey.services.released import NeverOpened, NotClosedYet
from survey.services.results import UnknownWord, words_of
from survey.services.surveys import UnknownSurvey
from survey.web.brake import TooManyCodes, TooManyTries, TooManyWords
from survey.web.respond import CodeMissing
from survey.web.uniform import ROOM
from tests.collecting import environment
from tests.web.checking import text_of

TOP = Path(__file__).resolve().parents[2]
MODULES = ["asking", "errors", "landing", "promises", "record", "respond", "result"]
PROGRAM = [
    *sorted((TOP / "survey/services/promises").glob("*.py")),
    *(TOP / f"survey/web/{name}.py" for name in MODULES),
    TOP / "survey/ballots/payload.py",
    TOP / "survey/report/team_words.py",
]
TEMPLATES = [
    *sorted((TOP / "templates/respond").glob("*.html")),
    *(TOP / f"templates/{name}.html" for name in ("base", "error", "landing", "layout")),
]
MARKS = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}
AS_IN_APP = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true"}
ERRORS: list[type[UserError]] = [
    AnswerRefused,
    CodeMissing,
    CodeMistyped,
    CodeUnknown,
    NeverOpened,
    NotClosedYet,
    NotOpen,
    SurveyChanged,
    SurveyOver,
    TooManyCodes,
    TooManyTries,
    TooManyWords,
    UnknownSurvey,
    UnknownWord,
]
FILLED_IN = re.compile(r"\{[a-z_]*\}|%\([a-z_]+\)s")
GERMAN = {"Accept-Language": "de-DE,de;q=0.9,en;q=0.5"}
ENGLISH = {"Accept-Language": "en-GB,en;q=0.9"}
ONLY_ENGLISH = """
id = "small"
version = "1.0"
languages = ["{language}"]
title.{language} = "Title"
intro.{language} = "Intro"
minutes = 1
source = "Made up"
licence = "CC0"

[[responses]]
id = "yes"
lo = 1
hi = 2
labels.{language} = ["A", "B"]
cant_say.{language} = "C"

[[sections]]
id = "one"
title.{language} = "One"

[[scales]]
id = "KEEN"
name.{language} = "Keen"
role = "capacity"
about.{language} = "Keen."
reliability = 0.7
prior_sd = 0.4
""" + "".join(
    f"""
[[items]]
id = "K{n}"
scale = "KEEN"
key = "+"
response = "yes"
section = "one"
text.{{language}} = "Item {n}"
"""
    for n in (1, 2, 3)
)


def texts() -> Iterator[str | tuple[str, ...]]:
    """Yield what is marked as a text in everything that makes a respondents' page."""
    for files, method in ((PROGRAM, "python"), (TEMPLATES, "jinja2.ext:babel_extract")):
        for file in files:
            options = AS_IN_APP if files is TEMPLATES else {}
            for _, text, *_ in extract_from_file(method, file, keywords=MARKS, options=options):
                yield text
    yield from (error.sentence() for error in ERRORS)


TEXTS = sorted(set(texts()), key=str)


def test_every_text_of_respondents_is_translated_and_fills_in_the_same():
    german = catalogue("de")
    assert len(TEXTS) > 300
    for text in TEXTS:
        one, many = text if isinstance(text, tuple) else (text, text)
        told = german.get(one)
        assert told, f"write the German of this into survey/locale/de/respond.po: {one}"
        assert len(told) == (2 if isinstance(text, tuple) else 1), one
        for english, translated in zip((one, many), told, strict=False):
            filled = [set(FILLED_IN.findall(words)) for words in (english, translated)]
            assert filled[0] == filled[1], f"{english} -> {translated}"


def pieces() -> tuple[set[str], list[str]]:
    """Return what must not be read in German: short texts as a whole, and parts of longer ones."""
    whole, parts = set(), []
    for text in TEXTS:
        for words in text if isinstance(text, tuple) else (text,):
            if gettext_in_german(words) == words:
                continue
            found = [p.strip() for p in re.split(rf"{FILLED_IN.pattern}|<[^>]+>", words)]
            long = [" ".join(p.split()) for p in found if len(p) >= 14]
            parts += long
            whole |= set() if long else {words}
    return whole, parts


def gettext_in_german(words: str) -> str:
    with speaking("de"):
        return gettext(words)


WHOLE, PARTS = pieces()


def assert_german(page, told=GERMAN) -> None:
    """Nothing on the page is one of our English texts, in what is seen or in what is read out."""
    assert page.html.one("html").get("lang") == "de"
    seen = " ".join(page.html.root.itertext())
    read = [e.get(a) or "" for e in page.html.elements() for a in ("aria-label", "data-where")]
    plain = " ".join([seen, *read]).split()
    text = " ".join(plain)
    assert [part for part in PARTS if part in text] == []
    nodes = {" ".join(t.split()) for t in page.html.root.itertext()} | set(read)
    assert nodes & WHOLE == set()


@pytest.fixture
def german(page):
    """Fetch a page as a German browser does, and read it."""

    def fetch(address, data=None, status=200, headers=GERMAN):
        send = page.get if data is None else page.post
        more = {} if data is None else {"data": data}
        response = send(address, status=status, headers=headers, **more)
        assert "Accept-Language" in response.headers["Vary"]
        assert_german(page)
        return response

    return fetch


def test_the_way_of_a_respondent_is_german_from_the_first_page_to_the_thanks(
    page, german, surveys, clock
):
    survey = surveys.open(
        results_on=(clock() + timedelta(days=20)).date(),
        closable_from=clock() + timedelta(days=2),
        spare=2,
        masked=("Ada Meier",),
    )
    address = f"/s/{survey.slug}"
    german(address)
    assert page.html.h1 == "Wie dieses Team zusammenarbeitet"
    assert "die geplante Arbeitsweise „the shared selling process“" in page.html.text
    assert "bis Samstag, 5. Dezember 2026, 09:00 Uhr (Europe/Berlin)" in page.html.text
    german(address, {"T1": "9", "pick": ["fear", "past", "goals", "other"]}, status=422)
    assert page.html.title.startswith("Fehler: ")
    for code in ("", "hello", person_code()):
        german(address, {"code": code, "T1": "2"})
        assert page.html.h1 == "Bitte prüfen Sie Ihren Code"
    german(address, {"code": survey.codes["north"][0]})
    assert page.html.h1 == "Ihre Antworten sind angekommen"
    onward = page.html.one("a").get("href")
    german(onward.partition("#")[0])
    for rest in ("/who", "/record", "/result"):
        german(address + rest)
    clock.pass_(days=13)
    german(address)
    assert page.html.h1 == "Diese Befragung ist beendet"
    german(address, {"code": survey.codes["north"][1]}, status=410)


def test_a_survey_with_other_settings_is_german_too(page, german, surveys, clock):
    survey = surveys.open(
        scheme="two of three",
        holders=("Ada", "Grace, Wien", "Eva"),
        practice="",
        questionnaire_text=shipped_text("climate"),
        critical=(),
    )
    for rest in ("", "/who", "/result"):
        german(f"/s/{survey.slug}{rest}")
    german("/")
    german("/s/no-such-survey", status=404)
    german("/no-such-page", status=404)
    german(f"/s/{survey.slug}/who", {}, status=405)


def test_the_result_of_a_group_and_the_closing_record_are_german(
    page, german, surveys, sessions, clock
):
    units = (
        Unit("all", "Northgate", None, 0),
        Unit("north", "Sales North", "all", 8),
        Unit("crane", "Crane", "all", 4),
        Unit("rope", "Ropes", "all", 4),
    )
    day = (clock() + timedelta(days=14)).date()
    survey = surveys.open(units=units, results_on=day)
    address = f"/s/{survey.slug}/result"
    columns = environment().columns
    for unit, many in {"north": 7, "crane": 3, "rope": 3}.items():
        for at, code in enumerate(survey.codes[unit][:many]):
            with sessions() as session:
                answers = {column: 2 + (at + len(column)) % 3 for column in columns}
                submit(session, survey.slug, code, Response(answers), clock())
    clock.pass_(days=15)
    german(address)
    assert "Diese haben: Eva Lindqvist; the works council." in page.html.text
    close_survey(sessions, surveys.keys, survey.slug, survey.opening_codes[:1], clock(), workers=1)
    with sessions() as session:
        words = dict(words_of(session, survey.slug))
        for at in (1, 3, 4, 5):
            until = clock().date() + timedelta(days=at)
            agree(session, survey.slug, "north", "das Team", "Etwas tun", until, clock())
    german(address)
    german(address, {"word": ""})
    german(address, {"word": "no such"})
    for unit in ("Sales North", "Crane"):
        german(address, {"word": words[unit]})
        assert page.html.h1 == unit
    assert "Vertrauen" in page.html.text
    assert "Trust" not in page.html.text
    german(f"/s/{survey.slug}/record")
    german(f"/s/{survey.slug}")


def test_a_survey_whose_rows_were_changed_says_so_in_german(german, opened, sessions):
    from sqlalchemy import text

    with sessions() as session, session.begin():
        session.execute(text("update survey set help_contact = 'Mallory'"))
    german(f"/s/{opened.slug}", status=409)


@pytest.mark.parametrize(
    ("asked", "headers", "read"),
    [
        ("", {}, "en"),
        ("", ENGLISH, "en"),
        ("", GERMAN, "de"),
        ("", {"Accept-Language": "fr, de;q=0.3, en;q=0.2"}, "de"),
        ("", {"Accept-Language": "fr"}, "en"),
        ("", {"Accept-Language": "de;q=x, ;;, en;q=0"}, "en"),
        ("?lang=de", ENGLISH, "de"),
        ("?lang=en", GERMAN, "en"),
        ("?lang=fr", GERMAN, "de"),
        ("?lang=%22%3E%3Cb%3E", ENGLISH, "en"),
    ],
)
def test_the_address_decides_else_the_browser_else_the_survey(page, opened, asked, headers, read):
    for rest in ("", "/thanks", "/who", "/record", "/result"):
        page.get(f"/s/{opened.slug}{rest}{asked}", headers=headers)
        assert page.html.one("html").get("lang") == read
        assert "<b>" not in page.html.source


@pytest.mark.parametrize(("language", "headers"), [("en", GERMAN), ("de", ENGLISH)])
def test_a_survey_in_one_language_is_read_in_that_one_to_the_end(page, surveys, language, headers):
    text = ONLY_ENGLISH.format(language=language)
    survey = surveys.open(questionnaire_text=text, critical=(), practice="")
    address = f"/s/{survey.slug}"
    page.get(address, headers=headers)
    assert page.html.one("html").get("lang") == language
    assert not [a for a in page.html.all("a") if a.get("hreflang")]
    page.post(address, {"code": survey.codes["north"][0]}, status=200, headers=headers)
    page.get(page.html.one("a").get("href").partition("#")[0], headers=headers)
    assert page.html.one("html").get("lang") == language


def test_a_language_that_the_program_does_not_speak_is_named_beside_its_questions(page, surveys):
    text = ONLY_ENGLISH.format(language="pt-BR")
    survey = surveys.open(questionnaire_text=text, critical=(), practice="")
    page.get(f"/s/{survey.slug}", headers=GERMAN)
    assert page.html.one("html").get("lang") == "en"
    assert page.html.one("form").get("lang") == "pt-BR"


def test_who_chose_a_language_keeps_it_on_every_way_on(page, opened):
    address = f"/s/{opened.slug}"
    page.get(f"{address}?lang=de", headers=ENGLISH)
    ways = [a.get("href") for a in page.html.all("a") if (a.get("href") or "").startswith("/s/")]
    assert f"{address}/who?lang=de" in ways
    assert page.html.one("form").get("action") == f"{address}?lang=de"
    page.post(f"{address}?lang=de", {"T1": "9"}, status=422, headers=ENGLISH)
    assert_german(page)
    page.post(f"{address}?lang=de", {"code": "hello"}, status=200, headers=ENGLISH)
    assert_german(page)
    assert page.html.one("form").get("action") == f"{address}?lang=de"
    page.post(f"{address}?lang=de", {"code": opened.codes["desk"][0]}, 200, headers=ENGLISH)
    onward = page.html.one("a").get("href")
    assert "/thanks?lang=de#" in onward
    page.get(onward.partition("#")[0], headers=ENGLISH)
    assert_german(page)


def test_each_page_leads_to_the_other_languages_of_the_survey(page, opened):
    for rest in ("", "/who", "/record", "/result"):
        page.get(f"/s/{opened.slug}{rest}", headers=GERMAN)
        (link,) = [a for a in page.html.all("a") if a.get("hreflang")]
        assert (text_of(link), link.get("href"), link.get("lang")) == ("English", "?lang=en", "en")


def test_the_page_is_the_same_for_everyone_who_reads_it_in_one_language(page, opened):
    address = f"/s/{opened.slug}"
    first = page.get(address, headers=GERMAN).data
    english = page.get(address, headers=ENGLISH).data
    page.post(address, {"code": opened.codes["north"][0]}, status=200, headers=GERMAN)
    other = {"Accept-Language": "de-AT", "User-Agent": "another"}
    assert page.get(address, headers=other).data == first
    assert page.get(address).data == english != first


def test_in_german_too_an_answer_tells_from_outside_nothing_about_the_code(german, opened):
    address = f"/s/{opened.slug}"
    codes = ("", "hello", person_code(), opened.codes["north"][0])
    answers = [german(address, {"code": code, "open-O1": '"' * 600}) for code in codes]
    assert len({len(answer.data) for answer in answers}) == 1
    with speaking("de"):
        for error in (CodeMistyped, CodeMissing, CodeUnknown, TooManyCodes):
            assert len(str(error()).encode()) <= ROOM


@pytest.mark.parametrize("scheme", ["one of two", "two of three"])
def test_what_is_promised_in_german_is_no_more_than_in_english(scheme):
    told = replace(Settings(), scheme=scheme)
    with speaking("de"):
        shown = rows(told)
        texts = [str(part) for row in shown for part in vars(row).values()]
        texts += [str(part) for part in vars(said(told)).values()]
        texts += [part for check in checks(told) for part in (check.claim, check.yourself)]
        whole = gettext(WHOLE_PROMISE)
    text = " ".join(texts)
    assert text.count("anonym") == text.count(whole) == 1
    assert not [w for w in ("100 %", "garantiert", "unmöglich", "absolut") if w in text.lower()]
    named = re.findall("siehe „([^“]+)“", text)
    assert len(named) > 4
    assert [name for name in named if not meant(name, shown)] == []


def test_in_german_too_a_row_leads_to_the_row_that_it_names(german, page, opened):
    german(f"/s/{opened.slug}/who")
    leads = {text_of(link): link.get("href") for link in page.html.all("a")}
    assert leads["Zwei Kolleginnen oder Kollegen"] == "#two_colleagues"
    assert leads["Der Betreiber"] == "#host"
    assert leads["Der Betreiber mit einem Öffnungscode"] == "#host_one_code"
    assert leads["Wer eine Kopie hat"] == "#backup"


@pytest.mark.browser
def test_the_code_survives_a_change_of_language_and_stays_out_of_the_address(
    browser_page, served, opened
):
    code, address = opened.codes["north"][0], f"{served}/s/{opened.slug}"
    page = browser_page(width=360)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}#{code}")
    page.click("a[hreflang=de]")
    page.wait_for_url(f"{address}?lang=de")
    assert page.inner_text("h1") == "Wie dieses Team zusammenarbeitet"
    assert page.input_value("#code") == code
    assert not [url for url in asked if code in url.partition("#")[0]]
    page.click("a[hreflang=en]")
    page.wait_for_url(f"{address}?lang=en")
    assert page.input_value("#code") == code
