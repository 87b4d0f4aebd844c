"""The slides of a whole organisation: verdicts, the map, where to start, changes, the method.

Here belongs what stands on which slide, as in `slides_team`.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

from survey import language
from survey.charts.heatmap import heatmap_chart
from survey.charts.style import GREY, INK_2, LOOKS, RUST, TEAL
from survey.disclosure.values import Withheld
from survey.exports import slides_notes as notes
from survey.exports import slides_words as said
from survey.exports.sections import group_section
from survey.exports.slides_across import (
    Whole,
    add_comparing,
    add_response,
    add_starting,
    add_stories,
)
from survey.exports.slides_deck import FIRST, SECOND, Deck, Said, write
from survey.exports.slides_fit import width
from survey.exports.slides_tables import PAD, Cell, Grid, Row, heads
from survey.exports.slides_team import CLAIMS, Case, add_changes, add_claims, add_table
from survey.language import _
from survey.questionnaire.definition import Scale
from survey.readiness.kinds import Rule
from survey.report import (
    finding_words,
    grounds_words,
    map_columns,
    month,
    month_words,
    verdict_words,
    words,
)
from survey.report.model import GroupReport, Report, ScaleResult

RULE_INK: dict[Rule, str] = {
    "ready": TEAL,
    "ready_with_conditions": TEAL,
    "not_yet": RUST,
    "not_enough_evidence": GREY,
}
MOST_NAMED = 12
"""So many groups are named in a cell; of more only their number is told."""
MOST_COLUMNS = 9
NAMES, ROOM_OF_MAP, APART = (2.4, 1.0), 8.73, 0.14
"""Inches of the map: for groups and answers, for the scales, before those outside the index."""
LEAST, SIZE = 0.55, 11
"""Inches that a column of the map takes at least; the size of its letters."""


def add_organisation(deck: Deck, report: Report) -> None:
    """Add all slides of an organisation."""
    whole = Whole(deck, report)
    _overview(whole)
    if report.groups:
        _verdicts(whole)
        _map(whole)
        _courses(whole)
        add_starting(whole)
        add_comparing(whole)
        add_response(whole)
    if report.organisation is not None:
        together = report.organisation
        add_changes(Case(deck, together, report, group_section(together, report)))
    add_stories(whole)
    _how_to_read(whole)
    add_claims(
        deck, whole.head(_(CLAIMS), _("These sentences travel with the result."), ""), report
    )


def _overview(whole: Whole) -> None:
    report = whole.report
    facts = report.facts
    title, rest = verdict_words.overview(report)
    closed = _(", closed {closed}", closed=language.day(facts.closed)) if facts.closed else ""
    head = whole.head(title, f"{facts.client}, {facts.title}{closed}", notes.overview_notes(report))
    slide = whole.deck.add("Finding", head)
    critical = words.join(words.scale_names(facts.critical, report.questionnaire))
    hangs = _(
        "{practice} hangs, in the consultant’s judgement, on {critical}.",
        practice=facts.practice,
        critical=critical,
    )
    left = [Said(rest), Said(hangs[0].upper() + hangs[1:] if facts.practice and critical else "")]
    write(slide, FIRST, left)
    right = [
        Said(_("Who is counted"), bold=True, size=16),
        Said(words.response_sentence(report)),
        Said(words.left_out_sentence(report)),
    ]
    write(slide, SECOND, right)


def _verdicts(whole: Whole) -> None:
    report = whole.report
    judged = any(group.verdict for group in report.groups)
    practice = any(group.finding for group in report.groups)
    title = (
        _("Group by group: {counts}", counts=_counts(report))
        if judged
        else _("What stands out, group by group")
    )
    subtitle = _("In the order of the organisation, not by rank")
    head = whole.head(title, subtitle, notes.table_notes())
    named = _("Finding") if practice else _("Verdict") if judged else ""
    grid = Grid(
        heads(_("Group"), named, _("What it turns on"), _("Answers")),
        tuple(_verdict_row(group, report) for group in report.groups),
        (3.1, 2.3, 5.5, 1.23),
        12,
        4,
    )
    add_table(whole.adding("Table", head), [grid], "")


def _counts(report: Report) -> str:
    """Return how often each finding, or else each verdict, stands in the table."""
    judged = (_word(group) for group in report.groups if group.verdict)
    return words.join([f"{many} {words.lowered(word)}" for word, many in Counter(judged).items()])


def _word(group: GroupReport) -> str:
    if group.finding:
        return finding_words.finding_word(group.finding)
    return verdict_words.verdict_word(group.verdict.rule) if group.verdict else _("No verdict")


def _verdict_row(group: GroupReport, report: Report) -> Row:
    answers = Cell(_("{n} of {asked}", n=group.n, asked=group.asked), color=INK_2)
    if group.verdict is None:
        said_of = verdict_words.standing_out(group, report)
        return (
            Cell(group.name, bold=True),
            Cell(_("No verdict"), color=GREY),
            Cell(said_of),
            answers,
        )
    rule, word = group.verdict.rule, verdict_words.verdict_word(group.verdict.rule)
    turns = verdict_words.short_reason(group, report.questionnaire)
    beside = verdict_words.beside_sentence(group, report.questionnaire)
    if group.finding:
        rule, word = (
            finding_words.LIKE[group.finding.answer],
            finding_words.finding_word(group.finding),
        )
        turns = grounds_words.finding_sentences(group, group.finding, report)[0]
        beside = _(
            "For any new practice: {lower}.",
            lower=words.lowered(verdict_words.verdict_word(group.verdict.rule)),
        )
    verdict = Cell(word, bold=True, color=RULE_INK[rule])
    return Cell(group.name, bold=True), verdict, Cell(f"{turns} {beside}".strip()), answers


def _map(whole: Whole) -> None:
    """Add the map of groups and dimensions, over more slides where there are many of either."""
    report = whole.report
    chart = heatmap_chart(report, False)
    scales = (*report.questionnaire.dimensions, *map_columns.outside(report))
    for start in range(0, len(scales), MOST_COLUMNS):
        shown = scales[start : start + MOST_COLUMNS]
        head = whole.head(chart.title, chart.subtitle, notes.map_notes(chart.alt))
        note = f"{said.key_line()}. {chart.note}"
        add_table(whole.adding("Table", head), [_map_grid(report, shown)], note, chart.alt)


def _map_grid(report: Report, scales: Sequence[Scale]) -> Grid:
    """Return the map of some scales; a narrow empty column parts what is outside the index."""
    inside = [scale for scale in scales if scale.role == "dimension"]
    apart = [scale for scale in scales if scale.role != "dimension"]
    parted = bool(inside and apart)
    head = [Cell(words.text(scale.name), color=INK_2, centred=True) for scale in scales]
    rows = [_map_row(group, scales, report) for group in report.groups]
    rows += [_left_out_row(name, len(scales), report) for name in report.left_out]
    widths = _widths(scales, ROOM_OF_MAP - (APART if parted else 0))
    if parted:
        gap = len(inside)
        head.insert(gap, Cell(""))
        widths.insert(gap, APART)
        rows = [_with_gap(row, gap + 2) for row in rows]
    return Grid((*heads(_("Group"), _("Answers")), *head), tuple(rows), (*NAMES, *widths), SIZE, 4)


def _widths(scales: Sequence[Scale], room: float) -> list[float]:
    """Return the inches of each column: what its longest word takes, and its share of the rest."""
    long = [max([LEAST, *_words(words.text(scale.name))]) for scale in scales]
    rest = (room - sum(long)) / len(long)
    return [wide + rest if rest > 0 else wide * room / sum(long) for wide in long]


def _words(name: str) -> Iterator[float]:
    return (width(word, SIZE) + 2 * PAD for word in name.split())


def _with_gap(row: Row, at: int) -> Row:
    """Return a row with an empty cell before what stands apart; one cell over all spans it."""
    if row[-1].over > 1:
        return *row[:-1], replace(row[-1], over=row[-1].over + 1)
    return *row[:at], Cell(""), *row[at:]


def _map_row(group: GroupReport, scales: Sequence[Scale], report: Report) -> Row:
    shown = (_map_cell(map_columns.result_of(group, scale), report) for scale in scales)
    answers = Cell(_("{n} of {asked}", n=group.n, asked=group.asked), color=INK_2)
    return Cell(group.name, bold=True), answers, *shown


def _map_cell(result: ScaleResult, report: Report) -> Cell:
    figure = result.figure
    if isinstance(figure, Withheld):
        return Cell(words.withheld_scale(result, report).split(":")[0], centred=True, hatched=True)
    look = LOOKS[figure.state]
    sign = {"": "", "high": "≥ ", "low": "≤ "}[figure.released.edge]
    text = f"{said.GLYPHS[figure.state]} {sign}{words.number(figure.released.value)}"
    return Cell(text, color=look.on_fill, fill=look.fill, centred=True)


def _left_out_row(name: str, columns: int, report: Report) -> Row:
    why = words.withheld_text(Withheld("too_few"), report.policy)
    few = Cell(_("fewer than {scores}", scores=report.policy.scores), color=INK_2)
    return Cell(name, bold=True), few, Cell(why, hatched=True, centred=True, over=columns)


def _courses(whole: Whole) -> None:
    found = month.courses(whole.report)
    if not found:
        return
    practice = words.practice_name(whole.report)
    title = _("The next 30 days: {counted_courses}", counted_courses=_counted_courses(found))
    head = whole.head(
        title,
        _("What to do with {practice}, and in which groups", practice=practice),
        notes.start_notes(),
    )
    rows = tuple(
        (
            Cell(_(month_words.COURSE_WORDS[course]), bold=True, color=_course_ink(course)),
            Cell(str(len(groups))),
            Cell(_some([group.name for group in groups])),
        )
        for course, groups in found
    )
    grid = Grid(heads(_("Course"), _("Groups"), _("Which")), rows, (3.0, 1.1, 8.03), 14)
    add_table(
        whole.adding("Table", head),
        [grid],
        _("Judgement, made from the findings; each group’s own deck has its reasons."),
    )


def _course_ink(course: str) -> str:
    return {"hold": RUST, "ask_again": GREY}.get(course, TEAL)


def _counted_courses(found: Sequence[tuple[month_words.Course, Sequence[GroupReport]]]) -> str:
    told = [
        _(
            "{lower} in {groups}",
            lower=words.lowered(_(month_words.COURSE_WORDS[c])),
            groups=len(groups),
        )
        for c, groups in found
    ]
    many = sum(len(groups) for _, groups in found)
    return _("{told} of {many} groups", told=words.join(told), many=many)


def _some(names: Sequence[str]) -> str:
    """Return names, the first of them where there are many."""
    if len(names) <= MOST_NAMED:
        return "; ".join(names)
    return _(
        "{MOST_NAMED}; and {len} more",
        MOST_NAMED="; ".join(names[:MOST_NAMED]),
        len=len(names) - MOST_NAMED,
    )


def _how_to_read(whole: Whole) -> None:
    report = whole.report
    head = whole.head(
        _("How to read this deck"),
        _("What is coloured, what is left out, and why"),
        notes.closing_notes(),
    )
    slide = whole.deck.add("Closing", head)
    left = [Said(_("How to read it"), bold=True, size=16)]
    write(slide, FIRST, left + [Said(one) for one in said.read_it(report)])
    policy = report.policy
    missing = (
        words.left_out_sentence(report),
        (
            _(
                "Scores are shown of {scores} people and more; single statements, "
                "knowing and doing, and comments of {single} and more.",
                scores=policy.scores,
                single=policy.single,
            )
        ),
        _("Units with too few answers to be shown alone are taken together, and get no verdict.")
        if any(group.kind == "pooled" for group in report.groups)
        else "",
        _("The answers themselves are destroyed.") if report.facts.closed else "",
    )
    right = [Said(_("What is left out, and why"), bold=True, size=16)]
    write(slide, SECOND, right + [Said(one) for one in missing])
