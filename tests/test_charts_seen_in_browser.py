"""Charts as a browser draws them at 360 pixels: nothing overlaps, is cut or is too small."""

import json
from pathlib import Path

import pytest

from survey.questionnaire.parse import parse
from survey.questionnaire.shipped import shipped_text
from survey.report import words
from tests.core.test_charts_seen import LEVELS, UNITS
from tests.drawing import of_all, of_group, with_long_names
from tests.waves import report_of, wave_of

STATIC = Path(__file__).parents[1] / "survey" / "static"
WIDTH, LEAST = 328, 12
"""What a phone of 360 pixels leaves for a figure; the smallest type."""
DRAW = """async figures => {
  await document.fonts.load('400 16px "Source Sans 3"');
  await document.fonts.load('600 16px "Source Sans 3"');
  const found = [];
  for (const [key, figure] of Object.entries(figures)) {
    const chart = document.body.appendChild(document.createElement("div"));
    figure.layout.width = Math.min(figure.layout.width, %d);
    await Plotly.newPlot(chart, figure.data, figure.layout, figure.config);
    const frame = chart.getBoundingClientRect();
    for (const text of chart.querySelectorAll("svg text")) {
      if (!text.textContent.trim()) continue;
      const box = text.getBoundingClientRect();
      const upright = text.closest("[transform*='rotate(-90']") !== null;
      found.push({key, said: text.textContent, upright,
        size: parseFloat(getComputedStyle(text).fontSize),
        left: box.left - frame.left, right: box.right - frame.left,
        top: box.top - frame.top, bottom: box.bottom - frame.top,
        width: frame.width, height: frame.height});
    }
    chart.remove();
  }
  return found;
}"""


@pytest.fixture(scope="module")
def questionnaires():
    shipped = parse(shipped_text("environment"))
    return {"shipped": shipped, "long names": with_long_names(shipped)}


def seen(browser_page, charts, width=WIDTH):
    """Draw figures in a page of their own and return where their texts stand."""
    page = browser_page(width=width + 32)
    # The font has to be the one that pages use, or widths are those of another.
    page.route("**/*", lambda route: route.fulfill(path=STATIC / "fonts/source-sans-3.woff2"))
    page.set_content(
        '<!doctype html><style>@font-face { font-family: "Source Sans 3"; font-weight: 200 900; '
        "src: url(http://font.test/a.woff2); } body { margin: 16px; }</style>"
    )
    page.add_style_tag(path=STATIC / "vendor/plotly.css")
    (plotly,) = (STATIC / "vendor").glob("plotly-basic-*.min.js")
    page.add_script_tag(path=plotly)
    figures = {chart.key: json.loads(chart.figure_json) for chart in charts}
    found = page.evaluate(DRAW % width, figures)
    assert page.evaluate("""document.fonts.check('600 16px "Source Sans 3"')""")
    return found


def ink(text):
    """Return the box of the letters themselves: lines are higher than what stands in them."""
    side = 0.2 * text["size"]
    box = [text["left"], text["right"], text["top"], text["bottom"]]
    if text["upright"]:
        return box[0] + side, box[1] - side, box[2], box[3]
    return box[0], box[1], box[2] + side, box[3] - side


def overlap(one, other):
    a, b = ink(one), ink(other)
    return min(a[1], b[1]) - max(a[0], b[0]) > 1 and min(a[3], b[3]) - max(a[2], b[2]) > 1


def faults(texts):
    """Return what is wrong with texts: too small, cut off, or one over another."""
    found = []
    for at, text in enumerate(texts):
        left, right, top, bottom = ink(text)
        if text["size"] < LEAST:
            found.append(f"{text['key']}: “{text['said']}” is {text['size']} px")
        if left < -1 or right > text["width"] + 1 or top < -1 or bottom > text["height"] + 1:
            found.append(f"{text['key']}: “{text['said']}” is cut off")
        found += [
            f"{text['key']}: “{text['said']}” and “{other['said']}” overlap"
            for other in texts[at + 1 :]
            if other["key"] == text["key"] and overlap(text, other)
        ]
    return found


def reported(questionnaire):
    waves = [
        wave_of(questionnaire, UNITS, {u: level + 0.15 * at for u, level in LEVELS.items()}, at)
        for at in range(4)
    ]
    return report_of(questionnaire, waves, words.text(questionnaire.practices[7].label))


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["shipped", "long names"])
def test_at_360_pixels_no_text_overlaps_another_is_cut_or_is_smaller_than_twelve(
    browser_page, questionnaires, kind
):
    report = reported(questionnaires[kind])
    charts = [*of_all(report, True), *of_group(report.groups[-1], report, True)]
    charts += [*of_group(report.groups[3], report, True)]
    found = seen(browser_page, charts)
    assert len({text["key"] for text in found}) == len(charts) > 9
    assert not faults(found)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["shipped", "long names"])
def test_on_a_wide_screen_no_text_overlaps_another_either(browser_page, questionnaires, kind):
    report = reported(questionnaires[kind])
    charts = [*of_all(report, False), *of_group(report.groups[-1], report, False)]
    found = seen(browser_page, charts, 820)
    assert not faults(found)
