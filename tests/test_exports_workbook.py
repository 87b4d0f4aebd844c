"""The workbook and the file of commas: printed figures and no others, words where none is shown."""

import csv
import io
import re
import struct
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from time import process_time
from xml.etree import ElementTree as ET
from zlib import compress, crc32

import pytest
from hypothesis import given, settings

from survey.charts.changes import change_chart
from survey.charts.dimensions import dimension_chart
from survey.charts.gaps import gap_chart
from survey.exports.cells import Table
from survey.exports.comma import render_csv
from survey.exports.letterhead import Letterhead
from survey.exports.tables import all_tables, figure_tables
from survey.exports.workbook import render_workbook
from survey.language import speaking
from survey.report import method, words
from survey.report.model import Commitment, Report
from tests.report_factory import (
    QUESTIONNAIRE,
    TOO_FEW,
    make_change,
    make_estimate,
    make_group,
    make_report,
    make_scale_result,
    reports,
)

NS = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
FORMULA = "=1+1"
EVIL = ('=HYPERLINK("http://x.example")', "+1", "-1", "@SUM(A1)", "\t=1+1", "\r\n=1+1", "yes;=1+1")
NAME = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def png(width: int, height: int) -> bytes:
    """Return a picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    pixels = compress((b"\0" + b"\x40" * width) * height)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def table(report: Report, name: str) -> Table:
    return next(table for table in all_tables(report) if table.name == name)


def rows(report: Report, name: str) -> list[dict[str, object]]:
    found = table(report, name)
    heads = [column.title for column in found.columns]
    return [dict(zip(heads, (c.value for c in row), strict=True)) for row in found.rows]


def part(book: bytes, name: str) -> ET.Element:
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        return ET.fromstring(parts.read(name))


def sheets(book: bytes) -> dict[str, ET.Element]:
    names = [s.attrib["name"] for s in part(book, "xl/workbook.xml").iterfind(".//m:sheet", NS)]
    return {
        name: part(book, f"xl/worksheets/sheet{at}.xml") for at, name in enumerate(names, start=1)
    }


def cells(book: bytes, name: str) -> dict[str, str | float]:
    """Return what stands in the cells of a sheet: texts and numbers."""
    strings = [
        "".join(s.itertext()).replace("_x005F_", "_") for s in part(book, "xl/sharedStrings.xml")
    ]
    found: dict[str, str | float] = {}
    for cell in sheets(book)[name].iterfind(".//m:c", NS):
        value = cell.find("m:v", NS)
        if value is not None and value.text:
            text = cell.attrib.get("t") == "s"
            found[cell.attrib["r"]] = strings[int(value.text)] if text else float(value.text)
    return found


def lines(report: Report) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(render_csv(report).decode("utf-8-sig"), newline="")))


@pytest.fixture(scope="module")
def report() -> Report:
    parts = (
        make_scale_result("TRUST_PEERS", make_estimate(3.9)),
        make_scale_result("TRUST_LEADERS", make_estimate(2.9)),
    )
    trust = make_scale_result("TRUST", make_estimate(3.4), parts)
    north = make_group("North", 12, 14, changes=(make_change("TRUST", 0.8),))
    south = make_group("South", 8, 12, {"PAST": TOO_FEW})
    south = replace(south, dimensions=(trust, *south.dimensions[1:]))
    agreed = Commitment("the team lead", "meet weekly", date(2026, 6, 1), "done")
    said = ((QUESTIONNAIRE.open_questions[0].text, ("More time.", FORMULA)),)
    north = replace(north, agreed=(agreed,), comments=said, hidden=("mark",))
    made: Report = make_report(north, south, left_out=("Owl",))
    return made


def test_each_sheet_is_there_the_first_explains_and_the_last_is_the_dictionary(report):
    assert list(sheets(render_workbook(report))) == [
        "Read me",
        "Groups",
        "Map",
        "Charts",
        "Dimensions",
        "Statements",
        "Practices",
        "Obstacles",
        "Changes",
        "Comments",
        "Commitments",
        "Dictionary",
    ]


def test_the_first_sheet_says_who_is_counted_and_what_nobody_may_conclude(report):
    said = {str(row["What there is to know"]) for row in rows(report, "Read me")}
    assert words.response_sentence(report) in said
    assert words.left_out_sentence(report) in said
    assert set(method.NEVER_CLAIMED) <= said


def test_the_dictionary_explains_every_column_every_measure_and_every_cut_off(report):
    told = rows(report, "Dictionary")
    named = {(row["Entry"], row["Where"], row["Name"]) for row in told}
    for other in figure_tables(report):
        assert {("column", other.name, column.title) for column in other.columns} <= named
    ids = {row["Name"] for row in told}
    q = report.questionnaire
    assert {s.id for s in (*q.scales, *q.facets, *q.items, *q.practices)} | {"INDEX"} <= ids
    assert {rule for rule, _ in method.cut_offs(q)} <= ids
    assert all(str(value) for row in told for value in row.values())


def test_what_is_withheld_is_said_in_words_and_is_neither_empty_nor_zero(report):
    past = next(
        r for r in rows(report, "Dimensions") if r["Measure id"] == "PAST" and r["Counted"] == 8
    )
    why = "not shown: fewer than 5 answers"
    assert [past[name] for name in ("As printed", "Average", "Interval from", "Interval to")] == [
        why
    ] * 4
    owl = next(row for row in rows(report, "Map") if row["Group"] == "Owl")
    assert list(owl.values())[1:] == ["fewer than 5", *[why] * 9]
    assert list(cells(render_workbook(report), "Map").values()).count(why) == 10
    line = next(li for li in lines(report) if (li["measure"], li["n"]) == ("PAST", "8"))
    assert (line["value"], line["low"], line["why_withheld"]) == ("not shown", "not shown", why)


def test_the_map_has_columns_for_what_is_outside_the_index(report):
    north = rows(report, "Map")[0]
    assert list(north)[-2:] == ["Apart: Capacity", "Apart: Resolve"]
    assert north["Apart: Capacity"] == 3.4


def test_the_table_of_advice_says_that_it_rests_on_what_is_not_shown(report):
    assert "Below 10 answers for a practice" in table(report, "Practices").about


def test_an_end_that_just_leaves_out_zero_is_told_in_words(report):
    change = replace(make_change("TRUST", 0.5), low=0.02)
    told = make_report(make_group(changes=(change,)))
    row = rows(told, "Changes")[0]
    assert row["Interval from"] == "just above 0"
    assert "comparison" in table(told, "Changes").about


def test_statements_and_shares_of_few_people_are_one_line_that_says_so(report):
    south = [row for row in rows(report, "Statements") if row["Group"] == "South"]
    assert len(south) == 1
    assert south[0]["Average"] == "not shown: fewer than 10 answers"
    assert [row["Share"] for row in rows(report, "Obstacles") if row["Group"] == "South"] == [
        "not shown: fewer than 10 answers"
    ]


def test_a_part_that_is_told_in_words_has_no_number(report):
    part_row = next(r for r in rows(report, "Dimensions") if r["Measure id"] == "TRUST_PEERS")
    assert part_row["As printed"] == part_row["Average"] == "told in words"
    assert str(part_row["What can be said"]).startswith("0.5 or more above")


def test_that_a_team_is_split_is_said_and_that_it_is_not_is_never_said():
    north = make_group("North", 12, 14)
    first, second, *rest = north.dimensions
    split = replace(first, split=True), replace(second, split=False), *rest
    found = rows(make_report(replace(north, dimensions=split)), "Dimensions")
    camps = {str(row["Measure id"]): row["Two camps"] for row in found if row["Group"] == "North"}
    assert camps[first.id] == "The team sees this differently"
    assert camps[second.id] == camps[rest[0].id] == "nothing is said"


def test_hidden_comments_are_counted_and_not_told(report):
    told = [str(row["Comment"]) for row in rows(report, "Comments")]
    assert told == ["More time.", FORMULA, "1 comment was hidden by the consultant"]


@pytest.mark.parametrize("evil", EVIL)
def test_no_text_of_somebody_is_run_as_a_formula(evil):
    said = ((QUESTIONNAIRE.open_questions[0].text, (evil,)),)
    report = make_report(make_group(evil, 12, 14, comments=said), left_out=(evil,))
    book = render_workbook(report, Letterhead(evil))
    for sheet in sheets(book).values():
        assert sheet.find(".//m:f", NS) is None
        assert sheet.find(".//m:hyperlink", NS) is None
    text = render_csv(report).decode("utf-8-sig")
    for line in csv.reader(io.StringIO(text, newline="")):
        for cell in line:
            assert re.match(r"\s*[=@+]|\s*-(?![\d.]+$)|.*;\s*=", cell) is None, cell
    assert any("'" + evil.strip("\t\r\nyes;") in text.replace('""', '"') for _ in (1,))


def test_signs_that_no_file_can_hold_are_left_out():
    report = make_report(make_group("No\x00rth\x0b \ud800 _x0041_\x1b[31m", 12, 14))
    found = cells(render_workbook(report), "Groups").values()
    assert "North  _x0041_[31m" in found
    assert b"\x00" not in render_csv(report)


def test_the_same_report_gives_the_same_bytes(report):
    letterhead = Letterhead("Eva Lindqvist", png(30, 10))
    assert render_workbook(report, letterhead) == render_workbook(report, letterhead)
    assert render_csv(report) == render_csv(report)


def test_the_logo_and_the_name_stand_on_the_first_sheet(report):
    book = render_workbook(report, Letterhead("Eva Lindqvist", png(3000, 1000)))
    assert "Eva Lindqvist" in cells(book, "Read me").values()
    assert ET.tostring(part(book, "docProps/core.xml")).count(b"Eva Lindqvist") >= 1
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert [name for name in parts.namelist() if "media" in name] == ["xl/media/image1.png"]
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
    assert 'descr="Logo of Meridian"' in drawing


def test_nothing_in_the_workbook_is_hidden(report):
    book = render_workbook(report)
    for sheet in part(book, "xl/workbook.xml").iterfind(".//m:sheet", NS):
        assert "state" not in sheet.attrib
    for sheet in sheets(book).values():
        found = [e for e in sheet.iter() if e.attrib.get("hidden") == "1"]
        assert found == []


def test_each_chart_says_its_finding_and_its_numbers_in_words(report):
    book = render_workbook(report)
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        charts = [name for name in parts.namelist() if name.startswith("xl/charts/chart")]
        drawing = parts.read("xl/drawings/drawing1.xml").decode()
        drawn = parts.read("xl/charts/chart2.xml").decode()
    assert len(charts) == 2
    assert drawing.count("descr=") == 2
    assert "South: " in drawing
    assert "Past not shown: fewer than 5 answers" in drawing
    # A dimension that is withheld has no point: a text would be drawn as zero.
    assert "<c:v>0</c:v>" not in drawn


def test_files_in_german_hold_as_many_figures_and_as_many_sheets(report):
    english, book = lines(report), render_workbook(report)
    with speaking("de"):
        german, german_book = lines(report), render_workbook(report)
    assert [line["row"] for line in german] == [line["row"] for line in english]
    for line, same in zip(english, german, strict=True):
        assert not line["n"].isdigit() or line["n"] == same["n"]
        assert (line["value"] == "not shown") == (same["value"] == "nicht gezeigt")
        assert line["value"] == same["value"] or line["value"] == "not shown"
        assert (line["edge"] == "or more") == (same["edge"] == "oder mehr")
    assert len(sheets(german_book)) == len(sheets(book))
    for name, named in zip(sheets(book), sheets(german_book), strict=True):
        assert len(cells(book, name)) == len(cells(german_book, named)), named


def test_a_file_of_commas_is_what_other_programs_expect(report):
    body = render_csv(report)
    assert body.startswith(b"\xef\xbb\xbfrow,group,n,")
    assert body.endswith(b"\r\n")
    assert b"\n" not in body.replace(b"\r\n", b"")
    found = lines(report)
    assert {line["row"] for line in found} == {
        "verdict",
        "finding",
        "average",
        "statement",
        "knowing",
        "doing",
        "gap",
        "share",
        "change",
        "comment",
        "agreed",
        "column",
        "note",
    }
    for line in found:
        if line["row"] in ("average", "statement", "gap", "share", "change"):
            assert line["value"] == "not shown" or float(line["value"]) >= -4


NUMBER = re.compile(r"-?\d+\.\d+")


def numbers(texts: Iterable[object]) -> set[str]:
    """Return the numbers in some texts, without noughts that say nothing."""
    found = (number for text in texts for number in NUMBER.findall(str(text).replace("−", "-")))
    return {f"{float(number) or 0.0:g}" for number in found}


@settings(max_examples=25, deadline=None)
@given(reports())
def test_tables_hold_the_numbers_that_pages_print_whatever_the_figures(report: Report) -> None:
    for group in report.groups:
        alone = replace(report, groups=(group,), left_out=())
        charts = (
            dimension_chart(group, alone, False),
            gap_chart(group, alone, False),
            change_chart(group, alone, False),
        )
        printed = numbers(t for c in charts if c for row in c.table.rows for t in row[1:])
        tables = {found.name: found for found in all_tables(alone)}
        taken = ("Dimensions", "Practices", "Changes")
        here = [c for n in taken if n in tables for row in tables[n].rows for c in row]
        assert printed <= numbers(cell.value for cell in here)
        for cell in here:
            if isinstance(cell.value, float):
                assert len(repr(cell.value).partition(".")[2]) <= max(cell.decimals, 1) <= 2


@settings(max_examples=15, deadline=None)
@given(reports())
def test_every_cell_says_something(report: Report) -> None:
    for found in all_tables(report):
        for row in found.rows:
            assert len(row) == len(found.columns)
            assert all(str(cell.value) for cell in row)


def test_more_groups_than_anybody_reads_are_written_in_a_moment():
    many = [make_group(f"Team {at:03}", 12, 14) for at in range(80)]
    before = process_time()
    book = render_workbook(make_report(*many))
    assert process_time() - before < 8
    assert len(book) < 1_000_000
    found = cells(book, "Map")
    assert sum(str(value).startswith("Team ") for value in found.values()) == 80
