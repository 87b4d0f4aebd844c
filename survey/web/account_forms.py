"""The forms of those who have an account: what each asks for, and what is wrong with a field.

Whether a password or digits are the right ones is judged by a service and shown beside the field.
"""

from typing import Any
from zoneinfo import available_timezones

from wtforms import PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from survey.language import LANGUAGES, NAMES, gettext
from survey.services.accounts import (
    LONGEST_NAME,
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    is_address,
)
from survey.web.forms import Form, later, tidy

SHORT = later(
    "Take at least {least} characters; a short sentence is easy to remember.",
    least=SHORTEST_PASSWORD,
)
LONG = later("Shorten this.")
TONGUE = later("Choose one of these languages.")


class EmailField(StringField):
    """An e-mail address."""

    def __init__(self, **told: Any) -> None:
        checks = [InputRequired(later("Write your e-mail address.")), self.check]
        super().__init__(validators=checks, filters=[tidy], **told)

    @staticmethod
    def check(_: object, field: StringField) -> None:
        """Refuse what can be no address."""
        if not is_address(field.data or ""):
            raise ValidationError(gettext("This is no e-mail address: it needs an @ and no space."))


class NameField(StringField):
    """How somebody is called."""

    def __init__(self, **told: Any) -> None:
        checks = [InputRequired(later("Write your name.")), Length(max=LONGEST_NAME, message=LONG)]
        super().__init__(validators=checks, filters=[tidy], **told)


class ChosenPassword(PasswordField):
    """A password that somebody makes up now."""

    def __init__(self, **told: Any) -> None:
        checks = [
            InputRequired(later("Choose a password.")),
            Length(min=SHORTEST_PASSWORD, message=SHORT),
            Length(max=LONGEST_PASSWORD, message=LONG),
        ]
        super().__init__(validators=checks, **told)


class OwnPassword(PasswordField):
    """The password of whoever is signed in, asked again."""

    def __init__(self, **told: Any) -> None:
        super().__init__(
            validators=[
                InputRequired(later("Type your password.")),
                Length(max=LONGEST_PASSWORD, message=LONG),
            ],
            **told,
        )


class LanguageField(SelectField):
    """A language of this program, called by its own name."""

    names = NAMES

    def __init__(self, **told: Any) -> None:
        choices: Any = list(LANGUAGES)  # names alone, which wtforms' types do not know yet
        super().__init__(choices=choices, validators=[InputRequired(TONGUE)], **told)


class ZoneField(StringField):
    """A time zone."""

    def __init__(self, **told: Any) -> None:
        super().__init__(
            validators=[
                InputRequired(later("Write a time zone, such as Europe/Berlin.")),
                _is_zone,
            ],
            filters=[tidy],
            **told,
        )


def _is_zone(_: object, field: StringField) -> None:
    if field.data not in available_timezones():
        raise ValidationError(
            gettext("There is no such time zone. Take one of the list, such as Europe/Berlin.")
        )


class ProfileForm(Form):
    """How pages speak to somebody."""

    name = NameField()
    language = LanguageField()
    timezone = ZoneField()


class OwnerForm(ProfileForm):
    """The first owner of an instance."""

    email = EmailField()
    password = ChosenPassword()


class InvitedForm(ProfileForm):
    """Somebody who was invited."""

    password = ChosenPassword()


class NewPasswordForm(Form):
    """A new password, where a link is the proof."""

    password = ChosenPassword()


class AddressForm(Form):
    """Whose password was forgotten."""

    email = EmailField()


class ChangePasswordForm(Form):
    """A new password, where the old one is the proof."""

    old = OwnPassword()
    password = ChosenPassword()


class DigitsForm(Form):
    """The second factor when somebody signs in: digits, or a recovery code."""

    digits = StringField(filters=[tidy])
    recovery = StringField(filters=[tidy])


class SwitchOnForm(Form):
    """The first digits of a second factor, and the password again."""

    digits = StringField(
        validators=[InputRequired(later("Type the six digits that your app shows now."))],
        filters=[tidy],
    )
    password = OwnPassword()


class ConfirmForm(Form):
    """The password again."""

    password = OwnPassword()
