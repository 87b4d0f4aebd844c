"""Charts: what they say is what their numbers carry, and what is withheld is nowhere in them."""

import json
import re
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.charts import changes, dimensions, gaps, heatmap
from survey.charts.chart import CONFIG, Chart
from survey.charts.style import GREY, INK, INK_2, LOOKS, PAPER, RUST, TEAL
from survey.report.build import build
from survey.report.map_columns import outside, result_of
from survey.report.model import Estimate, Report
from tests.core.test_report import FACTS, QUESTIONNAIRE, people, released, reported

USUAL = {"north": (8, 1.9), "south": (11, 3.3), "west": (3, 3.0), "desk": (14, 4.1)}


def charts_of(report: Report) -> Iterator[Chart]:
    """Yield every chart of a report, wide and narrow."""
    for narrow in (False, True):
        yield heatmap.heatmap_chart(report, narrow)
        for group in report.groups:
            yield dimensions.dimension_chart(group, report, narrow)
            for chart in (
                gaps.gap_chart(group, report, narrow),
                changes.change_chart(group, report, narrow),
            ):
                if chart:
                    yield chart


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_nothing_is_ever_sent_to_a_chart_service() -> None:
    assert CONFIG["showSendToCloud"] is False
    assert CONFIG["plotlyServerURL"] == ""


def test_every_chart_has_words_numbers_and_a_name_of_its_own() -> None:
    before = released({"south": (11, 2.2), "desk": (14, 4.1)})
    report = build(QUESTIONNAIRE, released(USUAL, 2), FACTS, (FACTS, before))
    charts = list(charts_of(report))
    assert len({chart.key for chart in charts}) == len(charts)
    assert any(chart.key.startswith("chart-changes") for chart in charts)
    assert any(chart.key.startswith("chart-gaps") for chart in charts)
    for chart in charts:
        assert re.fullmatch(r"[a-z][a-z0-9_-]*", chart.key)
        assert chart.title
        assert chart.note
        assert chart.title in chart.alt or chart.key.startswith("chart-changes")
        assert {len(row) for row in chart.table.rows} == {len(chart.table.head)}


def test_figures_need_only_the_smallest_bundle() -> None:
    for chart in charts_of(reported(USUAL)):
        figure = json.loads(chart.figure_json)
        assert {trace["type"] for trace in figure["data"]} <= {"bar", "scatter"}
        assert not re.search(r"\\u003c(?!br)", chart.figure_json)


@pytest.mark.parametrize("ink", [INK, INK_2, TEAL, RUST, GREY])
def test_inks_can_be_read_on_paper(ink: str) -> None:
    assert contrast(ink, PAPER) >= 4.5


@pytest.mark.parametrize("state", LOOKS)
def test_numbers_can_be_read_in_their_cells(state: str) -> None:
    look = LOOKS[state]  # type: ignore[index]
    assert contrast(look.on_fill, look.fill) >= 4.5


def test_states_differ_without_colour() -> None:
    assert len({look.symbol for look in LOOKS.values()}) == len(LOOKS)


def test_a_name_that_looks_like_a_tag_stays_text() -> None:
    from dataclasses import replace

    report = reported(USUAL)
    evil = replace(report.groups[0], name="</script><img src=x>")
    chart = heatmap.heatmap_chart(replace(report, groups=(evil, *report.groups[1:])), False)
    assert "</script>" not in chart.figure_json
    assert "<img" not in chart.figure_json


def test_left_out_units_are_hatched_and_named_without_a_number() -> None:
    report = reported({"desk": (14, 4.1), "west": (3, 1.0)})
    assert "West" in report.left_out
    chart = heatmap.heatmap_chart(report, False)
    row = next(row for row in chart.table.rows if row[0] == "West")
    assert row[1] == "fewer than 5"
    assert set(row[2:]) == {"not shown: fewer than 5 answers"}


@settings(max_examples=15, deadline=None)
@given(people, st.integers(0, 30))
def test_each_heading_is_true_of_the_states_that_colour_its_marks(
    levels: dict[str, tuple[int, float]], seed: int
) -> None:
    report = reported(levels, seed)
    for group in report.groups:
        states = [d.figure.state for d in group.dimensions if isinstance(d.figure, Estimate)]
        title = dimensions.finding(group, report)
        assert ("very likely below" in title) == ("weak" in states)
        assert ("likely at" in title) == ("strong" in states)
    weak = any(
        isinstance(d.figure, Estimate) and d.figure.state == "weak"
        for g in report.groups
        for d in (*g.dimensions, *(result_of(g, scale) for scale in outside(report)))
    )
    assert heatmap.finding(report).startswith("Very likely below") == weak


@settings(max_examples=8, deadline=None)
@given(people, st.integers(0, 30))
def test_below_ten_answers_no_practice_figure_is_drawn(
    levels: dict[str, tuple[int, float]], seed: int
) -> None:
    for group in reported(levels, seed).groups:
        chart = gaps.gap_chart(group, reported(levels, seed), False)
        assert (chart is not None) == (group.n >= 10)
