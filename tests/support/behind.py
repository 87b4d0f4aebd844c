"""A survey on the shipped server behind a real nginx, where everything that can be logged is.

Respondents come from an address of their own, so that any trace of them is seen. What is searched
for is that address, and all that they sent, in any spelling.
"""

import base64
import http.client
import itertools
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode, urlsplit

import sqlalchemy as sa

from survey.ballots.codes import credential, nullifier, read_person_code
from survey.disclosure.values import Unit
from tests.collecting import Place, make_place
from tests.support.proxy import Proxy, running_proxy

ROOT = Path(__file__).parents[2]
RESPONDENT, VISITOR = "127.0.0.7", "127.0.0.9"
BROWSER = "KanariBrowser"
VISIT = re.compile(rb".*(?:[ \"/]/s/|/respond\.js).*")
MOST = 256 * 1024
# Switched on, and worse than they are offered.
ALL_LOGS = {
    "#access_log /var/log/nginx/headwind.log headwind;": "access_log {}/own.log headwind; "
    "access_log {}/access.log combined;",
    "#error_log /var/log/nginx/headwind-error.log error;": "error_log {}/error.log debug;",
}


@dataclass
class Sent:
    """One submission: what must be found nowhere."""

    slug: str
    code: str
    comment: str

    @property
    def form(self) -> dict[str, str]:
        return {"code": self.code, "open-O1": self.comment, "KN01": "4", "T1": "2"}

    @property
    def hashes(self) -> tuple[bytes, bytes]:
        plain = read_person_code(self.code)
        return nullifier(plain, self.slug), credential(plain, self.slug)

    def shapes(self) -> set[bytes]:
        """All that was sent, in every spelling that a program may give it."""
        words = self.comment.split()[0]  # the canary: what stands around it may be cut
        texts = {self.code, self.code.replace("-", ""), self.code.replace("-", " "), words}
        shapes = {*texts, *(t.lower() for t in texts), quote(words), quote_plus(words)}
        shapes.add(self.code[7:13])  # of a code that was cut or mistyped too
        return {t.encode() for t in shapes} | {
            spelt for text in texts for spelt in spellings(text.encode())
        }

    def hashed_shapes(self) -> set[bytes]:
        return {spelt for told in self.hashes for spelt in spellings(told)}


def spellings(secret: bytes) -> set[bytes]:
    """Bytes as logs write them; base64 whatever stands before them."""
    shown = repr(secret)[2:-1].encode()
    kept = {secret, secret.hex().encode(), secret.hex().upper().encode(), shown}
    kept.add("".join(f"\\x{byte:02x}" for byte in secret).encode())
    for before in range(3):
        packed = base64.b64encode(bytes(before) + secret)[4 * bool(before) : -4]
        kept |= {packed, packed.translate(bytes.maketrans(b"+/", b"-_"))}
    return kept


@dataclass
class Site:
    """The server behind nginx, a survey in it, and all that was sent to it so far."""

    folder: Path
    place: Place
    proxy: Proxy
    server: subprocess.Popen[bytes]
    codes: Iterator[str]
    sent: list[Sent] = field(default_factory=list)
    marks: Iterator[int] = field(default_factory=itertools.count)
    read: dict[Path, int] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"/s/{self.place.slug}"

    @property
    def server_logs(self) -> list[Path]:
        return [self.folder / "server.log", self.folder / "python.log"]

    def somebody(self) -> Sent:
        """A code that was not used, and a comment that stands nowhere else."""
        canary = f"kanari{len(self.sent):03}vogel+ä&"
        self.sent.append(Sent(self.place.slug, next(self.codes), f"{canary} is all I say"))
        return self.sent[-1]

    @contextmanager
    def line(self, source: str = RESPONDENT) -> Iterator[http.client.HTTPSConnection]:
        line = http.client.HTTPSConnection(
            "127.0.0.1",
            self.proxy.port,
            timeout=20,
            source_address=(source, 0),
            context=self.proxy.trust,
        )
        try:
            yield line
        finally:
            line.close()

    def ask(
        self, method: str, address: str, body: object = None, source: str = RESPONDENT, **headers
    ) -> tuple[int, bytes]:
        """Send a request as a browser does; return the status and the page."""
        with self.line(source) as line:
            told = {"User-Agent": BROWSER if source == RESPONDENT else "Firefox", **headers}
            line.request(method, address, body, told)  # type: ignore[arg-type]
            answer = line.getresponse()
            return answer.status, answer.read()

    def send(self, person: Sent, address: str = "", fail: str = "") -> tuple[int, bytes]:
        """Send the form of a person to the survey, with a fault where `fail` says."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": "null",
            "Referer": f"https://127.0.0.1{self.address}?code={person.code}",
        }
        if fail:
            headers["X-Fail"] = fail
        return self.ask("POST", address or self.address, urlencode(person.form), **headers)

    def raw(self, told: bytes) -> bytes:
        """Send bytes as they are; hang up when the answer has come."""
        plain = socket.create_connection(
            ("127.0.0.1", self.proxy.port), 10, source_address=(RESPONDENT, 0)
        )
        with self.proxy.trust.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            line.sendall(told)
            return line.recv(1 << 16)

    def hang_up(self, told: bytes) -> None:
        """Send bytes and hang up in the middle."""
        plain = socket.create_connection(
            ("127.0.0.1", self.proxy.port), 10, source_address=(RESPONDENT, 0)
        )
        with self.proxy.trust.wrap_socket(plain, server_hostname="127.0.0.1") as line:
            line.sendall(told)

    def boxes(self) -> int:
        """How many boxes there are, counted by a process of its own."""
        file = str(sa.make_url(self.place.url).database)
        program = (
            "import sys, pysqlite3\n"
            "print(*pysqlite3.connect(sys.argv[1]).execute(sys.argv[2]).fetchone())"
        )
        counted = subprocess.run(
            [sys.executable, "-c", program, file,
             "select count(*) from box"],
            capture_output=True,
            text=True,
            check=True,
        )  # fmt: skip
        return int(counted.stdout)

    def worker(self) -> int:
        """The process that answers: the server's only child, when it answers."""
        self.settle()
        pid = self.server.pid
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        assert len(children) == 1, children
        return int(children[0])

    def settle(self) -> None:
        """Wait for what is logged after an answer has gone: a later request stands below it."""
        mark = f"/login?mark={next(self.marks)}"
        assert self.ask("GET", mark, source=VISITOR)[0] == 200
        deadline = time.monotonic() + 5
        while mark not in (self.proxy.logs / "access.log").read_text():
            assert time.monotonic() < deadline, "nginx logs nothing"
            time.sleep(0.005)

    def logs(self) -> dict[str, bytes]:
        """What was logged since this was last asked."""
        self.settle()
        told = {}
        for log in [*self.proxy.logs.iterdir(), *self.server_logs]:
            content = log.read_bytes()
            told[log.name] = content[self.read.get(log, 0) :]
            self.read[log] = len(content)
        return told

    def traces(self) -> list[str]:
        """What was logged of respondents since this was last asked: pieces of it."""
        people = self.sent[-3:]
        secrets = {s for person in people for s in person.shapes() | person.hashed_shapes()}
        secrets |= {RESPONDENT.encode(), BROWSER.encode(), b"KN01"}
        return [
            f"{name}: {found!r}"
            for name, content in self.logs().items()
            for found in [*(s for s in secrets if s in content), *VISIT.findall(content)]
        ]

    def left_in_files(self) -> list[str]:
        """Which file of any kind holds a code or a comment."""
        everything = {p: p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}
        return [
            f"{file.name}: {secret!r}"
            for secret in {secret for person in self.sent for secret in person.shapes()}
            for file, content in everything.items()
            if secret in content
        ]


@contextmanager
def talkative_server(folder: Path, url: str) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    """Run the server with every log on; give the process and its port."""
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.talkative", folder, url, folder / "python.log"],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        deadline = time.monotonic() + 30
        while not (told := re.search(rb"Headwind: (\S+)", log.read_bytes())):
            assert process.poll() is None, log.read_text()
            assert time.monotonic() < deadline, log.read_text()
            time.sleep(0.02)
        yield process, urlsplit(told[1].decode()).port or 0
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def running_site(folder: Path) -> Iterator[Site]:
    """Open a survey and serve it behind nginx, with every log on."""
    units = (Unit("firm", "Hafen AG", None, 0), Unit("north", "Night shift", "firm", 90))
    place = make_place(f"sqlite:///{folder / 'headwind.db'}", folder, units=units)
    place.end()
    logs = folder / "nginx" / "logs"
    changes = {line: other.format(logs, logs) for line, other in ALL_LOGS.items()}
    with (
        talkative_server(folder, place.url) as (server, port),
        running_proxy(folder / "nginx", port, changes) as proxy,
    ):
        yield Site(folder, place, proxy, server, iter(place.codes))
