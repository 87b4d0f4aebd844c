"""Reports that were built before, kept as long as they are the present edition.

Building the report of 200 teams takes far longer than showing it. Here belong the few that were
looked at last, with their sections; `survey.services.editions` tells when one is out of date. Each
process keeps its own.
"""

from collections import OrderedDict
from dataclasses import replace
from functools import cached_property
from threading import Lock

from flask import Flask, current_app

from survey.exports.sections import (
    GroupSection,
    OrganisationSection,
    group_section,
    organisation_section,
)
from survey.language import language
from survey.questionnaire.guide_files import FOLDER, guides_for
from survey.report.model import GroupReport, Report
from survey.services.editions import Edition, edition_of
from survey.services.released import load_report
from survey.web.site import site

EXTENSION = "headwind shelf"
MOST = 12
"""Reports that are kept; one of 200 teams takes some 20 MB with its charts."""


class Kept:
    """A report with the sections that were made of it so far."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self._sections: dict[str, GroupSection] = {}

    @cached_property
    def whole(self) -> OrganisationSection:
        """The section of all groups."""
        return organisation_section(self.report)

    def section(self, group: GroupReport) -> GroupSection:
        """Return the section of one group of this report."""
        if group.key not in self._sections:
            self._sections[group.key] = group_section(group, self.report)
        return self._sections[group.key]


class Shelf:
    """The reports that were looked at last, by survey and the language of the moment."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str], tuple[Edition, Kept]] = OrderedDict()

    def find(self, slug: str, edition: Edition) -> Kept | None:
        """Return a report that was kept, if it is of this edition."""
        with self._lock:
            kept = self._kept.get((slug, language()))
            if kept is None or kept[0] != edition:
                return None
            self._kept.move_to_end((slug, language()))
            return kept[1]

    def keep(self, slug: str, edition: Edition, kept: Kept) -> None:
        """Keep a report; the one that was looked at longest ago goes."""
        with self._lock:
            self._kept[slug, language()] = edition, kept
            self._kept.move_to_end((slug, language()))
            if len(self._kept) > MOST:
                self._kept.popitem(last=False)


def put_up(app: Flask) -> None:
    """Give an app its shelf."""
    app.extensions[EXTENSION] = Shelf()


def kept_report(slug: str) -> Kept:
    """Return the present report of a closed survey; errors as of `load_report`."""
    shelf: Shelf = current_app.extensions[EXTENSION]
    with site().sessions() as database:
        edition = edition_of(database, slug)
        kept = shelf.find(slug, edition)
        report = kept.report if kept else load_report(database, slug, site().clock())
    guides = guides_for(report.questionnaire, site().config.instance / FOLDER).guides
    if kept is None or report.guides != guides:
        kept = Kept(replace(report, guides=guides))
        shelf.keep(slug, edition, kept)
    return kept
