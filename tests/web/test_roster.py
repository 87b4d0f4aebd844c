"""The people of a client in the console: a file with faults, the preview, saving; one by one."""

import csv
import io
import json
import os
import time

import pytest
import sqlalchemy as sa

from survey.services.accounts import User
from survey.services.client_units import tree_of
from survey.services.clients import add_client
from survey.services.roster_staging import AT_ONCE
from survey.services.roster_tables import LARGEST_FILE
from survey.services.rosters import add_person, people_of
from survey.services.staged_files import LIFE
from survey.storage.workspace import Account
from survey.web.roster_upload import EXTENSION
from tests.test_roster_reading import workbook
from tests.web.checking import text_of

OWNER = User("owner@example.org", "Owner", "owner", 1)
ROSTER = "/clients/northgate/roster"
UPLOAD = f"{ROSTER}/upload"
HEADER = "unit,name,mail,language,leads\n"
GOOD = HEADER + "Sales,Bo,bo@example.org,en,yes\nSales > North,Anna,anna@example.org,,\n"
FAULTY = HEADER + (
    "Sales,Bo,bo@example.org,en,yes\n"
    "Sales > North,Anna,anna at example.org,,\n"
    "Sales > North,Ben,ben@example.org,tlh,\n"
    ",Cleo,cleo@example.org,,\n"
)


@pytest.fixture
def client(sessions, clock) -> str:
    with sessions() as session:
        return add_client(session, OWNER, "Northgate", "en", "Europe/Berlin", clock())


def bring(console, text, name="people.csv") -> str:
    """Upload a file and wait until it was checked; the address of its preview."""
    console.get(UPLOAD)
    data = text if isinstance(text, bytes) else text.encode()
    return follow(console, console.send({"file": (io.BytesIO(data), name)}).location)


def follow(console, where: str) -> str:
    end = time.monotonic() + 30
    while console.client.get(f"{where}/progress.json").json["state"] == "running":
        assert time.monotonic() < end
        time.sleep(0.02)
    console.get(where)
    return where


def save(console, where: str, **told) -> None:
    console.send({"way": "replace"} | told, action=f"{where}/save")
    follow(console, where)


def names(sessions, client) -> list[str]:
    with sessions() as session:
        return [person.name for person in people_of(session, client)]


def staged_files(config) -> list[str]:
    return sorted(p.suffix for p in (config.instance / "rosters").iterdir())


def test_an_empty_roster_says_what_to_do(console, client):
    console.get(ROSTER)
    assert "There is nobody in the roster yet." in console.html.text
    console.html.one("a", href=UPLOAD)
    console.get(f"{ROSTER}/new")
    assert "There are no units yet." in console.html.text


def test_a_good_file_shows_what_would_change_saves_it_and_is_deleted(
    console, client, sessions, config
):
    where = bring(console, GOOD)
    for told in ("2 rows were read (people.csv). There is no fault.", "Added: 2", "New units: 2"):
        assert told in console.html.text
    assert names(sessions, client) == []
    assert staged_files(config) == [".faults", ".json", ".lock", ".preview", ".table"]
    for file in (config.instance / "rosters").iterdir():
        assert file.stat().st_mode & 0o777 == 0o600
    save(console, where)
    assert console.html.h1 == "The roster is saved"
    assert names(sessions, client) == ["Bo", "Anna"]
    assert staged_files(config) == [".json", ".lock"]
    assert b"example.org" not in b"".join(
        file.read_bytes() for file in (config.instance / "rosters").iterdir()
    )


def test_every_fault_is_shown_by_row_and_nothing_is_saved_while_there_is_one(
    console, client, sessions
):
    where = bring(console, FAULTY)
    assert "4 rows were read (people.csv). 3 of them have faults." in console.html.text
    for told in (
        "Row 3, mail: anna at example.org",
        "Row 4, language: tlh",
        "The language “tlh” is not known",
        "Write one of these: en, de.",
        "Row 5, unit",
        "Write the unit of the person, or leave the row out.",
    ):
        assert told in console.html.text
    console.send({"way": "replace"}, 422, action=f"{where}/save")
    assert "There are still rows with faults." in console.html.text
    assert names(sessions, client) == []


def test_rows_with_faults_are_left_out_only_where_that_is_said(console, client, sessions):
    where = bring(console, FAULTY)
    save(console, where, leave_out="yes")
    assert names(sessions, client) == ["Bo"]


def test_rows_with_faults_can_be_taken_along_each_with_what_to_do(console, client):
    where = bring(console, FAULTY + "Sales,=1+1,x at y,,\n")
    body = console.get(f"{where}/faults.csv").data.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert rows[0][:5] == ["Row", "Column", "What is wrong", "What to do", "unit"]
    assert [row[:3] for row in rows[1:]] == [
        ["3", "mail", "No mail address"],
        ["4", "language", "The language “tlh” is not known"],
        ["5", "unit", "No unit"],
        ["6", "mail", "No mail address"],
    ]
    assert rows[1][4:7] == ["Sales > North", "Anna", "anna at example.org"]
    assert rows[4][5] == "'=1+1", "no spreadsheet runs it"


def test_many_faults_are_told_together_and_listed_in_pages(console, client):
    rows = "".join(f"Sales,P{i},p{i} at example.org,,\n" for i in range(412))
    where = bring(console, HEADER + "Sales,Good,good@example.org,,\n" + rows)
    assert "No mail address 412 rows" in console.html.text
    assert console.html.text.count(" at example.org") == 10
    console.get(f"{where}/faults/0?page=9")
    listed = [text_of(row) for row in console.html.one("tbody").iter("tr")]
    assert len(listed) == 12
    assert listed[-1].startswith("414p411 at example.org")
    console.get(f"{where}/faults/7", 404)


def test_adding_asks_nobody_to_go_and_replacing_says_how_many_do(console, client, sessions):
    save(console, bring(console, GOOD))
    where = bring(console, HEADER + "Sales,New,new@example.org,,\n")
    assert "In the roster, not in the file: 2" in console.html.text
    assert "2 people are taken out." in console.html.text
    console.send({}, 422, action=f"{where}/save")
    assert "Choose what happens to those who are not in the file." in console.html.text
    save(console, where, way="add")
    assert names(sessions, client) == ["Bo", "New", "Anna"]


def test_a_preview_is_made_again_when_the_roster_changed_meanwhile(console, client, sessions):
    save(console, bring(console, GOOD))
    where = bring(console, HEADER + "Sales,New,new@example.org,,\n")
    with sessions() as session:
        add_person(session, client, "north", {"name": "Between"})
    console.get(where)
    follow(console, where)
    assert "The roster or its units were changed meanwhile" in console.html.text
    assert "In the roster, not in the file: 3" in console.html.text
    save(console, where)
    assert names(sessions, client) == ["New"]


def test_who_saves_an_outdated_preview_saves_nothing_and_sees_a_new_one(console, client, sessions):
    save(console, bring(console, GOOD))
    where = bring(console, HEADER + "Sales,New,new@example.org,,\n")
    with sessions() as session:
        add_person(session, client, "north", {"name": "Between"})
    save(console, where)
    assert console.html.h1 == "Before anything is saved"
    assert "were changed meanwhile" in console.html.text
    assert "Between" in names(sessions, client)


def test_units_that_are_missing_are_made_where_that_is_said(console, client, sessions):
    save(console, bring(console, GOOD))
    where = bring(console, HEADER + "Sale,Cleo,cleo@example.org,,\n")
    assert "No unit is called “Sale”" in console.html.text
    assert "Did you mean “Sales”?" in console.html.text
    console.post(f"{where}/again", token(console) | {"make_units": "yes"})
    follow(console, where)
    assert "New units: 1" in console.html.text
    console.post(f"{where}/again", token(console) | {"make_units": "no"})
    follow(console, where)
    assert "No unit is called “Sale”" in console.html.text


def token(console) -> dict[str, str]:
    return {"csrf_token": console.html.all("input", name="csrf_token")[0].get("value")}


def test_cells_that_are_pasted_are_read_like_a_file(console, client, sessions):
    console.get(UPLOAD)
    pasted = 'Einheit\tName\tMail\nSales\t"An\nna"\tanna@example.org\n'
    where = console.send({"pasted": pasted}).location
    follow(console, where)
    assert not console.html.all("textarea"), "nothing is to be mended"
    save(console, where)
    assert names(sessions, client) == ["An na"]


def test_pasted_cells_with_faults_are_mended_in_place_and_long_ones_in_the_file(
    console, client, sessions
):
    pasted = "unit\tname\tmail\nSales\tAnna\tno address\n"
    console.get(UPLOAD)
    follow(console, console.send({"pasted": pasted}).location)
    kept = str(console.html.one("textarea", id="pasted").text)
    mended = kept.replace("no address", "anna@example.org")
    where = console.send({"pasted": mended}, action=UPLOAD).location
    follow(console, where)
    save(console, where)
    assert names(sessions, client) == ["Anna"]
    console.get(UPLOAD)
    follow(console, console.send({"pasted": pasted + pasted[15:] * 200}).location)
    assert not console.html.all("textarea")
    bring(console, pasted.encode(), "people.csv")
    assert not console.html.all("textarea"), "a file is mended where it lies"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({}, "Choose a file, or paste rows with their header."),
        ({"pasted": " \n "}, "Choose a file, or paste rows with their header."),
        ({"pasted": "unit", "file": (io.BytesIO(b"unit"), "a.csv")}, "not both."),
        ({"file": (io.BytesIO(b""), "empty.csv")}, "There is nothing in it."),
    ],
)
def test_an_upload_of_nothing_says_so(console, client, sent, told):
    console.get(UPLOAD)
    console.send(sent, 422)
    assert told in console.html.text


def test_a_file_that_is_no_table_is_refused_with_a_way_on(console, client):
    bring(console, b"%PDF-1.7", "report.pdf")
    assert console.html.h1 == "The file could not be used"
    assert "The file is no table." in console.html.text
    console.html.one("a", href=UPLOAD)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(console, client):
    length = {"CONTENT_LENGTH": str(LARGEST_FILE + 100_000)}
    console.post(UPLOAD, {}, 400, environ_overrides=length)
    assert "The file is larger than 20 MB." in console.html.text


def test_a_staged_file_belongs_to_one_client_and_one_account(console, client, sessions, app, clock):
    where = bring(console, GOOD)
    with sessions() as session:
        add_client(session, OWNER, "Other", "en", "UTC", clock())
    elsewhere = where.replace("northgate", "other")
    assert console.get(elsewhere, 303).location.startswith("/clients/other/roster/upload?gone")
    for path in ("/faults.csv", "/progress.json"):
        console.get(elsewhere + path, 404)
    kept = app.extensions[EXTENSION]
    key = where.rpartition("/")[2]
    assert kept.find(client, 1, key)
    with pytest.raises(Exception, match="no longer kept"):
        kept.find(client, 2, key)
    for wrong in ("../headwind", "x" * 32, key.upper() + "0"):
        with pytest.raises(Exception, match="no longer kept"):
            kept.find(client, 1, wrong)


def test_cancelling_deletes_the_file_and_a_new_one_replaces_the_old(console, client, config):
    where = bring(console, GOOD)
    bring(console, GOOD)
    assert staged_files(config).count(".table") == 1
    assert "gone=1" in console.get(where, 303).location
    where = bring(console, GOOD)
    console.post(f"{where}/cancel", token(console))
    assert staged_files(config) == []


def test_what_is_a_day_old_is_thrown_away(console, client, config, app):
    bring(console, GOOD)
    app.extensions[EXTENSION].tidy()
    assert staged_files(config)
    for file in (config.instance / "rosters").iterdir():
        os.utime(file, (time.time() - LIFE - 1,) * 2)
    app.extensions[EXTENSION].tidy()
    assert staged_files(config) == []


def test_work_that_a_crash_interrupted_begins_again_by_itself(console, client, config):
    where = bring(console, GOOD)
    (state,) = (config.instance / "rosters").glob("*.json")
    told = json.loads(state.read_text())
    state.write_text(json.dumps(told | {"state": "working", "stage": "checking"}))
    console.get(where)
    follow(console, where)
    assert console.html.h1 == "Before anything is saved"


def test_while_work_goes_on_its_page_loads_itself_again(console, client):
    assert AT_ONCE.acquire(timeout=10)
    assert AT_ONCE.acquire(timeout=10)
    try:
        console.get(UPLOAD)
        where = console.send({"file": (io.BytesIO(GOOD.encode()), "a.csv")}).location
        console.get(where)
        assert console.html.h1 == "Reading the roster"
        assert "refresh" in console.html.source
        console.html.one("ol", id="stages")
    finally:
        AT_ONCE.release(2)
    follow(console, where)
    assert console.html.h1 == "Before anything is saved"


def test_a_file_that_is_being_checked_goes_too_when_its_roster_or_client_does(
    console, client, config, app
):
    kept = app.extensions[EXTENSION]
    assert AT_ONCE.acquire(timeout=10)
    assert AT_ONCE.acquire(timeout=10)
    try:
        console.get(UPLOAD)
        where = console.send({"file": (io.BytesIO(GOOD.encode()), "a.csv")}).location
        assert ".table" in staged_files(config)
        kept.forget(client)
        assert "gone=1" in console.get(where, 303).location
    finally:
        AT_ONCE.release(2)
    end = time.monotonic() + 10
    while staged_files(config):
        assert time.monotonic() < end, staged_files(config)
        time.sleep(0.02)


def test_what_was_to_go_as_the_server_was_killed_goes_when_it_starts_again(
    console, client, config, app
):
    bring(console, GOOD)
    (state,) = (config.instance / "rosters").glob("*.json")
    state.with_suffix(".gone").touch()
    app.extensions[EXTENSION].tidy()
    assert staged_files(config) == []


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
@pytest.mark.parametrize("language", ["en", "de"])
def test_the_template_is_read_and_its_examples_are_refused(
    console, client, config, sessions, ending, language
):
    with sessions() as session, session.begin():
        session.execute(sa.update(Account).values(language=language))
    body = console.get(f"{ROSTER}/take/template.{ending}").data
    where = bring(console, body, f"template.{ending}")
    with sessions() as session:
        assert not tree_of(session, client)
    kept = console.client.application.extensions[EXTENSION]
    (state,) = (config.instance / "rosters").glob("*.json")
    account = json.loads(state.read_text())["account"]
    preview = kept.preview(kept.find(client, account, where.rpartition("/")[2]))
    assert [(kind.fault.kind, kind.many) for kind in preview.kinds] == [("example", 2)]
    assert preview.ignored == ()


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_the_roster_that_is_taken_along_changes_nothing_when_it_comes_back(console, client, ending):
    odd = (
        'Sales > North,"Zoë ""Z"" O\'Hara; Müller",zoe@example.org,de,\nSales,=Anna,,,\nSales,,,,\n'
    )
    save(console, bring(console, GOOD + odd))
    body = console.get(f"{ROSTER}/take/people.{ending}").data
    bring(console, body, f"people.{ending}")
    assert "Nothing: everybody in the file is in the roster as they are." in console.html.text
    console.get(f"{ROSTER}/take/people.pdf", 404)


def test_a_workbook_offers_its_sheets(console, client):
    where = bring(console, workbook([["cover"]], [["unit"], ["Sales"]]), "people.xlsx")
    assert "The first row must name the columns" in console.html.text
    console.post(f"{where}/again", token(console) | {"sheet": "Sheet2"})
    follow(console, where)
    assert "1 row was read" in console.html.text


def test_the_list_is_searched_filtered_and_comes_in_pages(console, client, sessions):
    rows = "".join(f"Unit {i % 3} > Team,P {i:03},p{i}@example.org,,\n" for i in range(120))
    save(console, bring(console, HEADER + rows + "Unit 0,Boss,boss@example.org,,yes\n"))
    console.get(ROSTER)
    assert "121 people" in console.html.text
    assert text_of(console.html.one("ul", **{"class": "people"})).startswith("Boss leads the unit")
    console.get(console.html.one("a", rel="next").get("href"))
    assert "Page 2 of 3" in console.html.text
    console.get(f"{ROSTER}?page=99")
    assert "Page 3 of 3" in console.html.text
    console.get(f"{ROSTER}?q=p+007")
    assert "1 of 121 people fit “p 007”." in console.html.text
    console.get(f"{ROSTER}?unit=unit-1")
    assert "40 of 121 people are in Unit 1 and the units below." in console.html.text
    console.get(f"{ROSTER}?q=nobody")
    assert "Nobody fits." in console.html.text


def test_one_person_is_added_changed_and_taken_out(console, client, sessions):
    save(console, bring(console, GOOD))
    console.get(f"{ROSTER}/new?unit=north")
    console.send({"name": "Zed", "mail": "zed"}, 422)
    assert "Write one address such as anna.meier@firm.example" in console.html.text
    console.send({"mail": "ANNA@example.org"}, 422)
    assert "ANNA@example.org stands in the roster already." in console.html.text
    console.send({"mail": "zed@example.org"})
    with sessions() as session:
        zed = next(p for p in people_of(session, client) if p.name == "Zed")
    assert zed.unit == "north"
    console.get(f"{ROSTER}/{zed.id}")
    console.send({"unit": "sales", "leads": "yes", "language": "de"})
    console.get(f"{ROSTER}/{zed.id}")
    assert console.html.one("input", name="leads").get("checked") is not None
    console.send({}, action=f"{ROSTER}/{zed.id}/delete")
    console.get(f"{ROSTER}/{zed.id}", 404)
    assert names(sessions, client) == ["Bo", "Anna"]


def test_markup_and_formulas_in_a_file_stay_text_on_every_page(console, client):
    nasty = "<script>alert(1)</script>"
    row = f'"{nasty}","=cmd|x","{nasty}@x",{nasty},\n"{nasty}","{nasty}",n@example.org,,\n'
    where = bring(console, HEADER + row)
    assert nasty in console.html.text
    save(console, where, leave_out="yes")
    console.get(ROSTER)
    assert nasty in console.html.text
