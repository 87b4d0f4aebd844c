"""The sentences of the respondents' page: what happens to answers, and what is behind it.

A sentence here must be true of the program as it is: whoever changes the program changes the
sentence. Who learns what, case by case, stands in `table`.
"""

from dataclasses import dataclass

from survey.language import gettext as _
from survey.language import mark
from survey.services.promises.row import together
from survey.services.promises.settings import WHOLE_PROMISE, Settings, listed
from survey.services.promises.table import dangers

ROUNDING = mark(
    "Averages are rounded, and very high or low ones are shown only as “this or more”, “this or"
    " less”. Everything else in a report is worked out from these rounded figures."
)


@dataclass(frozen=True)
class Said:
    """What the respondents' page says; everything but `first`, `whole` and `promised` folds up."""

    first: tuple[str, ...]
    whole: str
    groups: str
    opening: str
    rounding: str
    storage: str
    comments: str
    dangers: tuple[str, ...]
    harm: str
    results: str
    promised: str
    """From when on people see their group's result; stands on the first page itself."""


def said(told: Settings) -> Said:
    """Return every sentence of the page for a survey with these settings."""
    return Said(
        first=_first(told),
        whole=_(WHOLE_PROMISE),
        groups=_on_groups(told),
        opening=_on_opening(told),
        rounding=_(ROUNDING),
        storage=_on_storage(told),
        comments=_on_comments(told),
        dangers=dangers(told),
        harm=_on_harm(told),
        results=_on_results(told),
        promised=_promised(told),
    )


def _first(told: Settings) -> tuple[str, ...]:
    """Return what stands in the box on the first page, before anything is asked."""
    results = (
        _(
            "Results are shown only for groups of {least} or more answers; what you write in your"
            " own words, from {single}.",
            least=told.least,
            single=told.single,
        )
        if told.comments
        else _("Results are shown only for groups of {least} or more answers.", least=told.least)
    )
    return (
        _(
            "They are sealed when they arrive, and opened once: all together, when the survey is"
            " over."
        ),
        results,
        _("No page shows what one person chose: not to your leader, not to the consultant."),
        _("Once they are opened and counted, the answers are destroyed."),
    )


def _on_groups(told: Settings) -> str:
    """Return from how many answers on what is shown."""
    single = (
        mark(
            "What was answered to one statement, and comments, are shown from {single} answers on."
        )
        if told.comments
        else mark("What was answered to one statement is shown from {single} answers on.")
    )
    return together(
        _(
            "A group is shown by itself from {least} answers on. Smaller groups are put together"
            " with their neighbours until there are {least}, or left out.",
            least=told.least,
        ),
        _(single, single=told.single),
    )


def _on_opening(told: Settings) -> str:
    """Return what it takes to open the answers."""
    takes = (
        mark("Opening takes one of two printed codes. Holders: {holders}.")
        if told.one_opens
        else mark(
            "Opening takes two of three printed codes; one alone opens nothing. Holders: {holders}."
        )
    )
    return together(
        _(
            "The program lets nobody open the answers before {opens}; until the survey is closed"
            " they stay sealed.",
            opens=told.opens,
        ),
        _(takes, holders=listed(told.holders)),
        _(
            "All answers are opened in one go, counted and destroyed; only the results of groups"
            " remain."
        ),
        _(
            "What nobody has opened 60 days after the end is destroyed unread, once those who run"
            " the survey have been warned twice."
        ),
    )


def _promised(told: Settings) -> str:
    """Return from when on people see the result of their own group; empty where none was named."""
    if not told.results:
        return ""
    return _(
        "From {results} on, once the answers are opened, you can see your group’s result, whether"
        " or not anybody tells you.",
        results=told.results,
    )


def _on_results(told: Settings) -> str:
    """Return when and how people see the result of their own group; empty where none was named."""
    if not told.results:
        return ""
    return together(
        _(
            "From {results} on, and once the answers are opened, two words on your card or in"
            " your mail lead to your group’s result. They are the same for all of your group.",
            results=told.results,
        ),
        _("If the survey is deleted by those who run it, result and closing record go with it."),
    )


def _on_storage(told: Settings) -> str:
    """Return what is stored with the answers, and what not."""
    return together(
        _(
            "This site sets no cookie. With your sealed answers it stores your group, and a check"
            " value made from your code, so that later answers replace earlier ones."
        ),
        _("No name, no address and nothing about your device.")
        if told.postgresql
        else _("No name, no address, no time and nothing about your device."),
        _(
            "Until the survey is closed, whether people answered shows in steps, for groups of at"
            " least {least_asked} people, like “60\N{NO-BREAK SPACE}% reached”.",
            least_asked=told.least_asked,
        ),
        _(
            "Afterwards the report says how many answers of each group are counted, even where all"
            " of it answered."
        ),
        _(
            "Who was invited by mail stands in a list of its own, for reminders, which go to all of"
            " them. It does not say who answered, and closing deletes it."
        )
        if told.by_mail
        else "",
    )


def _on_comments(told: Settings) -> str:
    """Return what is taken out of comments, and what stays."""
    if told.masked:
        return _(
            "E-mail addresses, telephone numbers, links and the organisation’s name, and names on a"
            " list, are taken out where a program finds them; other names are not."
        )
    return _(
        "E-mail addresses, telephone numbers, links and the organisation’s name are taken out where"
        " a program finds them; people’s names are not."
    )


def _on_harm(told: Settings) -> str:
    """Return what becomes of answers that tell of harm; empty where that is not asked."""
    if not told.harm_role:
        return ""
    return _(
        "Where several answers of at least {single} together point to people being hurt,"
        " whoever runs the survey should tell {harm_role}. The consultants who run surveys of your"
        " organisation in this program, and the owners of the program, can see it; the report for"
        " leaders does not show it. The program shows nobody answers while the survey is open, so"
        " do not wait for it if you need help now.",
        single=told.single,
        harm_role=told.harm_role,
    )
