"""Pictures of figures: they look as Plotly draws them, and hold nothing that they may not."""

import json
import re
import stat
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from PIL import Image, ImageChops

import survey
from survey.browser import Browser, BrowserFailed
from survey.charts.chart import Chart, Table
from survey.charts.inlined import ELEMENTS, LOOKS, PLACES, NotAPicture, inlined
from survey.charts.pictures import NO_PICTURES, Pictures, _drawn, name_of
from survey.charts.style import DARK, escaped
from survey.exports.html import render_html
from survey.exports.illustrating import charts_of
from tests.report_factory import TOO_FEW, make_change, make_estimate, make_group, make_report

SHEET = (Path(survey.__file__).parent / "static/report.css").read_text(encoding="utf-8")
HIDDEN = 4.27
"""An average that is withheld in the report below: its digits must stand nowhere."""


@pytest.fixture(scope="module")
def report():
    """A report with all that a chart can hold: hatching, arrows, names that look like code."""
    evil = '</text><script>alert("x")</script> & <b>Söhne'
    figures = {
        "PAST": TOO_FEW,
        "TRUST": make_estimate(3.8, edge="high"),
        "SAFE": make_estimate(2.1, "weak"),
    }
    north = make_group("North", 12, 14, figures, changes=(make_change("TRUST", 0.8),))
    return make_report(north, make_group(evil, 8, 12, key="evil"), left_out=("Owl",))


@pytest.fixture(scope="module")
def charts(report):
    return list(charts_of(report))


@pytest.fixture(scope="module")
def drawn(tool, charts):
    """Every chart with what Plotly drew, in one run of the browser."""
    return list(zip(charts, _drawn(tool, charts), strict=True))


def as_page(svg: str, width: int, height: int) -> str:
    size = f"width: {width}px; height: {height}px"
    return (
        f"<!doctype html><style>body {{ margin: 0; background: #888 }}"
        f" svg {{ display: block; {size} }}"
        f" text, tspan {{ font-family: serif !important }}</style>{svg}"
    )


@pytest.mark.browser
def test_it_looks_the_same_as_before(drawn, browser_page):
    """Pixel by pixel, but for the edges of a few letters: places are cut to a hundredth of one."""
    page = browser_page(width=840, height=900)
    for chart, before in drawn:
        layout = json.loads(chart.figure_json)["layout"]
        size = {"width": layout["width"], "height": layout["height"]}
        shots = []
        for svg in (before, inlined(before, chart.key)):
            page.set_content(as_page(svg, **size))
            shot = page.screenshot(clip={"x": 0, "y": 0, **size})
            shots.append(Image.open(BytesIO(shot)).convert("RGB"))
        change = ImageChops.difference(*shots).convert("L")
        shades = change.histogram()
        assert sum(shades[64:]) == 0, chart.key
        assert sum(shades[24:]) * 1000 < size["width"] * size["height"], chart.key


@pytest.mark.browser
def test_nothing_stays_but_shapes_texts_and_their_looks(drawn):
    for chart, before in drawn:
        picture = inlined(before, chart.key)
        root = ET.fromstring(picture)
        for element in root.iter():
            assert element.tag in ELEMENTS
            assert element.attrib.keys() <= PLACES | LOOKS.keys() | {"aria-hidden"}
            assert all("url(" not in v or v.startswith(f"url(#{chart.key}-")
                       for v in element.attrib.values())  # fmt: skip
        ids = re.findall(r' id="([^"]+)"', picture)
        assert len(ids) == len(set(ids))
        assert all(name.startswith(f"{chart.key}-") for name in ids)
        assert not re.search(r"\d\.\d{3}", picture)
        assert len(picture) < len(before) / 2


@pytest.mark.browser
def test_every_number_in_it_is_one_that_the_figure_prints(drawn):
    for chart, before in drawn:
        figure = json.loads(chart.figure_json)
        printed = json.dumps(figure["layout"], ensure_ascii=False) + json.dumps(figure["data"])
        texts = [t for t in ET.fromstring(inlined(before, chart.key)).itertext() if t.strip()]
        numbers = {n for text in texts for n in re.findall(r"\d+(?:\.\d+)?", text)}
        assert texts
        assert not [n for n in numbers if n not in printed]
        assert str(HIDDEN) not in "".join(texts)


@pytest.mark.browser
def test_names_that_look_like_code_stay_text(drawn):
    pictures = [
        inlined(before, chart.key) for chart, before in drawn if chart.key.startswith("chart-map")
    ]
    assert pictures
    for picture in pictures:
        assert "<script" not in picture
        assert "&lt;script&gt;" in picture


@pytest.mark.parametrize(
    "svg",
    [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><script>1</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><image href="x"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><foreignObject/></svg>',
        '<!DOCTYPE svg><svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"/>',
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><text>\uffff</text></svg>',
        "<svg",
    ],
)
def test_what_no_figure_of_ours_has_is_refused(svg):
    with pytest.raises(NotAPicture):
        inlined(svg, "key")


@pytest.mark.parametrize(
    "drawn", ["&lt;svg", "&lt;svg viewBox='0 0 1 1'&gt;&lt;a/&gt;&lt;/svg&gt;"]
)
def test_a_browser_that_draws_something_else_has_failed(tmp_path, charts, drawn):
    program = tmp_path / "browser"
    program.write_text(f"""#!/bin/sh\necho '<textarea id="drawn-0">{drawn}</textarea>'\n""")
    program.chmod(0o755)
    with pytest.raises(BrowserFailed, match="it drew"):
        Pictures(tmp_path / "pictures", Browser(str(program))).draw(charts[:1])


def test_a_name_in_a_figure_has_nothing_that_no_picture_may_hold():
    never = "\x00\x0b\x1f\x85\ud800\ufdd0\ufffe\uffff\U0001fffe\U0010ffff"
    assert escaped(f"N<o>{never}rth\n& ä漢😀") == "N&lt;o&gt;rth<br>&amp; ä漢😀"
    assert ET.fromstring(f"<text>{escaped(never + 'x')}</text>").text == "x"


def test_handlers_styles_and_addresses_are_left_out():
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" onload="a()"><g class="x">'
        '<path d="M0,0H9" onclick="a()" style="stroke: rgb(11, 89, 102); behavior: url(x);"/>'
        "</g></svg>"
    )
    assert inlined(svg, "key") == (
        '<svg viewBox="0 0 9 9" aria-hidden="true"><path d="M0,0H9" stroke="#0B5966"/></svg>'
    )


def test_the_inks_of_a_dark_page_are_those_of_the_figures():
    (rules,) = re.findall(
        r"@media screen and \(prefers-color-scheme: dark\) \{(.*?)\n\}", SHEET, re.S
    )
    for kind in ("fill", "stroke"):
        found = dict(re.findall(rf'\[{kind}="(.*?)"\] \{{ {kind}: (.*?); \}}', rules))
        assert found == DARK


def chart(figure="{}", key="chart-x-wide"):
    return Chart(key, "t", "s", "n", "a", figure, Table(("h",), ()))


def test_without_a_browser_nothing_is_drawn_and_nothing_fails(tmp_path):
    assert not Pictures(tmp_path / "pictures", None).draw([chart()])
    assert not NO_PICTURES.draw([chart()])
    assert NO_PICTURES.find(chart()) is None
    assert list(tmp_path.iterdir()) == []


def test_a_picture_is_named_after_all_that_it_is_drawn_from():
    names = {name_of(c) for c in (chart(), chart('{"a": 1}'), chart(key="chart-y-wide"))}
    assert len(names) == 3
    assert name_of(chart()) == name_of(replace(chart(), title="another"))


def test_what_no_report_shows_goes_after_a_day(tmp_path):
    kept, gone = chart(), chart("{1}")
    for one in (kept, gone):
        (tmp_path / name_of(one)).write_text("<svg/>")
    pictures = Pictures(tmp_path, None)
    pictures.prune([kept])
    assert len(list(tmp_path.iterdir())) == 2, "another process may just have drawn it"
    pictures.prune([kept], now=(tmp_path / name_of(gone)).stat().st_mtime + 90_000)
    assert [path.name for path in tmp_path.iterdir()] == [name_of(kept)]


@pytest.mark.browser
def test_each_is_drawn_once_and_kept_for_its_owner_alone(tool, charts, tmp_path):
    folder = tmp_path / "pictures"
    pictures = Pictures(folder, tool)
    told = []
    assert pictures.draw(charts[:2], lambda done, total: told.append((done, total)))
    assert told == [(2, 2)]
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(p.stat().st_mode) for p in folder.iterdir()} == {0o600}
    assert "</svg>" in str(pictures.find(charts[0]))
    assert replace(pictures, browser=Browser("/nowhere")).draw(charts[:2]), "they are there already"
    with pytest.raises(BrowserFailed, match="could not be started"):
        replace(pictures, browser=Browser("/nowhere")).draw(charts[:3])


@pytest.mark.browser
def test_a_file_of_pictures_needs_nothing_that_draws_and_no_script(
    drawn, report, tmp_path, browser_page
):
    for one, before in drawn:
        (tmp_path / name_of(one)).write_text(inlined(before, one.key), encoding="utf-8")
    text = render_html(report, pictures=Pictures(tmp_path, None))
    assert "Copyright 2012" in render_html(report)
    assert "Copyright 2012" not in text, "plotly.js is in it"
    assert 'type="application/json"' not in text
    file = tmp_path / "report.html"
    file.write_text(text, encoding="utf-8")
    for width, scripts in ((1280, True), (360, False)):
        page = browser_page(width=width, java_script_enabled=scripts, color_scheme="dark")
        complaints: list[str] = []
        page.on("console", lambda message, kept=complaints: kept.append(message.text))
        page.goto(file.as_uri())
        pictures = page.locator(".picture")
        assert pictures.count() == len(drawn) // 2
        shown = "wide" if width > 800 else "narrow"
        other = "narrow" if width > 800 else "wide"
        assert pictures.locator(f".{shown} svg:visible").count() == len(drawn) // 2
        assert pictures.locator(f".{other} svg:visible").count() == 0
        assert page.get_by_text("The figures need JavaScript").filter(visible=True).count() == 0
        paper = pictures.first.locator(f".{shown} rect[fill='#FFFFFF']").first
        assert paper.evaluate("e => getComputedStyle(e).fill") == "rgb(16, 25, 32)"
        assert complaints == []
