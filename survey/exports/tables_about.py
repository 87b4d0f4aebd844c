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
from survey.questionnaire.definition import Questionnaire
from survey.report import method, verdict_words, words
from survey.report.model import Report

README = "Read me"
Rows = Iterator[tuple[str, ...]]
WHAT_IT_IS = (
    "The released figures of one survey: averages of groups, rounded. Answers of persons are not "
    "in it. A number here holds no more digits than are printed."
)
INTERVAL = (
    "It is about what a group stably thinks, not only about what these people answered on that "
    "day. It is wider with fewer answers and with more people who kept silent. It does not cover "
    "that those who kept silent may see it differently."
)
CUT_OFF = (
    "Every average is rounded. Where it would come too near to an end, so that it could tell an "
    "answer, it is cut off and reads “or more” or “or less”; a column beside the number says so."
)


def readme_table(report: Report, letterhead: Letterhead, others: Sequence[Table]) -> Table:
    """Return what the report is, how to read it, what nobody may conclude, what else there is."""
    columns = (
        Column("About", "What the line is about"),
        Column("What there is to know", "In words"),
    )
    lines = [
        *_what(report, letterhead),
        *_how(report),
        *(("Nobody may conclude", claim) for claim in method.never_claimed(judged(report))),
        *((f"Sheet “{table.name}”", table.about) for table in others),
    ]
    return Table(README, "What this is, and what it is not.", columns, _said(lines))


def judged(report: Report) -> bool:
    """Whether groups get verdicts, or these are somebody else's scales."""
    return any(group.verdict for group in report.groups)


def _said(lines: Sequence[tuple[str, ...]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(said(text) for text in line) for line in lines)


def _what(report: Report, letterhead: Letterhead) -> Rows:
    facts, q = report.facts, report.questionnaire
    told = {
        "Report": facts.title,
        "Client": facts.client,
        "Planned practice": facts.practice,
        "It hangs on": words.join(words.scale_names(facts.critical, q)),
        "Made by": letterhead.consultant,
        "Opened": language.day(facts.opened) if facts.opened else "",
        "Closed": language.day(facts.closed) if facts.closed else "",
        "Wave before": report.previous.title if report.previous else "",
        "Result": ". ".join(part for part in verdict_words.overview(report) if part),
        "People": words.response_sentence(report),
        "Left out": words.left_out_sentence(report),
        "Questionnaire": f"{words.text(q.title)}: {q.id}, version {q.version}. "
        f"{method.asked_text(q)}.",
        "Licence of the texts": q.licence,
        "Made with": f"Headwind {version('headwind-survey')}",
    }
    yield from ((about, text) for about, text in told.items() if text)


def _how(report: Report) -> Rows:
    q = report.questionnaire
    lo, hi = method.answer_range(q)
    floor, target = words.number(q.readiness.floor), words.number(q.readiness.target)
    yield "What this is", WHAT_IT_IS
    averages = (
        f"From {lo} to {hi}; statements that speak against health are turned round, so that {hi} "
        f"is always healthiest. Floor {floor}, target {target}: judgement, not validated."
    )
    yield "Averages", averages
    yield "95 % interval", INTERVAL
    yield "Rounded and cut off", CUT_OFF
    yield "Not shown", _not_shown(report.policy)
    yield "Order", "Groups stand in the order of the organisation. Nothing is ranked."


def _not_shown(policy: Policy) -> str:
    return (
        f"A cell that says “not shown” is withheld: averages of fewer than {policy.scores} people, "
        f"single statements, knowing and doing, shares and comments of fewer than {policy.single}. "
        "It is not zero and not empty, and nothing lies behind it in a hidden cell. Do not fill it "
        "in."
    )


def dictionary_table(report: Report, others: Sequence[Table]) -> Table:
    """Return every column of every table, every measure, every cut-off and every rounding."""
    columns = (
        Column("Entry", "What is explained: a column, a scale, a statement, a cut-off"),
        Column("Where", "The sheet, or the scale that it belongs to"),
        Column("Name", "The heading, or the id"),
        Column("Meaning", "What it says"),
        Column("Unit or range", "In which unit, or between which answers"),
        Column("Turned, or missing", "Whether it is turned round; what stands where nothing is"),
    )
    lines = [
        *_columns(others),
        *_scales(report.questionnaire),
        *_statements(report),
        *_practices(report.questionnaire),
        *_options(report.questionnaire),
        *_rules(report),
    ]
    about = "Every column, measure and cut-off, with its meaning, unit and range."
    return Table("Dictionary", about, columns, _said(lines))


def _columns(others: Sequence[Table]) -> Rows:
    for table in others:
        for column in table.columns:
            yield "column", table.name, column.title, column.meaning, column.unit, column.missing


def _scales(q: Questionnaire) -> Rows:
    roles = {"dimension": "a dimension", "capacity": "room for it", "resolve": "resolve"}
    for scale in q.scales:
        many = [item.id for item in q.items_of(scale.id)]
        made = f"{words.text(scale.name)}: {words.text(scale.about)} Made of {', '.join(many)}."
        yield "scale", roles[scale.role], scale.id, made, _range(q, many), "high is healthy"
    for facet in q.facets:
        made = f"{words.text(facet.name)}, made of {', '.join(facet.items)}."
        yield "part", facet.scale, facet.id, made, _range(q, facet.items), "high is healthy"
    inside = [item.id for d in q.dimensions for item in q.items_of(d.id)]
    made = f"{words.text(INDEX)}: the mean of the dimensions that are shown."
    yield "scale", "all dimensions", "INDEX", made, _range(q, inside), "high is healthy"


def _range(q: Questionnaire, columns: Sequence[str]) -> str:
    return "{} to {}".format(*q.range_over(columns)) if columns else "none"


def _statements(report: Report) -> Rows:
    q, practice = report.questionnaire, report.facts.practice or "a new practice"
    for item in q.items:
        text = words.text(item.text).replace(words.PRACTICE, practice)
        response = q.responses[item.response]
        answers = [words.text(label) for label in (response.labels[0], response.labels[-1])]
        span = f"{response.lo} ({answers[0]}) to {response.hi} ({answers[1]})"
        turned = "as asked" if item.key > 0 else "turned: high means seldom or not so"
        yield "statement", item.scale, item.id, text, span, turned


def _practices(q: Questionnaire) -> Rows:
    for practice in q.practices:
        hangs_on = words.join(words.scale_names(practice.critical, q))
        text = f"{words.text(practice.label)}: {words.text(practice.statement)}"
        meaning = f"{text} Asked as {practice.know} (knowing) and {practice.do} (doing)."
        span = _range(q, [practice.know, practice.do])
        yield "practice", f"hangs on {hangs_on}", practice.id, meaning, span, "as asked"


def _options(q: Questionnaire) -> Rows:
    if q.pick_list is None:
        return
    question = words.text(q.pick_list.question)
    for option in q.pick_list.options:
        yield "option", question, option.id, words.text(option.text), "0 to 100 %", "less often"


def _rules(report: Report) -> Rows:
    q, policy = report.questionnaire, report.policy
    for rule, value in method.cut_offs(q, judged(report)):
        yield "cut-off", "judgement, not validated", rule, value, "as it stands", "never missing"
    for figure, people, step, ends in (
        *method.roundings(q, policy),
        *method.other_roundings(q, policy),
    ):
        meaning = f"Rounded to {step}. Cut off at {ends}."
        yield "rounding", f"{people} people", figure, meaning, "as above", "not shown below"
    least = f"Averages {policy.scores}, single figures and comments {policy.single}"
    people = f"{least}, whether there are two camps {policy.spread}."
    yield "least people", "fixed at opening", "policy", people, "people", "never missing"
