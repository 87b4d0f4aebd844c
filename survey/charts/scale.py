"""The scale of the answers that axes and notes speak of."""

from math import copysign, floor, log10

from survey.language import _, decimal
from survey.report import words
from survey.report.model import Estimate, GroupReport, Report

FINEST = 10
"""Up to this range every whole number has a tick."""
BESIDE = 0.03
"""Where an end is drawn that just leaves out zero: how near it lies is not told."""
SMALL = 20
"""Below so many people a note says how far one of them can move an average."""


def limits(report: Report) -> tuple[int, int]:
    """Return the lowest and the highest answer over all statements."""
    return report.questionnaire.range_over(item.id for item in report.questionnaire.items)


def place(value: float) -> float:
    """Return where a figure is drawn: at what is printed of it, since a page can be read."""
    return float(f"{value:.{words.decimals(value)}f}")


def place_of_end(value: float) -> float:
    """Return where an end of an interval is drawn: beside zero where it would read as zero."""
    return round(value, 1) or (copysign(BESIDE, value) if value else 0.0)


def ticks(lo: int, hi: int) -> list[int]:
    """Return whole numbers to mark on an axis, at most about ten of them."""
    span = hi - lo
    if span <= FINEST:
        return list(range(lo, hi + 1))
    power = 10 ** floor(log10(span / FINEST))
    step = next(power * m for m in (1, 2, 5, 10) if power * m * FINEST >= span)
    return list(range(-(-lo // step) * step, hi + 1, step))


def one_person(group: GroupReport, report: Report) -> str:
    """Return how far one person can move an average; "" where that is little.

    One of n people who changes from one end of the scale to the other moves it by range / n.
    """
    lo, hi = limits(report)
    if group.n >= SMALL:
        return ""
    return _(
        "; one of them can move an average by up to {points}", points=decimal((hi - lo) / group.n)
    )


def rounding(group: GroupReport) -> str:
    """Return to what the averages of a group's dimensions are rounded; "" where none is shown."""
    steps = {d.figure.released.step for d in group.dimensions if isinstance(d.figure, Estimate)}
    steps.discard(0.0)
    if len(steps) != 1:
        return _("Averages are rounded. ") if steps else ""
    (step,) = steps
    places = max(1, len(f"{step:g}".partition(".")[2]))
    return _("Averages are rounded to {step}. ", step=decimal(step, places))
