"""The next 30 days of one group: what to start or to hold, what to mend, what to say, when to look.

Every line names the figure it rests on, or says that it is judgement; the figures are those of the
report. First actions come from the discussion guides; without a guide general ones stand in. The
sentences themselves stand in `survey.report.month_words`. Nothing here says what will come of it.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from survey.disclosure.values import Withheld
from survey.language import _, day, decimal, mark
from survey.questionnaire.guides import Action, Guides
from survey.readiness.kinds import Rule
from survey.report import month_words as said
from survey.report.finding import TOO_FEW
from survey.report.grounds_words import cited, finding_sentences, scales_of
from survey.report.guiding import matched
from survey.report.guiding_words import Line as Printed
from survey.report.guiding_words import action_line, labels
from survey.report.model import Answer, Estimate, GroupReport, Report, ScaleResult
from survey.report.month_words import Course
from survey.report.verdict_words import turns_on
from survey.report.words import join, names_by_state, practice_name, state_of, text, weak_names

JUDGEMENT = mark("judgement")
NO_GUIDES = Guides()
ACTIONS = 2
EVEN = 0.5
STARTING = ("start", "start_small")
UNTIL_NEXT = 3
"""Months from closing to the next wave: long enough to do something, short enough to remember."""
BY_ANSWER: dict[Answer, Course] = {
    "can": "start",
    "can_with_conditions": "start_small",
    "cannot_yet": "hold",
    "too_few": "ask_again",
    "too_close": "start_small",
}
BY_VERDICT: dict[Rule, Answer] = {
    "ready": "can",
    "ready_with_conditions": "can_with_conditions",
    "not_yet": "cannot_yet",
}


@dataclass(frozen=True)
class Line:
    """One thing to do or to say, and what it rests on: a figure of the report, or judgement."""

    said: str
    basis: str = field(default_factory=lambda: _(JUDGEMENT))


@dataclass(frozen=True)
class Part:
    """Some lines under one heading."""

    heading: str
    lines: tuple[Line, ...]


@dataclass(frozen=True)
class Month:
    """The 30 days of one group."""

    course: Course
    heading: str
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class _Case:
    """What the lines are made from."""

    group: GroupReport
    report: Report
    course: Course
    fix: ScaleResult | None
    actions: tuple[Action, ...]
    """The first two of the guide for what is to be mended; empty where there is none."""

    def fill(self, sentence: str) -> str:
        """Put the names into a sentence."""
        return sentence.format(
            practice=practice_name(self.report),
            group=self.group.name,
            mended=text(self.fix.name) if self.fix else _("what stands above"),
        )

    @property
    def rests_on(self) -> str:
        """What the practice hangs on, with its figures, as the basis of a line."""
        finding = self.group.finding
        ids = finding.critical if finding else [d.id for d in self.group.dimensions]
        return join([cited(one, self.report) for one in scales_of(self.group, ids)])

    @property
    def counted(self) -> str:
        """How many are counted, as the basis of a line."""
        return _("{n} of {asked} people are counted", n=self.group.n, asked=self.group.asked)


def month(group: GroupReport, report: Report, guides: Guides = NO_GUIDES) -> Month | None:
    """Return the next 30 days of a group; None where it gets no verdict.

    Parameters
    ----------
    group
        A group with its verdict and, where a practice is planned, its finding.
    report
        Its report.
    guides
        Where the first actions come from.

    Returns
    -------
    Month
    """
    if group.verdict is None:
        return None
    fix = to_mend(group)
    case = _Case(group, report, course_of(group), fix, _actions(fix, group, report, guides))
    parts = (
        Part(_("What to do with it"), _decision(case)),
        Part(_(said.MENDING[case.course]), _mend(case)),
        Part(_("What to tell the team this week"), _tell(case)),
        Part(_("What not to say or do"), tuple(Line(_(one)) for one in said.NOT_TO_SAY)),
        Part(_("What to postpone, and what waiting costs"), _postpone(case)),
        Part(_(said.STOPPING[case.course]), _stop(case)),
        Part(_("When to look again"), _again(case)),
    )
    heading = _(
        "{group}, the next 30 days: {fill}",
        group=group.name,
        fill=case.fill(_(said.HEADINGS[case.course])),
    )
    return Month(case.course, heading, parts)


def course_of(group: GroupReport) -> Course:
    """Return whether to start, start small, hold or ask again; only of a group with a verdict."""
    answer = answer_of(group)
    if answer == "can" and group.finding and group.finding.own == "already_done":
        return "look"
    return BY_ANSWER[answer]


def answer_of(group: GroupReport) -> Answer:
    """Return the finding's answer or, where no practice is named, what verdict and room give."""
    if group.finding is not None:
        return group.finding.answer
    assert group.verdict is not None  # noqa: S101 -- only judged groups are asked about
    if group.verdict.rule not in BY_VERDICT:
        return "too_few" if TOO_FEW & set(group.verdict.reasons) else "too_close"
    answer, room = BY_VERDICT[group.verdict.rule], group.capacity and group.capacity.figure
    if isinstance(room, Estimate) and answer != "cannot_yet" and room.p_floor < EVEN:
        return "cannot_yet" if room.state == "weak" else "can_with_conditions"
    return answer


def courses(report: Report) -> tuple[tuple[Course, tuple[GroupReport, ...]], ...]:
    """Return which groups start, start small, hold or are asked again, in the order of the tree."""
    judged = [group for group in report.groups if group.verdict]
    found = ((c, tuple(g for g in judged if course_of(g) == c)) for c in said.COURSES)
    return tuple((course, groups) for course, groups in found if groups)


def to_mend(group: GroupReport) -> ScaleResult | None:
    """Return the one scale to mend first: what speaks against, else the first condition."""
    if group.verdict is None or answer_of(group) == "too_few":
        return None
    finding, conditions = group.finding, group.verdict.conditions
    named = (*finding.against, *finding.conditions) if finding else _no_room(group)
    weak = [r.id for r in scales_of(group, conditions) if state_of(r.figure) == "weak"]
    return next(iter(scales_of(group, (*named, *weak, *conditions))), None)


def _actions(
    fix: ScaleResult | None, group: GroupReport, report: Report, guides: Guides
) -> tuple[Action, ...]:
    """Return two first actions on what is to be mended, of the side of it that stands lower."""
    if fix is None:
        return ()
    chosen = (m.guide for m in matched(group, report, guides) if m.results[0].id == fix.id)
    guide = next(chosen, guides.get(fix.id))
    holding = course_of(group) == "hold"
    actions = [a for a in guide.actions if not (holding and a.begins)] if guide else []
    return tuple(actions[:ACTIONS])


def _no_room(group: GroupReport) -> tuple[str, ...]:
    """Return the scale of room where that is what stands in the way."""
    room = group.capacity
    low = room and isinstance(room.figure, Estimate) and room.figure.p_floor < EVEN
    return (room.id,) if room and low else ()


def next_wave(report: Report) -> date | None:
    """Return about when to measure again; None where nobody knows when this wave closed."""
    closed = report.facts.closed
    if closed is None:
        return None
    year, month = closed.year + (closed.month + UNTIL_NEXT - 1) // 12, (closed.month + 2) % 12 + 1
    return date(year, month, min(closed.day, monthrange(year, month)[1]))


def _decision(case: _Case) -> tuple[Line, ...]:
    group, finding = case.group, case.group.finding
    rests_on = (
        finding_sentences(group, finding, case.report)
        if finding
        else (turns_on(group, case.report.questionnaire),)
    )
    steps = (Line(_(said.FIRST_STEPS)),) if case.course in STARTING else ()
    first = Line(case.fill(_(said.DECISIONS[case.course])), " ".join(rests_on))
    return (first, *steps, Line(case.fill(_(said.ONLY_HERE))))


def _mend(case: _Case) -> tuple[Line, ...]:
    if case.course == "ask_again":
        return (Line(_(said.WHY_SILENT), case.counted),)
    nothing = (
        (Line(_(said.NOTHING_FIRST), case.rests_on),) if case.course in ("start", "look") else ()
    )
    if case.fix is None:
        return nothing
    beside = case.fix in (case.group.capacity, case.group.resolve)
    settle = beside and case.course == "start_small"
    sentence = _(said.SETTLE if settle else said.FIRST[case.course])
    first = Line(case.fill(sentence), cited(case.fix, case.report))
    lines = [action_line(action) for action in case.actions]
    actions = [Line(f"{line.text} {line.who}, {line.within}.", _source(line)) for line in lines]
    return (*nothing, first, *(actions or [Line(case.fill(_(one))) for one in said.GENERAL]))


def _source(line: Printed) -> str:
    return (
        _("{JUDGEMENT}; the idea: {source}", JUDGEMENT=_(JUDGEMENT), source=line.source)
        if line.source != labels()["judgement"]
        else _(JUDGEMENT)
    )


def _tell(case: _Case) -> tuple[Line, ...]:
    group = case.group
    strong, weak = names_by_state(group, "strong"), weak_names(group)
    lines = [
        Line(_("“{n} of {asked} of you are counted.”", n=group.n, asked=group.asked), case.counted)
    ]
    if case.course == "ask_again":
        return (*lines, Line(case.fill(_(said.SAYING[case.course]))))
    if strong:
        lines.append(
            Line(_("“What is good here: {strong}.”", strong=join(strong)), _cited(case, strong))
        )
    if weak:
        lines.append(Line(_("“What we work on: {weak}.”", weak=join(weak)), _cited(case, weak)))
    elif case.fix is not None:
        seen = _("“What we look at: {name}.”", name=text(case.fix.name))
        lines.append(Line(seen, cited(case.fix, case.report)))
    return (*lines, Line(case.fill(_(said.SAYING[case.course]))))


def _cited(case: _Case, names: Sequence[str]) -> str:
    return join([cited(d, case.report) for d in case.group.dimensions if text(d.name) in names])


def _postpone(case: _Case) -> tuple[Line, ...]:
    return (
        Line(case.fill(_(said.POSTPONE[case.course]))),
        Line(case.fill(_(said.WAITING[case.course]))),
    )


def _stop(case: _Case) -> tuple[Line, ...]:
    if case.course in ("hold", "ask_again"):
        signs = [Line(_(said.LOOK_FOR, sign=sign)) for sign in _signs(case)]
        return (Line(case.fill(_(said.NO_BACK_DOOR))), *signs)
    return (Line(_(said.STOP)), *(Line(_(said.SIGN, sign=sign)) for sign in _signs(case)))


def _signs(case: _Case) -> list[str]:
    return [action_line(action).sign for action in case.actions]


def _again(case: _Case) -> tuple[Line, ...]:
    if case.course == "ask_again":
        return (Line(_(said.ASK_AGAIN)),)
    when = next_wave(case.report)
    first = Line(_(said.AGAIN, day=day(when)) if when else _(said.AGAIN_SOME_DAY))
    return (first, *_could_show(case))


def _could_show(case: _Case) -> list[Line]:
    wanted = [(_("the average of all dimensions"), "INDEX", case.group.index)]
    wanted += [(text(case.fix.name), case.fix.id, case.fix.figure)] if case.fix else []
    return [
        Line(sentence, case.counted)
        for name, one, figure in wanted
        if (sentence := _could_be_shown(case.group.could_show.get(one), name, figure))
    ]


def _could_be_shown(size: float | None, name: str, figure: Estimate | Withheld) -> str:
    """Return what a next wave could show of a scale, or why that cannot be said."""
    if size is not None:
        return _(said.COULD_SHOW, size=decimal(size), name=name)
    cut = isinstance(figure, Estimate) and figure.released.edge
    return _(said.CANNOT_SHOW, name=name) if cut else ""
