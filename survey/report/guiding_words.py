"""What stands on the sheet of a discussion guide: its texts in one language, and the reason.

Wording only. The texts of a guide come from files; here stand the reason, which cites the figure
with the words of `survey.report.words`, and the headings, in the languages that guides come in.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from survey.language import language as spoken
from survey.language import speaking
from survey.questionnaire.guides import JUDGEMENT, Action, Guides, Texts
from survey.report.facet_words import in_words, least_difference
from survey.report.guiding import Matched
from survey.report.model import Estimate, Report, ScaleResult
from survey.report.words import figure_text, interval_text, number, text

ENGLISH = {
    "name": "English",
    "heading": "Questions to take into the room",
    "why": "Why this",
    "aim": "Aim",
    "takes": "{minutes} minutes.",
    "outsider": "Somebody from outside the team leads; the leader listens and speaks last.",
    "leader": "The leader of the team leads.",
    "team": "Somebody of the team leads; the leader speaks last.",
    "rules": "Safety first",
    "steps": "How to run it",
    "questions": "Questions",
    "actions": "First actions to choose from",
    "who": "Who",
    "leader_role": "Leader of the team",
    "team_role": "The team",
    "sponsor_role": "Sponsor",
    "within": "within {days} days",
    "what": "What",
    "sign": "How you would notice",
    "source": "Where the idea comes from",
    "judgement": "Judgement",
    "avoid": "Better not",
    "caution": "A source says where an idea comes from. Nobody has tested whether it works in this "
    "team. Choose one action, agree who does it, and look at the sign.",
    "print": "One sheet for each: print this page.",
    "low": "{figure}, {state}",
    "hangs": "; {practice} hangs on it, as judged beforehand",
    "weak": "very likely below {floor}",
    "unclear_state": "may lie on either side of {floor} or {target}",
    "sound": "very likely at {floor} or above",
    "strong_state": "likely at {target} or above",
    "split": "{figure}, and people see this differently",
    "also": "; so also {names}",
    "unclear": "{figure}, {state}",
    "strong": "Nothing stands out as low; what stands highest is {figure}, {state}",
    "sides": "; “{low}” {low_figure}, “{high}” {high_figure}",
    "beside": "; “{low}” is told {least} or more below “{high}”",
    "and": "and",
}
GERMAN = {
    "name": "Deutsch",
    "heading": "Fragen für das Gespräch im Team",
    "why": "Warum dies",
    "aim": "Ziel",
    "takes": "{minutes} Minuten.",
    "outsider": "Eine Person von außen leitet; die Leitung des Teams hört zu und spricht zuletzt.",
    "leader": "Die Leitung des Teams leitet das Gespräch.",
    "team": "Jemand aus dem Team leitet; die Leitung spricht zuletzt.",
    "rules": "Sicherheit zuerst",
    "steps": "So geht es",
    "questions": "Fragen",
    "actions": "Erste Schritte zur Auswahl",
    "who": "Wer",
    "leader_role": "Leitung des Teams",
    "team_role": "Das Team",
    "sponsor_role": "Auftraggeberin oder Auftraggeber",
    "within": "binnen {days} Tagen",
    "what": "Was",
    "sign": "Woran Sie es merken würden",
    "source": "Woher der Gedanke stammt",
    "judgement": "Einschätzung",
    "avoid": "Besser nicht",
    "caution": "Eine Quelle sagt, woher ein Gedanke stammt. Ob er in diesem Team wirkt, hat "
    "niemand geprüft. Wählen Sie einen Schritt, vereinbaren Sie, wer ihn tut, und achten Sie auf "
    "das Zeichen.",
    "print": "Ein Blatt für jedes: Drucken Sie diese Seite.",
    "low": "{figure}, {state}",
    "hangs": "; nach vorheriger Einschätzung hängt „{practice}“ daran",
    "weak": "sehr wahrscheinlich unter {floor}",
    "unclear_state": "kann über oder unter {floor} oder {target} liegen",
    "sound": "sehr wahrscheinlich bei {floor} oder darüber",
    "strong_state": "wahrscheinlich bei {target} oder darüber",
    "split": "{figure}, und das Team sieht das unterschiedlich",
    "also": "; ebenso {names}",
    "unclear": "{figure}, {state}",
    "strong": "Nichts fällt als niedrig auf; am höchsten steht {figure}, {state}",
    "sides": "; „{low}“ {low_figure}, „{high}“ {high_figure}",
    "beside": "; „{low}“ liegt {least} oder mehr unter „{high}“",
    "and": "und",
}
LABELS: Mapping[str, Mapping[str, str]] = {"en": ENGLISH, "de": GERMAN}
"""The headings by language. Guides in another language stand under English ones."""
STATES = {"weak": "weak", "unclear": "unclear_state", "sound": "sound", "strong": "strong_state"}


@dataclass(frozen=True)
class Line:
    """A first action as it is printed."""

    who: str
    within: str
    text: str
    sign: str
    source: str


@dataclass(frozen=True)
class Sheet:
    """A guide for a group, every text in one language, ready to be printed."""

    id: str
    language: str
    title: str
    reason: str
    aim: str
    lead: str
    note: str
    rules: tuple[str, ...]
    steps: tuple[str, ...]
    questions: tuple[str, ...]
    actions: tuple[Line, ...]
    avoid: tuple[str, ...]


def labels(language: str = "") -> Mapping[str, str]:
    """Return the headings of a sheet in a language, that of this moment, or English."""
    return LABELS.get(language or spoken(), ENGLISH)


def sheet(found: Matched, report: Report, guides: Guides, language: str = "") -> Sheet:
    """Return the sheet of a guide in one language, else in the first that the guides have."""
    language = language or spoken()
    guide, words = found.guide, labels(language)
    return Sheet(
        id=guide.id,
        language=language,
        title=text(guide.title, language),
        reason=reason(found, report, guides, language),
        aim=text(guide.aim, language),
        lead=f"{words['takes'].format(minutes=guide.minutes)} {words[guide.leads]}",
        note=text(guide.note, language),
        rules=_lines(guides.rules, language),
        steps=_lines(guide.steps, language),
        questions=_lines(guide.questions, language),
        actions=tuple(action_line(action, language) for action in guide.actions),
        avoid=_lines(guide.avoid, language),
    )


def reason(found: Matched, report: Report, guides: Guides, language: str) -> str:
    """Return in one sentence why a guide was chosen, with the released figure it rests on."""
    with speaking(language):
        return _reason(found, report, guides, language)


def _reason(found: Matched, report: Report, guides: Guides, language: str) -> str:
    words = labels(language)
    first, *others = found.results
    said = words[found.reason].format(
        figure=_cited(first, report, guides, language), state=_state(first, report, language)
    )
    match found.reason:
        case "low":
            said += _sides(found, report, guides, language)
            practice = report.facts.practice
            said += words["hangs"].format(practice=practice) if found.hangs and practice else ""
        case "split" | "unclear" if others:
            names = [_name(other, guides, language) for other in others]
            said += words["also"].format(names=_join(names, words["and"]))
    return f"{said}."


def _cited(result: ScaleResult, report: Report, guides: Guides, language: str) -> str:
    """Return "Trust: 2.6 (2.2 to 3.0)"."""
    name = _name(result, guides, language)
    if not isinstance(result.figure, Estimate):
        return name
    figure = figure_text(result.figure, report.policy)
    interval = interval_text(result.figure)
    return f"{name}: {figure} ({interval})"


def _sides(found: Matched, report: Report, guides: Guides, language: str) -> str:
    """Return how the two sides of a scale stand; where few people answered, by their class."""
    if not found.sides:
        return ""
    words, (low, high) = labels(language), found.sides
    names = {"low": _name(low, guides, language), "high": _name(high, guides, language)}
    if in_words(low, report.policy) or in_words(high, report.policy):
        items = [item.id for item in report.questionnaire.items_of(found.results[0].id)]
        least = least_difference(*report.questionnaire.range_over(items))
        return words["beside"].format(**names, least=least)
    figures = [figure_text(side.figure, report.policy) for side in (low, high)]
    return words["sides"].format(**names, low_figure=figures[0], high_figure=figures[1])


def _state(result: ScaleResult, report: Report, language: str) -> str:
    rules = report.questionnaire.readiness
    if not isinstance(result.figure, Estimate):
        return ""
    return labels(language)[STATES[result.figure.state]].format(
        floor=number(rules.floor), target=number(rules.target)
    )


def _name(result: ScaleResult, guides: Guides, language: str) -> str:
    """Return the name of a scale or facet; its guide's, where the questionnaire has none."""
    guide = guides.get(result.id)
    if language not in result.name and guide is not None:
        return text(guide.title, language)
    return text(result.name, language)


def action_line(action: Action, language: str = "") -> Line:
    """Return a first action as it is printed, in one language."""
    language = language or spoken()
    words = labels(language)
    return Line(
        who=words[f"{action.who}_role"],
        within=words["within"].format(days=action.days),
        text=text(action.text, language),
        sign=text(action.sign, language),
        source=words["judgement"] if action.source == JUDGEMENT else action.source,
    )


def _lines(words: Texts, language: str) -> tuple[str, ...]:
    return words.get(language) or next(iter(words.values()), ())


def _join(names: list[str], last: str) -> str:
    return f"{', '.join(names[:-1])} {last} {names[-1]}" if len(names) > 1 else "".join(names)
