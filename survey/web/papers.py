"""The papers of a survey in the console: the list, each as a page to print and as a file."""

from flask import Blueprint, Response, abort, render_template

from survey.exports import papers
from survey.exports.markdown import blocks
from survey.services.surveys import SurveyView
from survey.web.console import known
from survey.web.told import told_of

blueprint = Blueprint("papers", __name__)


@blueprint.get("/surveys/<slug>/papers")
def every(slug: str) -> str:
    """List the papers of a survey, in every language."""
    view = known(slug)
    return render_template(
        "console/papers.html", view=view, papers=papers.PAPERS, languages=papers.LANGUAGES
    )


@blueprint.get("/surveys/<slug>/papers/<language>/<key>")
def one(slug: str, language: str, key: str) -> str:
    """Show a paper as a page to print."""
    view = known(slug)
    heading, *rest = blocks(_filled_in(view, language, key))
    return render_template(
        "console/paper.html", view=view, language=language, key=key, heading=heading, blocks=rest
    )


@blueprint.get("/surveys/<slug>/papers/<language>/<key>.md")
def file(slug: str, language: str, key: str) -> Response:
    """Give a paper as a file to fill in."""
    text = _filled_in(known(slug), language, key)
    response = Response(text, mimetype="text/markdown")
    name = f"{slug}-{key}.{language}.md"
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response


def _filled_in(view: SurveyView, code: str, key: str) -> str:
    language, paper = papers.language(code), papers.paper(key)
    if language is None or paper is None:
        abort(404)
    return papers.render_paper(paper.key, language, view, told_of(view))
