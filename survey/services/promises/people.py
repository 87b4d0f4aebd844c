"""Who learns what of those around you: a colleague, your leader, the consultant."""

from collections.abc import Iterator

from survey.language import gettext as _
from survey.services.promises.row import Row, together
from survey.services.promises.settings import Settings


def around_you(told: Settings) -> Iterator[Row]:
    """Yield the rows of those who hold the report or a sign-in, and nothing else."""
    yield _colleague(told)
    if told.results:
        yield _two_words(told)
    yield _leader(told)
    yield _consultant(told)
    if told.harm_role:
        yield _harm_role(told)


def _colleague(told: Settings) -> Row:
    return Row(
        "colleague",
        _("A colleague of yours"),
        together(
            _("This page, their own code and answers, and the report if they are given it."),
            _("And the two words of their group.") if told.results else "",
        ),
        _("Nothing. No page shows respondents how many have answered, or how."),
        _(
            "What the report says of groups of {least} and more. Averages are rounded, and very"
            " high and very low ones cut off, so that all figures of a report taken together tell"
            " nobody’s answer for certain, also to a colleague who knows their own. Where nearly"
            " everybody said the same, the report shows that they did.",
            least=told.least,
        ),
        _("Knowing what others answered as well: see “Two colleagues”."),
        brief=_("Figures of groups."),
    )


def _two_words(told: Settings) -> Row:
    return Row(
        "two_words",
        _("Whoever knows the two words of your group"),
        _(
            "The words for its result: from a card or a mail of your group, from somebody who"
            " passed them on, or as somebody who may open the console of this survey."
        ),
        _("Nothing. They lead to no result before the survey is closed."),
        _(
            "From {results} on the result of your group, in a few lines: how many are counted,"
            " what is strong, what is weak, what was agreed. No comment, no sign of harm, no other"
            " group, and nobody’s answers.",
            results=told.results,
        ),
        helps=_(
            "Keeping the words in the group. They are no code: nobody can answer with them, or"
            " find anybody’s answers."
        ),
        brief=_("The result of your group."),
    )


def _leader(told: Settings) -> Row:
    return Row(
        "leader",
        _("Your leader"),
        _("The report, once it is given to them."),
        _(
            "Nothing by themselves. Whoever may open the console could pass on the steps of"
            " participation: see “The consultant”."
        ),
        together(
            _("The same as a colleague: figures of groups, never one person’s answers."),
            _("The report does not show whether people report harm.") if told.harm_role else "",
            _("Comments stand there from {single} answers on, without a name.", single=told.single)
            if told.comments
            else "",
        ),
        _("A sign-in of their own, codes, or the files of the server: see the lines on these."),
        brief=_("Figures of groups, and comments without a name.")
        if told.comments
        else _("Figures of groups."),
    )


def _consultant(told: Settings) -> Row:
    return Row(
        "consultant",
        _("The consultant, and whoever else may open the console of this survey"),
        _("The console of this survey, run by {organiser}.", organiser=told.organiser),
        _(
            "About how many have answered: once a day, in steps such as “60 % reached”, for groups"
            " of at least {least_asked} people. No answer. Whoever opened the survey also saw all"
            " codes, those of people and the opening codes, on the page that is shown once.",
            least_asked=told.least_asked,
        )
        if not told.by_mail
        else _(
            "About how many have answered: once a day, in steps such as “60 % reached”, for groups"
            " of at least {least_asked} people. No answer. Whoever opened the survey also saw the"
            " codes of cards and the opening codes, on the page that is shown once; codes that go"
            " by mail are shown to nobody. A mail that was refused can be sent to another address"
            " there: whoever reads it then could answer with its code.",
            least_asked=told.least_asked,
        ),
        _(
            "The report: figures of groups, and comments. No page and no file holds more. A comment"
            " can be hidden there, and not changed."
        )
        if told.comments
        else _("The report: figures of groups. No page and no file holds more."),
        _("Codes that were kept, and the files of the server: see “The host”."),
        _("Somebody you trust who is there at the opening and takes an opening code along."),
        brief=_("About how many have answered; after the closing, the report."),
    )


def _harm_role(told: Settings) -> Row:
    return Row(
        "harm",
        _("Who is told of harm: {harm_role}", harm_role=told.harm_role),
        _(
            "A page of its own in the console. The consultants who run surveys of your organisation"
            " in this program, and the owners of the program, can open it."
        ),
        _("Nothing. Do not wait for it if you need help now."),
        _(
            "In which groups, of at least {single} answers together, several people report harm."
            " Not who, and not how many.",
            single=told.single,
        ),
        brief=_("In which groups several people report harm. Not who."),
    )
