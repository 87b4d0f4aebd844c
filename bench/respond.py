"""Whole responses, page and submission, against a hello-world app under the same server.

60 questions, 16 respondents at once, on the loopback. One process asks, with one loop over raw
connections, so that it takes little of the processors from the server that is measured.
Run by `make bench`, or alone: python -m bench.respond
"""

import os
import re
import selectors
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from urllib.parse import urlencode

from flask import Flask

from survey.ballots.codes import person_code
from survey.ballots.keys import KeyFolder
from survey.cli import serving
from survey.config import Config, load_config
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.shipped import find, shipped_text
from survey.services.opening import Opened, Plan, open_survey
from survey.storage.engine import make_sessions
from survey.storage.migrate import migrate

AT_ONCE = 16
ROUNDS = 3
HELLOS = 4000
RESPONSES = 600
TIMED = 50
"""Right and wrong codes by turns, with nobody else there; more wrong ones would be braked."""
PEOPLE = ROUNDS * (RESPONSES + TIMED) + 50
AIM = {"whole responses per 1000 hello-worlds": 80, "ms of CPU a response": 6}

Conversation = Generator[bytes, bytes, None]


def measure() -> dict[str, float]:
    """Alternate between the two servers; return the medians."""
    hellos, responses, costs = [], [], []
    right: list[float] = []
    wrong: list[float] = []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        opened = fill(folder)
        codes = iter([code for of_unit in opened.codes.values() for code in of_unit])
        for _ in range(ROUNDS):
            with server("hello", folder) as (port, _):
                drive(port, (hello() for _ in range(200)))
                hellos.append(drive(port, (hello() for _ in range(HELLOS))))
            with server("survey", folder) as (port, group):
                drive(port, (respond(opened.slug, next(codes)) for _ in range(AT_ONCE)))
                before = cpu_of(group)
                talks = (respond(opened.slug, next(codes)) for _ in range(RESPONSES))
                responses.append(drive(port, talks))
                costs.append(1000 * (cpu_of(group) - before) / RESPONSES)
                for _ in range(TIMED):
                    right += timed(port, send(opened.slug, next(codes), known=True))
                    wrong += timed(port, send(opened.slug, person_code(), known=False))
    return {
        "hello-worlds a second": median(hellos),
        "whole responses a second": median(responses),
        "whole responses per 1000 hello-worlds": 1000 * median(responses) / median(hellos),
        "ms of CPU a response": median(costs),
        "ms until a right code is answered": 1000 * median(right),
        "ms until a wrong code is answered": 1000 * median(wrong),
    }


def fill(folder: Path) -> Opened:
    """Open a survey for as many people as will answer."""
    config = load_config(folder, {})
    migrate(config.database_url)
    sessions = make_sessions(config.database_url)
    now = datetime.now(UTC)
    units = (
        Unit("a", "All", None, 0),
        *(Unit(f"u{i}", f"U{i}", "a", PEOPLE // 10) for i in range(10)),
    )
    plan = Plan(
        title="Bench",
        client="Bench",
        practice="the new way",
        critical=(),
        questionnaire_text=shipped_text("environment"),
        units=units,
        policy=Policy(),
        ends_at=now + timedelta(days=1),
        closable_from=now + timedelta(days=1),
        timezone="UTC",
        organiser="Bench",
        holders=("Bench",),
        help_contact="Bench",
        harm_role="Bench",
        previous=None,
        results_on=(now + timedelta(days=15)).date(),
    )
    with sessions() as session:
        opened = open_survey(session, KeyFolder(config.keys), plan, now)
    sessions.kw["bind"].dispose()
    return opened


@contextmanager
def server(what: str, folder: Path) -> Iterator[tuple[int, int]]:
    """Serve the survey, or hello, in processes of their own; give the port and the group."""
    environment = {**os.environ, "HEADWIND_INSTANCE": str(folder)}
    command = [sys.executable, "-m", "bench.respond", what]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, start_new_session=True, env=environment
    )
    try:
        assert process.stdout
        port = int(process.stdout.readline())
        wait_for(port)
        yield port, process.pid
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def serve(what: str) -> None:
    """Run the product's own server with its own settings, on the app that is asked for."""
    config = load_config(Path(os.environ.pop("HEADWIND_INSTANCE")), {})
    listening = serving.listen("127.0.0.1", 0)
    print(listening.getsockname()[1], flush=True)
    if what == "hello":
        serving.FACTORY = "bench.respond:hello_app"
    serving.serve(config, listening)


def hello_app(_: Config, **_more: object) -> Flask:
    """The smallest app there is."""
    app = Flask("hello")
    app.add_url_rule("/", "hello", lambda: "Hello, world")
    return app


def wait_for(port: int) -> None:
    """Wait until the server answers."""
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as connection:
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            if connection.recv(10):
                return
        time.sleep(0.1)
    raise TimeoutError("the server did not come up")


def hello() -> Conversation:
    """Ask for the page of the hello-world app."""
    reply = yield b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
    assert b" 200 " in reply[:20], reply[:200]


def respond(slug: str, code: str) -> Conversation:
    """Be one person: fetch the page, send every answer, get the receipt."""
    reply = yield (
        f"GET /s/{slug} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip\r\n\r\n".encode()
    )
    assert b" 200 " in reply[:20], reply[:200]
    yield from send(slug, code, known=True)


def send(slug: str, code: str, *, known: bool) -> Conversation:
    """Send every answer; say whether the code is one of the survey's."""
    form = urlencode({**ANSWERS, "code": code}).encode()
    head = (
        f"POST /s/{slug} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: null\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(form)}\r\n\r\n"
    )
    reply = yield head.encode() + form
    assert b" 200 " in reply[:20], reply[:200]
    assert (b"answers have arrived" in reply) == known, reply[:2000]


ANSWERS = dict.fromkeys(find("environment").columns[:60], "4") | {
    "tenure": "1to3",
    "open-O1": "More time for each other, and fewer meetings that end without a decision.",
}


@dataclass
class Talk:
    """A conversation over a connection, and what has come of the reply."""

    connection: socket.socket
    conversation: Conversation
    reply: bytearray = field(default_factory=bytearray)


def timed(port: int, talk: Conversation) -> list[float]:
    """Hold one conversation alone; return how long it took."""
    return [1 / drive(port, iter([talk]), at_once=1)]


def drive(port: int, talks: Iterator[Conversation], at_once: int = AT_ONCE) -> float:
    """Hold all conversations, `at_once` at a time; return how many were held a second."""
    done, start = 0, time.perf_counter()
    with selectors.DefaultSelector() as loop:
        for _ in range(at_once):
            _begin(loop, socket.create_connection(("127.0.0.1", port)), talks)
        while loop.get_map():
            for key, _ in loop.select(30):
                done += _advance(loop, key.data, talks)
    return done / (time.perf_counter() - start)


def _begin(
    loop: selectors.BaseSelector, connection: socket.socket, talks: Iterator[Conversation]
) -> None:
    conversation = next(talks, None)
    if conversation is None:
        connection.close()
        return
    connection.sendall(next(conversation))
    loop.register(connection, selectors.EVENT_READ, Talk(connection, conversation))


def _advance(loop: selectors.BaseSelector, talk: Talk, talks: Iterator[Conversation]) -> int:
    """Read what came; with a whole reply the conversation goes on, or the next one begins."""
    came = talk.connection.recv(1 << 16)
    if not came:
        raise ConnectionError("the server closed a connection that was in use")
    talk.reply += came
    if not is_whole(talk.reply):
        return 0
    whole = bytes(talk.reply)
    talk.reply.clear()
    try:
        talk.connection.sendall(talk.conversation.send(whole))
    except StopIteration:
        loop.unregister(talk.connection)
        _begin(loop, talk.connection, talks)
        return 1
    return 0


def is_whole(reply: bytearray) -> bool:
    """Say whether a reply has all the bytes that its head announces."""
    head = reply.find(b"\r\n\r\n")
    length = re.search(rb"content-length: (\d+)", reply[:head], re.I) if head > 0 else None
    return length is not None and len(reply) >= head + 4 + int(length[1])


def cpu_of(group: int) -> float:
    """Return the seconds of CPU that all processes of a group have used."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            fields = stat.read_text().rpartition(")")[2].split()
            if int(fields[2]) == group:
                ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print, with the aim beside each figure that has one."""
    for name, figure in measure().items():
        aim = f"   (aim: {AIM[name]})" if name in AIM else ""
        print(f"{name:40} {figure:10.1f}{aim}")


if __name__ == "__main__":
    serve(sys.argv[1]) if len(sys.argv) > 1 else main()
