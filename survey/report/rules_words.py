"""What "likely" means, and in which order a finding is decided: the rules, told in plain words.

Wording only, as in `survey.report.words`: numbers are read from the questionnaire. The rules stand
in `survey.report.finding`, why they are so in docs/decisions/0010.
"""

from collections.abc import Mapping
from fractions import Fraction

from survey.language import _, mark
from survey.questionnaire.definition import Questionnaire
from survey.report.finding_words import answer_word
from survey.report.model import Answer
from survey.report.words import number

ORDER: Mapping[Answer, str] = {
    "too_few": mark(
        "fewer than {min_answers} answers, or less than {min_rate:.0f} % of "
        "the people asked, or a dimension that cannot be shown."
    ),
    "cannot_yet": mark(
        "a dimension that the practice hangs on, or time, training and say, or "
        "resolve, is very likely below {floor} ({very}); or all dimensions "
        "together are likely below it ({likely}). Also where the next test "
        "applies and the team is “not yet” ready for anything new."
    ),
    "too_close": mark(
        "a dimension that it hangs on is at least as likely below {floor} as "
        "above it, or all dimensions together are not likely above it "
        "({likely})."
    ),
    "can_with_conditions": mark(
        "a dimension that it hangs on is not very likely above {floor} "
        "({odds}), or the team is told to see it in two ways; another "
        "dimension is at least as likely below as above; time, training and "
        "say or resolve average below {floor}; or the practice is one of those "
        "asked about, and people say it is not clear enough."
    ),
    "can": mark("none of these."),
}
"""Each answer and what leads to it, in the order in which they are tried."""


def likely_sentence(questionnaire: Questionnaire) -> str:
    """Return what "likely" and "very likely" mean, in a line for under a chart."""
    r = questionnaire.readiness
    very = odds(r.gate)
    if r.gate != r.block:
        very = _("{very} for above the floor, {odds} for below it", very=very, odds=odds(r.block))
    return _(
        "Likely: at least {odds}. Very likely: at least {very}.", odds=odds(r.condition), very=very
    )


def probability_sentence(questionnaire: Questionnaire) -> str:
    """Return what the words and the interval mean, as odds."""
    return _(
        "{likely_sentence} The 95 % interval is {odds}. These are odds of where "
        "the group stands, given the rounded averages and the spread that is "
        "assumed.",
        likely_sentence=likely_sentence(questionnaire),
        odds=odds(0.95),
    )


def odds(probability: float) -> str:
    """Return a probability as "9 in 10", or as "93 in 100" where that is finer."""
    exact = Fraction(probability).limit_denominator(1000)
    of = next((n for n in (10, 20, 100) if (exact * n).denominator == 1), 1000)
    return _("{of} in {of2}", of=round(exact * of), of2=of)


def finding_order(questionnaire: Questionnaire) -> Mapping[str, str]:
    """Return each answer with what leads to it, in the order in which they are tried."""
    r = questionnaire.readiness
    told = {
        "min_answers": r.min_answers,
        "min_rate": r.min_rate * 100,
        "floor": number(r.floor),
        "very": odds(r.block),
        "likely": odds(r.overall),
        "odds": odds(r.gate),
    }
    return {answer_word(answer): _(when, **told) for answer, when in ORDER.items()}
