"""Copies of the project to plant leaks in, never the project itself.

One copy is made of what tests need; each leak gets one of its own whose files are links to it. What
Python had compiled comes along: its time and size still fit.
"""

import os
import shutil
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
NEEDED = ("survey", "templates", "questionnaires", "tests", "pyproject.toml")
HALF_WRITTEN = shutil.ignore_patterns("*.pyc.*")
"""What Python is compiling at this moment, perhaps for somebody else."""


def copy_of_project(folder: Path) -> Path:
    """Copy what is there at this moment, committed or not."""
    folder.mkdir()
    for name in NEEDED:
        if (PROJECT / name).is_dir():
            shutil.copytree(PROJECT / name, folder / name, ignore=HALF_WRITTEN)
        else:
            shutil.copy2(PROJECT / name, folder / name)
    return folder


def linked(copy: Path, folder: Path) -> Path:
    """Make a copy of a copy out of links; a file that is to be changed is written anew."""
    shutil.copytree(copy, folder, copy_function=os.link)
    return folder
