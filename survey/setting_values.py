"""How the value of each setting is read: what it may be, and what it comes to.

One function a kind of value; it raises `ValueError` with what the value must be. Where settings
come from, and which win, stands in `survey.config`.
"""

import re
from collections.abc import Callable, Mapping
from email.headerregistry import Address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

LEAST_SECRET = 32
MAIL_ADDRESS = re.compile(
    r"(?=.{6,254}\Z)[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9][A-Za-z0-9-]*[A-Za-z0-9]"
)
"""What mails can be sent to: plain ASCII addresses with a dot in the name of their machine."""
SMTP_PORTS = {"starttls": 587, "tls": 465, "none": 25}
"""How a mail server is spoken to -> its usual port."""


def _text(value: Any) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError("must be a text in quotes")
    return value.strip()


def at_home(path: str) -> Path:
    """Return a path with ~ and ~user in full."""
    try:
        return Path(path).expanduser()
    except RuntimeError as fault:
        raise ValueError("begins with ~ and a user who has no home here") from fault


def _database(value: Any, instance: Path) -> str:
    url = _text(value)
    if url.startswith("sqlite:///"):
        file = url.removeprefix("sqlite:///")
        if not file or file.startswith((":", "?")):
            raise ValueError("must name a file: sqlite:///headwind.db")
        return f"sqlite:///{instance / at_home(file)}"
    if url.startswith(("postgresql://", "postgresql+psycopg://")):
        return url.replace("postgresql://", "postgresql+psycopg://", 1)
    raise ValueError("must begin with sqlite:/// or postgresql://")


def _folder(value: Any, instance: Path) -> Path:
    return instance / at_home(_text(value))


def _address(value: Any, _: Path) -> str:
    url = _text(value)
    try:
        parts = urlsplit(url)
        usable = parts.port is None or parts.port > 0  # asking is what finds a wrong port
    except ValueError:
        usable = False
    if not usable or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be a full address such as https://survey.example.org")
    if parts.query or parts.fragment or parts.username or parts.path.strip("/"):
        raise ValueError("must be an address without path, ?, # and @")
    return url.rstrip("/")


def _whole(least: int, most: int) -> Callable[[Any, Path], int]:
    def read(value: Any, _: Path) -> int:
        count = int(value) if isinstance(value, str) and value.isdecimal() else value
        if type(count) is not int or not least <= count <= most:
            raise ValueError(f"must be a whole number from {least} to {most}")
        return count

    return read


def _host(value: Any, _: Path) -> str:
    """Return the name or address of a machine; a port, a user and a scheme are no part of it."""
    host = _text(value)
    if not re.fullmatch(r"[A-Za-z0-9._-]{1,253}|\[?[0-9A-Fa-f:.]+\]?", host):
        raise ValueError("must be the name of a mail server, such as mail.example.org")
    return host.strip("[]")


def _security(value: Any, _: Path) -> str:
    told = _text(value).lower()
    if told not in SMTP_PORTS:
        raise ValueError(f"must be one of {', '.join(SMTP_PORTS)}")
    return told


def _credential(value: Any, _: Path) -> str:
    """Return a name or a password as it was written: a space may be part of it."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise ValueError("must be a text in quotes")
    return value


def _mailbox(value: Any, _: Path) -> str:
    """Return whom mails come from, as `Name <name@example.org>` or `name@example.org`."""
    told = _text(value)
    name, _separator, rest = told.rpartition("<")
    address = rest.removesuffix(">").strip() if _separator else told
    if not told.isprintable() or not MAIL_ADDRESS.fullmatch(address):
        raise ValueError("must be a mail address such as Survey <survey@example.org>")
    user, _separator, domain = address.rpartition("@")
    return str(Address(name.strip().strip('"'), user, domain))


def _secret(value: Any, _: Path) -> str:
    if len(_text(value)) < LEAST_SECRET:
        raise ValueError(
            f"must be at least {LEAST_SECRET} characters; leave it out and one is made"
        )
    return _text(value)


def _switch(value: Any, _: Path) -> bool:
    words = {"true": True, "false": False, "1": True, "0": False}
    if isinstance(value, bool):
        return value
    if not isinstance(value, str) or value.lower() not in words:
        raise ValueError("must be true or false")
    return words[value.lower()]


def _browser(value: Any, _instance: Path) -> str:
    """Return the path of a browser, or "none"; a bare name is looked for on the PATH."""
    told = _text(value)
    return "none" if told.lower() == "none" else str(at_home(told))


READERS: Mapping[str, Callable[[Any, Path], Any]] = {
    "access_log": _switch,
    "browser": _browser,
    "database_url": _database,
    "keys": _folder,
    "mail_from": _mailbox,
    "mail_reply_to": _mailbox,
    "mails_per_minute": _whole(1, 100_000),
    "public_url": _address,
    "secret_key": _secret,
    "smtp_host": _host,
    "smtp_password": _credential,
    "smtp_port": _whole(1, 65535),
    "smtp_security": _security,
    "smtp_user": _credential,
    "trusted_proxies": _whole(0, 10),
}
