"""Headers, cookies, forged forms, proxies, limits, logs; the headers of a page: `checking`."""

import gzip
import logging
from dataclasses import replace

import pytest

from survey.app import create_app
from survey.web import respond
from survey.web.static_files import load
from tests.web.checking import Pages, SignedIn, check_headers
from tests.web.conftest import EMAIL, PASSWORD


@pytest.fixture
def site_with(config, sessions, clock):
    """Make the site with other settings."""

    def make(**settings) -> Pages:
        app = create_app(replace(config, **settings), sessions=sessions, clock=clock)
        app.testing = True
        return Pages(app)

    return make


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "null"}, 200),
        ({"Origin": "http://localhost"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "null"}, 403),
        ({"Origin": "https://elsewhere.example"}, 403),
        ({"Origin": "http://localhost.elsewhere.example"}, 403),
    ],
)
def test_answers_are_taken_from_our_own_page_alone(page, opened, headers, status):
    page.post(f"/s/{opened.slug}", {"code": ""}, status=status, headers=headers)


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS", "POST"])
@pytest.mark.parametrize("who", ["nobody", "a consultant", "a stranger's cookie"])
def test_a_respondent_is_given_no_cookie_whatever_the_browser_brings(
    app, account, opened, method, who
):
    pages = SignedIn(app)
    if who == "a consultant":
        pages.sign_in(EMAIL, PASSWORD)
    elif who != "nobody":
        pages.client.set_cookie("session", "something")
        pages.client.set_cookie("headwind", "something")
    for address in respondents(opened.slug):
        answer = pages.client.open(address, method=method, data={"code": "x"})
        assert answer.status_code in (200, 404, 405)
        check_headers(address, answer)
        assert "Cookie" not in answer.headers.get("Vary", "")


def respondents(slug):
    """Every kind of address under /s/, those of no survey too."""
    return [f"/s/{slug}", f"/s/{slug}/thanks", "/s/no-such-survey", f"/s/{slug}/nothing", "/s/"]


def test_only_the_thanks_clear_what_the_browser_keeps(page, opened):
    """Headers of a sent survey are the same for every code; the thanks come right after it."""
    for address in respondents(opened.slug):
        cleared = page.client.get(address).headers.get("Clear-Site-Data")
        assert cleared == ('"cache", "storage"' if address.endswith("/thanks") else None)


def test_a_page_of_a_respondent_may_send_nothing_but_its_form(page, opened):
    policy = page.get(f"/s/{opened.slug}").headers["Content-Security-Policy"]
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules == {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "font-src": "'self'",
        "img-src": "'self' data:",
        "connect-src": "'none'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }


def test_another_host_name_is_refused_once_the_address_is_known(site_with):
    pages = site_with(public_url="https://survey.example.org:8443")
    pages.get("/", base_url="https://survey.example.org:8443")
    pages.get("/", base_url="https://elsewhere.example", status=400)


def test_over_https_the_browser_is_told_to_stay_there(site_with):
    pages = site_with(public_url="https://survey.example.org")
    response = pages.get("/", base_url="https://survey.example.org")
    assert "max-age" in response.headers["Strict-Transport-Security"]
    assert pages.client.application.config["SESSION_COOKIE_NAME"] == "__Host-headwind"
    assert pages.client.application.config["SESSION_COOKIE_SECURE"]


@pytest.mark.parametrize(("proxies", "status"), [(0, 403), (1, 200)])
def test_a_proxy_is_believed_only_where_it_is_told_of(site_with, opened, proxies, status):
    pages = site_with(trusted_proxies=proxies)
    headers = {"X-Forwarded-Host": "survey.example.org", "Origin": "https://survey.example.org"}
    pages.post(f"/s/{opened.slug}", {"code": ""}, status=status, headers=headers)


def test_a_form_of_a_hundred_questions_passes_and_a_flood_does_not(page, opened):
    address = f"/s/{opened.slug}"
    page.post(address, {f"x{i}": "5" for i in range(220)} | {"code": ""}, status=200)
    page.post(address, {"open-O1": "x" * 300_000}, status=413)


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("/nothing", "There is no such page"),
        ("/s/", "There is no such page"),
        ("/s/a/b/c", "There is no such page"),
        ("/static/0/nothing.css", "There is no such page"),
        ("/static/0/../app.py", "There is no such page"),
    ],
)
def test_a_wrong_address_is_a_page_with_a_way_on(page, address, heading):
    page.get(address, status=404)
    assert page.html.h1 == heading
    assert page.html.all("a", href="/")


def test_a_failure_behind_a_submission_logs_neither_code_nor_answer(
    app, opened, monkeypatch, caplog
):
    code = opened.codes["north"][0]

    def fail(*told, **more):
        raise RuntimeError(f"database is gone while writing {told} {more}")

    monkeypatch.setattr(respond, "submit", fail)
    app.testing = False
    pages = Pages(app)
    with caplog.at_level(logging.DEBUG):
        data = {"code": code, "open-O1": "canary in a comment"}
        pages.post(f"/s/{opened.slug}", data, status=500)
    assert "RuntimeError" in caplog.text
    assert code not in caplog.text
    assert "canary" not in caplog.text
    assert code not in pages.html.source


def test_a_failure_on_a_respondents_page_is_logged_without_the_name_of_the_survey(
    app, opened, monkeypatch, caplog
):
    """Not even for a handler that no filter of ours stands before."""
    app.testing = False
    said = []
    monkeypatch.setattr(app.logger, "error", lambda text, *told, **_: said.append(text % told))

    def fail(**_):
        raise RuntimeError

    monkeypatch.setitem(app.view_functions, "respond.ask", fail)
    with caplog.at_level(logging.DEBUG):
        Pages(app).get(f"/s/{opened.slug}", status=500)
    assert said == ["Failure on a respondent's page"]
    assert opened.slug not in caplog.text


def test_a_file_of_the_look_may_be_kept_for_ever_under_its_hash(page, app):
    page.get("/")
    sheet = page.html.one("link", rel="stylesheet").get("href")
    response = page.get(sheet)
    assert response.mimetype == "text/css"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    old = page.get("/static/000000000000/app.css")
    assert old.data == response.data
    assert old.headers["Cache-Control"] == "no-cache"


def test_the_hash_changes_with_any_file(tmp_path):
    (tmp_path / "a.css").write_text("a{}")
    first = load(tmp_path)
    (tmp_path / "b.js").write_text("1")
    second = load(tmp_path)
    assert first.build != second.build
    assert load(tmp_path).build == second.build


def test_our_files_travel_without_their_comments_and_nothing_else_is_missing(tmp_path):
    (tmp_path / "a.js").write_text('// Says why.\nvar a = "http://b"; // c\n  // d\n  var e;\n')
    css = '/* Says\n why. */\na :is(b, c) { d: "e: {;}, "; f: g }\n /* h */\n.i > j {\n k: l;\n}'
    (tmp_path / "a.css").write_text(css)
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "a.js").write_text("// Licence\n")
    files = load(tmp_path).files
    assert files["a.js"].body == b'var a = "http://b"; // c\nvar e;\n'
    assert files["a.css"].body.split() == b'a :is(b,c){d:"e: {;}, ";f:g} .i > j{k:l;}'.split()
    assert files["vendor/a.js"].body == b"// Licence\n"


def test_texts_travel_packed_and_fonts_as_they_are(page, opened):
    packed = {"Accept-Encoding": "gzip, br"}
    for address in (f"/s/{opened.slug}", page_files(page)["app.css"]):
        plain = page.client.get(address)
        response = page.client.get(address, headers=packed)
        assert response.headers["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in response.vary
        assert gzip.decompress(response.data) == plain.data
    font = page.client.get(page_files(page)["source-sans-3.woff2"], headers=packed)
    assert "Content-Encoding" not in font.headers
    assert font.mimetype == "font/woff2"


def test_a_style_sheet_finds_its_font_by_the_address_that_the_page_loads_ahead(page):
    files = page_files(page)
    assert "url(fonts/source-sans-3.woff2)" in page.get(files["app.css"]).text
    folder = files["app.css"].rpartition("/")[0]
    assert files["source-sans-3.woff2"] == f"{folder}/fonts/source-sans-3.woff2"


def page_files(page) -> dict[str, str]:
    page.get("/")
    addresses = [link.get("href") for link in page.html.all("link")]
    return {address.rpartition("/")[2]: address for address in addresses}
