"""Code cards to cut apart, and sheets with opening codes: documents for paper that hold secrets.

Here belongs how they are put together, from values alone, as a page that needs no other file, and
how that page is printed: by a browser that writes to memory and to no disk. Nothing of it is kept.
A card belongs to a unit and to no person; it has no number, and cards come in an order of chance.
What the codes are codes of is known by `survey.services.cards`.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from itertools import groupby

import segno
from markupsafe import Markup

from survey import language
from survey.browser import Browser, NoBrowser
from survey.exports.html import STATIC, environment
from survey.exports.pdf import cut_fonts

SHEET = "cards.css"
ON_A_PAGE = 8
ON_A_SPARE_PAGE = 6
"""The heading of that page takes the place of two."""
QUIET = 4
"""Modules of white around a QR code; readers find none without."""


@dataclass(frozen=True)
class UnitCards:
    """The cards of one unit: those to draw, those to keep back, and what leads to its result."""

    name: str
    codes: tuple[str, ...]
    spare: tuple[str, ...] = ()
    word: str = ""
    by_mail: bool = False
    """Whether its people get their codes by mail, so that all of its cards are spare."""


@dataclass(frozen=True)
class CardSheet:
    """Everything that stands on cards, and on the page for whoever hands them out.

    `address` is where the survey is answered; without `results_on` no result was promised.
    """

    title: str
    client: str
    address: str
    units: tuple[UnitCards, ...]
    ends_at: datetime
    timezone: str
    help_contact: str
    fingerprint: str
    results_on: date | None = None
    rehearsal: bool = False
    language: str = language.LANGUAGES[0]


@dataclass(frozen=True)
class OpeningSheets:
    """The opening codes of a survey, each for its holder, and where they are typed in one day."""

    title: str
    client: str
    address: str
    holders: tuple[str, ...]
    codes: tuple[str, ...]
    scheme: str
    ends_at: datetime
    closable_from: datetime
    timezone: str
    fingerprint: str
    language: str = language.LANGUAGES[0]


@dataclass(frozen=True)
class Card:
    """One card: its code, and the link with it as a picture."""

    code: str
    picture: Markup


@dataclass(frozen=True)
class Bundle:
    """The cards of one unit, page by page."""

    unit: UnitCards
    pages: tuple[tuple[Card, ...], ...]
    spare_pages: tuple[tuple[Card, ...], ...]


def cards_pdf(sheet: CardSheet, browser: Browser | None) -> bytes:
    """Return cards as a PDF, made in memory.

    Raises
    ------
    survey.browser.NoBrowser
        There is nothing here to print with, or no place in memory to print to.
    survey.browser.BrowserFailed
        The browser did not do it.
    """
    return _printed(browser, lambda: cards_page(sheet))


def cards_page(sheet: CardSheet, styles: Sequence[str] = ()) -> str:
    """Return cards as a page; it needs no other file but the style sheets that `styles` names."""
    bundles = tuple(_bundle(unit, sheet.address) for unit in sheet.units)
    return _page("export/cards.html", sheet, styles, bundles=bundles)


def sheets_pdf(sheets: OpeningSheets, browser: Browser | None) -> bytes:
    """Return opening codes as a PDF, one page for each holder, made in memory.

    Raises as `cards_pdf`.
    """
    return _printed(browser, lambda: sheets_page(sheets))


def sheets_page(sheets: OpeningSheets, styles: Sequence[str] = ()) -> str:
    """Return opening codes as a page, as `cards_page`."""
    return _page("export/print_codes.html", sheets, styles)


def qr(link: str) -> Markup:
    """Return a link as a QR code: an SVG picture of level M or better, with its quiet zone."""
    code = segno.make(link, error="m", micro=False)
    size = len(code.matrix) + 2 * QUIET
    return Markup('<svg viewBox="0 0 {0} {0}" aria-hidden="true"><path d="{1}"/></svg>').format(
        size, "".join(_dark(code.matrix))
    )


def _dark(matrix: Sequence[Sequence[int]]) -> Iterator[str]:
    """Draw each row's dark stretches as rectangles."""
    for y, row in enumerate(matrix, QUIET):
        x = QUIET
        for dark, stretch in groupby(row):
            wide = len(list(stretch))
            if dark:
                yield f"M{x} {y}h{wide}v1h-{wide}z"
            x += wide


def _bundle(unit: UnitCards, address: str) -> Bundle:
    pages = _pages(unit.codes, address, ON_A_PAGE)
    return Bundle(unit, pages, _pages(unit.spare, address, ON_A_SPARE_PAGE))


def _pages(codes: Sequence[str], address: str, size: int) -> tuple[tuple[Card, ...], ...]:
    """Draw cards in an order that tells nothing, not even of the page that the codes came from."""
    drawn = list(codes)
    secrets.SystemRandom().shuffle(drawn)
    cards = [Card(code, qr(f"{address}#{code}")) for code in drawn]
    return tuple(tuple(cards[at : at + size]) for at in range(0, len(cards), size))


def _page(
    template: str, told: CardSheet | OpeningSheets, styles: Sequence[str], **more: object
) -> str:
    with language.speaking(told.language):
        looks = {"page": "" if styles else _style()}
        made = environment().get_template(template)
        return made.render(told=told, styles=styles, looks=looks, language=told.language, **more)


def _printed(browser: Browser | None, page: Callable[[], str]) -> bytes:
    if browser is None:
        raise NoBrowser
    return browser.in_memory().print_pdf(page())


@cache
def _style() -> str:
    """Read the style sheet and the cuts of the font once."""
    return "\n".join([*cut_fonts(), (STATIC / SHEET).read_text(encoding="utf-8")])
