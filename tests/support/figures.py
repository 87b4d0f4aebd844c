"""What a survey would tell if nothing were rounded or withheld: every exact figure of its answers.

Plain arithmetic on the answers as they were given, without any code of the program, so that a
search for these figures owes nothing to what it is meant to check.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from statistics import fmean, stdev

from survey.ballots.payload import Response
from survey.questionnaire.definition import Questionnaire

LONG = re.compile(r"(?<![\w.])[+-]?\d*\.\d{3,}(?:[eE]-?\d+)?(?![\w.])")
"""A number with three decimals or more: no figure is printed with so many."""
TELLING = 5
"""So many decimals of an exact figure are no coincidence."""


def exact_figures(
    questionnaire: Questionnaire, answers: Mapping[str, Sequence[Response]]
) -> frozenset[float]:
    """Return means, spreads and gaps of every group of people, as far as rounding changes them."""
    people = [*answers.values(), [one for unit in answers.values() for one in unit]]
    found = (v for group in people if group for v in _figures(questionnaire, group))
    return frozenset(value for value in found if abs(value * 100 - round(value * 100)) > 1e-6)


def _figures(q: Questionnaire, people: Sequence[Response]) -> Iterator[float]:
    scales = [tuple(i.id for i in q.items_of(scale.id)) for scale in q.scales]
    facets = [facet.items for facet in q.facets]
    singles = [(column,) for column in q.columns]
    for items in (*scales, *facets, *singles):
        scores = [score for one in people if (score := _score(q, items, one)) is not None]
        yield from _told(scores)
    for practice in q.practices:
        pairs = ((one.answers.get(practice.know), one.answers.get(practice.do)) for one in people)
        yield from _told([know - do for know, do in pairs if know and do])


def _score(q: Questionnaire, items: Sequence[str], one: Response) -> float | None:
    """Return somebody's score: the mean of at least half of the answers, turned to health."""
    keys = {item.id: item.key for item in q.items}
    given = [
        answer if keys.get(item, 1) > 0 else sum(q.range_of(item)) - answer
        for item in items
        if (answer := one.answers.get(item))
    ]
    return fmean(given) if len(given) * 2 >= len(items) else None


def _told(scores: Sequence[float]) -> Iterator[float]:
    if scores:
        yield fmean(scores)
    if len(scores) > 1:
        yield stdev(scores)


def long_numbers(text: str) -> list[str]:
    """Return the numbers in a text that have more decimals than any figure is printed with."""
    return [number for number in LONG.findall(text) if _decimals(number) > 2]


def _decimals(number: str) -> int:
    """Return the decimals that say something: 0.500000 has one."""
    return len(f"{float(number):.12f}".rstrip("0").partition(".")[2])


def exact_in(text: str, figures: Iterable[float]) -> set[str]:
    """Return the numbers in a text that are exact figures, to as many decimals as they have."""
    known = {round(value, TELLING) for value in figures}
    found = (number for number in LONG.findall(text) if _decimals(number) >= TELLING)
    return {number for number in found if round(float(number), TELLING) in known}
