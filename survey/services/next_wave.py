"""Preparing the next wave of a closed survey: the same questions, the same groups, other people.

The questionnaire is the text that the survey kept, not today's file. Groups are as they were, as
far as the client's tree still has their units. A survey that does not say which units were joined
is older than that: there the id of joined units is made from theirs, so they are found again by
trying. What is lost all the same is told by `comparable`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from itertools import combinations, islice

import sqlalchemy as sa
from sqlalchemy.orm import Session

from survey.disclosure.values import Unit
from survey.errors import UserError
from survey.language import speaking
from survey.services.accounts import User
from survey.services.client_units import UnitLine, tree_of
from survey.services.clients import ClientView, client_view
from survey.services.draft_settings import JoinedUnits, Settings
from survey.services.drafts import add_draft, usual_settings
from survey.services.grouping import join_id
from survey.services.roster import NOW_CALLED
from survey.services.surveys import Parts, SurveyView, survey_view
from survey.services.titles import title_of_wave
from survey.storage.engine import reading
from survey.storage.models import Survey

Places = tuple[tuple[str, str | None], ...]
"""Ids of a client's units, each with that of the unit above it."""
JOINED = "-joined-"
"""Stands in the id of every joined group."""
PLUS = " + "
"""Between the names of joined units that were given no name of their own."""
MOST_TRIED = 100_000
"""Sets of units that are tried for one join: a tenth of a second."""


class NotClosed(UserError):
    """The next wave can be prepared once this one is closed."""


class OfNoClient(UserError):
    """Choose the client “{name}”, whose people are asked again. Add it first if it is not there."""


def start_next_wave(
    session: Session, user: User, slug: str, now: datetime, client: str | None = None
) -> str:
    """Begin a draft with what a closed survey had; return its name in addresses.

    Parameters
    ----------
    user
        Who prepares it.
    slug
        The closed survey.
    client
        Whose people are asked, for a survey that was opened for no client of this site.

    Raises
    ------
    NotClosed, OfNoClient
    """
    view = survey_view(session, slug, now)
    if view.state != "closed":
        raise NotClosed
    with reading(session):
        text = session.get_one(Survey, slug).questionnaire
    chosen = view.client_id or client
    if chosen is None:
        raise OfNoClient(name=view.client)
    of = client_view(session, chosen)
    if of.name.casefold() != view.client.casefold():
        raise OfNoClient(name=view.client)
    settings = wave_settings(view, text, of, tree_of(session, chosen), user)
    with speaking(of.language):
        title = title_of_wave(view.title, _waves(session, view) + 1)
    settings = replace(settings, title=title)
    return add_draft(session, chosen, settings, now)


def _waves(session: Session, view: SurveyView) -> int:
    """Count a survey and the waves before it, as far as they are there."""
    many, before = 1, view.previous
    with reading(session):
        while before is not None:
            many += 1
            before = session.scalar(sa.select(Survey.previous).where(Survey.slug == before))
    return many


def wave_settings(
    view: SurveyView, text: str, client: ClientView, tree: Sequence[UnitLine], user: User
) -> Settings:
    """Return what the draft of a next wave begins with. Dates and rehearsal are made anew."""
    usual = usual_settings(client, user)
    first, second, third = (*view.holders, "", "", "")[:3]
    return Settings(
        title=view.title,
        questionnaire=view.questionnaire.id,
        questionnaire_text=text,
        comments=view.comments,
        practice=view.practice,
        unplanned=not view.practice,
        critical=view.critical,
        joins=tuple(joins_of(view.units, tree, view.parts)),
        by_mail=view.by_mail,
        spare=str(view.spare),
        timezone=view.timezone,
        least=str(view.policy.scores),
        scheme=view.scheme,
        holder_1=first,
        holder_2=second,
        holder_3=third,
        organiser=view.organiser or usual.organiser,
        help_contact=view.help_contact or usual.help_contact,
        harm_role=view.harm_role or usual.harm_role,
        controller=view.controller or usual.controller,
        controller_contact=view.controller_contact or usual.controller_contact,
        privacy_notice=view.privacy_notice or usual.privacy_notice,
        introduction=view.introduction,
        sponsor=view.sponsor,
        previous=view.slug,
    )


@lru_cache(maxsize=16)
def groups_then(units: tuple[Unit, ...], tree: Places, kept: Parts = ()) -> Mapping[str, str]:
    """Return in which group of an earlier wave the people of each of a client's units answered, as
    far as that can be told; leaders are left out. `kept`: what the wave says of its parts.
    """
    if kept:
        return {unit: group for group, parts in kept for unit in parts}
    asked = {unit.id for unit in units if unit.asked}
    own = {unit: NOW_CALLED.get(unit, unit) for unit, _above in tree}
    then = {unit: group for unit, group in own.items() if group in asked}
    for group, parts in parts_of(units, tree).items():
        then |= dict.fromkeys(parts, group)
    return then


def places_of(tree: Iterable[UnitLine]) -> Places:
    """Return all that is looked at of a client's units to find which of them were joined."""
    return tuple((unit.id, unit.parent) for unit in tree)


@lru_cache(maxsize=16)
def parts_of(
    units: tuple[Unit, ...], tree: Places, kept: Parts = ()
) -> Mapping[str, tuple[str, ...]]:
    """Return which units each joined group of a survey was made of, some of which may be gone; of
    a survey that does not say so, as far as they can be found. One that stands in the tree was not
    joined, whatever it is called.
    """
    if kept:
        return {group: parts for group, parts in kept if len(parts) > 1}
    known = {unit for unit, _above in tree}
    own = {unit.id for unit in units if unit.asked}
    joined = [unit for unit in units if unit.id not in known and JOINED in unit.id]
    found = {unit.id: _joined(unit, _candidates(unit, tree, own)) for unit in joined}
    return {group: parts for group, parts in found.items() if parts}


def joins_of(
    units: Sequence[Unit], tree: Sequence[UnitLine], kept: Parts = ()
) -> Iterator[JoinedUnits]:
    """Yield which of a client's units were joined in a survey, as far as they can be found.

    Under the same name, but where a unit is gone: then it is another group.
    """
    names = {unit.id: unit.name for unit in tree}
    called = {unit.id: unit.name for unit in units}
    for group, parts in parts_of(tuple(units), places_of(tree), kept).items():
        usual = PLUS.join(names.get(one, "") for one in parts)
        whole = all(one in names for one in parts)
        yield JoinedUnits(parts, called[group] if whole and called[group] != usual else "")


def _candidates(unit: Unit, tree: Places, own: Collection[str]) -> list[str]:
    """Return the units that may be in a join: those beside it that were not asked by themselves."""
    beside = [one for one, above in tree if above == unit.parent and one not in own]
    above = [one for one, _above in tree if one == unit.parent and one not in own]
    return above + beside


def _joined(unit: Unit, candidates: Sequence[str]) -> tuple[str, ...] | None:
    sets = (
        some for size in range(2, len(candidates) + 1) for some in combinations(candidates, size)
    )
    tried = islice(sets, MOST_TRIED)
    return next((some for some in tried if join_id(sorted(some)) == unit.id), None)
