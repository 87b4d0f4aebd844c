"""The whole report as one file: it opens without a network, loads nothing and sends nothing.

Here belongs how page, style, font, scripts and figures are put together, with a policy that lets
the file run its own scripts and no others. Where there is a picture of every figure the file holds
these and nothing that draws; else it holds plotly.js. What it says and in which order stands in
`templates/report` and `survey.exports.sections`, as for the pages of the site.
"""

import base64
import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey import language
from survey.browser import BrowserFailed
from survey.charts.chart import Chart
from survey.charts.pictures import BATCH, NO_PICTURES, Pictures
from survey.exports.illustrating import charts_in
from survey.exports.sections import WORDING, group_section, organisation_section
from survey.questionnaire.shipped import shipped_folder
from survey.report.letterhead import PLAIN, Letterhead
from survey.report.model import GroupReport, Report
from survey.services.outputs import replacing, write_text

log = logging.getLogger(__name__)

STATIC = Path(__file__).resolve().parent.parent / "static"
SHEETS = "app.css", "report.css"
FONT = "fonts/source-sans-3.woff2"


@dataclass(frozen=True)
class Looks:
    """Style sheets and scripts as they stand inside the file."""

    page: str
    plotly_css: str
    drawing: str
    plotly: str

    def policy(self, pictured: bool) -> str:
        """Return the policy: these scripts and styles, this font, nothing from anywhere."""
        scripts, styles = _hash(self.drawing), _hash(self.page)
        if not pictured:
            scripts += f" {_hash(self.plotly)}"
            styles += f" {_hash(self.plotly_css)}"
        return (
            f"default-src 'none'; script-src {scripts}; style-src {styles}; font-src data:; "
            "img-src data:; base-uri 'none'; form-action 'none'"
        )


def write_html(report: Report, path: Path) -> None:
    """Write a report as one file, whole or not at all.

    Raises
    ------
    survey.services.outputs.OutputNotWritable
        The file cannot be written; what stood there before is untouched.
    """
    with replacing([path]) as files:
        write_text([render_html(report)], files[0])


def render_html(
    report: Report,
    group: GroupReport | None = None,
    letterhead: Letterhead = PLAIN,
    pictures: Pictures = NO_PICTURES,
) -> str:
    """Return a report as one page that needs no other file; with a group, that group alone.

    Parameters
    ----------
    pictures
        Where pictures of the figures are; a few that are missing are drawn.
    """
    whole = None if group else organisation_section(report)
    sections = [group_section(one, report) for one in ((group,) if group else report.groups)]
    pictured = _pictured(pictures, list(charts_in(whole, *sections)))
    return (
        environment()
        .get_template("export/report.html")
        .render(
            report=report,
            whole=whole,
            sections=sections,
            medium="file",
            pictured=pictured,
            picture=(pictures if pictured else NO_PICTURES).find,
            consultant=letterhead.consultant,
            logo=base64.b64encode(letterhead.logo).decode() if letterhead.logo else "",
            looks=_looks(),
            program=version("headwind-survey"),
        )
    )


def _pictured(pictures: Pictures, charts: Sequence[Chart]) -> bool:
    """Say whether every figure has a picture, after the last few were drawn."""
    missing = [chart for chart in charts if pictures.find(chart) is None]
    if not missing or len(missing) > BATCH:
        return not missing
    try:
        return pictures.draw(missing)
    except BrowserFailed as fault:
        log.error("%s", fault)
        return False


@cache
def environment() -> Environment:
    """Return what makes documents of templates: reports, mails, cards; with a report's words."""
    made = Environment(
        loader=FileSystemLoader(shipped_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    speaking: Any = made  # the extension brings the method
    speaking.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)
    made.globals.update(WORDING, picture=NO_PICTURES.find)
    made.filters.update(day=language.day, moment=language.moment, number=language.number)
    return made


@cache
def _looks() -> Looks:
    """Read style sheets and scripts once; the font goes into the style sheet."""
    font = base64.b64encode((STATIC / FONT).read_bytes()).decode()
    (plotly,) = (STATIC / "vendor").glob("plotly-basic-*.min.js")
    return Looks(
        page="\n".join(_text(name) for name in SHEETS).replace(
            f"url({FONT})", f"url(data:font/woff2;base64,{font})"
        ),
        plotly_css=_text("vendor/plotly.css"),
        drawing=_text("report.js"),
        plotly=_text(f"vendor/{plotly.name}"),
    )


def _text(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
