"""Locks on files: who holds one works alone, and a process that ends lets go of all of its own.

Here belongs taking one without waiting. What it keeps others from is known by whoever takes it.
"""

import fcntl
import os
from pathlib import Path


def locked(path: Path) -> int | None:
    """Lock a file, made where it is missing; None where another holds it. It ends with `close`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle
