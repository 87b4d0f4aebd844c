"""Questions to take into the room: the discussion guides for one group, to be printed.

Which guides fit follows from the report (`survey.report.guiding`); their texts come from files,
of one's own in the folder `guides` of the installation, else from the shipped ones.
"""

from flask import Blueprint, abort, render_template, request

from survey.language import language as spoken
from survey.questionnaire.guide_files import FOLDER, guides_for
from survey.report import words
from survey.report.guiding import matched
from survey.report.guiding_words import LABELS, labels, sheet
from survey.services.released import NeverOpened, NotClosedYet
from survey.web.console import known
from survey.web.shelf import kept_report
from survey.web.site import site

blueprint = Blueprint("guiding", __name__)


@blueprint.get("/surveys/<slug>/report/<key>/questions")
def questions(slug: str, key: str) -> str | tuple[str, int]:
    """Show the guides for one group in one of their languages; on paper one sheet for each."""
    known(slug)
    try:
        report = kept_report(slug).report
    except (NotClosedYet, NeverOpened) as reason:
        return render_template("report/not_yet.html", slug=slug, reason=str(reason)), 404
    group = next((group for group in report.groups if group.key == key), None)
    if group is None:
        abort(404)
    found = guides_for(report.questionnaire, site().config.instance / FOLDER)
    language = _language(found.guides.languages)
    return render_template(
        "report/questions.html",
        slug=slug,
        report=report,
        group=group,
        sheets=[
            sheet(match, report, found.guides, language)
            for match in matched(group, report, found.guides)
        ],
        labels=labels(language),
        language=language,
        languages=[(code, _name(code)) for code in found.guides.languages],
        unusable=found.unusable,
        words=words,
    )


def _language(given: tuple[str, ...]) -> str:
    """Return the language asked for, where the guides have it, else their first."""
    wanted = request.args.get("language", "") or spoken()
    return wanted if wanted in given else given[0]


def _name(code: str) -> str:
    return LABELS[code]["name"] if code in LABELS else code
