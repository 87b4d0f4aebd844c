"""Codes sent back to be printed: only those of this survey, and nothing of them stays anywhere."""

import io
import re
import tempfile
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest
from pypdf import PdfReader

from survey.app import create_app
from survey.ballots.codes import opening_code, person_code
from survey.storage.workspace import Client
from survey.web.cards import MOST, MOST_UNITS, UnitCodes, parcels, together
from survey.web.turns import AT_ONCE
from tests.web.checking import text_of
from tests.web.conftest import Consultant
from tests.web.preparing import its_client, only, open_one

CODE = re.compile(r"\b[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}\b")


def send(console, slug, codes=(), spare=(), status=200, **more):
    """Send codes as the page does that shows them; return the answer."""
    console.get(f"/surveys/{slug}/check")
    token = console.html.all("input", name="csrf_token")[0].get("value")
    sent = {"csrf_token": token, "codes": " ".join(codes), "spare": " ".join(spare)} | more
    return console.post(f"/surveys/{slug}/cards", sent, status)


def shown_forms(console, action):
    """The hidden fields of each form on the page that leads somewhere, by the name of the field."""
    forms = [form for form in console.html.all("form") if form.get("action").endswith(action)]
    return [
        {f.get("name"): f.get("value") for f in form.iter("input") if f.get("name") != "csrf_token"}
        for form in forms
    ]


def test_the_page_has_a_form_for_each_unit_and_one_for_all_with_every_code_once(console, sessions):
    client = its_client(console)
    with sessions() as session, session.begin():
        session.get_one(Client, client).language = "de"
    open_one(console, spare="2")
    printed = [b.get("value") for b in console.html.all("button", name="language")]
    assert printed[:4] == ["de", "en", "de", "en"], "the client's language comes first"
    table = console.html.one("textarea", id="table").text
    codes = re.findall(r"#([0-9A-Z-]+)", table)
    everything, night, day = shown_forms(console, "/cards")
    assert sorted(f"{everything['codes']} {everything['spare']}".split()) == sorted(codes)
    many = [len(unit[name].split()) for unit in (night, day) for name in ("codes", "spare")]
    assert many == [12, 2, 9, 2]
    assert f"{night['codes']} {day['codes']}" == everything["codes"]
    response = send(console, only(sessions), night["codes"].split(), night["spare"].split())
    assert sorted(CODE.findall(response.text)) == sorted(
        night["codes"].split() + night["spare"].split()
    )
    assert "Day shift" not in response.text


def test_without_a_browser_the_cards_are_a_page_to_print_oneself(console, opened):
    codes = opened.codes["north"]
    response = send(console, opened.slug, codes[:10], codes[10:])
    assert console.html.h1 == "Cards to print"
    assert sorted(CODE.findall(response.text)) == sorted(codes)
    assert len(console.html.all("div", class_="qr")) == len(codes)
    assert "Sales North: 12 cards" in console.html.text
    assert "2 spare cards, on pages of their own" in console.html.text
    spare = [text_of(s) for s in console.html.all("section", class_="paper spare")]
    assert len(spare) == 1
    assert sorted(CODE.findall(spare[0])) == sorted(codes[10:])
    assert opened.fingerprint in console.html.text
    assert "Sales South" not in console.html.text


def test_cards_speak_the_language_that_was_asked_for(console, opened):
    send(console, opened.slug, opened.codes["desk"], language="de")
    assert console.html.h1 == "Karten zum Drucken"
    assert console.html.one("html").get("lang") == "de"
    assert "So werden sie ausgeteilt" in console.html.text
    assert "Wie dieses Team zusammenarbeitet" in console.html.text
    assert "Draw" not in console.html.text


def test_each_card_names_the_result_words_of_its_own_unit_where_a_result_is_promised(
    console, surveys, clock
):
    day = clock.now.date().replace(month=12, day=24)
    opened = surveys.open(results_on=day)
    send(console, opened.slug, opened.codes["desk"])
    assert console.html.text.count(opened.result_words["desk"]) == len(opened.codes["desk"])
    assert opened.result_words["north"] not in console.html.text
    assert "from 24 December 2026 on" in console.html.text


@pytest.mark.parametrize("kind", ["forged", "another survey's", "mistyped", "none", "too many"])
def test_what_is_no_code_of_this_survey_makes_no_cards(console, surveys, opened, kind):
    good = list(opened.codes["north"])
    sent = {
        "forged": [*good, person_code()],
        "another survey's": [*good, surveys.open().codes["north"][0]],
        "mistyped": [*good, good[0][:-1] + "*"],
        "none": [],
        "too many": [f"{at:06}-AAAAAA-BBBBBB" for at in range(MOST + 1)],
    }[kind]
    response = send(console, opened.slug, sent, status=400)
    assert not CODE.search(response.text), "no code is said again"
    assert ("at most 1000" if kind == "too many" else "not the codes of this survey") in (
        console.html.text
    )


def test_a_spare_code_sent_twice_is_one_card(console, opened):
    code = opened.codes["desk"][0]
    response = send(console, opened.slug, [code, code])
    assert CODE.findall(response.text) == [code]


def test_nobody_else_gets_cards(page, console, opened):
    sent = {"codes": " ".join(opened.codes["north"])}
    for answer in (
        page.post(f"/surveys/{opened.slug}/{what}", sent) for what in ("cards", "sheets")
    ):
        assert answer.location.startswith("/login?")
        assert not CODE.search(answer.text + answer.location)
    console.post(f"/surveys/{opened.slug}/cards", sent, 400)
    console.get(f"/surveys/{opened.slug}/cards", 405)


def test_opening_codes_are_printed_one_page_for_each_holder(console, surveys):
    opened = surveys.open(
        scheme="two of three", holders=("Eva Lindqvist", "the works council", "sealed, a spare")
    )
    console.get(f"/surveys/{opened.slug}/check")
    token = console.html.all("input", name="csrf_token")[0].get("value")
    sent = {"csrf_token": token, "codes": " ".join(opened.opening_codes)}
    console.post(f"/surveys/{opened.slug}/sheets", sent, 200)
    sheets = [text_of(s) for s in console.html.all("section")]
    for sheet, holder, code in zip(
        sheets, ("Eva", "the works council", "sealed"), opened.opening_codes, strict=True
    ):
        assert f"for {holder}" in sheet
        assert code in sheet
        assert sum(one in sheet for one in opened.opening_codes) == 1
        assert "any two of three codes" in sheet
    for wrong in (
        opened.opening_codes[:2],
        [*opened.opening_codes[:2], opening_code()],
        [opening_code(), *opened.opening_codes[1:]],
        [*opened.opening_codes[:2], opened.opening_codes[0]],
    ):
        response = console.post(
            f"/surveys/{opened.slug}/sheets", sent | {"codes": " ".join(wrong)}, 400
        )
        assert "not the opening codes of this survey" in console.html.text
        assert not any(code in response.text for code in opened.opening_codes)


def test_who_comes_while_many_files_are_made_is_asked_to_come_back(console, opened):
    with ExitStack() as turns:
        for _ in range(4):
            turns.enter_context(AT_ONCE)
        response = send(console, opened.slug, opened.codes["desk"], status=503)
        assert response.headers["Retry-After"] == "30"
    send(console, opened.slug, opened.codes["desk"])


def unit(name, asked, spare=0, by_mail=False):
    codes = tuple(f"{name}{at}" for at in range(asked + spare))
    return UnitCodes(name, asked, codes, "word", by_mail)


def test_large_units_come_in_parts_and_the_spare_ones_last():
    large = parcels([unit("a", 2 * MOST, 3), unit("b", 5)])
    assert [(p.name, p.part, p.parts, p.many <= MOST) for p in large] == [
        ("a", 1, 3, True),
        ("a", 2, 3, True),
        ("a", 3, 3, True),
        ("b", 1, 1, True),
    ]
    assert [len(p.spare) for p in large] == [0, 0, 3, 0]
    sent = [code for p in large[:3] for code in (*p.codes, *p.spare)]
    assert sent == list(unit("a", 2 * MOST, 3).codes)


@pytest.mark.parametrize("spare", [0, 1, 500, 1000])
@pytest.mark.parametrize("asked", [1, 999, 1000, 1001, 2500])
def test_no_part_is_too_large_to_be_printed(asked, spare):
    of = parcels([unit("a", asked, spare)])
    assert max(p.many for p in of) <= MOST
    assert sum(p.many for p in of) == asked + spare


def test_all_units_come_together_where_they_fit_into_one_document():
    whole = together([unit("a", 600), unit("b", 400)])
    assert whole is not None
    assert whole.many == MOST
    assert together([unit("a", 600), unit("b", 401)]) is None
    assert together([unit("a", 600)]) is None, "its own form does that"
    assert together([unit(f"{at}-", 1) for at in range(MOST_UNITS + 1)]) is None


def test_of_a_unit_that_is_written_to_only_the_spare_codes_are_printed():
    (spare,) = parcels([unit("a", 20, 2, by_mail=True)])
    assert (spare.codes, spare.spare) == ((), ("a20", "a21"))
    assert parcels([unit("a", 20, by_mail=True)]) == []


@pytest.mark.browser
def test_a_pdf_holds_every_code_and_leaves_none_behind(
    config, sessions, clock, surveys, account, chromium_path
):
    config = replace(config, browser=chromium_path, public_url="http://localhost")
    app = create_app(config, sessions=sessions, clock=clock)
    app.testing = True
    opened, console = surveys.open(), Consultant(app, clock)
    codes = opened.codes["north"]
    response = send(console, opened.slug, codes)
    assert response.mimetype == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Disposition"].startswith("inline")
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(response.data)).pages]
    assert sorted(CODE.findall("\n".join(pages))) == sorted(codes)
    traces = [codes[0].encode(), codes[-1].encode(), codes[0].replace("-", "").encode()]
    places = [config.instance, Path(tempfile.gettempdir()) / "headwind-browser-", Path("/dev/shm")]
    for place in places:
        left = place.rglob("*") if place.is_dir() else place.parent.glob(f"{place.name}*")
        for file in left:
            if file.is_file():
                assert not any(trace in file.read_bytes() for trace in traces), file
