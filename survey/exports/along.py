"""The files that a report can be taken along as: which there are, and what each is made by.

Every file is made from a `Report` and a `Letterhead`, of all groups or of one. What stands in a
file belongs to the module that makes it. The makers are imported when they are first needed: they
bring libraries that no page needs.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from survey.charts.pictures import Pictures
from survey.exports.html import render_html
from survey.language import gettext as _
from survey.language import mark
from survey.report.letterhead import Letterhead
from survey.report.model import GroupReport, Report

LONGEST_NAME = 150
OFFICE = "application/vnd.openxmlformats-officedocument"


@dataclass(frozen=True)
class Content:
    """What a file is made of: all groups, or a report narrowed to the one group that is told."""

    report: Report
    group: GroupReport | None
    letterhead: Letterhead
    pictures: Pictures
    """Pictures of figures, and the browser that prints; both may be missing."""


@dataclass(frozen=True)
class Kind:
    """One kind of file. `file` is its name in addresses."""

    file: str
    name: str
    about: str
    media: str
    make: Callable[[Content], bytes]

    @property
    def ending(self) -> str:
        """What the name of such a file ends with."""
        return self.file.rpartition(".")[2]


def _one_page(content: Content) -> bytes:
    return _pdf(content, whole=False)


def _full(content: Content) -> bytes:
    return _pdf(content, whole=True)


def _pdf(content: Content, whole: bool) -> bytes:
    from survey.exports.pdf import group_pdf, organisation_pdf

    told = content.letterhead, content.pictures, whole
    if content.group is None:
        return organisation_pdf(content.report, *told)
    return group_pdf(content.report, content.group, *told)


def _slides(content: Content) -> bytes:
    from survey.exports.slides import render_slides

    return render_slides(content.report, content.group, content.letterhead)


def _workbook(content: Content) -> bytes:
    from survey.exports.workbook import render_workbook

    return render_workbook(content.report, content.letterhead)


def _csv(content: Content) -> bytes:
    from survey.exports.comma import render_csv

    return render_csv(content.report)


def _html(content: Content) -> bytes:
    told = content.report, content.group, content.letterhead, content.pictures
    return render_html(*told).encode()


KINDS = (
    Kind(
        "one-page.pdf",
        mark("PDF, one page"),
        mark("the finding, what it rests on, and what to do first"),
        "application/pdf",
        _one_page,
    ),
    Kind(
        "report.pdf",
        mark("PDF, in full"),
        mark("every chart with its numbers, to print or to send"),
        "application/pdf",
        _full,
    ),
    Kind(
        "report.pptx",
        "PowerPoint",
        mark("slides with charts and texts that can be edited"),
        f"{OFFICE}.presentationml.presentation",
        _slides,
    ),
    Kind(
        "figures.xlsx",
        "Excel",
        mark("all released figures in tables, and what each column means"),
        f"{OFFICE}.spreadsheetml.sheet",
        _workbook,
    ),
    Kind("figures.csv", "CSV", mark("the same figures for other programs"), "text/csv", _csv),
    Kind(
        "report.html",
        mark("Web page in one file"),
        mark("opens without a network, loads nothing and sends nothing"),
        "text/html",
        _html,
    ),
)
"""In the order in which they are offered."""


def kind_of(file: str) -> Kind | None:
    """Return the kind of file that has this name in addresses."""
    return next((kind for kind in KINDS if kind.file == file), None)


def file_name(content: Content, kind: Kind) -> str:
    """Return what a file is called where it is saved: client, group, survey, kind.

    Nothing in it means anything to a file system.
    """
    facts = content.report.facts
    group = content.group.name if content.group else _("all groups")
    page = _("one page") if kind.file == "one-page.pdf" else ""
    told = (_harmless(part) for part in (facts.client, group, facts.title, page))
    return f"{', '.join(filter(None, told))[:LONGEST_NAME].rstrip(' .,')}.{kind.ending}"


def plain_name(name: str) -> str:
    """Return a file's name in letters that every browser takes."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    stem, _, ending = plain.rpartition(".")
    return f"{'-'.join(re.findall(r'[A-Za-z0-9]+', stem)) or 'report'}.{ending}"


def _harmless(part: str) -> str:
    printable = "".join(c if c.isprintable() else " " for c in part)
    return " ".join(re.sub(r'[\\/:*?"<>|]', " ", printable).split()).strip(" .")
