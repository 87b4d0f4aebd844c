"""Taking a report along: the page that lists the files, the files, and the letterhead on them."""

import io
import re
from dataclasses import replace
from urllib.parse import unquote

import pytest
from PIL import Image

from survey.charts.pictures import NO_PICTURES
from survey.exports.along import KINDS, Content, file_name, plain_name
from survey.exports.letterhead import PLAIN
from survey.exports.parcels import Progress
from survey.services.letterheads import LARGEST_FILE, load_letterhead
from survey.web.site import PARCELS
from tests.report_factory import make_report
from tests.test_services_letterheads import bomb, picture
from tests.web.shared import FILES, close_one, fetched, slug_in, words_in

OTHERS = "Delta South", "Harbour", "Turnstile"
BEGINNINGS = {
    "pdf": b"%PDF-",
    "pptx": b"PK\x03\x04",
    "xlsx": b"PK\x03\x04",
    "csv": b"\xef\xbb\xbfrow,group",
    "html": b"<!doctype html>",
}


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    return close_one(empty_database, tmp_path_factory.mktemp("closed"))


@pytest.fixture
def closed(sessions, clock) -> str:
    return slug_in(sessions, clock)


@pytest.fixture
def config(config):
    """No browser: what needs one is tried by itself."""
    return replace(config, browser="none")


def kept(sessions, slug):
    with sessions() as session:
        return load_letterhead(session, slug)


def test_the_page_leads_to_every_file_of_every_scope(console, closed):
    console.get(f"/surveys/{closed}/take")
    ways = {a.get("href") for a in console.html.all("a")}
    for at in ("", "group/north/", "group/south/", "group/coast/"):
        for kind in KINDS:
            assert f"/surveys/{closed}/take/{at}{kind.file}" in ways
    assert f"/surveys/{closed}/letterhead" in ways
    assert f"/surveys/{closed}/share" in ways


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("key", ["", "north"])
def test_each_file_comes_with_its_kind_and_a_name(console, closed, file, key):
    (kind,) = [kind for kind in KINDS if kind.file == file]
    at = f"group/{key}/" if key else ""
    response = fetched(console, f"/surveys/{closed}/take/{at}{file}")
    assert response.data.startswith(BEGINNINGS[kind.ending])
    assert response.mimetype == kind.media
    told = response.headers["Content-Disposition"]
    ((plain, name),) = re.findall(r"^attachment; filename=(\S+); filename\*=UTF-8''(\S+)$", told)
    assert plain == plain_name(unquote(name))
    group = "Quarry North" if key else "all groups"
    start = f"Northgate Logistics, {group}, How this team works together"
    assert unquote(name) == f"{start}.{kind.ending}"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("file", FILES)
def test_a_file_of_one_group_holds_nothing_of_the_others(console, closed, file):
    words = words_in(fetched(console, f"/surveys/{closed}/take/group/north/{file}").data)
    assert "Quarry North" in words
    assert not [name for name in OTHERS if name in words]
    whole = words_in(fetched(console, f"/surveys/{closed}/take/{file}").data)
    assert "Delta South" in whole, "the search finds nothing anywhere"


def test_the_letterhead_is_on_the_files(console, closed):
    console.get(f"/surveys/{closed}/letterhead")
    console.send({"consultant": "Lindqvist & Søn", "logo": (io.BytesIO(picture()), "logo.png")})
    for file in ("report.html", "figures.xlsx", "report.pptx"):
        words = words_in(fetched(console, f"/surveys/{closed}/take/{file}").data)
        assert "Lindqvist & Søn" in words, file
        assert "image/png" in words or "PNG" in words, file


def test_what_is_no_file_is_no_page(console, closed):
    for wrong in (
        "report.exe",
        "REPORT.PDF",
        "group/north/report.exe",
        "group/nobody/figures.csv",
        "group/desk/figures.csv",
    ):
        console.get(f"/surveys/{closed}/take/{wrong}", 404)


@pytest.mark.parametrize("file", ["one-page.pdf", "report.pdf"])
@pytest.mark.parametrize("at", ["", "group/north/"])
def test_without_a_browser_it_is_said_how_to_print(console, closed, file, at):
    console.get(f"/surveys/{closed}/take/{at}{file}", 404)
    assert console.html.h1 == "No PDF can be made here"
    assert "Print the page from your own browser" in console.html.text


def test_before_the_closing_there_is_nothing_to_take(console, opened):
    for at in ("take", "take/figures.csv", "take/group/north/figures.csv"):
        console.get(f"/surveys/{opened.slug}/{at}", 404)
        assert console.html.h1 == "No report"


def test_files_are_for_those_who_are_signed_in(page, closed):
    for at in (
        "take",
        "take/figures.csv",
        "take/group/north/figures.csv",
        "letterhead",
        "letterhead/logo.png",
    ):
        assert page.get(f"/surveys/{closed}/{at}", 303).location.startswith("/login")


def test_a_name_means_nothing_to_a_file_system():
    report = make_report()
    facts = replace(report.facts, client='../Søn\r\n: "A/S" *', title=".hidden<|>?")
    content = Content(replace(report, facts=facts), None, PLAIN, NO_PICTURES)
    for kind in KINDS:
        name = file_name(content, kind)
        assert not re.search(r'[\\/:*?"<>|\r\n]', name)
        assert not name.startswith(".")
        assert re.fullmatch(r"[A-Za-z0-9-]+\.[a-z]+", plain_name(name))
    long = replace(content, report=replace(report, facts=replace(facts, title="x" * 5000)))
    assert len(file_name(long, KINDS[0])) < 200
    assert plain_name("漢字.pdf") == "report.pdf"


def test_the_logo_is_shown_as_it_stands_on_papers_and_can_be_removed(console, closed, sessions):
    address = f"/surveys/{closed}/letterhead"
    console.get(f"{address}/logo.png", 404)
    console.get(address)
    console.send({"consultant": " Lindqvist \n", "logo": (io.BytesIO(picture()), "l.png")})
    console.get(address)
    assert console.html.one("input", id="consultant").get("value") == "Lindqvist"
    shown = console.get(console.html.one("img").get("src"))
    assert shown.mimetype == "image/png"
    assert Image.open(io.BytesIO(shown.data)).size == (600, 200)
    console.get(address)
    console.send({"consultant": "Lindqvist"})
    assert kept(sessions, closed).logo, "a form without a file keeps the logo"
    console.get(address)
    console.send({"consultant": "Lindqvist", "remove": "yes"})
    assert kept(sessions, closed).logo is None
    assert kept(sessions, closed).consultant == "Lindqvist"


@pytest.mark.parametrize(
    ("file", "told"),
    [
        (b"<svg onload='alert(1)'/>", "An SVG can hold programs."),
        (b"hello", "The file is no PNG or JPEG picture"),
        (bomb(20_000, 20_000), "more than 4 million pixels"),
    ],
)
def test_a_file_that_is_no_logo_is_refused_and_the_rest_kept(console, closed, sessions, file, told):
    console.get(f"/surveys/{closed}/letterhead")
    console.send({"consultant": "Lindqvist", "logo": (io.BytesIO(file), "x.png")}, 422)
    assert told in console.html.text
    assert kept(sessions, closed).logo is None
    assert console.html.one("input", id="consultant").get("value") == "Lindqvist"


def test_a_logo_of_nearly_a_megabyte_passes_and_a_flood_does_not(console, closed, sessions):
    large = picture() + b"\0" * (LARGEST_FILE - len(picture()))
    for file, status in ((large, 303), (large * 2, 413)):
        console.get(f"/surveys/{closed}/letterhead")
        token = console.html.all("input", name="csrf_token")[-1].get("value")
        console.post(
            f"/surveys/{closed}/letterhead",
            as_sent({"csrf_token": token.encode(), "logo": file}),
            status,
            content_type="multipart/form-data; boundary=border",
        )
    assert kept(sessions, closed).logo


def as_sent(fields: dict[str, bytes]) -> bytes:
    """A form with a file as it travels; the test client would keep a large one in a file."""
    head = '--border\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n'
    parts = (
        head.format(name, '; filename="logo.png"' if name == "logo" else "").encode() + value
        for name, value in fields.items()
    )
    return b"\r\n".join([*parts, b"--border--\r\n"])


def test_a_name_that_is_too_long_is_refused(console, closed, sessions):
    console.get(f"/surveys/{closed}/letterhead")
    console.send({"consultant": "x" * 101}, 422)
    assert kept(sessions, closed).consultant == ""
    assert console.html.one("input", id="consultant").get("value") == "x" * 101


def test_without_a_browser_there_is_no_parcel_of_pdfs(console, closed):
    address = f"/surveys/{closed}/take/pdfs"
    console.get(address)
    assert console.html.h1 == "Every group as PDF"
    console.send(status=404)
    assert console.html.h1 == "No PDF can be made here"
    console.get(f"{address}.zip", 404)


class Parcel:
    """A parcel that is as far as a test says; how one is really made is tried in the browser."""

    def __init__(self, file):
        self.file, self.told = file, None

    def progress(self, slug):
        return self.told

    def result(self, slug):
        return self.file if self.told and self.told.ready else None


def test_the_page_of_a_parcel_asks_again_until_it_is_there(console, closed, tmp_path):
    file = tmp_path / "all.zip"
    file.write_bytes(b"PK")
    parcel = Parcel(file)
    console.client.application.extensions[PARCELS] = parcel
    address = f"/surveys/{closed}/take/pdfs"
    parcel.told = Progress(1, 3)
    response = console.get(address)
    assert response.headers["Refresh"] == "2"
    assert "1 of 3 groups" in console.html.text
    assert not [f for f in console.html.all("form") if f.get("action") == address]
    parcel.told = Progress(3, 3, ready=True)
    assert "Refresh" not in console.get(address).headers
    assert console.html.all("a", href=f"{address}.zip")
    with console.get(f"{address}.zip") as response:
        assert (response.data, response.mimetype) == (b"PK", "application/zip")
        assert "every-group" in response.headers["Content-Disposition"]
    parcel.told = Progress(0, 3, error="The browser did not do it.")
    assert "Refresh" not in console.get(address).headers
    assert "The browser did not do it." in console.html.text
