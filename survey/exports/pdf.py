"""A report as a PDF to print or to hand on: tagged, with alternative texts, in type that is cut.

Here belongs how a document for paper is put together and printed. It is a page of its own in every
sense: style, fonts, logo and pictures stand in it, it has no script, and nothing is loaded. What it
says stands in `templates/report`, as for the pages of the site.
"""

import base64
import re
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from markupsafe import Markup

from survey.browser import NoBrowser
from survey.charts.inlined import labelled
from survey.charts.pictures import Pictures
from survey.exports.html import STATIC, environment
from survey.exports.illustrating import charts_in
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.sections import group_section, organisation_section
from survey.report import verdict_words
from survey.report.model import GroupReport, Report

SHEETS = "app.css", "report.css", "print.css"
WEIGHTS = 400, 600, 700
# A variable font would stand in the file as drawings of its letters (Type 3), thrice as large.
CUTS = {
    "latin": "U+0000-00FF, U+0131, U+0152-0153, U+02BB-02BC, U+02C6, U+02DA, U+02DC, U+0304, "
    "U+0308, U+0329, U+2000-206F, U+20AC, U+2122, U+2191, U+2193, U+2212, U+2215, U+FEFF, U+FFFD",
    "latin-ext": "U+0100-02BA, U+02BD-02C5, U+02C7-02CC, U+02CE-02D7, U+02DD-02FF, U+1D00-1DBF, "
    "U+1E00-1E9F, U+1EF2-1EFF, U+2020, U+20A0-20AB, U+20AD-20C0, U+2113, U+2C60-2C7F, U+A720-A7FF",
}
"""The cuts of the font that paper is set in, each with the letters it has."""
VARIABLE = re.compile(r"@font-face \{.*?\}\s*", re.S)
PHONES = re.compile(r"\(max-width: [^)]+\)")
"""Rules for small screens: paper is as narrow as one, in pixels, and must not look like one."""
FIGURES = "brief", "brief tight"
"""How the first page makes room for its figure, in print.css; the first that fits is taken."""
PAGE = re.compile(rb"/Type /Page\b")
DEAD_LINK = re.compile(r'<a href="">(.*?)</a>', re.S)
"""A link to a page that is not on this paper; it would be printed as an address of this machine."""


def group_pdf(
    report: Report,
    group: GroupReport,
    letterhead: Letterhead = PLAIN,
    pictures: Pictures | None = None,
    whole: bool = True,
) -> bytes:
    """Return one group as a PDF: the one page, or that, the next 30 days and everything else.

    Parameters
    ----------
    report : the report; cut down to the group (`survey.report.narrowed`) where its leader gets it
    pictures : the pictures of figures, and the browser that prints; missing ones are drawn

    Raises
    ------
    survey.browser.NoBrowser
        There is nothing here to print with.
    survey.browser.BrowserFailed
        The browser did not do it.
    """
    section = group_section(group, report)
    about = {"section": section, "whole": whole, "headline": verdict_words.headline(group, report)}
    print_it = partial(_printed, "export/print_group.html", report, letterhead, pictures)
    # What is called one page is one: where there is no room for the figure in the smallest type
    # either, it stays away.
    tried = ((f, {**about, "figure": f, "first_alone": True}) for f in FIGURES)
    pages = ((f, print_it([section.dimensions], told)) for f, told in tried)
    figure, first = next(((f, page) for f, page in pages if pages_of(page) == 1), ("", b""))
    if first and not whole:
        return first
    charts = [section] if whole else []
    return print_it(charts, {**about, "figure": figure, "first_alone": False})


def organisation_pdf(
    report: Report,
    letterhead: Letterhead = PLAIN,
    pictures: Pictures | None = None,
    whole: bool = True,
) -> bytes:
    """Return all groups as a PDF; `whole`: with one page of each group, and the method.

    Raises as `group_pdf`.
    """
    section = organisation_section(report)
    about = {
        "section": section,
        "sections": [group_section(group, report) for group in report.groups] if whole else [],
        "whole": whole,
        "headline": verdict_words.overview(report)[0],
    }
    charts = [section] if whole else []
    print_it = partial(_printed, "export/print_organisation.html", report, letterhead, pictures)
    page = print_it(charts, {**about, "claims": True})
    if whole or pages_of(page) == 1:
        return page
    return print_it(charts, {**about, "claims": False})


def _printed(
    template: str,
    report: Report,
    letterhead: Letterhead,
    pictures: Pictures | None,
    sections: Sequence[object],
    about: dict[str, Any],
) -> bytes:
    if pictures is None or pictures.browser is None:
        raise NoBrowser
    with TemporaryDirectory() if pictures.folder is None else nullcontext(pictures.folder) as place:
        held = replace(pictures, folder=Path(place))
        held.draw(chart for chart in charts_in(*sections) if chart.key.endswith("-wide"))
        page = render_print(template, report, letterhead, held, about)
    return pictures.browser.print_pdf(page)


def render_print(
    template: str, report: Report, letterhead: Letterhead, pictures: Pictures, about: dict[str, Any]
) -> str:
    """Return a document for paper as a page that needs no other file."""
    page = (
        environment()
        .get_template(template)
        .render(
            report=report,
            letterhead=letterhead,
            logo=base64.b64encode(letterhead.logo).decode() if letterhead.logo else "",
            looks={"page": _style()},
            quoted=quoted,
            medium="paper",
            picture=pictures.find,
            labelled=labelled,
            **about,
        )
    )
    return DEAD_LINK.sub(r"\1", page)


def pages_of(pdf: bytes) -> int:
    """Return how many pages a PDF of ours has."""
    return len(PAGE.findall(pdf))


def quoted(text: str) -> Markup:
    """Return a text as a string of a style sheet; whatever is in it stays text."""
    escaped = "".join(c if c.isalnum() else f"\\{ord(c):x} " for c in text)
    return Markup(f'"{escaped}"')  # noqa: S704 -- letters, digits and escapes of ours


@cache
def _style() -> str:
    """Read style sheets and cuts once."""
    sheets = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in SHEETS)
    sheets = PHONES.sub("(max-width: 0px)", VARIABLE.sub("", sheets, count=1))
    return "\n".join([*cut_fonts(), sheets])


def cut_fonts() -> list[str]:
    """Return the cuts of the font as rules of a style sheet, the letters within them."""
    return [
        '@font-face { font-family: "Source Sans 3"; font-weight: '
        f"{weight}; unicode-range: {letters}; src: url(data:font/woff2;base64,{_cut(name, weight)})"
        ' format("woff2"); }'
        for name, letters in CUTS.items()
        for weight in WEIGHTS
    ]


def _cut(name: str, weight: int) -> str:
    file = STATIC / "fonts" / f"source-sans-3-{name}-{weight}-normal.woff2"
    return base64.b64encode(file.read_bytes()).decode()
