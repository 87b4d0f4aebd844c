"""What can be read off the templates themselves, without a page."""

import re
from pathlib import Path

import pytest
from jinja2 import Environment, nodes

from survey.questionnaire.shipped import shipped_folder

FOLDER = shipped_folder("templates")
TEMPLATES = sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.html"))
TAGS_AND_CODE = re.compile(r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}|<[^>]*>", re.S)
LONGEST = 150
OURS = {"figure_json", "page", "plotly_css", "drawing", "plotly"}
"""Figures, which Plotly escapes for a script element, and our own style sheets and scripts."""


@pytest.fixture(params=TEMPLATES)
def template(request: pytest.FixtureRequest) -> Path:
    return FOLDER / str(request.param)


def parsed(template: Path) -> nodes.Template:
    return Environment(autoescape=True, extensions=["jinja2.ext.i18n"]).parse(template.read_text())


def test_nothing_is_imported_that_is_not_used(template):
    tree = parsed(template)
    names = {
        name if isinstance(name, str) else name[1]
        for imported in tree.find_all(nodes.FromImport)
        for name in imported.names
    } | {imported.target for imported in tree.find_all(nodes.Import)}
    used = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "load"}
    assert names <= used, f"remove the import of {names - used} from {template.name}"


def test_no_text_is_marked_safe_that_was_written_by_somebody(template):
    for marked in parsed(template).find_all(nodes.Filter):
        if marked.name == "safe":
            ours = isinstance(marked.node, nodes.Getattr) and marked.node.attr in OURS
            made = ours or isinstance(marked.node, nodes.Const)
            assert made, f"{template.name}: let Jinja escape it"


def test_words_have_true_quotes_and_dashes(template):
    words = TAGS_AND_CODE.sub(" ", template.read_text())
    assert not re.search(r"\w'\w", words), f"{template.name}: write ’ in words"
    assert not re.search(r'(^|\s)"\w', words), f"{template.name}: write “ ” in words"
    assert " -- " not in words, f"{template.name}: write –"


def test_a_template_says_at_its_top_what_it_is(template):
    if template.read_text().count("\n") > 12:
        beginning = template.read_text()[:400]
        assert "{#" in beginning, f"{template.name}: begin with a {{# comment #}}"


def test_a_template_is_short_enough_to_read(template):
    lines = template.read_text().count("\n")
    assert lines <= LONGEST, (
        f"{template.name} has {lines} lines: move a part into a file of its own"
    )


def test_nothing_inline_and_nothing_from_elsewhere(template):
    if template.parent.name == "export":
        pytest.skip("a file to take along holds its styles and scripts; its policy names them")
    source = template.read_text().replace("http://www.w3.org/2000/svg", "")
    if template.parent.name == "mail":  # mail programs know no style sheets
        source = re.sub(r' style="[^"{]*(\{\{ p \}\})?[^"{]*"', "", source)
    assert not re.search(r"\s(style|on[a-z]+)=", source), f"{template.name}: use static/ files"
    assert not re.search(r"<style|<script>|(src|href)=\"(https?:)?//", source)
