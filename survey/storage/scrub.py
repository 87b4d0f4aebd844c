"""After closing: rewrite the database so that no file keeps what was deleted, and prove it.

Here belongs what is done to files. What is deleted, and when, is decided in `survey.services`; how
a file is searched stands in `traces`.

On PostgreSQL the server's own log (`pg_wal`), archives and replicas may still hold ciphertext
whose key is gone and, readable, the names that were masked and what was released; the files of
a server cannot be searched from here, so there the proof is that no row is left and that nobody's
older view kept one alive through the rewriting.

SQLite rewrites in memory, not in a temporary file: room is needed for what remains.
"""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, OperationalError

from survey.errors import UserError
from survey.storage.engine import PATIENCE, database_file, maintaining
from survey.storage.traces import count_row_images, count_traces

EMPTIED = ("box", "credential", "participation")
"""Tables that keep nothing of a survey that is closed."""
REWRITTEN = (*EMPTIED, "invitee", "letter", "survey")
"""Letters hold codes; an older version of a survey's row the names taken out of comments."""
PAUSE = 0.2
"""Seconds between two tries to empty the log, and how long each try waits for a reader."""
_REFILL = (
    "CREATE TEMP TABLE waiting AS SELECT * FROM letter",
    "DELETE FROM letter",
    "INSERT INTO letter SELECT * FROM waiting ORDER BY id",
    "DROP TABLE waiting",
)
"""In memory: see `temp_store` in `engine`. Without a condition, deleting wipes whole pages."""
_CUT_LOG = "PRAGMA wal_checkpoint(TRUNCATE)"
# Who keeps deleted rows alive, and since when: a view; a transaction that has written; one that was
# prepared and not finished; a standby that tells what it still reads, with a slot or without. A
# slot's catalog_xmin is left out: it holds rows of the system's own tables only.
_HELD = sa.text("""
    WITH held(since) AS (
        SELECT unnest(ARRAY[backend_xmin, backend_xid]) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND (datname = current_database() OR datname IS NULL)
        UNION ALL
        SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
        UNION ALL
        SELECT xmin FROM pg_replication_slots
    )
    SELECT count(*) FROM held WHERE since IS NOT NULL AND age(since) >= age(CAST(:now AS xid))
""")
RESETS = 10
_RESET = sa.text("SELECT pg_stat_reset()")
_COUNTED = sa.text("""
    SELECT coalesce(sum(s.n_tup_ins + s.n_tup_upd + s.n_tup_del), 0) > 0
      FROM pg_class c JOIN pg_stat_all_tables s ON s.relid IN (c.oid, c.reltoastrelid)
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relname = ANY(:names)
""")


class StillInUse(UserError):
    """The answers are counted and deleted, but another program is still reading the database, so
    that remains of them cannot be cleared away. End it (a backup, a database tool, a standby or a
    prepared transaction of PostgreSQL): closing then goes on by itself, without a code, when
    somebody looks at its page, within the hour, or when this program is started again.
    """


class TracesLeft(UserError):
    """The answers are counted and deleted, but remains were found in {places}. The report stays
    shut. Please keep this installation as it is and ask whoever maintains it.
    """


def rewrite(
    engine: sa.Engine, patience: float = PATIENCE, tables: Collection[str] = REWRITTEN
) -> None:
    """Rewrite what held boxes and codes; `StillInUse` where somebody reads for too long.

    `tables`: which ones, on PostgreSQL; SQLite rewrites its file as a whole.
    """
    try:
        if engine.dialect.name == "sqlite":
            _rewrite_sqlite(engine, patience)
        else:
            _rewrite_postgres(engine, patience, tables)
    except OperationalError as error:
        if "lock" not in str(error.orig):
            raise
        raise StillInUse from error


def prove_empty(engine: sa.Engine, survey: str, needles: Collection[bytes]) -> None:
    """Raise `TracesLeft` where anything of a survey's boxes and codes can still be found.

    Proved in any case, after `rewrite`: no table has a row of the survey. On SQLite also: every
    page of the file is in use, and no file holds a whole row of box or credential of this survey,
    deleted or not (an image of it begins as the row did).

    Parameters
    ----------
    engine
        Of the database.
    survey
        Whose answers were deleted.
    needles
        Beginnings of deleted values (`NEEDLE` bytes each), kept in memory by the process that
        deleted them: none is in any file. Without them, where closing is resumed by another
        process, it is not proved that no fragment of a box lies in the unused part of a page.
    """
    places = [f"the table {table}" for table in EMPTIED if _rows(engine, table, survey)]
    if engine.dialect.name == "sqlite":
        places += _unused_pages(engine)
        for path in filter(Path.exists, _files(engine)):
            if count_traces(path, needles) or count_row_images(path, survey):
                places.append(str(path))
    if places:
        raise TracesLeft(places=", ".join(places))


def empty_log(engine: sa.Engine) -> None:
    """Empty SQLite's log once more, so that a look at the files finds none; no matter if it fails.

    After `prove_empty` only the survey's change to "closed" stands in it.
    """
    if engine.dialect.name == "sqlite":
        with (
            maintaining(engine) as connection,
            _patience(connection, 1),
            suppress(OperationalError),
        ):
            connection.exec_driver_sql(_CUT_LOG)


def clear_letters(engine: sa.Engine, patience: float = 2) -> bool:
    """Leave no trace of the codes of mails that were sent; False where somebody is in the way.

    Deleting a row wipes its place, but not copies that SQLite made of it when it moved rows from
    page to page. So the table is emptied, which wipes all its pages, and filled with what waits;
    then the log goes. PostgreSQL writes the table anew; its own log (`pg_wal`) and copies of it
    keep what was in it for as long as they are kept.
    """
    try:
        if engine.dialect.name == "sqlite":
            with engine.begin() as connection:
                for statement in _REFILL:
                    connection.exec_driver_sql(statement)
            return _log_is_cut(engine)
        with maintaining(engine) as connection, _lock_timeout(connection, patience):
            connection.exec_driver_sql("VACUUM FULL letter")
            return not _kept(connection, "letter")
    except OperationalError as error:
        if "lock" not in str(error.orig):
            raise
        return False


def forget_counts(engine: sa.Engine) -> None:
    """Set PostgreSQL's counters of this database to zero, which every account may read.

    They say how many rows were ever put into `box`, and so how many people answered. The same can
    be worked out from the long values beside the table, its indexes and the whole database: so all
    are forgotten. No matter if it fails: other accounts than a superuser's need a right for it, and
    the audit says what is left.

    A connection hands in its counts late, up to ten seconds after its last statement, at the latest
    when it ends. So those that are idle here are ended first.
    """
    if engine.dialect.name != "postgresql":
        return
    _end_idle(engine)
    with suppress(DBAPIError), maintaining(engine) as connection:
        for _ in range(RESETS):
            connection.execute(_RESET)
            time.sleep(PAUSE)
            if not are_counted(connection):
                break


def _end_idle(engine: sa.Engine) -> None:
    """End the connections that wait in the pool; those in use elsewhere go on and come back."""
    idle = engine.pool.checkedin() if isinstance(engine.pool, sa.QueuePool) else 0
    for connection in [engine.connect() for _ in range(idle)]:
        connection.detach()
        connection.close()


def are_counted(connection: sa.Connection) -> bool:
    """Say whether PostgreSQL's counters tell of rows put into `EMPTIED` or deleted from it.

    Looking at a table is counted too, but elsewhere.
    """
    return bool(connection.scalar(_COUNTED, {"names": list(EMPTIED)}))


def _rows(engine: sa.Engine, table: str, survey: str) -> int:
    rows = sa.table(table, sa.column("survey"))
    with engine.connect().execution_options(read_only=True) as connection:
        query = sa.select(sa.func.count()).select_from(rows).where(rows.c.survey == survey)
        return int(connection.scalar(query) or 0)


def _unused_pages(engine: sa.Engine) -> list[str]:
    """Return the places of an SQLite database that belong to no table: there should be none."""
    with engine.connect().execution_options(read_only=True) as connection:
        pages = int(connection.exec_driver_sql("PRAGMA page_count").scalar_one())
        size = int(connection.exec_driver_sql("PRAGMA page_size").scalar_one())
        found = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
    places = [str(line) for line in found if "never used" in str(line)]
    main = database_file(engine)
    return places + ([f"the end of {main}"] if main.stat().st_size > pages * size else [])


def _rewrite_sqlite(engine: sa.Engine, patience: float) -> None:
    """Rewrite, move the log into the main file, and look that nothing is left beside it."""
    with maintaining(engine) as connection, _patience(connection, patience):
        connection.exec_driver_sql("VACUUM")
        if connection.exec_driver_sql("PRAGMA freelist_count").scalar():
            raise StillInUse
    deadline = time.monotonic() + patience
    while not _log_is_cut(engine):
        if time.monotonic() > deadline:
            raise StillInUse
        time.sleep(PAUSE)


def _log_is_cut(engine: sa.Engine) -> bool:
    """Empty the log if no reader is in the way; writers of other surveys wait only for this look.

    The log is looked at before the next writer may begin: afterwards it is that writer's.
    """
    _, *logs = _files(engine)
    with maintaining(engine) as connection, _patience(connection, PAUSE):
        reader_in_the_way = connection.exec_driver_sql(_CUT_LOG).one()[0]
        left = any(path.exists() and path.stat().st_size for path in logs)
    return not (reader_in_the_way or left)


@contextmanager
def _patience(connection: sa.Connection, seconds: float) -> Iterator[None]:
    connection.exec_driver_sql(f"PRAGMA busy_timeout={int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={PATIENCE * 1000}")


def _files(engine: sa.Engine) -> tuple[Path, Path, Path]:
    """Return the main file of an SQLite database, and those that may hold its recent past."""
    main = database_file(engine)
    return main, main.with_name(main.name + "-wal"), main.with_name(main.name + "-journal")


def _rewrite_postgres(engine: sa.Engine, patience: float, tables: Collection[str]) -> None:
    """VACUUM FULL, once nobody holds a view in which the deleted rows still live.

    It copies rows that somebody may still see without a word; so tables that should be empty are
    looked at afterwards.
    """
    deadline = time.monotonic() + patience
    with maintaining(engine) as connection, _lock_timeout(connection, patience):
        now = connection.scalar(sa.text("SELECT CAST(pg_current_xact_id() AS xid)::text"))
        rewritten = False
        while not rewritten:
            while connection.scalar(_HELD, {"now": now}):
                _rest(deadline)
            for table in tables:
                connection.exec_driver_sql(f"VACUUM FULL {table}")
            if not (rewritten := not any(_kept(connection, table) for table in tables)):
                _rest(deadline)


def _rest(deadline: float) -> None:
    if time.monotonic() > deadline:
        raise StillInUse
    time.sleep(0.05)


def _kept(connection: sa.Connection, table: str) -> bool:
    """Say whether a table without rows takes room: dead ones were copied, which somebody may see.

    Of a table in which other surveys have rows nothing can be said so.
    """
    there = f"SELECT FROM {table}"
    query = f"SELECT pg_relation_size(CAST(:table AS regclass)) > 0 AND NOT EXISTS ({there})"
    return bool(connection.scalar(sa.text(query), {"table": table}))


@contextmanager
def _lock_timeout(connection: sa.Connection, seconds: float) -> Iterator[None]:
    connection.exec_driver_sql(f"SET lock_timeout = {int(seconds * 1000)}")
    try:
        yield
    finally:
        connection.exec_driver_sql("RESET lock_timeout")
