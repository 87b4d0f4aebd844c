"""PDFs: tagged, with alternative texts, in real type, of their group and nothing else."""

import io
import re
from dataclasses import replace

import pytest
from PIL import Image
from pypdf import PdfReader

from survey.browser import NoBrowser
from survey.charts.pictures import NO_PICTURES, Pictures
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.pdf import group_pdf, organisation_pdf, pages_of, quoted
from survey.exports.sections import group_section
from survey.report import method, verdict_words
from survey.report.narrowed import only
from tests.core.test_finding import level, reported
from tests.report_factory import TOO_FEW, make_change, make_group, make_report

EVIL = '"} body{display:none} </style><script>1</script> \\ Söhne'


@pytest.fixture(scope="module")
def report():
    north = make_group("North", 12, 14, {"PAST": TOO_FEW}, changes=(make_change("TRUST", 0.8),))
    south = make_group("South", 8, 12)
    report = make_report(north, south, left_out=("Owl",))
    return replace(report, facts=replace(report.facts, client=EVIL))


@pytest.fixture(scope="module")
def pictures(tool):
    return Pictures(None, tool)


@pytest.fixture(scope="module")
def letterhead():
    logo = io.BytesIO()
    Image.new("RGB", (60, 20), "#0b5966").save(logo, "PNG")
    return Letterhead("Eva Lindqvist", logo.getvalue())


@pytest.fixture(scope="module")
def full(report, letterhead, pictures):
    pdf = group_pdf(only(report, "north"), report.groups[0], letterhead, pictures)
    return PdfReader(io.BytesIO(pdf))


def text_of(pdf):
    return " ".join(" ".join(page.extract_text() for page in pdf.pages).split())


def nodes(element):
    """Yield every element of a document's structure."""
    element = element.get_object()
    if isinstance(element, list):
        for one in element:
            yield from nodes(one)
    elif isinstance(element, dict):
        yield element
        if "/K" in element:
            yield from nodes(element["/K"])


@pytest.mark.browser
def test_it_is_tagged_and_each_figure_has_its_message_in_words(full, report):
    root = full.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    tree = list(nodes(root["/StructTreeRoot"]["/K"]))
    kinds = {str(node.get("/S")) for node in tree}
    assert {"/H1", "/H2", "/Table", "/TH", "/TD", "/L", "/Figure"} <= kinds
    alts = [str(node["/Alt"]) for node in tree if node.get("/S") == "/Figure"]
    section = group_section(report.groups[0], only(report, "north"))
    drawn = [section.dimensions, section.gaps, section.changes]
    assert {one.wide.alt for one in drawn if one} <= set(alts)
    assert all(alts)


@pytest.mark.browser
def test_its_type_is_type_and_not_drawings_of_letters(full):
    fonts = [
        font.get_object()
        for page in full.pages
        for font in page["/Resources"].get("/Font", {}).values()
    ]
    assert fonts
    for font in fonts:
        assert font["/Subtype"] == "/Type0"
        (below,) = font["/DescendantFonts"]
        assert below.get_object()["/Subtype"] == "/CIDFontType2"
        assert "/FontFile2" in below.get_object()["/FontDescriptor"].get_object()
    assert any("SourceSans3" in font["/BaseFont"] for font in fonts)


@pytest.mark.browser
def test_it_has_title_foot_letterhead_and_an_outline(full, report):
    headline = verdict_words.headline(report.groups[0], report)
    assert full.metadata.title == f"{headline} – {report.facts.title}"
    first, last = full.pages[0].extract_text(), full.pages[-1].extract_text()
    assert f"Page 1 of {len(full.pages)}" in first
    assert f"Page {len(full.pages)} of {len(full.pages)}" in last
    assert "Eva Lindqvist" in first
    assert EVIL in " ".join(last.split()), "the client's name stays text in the foot of each page"
    assert len(full.pages[0].images) == 1
    assert full.outline
    assert (round(full.pages[0].mediabox.width), round(full.pages[0].mediabox.height)) == (595, 842)


@pytest.mark.browser
def test_it_tells_of_its_group_and_of_no_other(full, report):
    told = text_of(full)
    assert verdict_words.headline(report.groups[0], report) in told
    assert "South" not in told
    assert "Owl" not in told
    assert "What nobody may conclude" in told


@pytest.mark.browser
def test_it_names_no_address_of_this_machine(full):
    for page in full.pages:
        for note in page.get("/Annots", []):
            assert "/URI" not in note.get_object().get("/A", {})
    assert "file:" not in text_of(full)


@pytest.mark.browser
def test_one_page_is_one_page(report, pictures):
    pdf = group_pdf(report, report.groups[0], PLAIN, pictures, whole=False)
    assert pages_of(pdf) == len(PdfReader(io.BytesIO(pdf)).pages) == 1


@pytest.mark.browser
def test_where_words_take_the_page_the_type_gets_smaller_before_the_figure_stays_away(pictures):
    report = reported(level(3.4, OPEN=3.0), practice="joint account planning " * 12)
    group = report.groups[0]
    pdf = PdfReader(io.BytesIO(group_pdf(report, group, PLAIN, pictures, whole=False)))
    assert len(pdf.pages) == 1
    assert group_section(group, report).dimensions.wide.title in text_of(pdf)


@pytest.mark.browser
def test_all_groups_on_one_page_tell_the_courses_and_what_nobody_may_conclude(report, pictures):
    pdf = PdfReader(io.BytesIO(organisation_pdf(report, PLAIN, pictures, whole=False)))
    told = text_of(pdf)
    assert len(pdf.pages) == 1
    assert "The next 30 days: where to start, and where not" in told
    assert method.no_grade(report.facts.practice) in told
    for claim in method.never_claimed():
        assert claim in told


@pytest.mark.browser
def test_what_nobody_may_conclude_gives_way_where_the_groups_need_the_page(report, pictures):
    many = make_report(*(make_group(f"Team {at}", 12, 14) for at in range(16)))
    pdf = PdfReader(io.BytesIO(organisation_pdf(many, PLAIN, pictures, whole=False)))
    assert "What nobody may conclude" not in text_of(pdf)
    assert "no ground for pay, staffing or blame" in text_of(pdf)


@pytest.mark.browser
def test_the_first_page_of_a_whole_report_shows_the_dimensions(full, report):
    first = " ".join(full.pages[0].extract_text().split())
    drawn = group_section(report.groups[0], only(report, "north")).dimensions.wide
    assert drawn.title in first
    assert method.no_grade(report.facts.practice) in first
    assert "The next 30 days" not in first, "the page behind it begins anew"


@pytest.mark.browser
def test_all_groups_have_a_page_each_that_the_first_leads_to(report, pictures):
    pdf = PdfReader(io.BytesIO(organisation_pdf(report, PLAIN, pictures)))
    told = text_of(pdf)
    for group in report.groups:
        assert verdict_words.headline(group, report) in told
    assert "Nothing is shown of Owl" in told
    links = [n.get_object() for page in pdf.pages for n in page.get("/Annots", [])]
    assert links
    assert not [link for link in links if "/URI" in link.get("/A", {})]


def test_without_a_browser_it_says_what_to_do_instead(report):
    for pictures in (None, NO_PICTURES):
        with pytest.raises(NoBrowser, match="Print the page from your own browser"):
            group_pdf(report, report.groups[0], PLAIN, pictures)
        with pytest.raises(NoBrowser):
            organisation_pdf(report, PLAIN, pictures)


@pytest.mark.parametrize("text", [EVIL, "plain", "", "\n\\a", "</style>"])
def test_a_text_in_a_style_sheet_stays_text(text):
    assert re.fullmatch(r'"(\w|\\[0-9a-f]+ )*"', quoted(text))
