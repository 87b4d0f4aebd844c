"""All teams as PDF: one file for each group, together in a ZIP that is made in the background.

Each file in it holds one group and nothing of the others, so that it can be handed to that group's
leader. How it is kept and thrown away stands in `making`, routes and pages in `survey.web`.
"""

import os
import re
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from survey.browser import NoBrowser
from survey.charts.pictures import Pictures
from survey.errors import UserError
from survey.exports.illustrating import charts_of
from survey.exports.making import Makings, Progress
from survey.exports.pdf import group_pdf
from survey.questionnaire.guide_files import guides_for
from survey.report.letterhead import Letterhead
from survey.report.model import Report
from survey.report.narrowed import only
from survey.services.editions import Edition, edition_of
from survey.services.letterheads import load_letterhead
from survey.services.released import load_report

__all__ = ["ChangedMeanwhile", "Parcels", "Progress"]

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


class Parcels(Makings):
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
        super().__init__(folder)
        self._sessions, self._guides = sessions, guides
        self._pictures, self._clock = pictures, clock

    def start(self, slug: str) -> bool:
        """Begin to make the parcel of a survey anew; False where that is going on already.

        Raises
        ------
        survey.browser.NoBrowser
            No PDF can be made here.
        survey.services.released.NotClosedYet, survey.services.released.NeverOpened
            There is no report.
        """
        if self._pictures.browser is None:
            raise NoBrowser
        made = self._load(slug)
        return self.begin(slug, len(made.report.groups), partial(self._make, slug, made))

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

    def _make(self, slug: str, made: Made) -> None:
        """Make the files, and again where somebody has hidden a comment or the like meanwhile."""
        part, whole = self.part_of(slug), self.whole_of(slug)
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
                self.tell(slug, Progress(at, len(narrowed)))


def _name(at: int, group: str) -> str:
    """Return the name of a group's file: in the order of the report, harmless anywhere."""
    return f"{at:03} {HARMLESS.sub(' ', group).strip(' .')[:LONGEST_NAME]}.pdf"
