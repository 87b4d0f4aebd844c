"""A leak: a small change to the product that would give somebody away, and who must notice it.

Here belong the value, and how it is planted into a copy of the project. The leaks themselves stand
in `known`, running the tests in `gate`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SQLITE, POSTGRESQL = "[sqlite]", "[postgresql]"


class NoLongerFits(Exception):
    """A leak was written for code that is not there any more; the message says what to do."""


@dataclass(frozen=True)
class Change:
    """One text of one file, and what stands in its place once the leak is planted."""

    file: str
    """Its path in the project."""
    text: str
    """Found in the file exactly once."""
    instead: str


@dataclass(frozen=True)
class Leak:
    """A change that must make at least one of the named tests fail."""

    name: str
    tells: str
    """What it would give away, in one sentence."""
    changes: tuple[Change, ...]
    tests: tuple[str, ...]
    """The quickest that notice it; no others are run."""
    refused_by: tuple[str, ...] = ()
    """Errors by which the product itself refuses to go on, where that is how a test notices."""


def leak(
    name: str,
    tells: str,
    file: str,
    text: str,
    instead: str,
    *tests: str,
    also: Sequence[Change] = (),
    refused_by: tuple[str, ...] = (),
) -> Leak:
    """Make a leak of one change, and perhaps of others that go with it."""
    return Leak(name, tells, (Change(file, text, instead), *also), tests, refused_by)


def plant(planted: Leak, project: Path) -> None:
    """Change the files of a copy of the project.

    Each file is written anew under its name, so a copy whose files are links to others is fine.

    Raises
    ------
    NoLongerFits
        A text is not in its file, or is there more than once.
    """
    for change in planted.changes:
        path = project / change.file
        found = path.read_text(encoding="utf-8").count(change.text) if path.exists() else 0
        if found != 1:
            raise NoLongerFits(
                f"{planted.name}: this leak no longer fits the code: rewrite it. Its text stands"
                f" {found} times in {change.file}, and not once:\n    {change.text.strip()}"
            )
        written = path.read_text(encoding="utf-8").replace(change.text, change.instead)
        path.unlink()
        path.write_text(written, encoding="utf-8")
        for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
            compiled.unlink()
