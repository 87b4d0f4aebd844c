"""Which figures the reports of a server have, so that each is drawn before somebody looks.

Here belongs when pictures are drawn: once a survey is closed, and when the server starts. How they
are drawn stands in `survey.charts.pictures`. It is never in anybody's way: what fails is logged,
and the pages draw their figures in the reader's browser instead.
"""

import fcntl
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import datetime
from pathlib import Path
from threading import Thread

from sqlalchemy.orm import Session, sessionmaker

from survey.browser import BrowserFailed
from survey.charts.chart import Chart
from survey.charts.pictures import DAY, Pictures
from survey.exports.sections import Drawn, group_section, organisation_section
from survey.language import speaking
from survey.report.model import Report
from survey.services.released import NeverOpened, NotClosedYet, load_report
from survey.services.rights import languages_read
from survey.services.surveys import list_surveys

log = logging.getLogger(__name__)


def charts_in(*sections: object) -> Iterator[Chart]:
    """Yield the charts of sections, wide and narrow, wherever they stand in them."""
    for section in sections:
        if isinstance(section, Drawn):
            yield from (section.wide, section.narrow)
        elif isinstance(section, tuple):
            yield from charts_in(*section)
        elif is_dataclass(section) and type(section).__module__ == Drawn.__module__:
            yield from charts_in(*(getattr(section, field.name) for field in fields(section)))


def charts_of(report: Report) -> Iterator[Chart]:
    """Yield every chart of a report: that of all groups first."""
    yield from charts_in(organisation_section(report))
    for group in report.groups:
        yield from charts_in(group_section(group, report))


class Illustrator:
    """Draws the figures of closed surveys, in one process of the server at a time."""

    def __init__(
        self, sessions: sessionmaker[Session], pictures: Pictures, clock: Callable[[], datetime]
    ) -> None:
        self._sessions, self._pictures, self._clock = sessions, pictures, clock
        self._charts: dict[str, tuple[Chart, ...]] = {}
        self._drawn: set[tuple[str, ...]] = set()

    def start(self, slug: str) -> None:
        """Draw the figures of a survey that was just closed, in the background."""
        # A daemon: a server that ends need not wait, what is missing is drawn at its next start.
        Thread(target=self._quietly, args=(slug,), name=f"pictures {slug}", daemon=True).start()

    def everything(self) -> None:
        """Draw what is missing of every closed survey, and take away what no report shows."""
        if self._pictures.folder is None or self._pictures.browser is None:
            return
        with self._sessions() as session:
            closed = [one.slug for one in list_surveys(session, self._clock()) if one.closed_at]
            spoken = languages_read(session)
        for slug in closed:
            if (slug, *spoken) not in self._drawn:
                self._quietly(slug)
        if self._charts.keys() >= set(closed):
            self._pictures.prune(chart for charts in self._charts.values() for chart in charts)

    def clear(self) -> None:
        """Take away at once what no report shows any more, however new it is."""
        folder = self._pictures.folder
        if folder is None or not folder.is_dir():
            return
        with self._sessions() as session:
            closed = [one.slug for one in list_surveys(session, self._clock()) if one.closed_at]
        self._charts = {slug: self._charts.get(slug) or self._of(slug) for slug in closed}
        wanted = [chart for charts in self._charts.values() for chart in charts]
        self._pictures.prune(wanted, now=time.time() + 2 * DAY)

    def draw(self, slug: str) -> None:
        """Draw what is missing of one survey; nothing where another process is at it."""
        folder = self._pictures.folder
        if folder is None or self._pictures.browser is None:
            return
        # Known before they are drawn: one that cannot be must not keep others from being pruned.
        charts = self._charts[slug] = self._of(slug)
        with _alone(folder) as alone:
            if alone:
                self._pictures.draw(charts)
                with self._sessions() as session:
                    self._drawn.add((slug, *languages_read(session)))

    def _of(self, slug: str) -> tuple[Chart, ...]:
        try:
            with self._sessions() as session:
                return tuple(self._in_every_language(session, slug))
        except (NotClosedYet, NeverOpened):
            return ()

    def _in_every_language(self, session: Session, slug: str) -> Iterator[Chart]:
        for language in languages_read(session):
            with speaking(language):
                yield from charts_of(load_report(session, slug, self._clock()))

    def _quietly(self, slug: str) -> None:
        try:
            self.draw(slug)
        except BrowserFailed as fault:
            log.warning("No pictures of the survey %s: %s", slug, fault)
        except Exception as fault:
            # Its kind and no more: a message may hold what stands in the database.
            log.error("No pictures of the survey %s: %s", slug, type(fault).__name__)


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Say whether nobody else draws at this moment; nobody begins while this lasts."""
    folder.mkdir(mode=0o700, exist_ok=True)
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield True
    except BlockingIOError:
        yield False
    finally:
        os.close(handle)
