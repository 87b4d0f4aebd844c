"""The console's pages about share links: making one, seeing it once, taking it back."""

import re

import pytest

from survey.services.sharing import list_links
from tests.web.checking import Pages
from tests.web.shared import close_one, link_to, slug_in


@pytest.fixture(scope="module")
def empty_database(empty_database, tmp_path_factory):
    """The file that each site begins with; here a closed survey stands in it already."""
    return close_one(empty_database, tmp_path_factory.mktemp("closed"))


@pytest.fixture
def closed(sessions, clock) -> str:
    return slug_in(sessions, clock)


@pytest.fixture
def links(sessions, closed, clock):
    def listed():
        with sessions() as session:
            return list_links(session, closed, clock())

    return listed


def make(console, closed, status=200, **typed):
    console.get(f"/surveys/{closed}/share")
    return console.send({"label": "Maria Weber"} | typed, status)


def test_a_link_is_made_and_shown_once(console, closed, links):
    make(console, closed, scope="north", until="2026-12-31", password="correct horse")
    (address,) = re.findall(r"http://localhost(/shared/[\w-]{32})", console.html.text)
    assert "shown once" in console.html.text
    console.get(address)
    assert "password" in console.html.h1
    page = console.get(f"/surveys/{closed}/share").text
    assert address.rpartition("/")[2] not in page
    assert "Valid until Thursday 31 December 2026, 23:59 (Europe/Berlin)" in console.html.text
    assert "Maria Weber" in console.html.text
    (link,) = links()
    assert (link.scope, link.label, link.locked) == ("north", "Maria Weber", True)


def test_thirty_days_are_what_is_usual(console, closed):
    console.get(f"/surveys/{closed}/share")
    field = console.html.one("input", id="until")
    assert field.get("value") == "2026-12-23"
    assert (field.get("min"), field.get("max")) == ("2026-11-23", "2027-11-22")


def test_the_last_day_that_is_offered_is_taken_and_the_next_refused(console, closed, links):
    make(console, closed, until="2027-11-22")
    make(console, closed, 422, until="2027-11-24")
    assert "A link lasts 365 days at most" in console.html.text
    assert len(links()) == 1


def test_sent_twice_there_is_one_link(console, closed, links):
    console.get(f"/surveys/{closed}/share")
    page = console.html
    console.send({"label": "Maria"}, 200)
    console.html = page
    console.send({"label": "Maria"}, 303)
    assert len(links()) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"label": " "}, "Write for whom the link is"),
        ({"until": "yesterday"}, "Choose a day; no link lasts for ever."),
        ({"until": ""}, "Choose a day; no link lasts for ever."),
        ({"until": "2026-11-01"}, "The link would lead nowhere from the start"),
        ({"until": "9999-12-31"}, "A link lasts 365 days at most"),
        ({"until": "0001-01-01"}, "The link would lead nowhere from the start"),
        ({"scope": "nothing"}, "Choose the whole report, or one of its groups."),
        ({"password": "short"}, "A password needs at least 8 characters"),
    ],
)
def test_what_is_wrong_is_told_beside_its_field_and_nothing_is_lost(
    console, closed, links, typed, told
):
    make(console, closed, 422, **({"label": "Jonas", "scope": "south"} | typed))
    assert told in console.html.text
    assert console.html.title.startswith("Error: ")
    assert console.html.one("input", id="password").get("value") == ""
    if "label" not in typed:
        assert console.html.one("input", id="label").get("value") == "Jonas"
    if "scope" not in typed:
        chosen = [o.get("value") for o in console.html.all("option") if o.get("selected") == ""]
        assert chosen == ["south"]
    assert not links()
    console.send({"label": "J", "scope": "*", "until": "2026-12-01"}, 200)
    assert len(links()) == 1


def test_taking_a_link_back_is_asked_first(console, closed, sessions, clock, links):
    address = link_to(sessions, closed, clock, label="Maria <i>Weber</i>")
    console.get(f"/surveys/{closed}/share")
    (way,) = [a.get("href") for a in console.html.all("a") if "Take back" in "".join(a.itertext())]
    console.get(way)
    assert "Maria <i>Weber</i>" in console.html.text
    Pages(console.client.application).get(address)
    console.send()
    Pages(console.client.application).get(address, status=404)
    console.get(f"/surveys/{closed}/share")
    assert "Taken back on Monday 23 November 2026" in console.html.text
    console.get(way)
    assert "leads nowhere already" in console.html.text
    assert [link.state for link in links()] == ["revoked"]


def test_a_link_that_is_not_there_cannot_be_taken_back(console, closed):
    for number in ("0", "77", "9" * 30):
        console.get(f"/surveys/{closed}/share/{number}", 404)
        assert console.html.h1 == "There is no such link"


def test_a_group_can_be_chosen_beforehand(console, closed):
    console.get(f"/surveys/{closed}/share?group=coast")
    chosen = [o.get("value") for o in console.html.all("option") if o.get("selected") == ""]
    assert chosen == ["coast", "coast"], "of a link, and of a reader"


def test_there_is_nothing_to_share_before_the_survey_is_closed(console, opened):
    console.get(f"/surveys/{opened.slug}/share", 404)
    assert console.html.h1 == "No report"


def test_only_somebody_who_is_signed_in_makes_links(page, closed, links):
    page.get(f"/surveys/{closed}/share", 303)
    page.client.application.config["WTF_CSRF_ENABLED"] = False
    page.post(f"/surveys/{closed}/share", {"label": "x", "scope": "*", "until": "2026-12-01"})
    page.post(f"/surveys/{closed}/share/1")
    assert not links()
