"""The console's forms: which fields there are, and what is wrong with each by itself.

What only a service can judge (a plan as a whole, an opening code) is judged there and shown beside
the same fields.
"""

import re
import unicodedata
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    IntegerField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from survey.services.roster import is_noncharacter

LEAST_SCORES = 5
LINE = 200
"""Characters that a line of text may have."""


class Form(FlaskForm):  # type: ignore[misc]  # flask_wtf publishes no types
    """A form whose faults can be listed on top of its page."""

    form_errors: list[str]

    def faults(self) -> list[tuple[str, str]]:
        """Return (id of the field, sentence), in the order of the fields; then of the whole."""
        fields: list[Field] = list(self)
        told = [(field.id, sentence) for field in fields for sentence in field.errors]
        return told + [("", sentence) for sentence in self.form_errors]

    def refuse(self, name: str, sentence: str) -> None:
        """Add what a service found wrong with a field, or with the whole where `name` is empty."""
        if name:
            self[name].errors = [*self[name].errors, sentence]
        else:
            self.form_errors = [*self.form_errors, sentence]


class SignInForm(Form):
    """Who somebody says to be, and the proof."""

    email = StringField(
        validators=[InputRequired("Write your e-mail address."), Length(max=254)],
    )
    password = PasswordField(
        validators=[InputRequired("Write your password."), Length(max=1000)],
    )


class CodeForm(Form):
    """The opening codes, as they stand on the printed sheets: one, or two."""

    code = StringField(
        validators=[
            InputRequired("Type an opening code. It stands on the printed sheet."),
            Length(max=100, message="This is longer than an opening code."),
        ],
    )
    code_2 = StringField(
        validators=[
            InputRequired("Type a second opening code, from another sheet."),
            Length(max=100, message="This is longer than an opening code."),
        ],
    )


def tidy(text: str | None) -> str:
    """Return a line of text without control characters and without space around it."""
    return " ".join(tidy_line(line) for line in (text or "").split()).strip()


def tidy_lines(text: str | None) -> str:
    """Return lines of text without control characters in them."""
    return "\n".join(tidy_line(line) for line in (text or "").splitlines())


def tidy_line(line: str) -> str:
    """Return a line with a space for each control character, and for what never is a character."""
    return "".join(" " if _no_letter(c) else c for c in line)


def _no_letter(c: str) -> bool:
    return unicodedata.category(c) in ("Cc", "Cs") or is_noncharacter(c)


class Line(StringField):
    """One line of text; `missing` is said where it is wanted and empty."""

    def __init__(self, missing: str = "", **told: Any) -> None:
        checks = [Length(max=LINE, message=f"Shorten this to {LINE} characters.")]
        wanted = [DataRequired(missing)] if missing else []
        super().__init__(validators=[*wanted, *checks], filters=[tidy], **told)


class WholeNumber(IntegerField):
    """A number of something, from `least` to `most`. `typed` is put back after a fault."""

    def __init__(self, least: int, most: int, **told: Any) -> None:
        super().__init__(**told)
        self.least, self.most = least, most

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read what was typed; one sentence says all that may be wrong."""
        self.typed = tidy(valuelist[0]) if valuelist else ""
        number = int(self.typed) if re.fullmatch(r"[0-9]{1,6}", self.typed) else -1
        if not self.least <= number <= self.most:
            raise ValueError(f"Write a whole number from {self.least} to {self.most}.")
        self.data = number


class PlanForm(Form):
    """Everything that is fixed when a survey is opened."""

    title = Line("Write a title; respondents read it above the questions.")
    client = Line("Write whose people are asked.")
    questionnaire = SelectField(validate_choice=False)
    practice = Line()
    critical = SelectMultipleField(validate_choice=False)
    units = TextAreaField(
        validators=[DataRequired("List the units and the people asked in each.")],
        filters=[tidy_lines],
    )
    masked = TextAreaField(filters=[tidy_lines])
    spare = WholeNumber(0, 1000, default=0)
    least = WholeNumber(LEAST_SCORES, 100, default=LEAST_SCORES)
    ends = Line("Write until when people can answer.")
    timezone = Line("Write a time zone, such as Europe/Berlin.")
    closable_from = Line()
    results_on = Line()
    organiser = Line("Write who runs the survey; respondents are told.")
    scheme = SelectField(validate_choice=False, default="one of two")
    holder_1 = Line("Write who holds the first opening code; respondents are told.")
    holder_2 = Line("Write who holds the second opening code; respondents are told.")
    holder_3 = Line()
    help_contact = Line("Write whom respondents may ask.")
    harm_role = Line()
    previous = SelectField(validate_choice=False, default="")
