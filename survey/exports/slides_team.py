"""The slides of one group, in the order in which they are presented.

Here belongs what stands on which slide. Sentences come from `survey.report`, titles of charts from
`survey.charts`; notes for the presenter stand in `slides_notes`.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from survey import language
from survey.charts.style import GREY, INK_2, RUST, TEAL
from survey.disclosure.values import Released
from survey.exports import slides_figures as figures
from survey.exports import slides_notes as notes
from survey.exports import slides_words as said
from survey.exports.sections import Advised, GroupSection, group_section
from survey.exports.slides_beside import put_beside
from survey.exports.slides_deck import (
    FIRST,
    SECOND,
    THIRD,
    Deck,
    Head,
    Said,
    write,
    write_note,
)
from survey.exports.slides_fit import LEADING, POINTS, lines
from survey.exports.slides_tables import ROOM, Cell, Grid, Row, cells, heads, put_table
from survey.language import _, mark, ngettext
from survey.readiness.kinds import Advice
from survey.report import (
    finding_words,
    grounds_words,
    left_out_words,
    method,
    month_words,
    practice_words,
    verdict_words,
    words,
)
from survey.report.model import Commitment, GroupReport, Report
from survey.report.month import Part

ADVICE_INK: dict[Advice | None, str] = {"start_here": TEAL, "already_done": TEAL, "try_small": GREY}
CLAIMS = mark("What nobody may conclude")
EVERYBODY = mark("All groups")
NOTE_WIDTH, NOTE_SIZE, NOTE_LINES = 12.13, 11, 3
"""The room for a note below a table: what it does not take is the table's."""


@dataclass(frozen=True)
class Case:
    """One group, where its slides go, and what they have in common."""

    deck: Deck
    group: GroupReport
    report: Report
    section: GroupSection

    def head(self, title: str, subtitle: str, notes: str) -> Head:
        """Return the head of a slide of this group."""
        counted = _("{answered_text} are counted", answered_text=words.answered_text(self.group))
        kicker = _(EVERYBODY) if self.group.kind == "node" else self.group.name
        return Head(title, subtitle, kicker, counted, notes)

    def adding(self, layout: str, head: Head) -> Callable[[str], Any]:
        """Return what adds slides that go on: it is given what follows the title."""
        return lambda part: self.deck.add(layout, replace(head, title=head.title + part))


def add_team(deck: Deck, group: GroupReport, report: Report) -> None:
    """Add all slides of a group."""
    case = Case(deck, group, report, group_section(group, report))
    for add in (
        _finding,
        _dimensions,
        _three,
        _gaps,
        _advice,
        _picks,
        _agreed,
        add_changes,
        _month,
        _how_to_read,
    ):
        add(case)
    add_claims(deck, case.head(_(CLAIMS), _("These sentences travel with the result."), ""), report)


def _finding(case: Case) -> None:
    facts = case.report.facts
    closed = _(", closed {closed}", closed=language.day(facts.closed)) if facts.closed else ""
    head = case.head(
        verdict_words.headline(case.group, case.report),
        f"{facts.client}, {facts.title}{closed}",
        notes.finding_notes(case.group, case.report),
    )
    slide = case.deck.add("Finding", head)
    write(slide, FIRST, list(_turns_on(case.group, case.report)))
    write(slide, SECOND, list(_how_sure(case.group, case.report)))


def _turns_on(group: GroupReport, report: Report) -> Iterator[Said]:
    """Yield what the finding rests on; beside it the verdict for any new practice."""
    if group.verdict is None:
        yield Said(f"{words.kind_text(group)}.")
        if group.kind == "pooled":
            yield Said(_("Units that are gathered together get no verdict: it would be nobody’s."))
        return
    if group.finding:
        for sentence in grounds_words.finding_sentences(group, group.finding, report):
            yield Said(sentence)
        yield Said(_("For any new practice"), bold=True, size=13)
    yield Said(verdict_words.verdict_word(group.verdict.rule), bold=True, size=18)
    yield Said(verdict_words.turns_on(group, report.questionnaire), size=14)
    if not group.finding:
        yield Said(verdict_words.beside_sentence(group, report.questionnaire), rust=True)


def _how_sure(group: GroupReport, report: Report) -> Iterator[Said]:
    yield Said(_("How sure is this?"), bold=True, size=16)
    counted = _("{answered_text} are counted.", answered_text=words.answered_text(group))
    yield Said(f"{counted} {words.spare_sentence(report)}".strip())
    if group.finding:
        yield Said(finding_words.silent_sentence(group, group.finding, report))
    elif group.verdict:
        yield Said(verdict_words.silent(group, report.questionnaire))
    together = verdict_words.index_sentence(group, report.questionnaire)
    yield Said(_("All dimensions together: {together}.", together=together))


def _dimensions(case: Case) -> None:
    chart = case.section.dimensions.wide
    head = case.head(chart.title, chart.subtitle, notes.dimension_notes(chart.alt))
    put_beside(case.adding("Chart", head), figures.dimensions(case.group, case.report, chart))


def _three(case: Case) -> None:
    """Add what to build on, what to work on, and whether there is room for it."""
    strong = words.names_by_state(case.group, "strong")
    title = _("What {group} can build on, and what to work on", group=case.group.name)
    subtitle = _("Where to look first; what causes what was not measured")
    slide = case.deck.add("Columns", case.head(title, subtitle, notes.three_notes()))
    built = f"{words.join(strong)}." if strong else _("No dimension is likely at the target.")
    write(slide, FIRST, [Said(_("Build on"), bold=True, size=20), Said(built)])
    write(slide, SECOND, [Said(_("Work on"), bold=True, size=20), *_work_on(case)])
    write(slide, THIRD, list(_next(case)))


def _work_on(case: Case) -> Iterator[Said]:
    weak = words.weak_names(case.group)
    conditions = verdict_words.conditions_sentence(case.group, case.report.questionnaire)
    floor = words.number(case.report.questionnaire.readiness.floor)
    if weak:
        yield Said(
            _("{weak}: very likely below {floor}.", weak=words.join(weak), floor=floor), rust=True
        )
    yield Said(conditions or ("" if weak else _("Nothing stands out as low.")))


def _next(case: Case) -> Iterator[Said]:
    month = case.section.month
    if month:
        yield Said(_("Do next"), bold=True, size=20)
        yield Said(f"{_(month_words.COURSE_WORDS[month.course])}. {month.parts[1].lines[0].said}")
    shown = [r for r in (case.group.capacity, case.group.resolve) if r and _worth(r.id, case)]
    if shown:
        yield Said(_("Is there room for it?"), bold=True, size=20)
    for result in shown:
        yield Said(f"{words.text(result.name)}: {words.scale_sentence(result, case.report)}.")


def _worth(scale: str, case: Case) -> bool:
    """Whether something can be said of a scale that stands beside the dimensions."""
    found = next(r for r in (case.group.capacity, case.group.resolve) if r and r.id == scale)
    ids = [item.id for item in case.report.questionnaire.items_of(scale)]
    return words.worth_telling(ids, found.figure, case.report)


def _gaps(case: Case) -> None:
    if case.section.gaps is None:
        return
    chart = case.section.gaps.wide
    head = case.head(chart.title, chart.subtitle, notes.gap_notes(chart.alt))
    put_beside(case.adding("Chart", head), figures.gaps(case.group, case.report, chart))


def _advice(case: Case) -> None:
    if case.group.verdict is None or not case.group.practices:
        return
    blocks = case.section.practices
    choice = practice_words.choice_sentence(case.group.practices)
    head = case.head(
        _advice_title(case.group),
        _("What to do first, practice by practice"),
        notes.advice_notes(choice),
    )
    resting = practice_words.resting_sentence(case.group.practices, case.report.policy)
    told = (_("Judgement, made from the figures by rules that the method lists; not validated."),)
    note = " ".join(part for part in (*told, resting, choice) if part)
    grid = Grid(
        heads(_("Advice"), _("Practices"), _("Because")),
        tuple(map(_advised, blocks)),
        (1.9, 5.2, 5.03),
        13,
    )
    add_table(case.adding("Table", head), [grid], note)


def _advice_title(group: GroupReport) -> str:
    """Return how many practices could be started, as the table below says it."""
    many = sum(practice.advice == "start_here" for practice in group.practices)
    if not many:
        return _("No practice stands under “start here”")
    return ngettext(
        "{many} of {practices} practices stands under “start here”",
        "{many} of {practices} practices stand under “start here”",
        many,
        many=many,
        practices=len(group.practices),
    )


def _advised(block: Advised) -> Row:
    word = practice_words.advice_word(block.advice) if block.advice else _("No advice")
    named = "; ".join(words.text(practice.label) for practice in block.practices)
    ink = ADVICE_INK.get(block.advice, RUST if block.advice else GREY)
    return Cell(word, bold=True, color=ink), Cell(named), Cell(block.sentence, color=INK_2)


def add_table(add: Callable[[str], Any], grids: Sequence[Grid], note: str, alt: str = "") -> None:
    """Put tables on as many slides as they take, each on slides of its own."""
    rows = max(lines(note, NOTE_WIDTH, NOTE_SIZE), 1) if note else 0
    room = ROOM + (NOTE_LINES - rows) * NOTE_SIZE * LEADING / POINTS
    pages = [page for grid in grids for page in grid.pages(room)]
    for at, page in enumerate(pages, start=1):
        slide = add(_(" ({at} of {pages})", at=at, pages=len(pages)) if len(pages) > 1 else "")
        put_table(
            slide,
            page,
            alt or _("Table: {text_frame}", text_frame=slide.shapes.title.text_frame.text),
        )
        write_note(slide, note)


def _picks(case: Case) -> None:
    asked = case.report.questionnaire.pick_list
    if asked is None or not any(isinstance(p.figure, Released) for p in case.group.picks):
        return
    title = _("What stands in the way, in their own choice")
    note = _(
        "{answered_text} are counted. Up to {most} could be chosen; only the "
        "{most} chosen most often are told, in shares rounded to tens. "
        "{picked_sentence}",
        answered_text=words.answered_text(case.group),
        most=asked.most,
        picked_sentence=words.picked_sentence(case.group.picks),
    )
    head = case.head(title, words.text(asked.question), notes.pick_notes())
    put_beside(case.adding("Chart", head), figures.picks(case.group, case.report, note))


def _agreed(case: Case) -> None:
    if not case.group.agreed:
        return
    head = case.head(
        _agreed_title(case.group.agreed),
        _("After the wave before; by role, not by name"),
        notes.agreed_notes(),
    )
    rows = tuple(
        cells(one.who, one.what, language.day(one.until), _(one.state)) for one in case.group.agreed
    )
    grid = Grid(heads(_("Who"), _("What"), _("Until"), _("State")), rows, (2.6, 5.9, 2.2, 1.43), 14)
    add_table(
        case.adding("Table", head),
        [grid],
        _("That something was done tells nothing about why a figure changed."),
    )


def _agreed_title(agreed: Sequence[Commitment]) -> str:
    done = sum(one.state == "done" for one in agreed)
    return _("Agreed after the wave before: {done} of {agreed} done", done=done, agreed=len(agreed))


def add_changes(case: Case) -> None:
    """Add what changed since the wave before, where one can be compared."""
    if case.section.changes is None:
        return
    chart = case.section.changes.wide
    subtitle = _(
        "{subtitle}: left of zero lower than before, right of it higher", subtitle=chart.subtitle
    )
    head = case.head(chart.title, subtitle, notes.change_notes(chart.alt))
    put_beside(case.adding("Chart", head), figures.changes(case.group, case.report, chart))


def _month(case: Case) -> None:
    """Add the next 30 days: what to do and to tell, what to leave and when to look."""
    month = case.section.month
    if month is None:
        return
    head = case.head(month.heading, _("Each line with what it rests on"), notes.month_notes())
    named = heads("", _("What to do"), _("It rests on"))
    grid = Grid(named, tuple(_lines(month.parts)), (2.1, 5.8, 4.23), 11)
    note = _("What is marked “judgement” follows from no figure.")
    add_table(case.adding("Table", head), [grid], note)


def _lines(parts: Sequence[Part]) -> Iterator[Row]:
    for part in parts:
        for at, line in enumerate(part.lines):
            heading = Cell(part.heading if at == 0 else "", bold=True, color=TEAL)
            yield heading, Cell(line.said), Cell(line.basis, color=INK_2)


def _how_to_read(case: Case) -> None:
    head = case.head(
        _("How to read this deck"),
        _("What is coloured, what is left out, and why"),
        notes.closing_notes(),
    )
    slide = case.deck.add("Closing", head)
    left = [Said(_("How to read it"), bold=True, size=16)]
    write(slide, FIRST, left + [Said(one) for one in said.read_it(case.report)])
    right = [Said(_("What is left out here, and why"), bold=True, size=16)]
    missing = left_out_words.sentences(case.group, case.report)
    write(slide, SECOND, right + [Said(one) for one in missing])


def add_claims(deck: Deck, head: Head, report: Report) -> None:
    """Add what must never be claimed; it is the last slide of every deck."""
    judged = any(group.verdict for group in report.groups)
    claims = [Said(claim) for claim in method.never_claimed(judged)]
    slide = deck.add("Closing", replace(head, notes=notes.closing_notes()))
    half = _half(claims)
    write(slide, FIRST, claims[:half])
    write(slide, SECOND, claims[half:])


def _half(claims: Sequence[Said]) -> int:
    """Return how many sentences fill the first of two columns."""
    long = [len(claim.words) for claim in claims]
    return min(range(len(long) + 1), key=lambda at: abs(sum(long[:at]) - sum(long[at:])))
