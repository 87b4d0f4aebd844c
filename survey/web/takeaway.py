"""Everything to take along of a closed survey: the page that lists it, and the files themselves.

Which files there are stands in `survey.exports.along`. A file of one group holds nothing of the
others (`survey.report.narrowed`), so that it can be handed to that group's leader.
"""

from urllib.parse import quote

from flask import Blueprint, Response, abort, current_app, render_template

from survey.browser import BrowserBusy, BrowserFailed, NoBrowser
from survey.exports.along import KINDS, Content, file_name, kind_of, plain_name
from survey.exports.sections import WORDING
from survey.language import gettext as _
from survey.language import mark
from survey.report.letterhead import Letterhead
from survey.report.model import GroupReport, Report
from survey.report.narrowed import only
from survey.services.letterheads import load_letterhead
from survey.web import errors
from survey.web.closed import closed_report, no_report
from survey.web.console import known
from survey.web.site import site
from survey.web.turns import TooManyFiles, come_again, turn

blueprint = Blueprint("takeaway", __name__)
blueprint.add_app_template_global(lambda: KINDS, "kinds_of_files")


@blueprint.get("/surveys/<slug>/take")
def everything(slug: str) -> str | tuple[str, int]:
    """List the files of every scope, and what goes with them: links, letterhead, all teams."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    with site().sessions() as database:
        letterhead = load_letterhead(database, slug)
    return render_template(
        "report/take_page.html", view=known(slug), report=report, letterhead=letterhead, **WORDING
    )


@blueprint.get("/surveys/<slug>/take/<file>")
def whole(slug: str, file: str) -> Response | tuple[str, int]:
    """Give a file with all groups."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    return sent_file(report, None, file, _letterhead(slug))


@blueprint.get("/surveys/<slug>/take/group/<key>/<file>")
def group(slug: str, key: str, file: str) -> Response | tuple[str, int]:
    """Give a file with one group and nothing of the others."""
    report = closed_report(slug)
    if isinstance(report, str):
        return no_report(slug, report)
    found = next((one for one in report.groups if one.key == key), None)
    if found is None:
        abort(404)
    return sent_file(only(report, key), found, file, _letterhead(slug))


def sent_file(
    report: Report, group: GroupReport | None, file: str, letterhead: Letterhead
) -> Response:
    """Return a file to take along as a response; a page where it cannot be made."""
    kind = kind_of(file)
    if kind is None:
        abort(404)
    content = Content(report, group, letterhead, site().pictures)
    try:
        with turn():
            body = kind.make(content)
    except (TooManyFiles, BrowserBusy):
        return come_again(mark("The file was not made yet"))
    except NoBrowser as error:
        return errors.page(404, mark("No PDF can be made here"), str(error))
    except BrowserFailed as error:
        current_app.logger.error("%s", error)
        return errors.page(
            503, mark("The PDF was not made"), _("{error} Try again in a minute.", error=error)
        )
    response = Response(body, mimetype=kind.media)
    named(response, file_name(content, kind))
    return response


def named(response: Response, name: str) -> None:
    """Say that a response is to be saved, and as what; older browsers get plain letters."""
    told = {"filename": plain_name(name), "filename*": f"UTF-8''{quote(name, safe='')}"}
    response.headers.set("Content-Disposition", "attachment", **told)


def sent_logo(letterhead: Letterhead) -> Response:
    """Return the client's logo as a response."""
    if letterhead.logo is None:
        abort(404)
    return Response(letterhead.logo, mimetype="image/png")


def _letterhead(slug: str) -> Letterhead:
    with site().sessions() as database:
        return load_letterhead(database, slug)
