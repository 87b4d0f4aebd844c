"""The reporting groups of a survey that is being prepared: who answers in which, and by which way.

Here belongs what a draft's joins and ways make of the client's tree, and what its page may change
of them. Forming the groups is done in `grouping`, what they are good for told in `expectations`.
Pure.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.disclosure.values import Unit
from survey.language import gettext as _
from survey.language import speaking
from survey.services.draft_grounds import Grounds, Place
from survey.services.draft_settings import JoinedUnits, Settings
from survey.services.grouping import Grouping, grouping
from survey.services.joining import ClientUnit, GroupingError, Joined
from survey.services.roster import depths_of

SHOWN_FAULTS = 8


@dataclass(frozen=True)
class Group:
    """A unit of the survey, and who answers in it. One that asks nobody is a mere heading."""

    unit: Unit
    depth: int
    parts: tuple[str, ...]
    """Names of the client's units whose people answer in it."""
    leaders: bool
    """Whether leaders of units answer in it."""
    by_mail: bool
    unaddressed: int
    """How many of its people have no address to write to."""
    joined: bool = False


@dataclass(frozen=True)
class Groups:
    """All of them, in the order of reports, and what is wrong with the joins."""

    grouping: Grouping
    lines: tuple[Group, ...]
    joins: tuple[JoinedUnits, ...]
    """Those that the client's tree still has."""
    faults: tuple[str, ...] = ()

    @property
    def asking(self) -> tuple[Group, ...]:
        """Those that ask anybody."""
        return tuple(group for group in self.lines if group.unit.asked)

    @property
    def by_mail(self) -> tuple[str, ...]:
        """Ids of those whose people get mails."""
        return tuple(group.unit.id for group in self.asking if group.by_mail)

    def at(self, place: Place) -> str | None:
        """Return the id of the group in which people of a place answer; None: nobody is there."""
        unit, leads = place
        return (self.grouping.leaders if leads else self.grouping.members).get(unit)


class NotJoinable(GroupingError):
    """These groups cannot be joined: {told}"""


def groups_of(grounds: Grounds, settings: Settings) -> Groups:
    """Return the groups that a draft forms; without its joins where these have a fault."""
    joins = _still_there(grounds, settings.joins)
    faults: tuple[str, ...] = ()
    try:
        formed = _formed(grounds, joins)
    except GroupingError as error:
        faults = error.faults
        formed = _formed_somehow(grounds)
    mail = frozenset(settings.by_mail)
    return Groups(formed, _lines(grounds, formed, mail), joins, faults)


def joined(grounds: Grounds, settings: Settings, ids: Sequence[str], name: str = "") -> Settings:
    """Join groups to one; groups that were joined before go into it whole.

    Raises
    ------
    NotJoinable
        With every fault; nothing is joined.
    """
    groups = groups_of(grounds, settings)
    known = {group.unit.id: group for group in groups.asking}
    chosen = [known[one] for one in ids if one in known]
    if any(group.leaders for group in chosen):
        told = _("Leaders answer in a group of their own, which is joined with no other.")
        raise NotJoinable([told])
    if len(chosen) < 2:
        raise NotJoinable([_("Choose two groups or more to join.")])
    units = tuple(one for group in chosen for one in groups.grouping.behind(group.unit.id))
    kept = tuple(join for join in groups.joins if not set(join.units) & set(units))
    joins = (*kept, JoinedUnits(units, name))
    try:
        formed = _formed(grounds, joins)
    except GroupingError as error:
        raise NotJoinable(error.faults) from error
    into = formed.members[units[0]]
    mail = {one for one in settings.by_mail if one not in ids}
    if all(group.by_mail for group in chosen):
        mail.add(into)
    return replace(settings, joins=joins, by_mail=tuple(sorted(mail)))


def apart(grounds: Grounds, settings: Settings, group: str) -> Settings:
    """Take a joined group apart again; its units keep its way. Nothing happens to any other."""
    groups = groups_of(grounds, settings)
    units = groups.grouping.behind(group)
    kept = tuple(join for join in groups.joins if not set(join.units) & set(units))
    if len(kept) == len(groups.joins):
        return settings
    mail = set(settings.by_mail)
    if group in mail:
        mail.discard(group)
        formed = _formed(grounds, kept)
        mail |= {formed.members[unit] for unit in units}
    return replace(settings, joins=kept, by_mail=tuple(sorted(mail)))


def with_ways(settings: Settings, ways: Mapping[str, bool]) -> Settings:
    """Choose the way of some groups: by mail or not."""
    mail = {one for one in settings.by_mail if ways.get(one, True)}
    mail |= {one for one, wanted in ways.items() if wanted}
    return replace(settings, by_mail=tuple(sorted(mail)))


def mail_where_possible(groups: Groups) -> Mapping[str, bool]:
    """Return the ways of a survey that writes to every group in which all have an address."""
    return {group.unit.id: not group.unaddressed for group in groups.asking}


def regrouped_faults(grounds: Grounds, groups: Groups) -> Iterator[str]:
    """Yield whose people answer together otherwise than in the earlier wave.

    Where a group of ten and one of three stood alone and are joined now, both reports together tell
    of the three. Units that are new, or gone, are left out: see `opening` for those that moved.
    """
    now = groups.grouping.members
    both = [unit for unit in now if unit in grounds.then]
    before, after = _together(both, grounds.then), _together(both, now)
    moved = {unit for unit in both if before[unit] != after[unit]}
    if moved:
        names = [f"“{unit.name}”" for unit in grounds.units if unit.id in moved]
        yield _(
            "These are not grouped as in the earlier wave: {names}. People who are grouped anew"
            " could be told apart by comparing both reports. Join the same units as then, and no"
            " others.",
            names=", ".join(names[:SHOWN_FAULTS]) + ", …" * (len(names) > SHOWN_FAULTS),
        )


def _together(units: Collection[str], groups: Mapping[str, str]) -> Mapping[str, set[str]]:
    """Return for each unit which of these units answer together with it, itself included."""
    found: dict[str, set[str]] = {}
    for unit in units:
        found.setdefault(groups[unit], set()).add(unit)
    return {unit: found[groups[unit]] for unit in units}


def way_faults(grounds: Grounds, groups: Groups) -> Iterator[str]:
    """Yield why some groups cannot be written to: everybody of them needs an address."""
    if groups.by_mail and not grounds.site.mails:
        yield _("This installation sends no mails yet. Let people draw cards, or set up mail.")
    lacking = [group for group in groups.asking if group.by_mail and group.unaddressed]
    for group in lacking[:SHOWN_FAULTS]:
        yield _(
            "“{group}” cannot get mails: {missing} of {asked} people have no address. Add their "
            "addresses to the client’s people, or let this group draw cards.",
            group=group.unit.name,
            missing=group.unaddressed,
            asked=group.unit.asked,
        )
    if len(lacking) > SHOWN_FAULTS:
        more = len(lacking) - SHOWN_FAULTS
        yield _("{more} more groups lack addresses.", more=more)


def _still_there(grounds: Grounds, joins: Sequence[JoinedUnits]) -> tuple[JoinedUnits, ...]:
    """Return joins without units that the client has no more, or that have nobody to join."""
    known = {unit.id for unit in grounds.units}
    left = [replace(join, units=tuple(u for u in join.units if u in known)) for join in joins]
    return tuple(join for join in left if len(set(join.units)) > 1)


def _formed(grounds: Grounds, joins: Sequence[JoinedUnits]) -> Grouping:
    with speaking(grounds.client.language):
        return grouping(_client_units(grounds), [Joined(one.units, one.name) for one in joins])


def _formed_somehow(grounds: Grounds) -> Grouping:
    try:
        return _formed(grounds, ())
    except GroupingError:
        return Grouping((), {}, {})


def _client_units(grounds: Grounds) -> list[ClientUnit]:
    return [
        ClientUnit(unit.id, unit.name, unit.parent, unit.people + unit.members, unit.leaders)
        for unit in grounds.units
    ]


def _lines(grounds: Grounds, formed: Grouping, mail: Collection[str]) -> tuple[Group, ...]:
    depths = depths_of(formed.units)
    names = {unit.id: unit.name for unit in grounds.units}
    behind: dict[str, list[str]] = {}
    for client, survey in formed.members.items():
        behind.setdefault(survey, []).append(client)
    unaddressed = _unaddressed(grounds, formed)
    return tuple(
        Group(
            unit=unit,
            depth=depths[unit.id],
            parts=tuple(names[one] for one in behind.get(unit.id, ())),
            leaders=unit.id in formed.of_leaders,
            by_mail=unit.id in mail,
            unaddressed=unaddressed.get(unit.id, 0),
            joined=len(behind.get(unit.id, ())) > 1,
        )
        for unit in formed.units
    )


def _unaddressed(grounds: Grounds, formed: Grouping) -> dict[str, int]:
    """Count, by group, who cannot be written to: without an address, or in no roster at all."""
    found: dict[str, int] = {}
    for unit in grounds.units:
        for leads, into in ((False, formed.members), (True, formed.leaders)):
            many = grounds.unaddressed.get((unit.id, leads), 0)
            many += unit.people if not leads else 0
            if many and unit.id in into:
                found[into[unit.id]] = found.get(into[unit.id], 0) + many
    return found
