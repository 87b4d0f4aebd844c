"""Which pages and files count as opening a report: one table, and the one hook that notes them.

A line is written after the page was made and before it is sent: what cannot be noted is not shown.
Pictures, style sheets and logos are no opening, nor is a page that says why there is no report.
Nothing of respondents is in the table, so no page of theirs writes. The lines themselves:
`survey.services.viewing`; the page that shows them: `survey.web.viewed`.
"""

from collections.abc import Mapping

from flask import Flask, Response, g, request

from survey.language import mark
from survey.services.holdings import surveys_of
from survey.services.rights import WHOLE
from survey.services.sharing import Shared
from survey.services.viewing import write_view
from survey.web.site import site

BY_LINK = "link: {label}"
"""Who it was, where nobody was signed in. No account has such an address."""
PAGE, MONTH, METHOD = mark("page"), mark("next 30 days"), mark("method")
EVERYTHING = mark("file with everything of the client")
FILE = "<file>"
"""Stands for the kind of file that is named in the address."""
FILES = {
    "one-page.pdf": mark("PDF, one page"),
    "report.pdf": mark("PDF, in full"),
    "report.pptx": mark("slides"),
    "figures.xlsx": mark("workbook"),
    "figures.csv": mark("CSV"),
    "report.html": mark("web file"),
}

OPENINGS: Mapping[str, str] = {
    "reports.organisation": PAGE,
    "reports.team": PAGE,
    "reports.month": MONTH,
    "reports.method": METHOD,
    "reports.file": FILES["report.html"],
    "reports.harm": mark("harm page"),
    "guiding.questions": mark("questions to take into the room"),
    "hiding.ask": mark("one comment"),
    "takeaway.whole": FILE,
    "takeaway.group": FILE,
    "parcel.fetch": mark("PDFs of every group"),
    "share.show": PAGE,
    "share.month": MONTH,
    "share.group": PAGE,
    "share.group_month": MONTH,
    "share.method": METHOD,
    "share.take": FILE,
    "share.group_take": FILE,
    "reading.show": PAGE,
    "reading.group": PAGE,
    "reading.group_month": MONTH,
    "reading.method": METHOD,
    "reading.group_method": METHOD,
    "reading.take": FILE,
    "reading.group_take": FILE,
}
"""Endpoint -> what was opened. Every other page shows nothing that a report tells."""

WHOLE_CLIENT = "exporting.fetch"
"""A file in which the report of each closed survey of a client is: each is opened with it."""

SHOWN = 200, 206
"""A part of a file is shown as well; a page that did not change since (304) is not sent."""


def watch(app: Flask) -> None:
    """Note every opening of a report by an app's pages."""
    app.after_request(_note)


def by_link(link: Shared) -> None:
    """Say that this request is of somebody who holds a link and was let in."""
    g.by_link = link


def _note(response: Response) -> Response:
    what = OPENINGS.get(request.endpoint or "")
    if request.method != "GET" or response.status_code not in SHOWN:
        return response
    if request.endpoint == WHOLE_CLIENT:
        _note_every()
    if what is None:
        return response
    told = {name: str(value) for name, value in (request.view_args or {}).items()}
    link: Shared | None = g.get("by_link")
    if link is None and "token" in told:
        return response  # asked for the password
    slug = link.slug if link else told["slug"]
    who = BY_LINK.format(label=link.label) if link else g.user.email
    scope = link.scope if link and link.scope != WHOLE else told.get("key", WHOLE)
    what = FILES[told["file"]] if what == FILE else what
    with site().sessions() as database:
        write_view(database, slug, who, what, site().clock(), scope)
    return response


def _note_every() -> None:
    """Note that each closed survey of a client was opened, with everything of it."""
    client, now = str((request.view_args or {})["client"]), site().clock()
    with site().sessions() as database:
        for line in surveys_of(database, client, now):
            if line.state == "closed":
                write_view(database, line.slug, g.user.email, EVERYTHING, now)
