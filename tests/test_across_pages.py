"""What the page of all groups says beside its charts, as the templates write it."""

import pytest
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from survey.disclosure.values import Released
from survey.exports.sections import WORDING
from survey.language import gettext, ngettext
from survey.questionnaire.shipped import shipped_folder
from survey.report import across_words
from survey.report.comparing import comparisons
from survey.report.model import Stories
from tests.report_factory import QUESTIONNAIRE, make_estimate, make_group, make_report


@pytest.fixture(scope="module")
def macros():
    environment = Environment(
        loader=FileSystemLoader(shipped_folder("templates")),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
    )
    environment.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
    environment.globals.update(WORDING, across_words=across_words)
    return environment.get_template("report/across.html").module


def apart():
    groups = [
        make_group(f"G{at}", 12, 14, {"TRUST": make_estimate(value, n=12)})
        for at, value in enumerate([2.2, 2.8, 3.4, 4.0, 4.4])
    ]
    found = comparisons(QUESTIONNAIRE, groups, {"en": "All dimensions together"})
    return make_report(*groups, comparisons=found)


def test_comparing_teams_is_told_with_a_row_for_each_measure(macros):
    report = apart()
    html = macros.comparing(report)
    title = "Teams differ beyond chance on Trust; on the others it cannot be told"
    assert f'<h2 id="comparing">{title}</h2>' in html
    assert html.count("<tr>") == 1 + len(report.comparisons)
    unknown = len(report.comparisons) - 1
    assert html.count(">cannot be told</td>") == unknown
    assert html.count(">not worthwhile on these answers</td>") == unknown


def test_where_too_few_can_be_compared_the_page_says_from_when_on(macros):
    html = macros.comparing(make_report())
    assert "at least 3 groups that stand alone, with 30 people together" in html
    assert "comparing" not in macros.comparing(make_report(make_group()))


def test_old_stories_are_told_with_what_they_do_not_prove_or_why_they_are_not_told(macros):
    told = Stories(
        scale="PAST",
        name={"en": "Fresh start"},
        newcomer={"en": "Less than 1 year"},
        veteran={"en": "More than 3 years"},
        difference=Released(0.0, 40, 0.1),
        low=-0.3,
        high=0.3,
        sign="passed_on",
    )
    html = macros.stories(make_report(stories=told))
    assert "fits stories that are handed down quickly" in html
    assert "Neither picture is proved by this" in html
    assert "At least 40 of each" in html
    assert "from 10 newcomers and 10 veterans" in macros.stories(make_report())
