"""Charts of any figures whatever: headings are true, withheld is nowhere, noise has no colour."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

import plotly.graph_objects as go
import pytest
from hypothesis import given, settings

from survey.charts import changes, dimensions, gaps, heatmap
from survey.charts.chart import CONFIG, Chart
from survey.charts.scale import one_person, ticks
from survey.charts.style import DARK, GREY, HATCH, LOOKS, PAPER, RUST, TEAL
from survey.disclosure.values import Released, Withheld
from survey.language import speaking
from survey.report import change_words, words
from survey.report.map_columns import outside, result_of
from survey.report.model import Estimate, GroupReport, Report
from tests.core.test_charts import contrast
from tests.report_factory import QUESTIONNAIRE as ASKED
from tests.report_factory import (
    TOO_FEW,
    make_change,
    make_estimate,
    make_group,
    make_practice,
    make_report,
    make_scale_result,
    reports,
)

many = settings(max_examples=40, deadline=None)


def drawn(report: Report) -> Iterator[Chart]:
    for narrow in (False, True):
        yield heatmap.heatmap_chart(report, narrow)
        for group in report.groups:
            yield dimensions.dimension_chart(group, report, narrow)
            others = (
                gaps.gap_chart(group, report, narrow),
                changes.change_chart(group, report, narrow),
            )
            yield from filter(None, others)


def names(group: GroupReport, state: str) -> set[str]:
    return {
        words.text(d.name)
        for d in group.dimensions
        if isinstance(d.figure, Estimate) and d.figure.state == state
    }


def colours(chart: Chart) -> set[str]:
    """Every colour of marks and words in a figure, without the grounds and rules."""
    figure = json.loads(chart.figure_json)
    found = {a["font"]["color"] for a in figure["layout"]["annotations"]}
    for trace in figure["data"]:
        marker = trace.get("marker", {})
        found |= {marker.get("color"), marker.get("line", {}).get("color")}
    found |= {shape["line"]["color"] for shape in figure["layout"]["shapes"]}
    return found - {None}


@many
@given(reports())
def test_the_heading_of_the_dimensions_names_what_is_weak_and_what_is_strong(
    report: Report,
) -> None:
    for group in report.groups:
        title = dimensions.finding(group, report)
        weak, strong = names(group, "weak"), names(group, "strong")
        assert ("very likely below" in title) == bool(weak)
        assert ("likely at" in title) == bool(strong)
        if not weak and not strong:
            assert title == "No dimension is clearly high or clearly low"
        for found in (weak, strong):
            if 0 < len(found) <= 3:
                assert all(name in title for name in found)
            elif 3 < len(found) < len(group.dimensions):
                assert f"{len(found)} dimensions" in title


@many
@given(reports())
def test_the_heading_of_the_map_counts_the_weak_cells(report: Report) -> None:
    title = heatmap.finding(report)
    rows = [weak_cells(group, report) for group in report.groups]
    weak = set().union(*rows)
    assert title.startswith("Very likely below") == bool(weak)
    if 0 < len(weak) <= 3:
        for name in weak:
            assert f"{name} in {sum(name in row for row in rows)}" in title
    elif weak:
        assert f"in {sum(map(bool, rows))} of {len(report.groups)} groups" in title


@settings(max_examples=10, deadline=None)
@given(reports())
def test_a_chart_in_german_says_nothing_in_english(report: Report) -> None:
    english = re.compile(r"\b(the|of|and|not|shown|worse|better|clearly|nothing|knowing|doing)\b")
    with speaking("de"):
        for chart in drawn(report):
            said = [chart.title, chart.subtitle, chart.note, chart.alt]
            said += [cell for row in (chart.table.head, *chart.table.rows) for cell in row]
            said += texts_in(json.loads(chart.figure_json))
            assert [one for one in said if english.search(one)] == []


def texts_in(part: object) -> list[str]:
    """Return every text that a figure writes."""
    if isinstance(part, dict):
        own = part.get("text")
        inside = [one for value in part.values() for one in texts_in(value)]
        return [*([own] if isinstance(own, str) else []), *inside]
    return [one for value in part for one in texts_in(value)] if isinstance(part, list) else []


def weak_cells(group: GroupReport, report: Report) -> set[str]:
    """Return what is coloured as weak in a row of the map, also set apart outside the index."""
    beside = [result_of(group, scale) for scale in outside(report)]
    return {
        words.text(result.name)
        for result in (*group.dimensions, *beside)
        if isinstance(result.figure, Estimate) and result.figure.state == "weak"
    }


@many
@given(reports())
def test_the_heading_of_the_changes_names_only_intervals_that_leave_out_zero(
    report: Report,
) -> None:
    for group in report.groups:
        if not group.changes:
            continue
        title = changes.finding(group.changes)
        up = [c for c in group.changes if c.low > 0]
        down = [c for c in group.changes if c.high < 0]
        assert ("went up" in title) == bool(up)
        assert ("went down" in title) == bool(down)
        if not up and not down:
            assert title == "nothing has clearly changed since the wave before"


@many
@given(reports())
def test_the_heading_of_the_gaps_counts_only_gaps_beyond_noise(report: Report) -> None:
    for group in report.groups:
        chart = gaps.gap_chart(group, report, False)
        shown = [p for p in group.practices if isinstance(p.gap, Estimate)]
        assert (chart is not None) == bool(shown)
        if chart is None:
            continue
        clear = [p for p in shown if isinstance(p.gap, Estimate) and p.gap.low > 0]
        some = len(shown) < len(group.practices)
        of = f"he {len(shown)} practices that are shown"
        if not clear and not some:
            assert chart.title == "No practice shows a clear gap between knowing and doing"
        elif not clear:
            assert chart.title.startswith(f"None of t{of}")
        elif len(clear) > 1:
            said = f"Of t{of}, {len(clear)} " if some else f"{len(clear)} of {len(shown)} "
            assert chart.title.startswith(said)


@many
@given(reports())
def test_what_noise_could_have_made_has_no_colour(report: Report) -> None:
    for group in report.groups:
        for narrow in (False, True):
            chart = dimensions.dimension_chart(group, report, narrow)
            inks = {LOOKS[d.figure.state].ink for d in group.dimensions
                    if isinstance(d.figure, Estimate)}  # fmt: skip
            assert colours(chart) & {TEAL, RUST} == inks - {GREY}
            moved = changes.change_chart(group, report, narrow)
            if moved and not any(c.clear for c in group.changes):
                assert not colours(moved) & {TEAL, RUST}
            gap = gaps.gap_chart(group, report, narrow)
            if gap and not any(p.gap.low > 0 for p in group.practices
                               if isinstance(p.gap, Estimate)):  # fmt: skip
                assert RUST not in colours(gap)


@many
@given(reports())
def test_the_map_fills_each_cell_by_its_state_and_hatches_what_is_withheld(
    report: Report,
) -> None:
    figure = json.loads(heatmap.heatmap_chart(report, False).figure_json)
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    for state, look in LOOKS.items():
        cells = sum(len(names_of(group, state)) for group in report.groups)
        apart = [r for group in report.groups for r in (group.capacity, group.resolve) if r]
        cells += sum(isinstance(r.figure, Estimate) and r.figure.state == state for r in apart)
        filled = sum(len(b["y"]) for b in bars if b["marker"]["color"] == look.fill)
        assert filled == cells
    hidden = sum(isinstance(d.figure, Withheld) for g in report.groups for d in g.dimensions)
    hatched = sum(len(b["y"]) for b in bars if "pattern" in b["marker"])
    assert hatched == hidden + 2 * len(report.left_out), "two blocks, with a gap between them"


def names_of(group: GroupReport, state: str) -> list[str]:
    return [
        d.id for d in group.dimensions if isinstance(d.figure, Estimate) and d.figure.state == state
    ]


@settings(max_examples=8, deadline=None)
@given(reports())
def test_every_figure_is_valid_and_needs_only_bars_and_marks(report: Report) -> None:
    for chart in drawn(report):
        figure = json.loads(chart.figure_json)
        go.Figure(data=figure["data"], layout=figure["layout"])
        assert {trace["type"] for trace in figure["data"]} <= {"bar", "scatter"}


def test_no_figure_can_be_drawn_without_its_configuration() -> None:
    report = make_report(make_group(n=12, changes=(make_change(),)))
    charts = list(drawn(report))
    assert len(charts) == 8
    for chart in charts:
        config = json.loads(chart.figure_json)["config"]
        assert config == dict(CONFIG)
        assert config["showSendToCloud"] is False
        assert config["plotlyServerURL"] == ""
        assert config["displayModeBar"] is False


def test_a_withheld_dimension_is_named_in_words_and_has_no_number_anywhere() -> None:
    figures = {d.id: TOO_FEW for d in ASKED.dimensions}
    report = make_report(make_group("North", 8, 10, figures), make_group("South"))
    for narrow in (False, True):
        chart = dimensions.dimension_chart(report.groups[0], replace(report, organisation=None),
                                           narrow)  # fmt: skip
        assert json.loads(chart.figure_json)["data"] == []
        assert {row[1:] for row in chart.table.rows} == {
            ("not shown: fewer than 5 answers", "", "")
        }
        assert chart.alt.count("not shown: fewer than 5 answers") == len(figures)
        cells = json.loads(heatmap.heatmap_chart(report, narrow).figure_json)
        said = [a["text"] for a in cells["layout"]["annotations"]]
        assert said.count("–" if narrow else "not<br>shown") == len(figures)


@many
@given(reports())
def test_every_number_that_is_drawn_was_let_out_or_follows_from_it(report: Report) -> None:
    whole = report.organisation
    assert whole is not None
    for group in report.groups:
        known = {0.0}
        for result in (*group.dimensions, *whole.dimensions):
            if isinstance(result.figure, Estimate):
                known |= {result.figure.released.value, result.figure.low, result.figure.high}
        chart = dimensions.dimension_chart(group, report, True)
        drawn_at = [x for t in json.loads(chart.figure_json)["data"] for x in t["x"]]
        assert set(drawn_at) <= known


def test_a_clipped_average_reads_or_more_and_its_interval_ends_in_an_arrow() -> None:
    high, low = make_estimate(3.8, "strong", edge="high"), make_estimate(2.2, "weak", edge="low")
    group = make_group("North", 8, 10, {"TRUST": high, "COOP": low})
    report = make_report(group)
    chart = dimensions.dimension_chart(group, report, False)
    figure = json.loads(chart.figure_json)
    symbols = [(t["marker"]["symbol"], t["x"]) for t in figure["data"]]
    assert ("triangle-right", [5.0]) in symbols
    assert ("triangle-left", [1.0]) in symbols
    printed = [a["text"] for a in figure["layout"]["annotations"]]
    assert "3.8 or more" in printed
    assert "2.2 or less" in printed
    assert "An arrow" in chart.note
    assert "≤ 2.2" in heatmap.heatmap_chart(report, False).figure_json.replace("\\u2264", "≤")


def of_parts(n: int) -> GroupReport:
    """Return a group whose trust is told with its two parts, the first half a point higher."""
    parts = [
        make_scale_result(one, make_estimate(3.4 + side, "unclear", 1.3, n, step=0.51))
        for one, side in (("TRUST_PEERS", 0.5), ("TRUST_LEADERS", -0.5))
    ]
    trust = make_scale_result("TRUST", make_estimate(3.4, n=n), parts)
    group: GroupReport = make_group("North", n, 14)
    return replace(group, dimensions=(trust, *group.dimensions[1:]))


@pytest.mark.parametrize("narrow", [False, True])
def test_of_the_parts_of_a_dimension_few_people_are_drawn_no_mark_and_no_number(
    narrow: bool,
) -> None:
    group = of_parts(8)
    chart = dimensions.dimension_chart(group, make_report(group, make_group("South", 12)), narrow)
    figure = json.loads(chart.figure_json)
    printed = [a["text"] for a in figure["layout"]["annotations"]]
    assert "0.5 or more above" in printed
    assert "0.5 or more below" in printed
    assert not {"3.9", "2.9"} & set(printed)
    drawn_at = {x for trace in figure["data"] for x in trace["x"]}
    assert not {3.9, 2.9} & drawn_at
    parts = [row for row in chart.table.rows if row[0].startswith("– ")]
    assert parts == [
        ("– TRUST_PEERS", "told in words", "", "0.5 or more above “TRUST_LEADERS”"),
        ("– TRUST_LEADERS", "told in words", "", "0.5 or more below “TRUST_PEERS”"),
    ]
    assert "only their difference is told, in words" in chart.note


def test_of_the_parts_of_a_dimension_ten_people_are_drawn_as_any_other() -> None:
    group = of_parts(10)
    chart = dimensions.dimension_chart(group, make_report(group), False)
    assert {x for t in json.loads(chart.figure_json)["data"] for x in t["x"]} >= {3.9, 2.9}
    assert "in words" not in chart.note


def test_what_is_outside_the_index_stands_apart_on_the_map() -> None:
    group = replace(make_group(), resolve=make_scale_result("RESOLVE", TOO_FEW))
    report = make_report(group, left_out=("Owl",))
    for narrow in (False, True):
        chart = heatmap.heatmap_chart(report, narrow)
        assert chart.table.head[-2:] == tuple(words.text(s.name) for s in outside(report))
        assert chart.table.rows[0][-1] == "not shown: fewer than 10 answers"
        bars = [t for t in json.loads(chart.figure_json)["data"] if t["type"] == "bar"]
        ends = sorted((x, x + w) for t in bars for x, w in zip(t["base"], t["x"], strict=True))
        first = min(start for start, _ in ends if start > len(ASKED.dimensions) - 0.9)
        gap = first - max(end for start, end in ends if start < first)
        assert gap > 0.15, "wider than between two dimensions"
    assert "Set apart, outside the index" in chart.note
    unasked = replace(group, resolve=make_scale_result("RESOLVE", Withheld("not_asked")))
    assert [scale.role for scale in outside(make_report(unasked))] == ["capacity"]


def test_a_map_of_somebody_elses_scales_has_nothing_apart() -> None:
    group = replace(make_group(), capacity=None, resolve=None)
    chart = heatmap.heatmap_chart(make_report(group), False)
    assert len(chart.table.head) == 2 + len(ASKED.dimensions)
    assert "Set apart" not in chart.note


def test_a_long_name_stands_on_two_lines_of_a_map_and_is_not_cut_off() -> None:
    name = "Small units of Meridian Pumps"
    report = make_report(make_group(name))
    for narrow, told in ((False, "Small units of<br>Meridian Pumps"), (True, name)):
        figure = json.loads(heatmap.heatmap_chart(report, narrow).figure_json)
        assert told in [a["text"] for a in figure["layout"]["annotations"]]


def test_the_note_names_an_arrow_only_where_there_is_one() -> None:
    group = make_group()
    assert "arrow" not in dimensions.dimension_chart(group, make_report(group), False).note
    assert "≥" not in heatmap.heatmap_chart(make_report(), False).figure_json


def test_a_change_from_a_clipped_average_is_open_to_its_side() -> None:
    change = replace(make_change("TRUST", 0.2), after=Released(3.8, 8, 0.1, "high"))
    group = make_group(changes=(change,))
    chart = changes.change_chart(group, make_report(group), False)
    assert chart is not None
    symbols = {t["marker"]["symbol"] for t in json.loads(chart.figure_json)["data"]}
    assert "triangle-right" in symbols
    assert "triangle-left" not in symbols
    assert "arrow" in chart.note


def test_an_interval_that_just_leaves_out_zero_does_not_read_as_zero() -> None:
    up = replace(make_change("TRUST", 0.5, 0.46), low=0.04)
    down = replace(make_change("COOP", -0.5, 0.46), high=-0.02)
    group = make_group(changes=(up, down))
    chart = changes.change_chart(group, make_report(group), False)
    assert chart is not None
    told = [row[4] for row in chart.table.rows]
    assert told == ["just above 0 to +1.0", "−1.0 to just below 0"]
    assert not re.search(r"0\.0[24]", chart.figure_json), "where it lies exactly is not told"


def test_a_gap_that_just_leaves_out_zero_does_not_read_as_zero() -> None:
    practice = make_practice(ASKED.practices[0])
    gap = replace(practice.gap, low=0.03)
    group = make_group("North", 12, 14, practices=(replace(practice, gap=gap),))
    chart = gaps.gap_chart(group, make_report(group), False)
    assert chart is not None
    assert chart.table.rows[0][4] == "just above 0 to 1.3"


@pytest.mark.parametrize(("many", "chance"), [(8, 1), (29, 1), (31, 2), (160, 8)])
def test_under_changes_it_is_said_how_many_chance_alone_would_make(many: int, chance: int) -> None:
    said = change_words.chance_sentence(many)
    assert said.startswith(f"Of {many} comparisons, about {chance} would look clear by chance")


def test_the_changes_that_are_counted_are_those_of_the_chart_and_of_all_groups() -> None:
    moved = tuple(make_change(d.id, 0.8) for d in ASKED.dimensions)
    report = make_report(make_group(changes=moved), make_group("South", 12, 14, changes=moved))
    chart = changes.change_chart(report.groups[0], report, False)
    assert chart is not None
    assert change_words.chance_sentence(len(moved)) in chart.note
    assert change_words.moved_sentence(report).endswith(
        change_words.chance_sentence(2 * len(moved))
    )
    assert change_words.moved_sentence(make_report()) == ""


def test_dimensions_stand_highest_first_and_ties_in_the_order_of_the_questionnaire() -> None:
    group = make_group("North", 8, 10, {"VISION": make_estimate(4.0), "TRUST": TOO_FEW})
    chart = dimensions.dimension_chart(group, make_report(group), False)
    order = [row[0] for row in chart.table.rows]
    assert order == ["Vision", "Coop", "Open", "Civil", "Safe", "Past", "Trust"]


def test_groups_stand_in_the_order_of_the_tree_and_left_out_units_last() -> None:
    low = {d.id: make_estimate(1.5, "weak") for d in ASKED.dimensions}
    report = make_report(make_group("Zebra", figures=low), make_group("Ape"), left_out=("Owl",))
    assert [r[0] for r in heatmap.heatmap_chart(report, True).table.rows] == [
        "Zebra", "Ape", "Owl",
    ]  # fmt: skip


def test_one_of_six_people_can_move_an_average_by_two_thirds_of_a_point() -> None:
    report = make_report()
    assert one_person(make_group(n=6), report) == "; one of them can move an average by up to 0.7"
    assert one_person(make_group(n=20, asked=20), report) == ""


@pytest.mark.parametrize(
    ("lo", "hi", "expected"),
    [(1, 5, [1, 2, 3, 4, 5]), (0, 10, list(range(11))), (0, 100, list(range(0, 101, 10)))],
)
def test_an_axis_has_a_handful_of_ticks(lo: int, hi: int, expected: list[int]) -> None:
    assert ticks(lo, hi) == expected
    assert len(ticks(-7, 123_456)) <= 11


def test_a_map_of_sixty_groups_grows_and_fits_a_phone() -> None:
    report = make_report(*(make_group(f"Team {at}") for at in range(60)))
    layouts = [json.loads(heatmap.heatmap_chart(report, narrow).figure_json)["layout"]
               for narrow in (False, True)]  # fmt: skip
    assert [layout["width"] for layout in layouts] == [820, 328]
    assert all(layout["height"] > 60 * 38 for layout in layouts)


def test_inks_and_cells_can_be_read_on_a_dark_page() -> None:
    ground = DARK[PAPER]
    for ink in DARK:
        if ink in {PAPER, HATCH} or ink in {look.fill for look in LOOKS.values()}:
            continue
        if ink in {look.on_fill for look in LOOKS.values()} or ink in {"#DCE2E6", "#7B8892"}:
            continue
        assert contrast(DARK[ink], ground) >= 4.5, ink
    for look in LOOKS.values():
        fill, on_fill = DARK.get(look.fill, look.fill), DARK.get(look.on_fill, look.on_fill)
        assert contrast(on_fill, fill) >= 4.5


def test_every_colour_of_a_figure_has_a_dark_counterpart_or_is_a_cell() -> None:
    report = make_report(
        make_group("North", 12, 14, {"TRUST": TOO_FEW}, changes=(make_change(),)),
        left_out=("Owl",),
    )
    cells = {c for look in LOOKS.values() for c in (look.fill, look.on_fill)}
    for chart in drawn(report):
        assert colours(chart) <= set(DARK) | cells


def test_a_name_made_of_tags_stays_a_name_in_every_chart() -> None:
    evil = "</script><script>alert(1)</script>"
    practice = make_practice(replace(ASKED.practices[0], label={"en": evil}))
    group = make_group(evil, 12, 14, practices=(practice,), changes=(make_change(),))
    for chart in drawn(make_report(group, left_out=(evil,))):
        assert "<" not in chart.figure_json


def test_how_small_a_change_could_be_seen_is_not_said_of_averages_that_are_cut_off():
    whole = make_change("TRUST")
    cut = replace(make_change("COOP"), after=Released(3.8, 8, 0.1, "high"))

    def note(*told):
        chart = changes.change_chart(make_group(changes=told), make_report(), narrow=False)
        assert chart
        return chart.note

    assert "A true change of about 0.7 points is seen four times in five" in note(whole)
    assert "about 0.7 points where no average is cut off is seen" in note(whole, cut)
    assert "four times in five" not in note(cut)
