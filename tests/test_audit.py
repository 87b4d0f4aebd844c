"""`headwind audit`: a healthy instance passes, every planted leak is named, nothing is touched."""

import base64
import json
import os
import random
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
import sqlalchemy as sa

from survey.ballots.codes import person_code
from survey.cli.audit import report
from survey.cli.main import main
from survey.services.auditing import audit, request
from survey.services.closing import close_survey
from survey.services.helped import note
from survey.storage.engine import database_file, engine_of
from survey.storage.models import Box, Credential, Survey
from survey.storage.workspace import Account
from tests.collecting import (
    AFTER,
    NOON,
    Place,
    answer_all,
    make_place,
    make_plan,
    make_response,
    responses_for,
)

HOLDER = """
import sys, pysqlite3
connection = pysqlite3.connect(sys.argv[1])
connection.execute("update survey set spoiled = 0")
connection.commit()
print(".", flush=True)
sys.stdin.read()
"""


@dataclass
class Instance:
    """An instance folder with one survey, and the command to look at it."""

    place: Place
    folder: Path
    capsys: pytest.CaptureFixture[str]

    @property
    def slug(self) -> str:
        return self.place.slug

    @property
    def file(self) -> Path:
        return database_file(engine_of(self.place.sessions))

    @property
    def key(self) -> Path:
        return self.folder / "keys" / f"{self.slug}.key"

    def sql(self, *statements: str, **values: object) -> None:
        """Change the database as somebody does who may."""
        with engine_of(self.place.sessions).begin() as connection:
            for statement in statements:
                connection.execute(sa.text(statement), values)

    def raw(self, *statements: str) -> None:
        """Change an SQLite file without the rules of this program."""
        self.place.end()
        connection = sqlite.connect(self.file)
        for statement in statements:
            connection.execute(statement)
            connection.commit()
        connection.close()

    def close(self) -> None:
        place = self.place
        close_survey(place.sessions, place.keys, place.slug, place.opening_codes, AFTER)

    def audit(self, *arguments: str) -> tuple[int, str]:
        """Run the command; return its status and its text, unwrapped."""
        self.place.end()
        database = [] if self.place.url.startswith("sqlite") else ["--database", self.place.url]
        return run(self.capsys, "--instance", str(self.folder), *database, *arguments)

    def wrong(self, *arguments: str) -> list[str]:
        """Run the command and return what it calls wrong."""
        out = self.folder.parent / "audit.json"
        status, _ = self.audit("--json", str(out), *arguments)
        told = json.loads(out.read_text())
        found = [f["text"] for f in told["findings"] if f["kind"] == "wrong"]
        assert status == (1 if found else 0)
        assert told["wrong"] == len(found)
        return found


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        main(["audit", *arguments])
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), " ".join((out + err).split())


def settle(folder):
    folder.chmod(0o700)
    return folder


@pytest.fixture(autouse=True)
def cheap(monkeypatch):
    """The tests' own keys are wrapped cheaply; what is judged is against that."""
    monkeypatch.setattr("survey.services.auditing_folder.SCRYPT_N", 2**4)


def twenty_answer(place):
    """Let 20 of 25 people answer."""
    answer_all(place, responses_for(place.codes[:20]))


@pytest.fixture
def on_sqlite(originals, tmp_path, capsys):
    with originals("sqlite", twenty_answer).copy(settle(tmp_path)) as place:
        yield Instance(place, tmp_path, capsys)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def instance(request):
    return request.getfixturevalue("on_sqlite" if request.param == "sqlite" else "on_postgres")


@pytest.fixture
def on_postgres(originals, tmp_path, capsys):
    with originals("postgresql", twenty_answer).copy(settle(tmp_path)) as place:
        yield Instance(place, tmp_path, capsys)


# --- nothing wrong


def test_a_healthy_open_survey_passes_and_is_told_in_plain_words(instance):
    status, text = instance.audit()
    assert status == 0, text
    assert "Result: nothing wrong was found." in text
    assert "is not closed yet. It takes answers until 16 November 2026" in text
    assert "no name, no time, no address, and no mark on the code" in text
    assert "Ana Lindqvist; the works council" in text
    assert "another check value made from the code" in text
    assert "covers Headwind's own files, not Python" in text


def test_the_audit_begins_with_the_whole_in_a_few_lines(instance):
    text = instance.audit()[1]
    short, _, rest = text.partition("What is wrong ----")
    assert "Surveys whose sealed answers are stored: 1. Closed, or being closed: 0." in short
    assert "database, key folder and one of the two opening codes can read every answer" in short
    assert "Whoever also knows which code a person was given" in short
    assert "Surveys whose sealed answers" not in rest
    assert "A changed program." in text


def test_a_healthy_closed_survey_passes_and_keeps_nobodys_answers(instance):
    instance.close()
    with instance.place.sessions() as session, session.begin():
        told = {"password": "", "role": "reader", "asked_by": "ola@example.org"}
        session.add(Account(email="ana@example.org", name="Ana", **told))
        note(session, "bob@example.org", "ola@example.org", "removed", AFTER)
    status, text = instance.audit()
    assert status == 0, text
    assert "and who saw the link to their password (1 account)" in text
    assert "the account removed; with address, who did it and when (1 line)." in text
    assert "example.org" not in text
    assert "is closed. No answer, code or key of it should be left" in text
    assert "25 receipts: as many lines as people were asked" in text
    assert "Whoever has database, key folder" not in text


def test_a_replaced_answer_is_nothing_wrong(instance):
    answer_all(instance.place, responses_for(instance.place.codes[:20], seed=2))
    assert instance.wrong() == []


def test_no_number_of_boxes_is_told_while_a_survey_is_open(instance):
    first = instance.audit()[1]
    answer_all(instance.place, responses_for(instance.place.codes[20:24]))
    assert instance.audit()[1] == first


def test_the_first_box_after_a_start_changes_nothing_that_is_told(on_sqlite):
    """It makes SQLite's log appear beside the database, and later ones make it grow."""
    seen = []
    assert not on_sqlite.file.with_name("headwind.db-wal").exists()
    for at in range(4):
        if at:
            on_sqlite.place.answer(on_sqlite.place.codes[19 + at], make_response(random.Random(at)))
        seen.append(look_beside(on_sqlite.folder))
    assert on_sqlite.file.with_name("headwind.db-wal").exists()
    assert len(set(seen)) == 1
    assert "sealed boxes among it" in seen[0]


def look_beside(folder):
    """Audit a copy, as somebody does who looks again and again while the server runs."""
    copy = folder.parent / f"{folder.name}-copy"
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(folder, copy)
    return "\n".join(report(audit(request(copy, {}, copy=True))))


def test_a_live_database_can_be_looked_at(on_sqlite):
    """Another process holds it open, with its log beside it."""
    on_sqlite.place.end()
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(on_sqlite.file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with holder:
        assert holder.stdout
        holder.stdout.readline()
        assert on_sqlite.file.with_name("headwind.db-wal").stat().st_size
        assert on_sqlite.wrong() == []


# --- nothing touched


def state(folder):
    return {
        path: (path.stat().st_mtime_ns, path.read_bytes() if path.is_file() else b"")
        for path in [folder, *folder.rglob("*")]
    }


@pytest.mark.parametrize("log", [False, True])
def test_a_copy_is_read_without_a_change_of_a_byte_or_a_time(on_sqlite, tmp_path, log):
    copy = tmp_path.parent / f"{tmp_path.name}-copy"
    if log:  # while connections are open, the log holds what is new
        on_sqlite.place.answer(on_sqlite.place.codes[20], responses_for(["x"])["x"])
        shutil.copytree(tmp_path, copy)
        (copy / "headwind.db-shm").unlink()
        assert (copy / "headwind.db-wal").stat().st_size
    else:
        on_sqlite.place.end()
        shutil.copytree(tmp_path, copy)
    for path in copy.rglob("*"):
        path.chmod(0o500 if path.is_dir() else 0o400)
    before = state(copy)
    status, text = run(on_sqlite.capsys, "--instance", str(copy))
    assert (status, state(copy)) == (0, before), text


def test_a_copy_without_keys_and_rights_passes_when_it_is_said_to_be_one(on_sqlite, tmp_path):
    shutil.rmtree(tmp_path / "keys")
    on_sqlite.file.chmod(0o644)
    assert len(on_sqlite.wrong()) == 2
    status, text = on_sqlite.audit("--copy")
    assert status == 0
    assert "The key folder: it is not part of this copy." in text


# --- leaks in tables, on both databases


def plant_a_column(it):
    it.sql("ALTER TABLE box ADD COLUMN created_at TIMESTAMP")


def plant_a_table(it):
    it.sql("CREATE TABLE spy (code TEXT)")


def plant_a_view(it):
    it.sql("CREATE VIEW turnout AS SELECT unit, count(*) FROM box GROUP BY unit")


def plant_an_index(it):
    it.sql("CREATE INDEX by_unit ON box (unit)")


def plant_an_unknown_survey(it):
    it.sql("UPDATE credential SET survey = 'nowhere'")


def plant_boxes_without_codes(it):
    it.sql("UPDATE box SET unit = 'desk'")


def plant_another_roster(it):
    it.sql("UPDATE unit SET name = 'Somebody else' WHERE id = 'desk'")


def plant_a_missing_key(it):
    it.key.unlink()


def plant_an_open_key(it):
    it.key.chmod(0o644)


def plant_an_open_folder(it):
    it.key.parent.chmod(0o755)


def plant_half_a_key(it):
    part = it.key.with_name(f".{it.slug}.0000.part")
    part.write_bytes(b"half")
    part.chmod(0o600)


def plant_a_weak_key(it):
    it.key.write_text(re.sub(r'"scrypt_n": \d+', '"scrypt_n": 2', it.key.read_text()))


def plant_a_key_of_another_scheme(it):
    it.sql("UPDATE survey SET scheme = 'two of three', fingerprint = ''")


def plant_a_strange_file(it):
    (it.key.parent / "notes.txt").write_text("who holds which code")


def plant_plain_http(it):
    (it.folder / "config.toml").write_text('public_url = "http://survey.example.org"\n')


def plant_the_demos_codes(it):
    (it.folder / "demo.json").write_text("{}")


LEAKS_IN_TABLES = [
    (plant_a_column, "an unknown column: box.created_at"),
    (plant_a_table, "an unknown table: spy"),
    (plant_a_view, "turnout"),
    (plant_an_index, "an unknown index: box: by_unit"),
    (plant_an_unknown_survey, "surveys that do not exist: nowhere"),
    (plant_boxes_without_codes, "more sealed boxes than codes"),
    (plant_another_roster, "no longer give its six words"),
    (plant_a_key_of_another_scheme, "opens with two of three codes, but its key opens with one"),
]
LEAKS_IN_FILES = [
    (plant_a_missing_key, "its key is not in the key folder"),
    (plant_an_open_key, "mode 0644"),
    (plant_an_open_folder, "mode 0755"),
    (plant_half_a_key, "half-written key"),
    (plant_a_weak_key, "less well protected against guessing"),
    (plant_a_strange_file, "notes.txt is not a file that this program keeps here"),
    (plant_plain_http, "without encryption"),
    (plant_the_demos_codes, "a folder that is not the demo's"),
]


@pytest.mark.parametrize(("plant", "said"), LEAKS_IN_TABLES)
def test_what_is_wrong_in_a_table_is_named(instance, plant, said):
    plant(instance)
    assert any(said in text for text in instance.wrong()), instance.wrong()


@pytest.mark.parametrize(("plant", "said"), LEAKS_IN_FILES)
def test_what_is_wrong_in_a_folder_is_named(on_sqlite, plant, said):
    plant(on_sqlite)
    assert any(said in text for text in on_sqlite.wrong()), on_sqlite.wrong()


@pytest.mark.parametrize(
    "content", [b"I am afraid of my boss. ".ljust(8192, b"\0"), b"Kq8_" * 2048, b"\0" * 8192]
)
def test_a_box_that_is_not_sealed_is_named(on_sqlite, content):
    on_sqlite.sql("UPDATE box SET sealed = :plain WHERE unit = 'north'", plain=content)
    assert any("can be read or guessed without a key" in text for text in on_sqlite.wrong())


def test_answers_with_zeros_behind_them_are_no_sealed_box(on_sqlite):
    rng = random.Random(1)
    on_sqlite.sql("UPDATE box SET sealed = :short", short=rng.randbytes(8000) + bytes(192))
    assert any("can be read or guessed without a key" in text for text in on_sqlite.wrong())


def test_a_private_key_that_lies_open_is_named(on_sqlite, monkeypatch):
    from survey.ballots.sealing import new_key_pair

    private, public = new_key_pair()
    on_sqlite.sql("UPDATE survey SET public_key = :key, fingerprint = ''", key=public)
    for form in (private, private.hex().encode(), base64.b64encode(private)):
        (on_sqlite.key.parent / "old.key").write_bytes(b"kept: " + form + b"\n")
        assert any("without any protection" in text for text in on_sqlite.wrong()), form


def test_what_was_to_be_destroyed_at_closing_and_was_not_is_named(instance):
    with instance.place.sessions() as session:
        box, code = session.query(Box).first(), session.query(Credential).first()
    key = instance.key.read_bytes()
    instance.close()
    assert instance.wrong() == []
    with instance.place.sessions() as session, session.begin():
        session.merge(box)
        session.merge(code)
        session.execute(sa.update(Survey).values(masked=("Ana Lindqvist",)))
    instance.sql(
        "INSERT INTO participation (survey, group_key, step, day)"
        " VALUES (:survey, 'north', 'from_5', '2026-11-03')",
        survey=instance.slug,
    )
    instance.key.write_bytes(key)
    instance.key.chmod(0o600)
    found = "\n".join(instance.wrong())
    for said in (
        "sealed answers of it are still stored (1)",
        "codes of it are still stored (1)",
        "records of how many answered of it are still stored (1)",
        "taken out of comments (1) are still stored",
        "its key is still there",
    ):
        assert said in found


def test_a_closing_that_was_interrupted_is_named(instance):
    instance.sql(
        "DELETE FROM box", "DELETE FROM credential", "UPDATE survey SET state='destroying'"
    )
    assert any("clearing the files was not finished" in text for text in instance.wrong())


# --- leaks in the files of SQLite


def test_a_trigger_that_copies_is_named(on_sqlite):
    on_sqlite.sql(
        "CREATE TABLE copy (nullifier BLOB, at TEXT)",
        "CREATE TRIGGER keep AFTER INSERT ON box BEGIN"
        " INSERT INTO copy VALUES (new.nullifier, datetime()); END",
    )
    assert any("a trigger: keep (on box)" in text for text in on_sqlite.wrong())


def test_a_missing_rule_is_named(on_sqlite):
    on_sqlite.raw(
        "ALTER TABLE box RENAME TO old",
        "CREATE TABLE box (nullifier BLOB NOT NULL, survey TEXT NOT NULL, unit TEXT NOT NULL,"
        " sealed BLOB NOT NULL, PRIMARY KEY (nullifier))",
        "INSERT INTO box SELECT * FROM old",
        "DROP TABLE old",
    )
    found = "\n".join(on_sqlite.wrong())
    assert "a missing rule: box: ck_box_sealed_size" in found
    assert "Table box keeps the order in which its rows were written" in found


def test_what_was_deleted_without_being_overwritten_is_named(on_sqlite):
    on_sqlite.raw("PRAGMA secure_delete=off", "DELETE FROM box")
    found = "\n".join(on_sqlite.wrong())
    assert "bytes that look like sealed answers" in found
    assert "Deleted rows were not wiped" in found


def test_remains_of_a_closed_survey_are_named(on_sqlite):
    with on_sqlite.place.sessions() as session:
        boxes = session.query(Box).all()
    on_sqlite.close()
    with on_sqlite.place.sessions() as session, session.begin():
        for box in boxes:
            session.merge(box)
    on_sqlite.raw("PRAGMA secure_delete=off", "DELETE FROM box")
    found = "\n".join(on_sqlite.wrong())
    assert "deleted or not, are still in a file" in found


def test_a_log_that_still_holds_boxes_of_a_closed_survey_is_named(on_sqlite, tmp_path):
    on_sqlite.place.answer(on_sqlite.place.codes[20], responses_for(["x"])["x"])
    log = (tmp_path / "headwind.db-wal").read_bytes()
    assert log
    on_sqlite.close()
    on_sqlite.place.end()
    (tmp_path / "headwind.db-wal").write_bytes(log[:8] + b"\xff" * 8 + log[16:])
    (tmp_path / "headwind.db-wal").chmod(0o600)
    assert any("are still in a file" in text for text in on_sqlite.wrong())


def test_a_journal_that_was_left_is_named(on_sqlite, tmp_path):
    on_sqlite.place.end()
    (tmp_path / "headwind.db-journal").write_bytes(b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(504))
    assert any("A journal of 512 bytes" in text for text in on_sqlite.wrong())


def test_what_is_hidden_behind_the_end_is_named(on_sqlite):
    on_sqlite.place.end()
    with on_sqlite.file.open("ab") as file:
        file.write(b"who answered what" * 300)
    assert any("goes on behind the end" in text for text in on_sqlite.wrong())


def test_a_code_in_a_table_is_named(instance):
    code = instance.place.codes[0]
    instance.sql("UPDATE survey SET practice = :code, fingerprint = ''", code=f"for Ana: {code}")
    assert any("Codes stand in the database" in text for text in instance.wrong())


# --- leaks of PostgreSQL


@pytest.mark.postgres
@pytest.mark.parametrize(
    "touch",
    ["UPDATE credential SET unit = unit", "SELECT * FROM credential FOR UPDATE"],
)
def test_a_code_that_was_touched_is_named(on_postgres, touch):
    with on_postgres.place.sessions() as session:
        hashes = list(session.scalars(sa.select(Credential.hash).limit(3)))
    for hashed in hashes:
        changed = touch.replace(" FOR", " WHERE hash = :h FOR") if "FOR" in touch else None
        on_postgres.sql(changed or f"{touch} WHERE hash = :h", h=hashed)
    found = "\n".join(on_postgres.wrong())
    assert ("transactions" in found) or ("locked or changed" in found)


@pytest.mark.postgres
def test_a_trigger_and_a_function_on_the_server_are_named(on_postgres):
    on_postgres.sql(
        "CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
        "CREATE TRIGGER keep AFTER INSERT ON box FOR EACH ROW EXECUTE FUNCTION spy()",
    )
    found = "\n".join(on_postgres.wrong())
    assert "a trigger: keep (on box)" in found
    assert "a function: spy" in found


@pytest.mark.postgres
def test_a_server_that_logs_statements_is_named(on_postgres):
    on_postgres.place.end()
    name = sa.make_url(on_postgres.place.url).database
    on_postgres.sql(f"ALTER DATABASE {name} SET log_statement = 'all'")
    assert any("writes statements to its log" in text for text in on_postgres.wrong())


@pytest.mark.postgres
def test_deleted_rows_that_were_not_cleared_away_are_named(on_postgres):
    on_postgres.close()
    on_postgres.sql(
        "INSERT INTO box SELECT decode(md5('a') || md5('b'), 'hex'), 's', 'u',"
        " convert_to(repeat('x', 8192), 'UTF8')",
        "DELETE FROM box",
    )
    assert any("Table box has no row, but its file has" in text for text in on_postgres.wrong())


@pytest.mark.postgres
def test_counters_that_everybody_may_read_are_told_without_a_number(on_postgres):
    _, while_open = on_postgres.audit()
    assert "how many sealed boxes have come in all" in while_open
    on_postgres.close()
    assert "counters still tell" not in on_postgres.audit()[1]
    on_postgres.sql(
        "INSERT INTO box SELECT decode(md5('a') || md5('b'), 'hex'), 's', 'u',"
        " convert_to(repeat('x', 8192), 'UTF8')",
        "DELETE FROM box",
    )
    on_postgres.place.end()
    counters = []
    for _ in range(50):  # a connection that ends hands in its counts a moment later
        told = on_postgres.audit("--json", str(on_postgres.folder.parent / "told.json"))
        findings = json.loads((on_postgres.folder.parent / "told.json").read_text())["findings"]
        counters = [found for found in findings if "counters still tell" in found["text"]]
        if counters:
            break
    assert counters, told
    assert counters[0]["kind"] == "learnable"
    assert not re.search("[0-9]", counters[0]["text"])


@pytest.mark.postgres
def test_what_the_servers_log_of_changes_keeps_readable_is_said(on_postgres):
    assert "names that were to be taken out of comments, comments that" in on_postgres.audit()[1]


# --- logs


def log(folder, *lines):
    file = folder.parent / "proxy.log"
    file.write_text("\n".join(lines) + "\n")
    return str(file)


def test_a_quiet_log_passes(on_sqlite, tmp_path):
    quiet = log(tmp_path, "12:34:56 GET /surveys/spring/report 200", "start of the server")
    status, text = on_sqlite.audit("--log", quiet)
    assert status == 0
    assert "This log was searched: no code, no receipt, no visit with an address." in text


@pytest.mark.parametrize(
    "line",
    [
        *("GET /s/x?code={}", "form: {lower}", "GET /s/x?code={plain}", "GET /s/x?code={escaped}"),
        "GET /checked?link=https%3A%2F%2Fsurvey.example.org%2Fs%2Fx%23{}",
    ],
)
def test_a_code_in_a_log_is_named(on_sqlite, tmp_path, line):
    code = on_sqlite.place.codes[0]
    written = line.format(
        code,
        lower=code.lower(),
        plain=code.replace("-", ""),
        escaped=code.replace("-", "%20"),
    )
    found = on_sqlite.wrong("--log", log(tmp_path, "a line", written))
    assert any("1 of people, valid ones" in text for text in found), found


def test_a_code_of_a_closed_survey_is_known_from_the_list_of_codes(on_sqlite, tmp_path):
    code = on_sqlite.place.codes[0]
    on_sqlite.close()
    codes = tmp_path.parent / "codes.txt"
    codes.write_text(code)
    plain = log(tmp_path, code.replace("-", "").lower())
    assert on_sqlite.wrong("--log", plain) == []
    assert on_sqlite.wrong("--log", plain, "--codes", str(codes))


def test_an_opening_code_in_a_log_is_named(on_sqlite, tmp_path):
    opening = log(tmp_path, f"typed {on_sqlite.place.opened.opening_codes[0]}")
    assert any("opening codes" in text for text in on_sqlite.wrong("--log", opening))


@pytest.mark.parametrize("address", ["192.0.2.7", "2001:db8::1", "::1"])
def test_a_log_of_who_visited_when_is_named(on_sqlite, tmp_path, address):
    visits = log(tmp_path, f'{address} - [02/Nov/2026:12:00:00] "GET /s/spring-x HTTP/1.1" 200')
    assert any("visits to /s/" in text for text in on_sqlite.wrong("--log", visits))


def test_a_visit_without_an_address_is_told_but_not_wrong(on_sqlite, tmp_path):
    status, text = on_sqlite.audit("--log", log(tmp_path, "12:34:56 GET /s/spring-x 200"))
    assert status == 0
    assert "1 visits to /s/… without an address" in text


def test_a_receipt_in_a_log_is_named(on_sqlite, tmp_path):
    receipt = on_sqlite.place.answer(on_sqlite.place.codes[3], responses_for(["x"])["x"])
    found = on_sqlite.wrong("--log", log(tmp_path, f"12:00 sealed {receipt}"))
    assert any("1 receipts" in text for text in found)


# --- what cannot be looked at


def test_what_is_no_database_is_told_in_one_line(tmp_path, capsys):
    for content in (b"", b"hello", b"SQLite format 3\0" + b"\xff" * 300):
        (tmp_path / "headwind.db").write_bytes(content)
        status, text = run(capsys, "--instance", str(tmp_path))
        assert status == 2
        assert "is no SQLite database" in text
        assert "Traceback" not in text


def test_a_file_that_was_cut_off_is_told(on_sqlite):
    on_sqlite.place.end()
    for share in (0.99, 0.9, 0.7, 0.5, 0.3, 0.1, 0.02, 0.0003):
        os.truncate(on_sqlite.file, int(on_sqlite.file.stat().st_size * share))
        status, text = on_sqlite.audit()
        assert status in (1, 2)
        assert "fault of Headwind" not in text
        assert re.search("damaged|is no SQLite database", text)


def test_a_file_with_flipped_bytes_never_fails(on_sqlite, capsys):
    on_sqlite.place.end()
    sound = on_sqlite.file.read_bytes()
    rng = random.Random(7)
    for _ in range(15):
        broken = bytearray(sound)
        for _ in range(40):
            broken[rng.randrange(len(broken))] = rng.randrange(256)
        on_sqlite.file.write_bytes(broken)
        status, text = run(capsys, "--instance", str(on_sqlite.folder))
        assert status in (0, 1, 2), text
        assert "fault of Headwind" not in text


def test_another_version_of_the_tables_is_told(instance):
    instance.sql("UPDATE alembic_version SET version_num = '0001'")
    status, text = instance.audit()
    assert status == 2
    assert "has tables of version 0001" in text


def test_a_database_of_another_program_is_told(tmp_path, capsys):
    connection = sqlite.connect(tmp_path / "headwind.db")
    connection.execute("create table recipe (name text)")
    connection.close()
    status, text = run(capsys, "--instance", str(tmp_path))
    assert status == 2
    assert "is not a database of Headwind" in text


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--instance", "/nowhere/at/all"], "There is no instance folder"),
        (["--database", "/nowhere/x.db"], "There is no database at /nowhere/x.db"),
        (["--database", "postgresql://nobody@127.0.0.1:1/none"], "cannot be looked at"),
        (["--database", "mysql://x"], "must begin with sqlite:/// or postgresql://"),
        (["--log", "/nowhere/x.log"], "does not exist"),
        (["--fast"], "No such option"),
    ],
)
def test_wrong_usage_is_told(capsys, arguments, said):
    status, text = run(capsys, *arguments)
    assert status == 2
    assert said in text


# --- which program


def test_the_hash_is_the_same_twice_and_another_for_another_program(tmp_path, capsys):
    from survey.services.auditing_program import PACKAGE, program_files, program_hash

    status, text = run(capsys, "--hash")
    assert status == 0
    assert re.fullmatch("[0-9a-f]{64}", text)
    files = program_files(PACKAGE)
    assert program_hash(files) == text
    assert {"services/auditing.py", "questionnaires/environment.toml"} <= files.keys()
    changed = tmp_path / "answering.py"
    changed.write_bytes(files["services/answering.py"].read_bytes() + b"# and one more line\n")
    assert program_hash({**files, "services/answering.py": changed}) != text


def test_codes_in_the_shape_of_codes_are_not_taken_from_ordinary_text(on_sqlite, tmp_path):
    words = log(tmp_path, "should always remain within change-always-remain", person_code()[:-1])
    assert on_sqlite.wrong("--log", words) == []


def test_a_survey_opened_beside_a_closed_one_passes(on_sqlite):
    on_sqlite.close()
    from survey.services.opening import open_survey

    with on_sqlite.place.sessions() as session:
        open_survey(session, on_sqlite.place.keys, make_plan(title="Another"), NOON)
    assert on_sqlite.wrong() == []


def test_the_words_of_groups_and_what_they_agreed_to_are_told(database_url, tmp_path, capsys):
    place = make_place(database_url, settle(tmp_path), results_on=date(2026, 12, 1))
    instance = Instance(place, tmp_path, capsys)
    instance.sql(
        "insert into commitment (survey, group_key, who, what, until, state)"
        " values (:slug, 'all', 'the board', 'Listen.', '2026-12-24', 'open')",
        slug=place.slug,
    )
    _, told = instance.audit()
    assert "two words for each unit that asks anybody (3)" in told
    assert "From 1 December 2026 on, once the survey is closed" in told
    assert "what groups agreed to, with a role and a day (1 commitment)" in told
    assert "groups, questions, rules and key give the six words" in told
    place.end()
