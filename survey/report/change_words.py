"""What is said of a change between two waves, and that none can be told.

Wording only, as in `survey.report.words`. No cause is ever named.
"""

from survey.language import _, decimal
from survey.report.model import Change, GroupReport, Report
from survey.report.words import join, text


def change_sentence(change: Change) -> str:
    """Return a change since the previous wave, or that none can be told."""
    name = text(change.name)
    if not change.clear:
        return _(
            "{name}: no clear change. {could_be_seen}",
            name=name,
            could_be_seen=_could_be_seen(change),
        )
    amount = change_amount(change)
    if change.difference > 0:
        return _("{name}: up {amount} points since the previous wave.", name=name, amount=amount)
    return _("{name}: down {amount} points since the previous wave.", name=name, amount=amount)


def _could_be_seen(change: Change) -> str:
    if change.before.edge or change.after.edge:
        return _("An average is cut off, so a change cannot be told.")
    return _(
        "A true change of about {detectable} is seen four times in five.",
        detectable=decimal(change.detectable),
    )


def moved_sentence(report: Report) -> str:
    """Return which single groups clearly changed, and in what; "" where none did."""
    told = [f"{group.name}: {join(moved)}" for group in report.groups if (moved := _moved(group))]
    if not told:
        return ""
    compared = sum(len(group.changes) for group in report.groups)
    return _(
        "Clear changes of single groups: {told}. {chance_sentence}",
        told="; ".join(told),
        chance_sentence=chance_sentence(compared),
    )


def chance_sentence(compared: int) -> str:
    """Return how many of so many comparisons would look clear though nothing changed.

    An interval of 95 % leaves out zero by chance alone once in twenty times.
    """
    if compared < 2:
        return _("One comparison in twenty would look clear by chance alone.")
    many = max(round(compared / 20), 1)
    return _(
        "Of {compared} comparisons, about {many} would look clear by chance alone. "
        "Read a single one as a question.",
        compared=compared,
        many=many,
    )


def _moved(group: GroupReport) -> list[str]:
    return [f"{text(c.name)} {step_word(c)}" for c in group.changes if c.clear]


def change_amount(change: Change) -> str:
    """Return how large a change is, without its sign: "0.9", or "0.9 or more" beside a clip."""
    more = _(" or more") if reaches_further(change) else ""
    return f"{decimal(abs(change.difference))}{more}"


def reaches_further(change: Change) -> bool:
    """Say whether a clip hides more than the difference of two means shows.

    It does where the later mean is cut off on the side to which it moved, or the earlier one on
    the other.
    """
    up = change.difference > 0
    beyond = (change.after.edge, change.before.edge)
    return beyond[0] == ("high" if up else "low") or beyond[1] == ("low" if up else "high")


def step_word(change: Change) -> str:
    """Return what happened from one wave to the next: "up 0.4", "no clear change"."""
    if not change.clear:
        return _("no clear change")
    amount = change_amount(change)
    return (
        _("up {amount}", amount=amount)
        if change.difference > 0
        else _("down {amount}", amount=amount)
    )
