"""What is said of the two parts of a scale where few people answered: words, and no number.

Below `policy.single` people the door lets out only in which of three classes the difference of the
two parts lies (docs/decisions/0008). `Released` holds that class as a value beside the scale, for
computing; printed as an average it would read like a measurement. Wording only, as in
`survey.report.words`.
"""

from survey.disclosure.precision import CONTRAST_STEP
from survey.disclosure.values import Policy
from survey.language import _
from survey.questionnaire.definition import Facet, Questionnaire, Scale
from survey.report.model import Estimate, Report, ScaleResult
from survey.report.words import number, text


def in_words(facet: ScaleResult, policy: Policy) -> bool:
    """Whether of a facet only its class is known, so that no number may be printed."""
    return isinstance(facet.figure, Estimate) and facet.figure.released.n < policy.single


def facet_word(facet: ScaleResult, scale: ScaleResult, report: Report) -> str:
    """Return in a few words how a facet stands to the other: "0.5 or more above"."""
    least = _least(facet, report.questionnaire)
    side = _side(facet, scale)
    if not side:
        return _("less than {least} apart", least=least)
    if side > 0:
        return _("{least} or more above", least=least)
    return _("{least} or more below", least=least)


def facet_sentence(facet: ScaleResult, scale: ScaleResult, report: Report) -> str:
    """Return how a facet stands to the other one, which is named."""
    other = next(text(one.name) for one in scale.facets if one.id != facet.id)
    least, side = _least(facet, report.questionnaire), _side(facet, scale)
    if not side:
        return _("less than {least} apart from “{other}”", least=least, other=other)
    if side > 0:
        return _("{least} or more above “{other}”", least=least, other=other)
    return _("{least} or more below “{other}”", least=least, other=other)


def parted(questionnaire: Questionnaire) -> tuple[Scale, ...]:
    """Return the scales of which the door tells, below `policy.single`, how their parts differ."""
    return tuple(scale for scale in questionnaire.scales if _is_parted(scale, questionnaire))


def _is_parted(scale: Scale, questionnaire: Questionnaire) -> bool:
    """Two facets of three statements that make up the scale, none of which asks about harm."""
    facets = facets_of(scale, questionnaire)
    items = {item.id for item in questionnaire.items_of(scale.id)}
    inside = [item for facet in facets for item in facet.items]
    harm = items & set(questionnaire.readiness.harm_items)
    return [len(facet.items) for facet in facets] == [3, 3] and items == set(inside) and not harm


def facets_of(scale: Scale, questionnaire: Questionnaire) -> list[Facet]:
    """Return the facets of a scale."""
    return [facet for facet in questionnaire.facets if facet.scale == scale.id]


def least_difference(lo: float, hi: float) -> str:
    """Return from which difference on one part is told to stand above the other."""
    return number(CONTRAST_STEP * (hi - lo) / 2)


def _least(facet: ScaleResult, questionnaire: Questionnaire) -> str:
    items = next(one.items for one in questionnaire.facets if one.id == facet.id)
    return least_difference(*questionnaire.range_over(items))


def _side(facet: ScaleResult, scale: ScaleResult) -> int:
    """Return whether a facet stands above (1), below (-1) or at (0) its scale."""
    values = [
        one.figure.released.value for one in (facet, scale) if isinstance(one.figure, Estimate)
    ]
    apart = round(values[0] - values[-1], 6)
    return (apart > 0) - (apart < 0)
