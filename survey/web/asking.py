"""A questionnaire as pages of questions, and a sent form as answers.

Here belongs what is asked in which order and how a form is read; what the page looks like stands
in the template, and what is done with the answers in `survey.services.answering`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import ClassVar

from werkzeug.datastructures import MultiDict

from survey.ballots.payload import Response, clean_comment
from survey.language import gettext as _
from survey.questionnaire.definition import Choice, Item, Questionnaire, Text
from survey.questionnaire.texts import PRACTICE

COMMENT_LENGTH = 600
OPEN = "open-"
"""Begins the names of questions answered in one's own words."""
PAIRS_A_PART = 4
"""Practices on one page: each brings two questions."""
NOT_SAID = "0"
"""Value of the answer that stands apart from the scale; it is kept as no answer."""


@dataclass(frozen=True)
class One:
    """A question with one answer out of several; `apart` is the way out, beside the scale."""

    kind: ClassVar[str] = "one"
    weight: ClassVar[int] = 1
    name: str
    text: str
    options: tuple[tuple[str, str], ...]
    apart: str


@dataclass(frozen=True)
class Pair:
    """A practice with the two questions that are asked about it."""

    kind: ClassVar[str] = "pair"
    weight: ClassVar[int] = 2
    name: str
    text: str
    questions: tuple[One, One]


@dataclass(frozen=True)
class Some:
    """A question with up to `most` answers."""

    kind: ClassVar[str] = "some"
    weight: ClassVar[int] = 2
    name: str
    text: str
    options: tuple[tuple[str, str], ...]
    most: int


@dataclass(frozen=True)
class Words:
    """A question answered in one's own words."""

    kind: ClassVar[str] = "words"
    weight: ClassVar[int] = 4
    name: str
    text: str
    length: int = COMMENT_LENGTH


Block = One | Pair | Some | Words


@dataclass(frozen=True)
class Part:
    """What is shown at one time: a heading and a few questions."""

    title: str
    hint: str
    stem: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Fault:
    """Something in a sent form that cannot be kept, and what to do.

    `field` is the name of the question, `where` the id that a link to it leads to.
    """

    field: str
    where: str
    what: str


def parts(questionnaire: Questionnaire, practice: str, language: str) -> tuple[Part, ...]:
    """Return the pages of a questionnaire in order.

    Items that speak of the planned practice are left out where none is named, and so is a page
    without questions.
    """
    asked = _Asked(questionnaire, practice, language)
    pages = (*asked.sections(), *asked.practices(), asked.last())
    return tuple(page for page in pages if page.blocks)


def minutes_left(pages: Sequence[Part], minutes: int) -> tuple[int, ...]:
    """Return for each page about how many minutes are left when it is reached, at least 1."""
    weights = [sum(block.weight for block in page.blocks) for page in pages]
    total = sum(weights) or 1
    return tuple(max(1, ceil(minutes * sum(weights[i:]) / total)) for i in range(len(pages)))


def questions(pages: Sequence[Part]) -> Iterator[One | Some | Words]:
    """Yield every single question, those of a pair included."""
    for page in pages:
        for block in page.blocks:
            if isinstance(block, Pair):
                yield from block.questions
            else:
                yield block


class _Asked:
    """One questionnaire in one language, with the practice filled in."""

    def __init__(self, questionnaire: Questionnaire, practice: str, language: str) -> None:
        self.questionnaire = questionnaire
        self.practice = practice
        self.language = language

    def text(self, text: Text) -> str:
        return text.get(self.language, "").replace(PRACTICE, self.practice)

    def sections(self) -> Iterator[Part]:
        for section in self.questionnaire.sections:
            items = [i for i in self.questionnaire.items if i.section == section.id]
            shown = [i for i in items if self.practice or not self.speaks_of_practice(i)]
            stem = self.text(self.questionnaire.responses[shown[0].response].stem) if shown else ""
            yield Part(
                self.text(section.title),
                self.text(section.hint),
                stem,
                tuple(self.one(i.id, i.text, i.response) for i in shown),
            )

    def speaks_of_practice(self, item: Item) -> bool:
        return any(PRACTICE in text for text in item.text.values())

    def one(self, name: str, text: Text, response_id: str) -> One:
        response = self.questionnaire.responses[response_id]
        values = range(response.lo, response.hi + 1)
        options = zip(values, response.labels, strict=True)
        return One(
            name,
            self.text(text),
            tuple((str(value), self.text(label)) for value, label in options),
            self.text(response.cant_say),
        )

    def practices(self) -> Iterator[Part]:
        block = self.questionnaire.practice_block
        if block is None:
            return
        pairs = [
            Pair(
                f"practice-{practice.id}",
                self.text(practice.statement),
                (
                    self.one(practice.know, block.know, block.response),
                    self.one(practice.do, block.do, block.response),
                ),
            )
            for practice in self.questionnaire.practices
        ]
        for start in range(0, len(pairs), PAIRS_A_PART):
            title = self.text(block.section.title)
            hint = self.text(block.section.hint)
            stem = self.text(self.questionnaire.responses[block.response].stem)
            yield Part(title, hint, stem, tuple(pairs[start : start + PAIRS_A_PART]))

    def last(self) -> Part:
        """Return the page of what is asked once: picks, own words, time in the team."""
        asked = self.questionnaire
        blocks: list[Block] = []
        if asked.pick_list:
            options = self.choices(asked.pick_list.options)
            question = self.text(asked.pick_list.question)
            blocks.append(Some("pick", question, options, asked.pick_list.most))
        blocks += [Words(f"{OPEN}{o.id}", self.text(o.text)) for o in asked.open_questions]
        if asked.tenure:
            bands = self.choices(asked.tenure.bands)
            question = self.text(asked.tenure.question)
            blocks.append(One("tenure", question, bands, _("I would rather not say")))
        title = _("Last questions") if len(blocks) > 1 else _("One last question")
        return Part(title, "", "", tuple(blocks))

    def choices(self, choices: Sequence[Choice]) -> tuple[tuple[str, str], ...]:
        return tuple((choice.id, self.text(choice.text)) for choice in choices)


def read(
    form: MultiDict[str, str], pages: Sequence[Part], columns: Sequence[str]
) -> tuple[Response, tuple[Fault, ...]]:
    """Read a sent form: the answers, and every fault at once.

    A question that is missing, or answered with the way out, is simply not answered.
    """
    faults: list[Fault] = []
    chosen: dict[str, str] = {}
    picks: tuple[str, ...] = ()
    comments: dict[str, str] = {}
    for question in questions(pages):
        match question:
            case One():
                chosen[question.name] = _one(form, question, faults)
            case Some():
                picks = _some(form, question, faults)
            case Words():
                comments[question.name.removeprefix(OPEN)] = _words(form, question, faults)
    answers = {name: int(v) for name, v in chosen.items() if v and name in columns}
    kept = {name: text for name, text in comments.items() if text}
    return Response(answers, chosen.get("tenure") or None, picks, kept), tuple(faults)


def fields(response: Response) -> tuple[tuple[str, str], ...]:
    """Return answers as the names and values of a form; `read` gives them back the same."""
    once = [("tenure", response.tenure)] if response.tenure else []
    return (
        *((name, str(value)) for name, value in response.answers.items()),
        *once,
        *(("pick", option) for option in response.picks),
        *((f"{OPEN}{name}", text) for name, text in response.comments.items()),
    )


def longest(pages: Sequence[Part], columns: Sequence[str]) -> Response:
    """Return the answers that take most room in a page: no lawful ones take more.

    A quotation mark takes five bytes there, and no character takes more.
    """
    answers: dict[str, int] = {}
    picks: tuple[str, ...] = ()
    comments: dict[str, str] = {}
    tenure = None
    for question in questions(pages):
        match question:
            case One() if question.name in columns:
                answers[question.name] = max(int(value) for value, _ in question.options)
            case One():
                tenure = max((value for value, _ in question.options), key=len)
            case Some():
                options = [value for value, _ in question.options]
                long = sorted(options, key=len, reverse=True)[: question.most]
                picks = tuple(value for value in options if value in long)
            case Words():
                comments[question.name.removeprefix(OPEN)] = '"' * question.length
    return Response(answers, tenure, picks, comments)


def _one(form: Mapping[str, str], question: One, faults: list[Fault]) -> str:
    value = form.get(question.name, "")
    if value in ("", NOT_SAID):
        return ""
    if value in (option for option, _ in question.options):
        return value
    faults.append(
        Fault(
            question.name,
            f"{question.name}-{question.options[0][0]}",
            _("Choose one of the answers offered for “{question}”", question=question.text),
        )
    )
    return ""


def _some(form: MultiDict[str, str], question: Some, faults: list[Fault]) -> tuple[str, ...]:
    sent = set(form.getlist(question.name))
    picks = tuple(option for option, _ in question.options if option in sent)
    first = f"{question.name}-{question.options[0][0]}"
    if len(sent) > len(picks):
        what = _("Choose only answers offered for “{question}”", question=question.text)
        faults.append(Fault(question.name, first, what))
    if len(picks) > question.most:
        what = _(
            "Choose at most {most} answers: you ticked {many}", most=question.most, many=len(picks)
        )
        faults.append(Fault(question.name, first, what))
    return picks


def _words(form: Mapping[str, str], question: Words, faults: list[Fault]) -> str:
    text = clean_comment(form.get(question.name, ""))
    if len(text) > question.length:
        what = _(
            "Shorten your answer to “{question}” to {most} characters: it has {many}",
            question=question.text,
            most=question.length,
            many=len(text),
        )
        faults.append(Fault(question.name, question.name, what))
    return text
