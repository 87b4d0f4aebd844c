"""The production server, for `run` and `demo`: one socket, gunicorn with threads, quiet logs."""

import errno
import os
import re
import socket
import sys
from collections.abc import Callable, Mapping
from pkgutil import resolve_name
from traceback import format_tb
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from survey.ballots.memory import keep_off_disks
from survey.config import Config
from survey.errors import UserError

# Named, not imported: the app stands above the commands.
FACTORY = "survey.app:create_app"
UNLOGGED = re.compile(r"/+(s|shared|setup|reset|invite|static)(/|$)", re.I)
"""Pages of respondents in any spelling, the files that only these load, and links with a token."""
SQLITE = {"workers": 1, "threads": 32}  # one process, so that one lock orders the writers
POSTGRESQL = {"workers": 2, "threads": 8}
OWNER_ONLY = 0o077
AT_START = "Exception in worker process"
"""What gunicorn says of a fault before any request."""


class PortTaken(UserError):
    """Port {port} of {host} is taken by another program: choose another with --port or PORT."""


class CannotListen(UserError):
    """Cannot listen on {host}, port {port}: {why}."""


def listen(host: str, port: int) -> socket.socket:
    """Take the port, before anything else is started; port 0 takes a free one."""
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as fault:
        if fault.errno == errno.EADDRINUSE:
            raise PortTaken(host=host, port=port) from fault
        raise CannotListen(host=host, port=port, why=fault.strerror) from fault


def address(listening: socket.socket) -> str:
    """Where a browser on this machine finds the socket."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, host)  # noqa: S104 -- told, not bound
    return f"http://{f'[{host}]' if ':' in host and host[0] != '[' else host}:{port}/"


def serve(
    config: Config, listening: socket.socket, first: Callable[[], object] = lambda: None
) -> None:
    """Serve until a signal ends it; the socket is the server's from here on.

    `first` is done once before that, when the database is up to date, in a process of its own.
    """
    keep_off_disks()  # `main` did, but whoever starts the server otherwise did not
    os.umask(OWNER_ONLY)
    create_app = resolve_name(FACTORY)
    _rehearse(lambda: (create_app(config), first()))
    click.echo(f"Headwind: {address(listening)}  (Ctrl+C ends it)")
    Server(lambda: create_app(config, background=True), _settings(config, listening.detach())).run()


def _rehearse(start: Callable[[], Any]) -> None:
    """Start the app once in a process of its own, before the server does.

    A fault of the settings or the database is then one line and not a stack of workers that die,
    the database is brought up to date by one process alone, and no connection crosses a fork.
    """
    child = os.fork()
    if child == 0:
        start()  # an error goes up to `main`, which tells it and ends this process
        os._exit(0)
    if status := os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]):
        sys.exit(status)


def _settings(config: Config, handle: int) -> Mapping[str, Any]:
    return {
        **(SQLITE if config.sqlite else POSTGRESQL),
        "worker_class": "gthread",
        "bind": f"fd://{handle}",
        "umask": OWNER_ONLY,
        "loglevel": "warning",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # the app itself counts the proxies it trusts
        "accesslog": "-" if config.access_log else None,
        # No address, no time, no browser: a request must not point to a person.
        "access_log_format": "%(m)s %(U)s %(s)s",
        "logger_class": ConfidentialLog,
    }


class ConfidentialLog(Logger):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn's log, silent about the pages of respondents and about who sent what."""

    def exception(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log a fault; one of a request loses its address and message, which could hold a code."""
        fault = sys.exc_info()[1]
        if fault is None or msg == AT_START:
            super().exception(msg, *args, **kwargs)
            return
        places = "".join(format_tb(fault.__traceback__))
        super().error("%s while a request was served:\n%s", type(fault).__name__, places)

    def warning(self, msg: Any, *args: Any, **kwargs: Any) -> None:
        """Log a warning; one about a request loses its address and its text."""
        if str(msg).startswith("Invalid request"):
            msg, args = "A request that is no proper HTTP was refused.", ()
        super().warning(msg, *args, **kwargs)

    def access(self, resp: Any, req: Any, environ: Mapping[str, Any], request_time: Any) -> None:
        """Log a request unless it is a respondent's.

        An address that leads nowhere may be a mistyped link with a code in it: it is left out.
        """
        path = str(environ.get("PATH_INFO", ""))
        if UNLOGGED.match(path):
            return
        found = str(resp.status)[:1] in ("2", "3")
        told = {**environ, "PATH_INFO": path if found else "-"}
        super().access(resp, req, told, request_time)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn publishes no types
    """gunicorn in this process, without its own command line and configuration files."""

    def __init__(self, load: Callable[[], Any], settings: Mapping[str, Any]) -> None:
        self._load = load
        self._settings = settings
        super().__init__()

    def load_config(self) -> None:
        """Take the settings given here and no others."""
        for name, value in self._settings.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Make the app of one worker."""
        return self._load()
