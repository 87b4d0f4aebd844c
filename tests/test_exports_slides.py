"""A report as slides: native charts of released figures, words that fit, nothing else inside."""

import io
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from PIL import Image
from pptx import Presentation
from pptx.util import Inches

from survey.charts import changes as change_chart
from survey.charts import dimensions as dimension_chart
from survey.charts import gaps as gap_chart
from survey.charts import heatmap
from survey.charts.style import LOOKS
from survey.disclosure.values import Released, Withheld
from survey.exports import slides_fit as fit
from survey.exports.letterhead import PLAIN, Letterhead
from survey.exports.slides import render_slides
from survey.exports.slides_charts import interval, signed_interval
from survey.exports.slides_organisation import SIZE, _map_grid
from survey.exports.slides_tables import PAD, Grid, cells, heads
from survey.language import speaking
from survey.questionnaire.shipped import find
from survey.report import verdict_words, words
from survey.report.model import Commitment, Estimate, Finding, PickResult
from tests.factories import english
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
from tools import slide_master

BUILT = Path(slide_master.MASTER)
UNROUNDED = make_estimate(3.4, "sound", n=14)
UNROUNDED = replace(UNROUNDED, low=2.9876543, high=3.8123456, p_floor=0.98765, p_target=0.41234)
FIGURES = {
    "TRUST": UNROUNDED,
    "COOP": make_estimate(3.8, "strong", n=14, edge="high"),
    "OPEN": make_estimate(2.3, "weak", n=14),
    "CIVIL": TOO_FEW,
}
HOSTILE = (
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "http://evil.example/",
    "a\x00b\x0bc\x1b\ufffe\ud800d",
    "<a:t>&amp;</a:t>",
    "\u202egnoL",
)


def slides(content):
    return list(Presentation(io.BytesIO(content)).slides)


def titles(content):
    return [slide.shapes.title.text_frame.text for slide in slides(content)]


def charts(content):
    return [s.chart for slide in slides(content) for s in slide.shapes if s.has_chart]


def tables(slide):
    return [
        [[cell.text for cell in row.cells] for row in shape.table.rows]
        for shape in slide.shapes
        if shape.has_table
    ]


def everything(content):
    """Yield name and text of every part, also of those in the workbooks inside."""
    with ZipFile(io.BytesIO(content)) as package:
        for name in package.namelist():
            part = package.read(name)
            if name.endswith(".xlsx"):
                yield from ((f"{name}/{inner}", text) for inner, text in everything(part))
            elif not name.endswith(".png"):
                yield name, part.decode()


def shown(slide):
    """Return all words on a slide, without its notes."""
    found = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
    found += [cell for table in tables(slide) for row in table for cell in row]
    return "\n".join(found)


def png():
    made = io.BytesIO()
    Image.new("RGB", (400, 120), "#0A7").save(made, "PNG")
    return made.getvalue()


@pytest.fixture(scope="module")
def group():
    picks = (
        PickResult("a", english("Time"), Released(0.4, 14, 0.1)),
        PickResult("b", english("Skill"), Released(0.2, 14, 0.1, "low")),
        PickResult("c", english("Say"), Withheld("less_often")),
    )
    return make_group(
        "Field North",
        14,
        16,
        FIGURES,
        changes=(make_change("TRUST", 0.9, 0.4), make_change("COOP", -0.8, 0.3), make_change()),
        agreed=(Commitment("the head of sales", "Two hours a month", date(2026, 2, 1), "done"),),
        picks=picks,
        finding=Finding("can_with_conditions", ("TRUST",), (), ("TRUST",), True),
    )


@pytest.fixture(scope="module")
def report(group):
    return make_report(group, make_group("South", 9, 12), left_out=("Management",))


@pytest.fixture(scope="module")
def team(report, group):
    return render_slides(report, group, Letterhead("Jo Mason", png()))


@pytest.fixture(scope="module")
def whole(report):
    return render_slides(report, None, PLAIN)


def test_the_master_is_what_its_script_writes():
    with ZipFile(BUILT) as package:
        assert {n: package.read(n).decode() for n in package.namelist()} == slide_master.parts()


def test_slides_are_sixteen_to_nine_in_our_own_layouts(team):
    show = Presentation(io.BytesIO(team))
    assert (show.slide_width, show.slide_height) == (Inches(40 / 3), Inches(7.5))
    names = {slide.slide_layout.name for slide in show.slides}
    assert names == set(slide_master.LAYOUTS)


def test_a_teams_deck_tells_its_finding_first_and_what_nobody_may_conclude_last(
    team, report, group
):
    asked = [p for p in group.practices if isinstance(p.gap, Estimate)]
    assert titles(team)[:4] == [
        verdict_words.headline(group, report),
        dimension_chart.finding(group, report),
        "What Field North can build on, and what to work on",
        gap_chart.finding(asked, len(group.practices)),
    ]
    said = change_chart.finding(group.changes)
    assert said[0].upper() + said[1:] in titles(team)
    assert any("the next 30 days" in title for title in titles(team))
    assert titles(team)[-2:] == ["How to read this deck", "What nobody may conclude"]


def test_the_organisations_deck_tells_how_many_can_and_maps_all_groups(whole, report):
    assert titles(whole)[0] == verdict_words.overview(report)[0]
    assert heatmap.finding(report) in titles(whole)
    assert titles(whole)[-1] == "What nobody may conclude"


def test_the_map_sets_apart_what_is_outside_the_index(whole, report):
    heads = [table[0] for slide in slides(whole) for table in tables(slide)]
    head = next(head for head in heads if head[-1] == "Resolve")
    assert head[-3:] == ["", "Capacity", "Resolve"], "a narrow empty column before them"
    assert len(head) == 2 + len(report.questionnaire.dimensions) + 1 + 2


def test_a_head_of_the_map_is_not_broken_within_a_word():
    report = make_report(make_group("North", 12, 14))
    scales = find("environment").scales
    with speaking("de"):
        long = [max(fit.width(w, SIZE) for w in words.text(s.name).split()) for s in scales]
        grid = _map_grid(report, scales)
    room = [wide - 2 * PAD for wide in grid.widths[2:]]
    del room[len(scales) - 2]  # the gap
    assert all(word <= wide for word, wide in zip(long, room, strict=True))


def test_rows_that_go_on_from_another_slide_stand_under_their_heading_again():
    rows = [cells(heading, "said") for heading in ("First", "", "Second", "", "")]
    grid = Grid(heads("", "What"), tuple(rows), (2.0, 4.0))
    pages = grid.pages(grid.row_height(grid.head) + 3.5 * grid.row_height(rows[0]))
    assert [[row[0].words for row in page.rows] for page in pages] == [
        ["First", "", "Second"],
        ["Second", ""],
    ]


def test_a_deck_says_what_chance_alone_would_make_and_what_advice_rests_on(team, whole, report):
    said, of_all = ("\n".join(map(shown, slides(deck))) for deck in (team, whole))
    assert "Of 3 comparisons, about 1 would look clear by chance alone" in said
    assert "may see it differently" in said
    assert "Very likely: at least 9 in 10" in said
    assert "Below 10 answers for a practice" not in said, "of this group all is shown"
    assert "Below 10 answers for a practice" in of_all


def test_the_first_slide_tells_how_sure_it_is(team):
    said = shown(slides(team)[0])
    assert "How sure is this?" in said
    assert "14 of 16 people are counted." in said
    assert "All dimensions together: 3.4" in said


def test_every_slide_says_who_is_counted_whose_it_is_and_how_to_present_it(team, report):
    for number, slide in enumerate(slides(team), start=1):
        said = shown(slide)
        assert "Meridian · Spring · closed 20 March 2026" in said
        assert "14 of 16 people are counted" in said
        assert "Jo Mason" in said
        (field,) = slide.element.xpath(".//a:fld[@type='slidenum']")
        assert field is not None
        assert [s.name for s in slide.shapes if s.name == "Logo"] == ["Logo"]
        assert len(slide.notes_slide.notes_text_frame.text) > 80, number


def test_without_a_letterhead_no_empty_place_is_left_on_a_slide(whole):
    for slide in slides(whole):
        for shape in slide.placeholders:
            assert not shape.has_text_frame or shape.text_frame.text
            assert shape.has_text_frame or shape.has_chart or shape.has_table


def test_the_chart_of_dimensions_is_native_and_holds_the_printed_intervals(team, group):
    chart = charts(team)[0]
    order = sorted(
        group.dimensions,
        key=lambda d: -d.figure.released.value if isinstance(d.figure, Estimate) else 99,
    )
    assert list(chart.plots[0].categories) == [words.text(d.name) for d in order]
    layers = [series.values for series in chart.plots[0].series]
    for row, dimension in enumerate(order):
        low, up, mark, beyond = (layer[row] for layer in layers)
        if isinstance(dimension.figure, Withheld):
            assert [low, up, mark, beyond] == [None] * 4
            continue
        figure = dimension.figure
        assert low == round(figure.low, 1)
        assert round(low + up, 2) == figure.released.value
        assert round(low + up + mark + beyond, 2) == round(figure.high, 1)


def test_bars_have_the_colour_of_their_state_and_no_other(team, group):
    (plot,) = charts(team)[0].plots
    by_name = {words.text(d.name): d.figure for d in group.dimensions}
    for row, name in enumerate(plot.categories):
        point = plot.series[2].points[row].format.fill
        if isinstance(by_name[name], Estimate):
            assert f"#{point.fore_color.rgb}" == LOOKS[by_name[name].state].ink
        else:
            assert point.type == 5  # no fill


def test_beside_the_chart_every_figure_stands_as_it_is_printed(team, group, report):
    ((head, *rows),) = tables(slides(team)[1])
    assert head == ["Average", "95 % interval", "All groups", "What can be said"]
    assert ["3.4", "3.0 to 3.8", "3.4", "very likely above the floor"] in rows
    assert ["3.8 or more", "3.4 to 5.0", "3.4", "likely at the target"] in rows
    assert any(row[0] == "not shown" and row[-1] == "fewer than 5 answers" for row in rows)


def test_knowing_and_doing_are_drawn_as_wide_as_their_class_is_printed(team, group):
    chart = next(c for c in charts(team) if c.plots[0].series[1].name == "Lower class")
    base, lower, between, higher = (series.values for series in chart.plots[0].series)
    # Knowing 4.0 and doing 3.0 in classes of 0.5: 2.75 to 3.25, and 3.75 to 4.25.
    for row in range(len(base)):
        ends = base[row], base[row] + lower[row], base[row] + lower[row] + between[row]
        assert ends == (2.75, 3.25, 3.75)
        assert higher[row] == 0.5


def test_each_change_is_drawn_with_its_interval_and_coloured_only_where_it_is_clear(team):
    chart = next(c for c in charts(team) if c.plots[0].series[-1].name == "Other side")
    base, up, mark, beyond, other = (series.values for series in chart.plots[0].series)
    assert [round(b + u, 2) for b, u in zip(base, up, strict=True)] == [0.9, -0.8, 0.0]
    whole = [round(sum(row), 2) for row in zip(base, up, mark, beyond, strict=True)]
    assert whole == [1.3, -1.1, 0.4]
    assert list(other) == [0, 0, -0.4]
    marks = [chart.plots[0].series[2].points[at].format.fill.fore_color.rgb for at in range(3)]
    assert [str(mark) for mark in marks] == ["0B5966", "9C3F07", "62717D"]
    last = next(s for s in slides(team) if "What can be said" in shown(s) and "Before" in shown(s))
    assert "no clear change" in shown(last)


def test_what_stands_in_the_way_is_told_in_whole_tens_and_what_was_chosen_less_has_no_bar(team):
    chart = next(c for c in charts(team) if list(c.plots[0].categories) == ["Time", "Skill"])
    assert chart.plots[0].series[0].values == (40, 20)
    slide = next(s for s in slides(team) if "in their own choice" in s.shapes.title.text)
    assert "20 % or less" in shown(slide)
    assert "Chosen less often" in shown(slide)


def test_what_was_agreed_stands_with_its_state(team):
    slide = next(s for s in slides(team) if s.shapes.title.text.startswith("Agreed"))
    assert tables(slide)[0][1] == [
        "the head of sales",
        "Two hours a month",
        "1 February 2026",
        "done",
    ]


def test_charts_carry_no_number_that_is_not_printed(team, whole):
    for content in (team, whole):
        for name, text in everything(content):
            for hidden in ("2.98", "3.81234", "0.98765", "0.41234", "0.4123"):
                assert hidden not in text, (name, hidden)
            if "/charts/" in name:
                values = re.findall(r"<c:v>(-?[\d.]+)</c:v>", text)
                assert all(re.fullmatch(r"-?\d+(\.\d\d?)?", value) for value in values), name
            if "/worksheets/" in name:
                values = re.findall(r"<v>(-?[\d.eE-]+)</v>", text)
                assert all(re.fullmatch(r"-?\d+(\.\d\d?)?", value) for value in values), name


def test_of_withheld_groups_there_are_words_and_no_figures(whole, report):
    slide = next(s for s in slides(whole) if s.shapes.title.text == heatmap.finding(report))
    ((head, north, _south, office),) = tables(slide)
    assert office[:3] == ["Management", "fewer than 5", "not shown: fewer than 5 answers"]
    assert set(office[3:]) == {""}
    assert north[head.index("Civil")] == "not shown"
    assert north[head.index("Coop")] == "● ≥ 3.8"
    assert north[head.index("Open")] == "▼ 2.3"


def test_every_graphic_tells_its_message_to_who_cannot_see_it(team, whole):
    for slide in (*slides(team), *slides(whole)):
        for shape in slide.shapes:
            if not shape.has_text_frame:
                (about,) = shape._element.xpath("./*/p:cNvPr")
                assert about.get("descr"), shape.name


def test_numbers_of_shapes_are_their_own(team):
    for slide in slides(team):
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(set(ids)) == len(ids)


def test_a_deck_holds_no_macro_no_link_and_no_formula(team, whole):
    for content in (team, whole):
        for name, text in everything(content):
            assert "vba" not in name.lower()
            assert "macroEnabled" not in text
            assert 'TargetMode="External"' not in text
            assert "hlinkClick" not in text
            assert "<f>" not in text
            assert "<f " not in text


def test_hostile_names_are_plain_text_everywhere():
    groups = [replace(make_group(name, 12, 12), key=f"g{at}") for at, name in enumerate(HOSTILE)]
    names = iter(HOSTILE)
    dimensions = tuple(replace(d, name=english(next(names))) for d in groups[0].dimensions)
    group = replace(groups[0], dimensions=dimensions, agreed=tuple(map(agreed, HOSTILE)))
    report = make_report(group, *groups[1:], left_out=HOSTILE)
    client = HOSTILE[0] + HOSTILE[5]
    report = replace(report, facts=replace(report.facts, client=client, practice=client))
    team = render_slides(report, group, Letterhead(client))
    whole = render_slides(report, None, PLAIN)
    test_a_deck_holds_no_macro_no_link_and_no_formula(team, whole)
    for content in (team, whole):
        said = "\n".join(shown(slide) for slide in slides(content))
        inside = content_of_workbooks(content)
        for name in HOSTILE[: len(dimensions)]:
            assert fit.plain(name) in said
            assert fit.plain(name)[:12] in inside


def agreed(name):
    return Commitment(name, name, date(2026, 2, 1), "open")


def content_of_workbooks(content):
    """Return the texts in the workbooks inside the charts, as Excel would read them."""
    texts = [text for name, text in everything(content) if name.endswith("sharedStrings.xml")]
    plain = re.sub(r"<[^>]+>", " ", " ".join(texts))
    for written, meant in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&amp;", "&")):
        plain = plain.replace(written, meant)
    return plain


@pytest.mark.parametrize("name", ["Installation and commissioning " * 3, "W" * 80, "名" * 80])
def test_names_of_eighty_letters_stay_inside_their_places(name):
    name = name[:80].strip()
    dimensions = tuple(make_scale_result(d.id, make_estimate()) for d in QUESTIONNAIRE.dimensions)
    renamed = tuple(replace(d, name=english(name)) for d in dimensions)
    group = replace(make_group("North", 12, 14), name=name, dimensions=renamed)
    report = make_report(group, replace(group, key="b"), left_out=(name,))
    facts = replace(report.facts, client=name, title=name, practice=name)
    report = replace(report, facts=facts)
    for content in (
        render_slides(report, group, Letterhead(name)),
        render_slides(report, None, PLAIN),
    ):
        for slide in slides(content):
            for shape in slide.shapes:
                assert shape.left >= 0
                assert shape.left + shape.width <= Inches(13.34)
                bottom = (shape.top + shape.height) / Inches(1)
                assert bottom <= (6.94 if shape.has_table or shape.has_chart else 7.5)
                if shape.is_placeholder and shape.has_text_frame:
                    assert takes(shape) <= shape.height / Inches(1) + 0.01, shape.text_frame.text


def takes(shape):
    """Return how many inches the words in a placeholder take, reckoned without a reserve."""
    (usual,) = (
        p._element.xpath(".//a:lvl1pPr/a:defRPr/@sz")[0]
        for p in shape.part.slide_layout.placeholders
        if p.placeholder_format.idx == shape.placeholder_format.idx
    )
    total = 0.0
    for paragraph in shape.text_frame.paragraphs:
        size = paragraph.runs[0].font.size if paragraph.runs else None
        points = (
            (size or paragraph.font.size).pt if size or paragraph.font.size else int(usual) / 100
        )
        total += fit.height([paragraph.text], shape.width / Inches(1), points)
    return total


def test_rows_of_a_chart_are_level_with_those_of_the_table_beside_it(team):
    slide = slides(team)[1]
    chart = next(s for s in slide.shapes if s.has_chart)
    table = next(s for s in slide.shapes if s.has_table)
    rows = [row.height for row in table.table.rows]
    inner = {
        at: float(chart.chart._chartSpace.xpath(f".//c:manualLayout/c:{at}/@val")[0])
        for at in ("y", "h")
    }
    assert abs(chart.top + inner["y"] * chart.height - (table.top + rows[0])) < Inches(0.02)
    assert abs(inner["h"] * chart.height - sum(rows[1:])) < Inches(0.02)
    assert len(set(rows[1:])) == 1


def test_many_groups_are_told_over_many_slides_and_each_of_them_once():
    groups = [replace(make_group(f"Team {at:03}"), key=f"t{at}") for at in range(60)]
    content = render_slides(make_report(*groups), None, PLAIN)
    told = [
        row[0]
        for slide in slides(content)
        if slide.shapes.title.text.startswith("Group by group")
        for row in tables(slide)[0][1:]
    ]
    assert told == [group.name for group in groups]
    first = next(t for t in titles(content) if t.startswith("Group by group"))
    assert re.search(r"\(1 of \d+\)$", first)
    assert len(set(titles(content))) == len(titles(content))


def test_groups_without_a_verdict_get_none_on_slides():
    pooled = make_group("Small units", kind="pooled", units=("A", "B"), verdict=None)
    content = render_slides(make_report(pooled, make_group()), pooled, PLAIN)
    assert "it would be nobody’s" in shown(slides(content)[0])
    assert not any("30 days" in title for title in titles(content))


def test_a_report_without_groups_is_a_deck_all_the_same():
    report = replace(make_report(left_out=("A",)), groups=(), organisation=None, answered=0)
    content = render_slides(report, None, PLAIN)
    assert titles(content)[0] == "Too few answers to show anything"
    assert not charts(content)


def test_the_same_report_is_the_same_file_byte_by_byte(report, group, team):
    assert render_slides(report, group, Letterhead("Jo Mason", png())) == team


@settings(
    max_examples=3,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a deck takes minutes
)
@given(reports())
def test_decks_of_any_report_open_and_hold_what_is_printed_and_nothing_else(report):
    content = render_slides(report, report.groups[0], PLAIN)
    assert titles(content)[1].startswith(dimension_chart.finding(report.groups[0], report)[:60])
    told = shown(slides(content)[1])
    for dimension in report.groups[0].dimensions:
        if isinstance(dimension.figure, Estimate):
            assert words.figure_text(dimension.figure, report.policy) in told
            assert words.interval_text(dimension.figure) in told
    for chart in charts(content):
        for series in chart.plots[0].series:
            for value in series.values:
                assert value is None or round(value, 2) == value
    test_a_deck_holds_no_macro_no_link_and_no_formula(content, content)


tenths = st.integers(10, 50).map(lambda tenth: tenth / 10)


@given(st.tuples(tenths, tenths, tenths), st.sampled_from([0.05, 0.2]))
def test_the_layers_of_an_interval_add_up_to_what_is_printed(ends, width):
    low, mean, high = sorted(ends)
    layers = interval(low, mean, high, width)
    assert all(layer >= 0 for layer in layers)
    assert round(sum(layers), 2) == high
    assert layers[0] == low
    if high - mean >= width:
        assert round(layers[0] + layers[1], 2) == mean


@given(st.integers(-20, 20), st.integers(0, 15), st.integers(0, 15))
def test_the_layers_of_a_difference_reach_its_ends_on_both_sides_of_zero(value, below, above):
    low, middle, high = (v / 10 for v in (value - below, value, value + above))
    base, up, mark, beyond, other = signed_interval(low, middle, high, 0.03)
    far = round(base + up + mark + beyond, 2)
    sides = {far, base if base else other}
    assert {low, high} <= sides | {0.0}


@given(st.text(max_size=80), st.floats(0.5, 6), st.integers(1, 3))
def test_what_is_shortened_stands_on_as_many_lines_as_there_are(text, inches, most):
    cut = fit.shortened(fit.plain(text), inches, 12, most)
    assert fit.lines(cut, inches, 12) <= most
    if cut != fit.plain(text):
        assert cut.endswith("…")


def test_a_figure_is_cut_as_a_whole_or_not_at_all():
    text = "It hangs on Cooperation 3.7 (3.4 to 4.0) and on Straight dealing 3.3 (3.0 to 3.6)"
    for tenths_of_an_inch in range(5, 60):
        kept = fit.shortened(text, tenths_of_an_inch / 10, 12).removesuffix("…")
        assert all(
            whole == cut for whole, cut in zip(text.split(), kept.split(), strict=False)
        ) or (len(kept.split()) == 1)


ARIAL = dict(
    zip(
        "abcdefghijklm",
        (556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833),
        strict=True,
    )
)
ARIAL |= dict(
    zip(
        "nopqrstuvwxyz",
        (556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500),
        strict=True,
    )
)
ARIAL |= dict.fromkeys("0123456789", 556) | {" ": 278, ".": 278, ",": 278, "(": 333, ")": 333}
ARIAL |= {"A": 667, "C": 722, "F": 611, "I": 278, "M": 833, "O": 778, "S": 667, "T": 611, "W": 944}


@pytest.mark.parametrize(
    "words",
    [
        "Trust 3.4 (3.0 to 3.8), Cooperation 2.6 (2.2 to 3.0)",
        "The team as a whole is likely at the target, and every dimension is above the floor.",
        "very likely below the floor",
        "WWWW MMMM",
        "illicit filling",
    ],
)
def test_words_are_reckoned_a_little_wider_than_they_are_and_never_narrower(words):
    true = sum(ARIAL[letter] for letter in words) / 1000 * 12 / 72
    assert true <= fit.width(words, 12) <= 1.06 * true
