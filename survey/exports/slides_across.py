"""The slides that only all groups together can fill: where to start, who answered, comparing teams.

Here belongs what stands on which slide, as in `slides_team`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from survey.charts import starting_words
from survey.charts.response import response_chart
from survey.charts.style import GREY, INK, TEAL
from survey.exports import slides_figures as figures
from survey.exports import slides_notes as notes
from survey.exports.slides_beside import put_beside
from survey.exports.slides_deck import FIRST, SECOND, Deck, Head, Said, write
from survey.exports.slides_tables import Cell, Grid, Row, cells, heads
from survey.exports.slides_team import EVERYBODY, add_table
from survey.language import _
from survey.readiness.kinds import Advice
from survey.report import across_words, practice_words, words
from survey.report.model import GroupReport, PracticeResult, Report

FIRST_SOMETHING: tuple[Advice, ...] = ("clarify_first", "environment_first", "capacity_first")
MOST_DRAWN = 40
"""So many groups have a bar of their own for how many answered; the table of groups has all."""


@dataclass(frozen=True)
class Whole:
    """A report, its deck, and what the slides of all groups have in common."""

    deck: Deck
    report: Report

    def head(self, title: str, subtitle: str, notes: str) -> Head:
        """Return the head of a slide of all groups."""
        counted = _(
            "{answered} of {asked} people are counted",
            answered=self.report.answered,
            asked=self.report.asked,
        )
        return Head(title, subtitle, _(EVERYBODY), counted, notes)

    def adding(self, layout: str, head: Head) -> Callable[[str], Any]:
        """Return what adds slides that go on."""
        return lambda part: self.deck.add(layout, replace(head, title=head.title + part))


def add_starting(whole: Whole) -> None:
    """Add for each practice where it could begin."""
    report = whole.report
    judged = [group for group in report.groups if group.verdict]
    if not judged or not report.questionnaire.practices:
        return
    rows = tuple(_practice_rows(report, judged))
    told = across_words.planned_sentence(report) or _("In how many groups, and in which")
    head = whole.head(starting_words.finding(report), told, notes.start_notes())
    named = [practice_words.advice_word(a) for a in ("start_here", "try_small")]
    grid = Grid(
        heads(_("Practice"), *named, _("Something else first"), _("Already done")),
        rows,
        (3.13, 3.2, 2.6, 1.8, 1.4),
        12,
        3,
    )
    judged_by = _("Judgement, made from the figures by rules that the method lists; not validated.")
    note = f"{judged_by} {starting_words.resting(report)}".strip()
    add_table(whole.adding("Table", head), [grid], note, starting_words.alt(report))


def _practice_rows(report: Report, judged: Sequence[GroupReport]) -> Iterator[Row]:
    for practice in report.questionnaire.practices:
        kinds: tuple[tuple[Advice, ...], ...] = (("start_here",), ("try_small",))
        named = [_advised(practice.id, judged, kind) for kind in kinds]
        others = [
            len(_advised(practice.id, judged, kind))
            for kind in (FIRST_SOMETHING, ("already_done",))
        ]
        yield (
            Cell(words.text(practice.label), bold=True),
            Cell(_counted(named[0]), color=TEAL if named[0] else GREY),
            Cell(_counted(named[1]), color=INK if named[1] else GREY),
            *(Cell(str(many or _("none")), color=INK if many else GREY) for many in others),
        )


def _advised(practice: str, judged: Sequence[GroupReport], advice: Sequence[Advice]) -> list[str]:
    return [group.name for group in judged if _advice_of(practice, group) in advice]


def _advice_of(practice: str, group: GroupReport) -> Advice | None:
    found: Sequence[PracticeResult] = [p for p in group.practices if p.id == practice]
    return found[0].advice if found else None


def _counted(names: Sequence[str]) -> str:
    if not names:
        return _("none")
    rest = _("; and {many} more", many=len(names) - 3) if len(names) > 3 else ""
    shown = f"{'; '.join(names[:3])}{rest}"
    return f"{len(names)}: {shown}"


def add_response(whole: Whole) -> None:
    """Add how many of how many are counted, group by group."""
    chart = response_chart(whole.report, False)
    if chart is None or len(whole.report.groups) > MOST_DRAWN:
        return
    head = whole.head(chart.title, chart.subtitle, notes.response_notes(whole.report))
    put_beside(whole.adding("Chart", head), figures.response(whole.report, chart))


def add_comparing(whole: Whole) -> None:
    """Add what comparing teams is worth, where that can be told."""
    found = whole.report.comparisons
    if not found:
        return
    head = whole.head(
        across_words.comparing_title(found),
        _("How much of the differences between answers lies between teams"),
        notes.comparing_notes(across_words.comparison_sentence(found[0])),
    )
    rows = tuple(
        cells(
            words.text(one.name),
            across_words.comparison_share(one),
            across_words.comparison_interval(one),
            across_words.comparison_apart(one),
        )
        for one in found
    )
    named = (
        _("Measure"),
        _("Between teams lie"),
        _("95 % interval"),
        _("Two averages are apart from"),
    )
    grid = Grid(heads(*named), rows, (3.4, 2.6, 2.2, 3.93), 14)
    add_table(whole.adding("Table", head), [grid], across_words.comparing_note(found))


def add_stories(whole: Whole) -> None:
    """Add newcomers against veterans, where enough of both answered."""
    found = whole.report.stories
    if found is None:
        return
    note = across_words.stories_note(found)
    subtitle = _("Newcomers against veterans, over the whole survey")
    head = whole.head(across_words.stories_title(found), subtitle, notes.stories_notes(note))
    slide = whole.deck.add("Closing", head)
    write(slide, FIRST, [Said(across_words.stories_sentence(found), size=18)])
    write(slide, SECOND, [Said(_("What it is made from"), bold=True, size=16), Said(note)])
