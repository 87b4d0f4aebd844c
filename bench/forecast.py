"""Time to tell what 200 groups could show before a survey opens: python -m bench.forecast [groups]

Everything the page of reporting groups shows: three rates of participation, chances of a verdict,
changes that could be seen, joins, and all of it in words. "First" is the first time after the
server has started, with groups of 3 to 62 people; "again" is the page once more, "changed" after
one group was joined with another. The baseline of the same run is the roll-up of the same groups at
three rates, which no such page can do without; ratios to it travel from one machine to another.
"""

import sys
import time
from collections.abc import Callable, Sequence
from statistics import median

import numpy as np

from survey.disclosure.rollup import roll_up
from survey.disclosure.values import Policy, Unit
from survey.questionnaire.definition import Questionnaire
from survey.questionnaire.shipped import find
from survey.report.forecast import PERCENTS, forecasts
from survey.report.forecast_words import join_line
from survey.report.joins import suggest_joins

GROUPS, SIZES, DIVISIONS, AGAIN = 200, 60, 20, 15


def main(groups: int = GROUPS) -> None:
    """Print the times and their ratios to the baseline."""
    known, units = find("environment"), made_up(groups)
    baseline = median(timed(lambda: rolled_up(units)) for _ in range(AGAIN))
    first = timed(lambda: page(units, known))
    again = median(timed(lambda: page(units, known)) for _ in range(AGAIN))
    joined = [*units[:-2], Unit("joined", "Joined", units[-1].parent, 95)]
    changed = timed(lambda: page(joined, known))
    print(f"{groups} groups; baseline: their roll-up at three rates, {baseline * 1000:.1f} ms")
    for what, seconds in (("first", first), ("again", again), ("changed", changed)):
        print(f"  {what:8} {seconds * 1000:8.1f} ms ({seconds / baseline:6.1f})")


def made_up(groups: int) -> list[Unit]:
    """Return a firm of divisions with groups of many sizes."""
    units = [Unit("firm", "Firm", None, 0)]
    units += [Unit(f"d{at}", f"Division {at}", "firm", 0) for at in range(DIVISIONS)]
    sizes = [3 + (7 * at) % SIZES for at in range(groups)]
    return units + [
        Unit(f"t{at}", f"Team {at}", f"d{at % DIVISIONS}", size) for at, size in enumerate(sizes)
    ]


def page(units: Sequence[Unit], known: Questionnaire) -> list[str]:
    """Compute what the page shows; return its sentences."""
    forecasts(units, known, Policy())
    return [join_line(join) for join in suggest_joins(units, known, Policy())]


def rolled_up(units: Sequence[Unit]) -> None:
    for percent in PERCENTS:
        counts = {unit.id: np.array([percent * unit.asked // 100]) for unit in units}
        roll_up(units, counts, Policy().scores)


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that some work takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]))
