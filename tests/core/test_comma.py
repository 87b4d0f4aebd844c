"""A text in a file of commas is run by no spreadsheet, wherever that sees the end of a cell."""

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from survey.exports.cells import said
from survey.exports.comma import _written, render_csv
from tests.report_factory import make_group, make_report

SIGNS = "=+-@＝＋－＠"
ENDS = ";,\t\n\r"
UNSEEN = "\"' \t\n\x0b\xa0\xad\u200b\u200d\u2060\ufeff"
TEXTS = st.lists(
    st.sampled_from([*SIGNS, *ENDS, *UNSEEN, "a", "1", "ä", "=1+1", ';"=', "'"]), max_size=12
).map("".join)


def begins_a_formula(text: str) -> bool:
    """Say whether a cell begins like one, for a program that overlooks quotes and the unseen."""
    return text.lstrip(UNSEEN.replace("'", ""))[:1] in tuple(SIGNS)


@given(TEXTS)
@example('x;"=1+1;" y')
@example("x,=1+1")
@example("x\t@SUM(A1)")
@example("\u200b=1+1")
@example('";=1')
@example("a;'\u2060=1")
def test_no_part_of_a_text_begins_like_a_formula(text):
    written = _written(said(text))
    for end in ENDS:
        for part in written.split(end):
            assert not begins_a_formula(part), (end, part)


@given(TEXTS)
def test_nothing_but_apostrophes_is_added(text):
    assert _written(said(text)).replace("'", "") == str(said(text).value).replace("'", "")


@pytest.mark.parametrize(
    "text", ["Meet weekly - not daily.", "a=b", "me@example.org", "e.g., often; well", "3–4", ""]
)
def test_a_text_that_is_no_formula_stays_as_it_is(text):
    assert _written(said(text)) == text


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_a_whole_file_has_no_formula_however_it_is_read(delimiter):
    wrote = ('x;"=1+1;" y', 'z,\t"=1+1"', "=1+1", "\u200b+1")
    north = replace(make_group("North", n=12), comments=(({"en": "What?"}, wrote),))
    body = render_csv(make_report(north)).decode("utf-8-sig")
    found = [cell for row in csv.reader(io.StringIO(body), delimiter=delimiter) for cell in row]
    assert len(found) > 100
    bad = [cell for cell in found if begins_a_formula(cell)]
    assert not [cell for cell in bad if not cell.lstrip("+-").replace(".", "").isdigit()]
