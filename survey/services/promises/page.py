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
    """What the respondents' page says; everything but `first` and `whole` behind a disclosure."""

    first: tuple[str, ...]
    whole: str
    groups: str
    opening: str
    rounding: str
    storage: str
    dangers: tuple[str, ...]
    harm: str


def said(told: Settings) -> Said:
    """Return every sentence of the page for a survey with these settings."""
    return Said(
        first=_first(told),
        whole=WHOLE_PROMISE,
        groups=_on_groups(told),
        opening=_on_opening(told),
        rounding=ROUNDING,
        storage=_on_storage(told),
        dangers=dangers(told),
        harm=_on_harm(told),
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
        f"The program keeps the answers sealed until {told.opens}. Opening takes {takes}. All"
        " answers are opened in one go, counted and destroyed; only the results of groups remain."
    )


def _on_storage(told: Settings) -> str:
    """Return what is stored with the answers, and what not."""
    return (
        "This site sets no cookie. With your answers it stores your group, and no name, no address,"
        " no time and nothing about your device. Whether people answered shows only in steps for"
        f" groups of at least {told.least_asked} people, such as “60\N{NO-BREAK SPACE}% reached”."
    )


def _on_harm(told: Settings) -> str:
    """Return what becomes of answers that tell of harm; empty where that is not asked."""
    if not told.harm_role:
        return ""
    return (
        f"Where several answers of at least {told.single} together point to people being hurt,"
        f" {told.harm_role} should be told; the report for leaders does not show it. Nobody reads"
        " the answers while the survey is open, so do not wait for it if you need help now."
    )
