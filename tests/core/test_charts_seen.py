"""How charts look: texts can be read, and nothing hangs on colour alone."""

import json
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from survey.charts import counted, heatmap, starting
from survey.charts.style import ADVICE, DARK, HATCH, INK_2, LOOKS, PAPER, Said, on_one_line
from survey.disclosure.values import Unit
from survey.questionnaire.parse import parse
from survey.questionnaire.shipped import shipped_text
from survey.report import words
from survey.report.model import Report
from tests.core.test_charts import contrast
from tests.drawing import LONG_GROUPS, every_chart, texts, with_long_names
from tests.waves import report_of, wave_of

NAMES = ("Field North", "Sales South", "Service desk", *LONG_GROUPS)
UNITS = (
    Unit("firm", "Meridian Pumps", None, 0),
    *(Unit(f"u{i}", name, "firm", 5 + 3 * i) for i, name in enumerate(NAMES)),
)
LEVELS = {f"u{i}": 1.9 + 0.24 * i for i in range(len(NAMES))}
MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216],
               [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413],
               [-0.01182, 0.04294, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602],
               [0.004733, 0.691367, 0.3039]],
}  # fmt: skip
"""Colour vision without one kind of cone (Machado, Oliveira & Fernandes 2009, severity 1.0)."""
APART = 10.0
"""Euclidean distance in CIELAB from which two fills look different side by side."""


@pytest.fixture(scope="module")
def report() -> Report:
    """Nine groups over four waves: too small ones, long names, and every state there is."""
    questionnaire = with_long_names(parse(shipped_text("environment")))
    waves = [
        wave_of(questionnaire, UNITS, {u: level + 0.15 * at for u, level in LEVELS.items()}, at)
        for at in range(4)
    ]
    return report_of(questionnaire, waves, "Begleitung im Außendienst")


def test_the_report_that_is_looked_at_has_every_chart_and_every_state(report):
    drawn = {chart.key.split("-")[1] for chart in every_chart(report, True)}
    assert drawn == {"map", "starting", "response", "dimensions", "gaps", "changes", "trend"}
    states = {d.figure.state for g in report.groups for d in g.dimensions}
    assert states == set(LOOKS)
    assert len({p.advice for g in report.groups for p in g.practices} & set(ADVICE)) >= 4


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_every_text_can_be_read_on_its_ground(report, narrow, dark):
    found = {
        (ink, ground)
        for chart in every_chart(report, narrow)
        for _, ink, ground in texts(chart, dark)
    }
    assert len(found) > 5
    faint = {pair for pair in found if contrast(*pair) < 4.5}
    assert not faint


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_an_average_can_be_read_on_the_band_of_its_interval(dark):
    def shown(ink: str) -> str:
        return DARK[ink] if dark else ink

    ends = [[int(shown(c)[at : at + 2], 16) for at in (1, 3, 5)] for c in (HATCH, PAPER)]
    band = "#" + "".join(f"{round((a + b) / 2):02x}" for a, b in zip(*ends, strict=True))
    assert contrast(shown(INK_2), band) >= 4.5


def test_every_advice_has_letters_of_its_own_and_the_chart_says_what_they_mean(report):
    assert len({look.mark for look in ADVICE.values()}) == len(ADVICE)
    chart = starting.starting_chart(report, True)
    assert chart
    cells = [t for t in json.loads(chart.figure_json)["data"] if "text" in t]
    assert len(cells) > 3
    for trace in cells:
        (mark,) = set(trace["text"])
        assert f"{mark}: " in chart.subtitle
        assert len(trace["text"]) == len(trace["y"])


@pytest.mark.parametrize("narrow", [False, True], ids=["wide", "narrow"])
def test_every_filled_cell_of_the_map_has_the_mark_of_its_state(report, narrow):
    traces = json.loads(heatmap.heatmap_chart(report, narrow).figure_json)["data"]
    for state, look in LOOKS.items():
        cells = sum(len(t["y"]) for t in traces if t["marker"].get("color") == look.fill)
        marks = sum(len(t["y"]) for t in traces if t["marker"].get("symbol") == look.symbol)
        assert cells > 0
        assert marks == (0 if state == "unclear" else cells)
    marked = [look.symbol for state, look in LOOKS.items() if state != "unclear"]
    assert len(set(marked)) == 3


def lab(color: str, seen_by: str = "") -> np.ndarray:
    rgb = np.array([int(color[at : at + 2], 16) for at in (1, 3, 5)]) / 255
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    if seen_by:
        linear = np.clip(np.array(MACHADO[seen_by]) @ linear, 0, 1)
    to_xyz = [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.072175],
              [0.0193339, 0.1191920, 0.9503041]]  # fmt: skip
    xyz = np.array(to_xyz) @ linear / np.array([0.95047, 1, 1.08883])
    f = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("seen_by", ["", *MACHADO])
@pytest.mark.parametrize(
    "fills",
    [
        {state: look.fill for state, look in LOOKS.items()},
        {advice: look.fill for advice, look in ADVICE.items()},
    ],
    ids=["states", "advice"],
)
def test_fills_that_stand_side_by_side_differ_for_the_colour_blind(fills, seen_by):
    near = {
        (one, other)
        for one, other in combinations(fills, 2)
        if np.linalg.norm(lab(fills[one], seen_by) - lab(fills[other], seen_by)) < APART
    }
    # Whoever cannot tell these two fills apart reads "Cl" and "Al", and sees an edge around "Al".
    assert near <= {("clarify_first", "already_done")}


def test_in_grey_alike_fills_are_told_apart_by_their_marks():
    """Luminance alone does not part the two ends of the scale: so each has a mark."""
    grey = {state: lab(look.fill)[0] for state, look in LOOKS.items()}
    alike = {pair for pair in combinations(LOOKS, 2) if abs(grey[pair[0]] - grey[pair[1]]) < APART}
    assert alike == {("strong", "weak")}
    assert LOOKS["strong"].symbol != LOOKS["weak"].symbol


def test_many_groups_are_counted_and_each_part_that_is_wide_enough_names_its_advice(report):
    many = replace(report, groups=report.groups * 6)
    for narrow in (False, True):
        chart = starting.starting_chart(many, narrow)
        assert chart
        assert chart.table == counted.counted_table(many)
        bars = json.loads(chart.figure_json)["data"]
        for practice in range(len(report.questionnaire.practices)):
            told = sum(bar["x"][practice] for bar in bars)
            advised = sum(g.practices[practice].advice is not None for g in many.groups)
            assert told == advised
        for bar in bars:
            for width, said in zip(bar["x"], bar["text"], strict=True):
                assert said in ("", said[:2], f"{said[:2]} {width}")


def test_names_of_dimensions_stand_level_above_a_wide_map_where_they_fit(report):
    shipped = replace(report, questionnaire=parse(shipped_text("environment")))
    for one, level in ((shipped, True), (report, False)):
        said = json.loads(heatmap.heatmap_chart(one, False).figure_json)["layout"]["annotations"]
        names = [words.text(d.name) for d in one.questionnaire.dimensions]
        heads = [text for text in said if text["text"].replace("<br>", " ") in names]
        assert heads
        assert all(("textangle" not in head) is level for head in heads)


def test_a_name_above_its_row_is_set_smaller_before_it_is_cut():
    name = "All dimensions together"
    for room, size, said in ((190, 15, name), (175, 13, name), (100, 13, "All dimension…")):
        found = on_one_line(Said(name), room)
        assert (found.size, found.words) == (size, said)
