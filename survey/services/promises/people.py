"""Who learns what of those around you: a colleague, your leader, the consultant."""

from collections.abc import Iterator

from survey.services.promises.row import Row
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
        "A colleague of yours",
        "This page, their own code and answers, and the report if they are given it."
        f"{' And the two words of their group.' if told.results else ''}",
        "Nothing. No page shows respondents how many have answered, or how.",
        f"What the report says of groups of {told.least} and more. Averages are rounded, and very"
        " high and very low ones cut off, so that all figures of a report taken together tell"
        " nobody’s answer for certain, also to a colleague who knows their own. Where nearly"
        " everybody said the same, the report shows that they did.",
        "Knowing what others answered as well: see “Two colleagues”.",
        brief="Figures of groups.",
    )


def _two_words(told: Settings) -> Row:
    return Row(
        "two_words",
        "Whoever knows the two words of your group",
        "The words for its result: from a card or a mail of your group, from somebody who passed"
        " them on, or as somebody who may sign in.",
        "Nothing. They lead to no result before the survey is closed.",
        f"From {told.results} on the result of your group, in a few lines: how many are counted,"
        " what is strong, what is weak, what was agreed. No comment, no sign of harm, no other"
        " group, and nobody’s answers.",
        helps="Keeping the words in the group. They are no code: nobody can answer with them, or"
        " find anybody’s answers.",
        brief="The result of your group.",
    )


def _leader(told: Settings) -> Row:
    harm = " The report does not show whether people report harm." if told.harm_role else ""
    comments = f" Comments stand there from {told.single} answers on, without a name."
    return Row(
        "leader",
        "Your leader",
        "The report, once it is given to them.",
        "Nothing by themselves. Whoever may sign in could pass on the steps of participation: see"
        " “The consultant”.",
        f"The same as a colleague: figures of groups, never one person’s answers."
        f"{harm}{comments if told.comments else ''}",
        "A sign-in of their own, codes, or the files of the server: see the lines on these.",
        brief=f"Figures of groups{', and comments without a name' if told.comments else ''}.",
    )


def _consultant(told: Settings) -> Row:
    return Row(
        "consultant",
        "The consultant, and whoever else may sign in",
        f"The console of this survey, run by {told.organiser}.",
        "About how many have answered: once a day, in steps such as “60 % reached”, for groups of"
        f" at least {told.least_asked} people. No answer. Whoever opened the survey also saw all"
        " codes, those of people and the opening codes, on the page that is shown once.",
        "The report: figures of groups"
        f"{', and comments' if told.comments else ''}. No page and no file holds more."
        f"{' A comment can be hidden there, and not changed.' if told.comments else ''}",
        "Codes that were kept, and the files of the server: see “The host”.",
        "Somebody you trust who is there at the opening and takes an opening code along.",
        brief="About how many have answered; after the closing, the report.",
    )


def _harm_role(told: Settings) -> Row:
    return Row(
        "harm",
        f"Who is told of harm: {told.harm_role}",
        "A page of its own in the console. Everybody who may sign in can open it.",
        "Nothing. Do not wait for it if you need help now.",
        f"In which groups, of at least {told.single} answers together, several people report harm."
        " Not who, and not how many.",
        brief="In which groups several people report harm. Not who.",
    )
