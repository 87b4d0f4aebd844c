"""A roster of 20,000 people: read and checked, saved, looked at: python -m bench.roster [people]

On SQLite and on PostgreSQL (the throw-away server of the tests). Baselines in the same run:
`csv.reader` alone over the same file for reading, and a bare `executemany` of the same rows into
the same table for saving; printed as ratios to them, because only ratios travel from one machine to
another. XLSX is compared with CSV. Memory is the peak of a process that reads and checks the file,
above what it held with the file in it.
"""

import csv
import io
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
import xlsxwriter

from survey.services.accounts import User
from survey.services.client_units import tree_of
from survey.services.clients import add_client
from survey.services.roster_changes import changes
from survey.services.roster_checking import Checked, check
from survey.services.roster_preview import preview_of
from survey.services.roster_saving import save_people
from survey.services.roster_tables import read_table
from survey.services.rosters import edition_of_roster, find_people, people_of
from survey.storage.engine import Sessions, engine_of, make_sessions
from survey.storage.migrate import migrate
from survey.storage.workspace import Person
from tests.support import postgres

PEOPLE, UNITS = 20_000, 400
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
OWNER = User("owner@example.org", "Owner", "owner", 1)
HEADER = ("unit", "name", "mail", "language", "leads")


def rows(people: int, moved: bool = False) -> Iterator[tuple[str, ...]]:
    """Everybody; where they have `moved`, every tenth is in another unit."""
    for at in range(people):
        unit = (at + (at % 10 == 0 and moved)) % UNITS
        leads = "yes" if at < UNITS else ""
        path = f"Division {unit % 20} > Team {unit}"
        yield path, f"Person Nr. {at}", f"p{at}@firm.example", "de", leads


def as_csv(people: int, moved: bool = False) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream).writerows([HEADER, *rows(people, moved)])
    return stream.getvalue().encode()


def as_xlsx(people: int) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet()
    for at, row in enumerate([HEADER, *rows(people)]):
        sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def child(file: Path) -> None:
    """Read and check a file in a process of its own: print by how many megabytes it grew."""
    data = file.read_bytes()
    read_table(as_csv(9) if file.suffix == ".csv" else as_xlsx(9))
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    check(read_table(data).rows, "de", ())
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(most - pages * resource.getpagesize() / 1024**2)


def memory(data: bytes, ending: str) -> float:
    """Return the megabytes that reading and checking a file takes."""
    with tempfile.NamedTemporaryFile(suffix=ending) as file:
        file.write(data)
        file.flush()
        command = [sys.executable, "-m", "bench.roster", "--child", file.name]
        told = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(told.stdout)


def reading(people: int) -> Checked:
    """Tell what reading and checking cost; return what was checked."""
    data, sheet = as_csv(people), as_xlsx(people)
    bare = min(timed(lambda: list(csv.reader(io.StringIO(data.decode())))) for _ in range(3))
    read = min(timed(lambda: read_table(data)) for _ in range(3))
    table = read_table(data)
    judged = min(timed(lambda: check(table.rows, "de", ())) for _ in range(3))
    line("CSV: csv.reader alone", bare, bare)
    line("CSV: read", read, bare)
    line("CSV: check every row", judged, bare)
    line("XLSX: read", timed(lambda: read_table(sheet)), bare)
    for told, ending in ((data, ".csv"), (sheet, ".xlsx")):
        print(f"  memory for {ending:21} {memory(told, ending):7.1f} MB")
    return check(table.rows, "de", ())


def saving(sessions: Sessions, found: Checked, people: int) -> None:
    """Tell what comparing, saving and looking cost."""
    with sessions() as session:
        client = add_client(session, OWNER, "Firm", "de", "UTC", NOW)

    def save(checked: Checked) -> None:
        with sessions() as session:
            now = edition_of_roster(session, client)
            save_people(session, client, checked.people, checked.new_units, "replace", now)

    first = timed(lambda: save(found))
    bare = timed(lambda: executemany(sessions, client))
    line("executemany alone", bare, bare)
    line("save, all new", first, bare)
    with sessions() as session:
        tree = tree_of(session, client)
    again = check(read_table(as_csv(people, moved=True)).rows, "de", tree)
    with sessions() as session:
        present = people_of(session, client)
    line("compare", timed(lambda: preview_of(again, changes(present, again.people), tree)), bare)
    line("save, every tenth moved", timed(lambda: save(again)), bare)
    for words, wanted in (("first page", ""), ("search", "nr. 1999")):
        with sessions() as session:
            find_people(session, client, wanted)
            line(words, timed(lambda: find_people(session, client, wanted)), bare)  # noqa: B023


def executemany(sessions: Sessions, client: str) -> None:
    """Delete and write the same rows with nothing around it; then take them back."""
    with sessions() as session:
        told = [vars(person) | {"client": client} for person in people_of(session, client)]
    with sessions() as session, session.begin():
        session.execute(sa.delete(Person).where(Person.client == client))
        session.connection().execute(sa.insert(Person.__table__), told)  # type: ignore[arg-type]  # a Table


def line(what: str, seconds: float, base: float) -> None:
    print(f"  {what:32} {seconds:7.3f} s  {seconds / base:6.1f}")


@contextmanager
def databases(folder: Path) -> Iterator[list[tuple[str, str]]]:
    """Give the address of an empty database of each engine."""
    with postgres.running_server() as server, server.database() as url:
        yield [("SQLite", f"sqlite:///{folder / 'bench.db'}"), ("PostgreSQL", url)]


def main(people: int = PEOPLE) -> None:
    print(f"{people:,} people in {UNITS} units; the last column is the ratio to the first line")
    found = reading(people)
    with tempfile.TemporaryDirectory() as name, databases(Path(name)) as engines:
        for engine, url in engines:
            print(engine)
            migrate(url)
            sessions = make_sessions(url)
            saving(sessions, found, people)
            engine_of(sessions).dispose()


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(Path(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else PEOPLE)
