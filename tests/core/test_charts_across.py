"""Charts of all groups and of several waves: what they say is what their cells and lines carry."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from survey.charts import response, starting, starting_words, trend
from survey.charts.style import ADVICE, GREY, RUST, TEAL
from survey.report import across_words, words
from survey.report.model import WavePoint
from tests.report_factory import (
    QUESTIONNAIRE,
    make_change,
    make_estimate,
    make_group,
    make_practice,
    make_report,
)

DAYS = (date(2025, 3, 1), date(2025, 9, 1), date(2026, 3, 1), date(2026, 9, 1))
advices = st.sampled_from([*ADVICE, None])
some = settings(max_examples=40, deadline=None)


@st.composite
def advised(draw):
    """Return a report of some groups with any advice; pooled ones get none."""
    groups = []
    for at in range(draw(st.integers(1, 5))):
        pooled = draw(st.booleans()) and at > 0
        practices = tuple(
            make_practice(practice, advice=None if pooled else draw(advices))
            for practice in QUESTIONNAIRE.practices
        )
        group = make_group(f"Group {at}", practices=practices)
        groups.append(replace(group, kind="pooled", verdict=None) if pooled else group)
    return make_report(*groups, left_out=draw(st.sampled_from([(), ("Office",)])))


def given_in(report, advice):
    return [g for g in report.groups if any(p.advice == advice for p in g.practices)]


@some
@given(advised())
def test_the_heading_of_where_to_start_counts_the_groups_whose_cells_say_so(report):
    title = starting_words.finding(report)
    starts, small = given_in(report, "start_here"), given_in(report, "try_small")
    many = len([group for group in report.groups if group.verdict])
    assert (f"“start here” in {len(starts)} of {many} groups" in title) == bool(starts)
    assert (f"at least one in {len(small)} of {many}" in title) == (bool(small) and not starts)
    if not any(p.advice for g in report.groups for p in g.practices):
        assert title == "There is not enough evidence to advise any group where to start"
    if "most often" in title:
        counts = across_words.advice_counts(report)
        most = max(found["start_here"] for found in counts.values())
        for practice in report.questionnaire.practices:
            named = words.text(practice.label) in title.split("most often")[1]
            assert named == (counts[practice.id]["start_here"] == most)


@some
@given(advised(), st.booleans())
def test_each_cell_is_filled_by_its_advice_and_a_group_without_is_hatched_with_the_reason(
    report, narrow
):
    chart = starting.starting_chart(report, narrow)
    assert chart
    figure = json.loads(chart.figure_json)
    bars = [trace for trace in figure["data"] if trace["type"] == "bar"]
    for advice, look in ADVICE.items():
        cells = sum(p.advice == advice for g in report.groups for p in g.practices)
        assert cells == sum(len(b["y"]) for b in bars if b.get("text", [""])[0] == look.mark)
    without = [g for g in report.groups if not any(p.advice for p in g.practices)]
    hatched = sum(len(bar["y"]) for bar in bars if "pattern" in bar["marker"])
    assert hatched == len(without) + len(report.left_out)
    said = [note["text"] for note in figure["layout"]["annotations"]]
    pooled = [g for g in report.groups if g.kind == "pooled"]
    assert said.count("no verdict, no advice") == len(pooled)
    single = sum(p.advice is None for g in report.groups if g not in without for p in g.practices)
    assert said.count("–") == single


@some
@given(advised())
def test_the_table_gives_every_group_its_advice_in_words_in_the_order_of_the_tree(report):
    chart = starting.starting_chart(report, False)
    assert chart
    rows = chart.table.rows
    assert [row[0] for row in rows] == [*(g.name for g in report.groups), *report.left_out]
    for row, group in zip(rows, report.groups, strict=False):
        assert [cell == "no advice" for cell in row[2:]] == [
            p.advice is None for p in group.practices
        ]


def test_the_planned_practice_is_named_above_where_it_is_one_of_those_asked_about():
    practice = QUESTIONNAIRE.practices[1]
    groups = [
        make_group(name, practices=(make_practice(practice, advice=advice),))
        for name, advice in (("North", "try_small"), ("South", "start_here"), ("West", "try_small"))
    ]
    report = make_report(*groups)
    assert not starting_words.subtitle(report).startswith("Planned")
    planned = replace(
        report, facts=replace(report.facts, practice=words.text(practice.label).lower())
    )
    assert starting_words.subtitle(planned).startswith(
        f"Planned: {words.text(practice.label)}: try small in 2 groups and start here in 1 group."
    )


def test_where_no_practice_was_asked_about_or_nothing_is_judged_there_is_no_such_chart():
    bare = replace(QUESTIONNAIRE, practices=(), practice_block=None)
    assert starting.starting_chart(make_report(questionnaire=bare), False) is None
    unjudged = make_report(make_group(verdict=None))
    assert starting.starting_chart(unjudged, False) is None


def test_a_table_of_two_hundred_groups_names_each_group_once_for_each_practice():
    groups = [make_group(f"Team {at}") for at in range(200)]
    chart = starting.starting_chart(make_report(*groups), False)
    assert chart
    for row in chart.table.rows:
        named = [
            name for cell in row[1:] if ": " in cell for name in cell.split(": ")[1].split(", ")
        ]
        assert sorted(named) == sorted(group.name for group in groups)
    assert chart.alt.startswith(chart.title)


@some
@given(st.lists(st.tuples(st.integers(5, 20), st.integers(0, 20)), min_size=1, max_size=6))
def test_a_low_response_is_told_in_words_and_never_by_a_colour(counts):
    groups = [make_group(f"G{at}", n, n + more) for at, (n, more) in enumerate(counts)]
    report = make_report(*groups)
    chart = response.response_chart(report, False)
    assert chart
    low = [g for g in groups if g.n / g.asked < report.questionnaire.readiness.min_rate - 1e-9]
    figure = json.loads(chart.figure_json)
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert sum(", under 60\u00a0%" in text for text in said) == len(low)
    assert ("Fewer than" in chart.title) == bool(low)
    if len(low) <= 3:
        assert all(g.name in chart.title for g in low)
    assert {bar["marker"]["color"] for bar in figure["data"]} <= {GREY, "#DCE2E6"}
    assert [row[0] for row in chart.table.rows] == [g.name for g in groups]


def test_the_response_of_many_groups_is_counted_in_three_classes():
    groups = [make_group(f"G{at}", 5 + at % 6, 10) for at in range(60)]
    chart = response.response_chart(make_report(*groups), True)
    assert chart
    assert "under 60\u00a0%: 10 of 60 groups" in chart.alt
    assert "60\u00a0% to under 80\u00a0%: 20 of 60 groups" in chart.alt
    assert "80\u00a0% and more: 30 of 60 groups" in chart.alt
    assert len(chart.table.rows) == 60


def point(at, value=3.4, changes=(), n=9):
    figures = {d.id: make_estimate(value) for d in QUESTIONNAIRE.dimensions}
    return WavePoint(DAYS[at], n, 12, {**figures, "INDEX": make_estimate(value)}, tuple(changes))


def over_time(*changes_of_each):
    points = (point(0), *(point(at, changes=c) for at, c in enumerate(changes_of_each, 1)))
    return make_group(history=points)


def test_before_a_third_wave_there_is_no_trend():
    assert trend.trend_chart(over_time([make_change()]), make_report(), False) is None
    assert trend.trend_chart(make_group(), make_report(), False) is None


wave_changes = st.lists(
    st.builds(
        make_change,
        st.sampled_from(["TRUST", "COOP", "PAST"]),
        st.floats(-2, 2).map(lambda value: round(value, 2)),
        st.floats(0.1, 1.5),
    ),
    max_size=3,
    unique_by=lambda change: change.scale,
)


@some
@given(st.lists(wave_changes, min_size=2, max_size=3), st.booleans())
def test_only_clear_changes_from_wave_to_wave_are_named_and_coloured(waves, narrow):
    group, report = over_time(*waves), make_report()
    chart = trend.trend_chart(group, report, narrow)
    assert chart
    clear = [c for of_wave in waves for c in of_wave if c.clear]
    assert ("No clear change" in chart.title) == (not clear)
    if 0 < len(clear) <= 2:
        for change in clear:
            way = "up" if change.difference > 0 else "down"
            assert f"{words.text(change.name)} went {way}" in chart.title
    lines = [s for s in json.loads(chart.figure_json)["layout"]["shapes"] if s["layer"] == "above"]
    inks = [s["line"]["color"] for s in lines]
    assert inks.count(TEAL) == sum(c.difference > 0 for c in clear)
    assert inks.count(RUST) == sum(c.difference < 0 for c in clear)
    dashed = {s["line"]["dash"] for s in lines if s["line"]["color"] == GREY}
    assert dashed <= {"2px,3px"}


def test_waves_stand_at_their_true_distance_in_time():
    history = tuple(
        replace(point(at), closed=day)
        for at, day in enumerate([date(2025, 1, 1), date(2025, 2, 1), date(2026, 1, 1)])
    )
    chart = trend.trend_chart(make_group(history=history), make_report(), False)
    assert chart
    marks = [t for t in json.loads(chart.figure_json)["data"] if t.get("mode") == "markers"]
    first, second, third = marks[0]["x"]
    assert (second - first) / (third - first) == pytest.approx(31 / 365, abs=0.002)


def test_a_wave_that_withholds_a_dimension_is_bridged_by_no_line_and_told_as_not_shown():
    hidden = replace(point(1), figures={"INDEX": make_estimate(3.4)})
    group = make_group(history=(point(0), hidden, point(2)))
    chart = trend.trend_chart(group, make_report(), False)
    assert chart
    row = next(row for row in chart.table.rows if row[0] == "Trust")
    assert row[2] == "not shown"
    assert row[-1] == "not told"
    shapes = json.loads(chart.figure_json)["layout"]["shapes"]
    assert sum(s["layer"] == "above" for s in shapes) == 2  # those of the index


def test_two_hundred_groups_are_one_chart_of_each_kind_and_stay_small():
    groups = [make_group(f"Team {at}", history=(point(0), point(1), point(2))) for at in range(200)]
    report = make_report(*groups)
    for narrow in (False, True):
        charts = (
            starting.starting_chart(report, narrow),
            response.response_chart(report, narrow),
            trend.trend_chart(groups[0], report, narrow),
        )
        assert all(chart and len(chart.figure_json) < 40_000 for chart in charts)
