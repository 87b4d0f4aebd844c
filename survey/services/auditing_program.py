"""Which program is speaking: the hash over the files of the installed package."""

import platform
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path

PACKAGE = Path(__file__).resolve().parents[1]
BESIDE = ("templates", "questionnaires")
"""In a checkout these stand beside the package, in an installed one inside it."""


@dataclass(frozen=True)
class Program:
    """What this program says of itself. A changed one can say anything."""

    version: str
    python: str
    hash: str
    files: int


def this_program() -> Program:
    """Return version and hash of the program that is running."""
    files = program_files(PACKAGE)
    told = program_hash(files)
    return Program(version("headwind-survey"), platform.python_version(), told, len(files))


def program_files(package: Path) -> dict[str, Path]:
    """Return every file that makes the program, by its name inside the package."""
    found = _files(package, "")
    for name in BESIDE:
        if not (package / name).is_dir():
            found |= _files(package.parent / name, f"{name}/")
    return found


def program_hash(files: dict[str, Path]) -> str:
    """Return SHA-256 over names and contents, in the order of the names."""
    digest = sha256()
    for name in sorted(files):
        content = files[name].read_bytes()
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()


def _files(folder: Path, prefix: str) -> dict[str, Path]:
    return {
        prefix + path.relative_to(folder).as_posix(): path
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not path.name.startswith(".")
    }
