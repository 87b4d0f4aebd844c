"""What a reader without an account is shown under a link, and what when it leads nowhere."""

import gzip
import logging
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.harm import load_harm_signs
from survey.services.letterheads import save_consultant, save_logo
from survey.services.sharing import list_links, revoke_link
from survey.storage.models import ReleasedFigure
from survey.web import share
from survey.web.brake import LINKS, MOST_FOR_ONE, Brake
from tests.test_services_letterheads import picture
from tests.web.checking import Pages, text_of
from tests.web.conftest import EMAIL
from tests.web.shared import (
    FILES,
    OWN,
    close_one,
    fetched,
    link_to,
    links_in,
    slug_in,
    words_in,
)

PASSWORD = "correct horse"
NOWHERE = "This link leads nowhere (any more). Ask whoever gave it to you."
OTHERS = "Delta South", "Harbour", "Turnstile"


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    return close_one(empty_database, tmp_path_factory.mktemp("closed"))


@pytest.fixture
def config(config):
    """No browser: figures are drawn by the reader's own; pictures of them are tried elsewhere."""
    return replace(config, browser="none")


@pytest.fixture
def closed(sessions, clock) -> str:
    return slug_in(sessions, clock)


@pytest.fixture
def to(sessions, closed, clock):
    """Make links: to() to the whole report, to("north") to one group."""
    return lambda scope="*", **more: link_to(sessions, closed, clock, scope, **more)


def everything_under(page: Pages, address: str, files=FILES, of_groups=True) -> dict[str, str]:
    """Everything that a link leads to, as it can be read; addresses without the link itself.

    `files`: those looked into; without `of_groups` only those of the whole, which take longest.
    """
    waiting, seen = [address, f"{address}/method"], {}
    while waiting:
        at = waiting.pop()
        response = fetched(page, at)
        seen[at.removeprefix(address)] = words_in(response.data).replace(address, "")
        if response.mimetype == "text/html" and "attachment" not in str(response.headers):
            waiting += [
                link
                for link in links_in(response.text)
                if link.startswith(address)
                and link.removeprefix(address) not in seen
                and ("/take/" not in link or link.endswith(tuple(files)))
                and (of_groups or "/group/" not in link or "/take/" not in link)
            ]
    return seen


def test_a_link_leads_to_all_groups_and_each_of_them(page, to):
    address = to()
    seen = everything_under(page, address)
    groups = {f"/group/{key}" for key in ("north", "south", "coast")}
    files = {f"{at}/take/{file}" for at in ("", *groups) for file in FILES}
    assert {"", "/method"} | groups | files <= set(seen)
    assert OWN in seen["/group/north"]
    page.get(f"{address}/group/nobody", status=404)
    page.get(f"{address}/month", status=404)
    for at in ("", "/take/report.html", "/take/figures.csv", "/take/figures.xlsx"):
        assert all(name in seen[at] for name in OTHERS[:2]), f"{at}: the search finds nothing"
    assert "Delta South" in seen["/take/report.pptx"]


def test_a_shared_report_travels_packed(page, to):
    address = to("north")
    packed = page.client.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.data) == page.get(address).data


def test_a_link_to_one_group_leads_to_no_other(page, to):
    address = to("north")
    page.get(address)
    assert "Quarry North" in page.html.h1
    seen = everything_under(page, address)
    assert {"", "/method"} | {f"/take/{file}" for file in FILES} <= set(seen)
    for at, words in seen.items():
        assert not [name for name in OTHERS if name in words], f"{at} tells of another group"
    for at in ("north", "south"):
        for more in ("", "/month", "/take/report.html"):
            page.get(f"{address}/group/{at}{more}", status=404)


def test_nothing_of_the_console_is_under_a_link(page, to, account):
    address = to()
    for at, words in everything_under(page, address, files=()).items():
        page.get(address + at)
        ways = {link for link in links_in(words) if not link.startswith(("/group", "/m", "/take"))}
        assert ways <= {"/", ""}, at
        assert not page.html.all("form")
        for told in (EMAIL, "Eva", "Sign out", "Hide", "/surveys"):
            assert told not in words, f"{at} holds {told}"


def test_every_page_says_for_whom_it_was_made_and_until_when(page, to, sessions, closed):
    with sessions() as session:
        save_consultant(session, closed, "Lindqvist & Søn")
        save_logo(session, closed, picture())
    address = to("north", label="the <b>leader</b>")
    for at in ("", "/method"):
        page.get(address + at)
        assert (
            "Made by Headwind for the <b>leader</b>, valid until Wednesday 23 December 2026, 09:00"
        ) in page.html.text
    page.get(address)
    assert "Lindqvist & Søn" in page.html.text
    assert page.get(f"{address}/logo.png").data.startswith(b"\x89PNG")
    assert page.html.one("img").get("src") == f"{address}/logo.png"


def test_a_sign_of_harm_is_under_no_link(page, to, sessions, closed, account):
    """With the sign taken out of the database, not a letter of anything changes."""
    with sessions() as session:
        assert load_harm_signs(session, closed), "without a sign this test looks at nothing"
    whole, north = to(), to("north")

    def everything():
        # The files of a group under the one link are those under the other.
        return [everything_under(page, whole, of_groups=False), everything_under(page, north)]

    with_sign = everything()
    with sessions() as session, session.begin():
        removed = sa.delete(ReleasedFigure).where(ReleasedFigure.measure == "harm")
        assert session.execute(removed).rowcount
    with sessions() as session:
        assert not load_harm_signs(session, closed)
    assert everything() == with_sign
    for seen in with_sign:
        for at, words in seen.items():
            assert "the works council" not in words, f"{at} names the role that a sign goes to"


def test_links_that_lead_nowhere_are_all_alike(page, to, sessions, closed, clock):
    revoked = to(password=PASSWORD)
    expired = to("north", expires_at=clock() + timedelta(days=1))
    revoke_all(sessions, closed, clock)
    clock.pass_(days=2)
    shapes = set()
    for address in (revoked, expired, "/shared/" + "A" * 32, "/shared/x", "/shared/%00%ff"):
        for more in ("", "/method", "/logo.png", "/take/report.pdf", "/group/north/take/nothing"):
            response = page.get(address + more, status=404)
            assert NOWHERE in page.html.text
            shapes.add((response.data, str(response.headers)))
        response = page.post(address, {"password": PASSWORD}, status=404)
        shapes.add((response.data, str(response.headers)))
    assert len(shapes) == 1


def revoke_all(sessions, slug, clock):
    with sessions() as session:
        for link in list_links(session, slug, clock()):
            revoke_link(session, slug, link.id, clock())


def test_a_link_that_is_taken_back_is_dead_at_the_next_request(page, to, sessions, closed, clock):
    address = to(password=PASSWORD)
    page.post(address, {"password": PASSWORD})
    page.get(address)
    revoke_all(sessions, closed, clock)
    for more in ("", "/method", "/group/north", "/take/report.html"):
        page.get(address + more, status=404)


def test_a_link_ends_on_its_day(page, to, clock):
    address = to()
    clock.pass_(days=29, hours=23)
    page.get(address)
    clock.pass_(hours=1)
    page.get(address, status=404)


def test_before_the_password_nothing_is_told(page, to, sessions, closed):
    with sessions() as session:
        save_consultant(session, closed, "Lindqvist")
        save_logo(session, closed, picture())
    address = to("north", password=PASSWORD)
    page.get(address)
    words = page.html.source
    for told in ("Northgate", "Quarry", "Lindqvist", "Maria", "How this team", "valid until"):
        assert told not in words
    for more in ("/method", "/month", "/logo.png", "/take/report.html", "/group/north"):
        assert page.get(address + more, status=303).location == address


def test_the_password_opens_this_link_for_a_while_and_no_other(page, to, clock):
    address, other = to(password=PASSWORD), to("north", password=PASSWORD)
    page.post(address, {"password": "wrong"}, status=422)
    assert "The password of this link is another one." in page.html.text
    assert not page.client.get_cookie("headwind-shared", path=address)
    page.post(address, {"password": PASSWORD})
    page.get(address)
    assert "Quarry North" in page.html.text
    cookie = page.client.get_cookie("headwind-shared", path=address)
    page.client.set_cookie("headwind-shared", cookie.value, path=other)
    page.get(other)
    assert "Quarry North" not in page.html.text, "the note of one link opened another"
    clock.pass_(hours=2, seconds=1)
    page.get(address)
    assert "password" in page.html.h1


@pytest.mark.parametrize("value", ["", "x", "WzEsMTc5NTQyMDgwMF0", "null.x", "é"])
def test_a_note_that_was_made_up_opens_nothing(page, to, value):
    address = to(password=PASSWORD)
    page.client.set_cookie("headwind-shared", value, path=address)
    page.get(address)
    assert "password" in page.html.h1


def test_the_note_is_kept_from_scripts_other_sites_and_other_addresses(
    page, to, config, sessions, clock
):
    address = to(password=PASSWORD)
    (told,) = page.post(address, {"password": PASSWORD}).headers.getlist("Set-Cookie")
    assert told.startswith("headwind-shared=")
    assert told.split("; ")[1:] == ["HttpOnly", f"Path={address}", "SameSite=Strict"]
    secure = replace(config, public_url="https://survey.example.org")
    app = create_app(secure, sessions=sessions, clock=clock)
    there = "https://survey.example.org"
    response = Pages(app).post(address, {"password": PASSWORD}, base_url=there)
    (told,) = response.headers.getlist("Set-Cookie")
    assert told.startswith("__Secure-headwind-shared=")
    assert set(told.split("; ")[1:]) == {
        "Secure",
        "HttpOnly",
        f"Path={address}",
        "SameSite=Strict",
    }


def test_the_note_holds_the_number_of_the_link_and_the_time(page, to, clock):
    address = to(password=PASSWORD)
    page.post(address, {"password": PASSWORD})
    cookie = page.client.get_cookie("headwind-shared", path=address)
    with page.client.application.app_context():
        held = share._signer().loads(cookie.value)
    assert held == [1, int(clock().timestamp())]


def test_without_a_password_no_cookie_is_given(page, to):
    address = to()
    for more in ("", "/method", "/group/north", "/take/report.html"):
        assert "Set-Cookie" not in fetched(page, address + more).headers


def test_guessing_is_braked(page, to, app):
    now = [0.0]
    app.extensions[LINKS] = Brake(lambda: now[0])
    address, other = to(password=PASSWORD), to("north", password=PASSWORD)
    for _ in range(MOST_FOR_ONE):
        page.post(address, {"password": "wrong"}, status=422)
    page.post(address, {"password": PASSWORD}, status=429)
    assert "too many wrong tries" in page.html.text
    page.post(other, {"password": PASSWORD})
    now[0] += 301
    page.post(address, {"password": PASSWORD})


def test_another_site_cannot_send_the_form(page, to):
    address = to(password=PASSWORD)
    for headers in ({"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://elsewhere.example"}):
        page.post(address, {"password": PASSWORD}, status=403, headers=headers)


def test_a_shared_page_is_kept_nowhere_and_tells_nobody_where_it_was(page, to):
    address = to()
    for more in ("", "/method", "/group/north", "/take/report.html", "/take/figures.xlsx"):
        headers = fetched(page, address + more).headers
        assert headers["Cache-Control"] == "no-store"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "connect-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize("failing", ["kept_report", "resolve"])
def test_a_failure_tells_the_log_no_link(app, to, monkeypatch, caplog, failing):
    address = to()

    def fail(*told, **more):
        raise RuntimeError(f"failed with {told} {more} {address}")

    monkeypatch.setattr(share, failing, fail)
    app.testing = False
    with caplog.at_level(logging.DEBUG):
        Pages(app).get(address, status=500)
    assert "a shared page" in caplog.text or "share.show" in caplog.text
    assert address.removeprefix("/shared/") not in caplog.text


def test_a_mark_of_all_groups_stands_only_where_it_tells_none_of_the_others(page, to):
    """Of three groups it would, nearly; whoever may see all of them is told nothing by it."""
    for address, marked in ((f"{to()}/group/north", True), (to("north"), False)):
        page.get(address)
        notes = [text_of(e) for e in page.html.all("p") if e.get("class") == "chart-note"]
        assert any("The upright mark is all groups shown" in note for note in notes) is marked
