"""The sign of harm: whether several people of a group report that somebody is being harmed.

It says something about the items it is made of: that some people agreed with them, or that few did.
So of a scale that holds such an item no single item is ever shown, only its mean as a whole; beside
the sign, or its absence, that rules out no answer of anybody (`tests/adversary/test_harm_signal.py`
counts it through). To whom the sign is shown is decided elsewhere; it is on no report.
"""

from survey.disclosure.values import Figure, Policy, Released, Withheld
from survey.questionnaire.definition import Questionnaire
from survey.scoring import Answers, Bools, person_scores, raw


def harm_figure(
    questionnaire: Questionnaire, answers: Answers, members: Bools, policy: Policy
) -> Figure:
    """Return whether several people of a group report harm (B18, step 2); its n says "or more"."""
    rules = questionnaire.readiness
    if not rules.harm_items or not set(rules.harm_items) <= set(answers.columns):
        return Withheld("not_asked")
    at = [answers.columns.index(item) for item in rules.harm_items]
    reports = person_scores(raw(answers.values[members][:, at]).T) >= rules.harm_from
    signal = reports.sum() >= rules.harm_people and reports.mean() >= rules.harm_share
    return Released(float(signal), policy.single, 1.0)


def asks_about_harm(questionnaire: Questionnaire, scale: str) -> bool:
    """Say whether a scale holds an item that the sign of harm is made of."""
    return any(
        item.id in questionnaire.readiness.harm_items for item in questionnaire.items_of(scale)
    )
