"""The shipped server with every log on, and with a fault at any step of a submission on demand.

`python -m tests.support.talkative FOLDER DATABASE LOG` serves on a free port. A request that names
a step in its header X-Fail meets a fault there whose message holds all that the step was given: the
worst that a message can say.
"""

import itertools
import json
import logging
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask, Response, has_request_context, request
from sqlalchemy import event
from sqlalchemy.orm import Session

from survey import app as shipped
from survey.ballots import fingerprint
from survey.cli import serving
from survey.config import Config
from survey.services import answering
from survey.web import errors, respond, uniform
from tests.collecting import NOON

STEPS: dict[str, tuple[Any, str]] = {
    "look up": (respond, "look"),
    "read the form": (respond, "read"),
    "read the code": (answering, "read_person_code"),
    "check the code": (answering, "asked_by"),
    "name the box": (answering, "nullifier"),
    "pack": (answering, "pack"),
    "seal": (answering, "seal"),
    "put the box": (answering, "put_box"),
    "make the receipt": (answering, "receipt"),
    "fill the page": (uniform.Replies, "sent"),
}
"""Each step of a submission, and the name under which it is called."""
OTHERS = (
    "refused by the database",
    "commit",
    "show the failure",
    "headers",
    "in the middle of the page",
    "outside the app",
)


LARGE = 2**23
"""Bytes: more than nginx and the sockets hold."""


class Planted(RuntimeError):
    """A fault that tells everything."""


def create_app(config: Config, *, background: bool = False) -> Flask:
    """Make the shipped app, with a fault at each step on demand."""
    fingerprint.SCRYPT_N = 2**4  # as in the test that opened the survey
    later = itertools.count()  # a survey is looked up anew with each request
    app = shipped.create_app(
        config, clock=lambda: NOON + timedelta(seconds=2 * next(later)), background=background
    )
    app.after_request(_at_the_end)
    app.wsgi_app = _outside(app.wsgi_app)  # type: ignore[method-assign]
    return app


def _at_the_end(response: Response) -> Response:
    """Tell on demand what the app learnt of who asked, give much too large a page, or fail."""
    if "tell" in _asked():
        told = {name.lower(): value for name, value in request.headers.items()}
        response.headers["X-Told"] = json.dumps([request.url, request.remote_addr, told])
    if "large" in _asked():
        response.set_data(LARGE * b"x")
    _fail_at("headers", response)
    return response


def _fail_at(step: str, *told: object) -> None:
    if not has_request_context() or step not in _asked():
        return
    if "hang" in _asked():
        time.sleep(60)
    everything = (told, request.form.to_dict(flat=False), request.url, request.remote_addr)
    try:
        raise ValueError(everything)
    except ValueError as error:
        raise Planted(everything) from error


def _asked() -> list[str]:
    return request.headers.get("X-Fail", "").split(", ")


def _failing(step: str, genuine: Callable[..., Any]) -> Callable[..., Any]:
    def step_or_fault(*told: Any, **more: Any) -> Any:
        _fail_at(step, told, more)
        return genuine(*told, **more)

    return step_or_fault


def _short_box(genuine: Callable[..., bytes]) -> Callable[..., bytes]:
    """A box that the table does not take: the fault is the database's own."""

    def seal(*told: Any) -> bytes:
        sealed = genuine(*told)
        return sealed[:100] if "refused by the database" in _asked() else sealed

    return seal


def _outside(inside: Callable[..., Any]) -> Callable[..., Any]:
    """Fail where Flask no longer catches anything."""

    def outside(environ: dict[str, Any], start: Callable[..., Any]) -> Any:
        asked = environ.get("HTTP_X_FAIL", "")
        if "outside the app" not in asked and "in the middle of the page" not in asked:
            return inside(environ, start)
        body = environ["wsgi.input"].read()
        if asked == "outside the app":
            raise Planted(body, environ)
        return _torn(start, body)

    return outside


def _torn(start: Callable[..., Any], body: bytes) -> Iterator[bytes]:
    start("200 OK", [("Content-Type", "text/html")])
    yield b"<!doctype html><title>half a page"
    raise Planted(body)


def _plant() -> None:
    for step, (place, name) in STEPS.items():
        setattr(place, name, _failing(step, getattr(place, name)))
    vars(answering)["seal"] = _short_box(vars(answering)["seal"])
    errors.render_template = _failing("show the failure", errors.render_template)  # type: ignore[attr-defined]
    event.listen(Session, "before_commit", lambda session: _fail_at("commit", session.info))


def main(folder: Path, database: str, log: Path) -> None:
    """Serve until a signal ends it."""
    logging.basicConfig(filename=log, level=logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.INFO)  # every statement
    _plant()
    serving.FACTORY = "tests.support.talkative:create_app"
    config = Config(
        instance=folder,
        database_url=database,
        keys=folder / "keys",
        public_url="https://127.0.0.1",
        trusted_proxies=1,
        secret_key="only for tests, and long enough for that",
        access_log=True,
    )
    serving.serve(config, serving.listen("127.0.0.1", 0))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
