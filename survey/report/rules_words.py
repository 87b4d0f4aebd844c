"""What "likely" means, and in which order a finding is decided: the rules, told in plain words.

Wording only, as in `survey.report.words`: numbers are read from the questionnaire. The rules stand
in `survey.report.finding`, why they are so in docs/decisions/0010.
"""

from collections.abc import Mapping
from fractions import Fraction

from survey.questionnaire.definition import Questionnaire
from survey.report.finding_words import FINDINGS
from survey.report.words import number


def likely_sentence(questionnaire: Questionnaire) -> str:
    """Return what "likely" and "very likely" mean, in a line for under a chart."""
    r = questionnaire.readiness
    very = odds(r.gate)
    if r.gate != r.block:
        very = f"{very} for above the floor, {odds(r.block)} for below it"
    return f"Likely: at least {odds(r.condition)}. Very likely: at least {very}."


def probability_sentence(questionnaire: Questionnaire) -> str:
    """Return what the words and the interval mean, as odds."""
    return (
        f"{likely_sentence(questionnaire)} The 95\u00a0% interval is {odds(0.95)}. These are odds "
        "of where the group stands, given the rounded averages and the spread that is assumed."
    )


def odds(probability: float) -> str:
    """Return a probability as "9 in 10", or as "93 in 100" where that is finer."""
    exact = Fraction(probability).limit_denominator(1000)
    of = next((n for n in (10, 20, 100) if (exact * n).denominator == 1), 1000)
    return f"{round(exact * of)} in {of}"


def finding_order(questionnaire: Questionnaire) -> Mapping[str, str]:
    """Return each answer with what leads to it, in the order in which they are tried."""
    r = questionnaire.readiness
    floor, very, likely = number(r.floor), odds(r.block), odds(r.overall)
    return {
        FINDINGS["too_few"]: (
            f"fewer than {r.min_answers} answers, or less than {r.min_rate * 100:.0f}\u00a0% of "
            "the people asked, or a dimension that cannot be shown."
        ),
        FINDINGS["cannot_yet"]: (
            "a dimension that the practice hangs on, or time, training and say, or resolve, is "
            f"very likely below {floor} ({very}); or all dimensions together are likely below it "
            f"({likely}). Also where the next test applies and the team is “not yet” ready for "
            "anything new."
        ),
        FINDINGS["too_close"]: (
            f"a dimension that it hangs on is at least as likely below {floor} as above it, or all "
            f"dimensions together are not likely above it ({likely})."
        ),
        FINDINGS["can_with_conditions"]: (
            f"a dimension that it hangs on is not very likely above {floor} ({odds(r.gate)}), or "
            "the team is told to see it in two ways; another dimension is at least as likely below "
            "as above; "
            f"time, training and say or resolve average below {floor}; or the practice is one of "
            "those asked about, and people say it is not clear enough."
        ),
        FINDINGS["can"]: "none of these.",
    }
