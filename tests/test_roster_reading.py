"""Reading a table of people: every way a spreadsheet writes one, and everything that is none."""

import csv
import io
import string
import time
import zipfile

import pytest
import xlsxwriter
from hypothesis import example, given, settings
from hypothesis import strategies as st

from survey.errors import UserError
from survey.services.roster_rows import LONGEST_CELL, MOST_ROWS, Table
from survey.services.roster_rules import column_of, language_of, leads_of, mail_fault, unseen
from survey.services.roster_sheets import (
    LARGEST_UNPACKED,
    MOST_EMPTY,
    MOST_MARKS,
    MOST_MARKS_ASIDE,
)
from survey.services.roster_tables import COMPOUND, LARGEST_FILE, read_table

ROWS = [["unit", "name", "mail"], ["Field > North", "Zoë Müller", "zoe@example.org"]]
PLAIN = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from(' ",;\t\n'), max_size=12
)
TABLES = st.lists(st.lists(PLAIN, min_size=2, max_size=5), min_size=1, max_size=8)


def written(rows, delimiter=",", encoding="utf-8", end="\r\n") -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=end).writerows(rows)
    return stream.getvalue().encode(encoding)


def workbook(*sheets, **options) -> bytes:
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_urls": False} | options)
    for fill in sheets:
        sheet = book.add_worksheet()
        if callable(fill):
            fill(book, sheet)
        else:
            for at, row in enumerate(fill):
                sheet.write_row(at, 0, row)
    book.close()
    return file.getvalue()


def cells(data: bytes, sheet: str = "") -> list[list[str]]:
    return [list(row.cells) for row in read_table(data, sheet).rows]


def rows_or_sentence(data: bytes) -> Table | str:
    try:
        return read_table(data)
    except UserError as told:
        return str(told)


def refused(data: bytes) -> str:
    with pytest.raises(UserError) as caught:
        read_table(data)
    return str(caught.value)


@pytest.mark.parametrize("delimiter", ",;\t")
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_a_table_is_read_however_a_spreadsheet_writes_it(delimiter, encoding, end):
    assert cells(written(ROWS, delimiter, encoding, end)) == ROWS


def test_utf_16_the_other_way_round_is_read_too():
    assert cells(b"\xfe\xff" + written(ROWS, encoding="utf-16-be")) == ROWS


def test_the_first_line_of_excel_that_names_the_separator_is_no_row():
    rows = read_table(b"sep=;\r\n" + written(ROWS, ";")).rows
    assert [(row.number, row.cells[0]) for row in rows] == [(2, "unit"), (3, "Field > North")]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    data = b'unit,name\n\n"North","Anna\nMeier"\n,\nSouth,Ben\n'
    assert [row.number for row in read_table(data).rows] == [1, 3, 5]


def test_a_comma_within_quotation_marks_of_the_header_parts_nothing():
    data = b'"unit, or team";name\nNorth;Anna\n'
    assert cells(data) == [["unit, or team", "name"], ["North", "Anna"]]


def kept(rows) -> list[list[str]]:
    """What comes back of a table: rows without empty cells at their end, and no empty rows."""
    found = []
    for row in rows:
        cut = list(row)
        while cut and not cut[-1].strip():
            cut.pop()
        found += [cut] if cut else []
    return found


@given(TABLES, st.sampled_from(",;\t"))
def test_every_table_that_is_written_comes_back(rows, delimiter):
    head = ["unit", "name", "mail", "language", "leads"]
    data = written([head, *rows], delimiter)
    assert cells(data) == kept([head, *rows])


@settings(max_examples=25)
@given(TABLES)
def test_every_sheet_that_is_written_comes_back(rows):
    letters = [
        ["".join(c for c in cell if c.isprintable() or c == "\n") for cell in row] for row in rows
    ]

    def fill(_, sheet):
        for at, row in enumerate([["unit", "name"], *letters]):
            for place, cell in enumerate(row):
                sheet.write_string(at, place, cell)

    assert cells(workbook(fill)) == kept([["unit", "name"], *letters])


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda b: b"PK\x03\x04" + b))
@example(b"\xff\xfe\x00")
@example(b'"')
@example(b"unit\x00name")
@example(COMPOUND)
def test_no_bytes_whatever_bring_anything_but_rows_or_a_sentence(data):
    told = rows_or_sentence(data)
    assert told if isinstance(told, str) else all(row.cells for row in told.rows)


def damaged(data: bytes) -> st.SearchStrategy[bytes]:
    places = st.lists(st.tuples(st.integers(0, len(data) - 1), st.integers(0, 255)), max_size=9)

    def damage(wounds):
        hurt = bytearray(data)
        for at, byte in wounds:
            hurt[at] = byte
        return bytes(hurt)

    return places.map(damage)


@settings(max_examples=60)
@given(damaged(workbook(ROWS)))
def test_a_damaged_workbook_is_read_or_refused_in_a_sentence(data):
    assert rows_or_sentence(data)


@settings(max_examples=60)
@given(st.data())
def test_parts_of_a_workbook_that_are_nonsense_are_refused_in_a_sentence(data):
    good = zipfile.ZipFile(io.BytesIO(workbook(ROWS)))
    broken = data.draw(st.sampled_from(good.namelist()))
    junk = data.draw(st.sampled_from([b"", b"<a", b"<a/>", b"<!DOCTYPE a>", bytes(range(256))]))
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in good.namelist():
            made.writestr(name, junk if name == broken else good.read(name))
    assert rows_or_sentence(file.getvalue())


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (b"", "There is nothing in it."),
        (b" \r\n \r\n", "There is nothing in it."),
        (b"<!DOCTYPE html><html><table>", "What came is a web page, not a table."),
        (b"  <TABLE><tr>", "What came is a web page"),
        (b"%PDF-1.7 ...", "The file is no table."),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "The file is no table."),
        (COMPOUND + bytes(600), "in the old format (.xls)"),
        (COMPOUND + "EncryptedPackage".encode("utf-16-le"), "protected by a password"),
        (b'unit,name\nNorth,"Anna\nSouth,Ben\n', "the quotation marks do not match"),
        (b'unit,name\n"North"x,Anna\n', "Row 2: the quotation marks do not match"),
        (b"unit\n" + b"x" * (LONGEST_CELL + 1), "Row 2 has a cell of more than 10000 characters."),
        (b"x" * (LARGEST_FILE + 1), "The file is larger than 20 MB."),
    ],
)
def test_what_is_no_table_is_refused_in_a_sentence(data, told):
    assert told in refused(data)


@pytest.mark.parametrize("written_as", [written, workbook])
def test_too_many_rows_are_refused(written_as, monkeypatch):
    assert MOST_ROWS == 200_000
    for module in ("roster_rows", "roster_sheets"):
        monkeypatch.setattr(f"survey.services.{module}.MOST_ROWS", 20)
    assert len(read_table(written_as([["unit"]] * 21)).rows) == 21
    assert refused(written_as([["unit"]] * 22)) == "There are more than 20 rows. Split the list."


def packed(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name.replace("__", "/"), content)
    return file.getvalue()


@pytest.mark.parametrize(
    ("parts", "told"),
    [
        ({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}, "OpenDocument"),
        ({"xl/workbook.bin": b"x"}, "binary workbook"),
        ({"holiday.jpg": b"x"}, "The file is no table."),
        ({"[Content_Types].xml": b"<Types/>"}, "may be damaged"),
    ],
)
def test_other_things_that_are_zip_files_are_told_by_name(parts, told):
    assert told in refused(packed(**parts))


def test_a_zip_bomb_is_refused_before_it_is_unpacked():
    bomb = packed(**{"[Content_Types].xml": b"<Types/>", "xl/a.xml": bytes(LARGEST_UNPACKED)})
    assert len(bomb) < 200_000
    assert "larger than 120 MB" in refused(bomb)


def with_part(wanted: str, content: bytes) -> bytes:
    good = zipfile.ZipFile(io.BytesIO(workbook(ROWS)))
    parts = {name: good.read(name) for name in good.namelist()}
    return packed(**{name: content if wanted in name else parts[name] for name in parts})


@pytest.mark.parametrize(
    ("part", "piece"), [("sheet1", b"<c/>"), ("sharedStrings", b"<si/>"), ("styles", b"<xf/>")]
)
def test_a_small_file_with_millions_of_cells_is_refused_before_it_is_taken_apart(part, piece):
    many = MOST_MARKS if part != "styles" else MOST_MARKS_ASIDE
    bomb = with_part(part, b"<a>" + piece * (many + 9) + b"</a>")
    assert len(bomb) < 50_000
    start = time.perf_counter()
    assert "has more than 600000 cells" in refused(bomb)
    assert time.perf_counter() - start < 3


def test_a_workbook_with_many_formulas_is_read():
    """Its list of them has a line for each, and is never read: it is no reason to refuse."""
    good = zipfile.ZipFile(io.BytesIO(workbook(ROWS)))
    chain = b"<calcChain>" + b'<c r="A1"/>' * (MOST_MARKS_ASIDE + 9) + b"</calcChain>"
    parts = {name: good.read(name) for name in good.namelist()}
    assert read_table(packed(**parts, **{"xl/calcChain.xml": chain})).rows


def test_no_more_cells_are_read_than_a_sheet_may_have(monkeypatch):
    monkeypatch.setattr("survey.services.roster_sheets.MOST_CELLS", 40)
    gaps = [["unit", "", "mail"]] * 20
    assert len(read_table(workbook(gaps)).rows) == 20
    assert refused(workbook([*gaps, ["unit"]])) == (
        "A sheet of this workbook has more than 40 cells, and no more are read. Copy the columns"
        " that are asked for into a new workbook, or save the sheet as CSV."
    )


def test_an_entity_bomb_is_refused():
    lol = b'<!DOCTYPE l [<!ENTITY a "lollollol">' + b"".join(
        b'<!ENTITY %c "%s">' % (ord("b") + i, b"&%c;" % (ord("a") + i) * 20) for i in range(9)
    )
    strings = b'<?xml version="1.0"?>' + lol + b"]><sst><si><t>&j;</t></si></sst>"
    assert "may be damaged" in refused(with_part("shared", strings))


def test_a_sheet_that_claims_a_million_rows_and_columns_costs_nothing():
    def fill(_, sheet):
        sheet.write_row(0, 0, ["unit", "name"])
        sheet.write_row(1, 0, ["North", "Anna"])
        sheet.write(1_048_575, 16_383, "far away")

    assert cells(workbook(fill)) == [["unit", "name"], ["North", "Anna"]]


def test_a_gap_in_a_sheet_ends_nothing_before_it_is_long():
    def fill(_, sheet):
        sheet.write(0, 0, "unit")
        sheet.write(MOST_EMPTY, 0, "North")

    rows = read_table(workbook(fill)).rows
    assert [row.number for row in rows] == [1, MOST_EMPTY + 1]


def test_formulas_count_as_their_values_days_as_days_and_numbers_without_a_point():
    def fill(book, sheet):
        day = book.add_format({"num_format": "dd.mm.yyyy"})
        sheet.write_row(0, 0, ["unit", "name", "mail", "x", "y", "z"])
        sheet.write_formula(1, 0, '=CONCAT("No","rth")', None, "North")
        sheet.write_formula(1, 1, '=WEBSERVICE("http://example.org")', None, "")
        sheet.write_number(1, 2, 12)
        sheet.write_number(1, 3, 0.1)
        sheet.write_datetime(1, 4, __import__("datetime").datetime(2026, 11, 22), day)
        sheet.write_boolean(1, 5, True)

    assert cells(workbook(fill))[1] == ["North", "", "12", "0.1", "2026-11-22", "yes"]


def test_merged_cells_links_comments_and_pictures_of_lists_do_no_harm():
    def fill(book, sheet):
        sheet.write_row(0, 0, ["unit", "name", "mail"])
        sheet.merge_range(1, 0, 2, 0, "North", book.add_format())
        sheet.write_url(1, 2, "mailto:a@example.org", string="a@example.org")
        sheet.write_comment(1, 1, "a note")
        sheet.data_validation(1, 3, 9, 3, {"validate": "list", "source": ["en", "de"]})
        sheet.write(2, 2, "b@example.org")
        sheet.write_formula(3, 0, "='file:///etc/[passwd]Sheet1'!A1", None, "South")

    assert cells(workbook(fill))[1:] == [
        ["North", "", "a@example.org"],
        ["", "", "b@example.org"],
        ["South"],
    ]


def test_another_sheet_can_be_chosen_and_hidden_ones_are_left_alone():
    def hidden(_, sheet):
        sheet.write(0, 0, "secret")
        sheet.hide()

    data = workbook([["cover"]], [["unit"], ["North"]], hidden)
    table = read_table(data)
    assert (table.sheets, table.sheet) == (("Sheet1", "Sheet2"), "Sheet1")
    assert table.rows[0].cells == ("cover",)
    assert cells(data, "Sheet2") == [["unit"], ["North"]]
    assert cells(data, "Sheet3") == [["cover"]]


@pytest.mark.parametrize(
    ("head", "column"),
    [
        ("Unit", "unit"), (" UNIT ", "unit"), ("Abteilung", "unit"), ("Team", "unit"),
        ("E-Mail", "mail"), ("e mail", "mail"), ("Mailadresse", "mail"), ("Mail (work)", "mail"),
        ("Sprache", "language"), ("Leads", "leads"), ("Führungskraft", "leads"),
        ("Name", "name"), ("Vor- und Nachname", "name"), ("Personalnummer", ""), ("", ""),
    ],
)  # fmt: skip
def test_headings_are_known_in_two_languages_however_they_are_spelled(head, column):
    assert column_of(head) == column


@pytest.mark.parametrize(
    "mail",
    ["a@example.org", "Anna.Meier+x@mail.example.org", "x@bücher.example", "o'hara@example.org"],
)
def test_addresses_to_which_mail_can_be_sent(mail):
    assert mail_fault(mail) == ""


@pytest.mark.parametrize(
    "mail",
    [
        "anna", "a@@example.org", "a@b@example.org", "a b@example.org", "a@example", "@example.org",
        "a@", "a@.org", "a@example..org", "a@example.org.", "Anna <a@example.org>",
        "a@example.org, b@example.org", "a@example.org;b@example.org", "a\x00@example.org",
        "a@exam\nple.org", "a@example.org\r\nBcc: all@example.org", "a\u202e@example.org",
        "a@" + "x" * 250 + ".org",
    ],
)  # fmt: skip
def test_what_is_no_address(mail):
    assert mail_fault(mail)


@given(st.text(string.printable + "äß\u2028\u0085\u202e", max_size=40))
def test_no_address_can_bring_a_line_of_its_own_into_a_mail(text):
    mail = f"{text}@example.org"
    if not mail_fault(mail):
        assert len(mail.splitlines()) == 1
        assert not unseen(mail)
        assert not set(mail) & set(" ,;<>\r\n")


@pytest.mark.parametrize(
    ("told", "language"),
    [("de", "de"), ("Deutsch", "de"), ("GERMAN", "de"), ("de-AT", "de"), ("en_GB", "en"),
     ("English", "en"), ("fr", None), ("klingon", None)],
)  # fmt: skip
def test_languages_are_known_by_several_names(told, language):
    assert language_of(told) == language


@pytest.mark.parametrize(
    ("told", "leads"),
    [("yes", True), ("X", True), ("Ja", True), ("1", True), ("", False), ("nein", False),
     ("0", False), ("perhaps", None)],
)  # fmt: skip
def test_leading_is_yes_or_no_in_several_words(told, leads):
    assert leads_of(told) is leads
