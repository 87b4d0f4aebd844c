"""Mails as they leave: one message built, one connection for many, and what became of each.

Here belongs what is said to a mail server. Who is written to, when, and with which words, and what
is remembered of it, stands in `survey.services` (`outbox`, `inviting`, `reminding`); nobody but the
worker of `survey.jobs.postman` opens a connection.

A server takes a mail with its answer to the mail's last line. Where the connection breaks between
that line and the answer, nobody can tell whether the mail will arrive: such a mail is *uncertain*.
"""

import smtplib
import ssl
from dataclasses import dataclass, field
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as POLICY
from email.utils import format_datetime, parseaddr
from enum import Enum
from types import TracebackType

from survey.config import Config
from survey.errors import UserError
from survey.setting_values import MAIL_ADDRESS, SMTP_PORTS

PATIENCE = 30.0
"""Seconds that are waited for a server's answer."""
ANSWER_OF_DATA = 300.0
"""The same for the answer to a whole mail: some servers look at it first. (RFC 5321 asks for 600.)
"""
LONGEST_TOLD = 300
"""Characters that are kept of what a server says."""
TAKES_DATA = 354


class MailServerFails(UserError):
    """The mail server {host} cannot be used: {why}"""


class NoMailAddress(UserError):
    """“{address}” is no mail address that can be written to."""


class Outcome(Enum):
    """What became of a mail."""

    TAKEN = "taken"
    REFUSED = "refused"
    """For good: trying again would bring the same answer."""
    LATER = "later"
    """Not now. It was certainly not taken."""
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Sent:
    """What became of a mail, and what the server said of it."""

    outcome: Outcome
    told: str = ""


@dataclass(frozen=True)
class Mail:
    """A mail to one person, in two forms that say the same."""

    id: str
    email: str
    name: str
    language: str
    subject: str
    plain: str
    html: str


@dataclass(frozen=True)
class Server:
    """A mail server, and whom its mails come from."""

    host: str
    port: int
    security: str
    user: str = ""
    password: str = field(default="", repr=False)
    sender: str = ""
    reply_to: str = ""

    @classmethod
    def of(cls, config: Config) -> "Server | None":
        """Return the server of the settings; None where mail is not set up."""
        if not config.mail_set_up:
            return None
        return cls(
            host=config.smtp_host,
            port=config.smtp_port or SMTP_PORTS[config.smtp_security],
            security=config.smtp_security,
            user=config.smtp_user,
            password=config.smtp_password,
            sender=config.mail_from,
            reply_to=config.mail_reply_to,
        )

    @property
    def address(self) -> str:
        """The bare address that mails come from."""
        return parseaddr(self.sender)[1]


def check_address(email: str) -> Address:
    """Return an address that a mail can be sent to; `NoMailAddress` for everything else.

    No line break, which could begin a header or a command of its own, is in such an address.
    """
    if not MAIL_ADDRESS.fullmatch(email):
        raise NoMailAddress(address=_short(email))
    user, _, domain = email.rpartition("@")
    return Address("", user, domain)


def message_of(mail: Mail, server: Server, now: datetime) -> EmailMessage:
    """Build the message: plain text and HTML, nothing remote, nothing that tells who read it."""
    to = check_address(mail.email)
    message = EmailMessage(policy=POLICY)
    message["Subject"] = _one_line(mail.subject)
    message["From"] = server.sender
    if server.reply_to:
        message["Reply-To"] = server.reply_to
    message["To"] = Address(_one_line(mail.name), to.username, to.domain)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(mail.id, server)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.plain, cte="quoted-printable")
    message.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    message["Content-Language"] = _one_line(mail.language)
    return message


def message_id(id_: str, server: Server) -> str:
    """Return the name of a mail: the same at every try, so that a copy can be told as one."""
    return f"<{id_}@{server.address.rpartition('@')[2]}>"


class Post:
    """A connection over which mails are sent one after the other.

    Use with `with`. `MailServerFails` where the server cannot be reached, refuses to sign in, or
    refuses whoever mails come from: no mail was sent then, and it is no mail's fault.
    """

    def __init__(self, server: Server, patience: float = PATIENCE) -> None:
        self.server, self._patience = server, patience
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> "Post":
        self.connect()
        return self

    def __exit__(
        self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None
    ) -> None:
        self.end()

    @property
    def connected(self) -> bool:
        """Whether there is a connection at this moment."""
        return self._smtp is not None

    def connect(self) -> smtplib.SMTP:
        """Connect, unless that is so already."""
        if self._smtp is None:
            try:
                self._smtp = self._connected()
            except (OSError, smtplib.SMTPException, UnicodeError) as fault:
                raise MailServerFails(host=self.server.host, why=_why(fault)) from fault
        return self._smtp

    def end(self) -> None:
        """End the connection politely, or at all."""
        smtp, self._smtp = self._smtp, None
        if smtp is None:
            return
        try:
            smtp.quit()
        except (OSError, smtplib.SMTPException):
            smtp.close()

    def send(self, mail: Mail, now: datetime) -> Sent:
        """Send a mail to the one person it is for, and say what became of it."""
        try:
            message = message_of(mail, self.server, now).as_bytes()
        except (ValueError, UserError) as fault:  # no address, or nothing that a header may hold
            return Sent(Outcome.REFUSED, _short(str(fault)))
        smtp = self.connect()
        try:
            refused = self._announce(smtp, mail)
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Sent(Outcome.LATER, _why(fault))
        return refused or self._hand_over(smtp, message)

    def _announce(self, smtp: smtplib.SMTP, mail: Mail) -> Sent | None:
        """Say from whom and to whom; what stands in the way of the mail itself, else None."""
        code, told = smtp.mail(self.server.address)
        if not 200 <= code < 300:
            self.end()
            raise MailServerFails(host=self.server.host, why=_said(code, told))
        code, told = smtp.rcpt(mail.email)
        if 200 <= code < 300:
            code, told = smtp.docmd("DATA")
            if code == TAKES_DATA:
                return None
        self._forget(smtp)
        return _judged(code, told) if code >= 400 else Sent(Outcome.LATER, _said(code, told))

    def _hand_over(self, smtp: smtplib.SMTP, message: bytes) -> Sent:
        """Send the mail itself; whatever breaks from here on leaves open whether it was taken."""
        try:
            if smtp.sock:
                smtp.sock.settimeout(max(self._patience, ANSWER_OF_DATA))
            smtp.send(_dotted(message))
            code, told = smtp.getreply()
            if smtp.sock:
                smtp.sock.settimeout(self._patience)
        except (OSError, smtplib.SMTPException) as fault:
            self._drop()
            return Sent(Outcome.UNCERTAIN, _why(fault))
        if code == 421:
            self._drop()
        return _judged(code, told)

    def _forget(self, smtp: smtplib.SMTP) -> None:
        """Begin anew after a refusal; a server that hangs up is called again for the next mail."""
        try:
            if smtp.rset()[0] != 250:
                self._drop()
        except (OSError, smtplib.SMTPException):
            self._drop()

    def _drop(self) -> None:
        if self._smtp:
            self._smtp.close()
        self._smtp = None

    def _connected(self) -> smtplib.SMTP:
        server = self.server
        smtp = _called(server, self._patience)
        try:
            if server.security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            smtp.ehlo_or_helo_if_needed()
        except BaseException:
            smtp.close()
            raise
        return smtp


def _called(server: Server, patience: float) -> smtplib.SMTP:
    if server.security == "tls":
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(server.host, server.port, timeout=patience, context=context)
    return smtplib.SMTP(server.host, server.port, timeout=patience)


def _dotted(message: bytes) -> bytes:
    """Return a message as it goes over the wire: no line is a dot by itself but the last."""
    lines = message.replace(b"\r\n.", b"\r\n..")
    if lines.startswith(b"."):
        lines = b"." + lines
    return (lines if lines.endswith(b"\r\n") else lines + b"\r\n") + b".\r\n"


def _judged(code: int, told: bytes) -> Sent:
    """Return what an answer to a mail means: 2 taken, 4 later, 5 never."""
    kinds = {2: Outcome.TAKEN, 4: Outcome.LATER, 5: Outcome.REFUSED}
    outcome = kinds.get(code // 100, Outcome.LATER)
    return Sent(outcome, "" if outcome is Outcome.TAKEN else _said(code, told))


def _said(code: int, told: bytes) -> str:
    return _short(f"{code} {told.decode('utf-8', 'replace')}")


def _why(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        told = fault.smtp_error
        return _said(fault.smtp_code, told if isinstance(told, bytes) else str(told).encode())
    if isinstance(fault, OSError) and fault.strerror:
        return _short(fault.strerror)
    return _short(str(fault) or type(fault).__name__)


def _one_line(text: str) -> str:
    """Return a text that can stand in a header: whatever ends a line is a space.

    What looks like an encoded word (RFC 2047) is none any more: `email` would decode it, line
    breaks and all, and write what follows them as headers of their own.
    """
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line.replace("=?", "= ?")


def _short(text: str) -> str:
    return _one_line(text)[:LONGEST_TOLD]
