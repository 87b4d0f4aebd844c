"""All teams as PDF: one file for each group, together in a ZIP that is made in the background.

Here belongs making it, telling how far it is, and taking it away. It is made by one process of a
server; the others read how far it is from a small file beside it. Each file in it holds one group
and nothing of the others, so that it can be handed to that group's leader. Routes and pages stand
in `survey.web`.
"""

import fcntl
import json
import logging
import os
import re
import time
import zipfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from threading import Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.browser import NoBrowser
from survey.charts.pictures import Pictures
from survey.errors import UserError
from survey.exports.illustrating import charts_of
from survey.exports.pdf import group_pdf
from survey.questionnaire.guide_files import guides_for
from survey.report.letterhead import Letterhead
from survey.report.model import Report
from survey.report.narrowed import only
from survey.services.editions import Edition, edition_of
from survey.services.letterheads import load_letterhead
from survey.services.surveys import load_report

log = logging.getLogger(__name__)

LIFE = 24 * 3600.0
"""Seconds after which a parcel is thrown away."""
UNFORESEEN = "Something went wrong. The log of the server says what."
TRIES = 3
"""How often files are made anew, because what they are made from changed meanwhile."""
HARMLESS = re.compile(r"[^\w .&,()+-]+")
LONGEST_NAME = 100


class ChangedMeanwhile(UserError):
    """Comments, what was agreed, or the letterhead changed again and again while the files were
    made. Nothing was kept; begin anew when all is as it should be.
    """


@dataclass(frozen=True)
class Made:
    """What a parcel is made from, and the edition of the report that this is."""

    report: Report
    letterhead: Letterhead
    edition: Edition


@dataclass(frozen=True)
class Progress:
    """How many groups are done, of how many; `ready` when the parcel can be fetched."""

    done: int = 0
    total: int = 0
    ready: bool = False
    error: str = ""


class Parcels:
    """The parcels of one server, in a folder of its instance."""

    def __init__(
        self,
        folder: Path,
        sessions: sessionmaker[Session],
        pictures: Pictures,
        clock: Callable[[], datetime],
        guides: Path | None = None,
    ) -> None:
        """Keep parcels in a folder; `guides`: the folder of a consultant's own guides."""
        self._folder, self._sessions, self._guides = folder, sessions, guides
        self._pictures, self._clock = pictures, clock

    def start(self, slug: str) -> bool:
        """Begin to make the parcel of a survey anew; False where that is going on already.

        Raises
        ------
        survey.browser.NoBrowser
            No PDF can be made here.
        survey.services.surveys.NotClosedYet, survey.services.surveys.NeverOpened
            There is no report.
        """
        if self._pictures.browser is None:
            raise NoBrowser
        made = self._load(slug)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        lock = _locked(self._file(slug, "lock"))
        if lock is None:
            return False
        self._file(slug, "zip").unlink(missing_ok=True)
        self._tell(slug, Progress(total=len(made.report.groups)))
        # A daemon: a server that ends need not wait for what can be made again.
        Thread(
            target=self._run, args=(slug, made, lock), name=f"parcel {slug}", daemon=True
        ).start()
        return True

    def progress(self, slug: str) -> Progress | None:
        """Tell how far a parcel is; None where none was asked for, or a crash has stopped it."""
        try:
            told = Progress(**json.loads(self._file(slug, "json").read_text(encoding="utf-8")))
        except (FileNotFoundError, ValueError, TypeError):
            return None
        if told.ready:
            return told if self.result(slug) else None
        return told if told.error or self._at_work(slug) else None

    def result(self, slug: str) -> Path | None:
        """Return the parcel; None where there is none, or it is older than a day."""
        path = self._file(slug, "zip")
        try:
            fresh = time.time() - path.stat().st_mtime < LIFE
        except FileNotFoundError:
            return None
        return path if fresh else None

    def discard(self, slug: str) -> None:
        """Throw the parcel of a survey away: what it tells is no longer so."""
        for ending in ("zip", "json"):
            self._file(slug, ending).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Throw away what is older than a day, and what a crash has left."""
        if not self._folder.is_dir():
            return
        for path in self._folder.iterdir():
            old = time.time() - path.stat().st_mtime > LIFE
            if (
                path.suffix != ".lock"
                and (old or path.suffix == ".part")
                and not self._at_work(path.name.split(".")[0])
            ):
                path.unlink(missing_ok=True)

    def _load(self, slug: str) -> Made:
        with self._sessions() as session:
            # First: what changes after this look is seen by the next one.
            edition = edition_of(session, slug)
            report = load_report(session, slug, self._clock())
            letterhead = load_letterhead(session, slug)
        guides = guides_for(report.questionnaire, self._guides).guides
        return Made(replace(report, guides=guides), letterhead, edition)

    def _holds(self, slug: str, made: Made) -> bool:
        """Say whether nobody changed meanwhile what a parcel is made from."""
        with self._sessions() as session:
            now = edition_of(session, slug), load_letterhead(session, slug)
        return now == (made.edition, made.letterhead)

    def _run(self, slug: str, made: Made, lock: int) -> None:
        groups = len(made.report.groups)
        progress = Progress(total=groups)
        try:
            self._make(slug, made)
            progress = Progress(groups, groups, ready=True)
        except UserError as fault:
            progress = Progress(total=groups, error=str(fault))
        except Exception as fault:
            # Its kind and no more: a message may hold what stands in a report.
            log.error("The parcel of %s failed: %s", slug, type(fault).__name__)
            progress = Progress(total=groups, error=UNFORESEEN)
        finally:
            self._file(slug, "part").unlink(missing_ok=True)
            self._tell(slug, progress)
            os.close(lock)

    def _make(self, slug: str, made: Made) -> None:
        """Make the files, and again where somebody has hidden a comment or the like meanwhile."""
        part, whole = self._file(slug, "part"), self._file(slug, "zip")
        for _ in range(TRIES):
            self._pack(slug, made, part)
            if self._holds(slug, made):
                part.replace(whole)
                # Who changed something just now threw nothing away: it was not there yet.
                if self._holds(slug, made):
                    return
                whole.unlink(missing_ok=True)
            made = self._load(slug)
        raise ChangedMeanwhile

    def _pack(self, slug: str, made: Made, part: Path) -> None:
        """Make one PDF after the other."""
        narrowed = [only(made.report, group.key) for group in made.report.groups]
        self._pictures.draw(
            chart for one in narrowed for chart in charts_of(one) if chart.key.endswith("-wide")
        )
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w") as parcel:
            for at, one in enumerate(narrowed, start=1):
                pdf = group_pdf(one, one.groups[0], made.letterhead, self._pictures)
                parcel.writestr(_name(at, one.groups[0].name), pdf)
                self._tell(slug, Progress(at, len(narrowed)))

    def _tell(self, slug: str, progress: Progress) -> None:
        draft = self._file(slug, "json.part")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(asdict(progress), stream)
        draft.replace(self._file(slug, "json"))

    def _at_work(self, slug: str) -> bool:
        lock = _locked(self._file(slug, "lock"))
        if lock is not None:
            os.close(lock)
        return lock is None

    def _file(self, slug: str, ending: str) -> Path:
        return self._folder / f"{slug}.{ending}"


def _locked(path: Path) -> int | None:
    """Lock a file, made where it is missing; None where another holds it. It ends with `close`."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def _name(at: int, group: str) -> str:
    """Return the name of a group's file: in the order of the report, harmless anywhere."""
    return f"{at:03} {HARMLESS.sub(' ', group).strip(' .')[:LONGEST_NAME]}.pdf"
