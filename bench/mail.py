"""Mails a second: the worker, against bare smtplib with one connection, in the same run.

    python -m bench.mail [PEOPLE]

The mail server is a process of its own that takes everything. The worker writes two rows of the
database for each mail, one before and one after it is sent; bare smtplib sends the same bytes and
keeps no account of anything.
"""

import multiprocessing
import smtplib
import socket
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa

from survey.exports.mails import mail_of
from survey.jobs.postman import Postman
from survey.mail import Server, message_of
from survey.services import outbox
from survey.services.invitation_text import about_survey
from survey.storage.engine import engine_of
from survey.storage.workspace import Letter
from tests.collecting import TREE, Place
from tests.mailed import URL, make_mailed_place, people

ROUNDS = 3
NOON = datetime(2026, 11, 2, 12, 0, tzinfo=UTC)


def serve(port: int) -> None:
    """Take every mail, and forget it."""
    from tests.support.mailbox import forgetting

    forgetting(port)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def bare(server: Server, messages: list[bytes]) -> float:
    """Seconds of smtplib for these messages over one connection."""
    begun = time.perf_counter()
    with smtplib.SMTP(server.host, server.port) as smtp:
        for at, message in enumerate(messages):
            smtp.sendmail("survey@example.org", [f"north{at}@example.org"], message)
    return time.perf_counter() - begun


def worker(place: Place, server: Server, folder: Path) -> float:
    """Seconds of the worker for all letters of a survey."""
    postman = Postman(place.sessions, server, lambda: NOON, folder, URL, 100_000)
    begun = time.perf_counter()
    taken = postman.once()
    passed = time.perf_counter() - begun
    postman.let_go()
    assert taken, "nothing was sent"
    return passed


def messages_of(place: Place, server: Server) -> list[bytes]:
    """The messages that the worker would send."""
    with place.sessions() as session:
        about = about_survey(session, place.slug, NOON, URL)
        rows = session.scalars(sa.select(Letter)).all()
        return [
            message_of(mail_of(outbox.held_of(row), about), server, NOON).as_bytes() for row in rows
        ]


def main() -> int:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    units = tuple(replace(u, asked=many) if u.id == "north" else u for u in TREE)
    port = free_port()
    running = multiprocessing.get_context("spawn").Process(target=serve, args=(port,), daemon=True)
    running.start()
    server = Server("127.0.0.1", port, "none", sender="Survey <survey@example.org>")
    wait_for(port)
    found: dict[str, list[float]] = {"bare": [], "worker": []}
    for _ in range(ROUNDS):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            place = make_mailed_place(
                f"sqlite:///{folder / 'headwind.db'}", folder, people("north", many), units=units
            )
            found["bare"].append(bare(server, messages_of(place, server)))
            found["worker"].append(worker(place, server, folder / "mail"))
            engine_of(place.sessions).dispose()
    running.terminate()
    rates = {name: many / statistics.median(times) for name, times in found.items()}
    print(f"{many} mails of one survey, SQLite, median of {ROUNDS} rounds")
    share = rates["worker"] / rates["bare"]
    print(f"bare smtplib  {rates['bare']:6.0f} a second")
    print(f"the worker    {rates['worker']:6.0f} a second, {share:.2f} of it")
    return 0


def wait_for(port: int) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError("the mail server did not start")


if __name__ == "__main__":
    sys.exit(main())
