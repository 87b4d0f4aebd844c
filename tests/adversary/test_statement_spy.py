"""What the database is told: every statement of a submission, read by SQLAlchemy and by PostgreSQL.

A submission names no person, holds no row and no table, and writes once: an upsert on `box`. With a
bad code, and for every page a respondent may open, nothing is written.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa

from survey.ballots.codes import CodeMistyped, person_code
from survey.ballots.payload import AnswerRefused, Response
from survey.services.answering import CodeUnknown, SurveyOver
from survey.storage.engine import engine_of
from tests.collecting import END, Place, make_response, responses_for

WRITES = re.compile(
    r"\b(INSERT|UPDATE|DELETE|MERGE|REPLACE|TRUNCATE|COPY|CREATE|DROP|ALTER|NOTIFY|LOCK)\b", re.I
)
UPSERT = re.compile(r"\s*INSERT INTO box \(.*ON CONFLICT \(nullifier\) DO UPDATE SET", re.I | re.S)
HOLDS = re.compile(r"\bFOR\s+(NO\s+KEY\s+)?(UPDATE|KEY\s+SHARE|SHARE)\b|\bLOCK\b|advisory", re.I)
NAMED = re.compile(r"\b(?:FROM|JOIN|INTO|UPDATE|TABLE)\s+\"?(\w+)", re.I)
MAY_NAME = {"survey", "unit", "amendment", "credential", "box"}
OF_PEOPLE = re.compile(r"invit|account|login|person|people|mail|recipient|user", re.I)


@contextmanager
def told(place: Place) -> Iterator[list[str]]:
    """Collect what SQLAlchemy sends to the database."""
    statements: list[str] = []

    def listen(*event: object) -> None:
        statements.append(str(event[2]))

    engine = engine_of(place.sessions)
    sa.event.listen(engine, "before_cursor_execute", listen)
    try:
        yield statements
    finally:
        sa.event.remove(engine, "before_cursor_execute", listen)


def writes(statements: list[str]) -> list[str]:
    return [s for s in statements if WRITES.search(s.replace("DO UPDATE", "")) and not begins(s)]


def begins(statement: str) -> bool:
    """How SQLite's write transactions begin; by itself it writes nothing."""
    return statement.strip().upper() in ("BEGIN IMMEDIATE", "BEGIN", "COMMIT", "ROLLBACK")


def names(statements: list[str]) -> set[str]:
    return {name.lower() for s in statements for name in NAMED.findall(s)} - {"set"}


def check_submission(statements: list[str]) -> None:
    written = writes(statements)
    assert len(written) == 1
    assert UPSERT.match(written[0])
    assert not [s for s in statements if HOLDS.search(s)]
    assert names(statements) <= MAY_NAME
    assert not [s for s in statements if OF_PEOPLE.search(s)]


@pytest.mark.parametrize("turn", ["first", "replaced"])
def test_a_submission_writes_once_an_upsert_on_box_and_names_nobody(place, turn):
    code = place.codes[0]
    if turn == "replaced":
        place.answer(code, Response({"T1": 1}))
    with told(place) as statements:
        place.answer(code, Response({"T1": 5}, comments={"O1": "Less haste."}))
    check_submission(statements)


def test_a_submission_through_the_page_does_the_same(site):
    site.get(site.address)
    response = next(iter(responses_for(site.place.codes[:1]).values()))
    with told(site.place) as statements:
        site.send(site.place.codes[0], response)
    check_submission(statements)


def mistyped(place: Place) -> None:
    with pytest.raises(CodeMistyped):
        place.answer("000000-000000-000001", Response({"T1": 3}))


def unknown(place: Place) -> None:
    with pytest.raises(CodeUnknown):
        place.answer(person_code(), Response({"T1": 3}))


def not_asked(place: Place) -> None:
    with pytest.raises(AnswerRefused):
        place.answer(place.codes[0], Response({"T1": 6}))


def too_late(place: Place) -> None:
    with pytest.raises(SurveyOver):
        place.answer(place.codes[0], Response({"T1": 3}), END)


@pytest.mark.parametrize("attempt", [mistyped, unknown, not_asked, too_late])
def test_nothing_is_written_where_nothing_is_taken(place, attempt):
    with told(place) as statements:
        attempt(place)
    assert writes(statements) == []
    assert place.tables()["box"] == []


def test_no_page_of_a_respondent_writes(site):
    """Every route below /s/ that can be fetched, before an answer, after it, and after the end."""
    pages = [
        rule.rule.replace("<slug>", site.place.slug)
        for rule in site.app.url_map.iter_rules()
        if rule.rule.startswith("/s/") and "GET" in (rule.methods or ())
    ]
    assert site.address in pages
    with told(site.place) as statements:
        for page in pages:
            site.get(page)
    assert writes(statements) == []
    site.send(site.place.codes[0], Response({"T1": 3}))
    with told(site.place) as statements:
        for page in (*pages, "/s/nothing", "/s/nothing/thanks"):
            site.get(page)
        site.now = END
        for page in pages:
            site.get(page)
        site.send(person_code(), Response({"T1": 3}))
        site.send("", Response({"T1": 3}))
    assert writes(statements) == []


# --- PostgreSQL's own log, and its locks


@pytest.fixture
def logged(place: Place, request) -> Callable[[], str]:
    """Let the server log every statement of this database; what it wrote since last asked."""
    log: Path = request.getfixturevalue("postgres_server")._folder / "log"
    with engine_of(place.sessions).connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        name = connection.exec_driver_sql("SELECT current_database()").scalar()
        connection.exec_driver_sql(f"ALTER DATABASE {name} SET log_statement = 'all'")
    place.end()  # the setting is taken by connections made from now on
    read = [log.stat().st_size]

    def since() -> str:
        raw = log.read_bytes()[read[0] :]
        read[0] += len(raw)
        return raw.decode(errors="replace")

    return since


def statements_in(log: str) -> list[str]:
    """Cut the log into entries; keep the statements, without what was bound to them."""
    entries = re.split(r"^\S+ \S+ UTC \[\d+\] ", log, flags=re.M)
    said = [re.match(r"LOG:\s+(?:statement|execute \S+): (.*)", e, re.S) for e in entries]
    return [match.group(1).strip() for match in said if match]


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_the_server_itself_hears_one_write_and_no_answer(place, logged):
    words = "Der Kanarienvogel im Serverraum."
    response = Response({"T1": 3}, comments={"O1": words})
    place.answer(place.codes[0], response)
    logged()
    place.answer(place.codes[0], response)
    log = logged()
    statements = [s for s in statements_in(log) if "pg_catalog" not in s]
    check_submission(statements)
    assert any(statement.startswith("BEGIN") for statement in statements)
    assert "COMMIT" in statements
    for secret in (words, place.codes[0], place.codes[0].replace("-", "")):
        assert secret not in log
    unknown(place)
    assert writes(statements_in(logged())) == []


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
@pytest.mark.postgres
def test_a_submission_holds_no_lock_but_that_of_its_own_row(place, rng):
    """Looked at by somebody else while its transaction, all written, waits for its commit."""
    engine = engine_of(place.sessions)
    held: list[tuple[str, str, str]] = []

    def look(connection: sa.Connection) -> None:
        asked = connection.exec_driver_sql("SELECT pg_backend_pid()").scalar()
        with engine.connect() as other:
            query = sa.text(
                "SELECT l.locktype, coalesce(c.relname, ''), l.mode FROM pg_locks l"
                " LEFT JOIN pg_class c ON c.oid = l.relation WHERE l.pid = :pid"
            )
            held.extend(tuple(row) for row in other.execute(query, {"pid": asked}))

    place.answer(place.codes[0], make_response(rng))
    sa.event.listen(engine, "commit", look)
    place.answer(place.codes[0], make_response(rng))
    sa.event.remove(engine, "commit", look)
    tables = {(name, mode) for kind, name, mode in held if kind == "relation"}
    exclusive = {name for name, mode in tables if mode != "AccessShareLock"}
    assert {mode for _, mode in tables} == {"AccessShareLock", "RowExclusiveLock"}
    assert "box" in exclusive
    assert exclusive <= {"box", "pk_box"} | {n for n in exclusive if n.startswith("pg_toast")}
    others = {(kind, mode) for kind, _, mode in held if kind != "relation"}
    assert others == {("virtualxid", "ExclusiveLock"), ("transactionid", "ExclusiveLock")}
