"""One run of named tests in a copy of the project, in a process of its own, and what came of it.

The process is a fork of one that has loaded the libraries and nothing of the project: that saves
two seconds of three. Nobody believes a run that took a file of the project from anywhere but the
copy (the environment has the project itself installed, as a link).
"""

import importlib
import json
import os
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.leaks.copies import PROJECT

OURS = ("survey", "tests")
LIBRARIES = """
    alembic.command alembic.config argon2 babel.messages.pofile brotli click.testing
    cryptography.hazmat.primitives.asymmetric.x25519 cryptography.hazmat.primitives.ciphers.aead
    cryptography.hazmat.primitives.hpke cryptography.hazmat.primitives.kdf.scrypt
    email.contentmanager email.policy flask.testing flask_wtf gunicorn.app.base gunicorn.glogging
    html5lib hypothesis.strategies jinja2.ext multiprocessing.connection numpy pdb PIL.ImageOps
    playwright.sync_api plotly.io psycopg pydantic.functional_validators pydantic.json_schema
    pydantic.main pyotp pysqlite3 scipy.special segno smtplib
    sqlalchemy.dialects.postgresql.psycopg sqlalchemy.dialects.sqlite.pysqlite sqlalchemy.orm
    tzdata werkzeug.serving wtforms xlsxwriter
    """.split()
NOTICED = ("AssertionError", "Failed")
"""How a test says that something is not as it must be; any other error only breaks it off."""
PATIENCE = 60
"""Seconds for the run of one leak."""
PASSED, FAILED = 0, 1


@dataclass
class Outcome:
    """What a run has told, kept in a file until its process has ended."""

    failed: list[tuple[str, tuple[str, ...], str]] = field(default_factory=list)
    """Test, the names of its error and of what that is a kind of, and the first line of it."""
    broken: list[str] = field(default_factory=list)
    """Tests that could not begin, and why."""
    passed: int = 0
    strangers: list[str] = field(default_factory=list)
    """Modules of the project that were not taken from the copy."""
    status: int = -1

    @classmethod
    def read(cls, file: Path, status: int) -> "Outcome":
        """Read what a run has left; nothing where it died."""
        told = json.loads(file.read_text()) if file.exists() else {}
        failed = [(test, tuple(kinds), line) for test, kinds, line in told.pop("failed", [])]
        return cls(**(told | {"failed": failed, "status": status}))

    def noticed_by(self, also: Sequence[str] = ()) -> str | None:
        """Return the test that noticed something, if one did."""
        wanted = {*NOTICED, *also}
        return next((test for test, kinds, _ in self.failed if wanted & set(kinds)), None)


def load_libraries() -> None:
    """Load what every run needs, before the first one."""
    for name in LIBRARIES:
        try:
            importlib.import_module(name)
        except ImportError:  # not on this machine: whoever needs it will say so
            continue


def start(
    project: Path, tests: Sequence[str], patience: int = PATIENCE, stop_early: bool = True
) -> int:
    """Run tests in a process of its own and return its number; `Outcome.read` says what came."""
    sys.stdout.flush()
    child = os.fork()
    if child:
        return child
    status = 70  # neither of pytest's own
    try:
        status = _run(project, tests, patience, stop_early)
    finally:
        os._exit(status)


def told(project: Path) -> Path:
    """Where a run in a copy writes its outcome."""
    return project / "outcome.json"


def printed(project: Path) -> str:
    """Return what a run in a copy has printed."""
    return (project / "printed.txt").read_text(errors="replace")


def _run(project: Path, tests: Sequence[str], patience: int, stop_early: bool) -> int:
    _move_to(project)
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.alarm(patience)
    watcher = _Watcher(project)
    arguments = ["-q", "-p", "no:cacheprovider", f"--basetemp={project / 'tmp'}", "--tb=short"]
    status = int(pytest.main([*arguments, *["-x"] * stop_early, *tests], plugins=[watcher]))
    signal.alarm(0)
    sys.stdout.flush()
    return status


def _move_to(project: Path) -> None:
    """Leave the project that this process was started in, and enter the copy."""
    with (project / "printed.txt").open("w") as file, Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
    os.chdir(project)
    os.environ |= {"PYTHONPATH": str(project), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    sys.path[:] = [str(project), *(p for p in sys.path if Path(p).resolve() != PROJECT)]
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    importlib.invalidate_caches()


class _Watcher:
    """Writes down how each test ended, and whose files it used."""

    def __init__(self, project: Path) -> None:
        self._project = project
        self._outcome = Outcome()

    def pytest_collection(self) -> None:
        """Let generated tests try the same cases each time, and never look for smaller ones."""
        profile = hypothesis.settings.get_profile("headwind")
        phases = [hypothesis.Phase.explicit, hypothesis.Phase.generate]
        hypothesis.settings.register_profile(
            "leaks", parent=profile, phases=phases, derandomize=True, database=None
        )
        hypothesis.settings.load_profile("leaks")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: Any, call: Any) -> Any:
        report = yield
        if report.when == "call" and report.passed:
            self._outcome.passed += 1
        elif report.when == "call" and report.failed:
            kinds = tuple({kind.__name__ for e in _errors(call.excinfo.value) for kind in _mro(e)})
            self._outcome.failed.append((item.nodeid, kinds, _line(call)))
        elif report.failed:
            self._outcome.broken.append(f"{item.nodeid}: {_line(call)}")
        return report

    def pytest_sessionfinish(self) -> None:
        self._outcome.strangers = sorted(_strangers(self._project))
        told(self._project).write_text(json.dumps(vars(self._outcome)))


def _line(call: Any) -> str:
    lines = str(call.excinfo.value).strip().splitlines() or [""]
    return f"{call.excinfo.typename}: {lines[0][:200]}"


def _errors(error: BaseException) -> Iterator[BaseException]:
    """Yield an error, or those of a group: generated tests may fail in several ways at once."""
    if isinstance(error, BaseExceptionGroup):
        for one in error.exceptions:
            yield from _errors(one)
    else:
        yield error


def _mro(error: BaseException) -> list[type]:
    return [kind for kind in type(error).__mro__ if kind not in (Exception, BaseException, object)]


def _strangers(project: Path) -> Iterator[str]:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name.partition(".")[0] in OURS and file and not Path(file).is_relative_to(project):
            yield f"{name} ({file})"
