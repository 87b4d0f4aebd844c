"""The words for what can be known of a survey's groups before it is opened.

Wording only: what is told is computed in `survey.report.forecast` and `survey.report.joins`. A
chance is told in whole tenths and never as certain; a page that shows one shows `ASSUMED` too.
"""

from collections.abc import Sequence

from survey.disclosure.values import Unit
from survey.language import _, mark, ngettext, number
from survey.report.forecast import ENOUGH, PLANNED, Forecast, Outlook
from survey.report.joins import Join

ASSUMED = mark(
    "The chances are reckoned from made-up teams that stand around the target, with answers spread "
    "as this questionnaire assumes. Nobody has compared them with real surveys. They help to plan "
    "and promise nothing."
)
COUNTED = mark(
    "70 % means the nearest whole number of people, and the same part of every group. Spare cards "
    "count among those who are asked."
)
OPEN = 4
"""Tenths from which on a verdict is neither likely nor unlikely."""
NAMED = 3
"""Units that are named one by one; of more only the number is told."""


def chance_text(tens: int) -> str:
    """Return a chance as it is printed in a table: "about 7 in 10", or "none"."""
    return _("about {tens} in 10", tens=tens) if tens else _("none")


def outlook_line(outlook: Outlook) -> str:
    """Return what one rate of participation would come to, in a sentence.

    "At 70 % (8 of 12) a verdict is likely (about 8 in 10)."
    """
    if outlook.shown == "left_out":
        return _left_out_line(outlook)
    if outlook.shown == "pooled":
        return _pooled_line(outlook)
    return _verdict_line(outlook)


def _verdict_line(outlook: Outlook) -> str:
    told = {"percent": outlook.percent, "n": outlook.n, "asked": outlook.asked}
    if not outlook.tens:
        return _("At {percent} % ({n} of {asked}) there is hardly ever a verdict.", **told)
    told |= {"tens": outlook.tens}
    if outlook.tens >= ENOUGH:
        return _(
            "At {percent} % ({n} of {asked}) a verdict is likely (about {tens} in 10).", **told
        )
    if outlook.tens >= OPEN:
        return _(
            "At {percent} % ({n} of {asked}) a verdict is possible (about {tens} in 10).", **told
        )
    return _("At {percent} % ({n} of {asked}) a verdict is unlikely (about {tens} in 10).", **told)


def _pooled_line(outlook: Outlook) -> str:
    names = _names(outlook.together)
    return _(
        "At {percent} % it is too small to be shown by itself. It is put together with others and "
        "gets averages, but no verdict: {names}, {n} of {asked} people.",
        percent=outlook.percent,
        names=names,
        n=outlook.n,
        asked=outlook.asked,
    )


def _left_out_line(outlook: Outlook) -> str:
    return ngettext(
        "At {percent} % (one answer of {asked}) it is left out: too few answers, even together "
        "with its neighbours. Nobody reads this answer.",
        "At {percent} % ({n} answers of {asked}) it is left out: too few answers, even together "
        "with its neighbours. Nobody reads these answers.",
        outlook.n,
        percent=outlook.percent,
        n=outlook.n,
        asked=outlook.asked,
    )


def change_line(outlook: Outlook) -> str:
    """Return which change two waves like this one could show; empty where nothing is shown."""
    if outlook.index_change is None or outlook.dimension_change is None:
        return ""
    return _(
        "Two waves with {n} of {asked} people show, four times in five, a true change of {index} "
        "points of the average of all dimensions, or of {dimension} points of one dimension. A "
        "smaller change they may miss.",
        n=outlook.n,
        asked=outlook.asked,
        index=number(outlook.index_change, 1),
        dimension=number(outlook.dimension_change, 1),
    )


def is_poor(forecast: Forecast) -> bool:
    """Say whether a unit gets no verdict or an unlikely one at the planned rate."""
    planned = [outlook for outlook in forecast.at if outlook.percent == PLANNED]
    return any(outlook.tens < ENOUGH for outlook in planned)


def join_line(join: Join) -> str:
    """Return the suggestion to join some units, and what it would bring."""
    told = {
        "names": _names(join.units),
        "asked": join.asked,
        "percent": PLANNED,
        "n": join.n,
        "tens": join.tens,
    }
    if join.enough:
        return _(
            "Join it with a neighbour: {names} together have {asked} people. At {percent} % "
            "({n} of {asked}) a verdict is likely (about {tens} in 10).",
            **told,
        )
    if join.tens:
        return _(
            "Even joined, {names} have only {asked} people. At {percent} % ({n} of {asked}) there "
            "is a verdict about {tens} in 10 times. It takes more answers, or a wider group.",
            **told,
        )
    return _(
        "Even joined, {names} have only {asked} people. At {percent} % ({n} of {asked}) there is "
        "no verdict. It takes more answers, or a wider group.",
        **told,
    )


def alone_line() -> str:
    """Return what is told of a poor group that no join is suggested for."""
    return _(
        "It has no neighbour to join. More answers are what helps: let somebody whom people trust "
        "explain what happens to them."
    )


def _names(units: Sequence[Unit]) -> str:
    """Return names joined by a plus sign; of many the first ones, and how many more there are."""
    names = " + ".join(unit.name for unit in units[:NAMED])
    more = len(units) - NAMED
    if more <= 0:
        return names
    return ngettext("{names} and one more", "{names} and {more} more", more, names=names, more=more)
