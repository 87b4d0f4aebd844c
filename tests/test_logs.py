"""No log and no other file holds a code, an answer or a visit of a respondent, whatever goes wrong.

The shipped server runs behind a real nginx with the shipped configuration, and everything that can
be logged is logged: see tests/support/behind.py. What PostgreSQL logs: test_logs_postgres.py.
"""

import http.client
import json
import os
import re
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.support.behind import BROWSER, MOST, RESPONDENT, VISITOR, Sent, Site, running_site
from tests.support.proxy import SHIPPED, NoNginx
from tests.support.talkative import LARGE, OTHERS, STEPS


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Iterator[Site]:
    try:
        with running_site(tmp_path_factory.mktemp("logs")) as site:
            yield site
    except NoNginx as fault:
        if os.environ.get("CI"):
            raise
        pytest.skip(str(fault))


pytestmark = pytest.mark.server


def test_every_log_is_on(site):
    """What another page is asked for stands in all of them, so the others could stand there too."""
    assert site.ask("GET", "/login?code=seen", source=VISITOR)[0] == 200
    site.settle()
    combined, debug, own = (
        (site.proxy.logs / name).read_text() for name in ("access.log", "error.log", "own.log")
    )
    assert f"{VISITOR} - - [" in combined
    assert '"GET /login?code=seen HTTP/1.1" 200' in combined
    assert 'http upstream request: "/login?code=seen"' in debug
    assert re.search(r"^\S+T\S+ GET /login 200 [\d.]+$", own, re.M)
    server, python = (log.read_text() for log in site.server_logs)
    assert "GET /login 200\n" in server
    assert "SELECT survey.slug" in python


def test_answers_arrive_and_leave_no_trace(site):
    person = site.somebody()
    status, page = site.ask("GET", site.address)
    assert status == 200
    (script,) = re.findall(rb'src="(/static/[^"]+respond[^"]*\.js)"', page)
    assert site.ask("GET", script.decode())[0] == 200
    assert b"Your answers have arrived" in site.send(person)[1]
    assert site.boxes() == 1
    assert site.ask("GET", f"{site.address}/thanks")[0] == 200
    assert site.traces() == []


def test_the_program_learns_the_address_and_nothing_else_of_a_respondent(site):
    """The address for the brake; nginx does not believe what a client says of itself."""
    with site.line() as line:
        headers = {
            "X-Fail": "tell",
            "User-Agent": BROWSER,
            "Cookie": "headwind=somebody",
            "Referer": "https://intranet.example.org/",
            "Accept-Language": "nds-DE",
            "X-Forwarded-For": "10.0.0.1",
            "X-Forwarded-Proto": "http",
            "X-Forwarded-Host": "elsewhere.example.org",
            "Forwarded": "for=10.0.0.1",
        }
        line.request("GET", f"{site.address}?code=x", headers=headers)
        answer = line.getresponse()
        url, address, told = json.loads(answer.headers["X-Told"])
    host = f"127.0.0.1:{site.proxy.port}"
    assert (url, address) == (f"https://{host}{site.address}", RESPONDENT)
    assert told == {
        "host": host,
        "x-forwarded-host": host,
        "x-forwarded-proto": "https",
        "x-forwarded-for": RESPONDENT,
        "accept-encoding": "identity",
        "x-fail": "tell",
    }


@pytest.mark.parametrize(
    ("address", "liked", "told"),
    [
        ("?lang=de", "en-GB,en;q=0.9", "de"),
        ("", "de-AT,de;q=0.9,en;q=0.5", "de"),
        ("?lang=en&code=x", "de", "en"),
        ("", "nds-DE", "en"),
    ],
)
def test_a_respondent_is_spoken_to_in_the_language_asked_for(site, address, liked, told):
    """Of the browser's languages two letters go on: whole lists tell one browser from others."""
    with site.line() as line:
        headers = {"Accept-Language": liked}
        line.request("GET", f"{site.address}{address}", headers=headers)
        assert f'<html lang="{told}"'.encode() in line.getresponse().read()


def test_nginx_packs_no_answer_to_a_sent_survey(site):
    """Packed, its size would tell whether the code was known."""
    sizes = set()
    for code in (None, "", "hello"):
        person = site.somebody()
        form = person.form | ({} if code is None else {"code": code})
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept-Encoding": "gzip, br"}
        with site.line() as line:
            line.request("POST", site.address, urlencode(form), kind)
            answer = line.getresponse()
            sizes.add((len(str(answer.headers)), len(answer.read())))
            assert "Content-Encoding" not in answer.headers
    assert len(sizes) == 1, sizes


def test_wrong_codes_leave_no_trace(site):
    person = site.somebody()
    for code in (person.code[:-1], person.code[1:] + person.code[0], "x" * 5000, ""):
        wrong = Sent(person.slug, code, person.comment)
        assert b"Please check your code" in site.send(wrong)[1]
    assert site.traces() == []


def test_a_code_in_the_wrong_place_of_the_address_leaves_no_trace(site):
    person = site.somebody()
    for code in (person.code, person.code.replace("-", "")):
        for wrong in (
            f"{site.address}?code={code}",
            f"{site.address}/{code}",
            f"{site.address}%23{code}",
            f"/{site.address}?{code}",
            f"//{site.address}/{code}",
            f"/%73/{site.place.slug}/{code}",
            f"/x/..{site.address}/{code}",
            f"{site.address.upper()}?{code}",
            f"{site.address.upper()}/{code}",
            f"/s?{code}",
        ):
            assert site.ask("GET", wrong)[0] < 500
            assert site.send(person, wrong)[0] < 500
    assert site.traces() == []


def test_our_own_formats_hold_no_code_from_any_address(site):
    """Mistyped, an address need not begin as those of respondents do."""
    person = site.somebody()
    for wrong in (f"/{person.code}", f"/?code={person.code}", f"/survey/{person.code}"):
        assert site.ask("GET", wrong, source=VISITOR)[0] in (200, 404)
    failing = {"X-Fail": "headers"}
    assert site.ask("GET", f"/{person.code}", source=VISITOR, **failing)[0] == 500
    site.settle()
    told = (site.proxy.logs / "own.log").read_text()
    assert " GET - 404 " in told
    assert " GET / 200 " in told
    assert not re.search(r"127\.|Kanari", told)
    assert not [s for s in person.shapes() if s in told.encode()]
    told = "".join(log.read_text() for log in site.server_logs)
    assert "GET - 404" in told
    assert person.code not in told
    # The format `combined` and the level `debug` have them: they are not ours.
    site.sent.remove(person)
    site.logs()


def test_what_is_too_large_leaves_no_trace(site):
    person = site.somebody()
    form = urlencode(person.form)
    head = f"POST {site.address} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {MOST + 1}\r\n\r\n"
    assert b" 413 " in site.raw((head + form).encode())
    assert site.ask("GET", f"{site.address}?{person.code}{'z' * 9_000}")[0] == 414
    assert site.ask("GET", site.address, Cookie=person.code + "z" * 9_000)[0] == 400
    assert site.traces() == []


def test_no_body_ever_lies_in_a_file_of_the_proxy(site):
    """With a file in the place of the folder, whatever needs a file for its body fails."""
    person = site.somebody()
    body = site.proxy.folder / "temporary" / "body"
    body.rmdir()
    body.write_text("in the way")
    try:
        filled = urlencode(person.form) + "&x="
        filled += "y" * (MOST - len(filled))
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        assert site.ask("POST", site.address, filled, **kind)[0] == 200
        pieces = (filled[i : i + 9].encode() for i in range(0, MOST, 9))
        with site.line() as line:  # without a length, in small pieces
            line.request("POST", site.address, pieces, kind, encode_chunked=True)
            assert line.getresponse().status == 411
    finally:
        body.unlink()
        body.mkdir()
    assert site.traces() == []


def test_no_page_ever_lies_in_a_file_of_the_proxy(site):
    """Not even one that is too large for its memory, asked for by somebody slow."""
    pages = site.proxy.folder / "temporary" / "proxy"
    pages.rmdir()
    pages.write_text("in the way")
    try:
        with site.line() as line:
            line.request("GET", site.address, headers={"X-Fail": "large"})
            answer = line.getresponse()
            time.sleep(0.2)
            assert len(answer.read()) == LARGE
    finally:
        pages.unlink()
        pages.mkdir()
    assert site.traces() == []


def test_broken_requests_leave_no_trace(site):
    person = site.somebody()
    form = urlencode(person.form).encode()
    at = f"{site.address}?{person.code}".encode()
    host = b"Host: 127.0.0.1\r\n"
    for told in (
        b"POST " + at + b" HTTP/9.9\r\n\r\n" + form,
        b"P\x00ST " + at + b" HTTP/1.1\r\n" + host + b"\r\n",
        b"POST " + at + b" HTTP/1.1\r\n" + host + b"Content-Length: -1\r\n\r\n" + form,
        b"POST " + at + b" HTTP/1.1\r\n" + host + b"Content-Length: 5\r\nTransfer-Encoding: chunked"
        b"\r\n\r\n" + form,
        b"GET " + at + b" HTTP/1.1\r\nHost: " + person.code.encode() + b"/\r\n\r\n",
        form,
        at + b" \r\n\r\n",
    ):
        assert re.match(rb"HTTP/1.1 (400|505) ", site.raw(told))
    plain = socket.create_connection(
        ("127.0.0.1", site.proxy.port), 10, source_address=(RESPONDENT, 0)
    )
    with plain:  # no TLS at all
        plain.sendall(b"GET " + at + b" HTTP/1.1\r\n" + host + b"\r\n")
        assert b"400 Bad Request" in plain.recv(1 << 16)
    assert site.traces() == []


def test_the_server_itself_tells_nothing_of_broken_requests(site):
    """nginx stops them; so they are sent past it here."""
    person = site.somebody()
    port = int(
        re.findall(rb"Headwind: http://127.0.0.1:(\d+)", site.server_logs[0].read_bytes())[0]
    )
    at = f"{site.address}?{person.code}".encode()
    for told in (
        b"G\x00T " + at + b" HTTP/1.1\r\n\r\n",
        b"GET " + at + b" HTTP/1.1\r\nBad header " + person.code.encode() + b"\r\n\r\n",
        b"GET /" + at + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"POST "
        + at
        + b" HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        + person.code.encode(),
    ):
        with socket.create_connection(
            ("127.0.0.1", port), 10, source_address=(RESPONDENT, 0)
        ) as line:
            line.sendall(told)
            line.shutdown(socket.SHUT_WR)
            line.recv(1 << 16)
    assert "A request that is no proper HTTP was refused." in site.server_logs[0].read_text()
    assert site.traces() == []


def test_hanging_up_in_the_middle_leaves_no_trace(site):
    person = site.somebody()
    form = urlencode(person.form)
    head = f"POST {site.address}?{person.code} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
    for length, body in ((len(form) + 50, form), (len(form), form), (9, "")):
        site.hang_up(f"{head}Content-Length: {length}\r\n\r\n{body}".encode())
    site.hang_up(head.encode())
    assert site.ask("GET", site.address)[0] == 200
    assert site.traces() == []


def test_without_https_nothing_is_answered_and_nothing_logged(site):
    person = site.somebody()
    line = http.client.HTTPConnection(
        "127.0.0.1", site.proxy.plain_port, timeout=10, source_address=(RESPONDENT, 0)
    )
    line.request("POST", f"{site.address}?x=1", urlencode(person.form))
    answer = line.getresponse()
    line.close()
    assert answer.status == 308
    assert answer.headers["Location"] == f"https://survey.example.org{site.address}?x=1"
    assert site.traces() == []


@pytest.mark.parametrize("step", [*STEPS, *OTHERS])
def test_a_fault_at_any_step_tells_neither_the_log_nor_the_page(site, step):
    person = site.somebody()
    before = site.boxes()
    fail = f"seal, {step}" if step == "show the failure" else step
    logged = sum(len(log.read_bytes()) for log in site.server_logs)
    if step == "in the middle of the page":
        with pytest.raises(http.client.IncompleteRead):
            site.send(person, fail=fail)
    else:
        status, page = site.send(person, fail=fail)
        assert status == 500
        assert not [shape for shape in person.shapes() | person.hashed_shapes() if shape in page]
        assert b"Planted" not in page
    assert sum(len(log.read_bytes()) for log in site.server_logs) > logged, "nobody was told"
    assert site.traces() == []
    after = {"make the receipt", "fill the page", "headers"}
    assert site.boxes() == before + (step in after)


def test_a_fault_while_a_page_is_only_looked_at_tells_no_address(site):
    failing = {"X-Fail": "headers"}
    assert site.ask("GET", site.address, **failing)[0] == 500
    assert site.traces() == []


def test_a_fault_of_a_form_of_the_console_tells_no_password_and_no_opening_code(site):
    secret = "kanari-in-a-password"
    for address in ("/login", f"/surveys/{site.place.slug}/close"):
        told = {"X-Fail": "headers", "Content-Type": "application/x-www-form-urlencoded"}
        form = urlencode({"password": secret, "code": secret})
        assert site.ask("POST", address, form, source=VISITOR, **told)[0] == 500
    logged = b"".join(site.logs().values())
    assert b"Planted in closing.close, its message left out:" in logged
    assert secret.encode() not in logged


def test_a_link_with_a_token_is_in_no_log(site):
    """Wherever it leads: to a report, to a password, to nothing, or into a fault."""
    token = "KanariLink" * 3 + "xy"
    shared = (f"/shared/{token}", f"/shared/{token}/method?x=1", f"/SHARED/{token}/x")
    of_one_use = (f"/setup/{token}", f"/reset/{token}?x=1", f"/INVITE/{token}")
    for address in (*shared, *of_one_use):
        assert site.ask("GET", address, source=VISITOR)[0] == 404
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        assert site.ask("POST", address, "password=x", source=VISITOR, **form)[0] in (404, 405)
        failing = {"X-Fail": "headers"}
        assert site.ask("GET", address, source=VISITOR, **failing)[0] in (404, 500)
    logged = site.logs()
    assert not [name for name, content in logged.items() if b"KanariLink" in content]


def test_no_process_of_the_server_may_dump_its_memory(site):
    for process in (site.server.pid, site.worker()):
        limits = Path(f"/proc/{process}/limits").read_text()
        assert re.search(r"^Max core file size +0 +0 ", limits, re.M)


def test_a_worker_that_is_ended_in_the_middle_tells_nothing(site):
    """SIGABRT is what a server sends to a worker that has not answered for too long."""
    for how in (signal.SIGABRT, signal.SIGKILL):
        person, worker = site.somebody(), site.worker()
        form = urlencode(person.form)
        plain = socket.create_connection(
            ("127.0.0.1", site.proxy.port), 20, source_address=(RESPONDENT, 0)
        )
        with site.proxy.trust.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            head = f"POST {site.address} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Fail: hang, seal\r\n"
            kind = "Content-Type: application/x-www-form-urlencoded\r\n"
            line.sendall(f"{head}{kind}Content-Length: {len(form)}\r\n\r\n{form}".encode())
            time.sleep(0.2)
            os.kill(worker, how)
            if how is signal.SIGABRT:  # it waits for its threads, and is then killed
                time.sleep(0.2)
                os.kill(worker, signal.SIGKILL)
            answer = line.recv(1 << 16)
            assert b" 503 " in answer
            assert b"Sent twice, they count once." in answer
        assert site.traces() == []
    assert "SIGKILL" in site.server_logs[0].read_text()


def test_after_all_this_no_file_holds_a_code_or_a_comment(site):
    """Neither a log nor a temporary file nor the database."""
    site.send(site.somebody())
    assert site.left_in_files() == []
    folders = site.proxy.folder / "temporary"
    assert not [file for file in folders.rglob("*") if file.is_file()]


def test_the_shipped_file_logs_nothing_until_it_is_told_to():
    lines = [line.strip() for line in SHIPPED.read_text().splitlines()]
    logs = {line for line in lines if re.match(r"(access|error)_log", line)}
    assert logs == {"access_log off;", "error_log /dev/null crit;"}
