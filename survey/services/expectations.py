"""What a survey that is being prepared will be able to say of its groups.

Here belongs which groups are told of, and how many of each kind; what is reckoned stands in
`survey.report.forecast`, the words in `survey.report.forecast_words`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from survey.disclosure.values import Policy, Unit
from survey.report.forecast import ENOUGH, PLANNED, Forecast, Outlook, forecasts
from survey.report.joins import Join, suggest_joins
from survey.services.surveys import questionnaire_of


@dataclass(frozen=True)
class Expectations:
    """What can be known beforehand."""

    forecasts: tuple[Forecast, ...]
    joins: tuple[Join, ...]
    """Which groups had better be joined."""

    def planned(self, unit: str) -> Outlook | None:
        """Return the outlook of a group at the participation that is planned with."""
        return self._at_planned.get(unit)

    @cached_property
    def _at_planned(self) -> dict[str, Outlook]:
        return {
            one.unit.id: outlook
            for one in self.forecasts
            for outlook in one.at
            if outlook.percent == PLANNED
        }

    @property
    def likely(self) -> int:
        """How many groups are likely to get a verdict."""
        return sum(outlook.tens >= ENOUGH for outlook in self._at_planned.values())

    @property
    def rolled_up(self) -> tuple[Outlook, ...]:
        """What is put together with others, each collection once."""
        found = {o.together: o for o in self._at_planned.values() if o.shown == "pooled"}
        return tuple(found.values())

    @property
    def left_out(self) -> tuple[Unit, ...]:
        """Groups whose answers would appear nowhere."""
        planned = self._at_planned
        return tuple(one.unit for one in self.forecasts if planned[one.unit.id].shown == "left_out")

    @property
    def changes(self) -> tuple[float, float] | None:
        """The smallest and the largest change of the index that groups shown alone could show."""
        whole = [o for o in self._at_planned.values() if o.shown == "whole"]
        found = [o.index_change for o in whole if o.index_change is not None]
        return (min(found), max(found)) if found else None


def expect(
    units: Sequence[Unit],
    questionnaire_text: str,
    policy: Policy,
    apart: Sequence[str] = (),
    spare: int = 0,
) -> Expectations:
    """Return what can be known of a survey with these units.

    Parameters
    ----------
    units
        Those of the survey; `asked` counts spare cards.
    questionnaire_text, policy
        What is asked, and from how many answers on what is shown.
    apart
        Ids of groups that are joined with no other.
    spare
        Spare cards that each unit counts.
    """
    return _expect(tuple(units), questionnaire_text, policy, tuple(apart), spare)


@lru_cache(maxsize=16)
def _expect(
    units: tuple[Unit, ...], text: str, policy: Policy, apart: tuple[str, ...], spare: int
) -> Expectations:
    questionnaire = questionnaire_of(text)
    told = forecasts(units, questionnaire, policy)
    return Expectations(told, suggest_joins(units, questionnaire, policy, apart, spare))
