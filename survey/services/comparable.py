"""Which groups of an earlier wave can be compared with no more, and why, told before opening.

Reports compare groups by the names of the units behind them, and a survey is not opened whose units
stand elsewhere than in the wave before. So a unit that was deleted, renamed, moved, joined or taken
apart since loses its comparison: here that is said while it can still be mended. Pure, but for
`compared_with`. What must not be at all stands in `reporting_groups.regrouped_faults`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from survey.disclosure.values import Unit
from survey.language import gettext as _
from survey.services.draft_grounds import Grounds, Site, grounds_of
from survey.services.draft_settings import Settings
from survey.services.next_wave import JOINED, PLUS, joins_of, parts_of, places_of
from survey.services.reporting_groups import Groups, groups_of
from survey.services.roster import NOW_CALLED
from survey.services.surveys import survey_view


@dataclass(frozen=True)
class Compared:
    """How many groups of the earlier wave are there again; why others are not; which are new."""

    same: int
    lost: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    anew: tuple[str, ...] = ()
    """Names of the client's units that were not there then. Their people are taken for new ones by
    what keeps people from being grouped anew."""


def compared_with(session: Session, client: str, slug: str, now: datetime) -> Compared:
    """Return what of a closed survey its next wave could be compared with, as the tree stands."""
    grounds = grounds_of(session, client, now, Site(), slug)
    view = survey_view(session, slug, now)
    joins = tuple(joins_of(view.units, grounds.units, view.parts))
    return compared(grounds, groups_of(grounds, Settings(joins=joins, by_mail=view.by_mail)))


def compared(grounds: Grounds, groups: Groups) -> Compared:
    """Return what of the earlier wave these groups can be compared with."""
    asked = [unit for unit in grounds.before if unit.asked]
    names = {unit.name for unit in asked}
    now = {group.unit.id: group.unit for group in groups.asking}
    lost = tuple(why for unit in asked if (why := _why(grounds, groups, now, unit)))
    new = tuple(unit.name for unit in now.values() if unit.name not in names)
    anew = tuple(unit.name for unit in grounds.units if _is_new(grounds, groups, unit.id))
    return Compared(len(asked) - len(lost), lost, *((new, anew) if asked else ()))


def _is_new(grounds: Grounds, groups: Groups, unit: str) -> bool:
    return unit in groups.grouping.members and unit not in grounds.then


def _why(grounds: Grounds, groups: Groups, now: Mapping[str, Unit], then: Unit) -> str:
    """Return why a group of the earlier wave cannot be compared with; empty where it can."""
    here = now.get(NOW_CALLED.get(then.id, then.id))
    told = {"group": then.name}
    if here and NOW_CALLED.get(then.parent or "", then.parent) != here.parent:
        return _(
            "“{group}” stands under another unit now, and so it cannot be asked again. Put it back;"
            " or, where it was really made anew, delete it and add it under a new name.",
            **told,
        )
    if any(unit.name == then.name for unit in now.values()):
        return ""
    if here:
        return _(
            "“{group}” is called “{now}” now. Groups are compared by name: if it is the same, call"
            " it as before.",
            now=here.name,
            **told,
        )
    return "".join(_elsewhere(grounds, groups, then))


def _elsewhere(grounds: Grounds, groups: Groups, then: Unit) -> Iterator[str]:
    """Yield, in one sentence, where the people of a group are that is not there any more."""
    told = {"group": then.name}
    if JOINED in then.id:
        yield _join_apart(grounds, then)
    elif then.id in groups.grouping.members:
        into = groups.grouping.members[then.id]
        name = next(group.unit.name for group in groups.asking if group.unit.id == into)
        yield _("The people of “{group}” answer in “{now}” now.", now=name, **told)
    elif any(unit.id == then.id for unit in grounds.units):
        yield _("Nobody of “{group}” is there to be asked now.", **told)
    else:
        yield _("“{group}” is not among the client’s units and their leaders any more.", **told)


def _join_apart(grounds: Grounds, then: Unit) -> str:
    names = {unit.id: unit.name for unit in grounds.units}
    units = parts_of(grounds.before, places_of(grounds.units), grounds.parts).get(then.id)
    if units is None:
        return _(
            "“{group}” was joined of several units. At least one of them is no longer there, or"
            " stands elsewhere.",
            group=then.name,
        )
    left = [names[one] for one in units if one in names]
    if len(left) == len(units):
        return _(
            "“{group}” was joined of {parts}. Join the same units to compare it.",
            group=then.name,
            parts=PLUS.join(left),
        )
    return _(
        "“{group}” was joined of {many} units, of which some are no longer there. Those that are"
        " left: {parts}.",
        group=then.name,
        many=len(units),
        parts=PLUS.join(left) or "–",
    )
