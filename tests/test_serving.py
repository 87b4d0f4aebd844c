"""The shipped server's log of visits, without a server: what it writes of one request.

Behind nginx, with every log on and everything going wrong: `test_logs`.
"""

import logging
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import gunicorn.config
import pytest

from survey.cli.serving import ConfidentialLog, _settings
from survey.config import Config

HERE = Path("/x")


def settings(access_log=False):
    config = Config(HERE, "sqlite:////x/y", HERE / "keys", access_log=access_log)
    return _settings(config, 3)


@pytest.fixture
def logged(caplog):
    """Return what is logged of a visit, with the log switched on."""
    server = gunicorn.config.Config()
    for name in ("accesslog", "access_log_format"):
        server.set(name, settings(access_log=True)[name])
    log = ConfidentialLog(server)

    def visit(path, status="200 OK"):
        lines = []
        handler = logging.Handler()
        handler.emit = lambda record: lines.append(record.getMessage())  # type: ignore[method-assign]  # writes nothing
        log.access_log.handlers = [handler]
        environ = {
            "PATH_INFO": path,
            "RAW_URI": path,
            "REQUEST_METHOD": "GET",
            "REMOTE_ADDR": "192.0.2.77",
            "HTTP_USER_AGENT": "Some Browser",
            "HTTP_REFERER": "https://mail.example.org/",
            "QUERY_STRING": "",
            "SERVER_PROTOCOL": "HTTP/1.1",
        }
        answer = SimpleNamespace(status=status, sent=1, headers=[])
        log.access(answer, SimpleNamespace(headers=[]), environ, timedelta(milliseconds=3))
        return lines

    return visit


@pytest.mark.parametrize("path", ["/setup/T0ken", "/reset/T0ken", "/invite/T0ken", "/shared/T0ken"])
def test_no_link_that_opens_something_is_in_the_access_log(logged, path):
    assert logged(path) == []
    assert logged(path, "404 NOT FOUND") == []


@pytest.mark.parametrize("path", ["/s/wave-1", "/s/wave-1/thanks", "//s/wave-1", "/S/wave-1"])
def test_no_visit_of_a_respondent_is_in_the_access_log(logged, path):
    assert logged(path) == []
    assert logged(path, "404 NOT FOUND") == []


def test_another_visit_is_logged_without_an_address_and_a_time(logged):
    assert logged("/surveys/wave-1") == ["GET /surveys/wave-1 200"]


def test_visits_are_logged_only_where_somebody_asked_for_it():
    assert settings()["accesslog"] is None
    assert settings(access_log=True)["accesslog"] == "-"
