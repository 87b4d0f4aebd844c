"""Whether a group can carry the planned practice, in words: headline, count, who is silent.

Wording only, as in `survey.report.words`: each sentence says what a `Finding` holds. What it rests
on, with its figures, stands in `survey.report.grounds_words`. "Can" speaks of how a group stands
now; whether a practice takes hold no figure tells, and no sentence says.
"""

from collections.abc import Sequence
from math import ceil

from survey.language import _, mark
from survey.readiness.kinds import Rule
from survey.report.model import Answer, Finding, GroupReport, Report
from survey.report.words import join, lowered, number

FINDINGS: dict[Answer, str] = {
    "can": mark("Can"),
    "can_with_conditions": mark("Can, with conditions"),
    "cannot_yet": mark("Cannot yet"),
    "too_few": mark("Too few answers"),
    "too_close": mark("Too close to call"),
}
HEADLINES: dict[Answer, str] = {
    "can": mark("{group} can carry {practice}"),
    "can_with_conditions": mark("{group} can carry {practice}, with conditions"),
    "cannot_yet": mark("{group} cannot yet carry {practice}"),
    "too_few": mark("{group}: too few answers to say whether it can carry {practice}"),
    "too_close": mark("{group}: too close to call whether it can carry {practice}"),
}
DONE_ALREADY = mark("{group} can carry {practice}, and most people say that it is done already")
LIKE: dict[Answer, Rule] = {
    "can": "ready",
    "can_with_conditions": "ready_with_conditions",
    "cannot_yet": "not_yet",
    "too_few": "not_enough_evidence",
    "too_close": "not_enough_evidence",
}
"""The verdict whose colour and mark an answer has."""


def answer_word(answer: Answer) -> str:
    """Return an answer in a word or three."""
    return _(FINDINGS[answer])


def finding_word(finding: Finding) -> str:
    """Return whether it can carry the practice, in a word or three, for a table."""
    return answer_word(finding.answer)


def finding_headline(group: GroupReport, finding: Finding, practice: str) -> str:
    """Return the finding of a group as a sentence without a full stop."""
    done = finding.answer == "can" and finding.own == "already_done"
    said = DONE_ALREADY if done else HEADLINES[finding.answer]
    return _(said, group=group.name, practice=practice)


def practice_overview(answers: Sequence[Answer], practice: str) -> tuple[str, str]:
    """Return how many groups can carry the practice, and in a sentence what is said of the others.

    Parameters
    ----------
    answers
        Those of every group with a verdict.
    practice
        The practice that is planned.
    """
    many, conditions = len(answers), answers.count("can_with_conditions")
    more = _(", {conditions} more with conditions", conditions=conditions) if conditions else ""
    if "can" in answers:
        said = mark("{can} of {many} groups can carry {practice}{more}")
    elif conditions:
        said = mark("{conditions} of {many} groups can carry {practice}, with conditions")
    elif "cannot_yet" not in answers:
        said = mark("Not enough evidence to say whether any of {many} groups can carry {practice}")
    elif set(answers) == {"cannot_yet"}:
        return _("None of {many} groups can carry {practice} yet", many=many, practice=practice), ""
    else:
        said = mark("Of none of {many} groups can it be said that it can carry {practice}")
    told = {"can": answers.count("can"), "conditions": conditions, "more": more}
    return _(said, many=many, practice=practice, **told), _others(answers)


def _others(answers: Sequence[Answer]) -> str:
    told: dict[Answer, str] = {
        "cannot_yet": _("not yet"),
        "too_close": _("too close to call"),
        "too_few": _("with too few answers to say"),
    }
    counted = join([f"{answers.count(a)} {said}" for a, said in told.items() if a in answers])
    if not counted:
        return ""
    if {"can", "can_with_conditions"} & set(answers):
        return _("Of the others, {counted}.", counted=counted)
    return _("Of these, {counted}.", counted=counted)


def too_few_sentence(group: GroupReport, report: Report) -> str:
    """Return how many answers a verdict takes, and how many are counted."""
    rules = report.questionnaire.readiness
    wanted = max(rules.min_answers, ceil(rules.min_rate * group.asked - 1e-9))
    if group.n >= wanted:
        return _(
            "{n} of {asked} people are counted, but on at least one dimension too "
            "few of them could be scored. Ask again, with all statements.",
            n=group.n,
            asked=group.asked,
        )
    return _(
        "{n} of {asked} people are counted; a finding takes {wanted}. Ask again, "
        "and find out first why so many kept silent.",
        n=group.n,
        asked=group.asked,
        wanted=wanted,
    )


def more_answers_sentence(group: GroupReport) -> str:
    """Return whether it would have helped had more people answered."""
    verdict = group.verdict
    if group.n < group.asked and verdict and verdict.with_everybody not in (None, verdict.rule):
        return _(
            "Had all {asked} answered as those {n} did, it could be told: ask for "
            "more answers next time. Until then try small.",
            asked=group.asked,
            n=group.n,
        )
    return _("More answers like these would not settle it: try small, and measure after the trial.")


def silent_sentence(group: GroupReport, finding: Finding, report: Report) -> str:
    """Return whether the finding would hold if those who kept silent saw the team differently."""
    if group.n >= group.asked:
        return _("Everybody who was asked is counted.")
    if finding.answer == "too_few":
        return _("Too few are counted for a finding; what the others think cannot be guessed.")
    shift = number(report.questionnaire.readiness.silent_shift)
    lower, higher = finding.silent_lower, finding.silent_higher
    if lower is None or higher is None:
        return _("Nothing can be said of those who did not answer.")
    if lower == higher == finding.answer:
        return _(
            "The finding stays the same if those who did not answer see the team "
            "{shift} points worse, or {shift} points better.",
            shift=shift,
        )
    return _(
        "If those who did not answer see the team {shift} points worse, the "
        "finding would be “{lower}”; {shift} points better, “{lower2}”.",
        shift=shift,
        lower=lowered(_(FINDINGS[lower])),
        lower2=lowered(_(FINDINGS[higher])),
    )
