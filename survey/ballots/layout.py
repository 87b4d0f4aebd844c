"""Where everything lies in the plaintext of a box. Fixed by the questionnaire:

    byte 0      version of the layout
    bytes 1-2   place of the unit in the roster
    then        one byte per answer column, in the order of `Questionnaire.columns`; 0 = none
    then        one byte for tenure (1 = first band; 0 = none)
    then        one bit per option of the pick list
    then        one place per open question: two bytes of length, 2400 bytes of UTF-8
    the rest    zeros

so that nothing in a box tells how much was written. Packing and unpacking stand in `payload`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from survey.ballots.sealing import PLAIN_SIZE
from survey.errors import UserError
from survey.language import gettext as _
from survey.questionnaire.definition import Questionnaire

VERSION = 1
MAX_COMMENT = 600
"""Characters of one comment."""
UNIT_AT = 1
ANSWERS_AT = 3
LENGTH_SIZE = 2
TEXT_SIZE = 4 * MAX_COMMENT
SLOT_SIZE = LENGTH_SIZE + TEXT_SIZE


class QuestionnaireTooLong(UserError):
    """Answers to this questionnaire cannot be sealed: {what}"""


@dataclass(frozen=True)
class Layout:
    """Where everything lies in the plaintext of a survey's boxes."""

    columns: tuple[str, ...]
    ranges: tuple[tuple[int, int], ...]
    bands: tuple[str, ...]
    options: tuple[str, ...]
    most: int
    questions: tuple[str, ...]
    names: Mapping[str, str]
    """What each column or question is called when a person is told about it."""

    @cached_property
    def tenure_at(self) -> int:
        """The place of the byte for tenure."""
        return ANSWERS_AT + len(self.columns)

    @cached_property
    def picks_at(self) -> int:
        """The place of the first byte of the pick list."""
        return self.tenure_at + 1

    @cached_property
    def comments_at(self) -> int:
        """The place of the first open question."""
        return self.picks_at + -(-len(self.options) // 8)

    @cached_property
    def end(self) -> int:
        """The number of bytes in use."""
        return self.comments_at + SLOT_SIZE * len(self.questions)


def layout_of(questionnaire: Questionnaire) -> Layout:
    """Return the layout of a questionnaire; `QuestionnaireTooLong` where a box cannot hold it."""
    q = questionnaire
    layout = Layout(
        columns=q.columns,
        ranges=tuple(q.range_of(column) for column in q.columns),
        bands=tuple(band.id for band in q.tenure.bands) if q.tenure else (),
        options=tuple(option.id for option in q.pick_list.options) if q.pick_list else (),
        most=q.pick_list.most if q.pick_list else 0,
        questions=tuple(question.id for question in q.open_questions),
        names=_names(q),
    )
    if any(lo < 1 or hi > 255 for lo, hi in layout.ranges):
        raise QuestionnaireTooLong(what=_("every answer must be a number from 1 to 255."))
    if layout.end > PLAIN_SIZE:
        raise QuestionnaireTooLong(
            what=_(
                "it needs {bytes} bytes of {most}; ask at most three open questions.",
                bytes=layout.end,
                most=PLAIN_SIZE,
            )
        )
    return layout


def _names(questionnaire: Questionnaire) -> Mapping[str, str]:
    language = questionnaire.languages[0]
    names = {item.id: item.text[language] for item in questionnaire.items}
    for practice in questionnaire.practices:
        names[practice.know] = names[practice.do] = practice.label[language]
    return names | {
        question.id: question.text[language] for question in questionnaire.open_questions
    }
