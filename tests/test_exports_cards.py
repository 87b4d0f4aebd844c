"""Cards and sheets on paper: every code once, read by people and by phones, and of no person."""

import io
import re
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfReader

from survey import browser
from survey.ballots.codes import opening_code, person_code, read_person_code
from survey.browser import NothingInMemory
from survey.exports.cards import (
    ON_A_PAGE,
    ON_A_SPARE_PAGE,
    CardSheet,
    OpeningSheets,
    UnitCards,
    cards_page,
    cards_pdf,
    qr,
    sheets_page,
    sheets_pdf,
)

CODE = re.compile(r"\b[0-9A-Z]{6}-[0-9A-Z]{6}-[0-9A-Z]{6}\b")
EVIL = '</style><script>1</script> & "Söhne"'
ENDS = datetime(2026, 12, 4, 17, tzinfo=UTC)
PER_INCH = 150


def unit(name, many, spare=0, **more):
    codes = tuple(person_code() for _ in range(many + spare))
    return UnitCards(name, codes[:many], codes[many:], **more)


def sheet(*units, **more):
    told = CardSheet(
        title="How this team works together",
        client="Northgate Logistics",
        address="https://survey.example-consulting.com/s/how-this-team-works-together-ab12",
        units=units,
        ends_at=ENDS,
        timezone="Europe/Berlin",
        help_contact="help@example.org",
        fingerprint="abacus plank dizzy rover chess uncle",
    )
    return replace(told, **more)


NORTH = unit("Sales North", 9, 2, word="abacus-plank")
SOUTH = unit("Sales South", 5)


def opening_sheets(many, **more):
    told = OpeningSheets(
        title="How this team works together",
        client="Northgate Logistics",
        address="https://survey.example.org/surveys/how-ab12/close",
        holders=("Eva Lindqvist", "the works council", "sealed, with the notary")[:many],
        codes=tuple(opening_code() for _ in range(many)),
        scheme="two of three" if many == 3 else "one of two",
        ends_at=ENDS,
        closable_from=ENDS,
        timezone="Europe/Berlin",
        fingerprint="abacus plank dizzy rover chess uncle",
    )
    return replace(told, **more)


def papers(page):
    """The pages of a document, as HTML: each cover, each page of cards."""
    return re.findall(r'<section class="(.*?)">(.*?)</section>', page, re.S)


def test_each_unit_has_a_cover_then_its_cards_then_its_spare_cards_on_pages_of_their_own():
    told = papers(cards_page(sheet(NORTH, SOUTH)))
    assert [kind for kind, _ in told] == [
        *("sheet cover", "paper", "paper", "paper spare"),
        *("sheet cover", "paper"),
    ]
    codes = [CODE.findall(text) for _, text in told]
    assert [len(some) for some in codes] == [0, 8, 1, 2, 0, 5]
    assert sorted(codes[1] + codes[2]) == sorted(NORTH.codes)
    assert sorted(codes[3]) == sorted(NORTH.spare)
    assert sorted(codes[5]) == sorted(SOUTH.codes)
    cover = told[0][1]
    for words in ("Sales North: 11 cards", "9 cards, on the pages", "2 spare cards, on pages"):
        assert words in cover


def test_a_spare_card_is_like_any_other_and_no_card_has_a_number_or_a_person():
    page = cards_page(sheet(NORTH))
    cards = re.findall(r'<li class="card">.*?</li>', page, re.S)
    assert len(cards) == 11
    bare = {CODE.sub("", re.sub(r"<svg.*?</svg>", "", card, flags=re.S)) for card in cards}
    assert len(bare) == 1, "cards differ by their code and nothing else"
    told = re.sub(r"<[^>]*>", " ", bare.pop())
    assert set(re.findall(r"\d+", told)) == {"12", "4", "2026", "18", "00"}, "the end, the slug"


def test_cards_come_in_an_order_of_chance():
    many = unit("Sales North", 12)
    orders = {tuple(CODE.findall(cards_page(sheet(many)))) for _ in range(2)}
    assert len(orders) == 2
    assert many.codes not in orders


def test_whatever_is_typed_stays_text():
    told = sheet(replace(SOUTH, name=EVIL), title=EVIL, client=EVIL, help_contact=EVIL)
    page = cards_page(told)
    assert "<script>" not in page
    assert page.count(escape(EVIL).replace("&quot;", "&#34;")) > len(SOUTH.codes)
    assert "<script>" not in sheets_page(opening_sheets(2, title=EVIL, holders=(EVIL, EVIL)))


def test_every_text_is_told_in_german_too():
    """What has no translation would stay English; these are all sentences of a full document."""
    told = sheet(NORTH, replace(SOUTH, by_mail=True), results_on=date(2026, 12, 18), language="de")
    english = cards_page(replace(told, language="en"))
    german = cards_page(told)
    same = texts(english) & texts(german)
    assert same <= {told.title, told.client, told.help_contact, told.fingerprint} | mere(told)
    assert "Bis Freitag, 4. Dezember 2026, 18:00 Uhr (Europe/Berlin)" in german
    for many in (2, 3):
        sheets = opening_sheets(many)
        both = texts(sheets_page(sheets)) & texts(sheets_page(replace(sheets, language="de")))
        assert both <= {*sheets.holders, *sheets.codes, sheets.address, sheets.fingerprint}


def texts(page):
    body = re.sub(r"<style>.*?</style>|<title>.*?</title>|<svg.*?</svg>", "", page, flags=re.S)
    return {" ".join(t.split()) for t in re.findall(r">([^<]+)<", body)} - {""}


def mere(told):
    """What is no text of ours: codes, words, names, the address."""
    host, _, slug = told.address.rpartition("/")
    names = {f"{told.client}, {told.title}", f"{host}/", slug}
    return names.union(*({*u.codes, *u.spare, u.word} for u in told.units))


def test_a_card_says_whether_nothing_of_it_counts():
    assert "Rehearsal" in cards_page(sheet(SOUTH, rehearsal=True))
    assert "Rehearsal" not in cards_page(sheet(SOUTH))


@pytest.fixture(scope="module")
def picture_of(browser):
    """Draw a page as a printer would, with so many dots an inch."""

    def drawn(page, dots=PER_INCH):
        context = browser.new_context(
            viewport={"width": 794, "height": 1123}, device_scale_factor=dots / 96
        )
        tab = context.new_page()
        tab.emulate_media(media="print")
        tab.set_content(page)
        picture = tab.screenshot(full_page=True)
        context.close()
        return Image.open(io.BytesIO(picture)).convert("L")

    return drawn


def read(picture):
    """What a phone reads of a picture: every QR code in it."""
    return sorted(found.text for found in zxingcpp.read_barcodes(picture))


@pytest.mark.browser
def test_a_phone_reads_each_card_and_finds_its_own_code(picture_of):
    told = sheet(NORTH)
    links = sorted(f"{told.address}#{code}" for code in (*NORTH.codes, *NORTH.spare))
    assert read(picture_of(cards_page(told))) == links
    worse = picture_of(cards_page(told), 120).rotate(4, Image.Resampling.BICUBIC, fillcolor=255)
    assert read(worse) == links, "held askew, in poor print"


@pytest.mark.browser
def test_a_phone_reads_the_longest_address_there_can_be(picture_of):
    told = sheet(SOUTH, address=f"https://{'survey.' * 12}example.org/s/{'x' * 80}")
    assert read(picture_of(cards_page(told))) == sorted(
        f"{told.address}#{code}" for code in SOUTH.codes
    )


def test_around_a_qr_code_four_modules_stay_white():
    [(size, path)] = re.findall(r'viewBox="0 0 (\d+) \d+".*d="(.*?)"', qr("https://x/s/y#Z"))
    runs = [tuple(map(int, run)) for run in re.findall(r"M(\d+) (\d+)h(\d+)v1", path)]
    assert min(x for x, _, _ in runs) == min(y for _, y, _ in runs) == 4
    assert max(x + wide for x, _, wide in runs) == max(y + 1 for _, y, _ in runs) == int(size) - 4


@pytest.fixture(scope="module")
def pdf(tool):
    return PdfReader(
        io.BytesIO(cards_pdf(sheet(NORTH, SOUTH, results_on=date(2026, 12, 18)), tool))
    )


@pytest.mark.browser
def test_a_pdf_has_a_card_for_each_code_with_the_code_as_text_once(pdf):
    pages = [page.extract_text() for page in pdf.pages]
    assert [len(CODE.findall(page)) for page in pages] == [0, ON_A_PAGE, 1, 2, 0, 5]
    codes = CODE.findall("\n".join(pages))
    assert sorted(codes) == sorted((*NORTH.codes, *NORTH.spare, *SOUTH.codes))
    assert all(read_person_code(code) for code in codes)
    assert pages[3].startswith("Spare cards: Sales North")
    assert ON_A_SPARE_PAGE >= 2
    for text in pages[1:4]:
        assert text.count("abacus-plank") == len(CODE.findall(text))
    assert "Sales South" not in "".join(pages[:4])
    assert "Sales North" not in "".join(pages[4:])


@pytest.mark.browser
def test_a_pdf_is_a4_and_tells_no_code_anywhere_but_on_its_pages(pdf):
    for page in pdf.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
        assert "/Annots" not in page
    assert not CODE.search(str(pdf.metadata))
    assert pdf.metadata.title == "Cards to print – How this team works together"


@pytest.mark.browser
def test_sheets_have_a_page_for_each_holder_with_one_code(tool):
    told = opening_sheets(3)
    pages = PdfReader(io.BytesIO(sheets_pdf(told, tool))).pages
    assert len(pages) == 3
    for page, holder, code in zip(pages, told.holders, told.codes, strict=True):
        text = " ".join(page.extract_text().split())
        assert holder in text
        assert code in text
        assert sum(one in text for one in told.codes) == 1


def test_where_nothing_is_kept_in_memory_nothing_is_printed(tool, monkeypatch, tmp_path):
    monkeypatch.setattr(browser, "MEMORY", tmp_path)
    with pytest.raises(NothingInMemory, match="written to no disk"):
        cards_pdf(sheet(SOUTH), tool)
    assert not list(tmp_path.iterdir())
