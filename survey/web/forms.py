"""The console's forms: which fields there are, and what is wrong with each by itself.

What only a service can judge (a plan as a whole, an opening code) is judged there and shown beside
the same fields.
"""

import re
import unicodedata
from typing import Any, cast

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    IntegerField,
    PasswordField,
    StringField,
)
from wtforms.validators import DataRequired, InputRequired, Length

from survey.language import gettext as _
from survey.language import lazy
from survey.services.roster import is_noncharacter

LINE = 200
"""Characters that a line of text may have."""


def later(text: str, **told: object) -> str:
    """Return a sentence that is translated when it is shown, as forms want it: as a text."""
    return cast(str, lazy(text, **told))


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
        validators=[
            InputRequired(later("Write your e-mail address.")),
            Length(max=254, message=later("Shorten this.")),
        ],
    )
    password = PasswordField(
        validators=[
            InputRequired(later("Write your password.")),
            Length(max=1000, message=later("Shorten this.")),
        ],
    )


class CodeForm(Form):
    """The opening codes, as they stand on the printed sheets: one, or two."""

    code = StringField(
        validators=[
            InputRequired(later("Type an opening code. It stands on the printed sheet.")),
            Length(max=100, message=later("This is longer than an opening code.")),
        ],
    )
    code_2 = StringField(
        validators=[
            InputRequired(later("Type a second opening code, from another sheet.")),
            Length(max=100, message=later("This is longer than an opening code.")),
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
        checks = [Length(max=LINE, message=later("Shorten this to {most} characters.", most=LINE))]
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
            told = _(
                "Write a whole number from {least} to {most}.", least=self.least, most=self.most
            )
            raise ValueError(told)
        self.data = number
