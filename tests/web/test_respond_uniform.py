"""Success and every bad code look alike on the line: status, headers, length, over real sockets."""

import os
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import pytest
from flask import request
from markupsafe import escape

from survey.ballots import fingerprint
from survey.ballots.codes import CodeMistyped, person_code
from survey.questionnaire.shipped import find, shipped_text
from survey.services.answering import CodeUnknown
from survey.services.surveys import survey_view
from survey.web import uniform
from survey.web.asking import fields, longest, parts, read
from survey.web.brake import TooManyCodes
from survey.web.respond import CodeMissing
from tests.web.checking import Pages, text_of

REAL_N = fingerprint.SCRYPT_N
ENVIRONMENT = find("environment")
COLUMNS = ENVIRONMENT.columns
OPEN = [f"open-{question.id}" for question in ENVIRONMENT.open_questions]
assert ENVIRONMENT.pick_list
PICKS = [option.id for option in ENVIRONMENT.pick_list.options][:3]
FOUR = [option.id for option in ENVIRONMENT.pick_list.options][:4]


def everything(character: str) -> dict[str, object]:
    """Every question answered, and as much written as is allowed."""
    ticked = dict.fromkeys(COLUMNS, "4") | {"tenure": "1to3"}
    return {**ticked, **dict.fromkeys(OPEN, character * 600), "pick": PICKS}


def raw(address: str, data: dict[str, object]) -> bytes:
    """Send a form over a connection of its own; return every byte of the answer."""
    there = urlsplit(address)
    body = urlencode(data, doseq=True).encode()
    head = (
        f"POST {there.path} HTTP/1.1\r\nHost: {there.netloc}\r\nOrigin: null\r\n"
        "Accept-Encoding: gzip, br\r\nConnection: close\r\nCookie: headwind=x\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection((there.hostname or "", there.port or 0), 10) as line:
        line.sendall(head.encode() + body)
        return b"".join(iter(lambda: line.recv(1 << 16), b""))


def outside(answer: bytes) -> tuple[object, ...]:
    """What can be told from outside: lengths, the status, the names and values of headers."""
    head, _, body = answer.partition(b"\r\n\r\n")
    status, *headers = head.split(b"\r\n")
    dated = [h.partition(b":")[0] if h.startswith(b"Date:") else h for h in headers]
    return len(answer), len(body), status, dated


def assert_alike(address: str, codes: list[str], bad: list[str]) -> None:
    seen = set()
    for answers in ({}, everything('"'), everything("&"), everything("\U0001d11e")):
        taken = raw(address, answers | {"code": codes.pop()})
        assert b"Your answers have arrived" in taken
        refused = [raw(address, answers | {"code": code}) for code in bad]
        assert all(b"Please check your code" in answer for answer in refused)
        seen |= {repr(outside(answer)) for answer in (taken, *refused)}
    assert len(seen) == 1, seen
    assert b" 200 OK\r\n" in taken
    assert b"Cache-Control: no-store, no-transform\r\n" in taken
    assert b"Set-Cookie" not in taken
    assert b"Content-Encoding" not in taken


def test_an_answer_tells_from_outside_nothing_about_the_code(served, surveys, opened):
    bad = ["", "hello", "K7M2QX-ABCDEF-123456", person_code(), surveys.open().codes["desk"][0]]
    assert_alike(f"{served}/s/{opened.slug}", list(opened.codes["north"]), bad)


@pytest.mark.server
def test_a_page_with_a_fault_is_as_long_whatever_was_written_beside_it(served, opened):
    told = [
        raw(f"{served}/s/{opened.slug}", answers | {"pick": FOUR, "code": opened.codes["north"][0]})
        for answers in ({}, everything("x"), everything("&"))
    ]
    assert all(b"you ticked 4" in answer for answer in told)
    assert all(b"Cache-Control: no-store, no-transform\r\n" in answer for answer in told)
    assert len({repr(outside(answer)) for answer in told}) == 1


def test_so_it_is_with_the_server_that_is_shipped(config, surveys, clock, monkeypatch):
    monkeypatch.setattr(fingerprint, "SCRYPT_N", REAL_N)  # the server computes the words, too
    clock.now = datetime.now(UTC)
    opened = surveys.open()
    surveys.sessions.kw["bind"].dispose()
    process = subprocess.Popen(
        [Path(sys.executable).with_name("headwind"), "run", "--port", "0"],
        env={**os.environ, "HEADWIND_INSTANCE": str(config.instance)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        site = next(line.split()[1] for line in process.stdout if line.startswith("Headwind: "))
        codes, bad = list(opened.codes["north"]), ["", "hello", person_code()]
        assert_alike(f"{site}s/{opened.slug}", codes, bad)
    finally:
        process.terminate()
        process.communicate(timeout=20)


def test_the_size_holds_the_longest_lawful_answers_of_any_survey(app, surveys, clock):
    """Up to the brim: one page longer than was reckoned with fails, and is no page."""
    for name in ("environment", "climate"):
        view = view_of(surveys, name, clock)
        most = longest(parts(view.questionnaire, view.practice, "en"), view.questionnaire.columns)
        with app.test_request_context():
            replies = uniform.replies(view, most)
            page = replies.bad_code(most, "x" * uniform.ROOM)
            assert len(page.data) == replies.size
            assert len(page.data.rstrip()) > replies.size - uniform.STEP
            with pytest.raises(uniform.TooLong):
                replies.bad_code(most, "x" * (uniform.ROOM + uniform.STEP))


@pytest.mark.parametrize("error", [CodeMistyped, CodeMissing, CodeUnknown, TooManyCodes])
def test_no_sentence_about_a_code_is_longer_than_its_room(error):
    assert len(escape(str(error())).encode()) <= uniform.ROOM


def test_what_a_page_carries_along_is_read_as_the_same_answers(app, surveys, clock):
    view = view_of(surveys, "environment", clock)
    pages = parts(view.questionnaire, view.practice, "en")
    most = longest(pages, view.questionnaire.columns)
    with app.test_request_context("/", method="POST", data=multi(fields(most))):
        assert read(request.form, pages, view.questionnaire.columns) == (most, ())


def test_what_was_typed_survives_the_page_letter_by_letter(page: Pages, opened):
    odd = "a \"quote\" & <b>, 'one'\n\n  indented\nẞ 𝄞 ن"
    page.post(f"/s/{opened.slug}", {"open-O1": odd}, status=200)
    assert page.html.one("input", name="open-O1").get("value") == odd
    assert "Nothing was stored yet" in text_of(page.html.one("div", class_="errsum"))


def multi(pairs):
    data: dict[str, list[str]] = {}
    for name, value in pairs:
        data.setdefault(name, []).append(value)
    return data


def view_of(surveys, name, clock):
    opened = surveys.open(questionnaire_text=shipped_text(name), critical=())
    with surveys.sessions() as session:
        return survey_view(session, opened.slug, clock())
