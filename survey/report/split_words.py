"""What is said of a dimension on which a group stands in two camps; of any other, nothing.

"Not in two camps" is not "agreed": a group that is told to be in none may still be of many minds,
or stand where the word is not told (docs/decisions/0009). So there is no sentence for it. Wording
only, as in `survey.report.words`.
"""

from survey.language import _, mark
from survey.questionnaire.definition import Questionnaire
from survey.report.model import GroupReport, ScaleResult
from survey.report.words import join, number, percent, quoted, text

SHORT = mark("The team sees this differently")
"""For a chart or a table, beside the average."""
ABSENCE = mark(
    "Where this is not said of a dimension, it does not mean that all agree. "
    "It is said from {spread} people on, only where the averages lie well "
    "inside the scale, and never of a dimension that asks about harm."
)
"""For the method; `{spread}`: from how many people on it is told."""


def split_sentence(scale: ScaleResult, questionnaire: Questionnaire) -> str:
    """Return what is said beside the average of a dimension: "" unless the group is split on it."""
    if not scale.split:
        return ""
    rules = questionnaire.readiness
    share = _share(rules.split_share)
    return _(
        "{SHORT}: {share} stand low (below {split_low}) and {share} high (above "
        "{split_high}), so the average describes neither.",
        SHORT=_(SHORT),
        share=share,
        split_low=number(rules.split_low),
        split_high=number(rules.split_high),
    )


def splits_sentence(group: GroupReport) -> str:
    """Return on which dimensions a group is split, in one sentence; "" where on none."""
    names = [quoted(text(scale.name)) for scale in group.dimensions if scale.split]
    return f"{_(SHORT)}: {join(names)}." if names else ""


def rule_sentence(questionnaire: Questionnaire, spread: int) -> str:
    """Return when it is said that a group is split, and what it does not mean that it is not."""
    rules = questionnaire.readiness
    share = _share(rules.split_share)
    return _(
        "“{SHORT}” is said of a dimension on which {share} stand low (below "
        "{split_low}) and {share} high (above {split_high}). {absence_sentence}",
        SHORT=_(SHORT),
        share=share,
        split_low=number(rules.split_low),
        split_high=number(rules.split_high),
        absence_sentence=absence_sentence(spread),
    )


def absence_sentence(spread: int) -> str:
    """Return what it does not mean that nothing is said."""
    return _(ABSENCE, spread=spread)


def _share(share: float) -> str:
    if abs(share - 0.25) < 1e-9:
        return _("at least a quarter")
    return _("at least {share}", share=percent(share))
