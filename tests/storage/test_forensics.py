"""The page parser against SQLite itself: the same rows, and every byte accounted for."""

import random
from contextlib import closing
from pathlib import Path

import pysqlite3.dbapi2 as sqlite
import pytest
import sqlalchemy as sa

from survey.storage.forensics.facts import looks_sealed
from survey.storage.forensics.pages import Damaged, NotADatabase, PageFile
from survey.storage.forensics.remains import kind_of, looks_random, remainder, traces
from survey.storage.forensics.shape import newest_schema, surpluses
from survey.storage.forensics.sqlite import FREE, Space, SqliteEvidence
from survey.storage.forensics.tree import walk
from survey.storage.migrate import migrate

RNG = random.Random(2026)
WIDE = [None, 0, 1, -1, 127, 2**15, -(2**23), 2**31, 2**47, -(2**63), 0.25, "", "ü" * 40, b"\0\xff"]


def connect(path):
    return closing(sqlite.connect(path, isolation_level=None))


@pytest.fixture
def file(tmp_path):
    return tmp_path / "any.db"


def rows_of(path: Path, table: str) -> list[tuple[object, ...]]:
    with PageFile(path) as opened:
        return [tuple(row.values()) for row in SqliteEvidence(opened).rows(table)]


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_every_kind_of_value_is_read_as_it_was_written(file, page_size):
    with connect(file) as db:
        db.execute(f"pragma page_size={page_size}")
        db.execute("create table t (a, b, c)")
        db.executemany("insert into t values (?, ?, ?)", [(v, RNG.choice(WIDE), v) for v in WIDE])
        told = db.execute("select * from t").fetchall()
    assert rows_of(file, "t") == told


@pytest.mark.parametrize("page_size", [512, 4096, 65536])
def test_long_values_and_many_pages_are_read_in_the_order_of_the_key(file, page_size):
    with connect(file) as db:
        db.execute(f"pragma page_size={page_size}")
        db.execute("create table t (x, key blob primary key, y) without rowid")
        db.execute("begin")
        for _ in range(300):
            size = RNG.choice([0, 10, 400, 1000, 9000, 70000]) if RNG.random() < 0.2 else 30
            db.execute("insert into t values (?,?,?)", (1, RNG.randbytes(32), RNG.randbytes(size)))
        db.execute("commit")
        told = db.execute("select key, x, y from t order by key").fetchall()
    with PageFile(file) as opened:
        evidence = SqliteEvidence(opened)
        read = sorted((row["key"], row["x"], row["y"]) for row in evidence.rows("t"))
        assert read == told
        assert [evidence.space.lost, evidence.space.damaged] == [(), ()]


def test_rows_that_are_only_in_the_log_are_read_too(file):
    with connect(file) as db:
        db.execute("pragma journal_mode=wal")
        db.execute("create table t (a)")
        db.execute("pragma wal_checkpoint(truncate)")
        db.execute("begin")
        db.executemany("insert into t values (?)", [(n,) for n in range(3000)])
        db.execute("commit")
        db.execute("begin")
        db.execute("insert into t values ('not committed')")
        read = rows_of(file, "t")
        db.execute("rollback")
    assert [row[0] for row in read] == list(range(3000))


def test_what_is_left_of_an_older_log_is_not_in_force(file):
    with connect(file) as db:
        db.execute("pragma journal_mode=wal")
        db.execute("create table t (a)")
        db.executemany("insert into t values (?)", [(bytes(3000),) for _ in range(50)])
        db.execute("pragma wal_checkpoint(restart)")
        db.execute("update t set a = 1 where rowid = 1")
        with PageFile(file) as opened:
            in_force = [frame.in_force for frame in opened.frames]
            assert len(list(SqliteEvidence(opened).rows("t"))) == 50
    assert in_force[0]
    assert not in_force[-1]


def test_every_byte_of_a_busy_file_is_accounted_for(file):
    """Rows come, change and go: no page is lost, free ones are wiped, and VACUUM wipes the rest."""
    with connect(file) as db:
        db.execute("pragma secure_delete=on")
        db.execute("create table t (key blob primary key, y) without rowid")
        db.execute("create table u (a text unique)")
        keys = [RNG.randbytes(32) for _ in range(120)]
        db.execute("begin")
        for key in keys:
            db.execute("insert into t values (?,?)", (key, RNG.randbytes(RNG.randrange(9000))))
            db.execute("insert into u values (?)", (key.hex(),))
        db.execute("commit")
        for key in RNG.sample(keys, 80):
            db.execute("delete from t where key = ?", (key,))
            db.execute("delete from u where a = ?", (key.hex(),))
        with PageFile(file) as opened:
            space = SqliteEvidence(opened).space
        db.execute("vacuum")
    assert space.free
    assert [space.lost, space.damaged, space.tail] == [(), (), 0]
    assert not [left for left in space.remains if left.where == FREE]
    with PageFile(file) as opened:
        assert SqliteEvidence(opened).space == Space((), 0, (), 0, ())


def test_without_secure_delete_the_remains_are_found_where_they_are(file):
    with connect(file) as db:
        db.execute("pragma secure_delete=off")
        db.execute("create table t (key blob primary key, y) without rowid")
        db.execute("create table u (a)")
        db.execute("begin")
        keys = [RNG.randbytes(32) for _ in range(40)]
        db.executemany("insert into t values (?,?)", [(key, RNG.randbytes(9000)) for key in keys])
        db.executemany(
            "insert into u values (?)",
            [(f"{n}: I am afraid to say so aloud, {n} times, {n}",) for n in range(1000, 1009)],
        )
        db.execute("commit")
        db.execute("delete from t where key <> ?", (keys[0],))
        db.execute("update u set a = '' where rowid = 4")
    with PageFile(file) as opened:
        remains = SqliteEvidence(opened).space.remains
    kinds = {(left.where, left.kind) for left in remains}
    assert ("the list of free pages", "ciphertext") in kinds
    assert ("u", "text") in kinds


def test_a_page_that_belongs_to_nothing_is_found(file):
    with connect(file) as db:
        db.execute("create table t (a)")
        db.execute("create table hidden (a)")
        db.execute("insert into hidden values ('x')")
        db.execute("pragma writable_schema=on")
        db.execute("delete from sqlite_schema where name = 'hidden'")
    with PageFile(file) as opened:
        assert len(SqliteEvidence(opened).space.lost) == 1


def test_a_tree_that_runs_in_a_circle_ends(file):
    with connect(file) as db:
        db.execute("create table t (a)")
        db.executemany("insert into t values (?)", [("x" * 900,) for _ in range(40)])
        root = db.execute("select rootpage from sqlite_schema").fetchone()[0]
    content = bytearray(file.read_bytes())
    at = (root - 1) * 4096
    content[at + 8 : at + 12] = root.to_bytes(4, "big")
    file.write_bytes(content)
    with PageFile(file) as opened, pytest.raises(Damaged):
        list(walk(opened, root))


@pytest.mark.parametrize("content", [b"", b"x" * 200, b"SQLite format 3\0", b"\0" * 5000])
def test_what_is_no_database_is_refused(file, content):
    file.write_bytes(content)
    with pytest.raises(NotADatabase):
        PageFile(file)


def test_the_tables_of_this_version_differ_in_nothing(database_url):
    migrate(database_url)
    engine = sa.create_engine(
        database_url, **({"module": sqlite} if "sqlite" in database_url else {})
    )
    with engine.connect() as connection:
        assert list(surpluses(connection)) == []
        version = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    engine.dispose()
    assert version == newest_schema()


def test_text_hashes_and_other_bytes_are_told_apart():
    assert kind_of(b"The shift leader shouts at everybody who asks.") == "text"
    assert kind_of(RNG.randbytes(1000)) == "ciphertext"
    assert kind_of(bytes(range(1, 20)) * 9) == "bytes"
    assert not looks_random(b"ready-for-handovers-0gc7 and more")
    assert all(looks_random(RNG.randbytes(32)) for _ in range(5000))


def test_what_sqlite_itself_leaves_is_no_remainder():
    places = b"".join(n.to_bytes(2, "big") for n in (4000, 3900, 3800, 900, 88, 12, 40, 70, 33))
    assert remainder("box", 3, places + bytes(500)) is None
    assert remainder("box", 3, bytes(500) + b"abc" + bytes(30)) is None
    assert remainder("box", 3, bytes(500) + RNG.randbytes(40)) is not None


def test_ciphertext_is_taken_for_sealed_and_nothing_else_is():
    assert all(looks_sealed(RNG.randbytes(8192)) for _ in range(300))
    for plain in (bytes(8192), b"abcd" * 2048, RNG.randbytes(8100) + bytes(92), b""):
        assert not looks_sealed(plain)
    half = bytes(RNG.choice(b"0123456789abcdef") for _ in range(8192))
    assert not looks_sealed(half)


def test_keys_of_a_survey_are_found_in_any_file_and_its_name_alone_is_none(tmp_path):
    found, name = tmp_path / "a", b"spring-survey-0abc"
    kind = bytes([13 + 2 * len(name)])
    row = b"\x07\x4c" + kind + b"\x17\x81\x80\x0c" + RNG.randbytes(32) + name + b"north"
    found.write_bytes(bytes(2**20 - 40) + row + bytes(2**20) + row + name * 3)
    assert [(t.survey, t.times) for t in traces(found, [name.decode(), "other"])] == [
        (name.decode(), 2)
    ]
    figure = b"\x07\x0b" + kind + b"\x1f\x07\x01\x07" + RNG.randbytes(32) + name
    found.write_bytes(b"title and practice and more text" + name + figure)
    assert list(traces(found, [name.decode()])) == []
