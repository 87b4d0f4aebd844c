"""The whole report as one file: it opens without a network, loads nothing and sends nothing.

Here belongs how page, style, font, scripts and figures are put together, with a policy that lets
the file run its own scripts and no others. What it says and in which order stands in
`templates/report` and `survey.exports.sections`, as for the pages of the site.
"""

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey.exports.sections import WORDING, group_section, organisation_section
from survey.questionnaire.shipped import shipped_folder
from survey.report import words
from survey.report.model import Report
from survey.services.outputs import replacing, write_text

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

    @property
    def policy(self) -> str:
        """Return the policy: these scripts and styles, this font, nothing from anywhere."""
        scripts = f"{_hash(self.drawing)} {_hash(self.plotly)}"
        styles = f"{_hash(self.page)} {_hash(self.plotly_css)}"
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


def render_html(report: Report) -> str:
    """Return a report as one page that needs no other file."""
    return (
        _environment()
        .get_template("export/report.html")
        .render(
            report=report,
            whole=organisation_section(report),
            sections=[group_section(group, report) for group in report.groups],
            looks=_looks(),
            program=version("headwind-survey"),
        )
    )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(shipped_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(WORDING)
    environment.filters["day"] = words.day
    return environment


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
