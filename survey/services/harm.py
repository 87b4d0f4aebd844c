"""Where several people report that somebody is being harmed: for one role, and in no report.

Why it stands apart: docs/decisions/0004.
"""

from dataclasses import dataclass

from sqlalchemy.orm import Session

from survey.disclosure.values import Released
from survey.services.released import load_release


@dataclass(frozen=True)
class HarmSign:
    """Units in which several people report that somebody is being harmed, taken together."""

    units: tuple[str, ...]
    n: int


def load_harm_signs(session: Session, slug: str) -> tuple[HarmSign, ...]:
    """Return where several people report harm, for the role that was named at opening.

    Raises
    ------
    UnknownSurvey, NotClosedYet, NeverOpened
    """
    release = load_release(session, slug)
    names = {unit.id: unit.name for unit in release.units}
    return tuple(
        HarmSign(tuple(names[unit] for unit in group.units), sign.n)
        for group in release.groups
        if isinstance(sign := group.figures.get("harm"), Released) and sign.value > 0
    )
