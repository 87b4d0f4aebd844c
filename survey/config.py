"""Settings: defaults < instance/config.toml < HEADWIND_* environment.

`read_config` is a pure function of the folder's name, the file's text and the environment;
`load_config` reads the file, makes the folder and the secret key, and calls it. Code that uses a
setting takes it as a parameter or holds the frozen `Config`; nothing here is global. What the value
of each setting may be stands in `survey.setting_values`.
"""

import os
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from survey.errors import UserError
from survey.setting_values import READERS, at_home

SETTINGS_FILE = "config.toml"
SECRET_FILE = "secret_key"  # noqa: S105 -- the name of the file, not the key
DEMO_MARKER = ".demo"
PREFIX = "HEADWIND_"
NOT_SETTINGS = {"HEADWIND_INSTANCE", "HEADWIND_DEBUG"}


class BadSettings(UserError):
    """The settings are not usable: {count} to mend."""

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__(count=len(faults))


class RelativeInstance(UserError):
    """HEADWIND_INSTANCE is "{value}", but it must be an absolute path, such as /srv/headwind."""


class UnusableInstance(UserError):
    """The instance folder {folder} cannot be used: {why}. HEADWIND_INSTANCE names another."""


@dataclass(frozen=True)
class Config:
    """The settings of one instance.

    Attributes
    ----------
    instance : the folder of the database, the keys and config.toml
    database_url : SQLite file or PostgreSQL database, as SQLAlchemy writes it
    keys : the folder of wrapped survey keys; apart from the database and from backups
    public_url : where people reach the site, without a slash at the end; "" = not told yet
    trusted_proxies : how many reverse proxies stand in front and set X-Forwarded-*
    secret_key : signs sign-in cookies and forms
    demo : whether this is the demo's own folder, whose surveys are invented
    access_log : whether pages other than the respondents' are logged, without addresses
    browser : path of a Chromium or Chrome for PDFs and pictures; "" = whichever is on the PATH,
        "none" = do without
    smtp_host : the mail server that takes mails; "" = none, so that nothing is sent by mail
    smtp_port : its port; 0 = the usual one of smtp_security
    smtp_security : starttls, tls, or none: then whoever listens on the way reads every code
    smtp_user, smtp_password : how to sign in there; "" = without
    mail_from : whom mails come from, such as Survey <survey@example.org>
    mail_reply_to : where answers to a mail go; "" = to mail_from
    mails_per_minute : no more than so many
    """

    instance: Path
    database_url: str = field(repr=False)
    keys: Path
    public_url: str = ""
    trusted_proxies: int = 0
    secret_key: str = field(default="", repr=False)
    demo: bool = False
    access_log: bool = False
    browser: str = ""
    smtp_host: str = ""
    smtp_port: int = 0
    smtp_security: str = "starttls"
    smtp_user: str = ""
    smtp_password: str = field(default="", repr=False)
    mail_from: str = ""
    mail_reply_to: str = ""
    mails_per_minute: int = 600

    @property
    def mail_set_up(self) -> bool:
        """Whether mails can be sent: there is a server, and somebody they come from."""
        return bool(self.smtp_host and self.mail_from)

    @property
    def mails_in_clear(self) -> bool:
        """Whether mails leave this machine without encryption, to be read on the way."""
        if not self.mail_set_up or self.smtp_security != "none" or self.smtp_host == "localhost":
            return False
        try:
            return not ip_address(self.smtp_host).is_loopback
        except ValueError:
            return True

    @property
    def sqlite(self) -> bool:
        """Whether the database is an SQLite file, which has one writer."""
        return self.database_url.startswith("sqlite")

    @property
    def database_name(self) -> str:
        """The database in words that may be printed: without user and password."""
        parts = urlsplit(self.database_url)
        if self.sqlite:
            return self.database_url.removeprefix("sqlite:///")
        return f"PostgreSQL {parts.hostname or 'on this machine'}{parts.path}"


def read_config(instance: Path, file: str, env: Mapping[str, str]) -> Config:
    """Settle every setting: the environment over the file over the default.

    Parameters
    ----------
    instance : absolute path; relative paths in settings start from it
    file : the text of config.toml, "" where there is none
    env : the environment; only names that begin with HEADWIND_ are looked at

    Raises
    ------
    BadSettings
        with every fault: a key that is not known, a value that cannot be, TOML that is none.
    """
    faults: list[str] = []
    found: dict[str, Any] = {}
    for key, value, source in [*_from_file(instance, file, faults), *_from_env(env, faults)]:
        try:
            found[key] = READERS[key](value, instance)
        except ValueError as fault:
            faults.append(f"{source}: {fault}")
    faults += [] if faults else _incomplete(found)
    if faults:
        raise BadSettings(tuple(faults))
    found.setdefault("database_url", f"sqlite:///{instance / 'headwind.db'}")
    found.setdefault("keys", instance / "keys")
    return Config(instance=instance, **found)


def _from_file(instance: Path, text: str, faults: list[str]) -> list[tuple[str, Any, str]]:
    """What the file sets, each with where it stands; faults are added to the list."""
    file = instance / SETTINGS_FILE
    try:
        settings = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as fault:
        faults.append(f"{file}: not TOML: {fault}")
        return []
    faults += [f"{file}: {key}: {_unknown()}" for key in settings if key not in READERS]
    return [(k, value, f"{file}: {k}") for k, value in settings.items() if k in READERS]


def _from_env(env: Mapping[str, str], faults: list[str]) -> list[tuple[str, Any, str]]:
    """What the environment sets; an empty value counts as not set."""
    names = sorted(n for n in env if n.startswith(PREFIX) and n not in NOT_SETTINGS)
    keys = {name: name.removeprefix(PREFIX).lower() for name in names}
    faults += [f"environment: {n}: {_unknown()}" for n in names if keys[n] not in READERS]
    return [
        (keys[name], env[name], f"environment: {name}")
        for name in names
        if keys[name] in READERS and env[name]
    ]


def _unknown() -> str:
    return f"no such setting; there are {', '.join(sorted(READERS))}"


def _incomplete(found: Mapping[str, Any]) -> list[str]:
    """Return what is missing where mail is to be set up: links in mails need an address too."""
    needed = ("smtp_host", "mail_from", "public_url")
    if not any(found.get(name) for name in needed[:2]):
        return []
    return [
        f"{name}: mails need it too; see {', '.join(needed)}"
        for name in needed
        if not found.get(name)
    ]


def instance_folder(env: Mapping[str, str]) -> Path:
    """Name the folder of an instance's data; it need not exist yet.

    HEADWIND_INSTANCE, else `instance` beside a checkout, else a folder of the user's data, which
    stays when a virtual environment is rebuilt.
    """
    if told := env.get("HEADWIND_INSTANCE"):
        try:
            folder = at_home(told)
        except ValueError as fault:
            raise RelativeInstance(value=told) from fault
        if not folder.is_absolute():
            raise RelativeInstance(value=told)
        return folder
    checkout = Path(__file__).resolve().parents[1]
    if (checkout / "pyproject.toml").is_file():
        return checkout / "instance"
    data = Path(env.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return data / "headwind"


def make_instance(folder: Path) -> None:
    """Make the folder, for its owner alone, where it is missing."""
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as fault:
        raise UnusableInstance(folder=folder, why=fault.strerror) from fault


def load_config(instance: Path, env: Mapping[str, str]) -> Config:
    """Make the instance folder where it is missing, and settle its settings."""
    make_instance(instance)
    config = read_config(instance, _settings_text(instance), env)
    return replace(
        config,
        secret_key=config.secret_key or secret_key(instance),
        demo=(instance / DEMO_MARKER).exists(),
    )


def _settings_text(instance: Path) -> str:
    file = instance / SETTINGS_FILE
    try:
        return file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as fault:
        raise BadSettings((f"{file}: must be saved as UTF-8",)) from fault
    except OSError as fault:
        raise UnusableInstance(folder=instance, why=f"{file}: {fault.strerror}") from fault


def secret_key(instance: Path) -> str:
    """Return the instance's own secret; the first call makes it, in a file for its owner alone.

    Two processes that start at once end with the same key: the file is written under another name
    and linked into place, which only one of them can do.
    """
    file = instance / SECRET_FILE
    try:
        if not file.exists():
            _make_secret(file)
        return file.read_text(encoding="ascii").strip()
    except OSError as fault:
        raise UnusableInstance(folder=instance, why=f"{file}: {fault.strerror}") from fault


def _make_secret(file: Path) -> None:
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as stream:
        stream.write(secrets.token_urlsafe(48) + "\n")
        stream.flush()
        os.fsync(handle)
    try:
        os.link(draft, file)
    except FileExistsError:
        pass  # another process was quicker; its key is the key
    finally:
        draft.unlink()
