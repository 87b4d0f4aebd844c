"""Writing the files a person named: whole or not at all."""

import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from survey.errors import UserError


class OutputFolderMissing(UserError):
    """Cannot write {file}: there is no folder {folder}; make it first, or name another."""


class OutputIsNoFile(UserError):
    """Cannot write {file}: it is a folder or a device; name a file in it instead."""


class OutputNotWritable(UserError):
    """Cannot write {file}: {why}; name a place where you may write."""


class OutputIsInput(UserError):
    """Cannot write {file}: it is named twice, or is one of the files that are read."""


def check_outputs(outputs: Sequence[Path], inputs: Iterable[Path]) -> None:
    """Refuse, before any work is done, outputs that cannot or must not be written."""
    taken = [path.resolve() for path in inputs]
    for file in outputs:
        if not file.parent.is_dir():
            raise OutputFolderMissing(file=file, folder=file.parent)
        if file.exists() and not file.is_file():
            raise OutputIsNoFile(file=file)
        if file.resolve() in taken:
            raise OutputIsInput(file=file)
        if not os.access(file.resolve().parent, os.W_OK):
            raise OutputNotWritable(file=file, why="you may not write in its folder")
        taken.append(file.resolve())


@contextmanager
def replacing(outputs: Sequence[Path]) -> Iterator[list[Path]]:
    """Give a temporary file beside each output; they take their places when all are written.

    When anything fails, every output is as it was, and the temporary files are gone.
    """
    targets = [file.resolve() for file in outputs]
    temporary = [t.with_name(f".{t.name}.{secrets.token_hex(4)}") for t in targets]
    try:
        yield temporary
        for file, target in zip(temporary, targets, strict=True):
            file.replace(target)
    except OSError as fault:
        name = fault.filename or ", ".join(map(str, outputs))
        raise OutputNotWritable(file=name, why=fault.strerror or str(fault)) from fault
    finally:
        for file in temporary:
            file.unlink(missing_ok=True)


def write_text(pieces: Iterable[str], file: Path) -> None:
    """Write a text piece by piece."""
    with file.open("w", encoding="utf-8", newline="\n") as stream:
        stream.writelines(pieces)
