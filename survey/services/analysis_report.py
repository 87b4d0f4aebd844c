"""The report of answers that somebody already holds: through the same door as the app.

A report can be handed on, so its figures are released ones, unlike those of the JSON.
"""

from survey.disclosure.release import release
from survey.disclosure.values import Policy, Release, Unit
from survey.errors import UserError
from survey.questionnaire.definition import Questionnaire
from survey.report.build import build
from survey.report.model import Facts, Report
from survey.scoring import Answers
from survey.services.analysing import Analysis, WaveStatistics
from survey.services.codebook import Codebook, codebook_questionnaire

ROOT = "all"


class RosterNeeded(UserError):
    """The report needs --roster TEAMS.csv: how sure a figure is depends on how many were asked."""


class NothingToReport(UserError):
    """No scale has lo and hi in whole numbers, and without a range nothing can be let out."""


def analysis_report(analysis: Analysis, title: str) -> Report:
    """Build the report of the last wave, compared with the one before.

    Parameters
    ----------
    analysis
        Made with a roster.
    title
        What the report is called.

    Raises
    ------
    RosterNeeded, NothingToReport
    """
    questionnaire = _questionnaire(analysis, title)
    *earlier, last = analysis.waves
    previous = None
    if earlier:
        previous = _facts(title, earlier[-1]), _release(questionnaire, earlier[-1])
    return build(
        questionnaire,
        _release(questionnaire, last),
        _facts(title, last),
        previous,
        judged=analysis.questionnaire is not None,
    )


def _questionnaire(analysis: Analysis, title: str) -> Questionnaire:
    if analysis.questionnaire is not None:
        return analysis.questionnaire
    made = codebook_questionnaire(analysis.codebook or Codebook(()), title)
    if not made.scales:
        raise NothingToReport()
    return made


def _facts(title: str, wave: WaveStatistics) -> Facts:
    name = f"{title}, wave {wave.wave}" if wave.wave else title
    return Facts(title=name, client="", practice="", opened=None, closed=None)


def _release(questionnaire: Questionnaire, wave: WaveStatistics) -> Release:
    """Let out one wave: every team is a unit under one root, which asked nobody itself."""
    asked = wave.figures.asked.tolist()
    if float("inf") in asked:
        raise RosterNeeded()
    teams = [
        Unit(id=f"team-{i}", name=team, parent=ROOT, asked=int(people))
        for i, (team, people) in enumerate(zip(wave.teams, asked, strict=True), 1)
    ]
    units = (Unit(ROOT, "All teams", None, 0), *teams)
    given = wave.answers
    answers = Answers(given.columns, given.values, given.team + 1, given.tenure)
    return release(questionnaire, answers, None, None, units, Policy())
