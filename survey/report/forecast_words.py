"""The words for what can be known of a survey's groups before it is opened.

Wording only: what is told is computed in `survey.report.forecast` and `survey.report.joins`. A
chance is told in whole tenths and never as certain; a page that shows one shows `ASSUMED` too.
"""

from collections.abc import Sequence

from survey.disclosure.values import Unit
from survey.language import _, mark, ngettext
from survey.report.forecast import PLANNED
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
NAMED = 3
"""Units that are named one by one; of more only the number is told."""


def join_line(join: Join) -> str:
    """Return the suggestion to join some units, and what it would bring."""
    told = {
        "names": _names(join.units),
        "people": _people(join),
        "asked": join.asked,
        "percent": PLANNED,
        "n": join.n,
        "tens": join.tens,
    }
    if join.enough:
        return _(
            "Join {names} to one group of {people}. At {percent} % ({n} of {asked}) a verdict is "
            "likely (about {tens} in 10).",
            **told,
        )
    if join.tens:
        return _(
            "Even joined, {names} have only {people}. At {percent} % ({n} of {asked}) there is a "
            "verdict about {tens} in 10 times. It takes more answers, or a wider group.",
            **told,
        )
    return _(
        "Even joined, {names} have only {people}. At {percent} % ({n} of {asked}) there is no "
        "verdict. It takes more answers, or a wider group.",
        **told,
    )


def _people(join: Join) -> str:
    """Return who is in a join: people, and spare cards apart from them."""
    people = join.asked - join.spare
    if not join.spare:
        return _("{people} people", people=people)
    return ngettext(
        "{people} people and one spare card",
        "{people} people and {spare} spare cards",
        join.spare,
        people=people,
        spare=join.spare,
    )


def _names(units: Sequence[Unit]) -> str:
    """Return names joined by a plus sign; of many the first ones, and how many more there are."""
    names = " + ".join(unit.name for unit in units[:NAMED])
    more = len(units) - NAMED
    if more <= 0:
        return names
    return ngettext("{names} and one more", "{names} and {more} more", more, names=names, more=more)
