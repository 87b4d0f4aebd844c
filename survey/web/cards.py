"""Codes as documents to print: code cards, and the sheets of the opening codes.

Codes are stored nowhere. The page that shows them once (`survey.web.opening`) sends them back in a
form; here they are checked, printed in memory and forgotten. Where nothing can print to memory, the
same document is shown as a page for the reader's own browser. Which page shows the forms, and when,
belongs there; how a document looks, to `survey.exports.cards`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flask import Blueprint, Response, current_app, request

from survey.ballots.codes import WrongOpeningCode
from survey.ballots.keys import KeyDamaged, KeyMissing
from survey.ballots.wrapping import NEEDED
from survey.browser import Browser, BrowserFailed, NoBrowser
from survey.errors import UserError
from survey.exports import cards as printing
from survey.exports.cards import CardSheet, OpeningSheets, UnitCards
from survey.language import LANGUAGES, NAMES, language, mark
from survey.services.cards import named_units, units_of_codes
from survey.services.clients import client_view
from survey.services.surveys import SurveyView
from survey.web.console import known, public_address
from survey.web.site import site
from survey.web.turns import TooManyFiles, come_again, turn

blueprint = Blueprint("cards", __name__)

MOST = 1000
"""Cards of one document: some ten seconds of work, and a form of some 20 kB."""
MOST_UNITS = 200
"""Units of one document; each has a page of its own before its cards."""
SHEETS = "app.css", "cards.css"


class TooManyCards(UserError):
    """So many cards do not fit into one document: take at most {most} at once, unit by unit."""


class WrongOpeningCodes(UserError):
    """These are not the opening codes of this survey, so no sheets were made. They can be printed
    only from the page that was shown when the survey was opened.
    """


@dataclass(frozen=True)
class UnitCodes:
    """A unit and the codes of its people; those beyond `asked` are spare."""

    name: str
    asked: int
    codes: tuple[str, ...]
    word: str
    """Leads its people to their group's result."""
    by_mail: bool = False
    """Whether its people get their codes by mail, so that only spare ones are shown."""


@dataclass(frozen=True)
class Parcel:
    """What one form sends back to be printed: the cards of a unit, or a part of them, or all."""

    name: str
    codes: tuple[str, ...]
    spare: tuple[str, ...]
    part: int = 1
    parts: int = 1

    @property
    def many(self) -> int:
        """Cards in it."""
        return len(self.codes) + len(self.spare)


def parcels(units: Sequence[UnitCodes]) -> list[Parcel]:
    """Return the cards unit by unit; those of a large unit in parts, spare ones in the last."""
    return [parcel for unit in units for parcel in _of_unit(unit)]


def together(units: Sequence[UnitCodes]) -> Parcel | None:
    """Return the cards of all units; None where there is one unit, or more than a document has."""
    each = parcels(units)
    codes = tuple(code for parcel in each for code in parcel.codes)
    spare = tuple(code for parcel in each for code in parcel.spare)
    fits = 1 < len(each) <= MOST_UNITS and len(codes) + len(spare) <= MOST
    return Parcel("", codes, spare) if fits else None


def tongues(slug: str) -> Mapping[str, str]:
    """Return in which languages documents can be had, that of the survey's client first."""
    first, client = language(), known(slug).client_id
    if client:
        with site().sessions() as database:
            first = client_view(database, client).language
    return {first: NAMES[first]} | NAMES


def _of_unit(unit: UnitCodes) -> Iterator[Parcel]:
    """Whoever is written to has a code already: only spare ones are printed."""
    codes, spare = unit.codes[: unit.asked], unit.codes[unit.asked :]
    if unit.by_mail:
        codes = ()
    total = len(codes) + len(spare)
    for part, at in enumerate(range(0, total, MOST), 1):
        behind = at - len(codes)
        some = spare[max(0, behind) : max(0, behind + MOST)]
        yield Parcel(unit.name, codes[at : at + MOST], some, part, -(-total // MOST))


blueprint.add_app_template_global(parcels, "card_parcels")
blueprint.add_app_template_global(together, "cards_together")
blueprint.add_app_template_global(tongues, "languages_of_cards")
blueprint.add_app_template_global(lambda: MOST, "most_cards")


@blueprint.post("/surveys/<slug>/cards")
def cards(slug: str) -> Response:
    """Give the cards of the codes that were sent, to print at once; keep nothing of them."""
    view = known(slug)
    codes, spare = _sent("codes"), _sent("spare")
    if len(codes) + len(spare) > MOST:
        raise TooManyCards(most=MOST)
    sheet = _card_sheet(view, codes, spare)
    return _given(
        f"{slug}-cards.pdf",
        lambda browser: printing.cards_pdf(sheet, browser),
        lambda styles: printing.cards_page(sheet, styles),
    )


@blueprint.post("/surveys/<slug>/sheets")
def sheets(slug: str) -> Response:
    """Give the sheets of the opening codes that were sent, to print at once; keep nothing."""
    view = known(slug)
    sheets = OpeningSheets(
        title=view.title_in(_language()),
        client=view.client,
        address=f"{public_address()}/surveys/{slug}/close",
        holders=view.holders,
        codes=_opening_codes(view),
        scheme=view.scheme,
        ends_at=view.ends_at,
        closable_from=view.closable_from,
        timezone=view.timezone,
        fingerprint=view.fingerprint,
        language=_language(),
    )
    return _given(
        f"{slug}-opening-codes.pdf",
        lambda browser: printing.sheets_pdf(sheets, browser),
        lambda styles: printing.sheets_page(sheets, styles),
    )


def _card_sheet(view: SurveyView, codes: Sequence[str], spare: Sequence[str]) -> CardSheet:
    with site().sessions() as database:
        of = units_of_codes(database, view.slug, [*codes, *spare])
        units = named_units(database, view.slug)
    drawn: dict[str, list[str]] = {unit: [] for unit in units}
    kept: dict[str, list[str]] = {unit: [] for unit in units}
    for place, (code, unit) in enumerate(zip([*codes, *spare], of, strict=True)):
        (drawn if place < len(codes) else kept)[unit].append(code)
    bundles = (
        UnitCards(name, tuple(drawn[unit]), tuple(kept[unit]), word, unit in view.by_mail)
        for unit, (name, word) in units.items()
        if drawn[unit] or kept[unit]
    )
    return CardSheet(
        title=view.title_in(_language()),
        client=view.client,
        address=f"{public_address()}/s/{view.slug}",
        units=tuple(bundles),
        ends_at=view.ends_at,
        timezone=view.timezone,
        help_contact=view.help_contact,
        fingerprint=view.fingerprint,
        results_on=view.results_on,
        rehearsal=view.rehearsal,
        language=_language(),
    )


def _opening_codes(view: SurveyView) -> tuple[str, ...]:
    """Return the opening codes that were sent, each of which was tried; one for each holder."""
    codes = tuple(_sent("codes"))
    needed = NEEDED[view.scheme]
    try:
        if len(codes) != len(view.holders) or len(codes) < needed:
            raise WrongOpeningCodes
        for at in range(len(codes) - needed + 1):
            site().keys.unlock(view.slug, codes[at : at + needed])
    except (WrongOpeningCode, KeyMissing, KeyDamaged) as fault:
        raise WrongOpeningCodes from fault
    return codes


def _sent(name: str) -> list[str]:
    """Return the codes of a field, each once."""
    return list(dict.fromkeys(request.form.get(name, "").split()))


def _language() -> str:
    wanted = request.form.get("language", "")
    return wanted if wanted in LANGUAGES else language()


def _given(
    name: str, pdf: Callable[[Browser | None], bytes], page: Callable[[Sequence[str]], str]
) -> Response:
    """Return a document as a PDF to look at and print; as a page where none can be made."""
    try:
        with turn():
            body = pdf(site().pictures.browser)
    except TooManyFiles:
        return come_again(mark("The cards were not made yet"))
    except NoBrowser:
        return _as_page(page)
    except BrowserFailed as fault:
        current_app.logger.error("%s", fault)
        return _as_page(page)
    response = Response(body, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "inline", filename=name)
    return response


def _as_page(page: Callable[[Sequence[str]], str]) -> Response:
    return Response(page([site().assets.address(name) for name in SHEETS]))
