"""Deleting and taking along from the console: pages that say what goes, and files for a client."""

import csv
import io
import re
import time
import zipfile
from dataclasses import replace
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from survey.app import create_app
from survey.services.rosters import add_person, people_of
from survey.services.unopened import warn_unopened
from survey.storage.models import Survey
from tests.leaving import COMMENT, copied, make_instance
from tests.web.checking import SignedIn
from tests.web.conftest import PASSWORD, Clock, Consultant

AFTER = timedelta(days=16)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("leaving")
    instance = make_instance(f"sqlite:///{folder / 'headwind.db'}", folder)
    instance.end()
    return instance


@pytest.fixture
def here(made, tmp_path):
    """A client with a closed survey that has comments, and an open one."""
    with copied(made, tmp_path / "copy", None) as copy:
        yield copy


@pytest.fixture
def console(here):
    from tests.collecting import NOON

    clock = Clock(NOON + AFTER)
    config = replace(here.config, public_url="http://localhost", secret_key="for tests " * 5)
    app = create_app(config, sessions=here.sessions, clock=clock)
    app.testing = True
    return Consultant(app, clock)


def settled(console, address: str) -> None:
    """Wait until a page no longer loads itself again."""
    end = time.monotonic() + 30
    while "Refresh" in console.get(address).headers:
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_page_says_in_numbers_what_goes_and_what_stays(console, here):
    console.get(f"/surveys/{here.closed.slug}")
    console.html.one("a", href=f"/surveys/{here.closed.slug}/delete")
    with here.sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(results_on=date(2026, 12, 1)))
    console.get(f"/surveys/{here.closed.slug}/delete")
    seen = console.html.text
    console.send({"name": "First wave"}, 422)
    assert "Tick that you have told them that it goes before." in console.html.text
    assert console.html.one("input", id="told").get("aria-invalid") == "true"
    console.get(f"/surveys/{here.open.slug}/delete")
    assert not console.html.all("input", id="told")
    assert "all figures of 2 groups. 12 comments in people’s own words." in seen
    assert "What groups agreed to (1)" in seen
    assert "The log of who opened which report. It names this survey" in seen
    assert "Backups made before" in seen


def test_a_wrong_name_deletes_nothing_and_the_right_one_everything(console, here):
    address = f"/surveys/{here.closed.slug}"
    console.get(f"{address}/delete")
    console.send({"name": "Some wave"}, 422)
    assert "Type “First wave” to confirm. Nothing was deleted." in console.html.text
    assert console.html.one("input", id="name").get("value") == "Some wave"
    assert not (here.folder / "leaving").exists()
    assert console.send({"name": "first wave"}).location == f"/deleted?client={here.client}"
    settled(console, f"/deleted?client={here.client}")
    assert "they keep nothing of it" in console.html.text
    console.get(address, 404)
    console.get(f"/s/{here.closed.slug}", 404)
    assert "There is no survey at this address" in console.html.text
    for path in here.place.files():
        assert COMMENT.encode() not in path.read_bytes()


def test_with_a_survey_go_the_files_that_were_made_of_it(console, here):
    for folder, name in (("parcels", "zip"), ("closing", "json")):
        (here.folder / folder).mkdir()
        (here.folder / folder / f"{here.closed.slug}.{name}").write_bytes(b"of it")
    (here.folder / "parcels" / f"{here.closed.slug}.lock").write_bytes(b"")
    console.get(f"/surveys/{here.closed.slug}/delete")
    console.send({"name": "First wave"})
    settled(console, "/deleted")
    assert not list(here.folder.rglob(f"{here.closed.slug}*"))


def test_of_an_open_survey_it_is_said_that_nobody_will_ever_read_the_answers(console, here):
    slug = here.open.slug
    console.get(f"/surveys/{slug}/delete")
    seen = console.html.text
    assert "nobody will ever read them: the key is destroyed first" in seen
    assert "25 codes" in seen
    assert "14" not in re.sub(r"\d{4}", "", seen)  # so many have answered
    console.send({"name": "Second wave"})
    settled(console, "/deleted")
    code = here.open.codes["north"][0]
    console.client.get("/logout")
    console.get(f"/s/{slug}", 404)
    assert "There is no survey at this address" in console.html.text
    assert code not in console.html.text


def test_a_survey_that_is_being_closed_has_no_button(console, here):
    with here.sessions() as session, session.begin():
        session.execute(
            sa.update(Survey).where(Survey.slug == here.open.slug).values(state="destroying")
        )
    console.get(f"/surveys/{here.open.slug}/delete")
    assert "is being closed at this moment" in console.html.text
    assert len(console.html.all("form")) == 1  # signing out
    console.get(f"/clients/{here.client}/delete")
    assert "is being closed at this moment" in console.html.text


def test_a_roster_goes_after_the_name_of_its_client_and_units_stay(console, here):
    console.get(f"/clients/{here.client}/roster/delete")
    assert "1 person, with name, mail address and language." in console.html.text
    console.send({"name": "Haven"}, 422)
    console.send({"name": "Hafen AG"})
    with here.sessions() as session:
        assert people_of(session, here.client) == ()
    console.get(f"/clients/{here.client}/roster/delete")
    assert "There is nobody in the roster" in console.html.text
    console.get(f"/clients/{here.client}/units")
    assert "Night shift" in console.html.text


def test_a_client_goes_with_its_surveys_only_when_that_is_ticked(console, here):
    address = f"/clients/{here.client}"
    console.get(f"{address}/delete")
    assert "First wave: closed: the figures of 2 groups, 12 comments" in console.html.text
    assert "Second wave: not closed yet" in console.html.text
    console.send({"name": "Hafen AG"}, 422)
    assert "Tick that all surveys of this client go as well." in console.html.text
    assert console.html.one("input", id="name").get("value") == "Hafen AG"
    console.send({"name": "Hafen AG", "surveys": "yes"})
    settled(console, "/deleted")
    console.get(address, 404)
    console.get("/surveys")
    assert "There is no survey yet." in console.html.text


def test_a_consultant_deletes_surveys_and_rosters_but_no_client(console, here):
    from survey.services.accounts import add_user
    from survey.storage.workspace import Membership

    with here.sessions() as session:
        kim = add_user(session, "kim@example.org", "Kim", PASSWORD, "consultant")
        with session.begin():
            session.add(Membership(client=here.client, account=kim.id))
    kims = SignedIn(console.client.application)
    kims.sign_in("kim@example.org", PASSWORD)
    kims.get(f"/clients/{here.client}")
    links = [str(link.get("href")) for link in kims.html.all("a")]
    assert f"/clients/{here.client}/roster/delete" in links
    assert f"/clients/{here.client}/delete" not in links
    kims.get(f"/clients/{here.client}/delete", 404)
    kims.get(f"/surveys/{here.open.slug}/delete")


def test_answers_that_nobody_opens_are_told_on_the_page_and_in_the_list(console, here):
    console.get(f"/surveys/{here.open.slug}")
    assert "destroyed unread after 60 days, here on 15 January 2027" in console.html.text
    console.wait(days=35)
    warn_unopened(here.sessions, console.clock(), "", by_mail=False)
    console.get(f"/surveys/{here.open.slug}")
    assert "Nobody has opened these answers yet. From 15 January 2027 on" in console.html.text
    console.get("/surveys")
    assert "destroyed unread from 15 January 2027 on" in console.html.text


def test_a_survey_without_its_answers_says_so_and_takes_no_code(console, here):
    day = console.clock().date()
    with here.sessions() as session, session.begin():
        row = sa.update(Survey).where(Survey.slug == here.open.slug)
        session.execute(row.values(state="ended", lost_on=day))
    console.get(f"/surveys/{here.open.slug}")
    assert "That does not mean that nobody answered" in console.html.text
    console.get(f"/surveys/{here.open.slug}/close", 303)
    assert console.get(f"/s/{here.open.slug}").status_code == 200


def test_the_day_of_a_roster_is_proposed_and_shown(console, here):
    console.get(f"/clients/{here.client}/details")
    assert "Usual: 16 December 2026, a month after the end" in console.html.text
    console.send({"roster_until": "2026-12-16"})
    console.get(f"/clients/{here.client}")
    assert "The roster is deleted by itself on 16 December 2026." in console.html.text


# --- everything of a client


@pytest.fixture
def parcel(console, here) -> zipfile.ZipFile:
    address = f"/clients/{here.client}/export"
    console.get(address)
    console.send({}, action=address)
    settled(console, address)
    assert "The file is ready" in console.html.h1
    with console.client.get(f"{address}.zip") as saved:
        assert saved.headers["Cache-Control"] == "no-store"
        return zipfile.ZipFile(io.BytesIO(saved.data))


def test_the_file_of_a_client_explains_every_file_in_it(parcel):
    names = parcel.namelist()
    assert "surveys/01 First wave/figures.xlsx" in names
    assert "surveys/02 Second wave/frozen.txt" in names
    assert not [name for name in names if "02 Second" in name and "figures" in name]
    readme = parcel.read("README.txt").decode()
    for name in names:
        assert name == "README.txt" or name.rpartition("/")[2] in readme
    assert "Answers of people. Of closed surveys they exist nowhere" in readme


def test_it_holds_the_roster_and_what_was_agreed(parcel):
    people = list(csv.reader(io.StringIO(parcel.read("roster/people.csv").decode("utf-8-sig"))))
    assert people[1][:3] == ["Night shift", "Ida Falke", "ida@example.org"]
    agreed = parcel.read("surveys/01 First wave/agreed.csv").decode("utf-8-sig")
    assert "Meet weekly" in agreed
    record = parcel.read("surveys/01 First wave/record.txt").decode().split()
    assert len(record) == 25


def test_it_holds_no_answer_and_no_code(parcel, here):
    whole = b"".join(parcel.read(name) for name in parcel.namelist())
    with here.sessions() as session:
        boxes = session.execute(sa.text("SELECT nullifier, sealed FROM box")).all()
        hashes = session.scalars(sa.text("SELECT hash FROM credential")).all()
    for secret in (*(part for row in boxes for part in row), *hashes):
        assert bytes(secret)[:16] not in whole
        assert bytes(secret)[:16].hex().encode() not in whole
    for code in (*here.open.opening_codes, *here.place.codes):
        assert code.encode() not in whole


def test_a_file_that_is_no_longer_so_is_not_given(console, here, parcel):
    address = f"/clients/{here.client}/export"
    with here.sessions() as session:
        (person,) = people_of(session, here.client)
        told = {"name": "Somebody Else", "mail": "", "language": "en", "leads": ""}
        add_person(session, here.client, person.unit, told)
    with console.client.get(f"{address}.zip") as answer:
        assert answer.status_code == 404
    console.get(address)
    assert "Take everything along" in console.html.h1
