"""Figures drawn once a survey is closed, pages that then draw nothing, and all teams as PDF."""

import gzip
import io
import json
import os
import stat
import time
import zipfile
from dataclasses import replace
from threading import Thread
from types import SimpleNamespace

import pytest
from pypdf import PdfReader
from werkzeug.serving import make_server

from survey.app import create_app
from survey.browser import Browser, NoBrowser
from survey.charts.pictures import NO_PICTURES, Pictures, name_of
from survey.config import Config
from survey.exports.illustrating import Illustrator, charts_of
from survey.exports.parcels import Parcels, Progress
from survey.report.narrowed import only
from survey.services.accounts import add_user
from survey.services.hiding import mark_of, set_hidden
from survey.services.letterheads import save_consultant
from survey.services.released import load_report
from survey.storage.engine import make_sessions
from survey.web.site import EXTENSION, PARCELS
from tests.web.checking import SignedIn
from tests.web.conftest import EMAIL, PASSWORD, Clock
from tests.web.shared import OWN, close_one, slug_in, words_in
from tests.web.test_accessible import AXE, JUDGE, RULES

SIDEWAYS = """[...document.querySelectorAll(".scroll")]
  .filter(one => one.scrollWidth > one.clientWidth).map(one => one.ariaLabel)"""
"""Tables that have to be pushed sideways to be read."""


@pytest.fixture(scope="module")
def closed(tmp_path_factory, empty_database, tool):
    """A closed survey whose figures were drawn, and the app that shows them."""
    folder = tmp_path_factory.mktemp("drawn")
    file = close_one(empty_database, folder)
    sessions, clock = make_sessions(f"sqlite:///{file}"), Clock()
    slug = slug_in(sessions, clock)
    config = Config(
        instance=folder,
        database_url=f"sqlite:///{file}",
        keys=folder / "keys",
        secret_key="only for tests, and long enough for that",
        browser=tool.path,
    )
    app = create_app(config, sessions=sessions, clock=clock)
    pictures = app.extensions[EXTENSION].pictures
    Illustrator(sessions, pictures, clock).everything()
    with sessions() as session:
        add_user(session, EMAIL, "Eva Lindqvist", PASSWORD)
        report = load_report(session, slug, clock())
    yield SimpleNamespace(
        app=app, slug=slug, report=report, pictures=pictures,
        sessions=sessions, clock=clock, folder=folder,
    )  # fmt: skip
    sessions.kw["bind"].dispose()


@pytest.fixture
def client(closed):
    signed_in = closed.app.test_client()
    closed.app.config["WTF_CSRF_ENABLED"] = False
    signed_in.post("/login", data={"email": EMAIL, "password": PASSWORD})
    closed.app.config["WTF_CSRF_ENABLED"] = True
    return signed_in


def test_every_figure_of_a_closed_survey_has_its_picture(closed):
    names = {name_of(chart) for chart in charts_of(closed.report)}
    found = {path.name for path in closed.pictures.folder.glob("*.svg")}
    assert names == found


def test_a_second_round_draws_nothing_and_needs_no_browser(closed):
    nowhere = replace(closed.pictures, browser=Browser("/nowhere"))
    Illustrator(closed.sessions, nowhere, closed.clock).draw(closed.slug)


def test_a_browser_that_fails_stops_nothing(closed, tmp_path, caplog):
    broken = Pictures(tmp_path / "pictures", Browser("/nowhere"))
    Illustrator(closed.sessions, broken, closed.clock).everything()
    (line,) = [record.getMessage() for record in caplog.records]
    assert closed.slug in line
    assert "could not be started" in line


def test_a_survey_that_cannot_be_drawn_keeps_nothing_from_being_tidied_away(closed, tmp_path):
    folder = tmp_path / "pictures"
    folder.mkdir()
    wanted = name_of(next(charts_of(closed.report)))
    for name in ("0" * 64 + ".svg", wanted):
        (folder / name).write_text("<svg/>")
        os.utime(folder / name, (1, 1))
    broken = Pictures(folder, Browser("/nowhere"))
    Illustrator(closed.sessions, broken, closed.clock).everything()
    assert [path.name for path in folder.glob("*.svg")] == [wanted]


def test_without_a_browser_nothing_happens_and_nothing_is_said(closed, caplog):
    Illustrator(closed.sessions, NO_PICTURES, closed.clock).everything()
    assert not caplog.records


@pytest.mark.parametrize("page", ["report", "report/north"])
def test_a_page_with_its_pictures_weighs_less_than_eighty_kilobytes(closed, client, page):
    packed = client.get(f"/surveys/{closed.slug}/{page}", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    plain = client.get(f"/surveys/{closed.slug}/{page}")
    assert "Content-Encoding" not in plain.headers
    assert len(gzip.decompress(packed.data)) == pytest.approx(len(plain.data), rel=0.01)
    assert "<svg" in plain.text
    look = closed.app.extensions[EXTENSION].assets.files
    loaded = [look[name].packed or look[name].body for name in
              ("app.css", "report.css", "report.js", "fonts/source-sans-3.woff2")]  # fmt: skip
    assert len(packed.data) + sum(map(len, loaded)) < 80_000


def test_an_address_with_a_query_is_answered_plainly(closed, client):
    page = f"/surveys/{closed.slug}/report?guess=token"
    assert "Content-Encoding" not in client.get(page, headers={"Accept-Encoding": "gzip"}).headers


@pytest.mark.browser
def test_plotly_is_loaded_when_somebody_explores_and_tells_what_the_table_prints(
    closed, browser_page
):
    server = make_server("127.0.0.1", 0, closed.app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    site = f"http://127.0.0.1:{server.server_port}"
    try:
        page = browser_page(width=1280)
        asked, complaints = [], []
        page.on("request", lambda request: asked.append(request.url.rsplit("/", 1)[-1]))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(f"{site}/login")
        page.fill("#email", EMAIL)
        page.fill("#password", PASSWORD)
        page.click("main button[type=submit]")
        page.wait_for_url("**/surveys")
        asked.clear()
        page.goto(f"{site}/surveys/{closed.slug}/report/north")
        asked = [name for name in asked if not name.startswith("data:") and "svg" not in name]
        assert len(asked) <= 6
        assert not [name for name in asked if "plotly" in name]
        page.evaluate(AXE)  # test_accessible sees the frames of figures alone: they are drawn here
        assert page.locator(".wide svg:visible").count() > 1
        assert page.evaluate(JUDGE, RULES) == []
        page.set_viewport_size({"width": 360, "height": 800})
        assert page.locator(".stacked").count() > 2
        assert page.evaluate(SIDEWAYS) == []
        page.set_viewport_size({"width": 1280, "height": 800})
        chart = page.locator(".drawn").first
        chart.get_by_role("button", name="Explore the figure").click()
        chart.locator(".explored .main-svg").first.wait_for()
        assert chart.locator(".wide svg:visible").count() == 0
        row = chart.locator("tbody tr").first
        cells = [text.strip() for text in row.locator("th, td").all_text_contents()]
        place = page.evaluate(
            """() => {
              const live = document.querySelector(".live");
              const at = live.data.findIndex((trace) => trace.customdata?.[0][0] === 0);
              const box = live.querySelectorAll(".trace.scatter")[at].querySelector("path.point")
                .getBoundingClientRect();
              return [box.x + box.width / 2, box.y + box.height / 2];
            }"""
        )
        page.mouse.move(*place)
        told = chart.locator(".hovertext").first
        told.wait_for()
        said = told.text_content()
        assert cells[0] in said
        assert all(cell in said for cell in cells)
        assert complaints == []
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def wait(parcels, slug):
    """Wait for a parcel, and return the steps that were told."""
    steps: list[Progress] = []
    until = time.monotonic() + 120
    while time.monotonic() < until:
        progress = parcels.progress(slug)
        if progress and (not steps or steps[-1] != progress):
            steps.append(progress)
        if progress and (progress.ready or progress.error):
            return steps
        time.sleep(0.05)
    raise AssertionError(steps)


@pytest.mark.browser
def test_all_teams_as_pdf_come_one_by_one_each_with_its_own_team_alone(closed):
    parcels, console = closed.app.extensions[PARCELS], SignedIn(closed.app)
    console.sign_in(EMAIL, PASSWORD)
    address = f"/surveys/{closed.slug}/take/pdfs"
    console.get(address)
    assert parcels.progress(closed.slug) is None
    console.send()
    assert "Refresh" in console.get(address).headers
    assert not parcels.start(closed.slug), "it is being made already"
    steps = wait(parcels, closed.slug)
    total = len(closed.report.groups)
    assert steps[-1] == Progress(total, total, ready=True)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert stat.S_IMODE(parcels.result(closed.slug).stat().st_mode) == 0o600
    assert "Refresh" not in console.get(address).headers
    assert console.html.h1 == "The PDFs are ready", console.html.text
    with console.get(f"{address}.zip") as response:
        check_parcel(response.data, closed.report.groups)
    console.get(f"/surveys/{closed.slug}/letterhead")
    console.send({"consultant": "Somebody else"})
    console.get(address)
    assert console.html.h1 == "Every group as PDF", "the parcel has another letterhead"
    assert parcels.result(closed.slug) is None
    assert parcels.progress(closed.slug) is None


def check_parcel(packed, groups):
    with zipfile.ZipFile(io.BytesIO(packed)) as parcel:
        names = parcel.namelist()
        assert [name.partition(" ")[2] for name in names] == [f"{g.name}.pdf" for g in groups]
        for name, group in zip(names, groups, strict=True):
            pdf = PdfReader(io.BytesIO(parcel.read(name)))
            told = " ".join(page.extract_text() for page in pdf.pages)
            assert group.name in told
            others = [o.name for o in groups if o is not group]
            assert not [other for other in others if other in told]


@pytest.fixture
def slow(closed, tmp_path):
    """Parcels made by a program that waits for `go`, and prints a page as it was given to it.

    It draws no figures: those are there.
    """
    narrowed = (only(closed.report, group.key) for group in closed.report.groups)
    closed.pictures.draw(c for one in narrowed for c in charts_of(one) if c.key.endswith("-wide"))
    begun, go, program = tmp_path / "begun", tmp_path / "go", tmp_path / "browser"
    program.write_text(
        f"""#!/bin/sh
        echo >> {begun}
        while [ ! -e {go} ]; do sleep 0.02; done
        for told; do case $told in --print-to-pdf=*) cp page.html "${{told#*=}}";; esac; done
        """
    )
    program.chmod(0o755)
    pictures = replace(closed.pictures, browser=Browser(str(program)))
    parcels = Parcels(tmp_path / "parcels", closed.sessions, pictures, closed.clock)
    assert parcels.start(closed.slug)
    until = time.monotonic() + 60
    while not begun.exists():
        assert time.monotonic() < until, "it does not begin"
        time.sleep(0.02)
    return SimpleNamespace(parcels=parcels, begun=begun, go=go)


def hide(closed, hidden):
    with closed.sessions() as session:
        set_hidden(session, closed.slug, mark_of(OWN), hidden)


def test_a_comment_that_is_hidden_while_the_parcel_is_made_is_not_in_it(closed, slow):
    assert OWN in repr(closed.report.groups)
    hide(closed, True)
    try:
        slow.parcels.discard(closed.slug)
        slow.go.touch()
        assert wait(slow.parcels, closed.slug)[-1].ready
    finally:
        hide(closed, False)
    words = words_in(slow.parcels.result(closed.slug).read_bytes())
    assert "Quarry North" in words
    assert OWN not in words


def test_a_letterhead_that_is_changed_meanwhile_is_the_one_on_the_papers(closed, slow):
    with closed.sessions() as session:
        save_consultant(session, closed.slug, "Wilhelmina Quist")
    slow.go.touch()
    assert wait(slow.parcels, closed.slug)[-1].ready
    words = words_in(slow.parcels.result(closed.slug).read_bytes())
    assert words.count("Wilhelmina Quist") >= len(closed.report.groups)
    assert OWN in words, "the search for it above finds nothing anywhere"


def test_what_changes_again_and_again_is_given_up_with_a_sentence(closed, slow):
    """Somebody changes the letterhead with each page that is printed."""
    slow.go.touch()
    hidden = 0
    while not (told := slow.parcels.progress(closed.slug)) or not (told.error or told.ready):
        if len(slow.begun.read_text()) > hidden:
            hidden = len(slow.begun.read_text())
            with closed.sessions() as session:
                save_consultant(session, closed.slug, f"Consultant {hidden}")
        time.sleep(0.005)
    assert "changed again and again" in told.error
    assert slow.parcels.result(closed.slug) is None
    assert not list(slow.begun.parent.glob("parcels/*.part"))


@pytest.mark.browser
@pytest.mark.parametrize("at", ["", "group/north/"])
def test_one_page_comes_as_a_pdf(closed, client, at):
    answer = client.get(f"/surveys/{closed.slug}/take/{at}one-page.pdf")
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF-")


def test_a_parcel_lives_a_day(closed, tmp_path, monkeypatch):
    parcels = Parcels(tmp_path, closed.sessions, closed.pictures, closed.clock)
    (tmp_path / "one.zip").write_bytes(b"PK")
    told = {"done": 1, "total": 1, "ready": True, "error": ""}
    (tmp_path / "one.json").write_text(json.dumps(told))
    assert parcels.result("one")
    assert parcels.progress("one") == Progress(1, 1, ready=True)
    later = time.time() + 25 * 3600
    monkeypatch.setattr("survey.exports.making.time.time", lambda: later)
    assert parcels.result("one") is None
    parcels.tidy()
    assert not list(tmp_path.glob("one.zip"))
    assert not list(tmp_path.glob("one.json"))


def test_what_a_crash_has_left_is_no_progress_and_is_tidied_away(closed, tmp_path):
    parcels = Parcels(tmp_path, closed.sessions, closed.pictures, closed.clock)
    told = {"done": 1, "total": 9, "ready": False, "error": ""}
    (tmp_path / "one.json").write_text(json.dumps(told))
    (tmp_path / "one.part").write_bytes(b"half")
    assert parcels.progress("one") is None
    parcels.tidy()
    assert not (tmp_path / "one.part").exists()


def test_a_browser_that_fails_is_told_in_a_sentence(closed, tmp_path):
    broken = Pictures(tmp_path / "pictures", Browser("/nowhere"))
    parcels = Parcels(tmp_path / "parcels", closed.sessions, broken, closed.clock)
    assert parcels.start(closed.slug)
    assert "could not be started" in wait(parcels, closed.slug)[-1].error
    assert parcels.result(closed.slug) is None


def test_without_a_browser_there_is_no_parcel(closed, tmp_path):
    parcels = Parcels(tmp_path, closed.sessions, NO_PICTURES, closed.clock)
    with pytest.raises(NoBrowser):
        parcels.start(closed.slug)
