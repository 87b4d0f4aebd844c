"""A real mail server on this machine, for tests: it takes, refuses, puts off, hangs up."""

import socket
import ssl
from asyncio import Transport
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from threading import Event, Lock
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from survey.mail import Server

SENDER = "Survey <survey@example.org>"
Answer = Callable[[str], str]
OK = "250 taken"


@dataclass
class Mailbox:
    """What the server was given, and how it answers.

    `at_rcpt` and `at_data` give the answer for an address; an empty one hangs up. At the end of the
    data the mail is kept first: a server that hangs up may well have it.
    """

    at_rcpt: Answer = lambda _: OK
    at_data: Answer = lambda _: OK
    tried: list[str] = field(default_factory=list)
    taken: list[EmailMessage] = field(default_factory=list)
    connections: int = 0
    secure: list[bool] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    async def handle_RCPT(  # noqa: N802 -- named by the server
        self, server: SMTP, _: Session, envelope: Envelope, address: str, __: list[str]
    ) -> str:
        self.tried.append(address)
        answer = self.at_rcpt(address)
        if not answer:
            return _hang_up(server)
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802 -- named by the server
        self, server: SMTP, session: Session, envelope: Envelope
    ) -> str:
        answer = self.at_data(envelope.rcpt_tos[0])
        if not answer or answer.startswith("2"):
            content = envelope.content
            assert isinstance(content, bytes)
            with self._lock:
                self.taken.append(message_from_bytes(content, policy=default))
                self.secure.append(session.ssl is not None)
        return answer or _hang_up(server)

    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802 -- named by the server
        return "221 bye"

    def to(self, address: str) -> list[EmailMessage]:
        """What reached one address."""
        return [mail for mail in list(self.taken) if address in str(mail["To"])]

    def ids(self) -> list[str]:
        """The names of the mails, in the order in which they came."""
        return [str(mail["Message-ID"]) for mail in list(self.taken)]


def _hang_up(server: SMTP) -> str:
    """Cut the wire without a word."""
    assert server.transport is not None
    assert isinstance(server.transport, Transport)
    server.transport.abort()
    return "421 gone"


@contextmanager
def mail_server(
    mailbox: Any, folder: Path | None = None, users: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[Server]:
    """Run the server; with a folder it speaks STARTTLS with a certificate that lies there."""
    told: dict[str, Any] = {}
    if folder is not None:
        told |= {"tls_context": _certificate(folder), "require_starttls": True}
    if users is not None:
        told |= {"authenticator": _knows(users), "auth_required": True}
        told |= {"auth_require_tls": folder is not None}
    controller = Controller(mailbox, hostname="127.0.0.1", port=port or _free_port(), **told)
    controller.start()
    try:
        sockets = controller.server.sockets  # type: ignore[union-attr]  # it listens
        security = "none" if folder is None else "starttls"
        yield Server(
            "localhost" if folder else "127.0.0.1",
            sockets[0].getsockname()[1],
            security,
            sender=SENDER,
        )
    finally:
        controller.stop()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


def _knows(users: Mapping[str, str]) -> Callable[..., AuthResult]:
    def check(_: Any, __: Any, ___: Any, ____: str, data: LoginPassword) -> AuthResult:
        told = users.get(data.login.decode())
        good = told is not None and told == data.password.decode()
        return AuthResult(success=good, handled=good)

    return check


def _certificate(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return context


class Forgetting:
    """Takes every mail and keeps none."""

    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802 -- named by the server
        return OK


def forgetting(port: int) -> None:
    """Run such a server until the process ends."""
    controller = Controller(Forgetting(), hostname="127.0.0.1", port=port)
    controller.start()
    Event().wait()
