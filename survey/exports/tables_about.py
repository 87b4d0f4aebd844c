"""The tables that explain the others: what a report is and is not, and every column and measure.

Whoever gets a workbook without the pages finds here what a figure means, how it was rounded, why
something is not shown, and what nobody may conclude.
"""

from collections.abc import Iterator, Sequence
from importlib.metadata import version

from survey import language
from survey.disclosure.values import Policy
from survey.exports.cells import Cell, Column, Table, said
from survey.exports.letterhead import Letterhead
from survey.exports.tables_groups import INDEX
from survey.language import _, mark
from survey.questionnaire.definition import Questionnaire
from survey.report import method, verdict_words, words
from survey.report.model import Report

README = mark("Read me")
Rows = Iterator[tuple[str, ...]]
WHAT_IT_IS = mark(
    "The released figures of one survey: averages of groups, rounded. Answers "
    "of persons are not in it. A number here holds no more digits than are "
    "printed."
)
INTERVAL = mark(
    "It is about what a group stably thinks, not only about what these people "
    "answered on that day. It is wider with fewer answers and with more people "
    "who kept silent. It does not cover that those who kept silent may see it "
    "differently."
)
CUT_OFF = mark(
    "Every average is rounded. Where it would come too near to an end, so that "
    "it could tell an answer, it is cut off and reads “or more” or “or less”; "
    "a column beside the number says so."
)


def readme_table(report: Report, letterhead: Letterhead, others: Sequence[Table]) -> Table:
    """Return what the report is, how to read it, what nobody may conclude, what else there is."""
    columns = (
        Column(_("About"), _("What the line is about")),
        Column(_("What there is to know"), _("In words")),
    )
    lines = [
        *_what(report, letterhead),
        *_how(report),
        *((_("Nobody may conclude"), claim) for claim in method.never_claimed(judged(report))),
        *((_("Sheet “{table}”", table=table.name), table.about) for table in others),
    ]
    return Table(_(README), _("What this is, and what it is not."), columns, _said(lines))


def judged(report: Report) -> bool:
    """Whether groups get verdicts, or these are somebody else's scales."""
    return any(group.verdict for group in report.groups)


def _said(lines: Sequence[tuple[str, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(said(text) for text in line) for line in lines)


def _what(report: Report, letterhead: Letterhead) -> Rows:
    facts, q = report.facts, report.questionnaire
    told = {
        _("Report"): facts.title,
        _("Client"): facts.client,
        _("Planned practice"): facts.practice,
        _("It hangs on"): words.join(words.scale_names(facts.critical, q)),
        _("Made by"): letterhead.consultant,
        _("Opened"): language.day(facts.opened) if facts.opened else "",
        _("Closed"): language.day(facts.closed) if facts.closed else "",
        _("Wave before"): report.previous.title if report.previous else "",
        _("Result"): ". ".join(part for part in verdict_words.overview(report) if part),
        _("People"): words.response_sentence(report),
        _("Left out"): words.left_out_sentence(report),
        _("Questionnaire"): _(
            "{title}: {id}, version {version}. {asked_text}.",
            title=words.text(q.title),
            id=q.id,
            version=q.version,
            asked_text=method.asked_text(q),
        ),
        _("Licence of the texts"): q.licence,
        _("Made with"): _("Headwind {version}", version=version("headwind-survey")),
    }
    yield from ((about, text) for about, text in told.items() if text)


def _how(report: Report) -> Rows:
    q = report.questionnaire
    lo, hi = method.answer_range(q)
    floor, target = words.number(q.readiness.floor), words.number(q.readiness.target)
    yield _("What this is"), _(WHAT_IT_IS)
    averages = _(
        "From {lo} to {hi}; statements that speak against health are turned round, "
        "so that {hi} is always healthiest. Floor {floor}, target {target}: "
        "judgement, not validated.",
        lo=lo,
        hi=hi,
        floor=floor,
        target=target,
    )
    yield _("Averages"), averages
    yield _("95 % interval"), _(INTERVAL)
    yield _("Rounded and cut off"), _(CUT_OFF)
    yield _("Not shown"), _not_shown(report.policy)
    yield _("Order"), _("Groups stand in the order of the organisation. Nothing is ranked.")


def _not_shown(policy: Policy) -> str:
    return _(
        "A cell that says “not shown” is withheld: averages of fewer than {scores} "
        "people, single statements, knowing and doing, shares and comments of "
        "fewer than {single}. It is not zero and not empty, and nothing lies "
        "behind it in a hidden cell. Do not fill it in.",
        scores=policy.scores,
        single=policy.single,
    )


def dictionary_table(report: Report, others: Sequence[Table]) -> Table:
    """Return every column of every table, every measure, every cut-off and every rounding."""
    columns = (
        Column(_("Entry"), _("What is explained: a column, a scale, a statement, a cut-off")),
        Column(_("Where"), _("The sheet, or the scale that it belongs to")),
        Column(_("Name"), _("The heading, or the id")),
        Column(_("Meaning"), _("What it says")),
        Column(_("Unit or range"), _("In which unit, or between which answers")),
        Column(
            _("Turned, or missing"), _("Whether it is turned round; what stands where nothing is")
        ),
    )
    lines = [
        *_columns(others),
        *_scales(report.questionnaire),
        *_statements(report),
        *_practices(report.questionnaire),
        *_options(report.questionnaire),
        *_rules(report),
    ]
    about = _("Every column, measure and cut-off, with its meaning, unit and range.")
    return Table(_("Dictionary"), about, columns, _said(lines))


def _columns(others: Sequence[Table]) -> Rows:
    for table in others:
        for column in table.columns:
            yield (
                _("column"),
                table.name,
                _(column.title),
                _(column.meaning),
                _(column.unit),
                _(column.missing),
            )


def _scales(q: Questionnaire) -> Rows:
    roles = {"dimension": _("a dimension"), "capacity": _("room for it"), "resolve": _("resolve")}
    for scale in q.scales:
        many = [item.id for item in q.items_of(scale.id)]
        made = _(
            "{name}: {about} Made of {many}.",
            name=words.text(scale.name),
            about=words.text(scale.about),
            many=", ".join(many),
        )
        yield _("scale"), roles[scale.role], scale.id, made, _range(q, many), _("high is healthy")
    for facet in q.facets:
        made = _(
            "{name}, made of {items}.", name=words.text(facet.name), items=", ".join(facet.items)
        )
        yield _("part"), facet.scale, facet.id, made, _range(q, facet.items), _("high is healthy")
    inside = [item.id for d in q.dimensions for item in q.items_of(d.id)]
    made = _("{index}: the mean of the dimensions that are shown.", index=_(words.text(INDEX)))
    yield _("scale"), _("all dimensions"), "INDEX", made, _range(q, inside), _("high is healthy")


def _range(q: Questionnaire, columns: Sequence[str]) -> str:
    if not columns:
        return _("none")
    low, high = q.range_over(columns)
    return _("{low} to {high}", low=low, high=high)


def _statements(report: Report) -> Rows:
    q = report.questionnaire
    for item in q.items:
        response = q.responses[item.response]
        answers = [words.text(label) for label in (response.labels[0], response.labels[-1])]
        span = _(
            "{lo} ({answers}) to {hi} ({answers2})",
            lo=response.lo,
            answers=answers[0],
            hi=response.hi,
            answers2=answers[1],
        )
        turned = _("as asked") if item.key > 0 else _("turned: high means seldom or not so")
        text = words.item_text(item, report)
        yield _("statement"), item.scale, item.id, text, span, turned


def _practices(q: Questionnaire) -> Rows:
    for practice in q.practices:
        hangs_on = words.join(words.scale_names(practice.critical, q))
        text = f"{words.text(practice.label)}: {words.text(practice.statement)}"
        meaning = _(
            "{text} Asked as {know} (knowing) and {do} (doing).",
            text=text,
            know=practice.know,
            do=practice.do,
        )
        span = _range(q, [practice.know, practice.do])
        yield (
            _("practice"),
            _("hangs on {hangs_on}", hangs_on=hangs_on),
            practice.id,
            meaning,
            span,
            _("as asked"),
        )


def _options(q: Questionnaire) -> Rows:
    if q.pick_list is None:
        return
    question = words.text(q.pick_list.question)
    for option in q.pick_list.options:
        yield (
            _("option"),
            question,
            option.id,
            words.text(option.text),
            _("0 to 100 %"),
            _("less often"),
        )


def _rules(report: Report) -> Rows:
    for rule, value in method.cut_offs(report.questionnaire, judged(report)):
        yield (
            _("cut-off"),
            _("judgement, not validated"),
            rule,
            value,
            _("as it stands"),
            _("never missing"),
        )
    yield from _roundings(report.questionnaire, report.policy)
    yield _least_people(report.policy)


def _roundings(q: Questionnaire, policy: Policy) -> Rows:
    every = (*method.roundings(q, policy), *method.other_roundings(q, policy))
    for figure, people, step, ends in every:
        meaning = _("Rounded to {step}. Cut off at {ends}.", step=step, ends=ends)
        yield (
            _("rounding"),
            _("{people} people", people=people),
            figure,
            meaning,
            _("as above"),
            _("not shown below"),
        )


def _least_people(policy: Policy) -> tuple[str, ...]:
    least = _(
        "Averages {scores}, single figures and comments {single}",
        scores=policy.scores,
        single=policy.single,
    )
    people = _("{least}, whether there are two camps {spread}.", least=least, spread=policy.spread)
    return (
        _("least people"),
        _("fixed at opening"),
        _("policy"),
        people,
        _("people"),
        _("never missing"),
    )
