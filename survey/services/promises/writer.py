"""What whoever can write to the database learns, and what the six words have to do with it."""

from survey.language import gettext as _
from survey.services.promises.row import Row, together
from survey.services.promises.settings import Settings


def database_writer(told: Settings) -> Row:
    """Return the row of whoever changes rows, and holds neither key nor code nor program."""
    return Row(
        "database_writer",
        _("Whoever can write to the database"),
        _(
            "The right to change what is stored, but no key folder, no code, and no way to change"
            " the program."
        ),
        together(
            _(
                "How many sealed answers each group has at this moment, and in which order they"
                " came."
            ),
            _with_a_key_of_their_own(told),
        ),
        _(
            "What the report says. They could alter its figures where they are stored, and they can"
            " delete or add sealed answers before."
        ),
        "",
        together(
            _(
                "Comparing the six words when you answer, with colleagues and with those that were"
                " told when the survey was opened. If yours are others, or missing: send nothing."
            ),
            _(
                "Where something was changed since it opened, the page about the survey lists the"
                " change, and the words before and after."
            ),
        )
        if told.fingerprint
        else _("A survey that is opened anew, with six words."),
        brief=_("No answers under the old six words; under other ones, those sent from then on.")
        if told.fingerprint
        else _("All answers sent from then on."),
    )


def _with_a_key_of_their_own(told: Settings) -> str:
    if told.fingerprint:
        return _(
            "Not what is in them. If they put in a key of their own, the survey no longer fits its"
            " six words, and this program shows no page and takes no answer. They can put in other"
            " words that fit, or none: then they could read all answers that are sent from then on."
        )
    return _(
        "This survey has no six words, so they could put in a key of their own, unnoticed, and"
        " read all answers that are sent from then on."
    )
