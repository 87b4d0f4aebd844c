"""The forms of what may be changed while a survey runs.

Each carries the revision that its page showed, so that two consultants at once do not change a
survey twice without knowing of each other.
"""

from wtforms import BooleanField, HiddenField, SelectMultipleField, TextAreaField
from wtforms.validators import DataRequired

from survey.services.running import MOST_AT_ONCE
from survey.web.forms import Form, Line, WholeNumber, later, tidy_lines

SURE = later("Tick this: everybody who is asked reads it, and it cannot be taken back.")


class Change(Form):
    """What every change needs: that it was meant, and what it was decided upon."""

    revision = HiddenField()
    sure = BooleanField(validators=[DataRequired(SURE)])

    @property
    def seen(self) -> int:
        """The revision that was looked at; 0 where the form holds none."""
        typed = str(self.revision.data or "")
        return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 7 else 0


class EndForm(Change):
    """Until when people can answer."""

    ends = Line(later("Write until when people can answer."))


class ContactForm(Change):
    """Whom people may ask."""

    contact = Line(later("Write whom people may ask, and how to reach them."))


class CardsForm(Change):
    """How many people are added to a group that draws cards."""

    many = WholeNumber(1, MOST_AT_ONCE)


class PeopleForm(Change):
    """Who is added to a group that is written to: chosen from the roster, typed, or both."""

    chosen = SelectMultipleField(validate_choice=False)
    typed = TextAreaField(filters=[tidy_lines])
