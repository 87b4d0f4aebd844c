"""The sentences of the respondents' page: what happens to answers, and what is behind it.

A sentence here must be true of the program as it is: whoever changes the program changes the
sentence. Who learns what, case by case, stands in `table`.
"""

from dataclasses import dataclass

from survey.services.promises.settings import WHOLE_PROMISE, Settings, listed
from survey.services.promises.table import dangers

ROUNDING = (
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
        whole=WHOLE_PROMISE,
        groups=_on_groups(told),
        opening=_on_opening(told),
        rounding=ROUNDING,
        storage=_on_storage(told),
        comments=_on_comments(told),
        dangers=dangers(told),
        harm=_on_harm(told),
        results=_on_results(told),
        promised=_promised(told),
    )


def _first(told: Settings) -> tuple[str, ...]:
    """Return what stands in the box on the first page, before anything is asked."""
    comments = ""
    if told.comments:
        comments = f"; what you write in your own words, from {told.single}"
    return (
        "They are sealed when they arrive, and opened once: all together, when the survey is over.",
        f"Results are shown only for groups of {told.least} or more answers{comments}.",
        "No page shows what one person chose: not to your leader, not to the consultant.",
        "Once they are opened and counted, the answers are destroyed.",
    )


def _on_groups(told: Settings) -> str:
    """Return from how many answers on what is shown."""
    what = "What was answered to one statement"
    what += ", and comments, are" if told.comments else " is"
    return (
        f"A group is shown by itself from {told.least} answers on. Smaller groups are put together"
        f" with their neighbours until there are {told.least}, or left out."
        f" {what} shown from {told.single} answers on."
    )


def _on_opening(told: Settings) -> str:
    """Return what it takes to open the answers."""
    holders = listed(told.holders)
    if told.one_opens:
        takes = f"one of two printed codes. Holders: {holders}"
    else:
        takes = f"two of three printed codes, so nobody opens them alone. Holders: {holders}"
    return (
        f"The program lets nobody open the answers before {told.opens}; until the survey is closed"
        f" they stay sealed. Opening takes {takes}. All answers are opened in one go, counted and"
        " destroyed; only the results of groups remain."
    )


def _promised(told: Settings) -> str:
    """Return from when on people see the result of their own group; empty where none was named."""
    if not told.results:
        return ""
    return (
        f"From {told.results} on you can see your group’s result, whether or not anybody tells you."
    )


def _on_results(told: Settings) -> str:
    """Return when and how people see the result of their own group; empty where none was named."""
    if not told.results:
        return ""
    return (
        f"From {told.results} on, and once the answers are opened, two words on your card or in"
        " your mail lead to your group’s result. They are the same for all of your group."
    )


def _on_storage(told: Settings) -> str:
    """Return what is stored with the answers, and what not."""
    times = "" if told.postgresql else ", no time"
    return (
        "This site sets no cookie. With your sealed answers it stores your group, and a check value"
        " made from your code, so that later answers replace earlier ones. No name, no"
        f" address{times} and nothing about your device. Whether people answered shows in steps,"
        f" for groups of at least {told.least_asked} people, like “60\N{NO-BREAK SPACE}% reached”."
    )


def _on_comments(told: Settings) -> str:
    """Return what is taken out of comments, and what stays."""
    names, rest = (
        (", and names on a list,", "other names are not")
        if told.masked
        else ("", "people’s names are not")
    )
    return (
        "E-mail addresses, telephone numbers, links and the organisation’s name"
        f"{names} are taken out where a program finds them; {rest}."
    )


def _on_harm(told: Settings) -> str:
    """Return what becomes of answers that tell of harm; empty where that is not asked."""
    if not told.harm_role:
        return ""
    return (
        f"Where several answers of at least {told.single} together point to people being hurt,"
        f" whoever runs the survey should tell {told.harm_role}. Everybody who may sign in to the"
        " program can see it; the report for leaders does not show it. The program shows nobody"
        " answers while the survey is open, so do not wait for it if you need help now."
    )
