"""A report cut into the sections that pages and files are made of.

Here belongs what stands in which order, with its charts drawn for a wide and a narrow screen. Web
pages and the file to take along are rendered from the same sections by the same templates.
"""

from collections.abc import Callable
from dataclasses import dataclass

from survey.charts.changes import change_chart
from survey.charts.chart import Chart
from survey.charts.dimensions import dimension_chart
from survey.charts.gaps import gap_chart
from survey.charts.heatmap import heatmap_chart, key_words
from survey.charts.response import response_chart
from survey.charts.starting import starting_chart
from survey.charts.trend import trend_chart
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.guide_files import guides_for
from survey.readiness.kinds import Advice
from survey.report import (
    across_words,
    change_words,
    finding_words,
    grounds_words,
    left_out_words,
    method,
    month_words,
    practice_words,
    rules_words,
    split_words,
    verdict_words,
    words,
)
from survey.report import month as month_plan
from survey.report.guiding import matched
from survey.report.guiding_words import Sheet, sheet
from survey.report.model import Estimate, GroupReport, PracticeResult, Report

WORDING = {
    "words": words,
    "finding_words": finding_words,
    "grounds_words": grounds_words,
    "verdict_words": verdict_words,
    "practice_words": practice_words,
    "change_words": change_words,
    "across_words": across_words,
    "rules_words": rules_words,
    "split_words": split_words,
    "left_out_words": left_out_words,
    "month_plan": month_plan,
    "month_words": month_words,
    "method": method,
}
"""The modules whose sentences the templates of a report use, by the names they use."""

FIRST: tuple[Advice | None, ...] = (
    "start_here",
    "try_small",
    "capacity_first",
    "environment_first",
    "clarify_first",
    "already_done",
    None,
)
"""Practices by what there is to do about them, most promising first."""


@dataclass(frozen=True)
class Drawn:
    """One chart, drawn for a wide and a narrow screen; words and table are the same."""

    wide: Chart
    narrow: Chart


@dataclass(frozen=True)
class Advised:
    """Practices of one group that get the same advice for the same reason."""

    advice: Advice | None
    sentence: str
    practices: tuple[PracticeResult, ...]


@dataclass(frozen=True)
class GroupSection:
    """One group: its charts, its practices by what there is to do, its next 30 days."""

    group: GroupReport
    month: month_plan.Month | None
    dimensions: Drawn
    gaps: Drawn | None
    changes: Drawn | None
    trend: Drawn | None
    practices: tuple[Advised, ...]
    sheets: tuple[Sheet, ...]
    """Questions to take into the room."""
    key: tuple[tuple[str, str, str], ...]
    """Fill, state and words of each state, for the key of the dimensions."""


@dataclass(frozen=True)
class OrganisationSection:
    """All groups: the map, where to start, who answered, and what changed over all of them."""

    report: Report
    heatmap: Drawn | None
    starting: Drawn | None
    response: Drawn | None
    changes: Drawn | None
    trend: Drawn | None
    key: tuple[tuple[str, str, str], ...]
    """Fill, state and words of each state, for the key of the map."""


def group_section(group: GroupReport, report: Report) -> GroupSection:
    """Return the section of a group."""
    guides = report.guides or guides_for(report.questionnaire).guides
    dimensions = _drawn(lambda narrow: dimension_chart(group, report, narrow))
    assert dimensions is not None  # noqa: S101 -- there is always a chart of dimensions
    return GroupSection(
        group=group,
        month=month_plan.month(group, report, guides),
        sheets=tuple(sheet(m, report, guides) for m in matched(group, report, guides)),
        dimensions=dimensions,
        gaps=_drawn(lambda narrow: gap_chart(group, report, narrow)),
        changes=_drawn(lambda narrow: change_chart(group, report, narrow)),
        trend=_drawn(lambda narrow: trend_chart(group, report, narrow)),
        practices=_advised(group, report.questionnaire),
        key=key_words(),
    )


def organisation_section(report: Report) -> OrganisationSection:
    """Return the section of the organisation."""
    whole = report.organisation
    return OrganisationSection(
        report=report,
        heatmap=_drawn(lambda narrow: heatmap_chart(report, narrow)) if report.groups else None,
        starting=_drawn(lambda narrow: starting_chart(report, narrow)),
        response=_drawn(lambda narrow: response_chart(report, narrow)),
        changes=_drawn(lambda narrow: change_chart(whole, report, narrow)) if whole else None,
        trend=_drawn(lambda narrow: trend_chart(whole, report, narrow)) if whole else None,
        key=key_words(),
    )


def _advised(group: GroupReport, questionnaire: Questionnaire) -> tuple[Advised, ...]:
    blocks: dict[tuple[Advice | None, str], list[PracticeResult]] = {}
    for practice in sorted(group.practices, key=_order):
        sentence = practice_words.advice_sentence(practice, questionnaire)
        blocks.setdefault((practice.advice, sentence), []).append(practice)
    return tuple(
        Advised(advice, sentence, tuple(same)) for (advice, sentence), same in blocks.items()
    )


def _order(practice: PracticeResult) -> tuple[int, float]:
    """Return what comes first: the advice, and among equal advice the wider gap that is shown."""
    gap = practice.gap.released.value if isinstance(practice.gap, Estimate) else 0.0
    return FIRST.index(practice.advice), -gap


def _drawn(draw: Callable[[bool], Chart | None]) -> Drawn | None:
    wide, narrow = draw(False), draw(True)
    return Drawn(wide, narrow) if wide and narrow else None
