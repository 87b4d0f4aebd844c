"""The report of a closed survey for somebody who is signed in, or the page that says why not.

What is shown of it belongs to the modules of the pages, keeping it to `survey.web.shelf`.
"""

from flask import render_template

from survey.report.model import Report
from survey.services.released import NeverOpened, NotClosedYet
from survey.web.console import known
from survey.web.shelf import Kept, kept_report


def closed(slug: str) -> Kept | str:
    """Return the report with its sections, or in one sentence why there is none (yet)."""
    known(slug)
    try:
        return kept_report(slug)
    except (NotClosedYet, NeverOpened) as reason:
        return str(reason)


def closed_report(slug: str) -> Report | str:
    """Return the report alone, or in one sentence why there is none (yet)."""
    found = closed(slug)
    return found if isinstance(found, str) else found.report


def no_report(slug: str, reason: str) -> tuple[str, int]:
    """Return the page that says why there is no report."""
    return render_template("report/not_yet.html", slug=slug, reason=reason), 404
