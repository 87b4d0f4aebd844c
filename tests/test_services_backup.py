"""A backup and the way back: on either database and across, with and without sealed answers."""

import json
import random
import shutil
import stat
import zipfile
from contextlib import contextmanager
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from survey.cli.main import main
from survey.config import SECRET_FILE
from survey.services import backup_bounds, backup_file, backup_rows
from survey.services.backing_up import NothingToBackUp, OlderDatabase, back_up
from survey.services.backup_file import Damaged, NotABackup, OtherSchema, line_of
from survey.services.backup_tables import newest, tables, tables_of, versions
from survey.services.closing import AnswersLost, close_survey
from survey.services.outbox import write_letter
from survey.services.released import load_report
from survey.services.restoring import NotEmpty, ServerRuns, restore
from survey.services.surveys import survey_view
from survey.storage.engine import make_sessions
from survey.storage.migrate import schema_of
from survey.storage.models import Base, Box, Survey
from survey.storage.workspace import Draft, ReportView
from tests.collecting import NOON, Place, make_response
from tests.leaving import COMMENT, Instance, config_for, make_instance

AFTER = NOON + timedelta(days=15)
CODE_IN_LETTER = "7K2M-OUTBOX-CODE"


@pytest.fixture(scope="module")
def made(tmp_path_factory, request):
    """An instance of each engine, made once; nobody changes it."""
    instances = {}

    def of(engine: str) -> Instance:
        if engine not in instances:
            folder = tmp_path_factory.mktemp(engine)
            url = f"sqlite:///{folder / 'headwind.db'}"
            if engine == "postgresql":
                server = request.getfixturevalue("postgres_server")
                context = server.database()
                url = context.__enter__()
                request.addfinalizer(lambda: context.__exit__(None, None, None))
            instance = make_instance(url, folder)
            with instance.sessions() as session, session.begin():
                write_letter(
                    session, "x@example.org", "", "en", "s", f"Code {CODE_IN_LETTER}", NOON
                )
                settings = json.dumps({"rehearsal_codes": [["North", CODE_IN_LETTER]]})
                session.add(
                    Draft(
                        id="d1",
                        client=instance.client,
                        title="Next",
                        settings=settings,
                        changed_at=NOON,
                        rehearsal=None,
                        rehearsed="",
                    )
                )
            (folder / "guides").mkdir()
            (folder / "guides" / "own.toml").write_text("# my guides\n")
            instances[engine] = instance
        return instances[engine]

    yield of
    for instance in instances.values():
        instance.end()


@pytest.fixture
def saved(made, engine, tmp_path):
    """Write a backup of the instance on this engine."""

    def save(**options) -> Path:
        file: Path = tmp_path / "backup.headwind"
        back_up(made(engine).config, file, AFTER, **({"with_open_surveys": False} | options))
        return file

    return save


@pytest.fixture
def elsewhere(tmp_path, request):
    """Empty instances to restore into, each on the engine that is named."""
    with_servers: list[Any] = []

    def make(engine: str):
        folder = tmp_path / f"new-{engine}-{len(with_servers)}"
        folder.mkdir()
        url = f"sqlite:///{folder / 'headwind.db'}"
        context = None
        if engine == "postgresql":
            context = request.getfixturevalue("postgres_server").database()
            url = context.__enter__()
        with_servers.append(context)
        return config_for(url, folder)

    yield make
    for context in filter(None, with_servers):
        context.__exit__(None, None, None)


@contextmanager
def opened(config):
    sessions = make_sessions(config.database_url)
    yield sessions
    sessions.kw["bind"].dispose()


def rows_in(config) -> dict[str, list[tuple[Any, ...]]]:
    with opened(config) as sessions, sessions.kw["bind"].connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(sa.select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def unpacked(file: Path) -> bytes:
    with zipfile.ZipFile(file) as archive:
        return b"".join(archive.read(name) for name in archive.namelist())


@pytest.mark.parametrize(
    "other", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]
)
def test_everything_comes_back_on_either_database(made, engine, saved, elsewhere, other):
    file, config = saved(with_open_surveys=True), elsewhere(other)
    told = restore(config, file, AFTER, replace=False)
    before, after = rows_in(made(engine).config), rows_in(config)
    for name in before:
        if name == "draft":  # without the codes of a rehearsal
            assert len(after[name]) == len(before[name]) == 1
        elif name in ("letter", "login_session", "ticket"):
            assert after[name] == []
        else:
            assert after[name] == before[name], name
    assert told.keyless == ("Second wave",)
    assert (config.instance / "guides" / "own.toml").read_text() == "# my guides\n"
    with opened(config) as sessions, sessions() as session:
        report = load_report(session, made(engine).closed.slug, AFTER)
        assert len(report.groups) == 2


def test_after_the_way_back_new_rows_get_numbers_that_are_free(saved, elsewhere, engine):
    from survey.services.accounts import add_user

    config = elsewhere(engine)
    restore(config, saved(), AFTER, replace=False)
    with opened(config) as sessions, sessions() as session:
        assert add_user(session, "new@example.org", "New", "a password for tests").id > 1


def test_a_survey_that_was_open_is_closed_after_the_way_back_with_its_key_beside(
    made, engine, saved, elsewhere
):
    file, config, was = saved(with_open_surveys=True), elsewhere(engine), made(engine)
    shutil.copytree(was.keys.path, config.keys)
    told = restore(config, file, AFTER, replace=False)
    assert (told.opened_by_key, told.keyless, told.lost) == (("Second wave",), (), ())
    with opened(config) as sessions:
        keys = type(was.keys)(config.keys)
        place = Place(config.database_url, sessions, keys, was.open)
        place.answer(place.codes[-1], make_response(random.Random(1)))
        close_survey(sessions, keys, was.open.slug, was.open.opening_codes[:1], AFTER)
        with sessions() as session:
            groups = load_report(session, was.open.slug, AFTER).groups
            assert sum(group.n for group in groups if group.key == "north") == 12


def test_without_being_asked_a_backup_holds_no_sealed_answer_and_says_so_after_the_way_back(
    made, engine, saved, elsewhere
):
    file, config, was = saved(), elsewhere(engine), made(engine)
    whole = unpacked(file)
    with was.sessions() as session:
        boxes = session.scalars(sa.select(Box)).all()
        hashes = list(session.scalars(sa.text("SELECT hash FROM credential")))
    assert len(boxes) == 14
    from base64 import b64encode

    for box in boxes:
        assert b64encode(box.sealed)[:40] not in whole
        assert b64encode(box.nullifier)[:40] not in whole
    assert not [one for one in hashes if b64encode(bytes(one))[:40] in whole]
    assert restore(config, file, AFTER, replace=False).lost == ("Second wave",)
    with opened(config) as sessions:
        with sessions() as session:
            view = survey_view(session, was.open.slug, NOON)
            assert (view.state, view.lost_on) == ("ended", AFTER.date())
        shutil.copytree(was.keys.path, config.keys)
        keys = type(was.keys)(config.keys)
        with pytest.raises(AnswersLost, match="did not hold its sealed answers"):
            close_survey(sessions, keys, was.open.slug, was.open.opening_codes[:1], AFTER)


def test_no_backup_holds_a_key_a_code_or_what_lets_somebody_in(made, engine, saved):
    was = made(engine)
    (was.folder / SECRET_FILE).write_text("the secret of this instance, long enough")
    whole = unpacked(saved(with_open_surveys=True))
    assert COMMENT.encode() in whole  # what is released is in it
    assert CODE_IN_LETTER.encode() not in whole
    assert b"the secret of this instance" not in whole
    key = json.loads((was.keys.path / f"{was.open.slug}.key").read_text())
    for value in _texts(key):
        assert len(value) < 20 or value.encode() not in whole
    for code in (*was.open.opening_codes, *was.place.codes):
        assert code.encode() not in whole


def _texts(value):
    if isinstance(value, str):
        yield value
    inside = value.values() if isinstance(value, dict) else value
    for one in inside if isinstance(value, dict | list) else ():
        yield from _texts(one)


def test_the_file_is_for_nobody_else_and_one_that_cannot_be_written_harms_none(
    made, engine, saved, tmp_path
):
    file = saved()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    before = file.read_bytes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(zipfile.ZipFile, "writestr", _full)
        with pytest.raises(Exception, match="No space left"):
            saved()
    assert file.read_bytes() == before
    assert [path.name for path in tmp_path.glob(".*")] == []


def _full(*_):
    raise OSError(28, "No space left on device")


def test_what_is_there_stays_unless_somebody_says_that_it_is_to_be_replaced(
    saved, elsewhere, engine
):
    file, config = saved(), elsewhere(engine)
    restore(config, file, AFTER, replace=False)
    with opened(config) as sessions, sessions() as session, session.begin():
        session.execute(sa.update(Survey).values(title="Changed since"))
        session.add(a_view())
    before = rows_in(config)
    with pytest.raises(NotEmpty, match="something in this instance already"):
        restore(config, file, AFTER, replace=False)
    assert rows_in(config) == before
    told = restore(config, file, AFTER, replace=True)
    assert told.cleared
    after = rows_in(config)
    assert after["report_view"] == []
    assert "Changed since" not in {row[1] for row in after["survey"]}
    with opened(config) as sessions, sessions() as session:
        session.add(a_view())
        session.commit()
        with pytest.raises(sa.exc.DBAPIError):  # the database itself keeps the log again
            session.execute(sa.delete(ReportView))


def a_view() -> ReportView:
    told = {"who": "eva", "survey": "s", "title": "t", "scope": "*", "what": "page"}
    return ReportView(at=NOON, **told)


# --- files that are damaged, or made by somebody who means harm


@pytest.fixture(scope="module")
def backup(made, tmp_path_factory):
    file = tmp_path_factory.mktemp("good") / "backup.headwind"
    back_up(made("sqlite").config, file, AFTER, with_open_surveys=True)
    return file


def changed(backup: Path, file: Path, change) -> Path:
    """The same file with other parts: `change` gets name -> content, and mends no sum."""
    with zipfile.ZipFile(backup) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    change(parts)
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file


def put(name, old, new, *, summed=False):
    def change(parts):
        assert old in parts[name]
        parts[name] = parts[name].replace(old, new, 1)
        if summed:
            manifest = json.loads(parts["manifest.json"])
            manifest["parts"][name]["sha256"] = sha256(parts[name]).hexdigest()
            manifest["parts"][name]["rows"] = parts[name].count(b"\n")
            parts["manifest.json"] = json.dumps(manifest).encode()

    return change


def another(name):
    def change(parts):
        parts[name] = b"# somebody else's\n"

    return change


def listed(name):
    def change(parts):
        parts[name] = b"x\n"
        manifest = json.loads(parts["manifest.json"])
        manifest["parts"][name] = {"rows": 1, "sha256": "0" * 64}
        parts["manifest.json"] = json.dumps(manifest).encode()

    return change


UNIT = "tables/unit.jsonl"
DAMAGES = {
    "a changed row": put("tables/survey.jsonl", b"First wave", b"Other wave"),
    "a lost table": lambda parts: parts.pop(UNIT),
    "a lost list": lambda parts: parts.update({"manifest.json": b"[" * 100_000}),
    "another format": put("manifest.json", b"headwind backup 1", b"headwind backup 9"),
    "a part that nobody listed": another("guides/evil.toml"),
    "a part that leads out of the folder": listed("guides/../../evil.toml"),
    "a text for a number": put(UNIT, b'[4,"desk"', b'["4","desk"', summed=True),
    "a number that no database takes": put(UNIT, b'[4,"desk"', b'[99999999999,"desk"', summed=True),
    "a row that is too long": put(UNIT, b"[", b"[1,", summed=True),
    "depth": put(UNIT, b"[", b"[" * 100_000, summed=True),
    "a parent that is not there": put(UNIT, b'"firm",[],3', b'"fjrm",[],3', summed=True),
    "a rule that is broken": put("tables/survey.jsonl", b'"closed"', b'"clozed"', summed=True),
}


@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_file_is_told_in_a_sentence_and_changes_nothing(
    backup, tmp_path, elsewhere, what
):
    file = changed(backup, tmp_path / "bad.headwind", DAMAGES[what])
    config = elsewhere("sqlite")
    with pytest.raises((Damaged, NotABackup)) as told:
        restore(config, file, AFTER, replace=False)
    assert len(str(told.value)) < 400
    assert "Nothing was changed" in str(told.value)
    assert all(not rows for rows in _rows_or_none(config).values())
    assert not list(tmp_path.rglob("evil.toml"))


@pytest.mark.postgres
@pytest.mark.parametrize("what", ["a parent that is not there", "a rule that is broken"])
def test_a_server_refuses_what_breaks_its_rules_and_keeps_nothing_of_it(
    backup, tmp_path, elsewhere, what
):
    file = changed(backup, tmp_path / "bad.headwind", DAMAGES[what])
    config = elsewhere("postgresql")
    with pytest.raises(Damaged):
        restore(config, file, AFTER, replace=False)
    assert _rows_or_none(config) == {}


def _rows_or_none(config):
    if config.sqlite and not Path(config.database_name).exists():
        return {}
    with opened(config) as sessions, sessions.kw["bind"].connect() as connection:
        if not sa.inspect(connection).get_table_names():
            return {}
    return rows_in(config)


def test_a_file_that_is_cut_or_turned_is_no_backup(backup, tmp_path, elsewhere):
    whole = backup.read_bytes()
    file, config = tmp_path / "bad.headwind", elsewhere("sqlite")
    middle = len(whole) // 2
    for content in (
        b"",
        b"hello",
        whole[:middle],
        whole[:middle] + bytes(50) + whole[middle + 50 :],
    ):
        file.write_bytes(content)
        with pytest.raises((NotABackup, Damaged)):
            restore(config, file, AFTER, replace=False)
    assert not Path(config.database_name).exists()


def test_a_backup_of_a_newer_program_is_left_to_it(backup, tmp_path, elsewhere):
    newer = put("manifest.json", b'"schema": "' + newest().encode(), b'"schema": "9003')
    file = changed(backup, tmp_path / "new.headwind", newer)
    with pytest.raises(OtherSchema, match=r"tables of version 9003.*Nothing was changed"):
        restore(elsewhere("sqlite"), file, AFTER, replace=False)


def of_version(version):
    """What a program with the tables of an earlier version would have written of the same rows."""

    def change(parts):
        old, manifest = tables_of(version), json.loads(parts["manifest.json"])
        kept = {backup_file.part_of(table): table for table in old}
        for name in [name for name in parts if name.startswith("tables/")]:
            rows = parts.pop(name).splitlines()
            if name not in kept:
                continue
            today = sorted(Base.metadata.tables[kept[name].name].columns.keys())
            told = (dict(zip(today, json.loads(row), strict=True)) for row in rows)
            names = sorted(kept[name].columns.keys())
            parts[name] = b"".join(
                json.dumps([row[one] for one in names]).encode() + b"\n" for row in told
            )
        manifest |= {"schema": version}
        manifest["parts"] = {n: p for n, p in manifest["parts"].items() if n in parts}
        for name in kept:
            digest = sha256(parts[name]).hexdigest()
            manifest["parts"][name] = {"rows": parts[name].count(b"\n"), "sha256": digest}
        parts["manifest.json"] = json.dumps(manifest).encode()

    return change


@pytest.mark.parametrize(
    ("version", "engine"),
    [
        *((version, "sqlite") for version in versions()[1:-2]),
        pytest.param("0003", "postgresql", marks=pytest.mark.postgres),
    ],
)
def test_a_backup_of_an_earlier_program_comes_back_in_the_tables_of_today(
    made, backup, tmp_path, elsewhere, version, engine
):
    file = changed(backup, tmp_path / "old.headwind", of_version(version))
    config, was = elsewhere(engine), made("sqlite")
    told = restore(config, file, AFTER, replace=False)
    assert told.keyless == ("Second wave",)
    after, before = rows_in(config), rows_in(was.config)
    for name in ("unit", "released_group", "credential", "box"):
        assert len(after[name]) == len(before[name]) > 0
    with opened(config) as sessions, sessions() as session:
        assert len(load_report(session, was.closed.slug, AFTER).groups) == 2
        assert survey_view(session, was.closed.slug, AFTER).client_id is not None
        assert schema_of(session.connection()) == newest()


def test_nothing_is_read_that_claims_to_be_more_than_a_backup_can_be(
    backup, tmp_path, elsewhere, monkeypatch
):
    config = elsewhere("sqlite")
    bomb = changed(backup, tmp_path / "bomb.headwind", lambda p: p.update({UNIT: bytes(2**27)}))
    assert bomb.stat().st_size < 2**20
    with pytest.raises(NotABackup):
        restore(config, bomb, AFTER, replace=False)
    monkeypatch.setattr(backup_bounds, "LARGEST_READ", 2**9)
    with pytest.raises(NotABackup):  # even the list of its parts is longer than that
        restore(config, backup, AFTER, replace=False)
    monkeypatch.undo()
    monkeypatch.setattr(backup_rows, "MOST_LINKED", 2)
    with pytest.raises(Damaged, match="has more than 2 rows"):
        restore(config, backup, AFTER, replace=False)
    assert _rows_or_none(config) == {}


def test_a_running_server_is_not_replaced_under_its_feet(backup, elsewhere):
    import fcntl

    config = elsewhere("sqlite")
    (config.instance / "mail").mkdir()
    with (config.instance / "mail" / "mail.json").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ServerRuns, match="Stop it first"):
            restore(config, backup, AFTER, replace=True)
    assert not Path(config.database_name).exists()


def test_a_database_that_is_not_there_or_older_is_not_backed_up(database_url, tmp_path):
    config = config_for(database_url, tmp_path)
    with pytest.raises(NothingToBackUp):
        back_up(config, tmp_path / "b", AFTER, with_open_surveys=False)
    assert not config.sqlite or not Path(config.database_name).exists()
    from survey.storage.migrate import migrate

    migrate(database_url)
    with opened(config) as sessions, sessions() as session, session.begin():
        session.execute(sa.text("UPDATE alembic_version SET version_num = '0003'"))
    with pytest.raises(OlderDatabase, match="version 0003"):
        back_up(config, tmp_path / "b", AFTER, with_open_surveys=False)


def test_every_table_is_in_a_backup_or_left_out_by_decision():
    everything = {table.name for table in Base.metadata.sorted_tables}
    assert {table.name for table in tables()} == everything - {"letter", "login_session", "ticket"}


def test_a_line_is_the_same_text_for_both_databases(made):
    table = Base.metadata.tables["unit"]
    with made("sqlite").sessions.kw["bind"].connect() as connection:
        rows = connection.execute(sa.select(table)).mappings().all()
    assert b"Night shift north" in b"".join(line_of(table, row) for row in rows)


# --- the commands


def test_the_commands_say_what_matters(made, monkeypatch, capsys, tmp_path):
    was, file = made("sqlite"), tmp_path / "b.headwind"

    def headwind(instance: Path, *arguments: str) -> tuple[int, str]:
        monkeypatch.setenv("HEADWIND_INSTANCE", str(instance))
        with pytest.raises(SystemExit) as ended:
            main(list(arguments))
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out + said.err

    status, said = headwind(was.folder, "backup", str(file))
    assert status == 0
    assert "Left out: the sealed answers" in said
    assert "“Second wave”" in said
    status, said = headwind(was.folder, "backup", str(file), "--with-open-surveys")
    assert status == 0
    assert f"copy the key folder {was.keys.path} apart" in said
    assert "keep until it is closed" in said
    new = tmp_path / "new"
    status, said = headwind(new, "restore", str(file))
    assert status == 0
    assert "Their key is not in" in said
    assert "Second wave" in said
    assert headwind(new, "restore", str(file))[0] == 2
    assert headwind(new, "restore", str(file), "--replace")[0] == 0
    file.write_bytes(b"nothing")
    status, said = headwind(new, "restore", str(file), "--replace")
    assert (status, said.count("\n")) == (2, 1)
    assert headwind(tmp_path / "nobody", "backup", str(file))[0] == 2


# --- what an audit says of it


def audited(config) -> list[tuple[str, str]]:
    from survey.services.auditing import audit, request

    looked = request(config.instance, {}, database=config.database_url, keys=config.keys)
    return [(finding.kind, finding.text) for finding in audit(looked).findings]


def test_the_audit_names_surveys_without_answers_and_misses_no_key_of_them(
    saved, elsewhere, engine
):
    config = elsewhere(engine)
    config.instance.chmod(0o700)
    restore(config, saved(), AFTER, replace=False)
    found = audited(config)
    assert any("restored from a backup without its sealed answers" in text for _, text in found)
    assert not [text for kind, text in found if kind == "wrong"]
    assert ("stored", next(t for _, t in found if t.startswith("Of clients"))) in found


def test_the_audit_finds_what_lies_in_the_instance_folder(backup, elsewhere):
    config = elsewhere("sqlite")
    config.instance.chmod(0o700)
    restore(config, backup, AFTER, replace=False)
    shutil.copy(backup, config.instance / "monday.zip")
    for folder, name in (("rosters", "a.table"), ("exports", "hafen.zip")):
        (config.instance / folder).mkdir()
        (config.instance / folder / name).write_bytes(b"x")
    found = [text for _, text in audited(config)]
    for part in (
        "A backup lies in the instance folder: monday.zip.",
        "holds sealed answers and lies beside the key folder",
        "files with people that were uploaded and not saved (1)",
        "files with everything of a client, names and addresses included (1)",
    ):
        assert any(part in text for text in found), part
