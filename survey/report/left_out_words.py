"""What a group's page does not show, and why: said before anybody wonders, or guesses.

Wording only, as in `survey.report.words`. What is left out depends on numbers of people and on
the questionnaire alone, so these sentences tell nothing of any answer.
"""

from survey.language import _, mark
from survey.report.model import GroupReport, Report
from survey.report.words import join, raised

HARM = mark(
    "Signs of harm: they go to the role that was named to everybody when the "
    "survey was opened, and stand in no report. That nothing is said of them "
    "here means nothing."
)
NO_SURVEY = mark("Signs of harm are not reported here.")
"""Where answers were analysed that no survey here had gathered: no role was named."""


def sentences(group: GroupReport, report: Report) -> tuple[str, ...]:
    """Return what is not shown of a group, one sentence a reason; never empty."""
    policy, q = report.policy, report.questionnaire
    said = [*_below(group, report)]
    if q.readiness.harm_items:
        said.append(_(HARM if report.facts.closed else NO_SURVEY))
    said.append(_("Ranks, norms, percentiles and causes: nothing here was made to tell them."))
    if group.kind == "pooled":
        said.append(
            _(
                "Each of {units} alone: fewer than {scores} people answered there.",
                units=join(group.units),
                scores=policy.scores,
            )
        )
    return tuple(said)


def _below(group: GroupReport, report: Report) -> list[str]:
    """Return what takes more people than are counted."""
    policy, q = report.policy, report.questionnaire
    said = []
    if group.n < policy.single:
        comments = [_("comments")] if q.open_questions else []
        shown = [
            _("single statements"),
            *([_("knowing and doing")] if q.practices else []),
            *comments,
        ]
        said.append(
            _(
                "{what}: shown from {single} people on.",
                what=raised(join(shown)),
                single=policy.single,
            )
        )
    if group.n < policy.spread:
        said.append(
            _(
                "Whether the team sees things differently: told from {spread} people on.",
                spread=policy.spread,
            )
        )
    return said
