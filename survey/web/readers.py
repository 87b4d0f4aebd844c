"""The report as readers see it who run no surveys: by a link, or with an account of their own.

Both see the very same pages of the very same narrowed report (`survey.report.narrowed`); what
differs is where these pages stand, what is around them, and how somebody is let in. That belongs
to `survey.web.share` and `survey.web.reading`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, render_template

from survey.exports.sections import WORDING
from survey.report.letterhead import Letterhead
from survey.report.model import GroupReport, Report
from survey.report.narrowed import UnknownGroup, only
from survey.services.letterheads import load_letterhead
from survey.services.rights import WHOLE
from survey.services.sharing import Shared
from survey.web.shelf import Kept
from survey.web.site import site
from survey.web.takeaway import sent_file, sent_logo

Address = Callable[..., str]
"""Where a page stands: `show`, `month`, `method`, `logo`, `take`, and of one group of a whole
report `group`, `group_month`, `group_take`."""


@dataclass(frozen=True)
class Reader:
    """Somebody who may read a report, and what of it."""

    kept: Kept
    """The report that may be seen; of one group a report that holds nothing else."""
    scope: str
    letterhead: Letterhead
    address: Address
    frame: str
    """The template that stands around the pages."""
    link: Shared | None = None
    """The link by which this one reads; None for an account."""
    until: str = ""
    """Until when the link leads here, in words."""

    @property
    def report(self) -> Report:
        """What may be seen."""
        return self.kept.report

    @property
    def group(self) -> GroupReport | None:
        """The one group that may be seen; None where all may be."""
        return None if self.scope == WHOLE else self.report.groups[0]


def seen(kept: Kept, scope: str) -> Kept:
    """Return a report as far as a scope goes: the whole as it is kept, or one group of it alone."""
    if scope == WHOLE:
        return kept
    try:
        return Kept(only(kept.report, scope))
    except UnknownGroup:
        abort(404)


def letterhead_of(slug: str) -> Letterhead:
    """Return the letterhead of a survey."""
    with site().sessions() as database:
        return load_letterhead(database, slug)


def first_page(reader: Reader) -> str:
    """Show what may be seen: all groups, or the one."""
    if reader.group:
        return group_page(reader, reader.group)
    return _page(
        reader,
        "share/organisation.html",
        section=reader.kept.whole,
        link=lambda group: reader.address("group", key=group.key),
    )


def group_page(reader: Reader, found: GroupReport) -> str:
    """Show one group."""
    section = reader.kept.section(found)
    month = _of_group(reader, found, "month") if section.month else ""
    files = _of_group(reader, found, "take", file="")
    return _page(reader, "share/group.html", section=section, month=month, files_at=files)


def month_page(reader: Reader, found: GroupReport) -> str:
    """Show what to do in the next 30 days with one group; only one with a verdict has it."""
    section = reader.kept.section(found)
    if section.month is None:
        abort(404)
    back = _of_group(reader, found, "show")
    return _page(reader, "report/month_page.html", section=section, back=back)


def method_page(reader: Reader) -> str:
    """Show how it was measured, every cut-off, and what nobody may conclude."""
    return _page(reader, "share/method.html")


def logo_of(reader: Reader) -> Response:
    """Give the client's logo."""
    return sent_logo(reader.letterhead)


def file_of(reader: Reader, file: str) -> Response:
    """Give a file to take along, of what may be seen."""
    return sent_file(reader.report, reader.group, file, reader.letterhead)


def file_of_group(reader: Reader, key: str, file: str) -> Response:
    """Give a file to take along, of one group of a whole report and nothing of the others."""
    found = one_of(reader, key)
    return sent_file(only(reader.report, key), found, file, reader.letterhead)


def one_of(reader: Reader, key: str) -> GroupReport:
    """Return a group of a whole report; who may see one group has no other address of groups."""
    found = (one for one in reader.report.groups if one.key == key and not reader.group)
    return next(found, None) or abort(404)


def _of_group(reader: Reader, found: GroupReport, page: str, **more: Any) -> str:
    """Return where a page of a group stands for this reader."""
    if reader.group:
        return reader.address(page, **more)
    page = {"show": "group"}.get(page, f"group_{page}")
    return reader.address(page, key=found.key, **more)


def _page(reader: Reader, template: str, **more: Any) -> str:
    told = {"report": reader.report, "reader": reader, "frame": reader.frame}
    return render_template(template, **(told | more), **WORDING)
