"""The forms of a draft's pages: which fields there are, what they are called, what was shown.

Nothing is refused here: whatever is typed is saved. What is wrong with it is found by
`survey.services.preparing` and put beside the same fields.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from wtforms import BooleanField, SelectField, SelectMultipleField, StringField, TextAreaField

from survey.language import mark
from survey.services.draft_settings import STEP_FIELDS, Settings, marks_of
from survey.services.preparing import Fault
from survey.web.forms import Form, tidy, tidy_lines

WAS = "was"
"""The hidden field that tells what the page was made with."""
LABELS: Mapping[str, str] = {
    "title": mark("Title"),
    "questionnaire": mark("Questionnaire"),
    "comments": mark("Questions in one’s own words"),
    "practice": mark("Planned practice"),
    "unplanned": mark("Nothing in particular is planned"),
    "critical": mark("What this practice hangs on"),
    "spare": mark("Spare cards for each group"),
    "ends": mark("Answers until"),
    "timezone": mark("Time zone"),
    "closable_from": mark("May be closed from"),
    "results_on": mark("When each group sees its result"),
    "least": mark("Answers from which scores are shown"),
    "scheme": mark("How many opening codes it takes"),
    "holder_1": mark("Who holds the first opening code"),
    "holder_2": mark("Who holds the second opening code"),
    "holder_3": mark("Where the sealed spare is kept"),
    "mails_from": mark("Mails go out from"),
    "organiser": mark("Who runs the survey"),
    "help_contact": mark("Whom people may ask"),
    "harm_role": mark("Who is told where people are being hurt"),
    "controller": mark("Who answers for people’s data"),
    "controller_contact": mark("How to reach them"),
    "privacy_notice": mark("Privacy notice"),
    "sponsor": mark("Who says it"),
    "introduction": mark("Introduction"),
    "masked": mark("More names to take out of comments"),
}


class Line(StringField):
    """One line of text, as it was typed."""

    def __init__(self, **told: Any) -> None:
        super().__init__(filters=[tidy], **told)


class Lines(TextAreaField):
    """Several lines of text, as they were typed."""

    def __init__(self, **told: Any) -> None:
        super().__init__(filters=[tidy_lines], **told)


class Choice(SelectField):
    """One of several; what is no choice is judged elsewhere."""

    def __init__(self, **told: Any) -> None:
        super().__init__(validate_choice=False, **told)


class QuestionsForm(Form):
    """What is asked."""

    title = Line()
    questionnaire = Choice()
    comments = BooleanField()
    masked = Lines()


class PracticeForm(Form):
    """What is planned."""

    practice = Line()
    unplanned = BooleanField()
    critical = SelectMultipleField(validate_choice=False)


class DatesForm(Form):
    """When and how."""

    ends = Line()
    timezone = Line()
    closable_from = Line()
    results_on = Line()
    least = Line()
    mails_from = Line()
    scheme = Choice()
    holder_1 = Line()
    holder_2 = Line()
    holder_3 = Line()


class AnsweringForm(Form):
    """Who answers for it."""

    organiser = Line()
    help_contact = Line()
    harm_role = Line()
    controller = Line()
    controller_contact = Line()
    privacy_notice = Lines()
    sponsor = Line()
    introduction = Lines()


FORMS: Mapping[str, type[Form]] = {
    "questions": QuestionsForm,
    "practice": PracticeForm,
    "dates": DatesForm,
    "answering": AnsweringForm,
}
"""Step -> its form. (Who is asked has a page of its own kind.)"""


@dataclass(frozen=True)
class Theirs:
    """A field that somebody else changed meanwhile, and to what."""

    label: str
    value: str


def shown_form(step: str, settings: Settings) -> Form:
    """Return the form of a step with what was filled in so far."""
    data = {name: getattr(settings, name) for name in STEP_FIELDS[step]}
    return FORMS[step](formdata=None, data=data)


def sent_form(step: str) -> Form:
    """Return the form that this request sent."""
    return FORMS[step]()


def typed_in(step: str, form: Form) -> dict[str, Any]:
    """Return what a form says, as a draft keeps it."""
    return {name: _kept(form[name].data) for name in STEP_FIELDS[step]}


def was_shown(step: str, settings: Settings) -> str:
    """Return what the page was made with, for its hidden field."""
    return json.dumps(marks_of(settings, STEP_FIELDS[step]), separators=(",", ":"))


def read_was(sent: str) -> dict[str, str]:
    """Return what the page was made with; of a field that was touched by hand, nothing."""
    try:
        told = json.loads(sent)
    except ValueError:
        return {}
    found = told.items() if isinstance(told, dict) else ()
    return {str(name): str(value) for name, value in found}


def put_faults(form: Form, faults: Iterable[Fault], *, missing: bool) -> None:
    """Put faults beside their fields; what is only missing, where somebody asks for that."""
    for fault in faults:
        if fault.field in form and (missing or not fault.missing):
            form.refuse(fault.field, fault.sentence)


def _kept(value: Any) -> Any:
    if isinstance(value, list):
        return tuple(str(one) for one in value)
    return "" if value is None else value
