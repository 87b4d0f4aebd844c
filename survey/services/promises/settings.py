"""What of a survey's settings decides who learns what.

Every sentence about a survey's confidentiality is a pure function of `Settings`, so that pages,
documents and tests say the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from survey.ballots.keys import Scheme
from survey.language import day, gettext, mark
from survey.services.surveys import SurveyView
from survey.services.waiting import LEAST_ASKED

WHOLE_PROMISE = mark("Confidential while the survey is open, anonymous once it is closed.")
"""Nothing anywhere promises more."""


@dataclass(frozen=True)
class Settings:
    """What of a survey's settings decides who learns what.

    Attributes
    ----------
    least, single
        Answers from which on scores, and single statements and comments, are shown.
    organiser, holders
        Who runs the survey; who was named as holding the opening codes.
    opens
        The moment from which on the program opens the answers, in words.
    comments, masked
        Whether anything is asked in people's own words; whether a list of names is taken out of it.
    harm_role
        Who is told where several people report harm; empty where that is not asked.
    fingerprint
        Whether six words stand for what was fixed at opening.
    results
        The day from which on each group can see its result, in words; empty where none was named.
    postgresql
        Whether the answers lie in PostgreSQL, which keeps a log of what was written.
    by_mail
        Whether some people get their codes by mail; all others draw cards.
    """

    scheme: Scheme = "one of two"
    least: int = 5
    single: int = 10
    organiser: str = "the consultant"
    holders: tuple[str, ...] = ("the consultant", "the works council")
    opens: str = "the date named on the first page"
    comments: bool = True
    masked: bool = True
    harm_role: str = "the works council"
    fingerprint: bool = True
    results: str = "the day named on the first page"
    postgresql: bool = True
    by_mail: bool = False

    @property
    def one_opens(self) -> bool:
        """Whether a single opening code opens the answers."""
        return self.scheme == "one of two"

    @property
    def least_asked(self) -> int:
        """People asked from which on a group's participation is shown."""
        return LEAST_ASKED


def settings_of(view: SurveyView, opens: str, *, postgresql: bool) -> Settings:
    """Return what decides who learns what, of a survey whose answers can be opened from `opens`."""
    asks_harm = bool(view.questionnaire.readiness.harm_items)
    return Settings(
        scheme=view.scheme,
        least=view.policy.scores,
        single=max(view.policy.single, view.policy.scores),
        organiser=view.organiser,
        holders=view.holders or (view.organiser,),
        opens=opens,
        comments=bool(view.asks.open_questions),
        masked=bool(view.masked),
        harm_role=view.harm_role if asks_harm else "",
        fingerprint=bool(view.fingerprint),
        results=day(view.results_on) if view.results_on else "",
        postgresql=postgresql,
        by_mail=bool(view.by_mail),
    )


def listed(names: Sequence[str]) -> str:
    """Return `A`, `A and B` or `A, B and C`; with semicolons where a name has a comma in it."""
    *most, last = names
    if not most:
        return last
    join = gettext("and")
    if any("," in name for name in names):
        return f"{'; '.join(most)}; {join} {last}"
    return f"{', '.join(most)} {join} {last}"
