"""What is added to a report once its groups stand: what only all of them together, or several
waves in a row, can tell.

Here it is put in; how it is made stands in `stories`, `comparing` and `history`.
"""

from collections.abc import Sequence
from dataclasses import replace

from survey.disclosure.values import Release
from survey.report.comparing import comparisons
from survey.report.history import Dated, history, with_histories
from survey.report.model import Facts, Report
from survey.report.stories import stories
from survey.report.waves import INDEX_NAME, Wave


def with_across(report: Report, released: Release, waves: Sequence[tuple[Facts, Wave]]) -> Report:
    """Return the report with stories, comparisons and histories.

    Parameters
    ----------
    report
        With its groups and the organisation.
    released
        What it was made from.
    waves
        All waves, oldest first, this one last. One that nobody knows the date of is passed over.
    """
    known = waves if report.facts.closed else ()
    dated = [Dated(facts.closed, wave) for facts, wave in known if facts.closed]
    whole = report.organisation
    judged = any(group.verdict for group in report.groups)  # else the spread is anybody's guess
    return replace(
        report,
        groups=with_histories(report.groups, dated),
        organisation=whole and replace(whole, history=history(dated, None)),
        stories=stories(report.questionnaire, released, whole),
        comparisons=(
            comparisons(report.questionnaire, report.groups, INDEX_NAME) if judged else ()
        ),
    )
