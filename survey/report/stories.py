"""Newcomers against veterans: whether old stories seem to be passed on, over the whole survey.

Made from the one difference that the door lets out (`survey.disclosure.stories`), the number of
people behind it and the fixed spread. Here stands what the figure carries; the words for it, and
that neither sign proves anything, stand in `across_words`.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from survey.disclosure.stories import MEASURE
from survey.disclosure.values import Release, Released
from survey.measures.standing import t_quantile
from survey.questionnaire.definition import Choice, Questionnaire, Scale, Tenure
from survey.report.model import Estimate, GroupReport, Stories

Sign = Literal["passed_on", "nothing_to_pass", "brighter", "gloomier", "unclear"]
ALIKE, NEAR = 1 / 16, 1 / 8
"""Up to so much of the answer range bands count as alike, and where they surely have to stay."""


@dataclass(frozen=True)
class _Ends:
    """An interval of the difference."""

    low: float
    high: float


def stories(
    questionnaire: Questionnaire, released: Release, organisation: GroupReport | None
) -> Stories | None:
    """Return how newcomers stand against veterans, None where that is not let out.

    Parameters
    ----------
    questionnaire
        With its tenure question, and the cut-offs.
    released
        All that is known of the answers.
    organisation
        All groups together: where the scale itself stands.

    Returns
    -------
    Stories or None
        "brighter" and "gloomier" need an interval that leaves out zero. "passed_on" (statistics
        B16) needs a difference of at most a sixteenth of the answer range, of which 90 % surely
        lie within an eighth, and a scale below the target.

    Notes
    -----
    Of the bands only the smaller number of people is known, cut down to tens, so both are taken to
    be as small. They are taken to be evenly mixed in the groups; where they are not, the interval
    is too narrow (at the gate, in the worst case, by a quarter).
    """
    tenure, figure = questionnaire.tenure, _figure(released)
    if tenure is None or figure is None:
        return None
    scale = questionnaire.scale(tenure.scale)
    wide, narrow = (_interval(figure, scale, questionnaire, p) for p in (0.975, 0.95))
    bands = {band.id: band for band in tenure.bands}
    newcomer, veteran = _bands(tenure, bands)
    return Stories(
        scale=scale.id,
        name=scale.name,
        newcomer=newcomer.text,
        veteran=veteran.text,
        difference=figure,
        low=wide.low,
        high=wide.high,
        sign=_sign(figure, wide, narrow, questionnaire, _low_at_all(scale, organisation)),
    )


def _figure(released: Release) -> Released | None:
    found = (
        figure
        for group in released.groups
        for measure, figure in group.figures.items()
        if measure.startswith(f"{MEASURE}:")
    )
    figure = next(found, None)
    return figure if isinstance(figure, Released) else None


def _bands(tenure: Tenure, bands: dict[str, Choice]) -> tuple[Choice, Choice]:
    return bands[tenure.newcomer], bands[tenure.veteran]


def _interval(
    figure: Released, scale: Scale, questionnaire: Questionnaire, quantile: float
) -> _Ends:
    """Return the interval of the difference, all that a clip may hide within it."""
    variance = 2 * scale.prior_sd**2 / figure.n + figure.step**2 / 12
    df = np.asarray(questionnaire.readiness.prior_df + 2 * (figure.n - 1))
    margin = float(t_quantile(df, quantile)) * float(np.sqrt(variance))
    return _Ends(figure.value - figure.below - margin, figure.value + figure.above + margin)


def _low_at_all(scale: Scale, organisation: GroupReport | None) -> bool | None:
    """Whether the scale lies below the target over all groups; None where that is not shown."""
    found = [d.figure for d in organisation.dimensions if d.id == scale.id] if organisation else []
    figure = next(iter(found), None)
    if not isinstance(figure, Estimate):
        return None
    return figure.p_target < 1 / 2


def _sign(
    figure: Released,
    wide: _Ends,
    narrow: _Ends,
    questionnaire: Questionnaire,
    low_at_all: bool | None,
) -> Sign:
    assert questionnaire.tenure is not None  # noqa: S101 -- what the caller has found
    items = questionnaire.items_of(questionnaire.tenure.scale)
    lo, hi = questionnaire.range_over(item.id for item in items)
    alike, near = ALIKE * (hi - lo), NEAR * (hi - lo)
    if wide.low > 0 or wide.high < 0:
        return "brighter" if wide.low > 0 else "gloomier"
    surely = -near <= narrow.low and narrow.high <= near
    if abs(figure.value) > alike or not surely or low_at_all is None:
        return "unclear"
    return "passed_on" if low_at_all else "nothing_to_pass"
